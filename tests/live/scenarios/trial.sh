# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# A policy on trial, as real sshd, sudo and su see it: it ends by itself, and nobody is left outside.
trial=/etc/rolegate/policy.d/50-test.conf
wire sshd
wire sudo
wire su
start_sshd

# What is tried: sshd and sudo want what carol and bob have not got.
want_more() {
	mkdir -p "${trial%/*}"
	printf 'services = ( { name = "%s"; require = [ "manage_user_passwords" ]; } );\n' "$@" >"$trial"
}

# The same answer from PAM, the command and a program that asks the library.
all_let_in() {
	local user=$1 what=$2
	ssh_lets_in "$user" "$what"
	ends_with 0 "$what: the command says so" rolegate explain "$user" sshd
	[[ ! -x /programs/example_service ]] ||
		ends_with 0 "$what: a program says so" /programs/example_service "$user" sshd
}

all_refuse() {
	local user=$1 what=$2
	ssh_refuses "$user" 'missing-permission' "$what"
	ends_with 1 "$what: the command says so" rolegate explain "$user" sshd
	[[ ! -x /programs/example_service ]] ||
		ends_with 1 "$what: a program says so" /programs/example_service "$user" sshd
}

# Until the clock of the trial has gone on so far; nothing of ours runs meanwhile.
let_time_pass() {
	sleep "$1"
}

[[ -x /programs/example_service ]] || report "skip $scenario: a program that asks: run.sh --programs"
generation=$(rolegate --json status | sed -nE 's/.*"generation": ?([0-9]+).*/\1/p' | head -n 1)

# --- a trial that locks people out ends by itself ---

all_let_in carol 'carol, before the trial'
want_more sshd
ends_with 0 'alice tries it for ten seconds' with_login alice rolegate apply --confirm-within 10s -m 'tried'
matches 'alice tries it: says what decides, and how long' 'On trial: generation' "$out"
all_refuse carol 'carol, during the trial'
a_line_has 'carol, during the trial: the log names the generation on trial' "$(rolegate_lines)" \
	"generation=$((generation + 1))"
ssh_lets_in alice 'alice, during the trial'
matches 'the status says that something is on trial' '[Tt]rial' "$(rolegate status)"
ends_with 4 'another apply is refused' rolegate apply -m 'meanwhile'
matches 'another apply is refused: says why' 'on trial' "$err"
ends_with 4 'so is a command' rolegate assign dave user
matches 'so is a command: says why' 'on trial' "$err"
let_time_pass 10
all_let_in carol 'carol, after the deadline, with nothing run'
ends_with 4 'it cannot be confirmed any more' with_login alice rolegate confirm
matches 'it cannot be confirmed any more: says why' 'no generation is on trial' "$err"
matches 'the files still say what was tried' 'sources +changed since' "$(rolegate status)"

# --- who locks himself out of root gets back ---

run as alice sudo -n id -un
is 'alice has sudo' '0 root' "$rc $out"
ends_with 0 'bob has sudo' as_on_tty bob "$password" sudo id
ends_with 0 'bob has su' as_on_tty bob "$password" su root -c id
printf 'services = ( { name = [ "sudo", "su" ]; subject = "actor"; require = [ "host.sudo", "manage_user_passwords" ]; } );\n' \
	>"$trial"
ends_with 0 'an owner takes sudo and su from bob, on trial' rolegate apply --confirm-within 10s
ends_with 1 'bob, during the trial: no sudo' as_on_tty bob "$password" sudo id
ends_with 1 'bob, during the trial: no su' as_on_tty bob "$password" su root -c id
let_time_pass 10
ends_with 0 'bob, after the deadline: sudo' as_on_tty bob "$password" sudo id
ends_with 0 'bob, after the deadline: su' as_on_tty bob "$password" su root -c id

# --- confirming keeps it; going back ends it ---

want_more sshd
ends_with 0 'once more, for three seconds' rolegate apply --confirm-within 3s
tried=$(sed -nE 's/^On trial: generation ([0-9]+) .*/\1/p' <<<"$out")
ends_with 0 'and confirmed' with_login alice rolegate confirm
let_time_pass 3
all_refuse carol 'carol, confirmed and after the deadline'
matches 'the history knows who confirmed that very one' '^ +confirmed: [^ ]+ by alice \(login uid\)$' \
	"$(rolegate show "$tried")"
ends_with 0 'and back' rolegate rollback -m 'and back'
rm "$trial"
all_let_in carol 'carol, back again'

want_more sshd
ends_with 0 'a trial of an hour' rolegate apply --confirm-within 1h
all_refuse carol 'carol, during the hour'
ends_with 0 'root ends it' rolegate rollback
all_let_in carol 'carol, at once'
ends_with 4 'there is nothing to confirm' rolegate confirm

# --- who may ---

rm "$trial"
add_assignment '{ user = "bob"; roles = [ "owner" ]; }'
ends_with 4 'A2 bob tries to be an owner' with_login bob rolegate apply --confirm-within 1h
ends_with 1 'A2 bob tries to be an owner: he is none' rolegate can bob manage_user_passwords
ends_with 0 'alice makes bob an owner, on trial' with_login alice rolegate apply --confirm-within 1h
ends_with 0 'bob is one, during the trial' rolegate can bob manage_user_passwords
ends_with 4 'A2 bob does not confirm that' with_login bob rolegate confirm
matches 'A2 bob does not confirm that: says what he lacks' 'lack: .*manage_user_passwords' "$err"
ends_with 4 'A1 carol confirms nothing' with_login carol rolegate confirm
ends_with 4 'A1 carol ends nothing' with_login carol rolegate rollback
printf 'assign = ( { user = "dave"; roles = [ "owner" ]; } );\n' >"$trial"
ends_with 4 'A2 what bob is on trial gives him nothing to hand out' with_login bob rolegate apply --confirm-within 1h
ends_with 0 'alice keeps it' with_login alice rolegate confirm
ends_with 0 'bob is an owner for good' rolegate can bob manage_user_passwords
ends_with 0 'and may hand it out' with_login bob rolegate apply -m 'dave too'
ends_with 0 'dave is an owner' rolegate can dave manage_user_passwords
