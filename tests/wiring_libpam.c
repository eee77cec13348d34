/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wiring_libpam.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "support.h"

#define SCRIPTED TEST_BUILDDIR "/.libs/pam_scripted.so"
#define CALLS_MAX 64u
/* Runs of libpam for one question. */
#define PATIENCE 20000u

static struct {
	char *folder;
	char conf[64], modules[64];
} place;

/* What the modules return in one run: an odometer over the values that they may return. */
static struct {
	unsigned char returns[CALLS_MAX]; /* a witness's */
	unsigned int choices[CALLS_MAX];  /* else: which of its values each call returns */
	bool is_guard[CALLS_MAX];	  /* whether that was pam_rolegate */
	size_t n, at;
	bool is_fixed; /* a witness: no choices */
	bool is_second_pass, has_strayed;
	enum verdict_question question;
} script;

/* Values that the tables of the arrangements tell apart. */
static const unsigned char guard_returns[] = { PAM_PERM_DENIED, PAM_USER_UNKNOWN, PAM_AUTH_ERR };
static const unsigned char absent_returns[] = { PAM_MODULE_UNKNOWN };
static const unsigned char other_returns[] = { PAM_SUCCESS,	    PAM_IGNORE,
					       PAM_AUTH_ERR,	    PAM_USER_UNKNOWN,
					       PAM_ACCT_EXPIRED,    PAM_MODULE_UNKNOWN,
					       PAM_NEW_AUTHTOK_REQD };

/* ---- The module's side ---- */

static size_t values(bool is_guard, const unsigned char **ret)
{
	if (is_guard && script.question == VERDICT_ABSENT) {
		/* What libpam itself puts where a module should be. */
		*ret = absent_returns;
		return sizeof(absent_returns);
	}
	if (is_guard) {
		*ret = guard_returns;
		return sizeof(guard_returns);
	}
	*ret = other_returns;
	/* The last is new_authtok_reqd. */
	return sizeof(other_returns) -
	       (script.question == VERDICT_FRESH || script.question == VERDICT_ABSENT);
}

int wiring_libpam_return(const char *module, bool is_second_pass)
{
	const unsigned char *list;

	if (is_second_pass && !script.is_second_pass) {
		script.is_second_pass = true;
		script.at = 0;
	}
	if (script.at == CALLS_MAX || (script.is_fixed && script.at >= script.n)) {
		script.has_strayed = true;
		return PAM_SYSTEM_ERR;
	}
	if (script.is_fixed)
		return script.returns[script.at++];
	if (script.at == script.n)
		script.choices[script.n++] = 0;
	script.is_guard[script.at] = !strcmp(module, VERDICT_MODULE);
	(void)values(script.is_guard[script.at], &list);
	return list[script.choices[script.at++]];
}

/* The next combination. False after the last. */
static bool turn(void)
{
	while (script.n > 0) {
		const unsigned char *list;
		size_t n = values(script.is_guard[script.n - 1], &list);

		if (++script.choices[script.n - 1] < n)
			return true;
		script.n--;
	}
	return false;
}

/* ---- The arrangement ---- */

static void copy_module(const char *name)
{
	char path[256];
	char *bytes;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", place.modules, name);
	if (access(path, F_OK) == 0)
		return;
	bytes = support_read_file(SCRIPTED, &n);
	support_write_file(path, bytes, n, 0755);
	free(bytes);
}

void wiring_libpam_open(void)
{
	place.folder = support_make_folder();
	snprintf(place.conf, sizeof(place.conf), "%s/pam.d", place.folder);
	snprintf(place.modules, sizeof(place.modules), "%s/security", place.folder);
	assert_int_equal(mkdir(place.conf, 0755) | mkdir(place.modules, 0755), 0);
	copy_module(VERDICT_MODULE);
}

void wiring_libpam_close(void)
{
	support_remove_folder(place.folder);
}

void wiring_libpam_clear(void)
{
	DIR *folder = opendir(place.conf);
	const struct dirent *file;

	assert_non_null(folder);
	while ((file = readdir(folder)))
		if (file->d_name[0] != '.')
			assert_int_equal(unlinkat(dirfd(folder), file->d_name, 0), 0);
	closedir(folder);
}

static bool is_own_module(const char *word)
{
	size_t n = strlen(word);

	return !strncmp(word, "pam_", 4) && n > 7 && !strcmp(word + n - 3, ".so") &&
	       strcmp(word, "pam_permit.so") != 0 && strcmp(word, "pam_deny.so") != 0;
}

static bool includes(const char *word)
{
	return !strcasecmp(word, "include") || !strcasecmp(word, "substack") ||
	       !strcasecmp(word, "@include");
}

/* Write one word of a file, with its folder before it if it wants one. */
static void write_word(FILE *to, const char *word, const char *before)
{
	if (is_own_module(word)) {
		if (strcmp(word, "pam_absent.so") != 0)
			copy_module(word);
		fprintf(to, "%s/%s", place.modules, word);
	} else if (includes(before) && *word != '/' && *word != '#' && *word != '\\') {
		fprintf(to, "%s/%s", place.conf, word);
	} else {
		fputs(word, to);
	}
}

