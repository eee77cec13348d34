/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * librolegate: who may use what on this host.
 *
 * The library opens the active policy, which `rolegate apply` compiled, and answers one question
 * about it: may this account use this service, or does it have this permission? It never logs,
 * exits, forks, reads the environment or asks NSS: the caller states the facts about the account,
 * and acts on the answer.
 *
 * The shortest correct use:
 *
 *	struct rolegate_policy *policy = NULL;
 *	struct rolegate_subject subject = ROLEGATE_ACCOUNT_INIT;
 *	struct rolegate_decision decision = ROLEGATE_DECISION_INIT;
 *
 *	subject.person.name = user->pw_name;
 *	subject.person.uid = user->pw_uid;
 *	subject.person.facts = ROLEGATE_FACT_UID;
 *	if (rolegate_policy_open(NULL, &policy, NULL) == 0 &&
 *	    rolegate_can(policy, &subject, "report.export", time(NULL), &decision) == 0 &&
 *	    decision.verdict == ROLEGATE_ALLOW)
 *		...
 *	rolegate_policy_close(policy);
 *
 * A decision is about an account, not about a name that was typed (P12): `name` is pw_name as
 * getpwnam(3) returned it, and without a uid every answer is DENY. decision.wants names the facts
 * that could change a denial, so that a program pays for getgrouplist(3) only where groups matter.
 * doc/example-service.c shows that.
 *
 * Structures that the caller allocates begin with `size`, the size of the structure that the caller
 * was compiled with. The library reads and writes no more than that. A larger structure of a newer
 * header is accepted if everything that this library does not know is 0, else -EINVAL. The macros
 * ROLEGATE_…_INIT set `size`.
 *
 * Errors are 0 or one of: -ENOENT no policy was ever applied; -EPERM the policy cannot be trusted
 * (owner, mode or type of the file or its directory); -EBADMSG it is damaged; -EPROTONOSUPPORT it
 * has another format; -EINVAL the call is wrong; -ENOMEM; -EAGAIN no descriptor is left to
 * this process, or the system; -EIO the system failed. No other value is ever returned.
 *
 * Threads: nothing is shared or cached outside the handle, and a handle never changes after it is
 * opened, so one handle may be used by many threads at once, and works in a child after fork(2).
 * A handle stays on the generation it was opened on (but for the end of a trial, see
 * rolegate_policy_trial()). A long-running program opens the policy again (it costs a few system
 * calls) to see a policy applied since.
 */
#ifndef ROLEGATE_H
#define ROLEGATE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ROLEGATE_API __attribute__((visibility("default")))

/* A policy that is open for asking. */
struct rolegate_policy;

/*
 * Compare with == ROLEGATE_ALLOW and with nothing else; the value is far from what a flipped bit
 * or a -1 would give.
 */
enum rolegate_verdict {
	ROLEGATE_DENY = 0,
	ROLEGATE_ALLOW = 0x2a51,
};

/*
 * Why, in one word. The names (rolegate_reason_name) are part of the interface.
 * Source:   rolegate.conf(5) D1, rolegate(8).
 */
enum rolegate_reason {
	ROLEGATE_SYSTEM_ERROR = 0,   /* memory or input/output failed: denied */
	ROLEGATE_GRANTED,	     /* a role of the person gives what is required */
	ROLEGATE_OPEN_SERVICE,	     /* the service requires nothing */
	ROLEGATE_MISSING_PERMISSION, /* no role of the person gives what is required */
	ROLEGATE_NO_ROLE,	     /* the person has no role in force */
	ROLEGATE_PENDING_APPROVAL,   /* a role would give it, but awaits approval (P9) */
	ROLEGATE_OUTSIDE_TIME,	     /* an assignment would give it, but not now (P3) */
	ROLEGATE_NOT_IN_PLAN, /* a role gives it, but this host's plan does not include it (P11) */
	ROLEGATE_CONFLICT,    /* a role would give it, but the person holds roles that exclude each
				 other (A6) */
	ROLEGATE_SERVICE_NOT_LISTED, /* the policy knows nothing of the service and refuses such
					(D2) */
	ROLEGATE_UNKNOWN_USER,	     /* the caller found no such user on the system */
	ROLEGATE_NO_POLICY,	     /* nothing was ever applied */
	ROLEGATE_UNTRUSTED_POLICY,   /* somebody else than root could have written the policy */
	ROLEGATE_DAMAGED_POLICY, /* a record of the policy is not what was written, or the format is
				    another */
	ROLEGATE_OWN_PASSWORD,	 /* the password gate has no say in it (G1) */
	ROLEGATE_UNKNOWN_ACTOR,	 /* somebody else's password, and nobody knows who sets it (G2) */
	ROLEGATE_SUSPENDED,	 /* the account is suspended (P13) */
	ROLEGATE_AMBIGUOUS_USER, /* the name service has two accounts for the name (P12) */
};

