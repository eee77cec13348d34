/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "recorded.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "ask.h"
#include "capture.h"
#include "entries.h"
#include "name_sources.h"

/* Warnings of one kind that are worth reading; the rest are counted. */
#define WARNED_MAX 20u
/* Recorded names that are in no file: so many are looked up at each apply, to see whether they are what they were. */
#define LOOKED_AGAIN_MAX 1000u
/* Policies with more users than this are read whole before each of them is looked up. */
#define LOADED_MIN 1000u

/* A user or group of the model: from assignments or suspensions. */
struct subject {
	bool is_group;
	const char *name;
	struct place place;
	enum format_recorded *recorded;
	uint32_t *id;
};

struct recording {
	struct tool *tool;
	struct compiled *compiled;
	struct rolegate_policy *active; /* or NULL */
	bool lacks_file[2]; /* a root without passwd, or group: its names cannot be checked */
	bool has_other_sources[2];     /* of users, of groups: more than files */
	bool *is_in_file[2];	       /* by id in the model */
	size_t n_again;		       /* recorded names looked up again */
	size_t n_warned[2], n_changed; /* unknown users, unknown groups; recorded with another id */
};

/* ---- What was recorded before ---- */

static bool is_accepted(const struct tool *tool, const struct subject *s)
{
	const struct option_list *accept = &tool->options.accept;

	if (tool->accepts && tool->accepts_group == s->is_group && !strcmp(tool->accepts, s->name))
		return true;
	for (size_t i = 0; i < accept->n; i++)
		if (!strcmp(accept->items[i], s->name))
			return true;
	return false;
}

/* What the active policy has recorded of a user or group. 1, 0 it has no such name, or an error of the library. */
static int find_recorded(const struct recording *r, const struct subject *s, struct holder *ret)
{
	struct record record;
	struct cursor body;
	int found;

	if (!r->active)
		return 0;
	found = policy_find_name(r->active, s->is_group ? FORMAT_GROUPS : FORMAT_USERS, s->name,
				 &record, &body);
	if (found > 0 && !policy_read_holder(&body, ret))
		found = -EBADMSG;
	store_record_free(&record);
	return found;
}

/* Copy the recorded uid or gid. 0 or an error of the library. */
static int take_holder(struct recording *r, const struct subject *s)
{
	struct holder holder;
	int found = find_recorded(r, s, &holder);

	if (found > 0 && holder.recorded == FORMAT_RECORDED_PRESENT) {
		*s->recorded = FORMAT_RECORDED_PRESENT;
		*s->id = holder.id;
	}
	return found < 0 ? found : 0;
}

/* ---- What passwd and group say, in one reading ---- */

static struct subject user_subject(struct model *model, uint32_t id)
{
	struct model_holder *holder = &model->users.list[id];

	return (struct subject){ .name = model->users.names.list[id],
				 .place = model->assignments[holder->first].place,
				 .recorded = &holder->recorded,
				 .id = &holder->id };
}

static struct subject group_subject(struct model *model, uint32_t id)
{
	struct model_holder *holder = &model->groups.list[id];

	return (struct subject){ .is_group = true,
				 .name = model->groups.names.list[id],
				 .place = model->assignments[holder->first].place,
				 .recorded = &holder->recorded,
				 .id = &holder->id };
}

static struct subject suspended_subject(struct model *model, uint32_t id)
{
	struct model_suspension *suspension = &model->suspended[id];

	return (struct subject){ .name = model->suspended_names.list[id],
				 .place = suspension->place,
				 .recorded = &suspension->recorded,
				 .id = &suspension->id };
}

static void warn_changed(struct recording *r, const struct subject *s, uint32_t now)
{
	const char *what = s->is_group ? "group" : "user";

	if (r->tool->is_edit || r->n_changed++ >= WARNED_MAX)
		return;
	report_warning(
		&r->compiled->report, s->place,
		"%s \"%s\" has %s %u now, and had %u when it was recorded: its assignments do not count; "
		"if it is the same %s: rolegate apply --accept %s",
		what, s->name, s->is_group ? "gid" : "uid", now, *s->id, what, s->name);
}

