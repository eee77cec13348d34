#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Counts the instructions of questions to policies that are built to be slow, with callgrind: none takes more than the
# bound (D9). test_bounded counts more of them, in basic blocks.
#
#	tests/bounded.sh [SHAPE [HOW [WHAT]]]	"all" stands for each; prints what it counts
set -u
# policy.md D9
bound=40000000
command -v valgrind >/dev/null || {
	echo 'skip bounded: no valgrind here'
	exit 77
}
# A sanitizer's instructions are not ours, and valgrind cannot run it.
! grep -q '^CFLAGS = .*-fsanitize\|^SANITIZER_CFLAGS = .*-fsanitize' Makefile || {
	echo 'skip bounded: built with sanitizers'
	exit 77
}
program=./tests/bounded
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

# count SHAPE N HOW WHAT
count() {
	valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=bounded_question \
		"$program" --ask "$work" "$@" >"$work/log" 2>&1 || {
		cat "$work/log"
		failed=1
		return
	}
	counted=$(sed -n 's/.*Collected : //p' "$work/log")
	echo "$* $counted"
	[ "${counted:-$bound}" -lt "$bound" ] || {
		echo "bounded: $*: $counted instructions; at most $bound are allowed" >&2
		failed=1
	}
}

wanted=${1:-slowest}
"$program" --list >"$work/shapes"
while read -r shape n; do
	case "$wanted $shape" in
	"all "* | "$shape $shape") ;;
	# What comes nearest to the bound; the rest would take a minute.
	"slowest bases" | "slowest groups-64" | "slowest groups-chain" | "slowest groups-most" | "slowest maps") ;;
	*) continue ;;
	esac
	"$program" --write "$work" "$shape" "$n" || failed=1
	for how in ${2:-open}; do
		for what in ${3:-explain}; do
			count "$shape" "$n" "$how" "$what"
		done
	done
done <"$work/shapes"
exit "$failed"
