# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# Who has to change an expired password can, through every program that asks for it (G2), with both lines wired.
wire common-account
gate common-password
start_sshd
now=$password

# changes WHO WHAT CALLER COMMAND…: the program has the expired password of WHO changed, and goes on.
changes() {
	local who=$1 what=$2 caller=$3 next before
	shift 3
	next="next-Horse-$RANDOM$RANDOM"
	printf '%s:%s\n' "$who" "$now" | chpasswd -c SHA512 -s 1000
	chage -d 0 "$who"
	before=$(hash_of "$who")
	log_mark
	if [[ $caller == root ]]; then
		run expect -f /live/renew.exp "$now" "$next" "$@"
	else
		run as "$caller" expect -f /live/renew.exp "$now" "$next" "$@"
	fi
	is "$what: ends with 0" 0 "$rc"
	matches "$what: is told that the password has expired" '(required to change|expired|must change)' "$out"
	is "$what: the password is another" 'another' "$([[ $(hash_of "$who") == "$before" ]] || printf 'another')"
	is "$what: nothing is denied" '' "$(rolegate_lines | grep -E ': (deny|error|would-deny) ')"
}

theirs() {
	logs_gate "$1" "$2" own "target=$3" "actor=$3" known-by=expired-password "${@:4}"
}

changes carol 'login, carol' root login carol
theirs 'login, carol' login carol
changes carol 'su, bob to carol' bob su carol -c 'id -un'
theirs 'su, bob to carol' su carol "caller=#$(id -u bob)"
changes bob 'sudo, bob' bob sudo id -un
theirs 'sudo, bob' sudo bob "caller=#$(id -u bob)"
changes carol 'ssh with a key, carol' root ssh -tt -i "$key" -o PreferredAuthentications=publickey carol@localhost
is 'ssh with a key: her own passwd, which the gate has no say in' '' "$(rolegate_lines)"
changes carol 'ssh with a password, carol' root ssh -tt -o PreferredAuthentications=password carol@localhost
is 'ssh with a password: likewise' '' "$(rolegate_lines)"
changes carol 'ssh keyboard-interactive, carol' root ssh -tt -o PreferredAuthentications=keyboard-interactive carol@localhost
theirs 'ssh keyboard-interactive, carol' sshd carol

# The login that the kernel knows is not the user's where an administrator has started sshd.
(printf '%s' "$(id -u bob)" >/proc/self/loginuid && exec /usr/sbin/sshd -p 2222 -o PidFile=none)
wait_for_port 2222
printf '[localhost]:2222 %s\n' "$(</etc/ssh/ssh_host_ed25519_key.pub)" >>/root/.ssh/known_hosts
changes carol 'ssh keyboard-interactive, sshd started by bob' root \
	ssh -tt -p 2222 -o PreferredAuthentications=keyboard-interactive carol@localhost
theirs 'ssh keyboard-interactive, sshd started by bob' sshd carol "caller=#$(id -u bob)"
