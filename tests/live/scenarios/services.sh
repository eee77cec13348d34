# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# Real servers: dovecot, vsftpd, nginx and postgresql, wired by pam-auth-update; some ask without privileges.
enable_profile rolegate
# pam_unix knows nothing of others where it runs without privileges: there only rolegate decides.
unprivileged() {
	printf '%s\n' 'auth required pam_permit.so' 'account requisite pam_rolegate.so' 'account required pam_permit.so' \
		>"/etc/pam.d/$1"
}

start_dovecot() {
	cat >/etc/dovecot/local.conf <<-'END'
		ssl = no
		protocols = imap
		listen = 127.0.0.1
		log_path = /var/log/dovecot.log
	END
	# Since 2.4 settings have other names.
	if [[ $(dovecot --version) == 2.3.* ]]; then
		printf '%s\n' 'disable_plaintext_auth = no' 'mail_location = mbox:~/mail:INBOX=~/inbox'
	else
		printf '%s\n' 'auth_allow_cleartext = yes' 'mail_driver = mbox' 'mail_path = ~/mail' 'mail_inbox_path = ~/inbox'
	fi >>/etc/dovecot/local.conf
	dovecot
	listens 143
}

start_vsftpd() {
	cat >/etc/vsftpd.conf <<-'END'
		listen=YES
		listen_address=127.0.0.1
		local_enable=YES
		pam_service_name=vsftpd
		seccomp_sandbox=NO
		secure_chroot_dir=/run/vsftpd/empty
	END
	mkdir -p /run/vsftpd/empty
	vsftpd /etc/vsftpd.conf 2>/var/log/vsftpd.err &
	listens 21
}

# The workers run as www-data, who cannot read shadow.
start_nginx() {
	unprivileged nginx
	rm -f /etc/nginx/sites-enabled/*
	printf 'well\n' >/var/www/html/index.html
	cat >/etc/nginx/conf.d/live.conf <<-'END'
		server {
			listen 127.0.0.1:8080;
			root /var/www/html;
			auth_pam "live";
			auth_pam_service_name "nginx";
		}
	END
	nginx
	listens 8080
}

# The server runs as postgres.
start_postgresql() {
	local bin data=/var/lib/postgresql/live user
	bin=$(echo /usr/lib/postgresql/*/bin)
	unprivileged postgresql
	mkdir -p /run/postgresql
	chown postgres: /run/postgresql
	runuser -u postgres -- "$bin/initdb" --no-sync -A trust -D "$data" >/dev/null
	for user in alice carol dave erin; do printf 'CREATE ROLE %s LOGIN;\n' "$user"; done |
		runuser -u postgres -- "$bin/postgres" --single -D "$data" postgres >/dev/null 2>&1
	printf 'host all all 127.0.0.1/32 pam pamservice=postgresql\n' >"$data/pg_hba.conf"
	runuser -u postgres -- "$bin/pg_ctl" -s -w -D "$data" -o '-c listen_addresses=127.0.0.1' \
		-l /var/lib/postgresql/log start
}

# shellcheck disable=SC2317 # called by wait_for
is_open() {
	(: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

listens() {
	is "something listens on port $1" 'yes' "$(wait_for is_open "$1" && printf 'yes')"
}

in_or_out() {
	if "$@" >/tmp/out 2>/tmp/err </dev/null; then printf 'let in'; else printf 'refused'; fi
}

by_imap() {
	in_or_out curl -sS --max-time 10 "imap://127.0.0.1/" -u "$1:$password"
}

by_ftp() {
	in_or_out curl -sS --max-time 10 "ftp://127.0.0.1/" -u "$1:$password"
}

by_web() {
	in_or_out curl -sSf --max-time 10 http://127.0.0.1:8080/ -u "$1:$password"
}

by_sql() {
	PGPASSWORD=$password in_or_out psql -h 127.0.0.1 -U "$1" -d postgres -c 'SELECT 1'
}

ask() {
	local program=$1 service=$2 by=$3 user
	for user in alice carol; do row "$user" "$program" 'let in' "$("$by" "$user")"; done
	for user in dave erin; do
		log_mark
		row "$user" "$program" 'refused' "$("$by" "$user")"
		logs_denial "$program, $user" "$user" "$service" 'no-role|pending-approval|missing-permission'
	done
}

start_dovecot
start_vsftpd
start_nginx
start_postgresql
ask 'dovecot (imap)' dovecot by_imap
ask 'vsftpd' vsftpd by_ftp
ask 'nginx (as www-data)' nginx by_web
ask 'postgresql (as postgres)' postgresql by_sql

# A policy that only root can read refuses everybody where PAM is asked without privileges, and doctor says so.
chmod 600 "$state/policy.cdb"
row alice 'nginx, policy of mode 0600' 'refused' "$(by_web alice)"
row alice 'vsftpd (as root), the same' 'let in' "$(by_ftp alice)"
run rolegate doctor
matches 'doctor names it' 'policy-unreadable' "$out"
show_rows
