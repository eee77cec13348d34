/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A thousand processes that ask PAM, and 64 threads that ask the library, while `apply` puts one
 * policy after another in force: every answer is one that some generation gives, as a whole. And
 * one process that asks for long takes no more memory than at first.
 *
 * Some seconds; longer with ROLEGATE_SOAK=SECONDS (`make soak`).
 */
#include "pam_fixture.h"

#include "faults/place.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#define N_PROCESSES 1000u
#define N_THREADS 64u
#define N_DECISIONS 100000u
/* Bytes by which memory may seem to have grown. */
#define SPARE (32u * 1024)
/* Seconds of each crowd unless it is said. */
#define SHORT 3u

/* An odd generation lets somebody use even.*, an even one odd.*; nobody may ever use both. */
static const char *const first =
	"set -e; umask 022; mkdir -p $D/etc/rolegate $D/usr/share/rolegate/catalogs;"
	"cp $S/conf/catalogs/workspace.conf $S/conf/catalogs/host.conf $D/usr/share/rolegate/catalogs/;"
	"echo \"me:x:$(id -u):$(id -g)::/:/bin/sh\" >$D/etc/passwd;"
	"write() { echo \"catalogs = [ \\\"workspace\\\", \\\"host\\\" ];"
	" assign = ( { user = \\\"me\\\"; roles = [ \\\"owner\\\" ]; }, { user = \\\"soak\\\"; roles = [ \\\"$1\\\" ]; } );"
	" roles = ( { name = \\\"odd\\\"; permissions = [ \\\"drive\\\" ]; },"
	" { name = \\\"even\\\"; permissions = [ \\\"insight\\\" ]; } );"
	" services = ( { name = \\\"soak-odd\\\"; require = [ \\\"drive\\\" ]; },"
	" { name = \\\"soak-even\\\"; require = [ \\\"insight\\\" ]; } );\" >$D/etc/rolegate/rolegate.conf; };";

struct crowd {
	char *folder, root[40], state[64];
	time_t until;
	pid_t writer;
	/* Shared with all processes. */
	struct tally {
		atomic_uint n_asked, n_wrong, n_applied;
	} * tally;
};

static unsigned int seconds(void)
{
	const char *text = getenv("ROLEGATE_SOAK");

	return text ? (unsigned int)atoi(text) : SHORT;
}

static bool is_over(const struct crowd *crowd)
{
	return time(NULL) >= crowd->until;
}

/* Run a script that may call write(). */
static int run_script(const struct crowd *crowd, const char *script)
{
	char *whole, *output;
	int status;

	assert_true(asprintf(&whole, "%s %s", first, script) > 0);
	status = place_run(crowd->root, whole, &output);
	if (status != 0)
		fprintf(stderr, "%s: status %d: %s\n", script, status, output);
	free(whole);
	free(output);
	return status;
}

/* One generation after another, until the time is over. The exit status. */
static int keep_applying(const struct crowd *crowd)
{
	for (unsigned int i = 0; !is_over(crowd); i++) {
		if (run_script(crowd, i % 2 ? "write odd; $R apply" : "write even; $R apply") != 0)
			return 1;
		atomic_fetch_add(&crowd->tally->n_applied, 1);
	}
	return 0;
}

static void start_writer(struct crowd *crowd)
{
	crowd->until = time(NULL) + seconds();
	fflush(NULL);
	crowd->writer = fork();
	assert_true(crowd->writer >= 0);
	if (crowd->writer == 0)
		_exit(keep_applying(crowd));
}

static void end_writer(struct crowd *crowd)
{
	int status = 1;

	assert_int_equal(waitpid(crowd->writer, &status, 0), crowd->writer);
	assert_int_equal(status, 0);
	print_message("%u decisions, %u generations\n", atomic_load(&crowd->tally->n_asked),
		      atomic_load(&crowd->tally->n_applied));
	assert_true(atomic_load(&crowd->tally->n_applied) > 0);
	assert_int_equal(atomic_load(&crowd->tally->n_wrong), 0);
}

/* ---- Processes that ask PAM ---- */

