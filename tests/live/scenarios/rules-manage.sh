# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# A1: it takes the permission to manage roles to change anything, however it is changed. A5: who the actor is.
# shellcheck source=../rules.sh
. /live/rules.sh

rows <<'END'
A1 a user assigns               | carol   | command | assign dave guest                       | 4 | you are carol .*A1
A1 a user takes away            | carol   | command | unassign gwen                           | 4 | A1
A1 a user makes a role          | carol   | command | role create empty                       | 4 | A1
A1 a user sets a service        | carol   | command | service set backup --require host.ssh   | 4 | A1
A1 a user approves              | carol   | command | approve erin                            | 4 | A1
A1 a user goes back             | carol   | command | rollback 1                              | 4 | A1
A1 a user, by a file            | carol   | file    | assign = ( { user = "dave"; roles = [ "guest" ]; } ) | 4 | A1
A1 a user, by the editor        | carol   | edit    | assign = ( { user = "dave"; roles = [ "guest" ]; } ) | 4 | A1
A1 a user takes a line away     | carol   | sed     | /group = "payroll"/d; s/(\{ user = "cleo".*),/\1/ | 4 | A1
A1 a user by a group            | frank   | command | assign dave guest                       | 4 | you are frank .*A1
A1 a guest who waits            | erin    | command | approve erin                            | 4 | A1
A1 somebody whose time is over  | gina    | command | assign dave guest                       | 4 | A1
A1 somebody without any role    | dave    | command | assign dave owner                       | 4 | A1
A1 a system account             | nightly | command | assign nightly service                  | 4 | A1
A1 an administrator may         | bob     | command | assign dave guest                       | 0 | in force
A1 and by a file                | bob     | file    | assign = ( { user = "dave"; roles = [ "guest" ]; } ) | 0 | in force
A1 and by the editor            | bob     | edit    | assign = ( { user = "dave"; roles = [ "guest" ]; } ) | 0 | in force
A1 whoever manages roles may    | trent   | command | role create empty                       | 0 | in force
A1 and take away                | trent   | command | unassign gwen                           | 0 | in force
A1 an owner may                 | alice   | command | assign dave guest                       | 0 | in force
A1 an owner of a custom role    | dina    | command | assign dave owner                       | 0 | in force
A5 root, of whom nobody knows   | root    | command | assign dave owner                       | 0 | in force
END

# What decides is who logged in, not what a process says of itself.
alice=$(id -u alice)
ends_with 4 'A5 the environment names an owner: carol is carol' \
	with_login carol env USER=alice LOGNAME=alice SUDO_UID="$alice" SUDO_USER=alice rolegate assign dave guest
matches 'A5 the environment names an owner: it says who they are' 'you are carol' "$err"
ends_with 4 'A5 carol by a real sudo' in_session carol sudo -n rolegate assign dave guest
matches 'A5 carol by a real sudo: is still carol' 'you are carol' "$err"
ends_with 0 'A5 alice by a real sudo' in_session alice sudo -n rolegate assign dave guest -m 'by sudo'
matches 'A5 alice by a real sudo: the history says so' 'alice' "$(rolegate history | head -n 3)"
go_back
run as alice rolegate assign dave guest
matches 'A5 an owner without root'\''s hands: cannot write' '^[45]$' "$rc"

# Without root_is_owner, root of whom nobody knows the login is nobody.
row 'A5 an owner ends root_is_owner' alice key 'root_is_owner = false' 0 'in force'
sed -i '/^root_is_owner = /d' "$conf"
printf 'root_is_owner = false;\n' >>"$conf"
ends_with 0 'A5 root ends root_is_owner' rolegate apply -m 'no break-glass'
ends_with 4 'A5 then root changes nothing' rolegate assign dave guest
matches 'A5 then root changes nothing: says why' 'A1' "$err"
ends_with 4 'A5 nor by a file' change_as root key 'root_is_owner = true'
ends_with 0 'A5 but an owner does' change_as alice key 'root_is_owner = true'

# --root: whose hands root lends is asked of this host, whatever the files below that root say; and so is who the editor is.
image=/tmp/image
mkdir -p "$image/etc"
printf 'alice:x:%s:6::/:/bin/sh\n' "$(id -u bob)" >"$image/etc/passwd"
ends_with 4 'A5 bob, whom the passwd below a root calls alice' with_login bob rolegate --root "$image" init --owner bob
matches 'A5 bob, whom the passwd below a root calls alice: is bob' 'you are bob here' "$err"
is 'A5 bob, below a root: nothing was made' 'no' "$([[ -e $image/etc/rolegate ]] && echo yes || echo no)"
printf 'alice:x:%s:6::/:/bin/sh\n' "$alice" >"$image/etc/passwd"
ends_with 0 'A5 alice, an owner here, below a root' with_login alice rolegate --root "$image" init --owner alice
printf '#!/bin/sh\nid >/tmp/editor.id\nexit 1\n' >/tmp/editor
chmod 755 /tmp/editor
run with_login alice env EDITOR=/tmp/editor rolegate --root "$image" edit
is 'A5 alice, below a root: her editor has the groups that she has here' "$(id alice)" "$(cat /tmp/editor.id)"
