#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs the live tests: real sshd, su, sudo, cron and others in throwaway machines with the staged tree installed.
#
# usage: run.sh --stage DESTDIR [--sanitized DESTDIR] [--programs BUILD] [--cache DIR] [--keep] [--list] [SCENARIO…]
#   DESTDIR   what `make install DESTDIR=…` made with prefix=/usr, sysconfdir=/etc, localstatedir=/var
#   --sanitized  holds a pam_rolegate.so that was configured with --enable-sanitizers, for the scenario asan
#   BUILD     where `make check` leaves random_author, example_service and the name services for tests; without them
#             their cases are skipped
#   --keep    leaves in CACHE/kept what each machine had changed (its log, policy, pam.d)
#   SCENARIO  names below scenarios/; default: all but those that say in a line of their own that they take long
# Exit status: 0 all passed; 1 a failure, or nothing ran; 2 usage; 77 not possible here (not root, a tool is missing).
set -euo pipefail

here=$(dirname "$(realpath "$0")")
cache=${ROLEGATE_LIVE_CACHE:-.live-cache}
stage='' sanitized='' programs='' keep='' listing='' scenarios=() machine='' cgroup=''

usage() {
	sed -n '5,12s/^# \?//p' "$0" >&2
	printf 'run.sh: %s\n' "$*" >&2
	exit 2
}

impossible() {
	printf 'run.sh: %s\n' "$*" >&2
	exit 77
}

parse() {
	while (($#)); do
		case $1 in
		--stage | --sanitized | --programs | --cache)
			(($# > 1)) || usage "$1 needs a folder"
			declare -g "${1#--}=$2"
			shift
			;;
		--keep) keep=yes ;;
		--list) listing=yes ;;
		-*) usage "unknown option $1" ;;
		*) scenarios+=("$1") ;;
		esac
		shift
	done
}

# What a scenario says that may take longer than others, and is run only by name: nothing for the others.
seconds_of() {
	sed -n 's/^# takes long, up to \([0-9]*\) seconds$/\1/p' "$here/scenarios/$1.sh"
}

