#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs a program for at most some seconds. When they are over it says where each process of it stands, and ends them:
# a test that hangs is a failed one that tells why, not a build that never ends.
#
# usage: limit.sh SECONDS PROGRAM [ARGUMENT…]
# Exit status: the program's; 124 when its time was over.
set -u

# descendants PID: one a line, the child before its own children.
descendants() {
	# shellcheck disable=SC2013 # a line of words
	for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
		echo "$child"
		descendants "$child"
	done
}

# show PID: what it is, and what each of its threads waits for.
show() {
	[ -d "/proc/$1" ] || return 0
	echo "process $1: $(tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline")"
	for thread in "/proc/$1/task/"*; do
		echo "  thread ${thread##*/}: $(sed -n 's/^State:[[:space:]]*//p' "$thread/status" 2>/dev/null)," \
			"in $(cat "$thread/wchan" 2>/dev/null), call $(cut -d ' ' -f 1-3 "$thread/syscall" 2>/dev/null)"
	done
	command -v gdb >/dev/null && timeout -s KILL 20 gdb -p "$1" -batch -ex 'thread apply all backtrace' 2>/dev/null
}

over() {
	trap '' TERM
	echo "limit.sh: the time of $limited is over"
	family=$(descendants "$$")
	for process in $family; do show "$process"; done
	# shellcheck disable=SC2086 # numbers
	kill -KILL $family 2>/dev/null
	exit 124
}

if [ "$1" != --within ]; then
	exec timeout --foreground --kill-after 120 "$1" "$0" --within "$@"
fi
shift 2
limited=$1
trap over TERM
"$@" <&0 &
wait "$!"
