# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# What people do with the roles page of an organisation, by command: several roles each, copies, switches.
wire sshd
start_sshd
cat >"$conf" <<-'END'
	catalogs = [ "organisation", "host" ];
	assign = ( { user = "alice"; roles = [ "owner" ]; }, { user = "bob"; roles = [ "admin" ]; } );
	default_roles = [ "member" ];
	mode = "enforcing";
END
apply 'another catalog'

can() {
	ends_with 0 "$1: $2 holds $3" rolegate can "$2" "$3"
}

cannot() {
	ends_with 1 "$1: $2 does not hold $3" rolegate can "$2" "$3"
}

# The safe default is the member; whoever is assigned something has that and no default.
can 'the default' dave chat
cannot 'the default' dave api_keys
ends_with 0 'dave is a developer' rolegate assign dave developer
matches 'it says that the default is over' 'no longer' "$out"
can 'one role' dave api_keys
cannot 'one role' dave chat
ends_with 0 'and a member too' rolegate assign dave member
can 'several roles: the union' dave api_keys
can 'several roles: the union' dave chat
ends_with 0 'and a manager, with one of them taken' rolegate assign dave manager
ends_with 0 'one of them is taken' rolegate unassign dave developer
cannot 'what a role gave goes with it' dave audit_log
can 'the others stay' dave clients.manage
ssh_lets_in dave 'dave'

# A custom role: a name and a colour, every permission off; then switches.
ends_with 0 'a new role' rolegate role create accountant --label Accountant --colour '#123456'
ends_with 0 'erin has it' rolegate assign erin accountant
cannot 'everything is off' erin chat
cannot 'everything is off' erin host.ssh
ssh_refuses erin 'missing-permission' 'erin, with everything off'
ends_with 0 'switches on' rolegate role edit accountant --grant chat,organisation.settings,host.ssh
can 'switched on' erin chat
ssh_lets_in erin 'erin, switched on'
ends_with 0 'a switch off' rolegate role edit accountant --revoke chat
cannot 'switched off' erin chat
ends_with 4 'no switch for what is the owner'"'"'s' rolegate role edit accountant --grant billing
ends_with 4 'bob (admin) lacks it himself' with_login bob rolegate role edit accountant --grant owners.promote
ends_with 4 'locked roles stay' rolegate role edit manager --grant chat
run rolegate role show manager
matches 'their permissions can be seen' 'clients.manage' "$out"
matches 'and that they are locked' 'locked' "$out"

# Any role is duplicated into one that can be edited.
for role in owner admin manager member developer; do
	ends_with 0 "$role is duplicated" rolegate role copy "$role" "my-$role"
	ends_with 0 "and changed" rolegate role edit "my-$role" --grant files.own
done
ends_with 0 'gina has a duplicate' rolegate assign gina my-manager
can 'the duplicate' gina clients.manage
can 'what was added' gina files.own

# Deleting a role takes it from its members, who keep the rest.
ends_with 0 'gina has another' rolegate assign gina member
ends_with 0 'the duplicate is deleted' rolegate role delete my-manager
cannot 'it is gone' gina clients.manage
can 'the other stays' gina tasks.own

# Managing roles takes the permission to.
ends_with 4 'dave (manager) may not' with_login dave rolegate assign dave admin
ends_with 4 'the last owner stays' rolegate role delete owner
ends_with 0 'a whole group' rolegate assign --group staff-it developer
can 'through the group' frank api_keys
ends_with 0 'and not any more' rolegate unassign --group staff-it developer
cannot 'not through the group' frank api_keys
ends_with 0 'all of it is sound' rolegate check