/* What the caller knows about an account. */
enum rolegate_fact {
	ROLEGATE_FACT_UID = 1,	     /* .uid is set, and .name is the name that belongs to it */
	ROLEGATE_FACT_GROUPS = 2,    /* .gids holds all groups, primary and supplementary */
	ROLEGATE_FACT_ABSENT = 4,    /* every source of the name service denies the name */
	ROLEGATE_FACT_AMBIGUOUS = 8, /* .name is the name of another uid too (P12) */
	ROLEGATE_FACT_SOURCES = 16,  /* each source of groups was asked by itself (P3) */
	ROLEGATE_FACT_LOCAL = 32,    /* a local name source has the account, not a directory */
};

/*
 * An account as the name service knows it. The caller owns everything in it.
 *
 * size           sizeof(struct rolegate_person)
 * facts          bits of enum rolegate_fact
 * uid            counts only with ROLEGATE_FACT_UID
 * name           the canonical name (pw_name), compared byte for byte (P12)
 * gids           n_groups of them; count only with ROLEGATE_FACT_GROUPS
 * group_names    for each gid the name that it has now; NULL where it was not asked for, or where the
 *                name service did not answer. Only names of gids for which
 *                rolegate_policy_needs_group() is true are looked at.
 * silent_source  with ROLEGATE_FACT_SOURCES: a source of groups that did not answer, or NULL
 */
struct rolegate_person {
	size_t size;
	unsigned int facts;
	uid_t uid;
	const char *name;
	const gid_t *gids;
	const char *const *group_names;
	size_t n_groups;
	const char *silent_source;
};

/* The account that a decision is about. */
struct rolegate_subject {
	struct rolegate_person person;
};

/*
 * The account that causes it. A type of its own, so that the two are never mixed up (D3: su is
 * decided about the actor).
 */
struct rolegate_actor {
	struct rolegate_person person;
};

/* The account whose password an actor sets (G1). */
struct rolegate_target {
	struct rolegate_person person;
};

/* An initial value for struct rolegate_person, and for the three that contain it. */
#define ROLEGATE_PERSON_INIT                                                                       \
	{                                                                                          \
		.size = sizeof(struct rolegate_person)                                             \
	}
#define ROLEGATE_ACCOUNT_INIT                                                                      \
	{                                                                                          \
		ROLEGATE_PERSON_INIT                                                               \
	}

/* Bits of rolegate_request.flags. */
enum rolegate_request_flag {
	ROLEGATE_REQUEST_REAL_UID = 1,	 /* .real_uid is set */
	ROLEGATE_REQUEST_PERMISSIVE = 2, /* the caller's own mode is permissive (D5) */
};

/*
 * The question.
 *
 * size        sizeof(struct rolegate_request)
 * flags       bits of enum rolegate_request_flag
 * real_uid    getuid(2) of the process that the account wants to use (P7)
 * service     a PAM service name, in any case; its entry in the policy says what it requires (D2).
 *             May be NULL with a permission.
 * permission  if set, this is required whatever the service's entry says. May be NULL with a
 *             service.
 * at          the moment asked about, in seconds since 1970-01-01 UTC
 */
struct rolegate_request {
	size_t size;
	unsigned int flags;
	uid_t real_uid;
	const char *service;
	const char *permission;
	int64_t at;
};

#define ROLEGATE_REQUEST_INIT                                                                      \
	{                                                                                          \
		.size = sizeof(struct rolegate_request)                                            \
	}

/*
 * The answer.
 *
 * size         sizeof(struct rolegate_decision), set by the caller
 * verdict      ROLEGATE_DENY unless everything required is held for sure
 * reason       why; for a denial with several causes the one nearest to a grant (D1)
 * wants        bits of enum rolegate_fact: facts not given that could change this verdict. Not 0
 *              only with DENY.
 * wants_actor  the decision is about the actor (D3) and no actor was given; of the password gate,
 *              see rolegate_decide_password(). True only with DENY.
 * about_actor  the decision was made about the actor and not about the subject; wants then speaks
 *              of the actor
 * permissive   this denial is to be logged and not enforced (D5). Never set with an error, nor where
 *              the account is ambiguous or suspended.
 * generation   number of the policy that decided
 */
