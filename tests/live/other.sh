#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds on the other supported Debian release, with its own compiler and libraries; runs the whole unit suite there, and
# live scenarios in a root of that release.
#
# usage: other.sh SOURCE CACHE [SCENARIO…]
#        other.sh --root SOURCE CACHE
#   --root    only makes the root, which takes long
#   SOURCE    a git checkout; its HEAD is tested
#   SCENARIO  default: matrix doctor services
# The last line counts: N passed, N failed, N skipped. Without a root of that release, all of it is one skipped test, with
# the reason.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
only_root=''
[[ $1 != --root ]] || { only_root=yes && shift; }
source=$(realpath "$1") cache=$(realpath -m "$2")
shift 2
scenarios=("$@")
(($# > 0)) || scenarios=(matrix doctor services)

# shellcheck source=.ci/setup.sh
. "$here/../../.ci/setup.sh"
# The packages that ./check installs here, and what the tests of power cuts and of musl need.
# shellcheck disable=SC2206,SC2154 # lists of words, set by setup.sh
tools=(build-essential $build_packages $check_packages e2fsprogs xfsprogs musl-tools)

skip() {
	printf 'skip the other release: %s\n0 passed, 0 failed, 1 skipped\n' "$1"
	exit 0
}

# shellcheck source=/dev/null
case $(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}") in
bookworm) suite=trixie ;;
trixie) suite=bookworm ;;
*) skip 'this machine is neither Debian 12 nor 13' ;;
esac
((EUID == 0)) || skip 'needs root'

# The root that is tested in has the tools too: one root is made faster than two.
export ROLEGATE_LIVE_SUITE=$suite ROLEGATE_LIVE_MORE="${tools[*]}"
root=$("$here/root.sh" "$cache") || skip "no root of $suite can be made (see above)"
[[ -z $only_root ]] || exit 0

work=$(mktemp -d "$cache/other.XXXXXX")
builder=
# shellcheck disable=SC2086 # none, or one
trap 'kill $builder 2>/dev/null || true; rm -rf --one-file-system "$work"' EXIT

# in_root COMMAND: runs a shell command in the build directory, with a defined environment. The kernel refuses user
# namespaces to a program in a chroot(2), and some tests need one: hence pivot_root(2).
in_root() {
	# shellcheck disable=SC2016 # the inner shell expands it
	unshare --mount --propagation private bash -euc '
		cd "$work/build" && pivot_root . old && cd / && umount --lazy /old
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb \
			/bin/sh -ec "cd /rolegate/b && $1"' in_root "$1"
}

build() {
	mkdir "$work/upper" "$work/over" "$work/build"
	mount -t overlay overlay -o "lowerdir=$root,upperdir=$work/upper,workdir=$work/over" "$work/build"
	mount -t proc proc "$work/build/proc"
	mount --rbind /dev "$work/build/dev"
	mount --rbind /sys "$work/build/sys"
	mount -t tmpfs -o mode=1777 tmp "$work/build/tmp"
	mkdir -p "$work/build/rolegate/b" "$work/build/old"
	git -C "$source" archive HEAD | tar -x -C "$work/build/rolegate"
	# shellcheck disable=SC2016 # the inner shell expands it
	in_root '(cd .. && autoreconf -fi >/dev/null 2>&1)
		../configure -q --enable-werror --prefix=/usr --sysconfdir=/etc --localstatedir=/var \
			--libdir="/usr/lib/$(gcc -print-multiarch)"
		make -s -j"$(nproc)" && make -s install DESTDIR=/rolegate/stage'
	cp -a "$work/build/rolegate/stage" "$work/stage.new"
	mv "$work/stage.new" "$work/stage"
}

# As ./check does.
run_units() {
	local trs broken=''
	# shellcheck disable=SC2016 # the inner shell expands it
	in_root 'make -s -j"$(nproc)" check TESTS= && make -s -j$((2 * $(nproc))) check-TESTS' || broken=yes
	"$source/tests/suite-counts.sh" "$work/build/rolegate/b" >"$work/units"
	[[ -n $broken ]] || return 0
	for trs in "$work"/build/rolegate/b/{,tests/}*.trs; do
		[[ -f $trs ]] || continue
		! grep -q '^:test-result: \(PASS\|SKIP\)' "$trs" || continue
		tail -n 60 "${trs%.trs}.log"
		printf 'FAIL %s\n' "$(basename "$trs" .trs)" >>"$work/failed"
	done
	# Without a failed test, the suite ended early.
	[[ -e $work/failed ]] || printf 'FAIL the unit suite did not run to its end\n' >"$work/failed"
}

# In a mount namespace of its own: nothing stays mounted.
printf 'building on %s\n' "$suite"
export -f in_root build run_units
export work root source
unshare --mount --propagation private bash -euc 'build; run_units' >"$work/build.log" 2>&1 &
builder=$!
# The scenarios mostly wait; they run beside the unit tests.
until [[ -d $work/stage ]] || ! kill -0 "$builder" 2>/dev/null; do sleep 0.2; done
: >"$work/live"
if [[ -d $work/stage ]]; then
	"$here/run.sh" --stage "$work/stage" --cache "$cache" "${scenarios[@]}" | tee "$work/live" |
		grep -vE '^[0-9]+ passed, ' || true
fi
wait "$builder" || printf 'FAIL building and running the unit suite on %s\n' "$suite" >>"$work/failed"
touch "$work/failed"
if [[ -s $work/failed ]]; then
	tail -n 200 "$work/build.log"
	cat "$work/failed"
fi
units=$(tail -n 1 "$work/units" 2>/dev/null) || units=''
[[ $units =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]] || units=''
if [[ -n $units ]]; then
	passed=${BASH_REMATCH[1]} failed=${BASH_REMATCH[2]} skipped=${BASH_REMATCH[3]}
	printf 'unit suite on %s: %s\n' "$suite" "$units"
	sed '$d' "$work/units" | sed -E 's/^(\[  SKIPPED \]|skip)/skip/'
else
	passed=0 failed=0 skipped=0
fi
# A failure that no count shows: the build, or the suite as a whole.
if ((failed == 0)) && { [[ -s $work/failed ]] || ((passed == 0)); }; then
	failed=1
fi

# count WORD: of the scenarios.
count() {
	grep -c "^$1 " "$work/live" || true
}
grep -qE '^[0-9]+ passed, ' "$work/live" || failed=$((failed + 1))
passed=$((passed + $(count ok))) failed=$((failed + $(count FAIL))) skipped=$((skipped + $(count skip)))
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
((failed == 0))
