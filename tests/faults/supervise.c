/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervise.h"

#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif

/* One program under supervision. */
struct watch {
	const struct supervise_fault *fault;
	struct supervise_run *run;
	pid_t pid;
	int listener;
	size_t max, occurrences;
};

/* ---- The program's side ---- */

static int install(struct sock_filter *code, unsigned short n)
{
	struct sock_fprog program = { .len = n, .filter = code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			    &program);
}

/*
 * Ask about some calls; or about all but sendmsg(2), by which the descriptor to ask through is
 * handed over.
 */
static int install_asking(const struct supervise_fault *fault)
{
	struct sock_filter code[SUPERVISE_ASKED_MAX + 3];
	static const int sendmsg_alone[] = { SYS_sendmsg };
	const int *list = fault->n_asked ? fault->asked : sendmsg_alone;
	unsigned short n = fault->n_asked ? (unsigned short)fault->n_asked : 1, at = 0;

	code[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  offsetof(struct seccomp_data, nr));
	for (unsigned short i = 0; i < n; i++)
		code[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							  (unsigned int)list[i],
							  (unsigned char)(n - i), 0);
	code[at++] = (struct sock_filter)BPF_STMT(
		BPF_RET | BPF_K, fault->n_asked ? SECCOMP_RET_ALLOW : SECCOMP_RET_USER_NOTIF);
	code[at++] = (struct sock_filter)BPF_STMT(
		BPF_RET | BPF_K, fault->n_asked ? SECCOMP_RET_USER_NOTIF : SECCOMP_RET_ALLOW);
	return install(code, at);
}

bool supervise_is_possible(void)
{
	struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	unsigned int action = SECCOMP_RET_USER_NOTIF;
	int status = 1;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		_exit(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0 &&
				      install(code, 1) >= 0
			      ? 0
			      : 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

union handover {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static void prepare_message(struct msghdr *message, struct iovec *byte, union handover *control)
{
	*message = (struct msghdr){
		.msg_iov = byte,
		.msg_iovlen = 1,
		.msg_control = control->bytes,
		.msg_controllen = sizeof(control->bytes),
	};
}

static int send_descriptor(int to, int fd)
{
	char zero = 0;
	struct iovec byte = { .iov_base = &zero, .iov_len = 1 };
	union handover control = { .bytes = { 0 } };
	struct cmsghdr *header;
	struct msghdr message;

	prepare_message(&message, &byte, &control);
	header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	/* The call that install_asking() lets through: libc on i386 goes by socketcall(2) instead. */
	return syscall(SYS_sendmsg, to, &message, 0) == 1 ? 0 : -1;
}

static int receive_descriptor(int from)
{
	char zero;
	struct iovec byte = { .iov_base = &zero, .iov_len = 1 };
	union handover control;
	struct cmsghdr *header;
	struct msghdr message;
	int fd;

	prepare_message(&message, &byte, &control);
	if (recvmsg(from, &message, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_type != SCM_RIGHTS)
		return -1;
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

/* Never returns. From the filter on, each call waits for the other side. */
static void become(char *const argv[], const struct supervise_fault *fault, int channel, int output)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), listener;

	if (null < 0 || setpgid(0, 0) < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 ||
	    dup2(output, 2) < 0)
		_exit(126);
	listener = install_asking(fault);
	if (listener < 0 || send_descriptor(channel, listener) < 0)
		_exit(126);
	execv(argv[0], argv);
	_exit(126);
}

/* ---- Our side ---- */

static void remember(struct watch *watch, const struct supervise_call *call)
{
	struct supervise_run *run = watch->run;

	if (run->n == watch->max) {
		watch->max = watch->max ? 2 * watch->max : 512;
		run->calls = realloc(run->calls, watch->max * sizeof(*run->calls));
		assert_non_null(run->calls);
	}
	run->calls[run->n++] = *call;
}

/* Whether the fault strikes this call. */
static bool strikes(struct watch *watch, const struct supervise_call *call)
{
	const struct supervise_fault *fault = watch->fault;

	if (fault->what == SUPERVISE_NOTHING)
		return false;
	if (watch->run->struck)
		return fault->onwards && fault->onwards(call);
	if (call->nr != fault->nr || ++watch->occurrences != fault->occurrence)
		return false;
	watch->run->struck = true;
	return true;
}

/* Answer one question. False: all of the program is dead. */
static bool answer(struct watch *watch, const struct seccomp_notif *asked)
{
	struct seccomp_notif_resp response = { .id = asked->id,
					       .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };
	struct supervise_call call = { .nr = asked->data.nr };

	for (int i = 0; i < 6; i++)
		call.args[i] = asked->data.args[i];
	if ((pid_t)asked->pid == watch->pid) {
		remember(watch, &call);
		if (watch->fault->look)
			watch->fault->look(watch->fault->context, watch->pid, &call);
		if (strikes(watch, &call)) {
			if (watch->fault->what == SUPERVISE_KILL) {
				(void)kill(-watch->pid, SIGKILL);
				return false;
			}
			response.flags = 0;
			/*
			 * brk(2) says that it failed by where the heap ends; libc asks again after
			 * a 0.
			 */
			if (call.nr != SYS_brk)
				response.error = -watch->fault->error;
		}
	}
	/* It fails where somebody died meanwhile. */
	(void)ioctl(watch->listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
	return true;
}

static void attend(struct watch *watch)
{
	struct pollfd ready = { .fd = watch->listener, .events = POLLIN };
	struct seccomp_notif asked;
	bool goes_on = true;

	/* Older kernels do without; it only saves time. */
	(void)ioctl(watch->listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
		    SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	while (goes_on) {
		if (poll(&ready, 1, 30000) <= 0) {
			(void)kill(-watch->pid, SIGKILL);
			fail_msg("a program stood still for half a minute");
		}
		if (!(ready.revents & POLLIN))
			break;
		memset(&asked, 0, sizeof(asked));
		if (ioctl(watch->listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) == 0)
			goes_on = answer(watch, &asked);
	}
	close(watch->listener);
}

/* Wait for the program, and for children that it left to us. */
static void reap(struct watch *watch)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, 0)) > 0 || errno == EINTR)
		if (pid == watch->pid)
			watch->run->status = status;
}

static char *take_output(int fd)
{
	off_t n = lseek(fd, 0, SEEK_END);
	char *text;

	assert_true(n >= 0);
	text = malloc((size_t)n + 1);
	assert_non_null(text);
	assert_int_equal(pread(fd, text, (size_t)n, 0), n);
	text[n] = '\0';
	close(fd);
	return text;
}

void supervise(char *const argv[], const struct supervise_fault *fault, struct supervise_run *ret)
{
	struct watch watch = { .fault = fault, .run = ret };
	int channel[2], output;

	*ret = (struct supervise_run){ 0 };
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel), 0);
	output = memfd_create("output", MFD_CLOEXEC);
	assert_true(output >= 0);
	fflush(NULL);
	watch.pid = fork();
	assert_true(watch.pid >= 0);
	if (watch.pid == 0)
		become(argv, fault, channel[1], output);
	close(channel[1]);
	watch.listener = receive_descriptor(channel[0]);
	close(channel[0]);
	if (watch.listener >= 0)
		attend(&watch);
	reap(&watch);
	ret->output = take_output(output);
	assert_true(watch.listener >= 0);
}

