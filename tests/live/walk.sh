# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: LGPL-2.1-or-later
# The people of a random walk, and the walk itself; sourced by scenarios.

make_walkers() {
	local user people=(olga otto anna axel mona uwe gila nils gerd gabi leon)
	groupadd crew
	groupadd night
	for user in "${people[@]}"; do useradd -M "$user"; done
	for user in "${people[@]}"; do printf '%s:%s\n' "$user" "$password"; done | chpasswd -c SHA512 -s 1000
	usermod -aG crew gerd
	usermod -aG crew,night gabi
	usermod -L leon
	useradd -r -M sysd
}

# walk WORLD STEPS: a policy of its own, and a seed of its own each time, which a failure names.
walk() {
	local world=$1 steps=$2 seed=$RANDOM$RANDOM started=$SECONDS line
	rm -rf "${state:?}"/* /etc/rolegate
	mkdir -p /etc/rolegate/policy.d
	run /programs/random_author --world "$world" --steps "$steps" --seed "$((seed + 1))"
	while IFS= read -r line; do report "note $scenario: $line"; done <<<"$out$err"
	is "$steps random steps in $world: every one is right" 0 "$rc"
	report "note $scenario: $world took $((SECONDS - started)) s"
}

if [[ ! -x /programs/random_author ]]; then
	report "skip $scenario: all of it: random_author is not there (run.sh --programs)"
	exit 0
fi
make_walkers
