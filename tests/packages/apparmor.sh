#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In a machine with Debian's AppArmor profiles: those of programs that ask PAM let the modules read what they read.
#
# usage: apparmor.sh OUT
# Profiles are compiled, and not loaded: the kernel is the host's.
set -euo pipefail

dpkg-deb -x "/work/$1"/libpam-rolegate_*.deb /tmp/tree
! compgen -G "/work/$1/libnss-rolegate_*.deb" >/dev/null || dpkg-deb -x "/work/$1"/libnss-rolegate_*.deb /tmp/tree
cp -r /tmp/tree/etc/apparmor.d/. /etc/apparmor.d/
extra=/usr/share/apparmor/extra-profiles
failed=0
for profile in /etc/apparmor.d/usr.sbin.cupsd "$extra/usr.sbin.sshd" "$extra/usr.lib.dovecot.auth" \
	"$extra/usr.sbin.vsftpd" "$extra/usr.bin.passwd" /etc/apparmor.d/usr.sbin.nscd; do
	[[ -e $profile ]] || profile=${profile/"$extra"//etc/apparmor.d}
	if ! apparmor_parser -QKS -I /etc/apparmor.d "$profile" >/dev/null; then
		printf 'FAIL %s does not compile with our rules\n' "$profile"
		failed=1
		continue
	fi
	apparmor_parser -QKp -I /etc/apparmor.d "$profile" >/tmp/preprocessed
	if ! grep -q '^ *"\?/var/lib/rolegate/policy\.cdb"\? r,' /tmp/preprocessed; then
		printf 'FAIL %s does not let the module read the policy\n' "$profile"
		failed=1
	else
		printf 'ok   %s\n' "$profile"
	fi
done
exit "$failed"
