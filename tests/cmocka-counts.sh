#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Counts the test cases in the log of a cmocka program, which may contain several groups. Prints PASSED FAILED SKIPPED.
# The summaries of the groups are counted, because a test case may have any name. A program adds one failure if it did not
# end every announced case, if a group's setup or teardown failed, or if it failed or ran nothing without a failed case.
#
# usage: cmocka-counts.sh LOG STATUS
#        cmocka-counts.sh --is-cmocka LOG     exit status 0 if a cmocka program wrote LOG
#
# cmocka 1.1.5 (Debian 12) prints "[==========] Running 2 test(s).", 1.1.7 (Debian 13) "[==========] GROUP: Running 2
# test(s)."; other summaries differ in the same way.
set -eu

if [ "$1" = --is-cmocka ]; then
	exec grep -qE '^\[==========\] (.*: )?Running [0-9]+ test\(s\)\.' "$2"
fi
log=$1 status=$2

# sum MARK TEXT: the sum of the numbers before TEXT in the groups' lines that begin with [MARK].
sum() {
	sed -n "s/^\[$1\] \(.*[: ]\)\{0,1\}\([0-9][0-9]*\) $2.*/\2/p" "$log" | awk '{ n += $1 } END { print n + 0 }'
}

# lines REGEX
lines() {
	grep -c "$1" "$log" || true
}

planned=$(sum ========== 'test(s)\.')
passed=$(lines '^\[       OK \] ')
failed=$(sum '  FAILED  ' 'test(s), listed below:')
skipped=$(sum '  SKIPPED ' 'test(s), listed below:')
begun=$(lines '^\[ RUN      \] ')
[ "$planned" -ge "$begun" ] || planned=$begun
if [ "$planned" -gt $((passed + failed + skipped)) ] || [ "$(lines '^\[  FAILED  \] GROUP [ST]E')" != 0 ]; then
	failed=$((failed + 1))
fi
[ "$status" = 0 ] || [ "$failed" -gt 0 ] || failed=1
[ "$passed$failed$skipped" != 000 ] || failed=1
echo "$passed $failed $skipped"
