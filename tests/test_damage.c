/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * D4: a compiled policy of which a bit has turned, or that was cut, answers as before or not at
 * all. In particular no damage makes an assignment vanish, so that its user would fall back on
 * the default roles, and none makes an answer permissive.
 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Small, so that every bit of it can be turned; with everything in it that a decision looks at. */
static const struct support_catalog catalog = {
	"small",
	"name = \"small\"; grants_by_tier = true; manage_roles = \"roles\";\n"
	"manage_passwords = \"passwords\";\n"
	"areas = ( { name = \"all\"; } );\n"
	"permissions = (\n"
	"{ name = \"roles\"; area = \"all\"; tier = \"administrator\"; core = true; },\n"
	"{ name = \"passwords\"; area = \"all\"; tier = \"owner\"; core = true; },\n"
	"{ name = \"shell\"; area = \"all\"; tier = \"administrator\"; },\n"
	"{ name = \"mail\"; area = \"all\"; tier = \"user\"; },\n"
	"{ name = \"extra\"; area = \"all\"; tier = \"user\"; } );\n"
	"roles = (\n"
	"{ name = \"user\"; level = \"user\"; },\n"
	"{ name = \"owner\"; level = \"owner\"; } );\n",
};
static const char policy_text[] =
	"catalogs = [ \"small\" ];\n"
	"plan = { name = \"p\"; includes = [ \"shell\", \"mail\" ]; };\n"
	"roles = (\n"
	"{ name = \"operator\"; based_on = [ \"user\" ]; permissions = [ \"shell\" ]; },\n"
	"{ name = \"clerk\"; privileges = \"pay.enter\"; },\n"
	"{ name = \"approver\"; privileges = \"pay.approve\"; needs_approval = true; } );\n"
	"assign = (\n"
	"{ user = \"alice\"; roles = [ \"owner\" ]; },\n"
	"{ user = \"bob\"; roles = [ \"operator\" ]; until = \"2027-01-01\"; },\n"
	"{ user = \"carol\"; roles = [ \"clerk\", \"approver\" ]; approved_by = \"alice\"; },\n"
	"{ user = \"dave\"; roles = [ \"approver\" ]; },\n"
	"{ user = \"mallory\"; roles = [ \"clerk\" ]; },\n"
	"{ user = \"ivan\"; roles = [ \"user\", \"operator\" ]; },\n"
	"{ user = \"heidi\"; roles = [ \"operator\" ]; until = \"2026-01-01\"; },\n"
	"{ user = \"olga\"; roles = [ \"user\" ]; },\n"
	"{ virtual = \"shop\"; roles = [ \"clerk\" ]; },\n"
	"{ group = \"guests\"; roles = [ \"clerk\" ]; },\n"
	"{ group = \"ops\"; roles = [ \"operator\" ]; } );\n"
	"suspended = ( { user = \"trudy\"; why = \"lost\"; },\n"
	"{ user = \"wendy\"; until = \"2026-01-01\"; } );\n"
	"virtual_roles = [ \"user\" ];\n"
	"default_roles = [ \"user\" ];\n"
	"conflicts = ( { name = \"four eyes\"; roles = [ \"clerk\", \"approver\" ]; } );\n"
	"services = (\n"
	"{ name = \"sshd\"; require = [ \"shell\" ]; },\n"
	"{ name = [ \"imap\", \"pop*\" ]; require_any = [ \"mail\", \"pay.enter\" ]; },\n"
	"{ name = \"su\"; subject = \"actor\"; require = [ \"shell\" ]; mode = \"permissive\"; },\n"
	"{ name = \"ftp\"; require = [ \"mail\" ]; accounts = \"any\"; },\n"
	"{ name = \"polkit-1\"; } );\n";

#define ALL_FACTS (ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS | ROLEGATE_FACT_SOURCES)

/*
 * What is asked; person as support_person() reads it, with all facts. A group that begins with `?` has that
 * one's gid and no name. Before the user's name: `!` there is no such account, `=` there are two, `^` it is in root's
 * process.
 */
