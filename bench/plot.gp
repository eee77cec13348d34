# SPDX-License-Identifier: LGPL-2.1-or-later
# Draws the time of one cold decision over the number of users; run.sh starts it beside the file `times`.
set terminal svg size 960,560 font "sans-serif,13" background "white" noenhanced
set logscale xy
set xrange [7:1500000]
set xlabel "users or groups in the policy or list"
set ylabel "median time of a process that asks once"
set xtics (10, "1e3" 1000, "1e5" 100000, "1e6" 1000000)
set ytics ("1 ms" 1000, "2 ms" 2000, "5 ms" 5000, "10 ms" 10000, "100 ms" 100000, "1 s" 1000000)
set grid xtics ytics lc rgb "#dddddd"
set key outside right top reverse Left

# The fields of a row: cold, module, rule, N, case, runs, median in ns.
row(name, rule, which) = sprintf("< awk -F'[:\t]' '$1 == \"cold\" && $2 == \"%s\" && $3 == \"%s\" && $5 == \"%s\" { print $4, $7 / 1000 }' times", name, rule, which)
flat(name) = sprintf("< awk -F'[:\t]' '$1 == \"cold\" && $2 == \"%s\" { print 10, $7 / 1000; print 1000000, $7 / 1000 }' times", name)

plot \
	row("pam_access-default", "user", "last") with linespoints lw 2 pt 8 lc rgb "#8c564b" title "pam_access, default, last", \
	row("pam_access", "group", "last") with linespoints lw 2 pt 10 dt 2 lc rgb "#d62728" title "pam_access, group, last", \
	row("pam_access", "user", "last") with linespoints lw 2 pt 9 lc rgb "#d62728" title "pam_access nodefgroup, last", \
	row("pam_access", "user", "first") with linespoints lw 1 pt 9 dt 3 lc rgb "#d62728" title "pam_access nodefgroup, first", \
	row("pam_listfile", "group", "last") with linespoints lw 2 pt 6 dt 2 lc rgb "#ff7f0e" title "pam_listfile, group, last", \
	row("pam_listfile", "user", "last") with linespoints lw 2 pt 7 lc rgb "#ff7f0e" title "pam_listfile, last", \
	row("pam_listfile", "user", "first") with linespoints lw 1 pt 7 dt 3 lc rgb "#ff7f0e" title "pam_listfile, first", \
	row("pam_succeed_if", "user", "last") with points ps 1.5 pt 2 lc rgb "#9467bd" title "pam_succeed_if, list of 10", \
	row("pam_rolegate", "group", "last") with linespoints lw 2 pt 4 dt 2 lc rgb "#1f77b4" title "pam_rolegate, group", \
	row("pam_rolegate", "user", "miss") with linespoints lw 2 pt 12 dt 4 lc rgb "#1f77b4" title "pam_rolegate, miss", \
	row("pam_rolegate", "user", "last") with linespoints lw 3 pt 5 lc rgb "#1f77b4" title "pam_rolegate, user", \
	flat("pam_permit") with lines lw 2 dt 2 lc rgb "#000000" title "pam_permit", \
	flat("bare") with lines lw 1 dt 3 lc rgb "#555555" title "a process, no call"
