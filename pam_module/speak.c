/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "speak.h"

#include <security/pam_ext.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "drift.h"

/*
 * Bytes of a name in the log. Longer ones are cut: nobody has one, but anybody can try to log in
 * as one.
 */
#define WORD_SIZE 128
#define PATH_SIZE 512

/*
 * Make a word fit for a log of `key=value`: what is no printable ASCII, and what could end the
 * word, becomes \xNN. The user's and the service's name come from outside.
 */
static void escape(const char *word, char *to, size_t size)
{
	size_t n = 0;

	for (const unsigned char *p = (const unsigned char *)word; *p && n + 5 < size; p++) {
		if (*p > ' ' && *p < 0x7f && *p != '"' && *p != '\\' && *p != '=')
			to[n++] = (char)*p;
		else
			n += (size_t)snprintf(to + n, size - n, "\\x%02x", *p);
	}
	to[n] = '\0';
}

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Append to a text of limited size; what does not fit is left out. */
static void append(char *text, size_t size, const char *separator, const char *word)
{
	size_t n = strlen(text);

	snprintf(text + n, size - n, "%s%s", n ? separator : "", word);
}

static void append_step(char *path, const struct rolegate_step *step)
{
	char word[WORD_SIZE], place[WORD_SIZE + 16];

	escape(step->name, word, sizeof(word));
	append(path, PATH_SIZE, " > ", word);
	if (step->line == 0 || step->kind == ROLEGATE_STEP_PERMISSION ||
	    step->kind == ROLEGATE_STEP_ROLE)
		return;
	escape(file_name(step->file), word, sizeof(word));
	snprintf(place, sizeof(place), "(%s:%u)", word, step->line);
	append(path, PATH_SIZE, "", place);
}

/* The path that decided, and what was missing. */
static void describe(const struct consultation *c, char path[PATH_SIZE], char missing[PATH_SIZE])
{
	struct rolegate_subject subject = { .person = c->subject.person };
	struct rolegate_actor actor = { .person = c->actor.person };
	struct rolegate_explanation *e = NULL;
	char word[WORD_SIZE];

	path[0] = missing[0] = '\0';
	if (!c->policy || rolegate_explain(c->policy, &c->request, &subject,
					   c->has_actor ? &actor : NULL, &e) < 0)
		return;
	for (size_t i = 0; i < e->n_steps; i++)
		append_step(path, &e->steps[i]);
	for (size_t i = 0; i < e->n_missing; i++) {
		escape(e->missing[i], word, sizeof(word));
		append(missing, PATH_SIZE, e->any_suffices ? "|" : ",", word);
	}
	rolegate_explanation_free(e);
}

static int priority(enum speak_result result)
{
	switch (result) {
	case SPEAK_ALLOW:
		return LOG_DEBUG;
	case SPEAK_RESCUE:
		return LOG_CRIT;
	case SPEAK_ERROR:
		return LOG_ERR;
	default:
		return LOG_NOTICE;
	}
}

static const char *result_word(enum speak_result result)
{
	switch (result) {
	case SPEAK_ALLOW:
		return "allow";
	case SPEAK_WOULD_DENY:
		return "would-deny";
	case SPEAK_ERROR:
		return "error";
	case SPEAK_RESCUE:
		return "rescue";
	default:
		return "deny";
	}
}

/* An answer that could not be had: say what is wrong with the policy. */
static void log_trouble(pam_handle_t *pamh, const struct consultation *c, enum speak_result result,
			const char *user, const char *service)
{
	const char *what = c->trouble ? c->trouble : rolegate_reason_text(c->decision.reason);

	pam_syslog(pamh, priority(result), "%s user=%s service=%s reason=%s trouble=\"%s\"%s",
		   result_word(result), user, service, rolegate_reason_name(c->decision.reason),
		   what, result == SPEAK_RESCUE ? "; uid 0 is let in to mend it" : "");
}

void speak_log(pam_handle_t *pamh, const struct consultation *c, enum speak_result result,
	       const char *user)
{
	char who[WORD_SIZE], service[WORD_SIZE], actor[WORD_SIZE] = "", path[PATH_SIZE],
						 missing[PATH_SIZE];

	escape(user, who, sizeof(who));
	escape(c->request.service, service, sizeof(service));
	if (result == SPEAK_ERROR || result == SPEAK_RESCUE) {
		log_trouble(pamh, c, result, who, service);
		return;
	}
	if (c->decision.about_actor && c->has_actor)
		escape(c->actor.name, actor, sizeof(actor));
	describe(c, path, missing);
	pam_syslog(pamh, priority(result),
		   "%s user=%s%s%s service=%s reason=%s%s%s path=\"%s\" generation=%llu%s%s",
		   result_word(result), who, actor[0] ? " actor=" : "", actor, service,
		   rolegate_reason_name(c->decision.reason), missing[0] ? " missing=" : "", missing,
		   path, (unsigned long long)c->decision.generation,
		   result == SPEAK_ALLOW ? "" : " sources=",
		   result == SPEAK_ALLOW ? "" : drift_word(c->policy, NULL));
}

void speak_log_nobody(pam_handle_t *pamh)
{
	pam_syslog(pamh, LOG_ERR, "error: the program names no user or no service; refused");
}

void speak_log_argument(pam_handle_t *pamh, const char *argument)
{
	char word[WORD_SIZE];

	escape(argument, word, sizeof(word));
	pam_syslog(
		pamh, LOG_ERR,
		"error: argument `%s` is not understood, and everybody is refused until it is mended; known are "
		"service=, require=, mode=permissive, state=/DIR, quiet, norescue, debug",
		word);
}

void speak_to_user(pam_handle_t *pamh, const struct consultation *c,
		   const struct arguments *arguments, int flags)
{
	char service[WORD_SIZE];

	if (arguments->is_quiet || ((unsigned int)flags & PAM_SILENT) ||
	    (c->policy && !rolegate_policy_tells_user(c->policy)))
		return;
	escape(c->request.service, service, sizeof(service));
	/* A user who cannot be told is refused all the same. */
	(void)pam_error(pamh, "rolegate: you may not use %s here: %s.", service,
			rolegate_reason_text(c->decision.reason));
}