static const struct {
	const char *name, *person, *service, *permission;
} questions[] = {
	{ "P7 an owner holds everything", "alice", "sshd", NULL },
	{ "D6 root is an owner", "root:0", NULL, "passwords" },
	{ "P3 a user's own assignment", "bob", "sshd", NULL },
	{ "P1 what a role is based on", "bob", "imap", NULL },
	{ "P3 a group's assignment", "erin:1001:ops,users", "sshd", NULL },
	{ "P3 default roles give mail", "frank", "pop3", NULL },
	{ "P3 default roles give no shell", "frank", "sshd", NULL },
	/* Were her assignment to vanish, she would fall back on a role that has mail. */
	{ "P3 an assignment instead of default roles", "mallory", NULL, "mail" },
	{ "P3 system accounts", "daemon:2", "imap", NULL },
	{ "P3 an assignment that has ended", "heidi", "sshd", NULL },
	{ "P3 a set of roles", "ivan", "sshd", NULL },
	{ "P3 what a set of roles lacks", "ivan", NULL, "roles" },
	{ "P9 a role that awaits approval", "dave", NULL, "pay.approve" },
	{ "P11 not in the plan", "alice", NULL, "extra" },
	{ "A6 roles that exclude each other", "carol", NULL, "pay.enter" },
	{ "D2 a service that requires nothing", "frank", "polkit-1", NULL },
	{ "D2 a service that is not listed", "alice", "cups", NULL },
	{ "D3 D5 the actor, permissively", "frank", "su", NULL },
	{ "a permission that there is not", "alice", NULL, "none" },
	{ "P3 a recorded uid", "olga:1005", NULL, "mail" },
	{ "P3 another uid than the recorded one", "olga:1006", NULL, "mail" },
	{ "P3 a gid whose name is not known", "bob:1001:?ops", "imap", NULL },
	{ "P3 no answer about a group that would take defaults away", "frank:1001:?ops", NULL,
	  "mail" },
	{ "P7 an owner at a service that is not listed, in root's process", "^alice", "cups",
	  NULL },
	{ "P12 no such account", "!nobody", "sshd", NULL },
	{ "P12 a virtual user", "!stranger", "ftp", NULL },
	/* Were the assignment to vanish, virtual_roles would grant it. */
	{ "P12 an assigned virtual user", "!shop", "ftp", NULL },
	{ "P12 two accounts", "=bob", "sshd", NULL },
	{ "P13 a suspended user", "trudy:1010", "polkit-1", NULL },
	{ "P13 a suspended uid", "gertrud:1010", "polkit-1", NULL },
	{ "P13 suspended until", "wendy:1011", "polkit-1", NULL },
};

#define N_QUESTIONS (sizeof(questions) / sizeof(questions[0]))

/* An answer, and all that explains it, as text. */
struct answer {
	int result;
	struct rolegate_decision decision;
	char *explanation; /* NULL: there was none */
};

/* What a sound file says. */
struct answers {
	struct answer list[N_QUESTIONS];
	char *sources;
};

struct fixture {
	int fd;
	unsigned char *bytes;
	size_t n;
	struct answers sound;
	size_t n_wrong, n_refused, n_same;
};

/* ---- Asking ---- */

static char *explanation_text(const struct rolegate_explanation *e)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	assert_non_null(to);
	fprintf(to, "%d %d %d;", e->decision->verdict, e->decision->reason, e->any_suffices);
	for (size_t i = 0; i < e->n_steps; i++)
		fprintf(to, " %d %s %s:%u", e->steps[i]->kind, e->steps[i]->name,
			e->steps[i]->file ? e->steps[i]->file : "", e->steps[i]->line);
	for (size_t i = 0; i < e->n_missing; i++)
		fprintf(to, " -%s", e->missing[i]);
	assert_int_equal(fclose(to), 0);
	return text;
}

