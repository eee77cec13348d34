# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# A booted systemd with the line in common-account: logind, user managers and polkit work as they did.
# boot: systemd
wire common-account
start_sshd

ssh_lets_in carol
run ssh_as carol systemctl --user is-system-running --wait
is "carol's user manager runs" '0 running' "$rc $out"
run ssh_as carol loginctl show-user carol --property State --value
is 'logind knows her session' '0 active' "$rc $out"

ssh_refuses dave 'no-role'
run loginctl show-user dave
matches 'dave: no session, no user manager' 'not logged in|No user' "$err"
ends_with 0 "systemd-user requires nothing: even dave's manager starts when asked for" \
	systemctl start "user@$(id -u dave).service"

ends_with 0 'bob: sudo works' as_on_tty bob "$password" sudo id
ends_with 1 'carol: sudo is refused' as_on_tty carol "$password" sudo id

# Everybody is an administrator to polkit: what is asked is whether they can prove who they are.
cat >/etc/polkit-1/rules.d/10-live.rules <<-'END'
	polkit.addAdminRule(function(action, subject) { return ["unix-user:" + subject.user]; });
END
by_polkit='pkttyagent --process $$ & sleep .4; pkexec id -un; exit $?'
for user in carol dave; do
	run as_on_tty "$user" "$password" bash -c "$by_polkit"
	is "polkit-1: $user authenticates with pkexec" '0 root' "$rc $(tail -n 1 <<<"$out" | sed 's/\x1b\[[0-9;]*m//g')"
done
