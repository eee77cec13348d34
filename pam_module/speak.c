/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "speak.h"

#include <security/pam_ext.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "actor.h"
#include "drift.h"

/*
 * Bytes of a name in the log. Longer ones are cut: nobody has one, but anybody can try to log in
 * as one.
 */
#define WORD_SIZE 128
#define ACCOUNT_SIZE ((size_t)3 * WORD_SIZE)
#define PATH_SIZE 512

/* As snprintf(3), of which the compiler would make several: every login looks up each symbol of the module. */
__attribute__((format(printf, 3, 4))) static size_t print(char *to, size_t size, const char *format,
							  ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(to, size, format, arguments);
	va_end(arguments);
	return n > 0 ? (size_t)n : 0;
}

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
			n += print(to + n, size - n, "\\x%02x", *p);
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

	print(text + n, size - n, "%s%s", n ? separator : "", word);
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
	print(place, sizeof(place), "(%s:%u)", word, step->line);
	append(path, PATH_SIZE, "", place);
}

/* Put an explanation into words, and free it. */
static void describe(struct rolegate_explanation *e, char path[PATH_SIZE], char missing[PATH_SIZE])
{
	char word[WORD_SIZE];

	for (size_t i = 0; i < e->n_steps; i++)
		append_step(path, e->steps[i]);
	for (size_t i = 0; i < e->n_missing; i++) {
		escape(e->missing[i], word, sizeof(word));
		append(missing, PATH_SIZE, e->any_suffices ? "|" : ",", word);
	}
	rolegate_explanation_free(e);
}

/* The path that decided, and what was missing. */
static void explain(const struct consultation *c, char path[PATH_SIZE], char missing[PATH_SIZE])
{
	struct rolegate_subject subject = { .person = c->subject.person };
	struct rolegate_actor actor = { .person = c->actor.person };
	struct rolegate_explanation *e;

	path[0] = missing[0] = '\0';
	if (c->policy && rolegate_explain(c->policy, &c->request, &subject,
					  c->has_actor ? &actor : NULL, &e) == 0)
		describe(e, path, missing);
}

/* The same for the password gate. There is none where nobody is known to act. */
static void explain_password(const struct consultation *c, char path[PATH_SIZE],
			     char missing[PATH_SIZE])
{
	struct rolegate_target target = { .person = c->target.person };
	struct rolegate_actor actor = { .person = c->actor.person };
	struct rolegate_explanation *e;

	path[0] = missing[0] = '\0';
	if (c->policy && c->has_actor &&
	    rolegate_explain_password(c->policy, &c->request, &target, &actor, &e) == 0)
		describe(e, path, missing);
}

static int priority(enum speak_result result, bool is_gate)
{
	switch (result) {
	case SPEAK_ALLOW:
		/* The passwords of others are set seldom, and every time somebody may ask who did it (G3). */
		return is_gate ? LOG_NOTICE : LOG_DEBUG;
	case SPEAK_RESCUE:
		return LOG_CRIT;
	case SPEAK_ERROR:
		return LOG_ERR;
	case SPEAK_OWN:
		return LOG_INFO;
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
	case SPEAK_OWN:
		return "own";
	default:
		return "deny";
	}
}

static const char *trouble(const struct consultation *c)
{
	return c->trouble ? c->trouble : rolegate_reason_text(c->decision.reason);
}

/*
 * What the name service said of the account that was decided about, as far as it explains the answer: its canonical
 * name if another was typed, both uids if there are two, the source that did not answer. "" or " key=value…".
 */