/* The generation that the module's line names, among libpam's own; 0: there is none. */
static unsigned long long find_generation(void)
{
	const struct heard *h = fixture.heard;

	for (unsigned int i = 0; i < h->n_lines && i < HEARD_MAX; i++) {
		const char *at = strstr(h->lines[i].text, " generation=");

		if (at)
			return strtoull(at + strlen(" generation="), NULL, 10);
	}
	return 0;
}

/* Leave the processor to others for a moment, to whoever applies above all. */
static void rest(long milliseconds)
{
	const struct timespec moment = { .tv_nsec = milliseconds * 1000000 };

	(void)nanosleep(&moment, NULL);
}

/* Ask about one service; whether the answer is that of the generation which the log names. */
static bool is_pam_right(const struct crowd *crowd, const char *service, bool for_odd)
{
	static const struct pam_conv conversation = { .conv = converse };
	unsigned long long generation;
	pam_handle_t *pamh;
	int code;

	memset(fixture.heard, 0, sizeof(*fixture.heard));
	if (pam_start_confdir(service, "soak", &conversation, fixture.pam, &pamh) != PAM_SUCCESS)
		return false;
	code = pam_acct_mgmt(pamh, 0);
	(void)pam_end(pamh, code);
	atomic_fetch_add(&crowd->tally->n_asked, 1);
	generation = find_generation();
	if (generation > 0 &&
	    code == ((generation % 2 == 1) == for_odd ? PAM_SUCCESS : PAM_PERM_DENIED))
		return true;
	fprintf(stderr, "%s: code %d: %s\n", service, code, fixture.heard->lines[0].text);
	return false;
}

/* A process of its own: what it hears is nobody else's. At least one decision each. */
static void ask_pam(const struct crowd *crowd, unsigned int i)
{
	static struct heard heard;

	fixture.heard = &heard;
	do {
		if (!is_pam_right(crowd, i % 2 ? "soak-odd" : "soak-even", i % 2))
			atomic_fetch_add(&crowd->tally->n_wrong, 1);
		rest(200);
	} while (!is_over(crowd));
}

static void test_processes(void **state)
{
	static pid_t askers[N_PROCESSES];
	struct crowd *crowd = *state;

	start_writer(crowd);
	for (unsigned int i = 0; i < N_PROCESSES; i++) {
		askers[i] = fork();
		assert_true(askers[i] >= 0);
		if (askers[i] == 0) {
			ask_pam(crowd, i);
			_exit(0);
		}
	}
	for (unsigned int i = 0; i < N_PROCESSES; i++) {
		int status = 1;

		assert_int_equal(waitpid(askers[i], &status, 0), askers[i]);
		assert_int_equal(status, 0);
	}
	end_writer(crowd);
	assert_true(atomic_load(&crowd->tally->n_asked) >= N_PROCESSES);
}

/* ---- Threads that ask the library ---- */

static bool holds(const struct rolegate_policy *policy, const char *permission, int *ret_error)
{
	const struct rolegate_subject subject = {
		.person = { .size = sizeof(struct rolegate_person),
			    .name = "soak",
			    .uid = 1000,
			    .facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS },
	};
	struct rolegate_decision decision = { .size = sizeof(struct rolegate_decision),
					      .verdict = ROLEGATE_DENY };
	int r = rolegate_can(policy, &subject, permission, SUPPORT_NOW, &decision);

	*ret_error = *ret_error < 0 ? *ret_error : r;
	return decision.verdict == ROLEGATE_ALLOW;
}

/* Two questions to one handle, while others open and close theirs. */
static bool is_library_right(const struct crowd *crowd)
{
	struct rolegate_policy *policy = NULL;
	bool is_odd, odd, even;
	int r;

	r = rolegate_policy_open(crowd->state, &policy, NULL);
	if (r < 0)
		return false;
	is_odd = rolegate_policy_generation(policy) % 2 == 1;
	odd = holds(policy, "drive", &r);
	even = holds(policy, "insight", &r);
	rolegate_policy_close(policy);
	atomic_fetch_add(&crowd->tally->n_asked, 1);
	return r == 0 && odd == is_odd && even == !is_odd;
}

static void *run_thread(void *context)
{
	const struct crowd *crowd = context;

	while (!is_over(crowd)) {
		if (!is_library_right(crowd))
			atomic_fetch_add(&crowd->tally->n_wrong, 1);
		rest(2);
	}
	return NULL;
}

