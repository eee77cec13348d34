#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In a bare machine: installs the packages of an older commit, applies a policy, and upgrades to the built packages.
#
# usage: upgrade.sh OUT OLDER
#   OLDER  the directory in /work with the older packages
set -euo pipefail

out=/work/$1 older=/work/$2
packages=(libpam-rolegate librolegate0 librolegate-dev rolegate)
compgen -G "$out/libnss-rolegate_*.deb" >/dev/null && packages+=(libnss-rolegate)
export DEBIAN_FRONTEND=noninteractive

fail() {
	printf 'FAIL %s\n' "$*" >&2
	exit 1
}

# all_are VERSION: each package is installed and configured in that version, and dpkg has nothing left to do.
all_are() {
	local package seen
	for package in "${packages[@]}"; do
		seen=$(dpkg-query -W -f '${db:Status-Status} ${Version}' "$package" 2>/dev/null) || seen=not-installed
		[[ $seen == "installed $1" ]] || fail "$package is $seen, expected installed $1"
	done
	[[ -z $(dpkg --audit) ]] || fail "dpkg --audit: $(dpkg --audit)"
}

# install_from DIRECTORY
install_from() {
	local package debs=()
	for package in "${packages[@]}"; do debs+=("$1/$package"_*.deb); done
	apt-get -qq -y install "${debs[@]}"
}

old_version=$(dpkg-deb -f "$older"/rolegate_*.deb Version)
version=$(dpkg-deb -f "$out"/rolegate_*.deb Version)
dpkg --compare-versions "$old_version" lt "$version" || fail "$old_version is not lower than $version"
apt-get -qq update
install_from "$older"
all_are "$old_version"

useradd -m alice
useradd -m bob
rolegate init --owner alice
mkdir -p /etc/rolegate/policy.d
cat >/etc/rolegate/policy.d/50-site.conf <<'END'
assign = ( { user = "bob"; roles = [ "user" ]; } );
END
rolegate apply
rolegate can bob mail || fail 'the older command does not allow bob the service mail'
pam-auth-update --enable rolegate
configuration=$(find /etc/rolegate /etc/pam.d /etc/nsswitch.conf -type f -exec sha256sum '{}' + | sort -k2)

install_from "$out"
all_are "$version"
[[ $configuration == "$(find /etc/rolegate /etc/pam.d /etc/nsswitch.conf -type f -exec sha256sum '{}' + | sort -k2)" ]] ||
	fail 'the upgrade changed the policy files, PAM or nsswitch.conf'
# The format of the compiled policy may differ: the new command compiles the policy files again.
rolegate apply
rolegate status
rolegate can bob mail || fail 'the new command does not allow bob the service mail'
