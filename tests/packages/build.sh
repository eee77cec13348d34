#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In a machine with nothing but the build dependencies: makes the source package and the binary packages in /work/OUT.
#
# usage: build.sh OUT VERSION [OPTION]
# OPTION is one of DEB_BUILD_OPTIONS, as nocheck. /work/rolegate_UPSTREAM.orig.tar.xz is the release tarball. An unprivileged user builds: that is all that it takes.
set -euo pipefail

out=/work/$1 upstream=$2 option=${3-}

useradd -m builder
install -d -o builder "$out"
cd /home/builder
cp "/work/rolegate_$upstream.orig.tar.xz" .
tar -xf "rolegate_$upstream.orig.tar.xz"
cp -a /source/debian "rolegate-$upstream/"
chown -R builder: .
cd "rolegate-$upstream"
setpriv --reuid builder --regid builder --init-groups env HOME=/home/builder \
	DEB_BUILD_OPTIONS="parallel=$(nproc) terse $option" dpkg-buildpackage -us -uc
# Whatever the build left in the tree, a second one starts from.
setpriv --reuid builder --regid builder --init-groups env HOME=/home/builder debian/rules clean
rm -rf "${out:?}"/*
find .. -maxdepth 1 -type f ! -name ".*" -exec cp -t "$out" "{}" +
