#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Compiles everything but the NSS module against musl, which has no NSS. MUSL_CC names its compiler.
# Exit status: 0; 1 something does not compile; 77 there is no such compiler here.
set -u
src=$(cd "${srcdir:-.}" && pwd)
musl=${MUSL_CC:-musl-gcc}
command -v "${musl%% *}" >/dev/null || {
	echo "skip musl: no $musl here (Debian: musl-tools)"
	exit 77
}
work=$(mktemp -d "${TMPDIR:-/tmp}/rolegate-musl.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
failed=0

# Of the system's headers only those of the libraries that we use: the others are another C library's.
for header in cdb.h libconfig.h jansson.h jansson_config.h security; do
	found=$(find /usr/include -name "$header" -print 2>/dev/null | head -n 1)
	[ -n "$found" ] && ln -s "$found" "$work/$header"
done

# Which functions of compat/missing.h this version of musl has (1.2.5 has renameat2), as configure finds out.
have=
for function in fgetgrent_r fgetpwent_r fgetspent_r renameat2 scandirat; do
	printf '#include <%s.h>\n' dirent grp pwd shadow stdio >"$work/have.c"
	echo "void *address = (void *)$function;" >>"$work/have.c"
	# shellcheck disable=SC2086 # the compiler may have arguments
	$musl -D_GNU_SOURCE -fsyntax-only "$work/have.c" 2>/dev/null &&
		have="$have -DHAVE_$(echo "$function" | tr '[:lower:]' '[:upper:]')"
done

compiles() {
	# shellcheck disable=SC2086 # the compiler may have arguments
	$musl $have -include "$src/compat/missing.h" -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -Werror -fsyntax-only -idirafter "$work" \
		-I"$src/lib" -I"$src/host" -I"$src/compiler" -I"$src/wiring" \
		-DROLEGATE_STATE_DIR='"/s"' -DROLEGATE_CONF_DIR='"/e"' -DROLEGATE_CATALOG_DIR='"/c"' \
		-DROLEGATE_VERSION='"0"' "$@"
}

# It is what configure leaves the module out by.
echo '#include <nss.h>' >"$work/nss.c"
if compiles "$work/nss.c" 2>/dev/null; then
	echo "musl: $musl has <nss.h>: is it musl?" >&2
	failed=1
fi
for room in lib host compiler wiring pam_module tool; do
	for file in "$src/$room"/*.c; do
		compiles "$file" || failed=1
	done
done
[ $failed = 0 ] && echo 'musl: everything compiles'
exit $failed
