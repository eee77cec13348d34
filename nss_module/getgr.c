/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A group, by name or gid. */
#include <errno.h>
#include <stdalign.h>
#include <string.h>

#include "entry.h"
#include "seen.h"

/*
 * A caller's buffer: strings from its beginning on, and from its end down the members' pointers,
 * which so come to lie one behind the other, however many there will be.
 */
struct room {
	char *strings;
	char **members;
};

/* Bytes between the two. */
static size_t room_left(const struct room *room)
{
	return (size_t)((char *)room->members - room->strings);
}

/* Begin with the list's end. 0 or -ERANGE. */
static int room_start(struct room *room, char *buffer, size_t n)
{
	size_t odd = (size_t)((uintptr_t)(buffer + n) % alignof(char *));

	if (n < odd + sizeof(char *))
		return -ERANGE;
	room->strings = buffer;
	room->members = (char **)(void *)(buffer + n - odd - sizeof(char *));
	*room->members = NULL;
	return 0;
}

/* Copy a string: where it lies now, or NULL. */
static char *put_string(struct room *room, const char *text)
{
	size_t n = strlen(text) + 1;
	char *at = room->strings;

	if (n > room_left(room))
		return NULL;
	memcpy(at, text, n);
	room->strings += n;
	return at;
}

/* Add a member, unless it is there. */
static int put_member(void *context, const char *name)
{
	struct room *room = context;
	char *copy;

	for (char **member = room->members; *member; member++)
		if (!strcmp(*member, name))
			return 0;
	copy = put_string(room, name);
	if (!copy || room_left(room) < sizeof(char *))
		return -ERANGE;
	*--room->members = copy;
	return 0;
}

static int fill(const struct rolegate_policy *policy, const struct role_group *found, int64_t now,
		struct group *result, char *buffer, size_t n)
{
	struct group group = { .gr_gid = found->gid };
	struct room room;
	int r;

	r = room_start(&room, buffer, n);
	if (r < 0)
		return r;
	group.gr_name = put_string(&room, found->group);
	group.gr_passwd = put_string(&room, "x");
	if (!group.gr_name || !group.gr_passwd)
		return -ERANGE;
	r = seen_each_member(policy, found->gid, now, put_member, &room);
	if (r < 0)
		return r;
	group.gr_mem = room.members;
	*result = group;
	return 0;
}

static enum nss_status find(const char *name, gid_t gid, struct group *result, char *buffer,
			    size_t buflen, int *errnop)
{
	struct rolegate_policy *policy = NULL;
	struct role_group found;
	struct record record;
	int64_t now;
	int r;

	r = entry_open(&policy, &now);
	if (r == 0) {
		r = seen_find_group(policy, name, gid, &record, &found);
		if (r > 0) {
			r = fill(policy, &found, now, result, buffer, buflen);
			store_record_free(&record);
		} else if (r == 0) {
			r = -ENOENT;
		}
	}
	rolegate_policy_close(policy);
	return r < 0 ? entry_fail(r, errnop) : NSS_STATUS_SUCCESS;
}

enum nss_status _nss_rolegate_getgrnam_r(const char *name, struct group *result, char *buffer,
					 size_t buflen, int *errnop)
{
	return find(name, 0, result, buffer, buflen, errnop);
}

enum nss_status _nss_rolegate_getgrgid_r(gid_t gid, struct group *result, char *buffer,
					 size_t buflen, int *errnop)
{
	return find(NULL, gid, result, buffer, buflen, errnop);
}
