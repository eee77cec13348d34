#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes one throwaway machine out of fresh namespaces and starts a scenario in it; run.sh calls it, nobody else.
#
# usage: machine.sh WORK LOWER STAGE SCENARIO BOOT SECONDS SANITIZED
#   WORK   a tmpfs of run.sh's; what the machine changes stays in WORK/SCENARIO/up
#   LOWER  overlay layers, relative to WORK: no path of the host's can then hold a ':' or ','
#   BOOT   bare: the scenario is the first process; systemd: systemd is
#   SECONDS  after which it is ended
#   SANITIZED  another staged tree, or nothing
set -euo pipefail

here=$(dirname "$(realpath "$0")")
work=$1 lower=$2 stage=$3 scenario=$4 boot=$5 seconds=$6 sanitized=$7
# shellcheck source=tests/live/mounts.sh
. "$here/mounts.sh"

mount_root() {
	cd "$work"
	mkdir -p "$scenario/up" "$scenario/tmp" "$scenario/machine"
	mount -t overlay -o "lowerdir=$lower,upperdir=$scenario/up,workdir=$scenario/tmp" overlay "$scenario/machine"
	cd "$scenario/machine"
}

# systemd wants to see /sys and to own a cgroup; run.sh has put us into one of our own.
mount_cgroup() {
	mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
	mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 sys/fs/cgroup
}

# The rig and the staged tree, to be read only, and the file that takes the results.
mount_rig() {
	mkdir -p live stage programs old
	: >results
	mount --bind "$work/results" results
	mount --bind "$here" live
	mount --bind "$stage" stage
	mount --bind "$work/programs" programs
	mount -o remount,bind,ro live
	if [[ -n $sanitized ]]; then
		mkdir -p sanitized
		mount --bind "$sanitized" sanitized
		mount -o remount,bind,ro sanitized
	fi
	mount -o remount,bind,ro stage
	mount -o remount,bind,ro programs
}

# systemd's one task is the scenario; with its end the machine ends.
write_units() {
	cat >/etc/systemd/system/live.service <<-END
		[Unit]
		Requires=dbus.service systemd-logind.service
		After=basic.target dbus.service systemd-logind.service systemd-user-sessions.service
		SuccessAction=exit
		FailureAction=exit
		[Service]
		Type=oneshot
		Environment=HOME=/root LANG=C.UTF-8 TERM=dumb
		ExecStart=timeout --signal KILL $seconds bash /live/inside.sh $scenario
		StandardOutput=append:/var/log/scenario
		StandardError=append:/var/log/scenario
	END
	cat >/etc/systemd/system/live.target <<-'END'
		[Unit]
		Requires=basic.target live.service
		Wants=systemd-user-sessions.service
		AllowIsolate=yes
	END
	# The log is inside.sh's, in a file; the kernel's audit log is the host's.
	ln -sf /dev/null /etc/systemd/system/systemd-journald-dev-log.socket
	ln -sf /dev/null /etc/systemd/system/systemd-journald-audit.socket
}

mount_root
mount_kernel
mount_devices
mount_rig
[[ $boot == bare ]] || mount_cgroup
pivot_root . old
cd /
umount --lazy /old
if [[ $boot == systemd ]]; then
	write_units
	start container=rolegate-live setpriv --bounding-set="$drop" \
		/lib/systemd/systemd --unit=live.target --log-target=null --show-status=no
fi
start setpriv --bounding-set="$drop" timeout --signal KILL "$seconds" bash /live/inside.sh "$scenario"
