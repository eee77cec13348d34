# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# P12: one account, one answer. Each spelling of a name that a name service accepts gets the answer of its account, in
# sshd, su, sudo, login and dovecot alike. heidi is allowed to use all of them, mallory none of them. The default roles
# would allow ssh, login and mail.
# shellcheck source=../directory.sh
. /live/directory.sh

no_break_space=$'\u00a0'

write_policy() {
	cat >"$conf" <<-END
		catalogs = [ "workspace", "host" ];
		assign = (
		  { user = "alice"; roles = [ "owner" ]; },
		  { user = "heidi"; roles = [ "administrator" ]; },
		  { user = "mallory"; roles = [ "guest" ]; approved_by = "alice"; },
		  # Directories find mallory by these names, too.
		  { user = "bob@corp.example"; roles = [ "administrator" ]; },
		  { user = "MALLORY"; roles = [ "administrator" ]; },
		  { user = "lena"; roles = [ "administrator" ]; },
		  { user = "olga"; roles = [ "owner" ]; },
		  { user = "sam"; roles = [ "guest" ]; approved_by = "alice"; },
		  { user = "tom"; roles = [ "administrator" ]; },
		  # Canonical names where sssd is configured to give them with the domain.
		  { user = "heidi@live"; roles = [ "administrator" ]; },
		  { user = "mallory@live"; roles = [ "guest" ]; approved_by = "alice"; }
		);
		default_roles = [ "user" ];
		# su decides about the target user, su-l about the caller.
		services = ( { name = "su"; require = [ "host.su" ]; subject = "user"; } );
		$(printf '%s\n' "$@")
	END
}

# --- by_PROGRAM UID NAME: log in, or run a command; prints the resulting uid or user name ---

by_sshd() {
	ssh -i "$key" -o BatchMode=yes -o ConnectTimeout=10 -l "$2" localhost id -u
}

by_su() {
	su "$2" -c 'id -u'
}

by_login() {
	expect -f /live/tty.exp '' login "$2"
}

by_dovecot() {
	curl -sS --max-time 10 imap://127.0.0.1/ -u "$2:any"
}

by_pamtester() {
	pamtester sshd "$2" acct_mgmt
}

by_explain() {
	rolegate --json explain "$2" sshd
}

# The programs know the caller by uid; the caller controls the environment.
as_caller() {
	local uid=$1 name=$2
	shift 2
	setpriv --reuid "$uid" --regid 100 --clear-groups env USER="$name" LOGNAME="$name" SUDO_USER="$name" "$@"
}

by_su-l() {
	as_caller "$1" "$2" su -l root -c 'id -u'
}

by_sudo() {
	as_caller "$1" "$2" sudo -n id -u
}

start_dovecot() {
	# Accept and keep any user name.
	cat >/etc/dovecot/local.conf <<-'END'
		ssl = no
		protocols = imap
		listen = 127.0.0.1
		log_path = /var/log/dovecot.log
		auth_username_chars =
		auth_failure_delay = 0
		first_valid_uid = 100
		# No delay after a failure.
		service anvil {
		  unix_listener anvil-auth-penalty {
		    mode = 0
		  }
		}
	END
	if [[ $(dovecot --version) == 2.3.* ]]; then
		printf '%s\n' 'disable_plaintext_auth = no' 'mail_location = mbox:/tmp/mail/%n:INBOX=/tmp/inbox-%n' \
			'auth_username_format = %u'
	else
		printf '%s\n' 'auth_allow_cleartext = yes' 'mail_driver = mbox' 'mail_path = /tmp/mail/%{user}' \
			'mail_inbox_path = /tmp/inbox-%{user}' 'auth_username_format = %{user}'
	fi >>/etc/dovecot/local.conf
	dovecot && wait_for_port 143
}

# --- one account, by one name ---

