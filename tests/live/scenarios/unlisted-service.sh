# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# D2: a service that no entry names is closed by other_services = "deny", for everybody alike.
printf '%s\n' 'auth required pam_permit.so' 'account required pam_permit.so' 'session required pam_permit.so' \
	>/etc/pam.d/sidedoor
cp /etc/pam.d/sidedoor /etc/pam.d/guestbook
wire sidedoor
wire guestbook

for user in alice carol dave; do
	log_mark
	ends_with 1 "sidedoor: $user is refused" pamtester sidedoor "$user" acct_mgmt
	logs_denial "sidedoor: $user" "$user" sidedoor 'service-not-listed'
done

# The host catalog opens chsh: one's own shell is one's own affair, and `deny` would close it.
wire chsh
ends_with 0 'chsh, open by the host catalog: carol changes her shell' as_on_tty carol "$password" chsh -s /bin/sh
is 'chsh: it is changed' '/bin/sh' "$(getent passwd carol | cut -d: -f7)"

# P9, where the pending role would be enough.
ends_with 0 'guestbook, listed in the policy: carol is let in' pamtester guestbook carol acct_mgmt
log_mark
ends_with 1 'guestbook: erin waits for approval' pamtester guestbook erin acct_mgmt
logs_denial 'guestbook: erin' erin guestbook 'pending-approval'

set_key other_services '"allow"'
apply 'open what is not listed'
ends_with 0 'other_services = "allow": sidedoor opens for dave' pamtester sidedoor dave acct_mgmt
