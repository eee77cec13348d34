#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Compiles a caller with the header of version 0.1.0 (tests/data/abi), runs it with the library that was built, and
# compares the two ABIs. What a released header promises is never taken back: where something is added on purpose,
#
#	tests/abi.sh --renew
#
# replaces the recorded ABI; the header of the first version and the caller's output stay as they are.
set -eu
src=${srcdir:-.}
data=$src/tests/data/abi
rolegate=${ROLEGATE:-./rolegate}
library=.libs/librolegate.so
compiler=${CC:-cc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

complain() {
	printf 'abi: %s\n' "$1" >&2
	failed=1
}

# The ABI as XML, without what belongs to this machine.
describe() {
	mkdir -p "$work/headers"
	cp "$src/lib/rolegate.h" "$work/headers/"
	abidw --no-corpus-path --no-comp-dir-path --no-show-locs --drop-private-types --headers-dir "$work/headers" "$library"
}

if [ "${1:-}" = --renew ]; then
	describe >"$data/librolegate.abi"
	exit
fi

# ---- Callers ----

root=$work/root
mkdir -p "$root/etc/rolegate" "$root/etc"
printf 'alice:x:1000:100::/:/bin/sh\nbob:x:1002:100::/:/bin/sh\n' >"$root/etc/passwd"
printf 'users:x:100:\n' >"$root/etc/group"
cat >"$root/etc/rolegate/rolegate.conf" <<'END'
catalogs = [ "workspace", "host" ];
assign = ( { user = "alice"; roles = [ "owner" ]; } );
suspended = ( { user = "bob"; } );
END
chmod 644 "$root/etc/rolegate/rolegate.conf"
"$rolegate" --root "$root" apply >"$work/said" 2>&1 || {
	cat "$work/said" >&2
	complain 'the policy cannot be applied'
}
state=$(find "$root" -name policy.cdb -printf '%h\n' | head -n 1)

# call WHAT HEADERS FLAG…: compile the caller, and compare what it prints.
call() {
	what=$1
	shift
	# shellcheck disable=SC2086 # the compiler may be several words
	$compiler -Wall -Werror -o "$work/caller" "$@" "$data/caller.c" "$library" || {
		complain "$what: does not compile"
		return
	}
	LD_LIBRARY_PATH=.libs "$work/caller" "$state" >"$work/seen" || complain "$what: exit status $?"
	grep -v '^a member' "$work/seen" | cmp -s - "$data/caller.expected" || {
		diff "$data/caller.expected" "$work/seen" >&2 || true
		complain "$what: other answers than with version 0.1.0"
	}
}

if [ -n "${ROLEGATE_SANITIZED:-}" ] || nm -D "$library" | grep -q __asan_; then
	echo 'skip: a program without sanitizers cannot load a library with them' >&2
else
	call 'a caller of version 0.1.0' -I"$data"
	call 'a caller of a later version' -I"$data" -DNEWER
	grep -q '^a member that is not known: refused' "$work/seen" ||
		complain 'a member that the library does not know is not refused'
	call 'a caller of this version' -I"$src/lib"
fi

# ---- abidiff ----

if [ "$(uname -m)" != x86_64 ]; then
	echo 'skip: the committed ABI is that of x86-64' >&2
elif ! command -v abidiff >/dev/null; then
	if [ "${CI:-}" = true ]; then
		complain 'abidiff is missing: apt-get install abigail-tools'
	else
		echo 'skip: abidiff is missing (Debian package abigail-tools)' >&2
	fi
else
	describe >"$work/now.abi"
	status=0
	abidiff --no-added-syms "$data/librolegate.abi" "$work/now.abi" >"$work/differences" || status=$?
	if [ "$status" != 0 ]; then
		cat "$work/differences" >&2
		complain "the ABI differs from tests/data/abi/librolegate.abi: if something was added on purpose: tests/abi.sh --renew"
	fi
fi
exit "$failed"