# The verdict of rolegate explain, in the same words.
explained() {
	local text
	text=$(tr -d ' \n' </tmp/by/explain)
	case $text in
	*'"verdict":"allow"'*) printf 'allowed' ;;
	*'"verdict":"deny"'*) printf 'denied %s' "$(grep -oE -m 1 '"reason":"[a-z-]+"' <<<"$text" | cut -d '"' -f 4)" ;;
	*) printf 'status %d: %s' "$(</tmp/by/explain.status)" "$(one_line "$(</tmp/by/explain)")" ;;
	esac
}

# result_of PROGRAM UID LINES: the result, from the status and output in /tmp/by and the log lines.
result_of() {
	local program=$1 uid=$2 lines=$3 service=$1 status reason
	[[ $program != pamtester ]] || service=sshd
	status=$(<"/tmp/by/$program.status")
	if [[ $program == explain ]]; then
		explained
		return
	fi
	reason=$(grep -F "pam_rolegate($service:account): " <<<"$lines" | grep -vE ': (allow|would-deny) ' |
		sed -nE 's/.* reason=([a-z-]+).*/\1/p' | tail -n 1)
	# These run commands as root.
	[[ $program != su-l && $program != sudo ]] || uid=0
	if ((status != 0)); then
		[[ -n $reason ]] && printf 'denied %s' "$reason" || printf 'refused by the program'
	elif [[ $program == dovecot ]] || tr -d '\r' <"/tmp/by/$program" | grep -Eqx "$uid|$(id -nu "$uid")"; then
		printf 'allowed'
	else
		printf 'allowed, not as uid %s: %s' "$uid" "$(one_line "$(<"/tmp/by/$program")")"
	fi
}

start_by() {
	local program=$1 status=0
	shift
	"by_$program" "$@" >"/tmp/by/$program" 2>&1 </dev/null || status=$?
	printf '%d' "$status" >"/tmp/by/$program.status"
}

# each PROGRAM… -- WHAT UID NAME EXPECTED: runs the programs in parallel; EXPECTED is a regular expression.
each() {
	local program programs=() started=() lines
	while [[ $1 != -- ]]; do
		programs+=("$1")
		shift
	done
	local what=$2 uid=$3 name=$4 expected=$5
	log_mark
	for program in "${programs[@]}"; do
		start_by "$program" "$uid" "$name" &
		started+=($!)
	done
	wait "${started[@]}"
	lines=$(rolegate_lines)
	for program in "${programs[@]}"; do
		row_like "$what" "$program" "$expected" "$(result_of "$program" "$uid" "$lines")"
	done
}

everywhere() {
	each sshd su su-l sudo login dovecot explain -- "$@"
}

# The programs to which a name is typed; sudo and su-l take the name of the caller from the uid.
wherever_typed() {
	each sshd su login dovecot explain -- "$@"
}

# spelled SOURCE USER MAIL UID EXPECTED: spellings that sssd and the test module accept.
spelled() {
	local source=$1 user=$2 mail=$3 uid=$4 expected=$5
	everywhere "$source: $user" "$uid" "$user" "$expected"
	everywhere "$source: $user, upper case" "$uid" "${user^^}" "$expected"
	everywhere "$source: $user, mail address" "$uid" "$mail" "$expected"
	everywhere "$source: $user, user@domain" "$uid" "$user@live" "$expected"
	everywhere "$source: $user, USER@DOMAIN" "$uid" "${user^^}@LIVE" "$expected"
	everywhere "$source: $user, DOM\\user" "$uid" "live\\$user" "$expected"
}

unknown='refused by the program|denied unknown-user'

local_users() {
	useradd -M -u 1101 olga
	useradd -M -u 1102 sam
	useradd -M -u 1103 tom
	useradd -M -u 1103 -o tom2
	useradd -M -u 1105 lena
}

