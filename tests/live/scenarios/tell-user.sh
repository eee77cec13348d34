# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# tell_user = false: the refused user learns nothing, the log everything.
wire sshd
start_sshd
set_key tell_user false
apply 'say nothing'

log_mark
ends_with 255 'dave: refused, status 255' ssh_as dave id
is 'dave: told nothing' '' "$(told "$err" '^(Connection|Received disconnect|Disconnected) ')"
logs_denial dave dave sshd 'no-role'
