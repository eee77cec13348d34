# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# D5: permissive mode lets everybody in and logs what it would have done; damage is never permissive.
wire sshd
start_sshd

set_key mode '"permissive"'
apply 'only watch'
log_mark
ssh_lets_in dave
a_line_has 'dave: the log says what would have happened' "$(rolegate_lines)" \
	'would[ -]deny' 'user|subject=dave' 'reason=no-role'
log_mark
ssh_lets_in carol
is 'carol: no would-be denial is logged' '' "$(rolegate_lines | grep -E 'would[ -]deny' || true)"

chmod 666 "$state/policy.cdb"
ssh_refuses dave '' 'dave, policy file writable by all'
logs_reason 'dave, policy file writable by all' 'untrusted-policy'
chmod 644 "$state/policy.cdb"

set_key mode '"enforcing"'
apply 'refuse again'
ssh_refuses dave 'no-role' 'dave, enforcing again'
