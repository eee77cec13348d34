/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A policy on trial: when it decides, and what decides when it no longer does. */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ACTIVE                                                                                     \
	"catalogs = [ \"workspace\" ]; assign = ( { user = \"old\"; roles = [ \"owner\" ]; } );"
#define ON_TRIAL                                                                                   \
	"catalogs = [ \"workspace\" ]; assign = ( { user = \"new\"; roles = [ \"owner\" ]; } );"

/* ---- The clocks ---- */

/* Began an hour after the machine did, for two minutes. */
static const struct trial two_minutes = { .from = 3600000,
					  .until = 3720000,
					  .epoch = INT64_C(1790000000000) };

#define EPOCH INT64_C(1790000000000)
#define DAY (INT64_C(24) * 3600 * 1000)

static const struct {
	const char *name;
	int64_t boottime, realtime;
	int runs;
} moments[] = {
	{ "its first moment", 3600000, EPOCH + 3600000, 1 },
	{ "its last millisecond", 3719999, EPOCH + 3719999, 1 },
	{ "the deadline", 3720000, EPOCH + 3720000, 0 },
	{ "long after", 3600000 + DAY, EPOCH + 3600000 + DAY, 0 },
	{ "the clock was slewed a little", 3700000, EPOCH + 3701500, 1 },
	{ "the clock was set an hour on", 3610000, EPOCH + 3610000 + 3600000, 0 },
	{ "the clock was set an hour back", 3610000, EPOCH + 3610000 - 3600000, 0 },
	{ "the clock was set back at the deadline", 3720000, EPOCH + 3600000, 0 },
	{ "booted, half a minute later", 12000, EPOCH + 3640000, 0 },
	{ "booted, and up for as long as before", 3610000, EPOCH + 2 * 3610000, 0 },
	{ "booted, with a clock that lost its battery", 3610000, 3610000, 0 },
	{ "before it began", 3599999, EPOCH + 3599999, 0 },
};

static void honours_the_clocks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		int runs = trial_runs_at(&two_minutes, moments[i].boottime, moments[i].realtime);

		if (runs != moments[i].runs)
			print_message("%s\n", moments[i].name);
		assert_int_equal(runs, moments[i].runs);
	}
}

/* Half a thousandth of a week is five minutes, and no jump. */
static void allows_a_week_of_slewing(void **state)
{
	struct trial week = { .from = 60000, .until = 60000 + 7 * DAY, .epoch = EPOCH };
	int64_t late = 60000 + 7 * DAY - 1000;

	(void)state;
	assert_true(trial_is_sound(&week));
	assert_true(trial_runs_at(&week, late, EPOCH + late + 300000));
	assert_false(trial_runs_at(&week, late, EPOCH + late + 900000));
}

static void begins_now(void **state)
{
	struct trial trial;
	int64_t left = 0;

	(void)state;
	assert_int_equal(trial_begin(&trial, 90), 0);
	assert_true(trial_is_sound(&trial));
	assert_true(trial_is_running(&trial, &left));
	assert_in_range(left, 80000, 90000);
	trial.until = trial.from;
	assert_false(trial_is_running(&trial, NULL));
}

/* ---- Readers ---- */

static int set_up(void **state)
{
	*state = support_make_folder();
	support_write_policy(ACTIVE, *state);
	return 0;
}

static int tear_down(void **state)
{
	support_remove_folder(*state);
	return 0;
}

static struct trial running(int64_t seconds)
{
	struct trial trial;

	assert_int_equal(trial_begin(&trial, seconds), 0);
	return trial;
}

static struct rolegate_policy *open_in(const char *folder)
{
	struct rolegate_policy *policy = NULL;

	assert_int_equal(rolegate_policy_open(folder, &policy, NULL), 0);
	return policy;
}

/* Who may manage passwords: "old", "new" or "nobody"; and the handle's other answers agree. */
static const char *owner(const struct rolegate_policy *policy)
{
	static const char permission[] = "manage_user_passwords";
	int old = support_ask(policy, "old", NULL, permission, SUPPORT_NOW).verdict ==
		  ROLEGATE_ALLOW;
	int new = support_ask(policy, "new", NULL, permission, SUPPORT_NOW).verdict ==
		  ROLEGATE_ALLOW;

	assert_int_not_equal(old, new);
	assert_int_equal(rolegate_policy_generation(policy), old ? 1 : 2);
	assert_int_equal(rolegate_policy_trial(policy, NULL), new);
	return old ? "old" : "new";
}

