#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# disk.sh BUILD: real disks that are full, have no inode left, or are read-only: exit status 5, and what was in force
# still is. As root, in a mount namespace of its own. The last line counts: N passed, N failed, N skipped.
set -eu
build=$1
source=$(cd "$(dirname "$0")/../.." && pwd)

if [ "${2:-}" != inside ]; then
	if [ "$(id -u)" != 0 ] || ! unshare -m true 2>/dev/null; then
		echo 'skip real disks: they need root, and a mount namespace'
		echo '0 passed, 0 failed, 1 skipped'
		exit 77
	fi
	exec unshare -m --propagation private "$0" "$build" inside
fi

top=$(mktemp -d)
trap 'umount "$top" 2>/dev/null; rmdir "$top"' EXIT
root=$top/root
# What `edit` keeps of work that it could not put into its place.
mount -t tmpfs tmpfs /var/tmp
passed=0 failed=0

rolegate() {
	"$build/rolegate" --root "$root" "$@"
}

# The generation in force.
generation() {
	rolegate status --json | sed -n 's/^  "generation": \([0-9]*\),$/\1/p'
}

# judge WHAT TEST…: a test(1) that has to hold.
judge() {
	what=$1
	shift
	if test "$@"; then
		passed=$((passed + 1))
	else
		echo "FAIL $what: test $*"
		failed=$((failed + 1))
	fi
}

# mounted OPTIONS: a new disk, with a policy of two generations and an edited source on it.
mounted() {
	umount "$top" 2>/dev/null || true
	mount -t tmpfs -o "$1" tmpfs "$top"
	mkdir -p "$root/etc/rolegate/policy.d" "$root/usr/share/rolegate/catalogs"
	cp "$source/conf/catalogs/workspace.conf" "$root/usr/share/rolegate/catalogs/"
	echo 'root:x:0:0::/root:/bin/sh' >"$root/etc/passwd"
	echo 'catalogs = [ "workspace" ]; assign = ( { user = "root"; roles = [ "owner" ]; } );' \
		>"$root/etc/rolegate/rolegate.conf"
	rolegate apply >/dev/null
	echo 'assign = ( { user = "bob"; roles = [ "user" ]; } );' >"$root/etc/rolegate/policy.d/90-managed.conf"
	rolegate apply >/dev/null
}

# unchanged WHAT COMMAND…: it exits 5, and generation 2 is in force with the same sources as before.
unchanged() {
	what=$1
	shift
	before=$(cat "$root"/etc/rolegate/policy.d/*.conf | cksum) status=0
	VISUAL="$source/tests/data/editors/assign" rolegate "$@" >/dev/null 2>&1 </dev/null || status=$?
	judge "$what: $*" $status = 5
	judge "$what: $*" "$(generation)" = 2
	judge "$what: $*" "$(cat "$root"/etc/rolegate/policy.d/*.conf | cksum)" = "$before"
}

# changing WHAT: each command that changes something.
changing() {
	unchanged "$1" apply
	unchanged "$1" apply --confirm-within 1h
	unchanged "$1" rollback
	unchanged "$1" edit 10-people.conf
	unchanged "$1" edit 10-people.conf --confirm-within 1h
}

# A disk with only some KiB left: with none, with enough, and with all that is between.
fill_up() {
	needed=
	for left in 0 4 8 16 24 32 40 48 56 64 80 96 128; do
		mounted size=1m
		free=$(df --output=avail -k "$top" | tail -n 1)
		[ "$free" -gt $left ] && head -c $(((free - left) * 1024)) /dev/zero >"$top/ballast"
		status=0
		rolegate apply >/dev/null 2>&1 || status=$?
		if [ $status = 0 ]; then
			needed=$left
			judge "with $left KiB left" "$(generation)" = 3
			break
		fi
		judge "with $left KiB left" $status = 5
		judge "with $left KiB left" "$(generation)" = 2
		rm -f "$top/ballast"
		judge "after $left KiB were left" "$(rolegate apply >/dev/null 2>&1 && generation)" = 3
	done
	judge 'with enough room' -n "$needed"
}

fill_up
mounted size=1m
head -c 4M /dev/zero >"$top/ballast" 2>/dev/null || true
changing 'a full disk'
mounted size=4m,nr_inodes=64
n=0
while touch "$top/ballast-$n" 2>/dev/null; do n=$((n + 1)); done
changing 'a disk without inodes'
mounted size=4m
mount -o remount,ro "$top"
changing 'a read-only disk'
mount -o remount,rw "$top"
judge 'writable again' "$(rolegate apply >/dev/null 2>&1 && generation)" = 3

echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]
