# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# Name services for scenarios: slapd with sssd, and a test module with controlled failures. Sourced by scenarios.
ldap_port=3890
sssd_pid=''
modules=$(dirname /usr/lib/*/libnss_sss.so.2)

# nsswitch LINE…: the lines of nsswitch.conf for users and groups.
nsswitch() {
	sed -i '/^\(passwd\|group\|initgroups\|shadow\):/d' /etc/nsswitch.conf
	printf '%s\n' 'shadow: files' "$@" >>/etc/nsswitch.conf
}

# --- the test module; its files in /etc/awkward/NAME/ are described in tests/nss_awkward.c ---

has_awkward_modules() {
	[[ -e /programs/libnss_awkward.so.2 ]]
}

install_module() {
	install -m 644 "/programs/libnss_$1.so.2" "$modules/"
	install -d "/etc/awkward/$1"
}

# module_file NAME FILE LINE…
module_file() {
	local file=/etc/awkward/$1/$2
	shift 2
	printf '%s\n' "$@" >"$file"
}

# fail_module NAME "STATUS ERRNO [TIMES]" KIND…: passwd, group, initgroups
fail_module() {
	local name=$1 how=$2 kind
	shift 2
	for kind in "$@"; do module_file "$name" "fail-$kind" "$how"; done
}

reset_module() {
	rm -f "/etc/awkward/$1/"{fail-passwd,fail-group,fail-initgroups,slow,log}
}

# Unprivileged programs also append to the log.
log_module() {
	: >"/etc/awkward/$1/log"
	chmod 666 "/etc/awkward/$1/log"
}

# count_calls NAME [REGEX]: look-ups since log_module.
count_calls() {
	grep -Ec "^[0-9]+ ${2:-}" "/etc/awkward/$1/log" || true
}

# --- slapd ---

start_slapd() {
	install -d /run/directory/db
	cat >/run/directory/slapd.conf <<-END
		include /etc/ldap/schema/core.schema
		include /etc/ldap/schema/cosine.schema
		include /etc/ldap/schema/nis.schema
		include /etc/ldap/schema/inetorgperson.schema
		modulepath /usr/lib/ldap
		moduleload back_mdb
		pidfile /run/directory/slapd.pid
		database mdb
		suffix "dc=live"
		rootdn "cn=root,dc=live"
		rootpw secret
		directory /run/directory/db
	END
	# The port may still be taken by the one before.
	wait_for slapd -f /run/directory/slapd.conf -h "ldap://127.0.0.1:$ldap_port" && wait_for_port "$ldap_port" &&
		wait_for test -s /run/directory/slapd.pid
}

# It may wait for a client that does not close its connection.
stop_slapd() {
	local pid
	pid=$(</run/directory/slapd.pid)
	kill "$pid"
	wait_for test ! -e "/proc/$pid" || kill -KILL "$pid"
	rm -f /run/directory/slapd.pid
}

# ldap COMMAND: ldapadd or ldapmodify, with LDIF from standard input.
ldap() {
	"$@" -x -H "ldap://127.0.0.1:$ldap_port" -D cn=root,dc=live -w secret >/dev/null
}

ldif_user() {
	local name=$1 uid=$2 mail=${3:-} gid=${4:-100}
	printf '%s\n' "dn: uid=$name,dc=live" 'objectClass: inetOrgPerson' 'objectClass: posixAccount' "uid: $name" \
		"cn: $name" "sn: $name" "uidNumber: $uid" "gidNumber: $gid" 'homeDirectory: /tmp' 'loginShell: /bin/sh' \
		${mail:+"mail: $mail"} ''
}

ldif_group() {
	local name=$1 gid=$2
	shift 2
	printf '%s\n' "dn: cn=$name,dc=live" 'objectClass: posixGroup' "cn: $name" "gidNumber: $gid"
	(($# == 0)) || printf 'memberUid: %s\n' "$@"
	printf '\n'
}

# --- sssd ---

# configure_sssd SETTING…: additional settings of the domain.
configure_sssd() {
	printf '%s\n' '[sssd]' 'services = nss' 'domains = live' '[nss]' 'entry_negative_timeout = 0' '[domain/live]' \
		'id_provider = ldap' "ldap_uri = ldap://127.0.0.1:$ldap_port" 'ldap_search_base = dc=live' \
		'ldap_id_use_start_tls = false' "$@" >/etc/sssd/sssd.conf
	chmod 600 /etc/sssd/sssd.conf
}

# start_sssd USER [cold]: wait until sssd finds USER; without USER only for its socket. "cold" clears its cache.
start_sssd() {
	local user=$1
	[[ ${2:-} != cold ]] || rm -f /var/lib/sss/db/*.ldb
	rm -f /var/lib/sss/mc/* /var/lib/sss/pipes/nss
	sssd -i >/var/log/sssd.out 2>&1 &
	sssd_pid=$!
	wait_for test -S /var/lib/sss/pipes/nss || return 1
	[[ -z $user ]] || wait_for getent -s sss passwd "$user" >/dev/null
}

sssd_pids() {
	printf '%s\n' "$sssd_pid"
	ps -o pid= --ppid "$sssd_pid"
}

# The socket remains, as after a crash.
kill_sssd() {
	local pids
	mapfile -t pids < <(sssd_pids)
	kill -KILL "${pids[@]}" || true
	wait "$sssd_pid" 2>/dev/null || true
}

stop_sssd() {
	kill "$sssd_pid"
	wait "$sssd_pid" || true
	rm -f /var/lib/sss/mc/* /var/lib/sss/pipes/nss
}

# --- decisions ---

# only_rolegate SERVICE…: PAM services without passwords; only rolegate decides.
only_rolegate() {
	local name
	for name in "$@"; do
		printf '%s\n' 'auth required pam_permit.so' 'account requisite pam_rolegate.so' \
			'account required pam_permit.so' 'session required pam_permit.so' >"/etc/pam.d/$name"
	done
}

# A row whose EXPECTED is a regular expression.
row_like() {
	local user=$1 program=$2 expected=$3 seen=$4
	[[ ! $seen =~ ^($expected)$ ]] || expected=$seen
	row "$user" "$program" "$expected" "$seen"
}

# A command that runs pamtester, with a limit for example.
front=()

# verdict_of USER SERVICE STATUS LINES: the verdict by the status of the program and the log lines of the module.
verdict_of() {
	local user=$1 service=$2 status=$3 lines=$4 line reason source
	if ((status == 0)); then
		printf 'allowed'
		return
	fi
	line=$(grep -F "pam_rolegate($service:account): " <<<"$lines" | grep -F " user=$user " | tail -n 1) || true
	reason=$(sed -nE 's/.* reason=([a-z-]+).*/\1/p' <<<"$line")
	source=$(sed -nE 's/.* source="?([a-z]+).*/\1/p' <<<"$line")
	[[ -n $reason ]] && printf 'denied %s' "$reason${source:+ $source}" || printf 'status %d, not logged' "$status"
}

