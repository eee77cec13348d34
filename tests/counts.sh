#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests tests/cmocka-counts.sh with logs of the cmocka of Debian 12 and of Debian 13, and with the cmocka installed here;
# and tests/suite-counts.sh with the logs of a whole suite.
set -u
src=${srcdir:-.}
counts=$src/tests/cmocka-counts.sh
failed=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# newer GROUP: turns a log of cmocka 1.1.5 on standard input into the log of cmocka 1.1.7, where a group has a name.
newer() {
	sed -E "s/^(\[==========\]|\[  (FAILED |SKIPPED) *\]) ((Running )?[0-9]+ test\(s\))/\1 $1: \3/"
}

# check NAME STATUS WANTED, the log on standard input
check() {
	cat >"$work/old"
	newer 'some tests: 7' <"$work/old" >"$work/new"
	for log in old new; do
		got=$("$counts" "$work/$log" "$2") || got="exit status $?"
		[ "$got" = "$3" ] && continue
		printf 'counts: %s (%s): %s, expected %s\n' "$1" "$log" "$got" "$3" >&2
		failed=1
	done
}

# is_cmocka NAME yes|no, the log on standard input
is_cmocka() {
	cat >"$work/old"
	newer tests <"$work/old" >"$work/new"
	for log in old new; do
		got=no
		"$counts" --is-cmocka "$work/$log" && got=yes
		[ "$got" = "$2" ] && continue
		printf 'counts: %s (%s): cmocka %s, expected %s\n' "$1" "$log" "$got" "$2" >&2
		failed=1
	done
}

passing='[==========] Running 2 test(s).
[ RUN      ] a
[       OK ] a
[ RUN      ] b
2 test(s) in this line of a test case
[       OK ] b
[==========] 2 test(s) run.
[  PASSED  ] 2 test(s).'

is_cmocka 'a cmocka program' yes <<EOT
some output
$passing
EOT
is_cmocka 'a shell script' no <<'EOT'
Running 2 test(s).
EOT
is_cmocka 'an empty log' no </dev/null

check 'all pass' 0 '2 0 0' <<EOT
$passing
EOT
check 'two groups' 0 '4 0 0' <<EOT
$passing
$passing
EOT
check 'all pass, then the program fails' 1 '2 1 0' <<EOT
$passing
EOT
check 'one of each' 1 '1 1 1' <<'EOT'
[==========] Running 3 test(s).
[ RUN      ] a
[       OK ] a
[ RUN      ] b
[  SKIPPED ] b
[ RUN      ] c
[  ERROR   ] --- 0
[   LINE   ] --- x.c:7: error: Failure!
[  FAILED  ] c
[==========] 3 test(s) run.
[  PASSED  ] 1 test(s).
[  SKIPPED ] 1 test(s), listed below:
[  SKIPPED ] b

 1 SKIPPED TEST(S)
[  FAILED  ] 1 test(s), listed below:
[  FAILED  ] c

 1 FAILED TEST(S)
EOT
check 'a case named like a summary fails' 1 '1 1 0' <<'EOT'
[==========] Running 2 test(s).
[ RUN      ] 3 test(s) fail
[  ERROR   ] --- 0
[  FAILED  ] 3 test(s) fail
[ RUN      ] a
[       OK ] a
[==========] 2 test(s) run.
[  PASSED  ] 1 test(s).
[  FAILED  ] 1 test(s), listed below:
[  FAILED  ] 3 test(s) fail

 1 FAILED TEST(S)
