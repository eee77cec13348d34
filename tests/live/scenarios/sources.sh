# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# P3: a name service that does not answer does not change a decision in favor of the user. Each source fails in each
# way; what a group restricts, grants or excludes is decided as before, or denied.
# shellcheck source=../directory.sh
. /live/directory.sh

generation=0

# Each call writes a different policy: `rolegate apply` of an unchanged policy makes no generation and records nothing.
write_policy() {
	generation=$((generation + 1))
	cat >"$conf" <<-END
		catalogs = [ "workspace", "host" ];
		roles = (
		  { name = "payer"; based_on = [ "user" ]; },
		  { name = "auditor"; based_on = [ "user" ]; }
		);
		conflicts = ( { name = "four eyes"; roles = [ "payer", "auditor" ]; } );
		assign = (
		  { user = "alice"; roles = [ "owner" ]; },
		  { user = "otto"; roles = [ "user" ]; },
		  { user = "carl"; roles = [ "payer" ]; },
		  { user = "tick$generation"; roles = [ "user" ]; },
		  { group = "interns"; roles = [ "guest" ]; approved_by = "alice"; },
		  { group = "admins"; roles = [ "administrator" ]; },
		  { group = "auditors"; roles = [ "auditor" ]; }
		  $(printf '%s' "$@")
		);
		default_roles = [ "user" ];
		system_account_roles = [ "service" ];
		services = (
		  { name = "door"; require = [ "host.ssh" ]; },
		  { name = "vault"; require = [ "host.sudo" ]; },
		  { name = "lobby"; require = [ "profile" ]; },
		  { name = "jobs"; require = [ "host.cron" ]; },
		  { name = "park"; }
		);
	END
}

# activate WHAT [ASSIGNMENT…]
activate() {
	local what=$1
	shift
	write_policy "$@"
	ends_with 0 "$what: apply" rolegate apply
}

# --- expected verdicts ---

# rita, dana, pia   a group restricts them; dana and pia exist only in the directory, and it is pia's primary group
# greta             a group grants what the default roles do not
# carl              a group has a role that conflicts with his own
# dora              has the default roles only
# otto              has a personal assignment
all_well() {
	answers "$1" <<-'END'
		rita door denied missing-permission
		dana door denied missing-permission
		pia door denied missing-permission
		greta vault allowed
		carl door denied conflict
		dora door allowed
		dora lobby allowed
		otto door allowed
		nightly jobs allowed
		root door allowed
		ghost door denied unknown-user
	END
}

# The source answers about users, not about groups.
no_groups_from() {
	answers "$2" <<-END
		rita door denied system-error $1
		dana door denied system-error $1
		pia door denied (missing-permission|system-error $1)
		rita park allowed
		greta vault denied missing-permission
		greta door denied system-error $1
		carl door denied system-error $1
		dora door denied system-error $1
		dora lobby allowed
		otto door allowed
		otto vault denied missing-permission
		nightly jobs allowed
		root door allowed
	END
}

# The source answers nothing; all users but dana and pia are also in /etc/passwd.
nothing_from() {
	no_groups_from "$1" "$2"
	answers "$2" <<-END
		dana park denied system-error $1
		pia park denied system-error $1
		ghost park denied system-error $1
	END
}

# The source answers that it knows no user and no group.
all_denied_by_source() {
	answers "$1" <<-'END'
		rita door allowed
		dana door denied unknown-user
		greta vault denied missing-permission
		carl door allowed
		otto door allowed
		root door allowed
	END
}

# allowed_at USER LIMIT…: prints the limits at which the user is allowed.
allowed_at() {
	local user=$1 limit
	shift
	for limit in "$@"; do
		! prlimit "$limit" pamtester door "$user" acct_mgmt >/dev/null 2>&1 </dev/null || printf ' %s' "$limit"
	done
}

# limited WHAT USER: decisions with few descriptors (three are open already) or little memory.
limited() {
	local what=$1 user=$2
	# shellcheck disable=SC2046 # words
	row "$user" "$what: door allowed, of --nofile=3 to 16" '' \
		"$(allowed_at "$user" $(seq -f '--nofile=%.0f' 3 16))"
	# shellcheck disable=SC2046
	row "$user" "$what: door allowed, of --as=3 to 12 MiB" '' \
		"$(allowed_at "$user" $(seq -f '--as=%.0f' $((3 << 20)) $((1 << 18)) $((12 << 20))))"
}

