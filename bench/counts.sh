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
# compiled, so bench/counts.expected has a part for each compiler, libc and flags that it was counted with.
#
# Where this one is not among them, ratios to pam_permit's process count, with those of the first part: of the module's
# whole process, which may grow by 5 %, and of the library's decision, which may grow by 30 %, for compilers differ by
# that. System calls do not depend on the compiler: they count everywhere. So does what the issue of it all asks for: a
# hit of a user's rule takes at most 36 system calls more than pam_permit, and 1.25 times its process's instructions: one
# getpwnam(3) is part of it (P12).
#
# --update writes the part of this compiler. Exit status: 0, or 1 if something has grown.
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
	echo "permit $permit"
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

# toolchain: what the figures depend on, in a line.
toolchain() {
	cc=$(sed -n 's/^CC = //p' Makefile)
	version=$($cc -dumpversion)
	kind=gcc
	! $cc --version | grep -q clang || kind=clang
	echo "$(uname -m) $kind-${version%%.*} $(getconf GNU_LIBC_VERSION | tr ' ' -) $(sed -n 's/^CFLAGS = //p' Makefile)"
}

# part_of NAME: the figures of one toolchain; nothing if there are none.
part_of() {
	awk -v name="$1" '/^== / { wanted = substr($0, 4) == name; next } wanted && !/^#/' "$expected"
}

# compare EXPECTED NOW yes|no: a line for each figure; fails if any has grown, or is missing. The last says whether
# EXPECTED was counted with this toolchain.
compare() {
	awk -v known="$3" '
	NR == FNR { ir[$1] = $2; calls[$1] = $3; next }
	$1 == "permit" { permit = $2; seen[$1] = 1; next }
	{
		seen[$1] = 1
		if (known == "yes") {
			# A name hashes to another place in each generation.
			now = $2; then = ir[$1]
			limit = $1 ~ /^library/ ? 1.15 : 1.05
			what = "instructions"
		} else {
			part = $1 !~ /^library/
			now = part + $2 / permit; then = part + ir[$1] / ir["permit"]
			limit = part ? 1.05 : 1.3; what = "times pam_permit"
		}
		# Below 0: of a system account the module asks local name sources only, and libc asks all (P3).
		good = ($1 in ir) && now <= then + (limit - 1) * (then < 0 ? -then : then) && $3 <= 1.05 * calls[$1]
		if ($1 ~ /^pam-user.*-hit/ && (permit + $2 > 1.25 * permit || $3 > 36))
			good = 0
		printf "%s %-22s %.6g %s (expected %.6g, %+.1f %%), %g system calls (expected %g)\n",
			good ? "ok  " : "FAIL", $1, now, what, then, then ? 100 * (now / then - 1) : 0, $3, calls[$1]
		failed += !good
		shrunk += good && known == "yes" && now < then - (limit - 1) * (then < 0 ? -then : then)
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

# update: the file with this toolchain's part anew, and the others as they are.
update() {
	{
		echo '# What bench/counts.sh counted, and writes with --update: name, instructions, system calls.'
		echo "== $1"
		cat "$work/now"
		awk -v name="$1" '/^== / { other = substr($0, 4) != name } other && !/^#/' "$expected"
	} >"$work/expected"
	cp "$work/expected" "$expected"
	cat "$expected"
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
here=$(toolchain)
if [ "${1-}" = --update ]; then
	update "$here"
	exit
fi
part_of "$here" >"$work/part"
known=yes
if [ ! -s "$work/part" ]; then
	known=no
	there=$(sed -n 's/^== //p' "$expected" | head -n 1)
	echo "bench/counts.expected has no part for $here: ratios against $there"
	part_of "$there" >"$work/part"
fi
compare "$work/part" "$work/now" $known
