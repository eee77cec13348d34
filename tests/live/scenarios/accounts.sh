# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# P3, P12, P13: assignments apply to the accounts and groups that were recorded at activation, not to later ones of the
# same name. A decision looks up only the groups that policy and user share.
# shellcheck source=../directory.sh
. /live/directory.sh

write_policy() {
	cat >"$conf" <<-END
		catalogs = [ "workspace", "host" ];
		assign = (
		  { user = "alice"; roles = [ "owner" ]; },
		  { user = "nick"; roles = [ "administrator" ]; },
		  { user = "nora"; roles = [ "administrator" ]; },
		  { user = "later"; roles = [ "administrator" ]; },
		  { group = "linux-admins"; roles = [ "administrator" ]; },
		  { group = "interns"; roles = [ "guest" ]; approved_by = "alice"; }
		  $(printf '%s' "${1:-}")
		);
		default_roles = [ "user" ];
		system_account_roles = [ "service" ];
		services = (
		  { name = "door"; require = [ "host.ssh" ]; },
		  { name = "vault"; require = [ "host.sudo" ]; },
		  { name = "park"; }
		  $(printf '%s' "${2:-}")
		);
		$(printf '%s' "${3:-}")
	END
}

# says WHAT NAME VERB…: the output of the command has a line about the recorded uid or gid of NAME.
says() {
	local what=$1 name=$2
	shift 2
	run rolegate "$@"
	matches "$what: rolegate $* names $name" "(^|[^a-z])$name([^a-z]|\$)" \
		"$(grep -E -- 'recorded|--accept' <<<"$out$err" || true)"
}

# --- accounts ---

recreated_users() {
	useradd -M -u 5201 nick
	useradd -M -u 5202 nora
	ends_with 0 'accounts: apply' rolegate apply
	answers 'accounts as recorded' <<-'END'
		nick vault allowed
		nora vault allowed
		later vault denied unknown-user
	END
	for user in nick nora; do userdel "$user"; done
	answers 'users deleted' <<-'END'
		nick vault denied unknown-user
		nora vault denied unknown-user
	END
	useradd -M -u 5203 nick
	useradd -M -u 5204 nora
	answers 'users created again, with other uids' <<-'END'
		nick vault denied (missing-permission|no-role)
		nora vault denied (missing-permission|no-role)
		nick park allowed
	END
	says 'nick, another uid' nick doctor
	says 'nick, another uid' nick status
	run rolegate explain nick vault
	is 'nick, another uid: explain agrees' 1 "$rc"
	write_policy ', { user = "tick"; roles = [ "user" ]; }'
	ends_with 0 'another apply' rolegate apply
	answers 'users created again, after another apply' <<-'END'
		nick vault denied (missing-permission|no-role)
	END
	ends_with 0 'apply --accept nick' rolegate apply --accept nick
	answers 'nick accepted' <<-'END'
		nick vault allowed
		nora vault denied (missing-permission|no-role)
	END
	ends_with 0 'rolegate assign nora administrator' rolegate assign nora administrator
	answers 'nora assigned again' <<-'END'
		nora vault allowed
	END
}

# An account that was absent counts by its name until an activation records its uid.
created_later() {
	useradd -M -u 5205 later
	answers 'created after the activation' <<-'END'
		later vault allowed
	END
	write_policy ', { user = "tock"; roles = [ "user" ]; }'
	ends_with 0 'the uid is recorded: apply' rolegate apply
	usermod -u 5206 later
	answers 'another uid since' <<-'END'
		later vault denied (missing-permission|no-role)
	END
}

# --- groups ---

make_groups() {
	groupadd -g 990 linux-admins
	groupadd -g 991 interns
	useradd -M -u 5301 -G linux-admins realadmin
	useradd -M -u 5302 -G interns rita
}

same_group_name() {
	install_module awkward
	module_file awkward users mallory:5401:100 rosa:5402:100
	module_file awkward groups linux-admins:7000:mallory,realadmin interns:7001:rosa
	nsswitch 'passwd: files awkward' 'group: files awkward'
	write_policy ', { user = "tack"; roles = [ "user" ]; }'
	ends_with 0 'a directory with groups of the same names: apply' rolegate apply
	# rosa's group has another gid than the group in the policy.
	answers 'a group of the same name, another gid' <<-'END'
		realadmin vault allowed
		mallory vault denied (missing-permission|no-role)
		rita door denied missing-permission
		rosa door allowed
	END
}

