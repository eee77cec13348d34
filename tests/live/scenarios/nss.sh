# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# Roles as members of groups, as real programs see them: libnss_rolegate(8).
groups_file=/etc/rolegate/policy.d/60-groups.conf

# The groups of a user, as a new process learns them; "-" for a user who has none of ours.
ours() {
	local name found=''
	for name in $1; do [[ $name != rg-* ]] || found+="${found:+ }$name"; done
	printf '%s' "${found:--}"
}

groups_are() {
	run id -nG "$2"
	is "$1" "0 $3" "$rc $(ours "$out")"
}

# nsswitch LINE…: what the lines for groups are from now on.
nsswitch() {
	sed -i '/^\(group\|initgroups\):/d' /etc/nsswitch.conf
	printf '%s\n' "$@" >>/etc/nsswitch.conf
}

# Whom they are seen in: one list for all who hold the role, one without.
write_groups() {
	install -d -m 755 /etc/rolegate/policy.d
	cat >"$groups_file" <<-END
		role_groups = (
		  { role = "administrator"; group = "$1"; members = true; },
		  { role = "user"; group = "rg-desk"; } );
	END
}

groupadd rg-admin
groupadd rg-desk
usermod -aG rg-admin erin

# --- apply takes the gids over, or refuses ---
write_groups rg-none
ends_with 3 'a group that there is not: apply refuses' rolegate apply
matches 'it says which, where, and what to do' '60-groups\.conf:2: error: .*"rg-none": create it' "$err"
write_groups root
ends_with 3 'gid 0: apply refuses' rolegate apply
matches 'it says why' '60-groups\.conf:2: error: .*"root" has gid 0' "$err"
write_groups shadow
ends_with 0 'the group shadow: only a warning' rolegate check
matches 'it says why' 'warning: .*"shadow" gives more than the role: .*passwords' "$err"
groups_are 'nothing of this is seen yet' bob '-'
write_groups rg-admin
# A system account that has a role: its groups are /etc/group's alone.
add_assignment '{ user = "nightly"; roles = [ "administrator" ]; }'
ends_with 0 'check' rolegate check
matches 'check warns that a role assigned to a group is not seen' \
	'60-groups\.conf:3: warning: .*assignment to a group at .*rolegate\.conf:[0-9]+ gives .*"rg-desk"' "$err"
apply 'roles as groups'
groups_are 'not without a line in nsswitch.conf' bob '-'

# --- id, getent ---
for line in 'files rolegate' 'files [SUCCESS=merge] rolegate' 'rolegate files'; do
	nsswitch "group: $line"
	groups_are "id, group: $line: a role and what it is based on" bob 'rg-admin rg-desk'
done
nsswitch 'group: files' 'initgroups: files [SUCCESS=continue] rolegate'
groups_are 'id, a line initgroups' bob 'rg-admin rg-desk'
nsswitch 'group: files rolegate' 'initgroups: files'
groups_are 'id, a line initgroups without the module' bob '-'
nsswitch 'group: files [SUCCESS=merge] rolegate'
groups_are 'id: one role' carol 'rg-desk'
groups_are 'id: no role' dave '-'
groups_are 'id: a role through a group (P3)' frank '-'
groups_are 'id: an assignment that is over (P3)' gina '-'
groups_are 'id: what /etc/group says stays' erin 'rg-admin'
groups_are 'id: a system account' nightly '-'
groups_are 'id: root' root '-'
run getent initgroups bob
matches 'getent initgroups' "^bob .*\b$(getent group rg-admin | cut -d: -f3)\b" "$out"
run getent group rg-admin
is 'getent group: those of /etc/group and those of the role' 'alice bob erin' \
	"$(cut -d: -f4 <<<"$out" | tr , '\n' | sort | xargs)"
run getent group "$(getent group rg-admin | cut -d: -f3)"
matches 'getent group by its gid' '^rg-admin:x:[0-9]+:.*\bbob\b' "$out"
run getent group rg-desk
matches 'getent group: no list where the policy wants none' '^rg-desk:x:[0-9]+:$' "$out"
ends_with 2 'getent group: a group that there is not' getent group rg-none

# --- files ---
printf 'to be read\n' >/tmp/for-admins
chgrp rg-admin /tmp/for-admins
chmod 640 /tmp/for-admins
run find /tmp/for-admins -group rg-admin
is 'find -group' '0 /tmp/for-admins' "$rc $out"
run as bob cat /tmp/for-admins
is "bob reads the group's file" '0 to be read' "$rc $out"
ends_with 1 'carol does not' as carol cat /tmp/for-admins

# --- su, login, sudo, cron, sshd ---
run su -l bob -c 'id -nG'
is 'su' '0 rg-admin rg-desk' "$rc $(ours "$out")"
printf 'id -nG >/tmp/login-groups\n' >>/home/carol/.profile
ends_with 0 'login' expect -f /live/tty.exp '' login -f carol
is 'login: her shell has the group' 'rg-desk' "$(ours "$(</tmp/login-groups)")"

