/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replaces functions that libpam calls, so that it logs nothing and tests are quick. */
/* With it, <syslog.h> would define some of them. */
#undef _FORTIFY_SOURCE

#include <errno.h>
#include <stdarg.h>
#include <syslog.h>

#define STAND_IN __attribute__((visibility("default")))

STAND_IN int audit_open(void);
STAND_IN int audit_open(void)
{
	errno = EPROTONOSUPPORT;
	return -1;
}

STAND_IN void vsyslog(int priority, const char *format, va_list arguments)
{
	(void)priority;
	(void)format;
	(void)arguments;
}

STAND_IN void __vsyslog_chk(int priority, int flag, const char *format, va_list arguments);
STAND_IN void __vsyslog_chk(int priority, int flag, const char *format, va_list arguments)
{
	(void)priority;
	(void)flag;
	(void)format;
	(void)arguments;
}

STAND_IN void syslog(int priority, const char *format, ...)
{
	(void)priority;
	(void)format;
}

STAND_IN void __syslog_chk(int priority, int flag, const char *format, ...);
STAND_IN void __syslog_chk(int priority, int flag, const char *format, ...)
{
	(void)priority;
	(void)flag;
	(void)format;
}
