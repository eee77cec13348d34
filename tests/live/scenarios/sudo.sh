# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# Real sudo: rolegate refuses whom sudoers would let through.
wire sudo
wire sudo-i

refused() {
	local user=$1 service=$2 reason=$3 what=$4
	shift 4
	log_mark
	ends_with 1 "$what: refused" "$@"
	# Only sudo speaks: it calls the account phase without a voice.
	matches "$what: sudo names the account" 'sudo: .*account' "$out$err"
	logs_denial "$what" "$user" "$service" "$reason"
}

run as alice sudo -n id -un
is 'alice: sudo works' '0 root' "$rc $out"
is 'alice: nothing printed on stderr' '' "$err"
run as alice sudo -n -i id -un
is 'alice: sudo -i works' '0 root' "$rc $out"
ends_with 0 'bob: sudo with his password works' as_on_tty bob "$password" sudo id
run sudo -n -u dave id -un
is 'root: sudo works' '0 dave' "$rc $out"

refused carol sudo 'missing-permission' 'carol is in sudoers' as carol sudo -n id -un
refused carol sudo-i 'missing-permission' 'carol by sudo -i' as carol sudo -n -i id -un
refused dave sudo 'no-role' 'dave with the right password' as_on_tty dave "$password" sudo id -un
