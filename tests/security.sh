#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The tests that SECURITY.md names exist, as programs, functions, scenarios or named cases.
set -u
src=${srcdir:-.}
failed=0 n=0

# Lines of the table of attacks, their last column: what is named between backquotes, without what a `*` stands for.
named=$(sed -n '/^| attack |/,$p' "$src/SECURITY.md" | sed -n 's/^|.*| \(.*\) |$/\1/p')
# shellcheck disable=SC2016 # backquotes are what is looked for
for name in $(printf '%s\n' "$named" | grep -o '`[^`]*`' | tr -d '`' | grep -E '^[a-z][A-Za-z_./*-]*$' | sort -u); do
	n=$((n + 1))
	case $name in
	tests/*) path=$src/$name ;;
	*.conf) path=$src/tests/data/hostile/$name ;;
	*) path= ;;
	esac
	if [ -n "$path" ]; then
		# shellcheck disable=SC2086 # a pattern
		set -- $path
		[ -e "$1" ] && continue
	elif grep -rqwF -- "$name" "$src/tests" "$src/Makefile.am"; then
		continue
	fi
	echo "SECURITY.md names $name, which is not there" >&2
	failed=1
done

# Names of cases, as far as they are not cut short.
printf '%s\n' "$named" | sed 's/"[^"]*…[^"]*"//g' | grep -o '"[^"]*"' | tr -d '"' | sort -u >security-cases.tmp
while read -r case; do
	n=$((n + 1))
	grep -rqF -- "\"$case" "$src/tests" && continue
	echo "SECURITY.md names the case \"$case\", which is not there" >&2
	failed=1
done <security-cases.tmp
rm -f security-cases.tmp

[ $n -gt 50 ] || {
	echo "only $n tests were found in SECURITY.md" >&2
	failed=1
}
[ $failed = 0 ] && echo "security: all $n tests that SECURITY.md names are there"
exit $failed