EOT
check 'a crash inside a case' 139 '1 1 0' <<'EOT'
[==========] Running 3 test(s).
[ RUN      ] a
[       OK ] a
[ RUN      ] b
EOT
check 'exit(0) inside a case' 0 '1 1 0' <<'EOT'
[==========] Running 2 test(s).
[ RUN      ] a
[       OK ] a
[ RUN      ] b
EOT
check 'exit(0) between two cases' 0 '1 1 0' <<'EOT'
[==========] Running 2 test(s).
[ RUN      ] a
[       OK ] a
EOT
check 'a test case whose setup fails' 1 '1 1 0' <<'EOT'
[==========] Running 2 test(s).
[ RUN      ] a
Could not run test: Test setup failed
[  ERROR   ] a
[ RUN      ] b
[       OK ] b
[==========] 2 test(s) run.
[  PASSED  ] 1 test(s).
EOT
check 'a group whose setup fails' 1 '0 1 0' <<'EOT'
[==========] Running 2 test(s).
[  FAILED  ] GROUP SETUP
[  ERROR   ] tests
[==========] 0 test(s) run.
[  PASSED  ] 0 test(s).
EOT
# cmocka 1.1.5 and 1.1.7 return 0 here.
check 'a group whose teardown fails' 0 '2 1 0' <<'EOT'
[==========] Running 2 test(s).
[ RUN      ] a
[       OK ] a
[ RUN      ] b
[       OK ] b
[  FAILED  ] GROUP TEARDOWN
[  ERROR   ] tests
[==========] 2 test(s) run.
[  PASSED  ] 2 test(s).
EOT
check 'an empty group' 0 '0 1 0' <<'EOT'
[==========] Running 0 test(s).
[==========] 0 test(s) run.
[  PASSED  ] 0 test(s).
EOT
check 'an empty log' 0 '0 1 0' </dev/null
check 'an empty log of a program that failed' 127 '0 1 0' </dev/null

# The installed cmocka may print something else again.
if [ -x ./test_words ]; then
	status=0
	./test_words >"$work/log" 2>&1 || status=$?
	cases=$(grep -c '^\[       OK \] ' "$work/log")
	got=$("$counts" "$work/log" $status)
	if ! "$counts" --is-cmocka "$work/log" || [ "$got" != "$cases 0 0" ] || [ "$cases" = 0 ]; then
		printf 'counts: the installed cmocka: %s, expected %s 0 0\n' "$got" "$cases" >&2
		cat "$work/log" >&2
		failed=1
	fi
fi

# ran NAME RESULT, the log on standard input: as automake's test driver leaves it.
ran() {
	cat >"$work/suite/$1.log"
	echo ":test-result: $2" >"$work/suite/$1.trs"
}

# suite NAME WANTED…: the lines that are expected.
suite() {
	name=$1
	shift
	printf '%s\n' "$@" >"$work/wanted"
	"$src/tests/suite-counts.sh" "$work/suite" >"$work/got" 2>&1 || echo "exit status $?" >>"$work/got"
	diff "$work/wanted" "$work/got" && return
	printf 'counts: suite: %s\n' "$name" >&2
	failed=1
}

mkdir -p "$work/suite/tests"
suite 'nothing ran' '0 passed, 0 failed, 0 skipped'
ran test_old 'PASS' <<EOT
$passing
EOT
echo "$passing" | newer tests | ran test_new 'PASS'
ran tests/good.sh PASS </dev/null
echo 'a log of make' >"$work/suite/build.log"
suite 'all pass' '5 passed, 0 failed, 0 skipped'
echo 'skip bad: no dot here' | ran tests/skipped.sh SKIP
newer tests <<'EOT' | ran test_skips PASS
[==========] Running 1 test(s).
[ RUN      ] b
[  SKIPPED ] b
[==========] 1 test(s) run.
[  PASSED  ] 0 test(s).
[  SKIPPED ] 1 test(s), listed below:
[  SKIPPED ] b

 1 SKIPPED TEST(S)
EOT
suite 'some are skipped' '[  SKIPPED ] b' 'skip bad: no dot here' '5 passed, 0 failed, 2 skipped'
ran tests/bad.sh FAIL </dev/null
ran test_crashes 'FAIL (exit status: 139)' </dev/null
ran test_ends 'FAIL (exit status: 1)' <<EOT
$passing
EOT
suite 'some fail' '[  SKIPPED ] b' 'skip bad: no dot here' '7 passed, 3 failed, 2 skipped'
exit $failed
