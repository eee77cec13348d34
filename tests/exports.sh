#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Looks at what was built: exported symbols, libraries that get loaded, and memory that programs would share.
set -u
src=${srcdir:-.}
failed=0

complain() {
	printf 'exports: %s\n' "$1" >&2
	failed=1
}

# exports FILE MAP: the shared object exports what its version map says, and nothing else.
exports() {
	wanted=$(sed -n '/global:/,/local:/{s/^[[:space:]]*\([a-z_]*\);$/\1/p}' "$src/$2" | sort)
	seen=$(nm -D --defined-only "$1" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort)
	[ "$wanted" = "$seen" ] || complain "$1 exports other symbols than $2 says:
$seen"
}

# loads FILE LIBRARY…: it asks for these libraries at most. Sanitizers bring their own.
loads() {
	file=$1
	shift
	headers=$(objdump -p "$file") || complain "$file cannot be read"
	for library in $(printf '%s\n' "$headers" | awk '$1 == "NEEDED" { print $2 }'); do
		case " $* libc.so.6 libasan.so.8 libubsan.so.1 ld-linux-x86-64.so.2 ld-linux.so.2 " in
		*" $library "*) ;;
		*) complain "$file loads $library" ;;
		esac
	done
}

# imports FILE PATTERN: of libc it calls these functions at most.
imports() {
	hits=$(nm -D --undefined-only "$1" | awk '$1 == "U" { sub(/@.*/, "", $2); print $2 }' |
		grep -vxE "$2|__(asan|ubsan)_.*|__stack_chk_fail|__errno_location" || true)
	[ -z "$hits" ] || complain "$1 calls what it should not:
$hits"
}

# no_mutable FOLDER: nothing in the objects of a room can be written to, so threads and programs share nothing. What a
# loader writes once, and then never (.data.rel.ro), counts as constant.
no_mutable() {
	for object in "$1"/.libs/*.o; do
		symbols=$(objdump -t "$object") || {
			complain "the objects of $1 are not there"
			continue
		}
		case $symbols in
		*__asan* | *__ubsan*) continue ;;
		esac
		hits=$(printf '%s\n' "$symbols" | awk -F '\t' '{
			n = split($1, left, / +/)
			section = left[n]
			sub(/^[0-9a-f]* +/, "", $2)
			if ((section ~ /^\.t?(bss|data)(\.|$)/ && section !~ /^\.data\.rel\.ro/ || section == "*COM*") && $2 != section)
				print $2
		}')
		[ -z "$hits" ] || complain "$object holds a mutable static: $hits"
	done
}

exports .libs/librolegate.so lib/librolegate.map
exports .libs/pam_rolegate.so pam_module/pam_rolegate.map
# Without NSS in the C library there is no module.
if [ -e .libs/libnss_rolegate.so ]; then
	exports .libs/libnss_rolegate.so nss_module/libnss_rolegate.map
	loads .libs/libnss_rolegate.so
	imports .libs/libnss_rolegate.so 'open|open64|openat|openat64|close|f?stat|f?stat64|pread|pread64|time|clock_gettime|__time64|__clock_gettime64|__f?stat64_time64|(m|c|re)alloc|reallocarray|free|(__)?mem[a-z_]*|(__)?str[a-z_]*|(__)?v?asprintf(_chk)?|geteuid'
	no_mutable nss_module
fi
loads .libs/librolegate.so
loads .libs/pam_rolegate.so libpam.so.0
no_mutable lib
no_mutable host
no_mutable pam_module

[ $failed = 0 ] && echo 'exports: sound'
exit $failed
