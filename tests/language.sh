#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Finds words that tests/language-words replaces, messages that begin with a pronoun or are too long, and misspellings.
# tests/language-baseline has what was found before: COUNT FILE RULE. A count above it fails, and so does one below it,
# until --shrink has corrected the file.
#
# usage: language.sh                          compare the tree with the baseline
#        language.sh --list [FILE…]           print all findings, or those of these files
#        language.sh --shrink [--renamed OLD NEW]…
#                                             lower the counts of the baseline; never raise one. --renamed moves counts
#                                             from one file to another, for text that moved
#        language.sh --new-rule RULE          add the counts of a rule that the baseline does not have yet
set -u
# Bytes: a pattern has to match the same in every locale.
LC_ALL=C
export LC_ALL
script=$(realpath "$0")
cd "${srcdir:-$(dirname "$0")/..}" || exit 1
words=tests/language-words baseline=tests/language-baseline ignored=tests/language-spelling
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
failed=0

complain() {
	printf 'language: %s\n' "$1" >&2
	failed=1
}

# Each file with the kind of its text: KIND FILE. The same in a checkout and in a release, which lacks debian/.
files() {
	find lib host compiler wiring pam_module nss_module tool compat doc -name '*.[ch]' | sed 's/^/c /'
	# A released header stays as it was.
	find tests fuzz bench -name '*.[ch]' ! -path tests/data/abi/rolegate.h | sed 's/^/comments /'
	find .ci tests fuzz bench demo check Makefile.am configure.ac conf/completion debian -type f \( -name '*.sh' \
		-o -name run -o -name demo -o -name check -o -name '*.am' -o -name '*.ac' -o -path 'conf/completion/*' \
		-o -path 'debian/*.p[or]*' -o -path 'debian/tests/[!c]*' -o -path debian/rules \) 2>"$tmp/none" | sed 's/^/shell /'
	find ./*.md NEWS doc bench conf debian -type f \( -name '*.md' -o -name NEWS -o -name '*.conf' -o -name '*.Debian' \
		-o -path debian/control -o -path debian/changelog -o -path debian/README.source \) 2>"$tmp/none" |
		sed 's,^\./,,; s/^/text /'
	find doc -name '*.[1-8]' | sed 's/^/manual /'
}

# scan: reads lines KIND FILE, and prints FILE, line, rule, the text and what to write, with tabs between them.
scan() {
	# shellcheck disable=SC2046 # no name in the tree has a space
	awk -v words="$words" '
		function flush_all() {
			flush(1)
			flush(2)
		}

		# Two texts can be under way, strings (1) and comments (2): add a line to one of them.
		function add(which, part, line) {
			gsub(/[ \t]+/, " ", part)
			sub(/^ /, "", part)
			sub(/ $/, "", part)
			if (part == "")
				return
			begin[which, ++parts[which]] = length(text[which]) + 1
			number[which, parts[which]] = line
			text[which] = text[which] " " part
		}

		function report(name, line, rule, found, write) {
			gsub(/[\n\t]/, " ", found)
			sub(/^ /, "", found)
			printf "%s\t%d\t%s\t%s\t%s\n", name, line, rule, found, write
		}

		# Keep a text in which a rule may find something: some awks take long to change from one pattern to another, so
		# that find() has all texts for each.
		function flush(which,   low, i) {
			if (!parts[which])
				return
			low = " " tolower(text[which]) " "
			# A value or key in quotes, or alone in a string of C, is a name.
			if (which == 1 && kind == "c")
				sub(/^ +nobody $/, "  ###### ", low)
			gsub(/"nobody"/, "\"######\"", low)
			gsub(/"sources"/, "\"#######\"", low)
			if (low ~ any) {
				kept[++n_kept] = low
				kept_text[n_kept] = text[which]
				kept_name[n_kept] = name
				for (i = 1; i <= parts[which]; i++) {
					kept_begin[n_kept, i] = begin[which, i]
					kept_number[n_kept, i] = number[which, i]
				}
				kept_parts[n_kept] = i - 1
			}
			if (which == 1 && is_message)
				judge(text[1], number[1, 1])
			text[which] = ""
			parts[which] = 0
		}

		# The line of the byte at `at` of a text.
		function line_of(k, at,   i) {
			for (i = kept_parts[k]; i > 1 && kept_begin[k, i] > at; i--)
				;
			return kept_number[k, i]
		}

		function find(   i, k, rest, at, blot) {
			for (i = 1; i <= n_allowed; i++)
				for (k = 1; k <= n_kept; k++)
					while (match(kept[k], allowed[i])) {
						blot = substr(kept[k], RSTART + 1, RLENGTH - 2)
						gsub(/./, "#", blot)
						kept[k] = substr(kept[k], 1, RSTART) blot substr(kept[k], RSTART + RLENGTH - 1)
					}
			for (i = 1; i <= n_rules; i++)
				for (k = 1; k <= n_kept; k++) {
					rest = kept[k]
					at = 0
					while (match(rest, pattern[i])) {
						at += RSTART
						report(kept_name[k], line_of(k, at), rule[i], substr(kept_text[k], at > 24 ? at - 24 : 1, 72), write[i])
						rest = substr(rest, RSTART + RLENGTH - 1)
						at += RLENGTH - 2
					}
				}
		}

		# A message: a string of three words or more.
		function judge(message, line,   sentence, word, n, m, i, j, count) {
			n = split(message, word, /[ \n]+/)
			for (i = count = 0; i < n; )
				count += word[++i] ~ /[A-Za-z]/
			if (count < 3)
				return
			sub(/^ /, "", message)
			sub(/^[^ ]+: /, "", message)
			if (tolower(message) ~ /^(who|what|whom|whoever|whatever)[ ,]/ && message !~ /^who [A-Z]/)
				report(name, line, "begins-who", substr(message, 1, 72), "OBJECT: PROBLEM: FIX, with the object named")
			n = split(message, sentence, /[.!?:][ \n]|\n/)
			for (i = 1; i <= n; i++) {
				m = split(sentence[i], word, / +/)
				for (j = count = 0; j < m; )
					count += word[++j] ~ /^[^-\[].*[A-Za-z]|^[A-Za-z]/
				if (count > 20)
					report(name, line, "long-sentence", substr(sentence[i], 1, 72), "sentences of at most 20 words, not " count)
			}
		}

		function unescape(part) {
			gsub(/\\n/, "\n", part)
			gsub(/\\t/, " ", part)
			gsub(/\\./, "\"", part)
			return part
		}

		function comment(part) {
			sub(/^[ \t]*[*]+ ?/, "", part)
			if (part !~ /SPDX-License|clang-format o/)
				add(2, part, FNR)
		}

		function read_c(line,   end, word, before) {
			while (line != "") {
				if (inside) {
					end = index(line, "*/")
					inside = end == 0
					comment(inside ? line : substr(line, 1, end - 1))
					line = inside ? "" : substr(line, end + 2)
					if (!inside)
						flush(2)
				} else if (match(line, token)) {
					word = substr(line, RSTART, RLENGTH)
					before = substr(line, 1, RSTART - 1)
					line = substr(line, RSTART + RLENGTH)
					# Strings one after another are one, also with PRIu64 or the like between them.
					if (before !~ /^[ \t]*[A-Z0-9_]*[ \t]*$/)
						flush_all()
					if (word == "/*") {
						flush(1)
						inside = 1
					} else if (word ~ /^\/\//) {
						comment(substr(word, 3))
					} else if (word ~ /^"/ && kind == "c" && before !~ /#[ \t]*include/) {
						add(1, unescape(substr(word, 2, length(word) - 2)), FNR)
					}
				} else {
					if (line !~ /^[ \t]*[A-Z0-9_]*[ \t]*\\?$/)
						flush(1)
					line = ""
				}
			}
		}

		# Comments, arguments of commands that print, and the text of cat <<END.
		function read_shell(line,   part) {
			if (until != "") {
				part = line
				gsub(/^\t+/, "", part)
				if (part == until) {
					until = ""
					flush(1)
				} else if (is_shown) {
					add(1, part, FNR)
				}
				return
			}
			if (line ~ /^[ \t]*(#|dnl )/) {
				flush(1)
				sub(/^[ \t]*(#+!?|dnl)/, "", line)
				if (line !~ /^ (shellcheck |SPDX)|^\/(usr\/)?bin/)
					add(2, line, FNR)
				else
					flush(2)
				return
			}
			flush(2)
			if (match(line, /[ \t]# /)) {
				part = substr(line, 1, RSTART)
				if (gsub(/"/, "", part) % 2 == 0 && gsub(quote, "", part) % 2 == 0) {
					part = substr(line, RSTART + 3)
					if (part !~ /^shellcheck/)
						add(2, part, FNR)
					line = substr(line, 1, RSTART)
					flush(2)
				}
			}
			if (match(line, /<<-?[ \t]*[^A-Za-z_ ]?[A-Za-z_]+/) && line !~ /<<</) {
				until = substr(line, RSTART, RLENGTH)
				gsub(/[^A-Za-z_]/, "", until)
				is_shown = line ~ /(^|[ \t;&|({])cat[ \t]/ && line !~ />[^&]/
				return
			}
			if (is_continued || match(line, printing)) {
				part = is_continued ? line : substr(line, RSTART + RLENGTH)
				is_continued = line ~ /\\$/
				if (part ~ />[ \t]*["$A-Za-z]/)
					return
				gsub(/\\n/, "\n", part)
				gsub(/[\\"]/, " ", part)
				gsub(quote, " ", part)
				add(1, part, FNR)
				if (is_continued)
					return
			}
			flush(1)
		}

		function read_text(line) {
			if (line ~ /^ ?[ \t]*\.?$/ || line ~ /^[ \t]*([|#*-]|[0-9]+\.|```)/ && line !~ /^[ \t]*#( |$)/ || line ~ /^# /)
				flush(2)
			sub(/^[ \t]*(#+|\/[*]|[*]|\/\/)/, "", line)
			add(2, line, FNR)
		}

		function read_manual(line) {
			if (line ~ /^\.(Sh|Ss|Pp|It|Bd|Ed|Bl|El|D1|Dl)/)
				flush(2)
			sub(/^\.(\\"|[A-Z][A-Za-z0-9]*)?/, "", line)
			gsub(/\\\(dq|\\\(lq|\\\(rq/, "\"", line)
			gsub(/\\\(..|\\[&-]|\\f./, "", line)
			add(2, line, FNR)
		}

		function anchored(text) {
			gsub(/ /, "[ \n]+", text)
			return "[^a-z0-9_](" text ")[^a-z0-9_]"
		}

		BEGIN {
			quote = sprintf("%c", 39)
			token = "\"([^\"\\\\]|\\\\.)*\"|" quote "([^" quote "\\\\]|\\\\.)*" quote "|/[*]|//.*"
			printing = "(^|[ \t;&|({!@])(echo|printf|say|stage|complain|one|die|fail|skip|pass|note|usage|warn|report" \
				"|AC_MSG_[A-Z]+[(]|AS_HELP_STRING[(])[ \t]*"
			while ((getline line <words) > 0) {
				if (line ~ /^(#.*)?$/)
					continue
				split(line, column, /   */)
				if (column[1] == "-") {
					allowed[++n_allowed] = anchored(column[2])
				} else {
					rule[++n_rules] = column[1]
					pattern[n_rules] = anchored(column[2])
					write[n_rules] = column[3]
					any = any (any == "" ? "" : "|") column[2]
				}
			}
			any = anchored(any)
		}

		FNR == 1 {
			flush_all()
			inside = is_continued = is_shown = 0
			until = ""
			name = FILENAME
			is_message = kind == "c" || kind == "shell"
		}
		kind == "c" || kind == "comments" { read_c($0); next }
		kind == "shell" { read_shell($0); next }
		kind == "manual" { read_manual($0); next }
		{ read_text($0) }
		END {
			flush_all()
			find()
		}' $(awk '{ print "kind=" $1, $2 }')
}

# The rows of the table, with tabs between the columns.
rows() {
	awk '/^(#.*)?$/ { next } { gsub(/   */, "\t"); print }' "$words"
}

# Every example of the table is found in every kind of text, in a line, with one word a line, and with \n between words.
# Phrases that the table allows or recommends are not found, and neither are names in code.
test_itself() {
	rows | awk -F'\t' 'NF != 4 || $4 ~ /["$\\\047]/ && $4 !~ /\047s / { print }' >"$tmp/malformed"
	[ ! -s "$tmp/malformed" ] || complain "$words: rows need four columns: $(cat "$tmp/malformed")"

	# Row N is in the ten lines that begin with 10 N.
	rows | awk -F'\t' -v to="$tmp/" '
		function put(file, text) {
			print text >(to file)
		}
		# Ten lines: the example behind `first`, its words apart with `join`, and `last`.
		function put_rows(file, first, join, last,   word, n, i) {
			n = split($4, word, " ")
			for (i = 1; i <= 10; i++)
				put(file, i > n ? "" : (i == 1 ? first : join) word[i] (i == n ? last : ""))
		}
		BEGIN {
			for (i = 1; i < 10; i++) {
				n = split("line.c wrapped.c string.c page.md page.8 script.sh", file, " ")
				for (j = 1; j <= n; j++)
					put(file[j], "")
			}
		}
		{
			put("line.c", "int x; /* a " $4 " */")
			text = $4
			while (match(text, / /))
				text = substr(text, 1, RSTART - 1) "\\n" substr(text, RSTART + 1)
			put("string.c", "	f(g, \"a " text "\", x);")
			put("script.sh", NR % 2 ? "echo \"a " $4 "\"" : "x=1 # a " $4)
			put("page.8", ".It a\n.Ar " $4 "\n\n\n\n\n\n\n\n")
			for (i = 0; i < 9; i++) {
				put("line.c", "")
				put("string.c", "")
				put("script.sh", "")
			}
			put_rows("wrapped.c", "/* ", " * ", " */")
			put_rows("page.md", "- a ", "  ", "")
		}'
	for file in line.c wrapped.c string.c page.md page.8 script.sh; do
		case $file in
		*.c) kind=c ;;
		*.sh) kind=shell ;;
		*.md) kind=text ;;
		*) kind=manual ;;
		esac
		echo "$kind $tmp/$file" | scan >"$tmp/seen"
		rows | awk -F'\t' -v file="$file" -v seen="$tmp/seen" '
			BEGIN {
				while ((getline line <seen) > 0) {
					split(line, column, "\t")
					found[int(column[2] / 10), column[3]]++
					any[int(column[2] / 10)] = column[3]
				}
			}
			$1 != "-" && !found[NR, $1] { print file ": \"" $4 "\" is not found by the rule " $1 " (" $2 ")" }
			$1 == "-" && NR in any { print file ": \"" $4 "\" is allowed, but the rule " any[NR] " finds it" }'
	done >"$tmp/wrong"
	[ ! -s "$tmp/wrong" ] || complain "self-test: $(cat "$tmp/wrong")"

	# What the table recommends, names in code, and a sentence of twenty words.
	rows | awk -F'\t' '$1 != "-" { print $3 "\n" }' >"$tmp/clean.md"
	cat >"$tmp/clean.c" <<'END'
#include "mend.h"
int mend, folder_of, in_force; /* the active policy: other_services = "nobody", "sources": "same" */
char c = '"'; int whoever; char d = '"';
	f("policy is active", "sshd: permission denied: bob lacks \"host.ssh\", required by sshd");
	f("one two three four five six seven eight nine ten " PRIu64 " twelve thirteen fourteen fifteen sixteen "
	  "seventeen eighteen nineteen twenty.", "nobody", "unsoundproof");
END
	printf 'text %s\nc %s\n' "$tmp/clean.md" "$tmp/clean.c" | scan >"$tmp/seen"
	[ ! -s "$tmp/seen" ] || complain "self-test: found in a clean text: $(cat "$tmp/seen")"

	# Messages.
	cat >"$tmp/message.c" <<'END'
	f("who is denied: is here");
	f("%s: what is denied is here");
	f("one two three four five six seven eight nine ten "
	  "11x x12 thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty twenty-one twenty-two.");
	f("who");
	/* who is denied is in a comment */
END
	echo "c $tmp/message.c" | scan | cut -f 2,3 | tr '\t\n' ': ' >"$tmp/seen"
	[ "$(cat "$tmp/seen")" = '1:begins-who 2:begins-who 3:long-sentence ' ] ||
		complain "self-test: messages: found $(cat "$tmp/seen")"
}

# --shrink, --renamed and --new-rule change a baseline as they should.
test_baseline() {
	all_tmp=$tmp all_baseline=$baseline all_failed=$failed
	tmp=$tmp/trial
	baseline=$tmp/baseline-file
	mkdir "$tmp"
	printf '%s\n' '2 a door' '1 b door' '2 c door' '4 new door' '1 new other' >"$tmp/counts"
	printf '%s\n' '3 a door' '1 b door' '<<<<<<< HEAD' '2 c door' '3 c door' '=======' '5 gone.c door' '1 new door' >"$baseline"
	: >"$tmp/found"
	read_baseline
	[ "$(higher | tr '\n' ,)" = '4 1 new door,1 0 new other,' ] || complain "self-test: higher: $(higher)"
	[ "$(lower | tr '\n' ,)" = '2 3 a door,0 5 gone.c door,' ] || complain "self-test: lower: $(lower)"
	failed=0
	shrink 2>"$tmp/errors"
	is_refused=$failed failed=$all_failed
	[ "$is_refused" = 1 ] || complain 'self-test: --shrink accepts a higher count'
	[ "$(tr '\n' , <"$baseline")" = '2 a door,1 b door,2 c door,1 new door,' ] ||
		complain "self-test: --shrink writes: $(cat "$baseline")"
	printf '%s\n' '2 a door' '1 b door' '2 c door' '3 gone.c door' '1 new door' >"$baseline"
	read_baseline
	(shrink --renamed gone.c new) 2>"$tmp/errors"
	[ "$(tr '\n' , <"$baseline")" = '2 a door,1 b door,2 c door,4 new door,' ] ||
		complain "self-test: --renamed writes: $(cat "$baseline")"
	read_baseline
	new_rule other || complain 'self-test: --new-rule refuses a new rule'
	new_rule door && complain 'self-test: --new-rule accepts an old rule'
	cmp -s "$baseline" "$tmp/counts" || complain "self-test: --new-rule writes: $(cat "$baseline")"
	tmp=$all_tmp baseline=$all_baseline
}

# The tree: $tmp/found, and its counts in $tmp/counts.
look() {
	files | sort -u >"$tmp/files"
	for kind in c:200 comments:100 shell:60 text:10 manual:5; do
		n=$(grep -c "^${kind%:*} " "$tmp/files")
		[ "$n" -ge "${kind#*:}" ] || complain "only $n files of the kind ${kind%:*}: files() misses some"
	done
	scan <"$tmp/files" | sort -t "$(printf '\t')" -k 1,1 -k 3,3 -k 2,2n >"$tmp/found"
	cut -f 1,3 "$tmp/found" | uniq -c | awk '{ print $1, $2, $3 }' | in_order >"$tmp/counts"
	read_baseline
}

# Into $tmp/baseline. A merge can leave two lines for a file and rule, of which the lower count is used, and lines that are
# no counts.
read_baseline() {
	awk '
		!/^[1-9][0-9]* [^ ]+ [^ ]+$/ { next }
		!(($2 " " $3) in count) || count[$2 " " $3] > $1 { count[$2 " " $3] = $1 }
		END { for (i in count) print count[i], i }' "$baseline" | in_order >"$tmp/baseline"
}

in_order() {
	sort -k 2,2 -k 3,3
}

# print_found FILE RULE; without RULE all of the file, and without FILE all.
print_found() {
	awk -F'\t' -v file="${1:-}" -v rule="${2:-}" '
		(file == "" || $1 == file) && (rule == "" || $3 == rule) {
			printf "%s:%d: [%s] \"%s\": write: %s\n", $1, $2, $3, $4, $5
		}' "$tmp/found"
}

# Counts above the baseline, as COUNT BASELINE FILE RULE.
higher() {
	awk -v base="$tmp/baseline" '
		BEGIN { while ((getline <base) > 0) count[$2, $3] = $1 }
		$1 > count[$2, $3] + 0 { print $1, count[$2, $3] + 0, $2, $3 }' "$tmp/counts"
}

# Counts below it, as COUNT BASELINE FILE RULE.
lower() {
	awk -v now="$tmp/counts" '
		BEGIN { while ((getline <now) > 0) count[$2, $3] = $1 }
		$1 > count[$2, $3] + 0 { print count[$2, $3] + 0, $1, $2, $3 }' "$tmp/baseline"
}

# complain_higher: each count above the baseline, with the lines.
complain_higher() {
	higher >"$tmp/higher"
	while read -r count base file rule; do
		complain "$file: $rule: $count found, $base allowed by $baseline:"
		print_found "$file" "$rule" | sed 's/^/  /' >&2
	done <"$tmp/higher"
}

# move OLD NEW: allow in NEW what is no longer in OLD, as far as NEW needs it. The sum stays.
move() {
	awk -v now="$tmp/counts" -v old="$1" -v new="$2" '
		BEGIN { while ((getline <now) > 0) count[$2, $3] = $1 }
		{ base[$2, $3] = $1; file[NR] = $2; rule[NR] = $3 }
		END {
			for (i = 1; i <= NR; i++) {
				r = rule[i]
				if (file[i] == old) {
					slack = base[old, r] - count[old, r]
					excess = count[new, r] - base[new, r]
					moved = slack < excess ? slack : excess
					if (moved > 0) {
						base[old, r] -= moved
						if (!((new, r) in base) || base[new, r] == 0) {
							n++
							file[NR + n] = new
							rule[NR + n] = r
						}
						base[new, r] += moved
					}
				}
			}
			for (i = 1; i <= NR + n; i++)
				if (base[file[i], rule[i]] > 0)
					print base[file[i], rule[i]], file[i], rule[i]
		}' "$tmp/baseline" | in_order >"$tmp/moved" && mv "$tmp/moved" "$tmp/baseline"
}

shrink() {
	while [ $# -gt 0 ]; do
		if [ "$1" != --renamed ] || [ $# -lt 3 ]; then
			usage
		fi
		move "$2" "$3"
		shift 3
	done
	awk -v now="$tmp/counts" '
		BEGIN { while ((getline <now) > 0) count[$2, $3] = $1 }
		{ n = count[$2, $3] + 0 < $1 ? count[$2, $3] + 0 : $1 }
		n > 0 { print n, $2, $3 }' "$tmp/baseline" >"$tmp/shrunk"
	mv "$tmp/shrunk" "$tmp/baseline"
	cat "$tmp/baseline" >"$baseline" || exit 1
	complain_higher
}

new_rule() {
	! grep -q " $1\$" "$baseline" || return 1
	grep " $1\$" "$tmp/counts" | cat "$tmp/baseline" - | in_order >"$tmp/raised" && cat "$tmp/raised" >"$baseline"
}

usage() {
	sed -n '/^# usage: /,/^set /s/^# //p' "$script" >&2
	exit 2
}

# codespell, with the words that are meant to be so. tests/*.c have misspelled names on purpose.
spell() {
	if [ ! -e .git ] && [ "${CI:-}" != true ]; then
		echo 'skip: spelling: not a checkout, and newer dictionaries find more than those of a release'
		return
	fi
	if ! command -v codespell >"$tmp/none"; then
		if [ -e .git ] && [ "${CI:-}" = true ]; then
			complain 'codespell not found: apt install codespell'
		else
			echo 'skip: spelling: codespell not found: apt install codespell'
		fi
		return
	fi
	sed -n 's/^[a-z]* //p' "$tmp/files" | grep -v '^tests/.*\.c$' >"$tmp/others"
	sed -n 's/^[a-z]* //p' "$tmp/files" | grep '^tests/.*\.c$' >"$tmp/tests"
	grep -v '^#' "$ignored" | sed 's/^tests: //' >"$tmp/ignored-tests"
	grep -v '^#\|^tests: ' "$ignored" >"$tmp/ignored"
	printf 'A rec%s word.\n' ieved >"$tmp/misspelled.md"
	# shellcheck disable=SC2046 # no name in the tree has a space
	{
		codespell -I "$tmp/ignored" "$tmp/misspelled.md" $(cat "$tmp/others")
		codespell -I "$tmp/ignored-tests" $(cat "$tmp/tests")
	} >"$tmp/spelling" 2>&1
	grep -q '^.*/misspelled\.md:1: ' "$tmp/spelling" || complain 'codespell does not find a misspelling'
	grep -v '/misspelled\.md:1: ' "$tmp/spelling" >"$tmp/misspelled"
	[ ! -s "$tmp/misspelled" ] || complain "misspelled; a word that is meant to be so goes into $ignored:
$(cat "$tmp/misspelled")"
}

case ${1:-} in
'')
	test_itself
	test_baseline
	look
	spell
	complain_higher
	lower >"$tmp/lower"
	# A release lacks files of a checkout, and a distribution may have corrected texts.
	if [ ! -e .git ]; then
		:
	elif [ -s "$tmp/lower" ]; then
		complain "fewer findings than $baseline allows; run: tests/language.sh --shrink"
		awk '{ printf "  %s: %s: %d found, %d allowed\n", $3, $4, $1, $2 }' "$tmp/lower" >&2
	elif ! grep -q . "$baseline" || ! in_order <"$baseline" | cmp -s - "$tmp/baseline"; then
		complain "$baseline: a line is malformed or double; run: tests/language.sh --shrink"
	elif ! cmp -s "$baseline" "$tmp/baseline"; then
		complain "$baseline is not sorted; run: tests/language.sh --shrink"
	fi
	[ $failed = 1 ] || echo "language: no new findings; $(awk '{ n += $1 } END { print n + 0 }' "$baseline") old ones are left"
	;;
--list)
	shift
	look
	[ $# -gt 0 ] || print_found
	for file in "$@"; do
		print_found "$file"
	done
	;;
--shrink)
	shift
	look
	shrink "$@"
	;;
--new-rule)
	[ $# = 2 ] || usage
	look
	new_rule "$2" || complain "$baseline already has the rule $2"
	;;
*)
	usage
	;;
esac
exit $failed
