/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs one command under two contents of a file by turns, and prints how long it takes under each.
 *
 *	pairs ROUNDS FILE FIRST SECOND COMMAND...
 *
 * FIRST and SECOND are files whose texts FILE gets, before the clock starts; which goes first
 * changes from round to round. A line for each: its name, and the 10th and 50th percentile in
 * microseconds; then the medians of the difference within a round, of all rounds and of the calmer
 * half. So a machine that is busy with other things, now more and now less, burdens both alike.
 * Exit status: 0, or 1 if the command ever failed.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TEXT_MAX 4096

extern char **environ;

/* One round: both times, in microseconds. */
struct round {
	double times[2];
};

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static bool copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_TRUNC | O_CLOEXEC);
	char text[TEXT_MAX];
	ssize_t n = in < 0 ? -1 : read(in, text, sizeof(text));
	bool good = n >= 0 && out >= 0 && write(out, text, (size_t)n) == n;

	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return good;
}

/* Run the command, what it prints going nowhere; the time it took, or -1. */
static double run(char **words)
{
	posix_spawn_file_actions_t actions;
	int status = -1;
	double begin;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	begin = now_us();
	if (posix_spawnp(&pid, words[0], &actions, NULL, words, environ) == 0)
		(void)waitpid(pid, &status, 0);
	begin = now_us() - begin;
	posix_spawn_file_actions_destroy(&actions);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? begin : -1;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* One of the two times of all rounds, or their difference, at a percentile. */
static double percentile(const struct round *rounds, size_t n, int which, size_t percent)
{
	double *list = calloc(n, sizeof(*list)), at;

	if (!list)
		exit(1);
	for (size_t i = 0; i < n; i++)
		list[i] = which < 2 ? rounds[i].times[which]
				    : rounds[i].times[1] - rounds[i].times[0];
	qsort(list, n, sizeof(*list), by_size);
	at = list[(n - 1) * percent / 100];
	free(list);
	return at;
}

static int by_calm(const void *a, const void *b)
{
	const struct round *x = a, *y = b;
	double sum_x = x->times[0] + x->times[1], sum_y = y->times[0] + y->times[1];

	return (sum_x > sum_y) - (sum_x < sum_y);
}

int main(int argc, char **argv)
{
	size_t n = argc > 5 ? strtoul(argv[1], NULL, 10) : 0;
	struct round *rounds = calloc(n + 1, sizeof(*rounds));

	if (n < 2 || !rounds)
		return 1;
	for (size_t i = 0; i < n; i++)
		for (size_t turn = 0; turn < 2; turn++) {
			size_t which = turn ^ (i & 1);

			if (!copy(argv[3 + which], argv[2]))
				return 1;
			rounds[i].times[which] = run(argv + 5);
			if (rounds[i].times[which] < 0)
				return 1;
		}
	for (int which = 0; which < 2; which++)
		printf("%s\t%.1f\t%.1f\n", argv[3 + which], percentile(rounds, n, which, 10),
		       percentile(rounds, n, which, 50));
	qsort(rounds, n, sizeof(*rounds), by_calm);
	printf("difference\t%.1f\t%.1f\n", percentile(rounds, n, 2, 50),
	       percentile(rounds, n / 2, 2, 50));
	free(rounds);
	return 0;
}
