#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# run.sh BUILD: all that tests/faults/ has, at every point and not only at some as in `make check`; in about five minutes
# on two processors. The last line counts: N passed, N failed, N skipped.
set -eu
build=$1
here=$(cd "$(dirname "$0")" && pwd)
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
passed=0 failed=0 skipped=0

# start PROGRAM: in the background.
start() {
	ROLEGATE_FAULTS=all "$here/../limit.sh" 600 "$build/$1" >"$logs/$1" 2>&1 &
}

# start_memory WHICH: test_memory of verbs that change something, or of those that only answer.
start_memory() {
	ROLEGATE_FAULTS=all "$here/../limit.sh" 600 "$build/test_memory" "$1" >"$logs/test_memory-$1" 2>&1 &
}

# lines PATTERN FILE: how many match.
lines() {
	grep -c "$1" "$2" || true
}

# count PROGRAM: cmocka names a case that fails or is skipped where it does, and once more at the end.
count() {
	ok=$(lines '^\[       OK \]' "$logs/$1")
	bad=$(($(lines '^\[  FAILED  \] [^0-9]*$' "$logs/$1") / 2))
	skip=$(($(lines '^\[  SKIPPED \] [^0-9]*$' "$logs/$1") / 2))
	grep -vE '^\[' "$logs/$1" || true
	grep -E '^\[  FAILED  \]' "$logs/$1" | sort -u || true
	# It did not come so far as to say.
	[ "$ok$bad$skip" != 000 ] || bad=1
	passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
}

start test_errors
start test_kill
wait
start_memory changes
start_memory answers
start test_calls
start test_memory_doors
wait
start test_crowd
start test_soak
wait
count test_crowd
count test_soak
count test_calls
count test_memory_doors
count test_memory-answers
count test_memory-changes
count test_errors
count test_kill
"$here/disk.sh" "$build" >"$logs/disk" 2>&1 || true
grep -E '^(FAIL|skip)' "$logs/disk" || true
counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$logs/disk")
# shellcheck disable=SC2086 # three numbers
set -- ${counts:-0 1 0}
passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
