#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds for other machines, and runs the unit tests there: i386, where a size and a long have 32 bits, and s390x, where
# the most significant byte comes first; qemu runs what is compiled for it.
#
# usage: machines.sh SOURCE CACHE [i386|s390x…]
#   SOURCE  a checkout; it is copied, not written to
#   CACHE   where the machines' root file systems are kept (a new one takes one to two minutes)
# Ends on a line "N passed, N failed, N skipped"; a machine that cannot be had is one skip, with the reason.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
source=$(realpath "$1") cache=$(realpath -m "$2")
shift 2
machines=("$@")
(($# > 0)) || machines=(i386 s390x)

tools='make autoconf automake libtool pkg-config libnss-wrapper locales'
libraries='libc6-dev libpam-modules libpam0g-dev libconfig-dev libcdb-dev libjansson-dev libcmocka-dev'
# A supervisor stops its command at system calls by ptrace and seccomp, which qemu does not pass on.
not_under_qemu='test_crowd test_errors test_kill'

((EUID == 0)) || {
	printf 'skip other machines: needs root\n0 passed, 0 failed, 1 skipped\n'
	exit 0
}
mkdir -p "$cache"
work=$(mktemp -d "$cache/machines.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT

# root_of MACHINE: the path of its root. The cross compiler runs as fast as at home, so only what it makes runs in qemu.
root_of() {
	local packages=$tools library
	if [[ $1 == s390x ]]; then
		packages+=' gcc-s390x-linux-gnu qemu-user'
		for library in $libraries; do packages+=" $library:s390x"; done
		ROLEGATE_LIVE_ARCH="$(dpkg --print-architecture),s390x" ROLEGATE_LIVE_PACKAGES=$packages \
			"$here/live/root.sh" "$cache/s390x"
	else
		ROLEGATE_LIVE_ARCH=$1 ROLEGATE_LIVE_PACKAGES="$packages gcc $libraries" "$here/live/root.sh" "$cache/$1"
	fi
}

# The root with a layer of its own, in which everything is made.
mount_all() {
	mkdir "$folder/upper" "$folder/over" "$folder/root"
	mount -t overlay overlay -o "lowerdir=$root,upperdir=$folder/upper,workdir=$folder/over" "$folder/root"
	mount -t proc proc "$folder/root/proc"
	mount --rbind /dev "$folder/root/dev"
	mount -t tmpfs -o mode=1777 tmp "$folder/root/tmp"
	mkdir "$folder/root/rolegate"
	git -C "$source" archive HEAD | tar -x -C "$folder/root/rolegate"
}

build() {
	local host=()
	if [[ $machine == s390x ]]; then
		host=(--host=s390x-linux-gnu)
		# A locale that is there is in this machine's order of bytes.
		chroot "$folder/root" localedef --big-endian -c -i C -f UTF-8 /usr/lib/locale/C.utf8
	fi
	# shellcheck disable=SC2016 # the inner shell expands it
	$personality chroot "$folder/root" /bin/sh -ec '
		cd /rolegate && autoreconf -fi >/dev/null 2>&1 && mkdir b && cd b
		../configure -q --prefix=/usr --sysconfdir=/etc --localstatedir=/var "$@"
		make -s -j"$(nproc)" check TESTS=' sh "${host[@]}"
}

# Under qemu, programs that tests start have to be found runnable, too: a user namespace of its own tells the kernel how,
# and nothing outside of it learns of that. It holds the same users under the same numbers.
tell_kernel() {
	mount -t binfmt_misc binfmt_misc "$folder/root/proc/sys/fs/binfmt_misc"
	# An ELF file of 64 bits, most significant byte first, for machine 22.
	printf '%s' ':s390x:M::\x7fELF\x02\x02\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x16' \
		':\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff:/usr/bin/qemu-s390x:' \
		>"$folder/root/register"
	chroot "$folder/root" /bin/sh -ec 'cat /register >/proc/sys/fs/binfmt_misc/register'
}

run_unit() {
	# shellcheck disable=SC2016 # the inner shell expands it
	$personality chroot "$folder/root" /bin/sh -ec 'cd /rolegate/b && exec make -s check-TESTS AM_LOG_FLAGS=1800 TESTS="$1"' sh "$1"
}

run_units() {
	local units unit
	if [[ $machine == s390x ]]; then
		tell_kernel
		export ROLEGATE_EMULATED=1
	fi
	units=$(chroot "$folder/root" /bin/sh -ec 'cd /rolegate/b && make -s print-units')
	[[ -n $units ]] || echo "FAIL $machine: there are unit tests"
	for unit in $units; do
		if [[ $machine == s390x && " $not_under_qemu " == *" $unit "* ]]; then
			echo "skip $machine: $unit: qemu lets nobody trace a program"
		elif ! run_unit "$unit" >/dev/null 2>&1; then
			tail -n 20 "$folder/root/rolegate/b/$unit.log" >&2
			echo "FAIL $machine: $unit"
		elif grep -q '^\[       OK \] ' "$folder/root/rolegate/b/$unit.log"; then
			echo "ok   $machine: $unit"
		else
			echo "skip $machine: $unit: $(grep -m 1 -i skip "$folder/root/rolegate/b/$unit.log")"
		fi
	done
}

# In namespaces that begin with all users as they are; its first line comes once they are.
in_user_namespace() {
	local pid
	coproc inner { exec unshare --user --mount bash -euc 'read -r _; run_units'; }
	# shellcheck disable=SC2154 # coproc sets it
	pid=$inner_PID
	until [[ $(readlink "/proc/$pid/ns/user") != "$(readlink /proc/self/ns/user)" ]]; do sleep 0.05; done
	echo '0 0 4294967295' >"/proc/$pid/uid_map"
	echo '0 0 4294967295' >"/proc/$pid/gid_map"
	echo go >&"${inner[1]}"
	cat <&"${inner[0]}"
	wait "$pid"
}

on_machine() {
	mount_all
	build >"$folder/build.log" 2>&1 || {
		tail -n 30 "$folder/build.log" >&2
		echo "FAIL $machine: it builds"
		return 0
	}
	echo "ok   $machine: it builds"
	if [[ $machine == s390x ]]; then in_user_namespace; else run_units; fi
}

export -f mount_all build tell_kernel run_unit run_units in_user_namespace on_machine
export source folder root machine personality not_under_qemu
for machine in "${machines[@]}"; do
	folder=$work/$machine personality=''
	mkdir "$folder"
	[[ $machine != i386 ]] || personality='setarch i686'
	if root=$(root_of "$machine"); then
		# In a mount namespace of its own: nothing stays mounted.
		unshare --mount --propagation private bash -euc on_machine || echo "FAIL $machine: it runs to its end"
	else
		echo "skip $machine: no root of it can be made (see above)"
	fi
done | tee "$work/results"

count() {
	grep -c "^$1 " "$work/results" || true
}
printf '%d passed, %d failed, %d skipped\n' "$(count ok)" "$(count FAIL)" "$(count skip)"
(($(count FAIL) == 0 && $(count ok) > 0))
