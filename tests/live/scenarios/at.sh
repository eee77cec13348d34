# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# Real atd: whose jobs run.
wire atd
install -d -m 1777 /tmp/jobs
atd -l 100

queue_job() {
	printf 'touch /tmp/jobs/%s\n' "$1" | as "$1" at now 2>/dev/null
}

log_mark
queue_job dave
queue_job carol
is "carol's job runs" 'ran' "$(wait_for test -e /tmp/jobs/carol && printf 'ran')"
wait_for grep -q 'pam_rolegate.*dave' "$log" || true
is "dave's job does not run" 'did not run' "$([[ -e /tmp/jobs/dave ]] || printf 'did not run')"
logs_denial dave dave atd 'no-role'
