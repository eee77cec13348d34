#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every policy that doc/MIGRATION.md shows is one that `rolegate apply` takes, without a warning.
set -eu
src=${srcdir:-.}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

# Each block in a file of its own.
awk -v root="$root" '/^```rolegate$/ { n++; inside = 1; next } /^```$/ { inside = 0 }
	inside { print >(root "/" n ".conf") } END { print n + 0 }' "$src/doc/MIGRATION.md" >"$root/count"
count=$(cat "$root/count")
if [ "$count" -lt 4 ]; then
	echo "migration: only $count policies found in doc/MIGRATION.md"
	exit 1
fi
for policy in "$root"/*.conf; do
	name=$(basename "$policy" .conf)
	mkdir -p "$root/tree-$name/etc/rolegate"
	cp "$policy" "$root/tree-$name/etc/rolegate/rolegate.conf"
	# The users and groups that the text names, and a stranger: unknown ones are a warning, and are denied (P12).
	printf '%s\n' root:x:0:0::/root:/bin/sh alice:x:1000:1000::/:/bin/sh bob:x:1001:1001::/:/bin/sh \
		carol:x:1002:1002::/:/bin/sh dave:x:1003:1003::/:/bin/sh stranger:x:1004:1004::/:/bin/sh \
		>"$root/tree-$name/etc/passwd"
	printf '%s\n' root:x:0: staff:x:50: wheel:x:51: backup:x:52: >"$root/tree-$name/etc/group"
	chmod go-w "$root/tree-$name/etc/rolegate/rolegate.conf" "$root/tree-$name/etc/rolegate"
	if ! ./rolegate --root "$root/tree-$name" check --strict >"$root/log" 2>&1 ||
		! ./rolegate --root "$root/tree-$name" apply >>"$root/log" 2>&1; then
		echo "migration: policy $name of doc/MIGRATION.md is not right"
		cat "$root/log"
		exit 1
	fi
done
# What the text says of them.
may() {
	status=0
	./rolegate --root "$root/tree-$1" explain "$2" "$3" >"$root/log" 2>&1 || status=$?
	case $status in
	0) seen=yes ;;
	1) seen=no ;;
	*) seen="status $status: $(cat "$root/log")" ;;
	esac
	if [ "$seen" != "$4" ]; then
		echo "migration: policy $1: may $2 use $3: $seen, not $4"
		exit 1
	fi
}
may 1 carol cron yes
may 1 carol sshd no
may 1 stranger sshd no
may 2 bob sshd yes
may 2 stranger sshd no
may 2 stranger vsftpd yes
may 2 dave vsftpd no
may 3 stranger sudo no
echo "migration: $count policies are right"
