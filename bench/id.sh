#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Measures what `id` costs with the NSS module and without it, by turns, and prints a table.
#
#	bench/id.sh [ROUNDS]
#
# Run it as root in the build folder, after `make bench/pairs bench/members`. Everything happens in a mount namespace of
# its own, with a passwd, group, nsswitch.conf and state folder of its own. Columns: assignments in the policy; the module;
# the median time of id with `group: files` alone and with the module behind it; the median difference within a pair, over
# all pairs and over the calmer half of them; what one more getgrouplist(3) costs in a process that has the module; and how
# many more instructions and system calls a whole id has with the module, which repeat on a busy machine, too.
# `empty` is a module that answers nothing: what it costs to load any.
set -eu
rounds=${1-2000}
build=$(pwd)
if [ "${ROLEGATE_BENCH_INSIDE-}" != $$ ]; then
	ROLEGATE_BENCH_INSIDE=$$ exec unshare --mount --propagation private "$0" "$@"
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/rolegate-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$work"
umask 022

# policy N: N users, the one who is asked about among them.
policy() {
	echo 'catalogs = [ "workspace" ];'
	echo 'role_groups = ( { role = "administrator"; group = "bench"; } );'
	echo 'assign = ( { user = "root"; roles = [ "owner" ]; }, { user = "asked"; roles = [ "administrator" ]; }'
	seq -f ', { user = "u%07.0f"; roles = [ "user" ]; }' "$1"
	echo ');'
}

host() {
	mkdir -p "$work/$1/etc/rolegate"
	printf 'root:x:0:0::/root:/bin/sh\nasked:x:1001:1001::/:/bin/sh\n' >"$work/$1/etc/passwd"
	printf 'root:x:0:\nasked:x:1001:\nbench:x:1002:\n' >"$work/$1/etc/group"
	policy "$1" >"$work/$1/etc/rolegate/rolegate.conf"
	"$build/rolegate" --root "$work/$1" apply >/dev/null
}

empty_module() {
	mkdir "$work/empty"
	cat >"$work/empty.c" <<-'END'
		#include <nss.h>
		#include <sys/types.h>
		enum nss_status _nss_rolegate_initgroups_dyn(const char *user, gid_t group, long *start, long *size,
			gid_t **groups, long limit, int *error);
		enum nss_status _nss_rolegate_initgroups_dyn(const char *user, gid_t group, long *start, long *size,
			gid_t **groups, long limit, int *error)
		{
			return NSS_STATUS_NOTFOUND;
		}
	END
	${CC:-cc} -O2 -w -shared -fPIC -Wl,-soname,libnss_rolegate.so.2 -o "$work/empty/libnss_rolegate.so.2" "$work/empty.c"
}

# count LIBRARIES: instructions and system calls of one id.
count() {
	clean="env -i PATH=$PATH LC_ALL=C LD_LIBRARY_PATH=$1"
	# shellcheck disable=SC2086 # words
	$clean valgrind --tool=callgrind --callgrind-out-file=/dev/null id asked 2>&1 >/dev/null | sed -n 's/.*Collected : //p'
	# shellcheck disable=SC2086
	$clean strace -o "$work/trace" id asked >/dev/null
	grep -vc '^[+-]' "$work/trace"
}

# row N KIND FOLDER: the policy of N users, and the module in the folder.
row() {
	mount --bind "$work/$1/var/lib/rolegate" /var/lib/rolegate
	LD_LIBRARY_PATH=$3 "$build/bench/pairs" "$rounds" "$work/nsswitch" "$work/files" "$work/module" id asked >"$work/pairs"
	cp "$work/files" "$work/nsswitch"
	without=$("$build/bench/members" asked 5000)
	cp "$work/module" "$work/nsswitch"
	with=$(LD_LIBRARY_PATH=$3 "$build/bench/members" asked 5000)
	more=$(count "$3" | paste -s)
	cp "$work/files" "$work/nsswitch"
	less=$(count "$3" | paste -s)
	umount /var/lib/rolegate
	awk -F '\t' -v n="$1" -v kind="$2" -v warm="$without $with" -v counts="$more $less" '
		NR < 3 { median[NR] = $3 }
		NR == 3 { split(warm, w, " ")
			split(counts, c, " ")
			printf "%9s  %-8s  %9.1f  %9.1f  %9.1f  %9.1f  %9.1f  %12d  %5d\n", n, kind, median[1], median[2], $2, $3,
				w[2] - w[1], c[1] - c[3], c[2] - c[4] }' \
		"$work/pairs"
}

printf 'passwd: files\ngroup: files\n' >"$work/files"
printf 'passwd: files\ngroup: files rolegate\n' >"$work/module"
cp "$work/files" "$work/nsswitch"
for n in 10 1000000; do host $n; done
empty_module
mount -t tmpfs -o mode=755 bench /var/lib
mkdir /var/lib/rolegate
mount --bind "$work/10/etc/passwd" /etc/passwd
mount --bind "$work/10/etc/group" /etc/group
mount --bind "$work/nsswitch" /etc/nsswitch.conf
printf '%9s  %-8s  %9s  %9s  %9s  %9s  %9s  %12s  %5s\n' users module without with more calm warm instructions calls
row 10 empty "$work/empty"
row 10 rolegate "$build/.libs"
row 1000000 rolegate "$build/.libs"
