# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# Real sshd: who gets in by key or password, what the client sees, what the log says.
wire sshd
start_sshd

# P3: by user, by tier, by OS group; D6: root.
for user in alice carol frank root; do ssh_lets_in "$user"; done

ssh_refuses dave 'no-role'
# P9: what the pending role holds would not be enough either, so either cause may be named.
ssh_refuses erin 'pending-approval|missing-permission'
# D1: an assignment outside its time counts as none.
ssh_refuses gina 'outside-time'

by_password=(ssh -o PubkeyAuthentication=no -o NumberOfPasswordPrompts=1)
ends_with 0 'carol: a password login is let in' \
	as_on_tty carol "$password" "${by_password[@]}" carol@localhost id
log_mark
ends_with 255 'dave: a password login is refused, status 255' \
	as_on_tty carol "$password" "${by_password[@]}" dave@localhost id
logs_denial 'dave, by password' dave sshd 'no-role'
