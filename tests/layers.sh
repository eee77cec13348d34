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

# The C files as the compiler sees them, without comments; lines stay where they are.
bare=$(mktemp -d)
trap 'rm -rf "$bare"' EXIT
strip() {
	awk -v quote="'" '
		BEGIN {
			token = "\"([^\"\\\\]|\\\\.)*\"|" quote "([^" quote "\\\\]|\\\\.)*" quote "|/[*]|//.*"
		}
		{
			rest = $0
			bare = ""
			while (rest != "") {
				if (inside) {
					end = index(rest, "*/")
					inside = end == 0
					rest = inside ? "" : " " substr(rest, end + 2)
				} else if (match(rest, token)) {
					word = substr(rest, RSTART, RLENGTH)
					bare = bare substr(rest, 1, RSTART - 1)
					rest = substr(rest, RSTART + RLENGTH)
					inside = word == "/*"
					if (word !~ /^\//)
						bare = bare word
				} else {
					bare = bare rest
					rest = ""
				}
			}
			print bare
		}' "$1"
}

rooms='lib host compiler nss_module pam_module tool wiring compat'
for room in $rooms; do
	mkdir "$bare/$room"
	for file in "$src/$room"/*.[ch]; do
		strip "$file" >"$bare/$room/${file##*/}" || exit 1
		[ -s "$bare/$room/${file##*/}" ] || complain "$file holds nothing"
	done
done

# forbid FOLDER PATTERN WHY: no line of the folder's C files outside comments matches.
forbid() {
	hits=$(cd "$bare" && grep -nE "$2" "$1"/*.[ch])
	[ -z "$hits" ] || complain "$1: $3
$hits"
}

# Whether a header lies in one of the rooms: is_in HEADER ROOM…
is_in() {
	wanted=$1
	shift
	for place in "$@"; do
		[ ! -e "$src/$place/$wanted" ] || return 0
	done
	return 1
}

# own FOLDER NAME…: a header of these folders may be included there; a header of any other room may not.
own() {
	folder=$1
	shift
	for file in "$bare/$folder"/*.[ch]; do
		name=$folder/${file##*/}
		# shellcheck disable=SC2013 # names of headers hold no blanks
		for quoted in $(sed -n 's/.*#[[:space:]]*include[[:space:]]*\("[^"]*"\).*/\1/p; s/.*#[[:space:]]*include[[:space:]]*\(<[^>]*>\).*/\1/p' "$file"); do
			header=${quoted#?}
			header=${header%?}
			# shellcheck disable=SC2086 # names of rooms
			case $quoted in
			'"'*/* | '<'*../*)
				complain "$name includes $header by a path, and not by its name alone"
				continue
				;;
			'<'*) is_in "$header" $rooms || continue ;;
			esac
			is_in "$header" "$folder" "$@" ||
				complain "$name includes $header, which is in no room it may use ($folder $*)"
		done
		hits=$(grep -nE '#[[:space:]]*include' "$file" | grep -vE '#[[:space:]]*include[[:space:]]*("[^"]+"|<[^>]+>)')
		[ -z "$hits" ] || complain "$name: an include that cannot be read: $hits"
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
for room in lib compiler pam_module tool wiring; do
	forbid "$room" '<nss\.h>' 'NSS modules are another room'"'"'s'
done
# One file calls NSS modules, to ask each source of names by itself (P3).
hits=$(grep -El '<nss\.h>' "$bare"/host/* | grep -v '/name_sources\.c$')
[ -z "$hits" ] || complain "<nss.h> in host/ beside name_sources.c: $hits"

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
hits=$(cd "$bare" && grep -lw 'clock_gettime' lib/*.[ch] | grep -v '/trial\.c$')
[ -z "$hits" ] || complain "lib: only trial.c looks at clocks, for a trial ends by itself: $hits"
forbid lib '\bmmap[[:space:]]*\(' 'a file cut under a mapping kills the process'

# What reads PAM's configuration touches nothing: its caller opens the files, and prints.
forbid wiring '\b(printf|fprintf|puts|fputs|perror|putchar|exit|_exit|abort|open|openat|fopen|getenv)[[:space:]]*\(' \
	'it opens and prints nothing'

# Every descriptor is closed on exec: each call that makes one says so itself, and those that cannot are not made.
# fdopen(3) and fdopendir(3) make none.
descriptors() {
	awk -v folder="$1" '
		# The call that text begins with, up to the parenthesis that ends it; quotes may hold some.
		function call_of(text,   i, c, depth, quoted) {
			for (i = 1; i <= length(text); i++) {
				c = substr(text, i, 1)
				if (quoted && c == "\\")
					i++
				else if (c == "\"")
					quoted = !quoted
				else if (!quoted && c == "(")
					depth++
				else if (!quoted && c == ")" && --depth == 0)
					return substr(text, 1, i)
			}
			return text
		}
		function is_right(name, call) {
			# Not one of two modes, of which the other may lack it.
			if (name ~ /^(fopen|freopen|popen)$/)
				return call ~ /"[a-z+]*e[a-z+]*"[ \t]*[,)]/ && call !~ /\?/
			if (name ~ /^(accept|creat|dup|dup2|epoll_create|inotify_init|mkstemp|pipe|tmpfile)$/)
				return 0
			if (name == "fcntl")
				return call !~ /F_DUPFD/ || call ~ /F_DUPFD_CLOEXEC/
			return call ~ /CLOEXEC/
		}
		FNR == 1 { file++; names[file] = FILENAME }
		{ text[file] = text[file] " " $0 }
		END {
			makers = "(open|openat|open64|openat64|memfd_create|fopen|freopen|popen|socket|socketpair|accept|" \
				"accept4|creat|dup|dup2|dup3|epoll_create|epoll_create1|eventfd|fcntl|inotify_init|" \
				"inotify_init1|mkostemp|mkstemp|pipe|pipe2|signalfd|timerfd_create|tmpfile)"
			for (i = 1; i <= file; i++) {
				rest = " " text[i]
				while (match(rest, "[^A-Za-z0-9_.>]" makers "[ \t]*[(]")) {
					name = substr(rest, RSTART + 1, RLENGTH - 1)
					rest = substr(rest, RSTART + 1)
					call = call_of(rest)
					rest = substr(rest, 2)
					gsub(/[ \t]+/, " ", call)
					sub(/[ \t]*[(]$/, "", name)
					if (!is_right(name, call))
						print names[i] ": " call
				}
			}
		}' "$1"/*.[ch]
}

# What carries the flag in what it is called with: tree.c's ALWAYS, of which its flags are made.
grep -qF '#define ALWAYS (O_CLOEXEC | O_NOCTTY)' "$bare/compiler/tree.c" || complain 'compiler/tree.c: ALWAYS is not O_CLOEXEC'
grep -qF 'int flags = O_RDONLY | O_DIRECTORY | ALWAYS | ' "$bare/compiler/tree.c" || complain 'compiler/tree.c: enter() without ALWAYS'
known='compiler/tree.c: open(root, O_RDONLY | O_DIRECTORY | ALWAYS)
compiler/tree.c: open("/", O_RDONLY | O_DIRECTORY | ALWAYS)
compiler/tree.c: openat(folder, last, flags | ALWAYS, mode)
compiler/tree.c: openat(fd, part, flags)'
for room in $rooms; do
	hits=$(cd "$bare" && descriptors "$room" | grep -vxF "$known")
	[ -z "$hits" ] || complain "a descriptor without O_CLOEXEC: $hits"
done

[ $failed = 0 ] && echo 'layers: sound'
exit $failed
