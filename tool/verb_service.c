/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* service set, unset: the policy's own entries for PAM services. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "managed_edit.h"
#include "names.h"
#include "policy_services.h"
#include "revise.h"
#include "standing.h"
#include "verbs.h"
#include "words.h"

/* ---- The entry of one service ---- */

/* What covers a name: its own entry, or the longest prefix; and a name that may have been meant. */
struct covering {
	const char *name;
	bool is_own, is_any;
	size_t n_matched;
	struct place place;
	unsigned int flags;
	char near[FORMAT_NAME_MAX + 1];
	unsigned int distance;
};

static int look_at_service(const struct service *service, void *context)
{
	struct covering *c = context;
	size_t n = strlen(service->name);
	bool is_prefix = n > 0 && service->name[n - 1] == '*';
	const char *best = *c->near ? c->near : NULL;

	names_consider(c->name, service->name, &best, &c->distance);
	if (best && best != c->near)
		snprintf(c->near, sizeof(c->near), "%s", best);
	if (!strcmp(service->name, c->name)) {
		c->is_own = c->is_any = true;
		c->n_matched = SIZE_MAX;
	} else if (is_prefix && !strncmp(service->name, c->name, n - 1) && n > c->n_matched) {
		c->is_any = true;
		c->n_matched = n;
	} else {
		return 0;
	}
	c->place = service->place;
	c->flags = service->flags;
	return 0;
}

static int find_covering(const struct revision *revision, const char *name, struct covering *ret)
{
	int r;

	*ret = (struct covering){ .name = name };
	r = policy_services_each_entry(revision->active, look_at_service, ret);
	return r < 0 ? tool_fail_errno(revision->tool, r, "reading services") : EXIT_DONE;
}

/* Whether a file is a catalog: its entries may be replaced by the policy's own. */
static bool is_catalogs(const struct rolegate_policy *policy, struct place place)
{
	char *path = tool_source_path(policy, place.file);
	bool is_policys;

	is_policys = path && (!strcmp(path, ROLEGATE_CONF_DIR "/rolegate.conf") ||
			      !strncmp(path, ROLEGATE_CONF_DIR "/policy.d/",
				       strlen(ROLEGATE_CONF_DIR "/policy.d/")));
	free(path);
	return path && !is_policys;
}

static bool is_persons(const struct revision *revision, const struct covering *c)
{
	return c->is_own && !standing_is_managed(revision->active, c->place) &&
	       !is_catalogs(revision->active, c->place);
}

/* ---- set ---- */

struct setting {
	const char *name;
	const struct option_list *required;
	enum format_require require;
	const char *subject; /* NULL: as it is */
};

/* What is to be required, as the managed file names it. Owner: free(ret->list), always. */
static int find_required(struct revision *revision, const struct setting *s, struct refs *ret)
{
	*ret = (struct refs){ 0 };
	for (size_t i = 0; i < s->required->n; i++) {
		struct standing_permission permission;
		int status = standing_find_permission(revision->tool, revision->active,
						      s->required->items[i], &permission);

		if (status != 0)
			return status;
		managed_add_ref(revision->managed, ret,
				model_permission(revision->managed, s->required->items[i]));
	}
	return EXIT_DONE;
}

static bool is_same(const struct model_service *service, const struct refs *required,
		    enum format_require require, unsigned int flags)
{
	if (service->flags != flags || service->require != require ||
	    service->required.n != required->n)
		return false;
	for (size_t i = 0; i < required->n; i++)
		if (service->required.list[i].id != required->list[i].id)
			return false;
	return true;
}

/* Put the entry into the managed file; what is required becomes the entry's. */
static void put_entry(struct revision *revision, const struct setting *s, unsigned int flags,
		      struct refs *required)
{
	struct model_service *service = managed_find_service(revision->managed, s->name);

	if (service && is_same(service, required, s->require, flags))
		return;
	service = managed_add_service(revision->managed, s->name);
	if (!service)
		return;
	free(service->required.list);
	service->required = *required;
	*required = (struct refs){ 0 };
	service->require = s->require;
	service->flags = flags;
	revision->is_changed = true;
}

/*
 * The subject and the mode of what covers the service so far stay, unless the command says otherwise:
 * whoever gives su another permission still means the caller.
 */
static unsigned int new_flags(const struct setting *s, const struct covering *c)
{
	unsigned int flags = c->is_any ? c->flags : 0;

	if (s->subject) {
		flags &= ~FORMAT_SERVICE_ACTOR;
		flags |= !strcmp(s->subject, "actor") ? FORMAT_SERVICE_ACTOR : 0;
	}
	return flags;
}

static void note_set(struct revision *revision, const struct setting *s, const struct covering *c,
		     unsigned int flags)
{
	if (!revision->is_changed) {
		revise_note(revision, "the entry of %s says so already", s->name);
		return;
	}
	revise_note(revision, "%s %s", s->name,
		    s->require == FORMAT_REQUIRE_NOTHING ? "is open to everybody"
		    : s->require == FORMAT_REQUIRE_ANY	 ? "requires any of the permissions named"
							 : "requires all permissions named");
	if (flags & FORMAT_SERVICE_ACTOR && !s->subject)
		revise_note(
			revision,
			"it is still decided about the actor, not the user (--subject user changes that)");
	if (c->is_any && flags & FORMAT_SERVICE_PERMISSIVE)
		revise_note(revision, "it is still permissive: nobody is refused there");
}