static void decides_while_it_runs(void **state)
{
	struct trial trial = running(60);
	struct rolegate_policy *policy;
	int64_t left = 0;

	support_write_trial(ON_TRIAL, *state, &trial);
	policy = open_in(*state);
	assert_string_equal(owner(policy), "new");
	assert_int_equal(rolegate_policy_trial(policy, &left), 1);
	assert_in_range(left, 50, 60);
	rolegate_policy_close(policy);

	assert_int_equal(rolegate_policy_load(*state, &policy, NULL), 0);
	assert_string_equal(owner(policy), "new");
	rolegate_policy_close(policy);

	assert_int_equal(policy_open_confirmed(*state, true, &policy, NULL), 0);
	assert_string_equal(owner(policy), "old");
	rolegate_policy_close(policy);
}

static void is_ignored_afterwards(void **state)
{
	struct trial trial = running(60);
	struct rolegate_policy *policy;

	trial.from -= 1000;
	trial.until = trial.from + 500;
	if (trial.from < 0)
		skip();
	support_write_trial(ON_TRIAL, *state, &trial);
	policy = open_in(*state);
	assert_string_equal(owner(policy), "old");
	rolegate_policy_close(policy);
}

/* Without a deadline it is no trial, whatever it is called. */
static void needs_a_deadline(void **state)
{
	struct rolegate_policy *policy;

	support_write_trial(ON_TRIAL, *state, &(struct trial){ 0 });
	policy = open_in(*state);
	assert_string_equal(owner(policy), "old");
	rolegate_policy_close(policy);
}

/* A handle that is held over the deadline goes back by itself. */
static void lets_go_of_a_handle(void **state)
{
	struct timespec pause = { .tv_nsec = 20L * 1000 * 1000 };
	struct trial trial = running(60);
	struct rolegate_explanation *explanation = NULL;
	struct rolegate_subject old = { { .size = sizeof(struct rolegate_person),
					  .name = "old",
					  .uid = 1000,
					  .facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS } };
	struct rolegate_request request = { .size = sizeof(struct rolegate_request),
					    .permission = "manage_user_passwords",
					    .at = SUPPORT_NOW };
	struct rolegate_policy *policy;

	trial.until = trial.from + 300;
	support_write_trial(ON_TRIAL, *state, &trial);
	policy = open_in(*state);
	assert_string_equal(owner(policy), "new");
	while (trial_is_running(&trial, NULL))
		nanosleep(&pause, NULL);
	assert_string_equal(owner(policy), "old");
	assert_int_equal(rolegate_explain(policy, &request, &old, NULL, &explanation), 0);
	assert_int_equal(explanation->decision->verdict, ROLEGATE_ALLOW);
	assert_int_equal(explanation->decision->generation, 1);
	rolegate_explanation_free(explanation);
	rolegate_policy_close(policy);
}

/* What is no sound trial is none: a copy cut at every length, and one that others can write. */
static void survives_damage(void **state)
{
	struct trial trial = running(600);
	struct rolegate_policy *policy;
	char path[600], *bytes;
	size_t n;

	support_write_trial(ON_TRIAL, *state, &trial);
	snprintf(path, sizeof(path), "%s/trial.cdb", (const char *)*state);
	bytes = support_read_file(path, &n);
	for (size_t cut = 0; cut < n; cut += cut < 4096 ? 7 : 1009) {
		support_write_file(path, bytes, cut, 0644);
		policy = open_in(*state);
		assert_string_equal(owner(policy), "old");
		rolegate_policy_close(policy);
	}
	support_write_file(path, bytes, n, 0666);
	assert_int_equal(chmod(path, 0666), 0);
	policy = open_in(*state);
	assert_string_equal(owner(policy), "old");
	rolegate_policy_close(policy);
	free(bytes);
}

/* A trial is nothing without what it goes back to. */
static void needs_what_it_goes_back_to(void **state)
{
	struct rolegate_policy *policy = NULL;
	struct trial trial = running(60);
	char path[600];

	support_write_trial(ON_TRIAL, *state, &trial);
	snprintf(path, sizeof(path), "%s/policy.cdb", (const char *)*state);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rolegate_policy_open(*state, &policy, NULL), -ENOENT);
	support_write_file(path, "damage", 6, 0644);
	assert_int_equal(rolegate_policy_open(*state, &policy, NULL), -EBADMSG);
	assert_null(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(honours_the_clocks),
		cmocka_unit_test(allows_a_week_of_slewing),
		cmocka_unit_test(begins_now),
		cmocka_unit_test_setup_teardown(decides_while_it_runs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(is_ignored_afterwards, set_up, tear_down),
		cmocka_unit_test_setup_teardown(needs_a_deadline, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lets_go_of_a_handle, set_up, tear_down),
		cmocka_unit_test_setup_teardown(survives_damage, set_up, tear_down),
		cmocka_unit_test_setup_teardown(needs_what_it_goes_back_to, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
