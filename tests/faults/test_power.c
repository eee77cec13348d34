/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The power goes at every point of every command that changes something, on real ext4 and xfs: the
 * old or the new is in force when it is back, and the next command finds nothing in its way.
 *
 * A command is killed before a system call, and its file system shut down without its log being
 * flushed (XFS_IOC_GOINGDOWN, which ext4 has too), taken off and mounted again: what is left is what
 * had reached the disk. That is done twice: at once, where as little as can be is there; and after
 * somebody else's fsync(2), by which names reach the disk before the bytes of their files. ext4 is
 * mounted with noauto_da_alloc, for what it does of its own accord would hide an fsync(2) that is
 * missing.
 *
 * As root, with loop devices. All points with ROLEGATE_FAULTS=all
 * (`make check-power`), else some, and all at which something comes into its place.
 */
#include "stage.h"

#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STRIDE 53u

/* Failed points that are told of, for one scenario. */
#define TELL_MAX 5u

/* linux/xfs_fs.h is in no package of every machine. */
#define GOING_DOWN _IOR('X', 125, uint32_t)
#define WITHOUT_LOG 2u

static const struct disk {
	const char *name, *make, *options;
} disks[] = {
	{ "ext4", "truncate -s 32M image && mkfs.ext4 -q image",
	  "loop,noauto_da_alloc,commit=300" },
	{ "xfs", "truncate -s 320M image && mkfs.xfs -q image", "loop" },
};
#define N_DISKS (sizeof(disks) / sizeof(disks[0]))

/* A disk in a file, in a folder of its own, which is mounted beside it. */
struct drive {
	const struct disk *disk;
	char *folder, top[400];
};

__attribute__((format(printf, 2, 3))) static bool shell(const struct drive *drive,
							const char *format, ...)
{
	char *line, *whole;
	va_list arguments;
	int status;

	va_start(arguments, format);
	assert_true(vasprintf(&line, format, arguments) > 0);
	va_end(arguments);
	assert_true(asprintf(&whole, "cd '%s' && PATH=$PATH:/usr/sbin:/sbin && %s", drive->folder,
			     line) > 0);
	status = system(whole); /* NOLINT(cert-env33-c): a test's own words */
	free(line);
	free(whole);
	return status == 0;
}

static bool attach(const struct drive *drive)
{
	return shell(drive, "mount -o %s image top", drive->disk->options);
}

static void detach(const struct drive *drive)
{
	assert_int_equal(umount(drive->top), 0);
}

/* False if this machine has no such disks. */
static bool open_drive(struct drive *drive, const struct disk *disk)
{
	*drive = (struct drive){ .disk = disk, .folder = place_make_folder() };
	snprintf(drive->top, sizeof(drive->top), "%s/top", drive->folder);
	return shell(drive, "mkdir top && (%s) >log 2>&1", disk->make) && attach(drive);
}

static void close_drive(struct drive *drive)
{
	(void)umount(drive->top);
	support_remove_folder(drive->folder);
}

/* ---- The cut ---- */

/* What somebody else wrote reaches the disk, and with it what the log has of everybody's. */
static void sync_something_else(const struct drive *drive)
{
	char path[440];
	int fd;

	snprintf(path, sizeof(path), "%s/else", drive->top);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "else", 4, 0), 4);
	assert_int_equal(fsync(fd), 0);
	close(fd);
}

