#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes the root file system that the live tests start from, keeps it in a cache, and prints its path.
#
# usage: root.sh [CACHE]
# CACHE, else $ROLEGATE_LIVE_CACHE, else ./.live-cache (run by make: below the build folder).
# ROLEGATE_LIVE_SUITE is another Debian release than this machine's, ROLEGATE_LIVE_ARCH another architecture,
# ROLEGATE_LIVE_PACKAGES another list of packages and ROLEGATE_LIVE_MORE what comes besides, between blanks. The packages
# come from this machine's own sources.
set -euo pipefail

# Keep in step with the scenarios: each program that a scenario drives for real.
packages=(
	accountsservice at busybox-syslogd cron curl dovecot-imapd expect iproute2 ldap-utils libasan8 libfaketime
	libnginx-mod-http-auth-pam libnss-sss libpam-modules libpam-sss libpam-systemd libubsan1 login nginx nscd
	openssh-client openssh-server pamtester passwd pkexec postgresql procps slapd sssd-common sssd-ldap sudo
	systemd valgrind vsftpd
	# What the staged tree is linked with; the number in the name differs between releases.
	libjansson4 '?name(^libconfig[0-9]+$)'
)

[[ -z ${ROLEGATE_LIVE_PACKAGES+x} ]] || read -ra packages <<<"$ROLEGATE_LIVE_PACKAGES"
# shellcheck disable=SC2206 # words
packages+=(${ROLEGATE_LIVE_MORE:-})

die() {
	printf 'root.sh: %s\n' "$*" >&2
	exit 1
}

host_suite() {
	# shellcheck source=/dev/null
	(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
}

# This machine's Debian stanzas (deb822), with its release replaced by the one wanted.
deb822_sources() {
	local host=$1 suite=$2
	cat /etc/apt/sources.list.d/*.sources 2>/dev/null | awk -v RS= -v ORS='\n\n' -v host="$host" '
		/(^|\n)Enabled:[ \t]*no/ { next }
		$0 !~ /(^|\n)Types:([^\n]*[ \t])?deb([ \t\n]|$)/ { next }
		$0 !~ "(^|\n)Suites:([^\n]*[ \t])?" host "(-updates|-security)?([ \t\n]|$)" { next }
		/(^|\n)Components:([^\n]*[ \t])?main([ \t\n]|$)/' | sed "s/\b$host\b/$suite/g"
}

# The same for one-line entries.
list_sources() {
	local host=$1 suite=$2
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
		grep -E "^deb +(\[[^]]*\] +)?[^ ]+ +$host(-updates|-security)? (.* )?main( |\$)" |
		sed "s/\b$host\b/$suite/g" || true
}

# What this machine's apt needs to reach its sources (a proxy, a frozen archive).
apt_options() {
	apt-config dump | sed -nE 's/^(Acquire::(https?::Proxy|Check-Valid-Until|Check-Date) .*);$/--aptopt=\1/p'
}

make_root() {
	local suite=$1 target=$2 scratch=$3 host options sources=()
	host=$(host_suite)
	deb822_sources "$host" "$suite" >"$scratch/debian.sources"
	list_sources "$host" "$suite" >"$scratch/debian.list"
	for file in "$scratch/debian.sources" "$scratch/debian.list"; do
		[[ ! -s $file ]] || sources+=("$file")
	done
	((${#sources[@]})) || die "no Debian source for '$host' in /etc/apt"
	mapfile -t options < <(apt_options)
	# A mount namespace of its own: even a killed mmdebstrap leaves nothing mounted here.
	unshare --mount mmdebstrap --quiet --mode=root --variant=minbase --format=directory \
		--architectures="$arch" "${options[@]}" --include="$(IFS=,; printf '%s' "${packages[*]}")" \
		"$suite" "$target" "${sources[@]}" >&2
	# Afterwards, because mmdebstrap takes away its own at the end: no package starts a daemon.
	install -m 755 /dev/stdin "$target/usr/sbin/policy-rc.d" <<<$'#!/bin/sh\nexit 101'
}

# A folder that version control does not see, wherever it stands.
open_cache() {
	mkdir -p "$1"
	printf '*\n' >"$1/.gitignore"
	exec {lock}>"$1/lock"
	flock "$lock"
}

newest() {
	local found
	found=$(compgen -G "$1") || return 1
	sort <<<"$found" | tail -n 1
}

main() {
	local cache suite arch list want old
	cache=$(realpath -m "${1:-${ROLEGATE_LIVE_CACHE:-.live-cache}}")
	suite=${ROLEGATE_LIVE_SUITE:-$(host_suite)}
	arch=${ROLEGATE_LIVE_ARCH:-$(dpkg --print-architecture)}
	((EUID == 0)) || die 'needs root'
	command -v mmdebstrap >/dev/null || die 'needs mmdebstrap (apt install mmdebstrap)'
	open_cache "$cache"
	list=$(printf '%s\n' "${packages[@]}" "$arch" | sha256sum | cut -c1-8)
	want=$cache/root-$suite-$list-$(date +%G-W%V)
	if [[ ! -d $want ]]; then
		scratch=$(mktemp -d "$cache/new.XXXXXX")
		trap 'rm -rf --one-file-system "$scratch"' EXIT
		printf 'root.sh: making %s (about half a minute)\n' "${want##*/}" >&2
		if make_root "$suite" "$scratch/root" "$scratch"; then
			rm -rf --one-file-system "$cache/root-$suite-"*
			mv "$scratch/root" "$want"
		elif old=$(newest "$cache/root-$suite-$list-*"); then
			printf 'root.sh: no new root could be made: using %s\n' "${old##*/}" >&2
			want=$old
		else
			die 'mmdebstrap failed (its output is above)'
		fi
	fi
	printf '%s\n' "$want"
}

main "$@"
