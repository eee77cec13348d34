# SPDX-License-Identifier: LGPL-2.1-or-later
# Turns what run.sh measured into the report: awk -v many=N -f report.awk MACHINE TIMES COUNTS.
BEGIN { FS = "\t" }
FILENAME != before { before = FILENAME; part++ }
part == 1 { machine = machine $0 "\n"; next }
part == 2 { runs[$1] = $2; time[$1] = $3; peak[$1] = $4; next }
part == 3 { keys[++n_keys] = $1; ir[$1] = $2; calls[$1] = $3; nss[$1] = $4; next }

function micro(id) { return id in time ? sprintf("%.*f", time[id] < 1e5 ? 1 : 0, time[id] / 1000) : "" }
function times(a, b) { return sprintf(a / b < 9.995 ? "%.2f" : a / b < 99.5 ? "%.1f" : "%.0f", a / b) }
function ratio(id, floor) { return id in time ? times(time[id], time[floor]) : "" }

function print_decisions(   i, key, f) {
	print "| rule | N | user is | module | cold µs | × | loop µs | × | instructions | × | system calls | + | NSS |"
	print "| --- | ---: | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |"
	for (i = 1; i <= n_keys; i++) {
		key = keys[i]
		split(key, f, ":")
		printf "| %s | %s | %s | %s | %s | %s | %s | %s | %.0f | %s | %d | %+d | %s |\n", f[2], f[3], f[4], f[1],
			micro("cold:" key), ratio("cold:" key, "cold:" permit),
			micro("loop:" key), ratio("loop:" key, "loop:" permit),
			ir[key], times(ir[key], ir[permit]), calls[key], calls[key] - calls[permit], nss[key]
	}
	print ""
}

function print_library(   i, n, f, id, words) {
	print "| librolegate, " many " users at random | opened by | ns a decision | decisions a second |"
	print "| --- | --- | ---: | ---: |"
	n = split("name facts can nobody", f, " ")
	words["name"] = "a service, the name is all that is known"
	words["facts"] = "a service, with uid and three groups"
	words["can"] = "a permission"
	words["nobody"] = "a service, users without a role"
	for (i = 1; i <= 2 * n; i++) {
		id = "library:" f[int((i + 1) / 2)] ":" (i % 2 ? "load" : "open")
		printf "| %s | rolegate_policy_%s() | %d | %.2f million |\n", words[f[int((i + 1) / 2)]],
			i % 2 ? "load" : "open", time[id], 1000 / time[id]
	}
	print ""
}

function print_command_row(what, id, floor) {
	printf "| %s | %.1f | %s | %.1f | %s |\n", what, time[id] / 1e6, floor ? times(time[id], time[floor]) : "",
		peak[id] / 1024, floor ? times(peak[id], peak[floor]) : ""
}

function print_command(   i, n, f) {
	print "| command | ms | × | peak MiB | × |"
	print "| --- | ---: | ---: | ---: | ---: |"
	n = split("10 " many, f, " ")
	for (i = 1; i <= n; i++) {
		print_command_row("libconfig alone, " f[i] " users", "command:parse:" f[i], "command:parse:" f[i])
		print_command_row("`rolegate apply`, " f[i] " users", "command:apply:" f[i], "command:parse:" f[i])
		print_command_row("`rolegate explain`, " f[i] " users, allowed", "command:explain-hit:" f[i], "")
		print_command_row("`rolegate explain`, " f[i] " users, denied", "command:explain-miss:" f[i], "")
	}
	print_command_row("`rolegate apply`, roles in a cascade", shapes["cascade"], "")
	print_command_row("`rolegate apply`, roles in a lattice", shapes["lattice"], "")
	print_command_row("`rolegate apply`, permissions of a catalog", shapes["permissions"], "")
	print_command_row("`rolegate apply`, 64 roles on one user", shapes["roles"], "")
	print ""
}

# below: whether the figure may not be larger than the limit, else not smaller.
function target(what, figure, limit, below,   good) {
	good = below ? figure <= limit : figure >= limit
	printf "| %s | %s %.7g | %.4g | %s, by %.1f %% |\n", what, below ? "≤" : "≥", limit, figure,
		good ? "met" : "**missed**", 100 * (below == good ? limit - figure : figure - limit) / (limit ? limit : 1)
}

# The rows of policies of unusual shape, by the word for it.
function find_shapes(   id, f) {
	for (id in time)
		if (id ~ /^shape:/) {
			split(id, f, ":")
			shapes[f[2]] = id
		}
}

function print_shape_targets(   i, n, names, name, f, key) {
	n = split("cascade lattice permissions roles", names, " ")
	for (i = 1; i <= n; i++) {
		name = names[i]
		split(shapes[name], f, ":")
		key = "pam_rolegate:" name ":" f[3] ":any"
		target("`apply` of " f[3] " (" name "), seconds", time[shapes[name]] / 1e9, 2, 1)
		target("instructions, " f[3] " (" name ") to 10 users", ir[key] / ir["pam_rolegate:user:10:first"], 1.05, 1)
	}
}

function print_targets(   hit, small) {
	hit = "pam_rolegate:user:" many ":last"
	small = "pam_rolegate:user:10:last"
	print "| target (" many " users) | wanted | measured | |"
	print "| --- | ---: | ---: | --- |"
	target("instructions of the process, to pam_permit", ir[hit] / ir[permit], 1.25, 1)
	target("system calls more than pam_permit", calls[hit] - calls[permit], 36, 1)
	target("instructions, " many " to 10 users", ir[hit] / ir[small], 1.05, 1)
	target("cold time, to pam_permit", time["cold:" hit] / time["cold:" permit], 1.08, 1)
	target("time in the loop, to pam_permit", time["loop:" hit] / time["loop:" permit], 1.35, 1)
	target("librolegate, million decisions a second, name", 1000 / time["library:name:load"], 3, 0)
	target("librolegate, million decisions a second, facts", 1000 / time["library:facts:load"], 3, 0)
	target("`apply`, time to libconfig alone", time["command:apply:" many] / time["command:parse:" many], 1.5, 1)
	target("`apply`, memory to libconfig alone", peak["command:apply:" many] / peak["command:parse:" many], 1.3, 1)
	print_shape_targets()
	print ""
}

END {
	permit = "pam_permit:-:-:any"
	print "# What a decision costs\n"
	print "Made by `bench/run.sh`. Times are medians over rounds in which the rows come in a new random order each; they"
	print "compare only within this run, so read the ratios (×), which are to pam_permit unless said otherwise. Instructions"
	print "(callgrind) and system calls (strace) are those of the whole process, and repeat. Every answer of every round was"
	print "checked.\n"
	print machine
	print "## Targets\n"
	find_shapes()
	print_targets()
	print_tables()
}

function print_tables() {
	print "## One decision of PAM\n"
	print "`cold`: a new process that asks once. `loop`: one process, a whole PAM transaction each. `first`, `last`: where the"
	print "user, or the user's group, stands in the list of N; `miss`: not in it, so the answer is to deny. `bare` is a process"
	print "linked to libpam that does not call it. Lines to syslog are made but not sent. Rows that are not there: pam_succeed_if"
	print "takes no list longer than a line of 1024 bytes; group rules of pam_listfile and pam_access, and pam_access without"
	print "`nodefgroup` (`pam_access-default`), ask NSS for each entry and take minutes from 1e5 on.\n"
	print "![Decision time over the number of users](decision-time.svg)\n"
	print_decisions()
	print "## The library and the command\n"
	print_library()
	print_command()
}
