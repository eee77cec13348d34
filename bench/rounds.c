/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs commands in rounds, in a new random order each round, and prints the median time of each.
 *
 *	rounds ROUNDS <ROWS
 *
 * A row is `ID TAB STATUS TAB ROUNDS TAB whole|said TAB COMMAND`; the words of COMMAND are
 * separated by single blanks. STATUS is the exit status that the command has to have every time. A
 * row that wants fewer rounds takes part in every n-th. `whole` times the process from spawning to
 * its end; `said` takes the number of nanoseconds that it prints. A line of results is `ID TAB
 * RUNS TAB MEDIAN TAB PEAK`: nanoseconds, and KiB of memory. Exit status: 0, or 1 if any command
 * gave another status.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROWS_MAX 512
#define WORDS_MAX 16
/* The order is random and yet the same in every run. */
#define SEED UINT64_C(0x9e3779b97f4a7c15)

struct row {
	const char *id;
	int status;
	long rounds;
	bool says;
	char *words[WORDS_MAX + 1];
	double *times;
	size_t n_times;
	long peak;
};

extern char **environ;

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* xorshift64 */
static uint64_t next_random(void)
{
	static uint64_t state = SEED;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* Take a line apart. It stays in memory, as the row points into it. */
static bool parse_row(struct row *row, char *line, long rounds)
{
	char *status, *wanted, *kind, *word;
	size_t n = 0;

	line[strcspn(line, "\n")] = '\0';
	row->id = strsep(&line, "\t");
	status = strsep(&line, "\t");
	wanted = strsep(&line, "\t");
	kind = strsep(&line, "\t");
	if (!kind || !line)
		return false;
	row->status = (int)strtol(status, NULL, 10);
	row->rounds = strtol(wanted, NULL, 10);
	row->says = !strcmp(kind, "said");
	while ((word = strsep(&line, " ")) && n < WORDS_MAX)
		row->words[n++] = word;
	if (row->rounds < 1 || row->rounds > rounds)
		row->rounds = rounds;
	row->times = calloc((size_t)rounds, sizeof(*row->times));
	return row->times && !word;
}

static size_t read_rows(struct row rows[ROWS_MAX], long rounds)
{
	char *line = NULL;
	size_t n = 0, room = 0;

	while (n < ROWS_MAX && getline(&line, &room, stdin) > 0) {
		if (!parse_row(&rows[n++], line, rounds)) {
			fprintf(stderr, "rounds: row %zu is not understood\n", n);
			exit(1);
		}
		line = NULL;
		room = 0;
	}
	free(line);
	return n;
}

/* Start a row's command; what it prints goes to fd, or nowhere. */
static bool start(struct row *row, int fd, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	int error;

	posix_spawn_file_actions_init(&actions);
	if (fd >= 0)
		posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO);
	else
		posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	error = posix_spawn(ret_pid, row->words[0], &actions, NULL, row->words, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error)
		fprintf(stderr, "rounds: %s: %s\n", row->words[0], strerror(error));
	return error == 0;
}

/* The number that a command left in the pipe. */
static double said(int fd)
{
	char text[64] = "";
	ssize_t n = read(fd, text, sizeof(text) - 1);

	return n > 0 ? strtod(text, NULL) : 0;
}

static bool run_once(struct row *row)
{
	int fds[2] = { -1, -1 }, status = -1;
	struct rusage usage;
	double begin, took;
	pid_t pid;

	if (row->says && pipe2(fds, O_CLOEXEC) < 0)
		return false;
	begin = now_ns();
	if (!start(row, fds[1], &pid) || wait4(pid, &status, 0, &usage) < 0)
		return false;
	took = now_ns() - begin;
	if (row->says) {
		close(fds[1]);
		took = said(fds[0]);
		close(fds[0]);
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != row->status) {
		fprintf(stderr, "rounds: %s: wait status %#x, and exit status %d was wanted\n",
			row->id, (unsigned int)status, row->status);
		return false;
	}
	row->times[row->n_times++] = took;
	if (usage.ru_maxrss > row->peak)
		row->peak = usage.ru_maxrss;
	return true;
}

static bool run_round(struct row *rows, size_t n, long round, long rounds)
{
	size_t order[ROWS_MAX];
	bool good = true;

	for (size_t i = 0; i < n; i++) {
		size_t k = next_random() % (i + 1);

		order[i] = order[k];
		order[k] = i;
	}
	for (size_t i = 0; i < n; i++) {
		struct row *row = &rows[order[i]];

		if (round % (rounds / row->rounds) == 0 && (long)row->n_times < row->rounds)
			good = run_once(row) && good;
	}
	return good;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_result(struct row *row)
{
	size_t n = row->n_times;
	double *t = row->times;

	if (n == 0)
		return;
	qsort(t, n, sizeof(*t), by_size);
	printf("%s\t%zu\t%.0f\t%ld\n", row->id, n, (t[(n - 1) / 2] + t[n / 2]) / 2, row->peak);
}

int main(int argc, char **argv)
{
	static struct row rows[ROWS_MAX];
	long rounds = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
	bool good = true;
	size_t n;

	if (rounds < 1)
		return 1;
	n = read_rows(rows, rounds);
	for (long round = 0; round < rounds && good; round++)
		good = run_round(rows, n, round, rounds);
	for (size_t i = 0; i < n; i++)
		print_result(&rows[i]);
	return good && n > 0 ? 0 : 1;
}
