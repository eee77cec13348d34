#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Reads the sources and fails where a room uses what its layer forbids (CONTRIBUTING.md has the table).
set -u
src=${srcdir:-.}
failed=0

complain() {
	printf 'layers: %s\n' "$1" >&2
	failed=1
}

# forbid FOLDER PATTERN WHY: no line of the folder's C files outside comments matches.
forbid() {
	hits=$(grep -nE "$2" "$src/$1"/*.[ch] /dev/null | grep -vE ':[0-9]+:[[:space:]]*(/?\*|//)')
	[ -z "$hits" ] || complain "$1: $3
$hits"
}

# own FOLDER NAME…: a header of these folders may be included there; a header of any other room may not.
own() {
	folder=$1
	shift
	for file in "$src/$folder"/*.[ch]; do
		# shellcheck disable=SC2013 # names of headers hold no blanks
		for header in $(sed -n 's/^#include "\(.*\)"$/\1/p' "$file"); do
			found=no
			for room in "$folder" "$@"; do
				[ -e "$src/$room/$header" ] && found=yes
			done
			[ $found = yes ] || complain "$file includes \"$header\", which is in no room it may use ($folder $*)"
		done
	done
}

# Arrows never point back.
own lib
own host lib
own compiler lib
own nss_module lib
own pam_module lib host
own tool lib host compiler wiring
own wiring

# Each outside library has one room.
for room in lib host nss_module pam_module tool wiring; do
	forbid "$room" '<libconfig\.h>' 'libconfig is the compiler'"'"'s'
done
for room in lib host compiler nss_module tool wiring; do
	forbid "$room" '<security/' 'libpam is the PAM module'"'"'s'
done
for room in lib host compiler nss_module wiring; do
	forbid "$room" '<syslog\.h>|\bsyslog\(' 'only the doors log'
done
for room in lib host compiler nss_module pam_module wiring; do
	forbid "$room" '<jansson\.h>' 'JSON is the command'"'"'s'
done
for room in lib host compiler pam_module tool wiring; do
	forbid "$room" '<nss\.h>' 'NSS modules are another room'"'"'s'
done

# The library is pure.
forbid lib '\b(printf|fprintf|puts|fputs|perror|putchar|exit|_exit|abort|assert|fork|vfork|clone|popen|system)[[:space:]]*\(' \
	'it neither prints, exits nor forks'
forbid lib '\b(getenv|secure_getenv|setenv|setlocale|localtime|localtime_r|strtok|strerror)[[:space:]]*\(' \
	'it does not look at the environment or the locale'
forbid lib '\b(get(pw|gr|sp)[a-z_]+|initgroups|getgrouplist|getaddrinfo|gethostby[a-z]*)[[:space:]]*\(' 'it asks no NSS'
forbid lib '\b(time|gettimeofday|rand|random|getrandom)[[:space:]]*\(' 'the same input gives the same output'

# What decides, and what lies behind it, may run in a setuid program.
for room in host compiler pam_module; do
	forbid "$room" '\b(getenv|secure_getenv)[[:space:]]*\(' 'the environment is the caller'"'"'s, and decides nothing'
done

# A program that asks NSS may hold a lock, be setuid or be about to fork.
forbid nss_module '\b(get(pw|gr|sp)(ent|nam|uid|gid)(_r)?|set(pw|gr)ent|initgroups|getgrouplist|getaddrinfo|gethostby[a-z]*)[[:space:]]*\(' \
	'an NSS module that asks NSS asks itself'
forbid nss_module '\b(getenv|secure_getenv|printf|fprintf|puts|fputs|exit|_exit|abort|fork|vfork|system|popen|socket|connect|pthread_[a-z_]*|open|mmap)[[:space:]]*\(' \
	'it asks the library, and does nothing else'
hits=$(grep -lw 'clock_gettime' "$src"/lib/*.[ch] | grep -v '/trial\.c$')
[ -z "$hits" ] || complain "lib: only trial.c looks at clocks, for a trial ends by itself: $hits"
forbid lib '\bmmap[[:space:]]*\(' 'a file cut under a mapping kills the process'

# What reads PAM's configuration touches nothing: its caller opens the files, and prints.
forbid wiring '\b(printf|fprintf|puts|fputs|perror|putchar|exit|_exit|abort|open|openat|fopen|getenv)[[:space:]]*\(' \
	'it opens and prints nothing'

# Every descriptor is closed on exec; `flags` and `ALWAYS` are tree.c's, which carry the flag.
for room in lib host compiler nss_module pam_module tool; do
	for file in "$src/$room"/*.c; do
		hits=$(tr '\n' ' ' <"$file" | grep -oE '\b(open|openat|memfd_create)\([^;]*;' |
			grep -vE 'open\([0-9]\)|CLOEXEC|ALWAYS|flags' || true)
		[ -z "$hits" ] || complain "$file: a descriptor without O_CLOEXEC: $hits"
	done
done

[ $failed = 0 ] && echo 'layers: sound'
exit $failed
