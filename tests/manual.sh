#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Applies every example policy of rolegate.conf(5): what the manual shows has to work.
set -eu
src=${srcdir:-.}
rolegate=${ROLEGATE:-./rolegate}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

# Literal blocks of EXAMPLES that begin with `catalogs`, each into a file of its own.
awk -v to="$root" '
	/^\.Sh EXAMPLES/ { examples = 1 }
	/^\.Bd -literal/ { block = 1; first = 1; next }
	/^\.Ed/ { block = 0; close(file); next }
	!examples || !block { next }
	first { first = 0; policy = /^catalogs/; if (policy) file = to "/" ++n ".conf" }
	policy { gsub(/\\\(dq/, "\""); gsub(/\\&/, ""); print > file }
' "$src/doc/rolegate.conf.5"

# The build says where the policy lies.
mkdir "$root/first"
file=$("$rolegate" --root "$root/first" --json init --owner alice 2>/dev/null | sed -n 's/.*"file": "\(.*\)".*/\1/p')

n=0
for example in "$root"/*.conf; do
	here=$root/machine$n
	mkdir -p "$here${file%/*}"
	cp "$example" "$here$file"
	chmod 644 "$here$file"
	if ! "$rolegate" --root "$here" apply >"$root/said" 2>&1; then
		echo "not ok: this example of rolegate.conf(5) cannot be applied:"
		cat "$example" "$root/said"
		exit 1
	fi
	n=$((n + 1))
done
[ "$n" -ge 3 ] || { echo "not ok: only $n examples were found"; exit 1; }
echo "ok: $n examples"
