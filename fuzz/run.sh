#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Fuzzes for some seconds a target, one after the other, in a build with --enable-fuzzers (CC=clang, --enable-sanitizers),
# and says how often each ran. What it finds stays in BUILD/fuzz-findings, new inputs in BUILD/fuzz-corpus.
#
# usage: run.sh BUILD SECONDS [TARGET…]
# Ends on a line "N findings"; exit status 1 if there are any. That a target ended badly and left no input is one, too.
set -eu
build=$1 seconds=$2
shift 2
source=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- arguments compiled managed nss pam policy_text sudoers wiring
findings=0

for target in "$@"; do
	dict=$source/$target.dict
	case $target in
	managed) dict=$source/policy_text.dict ;;
	nss) dict=$source/compiled.dict ;;
	esac
	mkdir -p "$build/fuzz-corpus/$target" "$build/fuzz-findings/$target"
	options="-max_total_time=$seconds -timeout=10 -rss_limit_mb=2048 -print_final_stats=1"
	[ ! -e "$dict" ] || options="$options -dict=$dict"
	# The first folder takes what is new. libconfig 1.5 leaks on syntax errors, for which tests/lsan.supp has the words.
	status=0
	# shellcheck disable=SC2086 # options are words
	LSAN_OPTIONS="suppressions=$source/../tests/lsan.supp:print_suppressions=0" \
		"$build/fuzz_$target" $options -artifact_prefix="$build/fuzz-findings/$target/" \
		"$build/fuzz-corpus/$target" "$source/corpus/$target" >"$build/fuzz-$target.log" 2>&1 || status=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/fuzz-$target.log")
	found=$(find "$build/fuzz-findings/$target" -type f | wc -l)
	if [ "$found" = 0 ] && { [ "$status" != 0 ] || [ "${runs:-0}" = 0 ]; }; then
		tail -n 20 "$build/fuzz-$target.log"
		found=1
	fi
	findings=$((findings + found))
	echo "$target: $seconds s, ${runs:-0} executions, $found findings"
done
echo "$findings findings"
[ "$findings" = 0 ]
