/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pack.h"

struct finder {
	const struct support_catalog *catalogs;
	size_t n;
};

static int find_catalog(void *context, struct compiled *compiled, const char *name,
			struct place place, uint32_t *ret_file)
{
	const struct finder *finder = context;
	char path[600], *text, *real;
	size_t n;
	int r;

	(void)place;
	for (size_t i = 0; i < finder->n; i++)
		if (!strcmp(finder->catalogs[i].name, name))
			return source_add_text(&compiled->sources, name, finder->catalogs[i].text,
					       strlen(finder->catalogs[i].text), ret_file);
	snprintf(path, sizeof(path), "%s/conf/catalogs/%s.conf", TEST_SRCDIR, name);
	real = realpath(path, NULL);
	if (!real)
		return -ENOENT;
	text = support_read_file(real, &n);
	r = source_add_text(&compiled->sources, real, text, n, ret_file);
	free(text);
	free(real);
	return r;
}

bool support_is_emulated(void)
{
	return getenv("ROLEGATE_EMULATED") != NULL;
}

int support_compile(struct compiled *ret, const char *const *texts, size_t n,
		    const struct support_catalog *catalogs, size_t n_catalogs)
{
	struct finder finder = { .catalogs = catalogs, .n = n_catalogs };
	char path[64];
	uint32_t file;

	compile_init(ret);
	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "/etc/rolegate/%zu.conf", i);
		assert_int_equal(
			source_add_text(&ret->sources, path, texts[i], strlen(texts[i]), &file), 0);
	}
	return compile_sources(ret, find_catalog, &finder);
}

int support_compile_text(struct compiled *ret, const char *text)
{
	return support_compile(ret, &text, 1, NULL, 0);
}

/* Names are looked up once: a name service may open a hundred files for one that it does not have. */
gid_t support_gid(const char *group)
{
	static _Thread_local struct {
		char name[32];
		gid_t gid;
	} known[64];
	static _Thread_local size_t n;
	const struct group *entry;
	gid_t gid;

	for (size_t i = 0; i < n; i++)
		if (!strcmp(known[i].name, group))
			return known[i].gid;
	entry = getgrnam(group);
	gid = entry ? entry->gr_gid
		    : 20000 + (format_name_spread(0, group, strlen(group)) & 0xffff);
	if (n < sizeof(known) / sizeof(known[0]) && strlen(group) < sizeof(known[0].name)) {
		strcpy(known[n].name, group);
		known[n++].gid = gid;
	}
	return gid;
}

void support_record(struct compiled *compiled)
{
	struct model *model = &compiled->model;

	for (size_t i = 0; i < model->users.names.n; i++)
		if (model->users.list[i].recorded == FORMAT_RECORDED_UNKNOWN)
			model->users.list[i].recorded = FORMAT_RECORDED_ABSENT;
	for (size_t i = 0; i < model->groups.names.n; i++) {
		struct model_holder *group = &model->groups.list[i];

		if (group->recorded != FORMAT_RECORDED_UNKNOWN)
			continue;
		group->recorded = FORMAT_RECORDED_PRESENT;
		group->id = support_gid(model->groups.names.list[i]);
	}
}

static void pack_as_it_is(const struct compiled *compiled, const struct trial *trial, int fd)
{
	struct pack_info info = {
		.generation = trial ? 2 : 1,
		.when = SUPPORT_NOW,
		.who = "test",
		.known_by = "test",
		.why = "test",
	};

	if (trial)
		info.trial = *trial;
	assert_int_equal(pack_policy(&compiled->model, &compiled->sources, &info, fd), 0);
}

static void pack(const struct compiled *compiled, const struct trial *trial, int fd)
{
	support_record((struct compiled *)compiled);
	pack_as_it_is(compiled, trial, fd);
}

int support_pack_as_it_is(const struct compiled *compiled)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0600), 0);
	pack_as_it_is(compiled, NULL, fd);
	return fd;
}

struct rolegate_policy *support_open(const struct compiled *compiled)
{
	struct rolegate_policy *policy = NULL;
	int fd;

	support_record((struct compiled *)compiled);
	fd = support_pack_as_it_is(compiled);
	assert_int_equal(policy_open_fd(fd, &policy), 0);
	return policy;
}

static void compile_sound(struct compiled *ret, const char *text)
{
	int r = support_compile_text(ret, text);

	if (r != 0)
		support_print_report(ret);
	assert_int_equal(r, 0);
}

struct rolegate_policy *support_policy(const char *text)
{
	struct rolegate_policy *policy;
	struct compiled compiled;

	compile_sound(&compiled, text);
	policy = support_open(&compiled);
	compile_free(&compiled);
	return policy;
}

void support_write_compiled(const struct compiled *compiled, const char *dir,
			    const struct trial *trial)
{
	char path[600];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, trial ? FORMAT_TRIAL_NAME : FORMAT_FILE_NAME);
	(void)unlink(path);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0644), 0);
	pack(compiled, trial, fd);
	close(fd);
}

