#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Has Debian's pam-auth-update write a root's common-* files with our profile, and doctor judge them.
set -eu
src=${srcdir:-.}
if ! grep -qs -- --root /usr/sbin/pam-auth-update || ! [ -e /usr/share/pam-configs/unix ]; then
	echo 'pam-profile: no pam-auth-update that knows --root here'
	exit 77
fi
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/etc/pam.d" "$root/usr/share/pam-configs" "$root/usr/lib/security" "$root/var/lib/pam"
cp /usr/share/pam-configs/unix "$src/conf/pam-configs/rolegate" "$root/usr/share/pam-configs/"
: >"$root/usr/lib/security/pam_rolegate.so"
printf 'account required pam_nologin.so\n@include common-account\nsession required pam_loginuid.so\n' \
	>"$root/etc/pam.d/sshd"
printf '@include common-password\n' >"$root/etc/pam.d/passwd"

# Its questions and answers: not the machine's.
cat >"$root/debconf.conf" <<CONF
Config: answers
Templates: questions

Name: answers
Driver: File
Filename: $root/answers.dat

Name: questions
Driver: File
Filename: $root/questions.dat
CONF
DEBCONF_SYSTEMRC=$root/debconf.conf
DEBIAN_FRONTEND=noninteractive
export DEBCONF_SYSTEMRC DEBIAN_FRONTEND

update() {
	/usr/sbin/pam-auth-update --root "$root" --package "$@" >"$root/log" 2>&1 || {
		cat "$root/log"
		exit 1
	}
}

# expect WHAT SERVICE ACCOUNT EXPIRED PASSWORD: a row of doctor's table.
expect() {
	row=$(./rolegate --root "$root" doctor | awk -v name="$2" '$1 == name { print $2, $3, $4; exit }')
	if [ "$row" != "$3 $4 $5" ]; then
		echo "pam-profile: $1: $2 is \"$row\", not \"$3 $4 $5\""
		cat "$root"/etc/pam.d/common-account "$root"/etc/pam.d/common-password
		exit 1
	fi
}

update --force
expect 'without the profile' sshd no-rolegate no-rolegate closed
update --enable rolegate
expect 'D4 beside pam_unix' sshd final final closed
expect 'G1 beside pam_unix' passwd closed closed final
# Behind another module of the Primary block pam_unix does not prompt, and nobody could change a password.
if grep -q '^password.*pam_unix.so.*use_authtok' "$root/etc/pam.d/common-password"; then
	echo 'pam-profile: pam_unix waits for a password that nobody has asked for'
	exit 1
fi

# As a directory's packages do it.
cat >"$root/usr/share/pam-configs/directory" <<'PROFILE'
Name: Directory
Default: yes
Priority: 128
Account-Type: Additional
Account:
	sufficient	pam_localuser.so
	[default=bad success=ok user_unknown=ignore]	pam_sss.so
Password-Type: Primary
Password:
	sufficient	pam_sss.so use_authtok
Password-Initial:
	sufficient	pam_sss.so
PROFILE
update --enable directory
expect 'D4 beside a directory' sshd final final closed
expect 'G1 beside a directory whose module ends the stack' passwd closed closed not-final
sed -i '1i password requisite pam_rolegate.so' "$root/etc/pam.d/common-password"
expect 'G1 with the line above the block' passwd closed closed final
update
expect 'G1 which pam-auth-update leaves alone' passwd closed closed final
echo 'pam-profile: a denial is final'