# The file name of a scenario is its name.
choose() {
	local name
	if ((${#scenarios[@]} == 0)); then
		for name in "$here"/scenarios/*.sh; do
			[[ -n $(seconds_of "$(basename "$name" .sh)") ]] || scenarios+=("$(basename "$name" .sh)")
		done
	fi
	for name in "${scenarios[@]}"; do
		[[ -f $here/scenarios/$name.sh ]] || usage "no scenario '$name'; --list names them"
	done
}

check_stage() {
	[[ -n $stage ]] || usage '--stage is missing'
	compgen -G "$stage/usr/lib*/security/pam_rolegate.so" >/dev/null ||
		compgen -G "$stage/usr/lib/*/security/pam_rolegate.so" >/dev/null ||
		usage "$stage holds no usr/lib/…/security/pam_rolegate.so: run make install DESTDIR=… first"
	[[ -z $programs || -x $programs/random_author ]] ||
		usage "$programs holds no random_author: run make check there, or make random_author example_service"
}

check_host() {
	((EUID == 0)) || impossible 'needs root: the machines are made of mounts and namespaces'
	command -v unshare setpriv mmdebstrap >/dev/null || impossible 'needs unshare, setpriv, mmdebstrap'
	unshare --mount true 2>/dev/null || impossible 'needs to make namespaces (CAP_SYS_ADMIN)'
}

# From here on everything is mounted in this process's own mount namespace, and goes away with it. The mark is the
# process number, which exec keeps: no stale variable can take the host for the namespace.
enter_namespace() {
	[[ ${ROLEGATE_LIVE_INSIDE:-} == "$$" ]] ||
		ROLEGATE_LIVE_INSIDE=$$ exec unshare --mount --propagation private bash "$0" "$@"
}

make_work() {
	local root
	root=$("$here/root.sh" "$cache")
	work=$cache/work
	mkdir -p "$work"
	mount -t tmpfs -o mode=700 rolegate-live "$work"
	mkdir "$work/root"
	mount --bind "$root" "$work/root"
	mount -o remount,bind,ro "$work/root"
	: >"$work/results"
}

# A scenario that says so in a line of its own gets a machine with systemd running.
boot_of() {
	grep -qs '^# boot: systemd$' "$here/scenarios/$1.sh" && printf 'systemd' || printf 'bare'
}

# The programs and name services that a machine finds in /programs.
copy_programs() {
	local name
	mkdir "$work/programs"
	[[ -n $programs ]] || return 0
	for name in random_author example_service; do cp "$programs/$name" "$work/programs/"; done
	for name in awkward ldap plain winbind; do
		[[ ! -e $programs/.libs/nss_$name.so ]] ||
			cp "$programs/.libs/nss_$name.so" "$work/programs/libnss_$name.so.2"
	done
}

# systemd needs a cgroup to itself: the one thing that a namespace does not take along when it goes.
name_cgroup() {
	local mount
	mount=$(findmnt -n -o TARGET -t cgroup2 | head -n 1)
	[[ -z $mount ]] || cgroup=$mount$(sed -n 's/^0:://p' /proc/self/cgroup)/rolegate-live-$$
}

make_cgroup() {
	[[ -n $cgroup ]] && mkdir "$cgroup" 2>/dev/null
}

# Also what a run left that was ended by SIGKILL.
remove_cgroups() {
	local old
	[[ -n $cgroup ]] || return 0
	for old in "${cgroup%-*}"-*; do
		[[ $old != "$cgroup" && -d /proc/${old##*-} ]] || find "$old" -depth -type d -exec rmdir {} + 2>/dev/null || true
	done
}

# Also run.sh's own end by SIGKILL ends the machine: pdeathsig for unshare, --kill-child for all below it.
start_machine() {
	local name=$1 lower=$2 boot=$3 seconds=90
	[[ $name == setup || -z $(seconds_of "$name") ]] || seconds=$(seconds_of "$name")
	(
		[[ $boot == bare ]] || printf '%s' "$BASHPID" >"$cgroup/cgroup.procs"
		exec setpriv --pdeathsig KILL \
			unshare --mount --pid --fork --uts --ipc --net --cgroup --kill-child --propagation private \
			bash "$here/machine.sh" "$work" "$lower" "$stage" "$name" "$boot" "$seconds" "$sanitized" </dev/null
	) &
	machine=$!
}

# Nothing of the machine outlives run.sh.
stop() {
	trap - INT TERM HUP EXIT
	[[ -z $machine ]] || { kill -KILL "$machine" && wait "$machine"; } 2>/dev/null || true
	remove_cgroups
	exit "$1"
}

report() {
	printf '%s\n' "$1" >>"$work/results"
}

run_machine() {
	local name=$1 lower=$2 boot status=0 before after
	boot=$(boot_of "$name")
	before=$(wc -l <"$work/results")
	if [[ $boot == bare ]] || make_cgroup; then
		start_machine "$name" "$lower" "$boot"
		wait "$machine" || status=$?
		machine=''
		[[ $boot == bare ]] || remove_cgroups
	else
		report "skip $name: all of it: no cgroup (version 2) can be made here"
	fi
	after=$(wc -l <"$work/results")
	((status == 0)) || report "FAIL $name: the scenario runs to its end (expected status 0, seen $status)"
	((after > before || status)) || report "FAIL $name: the scenario has cases (expected some, seen none)"
	tail -n "+$((before + 1))" "$work/results"
	# What a booted scenario said otherwise: nothing, if it is well.
	cat "$work/$name/up/var/log/scenario" >&2 2>/dev/null || true
	[[ -z $keep ]] || keep_machine "$name"
}

keep_machine() {
	rm -rf "$cache/kept/$1"
	mkdir -p "$cache/kept"
	cp -a "$work/$1/up" "$cache/kept/$1"
}

count() {
	grep -c "^$1 " "$work/results" || true
}

finish() {
	local passed failed skipped
	passed=$(count ok) failed=$(count FAIL) skipped=$(count skip)
	printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
	((passed > 0 && failed == 0))
}

main() {
	local name
	parse "$@"
	choose
	[[ -z $listing ]] || { printf '%s\n' "${scenarios[@]}" && exit 0; }
	check_stage
	check_host
	enter_namespace "$@"
	stage=$(realpath "$stage") sanitized=${sanitized:+$(realpath "$sanitized")} cache=$(realpath -m "$cache")
	[[ -z $programs ]] || programs=$(realpath "$programs")
	make_work
	copy_programs
	name_cgroup
	remove_cgroups
	trap 'stop $?' EXIT
	trap 'stop 130' INT
	trap 'stop 143' TERM HUP
	run_machine setup root
	if ! grep -q '^FAIL ' "$work/results"; then
		for name in "${scenarios[@]}"; do run_machine "$name" setup/up:root; done
	fi
	finish
}

main "$@"
