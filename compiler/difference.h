/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds the users and groups to whom two policies give something else.
 *
 * Holders who had the same and get the same are one class, counted, with a few of their names:
 * there are few classes however many holders there are, and each is worked out once. Whoever has
 * the same terms in both, of roles that did not change, is in no class.
 */
#ifndef ROLEGATE_DIFFERENCE_H
#define ROLEGATE_DIFFERENCE_H

#include "terms.h"

/* Names that are kept of a class: the first in byte order. More are counted only. */
#define DIFFERENCE_EXAMPLES 5u

/* How many, and some of their names, in order; they lie in the policies' memory. */
struct examples {
	uint32_t n_all, n;
	const char *names[DIFFERENCE_EXAMPLES];
};

/* Count `n` more, of whom `name` is one. So the names are the same whoever is met first. */
void examples_add(struct examples *examples, const char *name, uint32_t n);

/* Who had one set of terms and gets another; or the same, which comes to something else. */
struct difference_class {
	uint32_t sets[2];
	struct examples examples;
};

/*
 * All classes of users, or of groups.
 *
 * kind      FORMAT_USERS or FORMAT_GROUPS
 * approves  by role: whether the policy after approves it to any of them (P9)
 * gave      by role: whether the policy before gives it to any of them, now or later
 */
struct difference_holders {
	char kind;
	bool *approves, *gave;
	struct difference_class *classes;
	size_t n, max;
	uint32_t *slots;
	size_t n_slots;
};

struct difference {
	struct joint joint;
	struct terms terms;
	int64_t now;
	bool defaults_changed; /* what somebody without an assignment has */
	bool services_changed; /* what some service requires; then everybody is in a class */
	struct difference_holders users, groups;
};

/*
 * Compare two policies. Before and after as joint_open().
 *
 * now      what is over by then is no difference
 * Owner:   difference_close(), whatever is returned.
 * Returns: 0; -EBADMSG; -ENOMEM; -EIO.
 */
int difference_open(struct difference *difference, const struct rolegate_policy *before,
		    const struct rolegate_policy *after, int64_t now);
void difference_close(struct difference *difference);

/* The sets of one user or group, TERMS_NONE where there are none. Returns as difference_open(). */
int difference_find(struct difference *difference, char kind, const char *name,
		    uint32_t ret_sets[2]);

/* Whether there is a class of those who had the first of two sets, and get the second. */
bool difference_has_class(const struct difference_holders *holders, const uint32_t sets[2]);

/*
 * Call `each` for every user, or every group, that has an assignment in either policy, with the
 * numbers of both sets; until it returns something else than 0, which is then returned. Otherwise
 * returns as difference_open().
 */
typedef int (*difference_visit)(struct difference *difference, const char *name,
				const uint32_t sets[2], void *context);
int difference_walk(struct difference *difference, char kind, difference_visit each, void *context);

/*
 * Call `each` for every member of a class, until it returns something else than 0, which is then
 * returned. Walks through all users or groups. Otherwise returns as difference_open().
 */
int difference_each(struct difference *difference, const struct difference_holders *holders,
		    const struct difference_class *class,
		    int (*each)(const char *name, void *context), void *context);

/*
 * The moments from now on at which two sets come to something else: now, then each later beginning
 * and end, in order, on the heap. 0 or -ENOMEM.
 */
int difference_moments(const struct difference *difference, const uint32_t sets[2],
		       int64_t **ret_list, size_t *ret_n);

#endif