static void describe_account(const struct account *account, const char *typed,
			     char words[ACCOUNT_SIZE])
{
	const unsigned int facts = account->person.facts;
	char name[WORD_SIZE], source[WORD_SIZE];
	size_t n = 0;

	words[0] = '\0';
	if (account->name && typed && strcmp(account->name, typed) != 0) {
		escape(account->name, name, sizeof(name));
		n += print(words + n, ACCOUNT_SIZE - n, " account=%s", name);
	}
	if (facts & ROLEGATE_FACT_AMBIGUOUS)
		n += print(words + n, ACCOUNT_SIZE - n, " uids=%ju,%jd",
			   (uintmax_t)account->person.uid, (intmax_t)(int32_t)account->other_uid);
	if (account->silent[0]) {
		escape(account->silent, source, sizeof(source));
		print(words + n, ACCOUNT_SIZE - n, " source=%s lookup=%s", source, account->asked);
	}
}

/* An answer that could not be had: say what is wrong with the policy. */
static void log_trouble(pam_handle_t *pamh, const struct consultation *c, enum speak_result result,
			const char *user, const char *service, const char *account)
{
	pam_syslog(pamh, priority(result, false),
		   "%s user=%s%s service=%s reason=%s trouble=\"%s\"%s", result_word(result), user,
		   account, service, rolegate_reason_name(c->decision.reason), trouble(c),
		   result == SPEAK_RESCUE ? "; uid 0 is let in to mend it" : "");
}

void speak_log(pam_handle_t *pamh, const struct consultation *c, enum speak_result result,
	       const char *user)
{
	bool is_about_actor = c->decision.about_actor && c->has_actor;
	char who[WORD_SIZE], service[WORD_SIZE], actor[WORD_SIZE] = "", account[ACCOUNT_SIZE];
	char path[PATH_SIZE], missing[PATH_SIZE];

	escape(user, who, sizeof(who));
	escape(c->request.service, service, sizeof(service));
	describe_account(is_about_actor ? &c->actor : &c->subject, is_about_actor ? NULL : user,
			 account);
	if (result == SPEAK_ERROR || result == SPEAK_RESCUE) {
		log_trouble(pamh, c, result, who, service, account);
		return;
	}
	if (is_about_actor)
		escape(c->actor.name, actor, sizeof(actor));
	explain(c, path, missing);
	pam_syslog(pamh, priority(result, false),
		   "%s user=%s%s%s%s service=%s reason=%s%s%s path=\"%s\" generation=%llu%s%s",
		   result_word(result), who, actor[0] ? " actor=" : "", actor, account, service,
		   rolegate_reason_name(c->decision.reason), missing[0] ? " missing=" : "", missing,
		   path, (unsigned long long)c->decision.generation,
		   result == SPEAK_ALLOW ? "" : " sources=",
		   result == SPEAK_ALLOW ? "" : drift_word(c->policy, NULL));
}

/* The actor's name; without one the uid, as sudoers(5) writes it; without either "?". */
static void name_actor(const struct consultation *c, const char *target, char word[WORD_SIZE])
{
	if (c->known_by == CONSULT_EXPIRED_PASSWORD)
		escape(target, word, WORD_SIZE);
	else if (c->actor.name && !(c->actor.person.facts & ROLEGATE_FACT_ABSENT))
		escape(c->actor.name, word, WORD_SIZE);
	else if (c->has_actor)
		print(word, WORD_SIZE, "#%ju", (uintmax_t)c->actor.person.uid);
	else
		strcpy(word, "?");
}

/*
 * How the actor is known. That a password has expired is the program's word alone: `passwd -k` says
 * so too, so the log has what the kernel says of its caller.
 */
static void name_source(const struct consultation *c, char words[WORD_SIZE])
{
	static const char *const names[] = {
		[CONSULT_UNKNOWN] = "unknown",
		[CONSULT_REAL_UID] = "real-uid",
		[CONSULT_LOGIN_UID] = "login-uid",
		[CONSULT_EXPIRED_PASSWORD] = "expired-password",
		[CONSULT_COUNTS_AS_ROOT] = "unknown-as-root",
	};
	uid_t uid = 0;
	enum actor_source caller = ACTOR_UNKNOWN;

	if (c->known_by == CONSULT_EXPIRED_PASSWORD)
		caller = actor_find(&uid);
	if (caller == ACTOR_REAL_UID || caller == ACTOR_LOGIN_UID)
		print(words, WORD_SIZE, "%s caller=#%ju", names[c->known_by], (uintmax_t)uid);
	else
		print(words, WORD_SIZE, "%s", names[c->known_by]);
}