# --- the name sources ---

make_users() {
	local user uid=5001
	for user in rita greta carl dora otto; do
		useradd -M -u "$uid" -g users "$user"
		uid=$((uid + 1))
	done
}

local_groups() {
	local name gid=7000
	for name in interns admins auditors; do
		groupadd -g "$gid" "$name"
		gid=$((gid + 1))
	done
	usermod -aG interns rita
	usermod -aG admins greta
}

files_only() {
	nsswitch 'passwd: files' 'group: files'
	local_groups
	useradd -M -u 5009 -g users -G interns dana
	useradd -M -u 5010 -g interns pia
	activate 'files'
	usermod -aG auditors carl
	all_well 'files, all well'
	limited 'files' rita
	limited 'files' carl
	chmod 000 /etc/group
	# shellcheck disable=SC2054 # the commas are setpriv's
	front=(setpriv "--bounding-set=-dac_override,-dac_read_search" --inh-caps=-all)
	answers 'files, /etc/group unreadable' <<-'END'
		rita door denied system-error files
		carl door denied system-error files
		otto door allowed
	END
	# shellcheck disable=SC2034 # read by answers
	front=()
	chmod 644 /etc/group
	userdel dana
	userdel pia
	for name in interns admins auditors; do groupdel "$name"; done
}

never_answered() {
	nsswitch 'passwd: files sss' 'group: files sss'
	write_policy
	run rolegate apply
	is 'files sss, sssd never ran: apply works' 0 "$rc"
	matches 'files sss, sssd never ran: apply warns' 'source-never-answered.*sss|sss.*source-never-answered' "$out$err"
	run rolegate doctor
	matches 'files sss, sssd never ran: doctor reports it' 'source-never-answered' "$out"
	run rolegate --json doctor
	matches 'files sss, sssd never ran: with severity high' 'source-never-answered' \
		"$(tr -d '\n' <<<"$out" | grep -oE '\{[^{}]*source-never-answered[^{}]*\}' | grep -E '"severity": ?"high"')"
	answers 'files sss, sssd never ran' <<-'END'
		rita door allowed
		greta vault denied missing-permission
		carl door allowed
		otto door allowed
		root door allowed
		nightly jobs allowed
	END
}

make_directory() {
	start_slapd
	{
		printf '%s\n' 'dn: dc=live' 'objectClass: domain' 'dc: live' ''
		ldif_user rita 5001
		ldif_user greta 5002
		ldif_user carl 5003
		ldif_user dora 5004
		ldif_user otto 5005
		ldif_user dana 5009
		ldif_user pia 5010 '' 7000
		ldif_group interns 7000 rita dana
		ldif_group admins 7001 greta
		ldif_group auditors 7002
	} | ldap ldapadd
	configure_sssd 'enumerate = false'
}

carl_joins() {
	printf '%s\n' 'dn: cn=auditors,dc=live' 'changetype: modify' 'add: memberUid' 'memberUid: carl' | ldap ldapmodify
	stop_sssd
	start_sssd dana cold
}

# sssd has cached users and groups, but no list of the groups of a user.
sssd_remembers_users() {
	local name
	start_sssd dana
	for name in rita greta carl dora otto dana pia; do getent -s sss passwd "$name"; done >/dev/null
	for name in interns admins auditors; do getent -s sss group "$name"; done >/dev/null
}

