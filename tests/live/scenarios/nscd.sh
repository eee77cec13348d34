# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# A real nscd before the roles' groups: what it has learned is forgotten with the next apply.
groups_file=/etc/rolegate/policy.d/60-groups.conf

# groups_are WHAT USER GROUPS: as a new process learns them, of those that are ours.
groups_are() {
	run id -nG "$2"
	is "$1" "0 $3" "$rc $(tr ' ' '\n' <<<"$out" | grep '^rg-' | xargs)"
}

groupadd rg-admin
install -d -m 755 /etc/rolegate/policy.d
echo 'role_groups = ( { role = "administrator"; group = "rg-admin"; members = true; } );' >"$groups_file"
sed -i 's/^group:.*/group: files [SUCCESS=merge] rolegate/' /etc/nsswitch.conf
apply 'roles as groups'
ends_with 0 'dave gains the role' rolegate assign dave administrator
mkdir -p /run/nscd
ends_with 0 'nscd starts' nscd
wait_for test -S /run/nscd/socket
groups_are 'nscd learns them' dave 'rg-admin'

mv /usr/sbin/nscd /usr/sbin/nscd-away
ends_with 0 'dave loses the role, and nscd is not told' rolegate unassign dave administrator
groups_are 'it answers from memory' dave 'rg-admin'
mv /usr/sbin/nscd-away /usr/sbin/nscd
ends_with 0 'erin gains the role, and nscd is told' rolegate assign erin administrator
groups_are 'what it remembered is forgotten' dave ''
groups_are 'it learns anew' erin 'rg-admin'
run getent group rg-admin
is 'members, too: erin, bob, and alice as an owner' '0 alice bob erin' "$rc $(tr , '\n' <<<"${out##*:}" | sort | xargs)"
ends_with 0 'nscd ends' nscd -K
