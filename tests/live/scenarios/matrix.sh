# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# Who gets what by which program, wired by pam-auth-update: each row is one real run.
enable_profile rolegate
cat >/etc/sudoers.d/narrow <<'END'
bob, frank ALL = NOPASSWD: /usr/bin/passwd ^[a-z_][a-z0-9_-]*$
END
chmod 440 /etc/sudoers.d/narrow
start_sshd

# --- the password phase: whether the password of a target is another afterwards ---

# What became of the password of a target, which was BEFORE at log_mark: refused only if the gate says so, and asked for
# the old one only if the gate took it for the target's own.
gate_outcome() {
	local target=$1 before=$2
	if [[ $(hash_of "$target" || true) != "$before" ]]; then
		printf 'set'
	elif rolegate_lines | grep -q ":chauthtok): deny target=$target "; then
		printf 'refused'
	elif [[ $out$err == *'Current password'* ]] && rolegate_lines | grep -q ":chauthtok): own target=$target "; then
		printf 'asked'
	else
		printf 'status %d: %s' "$rc" "$out$err"
	fi
}

# sets USER PROGRAM EXPECTED TARGET COMMAND…
sets() {
	local user=$1 program=$2 expected=$3 target=$4 before
	shift 4
	before=$(hash_of "$target" || true)
	log_mark
	run typing "$@"
	row "$user" "$program" "$expected" "$(gate_outcome "$target" "$before")"
}

lines() {
	printf '%s:%s\n' "$1" "$new_password-$RANDOM" >/tmp/lines
	shift
	"$@" </tmp/lines
}

new_user() {
	printf '%s:%s:::x:/home/%s:/bin/sh\n' "$1" "$new_password" "$1" >/tmp/people
	shift
	"$@" newusers /tmp/people
}

sets 'root, not logged in' 'passwd USER' refused carol passwd carol
sets 'root, logged in as such' 'passwd USER' 'set' carol with_login root passwd carol
sets 'alice (owner)' 'sudo passwd USER' 'set' carol in_session alice sudo -n passwd carol
sets 'bob (narrow rule)' 'sudo passwd USER' refused carol in_session bob sudo -n passwd carol
sets 'root behind alice' 'su, then passwd USER' 'set' carol with_login alice passwd carol
sets 'root behind bob' 'su, then passwd USER' refused carol with_login bob passwd carol
# It says that the password has expired, and pam_unix then asks for the old one.
sets 'root behind bob' 'passwd -k USER' asked carol with_login bob passwd -k carol
before=$(hash_of dave)
run in_session dave expect -f /live/renew.exp "$password" "$new_password" passwd
row 'dave (no role)' 'passwd, own' 'set' "$(gate_outcome dave "$before")"
printf 'dave:%s\n' "$password" | chpasswd -c SHA512 -s 1000
if passwd --help 2>&1 | grep -q -- --stdin; then
	sets 'root behind bob' 'passwd -s USER' refused carol with_login bob passwd -s carol
	sets 'root behind alice' 'passwd -s USER' 'set' carol with_login alice passwd -s carol
else
	skip 'passwd -s' 'this passwd has no --stdin'
fi
sets 'root, not logged in' chpasswd refused carol lines carol chpasswd
sets 'root behind bob' chpasswd refused carol lines carol with_login bob chpasswd
sets 'root behind alice' chpasswd 'set' carol lines carol with_login alice chpasswd
sets 'root behind alice' newusers 'set' nina new_user nina with_login alice
# Who is new is known by then, and has no password yet.
log_mark
run new_user otto with_login bob
row 'root behind bob' newusers refused "$(gate_outcome otto "$(hash_of otto | sed '/^\$/d')")"
for user in carol nina; do printf '%s:%s\n' "$user" "$password" | chpasswd -c SHA512 -s 1000; done

# --- the account phase ---

# asks USER PROGRAM EXPECTED COMMAND…: ssh(1) ends with 255 where it is refused, the others with 1.
asks() {
	local user=$1 program=$2 expected=$3 status=1
	shift 3
	[[ $program != ssh* ]] || status=255
	log_mark
	run "$@"
	row "$user" "$program" "$expected" "$(outcome "${user%% *}" "$status")"
}

