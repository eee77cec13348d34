# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# The line in common-account, once for all services: logins work, and so do the helpers behind them.
wire common-account
start_sshd

ssh_lets_in carol
ssh_refuses dave 'no-role'

run expect -f /live/tty.exp "$password" login carol
is 'login: carol gets her shell' '0 carol' "$rc $(grep -x carol <<<"$out" || true)"
log_mark
run expect -f /live/tty.exp "$password" login dave
is 'login: dave gets none' '' "$(grep -x dave <<<"$out" || true)"
logs_denial 'login: dave' dave login 'no-role'

ends_with 0 'su -l: bob becomes root' as_on_tty bob "$password" su -l root -c id

# Services that require nothing: a refusal there would break logins that were granted. dave has no role at all.
log_mark
for user in carol dave nightly root; do
	ends_with 0 "systemd-user: $user's manager may start" pamtester systemd-user "$user" acct_mgmt open_session
	ends_with 0 "polkit-1: $user may prove who it is" pamtester polkit-1 "$user" acct_mgmt
done
is 'systemd-user, polkit-1: no denial is logged' '' "$(rolegate_lines | grep -E 'den(y|ied)' || true)"