with_sssd() {
	ends_with 0 'sssd starts' start_sssd dana
	activate 'files sss'
	carl_joins
	all_well 'files sss, all well'
	limited 'files sss' rita
	limited 'files sss' carl
	kill_sssd
	answers 'files sss, killed with everything cached' <<-'END'
		rita door denied (missing-permission|system-error sss)
		dana door denied (missing-permission|system-error sss)
		carl door denied (conflict|system-error sss)
		otto door allowed
		root door allowed
	END
	sssd_remembers_users
	kill_sssd
	no_groups_from sss 'files sss, killed before the first query'
	a_line_has 'files sss, killed: the log names source and look-up' "$(rolegate_lines)" \
		'user=rita' 'reason=system-error' 'source=sss' 'lookup=groups|initgroups'
	by_ssh rita 'files sss, killed' 'denied system-error sss'
	by_ssh otto 'files sss, killed' allowed
	activate 'files sss, killed'
	no_groups_from sss 'files sss, killed, and applied since'
	rm -f /var/lib/sss/pipes/nss /var/lib/sss/mc/*
	nothing_from sss 'files sss, stopped'
	ends_with 0 'sssd starts' start_sssd dana
	all_well 'files sss, started again'
	by_ssh rita 'files sss, started again' 'denied missing-permission'
	absent_group
	mv "$modules/libnss_sss.so.2" /run/
	nothing_from sss 'files sss, library missing'
	mv /run/libnss_sss.so.2 "$modules/"
	all_well 'files sss, library back'
}

# A group that no source had at an activation is not a missing answer after a later one.
absent_group() {
	local ghosts=', { group = "ghosts"; roles = [ "guest" ]; approved_by = "alice"; }'
	activate 'files sss, a group that no source has' "$ghosts"
	sssd_remembers_users_and_dies
	activate 'files sss, killed, a group that no source has' "$ghosts"
	ends_with 0 'sssd starts' start_sssd dana
	all_well 'files sss, started again, a group that no source has'
	activate 'files sss'
}

directory_down() {
	stop_sssd
	stop_slapd
	ends_with 0 'sssd starts without slapd' start_sssd '' cold
	# A client of sssd cannot tell this from a user without groups: SECURITY.md documents it.
	all_denied_by_source 'files sss, slapd down, nothing cached'
	stop_sssd
	start_slapd
	ends_with 0 'sssd starts' start_sssd dana
	all_well 'files sss, slapd back'
	stop_slapd
	all_well 'files sss, slapd down, all cached'
	start_slapd
}

other_lines_with_sssd() {
	nsswitch 'passwd: files sss' 'group: sss'
	activate 'sss'
	all_well 'sss alone, all well'
	sssd_remembers_users_and_dies
	no_groups_from sss 'sss alone, killed'
	nsswitch 'passwd: files sss' 'group: sss files'
	no_groups_from sss 'sss files, killed'
	nsswitch 'passwd: files sss' 'group: files [SUCCESS=continue] sss'
	no_groups_from sss 'files [SUCCESS=continue] sss, killed'
	nsswitch 'passwd: files sss' 'group: files sss' 'initgroups: files [SUCCESS=continue] sss'
	no_groups_from sss 'initgroups: files sss, killed'
	ends_with 0 'sssd starts' start_sssd dana
	all_well 'initgroups: files sss, all well'
}

sssd_remembers_users_and_dies() {
	stop_sssd
	sssd_remembers_users
	kill_sssd
}

with_nscd() {
	nsswitch 'passwd: files sss' 'group: files sss'
	mkdir -p /run/nscd
	ends_with 0 'nscd starts' nscd
	wait_for test -S /run/nscd/socket
	all_well 'nscd, files sss, all well'
	kill_sssd
	answers 'nscd, files sss, killed with everything in nscd' <<-'END'
		rita door denied (missing-permission|system-error sss)
		carl door denied (conflict|system-error sss)
		otto door allowed
		root door allowed
	END
	sssd_remembers_users
	kill_sssd
	nscd -i group
	nscd -i passwd
	no_groups_from '(sss|libc)' 'nscd with an empty cache, files sss, killed'
	start_sssd dana
	answers 'nscd, files sss, back, nscd has cached the failure' <<-'END'
		rita door denied (missing-permission|system-error( libc)?)
		dana door denied (missing-permission|system-error (sss|libc)|unknown-user)
		carl door denied (conflict|system-error)
		dora door allowed
		otto door allowed
	END
	nscd -i group
	nscd -i passwd
	all_well 'nscd, files sss, back'
	nscd -K
}

fill_module() {
	install_module "$1"
	reset_module "$1"
	module_file "$1" users rita:5001:100 greta:5002:100 carl:5003:100 dora:5004:100 otto:5005:100 \
		dana:5009:100 pia:5010:7000
	module_file "$1" groups interns:7000:rita,dana admins:7001:greta auditors:7002:
}

# with_module NAME WHAT: after nsswitch has added the module.
with_module() {
	local name=$1 what=$2 how
	fill_module "$name"
	activate "$what"
	module_file "$name" groups interns:7000:rita,dana admins:7001:greta auditors:7002:carl
	all_well "$what, all well"
	for how in 'UNAVAIL 111' 'UNAVAIL 2' 'TRYAGAIN 11'; do
		fail_module "$name" "$how" group initgroups
		no_groups_from "$name" "$what, groups $how"
		reset_module "$name"
	done
	fail_module "$name" 'UNAVAIL 111' passwd group initgroups
	nothing_from "$name" "$what, all UNAVAIL 111"
	reset_module "$name"
	mv "$modules/libnss_$name.so.2" /run/
	nothing_from "$name" "$what, library missing"
	mv "/run/libnss_$name.so.2" "$modules/"
	all_well "$what, well again"
}

# Cases that do not depend on the name of the module.
with_module_in_detail() {
	local how
	for how in 'UNAVAIL 111' 'TRYAGAIN 11'; do
		fail_module awkward "$how" initgroups
		no_groups_from awkward "files awkward, initgroups $how"
		reset_module awkward
		fail_module awkward "$how" passwd
		answers "files awkward, passwd $how" <<-'END'
			rita door denied missing-permission
			carl door denied conflict
			otto door allowed
			dana park denied system-error awkward
			ghost park denied system-error awkward
			root door allowed
		END
		reset_module awkward
	done
	# The user has the gid, but the look-up of its name fails.
	fail_module awkward 'UNAVAIL 111' group
	answers 'files awkward, names of groups UNAVAIL 111' <<-'END'
		rita door denied (system-error awkward|missing-permission)
		carl door denied (system-error awkward|conflict)
		otto door allowed
		root door allowed
	END
	reset_module awkward
	fail_module awkward 'TRYAGAIN 34 1' passwd group
	all_well 'files awkward, buffer too small once (ERANGE)'
	reset_module awkward
	# getgrouplist(3) does not repeat the look-up.
	fail_module awkward 'TRYAGAIN 34 1' initgroups
	answers 'files awkward, initgroups ERANGE once' <<-'END'
		rita door denied (missing-permission|system-error awkward)
		carl door denied (conflict|system-error awkward)
		otto door allowed
		root door allowed
	END
	reset_module awkward
	fail_module awkward 'NOTFOUND 2' passwd group initgroups
	all_denied_by_source 'files awkward, NOTFOUND'
	reset_module awkward
	limited 'files awkward' rita
	limited 'files awkward' carl
	activate_while_silent
	revoke_while_silent
	password_gate
	permissive_mode
	other_lines
	no_lines
	slow_for_system_accounts
}

# An activation without answers keeps what earlier ones recorded.
activate_while_silent() {
	fail_module awkward 'UNAVAIL 111' passwd group initgroups
	activate 'files awkward, UNAVAIL 111'
	nothing_from awkward 'files awkward, UNAVAIL 111, and applied since'
	reset_module awkward
	all_well 'files awkward, well after an apply without it'
	activate 'files awkward, well'
}

# A3: a role is revoked while the directory is down.
revoke_while_silent() {
	ends_with 0 'rolegate assign tess user' rolegate assign tess user
	fail_module awkward 'UNAVAIL 111' passwd group initgroups
	ends_with 0 'files awkward, UNAVAIL 111: rolegate unassign tess user' rolegate unassign tess user
	reset_module awkward
}

# sets_password ACTOR: whether the password gate lets the actor set the password of otto.
sets_password() {
	local before
	before=$(hash_of otto)
	printf 'otto:%s-%s\n' "$new_password" "$RANDOM" >/tmp/line
	(with_login "$1" chpasswd </tmp/line >/dev/null 2>&1) || true
	[[ $(hash_of otto) == "$before" ]] && printf 'denied' || printf 'allowed'
}

# The password gate: an owner by name needs no directory, an owner by a group of the directory does.
password_gate() {
	gate chpasswd
	useradd -M -u 5020 -g users gerd
	printf 'chiefs:7003:gerd\n' >>/etc/awkward/awkward/groups
	activate 'files awkward, owners by a group' ', { group = "chiefs"; roles = [ "owner" ]; }'
	row alice 'files awkward, all well: chpasswd' allowed "$(sets_password alice)"
	row gerd 'files awkward, all well: chpasswd' allowed "$(sets_password gerd)"
	row rita 'files awkward, all well: chpasswd' denied "$(sets_password rita)"
	fail_module awkward 'UNAVAIL 111' passwd group initgroups
	row alice 'files awkward, all UNAVAIL 111: chpasswd' allowed "$(sets_password alice)"
	row gerd 'files awkward, all UNAVAIL 111: chpasswd' denied "$(sets_password gerd)"
	row rita 'files awkward, all UNAVAIL 111: chpasswd' denied "$(sets_password rita)"
	reset_module awkward
}

# D5: the mode applies to a denial because of groups, not to one because of the account.
permissive_mode() {
	write_policy
	echo 'mode = "permissive";' >>"$conf"
	ends_with 0 'permissive mode: apply' rolegate apply
	fail_module awkward 'UNAVAIL 111' group initgroups
	answers 'permissive mode, groups UNAVAIL 111' <<-'END'
		rita door allowed
		dana door allowed
		carl door allowed
		greta vault allowed
	END
	fail_module awkward 'UNAVAIL 111' passwd
	answers 'permissive mode, all UNAVAIL 111' <<-'END'
		rita door allowed
		dana door denied system-error awkward
		dana park denied system-error awkward
		ghost park denied system-error awkward
	END
	reset_module awkward
	answers 'permissive mode, well' <<-'END'
		ghost park allowed
	END
	activate 'enforcing mode'
}

# Other forms of the lines that mean the same.
other_lines() {
	local line
	for line in 'group:files   awkward' 'group:	files	awkward # directory' 'group: files [SUCCESS=merge] awkward' \
		'group: files [NOTFOUND=continue UNAVAIL=continue] awkward' 'group: files [!UNAVAIL=continue] awkward' \
		'group: files awkward rolegate' ' group: files awkward'; do
		nsswitch 'passwd: files awkward' "$line"
		answers "$line" <<-'END'
			rita door denied missing-permission
			greta vault allowed
			dora door allowed
		END
		fail_module awkward 'UNAVAIL 111' group initgroups
		answers "$line, UNAVAIL 111" <<-'END'
			rita door denied system-error awkward
			otto door allowed
		END
		reset_module awkward
	done
	nsswitch 'passwd: files awkward' 'group: files' 'initgroups: files awkward'
	fail_module awkward 'UNAVAIL 111' group initgroups
	answers 'initgroups: files awkward, UNAVAIL 111' <<-'END'
		rita door denied system-error awkward
	END
	reset_module awkward
	nsswitch 'passwd: files awkward' 'group: files awkward'
}

# Without a line or the file, glibc asks files.
no_lines() {
	nsswitch 'passwd: files'
	answers 'no line for groups' <<-'END'
		otto door allowed
		dora door allowed
		root door allowed
	END
	mv /etc/nsswitch.conf /run/
	answers 'no nsswitch.conf' <<-'END'
		otto door allowed
		dora door allowed
		root door allowed
		nightly jobs allowed
		ghost door denied unknown-user
	END
	mv /run/nsswitch.conf /etc/
	nsswitch 'passwd: files awkward' 'group: files awkward'
}

slow_for_system_accounts() {
	local began ms
	log_module awkward
	module_file awkward slow 1500
	began=${EPOCHREALTIME/.}
	answers 'files awkward, 1.5 s for an answer' <<-'END'
		root door allowed
		nightly jobs allowed
	END
	ms=$(((${EPOCHREALTIME/.} - began) / 1000))
	is 'root and system accounts do not wait for a directory' yes "$( ((ms < 1000)) && echo yes || echo "$ms ms")"
	is 'and their groups are not asked of it' 0 "$(count_calls awkward '(initgroups|setgrent|getgr)')"
	reset_module awkward
}

two_modules() {
	nsswitch 'passwd: files awkward ldap' 'group: files awkward ldap'
	fill_module ldap
	module_file ldap users
	module_file ldap groups
	module_file awkward groups interns:7000:rita,dana admins:7001:greta auditors:7002:
	activate 'files awkward ldap'
	module_file awkward groups interns:7000:rita,dana admins:7001:greta auditors:7002:carl
	all_well 'files awkward ldap, all well'
	fail_module awkward 'UNAVAIL 111' group initgroups
	no_groups_from awkward 'files awkward ldap, the first UNAVAIL 111'
	reset_module awkward
	fail_module ldap 'UNAVAIL 111' group initgroups
	# The first source has already answered that rita and carl are denied.
	answers 'files awkward ldap, the second UNAVAIL 111' <<-'END'
		rita door denied missing-permission
		greta vault allowed
		carl door denied conflict
		dora door denied system-error ldap
		dora lobby allowed
		otto door allowed
		root door allowed
	END
	reset_module ldap
}

sss_and_module() {
	nsswitch 'passwd: files sss awkward' 'group: files sss awkward'
	module_file awkward users
	module_file awkward groups
	activate 'files sss awkward'
	all_well 'files sss awkward, all well'
	sssd_remembers_users_and_dies
	no_groups_from sss 'files sss awkward, sssd killed'
	start_sssd dana
	fail_module awkward 'UNAVAIL 111' group initgroups
	answers 'files sss awkward, awkward UNAVAIL 111' <<-'END'
		rita door denied missing-permission
		carl door denied conflict
		dora door denied system-error awkward
		otto door allowed
	END
	reset_module awkward
	all_well 'files sss awkward, well again'
	stop_sssd
	stop_slapd
}

# --- a clock that was not set ---

dated_policy() {
	write_policy ', { user = "dina"; roles = [ "administrator" ]; until = "2038-01-01"; }' \
		', { user = "past"; roles = [ "guest" ]; approved_by = "alice"; until = "2020-01-01"; }'
	printf 'suspended = ( { user = "sue"; why = "lost laptop"; until = "2020-01-01"; } );\n' >>"$conf"
}

set_clock() {
	if [[ $1 == real ]]; then
		rm -f /etc/ld.so.preload
	else
		printf '@%s\n' "$1" >/etc/faketimerc
		printf '%s\n' "$modules/faketime/libfaketime.so.1" >/etc/ld.so.preload
	fi
}

generation_now() {
	rolegate --json status | sed -nE 's/.*"generation": ?([0-9]+).*/\1/p' | head -n 1
}

