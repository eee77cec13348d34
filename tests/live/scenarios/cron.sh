# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# Real cron: whose jobs run.
wire cron
install -d -m 1777 /tmp/jobs

add_job() {
	local user=$1
	printf '@reboot touch /tmp/jobs/%s\n' "$user" | crontab -u "$user" -
}

# shellcheck disable=SC2317 # called by run_cron
all_decided() {
	[[ -e /tmp/jobs/carol && -e /tmp/jobs/nightly && -e /tmp/jobs/root ]] && grep -q 'pam_rolegate.*dave' "$log"
}

ran() {
	[[ -e /tmp/jobs/$1 ]] && printf 'ran' || printf 'did not run'
}

for user in carol dave root nightly; do add_job "$user"; done
log_mark
run_cron all_decided || true

is "carol's job runs" 'ran' "$(ran carol)"
is "root's job runs" 'ran' "$(ran root)"
is "a system account's job runs: system_account_roles" 'ran' "$(ran nightly)"
is "dave's job does not run" 'did not run' "$(ran dave)"
logs_denial dave dave cron 'no-role'
