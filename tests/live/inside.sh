#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The first program of ours in a machine: brings up what every scenario needs, then runs the one named.
#
# usage: inside.sh SCENARIO
set -euo pipefail

scenario=$1

# A login that the tests were started from must not become the actor.
forget_login() {
	printf '%s' 4294967295 >/proc/self/loginuid
}

bring_up() {
	forget_login
	ip link set lo up
	hostname live
	mkdir -p /run/sshd /run/lock
	# Everything in one file; whether -O or the configuration says so depends on the release.
	printf '*.* /var/log/messages\n' >/etc/syslog.conf
	busybox syslogd -O /var/log/messages
}

bring_up
# shellcheck source=lib.sh
. /live/lib.sh
case $scenario in
setup) file=/live/setup.sh ;;
*) file=/live/scenarios/$scenario.sh ;;
esac
# shellcheck source=/dev/null
. "$file"