static int edit_set(struct revision *revision, void *context)
{
	const struct setting *s = context;
	struct refs required = { 0 };
	struct covering c;
	unsigned int flags;
	int status;

	status = find_covering(revision, s->name, &c);
	if (status == EXIT_DONE && is_persons(revision, &c))
		return standing_refuse(revision->tool, revision->active, c.place,
				       "what %s requires is said there", s->name);
	if (status == EXIT_DONE)
		status = find_required(revision, s, &required);
	flags = new_flags(s, &c);
	if (status == EXIT_DONE) {
		put_entry(revision, s, flags, &required);
		note_set(revision, s, &c, flags);
	}
	free(required.list);
	return status;
}

/* The options of `set`. 0, or the exit status after a complaint. */
static int read_setting(struct tool *tool, struct setting *ret)
{
	const struct options *options = &tool->options;
	uint64_t ways = options->given & (OPTION_REQUIRE | OPTION_REQUIRE_ANY | OPTION_OPEN);
	int status;

	*ret = (struct setting){
		.name = options->words[1],
		.required = ways == OPTION_REQUIRE_ANY ? &options->require_any : &options->require,
		.require = ways == OPTION_REQUIRE	? FORMAT_REQUIRE_ALL
			   : ways == OPTION_REQUIRE_ANY ? FORMAT_REQUIRE_ANY
							: FORMAT_REQUIRE_NOTHING,
		.subject = options->subject,
	};
	if (ways != OPTION_REQUIRE && ways != OPTION_REQUIRE_ANY && ways != OPTION_OPEN)
		return options_complain("service set",
					"say one of --require P, --require-any P and --open");
	if (ways != OPTION_OPEN && ret->required->n == 0)
		return options_complain("service set",
					"no permission is named; --open lets everybody in");
	if (ret->required->n > FORMAT_REQUIRE_MAX)
		return options_complain("service set", "at most %u permissions are possible",
					FORMAT_REQUIRE_MAX);
	if (ret->subject && strcmp(ret->subject, "user") != 0 && strcmp(ret->subject, "actor") != 0)
		return options_complain("service set", "--subject is user or actor, not `%s`",
					ret->subject);
	status = revise_check_word("service set", "the service's name", WORDS_SERVICE, ret->name);
	if (status == 0)
		format_lower_case(options->words[1], options->words[1]);
	for (size_t i = 0; i < ret->required->n && status == 0; i++)
		status = revise_check_word("service set", "the permission's name", WORDS_SYMBOL,
					   ret->required->items[i]);
	return status;
}

/* Run with "service WORD NAME" as the reason. */
static int run(struct tool *tool, int (*edit)(struct revision *revision, void *context),
	       void *context)
{
	char *what;
	int status;

	if (asprintf(&what, "service %s %s", tool->options.words[0], tool->options.words[1]) < 0)
		return tool_out_of_memory(tool);
	status = revise(tool, what, edit, context);
	free(what);
	return status;
}

int verb_service_set(struct tool *tool)
{
	struct setting s;
	int status = read_setting(tool, &s);

	return status ? status : run(tool, edit_set, &s);
}

/* ---- unset ---- */

static int refuse_unset(const struct revision *revision, const struct covering *c)
{
	char *where;
	int status;

	if (!c->is_any)
		return tool_fail(
			revision->tool, EXIT_USAGE, "unknown-service",
			"no entry is called `%s`%s%s%s; `rolegate service list` lists them",
			c->name, *c->near ? ", did you mean `" : "", c->near, *c->near ? "`?" : "");
	if (is_persons(revision, c))
		return standing_refuse(revision->tool, revision->active, c->place,
				       "what %s requires is said there", c->name);
	where = standing_where(revision->active, c->place);
	if (!where)
		return tool_out_of_memory(revision->tool);
	status = tool_fail(
		revision->tool, EXIT_REFUSED, "not-set",
		"what %s requires is not said by the policy but at %s; `rolegate service set` puts an entry of "
		"your own before that. Nothing was changed",
		c->name, where);
	free(where);
	return status;
}

static int edit_unset(struct revision *revision, void *context)
{
	const char *name = context;
	struct covering c;
	int status;

	status = find_covering(revision, name, &c);
	if (status != EXIT_DONE)
		return status;
	if (!managed_find_service(revision->managed, name))
		return refuse_unset(revision, &c);
	managed_remove_service(revision->managed, name);
	revision->is_changed = true;
	revise_note(
		revision,
		"the entry of %s is gone: a catalog's is in force again, or a prefix, or else other_services",
		name);
	return EXIT_DONE;
}

int verb_service_unset(struct tool *tool)
{
	char *name = tool->options.words[1];
	int status = revise_check_word("service unset", "the service's name", WORDS_SERVICE, name);

	if (status == 0)
		format_lower_case(name, name);
	return status ? status : run(tool, edit_unset, name);
}
