dnl SPDX-License-Identifier: LGPL-2.1-or-later
dnl What configure.ac asks of the compiler and of tinycdb.

dnl ROLEGATE_TRY_FLAG(variable, flag, [lang-flags]): append a flag that the compiler and linker take.
AC_DEFUN([ROLEGATE_TRY_FLAG], [
	AC_MSG_CHECKING([whether $CC takes $2])
	rolegate_saved_CFLAGS=$CFLAGS
	CFLAGS="$CFLAGS -Werror $2"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>]], [[puts("");]])],
		[AC_MSG_RESULT([yes])
		 $1="$$1 $2"],
		[AC_MSG_RESULT([no])])
	CFLAGS=$rolegate_saved_CFLAGS
])

AC_DEFUN([ROLEGATE_WARNINGS], [
	WARNING_CFLAGS=
	m4_foreach_w([flag], [-Wall -Wextra -Wformat=2 -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes
		-Wmissing-prototypes -Wpointer-arith -Wundef -Wwrite-strings -Wvla -Wcast-align=strict
		-Wduplicated-cond -Wlogical-op -Wnull-dereference -Wimplicit-fallthrough],
		[ROLEGATE_TRY_FLAG([WARNING_CFLAGS], flag)])
	AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [warnings are errors (as in CI)])],
		[AS_IF([test "x$enableval" = xyes], [WARNING_CFLAGS="$WARNING_CFLAGS -Werror"])])
	AC_SUBST([WARNING_CFLAGS])
])

