# shellcheck shell=sh disable=SC2154 # hosts.sh, which comes first, sets `first`
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by run.sh: policies of unusual shape, in each of which the user `daemon` may use the service `bench`.

# shape_cascade N: each role is based on the one before and adds a privilege of its own.
shape_cascade() {
	head_of_policy ""
	echo 'roles = ('
	awk -v n="$1" 'BEGIN {
		print "  { name = \"r1\"; based_on = [ \"user\" ]; privileges = \"p.1\"; }"
		for (i = 2; i <= n; i++)
			printf ", { name = \"r%d\"; based_on = [ \"r%d\" ]; privileges = \"p.%d\"; }\n", i, i - 1, i
	}'
	echo ');'
	assign_first "\"r$1\""
}

# shape_lattice N: a hundred roles a layer, each based on ten of the layer below: 10^99 paths from the top for N = 10000.
shape_lattice() {
	head_of_policy ""
	echo 'roles = ('
	awk -v n="$1" 'BEGIN {
		for (i = 0; i < n; i++) {
			printf "%s { name = \"r%d\"; based_on = [ ", i ? "," : " ", i + 1
			if (i < 100)
				printf "\"user\""
			else
				for (k = 0; k < 10; k++)
					printf "%s\"r%d\"", k ? ", " : "", (int(i / 100) - 1) * 100 + (i + 7 * k) % 100 + 1
			printf " ]; privileges = \"p.%d\"; }\n", i % 100
		}
	}'
	echo ');'
	assign_first "\"r$1\""
}

# catalog_of_permissions N: a catalog of that many; the policy has to name it `many`.
catalog_of_permissions() {
	echo 'name = "many"; label = "Many"; description = "For measuring.";'
	echo 'areas = ( { name = "Many"; label = "Many"; description = "All of them."; } );'
	echo 'permissions = ('
	awk -v n="$1" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "%s { name = \"many.%d\"; area = \"Many\"; tier = \"user\"; label = \"%d\"; description = \"%d\"; }\n",
				(i > 1 ? "," : " "), i, i, i
	}'
	echo ');'
}

# shape_permissions N: one role that holds all of them.
shape_permissions() {
	head_of_policy many
	echo 'roles = ( { name = "all"; based_on = [ "user" ]; permissions = ['
	awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++) printf "%s\"many.%d\"\n", (i > 1 ? ", " : "  "), i }'
	echo ']; } );'
	assign_first '"all"'
}

# shape_roles N: that many roles on one user, of which the last gives what the service requires.
shape_roles() {
	head_of_policy ""
	echo 'roles = ('
	awk -v n="$1" 'BEGIN {
		for (i = 1; i < n; i++)
			printf "  { name = \"r%d\"; privileges = \"p.%d\"; },\n", i, i
		printf "  { name = \"r%d\"; based_on = [ \"user\" ]; }\n", n
	}'
	echo ');'
	assign_first "$(awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++) printf "%s\"r%d\"", (i > 1 ? ", " : ""), i }')"
}

# assign_first ROLES: to the user who is asked about.
assign_first() {
	echo "assign = ( { user = \"root\"; roles = [ \"owner\" ]; }, { user = \"$first\"; roles = [ $1 ]; } );"
}
