#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Counts the cases of a program of cmocka by its log, of which it may hold several groups: PASSED FAILED SKIPPED. What it
# says of all at the end is taken, for a case may be called as it likes; a program that failed without saying so, or did
# not come to its end, is one failure more.
#
# usage: cmocka-counts.sh LOG STATUS
set -eu
log=$1 status=$2

# all WORD: the sum of what the groups' ends say.
all() {
	sed -n "s/^\[  $1\] \([0-9][0-9]*\) test(s).*/\1/p" "$log" | awk '{ n += $1 } END { print n + 0 }'
}

passed=$(grep -c '^\[       OK \] ' "$log" || true)
failed=$(all 'FAILED  ') skipped=$(all 'SKIPPED ')
begun=$(grep -c '^\[ RUN      \] ' "$log" || true)
[ "$begun" -le $((passed + failed + skipped)) ] || failed=$((failed + 1))
[ "$status" = 0 ] || [ "$failed" -gt 0 ] || failed=1
[ "$passed$failed$skipped" != 000 ] || failed=1
echo "$passed $failed $skipped"
