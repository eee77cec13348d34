/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sized.h"

#include <errno.h>
#include <string.h>

/* No structure of ours will ever be larger: a size beyond is a caller's mistake. */
#define SIZE_MAX_SANE ((size_t)4096)

static const unsigned int known_facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS |
					ROLEGATE_FACT_ABSENT | ROLEGATE_FACT_AMBIGUOUS |
					ROLEGATE_FACT_SOURCES | ROLEGATE_FACT_LOCAL;
static const unsigned int known_flags = ROLEGATE_REQUEST_REAL_UID | ROLEGATE_REQUEST_PERMISSIVE;

/* Copy a structure whose size comes first. to has n bytes. */
static int read_sized(void *to, size_t n, size_t n_min, const void *from)
{
	const unsigned char *bytes = from;
	size_t n_from;

	memcpy(&n_from, from, sizeof(n_from));
	if (n_from < n_min || n_from > SIZE_MAX_SANE)
		return -EINVAL;
	for (size_t i = n; i < n_from; i++)
		if (bytes[i] != 0)
			return -EINVAL;
	memset(to, 0, n);
	memcpy(to, from, n_from < n ? n_from : n);
	return 0;
}

int sized_read_request(struct rolegate_request *to, const struct rolegate_request *from)
{
	int r = read_sized(to, sizeof(*to), SIZED_REQUEST_MIN, from);

	return r == 0 && to->flags & ~known_flags ? -EINVAL : r;
}

int sized_read_person(struct rolegate_person *to, const struct rolegate_person *from)
{
	int r = read_sized(to, sizeof(*to), SIZED_PERSON_MIN, from);

	return r == 0 && to->facts & ~known_facts ? -EINVAL : r;
}

int sized_write_decision(struct rolegate_decision *to, const struct rolegate_decision *from)
{
	size_t n = to->size;

	if (n < SIZED_DECISION_MIN || n > SIZE_MAX_SANE) {
		memset((unsigned char *)to + sizeof(to->size), 0,
		       SIZED_DECISION_MIN - sizeof(to->size));
		to->verdict = ROLEGATE_DENY;
		to->reason = ROLEGATE_SYSTEM_ERROR;
		return -EINVAL;
	}
	if (n > sizeof(*from)) {
		memset((unsigned char *)to + sizeof(*from), 0, n - sizeof(*from));
		n = sizeof(*from);
	}
	memcpy((unsigned char *)to + sizeof(to->size),
	       (const unsigned char *)from + sizeof(from->size), n - sizeof(from->size));
	return 0;
}
