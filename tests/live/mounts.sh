# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What every throwaway machine mounts in its root, which is the current folder, and how it is entered.

mount_kernel() {
	mount -t proc -o nosuid,nodev,noexec proc proc
	# The kernel's knobs are the host's.
	for knob in proc/sys proc/sysrq-trigger; do
		[[ -e $knob ]] || continue
		mount --bind "$knob" "$knob"
		mount -o remount,bind,ro "$knob"
	done
	mount -t tmpfs -o mode=755 run run
}

mount_devices() {
	mount -t tmpfs -o mode=755 dev dev
	mkdir dev/pts dev/shm
	mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts dev/pts
	mount -t tmpfs -o mode=1777 shm dev/shm
	for node in null zero full random urandom tty; do
		: >"dev/$node"
		mount --bind "/dev/$node" "dev/$node"
	done
	ln -s pts/ptmx dev/ptmx
	ln -s /proc/self/fd dev/fd
	ln -s fd/0 dev/stdin
	ln -s fd/1 dev/stdout
	ln -s fd/2 dev/stderr
}

# Setting loginuid needs a capability in the first user namespace: that is why there is no new one. What could reach
# beyond the machine is dropped instead.
start() {
	exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb "$@"
}
# shellcheck disable=SC2034 # for those who source this
drop='-sys_boot,-sys_module,-sys_time,-sys_rawio,-mac_admin,-mac_override'
