#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Counts what `make check` ran in a build directory: the cases of each cmocka program, and each script as one. Prints the
# reason of each skipped test. The last line counts: N passed, N failed, N skipped.
#
# usage: suite-counts.sh BUILD
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1
passed=0 failed=0 skipped=0

# add PASSED FAILED SKIPPED
add() {
	passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

for log in "$build"/*.log "$build"/tests/*.log; do
	result=$(sed -n 's/^:test-result: \([A-Z]*\).*/\1/p' "${log%.log}.trs" 2>/dev/null) || continue
	if "$here/cmocka-counts.sh" --is-cmocka "$log"; then
		status=0
		[ "$result" = PASS ] || status=1
		# shellcheck disable=SC2046 # three numbers
		add $("$here/cmocka-counts.sh" "$log" $status)
	else
		case $result in
		PASS) add 1 0 0 ;;
		SKIP) add 0 0 1 ;;
		*) add 0 1 0 ;;
		esac
	fi
	grep -hE '^\[  SKIPPED \] |^skip' "$log" | grep -v ' test(s), listed below:$' | sort -u || true
done
echo "$passed passed, $failed failed, $skipped skipped"
