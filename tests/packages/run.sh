#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds the Debian packages in clean roots of each release, and tests what comes out in throwaway machines.
#
# usage: run.sh --tarball FILE [--cache DIR] [--suite NAME]… [--brief] [STEP…]
#        run.sh --roots [--cache DIR] [--suite NAME]… [STEP…]
#   FILE   the release tarball that `make dist` makes
#   NAME   a Debian release; default: bookworm and trixie
#   --brief  builds without running the tests that a build runs
#   --roots  only makes the roots that the steps need, which takes long
#   STEP   build, older, lintian, apparmor, lifecycle, upgrade, fresh, autopkgtest, piuparts, reprotest, i386; default: all of
#          them. All but build, older and i386 need what build left in CACHE/packages/work.
#          older builds the packages of a fixed older commit from the git history, once for each cache and release; upgrade
#          builds them if it has to. Without that commit (release tarball, shallow clone) both are skipped.
# Exit status: 0 all passed; 1 a failure; 2 usage; 77 not possible here (not root, a tool is missing).
set -euo pipefail

here=$(dirname "$(realpath "$0")")
source=$(realpath "$here/../..")
cache=${ROLEGATE_LIVE_CACHE:-.live-cache}
tarball='' brief='' only_roots='' suites=() steps=() passed=0 failed=0 skipped=0

# The commit that stands for an installed older version, and the version of its packages. A Debian revision that begins with
# 0 sorts below each revision of the same upstream version: 0.1.0-0+older1 < 0.1.0-1. Count the last digit up when older.sh
# changes what it builds: the cached packages are known by this version.
older_commit=e387a844e270947b84e1da2234a6cd609cceef1b
older_version=0.1.0-0+older1

# Keep in step with Build-Depends in debian/control.
build_packages='build-essential debhelper libcdb-dev libcmocka-dev libconfig-dev libjansson-dev libpam-modules
	libpam-runtime libpam0g-dev locales pkgconf'
tool_packages='apt-utils autopkgtest apparmor apparmor-profiles apparmor-profiles-extra cups-daemon diffoscope-minimal
	faketime openssh-client openssh-server piuparts reprotest'
base_packages='ca-certificates'

usage() {
	sed -n '5,15s/^# \?//p' "$0" >&2
	printf 'run.sh: %s\n' "$*" >&2
	exit 2
}

parse() {
	while (($#)); do
		case $1 in
		--tarball | --cache | --suite)
			(($# > 1)) || usage "$1 needs a value"
			case $1 in
			--tarball) tarball=$2 ;;
			--cache) cache=$2 ;;
			--suite) suites+=("$2") ;;
			esac
			shift
			;;
		--brief) brief=nocheck ;;
		--roots) only_roots=yes ;;
		-*) usage "unknown option $1" ;;
		*) steps+=("$1") ;;
		esac
		shift
	done
	[[ -f $tarball || -n $only_roots ]] || usage '--tarball: no such file; "make dist" makes one'
	((${#suites[@]})) || suites=(bookworm trixie)
	((${#steps[@]})) || steps=(build older lintian apparmor lifecycle upgrade fresh autopkgtest piuparts reprotest i386)
}

check_host() {
	if ((EUID != 0)) || ! command -v unshare setpriv mmdebstrap >/dev/null || ! unshare --mount true 2>/dev/null; then
		echo 'run.sh: needs root, unshare, setpriv and mmdebstrap' >&2
		exit 77
	fi
}

# root_of KIND SUITE [ARCH]: the path of a root with the packages of that kind.
root_of() {
	local packages
	case $1 in
	build) packages=$build_packages ;;
	lint) packages=lintian ;;
	tools) packages="$build_packages $tool_packages" ;;
	base) packages=$base_packages ;;
	esac
	ROLEGATE_LIVE_SUITE=$2 ROLEGATE_LIVE_ARCH=${3:-$(dpkg --print-architecture)} \
		ROLEGATE_LIVE_PACKAGES=${packages//[$'\n\t']/ } "$source/tests/live/root.sh" "$packages_cache/$1-$2${3:+-$3}"
}

# in_machine ROOT SCRIPT [ARGUMENT…]
in_machine() {
	local root=$1
	shift
	setpriv --pdeathsig KILL \
		unshare --mount --pid --fork --uts --ipc --kill-child --propagation private \
		${personality:+setarch "$personality"} bash "$here/machine.sh" "$root" "$work" "$source" "$@" </dev/null
}

# The bare root as piuparts wants it. Packed once for each root.
pack_base() {
	local root=$1 packed=$work/base-$2.tar.gz
	[[ $packed -nt $root ]] ||
		tar -C "$root" --one-file-system --exclude='./dev/*' --exclude=./usr/sbin/policy-rc.d -czf "$packed" .
}

# The kind of root that a step needs.
kind_of() {
	case $1 in
	build | older | i386) printf 'build' ;;
	lifecycle | upgrade | fresh) printf 'base' ;;
	lintian) printf 'lint' ;;
	*) printf 'tools' ;;
	esac
}

