# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# Who may apply (A1, A2, A5), and that a usable owner remains (A4): refusals end with 4 and change nothing.
before=$(policy_sum)

# refused WHAT WORDS COMMAND…
refused() {
	local what=$1 words=$2
	shift 2
	ends_with 4 "$what: refused, status 4" "$@"
	matches "$what: and says why" "$words" "$err$out"
	is "$what: the policy in force is the same" "$before" "$(policy_sum)"
}

add_assignment '{ user = "dave"; roles = [ "owner" ]; }'
refused 'bob (administrator) makes an owner' 'you are bob .*you lack: .*manage_user_passwords .owner.*gained by user dave \(A2\)' \
	with_login bob rolegate apply -m 'by bob'
refused 'carol (user) makes an owner' 'you are carol .*no permission to manage roles .*\(A1\)' with_login carol rolegate apply -m 'by carol'
run as bob rolegate apply -m 'by bob'
matches 'bob without privilege: refused, or cannot write' '^[45]$' "$rc"
is 'bob without privilege: the policy in force is the same' "$before" "$(policy_sum)"
ends_with 0 'alice (owner) makes an owner' with_login alice rolegate apply -m 'by alice'

rm /etc/rolegate/policy.d/50-test.conf
apply 'back'
before=$(policy_sum)

sed -i 's|user = "alice"; roles = \[ "owner" \];|& until = "2099-01-01";|' "$conf"
refused 'the only owner has an end date' 'no owner would be left: .*without .until.*\(A4\)' rolegate apply -m 'end date'
sed -i 's| until = "2099-01-01";||' "$conf"

usermod -L alice
set_key tell_user false
refused 'the only owner is locked' 'no usable owner .*alice is locked .*\(A4\)' rolegate apply -m 'locked'
rm -rf "${state:?}"/*
before=none
refused 'the only owner is locked, first apply' 'no usable owner .*alice is locked .*\(A4\)' rolegate apply -m 'locked, first'
usermod -U alice
chage -E 2020-01-01 alice
refused 'the only owner has expired, first apply' 'no usable owner .*alice is expired .*\(A4\)' rolegate apply -m 'expired, first'
chage -E -1 alice
# Whether the owner may log in is not known: as if they could not.
cp -p /etc/nsswitch.conf /tmp/nsswitch.conf
sed -i '/^shadow:/d' /etc/nsswitch.conf
echo 'shadow: files' >>/etc/nsswitch.conf
mv /etc/shadow /etc/shadow.aside
mkdir /etc/shadow
refused 'shadow cannot be read, first apply' 'no usable owner .*alice is somebody whom the system could not be asked about .*\(A4\)' \
	rolegate apply -m 'unknown, first'
rmdir /etc/shadow
mv /etc/shadow.aside /etc/shadow
mode=$(stat -c %a /etc/shadow)
chmod 0 /etc/shadow
refused 'a confined root may not read shadow' 'no usable owner .*alice is somebody whom .*\(A4\)' \
	setpriv --bounding-set=-dac_override,-dac_read_search rolegate apply -m 'confined, first'
chmod "$mode" /etc/shadow
mv /tmp/nsswitch.conf /etc/nsswitch.conf
ends_with 0 'a usable owner again: the first apply works' rolegate apply -m 'first again'
