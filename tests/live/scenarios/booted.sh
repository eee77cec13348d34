# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# A booted systemd with the line in common-account: logind, user managers and polkit work as they did.
# boot: systemd
wire common-account
start_sshd

ssh_lets_in carol
run ssh_as carol systemctl --user is-system-running --wait
is "carol's user manager runs" '0 running' "$rc $out"
run ssh_as carol loginctl show-user carol --property State --value
is 'logind knows her session' '0 active' "$rc $out"

ssh_refuses dave 'no-role'
run loginctl show-user dave
matches 'dave: no session, no user manager' 'not logged in|No user' "$err"
ends_with 0 "systemd-user requires nothing: even dave's manager starts when asked for" \
	systemctl start "user@$(id -u dave).service"

ends_with 0 'bob: sudo works' as_on_tty bob "$password" sudo id
ends_with 1 'carol: sudo is refused' as_on_tty carol "$password" sudo id

# Everybody is an administrator to polkit: what is asked is whether they can prove who they are.
cat >/etc/polkit-1/rules.d/10-live.rules <<-'END'
	polkit.addAdminRule(function(action, subject) { return ["unix-user:" + subject.user]; });
END
# Without an agent pkexec would start one of its own: the descriptor is closed once this one is registered.
by_polkit='cat < <(exec pkttyagent --process $$ --notify-fd 1); pkexec id -un; exit $?'
for user in carol dave; do
	run as_on_tty "$user" "$password" bash -c "$by_polkit"
	is "polkit-1: $user authenticates with pkexec" '0 root' "$rc $(tail -n 1 <<<"$out" | sed 's/\x1b\[[0-9;]*m//g')"
done

# --- roles as groups: polkit asks NSS, and sees them ---
install -d -m 755 /etc/rolegate/policy.d
groupadd rg-units
echo 'role_groups = ( { role = "administrator"; group = "rg-units"; } );' >/etc/rolegate/policy.d/60-groups.conf
sed -i 's/^group:.*/group: files [SUCCESS=merge] rolegate/' /etc/nsswitch.conf
apply 'roles as groups'
cat >/etc/polkit-1/rules.d/05-live.rules <<-'END'
	polkit.addRule(function(action, subject) {
		if (action.id == "org.freedesktop.systemd1.manage-units")
			return subject.isInGroup("rg-units") ? "yes" : "no";
	});
END
systemctl restart polkit
# units STATUS WHAT USER: whether polkit lets somebody handle units.
units() {
	ends_with "$1" "polkit's isInGroup: $2" \
		as "$3" bash -c 'pkcheck --action-id org.freedesktop.systemd1.manage-units --process $$'
}
units 0 'bob by his role' bob
units 1 'carol has another' carol
ends_with 0 'carol gains the role' rolegate assign carol administrator
units 0 'carol by hers' carol
ends_with 0 'carol loses the role' rolegate unassign carol administrator
units 1 'it is gone at once' carol
