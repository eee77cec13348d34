# shellcheck shell=sh disable=SC2154 # whoever sources this sets `work`
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by run.sh and counts.sh: counts what repeats, instructions by callgrind and system calls by strace.

# quietly COMMAND…: without what the environment brings; only its exit status counts.
quietly() {
	env -i PATH="$PATH" LC_ALL=C "$@"
}

# instructions STATUS COMMAND…: how many a process executes, from its first to its last.
instructions() {
	wanted=$1
	shift
	status=0
	quietly valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" >/dev/null 2>"$work/callgrind.log" || status=$?
	[ "$status" = "$wanted" ] || {
		echo "$0: exit status $status instead of $wanted from: $*" >&2
		exit 1
	}
	sed -n 's/.*Collected : //p' "$work/callgrind.log"
}

# system_calls STATUS COMMAND…: how many it makes; $work/trace names them.
system_calls() {
	wanted=$1
	shift
	status=0
	quietly strace -f -o "$work/trace" "$@" >/dev/null 2>&1 || status=$?
	[ "$status" = "$wanted" ] || {
		echo "$0: exit status $status instead of $wanted from: $*" >&2
		exit 1
	}
	grep -cvE '^[0-9]+ +(\+\+\+|---)' "$work/trace"
}

# asks_nss: whether the last trace has the process asking for users or groups.
asks_nss() {
	grep -qE '"(/etc/nsswitch\.conf|/etc/passwd|/etc/group|/var/run/nscd/socket|/run/systemd/userdb/[^"]*)"' "$work/trace"
}