# build_older SUITE: the packages of the older commit, in $work/older-SUITE-VERSION. The commit never changes, so that they
# are built once. Exit status: 77 without that commit.
build_older() {
	local root out=older-$1-$older_version
	if [[ -d $work/$out ]]; then
		printf 'in the cache: %s\n' "$out"
		return 0
	fi
	if ! git -C "$source" cat-file -e "$older_commit^{commit}"; then
		printf 'skip: commit %s is not in the git history (release tarball, or a shallow clone: git fetch --unshallow)\n' \
			"${older_commit:0:7}"
		return 77
	fi
	root=$(root_of build "$1") || return 1
	git -C "$source" archive -o "$work/older-$older_commit.tar" "$older_commit" || return 1
	in_machine "$root" older.sh "$out" "$older_version" "$older_commit" || return 1
	rm "$work/older-$older_commit.tar"
}

run_step() {
	local step=$1 suite=$2 root
	case $step in
	build)
		root=$(root_of build "$suite")
		in_machine "$root" build.sh "$suite" "$version" "$brief"
		;;
	older)
		build_older "$suite"
		;;
	upgrade)
		build_older "$suite" || return
		root=$(root_of base "$suite")
		in_machine "$root" upgrade.sh "$suite" "older-$suite-$older_version"
		;;
	i386)
		root=$(root_of build "$suite" i386)
		personality=i686 in_machine "$root" build.sh "$suite-i386" "$version" "$brief"
		;;
	piuparts)
		root=$(root_of base "$suite")
		pack_base "$root" "$suite"
		root=$(root_of tools "$suite")
		in_machine "$root" piuparts.sh "$suite" "base-$suite.tar.gz" "$suite"
		;;
	*)
		root=$(root_of "$(kind_of "$step")" "$suite")
		in_machine "$root" "$step.sh" "$suite"
		;;
	esac
}

make_roots() {
	local suite step
	for suite in "${suites[@]}"; do
		for step in "${steps[@]}"; do root_of "$(kind_of "$step")" "$suite"; done
	done
}

# Each step's output is in CACHE/packages/work/STEP-SUITE.log.
one() {
	local step=$1 suite=$2 log=$work/$1-$2.log started=$SECONDS status=0
	run_step "$step" "$suite" >"$log" 2>&1 || status=$?
	if ((status == 0)); then
		printf 'ok   packages %s: %s (%d s)\n' "$suite" "$step" $((SECONDS - started))
		passed=$((passed + 1))
	elif ((status == 77)) && grep -q '^skip: ' "$log"; then
		printf 'skip packages %s: %s: %s\n' "$suite" "$step" "$(sed -n 's/^skip: //p' "$log")"
		skipped=$((skipped + 1))
	else
		printf 'FAIL packages %s: %s\n' "$suite" "$step"
		tail -n 40 "$log"
		failed=$((failed + 1))
	fi
}

main() {
	local suite step
	parse "$@"
	check_host
	packages_cache=$(realpath -m "$cache")/packages
	work=$packages_cache/work
	mkdir -p "$work"
	[[ -z $only_roots ]] || { make_roots && exit; }
	version=$(basename "$tarball" .tar.xz)
	version=${version#rolegate-}
	cp "$tarball" "$work/rolegate_$version.orig.tar.xz"
	for suite in "${suites[@]}"; do
		for step in "${steps[@]}"; do
			# These cost two more builds: the first release will do.
			[[ $step != i386 && $step != reprotest ]] || [[ $suite == "${suites[0]}" ]] || continue
			one "$step" "$suite"
		done
	done
	printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
	((passed > 0 && failed == 0))
}

main "$@"
