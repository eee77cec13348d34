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

# start NAME PROGRAM [ARGUMENT…]: in the background; its log and its exit status get that name.
start() {
	name=$1 program=$2
	shift 2
	{
		status=0
		ROLEGATE_FAULTS=all "$here/../limit.sh" 900 "$build/$program" "$@" >"$logs/$name" 2>&1 || status=$?
		echo $status >"$logs/$name.status"
	} &
}

# count NAME
count() {
	# shellcheck disable=SC2046 # three numbers
	set -- "$1" $("$here/../cmocka-counts.sh" "$logs/$1" "$(cat "$logs/$1.status")")
	grep -vE '^\[' "$logs/$1" || true
	grep -E '^\[  FAILED  \]' "$logs/$1" | sort -u || true
	[ "$3" = 0 ] || echo "FAIL $1: $3 failed, exit status $(cat "$logs/$1.status")"
	passed=$((passed + $2)) failed=$((failed + $3)) skipped=$((skipped + $4))
}

start errors test_errors
start kill test_kill
wait
start changes test_memory changes
start answers test_memory answers
start calls test_calls
start doors test_memory_doors
wait
start crowd test_crowd
start soak test_soak
wait
for name in crowd soak calls doors answers changes errors kill; do
	count $name
done
broken=0
"$here/disk.sh" "$build" >"$logs/disk" 2>&1 || broken=1
grep -E '^(FAIL|skip)' "$logs/disk" || true
counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$logs/disk")
# shellcheck disable=SC2086 # three numbers
set -- ${counts:-0 1 0}
[ $broken = 0 ] || [ "$2" -gt 0 ] || set -- "$1" 1 "$3"
passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