static void ask(const struct rolegate_policy *policy, size_t i, struct answer *ret)
{
	const char *person = questions[i].person;
	char how = strchr("!=^", person[0]) ? person[0] : '\0';
	const struct rolegate_request request = { .size = sizeof(struct rolegate_request),
						  .service = questions[i].service,
						  .permission = questions[i].permission,
						  .flags = how == '^' ? ROLEGATE_REQUEST_REAL_UID
								      : 0,
						  .at = SUPPORT_NOW };
	struct rolegate_explanation *explanation = NULL;
	struct rolegate_subject subject;
	struct rolegate_actor actor;
	struct support_person who;

	ret->decision = (struct rolegate_decision)ROLEGATE_DECISION_INIT;
	support_person(&who, how ? person + 1 : person);
	if (how == '!')
		who.person.facts = ROLEGATE_FACT_ABSENT;
	if (how == '=')
		who.person.facts |= ROLEGATE_FACT_AMBIGUOUS;
	for (size_t k = 0; k < who.person.n_groups; k++) {
		if (who.groups[k][0] != '?')
			continue;
		who.gids[k] = support_gid(who.groups[k] + 1);
		who.groups[k] = NULL;
	}
	subject.person = actor.person = who.person;
	/* What was there before must not shine through. */
	memset(&ret->decision, 0x51, sizeof(ret->decision));
	ret->decision.size = sizeof(ret->decision);
	ret->decision.verdict = ROLEGATE_ALLOW;
	ret->result = rolegate_decide(policy, &request, &subject, &actor, &ret->decision);
	ret->explanation = NULL;
	if (rolegate_explain(policy, &request, &subject, &actor, &explanation) == 0) {
		ret->explanation = explanation_text(explanation);
		rolegate_explanation_free(explanation);
	}
	support_forget(&who);
}

static int put_source(const struct rolegate_source *source, void *context)
{
	fprintf(context, "%s %lld %lld.%u\n", source->path, (long long)source->size,
		(long long)source->mtime_s, source->mtime_ns);
	return 0;
}

static int put_name_source(const char *source, void *context)
{
	fprintf(context, "%s\n", source);
	return 0;
}

/* The source files, and the sources of the name service, as text, or NULL after an error. */
static char *sources_text(const struct rolegate_policy *policy)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);
	int r;

	assert_non_null(to);
	r = rolegate_policy_each_source(policy, put_source, to);
	if (r == 0)
		r = rolegate_policy_each_name_source(policy, put_name_source, to);
	assert_int_equal(fclose(to), 0);
	if (r == 0)
		return text;
	free(text);
	return NULL;
}

static void ask_all(const struct rolegate_policy *policy, struct answers *ret)
{
	for (size_t i = 0; i < N_QUESTIONS; i++)
		ask(policy, i, &ret->list[i]);
	ret->sources = sources_text(policy);
}

static void free_answers(struct answers *answers)
{
	for (size_t i = 0; i < N_QUESTIONS; i++)
		free(answers->list[i].explanation);
	free(answers->sources);
}

/* ---- Comparing ---- */

/* A decision that could not be had: a plain DENY with a reason of its own. */
static bool is_plain_refusal(const struct answer *answer)
{
	const struct rolegate_decision *d = &answer->decision;

	return (answer->result == -EBADMSG || answer->result == -EIO) &&
	       d->verdict == ROLEGATE_DENY &&
	       d->reason == rolegate_reason_of_error(answer->result) && !d->permissive &&
	       d->wants == 0;
}

static bool is_same_decision(const struct answer *a, const struct answer *b)
{
	const struct rolegate_decision *x = &a->decision, *y = &b->decision;

	return a->result == b->result && x->verdict == y->verdict && x->reason == y->reason &&
	       x->wants == y->wants && x->wants_actor == y->wants_actor &&
	       x->about_actor == y->about_actor && x->permissive == y->permissive &&
	       x->generation == y->generation;
}

static bool is_same_text(const char *got, const char *want)
{
	return !got || (want && !strcmp(got, want));
}

