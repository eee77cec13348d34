/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * random_author: lets people with and without authority change a policy at random, and looks
 * after each step whether anybody came to hold or hand out what was not theirs (A1 to A4, A6,
 * A7).
 *
 * Runs as root on a machine of its own, where the people of walk_world.h have accounts and
 * rolegate is installed: it writes /etc/rolegate, and gives the real command behind real logins.
 *
 * usage: random_author --world workspace|departments|organisation [--steps N] [--seed S]
 * Exit status: 0 every step was right; 1 one was not, and is printed; 2 usage.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "walk.h"

/* After so many steps the walk begins anew: by then owners have given and taken much at random. */
#define STEPS_TO_RETURN 60

struct settings {
	const struct world *world;
	uint64_t steps, seed;
};

static bool read_settings(int argc, char *argv[], struct settings *ret)
{
	static const struct option options[] = { { "world", required_argument, NULL, 'w' },
						 { "steps", required_argument, NULL, 'n' },
						 { "seed", required_argument, NULL, 's' },
						 { NULL, 0, NULL, 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == 'w')
			ret->world = world_find(optarg);
		else if (option == 'n')
			ret->steps = strtoull(optarg, NULL, 10);
		else if (option == 's')
			ret->seed = strtoull(optarg, NULL, 10);
		else
			return false;
	}
	return optind == argc && ret->world && ret->steps > 0 && ret->seed > 0;
}

/* ---- That the test tests something ---- */

static unsigned int count(const struct walk *walk, enum command_kind kind, enum walk_class rank,
			  enum walk_outcome outcome)
{
	return walk->counts[kind][rank][outcome];
}

static void print_counts(const struct walk *walk)
{
	printf("%-24s%28s%28s%28s\n%-24s", "", "owners", "managers of roles", "others", "");
	for (unsigned int rank = 0; rank < WALK_CLASSES; rank++)
		printf("%28s", "done   none  refused  wrong");
	putchar('\n');
	for (unsigned int kind = 0; kind < COMMAND_KINDS; kind++) {
		printf("%-24s", command_name(kind));
		for (unsigned int rank = 0; rank < WALK_CLASSES; rank++)
			printf("  %5u  %5u  %5u  %5u", count(walk, kind, rank, WALK_DONE),
			       count(walk, kind, rank, WALK_NOTHING),
			       count(walk, kind, rank, WALK_REFUSED),
			       count(walk, kind, rank, WALK_WRONG));
		putchar('\n');
	}
}

/*
 * Were everything refused, nothing could go wrong: so much has to be done in a thousand steps, a
 * quarter of what was seen in the least of three worlds. What is seen less often than that is
 * not counted.
 */
static const unsigned char done_at_least[COMMAND_KINDS][2] = {
	[COMMAND_ROLE_CREATE] = { 3, 4 }, [COMMAND_ROLE_COPY] = { 1, 3 },
	[COMMAND_ROLE_EDIT] = { 1, 2 },	  [COMMAND_ROLE_DELETE] = { 0, 1 },
	[COMMAND_ASSIGN] = { 10, 14 },	  [COMMAND_UNASSIGN] = { 2, 3 },
	[COMMAND_SERVICE_SET] = { 2, 2 }, [COMMAND_APPLY] = { 10, 12 },
	[COMMAND_MANAGED] = { 3, 4 },	  [COMMAND_EDIT] = { 1, 1 },
	[COMMAND_ROLLBACK] = { 2, 2 },	  [COMMAND_TRIAL] = { 1, 1 },
	[COMMAND_CONFIRM] = { 1, 1 },
};

static bool is_enough(const struct walk *walk, uint64_t steps)
{
	bool is_fine = true;

	for (unsigned int kind = 0; kind < COMMAND_KINDS; kind++)
		for (unsigned int rank = WALK_OWNER; rank <= WALK_MANAGER; rank++) {
			uint64_t least = done_at_least[kind][rank] * steps / 1000;

			if (count(walk, kind, rank, WALK_DONE) >= least)
				continue;
			printf("%s: %u were done, and %" PRIu64 " of %" PRIu64
			       " are due at least\n",
			       command_name(kind), count(walk, kind, rank, WALK_DONE), least,
			       steps);
			is_fine = false;
		}
	return is_fine;
}

/* ---- The walk ---- */

static bool go(struct walk *walk, const struct settings *settings)
{
	if (!walk_begin(walk, settings->world, settings->seed))
		return false;
	for (uint64_t i = 1; i <= settings->steps; i++) {
		bool is_fine = walk_step(walk) && (i % STEPS_TO_RETURN != 0 || walk_return(walk));

		if (!is_fine) {
			printf("at step %" PRIu64 " of --world %s --seed %" PRIu64 "\n", i,
			       settings->world->name, settings->seed);
			return false;
		}
	}
	print_counts(walk);
	return is_enough(walk, settings->steps);
}

int main(int argc, char *argv[])
{
	struct settings settings = { .steps = 500, .seed = (uint64_t)time(NULL) };
	struct walk *walk;
	bool is_fine;

	if (!read_settings(argc, argv, &settings)) {
		fprintf(stderr,
			"usage: random_author --world workspace|departments|organisation [--steps N] "
			"[--seed S]\n");
		return 2;
	}
	printf("%s, %" PRIu64 " steps, seed %" PRIu64 "\n", settings.world->name, settings.steps,
	       settings.seed);
	walk = calloc(1, sizeof(*walk));
	is_fine = walk && go(walk, &settings);
	if (walk)
		walk_end(walk);
	free(walk);
	return is_fine ? 0 : 1;
}