void wiring_libpam_add(const char *name, const char *text)
{
	char path[256], word[2048], before[2048] = "";
	FILE *to;

	snprintf(path, sizeof(path), "%s/%s", place.conf, name);
	to = fopen(path, "we");
	assert_non_null(to);
	while (*text) {
		size_t n = strcspn(text, " \t\n");

		assert_in_range(n, 0, sizeof(word) - 1);
		memcpy(word, text, n);
		word[n] = '\0';
		if (n > 0) {
			write_word(to, word, before);
			strcpy(before, word);
		}
		text += n;
		if (*text == '\n')
			before[0] = '\0';
		if (*text)
			fputc(*text++, to);
	}
	assert_int_equal(fclose(to), 0);
}

void wiring_libpam_add_folder(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *file;
	char whole[512];
	char *text;
	size_t n;

	if (!folder)
		fail_msg("%s: %s", path, strerror(errno));
	while ((file = readdir(folder))) {
		if (file->d_name[0] == '.')
			continue;
		snprintf(whole, sizeof(whole), "%s/%s", path, file->d_name);
		text = support_read_file(whole, &n);
		wiring_libpam_add(file->d_name, text);
		free(text);
	}
	closedir(folder);
}

static int read_path(void *context, const char *path, char **ret_text, size_t *ret_n)
{
	struct stat st;

	(void)context;
	if (stat(path, &st) < 0)
		return -ENOENT;
	if (!S_ISDIR(st.st_mode)) {
		*ret_text = support_read_file(path, ret_n);
		return 0;
	}
	*ret_text = calloc(1, 1);
	*ret_n = 0;
	return *ret_text ? 0 : -ENOMEM;
}

static bool has_folder(void *context, const char *path)
{
	struct stat st;

	(void)context;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* pam_absent.so is the only module that does not exist. */
static int check_module(void *context, const char *module, enum stack_type type,
			enum stack_fault *ret)
{
	(void)context;
	(void)type;
	*ret = *module == '/' && access(module, F_OK) < 0 ? STACK_NOT_FOUND : STACK_NO_FAULT;
	return 0;
}

const struct stack_host *wiring_libpam_host(void)
{
	static const struct stack_host host = { .read = read_path,
						.has_folder = has_folder,
						.confdir = place.conf,
						.check = check_module };

	return &host;
}

/* ---- libpam ---- */

static int converse(int n, const struct pam_message **messages, struct pam_response **responses,
		    void *context)
{
	(void)n;
	(void)messages;
	(void)responses;
	(void)context;
	return PAM_CONV_ERR;
}

static const struct pam_conv conversation = { .conv = converse };

/* Run the phase once. Whether it succeeds. */
static bool run(pam_handle_t *pamh)
{
	int result;

	script.at = 0;
	script.is_second_pass = false;
	script.has_strayed = false;
	result = script.question == VERDICT_CHANGE ? pam_chauthtok(pamh, 0)
						   : pam_acct_mgmt(pamh, 0);
	return result == PAM_SUCCESS ||
	       (script.question == VERDICT_EXPIRED && result == PAM_NEW_AUTHTOK_REQD);
}

/* NULL where libpam refuses the service, which it does at once. */
static pam_handle_t *start(const char *service, enum verdict_question question)
{
	pam_handle_t *pamh = NULL;

	memset(&script, 0, sizeof(script));
	script.question = question;
	if (pam_start_confdir(service, "somebody", &conversation, place.conf, &pamh) != PAM_SUCCESS)
		pamh = NULL;
	return pamh;
}

static void end(pam_handle_t *pamh)
{
	if (pamh)
		assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);
}

bool wiring_libpam_starts(const char *service)
{
	pam_handle_t *pamh = start(service, VERDICT_FRESH);

	end(pamh);
	return pamh;
}

bool wiring_libpam_ever(const char *service, enum verdict_question question, bool *ret_all)
{
	pam_handle_t *pamh = start(service, question);
	unsigned int n = 0;
	bool has_ever;

	do
		has_ever = pamh && run(pamh);
	while (!has_ever && ++n < PATIENCE && turn());
	*ret_all = has_ever || n < PATIENCE;
	end(pamh);
	return has_ever;
}

/* Whether the line's module asks the script. */
static bool is_scripted(const struct stack_entry *entry)
{
	return entry->kind == STACK_MODULE && entry->module[0] == '/' &&
	       !stack_is_module(entry, "pam_absent.so");
}

bool wiring_libpam_follows(const char *service, enum verdict_question question,
			   const struct stack *stack, const struct verdict *verdict)
{
	pam_handle_t *pamh = start(service, question);
	bool succeeds;

	script.is_fixed = true;
	for (size_t i = 0; i < verdict->n_witness; i++) {
		const struct verdict_step *step = &verdict->witness[i];

		if (!is_scripted(&stack->entries[step->entry]))
			continue;
		assert_in_range(script.n, 0, CALLS_MAX - 1);
		script.returns[script.n++] = (unsigned char)step->returned;
	}
	succeeds = pamh && run(pamh) && !script.has_strayed && script.at == script.n;
	end(pamh);
	return succeeds;
}