struct rolegate_decision {
	size_t size;
	enum rolegate_verdict verdict;
	enum rolegate_reason reason;
	unsigned int wants;
	int wants_actor;
	int about_actor;
	int permissive;
	uint64_t generation;
};

#define ROLEGATE_DECISION_INIT                                                                     \
	{                                                                                          \
		.size = sizeof(struct rolegate_decision)                                           \
	}

enum rolegate_step_kind {
	ROLEGATE_STEP_SERVICE,	      /* the service's entry; name is the entry's */
	ROLEGATE_STEP_OTHER_SERVICES, /* no entry: other_services decided */
	ROLEGATE_STEP_USER,	      /* an assignment to this user */
	ROLEGATE_STEP_GROUP,	      /* an assignment to this OS group */
	ROLEGATE_STEP_DEFAULT,	      /* default_roles */
	ROLEGATE_STEP_SYSTEM,	      /* system_account_roles */
	ROLEGATE_STEP_ROOT,	      /* root_is_owner */
	ROLEGATE_STEP_ROLE, /* a role; the first is the assigned one, each next one is a base of the
			       one before; of a path of more than 32 only the first and the
			       last 31 are listed */
	ROLEGATE_STEP_PERMISSION, /* what the path leads to */
	ROLEGATE_STEP_CONFLICT,	  /* the rule that takes a role's permissions away */
	ROLEGATE_STEP_SUSPENDED,  /* the line that suspends the account (P13) */
	ROLEGATE_STEP_VIRTUAL,	  /* an assignment to a virtual user, or virtual_roles (P12) */
};

/* One step of the path that decided. line is 0 where no line of a file states it. It may grow at its end. */
struct rolegate_step {
	enum rolegate_step_kind kind;
	const char *name;
	const char *file;
	unsigned int line;
};

/*
 * How an answer came about. The library allocates it, so it may grow at its end.
 *
 * decision  the decision, as rolegate_decide() returns it
 * steps     from the service's entry to the permission, for each permission that is required; for
 *           a denial the path that came nearest to a grant, if there is any
 * missing   names of the permissions that are required and not held; with require_any all of them,
 *           as any would do
 */
struct rolegate_explanation {
	const struct rolegate_decision *decision;
	size_t n_steps;
	const struct rolegate_step *const *steps;
	size_t n_missing;
	const char *const *missing;
	int any_suffices;
};

/*
 * Open the policy that is in force: the one on trial, if there is one and its time has not
 * passed, else the one that was applied for good.
 *
 * The file must be regular, the file and its folder owned by root (or by the effective user of
 * this process, who can do no more to it than to itself) and writable by nobody else: whoever
 * could write it could grant himself any role.
 *
 * state_dir      absolute; NULL means the folder given at build time, usually /var/lib/rolegate
 * ret_policy     a new handle on success; untouched on failure
 * reterr_reason  may be NULL; on failure one line for the administrator, or NULL if memory ran
 *                out
 *
 * Owner:    rolegate_policy_close(*ret_policy); free(*reterr_reason).
 * Returns:  0; -ENOENT nothing was ever applied; -EPERM not trustworthy; -EBADMSG damaged;
 *           -EPROTONOSUPPORT another format; -EINVAL state_dir is not absolute; -ENOMEM;
 *           -EAGAIN; -EIO.
 * Threads:  no shared state.
 * Source:   rolegate.conf(5) D4.   Since: 0.1
 */
ROLEGATE_API int rolegate_policy_open(const char *state_dir, struct rolegate_policy **ret_policy,
				      char **reterr_reason);

/*
 * Open the policy that is in force, and read it whole into memory: rolegate_policy_open() for
 * those who ask many questions of one handle.
 *
 * Choose by how much is asked of one handle. With rolegate_policy_open() opening costs five system
 * calls, and a question at least two, for the user's record is anywhere in the file (two microseconds
 * for a random user of a million). With this one a question costs none, and a quarter of the time;
 * opening reads the whole file and checks every record of it once: some 50 bytes a user, so 45 MB and
 * some 30 milliseconds for a million. A login asks once; a server may load once and anew whenever it
 * likes. The file is copied rather than mapped: a mapping is cheaper to set up, but whoever truncates
 * the file in place kills the program, and whoever writes to it changes what was checked. The same
 * trust, checks and answers.
 *
 * Owner:    rolegate_policy_close(*ret_policy); free(*reterr_reason).
 * Returns:  as rolegate_policy_open().
 * Since: 0.1
 */