dnl Assignments may end after 2038: time_t has 64 bits also on i386, where libc's is short unless asked. It takes 64
dnl bits of off_t, so this stands behind AC_SYS_LARGEFILE. (Autoconf 2.72 has a macro for it, and Debian 12 has 2.71.)
AC_DEFUN([ROLEGATE_TRY_TIME], [
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[$1
#include <time.h>]], [[static char is_long@<:@sizeof(time_t) >= 8 ? 1 : -1@:>@; (void)is_long;]])], [$2], [$3])
])
AC_DEFUN([ROLEGATE_TIME], [
	AC_MSG_CHECKING([for a time_t of 64 bits])
	ROLEGATE_TRY_TIME([], [AC_MSG_RESULT([yes])],
		[ROLEGATE_TRY_TIME([#define _FILE_OFFSET_BITS 64
#define _TIME_BITS 64],
			[AC_MSG_RESULT([by _TIME_BITS])
			 AC_DEFINE([_TIME_BITS], [64])],
			[AC_MSG_ERROR([this C library cannot count beyond 2038])])])
])

dnl _FORTIFY_SOURCE is left alone where the user's CFLAGS or CPPFLAGS set it, and without optimisation, where it is void.
AC_DEFUN([ROLEGATE_HARDENING], [
	AC_ARG_ENABLE([hardening], [AS_HELP_STRING([--disable-hardening], [no hardening flags])],
		[], [enable_hardening=yes])
	HARDENING_CFLAGS=
	HARDENING_LDFLAGS=
	AS_IF([test "x$enable_hardening" = xyes], [
		m4_foreach_w([flag], [-fstack-protector-strong -fstack-clash-protection -fcf-protection
			-ftrivial-auto-var-init=zero],
			[ROLEGATE_TRY_FLAG([HARDENING_CFLAGS], flag)])
		AS_CASE([" $CFLAGS $CPPFLAGS "], [*_FORTIFY_SOURCE*|*" -O0 "*], [],
			[ROLEGATE_TRY_FLAG([HARDENING_CFLAGS], [-D_FORTIFY_SOURCE=2])])
		m4_foreach([flag], [[-Wl,-z,relro], [-Wl,-z,now], [-Wl,-z,noexecstack]],
			[ROLEGATE_TRY_FLAG([HARDENING_LDFLAGS], flag)])
	])
	AC_SUBST([HARDENING_CFLAGS])
	AC_SUBST([HARDENING_LDFLAGS])
])

dnl Each segment of a module costs whoever loads it a mapping, a page fault, and work at the end. libpam loads its modules
dnl anew for every login, and every program that asks for somebody's groups loads an NSS module: with constants beside the
dnl code two segments do, which spares a login more than all of the decision takes.
AC_DEFUN([ROLEGATE_SEGMENTS], [
	SEGMENTS_LDFLAGS=
	ROLEGATE_TRY_FLAG([SEGMENTS_LDFLAGS], [-Wl,-z,noseparate-code])
	AC_SUBST([SEGMENTS_LDFLAGS])
])

dnl What is loaded into every login is freed of what it does not call: each function of libc that only some other part of
dnl the library needs would be looked up by name each time, which costs more than a decision's arithmetic.
AC_DEFUN([ROLEGATE_SECTIONS], [
	SECTIONS_CFLAGS=
	SECTIONS_LDFLAGS=
	m4_foreach_w([flag], [-ffunction-sections -fdata-sections], [ROLEGATE_TRY_FLAG([SECTIONS_CFLAGS], flag)])
	ROLEGATE_TRY_FLAG([SECTIONS_LDFLAGS], [-Wl,--gc-sections])
	AC_SUBST([SECTIONS_CFLAGS])
	AC_SUBST([SECTIONS_LDFLAGS])
])

AC_DEFUN([ROLEGATE_SANITIZERS], [
	AC_ARG_ENABLE([sanitizers],
		[AS_HELP_STRING([--enable-sanitizers], [build with ASan and UBSan; errors end the program])],
		[], [enable_sanitizers=no])
	SANITIZER_CFLAGS=
	AS_IF([test "x$enable_sanitizers" = xyes],
		[SANITIZER_CFLAGS="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"])
	AC_SUBST([SANITIZER_CFLAGS])
	AM_CONDITIONAL([SANITIZERS], [test "x$enable_sanitizers" = xyes])
])

AC_DEFUN([ROLEGATE_COVERAGE], [
	AC_ARG_ENABLE([coverage], [AS_HELP_STRING([--enable-coverage], [count what is run, for gcov])],
		[], [enable_coverage=no])
	COVERAGE_CFLAGS=
	AS_IF([test "x$enable_coverage" = xyes], [COVERAGE_CFLAGS="--coverage"])
	AC_SUBST([COVERAGE_CFLAGS])
])

dnl tinycdb is linked statically: one shared library less is 26 microseconds less of every login. Debian 12 has an
dnl archive of position-independent code beside the other; Debian 13 has one that serves for both. Either has to link
dnl into a shared object, without relocations in its text.
AC_DEFUN([ROLEGATE_CDB], [
	AC_CHECK_HEADER([cdb.h], [], [AC_MSG_ERROR([tinycdb is missing: install libcdb-dev])])
	AC_ARG_WITH([cdb-archive],
		[AS_HELP_STRING([--with-cdb-archive=FILE], [tinycdb's archive of position-independent code])],
		[rolegate_archives=$withval],
		[rolegate_archives="`$CC $CFLAGS -print-file-name=libcdb_pic.a` `$CC $CFLAGS -print-file-name=libcdb.a`"])
	AC_MSG_CHECKING([for a tinycdb archive that fits into a shared object])
	CDB_LIBS=
	rolegate_saved_LIBS=$LIBS
	rolegate_saved_CFLAGS=$CFLAGS
	rolegate_saved_LDFLAGS=$LDFLAGS
	for rolegate_archive in $rolegate_archives; do
		test -f "$rolegate_archive" || continue
		LIBS=$rolegate_archive
		CFLAGS="$rolegate_saved_CFLAGS -fPIC"
		LDFLAGS="$rolegate_saved_LDFLAGS -shared -Wl,-z,text"
		AC_LINK_IFELSE([AC_LANG_SOURCE([[#include <cdb.h>
int try_cdb(struct cdb_make *c);
int try_cdb(struct cdb_make *c) { return cdb_make_add(c, "", 0, "", 0) + cdb_make_finish(c); }]])],
			[CDB_LIBS=$rolegate_archive])
		test -z "$CDB_LIBS" || break
	done
	LIBS=$rolegate_saved_LIBS
	CFLAGS=$rolegate_saved_CFLAGS
	LDFLAGS=$rolegate_saved_LDFLAGS
	AS_IF([test -n "$CDB_LIBS"], [AC_MSG_RESULT([$CDB_LIBS])],
		[AC_MSG_ERROR([none found; say where one is by --with-cdb-archive=FILE])])
	AC_SUBST([CDB_LIBS])
])

AC_DEFUN([ROLEGATE_FUZZERS], [
	AC_ARG_ENABLE([fuzzers], [AS_HELP_STRING([--enable-fuzzers], [link the fuzz targets with libFuzzer (clang)])],
		[], [enable_fuzzers=no])
	FUZZER_CFLAGS=
	AS_IF([test "x$enable_fuzzers" = xyes],
		[FUZZER_CFLAGS="-fsanitize=fuzzer-no-link"
		 FUZZER_LDFLAGS="-fsanitize=fuzzer"])
	AC_SUBST([FUZZER_CFLAGS])
	AC_SUBST([FUZZER_LDFLAGS])
	AM_CONDITIONAL([FUZZERS], [test "x$enable_fuzzers" = xyes])
])

dnl ROLEGATE_COUNTED: COUNTED_CFLAGS, with which each basic block calls a function that test_bounded has.
AC_DEFUN([ROLEGATE_COUNTED], [
	AC_MSG_CHECKING([whether $CC can count basic blocks])
	COUNTED_CFLAGS=-fsanitize-coverage=trace-pc
	rolegate_saved_CFLAGS=$CFLAGS
	CFLAGS="$CFLAGS -Werror $COUNTED_CFLAGS"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>]], [[puts("");]])],
		[AC_MSG_RESULT([yes])],
		[AC_MSG_RESULT([no])
		 COUNTED_CFLAGS=])
	CFLAGS=$rolegate_saved_CFLAGS
	AC_SUBST([COUNTED_CFLAGS])
])
