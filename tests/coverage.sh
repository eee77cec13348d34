#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Says which part of lib/ and compiler/ the tests run: lines, and branches taken (gcov). What a process that ends by
# _exit(2) or a signal ran is not counted.
#
# usage: coverage.sh SOURCE BUILD [FOLDER…]
#   BUILD   configured here with --enable-coverage, unless it is; in BUILD/gcov each source with its counts
#   FOLDER  default: lib compiler
# Exit status 1 if a test fails, or lib/ is below 97 percent of lines or 90 of branches.
set -eu
source=$(cd "$1" && pwd) build=$2
shift 2
[ $# -gt 0 ] || set -- lib compiler

mkdir -p "$build"
cd "$build"
[ -f Makefile ] || "$source/configure" -q --prefix=/usr --sysconfdir=/etc --localstatedir=/var --disable-hardening \
	--enable-coverage CFLAGS='-O0 -g'
find . -name '*.gcda' -delete
# Without those that kill programs, limit what they may write, or let their calls fail: they cut the counts' own files,
# too, and what libgcov says of that is taken for the program's.
make -s check TESTS= >check.log 2>&1
units=
for unit in $(make -s print-units); do
	case $unit in
	test_attack | test_calls | test_crowd | test_errors | test_kill | test_memory | test_power) ;;
	*) units="$units $unit" ;;
	esac
done
make -s check-TESTS TESTS="$units fuzz/replay.sh" >check.log 2>&1 || {
	grep -E '^(FAIL|ERROR)|error' check.log >&2
	exit 1
}
mkdir -p gcov

# summary FOLDER: `gcov` says for each file "Lines executed:P% of N", and for branches "Taken at least once". Headers are
# left out: they are counted anew for each file that includes them.
summary() {
	low=0
	for notes in "$1"/*.gcno "$1"/.libs/*.gcno; do
		[ ! -e "$notes" ] || gcov --branch-probabilities --preserve-paths "$notes" 2>/dev/null
	done | awk -v folder="$1" '
		/^File / {
			ours = index($0, "/" folder "/") && /\.c\047$/
			name = $0
			sub(/.*\//, "", name)
			sub(/\047.*/, "", name)
		}
		/^$/ { ours = 0 }
		ours && /^Lines executed:/ {
			split($0, n, /[:%]| of /)
			lines += n[4]
			run += n[2] * n[4] / 100
			part = n[2]
		}
		ours && /^Taken at least once:/ {
			split($0, n, /[:%]| of /)
			branches += n[4]
			taken += n[2] * n[4] / 100
			printf "%-36s %6.2f %% of lines, %6.2f %% of %d branches\n", folder "/" name, part, n[2], n[4]
		}
		END {
			if (branches > 0)
				printf "%s: %.1f %% of %d lines, %.1f %% of %d branches\n", folder, 100 * run / lines, lines,
				100 * taken / branches, branches
			if (branches == 0 || folder == "lib" && (run < 0.97 * lines || taken < 0.90 * branches)) exit 1
		}' || low=1
	mv -- *.gcov gcov/
	return $low
}

good=0
for folder in "$@"; do
	summary "$folder" || good=1
done
exit $good
