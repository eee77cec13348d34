#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC1003,SC2034 # no quote is escaped here; the COMP_ variables are the completion's
# Completes command lines as bash would, against a policy whose names need every kind of quoting.
command -v bash >/dev/null || {
	echo 'skip completion: no bash here'
	exit 77
}
[ -n "${BASH_VERSION:-}" ] || exec bash "$0"
set -u
failed=0 passed=0
folder=$(mktemp -d) || exit 1
root=$folder
trap 'rm -rf "$folder"' EXIT
command=$PWD/rolegate

# The build says where the policy lies.
file=$("$command" --root "$root" --json init --owner alice 2>/dev/null | sed -n 's/.*"file": "\(.*\)".*/\1/p')
[ -f "$root$file" ] || {
	echo 'completion: no first policy could be written' >&2
	exit 1
}
cat >"$root$file" <<'POLICY'
catalogs = [ "departments", "host" ];
roles = ( { name = "bookkeeper"; }, { name = "book-lead"; } );
assign = (
	{ user = "alice"; roles = [ "owner" ]; },
	{ user = "alma@example.org"; roles = [ "sales" ]; },
	{ user = "alma@example.com"; roles = [ "sales" ]; },
	{ user = "EXAMPLE\\joe"; roles = [ "sales" ]; },
	{ user = "John Doe"; roles = [ "sales" ]; },
	{ user = "o'neil$HOME\""; roles = [ "sales" ]; },
	{ user = "-dash"; roles = [ "sales" ]; },
	{ user = "zoë"; roles = [ "sales" ]; },
	{ group = "domain users"; roles = [ "sales" ]; }
);
POLICY
"$command" --root "$root" apply >/dev/null 2>&1 || {
	echo 'completion: the policy of this test does not apply' >&2
	exit 1
}

# shellcheck source=conf/completion/rolegate
. "${srcdir:-.}/conf/completion/rolegate" || exit 1
COMP_WORDBREAKS=$' \t\n"\'@><=;|&(:'

# Complete behind a text that follows `rolegate --root ROOT `; COMPREPLY holds the answer.
complete_line() {
	COMP_LINE="rolegate --root $root $1" COMP_POINT=${#COMP_LINE}
	COMP_POINT=${#COMP_LINE}
	read -ra COMP_WORDS <<<"$COMP_LINE"
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_TYPE=9 COMP_KEY=9
	COMPREPLY=()
	_rolegate "$command" "${COMP_WORDS[COMP_CWORD]}" '' 2>"$root/errors"
	[ ! -s "$root/errors" ] || COMPREPLY+=("ERRORS: $(cat "$root/errors")")
}

# one NAME LINE WANTED…: exactly these, in any order.
one() {
	local name=$1 line=$2 wanted found
	shift 2
	complete_line "$line"
	found=$(printf '<%s>\n' "${COMPREPLY[@]}" | LC_ALL=C sort)
	wanted=$(printf '<%s>\n' "$@" | LC_ALL=C sort)
	if [ "$found" = "$wanted" ]; then
		passed=$((passed + 1))
		return
	fi
	printf 'completion: %s: rolegate %s\nwanted:\n%s\nfound:\n%s\n' "$name" "$line" "$wanted" "$found" >&2
	failed=1
}

one 'a verb' 'expl' explain
one 'verbs with one beginning' 'ca' can catalog
one 'a verb behind an option with a value' '--color never expl' explain
one 'a verb behind --json' '--json who' who
one 'users' 'user al' alice 'alma@example.com' 'alma@example.org'
one 'a user whose name is cut by readline' 'user alma@example.o' @example.org
one 'a blank is escaped' 'user J' 'John\ Doe'
one 'a blank that was typed escaped' 'user John\ D' 'John\ Doe'
one 'a blank inside of quotes' 'user "John D' 'John Doe'
one 'a blank inside of single quotes' "user 'John D" 'John Doe'
one 'a backslash is escaped' 'can EX' 'EXAMPLE\\joe'
one 'a backslash that was typed escaped' 'can EXAMPLE\\' 'EXAMPLE\\joe'
one 'a backslash inside of quotes' 'can "EXAMPLE\\' 'EXAMPLE\\joe'
one 'a backslash inside of single quotes' "can 'EXAMPLE\\" 'EXAMPLE\joe'
one 'quotes and a dollar' 'user o' "o\\'neil\\\$HOME\\\""
one 'quotes and a dollar inside of quotes' 'user "o' "o'neil\\\$HOME\\\""
one 'not of ASCII' 'user z' 'zoë'
one 'permissions' 'can alice accounting.invoices:v' view
one 'permissions inside of quotes' 'who "accounting.invoices:v' 'accounting.invoices:view'
one 'permissions behind --permission' 'explain alice --permission host.s' host.ssh host.su host.sudo
one 'services' 'explain alice ssh' sshd
one 'services behind a user of two words' 'explain John\ Doe ssh' sshd
one 'roles' 'role show book' book-lead bookkeeper
one 'many roles' 'matrix owner book-' book-lead
one 'second words of verbs' 'role ' copy create delete edit list show
one 'second words of another' 'service ' list set unset
one 'a role to copy' 'role copy book' book-lead bookkeeper
one 'a permission to take' 'role edit bookkeeper --revoke host.ss' host.ssh
one 'words of an option' 'service set sshd --subject ' actor user
one 'a second word' 'role s' show
one 'options of a verb of two words' 'role list --j' --json
one 'catalogs' 'catalog h' host
one 'groups' 'can alice host.ssh --groups d' 'domain\ users'
one 'a value behind a sign' 'can alice host.ssh --groups=d' 'domain\ users'
one 'colours' '--color a' always auto
one 'lists' 'list u' users
one 'what a list is of' 'list users J' 'John\ Doe'
one 'options of a verb' 'can alice --' --at --candidate --color --groups --help --json --root --version
one 'options of another verb' 'check --s' --strict
one 'nothing to offer' 'can alice host.ssh '
one 'a user that looks like an option' 'user -- -d' -dash
one 'no such verb' 'frobnicate '
one 'an open quote that never closes' "user 'nobody"

# Without a policy, or without the command, there is nothing to offer and nothing to say.
mkdir "$root/empty"
root=$root/empty
one 'no policy' 'user al'
command=$folder/nosuch
one 'no command' 'expl'

echo "completion: $passed cases passed"
exit $failed