void supervise_free(struct supervise_run *run)
{
	free(run->output);
	free(run->calls);
	*run = (struct supervise_run){ 0 };
}

bool supervise_read_string(pid_t pid, uint64_t address, char *to, size_t size)
{
	struct iovec mine = { .iov_base = to, .iov_len = size - 1 };
	struct iovec theirs = { .iov_base = (void *)(uintptr_t)address, .iov_len = size - 1 };
	ssize_t n = process_vm_readv(pid, &mine, 1, &theirs, 1, 0);

	to[n > 0 ? n : 0] = '\0';
	return n > 0;
}

const char *supervise_name(int nr, char spare[16])
{
#define NAME(call)                                                                                 \
	{                                                                                          \
		SYS_##call, #call                                                                  \
	}
	static const struct {
		int nr;
		const char *name;
	} names[] = {
		NAME(brk),	  NAME(close),	   NAME(execve),     NAME(exit_group),
		NAME(fchmod),	  NAME(fchown),	   NAME(fcntl),	     NAME(flock),
		NAME(fsync),	  NAME(ftruncate), NAME(getdents64), NAME(linkat),
		NAME(lseek),	  NAME(mkdirat),   NAME(mmap),	     NAME(mprotect),
		NAME(munmap),	  NAME(openat),	   NAME(pread64),    NAME(pwrite64),
		NAME(read),	  NAME(renameat2), NAME(unlinkat),   NAME(utimensat),
		NAME(wait4),	  NAME(write),
#ifdef SYS_renameat
		NAME(renameat),
#endif
#ifdef SYS_newfstatat
		NAME(newfstatat),
#endif
	};
#undef NAME

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].nr == nr)
			return names[i].name;
	snprintf(spare, 16, "call %d", nr);
	return spare;
}
