/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state folder: generations, what is in force, what a failure leaves behind. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kept.h"
#include "staged.h"
#include "state.h"

struct fixture {
	char *folder, path[600];
	struct tree tree;
	struct compiled compiled;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->folder = support_make_folder();
	snprintf(f->path, sizeof(f->path), "%s/var/lib/rolegate", f->folder);
	assert_int_equal(tree_open(&f->tree, NULL), 0);
	assert_int_equal(support_compile_text(&f->compiled, "catalogs = [ \"workspace\" ];"), 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	compile_free(&f->compiled);
	support_remove_folder(f->folder);
	free(f);
	return 0;
}

static int apply(struct fixture *f, uint64_t parent, uint64_t *ret_generation)
{
	struct pack_info info = {
		.parent = parent, .when = SUPPORT_NOW, .who = "t", .known_by = "t", .why = ""
	};
	struct state state;
	int fd, r;

	r = state_open(&state, &f->tree, f->path);
	if (r < 0)
		return r;
	r = state_next_generation(&state, parent, &info.generation);
	if (r == 0)
		r = state_prepare(&state, &f->compiled, &info, &fd);
	if (r == 0) {
		close(fd);
		r = state_commit(&state, info.generation, parent);
		state_prune(&state, (const uint64_t[]){ info.generation, parent }, 2);
	}
	state_close(&state);
	*ret_generation = info.generation;
	return r;
}

static uint64_t in_force(const struct fixture *f)
{
	struct rolegate_policy *policy = NULL;
	uint64_t generation;

	if (rolegate_policy_open(f->path, &policy, NULL) < 0)
		return 0;
	generation = rolegate_policy_generation(policy);
	rolegate_policy_close(policy);
	return generation;
}

static int has(const struct fixture *f, const char *name)
{
	char path[700];

	snprintf(path, sizeof(path), "%s/%s", f->path, name);
	return access(path, F_OK) == 0;
}

static void numbers_generations(void **state)
{
	struct fixture *f = *state;
	uint64_t generation;

	for (uint64_t i = 1; i <= 3; i++) {
		assert_int_equal(apply(f, i - 1, &generation), 0);
		assert_int_equal(generation, i);
		assert_int_equal(in_force(f), i);
	}
	assert_true(has(f, "generations/1/policy.cdb"));
	assert_true(has(f, "generations/3/sources/etc/rolegate/0.conf"));
	assert_false(has(f, "generations/.new"));
	assert_false(has(f, "policy.cdb.new"));
}

/* The last twenty are kept, and the one in force and its parent whatever their numbers. */
static void prunes(void **state)
{
	struct fixture *f = *state;
	uint64_t generation;

	for (uint64_t i = 1; i <= STATE_KEEP + 5; i++)
		assert_int_equal(apply(f, i == STATE_KEEP + 5 ? 2 : i - 1, &generation), 0);
	assert_false(has(f, "generations/5"));
	assert_true(has(f, "generations/6"));
	assert_true(has(f, "generations/25"));
}

static void keeps_the_parent(void **state)
{
	struct fixture *f = *state;
	struct state folder;
	uint64_t generation;

	for (uint64_t i = 1; i <= STATE_KEEP; i++)
		assert_int_equal(apply(f, i - 1, &generation), 0);
	assert_int_equal(apply(f, 1, &generation), 0);
	assert_int_equal(generation, STATE_KEEP + 1);
	assert_true(has(f, "generations/1"));
	assert_int_equal(apply(f, generation, &generation), 0);
	assert_false(has(f, "generations/1"));
	assert_int_equal(state_open(&folder, &f->tree, f->path), 0);
	state_close(&folder);
}

/* What a crash left is swept away, and its number is not given again. */
static void survives_leftovers(void **state)
{
	struct fixture *f = *state;
	char path[700];
	uint64_t generation;

	assert_int_equal(apply(f, 0, &generation), 0);
	snprintf(path, sizeof(path), "%s/generations/.new", f->path);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/generations/.new/policy.cdb", f->path);
	support_write_file(path, "half", 4, 0644);
	snprintf(path, sizeof(path), "%s/generations/7", f->path);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/policy.cdb.new", f->path);
	support_write_file(path, "half", 4, 0644);
	assert_int_equal(apply(f, 1, &generation), 0);
	assert_int_equal(generation, 8);
	assert_int_equal(in_force(f), 8);
}

/* A folder that others can write to is not trusted with a policy. */
static void refuses_open_folders(void **state)
{
	struct fixture *f = *state;
	struct state folder;
	uint64_t generation;

	assert_int_equal(apply(f, 0, &generation), 0);
	assert_int_equal(chmod(f->path, 0777), 0);
	assert_int_equal(state_open(&folder, &f->tree, f->path), -EPERM);
	assert_int_equal(in_force(f), 0);
	assert_int_equal(chmod(f->path, 0755), 0);
	assert_int_equal(in_force(f), 1);
}

/* The modes do not depend on the umask: PAM services read the policy as uid 33 or 101. */
static void sets_modes(void **state)
{
	struct fixture *f = *state;
	mode_t before = umask(077);
	uint64_t generation;
	char path[700];
	struct stat st;

	assert_int_equal(apply(f, 0, &generation), 0);
	umask(before);
	snprintf(path, sizeof(path), "%s/policy.cdb", f->path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	snprintf(path, sizeof(path), "%s/generations", f->path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
}

/* Nobody gets in while another holds the lock, and a dead one holds none. */
static void locks(void **state)
{
	struct fixture *f = *state;
	struct state mine;
	int status;
	pid_t child;

	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(state_open(&mine, &f->tree, f->path) == 0 ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(state_open(&mine, &f->tree, f->path), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		char path[700];
		int fd;

		snprintf(path, sizeof(path), "%s/lock", f->path);
		fd = open(path, O_RDWR | O_CLOEXEC);
		_exit(fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	state_close(&mine);
}

/* Sources are compared byte for byte, and one more or less is a difference. */
static void compares_sources(void **state)
{
	struct fixture *f = *state;
	struct sources *sources = &f->compiled.sources;
	uint64_t generation;
	uint32_t file;

	assert_int_equal(apply(f, 0, &generation), 0);
	assert_int_equal(kept_compare(&f->tree, f->path, 1, sources, 2), 1);
	assert_int_equal(kept_compare(&f->tree, f->path, 1, sources, 3), 0);
	sources->list[0].text[0] ^= 1;
	assert_int_equal(kept_compare(&f->tree, f->path, 1, sources, 2), 0);
	sources->list[0].text[0] ^= 1;
	assert_int_equal(source_add_text(sources, "/etc/rolegate/policy.d/new.conf", "", 0, &file),
			 0);
	assert_int_equal(kept_compare(&f->tree, f->path, 1, sources, 3), 0);
}

/* --root: no link leads out, neither at the end of a path nor on the way. */
static void stays_below_its_root(void **state)
{
	struct fixture *f = *state;
	char outside[700], inside[700], path[1500];
	struct tree tree;
	struct state folder;

	snprintf(outside, sizeof(outside), "%s/outside", f->folder);
	snprintf(inside, sizeof(inside), "%s/root", f->folder);
	assert_int_equal(mkdir(outside, 0755), 0);
	assert_int_equal(mkdir(inside, 0755), 0);
	assert_int_equal(tree_open(&tree, inside), 0);
	strcat(inside, "/var");
	assert_int_equal(symlink(outside, inside), 0);
	assert_true(state_open(&folder, &tree, "/var/lib/rolegate") < 0);
	snprintf(path, sizeof(path), "%s/x", outside);
	support_write_file(path, "x", 1, 0644);
	assert_int_equal(tree_open_file(&tree, "/var/x", O_RDONLY, 0), -ENOTDIR);
	snprintf(path, sizeof(path), "%s/root/end", f->folder);
	assert_int_equal(symlink("../outside/x", path), 0);
	assert_int_equal(tree_open_file(&tree, "/end", O_RDONLY, 0), -ELOOP);
	assert_int_equal(tree_open_file(&tree, "/../outside", O_RDONLY, 0), -EINVAL);
	strcat(outside, "/lib");
	assert_int_equal(access(outside, F_OK), -1);
	tree_close(&tree);
}

/* What a person saves between our writing a text beside a file and putting it in its place is theirs, and stays. */
static void keeps_what_is_saved_meanwhile(void **state)
{
	static const struct {
		const char *name, *before, *saved; /* NULL: not there */
	} cases[] = {
		{ "written to", "old", "theirs" }, { "taken away", "old", NULL },
		{ "made", NULL, "theirs" },	   { "as it was", "old", "old" },
		{ "still not there", NULL, NULL },
	};
	struct fixture *f = *state;
	char path[600];

	snprintf(path, sizeof(path), "%s/one.conf", f->folder);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *before = cases[i].before, *saved = cases[i].saved;
		bool is_same = !before ? !saved : saved && !strcmp(before, saved);
		struct staged staged;
		char *now;
		size_t n;

		(void)unlink(path);
		if (before)
			support_write_file(path, before, strlen(before), 0644);
		assert_int_equal(staged_write(&staged, &f->tree, path, "ours", 4), 0);
		if (!is_same && saved)
			support_write_file(path, saved, strlen(saved), 0644);
		else if (!is_same)
			assert_int_equal(unlink(path), 0);
		print_message("  %s\n", cases[i].name);
		assert_int_equal(staged_place(&staged), is_same ? 0 : -ESTALE);
		if (is_same)
			staged_finish(&staged);
		else
			assert_int_equal(staged_undo(&staged), 0);
		if (is_same || saved) {
			now = support_read_file(path, &n);
			assert_string_equal(now, is_same ? "ours" : saved);
			free(now);
		} else {
			assert_int_equal(access(path, F_OK), -1);
		}
		staged_close(&staged);
	}
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(numbers_generations),
		CASE(prunes),
		CASE(keeps_the_parent),
		CASE(survives_leftovers),
		CASE(refuses_open_folders),
		CASE(sets_modes),
		CASE(locks),
		CASE(compares_sources),
		CASE(stays_below_its_root),
		CASE(keeps_what_is_saved_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
