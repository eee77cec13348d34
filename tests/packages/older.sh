#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In a machine with only the build dependencies: builds the binary packages of an older commit in /work/OUT, without tests.
#
# usage: older.sh OUT VERSION COMMIT
# /work/older-COMMIT.tar is the tree of that commit.
set -euo pipefail

out=/work/$1 version=$2 commit=$3

useradd -m builder
install -d -o builder /home/builder/tree
cd /home/builder/tree
tar -xf "/work/older-$commit.tar"
sed -i "1s/(.*)/($version)/" debian/changelog
chown -R builder: .
# Binary packages only: they need no upstream tarball, and debhelper runs autoreconf. The tests of an older commit may fail
# on a newer release of Debian.
setpriv --reuid builder --regid builder --init-groups env HOME=/home/builder \
	DEB_BUILD_OPTIONS="parallel=$(nproc) terse nocheck" DEB_BUILD_PROFILES=nocheck dpkg-buildpackage -us -uc -b
# The cache sees only complete builds.
rm -rf "$out" "$out.new"
mkdir "$out.new"
find .. -maxdepth 1 -name '*.deb' ! -name '*-dbgsym_*' -exec cp -t "$out.new" '{}' +
mv "$out.new" "$out"
