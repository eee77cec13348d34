# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# D4: a damaged policy refuses, says so, and never crashes the program that asks.
wire sshd
start_sshd
printf '%s\n' 'auth required pam_permit.so' 'account required pam_permit.so' >/etc/pam.d/guestbook
wire guestbook
good=/root/policy.cdb
cp "$state/policy.cdb" "$good"

# The same file but for one byte, turned into its complement.
flip() {
	local offset=$1 byte
	byte=$(od -An -tu1 -j "$offset" -N 1 "$good")
	cp "$good" /root/flipped
	printf '%b' "\\x$(printf '%02x' $((255 - byte)))" |
		dd of=/root/flipped bs=1 seek="$offset" conv=notrunc status=none
	install -m 644 /root/flipped "$state/policy.cdb"
}

refuses_as_damaged() {
	ssh_refuses carol '' "$1, carol"
	logs_reason "$1, carol" 'damaged-policy'
}

# 2060 is in the first record of every cdb file.
flip 2060
refuses_as_damaged 'byte 2060 flipped'
truncate -s 100 "$state/policy.cdb"
refuses_as_damaged 'cut to 100 bytes'
: >"$state/policy.cdb"
refuses_as_damaged 'empty'

# Bytes all over the file: whichever it is, nobody gains entry by it and the caller lives.
size=$(stat -c %s "$good")
step=$((size / 64 + 1)) worst='nothing'
for ((offset = 0; offset < size; offset += step)); do
	flip "$offset"
	run pamtester guestbook dave acct_mgmt
	((rc == 1)) || worst="offset $offset: status $rc"
done
is "one byte flipped at 64 places of $size bytes: dave is never let in, pamtester never crashes" 'nothing' "$worst"

install -m 644 "$good" "$state/policy.cdb"
ssh_lets_in carol 'the good file again, carol'

# A record of somebody else's is damaged: who logged in as root applies a sound policy, and nobody whom it may judge wrongly.
offset=$(grep -abo 'bob' "$good" | head -n 1 | cut -d : -f 1)
flip "$offset"
matches 'a damaged record: doctor says so' 'damaged' "$(rolegate doctor)"
ends_with 4 'a damaged record: alice behind sudo is refused' with_login alice rolegate apply
matches 'a damaged record: alice is told what to do' 'log in as root' "$err"
ends_with 0 'a damaged record: root applies' rolegate apply
ssh_lets_in carol 'a damaged record, root has applied: carol'
lacks_damage=$(rolegate doctor | grep -c damaged || true)
is 'a damaged record, root has applied: doctor is content' 0 "$lacks_damage"
