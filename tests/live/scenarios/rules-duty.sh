# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# A6: nobody comes to hold roles that exclude each other, whoever changes it and whatever brings the roles.
# shellcheck source=../rules.sh
. /live/rules.sh

# Nobody is listed in this group: it is pia's primary one.
groupadd cashiers
useradd -M -g cashiers pia

rows <<'END'
A6 one of them                            | alice | command | assign dave clerk                   | 0 | in force
A6 the other                              | alice | command | assign dave approver                | 0 | in force
A6 both                                   | alice | command | assign dave clerk approver          | 4 | dave.*four eyes
A6 the second                             | alice | command | assign cleo approver                | 4 | cleo.*four eyes
A6 the second, by root                    | root  | command | assign cleo approver                | 4 | cleo.*four eyes
A6 the second, by an administrator        | bob   | command | assign cleo approver                | 4 | four eyes|lack
A6 the second by a file                   | alice | file    | assign = ( { user = "cleo"; roles = [ "approver" ]; } ) | 4 | cleo.*four eyes
A6 the second in the editor               | alice | edit    | assign = ( { user = "cleo"; roles = [ "approver" ]; } ) | 4 | cleo.*four eyes
A6 through a role based on it             | alice | command | assign cleo boss                    | 4 | cleo.*four eyes
A6 a base for what is held                | alice | sed     | s/(name = "clerk";)/\1 based_on = [ "approver" ];/ | 4 | four eyes
A6 through a group                        | alice | command | assign otis clerk                   | 4 | otis.*four eyes
A6 through a group of everybody's         | alice | command | assign --group payroll clerk        | 4 | otis.*four eyes
A6 through a primary group                | alice | command | assign --group cashiers clerk approver | 4 | pia.*four eyes
A6 later                                  | alice | command | assign cleo approver --from 2090-01-01 | 4 | cleo.*four eyes
A6 one after the other                    | alice | sed     | s/(user = "cleo"; roles = \[ "clerk" \];)/\1 until = "2090-01-01"; }, { user = "cleo"; roles = [ "approver" ]; from = "2090-01-01";/ | 0 | in force
A6 by default                             | alice | key     | default_roles = [ "clerk", "approver" ] | 4 | four eyes
A6 one in place of the other              | alice | sed     | s/(user = "cleo"; roles = \[) "clerk"/\1 "approver"/ | 0 | in force
A6 a rule that somebody breaks            | alice | file    | conflicts = ( { name = "new"; roles = [ "owner", "administrator" ]; at_most = 1; } ) | 4 | new
A6 an owner loosens the rule, and assigns | alice | sed     | s/at_most = 1;/at_most = 2;/; s/(user = "cleo"; roles = \[)/\1 "approver",/ | 0 | in force
END

# What cannot be seen at apply denies at login: somebody joins the group later.
usermod -aG payroll cleo
ends_with 1 'A6 cleo joins the group: neither role counts' rolegate can cleo pay.write
matches 'A6 cleo joins the group: for the conflict' 'conflict' "$(rolegate --json can cleo pay.write)"
ends_with 0 'A6 otis, of the group, keeps his' rolegate can otis pay.approve
ends_with 0 'A6 what stood before keeps nobody from other changes' rolegate assign dave user
matches 'A6 but it is told' 'four eyes' "$out$err"
