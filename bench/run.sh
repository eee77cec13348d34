#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Measures what a decision costs, beside other PAM modules, and prints a report in Markdown.
#
#	bench/run.sh [--quick] [--rounds=N] [--update]
#
# `make bench` runs it in the build folder (BENCH=--quick make bench: two sizes and few rounds, in a minute or two; the
# whole takes a quarter of an hour; with less than --rounds=100 the three rows that take longest are left out). Report and plot go to bench-results/ there; --update puts them into the source tree
# too. TMPDIR, or /tmp, needs 2 GB. Exit status: 0, or 1 if a row gave a wrong answer.
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
build=$(pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/rolegate-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$work"
umask 022
. "$source/bench/hosts.sh"
. "$source/bench/shapes.sh"
. "$source/bench/count.sh"

sizes='10 1000 100000 1000000' rounds=200 many=1000000 scale=10000 asked=1000000 updates=no only=
for option in ${BENCH-} "$@"; do
	case $option in
	--quick) sizes='10 1000' rounds=20 many=1000 scale=1000 asked=100000 ;;
	--rounds=[1-9]*) rounds=${option#--rounds=} ;;
	--update) updates=yes ;;
	*)
		echo "usage: bench/run.sh [--quick] [--rounds=N] [--update]" >&2
		exit 1
		;;
	esac
done
ask=$build/bench/ask
mkdir "$work/pam.d"

# measure ID STATUS ROUNDS whole|said COMMAND…: a row for rounds.
measure() {
	id=$1 status=$2 wanted=$3 kind=$4
	shift 4
	printf '%s\t%s\t%s\t%s\t%s\n' "$id" "$status" "$wanted" "$kind" "$*" >>"$work/rows"
}

# decision NAME RULE N CASE SERVICE SPEED: one decision, by a cold process, in a loop, and counted.
decision() {
	case $4 in
	first | any) user=$first status=0 ;;
	last) user=$last status=0 ;;
	*) user=$nobody status=1 ;;
	esac
	case $6 in
	fast) share=$rounds loops=$((rounds / 2)) repeats=200 ;;
	slow) share=$((rounds / 5)) loops=$((rounds / 20)) repeats=10 ;;
	*) share=$(((rounds + 39) / 40)) loops=0 ;;
	esac
	key=$1:$2:$3:$4
	measure "cold:$key" $status "$share" whole "$ask" "$work/pam.d" "$5" "$user"
	[ "$1" = bare ] || [ $loops = 0 ] ||
		measure "loop:$key" "$status" $loops said "$ask" "$work/pam.d" "$5" "$user" "$repeats"
	printf '%s\t%s\t%s\t%s\n' "$key" "$status" "$5" "$user" >>"$work/countable"
}

# three NAME RULE N SERVICE SPEED: found first, found last, not found; or what `only` says.
three() {
	for case in ${only:-first last miss}; do
		decision "$1" "$2" "$3" "$case" "$4" "$5"
	done
}

# listfile RULE N SPEED
listfile() {
	pam_line "listfile-$1-$2" pam_listfile.so onerr=fail "item=$1" sense=allow quiet "file=$work/names-$2"
	three pam_listfile "$1" "$2" "listfile-$1-$2" "$3"
}

# access NAME RULE N SPEED [ARGUMENT]: a line a user; `(name)` means a group.
access() {
	pattern="&"
	[ "$2" = user ] || pattern="(&)"
	{
		sed "s/.*/+:$pattern:ALL/" "$work/names-$3"
		echo '-:ALL:ALL'
	} >"$work/access-$2-$3"
	pam_line "$1-$2-$3" pam_access.so ${5:+"$5"} "accessfile=$work/access-$2-$3"
	three "$1" "$2" "$3" "$1-$2-$3" "$4"
}

add_floor() {
	pam_line permit pam_permit.so
	decision bare - - any - fast
	decision pam_permit - - any permit fast
}

# Its line cannot be longer than 1024 bytes (Linux-PAM 1.5): no list of thousands of users.
add_succeed_if() {
	pam_line succeed-user pam_succeed_if.so quiet user in "$(names 10 | paste -s -d : -)"
	pam_line succeed-group pam_succeed_if.so quiet user ingroup "$last"
	three pam_succeed_if user 10 succeed-user fast
	decision pam_succeed_if group 1 last succeed-group fast
	decision pam_succeed_if group 1 miss succeed-group fast
}

# What asks NSS for every entry: all group rules but ours, and pam_access without nodefgroup. libpam keeps each answer in
# a list that it searches, so that from 1e5 on a decision takes minutes; at 1e3 one row of each is enough, and takes
# seconds for each decision, and minutes to count.
add_asking() {
	if [ "$1" = 10 ]; then
		access pam_access-default user 10 fast
		listfile group 10 fast
		access pam_access group 10 fast nodefgroup
	elif [ "$1" = 1000 ] && [ $many != 1000 ] && [ "$rounds" -ge 100 ]; then
		only=last
		access pam_access-default user 1000 slowest
		listfile group 1000 slowest
		access pam_access group 1000 slowest nodefgroup
		only=
	fi
}