/* Count what the answers are, and print those that are wrong. */
static void compare(struct fixture *f, const struct answers *got, const char *damage, size_t at)
{
	for (size_t i = 0; i < N_QUESTIONS; i++) {
		const struct answer *a = &got->list[i], *sound = &f->sound.list[i];

		if (is_same_decision(a, sound) && is_same_text(a->explanation, sound->explanation))
			f->n_same++;
		else if (is_plain_refusal(a) && !a->explanation)
			f->n_refused++;
		else if (f->n_wrong++ < 20)
			print_message("%s at %zu: %s: result %d, verdict %d, reason %s\n", damage,
				      at, questions[i].name, a->result, a->decision.verdict,
				      rolegate_reason_name(a->decision.reason));
	}
	if (!is_same_text(got->sources, f->sound.sources) && f->n_wrong++ < 20)
		print_message("%s at %zu: other sources:\n%s", damage, at, got->sources);
}

/* Open the damaged file, and perhaps read it whole. 0 or an error. */
static int open_damaged(const struct fixture *f, bool load, struct rolegate_policy **ret_policy)
{
	int fd = fcntl(f->fd, F_DUPFD_CLOEXEC, 0), r;

	assert_true(fd >= 0);
	r = policy_open_fd(fd, ret_policy);
	if (r < 0) {
		assert_null(*ret_policy);
		close(fd);
		return r;
	}
	r = load ? store_load(&(*ret_policy)->store) : 0;
	if (r < 0)
		rolegate_policy_close(*ret_policy);
	return r;
}

static void judge_one(struct fixture *f, bool load, const char *damage, size_t at)
{
	struct rolegate_policy *policy = NULL;
	struct answers got;
	int r = open_damaged(f, load, &policy);

	if (r < 0) {
		if (r != -EBADMSG && r != -EPROTONOSUPPORT && f->n_wrong++ < 20)
			print_message("%s at %zu: open: %d\n", damage, at, r);
		f->n_refused++;
		return;
	}
	ask_all(policy, &got);
	compare(f, &got, damage, at);
	free_answers(&got);
	rolegate_policy_close(policy);
}

/* Ask the damaged file piecemeal, and read whole. */
static void judge(struct fixture *f, const char *damage, size_t at)
{
	judge_one(f, false, damage, at);
	judge_one(f, true, damage, at);
}

static void put_at(const struct fixture *f, size_t at, const void *bytes, size_t n)
{
	assert_int_equal(pwrite(f->fd, bytes, n, (off_t)at), (ssize_t)n);
}

/* ---- The sound file ---- */

static void take_bytes(struct fixture *f, int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	f->n = (size_t)st.st_size;
	f->bytes = malloc(f->n);
	assert_non_null(f->bytes);
	assert_int_equal(pread(fd, f->bytes, f->n, 0), (ssize_t)f->n);
	f->fd = memfd_create("damage", MFD_CLOEXEC);
	assert_true(f->fd >= 0);
	assert_int_equal(fchmod(f->fd, 0600), 0);
	put_at(f, 0, f->bytes, f->n);
}

/* What the name service said at activation (P3, P13); support_record() does the rest. */
static void record(struct model *model)
{
	struct model_holder *olga = &model->users.list[names_find(&model->users.names, "olga")];
	struct model_suspension *trudy =
		&model->suspended[names_find(&model->suspended_names, "trudy")];

	olga->recorded = trudy->recorded = FORMAT_RECORDED_PRESENT;
	olga->id = 1005;
	trudy->id = 1010;
	assert_int_equal(names_add(&model->name_sources, &model->arena, "files"), 0);
	assert_int_equal(names_add(&model->name_sources, &model->arena, "sss"), 1);
}

static int make_small(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *text = policy_text;
	struct rolegate_policy *policy;
	struct compiled compiled;

	assert_non_null(f);
	if (support_compile(&compiled, &text, 1, &catalog, 1) != 0) {
		support_print_report(&compiled);
		fail();
	}
	record(&compiled.model);
	policy = support_open(&compiled);
	compile_free(&compiled);
	take_bytes(f, policy->store.fd);
	ask_all(policy, &f->sound);
	rolegate_policy_close(policy);
	*state = f;
	return 0;
}