# Names that no account has; some programs read a few of them as an account.
odd_names() {
	local name names=(ROOT 'root ' root. '#0' 0 1105 + - +lena -lena . .. lena/.. lena:x $'lena\n' $'\tlena' $'lena\001'
		lena,tom '*' '%lena' 'lena"' "$(printf 'lena%.0s' {1..1000})")
	for name in "${names[@]}"; do
		each pamtester -- "files: '$(printf '%q' "${name:0:20}")'" 0 "$name" 'denied unknown-user'
		is "the log has one line about $(printf '%q' "${name:0:20}")" 1 "$(count_lines "$(rolegate_lines)")"
	done
	# pamtester asks for a name if it is empty.
	each pamtester -- 'files: no name' 0 '' 'denied unknown-user|refused by the program'
}

with_files() {
	nsswitch 'passwd: files' 'group: files'
	ends_with 0 'files: apply' rolegate apply
	everywhere 'files: lena' 1105 lena 'allowed'
	for name in LENA lena@live 'live\lena' 'lena ' "lena$no_break_space" ' lena'; do
		wherever_typed "files: lena as '$name'" 1105 "$name" "$unknown"
	done
	odd_names
	# A second name of a uid gets no assignments of the first.
	each su -- 'files: tom2, a second name of tom' 1103 tom2 'denied missing-permission'
	each su su-l sudo -- 'files: tom' 1103 tom 'allowed'
	each su-l sudo -- 'files: tom, environment says tom2' 1103 tom2 'allowed'
}

with_sssd() {
	start_slapd
	{
		printf '%s\n' 'dn: dc=live' 'objectClass: domain' 'dc: live' ''
		ldif_user heidi 5001 heidi.miller@corp.example
		ldif_user mallory 5002 bob@corp.example
		ldif_user Olga 5101
		ldif_user sam 5102
	} | ldap ldapadd
	configure_sssd 'case_sensitive = false' \
		're_expression = (((?P<domain>[^\\]+)\\(?P<name>.+$))|((?P<name>.+)@(?P<domain>[^@]+$))|(^(?P<name>[^@\\]+)$))'
	nsswitch 'passwd: files sss' 'group: files sss'
	ends_with 0 'sssd starts' start_sssd heidi
	ends_with 0 'sss: apply' rolegate apply
	spelled sss heidi heidi.miller@corp.example 5001 'allowed'
	spelled sss mallory bob@corp.example 5002 'denied missing-permission'
	for name in 'heidi ' "heidi$no_break_space" 'mallory ' "mallory$no_break_space"; do
		wherever_typed "sss: '$name'" 5001 "$name" "$unknown"
	done
	same_name_twice sss
	log_mark
	run pamtester sshd MALLORY acct_mgmt
	a_line_has 'sss: MALLORY: the log names the account' "$(rolegate_lines)" 'user=MALLORY' 'account=mallory'
	stop_sssd
	full_names
	suspended_accounts
	stop_sssd
	stop_slapd
}

# Assignments to a name that is not canonical have no effect, so check or doctor has to report them.
# reports WHAT CANONICAL NAME…
reports() {
	local what=$1 canonical=$2 said name
	shift 2
	said=$(rolegate check 2>&1; rolegate doctor 2>&1) || true
	for name in "$@"; do
		matches "$what: check or doctor reports the name $name" "\b$name\b.*\b$canonical\b|\b$canonical\b.*\b$name\b" \
			"$(grep -v '^Effect' <<<"$said" | grep -F "$name" || true)"
	done
}

# Each name of the directory has its domain in the canonical form, also if it is typed without.
full_names() {
	local name
	configure_sssd 'case_sensitive = false' 'use_fully_qualified_names = true'
	sed -i 's/^domains = live$/&\ndefault_domain_suffix = live/' /etc/sssd/sssd.conf
	ends_with 0 'sssd starts with names in full' start_sssd heidi@live cold
	ends_with 0 'names in full: apply' rolegate apply
	for name in heidi HEIDI heidi@live HEIDI@LIVE; do
		everywhere "names in full: $name" 5001 "$name" 'allowed'
	done
	for name in mallory MALLORY mallory@live MALLORY@LIVE bob@corp.example; do
		everywhere "names in full: $name" 5002 "$name" 'denied missing-permission'
	done
}

