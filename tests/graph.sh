#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Has Graphviz draw what `rolegate graph` writes: the samples, and names that would break out of their quotes.
set -u
command -v dot >/dev/null || {
	echo 'skip graph: no dot here (Debian: graphviz)'
	exit 77
}
failed=0
root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT

# The build says where the policy lies.
mkdir "$root/tree"
file=$(./rolegate --root "$root/tree" --json init --owner alice 2>/dev/null | sed -n 's/.*"file": "\(.*\)".*/\1/p')
[ -f "$root/tree$file" ] || {
	echo 'graph: no first policy could be written' >&2
	exit 1
}

# draw NAME PART…, the policy on standard input: dot takes it without a word, and the picture says what it should.
draw() {
	name=$1
	shift
	cat >"$root/tree$file"
	if ./rolegate --root "$root/tree" apply >"$root/log" 2>&1 &&
		./rolegate --root "$root/tree" graph >"$root/dot" 2>"$root/log" &&
		dot -Tsvg -o "$root/svg" "$root/dot" >"$root/log" 2>&1 && [ ! -s "$root/log" ]; then
		for part; do
			grep -qF -- "$part" "$root/svg" && continue
			echo "graph: $name: the picture lacks $part" >&2
			failed=1
		done
		return
	fi
	echo "graph: $name:" >&2
	cat "$root/log" >&2
	failed=1
}

for sample in departments organisation workspace; do
	draw "$sample" '>alice<' '>group sales<' '>awaits approval<' <"${srcdir:-.}/conf/samples/$sample.conf"
done

draw 'hostile names' '>quo&quot;te<' '>EXAMPLE\joe<' '>back\\slash\<' '>a&amp;b<' '>a&amp;amp;b<' '>\N \G \l<' '>&lt;b&gt;bold&lt;/b&gt;<' \
	'>group zoë]; }<' '>virtual user w&quot;eb<' '>virtual users without an assignment<' '>at most 1 of 2<' <<'POLICY'
catalogs = [ "workspace" ];
roles = (
	{ name = "<b>bold</b>"; label = "\"]; }"; },
	{ name = "a&b"; label = "\\N \\G \\l"; based_on = [ "<b>bold</b>" ]; }
);
assign = (
	{ user = "alice"; roles = [ "owner" ]; },
	{ user = "quo\"te"; roles = [ "<b>bold</b>" ]; from = "2026-01-01"; until = "2027-01-01"; },
	{ user = "EXAMPLE\\joe"; roles = [ "a&b" ]; },
	{ user = "a&amp;b"; roles = [ "user" ]; },
	{ user = "back\\\\slash\\"; roles = [ "guest" ]; },
	{ group = "zoë]; }"; roles = [ "guest" ]; approved_by = "alice"; },
	{ virtual = "w\"eb"; roles = [ "guest" ]; }
);
virtual_roles = [ "guest" ];
conflicts = ( { name = "two\"eyes"; roles = [ "user", "a&b" ]; at_most = 1; } );
POLICY

[ "$failed" = 0 ] && echo 'graph: drawn'
exit $failed
