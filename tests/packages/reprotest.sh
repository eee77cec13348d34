#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In a machine with reprotest: two builds that differ in time, locale, path and more come to the same bytes.
#
# usage: reprotest.sh OUT
set -euo pipefail

cd "/work/$1"
# What needs another user, another host name or another kernel needs another machine.
DEB_BUILD_OPTIONS='nocheck' reprotest --vary=-user_group,-domain_host,-kernel,-fileordering --min-cpus 1 \
	--diffoscope-arg=--max-report-size=20000 ./*.dsc -- null
