# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# People with and without authority change policies at random, ten thousand steps (A1-A4, A6, A7).
# takes long, up to 900 seconds
# shellcheck source=../walk.sh
. /live/walk.sh

walk workspace 4000
walk departments 3000
walk organisation 3000
