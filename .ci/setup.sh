# shellcheck shell=sh disable=SC2034,SC2154 # whoever sources this sets `source` and uses the lists
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by demo, check and .ci/run: installs missing Debian packages, and builds.

# Debian 12 and 13 have all of these under these names.
build_packages='gcc make autoconf automake libtool pkg-config libc6-dev libpam0g-dev libconfig-dev libcdb-dev libjansson-dev'
demo_packages='libnss-wrapper'
check_packages="$demo_packages abigail-tools codespell libcmocka-dev locales valgrind shellcheck mandoc binutils xz-utils graphviz"
live_packages='e2fsprogs mmdebstrap mount util-linux iproute2 debian-archive-keyring tar gzip xfsprogs zstd'
ci_packages='clang clang-tidy clang-format cppcheck libclang-rt-dev musl-tools'

say() {
	printf '== %s\n' "$*"
}

# When the outermost of our programs began, in seconds.
ROLEGATE_BEGAN=${ROLEGATE_BEGAN:-$(date +%s)}
export ROLEGATE_BEGAN

# stage WHAT: as say, and how long it has been.
stage() {
	say "$* (after $(($(date +%s) - ROLEGATE_BEGAN)) s)"
}

# is_installed PACKAGE
is_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# need PACKAGE…: install those that are missing, as root or by sudo for that alone.
need() {
	missing=
	for package in "$@"; do
		is_installed "$package" || missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	say "installing by apt-get:$missing"
	as_root=
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null || {
			echo "this needs$missing: install them as root, and start again" >&2
			exit 1
		}
		as_root=sudo
	fi
	# shellcheck disable=SC2086 # lists of words
	{
		$as_root apt-get -qq update &&
			$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $missing
	} >"${TMPDIR:-/tmp}/rolegate-apt.$$" 2>&1 || {
		tail -n 20 "${TMPDIR:-/tmp}/rolegate-apt.$$" >&2
		echo "apt-get could not install$missing" >&2
		exit 1
	}
	rm -f "${TMPDIR:-/tmp}/rolegate-apt.$$"
}

# configured FOLDER [CONFIGURE OPTION…]: a build folder with paths as on a host.
configured() {
	folder=$1
	shift
	if [ ! -x "$source/configure" ]; then
		say 'making configure'
		(cd "$source" && autoreconf -i) >/dev/null 2>"$source/autoreconf.log" || {
			cat "$source/autoreconf.log" >&2
			exit 1
		}
		rm -f "$source/autoreconf.log"
	fi
	mkdir -p "$folder"
	[ -f "$folder/Makefile" ] && return 0
	say "configuring $folder $*"
	(cd "$folder" && "$source/configure" -q --prefix=/usr --sysconfdir=/etc --localstatedir=/var "$@")
}

# built FOLDER: everything in it is up to date.
built() {
	say "building in $1"
	make -s -C "$1" -j"$(nproc)" >"$1/build.log" 2>&1 || {
		tail -n 40 "$1/build.log" >&2
		exit 1
	}
}
