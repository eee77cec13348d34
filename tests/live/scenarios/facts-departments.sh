# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# What people do with the roles page of a company of departments, by command: cells, levels, a plan.
wire sshd
start_sshd
cat >"$conf" <<-'END'
	catalogs = [ "departments", "host" ];
	plan = { name = "small"; includes = [ "accounting", "crm", "helpdesk", "host.*" ]; };
	assign = ( { user = "alice"; roles = [ "owner" ]; }, { user = "bob"; roles = [ "admin" ]; } );
	default_roles = [ ];
	mode = "enforcing";
END
apply 'another catalog, and a plan'

can() {
	ends_with 0 "$1: $2 holds $3" rolegate can "$2" "$3"
}

cannot() {
	ends_with 1 "$1: $2 does not hold $3" rolegate can "$2" "$3"
}

# The built-in roles, assigned as they are.
ends_with 0 'carol is in sales' rolegate assign carol sales
can 'sales' carol crm.deals:delete
can 'sales, view' carol helpdesk.tickets:view
cannot 'sales, only view' carol helpdesk.tickets:edit
cannot 'the plan leaves marketing out' carol marketing.forms:view
cannot 'and the department with it' carol marketing:view
can 'a department appears with a view in it' carol crm:view
cannot 'and not without' carol accounting:view
ssh_lets_in carol 'carol, in sales'

# The example: accounting full, crm view, no marketing at all.
ends_with 0 'a bookkeeper' rolegate role create bookkeeper --on accounting=full --on crm=view --on marketing=none
ends_with 0 'dave keeps the books' rolegate assign dave bookkeeper
can 'accounting full' dave accounting.payroll:manage
can 'crm view' dave crm.contacts:view
cannot 'crm, no more' dave crm.contacts:edit
cannot 'no marketing' dave marketing:view
cannot 'exactly the cells' dave host.ssh
ssh_refuses dave 'missing-permission' 'dave, with no host.ssh'

# Cell by cell.
ends_with 0 'one cell more' rolegate role edit bookkeeper --on crm.contacts=view,create,edit
can 'one cell more' dave crm.contacts:edit
cannot 'one cell more, not two' dave crm.deals:edit
ends_with 0 'one cell less of a whole department' rolegate role edit bookkeeper --revoke accounting.payroll:delete
cannot 'one cell less' dave accounting.payroll:delete
can 'the others stay' dave accounting.bills:delete
ends_with 0 'a department away' rolegate role edit bookkeeper --on crm=none
cannot 'all its cells' dave crm.contacts:view
cannot 'and it disappears' dave crm:view
ends_with 0 'a level: view, create and edit' rolegate role edit bookkeeper --on helpdesk=view,create,edit
can 'the level' dave helpdesk.macros:edit
cannot 'the level, no more' dave helpdesk.macros:delete
ends_with 2 'a department that is none' rolegate role edit bookkeeper --on acounting=view
matches 'and a hint' 'did you mean .accounting' "$err"
ends_with 4 'what is the owner'"'"'s' rolegate role edit bookkeeper --on settings.ownership=view

# Clones of all nine, which can then be changed.
for role in owner admin manager finance sales marketing support member viewer; do
	ends_with 0 "$role is cloned" rolegate role copy "$role" "my-$role" --on helpdesk.tickets=view
done
ends_with 0 'erin has a clone' rolegate assign erin my-finance
can 'the clone' erin accounting.invoices:manage
can 'and what was changed' erin helpdesk.tickets:view
ends_with 0 'admin, but without billing' rolegate role copy admin clerk --on settings.billing=none
ends_with 0 'gina is that' rolegate assign gina clerk
cannot 'no billing' gina settings.billing:view
can 'but the team' gina settings.team:manage
cannot 'and no ownership' gina settings.ownership:manage

# An owner cannot be locked out, and one is always there.
can 'an owner has all of the plan' alice accounting.payroll:manage
cannot 'and no more' alice marketing.forms:view
ends_with 4 'roles that are built in stay' rolegate role edit owner --on crm=none
ends_with 4 'carol (sales) manages no roles' with_login carol rolegate assign carol admin
ends_with 0 'all of it is sound' rolegate check