/* The first entry of a name is the one that libc finds; a recorded id is not replaced (P3). */
static void take_entry(struct recording *r, const struct subject *s, uint32_t id)
{
	if (*s->recorded == FORMAT_RECORDED_UNKNOWN) {
		*s->recorded = FORMAT_RECORDED_PRESENT;
		*s->id = id;
	} else if (*s->id != id) {
		warn_changed(r, s, id);
	}
}

static int read_passwd(struct recording *r)
{
	struct model *model = &r->compiled->model;
	struct entries entries;
	const struct passwd *entry;
	struct subject s;
	uint32_t id;

	entries_open(r->tool, "/etc/passwd", &entries);
	r->lacks_file[false] = r->tool->root && entries.error == ENOENT;
	while ((entry = entries_next_user(&entries))) {
		id = names_find(&model->users.names, entry->pw_name);
		if (id != NAMES_NONE) {
			r->is_in_file[false][id] = true;
			s = user_subject(model, id);
			take_entry(r, &s, entry->pw_uid);
		}
		id = names_find(&model->suspended_names, entry->pw_name);
		if (id != NAMES_NONE) {
			s = suspended_subject(model, id);
			take_entry(r, &s, entry->pw_uid);
		}
	}
	return entries_close(&entries);
}

static int read_group(struct recording *r)
{
	struct model *model = &r->compiled->model;
	struct entries entries;
	const struct group *entry;
	struct subject s;
	uint32_t id;

	entries_open(r->tool, "/etc/group", &entries);
	r->lacks_file[true] = r->tool->root && entries.error == ENOENT;
	while ((entry = entries_next_group(&entries))) {
		id = names_find(&model->groups.names, entry->gr_name);
		if (id == NAMES_NONE)
			continue;
		r->is_in_file[true][id] = true;
		s = group_subject(model, id);
		take_entry(r, &s, entry->gr_gid);
	}
	return entries_close(&entries);
}

/* ---- What the other name sources say, one name after the other ---- */

static bool may_warn(struct recording *r, bool is_group)
{
	return !r->tool->is_edit && r->n_warned[is_group]++ < WARNED_MAX;
}

/* The local name that differs from one in case only, or "". */
static void find_other_case(struct recording *r, const struct subject *s,
			    char ret[FORMAT_NAME_MAX + 1])
{
	struct entries entries;
	const char *name;

	ret[0] = '\0';
	entries_open(r->tool, s->is_group ? "/etc/group" : "/etc/passwd", &entries);
	for (;;) {
		if (s->is_group) {
			const struct group *entry = entries_next_group(&entries);

			name = entry ? entry->gr_name : NULL;
		} else {
			const struct passwd *entry = entries_next_user(&entries);

			name = entry ? entry->pw_name : NULL;
		}
		if (!name)
			break;
		if (!strcasecmp(name, s->name))
			snprintf(ret, FORMAT_NAME_MAX + 1, "%s", name);
	}
	(void)output_note(entries_close(&entries));
}

static void warn_unknown(struct recording *r, const struct subject *s)
{
	const char *what = s->is_group ? "group" : "user";
	char other[FORMAT_NAME_MAX + 1];

	if (r->lacks_file[s->is_group] || !may_warn(r, s->is_group))
		return;
	find_other_case(r, s, other);
	if (*other)
		report_warning(
			&r->compiled->report, s->place,
			"%s \"%s\" is unknown to the system, which has \"%s\": names are compared "
			"byte for byte, write it so",
			what, s->name, other);
	else if (s->is_group)
		report_warning(
			&r->compiled->report, s->place,
			"group \"%s\" is unknown to the system: its assignments apply to no user; "
			"after it was created: rolegate apply",
			s->name);
	else
		report_warning(&r->compiled->report, s->place,
			       "user \"%s\" is unknown to the system", s->name);
}

static void warn_other_name(struct recording *r, const struct subject *s, const char *canonical)
{
	if (may_warn(r, s->is_group))
		report_warning(
			&r->compiled->report, s->place,
			"the system calls the %s \"%s\" by the name \"%s\": decisions are about that name, "
			"write it so",
			s->is_group ? "group" : "user", s->name, canonical);
}

static void warn_silent(struct recording *r, const struct subject *s, const char *source)
{
	const char *what = s->is_group ? "group" : "user";

	if (!may_warn(r, s->is_group))
		return;
	report_warning(
		&r->compiled->report, s->place,
		"name service source \"%s\" did not answer for %s \"%s\"%s; when it answers: rolegate apply",
		source, what, s->name,
		s->is_group && *s->recorded == FORMAT_RECORDED_UNKNOWN
			? ": until it is known, default roles are denied where this group could restrict a user"
			: "");
}

