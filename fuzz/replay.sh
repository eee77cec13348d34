#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs every input of the corpora through its target (make check).
set -eu
for target in policy_text compiled wiring; do
	echo "$target:"
	"./replay_$target" "${srcdir:-.}/fuzz/corpus/$target"
done
