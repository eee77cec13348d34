/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "draft.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "source.h"
#include "write.h"

/* Survives a reboot, as an editor's work should. */
#define DRAFT_FOLDER "/var/tmp/rolegate-edit-XXXXXX"

/* Words of $EDITOR, options and all. */
#define EDITOR_WORDS_MAX 16u

/* ---- The copy ---- */

static int write_copy(const struct draft *draft, const char *text, size_t n)
{
	int fd, r;

	fd = openat(draft->fd, draft->file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -errno;
	r = write_whole(fd, text, n);
	if (r == 0 && draft->drops && fchown(fd, draft->uid, draft->gid) < 0)
		r = -errno;
	if (close(fd) < 0 && r == 0)
		r = -errno;
	/* The folder last: until then nobody but us can enter it. */
	if (r == 0 && draft->drops && fchown(draft->fd, draft->uid, draft->gid) < 0)
		r = -errno;
	return r;
}

int draft_make(struct draft *draft, const struct author *author, const char *name, const char *text,
	       size_t n)
{
	int r;

	*draft = (struct draft){
		.uid = geteuid(),
		.gid = getegid(),
		.fd = -1,
		.file = name,
	};
	if (geteuid() == 0 && author->uid != 0) {
		r = author_find_here(author, &draft->account);
		if (r < 0)
			return r;
		draft->uid = author->uid;
		draft->gid = draft->account.gid;
		draft->drops = true;
	}
	draft->folder = strdup(DRAFT_FOLDER);
	if (!draft->folder || !mkdtemp(draft->folder)) {
		r = draft->folder ? -errno : -ENOMEM;
		free(draft->folder);
		account_free(&draft->account);
		*draft = (struct draft){ .fd = -1 };
		return r;
	}
	draft->fd = open(draft->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	r = draft->fd < 0 ? -errno : 0;
	if (r == 0 && asprintf(&draft->path, "%s/%s", draft->folder, name) < 0) {
		draft->path = NULL;
		r = -ENOMEM;
	}
	if (r == 0)
		r = write_copy(draft, text, n);
	if (r < 0)
		draft_close(draft, false);
	return r;
}

/*
 * The folder is theirs by now, and so is what its path means: only its descriptor is used, and what is
 * opened in it is looked at first.
 */
int draft_read(const struct draft *draft, char **ret_text, size_t *ret_n)
{
	size_t done = 0, n;
	struct stat st;
	char *text;
	int fd, r = 0;

	fd = openat(draft->fd, draft->file,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != draft->uid ||
	    st.st_size > (off_t)SOURCE_MAX) {
		close(fd);
		return -EINVAL;
	}
	n = (size_t)st.st_size;
	text = malloc(n + 1);
	r = text ? 0 : -ENOMEM;
	while (r == 0 && done < n) {
		ssize_t got = read(fd, text + done, n - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			r = got < 0 ? -errno : -EINVAL;
		else
			done += (size_t)got;
	}
	close(fd);
	if (r < 0) {
		free(text);
		return r;
	}
	text[n] = '\0';
	*ret_text = text;
	*ret_n = n;
	return 0;
}

void draft_close(struct draft *draft, bool keep)
{
	if (!keep && draft->fd >= 0)
		(void)unlinkat(draft->fd, draft->file, 0);
	/* Follows no link; what else the editor left in it stays with it: it is the person's own. */
	if (!keep && draft->folder)
		(void)rmdir(draft->folder);
	if (draft->fd >= 0)
		close(draft->fd);
	free(draft->path);
	free(draft->folder);
	account_free(&draft->account);
	*draft = (struct draft){ .fd = -1 };
}

/* ---- The editor ---- */

/* Cut a copy of $EDITOR into words. Returns how many; 0 there are none. */
static size_t cut_words(char *text, char *words[EDITOR_WORDS_MAX])
{
	size_t n = 0;
	char *rest, *word;

	for (word = strtok_r(text, " \t", &rest); word && n < EDITOR_WORDS_MAX;
	     word = strtok_r(NULL, " \t", &rest))
		words[n++] = word;
	return n;
}

/* Become the person, for good. */
static int become(const struct draft *draft)
{
	if (!draft->drops)
		return 0;
	if (initgroups(draft->account.name, draft->gid) < 0 || setgid(draft->gid) < 0 ||
	    setuid(draft->uid) < 0 || setuid(0) == 0)
		return -EPERM;
	return 0;
}

/* Never returns. */
static void run_editor(const struct draft *draft)
{
	static const char *const names[] = { "VISUAL", "EDITOR" };
	char *words[EDITOR_WORDS_MAX + 2] = { NULL }, *copy;
	size_t n = 0;

	signal(SIGXFSZ, SIG_DFL);
	if (become(draft) < 0) {
		perror("rolegate: becoming the user whose editor it is");
		_exit(126);
	}
	for (size_t i = 0; i < 2 && n == 0; i++) {
		const char *value = getenv(names[i]);

		copy = value ? strdup(value) : NULL;
		if (value && !copy) {
			fputs("rolegate: out of memory for the name of the editor\n", stderr);
			_exit(126);
		}
		n = copy ? cut_words(copy, words) : 0;
	}
	if (n > 0 && words[0]) {
		words[n] = draft->path;
		execvp(words[0], words);
		output_complain("rolegate: the editor %s: %s\n", words[0], strerror(errno));
		_exit(127);
	}
	execlp("editor", "editor", draft->path, (char *)NULL);
	execlp("vi", "vi", draft->path, (char *)NULL);
	fputs("rolegate: neither `editor` nor `vi` is installed; name one in EDITOR\n", stderr);
	_exit(127);
}

/* Start the editor and wait for it. 0 and *ret_status, or -errno. */
static int run_and_wait(const struct draft *draft, const sigset_t *signals, int *ret_status)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		(void)sigprocmask(SIG_SETMASK, signals, NULL);
		run_editor(draft);
	}
	while (waitpid(pid, ret_status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

int draft_edit(const struct draft *draft)
{
	sigset_t mine, before;
	int r, status = 0;

	fflush(NULL);
	/* Keys that interrupt are meant for the editor. */
	sigemptyset(&mine);
	sigaddset(&mine, SIGINT);
	sigaddset(&mine, SIGQUIT);
	if (sigprocmask(SIG_BLOCK, &mine, &before) < 0)
		return -errno;
	r = run_and_wait(draft, &before, &status);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (r < 0)
		return r;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	fputs("rolegate: the editor did not end well; what it wrote is not taken\n", stderr);
	return 1;
}
