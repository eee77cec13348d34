#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs one script of this folder as root of a throwaway machine, which keeps the host's network for apt; run.sh calls it.
#
# usage: unshare … machine.sh ROOT WORK SOURCE SCRIPT [ARGUMENT…]
#   ROOT    the folder that the machine starts from; it is not changed
#   WORK    a folder of run.sh's, /work in the machine: the only one in which something stays
#   SOURCE  the source tree, /source in the machine, to be read only
set -euo pipefail

here=$(dirname "$(realpath "$0")")
root=$(realpath "$1") work=$(realpath "$2") source=$(realpath "$3") script=$4
shift 4
# shellcheck source=tests/live/mounts.sh
. "$here/../live/mounts.sh"

# In memory: what is built and installed here is thrown away. The folder is /work's own mount point.
mount_root() {
	mkdir -p "$work/machine"
	mount -t tmpfs -o mode=755 rolegate-packages "$work/machine"
	cd "$work/machine"
	mkdir up tmp root lower
	# Bound first, so that no ':' or ',' of the path gets into the options.
	mount --bind "$root" lower
	mount -t overlay -o lowerdir=lower,upperdir=up,workdir=tmp overlay root
	cd root
}

mount_folders() {
	mkdir -p work source old
	mount --bind "$work" work
	mount --bind "$source" source
	mount -o remount,bind,ro source
	cp --remove-destination -L /etc/resolv.conf etc/resolv.conf
}

mount_root
mount_kernel
mount_devices
mount_folders
pivot_root . old
cd /
umount --lazy /old
hostname packages
printf '127.0.0.1 localhost packages\n' >/etc/hosts
start setpriv --bounding-set="$drop" timeout --signal KILL 900 bash "/source/tests/packages/$script" "$@"