static void write_text(const char *text, const char *dir, const struct trial *trial)
{
	struct compiled compiled;

	compile_sound(&compiled, text);
	support_write_compiled(&compiled, dir, trial);
	compile_free(&compiled);
}

void support_write_policy(const char *text, const char *dir)
{
	write_text(text, dir, NULL);
}

void support_write_trial(const char *text, const char *dir, const struct trial *trial)
{
	write_text(text, dir, trial);
}

void support_capture(struct compiled *compiled, const struct support_group *groups,
		     const char *const *system_accounts)
{
	struct model *model = &compiled->model;

	for (size_t i = 0; i < model->n_role_groups; i++)
		for (const struct support_group *group = groups; group->name; group++) {
			if (strcmp(model->role_groups[i].group, group->name) != 0)
				continue;
			model->role_groups[i].is_captured = true;
			model->role_groups[i].gid = group->gid;
		}
	for (; *system_accounts; system_accounts++) {
		uint32_t user = names_find(&model->users.names, *system_accounts);

		assert_int_not_equal(user, NAMES_NONE);
		model_add_exempt(model, user);
	}
}

void support_print_report(const struct compiled *compiled)
{
	for (size_t i = 0; i < compiled->report.n; i++) {
		const struct problem *p = &compiled->report.problems[i];

		print_message("%s:%u: %s: %s\n", source_path(&compiled->sources, p->place),
			      p->place.line, p->severity == REPORT_ERROR ? "error" : "warning",
			      p->text);
	}
}

int support_has_problem(const struct compiled *compiled, enum report_severity severity,
			unsigned int line, const char *part)
{
	for (size_t i = 0; i < compiled->report.n; i++) {
		const struct problem *p = &compiled->report.problems[i];

		if (p->severity == severity && (line == 0 || p->place.line == line) &&
		    strstr(p->text, part))
			return 1;
	}
	return 0;
}

char *support_make_folder(void)
{
	char *path = strdup("/tmp/rolegate-test-XXXXXX");

	assert_non_null(path);
	assert_non_null(mkdtemp(path));
	return path;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void support_remove_folder(char *path)
{
	assert_int_equal(nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
	free(path);
}

char *support_read_file(const char *path, size_t *ret_n)
{
	FILE *file = fopen(path, "rbe");
	char *text;
	long n;

	if (!file)
		print_message("%s: %s\n", path, strerror(errno));
	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	n = ftell(file);
	assert_true(n >= 0);
	rewind(file);
	text = malloc((size_t)n + 1);
	assert_non_null(text);
	assert_int_equal(fread(text, 1, (size_t)n, file), (size_t)n);
	text[n] = '\0';
	fclose(file);
	*ret_n = (size_t)n;
	return text;
}

void support_write_file(const char *path, const void *bytes, size_t n, unsigned int mode)
{
	int fd;

	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(write(fd, bytes, n), (ssize_t)n);
	close(fd);
}

void support_person(struct support_person *ret, const char *text)
{
	char *uid, *groups, *group, *rest;

	*ret = (struct support_person){ .text = strdup(text) };
	assert_non_null(ret->text);
	ret->person.size = sizeof(ret->person);
	ret->person.name = ret->text;
	ret->person.uid = 1000;
	ret->person.facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS | ROLEGATE_FACT_SOURCES;
	ret->person.gids = ret->gids;
	ret->person.group_names = ret->groups;
	uid = strchr(ret->text, ':');
	if (!uid)
		return;
	*uid++ = '\0';
	groups = strchr(uid, ':');
	if (groups)
		*groups++ = '\0';
	ret->person.uid = (uid_t)strtoul(uid, NULL, 10);
	for (group = groups ? strtok_r(groups, ",", &rest) : NULL; group;
	     group = strtok_r(NULL, ",", &rest)) {
		assert_true(ret->person.n_groups < 16);
		ret->gids[ret->person.n_groups] = support_gid(group);
		ret->groups[ret->person.n_groups++] = group;
	}
}

void support_forget(struct support_person *person)
{
	free(person->text);
}

struct rolegate_decision support_ask(const struct rolegate_policy *policy, const char *person,
				     const char *service, const char *permission, int64_t at)
{
	struct rolegate_request request = { .size = sizeof(struct rolegate_request),
					    .service = service,
					    .permission = permission,
					    .at = at };
	struct rolegate_decision decision = ROLEGATE_DECISION_INIT;
	struct rolegate_subject subject;
	struct rolegate_actor actor;
	struct support_person who;

	support_person(&who, person);
	subject.person = actor.person = who.person;
	assert_int_equal(rolegate_decide(policy, &request, &subject, &actor, &decision), 0);
	support_forget(&who);
	return decision;
}
