# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# Tables of who changes what, and whether that is theirs to change; sourced by the scenarios called rules-….
#
# More people: nora is an owner by command; trent manages roles and holds little else; ada and, by a group, tess are
# administrators until a day; rosa's account has expired. The role desk is what trent holds; clerk, approver and seller
# exclude each other.

base=/etc/rolegate/policy.d/10-base.conf
extra=/etc/rolegate/policy.d/50-test.conf
managed=/etc/rolegate/policy.d/90-managed.conf

write_base() {
	local day=$1
	cat >"$base" <<-END
		plan = { name = "some"; includes = [ "area:Basic", "area:CRM and Sales", "area:Users and Structure",
		  "area:Administrator only", "area:Owner only", "host.*" ]; };
		roles = (
		  { name = "desk"; permissions = [ "roles", "host.ssh" ]; privileges = "app.desk"; },
		  { name = "seller"; permissions = [ "insight" ]; privileges = "app.crm"; },
		  { name = "sealed"; permissions = [ "host.ssh" ]; needs_approval = true; },
		  { name = "deputy"; based_on = [ "owner" ]; },
		  { name = "clerk"; privileges = "pay.write"; },
		  { name = "approver"; privileges = "pay.approve"; },
		  { name = "boss"; based_on = [ "approver" ]; }
		);
		assign = (
		  { user = "trent"; roles = [ "desk" ]; },
		  { user = "ada"; roles = [ "administrator" ]; until = "$day"; },
		  { group = "temps"; roles = [ "administrator" ]; until = "$day"; },
		  { user = "dina"; roles = [ "deputy" ]; },
		  { user = "theo"; roles = [ "sealed" ]; },
		  { user = "cleo"; roles = [ "clerk" ]; },
		  { group = "payroll"; roles = [ "approver" ]; }
		);
		services = (
		  { name = "till"; require = [ "app.crm" ]; },
		  { name = "door-*"; require = [ "host.ssh" ]; }
		);
		conflicts = ( { name = "four eyes"; roles = [ "clerk", "approver", "seller" ]; at_most = 1; } );
	END
}

# Everything as it was before a row.
go_back() {
	rm -f "$extra" "$managed"
	cp /root/rolegate.conf "$conf"
	cp /root/10-base.conf "$base"
	cp /root/90-managed.conf "$managed"
	# By root, or by an owner where root is none.
	run rolegate apply -m 'back to the base'
	((rc == 0)) || run with_login alice rolegate apply -m 'back to the base'
	((rc == 0)) || fail 'back to the base' 'status 0' "status $rc: $out $err"
}

set_up() {
	local user group
	for group in payroll club temps; do groupadd "$group"; done
	for user in nora trent ada tess dina theo cleo otis rosa; do useradd -M "$user"; done
	chage -E 2020-01-01 rosa
	for user in nora dina; do printf '%s:%s\n' "$user" "$password" | chpasswd -c SHA512 -s 1000; done
	usermod -aG payroll otis
	usermod -aG club ada
	usermod -aG temps tess
	mkdir -p /etc/rolegate/policy.d
	write_base "$(date -d '+30 days' +%Y-%m-%d)"
	apply 'the base'
	ends_with 0 'nora is an owner, by command' rolegate assign nora owner
	ends_with 0 'gwen, whom nobody knows, is a user, by command' rolegate assign gwen user
	cp "$conf" "$base" "$managed" /root/
}

generation() {
	rolegate --json status | sed -nE 's/.*"generation": ?([0-9]+).*/\1/p' | head -n 1
}

# --- how something is changed; each is given one line of a table ---

by_command() {
	local line
	read -ra line <<<"$1"
	rolegate "${line[@]}"
}

# One more file, and apply.
by_file() {
	printf '%s;\n' "$1" >"$extra"
	rolegate apply -m 'by hand'
}

# The same file in an editor, as visudo does it.
by_edit() {
	printf '%s;\n' "$1" >/run/wanted
	EDITOR='cp /run/wanted' rolegate edit 50-test.conf
}

# A setting, wherever it stands.
by_key() {
	local key=${1%% = *}
	sed -i "/^$key = /d" "$conf" "$base"
	printf '%s;\n' "$1" >>"$conf"
	rolegate apply -m 'a setting'
}

# sed(1) on the files that people write.
by_sed() {
	sed -i -E "$1" "$conf" "$base"
	rolegate apply -m 'a line'
}

# --- one row ---

# Who did it is who logged in, as the kernel has it; root is somebody of whom it knows no login.
change_as() {
	local who=$1 how=$2 change=$3 uid
	uid=$(id -u "$who")
	# A builtin, so that /proc/self is this subshell.
	(
		[[ $who == root ]] || printf '%s' "$uid" >/proc/self/loginuid || exit 99
		"by_$how" "$change"
	)
}

row() {
	local what=$1 who=$2 how=$3 change=$4 status=$5 words=$6 before after
	before="$(generation) $(policy_sum) $(sha256sum <"$managed")"
	ends_with "$status" "$what ($who, $how)" change_as "$who" "$how" "$change"
	[[ -z $words ]] || matches "$what ($who, $how): says so" "$words" "$out$err"
	after="$(generation) $(policy_sum) $(sha256sum <"$managed")"
	if ((status == 0)); then
		[[ $words == *'Nothing to change'* || ${before%% *} != "${after%% *}" ]] ||
			fail "$what ($who, $how): a new generation" 'another' "the same: $out"
	else
		is "$what ($who, $how): changes nothing" "$before" "$after"
	fi
	[[ $before == "$after" && ! -e $extra && $how != key && $how != sed ]] || go_back
}

trim() {
	local text=$1
	text=${text#"${text%%[![:space:]]*}"}
	printf '%s' "${text%"${text##*[![:space:]]}"}"
}

# WHAT | WHO | HOW | CHANGE | STATUS | WORDS, a line each, from standard input.
rows() {
	local what who how change status words
	while IFS='|' read -r what who how change status words <&3; do
		[[ -n $(trim "$what") ]] || continue
		row "$(trim "$what")" "$(trim "$who")" "$(trim "$how")" "$(trim "$change")" "$(trim "$status")" \
			"$(trim "$words")"
	done 3<&0
}

set_up