# groupmod(8) refuses names that the directory has.
edit_groups() {
	sed -i "$1" /etc/group
}

changed_groups() {
	edit_groups 's/^linux-admins:/old-admins:/; s/^interns:/old-interns:/'
	answers 'groups renamed' <<-'END'
		realadmin vault denied (missing-permission|no-role)
		rita door denied system-error.*
	END
	edit_groups 's/^old-admins:/linux-admins:/; s/^old-interns:/interns:/'
	answers 'groups with their names again' <<-'END'
		realadmin vault allowed
		rita door denied missing-permission
	END
	edit_groups 's/^linux-admins:x:990:/linux-admins:x:995:/'
	answers 'linux-admins created again, another gid' <<-'END'
		realadmin vault denied (missing-permission|no-role)
	END
	says 'linux-admins, another gid' linux-admins doctor
	says 'linux-admins, another gid' linux-admins status
	ends_with 0 'apply --accept linux-admins' rolegate apply --accept linux-admins
	answers 'linux-admins accepted' <<-'END'
		realadmin vault allowed
	END
}

# --- look-ups ---

# groups_of COUNT [USER]: dave, or USER, is in COUNT groups. The policy names g1 and g2, which only dave is in.
groups_of() {
	local count=$1 user=${2:-dave} i
	for ((i = 1; i <= count; i++)); do
		if ((i > 2)) || [[ $user == dave ]]; then printf 'g%d:%d:%s\n' "$i" "$((20000 + i))" "$user"; fi
	done >/etc/awkward/awkward/groups
}

few() {
	(($1 <= 4)) && printf 'yes' || printf '%d' "$1"
}

few_lookups() {
	local n began ms few_of_them
	module_file awkward users dave:5502:100 dora:5503:100
	groups_of 4
	write_policy ', { group = "g1"; roles = [ "user" ]; }, { group = "g2"; roles = [ "administrator" ]; },
		{ group = "g3-not"; roles = [ "administrator" ]; }'
	userdel dave
	ends_with 0 'groups of a directory: apply' rolegate apply
	for n in 4 40 400; do
		groups_of "$n"
		log_module awkward
		answers "$n groups" <<-'END'
			dave vault allowed
		END
		# The user, the list of gids, and the names of two groups.
		is "$n groups: at most 2 + 2 look-ups" yes \
			"$(few "$(count_calls awkward)")"
	done
	# dora has the default roles, so each source is asked by itself, too.
	for n in 4 400; do
		groups_of "$n" dora
		log_module awkward
		answers "default roles, $n groups" <<-'END'
			dora door allowed
		END
		((n == 4)) && few_of_them=$(count_calls awkward)
	done
	is 'default roles, 400 groups: as many look-ups as with 4' "$few_of_them" "$(count_calls awkward)"
	reset_module awkward
	groups_of 400
	module_file awkward slow 20
	began=${EPOCHREALTIME/.}
	pamtester vault dave acct_mgmt >/dev/null 2>&1 || true
	ms=$(((${EPOCHREALTIME/.} - began) / 1000))
	is '400 groups, 20 ms a look-up: less than 0.5 s' yes "$( ((ms < 500)) && echo yes || echo "$ms ms")"
	reset_module awkward
}

# uids of 65534 and systemd's dynamic users are those of system accounts only if a local name source has them.
system_accounts() {
	module_file awkward users mallory:5401:100 dyn-far:61300:100 last-far:65534:100 low-far:600:100
	sed -i '/^nobody:/d' /etc/passwd
	useradd -M -u 61200 dyn-here 2>/dev/null
	useradd -M -K UID_MIN=600 -u 601 low-here
	answers 'uids of system accounts' <<-'END'
		dyn-here door denied (missing-permission|no-role)
		low-here door denied (missing-permission|no-role)
		low-far door denied (missing-permission|no-role)
		dyn-far door allowed
		last-far door allowed
	END
	printf 'nobody:x:65534:65534::/:/usr/sbin/nologin\n' >>/etc/passwd
	answers 'uid 65534 in /etc/passwd' <<-'END'
		nobody door denied (missing-permission|no-role)
	END
}

# A line `initgroups: files` hides directory groups.
hidden_source() {
	local finding
	module_file awkward groups interns:991:mia g2:20002:
	module_file awkward users mia:5601:100
	nsswitch 'passwd: files awkward' 'group: files awkward' 'initgroups: files'
	run rolegate --json doctor
	finding=$(tr -d '\n' <<<"$out" | grep -oE '\{[^{}]*nss-initgroups[^{}]*\}' || true)
	matches 'initgroups: files: doctor reports it' 'nss-initgroups' "$finding"
	matches 'initgroups: files: with severity medium or high' '"severity": ?"(medium|high)"' "$finding"
	nsswitch 'passwd: files awkward' 'group: files awkward'
}

