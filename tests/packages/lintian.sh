#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In a machine with lintian: no error and no warning in the source package or any binary package.
#
# usage: lintian.sh OUT
set -euo pipefail

useradd -m reader
cp -r "/work/$1" /home/reader/out
chown -R reader: /home/reader/out
cd /home/reader/out
setpriv --reuid reader --regid reader --init-groups env HOME=/home/reader \
	lintian --fail-on error,warning --info --display-info --tag-display-limit 0 ./*.changes
