# shellcheck shell=sh disable=SC2154 # whoever sources this sets `build` and `work`
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by run.sh and counts.sh: makes the policies, lists and pam.d files that are measured.

# Accounts that every Debian has, each with a group of its own name. In a list of N the first is `daemon`, the last
# `bin`, and those between are made up; `games` is in none. They have to exist: some modules ask NSS for whom they judge.
first=daemon last=bin nobody=games

check_accounts() {
	for account in $first $last $nobody; do
		id -Gn "$account" 2>/dev/null | grep -qx "$account" || {
			echo "$0: this machine has no user $account who is in a group $account and no other" >&2
			exit 1
		}
	done
}

# names N: the N users, or groups, of a list.
names() {
	awk -v n="$1" -v first="$first" -v last="$last" \
		'BEGIN { print first; for (i = 2; i < n; i++) printf "u%07d\n", i; print last }'
}

# new_host DIR: a root for rolegate, whose policy comes from standard input, and is not applied yet.
new_host() {
	rm -rf "$1"
	mkdir -p "$1/etc/rolegate"
	chmod 755 "$1" "$1/etc" "$1/etc/rolegate"
	cat >"$1/etc/rolegate/rolegate.conf"
	chmod 644 "$1/etc/rolegate/rolegate.conf"
	{
		echo 'root:x:0:0::/root:/bin/sh'
		echo "$first:x:1:1::/:/bin/false"
		echo "$last:x:2:2::/:/bin/false"
		echo "$nobody:x:5:60::/:/bin/false"
	} >"$1/etc/passwd"
	sed 's/^\([^:]*\):x:[0-9]*:\([0-9]*\):.*/\1:x:\2:/' "$1/etc/passwd" >"$1/etc/group"
}

# applied DIR: apply the policy below DIR.
applied() {
	"$build/rolegate" --root "$1" apply >"$work/apply.log" 2>&1 || {
		cat "$work/apply.log" >&2
		exit 1
	}
}

# head_of_policy CATALOG…: what all policies begin with; catalogs beyond the two that all have.
head_of_policy() {
	echo "catalogs = [ \"workspace\", \"host\"${1:+, \"$1\"} ];"
	echo 'services = ( { name = "bench"; require = [ "mail" ]; } );'
}

# flat_policy user|group N: N assignments of one role, behind the owner's.
flat_policy() {
	head_of_policy ""
	echo 'assign = ('
	echo '  { user = "root"; roles = [ "owner" ]; }'
	names "$2" | sed "s/.*/, { $1 = \"&\"; roles = [ \"user\" ]; }/"
	echo ');'
}

# pam_line SERVICE MODULE [ARGUMENT…]: a file of $work/pam.d for one row.
pam_line() {
	service=$1
	shift
	echo "account required $*" >"$work/pam.d/$service"
}

# rolegate_rows user|group N: the host of that rule and size, and the module's row for it.
rolegate_rows() {
	flat_policy "$1" "$2" | new_host "$work/$1-$2"
	applied "$work/$1-$2"
	pam_line "rolegate-$1-$2" "$build/.libs/pam_rolegate.so" service=bench "state=$work/$1-$2/var/lib/rolegate"
}