static void test_threads(void **state)
{
	pthread_t threads[N_THREADS];
	struct crowd *crowd = *state;

	start_writer(crowd);
	for (size_t i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run_thread, crowd), 0);
	for (size_t i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	end_writer(crowd);
}

/* ---- One process that asks for long ---- */

/* Open descriptors. */
static unsigned int count_descriptors(void)
{
	unsigned int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

#if defined(__SANITIZE_ADDRESS__)
#define MEMORY_TELLS 0 /* a sanitizer keeps what was freed */
#else
#define MEMORY_TELLS 1
#endif

/*
 * KiB of memory that belong to no file. The kernel counts the pages of these mappings; its own counters, and the peak in
 * getrusage(2) with them, may be wrong by 32 pages for each processor.
 */
static long anonymous_memory(void)
{
	static char text[4096];
	int fd = open("/proc/self/smaps_rollup", O_RDONLY | O_CLOEXEC);
	const char *line;
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	assert_true(n > 0);
	text[n] = '\0';
	line = strstr(text, "\nAnonymous:");
	assert_non_null(line);
	return strtol(line + sizeof("\nAnonymous:") - 1, NULL, 10);
}

/* Decisions of all doors: PAM each time by a new handle, the library by one that is opened anew. */
static void test_memory(void **state)
{
	struct crowd *crowd = *state;
	size_t in_use = 0;
	unsigned int n_descriptors = 0;
	long anonymous = 0;

	crowd->until = 0;
	for (unsigned int i = 0; i < N_DECISIONS; i++) {
		assert_true(i % 10 ? is_library_right(crowd)
				   : is_pam_right(crowd, "soak-odd", true));
		/* From then on everything that is used once only is. */
		if (i == N_DECISIONS / 100) {
			in_use = mallinfo2().uordblks;
			anonymous = anonymous_memory();
			n_descriptors = count_descriptors();
		}
	}
	anonymous = anonymous_memory() - anonymous;
	print_message("%u decisions: %ld KiB more\n", N_DECISIONS, anonymous);
	/* A byte for each decision would be a hundred KiB; libc keeps some that were given back. */
	assert_true(!MEMORY_TELLS || mallinfo2().uordblks <= in_use + SPARE);
	assert_true(!MEMORY_TELLS || support_is_emulated() || anonymous <= SPARE / 1024);
	assert_int_equal(count_descriptors(), n_descriptors);
}

/* ---- All of them ---- */

static int set_up(void **state)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));
	int length;

	assert_non_null(crowd);
	crowd->folder = place_make_folder();
	length = snprintf(crowd->root, sizeof(crowd->root), "%s/root", crowd->folder);
	assert_in_range(length, 1, sizeof(crowd->root) - 1);
	snprintf(crowd->state, sizeof(crowd->state), "%s/var/lib/rolegate", crowd->root);
	crowd->tally = mmap(NULL, sizeof(*crowd->tally), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(crowd->tally != MAP_FAILED);
	assert_int_equal(run_script(crowd, "write odd; $R apply"), 0);
	snprintf(fixture.state, sizeof(fixture.state), "%s", crowd->state);
	write_service("soak-odd", "debug", &(struct circumstances){ 0 });
	write_service("soak-even", "debug", &(struct circumstances){ 0 });
	alarm((FIXTURE_PATIENCE + 2 * seconds()) * (support_is_emulated() ? 10 : 1));
	*state = crowd;
	return 0;
}

static int tear_down(void **state)
{
	struct crowd *crowd = *state;

	support_remove_folder(crowd->folder);
	munmap(crowd->tally, sizeof(*crowd->tally));
	free(crowd);
	return 0;
}

#define CASE(text, function)                                                                       \
	{                                                                                          \
		.name = (text), .test_func = (function), .setup_func = set_up,                     \
		.teardown_func = tear_down                                                         \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE("1000 processes ask PAM while policies change: no error, no mixed answer",
		     test_processes),
		CASE("64 threads ask the library while policies change: no error, no mixed answer",
		     test_threads),
		CASE("100,000 decisions in one process take no more memory than 1,000",
		     test_memory),
	};

	return cmocka_run_group_tests_name("soak", tests, fixture_open, fixture_close);
}
