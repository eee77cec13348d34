# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# doctor on a real host: what it says is what really happens.

# doctor as JSON; findings by severity and id: `high denial-not-final`. Of what did not answer nothing can be lacking.
examine() {
	run rolegate --json doctor
	is 'doctor answers: status 0 or 1, and whether all is well' 'yes' \
		"$( ((rc <= 1)) && grep -Eq '"ok": (true|false)' <<<"$out" && printf 'yes')"
	findings=$(awk -F'"' '/"severity":/ { severity = $4 } /"id":/ { print severity, $4 }' <<<"$out" | sort -u)
}

has() {
	matches "$1" "^$2\$" "$findings"
}

lacks() {
	is "$1" '' "$(grep -E "^$2\$" <<<"$findings" || true)"
}

examine
has 'before it is wired: nobody asks rolegate' 'high service-unguarded'
has 'before it is wired: nor the gate' 'medium gate-unguarded'

before=$(find /etc /var/lib/rolegate -xdev -printf '%p %m %s %T@ %C@\n' | sort | sha256sum)
examine
is 'it changes nothing' "$before" "$(find /etc /var/lib/rolegate -xdev -printf '%p %m %s %T@ %C@\n' | sort | sha256sum)"

enable_profile rolegate
start_sshd
examine
lacks 'wired by pam-auth-update: nothing is high' 'high .*'
lacks 'wired by pam-auth-update: the gate is there' '.* gate-unguarded'
has 'programs that go round the gate' 'note gate-ways-round'
has 'sudoers gives everything to people who are no owners' 'medium sudo-gives-everything'
is 'findings: status 1' 1 "$rc"
for program in usermod useradd userdel chage vipw gpasswd passwd chpasswd newusers runuser systemd-run pkexec accounts-daemon; do
	matches "a way round is listed: $program" "(\"text\": \"|, |/)$program(,|:)" "$(grep '"text":' <<<"$out")"
done
ends_with 0 'simulate: carol is let in by sshd' rolegate doctor --simulate carol sshd
ssh_lets_in carol
ends_with 1 'simulate: dave is refused by sshd' rolegate doctor --simulate dave sshd
ssh_refuses dave
run rolegate doctor --simulate carol sudo
matches 'simulate: carol, sudo: denied, what is missing' 'denies .missing-permission.' "$out"

# What libpam denies besides rolegate: real su, asked for root, and the simulation say the same.
su_and_simulation() {
	if su carol -s /bin/true >/dev/null 2>&1; then really=0; else really=1; fi
	is "$2: su" "$1" "$really"
	ends_with "$1" "$2: simulate" rolegate doctor --simulate root su
	matches "$2: it names the line" "${3:-.}" "$out"
}
cp /etc/pam.d/su /root/su.pam
su_and_simulation 0 'su as it is'
printf 'account required pam_none.so\n' >>/etc/pam.d/su
su_and_simulation 1 'a module that is missing' "denied: /etc/pam.d/su:$(wc -l </etc/pam.d/su): module .pam_none.so.: not found"
examine
has 'a module that is missing is found' 'medium module-missing'
sed 's/pam_none.so/pam_permit/' -i /etc/pam.d/su
su_and_simulation 1 'a module without .so' 'write pam_permit.so in /etc/pam.d/su'
sed 's/pam_permit/pam_permit.so/' -i /etc/pam.d/su
su_and_simulation 0 'the module itself'
sed -i 's/$/\r/' /etc/pam.d/su
su_and_simulation 1 'CR LF' "fix: sed -i 's/.r.//' /etc/pam.d/su"
examine
matches 'CR LF is found' 'takes the CR' "$out"
sed -i 's/\r$//' /etc/pam.d/su
su_and_simulation 0 'the fix: CR LF'
cp /root/su.pam /etc/pam.d/su

# A source of groups that initgroups hides.
cp /etc/nsswitch.conf /root/nsswitch
printf 'initgroups: files\n' >>/etc/nsswitch.conf
sed -i 's/^group:.*/group: files systemd/' /etc/nsswitch.conf
examine
has 'a source of groups that is hidden' 'high nss-initgroups'
cp /root/nsswitch /etc/nsswitch.conf

# As libpam-sss does it, besides.
enable_profile sss
matches 'libpam-sss is wired' 'sufficient.*pam_localuser' "$(cat /etc/pam.d/common-account)"
examine
lacks 'beside pam_sss: a denial is final' 'high denial.*'
ssh_refuses dave 'no-role' 'beside pam_sss, dave'
has 'beside pam_sss: the password gate stands behind a sufficient line' 'high gate-not-final'
gate common-password
enable_profile rolegate
examine
lacks 'the line above the block, which pam-auth-update leaves alone' '.* gate-(not-final|unguarded)'

# The line where pam_localuser ends the stack before it.
sed -i '/pam_rolegate/d' /etc/pam.d/common-account
printf 'account required pam_rolegate.so\n' >>/etc/pam.d/common-account
examine
has 'behind pam_localuser: it is named' 'high denial-not-final'
matches 'behind pam_localuser: and why' 'when pam_localuser.so returns success, the stack ends there' "$out"
ssh_lets_in dave 'behind pam_localuser, dave: and so it is'
ends_with 0 'behind pam_localuser: simulate says so' rolegate doctor --simulate dave sshd

# By hand, first of all, as the mend says.
wire common-account
examine
lacks 'the line at the beginning: a denial is final' 'high denial.*'
ssh_refuses dave 'no-role' 'the line at the beginning, dave'

sed -i 's/^UsePAM.*/UsePAM no/' /etc/ssh/sshd_config
examine
has 'UsePAM no is found' 'high sshd-without-pam'
sed -i 's/^UsePAM.*/UsePAM yes/' /etc/ssh/sshd_config

# Rules of sudoers: what doctor calls a hole is one, and what it does not is none.
rule() {
	printf 'bob ALL = NOPASSWD: %s\n' "$1" >/etc/sudoers.d/zz
	chmod 440 /etc/sudoers.d/zz
	examine
}
rule '/usr/bin/passwd [A-Za-z]*'
has 'the classic rule is a hole' 'high sudo-round-gate'
run in_session bob sudo -n passwd carol -d
is 'the classic rule: and so it is' '' "$(hash_of carol)"
rule '/usr/bin/passwd ^[a-z_][a-z0-9_-]*$'
lacks 'the anchored rule is none' 'high sudo-.*'
before=$(shadow_sum)
run in_session bob sudo -n passwd dave -d
run in_session bob sudo -n passwd -d dave
run typing in_session bob sudo -n passwd dave
is 'the anchored rule: nothing is changed' "$before" "$(shadow_sum)"
rule '/usr/sbin/rolegate'
has 'a rule for rolegate is safe' 'note sudo-rolegate'
add_assignment '{ user = "bob"; roles = [ "owner" ]; }'
ends_with 4 'a rule for rolegate: and so it is' in_session bob sudo -n rolegate apply
examine
has 'what was not applied is said' 'low sources-changed'
rm /etc/rolegate/policy.d/50-test.conf
printf 'bob ALL = oops\n' >/etc/sudoers.d/zz
examine
has 'what is not understood is said' 'medium sudo-not-understood'
rm /etc/sudoers.d/zz

passwd -q -l alice
examine
has 'no owner who can act' 'high no-usable-owner'
passwd -q -u alice
chmod 664 /etc/pam.d/common-account
examine
has 'a file that a group can write' 'high file-untrusted'
chmod 644 /etc/pam.d/common-account
run as dave rolegate --json doctor
matches 'without privileges: it says what it could not look at' 'not-looked-at' "$out"
