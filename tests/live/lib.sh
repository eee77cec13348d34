# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: LGPL-2.1-or-later
# What scenarios say: run a real program, look at what it said and what was logged, and report.

# The people, their password and the key that opens every account are made by setup.sh.
password='correct-horse-9'
key=/root/key
log=/var/log/messages
conf=/etc/rolegate/rolegate.conf
state=/var/lib/rolegate
scenario=${scenario:?}
mark=0 rc=0 out='' err='' rows=()

# --- reporting: one line a case; run.sh prints them ---

report() {
	printf '%s\n' "$1" >>/results
}

# Several lines of a program as one, not endless.
one_line() {
	local text=${1%$'\n'}
	text=${text//$'\r'/}
	printf '%s' "${text//$'\n'/ | }" | cut -c1-400
}

ok() {
	report "ok   $scenario: $1"
}

fail() {
	report "FAIL $scenario: $1 (expected $(one_line "$2"), seen $(one_line "${3:-nothing}"))"
}

skip() {
	report "skip $scenario: $1: $2"
}

is() {
	local what=$1 expected=$2 seen=$3
	if [[ $seen == "$expected" ]]; then ok "$what"; else fail "$what" "${expected:-nothing}" "$seen"; fi
}

matches() {
	local what=$1 regex=$2 seen=$3
	if grep -Eq -- "$regex" <<<"$seen"; then ok "$what"; else fail "$what" "/$regex/" "$seen"; fi
}

# One line has all of the words: each a regular expression, NAME=VALUE as a whole word of the line with or without "".
a_line_has() {
	local what=$1 lines=$2 left=$2 word regex
	shift 2
	for word in "$@"; do
		regex=$word
		[[ $word != *=* ]] || regex="(^|[ ,;])(${word%%=*})=\"?(${word#*=})\"?([ ,;]|\$)"
		left=$(grep -E -- "$regex" <<<"$left") || true
	done
	if [[ -n $left ]]; then ok "$what"; else fail "$what" "a line with: $*" "$lines"; fi
}

# One row of the matrix: counted as a case, and kept for show_rows.
row() {
	local user=$1 program=$2 expected=$3 seen=$4
	is "$program, $user" "$expected" "$seen"
	rows+=("$(printf '%-34s %-28s %-10s %s' "$program" "$user" "$expected" "$(one_line "$seen")")")
}

# The rows as a table.
show_rows() {
	local line
	report "$(printf '     %-34s %-28s %-10s %s' PROGRAM USER EXPECTED SEEN)"
	for line in "${rows[@]}"; do report "     $line"; done
}

# --- running things ---

# What the command did: $rc, $out and $err.
run() {
	rc=0
	"$@" >/tmp/out 2>/tmp/err </dev/null || rc=$?
	out=$(tr -d '\r\0' </tmp/out)
	err=$(tr -d '\r\0' </tmp/err)
}

# The command ends with that status, whatever it prints.
ends_with() {
	local status=$1 what=$2
	shift 2
	run "$@"
	if ((rc == status)); then ok "$what"; else fail "$what" "status $status" "status $rc: $out $err"; fi
}

as() {
	local user=$1
	shift
	setpriv --reuid "$user" --regid "$user" --init-groups \
		env -i PATH="$PATH" HOME="/home/$user" USER="$user" LOGNAME="$user" LANG="$LANG" TERM=dumb "$@"
}

# Like `as`, on a terminal where each password prompt is answered.
as_on_tty() {
	local user=$1 answer=$2
	shift 2
	as "$user" expect -f /live/tty.exp "$answer" "$@"
}

# With the login that the kernel remembers, as after sshd or login.
with_login() {
	local uid
	uid=$(id -u "$1")
	shift
	# A builtin, so that /proc/self is this subshell.
	(printf '%s' "$uid" >/proc/self/loginuid && exec "$@")
}

# A person's own process behind their login, as after sshd or login.
in_session() {
	local user=$1
	shift
	with_login "$user" setpriv --reuid "$user" --regid "$user" --init-groups \
		env -i PATH="$PATH" HOME="/home/$user" USER="$user" LOGNAME="$user" LANG="$LANG" TERM=dumb "$@"
}

ssh_as() {
	local user=$1
	shift
	ssh -i "$key" -o BatchMode=yes -o ConnectTimeout=10 "$user@localhost" "$@"
}

# What a person reads in TEXT that is neither a prompt nor a line of the program's own.
told() {
	local text=$1 own=$2
	grep -vE "^[[:space:]]*$|[Pp]assword[^:]*: *$|$own" <<<"$text" || true
}

count_lines() {
	grep -c . <<<"$1" || true
}

# Wait up to 10 s for something to become true.
wait_for() {
	local tries
	for ((tries = 0; tries < 200; tries++)); do
		if "$@" 2>/dev/null; then return 0; fi
		sleep .05
	done
	return 1
}

# --- the host's services ---

# The rolegate line first of all, as the manual asks for; what follows are arguments to the module.
wire() {
	local file=/etc/pam.d/$1
	shift
	sed -i '/pam_rolegate\.so/d' "$file"
	sed -i "1i account requisite pam_rolegate.so${*:+ $*}" "$file"
}

# The password gate before all other password lines; what follows are arguments to the module.
gate() {
	local file=/etc/pam.d/$1
	shift
	sed -i '/^password.*pam_rolegate\.so/d' "$file"
	sed -i "1i password requisite pam_rolegate.so${*:+ $*}" "$file"
}

# The same line after all others: how it must not be done.
wire_last() {
	sed -i '/pam_rolegate\.so/d' "/etc/pam.d/$1"
	printf 'account requisite pam_rolegate.so\n' >>"/etc/pam.d/$1"
}

# As packages do it: pam-auth-update writes the common files, with one more profile.
enable_profile() {
	[[ ! -e /root/pam-configs/$1 ]] || cp "/root/pam-configs/$1" /usr/share/pam-configs/
	DEBIAN_FRONTEND=noninteractive pam-auth-update --package --enable "$1"
}

# Until somebody listens on a port.
wait_for_port() {
	wait_for grep -q ":$(printf '%04X' "$1") 00000000:0000 0A" /proc/net/tcp
}

# It goes into the background before it listens.
start_sshd() {
	/usr/sbin/sshd && wait_for_port 22
}

# Every crontab's @reboot jobs, at once; ends when all the conditions hold or 10 s are over.
run_cron() {
	local cron status=0
	rm -f /run/crond.reboot
	cron -f 2>/tmp/cron.err &
	cron=$!
	wait_for "$@" || status=$?
	kill "$cron"
	wait "$cron" || true
	return "$status"
}

# --- the log ---

# Everything logged so far has arrived: the socket keeps its order.
settle() {
	local stone=settled-$BASHPID-$RANDOM$RANDOM
	logger -t live "$stone"
	wait_for grep -q "$stone" "$log"
}

log_mark() {
	settle
	mark=$(wc -l <"$log")
}

log_since() {
	settle
	tail -n "+$((mark + 1))" "$log" | grep -v ' live: settled-' || true
}

rolegate_lines() {
	log_since | grep 'pam_rolegate' || true
}

logs_denial() {
	local what=$1 user=$2 service=$3 reason=$4
	a_line_has "$what: the log names user, service, reason, generation" "$(rolegate_lines)" \
		"pam_rolegate\($service:account\)" 'den(y|ied)' "user|subject|actor=$user" "service=$service" \
		"reason=$reason" 'generation=[0-9]+'
}

# Without a usable policy there is no generation to name.
logs_reason() {
	local what=$1 reason=$2
	a_line_has "$what: the log gives the reason" "$(rolegate_lines)" 'deny|error' "reason=$reason"
}

# A line of the password gate: what became of it, then words as NAME=VALUE.
logs_gate() {
	local what=$1 service=$2 word=$3
	shift 3
	a_line_has "$what: logged as $word, $*" "$(rolegate_lines)" "pam_rolegate\($service:chauthtok\): $word " "$@"
}

# Whether the module has logged since log_mark that it denied, whoever the line is about.
is_denied() {
	local user=$1
	rolegate_lines | grep -Eq ":account\): deny (user=[^ ]+ actor=|user=)$user "
}

# What the last program came to for USER. `refused` needs its own status for that and the logged denial: a program that
# broke, or that nobody answered, has refused nobody.
outcome() {
	local user=$1 status=$2
	if ((rc == 0)); then
		printf 'let in'
	elif ((rc == 75)); then
		printf 'asked'
	elif ((rc == status)) && is_denied "$user"; then
		printf 'refused'
	else
		printf 'status %d: %s' "$rc" "$out$err"
	fi
}

# Log in on a terminal. util-linux's login hangs the terminal up before it takes it again, which expect now and then takes
# for the end of it all, having seen nothing: then once more.
try_login() {
	local tries
	for ((tries = 0; tries < 20; tries++)); do
		log_mark
		run expect -f /live/tty.exp "$password" login "$1"
		((rc == 128)) && [[ -z $out$err ]] || break
	done
}

# The same of login, whose status says little: by the shell that says who is there, and by what it and the log say.
login_outcome() {
	local user=$1
	if grep -Eq 'required to change|must change' <<<"$out"; then
		printf 'asked'
	elif grep -qx "$user" <<<"$out"; then
		printf 'let in'
	elif grep -q 'rolegate: you may not use login here' <<<"$out" && is_denied "$user"; then
		printf 'refused'
	else
		printf 'status %d: %s' "$rc" "$out$err"
	fi
}

# --- passwords ---

new_password='another-Horse-42'

# The new password typed twice, as root's passwd asks.
typing() {
	printf '%s\n%s\n' "$new_password" "$new_password" | "$@"
}

hash_of() {
	getent shadow "$1" | cut -d: -f2
}

shadow_sum() {
	sha256sum </etc/shadow
}

# --- the same question for several scenarios ---

ssh_lets_in() {
	local user=$1 what=${2:-$1}
	run ssh_as "$user" id -un
	is "$what: ssh lets in" "0 $user" "$rc $out"
	is "$what: ssh prints nothing on stderr" '' "$err"
}

# The client's own words are not counted; the log is asked only where a reason is given.
ssh_refuses() {
	local user=$1 reason=${2:-} what=${3:-$1} words
	log_mark
	run ssh_as "$user" id -un
	is "$what: ssh refuses, status 255" '255 ' "$rc $out"
	words=$(told "$err" '^(Connection|Received disconnect|Disconnected) ')
	is "$what: the client is told one line" 1 "$(count_lines "$words")"
	[[ -z $reason ]] || logs_denial "$what" "$user" sshd "$reason"
}

# --- the policy ---

# Another value for a setting that stands on a line of its own.
set_key() {
	sed -i "s|^$1 = .*|$1 = $2;|" "$conf"
}

# One more assignment; people's files add up.
add_assignment() {
	mkdir -p /etc/rolegate/policy.d
	printf 'assign = ( %s );\n' "$1" >"/etc/rolegate/policy.d/50-test.conf"
}

policy_sum() {
	sha256sum "$state/policy.cdb" 2>/dev/null || printf 'none'
}

# Ends the scenario where there is nothing left to test.
apply() {
	ends_with 0 "root applies: $1" rolegate apply -m "$1"
	((rc == 0)) || exit 0
}