/* No answer: what was absent stays so, or an outage that has ended would go on until the next apply (P3). */
static int keep_absent(struct recording *r, const struct subject *s, const char *source)
{
	struct holder holder;
	int found = find_recorded(r, s, &holder);

	if (found > 0 && holder.recorded == FORMAT_RECORDED_ABSENT)
		*s->recorded = FORMAT_RECORDED_ABSENT;
	warn_silent(r, s, source);
	return found < 0 ? found : 0;
}

/* A name that libc did not find: whether every source that counts denies it. */
static int ask_sources(struct recording *r, const struct subject *s)
{
	const struct names *counted = &r->compiled->model.name_sources;
	struct name_sources sources = { .counted = counted->list, .n_counted = counted->n };
	int found;

	found = s->is_group ? name_sources_find_group(&sources, s->name, NULL)
			    : name_sources_find_user(&sources, s->name, NULL);
	if (found < 0)
		return found == -ENOMEM ? found : 0;
	if (found > 0 || sources.silent[0])
		return keep_absent(r, s, found > 0 ? "libc" : sources.silent);
	*s->recorded = FORMAT_RECORDED_ABSENT;
	warn_unknown(r, s);
	return 0;
}

/* Ask libc, and where it knows nothing each source. */
static int ask_system(struct recording *r, const struct subject *s)
{
	struct passwd user;
	struct group group;
	const char *canonical;
	char *buffer;
	int found;

	found = s->is_group ? ask_group(s->name, 0, &group, &buffer)
			    : ask_user(s->name, 0, &user, &buffer);
	if (found == -ENOMEM)
		return found;
	if (found <= 0)
		return ask_sources(r, s);
	canonical = s->is_group ? group.gr_name : user.pw_name;
	if (strcmp(canonical, s->name) != 0) {
		/* The account has that other name; this one leads to it and is none. */
		*s->recorded = FORMAT_RECORDED_ABSENT;
		warn_other_name(r, s, canonical);
	} else {
		take_entry(r, s, s->is_group ? group.gr_gid : user.pw_uid);
	}
	free(buffer);
	return 0;
}

/* Whether a recorded name of a directory still is what it was. Not after the first one without an answer. */
static int look_again(struct recording *r, const struct subject *s)
{
	const struct names *names = s->is_group ? &r->compiled->model.groups.names
						: &r->compiled->model.users.names;
	uint32_t id = names_find(names, s->name);
	struct passwd user;
	struct group group;
	const char *canonical;
	char *buffer;
	int found;

	if (r->tool->is_edit || r->n_again >= LOOKED_AGAIN_MAX || id == NAMES_NONE ||
	    r->is_in_file[s->is_group][id])
		return 0;
	r->n_again++;
	found = s->is_group ? ask_group(s->name, 0, &group, &buffer)
			    : ask_user(s->name, 0, &user, &buffer);
	if (found <= 0) {
		if (found < 0)
			r->n_again = LOOKED_AGAIN_MAX;
		return found == -ENOMEM ? found : 0;
	}
	canonical = s->is_group ? group.gr_name : user.pw_name;
	if (strcmp(canonical, s->name) != 0)
		warn_other_name(r, s, canonical);
	else
		take_entry(r, s, s->is_group ? group.gr_gid : user.pw_uid);
	free(buffer);
	return 0;
}

/* Settle a name that is neither recorded nor in the files. */
static int settle(struct recording *r, const struct subject *s)
{
	bool is_asked = !r->tool->root && r->has_other_sources[s->is_group];

	if (*s->recorded == FORMAT_RECORDED_PRESENT)
		return is_asked ? look_again(r, s) : 0;
	if (*s->recorded != FORMAT_RECORDED_UNKNOWN)
		return 0;
	if (is_asked)
		return ask_system(r, s);
	*s->recorded = FORMAT_RECORDED_ABSENT;
	warn_unknown(r, s);
	return 0;
}

/* ---- Name sources (P3) ---- */