# P13: each spelling of a suspended account.
suspended_accounts() {
	write_policy 'suspended = ( { user = "mallory@live"; why = "left"; } );'
	ends_with 0 'mallory suspended: apply' rolegate apply
	((rc == 0)) || return 0
	for name in mallory MALLORY mallory@live bob@corp.example; do
		everywhere "suspended: $name" 5002 "$name" 'denied suspended'
	done
	write_policy
	ends_with 0 'mallory not suspended: apply' rolegate apply
}

with_module() {
	install_module awkward
	module_file awkward users heidi:5001:100:heidi.miller@corp.example mallory:5002:100:bob@corp.example \
		olga:5101:100 sam:5102:100
	touch /etc/awkward/awkward/{fold,loose}
	module_file awkward domain 'live live'
	nsswitch 'passwd: files awkward' 'group: files awkward'
	ends_with 0 'awkward: apply' rolegate apply
	spelled awkward heidi heidi.miller@corp.example 5001 'allowed'
	spelled awkward mallory bob@corp.example 5002 'denied missing-permission'
	everywhere 'awkward: heidi, trailing space' 5001 'heidi ' 'allowed'
	everywhere 'awkward: mallory, trailing space' 5002 'mallory ' 'denied missing-permission'
	everywhere 'awkward: heidi, no-break space' 5001 "heidi$no_break_space" 'allowed'
	everywhere 'awkward: mallory, no-break space' 5002 "mallory$no_break_space" 'denied missing-permission'
	reports 'awkward' mallory bob@corp.example MALLORY
	same_name_twice awkward
	# The canonical name differs from each name in the policy.
	module_file awkward users Frank:5001:100 Mallory:5002:100
	for name in mallory MALLORY Mallory; do
		wherever_typed "awkward: $name, canonical name Mallory" 5002 "$name" 'allowed|denied missing-permission'
	done
	reports 'awkward, canonical name Mallory' Mallory mallory MALLORY
}

with_login_uid() {
	local uid=$1
	shift
	# A builtin, so that /proc/self is this subshell.
	(printf '%s' "$uid" >/proc/self/loginuid && exec "$@")
}

# A local account and a directory account whose names differ only in case.
same_name_twice() {
	local source=$1 name
	wherever_typed "$source: olga, local owner" 1101 olga 'allowed'
	each su-l sudo -- "$source: olga, local owner" 1101 olga 'allowed'
	# su is left out: it passes the canonical name to PAM, so the decision is about the local account.
	for name in OLGA Olga; do
		each sshd login dovecot explain -- "$source: $name, local and in the directory" 5101 "$name" \
			'denied ambiguous-user'
	done
	log_mark
	run pamtester sshd OLGA acct_mgmt
	a_line_has "$source: OLGA: the log names both uids" "$(rolegate_lines)" 'reason=ambiguous-user' 1101 5101
	# sudo passes the name of the uid, which is also the name of the local owner.
	each su-l sudo -- "$source: uid 5101, also named olga" 5101 olga 'denied (ambiguous-user|unknown-user|unknown-actor)'
	ends_with 4 "$source: login uid 5101: rolegate assign is refused" \
		with_login_uid 5101 rolegate assign "zoe-$source" user
	wherever_typed "$source: sam, local guest" 1102 sam 'denied missing-permission'
	each sshd login dovecot explain -- "$source: SAM, local and in the directory" 5102 SAM 'denied ambiguous-user'
	each su -- "$source: SAM, local and in the directory" 5102 SAM 'denied missing-permission'
}

local_users
write_policy
only_rolegate sshd su su-l sudo login dovecot
echo 'ALL ALL = (ALL) NOPASSWD: ALL' >/etc/sudoers.d/live
install -d -m 1777 /tmp/mail /tmp/by
echo 'FAIL_DELAY 0' >>/etc/login.defs
open_sshd
start_dovecot
with_files
with_sssd
if has_awkward_modules; then
	with_module
else
	skip 'the test module' 'libnss_awkward not found (run.sh --programs)'
fi
show_rows
