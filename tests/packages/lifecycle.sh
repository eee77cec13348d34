#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In a bare machine: upgrade from the previous build, remove, reinstall and purge keep and drop what policy says.
#
# usage: lifecycle.sh OUT
set -euo pipefail

out=/work/$1
packages=(libpam-rolegate librolegate0 librolegate-dev rolegate)
compgen -G "$out/libnss-rolegate_*.deb" >/dev/null && packages+=(libnss-rolegate)
export DEBIAN_FRONTEND=noninteractive

fail() {
	printf 'FAIL %s\n' "$*" >&2
	exit 1
}

# The same packages as a build before would have made them.
make_previous() {
	local package
	mkdir /previous
	for package in "${packages[@]}"; do
		dpkg-deb -R "$out/$package"_*.deb /tmp/tree
		sed -i "s/$version/$version~previous/g" /tmp/tree/DEBIAN/control
		dpkg-deb -b /tmp/tree "/previous/$package.deb" >/dev/null
		rm -r /tmp/tree
	done
}

# What of /etc and of the state there is to keep.
sums() {
	find /etc/pam.d /etc/nsswitch.conf "$@" -type f -exec sha256sum '{}' + | sort -k2
}

all_are() {
	local package seen
	for package in "${packages[@]}"; do
		seen=$(dpkg-query -W -f '${db:Status-Status} ${Version}' "$package" 2>/dev/null) || seen=not-installed
		[[ $seen == "$1"* ]] || fail "$package is $seen, not $1"
	done
}

# The built packages, without those of debugging symbols.
debs=()
for package in "${packages[@]}"; do debs+=("$out/$package"_*.deb); done
version=$(dpkg-deb -f "$out"/rolegate_*.deb Version)
apt-get -qq update
before=$(sums)
make_previous
apt-get -qq -y install /previous/*.deb
all_are "installed $version~previous"
[[ $(grep /pam.d/ <<<"$before") == "$(sums | grep /pam.d/)" ]] || fail 'installing changed PAM'
[[ ${packages[*]} != *nss* ]] || grep -q '^group:.*files \[SUCCESS=merge\] rolegate' /etc/nsswitch.conf ||
	fail 'the NSS module is not in nsswitch'

useradd -m alice
rolegate init --owner alice
printf '# mine\n' >>/etc/rolegate/rolegate.conf
pam-auth-update --enable rolegate
kept=$(sums /etc/rolegate /var/lib/rolegate)
apt-get -qq -y install "${debs[@]}"
all_are "installed $version"
[[ $kept == "$(sums /etc/rolegate /var/lib/rolegate)" ]] || fail 'upgrading changed the policy, PAM or nsswitch'
rolegate status >/dev/null || fail 'the policy of before is not read'

policy=$(find /etc/rolegate /var/lib/rolegate -type f -exec sha256sum '{}' + | sort -k2)
apt-get -qq -y remove "${packages[@]}"
[[ $before == "$(sums)" ]] || fail 'removing left something in PAM or nsswitch'
[[ $policy == "$(find /etc/rolegate /var/lib/rolegate -type f -exec sha256sum '{}' + | sort -k2)" ]] ||
	fail 'removing touched the policy'

apt-get -qq -y install "${debs[@]}"
rolegate status >/dev/null || fail 'a reinstalled command does not find the policy'
! grep -q pam_rolegate /etc/pam.d/common-* || fail 'reinstalling enabled the profile'
apt-get -qq -y purge "${packages[@]}"
[[ $before == "$(sums)" ]] || fail 'purging left something in PAM or nsswitch'
left=$(find /etc /usr /var/lib -iname '*rolegate*' ! -path '/var/lib/dpkg/*' ! -path '/var/lib/apt/*')
[[ -z $left ]] || fail "purging left $left"