without_clock() {
	local before
	nsswitch 'passwd: files' 'group: files'
	for user in dina past sue; do useradd -M "$user"; done
	dated_policy
	ends_with 0 'dated roles and a suspension: apply' rolegate apply
	((rc == 0)) || return 0
	answers 'clock right' <<-'END'
		dina vault allowed
		past door allowed
		sue door allowed
		otto door allowed
	END
	set_clock '1970-01-01 00:05:00'
	is 'the clock of new processes is in 1970' 1970 "$(date +%Y)"
	answers 'clock in 1970' <<-'END'
		dina vault denied outside-time
		dina door denied outside-time
		past door denied (outside-time|no-role|missing-permission)
		sue door denied suspended
		sue park denied suspended
		otto door allowed
		root door allowed
		nightly jobs allowed
	END
	before=$(generation_now)
	ends_with 0 'clock in 1970: apply without a change' rolegate apply
	is 'clock in 1970: it makes a generation' "$((before + 1))" "$(generation_now)"
	set_clock real
	answers 'clock right again' <<-'END'
		dina vault allowed
		past door allowed
		sue door allowed
	END
}

make_users
only_rolegate door vault lobby jobs park sshd
open_sshd
rm -rf "${state:?}"/*
never_answered
files_only
make_directory
nsswitch 'passwd: files sss' 'group: files sss'
with_sssd
directory_down
other_lines_with_sssd
with_nscd
if has_awkward_modules; then
	nsswitch 'passwd: files awkward' 'group: files awkward'
	with_module awkward 'files awkward'
	with_module_in_detail
	for name in plain ldap winbind; do
		nsswitch "passwd: files $name" "group: files $name"
		with_module "$name" "files $name"
	done
	two_modules
	sss_and_module
else
	skip 'the test module' 'libnss_awkward not found (run.sh --programs)'
fi
without_clock
show_rows
