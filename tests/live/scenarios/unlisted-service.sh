# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# D2: other_services = "deny" denies a service without an entry to all users except assigned owners (P7);
# "nobody" denies it to owners, too.
printf '%s\n' 'auth required pam_permit.so' 'account required pam_permit.so' 'session required pam_permit.so' \
	>/etc/pam.d/sidedoor
cp /etc/pam.d/sidedoor /etc/pam.d/guestbook
wire sidedoor
wire guestbook

# sidedoor_denies USER WHAT COMMAND…
sidedoor_denies() {
	local user=$1 what=$2
	shift 2
	log_mark
	ends_with 1 "sidedoor: $what is denied" "$@" pamtester sidedoor "$user" acct_mgmt
	logs_denial "sidedoor: $what" "$user" sidedoor 'service-not-listed'
}

for user in carol dave root; do sidedoor_denies "$user" "$user" env; done
ends_with 0 'sidedoor: alice, an assigned owner, is allowed' pamtester sidedoor alice acct_mgmt
ends_with 0 'sidedoor: also with her own uid' as alice pamtester sidedoor alice acct_mgmt
sidedoor_denies alice 'alice, asked for by the uid of bob' as bob

# The host catalog opens chsh: one's own shell is one's own affair, and `deny` would close it.
wire chsh
ends_with 0 'chsh, open by the host catalog: carol changes her shell' as_on_tty carol "$password" chsh -s /bin/sh
is 'chsh: it is changed' '/bin/sh' "$(getent passwd carol | cut -d: -f7)"

# P9, where the pending role would be enough.
ends_with 0 'guestbook, listed in the policy: carol is let in' pamtester guestbook carol acct_mgmt
log_mark
ends_with 1 'guestbook: erin waits for approval' pamtester guestbook erin acct_mgmt
logs_denial 'guestbook: erin' erin guestbook 'pending-approval'

set_key other_services '"nobody"'
apply 'other_services = "nobody"'
for user in alice dave root; do sidedoor_denies "$user" "other_services = \"nobody\": $user" env; done

set_key other_services '"allow"'
apply 'open what is not listed'
ends_with 0 'other_services = "allow": sidedoor opens for dave' pamtester sidedoor dave acct_mgmt
