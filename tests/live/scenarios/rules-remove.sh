# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# A3: whoever manages roles takes them away, but the owner's only an owner; and one usable owner remains (A4).
# shellcheck source=../rules.sh
. /live/rules.sh

rows <<'END'
A3 a user's role                          | bob   | command | unassign gwen                       | 0 | in force
A3 a user's role, by a file               | bob   | sed     | /user = "carol"/d                   | 0 | in force
A3 also what one lacks                    | trent | sed     | /user = "bob"/d                     | 0 | in force
A3 also of a group                        | trent | sed     | /group = "staff-it"/d               | 0 | in force
A3 what a role holds                      | trent | sed     | s/(name = "seller"; )permissions = \[ "insight" \];/\1/ | 0 | in force
A3 a role that people have                | bob   | sed     | /name = "sealed"/d; /user = "theo"/d | 0 | in force
A3 an owner                               | bob   | command | unassign nora owner                 | 4 | owner.*A3
A3 all of an owner                        | bob   | command | unassign nora                       | 4 | A3
A3 an owner, by a file                    | bob   | sed     | /user = "alice"/d                   | 4 | A3
A3 by whoever manages roles               | trent | command | unassign nora                       | 4 | A3
A3 an end for an owner                    | bob   | sed     | s/(user = "alice"; roles = \[ "owner" \];)/\1 until = "2090-01-01";/ | 4 | A3
A3 a later beginning                      | bob   | sed     | s/(user = "alice"; roles = \[ "owner" \];)/\1 from = "2090-01-01";/ | 4 | A3
A3 an administrator in an owner's place   | bob   | sed     | s/(user = "alice"; roles = \[) "owner"/\1 "administrator"/ | 4 | A3
A3 a role that was an owner's             | bob   | sed     | s/(name = "deputy"; based_on = \[) "owner"/\1 "administrator"/ | 4 | A3
A3 and its holder                         | bob   | sed     | /user = "dina"/d                    | 4 | A3
A3 an approval that it would need         | bob   | sed     | s/(name = "deputy"; based_on = \[ "owner" \];)/\1 needs_approval = true;/ | 4 | A3
A3 an owner, by an owner                  | alice | command | unassign nora owner                 | 0 | in force
A3 an owner, by an owner in a file        | nora  | sed     | /user = "alice"/d                   | 0 | in force
A3 one's own, by an owner                 | nora  | command | unassign nora owner                 | 0 | in force
A3 by one whose role is based on it       | dina  | command | unassign nora owner                 | 0 | in force
A3 by root                                | root  | command | unassign nora owner                 | 0 | in force
END

# A4 holds for everybody. Alice is the only one from here on; the role of dina does not count.
rolegate unassign nora >/dev/null
cp "$managed" /root/
rows <<'END'
A4 the last owner, by herself             | alice | sed     | /user = "alice"/d                   | 4 | A4
A4 the last owner, by root                | root  | sed     | /user = "alice"/d                   | 4 | A4
A4 an end                                 | alice | sed     | s/(user = "alice"; roles = \[ "owner" \];)/\1 until = "2090-01-01";/ | 4 | A4
A4 a later beginning                      | alice | sed     | s/(user = "alice"; roles = \[ "owner" \];)/\1 from = "2090-01-01";/ | 4 | A4
A4 a group in her place                   | alice | sed     | s/user = "alice"/group = "staff-it"/ | 4 | A4
A4 somebody whom nobody knows             | alice | sed     | s/user = "alice"/user = "alcie"/    | 4 | alcie.*A4
A4 somebody whose account is over            | alice | sed     | s/user = "alice"/user = "rosa"/     | 4 | rosa.*A4
A4 somebody else                          | alice | sed     | s/user = "alice"/user = "nora"/     | 0 | in force
END
