#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs every input of the corpora through its target (make check).
set -eu
for corpus in "${srcdir:-.}"/fuzz/corpus/*; do
	target=${corpus##*/}
	# Without NSS there is no module.
	[ "$target" = nss ] && [ ! -e ./replay_nss ] && continue
	echo "$target:"
	"./replay_$target" "$corpus"
done
