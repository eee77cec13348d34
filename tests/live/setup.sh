# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes the machine that all scenarios start from: the staged tree, the people, the first policy.

install_stage() {
	# --keep-directory-symlink: /lib and /sbin may be symbolic links here and folders there.
	tar -C /stage --owner 0 --group 0 -cf - . | tar -C / --keep-directory-symlink --no-overwrite-dir -xf -
	ldconfig
}

# carol is in sudoers and everybody knows root's password: only rolegate stands in the way.
make_people() {
	local user
	groupadd staff-it
	for user in alice bob carol dave erin frank gina; do useradd -m -s /bin/bash "$user"; done
	usermod -aG staff-it frank
	useradd -r -m -d /var/lib/nightly -s /bin/sh nightly
	for user in root alice bob carol dave erin frank gina; do printf '%s:%s\n' "$user" "$password"; done |
		chpasswd -c SHA512 -s 1000
	cat >/etc/sudoers.d/live <<-'END'
		alice ALL = (ALL) NOPASSWD: ALL
		bob, dave ALL = (ALL) ALL
		carol ALL = (ALL) NOPASSWD: ALL
	END
	chmod 440 /etc/sudoers.d/live
}

make_keys() {
	local home
	ssh-keygen -q -t ed25519 -N '' -f "$key"
	for home in /root /home/*; do
		install -d -m 700 "$home/.ssh"
		cp "$key.pub" "$home/.ssh/authorized_keys"
		printf 'localhost %s\n' "$(</etc/ssh/ssh_host_ed25519_key.pub)" >"$home/.ssh/known_hosts"
		chown -R --reference="$home" "$home/.ssh"
	done
}

# Each line is there for a scenario; what is not said is the distribution's.
configure_sshd() {
	cat >/etc/ssh/sshd_config.d/live.conf <<-'END'
		ListenAddress 127.0.0.1
		PermitRootLogin prohibit-password
		KbdInteractiveAuthentication yes
		PrintLastLog no
	END
	# From OpenSSH 9.8 on, refused clients are kept waiting.
	if /usr/sbin/sshd -t -o PerSourcePenalties=no 2>/dev/null; then
		printf 'PerSourcePenalties no\n' >>/etc/ssh/sshd_config.d/live.conf
	fi
}

# What libpam-sss and its like add to the common files is for the scenarios that ask for it: they find it in /root.
configure_pam() {
	local profile
	mkdir /root/pam-configs
	for profile in /usr/share/pam-configs/{sss,pwquality}; do
		[[ ! -e $profile ]] || mv "$profile" /root/pam-configs/
	done
	DEBIAN_FRONTEND=noninteractive pam-auth-update --package
}

# libnss-sss adds its source to each line; only the scenarios that start sssd have it.
configure_nss() {
	sed -i -E 's/[[:space:]]+sss\b//' /etc/nsswitch.conf
}

configure_host() {
	printf '127.0.0.1 localhost live\n' >/etc/hosts
	: >/etc/motd
	rm -f /etc/update-motd.d/*
	configure_sshd
}

write_policy() {
	install -d -m 755 /etc/rolegate
	rm -rf /etc/rolegate/policy.d
	cat >"$conf" <<-'END'
		catalogs = [ "workspace", "host" ];
		assign = (
		  { user = "alice"; roles = [ "owner" ]; },
		  { user = "bob"; roles = [ "administrator" ]; },
		  { user = "carol"; roles = [ "user" ]; },
		  { user = "erin"; roles = [ "guest" ]; },
		  { group = "staff-it"; roles = [ "user" ]; },
		  { user = "gina"; roles = [ "user" ]; until = "2020-01-01"; }
		);
		services = ( { name = "guestbook"; require = [ "profile" ]; } );
		default_roles = [ ];
		system_account_roles = [ "service" ];
		root_is_owner = true;
		other_services = "deny";
		mode = "enforcing";
		tell_user = true;
	END
}

first_apply() {
	ends_with 0 'rolegate check: the policy is right' rolegate check
	apply 'the first policy'
	is 'the compiled policy is root'\''s and nobody else writes it' 'root:root' \
		"$(find "$state/policy.cdb" ! -perm /022 -printf '%u:%g')"
}

install_stage
make_people
make_keys
configure_pam
configure_nss
configure_host
write_policy
if command -v rolegate >/dev/null; then
	first_apply
else
	fail 'the staged tree has the command' 'rolegate in PATH' 'none'
fi