add_size() {
	speed=fast
	[ "$1" -lt 100000 ] || speed=slow
	[ "$1" -lt 1000000 ] || speed=slowest
	names "$1" >"$work/names-$1"
	listfile user "$1" $speed
	access pam_access user "$1" $speed nodefgroup
	add_asking "$1"
	for rule in user group; do
		# An account in any of a million groups could be in too many of them (D9).
		[ $rule = user ] || [ "$1" -lt 1000000 ] || continue
		rolegate_rows $rule "$1"
		three pam_rolegate $rule "$1" "rolegate-$rule-$1" fast
	done
}

add_library() {
	state=$work/user-$many/var/lib/rolegate
	for what in name facts can nobody; do
		measure "library:$what:load" 0 11 said "$build/bench/decisions" "$state" "$many" $asked $what load
		measure "library:$what:open" 0 11 said "$build/bench/decisions" "$state" "$many" $((asked / 10)) $what open
	done
}

add_command() {
	for n in 10 "$many"; do
		host=$work/user-$n
		measure "command:apply:$n" 0 7 whole "$build/rolegate" --root "$host" apply
		measure "command:parse:$n" 0 7 whole "$build/bench/parse" "$host/etc/rolegate/rolegate.conf"
		measure "command:explain-hit:$n" 0 21 whole "$build/rolegate" --root "$host" explain "$last" bench
		measure "command:explain-miss:$n" 1 21 whole "$build/rolegate" --root "$host" explain "$nobody" bench
	done
}

add_shapes() {
	for shape in cascade lattice permissions roles; do
		n=$scale host=$work/$shape
		[ $shape != roles ] || n=64
		"shape_$shape" "$n" | new_host "$host"
		if [ $shape = permissions ]; then
			mkdir "$host/etc/rolegate/catalogs"
			catalog_of_permissions "$n" >"$host/etc/rolegate/catalogs/many.conf"
		fi
		applied "$host"
		pam_line "$shape" "$build/.libs/pam_rolegate.so" service=bench "state=$host/var/lib/rolegate"
		decision pam_rolegate $shape "$n" any $shape fast
		measure "shape:$shape:$n" 0 7 whole "$build/rolegate" --root "$host" apply
	done
}

# Each row once: these figures repeat.
count_all() {
	while IFS='	' read -r key status service user; do
		ir=$(instructions "$status" "$ask" "$work/pam.d" "$service" "$user")
		calls=$(system_calls "$status" "$ask" "$work/pam.d" "$service" "$user")
		nss=no
		! asks_nss || nss=yes
		printf '%s\t%s\t%s\t%s\n' "$key" "$ir" "$calls" $nss
	done <"$work/countable"
}

# What `id` and getgrouplist(3) cost with the NSS module and without it: bench/id.sh, as a table.
initgroups() {
	echo
	echo '## NSS initgroups'
	echo
	if ! { [ -e .libs/libnss_rolegate.so.2 ] && "$source/bench/id.sh" $((rounds * 2)) >"$work/id" 2>"$work/id.log"; }; then
		echo 'Not measured: it needs the NSS module, and root in a mount namespace of its own.'
		cat "$work/id.log" >&2 2>/dev/null || true
		return
	fi
	cat <<-'END'
		`id` by turns with `group: files` alone and with the module behind it (`bench/id.sh`); medians in microseconds, and the
		median of the difference within a pair, of all pairs and of the calmer half. `once more` is what one getgrouplist(3)
		more costs in a process that has the module. The last two columns repeat: what a whole `id` executes more with the
		module than without. `empty` is a module that answers nothing: what it costs to load any.

		| users in the policy | module | id without | id with | difference | calmer half | once more | instructions | system calls |
		| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
	END
	awk 'NR > 1 { printf "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", $1, $2, $3, $4, $5, $6, $7, $8, $9 }' "$work/id"
}

version() {
	dpkg-query -W -f '${Package} ${Version}\n' "$@" 2>/dev/null | paste -s -d , - | sed 's/,/, /g'
}

machine() {
	echo "- Machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores," \
		"$(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1048576 }' /proc/meminfo); Linux $(uname -r | sed 's/-.*//')"
	echo "- System: $(. /etc/os-release && echo "$PRETTY_NAME"); $(version libc6 libpam0g libconfig9 libconfig11 gcc valgrind strace)"
	echo "- Built with: $(sed -n 's/^CC = //p' Makefile) $(sed -n 's/^CFLAGS = //p' Makefile)"
	echo "- Command: \`make bench${BENCH:+ BENCH=$BENCH}\`, sizes $sizes, $rounds rounds; load before it: $(cut -d ' ' -f 1 /proc/loadavg)"
}

check_accounts
machine >"$work/machine"
add_floor
add_succeed_if
for n in $sizes; do
	add_size "$n"
done
add_library
add_command
add_shapes
echo 'counting' >&2
count_all >"$work/counts"
echo 'timing' >&2
"$build/bench/rounds" "$rounds" <"$work/rows" >"$work/times"

mkdir -p bench-results
awk -v many="$many" -f "$source/bench/report.awk" "$work/machine" "$work/times" "$work/counts" >bench-results/RESULTS.md
initgroups >>bench-results/RESULTS.md
cat bench-results/RESULTS.md
if command -v gnuplot >/dev/null; then
	(cd "$work" && gnuplot "$source/bench/plot.gp") >bench-results/decision-time.svg
else
	echo 'gnuplot is not installed: no plot' >&2
fi
if [ $updates = yes ]; then
	cp bench-results/RESULTS.md bench-results/decision-time.svg "$source/bench/"
fi
