/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What tests share: policies made of texts in memory, and questions put to them.
 *
 * Everything here fails the running test when it cannot do what it was asked for.
 */
#ifndef ROLEGATE_TEST_SUPPORT_H
#define ROLEGATE_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those before it. */
#include <cmocka.h>

#include "compile.h"
#include "policy.h"
#include "rolegate.h"

/* Whether AddressSanitizer is built in: for what takes longer with it, or cannot be asked of it. */
#if defined(__SANITIZE_ADDRESS__)
#define SUPPORT_HAS_ASAN 1
#elif defined(__has_feature)
#define SUPPORT_HAS_ASAN __has_feature(address_sanitizer)
#else
#define SUPPORT_HAS_ASAN 0
#endif

/* Whether an emulator runs it (machines.sh says so): then limits of time and of memory are the emulator's. */
bool support_is_emulated(void);

/* A moment for tests: 2026-11-22T12:00:00Z. */
#define SUPPORT_NOW INT64_C(1795348800)

/* A catalog given as text instead of a file of conf/catalogs. */
struct support_catalog {
	const char *name, *text;
};

/*
 * Compile policy texts; the i-th is called /etc/rolegate/I.conf. As compile_sources(). Owner:
 * compile_free().
 */
int support_compile(struct compiled *ret, const char *const *texts, size_t n,
		    const struct support_catalog *catalogs, size_t n_catalogs);

/* The same for one text and the shipped catalogs. */
int support_compile_text(struct compiled *ret, const char *text);

/*
 * Record each group of a valid model with support_gid(), and each user as absent, which counts by name (P3), unless the
 * test has recorded something. support_open() and support_write_…() do so.
 */
void support_record(struct compiled *compiled);

/* Open a valid model, packed. Owner: rolegate_policy_close(). */
struct rolegate_policy *support_open(const struct compiled *compiled);

/* Pack a valid model into memory, nothing recorded besides. Owner: close(2). */
int support_pack_as_it_is(const struct compiled *compiled);

/* Open the policy of a valid text. */
struct rolegate_policy *support_policy(const char *text);

/* Compile a valid text into DIR/policy.cdb. */
void support_write_policy(const char *text, const char *dir);

/* The same as generation 2 into DIR/trial.cdb, on that trial. */
void support_write_trial(const char *text, const char *dir, const struct trial *trial);

/*
 * Give the groups of role_groups these gids, as a host would, and make these users system accounts
 * of it. Both lists end with a NULL name.
 */
struct support_group {
	const char *name;
	uint32_t gid;
};
void support_capture(struct compiled *compiled, const struct support_group *groups,
		     const char *const *system_accounts);

/*
 * Write what was compiled into DIR/policy.cdb, or, on a trial, as generation 2 into DIR/trial.cdb.
 */
void support_write_compiled(const struct compiled *compiled, const char *dir,
			    const struct trial *trial);

/* Print all problems of a report, for a test that is about to fail. */
void support_print_report(const struct compiled *compiled);

/* Whether some problem's text contains a part; line 0: on any line. */
int support_has_problem(const struct compiled *compiled, enum report_severity severity,
			unsigned int line, const char *part);

/* A temporary folder of mode 0700, on the heap; and its removal with all in it. */
char *support_make_folder(void);
void support_remove_folder(char *path);

/* The whole file, with a NUL behind, on the heap. */
char *support_read_file(const char *path, size_t *ret_n);
void support_write_file(const char *path, const void *bytes, size_t n, unsigned int mode);

/* The gid that tests take a group to have: this host's, or else one made of the name. */
gid_t support_gid(const char *group);

/*
 * A person as a test says it: "name", "name:uid" or "name:uid:group,group". Without a uid it is
 * 1000; all facts are known.
 * Owner:    support_forget().
 */
struct support_person {
	struct rolegate_person person;
	char *text;
	const char *groups[16];
	gid_t gids[16];
};
void support_person(struct support_person *ret, const char *text);
void support_forget(struct support_person *person);

/* Decide about a person, who is the actor too. service or permission may be NULL. */
struct rolegate_decision support_ask(const struct rolegate_policy *policy, const char *person,
				     const char *service, const char *permission, int64_t at);

#endif
