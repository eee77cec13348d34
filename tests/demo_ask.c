/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lets libpam decide about users and services, and prints a table of what came of it.
 *
 *	demo_ask CONFDIR USER,USER,… SERVICE,SERVICE,…
 *
 * CONFDIR holds a pam.d file for each service, whose line loads the module with `debug`. The
 * module's log lines are answered here instead of in libpam, so that the table can say why. Exit
 * status: 0 all were decided, 1 not.
 */
#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_SIZE 2048

static char last_line[LINE_SIZE];

/* In libpam's stead, and so visible to the module: keep the line. */
__attribute__((visibility("default"))) void pam_syslog(const pam_handle_t *pamh, int priority,
						       const char *format, ...)
{
	va_list arguments;

	(void)pamh;
	(void)priority;
	va_start(arguments, format);
	vsnprintf(last_line, sizeof(last_line), format, arguments);
	va_end(arguments);
}

/* Nobody is there to read messages or answer questions. */
static int converse(int n, const struct pam_message **messages, struct pam_response **responses,
		    void *data)
{
	(void)messages;
	(void)data;
	*responses = calloc((size_t)n, sizeof(**responses));
	return *responses ? PAM_SUCCESS : PAM_BUF_ERR;
}

static int decide(const char *confdir, const char *user, const char *service)
{
	struct pam_conv conv = { .conv = converse };
	pam_handle_t *pamh = NULL;
	int code;

	last_line[0] = '\0';
	code = pam_start_confdir(service, user, &conv, confdir, &pamh);
	if (code != PAM_SUCCESS)
		return code;
	code = pam_acct_mgmt(pamh, 0);
	pam_end(pamh, code);
	return code;
}

/* The value of key= in the last line, to its blank or closing quote. */
static void value_of(const char *key, char *to, size_t size)
{
	const char *at = strstr(last_line, key);
	size_t n;

	to[0] = '\0';
	if (!at)
		return;
	at += strlen(key);
	n = *at == '"' ? strcspn(++at, "\"") : strcspn(at, " ");
	snprintf(to, size, "%.*s", (int)n, at);
}

/*
 * What the path says behind the service's entry, and behind the user, who stands in the first
 * column: a group, roles and a permission. The places are left out; `rolegate explain` gives them
 * in full.
 */
static void shorten(char *path, const char *user)
{
	size_t n = strlen(user);
	char *from = strstr(path, " > "), *to = path;

	from = from ? from + 3 : path + strlen(path);
	if (!strncmp(from, user, n) && strchr(" (", from[n]) && strstr(from, " > "))
		from = strstr(from, " > ") + 3;
	while (*from) {
		if (*from == '(' && strchr(from, ')'))
			from = strchr(from, ')') + 1;
		else
			*to++ = *from++;
	}
	*to = '\0';
}

static void print_row(const char *user, bool is_first, const char *service, int code,
		      bool has_colours)
{
	char reason[64], path[512], missing[256], why[640];
	bool allowed = code == PAM_SUCCESS;

	value_of("reason=", reason, sizeof(reason));
	value_of("path=", path, sizeof(path));
	value_of("missing=", missing, sizeof(missing));
	shorten(path, user);
	if (allowed || path[0])
		snprintf(why, sizeof(why), "%s%s%s", reason, path[0] ? ": " : "", path);
	else
		snprintf(why, sizeof(why), "%s%s%s", reason, missing[0] ? ": " : "", missing);
	printf("%-9s %-14s %s%-7s%s %.46s%s\n", is_first ? user : "", service,
	       has_colours ? (allowed ? "\033[32m" : "\033[31m") : "",
	       allowed ? "allowed" : "denied", has_colours ? "\033[0m" : "", why,
	       strlen(why) > 46 ? "…" : "");
}

/* The next word of a list between commas, or NULL. */
static char *next_word(char **list)
{
	return *list && **list ? strsep(list, ",") : NULL;
}

int main(int argc, char **argv)
{
	bool has_colours = isatty(STDOUT_FILENO), good = true;
	char *users, *services, *user, *service, *list;

	if (argc != 4)
		return 1;
	users = argv[2];
	printf("%-9s %-14s %-7s %s\n", "USER", "SERVICE", "VERDICT", "WHY");
	while ((user = next_word(&users))) {
		services = list = strdup(argv[3]);
		for (int n = 0; list && (service = next_word(&list)); n++) {
			int code = decide(argv[1], user, service);

			good = good && last_line[0];
			print_row(user, n == 0, service, code, has_colours);
		}
		free(services);
	}
	return good ? 0 : 1;
}