static void cut_power(const struct drive *drive)
{
	int fd = open(drive->top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint32_t how = WITHOUT_LOG;

	assert_true(fd >= 0);
	assert_int_equal(ioctl(fd, GOING_DOWN, &how), 0);
	close(fd);
	detach(drive);
	assert_true(attach(drive));
}

/* The root as it was before the change, on the disk to the last byte. */
static void lay(struct stage *stage, const struct drive *drive)
{
	int fd;

	place_copy(stage->base, stage->work);
	stage->is_fresh = true;
	fd = open(drive->top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0 && syncfs(fd) == 0);
	close(fd);
}

static char *cut_at(struct stage *stage, const struct drive *drive, size_t i, bool is_late,
		    bool *ret_struck)
{
	struct supervise_fault fault = stage_death(stage, i);
	struct stage_outcome outcome;
	struct supervise_run run;

	lay(stage, drive);
	stage_run(stage, &fault, &run);
	*ret_struck = run.struck;
	supervise_free(&run);
	if (is_late)
		sync_something_else(drive);
	cut_power(drive);
	return stage_judge(stage, &outcome);
}

/* ---- All of them ---- */

/* Whether the call may change what is on the disk, or promise that it is there. */
static bool is_change(int nr)
{
	static const int changes[] = {
		SYS_write,     SYS_pwrite64, SYS_fsync,	    SYS_linkat, SYS_renameat2,
		SYS_unlinkat,  SYS_mkdirat,  SYS_ftruncate, SYS_fchmod, SYS_fchown,
#ifdef SYS_renameat
		SYS_renameat,
#endif
		SYS_utimensat,
	};

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if (changes[i] == nr)
			return true;
	return false;
}

/* How often the power went, and how often while the command ran. */
struct cuts {
	size_t n, n_struck;
};

static size_t cut_everywhere(struct stage *stage, const struct drive *drive, struct cuts *cuts)
{
	size_t stride = stage_stride(STRIDE), n_changes = 0, n_wrong = 0;

	for (size_t i = stage_first_call(stage) + 1; i < stage->reference.n; i++) {
		int nr = stage->reference.calls[i - 1].nr;

		if (!is_change(nr) || (n_changes++ % stride != 0 && !stage_is_decisive(nr)))
			continue;
		for (unsigned int is_late = 0; is_late < 2; is_late++) {
			bool struck;
			char spare[16], *wrong = cut_at(stage, drive, i, is_late, &struck);

			if (wrong && n_wrong++ < TELL_MAX)
				print_message("%s: %s, cut behind call %zu (%s)%s: %s\n",
					      drive->disk->name, stage->scenario->name, i - 1,
					      supervise_name(stage->reference.calls[i - 1].nr,
							     spare),
					      is_late ? ", names first" : "", wrong);
			free(wrong);
			cuts->n++;
			cuts->n_struck += struck;
		}
	}
	return n_wrong;
}

static void survives(void **state)
{
	size_t n_wrong = 0, n_disks = 0;
	struct cuts cuts = { 0 };
	struct drive drive;
	struct stage stage;

	if (!supervise_is_possible() || geteuid() != 0 || access("/dev/loop-control", W_OK) < 0)
		skip();
	stage_set(&stage, *state);
	for (size_t i = 0; i < N_DISKS; i++) {
		if (open_drive(&drive, &disks[i])) {
			snprintf(stage.work, sizeof(stage.work), "%s/work", drive.top);
			n_wrong += cut_everywhere(&stage, &drive, &cuts);
			n_disks++;
		} else {
			print_message("skip: no %s in a file can be made and mounted here\n",
				      disks[i].name);
		}
		close_drive(&drive);
	}
	print_message("the power went %zu times, %zu of them in the middle of it\n", cuts.n,
		      cuts.n_struck);
	stage_strike(&stage);
	if (n_disks == 0)
		skip();
	assert_int_equal(n_wrong, 0);
	assert_true(cuts.n >= 2 * n_disks);
	/* Memory that happens to lie otherwise may spare a call or two. */
	assert_true(cuts.n_struck + 3 >= cuts.n);
}

int main(int argc, char **argv)
{
	/* What is mounted here goes with this process. */
	if (geteuid() == 0 &&
	    (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0))
		print_message("skip: no mount namespace: %s\n", strerror(errno));
	return stage_main("power cut", survives, argc > 1 ? argv[1] : NULL, false);
}
