# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# What people do with the roles page of a workspace, by command, and what it means at sshd and su.
managed=/etc/rolegate/policy.d/90-managed.conf
wire sshd
wire su
start_sshd

# changes WHAT COMMAND…: it works, and a new generation is in force.
changes() {
	local what=$1 before
	shift
	before=$(policy_sum)
	ends_with 0 "$what" "$@"
	if [[ $(policy_sum) != "$before" ]]; then ok "$what: is in force"; else fail "$what" 'a new policy' 'the old one'; fi
}

# refuses STATUS WHAT WORDS COMMAND…: nothing changes, and it says why.
refuses() {
	local status=$1 what=$2 words=$3 before
	shift 3
	before="$(policy_sum) $(cat "$managed" 2>/dev/null || true)"
	ends_with "$status" "$what" "$@"
	matches "$what: says why" "$words" "$out$err"
	is "$what: changes nothing" "$before" "$(policy_sum) $(cat "$managed" 2>/dev/null || true)"
}

# --- members ---

ssh_refuses dave 'no-role' 'dave, a stranger'
changes 'dave is given the role user' rolegate assign dave user --why 'works here now'
ssh_lets_in dave 'dave, with the role user'
matches 'the history knows why' 'assign dave user: works here now' "$(rolegate status)"
ends_with 0 'giving it again is no error' rolegate assign dave user
matches 'giving it again: says so' 'Nothing to change: dave has user already' "$out"
refuses 2 'a role that does not exist' 'did you mean .administrator' rolegate assign dave administartor
run rolegate assign dvae user
matches 'a user whom nobody knows: a hint' 'knows no user dvae yet .did you mean dave' "$out"
changes 'and away again' rolegate unassign dvae
changes 'dave is an administrator until tonight' rolegate assign dave administrator --until 8h
ends_with 0 'dave may read invoices' rolegate can dave billing
ends_with 1 'but not tomorrow' rolegate can dave billing --at "$(date -d '+9 hours' +%Y-%m-%dT%H:%M:%S%:z)"
ends_with 0 'he stays a user tomorrow' rolegate can dave mail --at "$(date -d '+9 hours' +%Y-%m-%dT%H:%M:%S%:z)"
changes 'dave is no administrator any more' rolegate unassign dave administrator
refuses 4 'what a file of people gives' "$conf:[0-9]+" rolegate unassign carol user

# --- moderation ---

ssh_refuses erin 'pending-approval|missing-permission' 'erin, a guest not approved'
matches 'erin waits' 'erin +guest' "$(rolegate pending)"
ends_with 1 'erin has no profile' rolegate can erin profile
changes 'alice (owner) approves erin' with_login alice rolegate approve erin
matches 'the file says by whom' 'user = "erin"; roles = \[ "guest" \]; approved_by = "alice"' "$(cat "$managed")"
ends_with 0 'erin has a profile' rolegate can erin profile
is 'nobody waits' 'Nobody waits for an approval.' "$(rolegate pending)"

# --- custom roles ---

changes 'a role: salesperson, based on user, with insight' \
	rolegate role create salesperson --label Salesperson --colour '#22aa77' --based-on user --grant insight
changes 'with privileges of its own, as a list' \
	rolegate role edit salesperson --privilege 'app.crm, report.export custom.invoices'
changes 'dave is a salesperson, in the same way' rolegate assign dave salesperson
ends_with 0 'dave has what the role adds' rolegate can dave insight
ends_with 0 'dave has what its base has' rolegate can dave mail
ends_with 0 'dave has the custom privilege' rolegate can dave report.export
changes 'a privilege named like a permission' rolegate role edit salesperson --privilege billing
ends_with 1 'grants nothing (P5)' rolegate can dave billing
changes 'and away again' rolegate role edit salesperson --unprivilege billing
changes 'a role based on that one' rolegate role create teamlead --based-on salesperson --grant tags_edit
changes 'dave leads' rolegate assign dave teamlead
ends_with 0 'it cascades' rolegate can dave host.ssh
changes 'the base gets more' rolegate role edit salesperson --grant cms
ends_with 0 'and whoever is based on it has that too' rolegate can dave cms
changes 'administrator, but without billing' rolegate role copy administrator clerk --revoke billing --label Clerk
changes 'frank is a clerk' rolegate assign frank clerk
ends_with 1 'frank has no billing' rolegate can frank billing
ends_with 0 'but the rest of an administrator' rolegate can frank cms
changes 'a copy of owner' rolegate role copy owner deputy
run rolegate role show deputy
is 'it lacks what is reserved to owners' '' "$(grep -E 'manage_user_passwords|mail_private_all|webchat_widget_all' <<<"$out")"
refuses 4 'what is reserved to owners goes into no role' 'reserved to owners' \
	rolegate role create spy --grant mail_private_all
refuses 4 'a built-in role is not edited' 'role copy user' rolegate role edit user --grant insight
refuses 4 'nor deleted' 'locked' rolegate role delete guest
refuses 4 'nor defined anew' 'P4' rolegate role create administrator
refuses 4 'a base is not deleted' 'base of teamlead' rolegate role delete salesperson
changes 'what is assigned is' rolegate role delete teamlead
ends_with 0 'dave keeps his other roles' rolegate can dave insight
ends_with 1 'and loses what that gave' rolegate can dave tags_edit

# --- who may ---

refuses 4 'carol (user) changes nothing' 'you are carol .*no permission to manage roles .*\(A1\)' \
	with_login carol rolegate assign carol administrator
refuses 4 'bob (administrator) makes no owner' 'you lack: .*\(owner\).*gained by user bob \(A2\)' \
	with_login bob rolegate assign bob owner
refuses 4 'nor a role that is based on it' 'you lack: .*\(owner\).*gained by role mine \(A2\)' \
	with_login bob rolegate role create mine --based-on owner

# --- services ---

changes 'sshd wants more' rolegate service set sshd --require host.ssh,insight
ssh_lets_in dave 'dave, a salesperson'
ssh_refuses carol 'missing-permission' 'carol, only a user'
changes 'or less' rolegate service set sshd --require-any host.ssh,insight
ssh_lets_in carol 'carol, again'
changes 'as the catalog says' rolegate service unset sshd
ssh_lets_in carol 'carol, as ever'
changes 'su is open to all users' rolegate service set su --require host.ssh
as_on_tty carol "$password" su dave -c id >/tmp/su.out 2>&1 || true
matches 'su is still about who calls it' 'uid=.*dave' "$(cat /tmp/su.out)"

# --- the files ---

is "people's file is as it was" "$(sed -n 1p "$conf")" 'catalogs = [ "workspace", "host" ];'
ends_with 0 'all of it is sound' rolegate check
matches 'and the same as what is in force' 'the same as what is in force' "$(rolegate status)"
