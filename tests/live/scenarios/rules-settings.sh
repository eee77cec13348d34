# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# A7: what could give more than any role does is an owner's to change.
# shellcheck source=../rules.sh
. /live/rules.sh

# Each by an administrator, who may not, and by an owner, who may.
changes='default_roles = [ "user" ]
system_account_roles = [ ]
root_is_owner = false
other_services = "allow"
other_services = "host.ssh"
mode = "permissive"
password_gate = { unknown_actor = "root"; }
role_groups = ( { role = "administrator"; group = "adm"; } )'
while IFS= read -r change <&4; do
	for who in bob trent; do row "A7 $change" "$who" key "$change" 4 "only an owner changes ${change%% =*}.*A7"; done
	row "A7 $change" alice key "$change" 0 'in force'
done 4<<<"$changes"

mkdir -p /etc/rolegate/catalogs
cat >/etc/rolegate/catalogs/extra.conf <<'END'
name = "extra"; label = "Extra"; description = "What this site has besides.";
grants_by_tier = true;
areas = ( { name = "More"; label = "More"; description = "Other things."; } );
permissions = ( { name = "extra.more"; area = "More"; tier = "user"; label = "More"; description = "One more."; } );
END
rows <<'END'
A7 the plan                               | bob   | sed     | s/"area:Basic", //                  | 4 | plan.*A7
A7 the plan                               | alice | sed     | s/"area:Basic", //                  | 0 | in force
A7 one more catalog                       | bob   | sed     | s/"workspace", "host"/"workspace", "host", "extra"/ | 4 | catalogs.*A7
A7 one more catalog                       | alice | sed     | s/"workspace", "host"/"workspace", "host", "extra"/ | 0 | in force
A7 a service's mode                       | bob   | sed     | s/(name = "door-\*";)/\1 mode = "permissive";/ | 4 | mode.*A7
A7 a service's mode                       | alice | sed     | s/(name = "door-\*";)/\1 mode = "permissive";/ | 0 | in force
A7 a new service that is permissive       | bob   | file    | services = ( { name = "backup"; mode = "permissive"; } ) | 4 | mode.*A7
A7 a rule goes                            | bob   | sed     | s/^conflicts = .*$//                | 4 | conflict.*A7
A7 a rule goes                            | alice | sed     | s/^conflicts = .*$//                | 0 | in force
A7 a rule is loosened                     | bob   | sed     | s/at_most = 1;/at_most = 2;/        | 4 | four eyes.*A7
A7 a rule is loosened                     | alice | sed     | s/at_most = 1;/at_most = 2;/        | 0 | in force
A7 a role leaves a rule                   | bob   | sed     | s/"approver", "seller" \]; at_most/"approver" ]; at_most/ | 4 | four eyes.*A7
A7 a rule is added                        | bob   | file    | conflicts = ( { name = "new"; roles = [ "desk", "seller" ]; at_most = 1; } ) | 0 | in force
A7 a rule is stricter                     | bob   | sed     | s/"approver", "seller" \]; at_most/"approver", "seller", "desk" ]; at_most/ | 0 | in force
A7 not an owner's: tell_user              | bob   | key     | tell_user = false                   | 0 | in force
END
