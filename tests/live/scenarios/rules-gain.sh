# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# A2: nobody hands out what they do not hold, to roles, users, groups or by approval, and opens no service but their own.
# shellcheck source=../rules.sh
. /live/rules.sh

# Users and groups.
rows <<'END'
A2 an administrator makes a user          | bob   | command | assign dave user                    | 0 | in force
A2 an administrator makes another         | bob   | command | assign dave administrator           | 0 | in force
A2 an administrator makes an owner        | bob   | command | assign dave owner                   | 4 | lack: .*manage_user_passwords \(owner\).*A2
A2 an administrator makes himself owner   | bob   | command | assign bob owner                    | 4 | lack: .*\(owner\)
A2 by a file                              | bob   | file    | assign = ( { user = "bob"; roles = [ "owner" ]; } ) | 4 | lack: .*\(owner\)
A2 in the editor                          | bob   | edit    | assign = ( { user = "bob"; roles = [ "owner" ]; } ) | 4 | lack: .*\(owner\)
A2 by a role based on owner               | bob   | command | assign bob deputy                   | 4 | lack: .*\(owner\)
A2 an owner may                           | alice | command | assign dave owner                   | 0 | in force
A2 an owner may by a file                 | alice | file    | assign = ( { user = "dave"; roles = [ "owner" ]; } ) | 0 | in force
A2 an owner from a day on                 | bob   | command | assign dave owner --from 2090-01-01 | 4 | lack: .*\(owner\)
A2 a group of owners                      | bob   | command | assign --group staff-it owner       | 4 | lack: .*\(owner\)
A2 a group of users                       | bob   | command | assign --group payroll user         | 0 | in force
A2 a user, by whom holds less             | trent | command | assign dave user                    | 4 | lack: .*mail.*A2
A2 a user, by whom holds less, by a file  | trent | file    | assign = ( { user = "dave"; roles = [ "user" ]; } ) | 4 | lack: .*mail
A2 what one holds                         | trent | command | assign dave desk                    | 0 | in force
A2 what one holds, by a file              | trent | file    | assign = ( { group = "payroll"; roles = [ "desk" ]; } ) | 0 | in force
A2 what the plan leaves out               | trent | command | role create hidden --grant cms      | 4 | lack: cms
END