static int add_source(struct recording *r, const char *source)
{
	struct model *model = &r->compiled->model;

	if (model->name_sources.n >= FORMAT_NAME_SOURCES_MAX)
		return 0;
	return names_add(&model->name_sources, &model->arena, source) == NAMES_NONE ? -ENOMEM : 0;
}

static int keep_source(const char *source, void *context)
{
	return add_source(context, source);
}

static int note_source(void *context, const char *source, bool is_user, bool answers)
{
	struct recording *r = context;

	if (answers) {
		r->has_other_sources[!is_user] = true;
		return add_source(r, source);
	}
	if (names_find(&r->compiled->model.name_sources, source) != NAMES_NONE) {
		r->has_other_sources[!is_user] = true;
		return 0;
	}
	/* It can take nothing away from a policy without assignments to groups. */
	if (!r->tool->is_edit && !is_user && r->compiled->model.groups.names.n > 0)
		report_warning(
			&r->compiled->report, PLACE_NOWHERE,
			"/etc/nsswitch.conf: source \"%s\" of group has never answered "
			"(source-never-answered): it does not count before it answers at an apply",
			source);
	return 0;
}

/* ---- UID_MIN ---- */

/* The number behind a key of login.defs, or 0. */
static uint32_t read_number(const char *line, const char *key)
{
	size_t n = strlen(key);
	unsigned long number;
	char *end;

	line += strspn(line, " \t");
	if (strncmp(line, key, n) != 0 || !strchr(" \t", line[n]))
		return 0;
	number = strtoul(line + n, &end, 0);
	return end > line + n && number < UINT32_MAX ? (uint32_t)number : 0;
}

static uint32_t read_uid_min(struct tool *tool)
{
	static const char *const paths[] = { "/etc/login.defs", "/usr/etc/login.defs" };
	uint32_t uid_min = 0;
	char line[512];

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && uid_min == 0; i++) {
		int fd = tree_open_file(&tool->tree, paths[i], O_RDONLY | O_NONBLOCK, 0);
		FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;

		while (file && fgets(line, sizeof(line), file)) {
			uint32_t number = read_number(line, "UID_MIN");

			uid_min = number > 0 ? number : uid_min;
		}
		if (file)
			fclose(file);
		else if (fd >= 0)
			close(fd);
	}
	return uid_min > 0 ? uid_min : MODEL_UID_MIN;
}

/* ---- All of it ---- */

/* Call for each user, group and suspended user of the model. */
static int each_subject(struct recording *r,
			int (*each)(struct recording *r, const struct subject *s))
{
	struct model *model = &r->compiled->model;
	struct subject s;
	int result = 0;

	for (uint32_t i = 0; i < model->users.names.n && result == 0; i++) {
		s = user_subject(model, i);
		result = each(r, &s);
	}
	for (uint32_t i = 0; i < model->groups.names.n && result == 0; i++) {
		s = group_subject(model, i);
		result = each(r, &s);
	}
	for (uint32_t i = 0; i < model->suspended_names.n && result == 0; i++) {
		s = suspended_subject(model, i);
		result = each(r, &s);
	}
	return result;
}

static int carry_over(struct recording *r, const struct subject *s)
{
	return is_accepted(r->tool, s) ? 0 : take_holder(r, s);
}

/* A damaged or foreign active policy records nothing: the change that replaces it is root's (A5). */
static int open_active(struct recording *r)
{
	bool is_large = r->compiled->model.users.names.n > LOADED_MIN;
	int result = is_large ? rolegate_policy_load(r->tool->state_dir, &r->active, NULL)
			      : rolegate_policy_open(r->tool->state_dir, &r->active, NULL);

	return result == -ENOMEM ? result : 0;
}

static void warn_more(struct recording *r, bool is_group)
{
	if (r->n_warned[is_group] > WARNED_MAX)
		report_warning(&r->compiled->report, PLACE_NOWHERE, "… and %zu more unknown %s",
			       r->n_warned[is_group] - WARNED_MAX, is_group ? "groups" : "users");
}

static int compare_gids(const void *a, const void *b)
{
	const struct model_holder *one = *(const struct model_holder *const *)a;
	const struct model_holder *other = *(const struct model_holder *const *)b;

	return one->id < other->id ? -1 : one->id > other->id;
}

