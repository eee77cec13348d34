#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Fails where a decision takes over 5 % more instructions or system calls than bench/counts.expected says.
#
#	bench/counts.sh [--update]
#
# `make check-counts` runs it in the build folder, in well under a minute. No time is measured, so a busy machine does
# not matter. For the PAM module a figure is what a row has more than pam_permit in the same run, in a process that has
# asked NSS for the same things: loader, libpam and NSS of the machine fall out. For the library it is one decision,
# from the difference of two runs that differ only in how often they decide. What remains is our code and how it was
# compiled: the expected figures are those of the compiler and flags that their file names. --update writes that file.
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
build=$(pwd)
# Names of the same length everywhere: they are hashed and copied.
work=$(mktemp -d /tmp/rolegate-counts.XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$work"
umask 022
. "$source/bench/hosts.sh"
. "$source/bench/count.sh"
mkdir "$work/pam.d"
cp "$build/bench/ask" "$build/.libs/pam_rolegate.so" "$work/"

for tool in valgrind strace; do
	command -v $tool >/dev/null || {
		echo "$0: $tool is not installed" >&2
		exit 1
	}
done

# whole STATUS NSS SERVICE USER: instructions and system calls of a process; NSS is -, -p or -g as in ask.c.
whole() {
	status=$1 nss=$2
	shift 2
	[ "$nss" != - ] || nss=
	# shellcheck disable=SC2086 # nothing or one word
	echo "$(instructions "$status" "$work/ask" $nss "$work/pam.d" "$@") $(
		system_calls "$status" "$work/ask" $nss "$work/pam.d" "$@"
	)"
}

# above FLOOR FIGURES NAME: the difference, as a line.
above() {
	echo "$1 $2 $3" | awk '{ printf "%s %d %d\n", $5, $3 - $1, $4 - $2 }'
}

count_module() {
	pam_line permit pam_permit.so
	permit=$(whole 0 - permit $last)
	permit_passwd=$(whole 0 -p permit $nobody)
	permit_groups=$(whole 0 -g permit $last)
	for n in 10 100000; do
		above "$permit" "$(whole 0 - rolegate-user-$n $last)" "pam-user-$n-hit"
		above "$permit_passwd" "$(whole 1 - rolegate-user-$n $nobody)" "pam-user-$n-miss"
		above "$permit_groups" "$(whole 0 - rolegate-group-$n $last)" "pam-group-$n-hit"
	done
}

# many WHAT HOW TIMES: instructions and system calls of a process that decides so often.
many() {
	echo "$(instructions 0 "$build/bench/decisions" "$state" 100000 "$3" "$1" "$2") $(
		system_calls 0 "$build/bench/decisions" "$state" 100000 "$3" "$1" "$2"
	)"
}

count_library() {
	state=$work/user-100000/var/lib/rolegate
	for how in load open; do
		for what in name facts nobody; do
			echo "$(many $what $how 1000) $(many $what $how 3000)" | awk -v name="library-$what-$how" \
				'{ printf "%s %d %.1f\n", name, ($3 - $1) / 2000, ($4 - $2) / 2000 }'
		done
	done
}

# compare EXPECTED NOW: a line for each figure; fails if any has grown by more than 5 %, or is missing.
compare() {
	awk '
	/^#/ { next }
	NR == FNR { ir[$1] = $2; calls[$1] = $3; next }
	{
		good = ($1 in ir) && $2 <= 1.05 * ir[$1] && $3 <= 1.05 * calls[$1]
		printf "%s %-22s %7d instructions (expected %d, %+.1f %%), %g system calls (expected %g)\n",
			good ? "ok  " : "FAIL", $1, $2, ir[$1], ir[$1] ? 100 * ($2 / ir[$1] - 1) : 0, $3, calls[$1]
		seen[$1] = 1
		failed += !good
		shrunk += good && $2 < 0.95 * ir[$1]
	}
	END {
		for (name in ir)
			if (!(name in seen)) {
				print "FAIL " name " was not counted"
				failed++
			}
		if (shrunk)
			print "Some have shrunk: `bench/counts.sh --update` in the build folder, so that they stay so."
		exit failed > 0
	}' "$1" "$2"
}

built_with() {
	cc=$(sed -n 's/^CC = //p' Makefile)
	echo "$($cc --version | head -n 1) with $(sed -n 's/^CFLAGS = //p' Makefile), $(ldd --version | head -n 1), $(valgrind --version)"
}

check_accounts
for n in 10 100000; do
	rolegate_rows user $n
	rolegate_rows group $n
done
sed -i "s|$build/.libs/|$work/|" "$work/pam.d"/rolegate-*
{
	count_module
	count_library
} >"$work/now"

expected=$source/bench/counts.expected
if [ "${1-}" = --update ]; then
	{
		echo '# What bench/counts.sh counted, and writes with --update: name, instructions, system calls.'
		echo "# $(built_with)"
		cat "$work/now"
	} >"$expected"
	cat "$expected"
	exit
fi
compare "$expected" "$work/now" || {
	echo "now:  $(built_with)"
	sed -n '2s/^#/then:/p' "$expected"
	exit 1
}