/* What follows the words that every line of the gate has. */
static void log_gate(pam_handle_t *pamh, const struct consultation *c, enum speak_result result,
		     const char *words)
{
	char path[PATH_SIZE], missing[PATH_SIZE];

	if (result == SPEAK_OWN) {
		pam_syslog(pamh, priority(result, true), "%s", words);
		return;
	}
	if (result == SPEAK_ERROR || result == SPEAK_RESCUE) {
		pam_syslog(pamh, priority(result, true), "%s trouble=\"%s\"%s", words, trouble(c),
			   result == SPEAK_RESCUE ? "; root may set it all the same" : "");
		return;
	}
	explain_password(c, path, missing);
	pam_syslog(pamh, priority(result, true), "%s%s%s path=\"%s\" generation=%llu sources=%s",
		   words, missing[0] ? " missing=" : "", missing, path,
		   (unsigned long long)c->decision.generation, drift_word(c->policy, NULL));
}

void speak_log_password(pam_handle_t *pamh, const struct consultation *c, enum speak_result result,
			const char *target)
{
	char whose[WORD_SIZE], service[WORD_SIZE], actor[WORD_SIZE], source[WORD_SIZE];
	char of_target[ACCOUNT_SIZE], of_actor[ACCOUNT_SIZE], words[11 * WORD_SIZE];

	escape(target, whose, sizeof(whose));
	escape(c->request.service, service, sizeof(service));
	name_actor(c, target, actor);
	name_source(c, source);
	describe_account(&c->target, target, of_target);
	describe_account(&c->actor, NULL, of_actor);
	print(words, sizeof(words), "%s target=%s%s actor=%s%s known-by=%s service=%s reason=%s",
	      result_word(result), whose, of_target, actor, of_actor, source, service,
	      rolegate_reason_name(c->decision.reason));
	log_gate(pamh, c, result, words);
}

void speak_log_nobody(pam_handle_t *pamh)
{
	pam_syslog(pamh, LOG_ERR, "error: the program names no user or no service; refused");
}

void speak_log_argument(pam_handle_t *pamh, const char *argument, const char *known)
{
	char word[WORD_SIZE];

	escape(argument, word, sizeof(word));
	pam_syslog(pamh, LOG_ERR,
		   "error: argument `%s` is not understood, and everybody is refused until it is "
		   "mended; known are %s",
		   word, known);
}

/* Whether the line, the program or the policy wants silence. */
static bool is_mute(const struct consultation *c, const struct arguments *arguments, int flags)
{
	return arguments->is_quiet || ((unsigned int)flags & PAM_SILENT) ||
	       (c->policy && !rolegate_policy_tells_user(c->policy));
}

void speak_to_user(pam_handle_t *pamh, const struct consultation *c,
		   const struct arguments *arguments, int flags)
{
	char service[WORD_SIZE];

	if (is_mute(c, arguments, flags))
		return;
	escape(c->request.service, service, sizeof(service));
	/* A user who cannot be told is refused all the same. */
	(void)pam_error(pamh, "rolegate: you may not use %s here: %s.", service,
			rolegate_reason_text(c->decision.reason));
}

void speak_to_actor(pam_handle_t *pamh, const struct consultation *c,
		    const struct arguments *arguments, int flags, const char *target)
{
	char whose[WORD_SIZE];

	if (is_mute(c, arguments, flags))
		return;
	escape(target, whose, sizeof(whose));
	(void)pam_error(pamh, "rolegate: you may not set the password of %s: %s.", whose,
			rolegate_reason_text(c->decision.reason));
}
