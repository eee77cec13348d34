#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# large.sh BUILD [N [ROUNDS]]: what it costs to change a policy of N assignments, which stand in a person's file: a table
# for RESULTS.md. A million and five rounds unless said otherwise.
set -eu
build=$1 many=${2:-1000000} rounds=${3:-5}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=bench/hosts.sh
. "$here/hosts.sh"
check_accounts

# row ID STATUS COMMAND: for bench/rounds.
row() {
	printf '%s\t%s\t%s\twhole\t%s\n' "$1" "$2" "$rounds" "$3"
}

# Each run of it assigns another user: to do it again would change nothing.
write_assign() {
	cat >"$work/assign" <<-END
	#!/bin/sh
	n=\$(cat "$work/n")
	echo \$((n + 1)) >"$work/n"
	exec "$build/rolegate" --root "$work/host" assign "new\$n" user
	END
	chmod +x "$work/assign"
	echo 1 >"$work/n"
}

flat_policy user "$many" | new_host "$work/host"
applied "$work/host"
flat_policy user "$many" | new_host "$work/edited"
applied "$work/edited"
sed -i "s/{ user = \"$last\"; roles = \[ \"user\" \]; }/{ user = \"$last\"; roles = [ \"guest\" ]; }/" \
	"$work/edited/etc/rolegate/rolegate.conf"
write_assign

{
	row apply 0 "$build/rolegate --root $work/host apply"
	row assign 0 "$work/assign"
	row diff 1 "$build/rolegate --root $work/edited diff"
	row status 0 "$build/rolegate --root $work/host status"
} | "$build/bench/rounds" "$rounds" >"$work/results"

echo '| command | s | × | peak MiB | × |'
echo '| --- | ---: | ---: | ---: | ---: |'
awk -F '\t' '
	{ time[$1] = $3; peak[$1] = $4; order[NR] = $1 }
	END {
		for (i = 1; i <= NR; i++) {
			id = order[i]
			printf "| `rolegate %s` | %.2f | %.2f | %.0f | %.2f |\n", id, time[id] / 1e9,
				time[id] / time["apply"], peak[id] / 1024, peak[id] / peak["apply"]
		}
	}' "$work/results"