/* D9: the limit of names for one gid is known only now that gids are. 0 or -ENOMEM. */
static int check_same_gids(struct recording *r)
{
	const struct model *model = &r->compiled->model;
	const struct model_holder **list = calloc(model->groups.names.n + 1, sizeof(void *));
	size_t n = 0, first = 0;

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < model->groups.names.n; i++)
		if (model->groups.list[i].recorded == FORMAT_RECORDED_PRESENT)
			list[n++] = &model->groups.list[i];
	qsort(list, n, sizeof(void *), compare_gids);
	for (size_t i = 0; i < n; i++) {
		first = list[i]->id == list[first]->id ? first : i;
		if (i - first == FORMAT_SAME_GID_MAX)
			report_error(
				&r->compiled->report, model->assignments[list[i]->first].place,
				"more than %u groups with assignments have gid %u (limit same-gid)",
				FORMAT_SAME_GID_MAX, list[i]->id);
	}
	free(list);
	return 0;
}

int recorded_fill(struct tool *tool, struct compiled *compiled)
{
	struct recording r = { .tool = tool, .compiled = compiled };
	int result;

	compiled->model.uid_min = read_uid_min(tool);
	r.is_in_file[false] = calloc(compiled->model.users.names.n + 1, sizeof(bool));
	r.is_in_file[true] = calloc(compiled->model.groups.names.n + 1, sizeof(bool));
	result = r.is_in_file[false] && r.is_in_file[true] ? open_active(&r) : -ENOMEM;
	if (result == 0 && r.active)
		result = rolegate_policy_each_name_source(r.active, keep_source, &r);
	if (result == 0 && r.active)
		result = each_subject(&r, carry_over);
	if (result == -EBADMSG || result == -EIO)
		result = 0; /* as open_active() */
	if (result == 0 && !tool->root)
		result = name_sources_each(note_source, &r);
	if (result == 0)
		result = read_passwd(&r);
	if (result == 0)
		result = read_group(&r);
	if (result == 0)
		result = each_subject(&r, settle);
	if (result == 0)
		result = check_same_gids(&r);
	warn_more(&r, false);
	warn_more(&r, true);
	rolegate_policy_close(r.active);
	free(r.is_in_file[false]);
	free(r.is_in_file[true]);
	return compiled->model.arena.is_exhausted ? -ENOMEM : result;
}

/* ---- What has changed since ---- */

struct comparing {
	const struct rolegate_policy *policy;
	int (*each)(void *context, bool is_group, const char *name, uint32_t recorded,
		    uint32_t now);
	void *context;
};

static int compare_entry(const struct comparing *c, bool is_group, const char *name, uint32_t now)
{
	struct holder holder = { 0 };
	struct record record;
	struct cursor body;
	int r;

	r = policy_find_name(c->policy, is_group ? FORMAT_GROUPS : FORMAT_USERS, name, &record,
			     &body);
	if (r > 0 && !policy_read_holder(&body, &holder))
		r = -EBADMSG;
	store_record_free(&record);
	if (r <= 0)
		return r;
	return holder.recorded == FORMAT_RECORDED_PRESENT && holder.id != now
		       ? c->each(c->context, is_group, name, holder.id, now)
		       : 0;
}

int recorded_each_changed(struct tool *tool, const struct rolegate_policy *policy,
			  int (*each)(void *context, bool is_group, const char *name,
				      uint32_t recorded, uint32_t now),
			  void *context)
{
	const struct comparing c = { .policy = policy, .each = each, .context = context };
	struct entries entries;
	const struct passwd *user;
	const struct group *group;
	int r = 0, closed;

	entries_open(tool, "/etc/passwd", &entries);
	while (r == 0 && (user = entries_next_user(&entries)))
		r = compare_entry(&c, false, user->pw_name, user->pw_uid);
	closed = entries_close(&entries);
	if (r != 0 || closed < 0)
		return r != 0 ? r : closed;
	entries_open(tool, "/etc/group", &entries);
	while (r == 0 && (group = entries_next_group(&entries)))
		r = compare_entry(&c, true, group->gr_name, group->gr_gid);
	closed = entries_close(&entries);
	return r != 0 ? r : closed;
}

int recorded_complete(struct tool *tool, struct compiled *compiled)
{
	int r = recorded_fill(tool, compiled);

	if (r == 0)
		r = capture_host(tool, compiled);
	report_sort(&compiled->report);
	return r == 0 && compiled->report.n_errors > 0 ? -EINVAL : r;
}