ROLEGATE_API int rolegate_policy_load(const char *state_dir, struct rolegate_policy **ret_policy,
				      char **reterr_reason);

/* Close a policy. NULL is fine. Since: 0.1 */
ROLEGATE_API void rolegate_policy_close(struct rolegate_policy *policy);

/* The number of the generation that answers, never 0. Since: 0.1 */
ROLEGATE_API uint64_t rolegate_policy_generation(const struct rolegate_policy *policy);

/*
 * Whether the handle was opened on a policy that is on trial (`rolegate apply --confirm-within`),
 * and still is: 1 and *ret_seconds_left (may be NULL), else 0.
 *
 * When the trial's time is over, such a handle answers by the policy before it, by itself; also if
 * the trial was confirmed since, for a handle never sees what happens after it was opened.
 * Since: 0.1
 */
ROLEGATE_API int rolegate_policy_trial(const struct rolegate_policy *policy,
				       int64_t *ret_seconds_left);

/*
 * Whether the name that a gid has now matters to the policy: an assignment is to a group that had
 * this gid at activation (P3). 1, 0; -EBADMSG, -ENOMEM, -EIO.
 * Since: 0.1
 */
ROLEGATE_API int rolegate_policy_needs_group(const struct rolegate_policy *policy, gid_t gid);

/*
 * Whether a uid is a system account's by the UID_MIN that was recorded at activation (P3): 1 or 0.
 *
 * is_local  whether a local name source has the account, which matters for 65534 and for 61184 to 65519
 * Since: 0.1
 */
ROLEGATE_API int rolegate_policy_is_system(const struct rolegate_policy *policy, uid_t uid,
					   int is_local);

/*
 * Call `each` for every source of nsswitch.conf that counts (P3): it answered at an activation, so
 * that no answer of it is not taken for "no". Until `each` returns something other than 0, which is
 * then returned. The name lasts for the call. Returns 0; what `each` returned; -EBADMSG, -ENOMEM,
 * -EIO.
 * Since: 0.1
 */
ROLEGATE_API int rolegate_policy_each_name_source(const struct rolegate_policy *policy,
						  int (*each)(const char *source, void *context),
						  void *context);

/* Whether a refused user is to be told so in one line (`tell_user`). Since: 0.1 */
ROLEGATE_API int rolegate_policy_tells_user(const struct rolegate_policy *policy);

/*
 * Decide. Pure: the same policy and arguments give the same answer, and nothing else is looked
 * at (but the clocks, where the policy is on trial: whether it still is).
 *
 * subject       the account that it is about
 * actor         the account that causes it; NULL if unknown. Looked at only where the service says
 *               `subject = "actor"`.
 * ret_decision  always written, and always a DENY first: also on failure it can be acted upon
 *
 * Returns:  0 there is an answer; -EBADMSG, -ENOMEM, -EIO none could be had: the decision is DENY
 *           with the reason; -EINVAL neither service nor permission, no name, or a size or a bit that
 *           this library does not know.
 * Threads:  one handle may be used by many threads at once.
 * Source:   rolegate.conf(5) P1-P13, D1-D6.   Since: 0.1
 */
ROLEGATE_API int rolegate_decide(const struct rolegate_policy *policy,
				 const struct rolegate_request *request,
				 const struct rolegate_subject *subject,
				 const struct rolegate_actor *actor,
				 struct rolegate_decision *ret_decision);

/*
 * Whether the subject holds a permission: rolegate_decide() with a request of that alone. Since:
 * 0.1
 */
ROLEGATE_API int rolegate_can(const struct rolegate_policy *policy,
			      const struct rolegate_subject *subject, const char *permission,
			      int64_t at, struct rolegate_decision *ret_decision);

/*
 * Whether the password that the actor sets is their own: both have the same uid, whatever their
 * names, since two names of one uid are one person to the kernel. Needs no policy. False where
 * either uid is not given, and where the target is ambiguous.
 *
 * Source:   rolegate.conf(5) G1.   Since: 0.1
 */
ROLEGATE_API int rolegate_is_own_password(const struct rolegate_target *target,
					  const struct rolegate_actor *actor);

