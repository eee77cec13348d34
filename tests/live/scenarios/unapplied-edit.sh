# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# Editing a source changes nothing until it is applied, and a broken one never can be.
wire sshd
start_sshd
before=$(policy_sum)

ssh_refuses dave 'no-role' 'dave, before any edit'
a_line_has 'before any edit: the log says that sources are the same' "$(rolegate_lines)" 'sources=same'

add_assignment '{ user = "dave"; roles = [ "user" ]; }'
ssh_refuses dave 'no-role' 'dave, assigned but not applied'
a_line_has 'not applied: the log says that sources differ' "$(rolegate_lines)" \
	'den(y|ied)' 'sources=differ[a-z]*|changed|edited|newer'

printf 'assign = ( { user = "dave" roles = \n' >>"$conf"
ends_with 3 'broken edit: check ends with 3' rolegate check
matches 'broken edit: check names file and line' "$conf:[0-9]+" "$out$err"
ends_with 3 'broken edit: apply ends with 3' rolegate apply -m 'broken'
is 'broken edit: the policy in force is the same' "$before" "$(policy_sum)"
ssh_lets_in carol 'broken edit, carol'

sed -i '$d' "$conf"
apply 'mended'
ssh_lets_in dave 'mended and applied, dave'
ssh_refuses erin 'pending-approval|missing-permission' 'mended and applied, erin'
a_line_has 'mended and applied: the log names the new generation' "$(rolegate_lines)" 'generation=2' 'sources=same'
