# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# Real chpasswd and newusers, which ask the password phase once for each line.
gate chpasswd
gate newusers

several() {
	printf '%s:%s\n' carol "$new_password" dave "$new_password" erin "$new_password" | "$@"
}

# refused WHAT WORD… -- COMMAND…
refused() {
	local what=$1 words=() before
	shift
	while [[ $1 != -- ]]; do words+=("$1") && shift; done
	shift
	before=$(shadow_sum)
	log_mark
	run several "$@"
	matches "$what: chpasswd fails" '^[1-9]' "$rc"
	matches "$what: it shows why" 'rolegate: you may not set the password of carol: ' "$out$err"
	is "$what: /etc/shadow is the same" "$before" "$(shadow_sum)"
	logs_gate "$what" chpasswd deny target=carol "${words[@]}"
}

refused 'root, nobody logged in' 'actor=[?]' known-by=unknown reason=unknown-actor -- chpasswd
refused 'root behind the administrator bob' actor=bob known-by=login-uid reason=missing-permission -- with_login bob chpasswd

before=$(hash_of carol)$(hash_of dave)$(hash_of erin)
log_mark
ends_with 0 'root behind the owner alice: three lines' several with_login alice chpasswd
is 'three lines: three allows' 3 "$(rolegate_lines | grep -c 'pam_rolegate(chpasswd:chauthtok): allow .* actor=alice known-by=login-uid ')"
is 'three lines: other passwords' 'other' "$([[ $(hash_of carol)$(hash_of dave)$(hash_of erin) == "$before" ]] || printf 'other')"

# The own line is the caller's own password, the next is not.
log_mark
before=$(hash_of bob)
printf '%s:%s\n' bob "$new_password" carol 'third-Horse-77' >/tmp/lines
run with_login bob sh -c 'chpasswd </tmp/lines'
matches 'behind bob, his own line and another: chpasswd fails' '^[1-9]' "$rc"
matches 'behind bob: his own password is another' 'another' "$([[ $(hash_of bob) == "$before" ]] || printf 'another')"
is 'behind bob: one denial, for carol' 'carol' "$(rolegate_lines | grep ': deny ' | sed 's/.* target=\([^ ]*\) .*/\1/')"

before=$(hash_of dave)
ends_with 0 'control: chpasswd -c asks nobody' several with_login bob chpasswd -c SHA512
is 'control: chpasswd -c sets them' 'another' "$([[ $(hash_of dave) == "$before" ]] || printf 'another')"

new_people() {
	printf '%s:%s:::new:/home/%s:/bin/sh\n' "$1" "$new_password" "$1" >/tmp/people
	shift
	"$@" newusers /tmp/people
}

log_mark
ends_with 0 'newusers behind the owner alice' new_people nina with_login alice
logs_gate 'newusers behind alice' newusers allow target=nina actor=alice
matches 'newusers behind alice: nina has a password' '^\$' "$(hash_of nina)"
log_mark
run new_people otto with_login bob
matches 'newusers behind bob: it fails' '^[1-9]' "$rc"
logs_gate 'newusers behind bob' newusers deny target=otto actor=bob
# The accounts are written before PAM is asked; what is refused is the password.
is 'newusers behind bob: otto has no password' '' "$(hash_of otto | grep '^\$')"