static int free_small(void **state)
{
	struct fixture *f = *state;

	print_message("%zu bytes: %zu answers refused, %zu the same, %zu wrong\n", f->n,
		      f->n_refused, f->n_same, f->n_wrong);
	close(f->fd);
	free(f->bytes);
	free_answers(&f->sound);
	free(f);
	return 0;
}

/* The questions are worth asking only if they differ. */
static void test_sound(void **state)
{
	const struct fixture *f = *state;
	unsigned int reasons = 0;

	for (size_t i = 0; i < N_QUESTIONS; i++) {
		assert_int_equal(f->sound.list[i].result, 0);
		assert_non_null(f->sound.list[i].explanation);
		reasons |= 1u << f->sound.list[i].decision.reason;
	}
	assert_non_null(f->sound.sources);
	/* Every reason that a decision can have: "system-error", and "granted" to "unknown-user". */
	assert_int_equal(reasons, ((1u << (ROLEGATE_UNKNOWN_USER + 1)) - 1) |
					  1u << ROLEGATE_SUSPENDED | 1u << ROLEGATE_AMBIGUOUS_USER);
}

/* ---- Bits and bytes ---- */

/* Single bits, and what a byte becomes in a hole or a worn-out cell. */
static void damage_byte(struct fixture *f, size_t at)
{
	unsigned char values[10];

	for (unsigned int bit = 0; bit < 8; bit++)
		values[bit] = (unsigned char)(f->bytes[at] ^ 1u << bit);
	values[8] = 0x00;
	values[9] = 0xff;
	for (size_t i = 0; i < sizeof(values); i++) {
		if (values[i] == f->bytes[at])
			continue;
		put_at(f, at, &values[i], 1);
		judge(f, "byte", at);
	}
	put_at(f, at, &f->bytes[at], 1);
}

/* Whether a byte is in the middle of a table of contents that only repeats itself. */
static bool is_worth_it(const struct fixture *f, size_t at)
{
	return at >= FORMAT_TOC_SIZE || format_get32(f->bytes + at / 8 * 8 + 4) > 0;
}

static void test_bits(void **state)
{
	struct fixture *f = *state;

	for (size_t at = 0; at < f->n; at++) {
		if (is_worth_it(f, at)) {
			damage_byte(f, at);
		} else {
			unsigned char other = (unsigned char)~f->bytes[at];

			put_at(f, at, &other, 1);
			judge(f, "byte", at);
			put_at(f, at, &f->bytes[at], 1);
		}
	}
	judge(f, "nothing", 0);
	assert_int_equal(f->n_wrong, 0);
	/* Most bytes are none of any one question's business. */
	assert_true(f->n_same > f->n_refused && f->n_refused > f->n);
}

/* A block that was never written, or that is another's. */
static void test_blocks(void **state)
{
	struct fixture *f = *state;
	unsigned char block[512];

	for (size_t at = 0; at < f->n; at += 64) {
		size_t n = f->n - at < sizeof(block) ? f->n - at : sizeof(block);

		memset(block, 0, n);
		put_at(f, at, block, n);
		judge(f, "zeros", at);
		memmove(block, f->bytes + (f->n - n - at), n);
		put_at(f, at, block, n);
		judge(f, "a block from elsewhere", at);
		put_at(f, at, f->bytes + at, n);
	}
	assert_int_equal(f->n_wrong, 0);
}

/* ---- Its length ---- */

static void test_cut(void **state)
{
	struct fixture *f = *state;
	size_t n_refused;

	for (size_t n = f->n - 1; n < f->n; n--) {
		assert_int_equal(ftruncate(f->fd, (off_t)n), 0);
		n_refused = f->n_refused;
		judge(f, "cut", n);
		/* Not one answer, whatever part is left. */
		assert_int_equal(f->n_refused, n_refused + 2);
	}
	assert_int_equal(f->n_wrong + f->n_same, 0);
}

