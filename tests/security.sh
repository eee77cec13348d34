#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The tests that SECURITY.md and doc/RELIABILITY.md name are there: programs, files, and in a program's own source the
# functions and cases that the pages name behind it.
set -u
src=${srcdir:-.}
failed=0 n=0

complain() {
	printf '%s\n' "$1" >&2
	failed=1
}

# What the last column of the tables headed so names, one a line: PROGRAM, a blank and `name` or "case", in its quotes.
# The program is the one before the colon, up to a semicolon; `-` where there is none.
named() {
	awk -F' [|] ' -v title="$2" '
		/^[|]/ && $NF ~ "^" title " [|]$" { inside = 1; next }
		!/^[|]/ { inside = 0 }
		!inside || /^[|] ---/ { next }
		{
			rest = $NF
			program = "-"
			is_behind = 0
			while (match(rest, /`[^`]*`|"[^"]*"|[;:]/)) {
				word = substr(rest, RSTART, RLENGTH)
				rest = substr(rest, RSTART + RLENGTH)
				if (word == ";") {
					program = "-"
					is_behind = 0
				} else if (word == ":") {
					is_behind = program != "-"
				} else if (!is_behind && word ~ /^`(test_[a-z_]*|random_author)`$/) {
					program = substr(word, 2, length(word) - 2)
					print "- " word
				} else {
					print (is_behind ? program : "-") " " word
				}
			}
		}' "$src/$1"
}

# The sources of a program in which its cases may stand: its own, and the table that several have.
sources() {
	for source in "$src/tests/$1.c" "$src/tests/faults/$1.c"; do
		[ ! -e "$source" ] || printf '%s\n' "$source"
	done
	case $1 in
	test_kill | test_errors | test_memory | test_power) printf '%s\n' "$src/tests/faults/stage.c" ;;
	esac
}

# Whether there is a file of that name; it may hold a `*`.
is_there() {
	# shellcheck disable=SC2086 # a pattern
	set -- $1
	[ -e "$1" ]
}

# A test's function is defined and run; a case's name is a whole string, or as much of one as stands before the `…`.
is_in() {
	test=$2
	# shellcheck disable=SC2046 # paths of the tree hold no blanks
	set -- $(sources "$1")
	case $test in
	'`'*)
		test=${test#?} && test=${test%?}
		grep -qE "^static void $test\(void \*\*" "$@" && grep -qE "[({ ]${test}[,)]" "$@"
		;;
	*…*) grep -qF -- "${test%%…*}" "$@" ;;
	*) grep -qF -- "$test" "$@" ;;
	esac
}

# Names that say no test: constants, and commands with blanks.
look_at() {
	page=$1 folder='' last='' file=''
	named "$1" "$2" >named.tmp
	[ -s named.tmp ] || complain "$page has no table whose last column is headed '$2'"
	while read -r program word; do
		name=${word#?}
		name=${name%?}
		case $word in
		'`'*' '* | '`'[A-Z]*) continue ;;
		'`'*.conf'`' | '`'*/*'`')
			case $name in
			*/) folder='' ;;
			*/*) folder=${name%/*} ;;
			*.conf) name=tests/data/hostile/$name ;;
			esac
			last=path file=$src/$name
			is_there "$src/$name" || complain "$page names $name, which is not there"
			;;
		*)
			if [ "$program" = - ] && [ "${name#test_}" = "$name" ] && [ "$name" != random_author ]; then
				# Behind a path: another file of its folder, or what a script looks for.
				is_there "$src/$folder/$name" || grep -qswF -- "$name" "$file" ||
					complain "$page names $word, which is neither in $folder nor in $file"
			elif [ "$program" = - ]; then
				[ -n "$(sources "$name")" ] || complain "$page names $word, and there is no such program"
			elif ! is_there "$src/$folder/$name" || [ "$last" != path ]; then
				is_in "$program" "$word" || complain "$page names $word of $program, which has no such test"
				last=case
			fi
			;;
		esac
		n=$((n + 1))
	done <named.tmp
	rm -f named.tmp
}

look_at SECURITY.md 'shown by'
n_security=$n
look_at doc/RELIABILITY.md 'named case'
if [ "$n_security" -le 90 ] || [ $((n - n_security)) -le 20 ]; then
	complain "only $n_security tests were found in SECURITY.md and $((n - n_security)) in doc/RELIABILITY.md"
fi

[ $failed = 0 ] && echo "security: all $n tests that SECURITY.md and doc/RELIABILITY.md name are there"
exit $failed
