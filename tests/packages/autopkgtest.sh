#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In a machine with autopkgtest, which is the testbed: runs debian/tests of the source package on the built packages.
#
# usage: autopkgtest.sh OUT
# The machine is thrown away afterwards, so tests that break their testbed may run: the one that purges comes last.
set -euo pipefail

status=0
printf '%s' 4294967295 >/proc/self/loginuid
apt-get -qq update
autopkgtest --ignore-restrictions=breaks-testbed --summary-file "/work/$1/autopkgtest.summary" \
	"/work/$1"/*.changes -- null || status=$?
cat "/work/$1/autopkgtest.summary"
# 0 is all passed; 2 is passed with some skipped, and none of ours may be skipped.
exit "$status"
