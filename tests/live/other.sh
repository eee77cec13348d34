#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs live scenarios on the other Debian release that we are made for: builds there, with its own compiler and libraries,
# and tests in a root of it. Also those unit tests that ask its libpam.
#
# usage: other.sh SOURCE CACHE [SCENARIO…]
#        other.sh --root SOURCE CACHE
#   --root    only makes the root, which takes long
#   SOURCE    a checkout; it is copied, not written to
#   SCENARIO  default: matrix doctor services
# Ends on a line "N passed, N failed, N skipped"; where that release cannot be had, all of it is one skip, with the reason.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
only_root=''
[[ $1 != --root ]] || { only_root=yes && shift; }
source=$(realpath "$1") cache=$(realpath -m "$2")
shift 2
scenarios=("$@")
(($# > 0)) || scenarios=(matrix doctor services)

# What ./check installs for a build.
tools=(build-essential autoconf automake libtool pkg-config libpam0g-dev libconfig-dev libcdb-dev libjansson-dev
	libcmocka-dev libnss-wrapper)
units='test_wiring test_pam test_pam_password'

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
trap 'rm -rf --one-file-system "$work"' EXIT

build() {
	mkdir "$work/upper" "$work/over" "$work/build"
	mount -t overlay overlay -o "lowerdir=$root,upperdir=$work/upper,workdir=$work/over" "$work/build"
	mount -t proc proc "$work/build/proc"
	mkdir "$work/build/rolegate"
	git -C "$source" archive HEAD | tar -x -C "$work/build/rolegate"
	# shellcheck disable=SC2016 # the inner shell expands it
	chroot "$work/build" /bin/sh -ec '
		cd /rolegate && autoreconf -fi >/dev/null 2>&1 && mkdir b && cd b
		../configure -q --prefix=/usr --sysconfdir=/etc --localstatedir=/var \
			--libdir="/usr/lib/$(gcc -print-multiarch)"
		make -s -j"$(nproc)" && make -s install DESTDIR=/rolegate/stage
		make -s -j"$(nproc)" libsupport.la pam_scripted.la $units'
	cp -a "$work/build/rolegate/stage" "$work/stage"
	mount -t tmpfs tmp "$work/build/tmp"
	for unit in $units; do
		# shellcheck disable=SC2016 # the inner shell expands it
		if chroot "$work/build" /bin/sh -ec 'cd /rolegate/b && make -s check-TESTS TESTS="$1"' sh "$unit" >&2; then
			echo "ok   other: $unit"
		else
			cat "$work/build/rolegate/b/$unit.log" >&2
			echo "FAIL other: $unit"
		fi
	done >"$work/units"
}

# In a mount namespace of its own: nothing stays mounted.
printf 'building on %s\n' "$suite"
export -f build
export work root source units
if ! unshare --mount --propagation private bash -euc build >"$work/build.log" 2>&1; then
	tail -n 30 "$work/build.log"
	printf '0 passed, 1 failed, 0 skipped\n'
	exit 1
fi
grep -q '^FAIL ' "$work/units" && cat "$work/build.log"
cat "$work/units"
"$here/run.sh" --stage "$work/stage" --cache "$cache" "${scenarios[@]}" | tee "$work/live" | grep -vE '^[0-9]+ passed, ' || true

# count WORD: of the unit tests and the scenarios.
count() {
	cat "$work/units" "$work/live" | grep -c "^$1 " || true
}
failed=$(count FAIL)
grep -qE '^[0-9]+ passed, ' "$work/live" || failed=$((failed + 1))
printf '%d passed, %d failed, %d skipped\n' "$(count ok)" "$failed" "$(count skip)"
((failed == 0))
