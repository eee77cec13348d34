# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# People with and without authority change policies at random, a few hundred steps for each catalog (A1-A4, A6, A7);
# random-long has the ten thousand.
# shellcheck source=../walk.sh
. /live/walk.sh

walk workspace 240
walk departments 180
walk organisation 180
