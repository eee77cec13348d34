/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asks for a user's groups again and again, and prints the microseconds of the fastest time.
 *
 *	members USER TURNS
 */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define GROUPS_MAX 64

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

int main(int argc, char **argv)
{
	const struct passwd *user = argc == 3 ? getpwnam(argv[1]) : NULL;
	long turns = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
	double best = 1e9;

	if (!user)
		return 1;
	for (long i = 0; i < turns; i++) {
		gid_t groups[GROUPS_MAX];
		int n = GROUPS_MAX;
		double took = now_us();

		if (getgrouplist(argv[1], user->pw_gid, groups, &n) < 0)
			return 1;
		took = now_us() - took;
		best = took < best ? took : best;
	}
	printf("%.1f\n", best);
	return 0;
}