# Roles and privileges.
rows <<'END'
A2 a role gains what one lacks            | trent | command | role create big --grant billing     | 4 | lack: billing \(administrator\)
A2 a role that is held gains              | trent | sed     | s/(name = "desk"; permissions = \[)/\1 "billing",/ | 4 | lack: billing
A2 through a base                         | trent | command | role create big --based-on seller    | 4 | lack: .*insight
A2 through the base of another            | trent | sed     | s/(name = "approver";)/\1 based_on = [ "seller" ];/ | 4 | lack: .*insight
A2 a copy                                 | trent | command | role copy seller big                | 4 | lack: .*insight
A2 a role gains what one holds            | trent | command | role create small --grant host.ssh  | 0 | in force
A2 the same by a file                     | trent | file    | roles = ( { name = "small"; permissions = [ "host.ssh" ]; } ) | 0 | in force
A2 an administrator                       | bob   | command | role create big --grant billing     | 0 | in force
A2 what is an owner's goes into no role   | bob   | command | role create spy --grant mail_private_all | 4 | reserved to owners
A2 nor by a file                          | bob   | file    | roles = ( { name = "spy"; permissions = [ "mail_private_all" ]; } ) | 3 | P6
A2 a role based on owner                  | bob   | command | role create spy --based-on owner    | 4 | lack: .*\(owner\)
A2 a role based on owner, an owner's      | alice | command | role create spy --based-on owner    | 0 | in force
A2 a new privilege is free                | trent | command | role create small --privilege app.new | 0 | in force
A2 also by a file                         | trent | file    | roles = ( { name = "small"; privileges = "app.new"; } ) | 0 | in force
A2 one that exists is not                 | trent | command | role create small --privilege app.crm | 4 | lack: app.crm
A2 nor by a file                          | trent | file    | roles = ( { name = "small"; privileges = "app.crm"; } ) | 4 | lack: app.crm
A2 one's own is                           | trent | command | role create small --privilege app.desk | 0 | in force
A2 whose last role goes                   | trent | sed     | s/privileges = "app.crm"/privileges = "app.crm2"/; s/require = \[ "app.crm" \]/require = [ "app.crm2" ]/ | 4 | app.crm
P4 a built-in role, by an owner           | alice | command | role edit user --grant billing      | 4 | P4
P4 nor by a file                          | alice | file    | roles = ( { name = "user"; } )      | 3 | P4
P8 a base is not deleted                  | alice | sed     | /name = "approver"/d                | 3 | approver
END

# Approvals (P9).
rows <<'END'
A2 an administrator approves              | bob   | command | approve erin                        | 0 | approved
A2 whoever holds less                     | trent | command | approve erin                        | 4 | lack: profile
A2 one's own signature in a file          | trent | sed     | s/(user = "erin"; roles = \[ "guest" \];)/\1 approved_by = "trent";/ | 4 | lack: profile
A2 the signature of an owner, forged      | trent | sed     | s/(user = "erin"; roles = \[ "guest" \];)/\1 approved_by = "alice";/ | 4 | lack: profile
A2 the same by whom holds it              | bob   | sed     | s/(user = "erin"; roles = \[ "guest" \];)/\1 approved_by = "alice";/ | 0 | in force
A2 what one holds                         | trent | command | approve theo                        | 0 | approved
A2 a role is freed of its approval        | trent | sed     | s/ needs_approval = true;//         | 0 | in force
A2 one that gives more                    | trent | sed     | s/(name = "sealed"; permissions = \[) "host.ssh"/\1 "insight"/; s/ needs_approval = true;// | 4 | lack: insight
END

# Time: nobody prolongs their own.
rows <<'END'
A2 an administrator for a time, for good  | ada   | command | assign ada administrator            | 4 | lack: .*A2
A2 the same by a file                     | ada   | sed     | s/(user = "ada".*) until = "[^"]*";/\1/ | 4 | lack: .*A2
A2 later, by a file                       | ada   | sed     | s/(user = "ada".*) until = "[^"]*";/\1 until = "2090-01-01";/ | 4 | lack: .*A2
A2 sooner                                 | ada   | sed     | s/(user = "ada".*) until = "[^"]*";/\1 until = "2090-01-01"; from = "2089-01-01";/ | 4 | lack: .*A2
A2 less, for good                         | ada   | command | assign ada desk                     | 4 | lack: .*A2
A2 less, for as long                      | ada   | sed     | s/(user = "ada"; roles = \[)/\1 "desk",/ | 0 | in force
A2 for good, by a group of hers           | ada   | command | assign --group club desk            | 4 | lack: .*A2
A2 the same by a file                     | ada   | file    | assign = ( { group = "club"; roles = [ "desk" ]; } ) | 4 | lack: .*A2
A2 a group that she is not in             | ada   | command | assign --group payroll desk         | 0 | in force
A2 by a group for a time, herself for good | tess | command | assign tess desk                    | 4 | lack: .*A2
A2 the same by a file                     | tess  | file    | assign = ( { user = "tess"; roles = [ "user" ]; } ) | 4 | lack: .*A2
A2 the group, for good                    | tess  | sed     | s/(group = "temps".*) until = "[^"]*";/\1/ | 4 | lack: .*A2
A2 for others she may                     | ada   | command | assign dave administrator           | 0 | in force
A2 and another may for her                | bob   | command | assign ada administrator            | 0 | in force
END

# Services.
rows <<'END'
A2 a new one that lets in                 | trent | command | service set backup --require host.ssh | 0 | in force
A2 a new one that does not                | trent | command | service set backup --require billing | 4 | backup.*does not let you in
A2 the same by a file                     | trent | file    | services = ( { name = "backup"; require = [ "billing" ]; } ) | 4 | backup.*does not let you in
A2 one that did not                       | trent | command | service set till --open              | 4 | till
A2 one that did not, by a file            | trent | sed     | s/(name = "till";) require = \[ "app.crm" \];/\1/ | 4 | till.*does not let you in
A2 one that did                           | trent | sed     | s/(name = "door-\*"; require = \[) "host.ssh"/\1 "roles"/ | 0 | in force
A2 one that will not any more             | trent | sed     | s/(name = "door-\*"; require = \[) "host.ssh"/\1 "billing"/ | 4 | does not let you in
A2 out of a pattern that did not          | carol | command | service set door-1 --open            | 4 | A1
A2 an administrator shuts users out       | bob   | command | service set sshd --require host.sudo | 0 | in force
A2 su, for everybody                      | trent | command | service set su --open                | 4 | su.*does not let you in
A2 an owner opens any                     | alice | command | service set su --open                | 0 | in force
END

# What lacks, for programs.
run with_login bob rolegate --json assign bob owner
is 'A2 in JSON: status 4' 4 "$rc"
matches 'A2 in JSON: the reason' '"reason": ?"lacks"' "$out"
matches 'A2 in JSON: the names' '"lacks": ?\[.*"manage_user_passwords"' "$(tr '\n' ' ' <<<"$out")"
