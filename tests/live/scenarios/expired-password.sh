# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# A denial is final with a fresh and with an expired password when the line is first and requisite.
start_sshd

expire() {
	local user
	for user in "$@"; do chage -d 0 "$user"; done
}

renew() {
	chage -d "$(date +%F)" "$1"
}

wire common-account
ssh_refuses dave 'no-role' 'dave, password fresh'
expire carol dave
ssh_refuses dave 'no-role' 'dave, password expired'
log_mark
run expect -f /live/tty.exp "$password" login dave
is 'login: dave, password expired: not asked for a new one' 'refused' "$(login_outcome dave)"
ends_with 75 'login: carol, password expired: asked for a new one' expect -f /live/tty.exp "$password" login carol
expire alice
log_mark
run as_on_tty carol "$password" su alice -c id
is 'su: carol to alice, whose password expired' 'refused' "$(outcome carol 1)"
renew alice
log_mark
run as_on_tty dave "$password" sudo id
is 'sudo: dave, password expired' 'refused' "$(outcome dave 1)"
matches 'sudo: and it names the account' 'sudo: .*account' "$out"

# What the rule is for: put last, the line is not reached when the password has expired.
wire_last common-account
ends_with 75 'control: the line put last loses the denial (this is why it must be first)' \
	expect -f /live/tty.exp "$password" login dave