# answers WHAT: reads lines "USER SERVICE EXPECTED". The log is read once for all.
answers() {
	local what=$1 user service expected status lines questions=() statuses=() i
	log_mark
	while read -r user service expected; do
		status=0
		"${front[@]}" pamtester "$service" "$user" acct_mgmt >/dev/null 2>&1 </dev/null || status=$?
		questions+=("$user $service $expected")
		statuses+=("$status")
	done
	lines=$(rolegate_lines)
	for i in "${!questions[@]}"; do
		read -r user service expected <<<"${questions[i]}"
		row_like "$user" "$what: $service" "$expected" "$(verdict_of "$user" "$service" "${statuses[i]}" "$lines")"
	done
}

# The key is valid for every account, with or without a home directory.
open_sshd() {
	cp "$key.pub" /etc/ssh/live_keys
	sed -i '1i AuthorizedKeysFile /etc/ssh/live_keys' /etc/ssh/sshd_config
	start_sshd
}

# by_ssh USER WHAT EXPECTED: one decision, with a real ssh login.
by_ssh() {
	local user=$1 what=$2 expected=$3
	log_mark
	run ssh_as "$user" true
	row_like "$user" "$what: ssh" "$expected" "$(verdict_of "$user" sshd "$rc" "$(rolegate_lines)")"
}