printf '%%rg-admin ALL = (ALL) NOPASSWD: ALL\n' >/etc/sudoers.d/live
run as bob sudo -n id -un
is 'sudo: %group is bob' '0 root' "$rc $out"
ends_with 1 'sudo: %group is not carol' as carol sudo -n id -un

install -d -m 1777 /tmp/jobs
for user in bob dave; do printf '@reboot id -nG >/tmp/jobs/%s\n' "$user" | crontab -u "$user" -; done
run_cron test -s /tmp/jobs/bob -a -s /tmp/jobs/dave || true
is "cron: bob's job" 'rg-admin rg-desk' "$(ours "$(</tmp/jobs/bob)")"
is "cron: dave's job" '-' "$(ours "$(</tmp/jobs/dave)")"

printf 'AllowGroups rg-desk root\n' >>/etc/ssh/sshd_config.d/live.conf
start_sshd
for user in bob carol root; do ssh_lets_in "$user" "AllowGroups: $user"; done
ends_with 255 'AllowGroups: dave is refused' ssh_as dave id
run ssh_as carol id -nG
is 'sshd: the session has the group' '0 rg-desk' "$rc $(ours "$out")"

# --- a role that is taken away ---
as carol bash -c 'touch /tmp/began; until [[ -e /tmp/taken ]]; do sleep .05; done; id -nG; id -nG carol' >/tmp/session 2>&1 &
wait_for test -e /tmp/began
sed -i '/user = "carol"/d' "$conf"
apply 'carol leaves'
touch /tmp/taken
wait $! || true
is 'what runs keeps its groups' 'rg-desk' "$(ours "$(head -n 1 /tmp/session)")"
is 'the same user, asked anew, has none' '-' "$(ours "$(tail -n 1 /tmp/session)")"
ends_with 255 'the next login is refused' ssh_as carol id
run su -l carol -c 'id -nG'
is 'the next session has no group' '0 -' "$rc $(ours "$out")"

# --- times, trials ---
ends=$(date -u -d '+3 seconds' +%FT%TZ)
add_assignment "{ user = \"dave\"; roles = [ \"user\" ]; until = \"$ends\"; }"
apply 'dave for three seconds'
groups_are 'until: seen before' dave 'rg-desk'
wait_for bash -c '! id -nG dave | grep -q rg-' || true
groups_are 'until: not after' dave '-'
add_assignment '{ user = "dave"; roles = [ "administrator" ]; }'
ends_with 0 'a trial' rolegate apply --confirm-within 3s
groups_are 'the trial counts' dave 'rg-admin rg-desk'
wait_for bash -c '! id -nG dave | grep -q rg-' || true
groups_are 'it ends by itself' dave '-'
groups_are 'and what was before counts' bob 'rg-admin rg-desk'
add_assignment '{ user = "nightly"; roles = [ "guest" ]; }'

# --- a gid that was changed ---
groupmod -g 4711 rg-desk
run id -nG bob
is 'another gid: not before the next apply' 'rg-admin' "$(ours "$out")"
apply 'the gid of today'
groups_are 'after it' bob 'rg-admin rg-desk'

# --- caches are told ---
# Stand-ins: what is shown is that they are called, and how.
mkdir -p /run/nscd /var/lib/sss/pipes
touch /run/nscd/socket /var/lib/sss/pipes/nss
for cache in nscd sss_cache; do
	printf '#!/bin/sh\necho "%s $*" >>/tmp/told\nexit 0\n' "$cache" >"/usr/sbin/$cache"
	chmod 755 "/usr/sbin/$cache"
done
apply 'with caches'
is 'nscd and sssd are told' 'nscd -i group sss_cache -G' "$(sort /tmp/told | xargs)"
printf '#!/bin/sh\nexit 1\n' >/usr/sbin/nscd
ends_with 0 'a cache that cannot be told hinders nothing' rolegate apply -m 'without nscd'
matches 'it is said' 'note: nscd could not be told' "$err"
rm /usr/sbin/nscd /usr/sbin/sss_cache

# --- D4: damage costs the groups, and nothing else ---
cp -p "$state/policy.cdb" /tmp/policy.cdb
truncate -s 5000 "$state/policy.cdb"
groups_are 'a policy cut short' bob '-'
groups_are 'what /etc/group says stays' erin 'rg-admin'
ends_with 2 'a group that there is not is none' getent group rg-none
chmod 666 "$state/policy.cdb"
groups_are 'a policy that others can write' bob '-'
rm "$state/policy.cdb"
groups_are 'no policy' bob '-'
cp -p /tmp/policy.cdb "$state/policy.cdb"
groups_are 'the policy again' bob 'rg-admin rg-desk'