asks 'dave (no role)' 'chfn, own' 'let in' as_on_tty dave "$password" chfn -r 12 dave
asks 'dave (no role)' 'chsh, own' 'let in' as_on_tty dave "$password" chsh -s /bin/sh dave
asks 'bob' 'su' 'let in' as_on_tty bob "$password" su root -c id
asks 'bob' 'su -' 'let in' as_on_tty bob "$password" su - root -c id
asks 'carol' 'su' refused as_on_tty carol "$password" su root -c id
asks 'carol' 'su -' refused as_on_tty carol "$password" su - root -c id
asks 'alice' 'sudo' 'let in' as alice sudo -n id
asks 'alice' 'sudo -i' 'let in' as alice sudo -n -i id
asks 'bob' 'sudo, password' 'let in' as_on_tty bob "$password" sudo id
asks 'carol (sudoers has her)' 'sudo' refused as carol sudo -n id
asks 'carol (sudoers has her)' 'sudo -i' refused as carol sudo -n -i id
asks 'frank (narrow rule)' 'sudo passwd USER' refused in_session frank sudo -n passwd carol

logs_in() {
	local user=$1 expected=$2 what=$3
	try_login "$user"
	row "$user" "login, $what" "$expected" "$(login_outcome "$user")"
}

logs_in carol 'let in' 'fresh'
logs_in dave refused 'fresh'
logs_in erin refused 'fresh'

by_key=(ssh -i "$key" -o BatchMode=yes)
by_password=(ssh -o PreferredAuthentications=password -o NumberOfPasswordPrompts=1)
by_questions=(ssh -o PreferredAuthentications=keyboard-interactive -o NumberOfPasswordPrompts=1)

# sshes USER EXPECTED WHAT: by key, by password and keyboard-interactive.
sshes() {
	local user=$1 expected=$2 what=$3
	asks "$user" "ssh, key, $what" "$expected" "${by_key[@]}" "$user@localhost" id
	asks "$user" "ssh, password, $what" "$expected" expect -f /live/tty.exp "$password" "${by_password[@]}" "$user@localhost" id
	asks "$user" "ssh, keyboard-interactive, $what" "$expected" \
		expect -f /live/tty.exp "$password" "${by_questions[@]}" "$user@localhost" id
}

sshes carol 'let in' 'fresh'
sshes dave refused 'fresh'
chage -d 0 carol
chage -d 0 dave
# Who is let in is asked for a new password, which the denied one never is.
asks carol 'ssh, keyboard-interactive, expired' asked \
	expect -f /live/tty.exp "$password" "${by_questions[@]}" carol@localhost id
asks dave 'ssh, keyboard-interactive, expired' refused \
	expect -f /live/tty.exp "$password" "${by_questions[@]}" dave@localhost id
logs_in carol asked 'expired'
logs_in dave refused 'expired'
asks dave 'ssh, key, expired' refused "${by_key[@]}" dave@localhost id
asks dave 'ssh, password, expired' refused expect -f /live/tty.exp "$password" "${by_password[@]}" dave@localhost id
for user in carol dave; do chage -d "$(date +%F)" "$user"; done

# --- jobs ---

install -d -m 1777 /tmp/jobs
for user in carol dave nightly; do printf '@reboot touch /tmp/jobs/cron-%s\n' "$user" | crontab -u "$user" -; done
# shellcheck disable=SC2317 # called by run_cron
all_decided() {
	[[ -e /tmp/jobs/cron-carol && -e /tmp/jobs/cron-nightly ]] && grep -q 'pam_rolegate(cron.*dave' "$log"
}
run_cron all_decided || true
atd -l 100
for user in dave carol; do printf 'touch /tmp/jobs/at-%s\n' "$user" | as "$user" at now 2>/dev/null; done
wait_for test -e /tmp/jobs/at-carol || true
wait_for grep -q 'pam_rolegate(atd.*dave' "$log" || true

# ran USER PROGRAM DAEMON
ran() {
	if [[ -e /tmp/jobs/$2-$1 ]]; then
		printf 'ran'
	elif grep -q "pam_rolegate($3:account): deny user=$1 " "$log"; then
		printf 'refused'
	else
		printf 'not decided'
	fi
}

row carol cron ran "$(ran carol cron cron)"
row nightly cron ran "$(ran nightly cron cron)"
row dave cron refused "$(ran dave cron cron)"
row carol at ran "$(ran carol at atd)"
row dave at refused "$(ran dave at atd)"
show_rows
