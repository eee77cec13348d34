/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An NSS module that plays many name sources; the test program sets the answers of each. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>

#include "nss_script.h"

#define EXPORTED __attribute__((visibility("default")))

/* The status of one call; a buffer that is too small is not an answer. */
static enum nss_status answer(struct nss_script *script, enum nss_status status, size_t n,
			      int *error)
{
	script->n_asked++;
	script->longest = n > script->longest ? n : script->longest;
	if (script->n_short > 0) {
		script->n_short--;
		*error = ERANGE;
		return NSS_STATUS_TRYAGAIN;
	}
	if (status != NSS_STATUS_SUCCESS)
		*error = script->error;
	return status;
}

static enum nss_status find_user(const char *source, const char *name, struct passwd *user,
				 size_t n, int *error)
{
	struct nss_script *script = nss_script_find(source);
	enum nss_status status = answer(script, script->user, n, error);
	static char none[] = "";

	if (status == NSS_STATUS_SUCCESS)
		*user = (struct passwd){ .pw_name = (char *)name,
					 .pw_passwd = none,
					 .pw_uid = script->id,
					 .pw_gid = script->id,
					 .pw_gecos = none,
					 .pw_dir = none,
					 .pw_shell = none };
	return status;
}

static enum nss_status find_group(const char *source,
				  enum nss_status (*status_of)(struct nss_script *),
				  struct group *group, size_t n, int *error)
{
	struct nss_script *script = nss_script_find(source);
	enum nss_status status = answer(script, status_of(script), n, error);
	static char none[] = "", *nobody[] = { NULL };

	if (status == NSS_STATUS_SUCCESS)
		*group = (struct group){
			.gr_name = none, .gr_passwd = none, .gr_gid = script->id, .gr_mem = nobody
		};
	return status;
}

static enum nss_status by_name(struct nss_script *script)
{
	return script->group;
}

static enum nss_status by_gid(struct nss_script *script)
{
	return script->gid;
}

/* As libc's own modules do it: the list grows, up to a limit, and no gid is in it twice. */
static enum nss_status list_groups(const char *source, gid_t primary, long *start, long *size,
				   gid_t **list, long limit, int *error)
{
	struct nss_script *script = nss_script_find(source);
	enum nss_status status = answer(script, script->groups, 0, error);

	for (size_t i = 0; i < script->n_gids && status == NSS_STATUS_SUCCESS; i++) {
		bool is_there = script->gids[i] == primary;

		for (long k = 0; k < *start; k++)
			is_there = is_there || (*list)[k] == script->gids[i];
		if (is_there || (limit > 0 && *start == limit))
			continue;
		if (*start == *size) {
			gid_t *more = realloc(*list, 2 * (size_t)*size * sizeof(*more));

			if (!more)
				return NSS_STATUS_TRYAGAIN;
			*list = more;
			*size *= 2;
		}
		(*list)[(*start)++] = script->gids[i];
	}
	return status;
}

#define ENTRIES(source)                                                                            \
	EXPORTED enum nss_status _nss_##source##_getpwnam_r(const char *name, struct passwd *user, \
							    char *buffer, size_t n, int *error);   \
	EXPORTED enum nss_status _nss_##source##_getpwnam_r(const char *name, struct passwd *user, \
							    char *buffer, size_t n, int *error)    \
	{                                                                                          \
		(void)buffer;                                                                      \
		return find_user(#source, name, user, n, error);                                   \
	}                                                                                          \
	EXPORTED enum nss_status _nss_##source##_getgrnam_r(const char *name, struct group *group, \
							    char *buffer, size_t n, int *error);   \
	EXPORTED enum nss_status _nss_##source##_getgrnam_r(const char *name, struct group *group, \
							    char *buffer, size_t n, int *error)    \
	{                                                                                          \
		(void)name;                                                                        \
		(void)buffer;                                                                      \
		return find_group(#source, by_name, group, n, error);                              \
	}                                                                                          \
	EXPORTED enum nss_status _nss_##source##_getgrgid_r(gid_t gid, struct group *group,        \
							    char *buffer, size_t n, int *error);   \
	EXPORTED enum nss_status _nss_##source##_getgrgid_r(gid_t gid, struct group *group,        \
							    char *buffer, size_t n, int *error)    \
	{                                                                                          \
		(void)gid;                                                                         \
		(void)buffer;                                                                      \
		return find_group(#source, by_gid, group, n, error);                               \
	}

#define GROUPS(source)                                                                             \
	EXPORTED enum nss_status _nss_##source##_initgroups_dyn(const char *name, gid_t primary,   \
								long *start, long *size,           \
								gid_t **list, long limit,          \
								int *error);                       \
	EXPORTED enum nss_status _nss_##source##_initgroups_dyn(const char *name, gid_t primary,   \
								long *start, long *size,           \
								gid_t **list, long limit,          \
								int *error)                        \
	{                                                                                          \
		(void)name;                                                                        \
		return list_groups(#source, primary, start, size, list, limit, error);             \
	}

#define SOURCE(source) ENTRIES(source) GROUPS(source)

SOURCE(one)
SOURCE(two)
SOURCE(three)
/* Under names that mean something to those who ask. */
SOURCE(systemd)
SOURCE(rolegate)
/* One that cannot list a user's groups; `bare` has no functions at all. */
ENTRIES(plain)
