/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "walk_oracle.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const moments[VIEW_MOMENTS] = { "now", "in a day", "in a month", "in a year",
						   "in three years" };

bool oracle_is_owner(const struct view *view, const struct view_names *names, size_t who)
{
	return view->allowed[0][who][names->own_all];
}

bool oracle_is_manager(const struct view *view, const struct view_names *names, size_t who)
{
	return view->allowed[0][who][names->manage];
}

__attribute__((format(printf, 2, 3))) static bool breach(char text[ORACLE_TEXT_SIZE],
							 const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, ORACLE_TEXT_SIZE, format, arguments);
	va_end(arguments);
	return false;
}

static bool is_privilege(const struct oracle_step *step, size_t permission)
{
	for (size_t i = 0; world_privileges[i]; i++)
		if (!strcmp(world_privileges[i], step->names->permissions[permission]))
			return true;
	return false;
}

/* P7: owners hold all privileges that there are. */
static bool exists(const struct oracle_step *step, const struct view *view, size_t privilege)
{
	for (size_t who = 0; who < WORLD_PEOPLE; who++)
		if (oracle_is_owner(view, step->names, who))
			return view->allowed[0][who][privilege];
	return false;
}

/* What is new to the policy may be brought in by anybody. */
static bool is_new(const struct oracle_step *step, size_t permission)
{
	return is_privilege(step, permission) && !exists(step, step->before, permission);
}

/* So who lets a privilege vanish has to hold it, or could bring it in anew for himself (A2). */
static bool is_laundered(const struct oracle_step *step, size_t permission)
{
	return is_privilege(step, permission) && exists(step, step->before, permission) &&
	       !exists(step, step->after, permission) &&
	       !step->before->allowed[0][step->actor][permission];
}

/* A2 and A3 of one answer. */
static bool allows_answer(const struct oracle_step *step, size_t m, size_t who, size_t p,
			  char reterr_breach[ORACLE_TEXT_SIZE])
{
	const struct view *before = step->before;
	bool was = before->allowed[m][who][p], is = step->after->allowed[m][who][p];

	if (was && !is && p == step->names->own_all)
		return breach(reterr_breach, "A3: %s is no owner any more %s", world_people[who],
			      moments[m]);
	if (was || !is || is_new(step, p))
		return true;
	if (!before->allowed[0][step->actor][p])
		return breach(reterr_breach, "A2: %s gains %s %s, which %s does not hold",
			      world_people[who], step->names->permissions[p], moments[m],
			      world_people[step->actor]);
	if (step->own_term && who == step->actor)
		return breach(reterr_breach, "A2: %s prolongs his own %s: has it %s",
			      world_people[who], step->names->permissions[p], moments[m]);
	return true;
}

/* Whether somebody holds the same as before. */
static bool holds_the_same(const struct oracle_step *step, size_t who)
{
	return !memcmp(step->before->allowed[0][who], step->after->allowed[0][who], step->names->n);
}

/*
 * A2 and A7 of services: where the answer to somebody is another who holds the same, the service
 * itself was changed. So that it may be, it has to let the actor in, and to have done so if it
 * had an entry.
 */
static bool allows_service(const struct oracle_step *step, size_t who, size_t s,
			   char reterr_breach[ORACLE_TEXT_SIZE])
{
	const struct view_service *was = &step->before->services[who][s];
	const struct view_service *is = &step->after->services[who][s];
	const struct view_service *mine = &step->before->services[step->actor][s];

	if (!was->is_allowed && !is->is_allowed && was->is_permissive != is->is_permissive)
		return breach(reterr_breach, "A7: the mode of %s is another", world_services[s]);
	if (was->is_allowed == is->is_allowed || !holds_the_same(step, who))
		return true;
	if (!was->has_entry && !is->has_entry)
		return breach(reterr_breach, "A7: %s, which has no entry, is another",
			      world_services[s]);
	if (!step->after->services[step->actor][s].is_allowed)
		return breach(reterr_breach, "A2: %s changes %s, which does not let them in",
			      world_people[step->actor], world_services[s]);
	if (mine->has_entry && !mine->is_allowed)
		return breach(reterr_breach, "A2: %s changes %s, which did not let them in",
			      world_people[step->actor], world_services[s]);
	return true;
}

static bool allows_about(const struct oracle_step *step, size_t who,
			 char reterr_breach[ORACLE_TEXT_SIZE])
{
	bool is_fine = true;

	for (size_t m = 0; m < VIEW_MOMENTS && is_fine; m++)
		for (size_t p = 0; p < step->names->n && is_fine; p++)
			is_fine = allows_answer(step, m, who, p, reterr_breach);
	for (size_t s = 0; world_services[s] && is_fine; s++)
		is_fine = allows_service(step, who, s, reterr_breach);
	if (is_fine && step->after->may_set_passwords[who] != step->before->may_set_passwords[who])
		is_fine = breach(reterr_breach, "A7: the password gate is another to %s",
				 world_people[who]);
	return is_fine;
}

bool oracle_allows(const struct oracle_step *step, char reterr_breach[ORACLE_TEXT_SIZE])
{
	bool is_fine = true;

	if (step->after->has_conflict)
		return breach(reterr_breach, "A6: somebody holds roles that exclude each other");
	if (oracle_is_owner(step->before, step->names, step->actor))
		return true;
	if (!oracle_is_manager(step->before, step->names, step->actor))
		return breach(reterr_breach, "A1: %s does not manage roles",
			      world_people[step->actor]);
	for (size_t p = 0; p < step->names->n; p++)
		if (is_laundered(step, p))
			return breach(reterr_breach, "A2: %s lets %s vanish and does not hold it",
				      world_people[step->actor], step->names->permissions[p]);
	for (size_t who = 0; who < WORLD_PEOPLE && is_fine; who++)
		is_fine = allows_about(step, who, reterr_breach);
	return is_fine;
}
