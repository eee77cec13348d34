# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# Real su, sudo, passwd and sshd with a module that AddressSanitizer and UBSan watch, and others under valgrind.
enable_profile rolegate
gate common-password
library=$(compgen -G '/usr/lib/*/libasan.so.*' | head -n 1)
watched=$(find /sanitized -name pam_rolegate.so 2>/dev/null | head -n 1)
module=$(find /usr/lib -name pam_rolegate.so | head -n 1)
install -d -m 1777 /var/log/watched
# The programs themselves may leak.
options="detect_leaks=0:log_path=/var/log/watched/asan"
ubsan="print_stacktrace=1:log_path=/var/log/watched/ubsan"
printf 'SetEnv ASAN_OPTIONS=%s UBSAN_OPTIONS=%s\n' "$options" "$ubsan" >>/etc/ssh/sshd_config.d/live.conf

# util-linux's logger hangs when AddressSanitizer is preloaded.
logger() {
	busybox logger "$@"
}

# watched_as USER COMMAND…: on a terminal, with the right password.
watched_as() {
	local user=$1
	shift
	as "$user" env ASAN_OPTIONS="$options" UBSAN_OPTIONS="$ubsan" expect -f /live/tty.exp "$password" "$@"
}

# Lets some in and refuses others, by each door.
doors() {
	local how=$1
	ends_with 0 "$how: su lets bob in" watched_as bob su root -c id
	ends_with 1 "$how: su refuses carol" watched_as carol su root -c id
	matches "$how: su says why" 'rolegate: ' "$out"
	ends_with 0 "$how: sudo lets bob in" watched_as bob sudo id
	ends_with 1 "$how: sudo refuses carol" watched_as carol sudo id
	ends_with 0 "$how: passwd, behind the owner alice" typing with_login alice passwd carol
	run typing with_login bob passwd carol
	matches "$how: passwd, behind bob" 'you may not set the password of carol' "$out$err"
	printf 'carol:%s\n' "$password" | chpasswd -c SHA512 -s 1000
	start_sshd
	ssh_lets_in carol "$how: carol"
	ssh_lets_in root "$how: root"
	ssh_refuses dave 'no-role' "$how: dave"
	mv "$state/policy.cdb" "$state/policy.cdb.away"
	ssh_refuses carol '' "$how: carol, no policy"
	logs_reason "$how: carol, no policy" 'no-policy'
	head -c 3000 "$state/policy.cdb.away" >"$state/policy.cdb"
	ssh_refuses carol '' "$how: carol, a policy cut short"
	mv "$state/policy.cdb.away" "$state/policy.cdb"
}

if [[ -n $watched && -n $library ]]; then
	cp "$module" /root/module
	cp "$watched" "$module"
	matches 'the module is an instrumented one' libasan "$(ldd "$module")"
	export ASAN_OPTIONS=$options UBSAN_OPTIONS=$ubsan
	# Seen by every program, those with other privileges too. libasan wants to find crypt(3) when it starts.
	printf '%s\n' "$library" "$(compgen -G '/usr/lib/*/libcrypt.so.1')" >/etc/ld.so.preload
	doors 'sanitized'
	is 'nothing is reported' '' "$(cat /var/log/watched/* 2>/dev/null | head -n 20)"
	: >/etc/ld.so.preload
	unset ASAN_OPTIONS UBSAN_OPTIONS
	cp /root/module "$module"
else
	skip 'AddressSanitizer' 'no sanitized module was given (run.sh --sanitized)'
fi

# under_valgrind WHAT STATUS COMMAND…: it ends as it does without, and valgrind finds no fault.
under_valgrind() {
	local what=$1 status=$2
	shift 2
	ends_with "$status" "valgrind: $what" valgrind -q --log-file=/var/log/watched/valgrind.%p --error-exitcode=99 "$@"
}

# It runs no set-user-ID program: copies have lost the bit.
install -d /root/bin
cp "$(command -v su)" "$(command -v sudo)" "$(command -v passwd)" /root/bin/
under_valgrind 'su, root' 0 /root/bin/su carol -c true
under_valgrind 'sudo, root' 0 /root/bin/sudo -n -u carol true
under_valgrind 'sshd, carol' 0 pamtester sshd carol acct_mgmt
under_valgrind 'sshd, dave' 1 pamtester sshd dave acct_mgmt
run typing with_login alice valgrind -q --log-file=/var/log/watched/valgrind.%p --error-exitcode=99 /root/bin/passwd carol
is 'valgrind: passwd, behind the owner alice' 0 "$rc"
run typing with_login bob valgrind -q --log-file=/var/log/watched/valgrind.%p --error-exitcode=99 /root/bin/passwd carol
matches 'valgrind: passwd, behind bob' 'you may not set' "$out$err"
is 'valgrind: no fault' '' "$(cat /var/log/watched/valgrind.* 2>/dev/null | head -n 20)"
