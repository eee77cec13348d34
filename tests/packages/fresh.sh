#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In a bare machine: the packages, the steps of README.Debian, a login by ssh allowed and one denied.
#
# usage: fresh.sh OUT
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y install --no-install-recommends "/work/$1"/{rolegate,libpam-rolegate}_*.deb openssh-server openssh-client
printf '%s' 4294967295 >/proc/self/loginuid
mkdir /tmp/test
AUTOPKGTEST_TMP=/tmp/test sh /source/debian/tests/pam
