#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In a machine with piuparts: installs, removes and purges the packages in a bare root, and looks for what they leave.
#
# usage: piuparts.sh OUT BASE SUITE      BASE is a bare root, packed, in /work
set -euo pipefail

cd "/work/$1"
# What apt reaches here it reaches there. The packages belong together: all at once.
piuparts --distribution "$3" --basetgz "/work/$2" --keep-sources-list --no-eatmydata --warn-on-leftovers-after-purge \
	--scriptsdir /etc/piuparts/scripts --single-changes-list ./*.changes
