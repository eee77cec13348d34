# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# D4 and D7: without a usable policy everybody is refused but root, who is let in loudly.
wire sshd
wire su
start_sshd

root_comes_in() {
	log_mark
	ssh_lets_in root "$1, root"
	a_line_has "$1, root: logged as critical" "$(rolegate_lines)" '\.crit '
}

everybody_but_root() {
	local what=$1 reason=$2 user
	for user in alice carol; do
		ssh_refuses "$user" '' "$what, $user"
		logs_reason "$what, $user" "$reason"
	done
	root_comes_in "$what"
}

cp -a "$state" /root/state

rm -rf "$state"
everybody_but_root 'state folder gone' 'no-policy'
# Who may come in is carol, who is not uid 0; root has runuser, which asks nobody.
ends_with 1 'state folder gone, root by su to carol: refused' su carol -c 'id -un'
ends_with 0 'state folder gone, root by su to root: let in' su root -c 'id -un'
ends_with 1 'state folder gone, bob by su: refused' as_on_tty bob "$password" su root -c id
wire sshd norescue
ssh_refuses root '' 'norescue, root'
logs_reason 'norescue, root' 'no-policy'
wire sshd

cp -a /root/state "$state"
ssh_lets_in carol 'state back, carol'

chmod 666 "$state/policy.cdb"
everybody_but_root 'writable by all' 'untrusted-policy'
chmod 644 "$state/policy.cdb"
chown carol "$state/policy.cdb"
everybody_but_root "carol's file" 'untrusted-policy'
rm "$state/policy.cdb"
ln -s /root/state/policy.cdb "$state/policy.cdb"
ssh_refuses carol '' 'a symbolic link, carol'
logs_reason 'a symbolic link, carol' 'untrusted-policy'

rm -rf "$state"
apply 'anew'
ssh_lets_in carol 'state folder gone, then applied anew, carol'

# A5: sudo lends root's uid to many; whoever takes the policy away, or finds it gone, does not begin anew with it.
rm "$state/policy.cdb"
ends_with 4 'policy gone, carol behind sudo applies: refused' with_login carol rolegate apply
matches 'policy gone, carol behind sudo applies: says why' 'policy that was in force is gone' "$err"
ends_with 4 'policy gone, alice behind sudo applies: refused, for nothing says that she is an owner' \
	with_login alice rolegate apply
ends_with 0 'policy gone, root applies' rolegate apply
rm -r "$state/policy.cdb" "$state/generations"
ends_with 0 'nothing was ever applied, alice behind sudo applies' with_login alice rolegate apply