static void test_appended(void **state)
{
	static const char garbage[4096] = "garbage";
	struct fixture *f = *state;

	for (size_t n = 1; n <= sizeof(garbage); n = n * 3 + 1) {
		put_at(f, f->n, garbage, n);
		judge(f, "appended", n);
		assert_int_equal(ftruncate(f->fd, (off_t)f->n), 0);
	}
	put_at(f, f->n, f->bytes, f->n);
	judge(f, "twice", f->n);
	assert_int_equal(f->n_wrong + f->n_same, 0);
}

/* Cut while it is open: nothing is mapped, so nothing can fault. */
static void test_cut_while_open(void **state)
{
	struct fixture *f = *state;

	for (size_t n = 0; n < 2 * f->n; n += 7) {
		struct rolegate_policy *policy = NULL;
		struct answers got;
		bool load = n >= f->n;

		put_at(f, 0, f->bytes, f->n);
		assert_int_equal(open_damaged(f, load, &policy), 0);
		assert_int_equal(ftruncate(f->fd, (off_t)(n % f->n)), 0);
		ask_all(policy, &got);
		f->n_refused = 0;
		compare(f, &got, "cut while open", n);
		/* What was read whole does not notice. */
		assert_true(!load || f->n_refused == 0);
		free_answers(&got);
		rolegate_policy_close(policy);
	}
	assert_int_equal(f->n_wrong, 0);
}

/* ---- By its name, with the shipped catalogs ---- */

static void test_in_folder(void **state)
{
	static const char text[] = "catalogs = [ \"workspace\", \"host\" ];\n"
				   "assign = ( { user = \"alice\"; roles = [ \"owner\" ]; } );\n"
				   "default_roles = [ \"guest\" ];\n";
	char *folder = support_make_folder(), path[600];
	struct rolegate_subject subject = { { .size = sizeof(struct rolegate_person),
					      .name = "mallory",
					      .uid = 1000,
					      .facts = ALL_FACTS } };
	unsigned char *bytes;
	size_t n, n_wrong = 0, n_refused = 0, n_answered = 0;

	(void)state;
	umask(022);
	support_write_policy(text, folder);
	snprintf(path, sizeof(path), "%s/%s", folder, FORMAT_FILE_NAME);
	bytes = (unsigned char *)support_read_file(path, &n);
	/* The last round has nothing flipped: there the owner is let in, so that the others mean something. */
	for (size_t at = 0; at < n + 7; at += 7) {
		struct rolegate_decision decision = { .size = sizeof(struct rolegate_decision),
						      .verdict = ROLEGATE_ALLOW };
		struct rolegate_policy *policy = NULL;

		if (at >= n) {
			support_write_file(path, bytes, n, 0644);
			subject.person.name = "alice";
			assert_int_equal(rolegate_policy_open(folder, &policy, NULL), 0);
			assert_int_equal(rolegate_can(policy, &subject, "manage_user_passwords",
						      SUPPORT_NOW, &decision),
					 0);
			assert_int_equal(decision.verdict, ROLEGATE_ALLOW);
			rolegate_policy_close(policy);
			break;
		}
		bytes[at] ^= 0x41;
		support_write_file(path, bytes, n, 0644);
		bytes[at] ^= 0x41;
		if ((at % 2 ? rolegate_policy_open(folder, &policy, NULL)
			    : rolegate_policy_load(folder, &policy, NULL)) < 0) {
			n_refused++;
			continue;
		}
		n_answered += rolegate_can(policy, &subject, "manage_user_passwords", SUPPORT_NOW,
					   &decision) == 0;
		n_wrong += decision.verdict != ROLEGATE_DENY;
		rolegate_policy_close(policy);
	}
	free(bytes);
	support_remove_folder(folder);
	assert_int_equal(n_wrong, 0);
	assert_true(n_refused > 0 && n_answered > 0);
}

#define DAMAGE_TEST(function) cmocka_unit_test_setup_teardown(function, make_small, free_small)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DAMAGE_TEST(test_sound),	  DAMAGE_TEST(test_bits),
		DAMAGE_TEST(test_blocks),	  DAMAGE_TEST(test_cut),
		DAMAGE_TEST(test_appended),	  DAMAGE_TEST(test_cut_while_open),
		cmocka_unit_test(test_in_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