/*
 * Decide whether the actor may set the target's password: the own one, or anybody's for whoever
 * holds the permission that `password_gate` names, by the evaluator of rolegate_decide(). The
 * decision is about the actor. Of the target it matters only whether it is the actor; an ambiguous
 * target is always denied, also in permissive mode (P12).
 *
 * request  the service, whose `mode` counts (D5), may be NULL; the permission has to be NULL
 * target   whose password; with ROLEGATE_FACT_UID or ROLEGATE_FACT_ABSENT
 * actor    who sets it; NULL if unknown. That is a DENY with ROLEGATE_UNKNOWN_ACTOR. If wants_actor
 *          is set, the policy says `unknown_actor = "root"`: give uid 0 as the actor and ask again.
 *
 * Returns:  as rolegate_decide(); -EINVAL also where it is not known who the target is.
 * Threads:  as rolegate_decide().
 * Source:   rolegate.conf(5) G1, G2.   Since: 0.1
 */
ROLEGATE_API int rolegate_decide_password(const struct rolegate_policy *policy,
					  const struct rolegate_request *request,
					  const struct rolegate_target *target,
					  const struct rolegate_actor *actor,
					  struct rolegate_decision *ret_decision);

/*
 * Say how the answer of rolegate_decide_password() came about, as rolegate_explain() does.
 *
 * Owner:    rolegate_explanation_free(*ret_explanation).
 * Returns:  as rolegate_explain(); -EINVAL also where there is nothing to explain: the own
 *           password, an ambiguous target, or no actor.   Since: 0.1
 */
ROLEGATE_API int rolegate_explain_password(const struct rolegate_policy *policy,
					   const struct rolegate_request *request,
					   const struct rolegate_target *target,
					   const struct rolegate_actor *actor,
					   struct rolegate_explanation **ret_explanation);

/*
 * Decide, by the same evaluator, and say how the answer came about.
 *
 * ret_explanation  on success a new explanation, which holds the decision too; untouched on
 *                  failure
 *
 * Owner:    rolegate_explanation_free(*ret_explanation); what it points at goes with it.
 * Returns:  as rolegate_decide(), but nothing is written on failure.
 * Threads:  as rolegate_decide().   Since: 0.1
 */
ROLEGATE_API int rolegate_explain(const struct rolegate_policy *policy,
				  const struct rolegate_request *request,
				  const struct rolegate_subject *subject,
				  const struct rolegate_actor *actor,
				  struct rolegate_explanation **ret_explanation);

/* Free an explanation. NULL is fine. Since: 0.1 */
ROLEGATE_API void rolegate_explanation_free(struct rolegate_explanation *explanation);

#define ROLEGATE_SOURCE_FOLDER INT64_C(-1)
#define ROLEGATE_SOURCE_ABSENT INT64_C(-2)

/*
 * A source file that the policy was compiled from, as it was then.
 *
 * path   absolute, as on the host (without any --root)
 * size   bytes; ROLEGATE_SOURCE_FOLDER for a folder, of which only the time counts;
 *        ROLEGATE_SOURCE_ABSENT for what was not there then
 * mtime  seconds and nanoseconds of its last change
 */
struct rolegate_source {
	const char *path;
	int64_t size;
	int64_t mtime_s;
	uint32_t mtime_ns;
};

/*
 * Call `each` for every source of the policy, until it returns something else than 0, which is
 * then returned.
 *
 * So a caller can tell whether a person has edited the sources since they were applied; the
 * library itself opens no other file than the compiled policy.
 *
 * Owner:    the source belongs to the library and lasts for the call of `each`.
 * Returns:  0; what `each` returned; -EBADMSG, -ENOMEM, -EIO.
 * Since: 0.1
 */
ROLEGATE_API int rolegate_policy_each_source(const struct rolegate_policy *policy,
					     int (*each)(const struct rolegate_source *source,
							 void *context),
					     void *context);

/*
 * The reason code, as `missing-permission`; "system-error" for what is no reason. Never NULL.
 * Since: 0.1
 */
ROLEGATE_API const char *rolegate_reason_name(enum rolegate_reason reason);

/*
 * The reason as the end of a sentence for a person, as "your roles do not permit it". Never NULL.
 * Since: 0.1
 */
ROLEGATE_API const char *rolegate_reason_text(enum rolegate_reason reason);

/* The reason that an error of this library stands for, for a log or a table. Since: 0.1 */
ROLEGATE_API enum rolegate_reason rolegate_reason_of_error(int error);

/* An error of this library (0 or negative) in words. Never NULL. Since: 0.1 */
ROLEGATE_API const char *rolegate_error_text(int error);

/* The version of the library that runs, as "0.1.0". Since: 0.1 */
ROLEGATE_API const char *rolegate_version(void);

#ifdef __cplusplus
}
#endif

#endif
