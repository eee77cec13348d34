# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# Real passwd: who may set whose password (G1-G3). A refusal leaves the shadow file as it was, byte for byte.
gate common-password
# The last rule that matches counts, and files are read in order: after "live".
cat >/etc/sudoers.d/narrow <<'END'
bob, frank ALL = NOPASSWD: /usr/bin/passwd ^[a-z_][a-z0-9_-]*$
END
chmod 440 /etc/sudoers.d/narrow

# sets WHAT TARGET WORD… -- COMMAND…: it changes the password, and the log has a line with these words.
sets() {
	local what=$1 target=$2 words=() before
	shift 2
	while [[ $1 != -- ]]; do words+=("$1") && shift; done
	shift
	before=$(hash_of "$target")
	log_mark
	ends_with 0 "$what: passwd ends with 0" typing "$@"
	is "$what: the password is another" 'another' "$([[ $(hash_of "$target") == "$before" ]] || printf 'another')"
	logs_gate "$what" passwd "${words[@]}"
}

# refused WHAT TARGET WORD… -- COMMAND…: it changes nothing, asks nothing, says why, and logs.
refused() {
	local what=$1 target=$2 words=() before
	shift 2
	while [[ $1 != -- ]]; do words+=("$1") && shift; done
	shift
	before=$(shadow_sum)
	log_mark
	run typing "$@"
	matches "$what: passwd fails" '^[1-9]' "$rc"
	is "$what: no prompt" '' "$(grep -io 'new password' <<<"$out$err")"
	is "$what: one line of why" 1 "$(grep -c "^rolegate: you may not set the password of $target: " <<<"$out$err")"
	is "$what: /etc/shadow is the same" "$before" "$(shadow_sum)"
	logs_gate "$what" passwd "${words[@]}" "target=$target"
}

refused 'root, nobody logged in, for carol' carol deny 'actor=[?]' known-by=unknown reason=unknown-actor -- passwd carol
refused 'root, nobody logged in, for root' root deny 'actor=[?]' known-by=unknown reason=unknown-actor -- passwd root
sets 'root behind the owner alice, for carol' carol allow target=carol actor=alice known-by=login-uid -- \
	with_login alice passwd carol
sets 'root who logged in as root, for carol' carol allow actor=root known-by=login-uid -- with_login root passwd carol
refused 'root behind the administrator bob, for carol' carol deny actor=bob known-by=login-uid \
	reason=missing-permission missing=manage_user_passwords -- with_login bob passwd carol
refused 'root behind bob, for the owner alice' alice deny actor=bob -- with_login bob passwd alice
refused 'root behind dave, who has no role' root deny actor=dave reason=no-role -- with_login dave passwd root
refused 'root behind bob, who claims to be alice' carol deny actor=bob -- \
	with_login bob env SUDO_UID=1000 SUDO_USER=alice USER=alice LOGNAME=alice passwd carol

sets 'sudo passwd carol, by the owner alice' carol allow actor=alice known-by=login-uid -- \
	in_session alice sudo -n passwd carol
refused 'sudo passwd carol, by bob with a narrow rule' carol deny actor=bob reason=missing-permission -- \
	in_session bob sudo -n passwd carol
refused 'sudo passwd carol, by frank with a narrow rule' carol deny actor=frank reason=missing-permission -- \
	in_session frank sudo -n passwd carol
refused 'the same, and his login was not recorded' carol deny 'actor=[?]' known-by=unknown -- as frank sudo -n passwd carol
before=$(shadow_sum)
ends_with 1 'sudo passwd -d carol: the rule with an anchor admits no option' in_session frank sudo -n passwd -d carol
is 'sudo passwd -d carol: /etc/shadow is the same' "$before" "$(shadow_sum)"
# root's own, and with one's own password: the gate has no say.
log_mark
before=$(hash_of dave)
ends_with 0 'dave, for himself' in_session dave expect -f /live/renew.exp "$password" "$new_password" passwd
is 'dave, for himself: the password is another' 'another' "$([[ $(hash_of dave) == "$before" ]] || printf 'another')"
ends_with 0 'root who logged in as root, for root' typing with_login root passwd root
is 'one'\''s own: nothing is logged' '' "$(rolegate_lines)"
before=$(shadow_sum)
run typing as carol passwd bob
matches 'carol, for bob: passwd itself refuses' '^1 .*(may not|cannot)' "$rc $(one_line "$err")"
is 'carol, for bob: /etc/shadow is the same' "$before" "$(shadow_sum)"

# `passwd -k` says that the password has expired, and pam_unix then asks for the old one.
chage -d 0 erin
log_mark
before=$(hash_of erin)
run with_login bob expect -f /live/renew.exp 'wrong-Horse-9' "$new_password" passwd -k erin
is 'passwd -k by bob as root, the old password unknown: the password is the same' "$before" "$(hash_of erin)"
matches 'passwd -k: root is asked for the old password' '[Cc]urrent password' "$out"
logs_gate 'passwd -k by bob as root' passwd own target=erin known-by=expired-password "caller=#$(id -u bob)"

# What goes round the gate; the manual says so.
run with_login bob passwd -d gina
is 'control: passwd -d asks nobody' '0 ' "$rc $(hash_of gina)"

before=$(shadow_sum)
log_mark
run typing with_login bob passwd -q carol
is 'passwd -q by bob: nothing is said' '' "$(grep -i rolegate <<<"$out$err")"
is 'passwd -q by bob: /etc/shadow is the same' "$before" "$(shadow_sum)"
logs_gate 'passwd -q by bob' passwd deny actor=bob

printf 'password_gate = { unknown_actor = "root"; };\n' >>"$conf"
apply 'an unknown actor counts as root'
sets 'unknown_actor = root: root, nobody logged in' carol allow actor=root known-by=unknown-as-root -- passwd carol
refused 'unknown_actor = root: behind bob' carol deny actor=bob -- with_login bob passwd carol
set_key root_is_owner false
with_login alice rolegate apply -m 'root is no owner' >/dev/null
refused 'root_is_owner = false: root, nobody logged in' carol deny actor=root known-by=unknown-as-root -- passwd carol
set_key mode '"permissive"'
with_login alice rolegate apply -m 'permissive' >/dev/null
sets 'permissive: behind bob' carol would-deny actor=bob reason=missing-permission -- with_login bob passwd carol

mv "$state" /root/state
sets 'state folder gone: root, nobody logged in' carol rescue 'actor=[?]' reason=no-policy -- passwd carol
refused 'state folder gone: behind alice' carol error actor=alice reason=no-policy -- with_login alice passwd carol
ends_with 0 'state folder gone: dave, for himself' in_session dave \
	expect -f /live/renew.exp "$new_password" "$password" passwd
gate common-password norescue
refused 'state folder gone, norescue: root, nobody logged in' carol error reason=no-policy -- passwd carol
