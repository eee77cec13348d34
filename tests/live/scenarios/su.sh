# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# Real su: the decision is about who calls it, not about whom they become (D3).
wire su
wire su-l

allowed() {
	local actor=$1 what=$2
	shift 2
	ends_with 0 "$what" as_on_tty "$actor" "$password" su "$@"
}

refused() {
	local actor=$1 service=$2 reason=$3 what=$4
	shift 4
	log_mark
	ends_with 1 "$what: refused" as_on_tty "$actor" "$password" su "$@"
	matches "$what: su says so" 'su: Permission denied' "$out"
	is "$what: and one line of why" 1 "$(count_lines "$(told "$out" '^su: ')")"
	logs_denial "$what" "$actor" "$service" "$reason"
}

allowed bob 'bob (administrator) becomes root' root -c id
allowed alice 'alice (owner) becomes root' root -c id
allowed bob 'bob becomes dave: dave has no role, bob decides' dave -c id
allowed bob 'bob becomes root by su -l' -l root -c id
refused carol su 'missing-permission' 'carol with the right password' root -c id
refused carol su 'missing-permission' 'carol becomes bob: bob may, carol decides' bob -c id
refused carol su-l 'missing-permission' 'carol by su -l' -l root -c id
refused dave su 'no-role' 'dave' root -c id

run su carol -c 'id -un'
is 'root becomes carol' '0 carol' "$rc $out"
run su -l dave -c 'id -un'
is 'root becomes dave by su -l' '0 dave' "$rc $out"
