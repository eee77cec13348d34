/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Copies the structures of rolegate.h between a caller and this library, which may have been compiled
 * with different versions of it.
 *
 * Each begins with its size. What a shorter structure of an older caller lacks is 0 here. What a longer
 * one of a newer caller has beyond ours has to be 0, for it may ask for something that we do not do.
 */
#ifndef ROLEGATE_SIZED_H
#define ROLEGATE_SIZED_H

#include "rolegate.h"

/* The size of each structure in the first version: no caller has a smaller one. */
#define SIZED_PERSON_MIN (offsetof(struct rolegate_person, silent_source) + sizeof(const char *))
#define SIZED_REQUEST_MIN (offsetof(struct rolegate_request, at) + sizeof(int64_t))
#define SIZED_DECISION_MIN (offsetof(struct rolegate_decision, generation) + sizeof(uint64_t))

/* Take a caller's structure. 0; -EINVAL a size or a bit that this library does not know. */
int sized_read_request(struct rolegate_request *to, const struct rolegate_request *from);
int sized_read_person(struct rolegate_person *to, const struct rolegate_person *from);

/*
 * Copy a decision to a caller. 0; -EINVAL the size is wrong: then the caller's is a DENY with
 * ROLEGATE_SYSTEM_ERROR in the members of the first version, which every version has in their places.
 */
int sized_write_decision(struct rolegate_decision *to, const struct rolegate_decision *from);

#endif