# --- suspended accounts and virtual users ---

suspended_accounts() {
	useradd -M -u 5701 sue
	useradd -M -u 5702 sid
	groupadd rg-owners
	write_policy ', { user = "sue"; roles = [ "owner" ]; }' '' \
		'role_groups = ( { role = "owner"; group = "rg-owners"; members = true; } );
		suspended = ( { user = "sue"; why = "lost laptop"; },
			{ user = "sid"; why = "left"; until = "2037-01-15"; } );'
	ends_with 0 'suspended accounts: apply' rolegate apply
	((rc == 0)) || return 0
	answers 'suspended' <<-'END'
		sue vault denied suspended
		sue door denied suspended
		sue park denied suspended
		sid park denied suspended
	END
	suspended_can_do_nothing
	echo 'mode = "permissive";' >>"$conf"
	ends_with 0 'permissive: apply' rolegate apply
	answers 'suspended, permissive mode' <<-'END'
		sue door denied suspended
		rita door allowed
		ghost door allowed
	END
	sed -i '/^mode = /d' "$conf"
	ends_with 0 'enforcing again: apply' rolegate apply
	usermod -l susan sue
	answers 'suspended, renamed' <<-'END'
		susan park denied suspended
	END
	userdel susan
	useradd -M -u 5703 -g users sue
	answers 'suspended, created again with another uid' <<-'END'
		sue park denied suspended
	END
	open_sshd
	by_ssh sid 'suspended' 'denied suspended'
}

# A suspended owner has no groups, may not change the own password, and may not change the policy.
suspended_can_do_nothing() {
	local before gid
	nsswitch 'passwd: files' 'group: files rolegate'
	gid=$(getent group rg-owners | cut -d : -f 3)
	run getent initgroups alice
	is 'alice, an owner, has the group of the role' "$gid" "$(grep -ow "$gid" <<<"$out" || true)"
	run getent initgroups sue
	is 'sue, suspended, has no group of the role' '' "$(grep -ow "$gid" <<<"$out" || true)"
	run getent group rg-owners
	is 'nor is she listed' '' "$(grep -o sue <<<"$out" || true)"
	nsswitch 'passwd: files awkward' 'group: files awkward'
	ends_with 4 'sue, suspended: rolegate assign is refused' with_login sue rolegate assign zed user
	gate passwd
	printf 'sue:%s\n' "$password" | chpasswd -c SHA512 -s 1000
	before=$(hash_of sue)
	log_mark
	run in_session sue expect -f /live/renew.exp "$password" "$new_password" passwd
	is 'sue, suspended: passwd changes nothing' "$before" "$(hash_of sue)"
	a_line_has 'sue, suspended: passwd: the log has the reason' "$(rolegate_lines)" 'reason=suspended' 'target=sue'
}

virtual_users() {
	write_policy ', { virtual = "webmaster"; roles = [ "user" ]; }, { virtual = "rita"; roles = [ "administrator" ]; }' \
		', { name = "ftp"; require = [ "host.ftp" ]; accounts = "any"; },
		{ name = "ftp-admin"; require = [ "host.sudo" ]; accounts = "any"; }'
	ends_with 0 'virtual users: apply' rolegate apply
	((rc == 0)) || return 0
	answers 'virtual users' <<-'END'
		webmaster ftp allowed
		ghost ftp denied (no-role|unknown-user)
		webmaster door denied unknown-user
		rita ftp-admin denied missing-permission
		rita ftp denied missing-permission
		alice ftp-admin allowed
	END
	fail_module awkward 'UNAVAIL 111' passwd group initgroups
	answers 'virtual users, a source UNAVAIL 111' <<-'END'
		webmaster ftp denied system-error awkward
		ghost ftp denied system-error awkward
		alice ftp allowed
	END
	reset_module awkward
}

only_rolegate door vault park sshd ftp ftp-admin
make_groups
write_policy
recreated_users
created_later
if has_awkward_modules; then
	same_group_name
	changed_groups
	few_lookups
	system_accounts
	hidden_source
else
	skip 'the test module' 'libnss_awkward not found (run.sh --programs)'
fi
suspended_accounts
virtual_users
show_rows
