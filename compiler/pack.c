/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pack.h"

#include <cdb.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "decide.h"
#include "policy.h"
#include "role_sets.h"

/*
 * A cdb that is being written, and the record at work. After the first error nothing is written
 * any more.
 */
struct packer {
	const struct model *model;
	const struct sources *sources;
	const struct pack_info *info;
	struct cdb_make cdb;
	struct role_sets sets;
	struct arena arena;
	struct names gid_names;		      /* recorded gids, in decimal */
	uint32_t *first_of_gid, *next_of_gid; /* groups of a gid: numbers of names, a chain */
	struct names suspension_keys;
	uint32_t *suspension_of; /* by the number of the key */
	unsigned char *bytes;	 /* room for the checksum, then the payload */
	size_t n, max;
	int error;
};

/* ---- One record ---- */

static unsigned char *room(struct packer *p, size_t n)
{
	unsigned char *at;

	if (p->error)
		return NULL;
	if (n > FORMAT_RECORD_MAX - p->n) {
		p->error = -E2BIG;
		return NULL;
	}
	while (p->n + n > p->max) {
		size_t max = p->max ? p->max * 2 : 4096;
		unsigned char *more = realloc(p->bytes, max);

		if (!more) {
			p->error = -ENOMEM;
			return NULL;
		}
		p->bytes = more;
		p->max = max;
	}
	at = p->bytes + p->n;
	p->n += n;
	return at;
}

static void put_bytes(struct packer *p, const void *bytes, size_t n)
{
	unsigned char *at = room(p, n);

	if (at && n > 0)
		memcpy(at, bytes, n);
}

static void put_u8(struct packer *p, unsigned int value)
{
	unsigned char *at = room(p, 1);

	if (at)
		at[0] = (unsigned char)value;
}

static void put_u16(struct packer *p, uint32_t value)
{
	unsigned char *at = room(p, 2);

	if (at) {
		at[0] = (unsigned char)value;
		at[1] = (unsigned char)(value >> 8);
	}
}

static void put_u32(struct packer *p, uint32_t value)
{
	unsigned char *at = room(p, 4);

	if (at)
		format_put32(at, value);
}

static void put_u64(struct packer *p, uint64_t value)
{
	put_u32(p, (uint32_t)value);
	put_u32(p, (uint32_t)(value >> 32));
}

static void put_i64(struct packer *p, int64_t value)
{
	put_u64(p, (uint64_t)value);
}

static void put_string(struct packer *p, const char *text)
{
	size_t n = strlen(text);

	if (n > FORMAT_TEXT_MAX) {
		p->error = -E2BIG;
		return;
	}
	put_u16(p, (uint32_t)n);
	put_bytes(p, text, n + 1);
}

static void put_place(struct packer *p, struct place place)
{
	bool is_somewhere = place.line > 0 && place.file < p->sources->n;

	put_u16(p, is_somewhere ? place.file : 0);
	put_u32(p, is_somewhere ? place.line : 0);
}

static void begin(struct packer *p)
{
	p->n = 0;
	room(p, FORMAT_SUM_SIZE);
}

/* Fill in the checksum of the record at work. */
static void sum(struct packer *p, const unsigned char key[FORMAT_KEY_SIZE])
{
	uint64_t hash = format_hash(FORMAT_HASH_START, key, FORMAT_KEY_SIZE);

	hash = format_hash(hash, p->bytes + FORMAT_SUM_SIZE, p->n - FORMAT_SUM_SIZE);
	format_put32(p->bytes, (uint32_t)hash);
	format_put32(p->bytes + 4, (uint32_t)(hash >> 32));
}

/* Why tinycdb failed, by errno, which was 0 before; want of memory is ENOENT to it. */
static int cdb_error(void)
{
	return errno == ENOENT ? -ENOMEM : errno ? -errno : -EIO;
}

static void end(struct packer *p, char letter, uint32_t number)
{
	unsigned char key[FORMAT_KEY_SIZE];

	if (p->error)
		return;
	format_key(key, letter, number);
	sum(p, key);
	errno = 0;
	if (cdb_make_add(&p->cdb, key, sizeof(key), p->bytes, (unsigned int)p->n) < 0)
		p->error = cdb_error();
}

/* ---- Buckets of names ---- */

/* One kind of name. */
struct kind {
	char letter;
	const struct names *names;
	bool (*skip)(const char *name);			 /* those that go nowhere; may be NULL */
	void (*put_body)(struct packer *p, uint32_t id); /* write what belongs to a name */
	/* Ask for the memory of that which a step says, before it is needed; may be NULL. */
	void (*ask)(const struct packer *p, const struct kind *kind, uint32_t id,
		    unsigned int step);
	uint32_t (*count)(size_t n_names); /* how many buckets; NULL: bucket_count() */
};

/* Steps from a name's number to all that belongs to it. */
#define ASK_STEPS 3u

/* Names in the order of their buckets. */
struct buckets {
	uint32_t n;	  /* buckets, a power of two */
	uint32_t *starts; /* n + 1 of them: where a bucket's names begin in `order` */
	uint32_t *order;  /* numbers of names */
};

/*
 * Gids are more to a bucket: they are short, and of an account in tens of thousands of groups it is cheaper to look
 * through all buckets than for each gid (D9).
 */
static uint32_t gid_bucket_count(size_t n_names)
{
	uint32_t n = 1;

	while (n < n_names / 16 && n < FORMAT_BUCKETS_MAX)
		n *= 2;
	return n;
}

static uint32_t bucket_count(size_t n_names)
{
	uint32_t n = 1;

	/* Four names a bucket: one read brings it, and the hash tables stay small. */
	while (n < n_names / 4 && n < FORMAT_BUCKETS_MAX)
		n *= 2;
	return n;
}

/* Sort names by bucket. 0 or -ENOMEM. */
static int fill_buckets(const struct kind *kind, struct buckets *ret)
{
	const struct names *names = kind->names;
	bool (*skip)(const char *name) = kind->skip;
	uint32_t *at;

	ret->n = kind->count ? kind->count(names->n) : bucket_count(names->n);
	ret->starts = calloc((size_t)ret->n + 2, sizeof(*ret->starts));
	ret->order = calloc(names->n + 1, sizeof(*ret->order));
	if (!ret->starts || !ret->order)
		return -ENOMEM;
	/*
	 * Counted two places on, starts[b + 1] is where bucket b is being filled, and where it
	 * ends when all are.
	 */
	at = ret->starts + 1;
	for (size_t i = 0; i < names->n; i++)
		if (!skip || !skip(names->list[i]))
			at[(names->spreads[i] & (ret->n - 1)) + 1]++;
	for (uint32_t b = 1; b <= ret->n; b++)
		at[b] += at[b - 1];
	for (size_t i = 0; i < names->n; i++)
		if (!skip || !skip(names->list[i]))
			ret->order[at[names->spreads[i] & (ret->n - 1)]++] = (uint32_t)i;
	return 0;
}

static void free_buckets(struct buckets *buckets)
{
	free(buckets->starts);
	free(buckets->order);
}

/*
 * Names in the order of their buckets lie all over the memory, as does what belongs to them: a million of them would be
 * waited for one by one. So each is asked for some names ahead, in steps, as the next address only stands in what the one
 * before brings.
 */
#define AHEAD 8u

/* Ask for what belongs to the name that comes as many steps ahead; `steps` of them, the farthest first. */
static void ask_ahead(const struct packer *p, const struct buckets *buckets,
		      const struct kind *kind, uint32_t i)
{
	uint32_t n = buckets->starts[buckets->n];

	for (unsigned int step = 0; step < ASK_STEPS; step++) {
		uint32_t at = i + (ASK_STEPS - step) * AHEAD;

		if (at < n)
			kind->ask(p, kind, buckets->order[at], step);
	}
}

/* Write one name, and what belongs to it. */
static void put_entry(struct packer *p, const struct kind *kind, uint32_t id)
{
	size_t start;

	put_string(p, kind->names->list[id]);
	put_u32(p, 0);
	start = p->n;
	kind->put_body(p, id);
	if (!p->error)
		format_put32(p->bytes + start - 4, (uint32_t)(p->n - start));
}

/* Write all buckets of one kind. */
static void put_buckets(struct packer *p, const struct kind *kind)
{
	struct buckets buckets = { 0 };

	if (fill_buckets(kind, &buckets) < 0)
		p->error = -ENOMEM;
	for (uint32_t b = 0; b < buckets.n && !p->error; b++) {
		begin(p);
		for (uint32_t i = buckets.starts[b]; i < buckets.starts[b + 1] && !p->error; i++) {
			if (kind->ask)
				ask_ahead(p, &buckets, kind, i);
			put_entry(p, kind, buckets.order[i]);
		}
		end(p, kind->letter, b);
	}
	free_buckets(&buckets);
}

/* ---- What is in them ---- */

static void put_assignment(struct packer *p, const struct model_assignment *assignment)
{
	uint32_t set = role_sets_of(&p->sets, assignment);
	unsigned int flags = set == NAMES_NONE ? 0 : FORMAT_ASSIGN_SET;

	if (assignment->approved_by)
		flags |= FORMAT_ASSIGN_APPROVED;
	if (assignment->from != FORMAT_ALWAYS || assignment->until != FORMAT_FOREVER)
		flags |= FORMAT_ASSIGN_TIMES;
	if (assignment->approved_by || assignment->why)
		flags |= FORMAT_ASSIGN_WORDS;
	put_u8(p, flags);
	put_place(p, assignment->place);
	if (flags & FORMAT_ASSIGN_TIMES) {
		put_i64(p, assignment->from);
		put_i64(p, assignment->until);
	}
	if (flags & FORMAT_ASSIGN_WORDS) {
		put_string(p, assignment->why ? assignment->why : "");
		put_string(p, assignment->approved_by ? assignment->approved_by : "");
	}
	put_u32(p, assignment->n_roles);
	for (uint32_t i = 0; i < assignment->n_roles; i++)
		put_u32(p, assignment->roles[i]);
	if (flags & FORMAT_ASSIGN_SET)
		put_u32(p, set);
}

static void put_holder(struct packer *p, const struct model_holder *holder)
{
	put_u8(p, holder->recorded);
	if (holder->recorded == FORMAT_RECORDED_PRESENT)
		put_u32(p, holder->id);
	put_u32(p, holder->n);
	for (uint32_t i = holder->first; i != NAMES_NONE; i = p->model->assignments[i].next)
		put_assignment(p, &p->model->assignments[i]);
}

/* First where name and assignments are, then these, then the roles. */
static void ask_user(const struct packer *p, const struct kind *kind, uint32_t id,
		     unsigned int step)
{
	const struct model_holder *holder = &p->model->users.list[id];

	switch (step) {
	case 0:
		__builtin_prefetch(&kind->names->list[id]);
		__builtin_prefetch(holder);
		break;
	case 1:
		__builtin_prefetch(kind->names->list[id]);
		__builtin_prefetch(&p->model->assignments[holder->first]);
		break;
	default:
		__builtin_prefetch(p->model->assignments[holder->first].roles);
	}
}

static void put_user(struct packer *p, uint32_t id)
{
	put_holder(p, &p->model->users.list[id]);
}

static void put_group(struct packer *p, uint32_t id)
{
	put_holder(p, &p->model->groups.list[id]);
}

static void put_virtual(struct packer *p, uint32_t id)
{
	put_holder(p, &p->model->virtuals.list[id]);
}

/* ---- Recorded gids and suspended accounts, by number (P3, P13) ---- */

/* The names of the groups that were recorded with a gid, which is a name here: the id-th of gid_names. */
static void put_gid(struct packer *p, uint32_t id)
{
	const struct model_holders *groups = &p->model->groups;
	size_t n_at;
	uint32_t n = 0;

	put_u32(p, 0);
	n_at = p->n - 4;
	for (uint32_t i = p->first_of_gid[id]; i != NAMES_NONE; i = p->next_of_gid[i], n++)
		put_string(p, groups->names.list[i]);
	if (n > FORMAT_SAME_GID_MAX)
		p->error = -E2BIG;
	if (!p->error)
		format_put32(p->bytes + n_at, n);
}

/* Number the recorded gids, and chain the groups of each. */
static int number_gids(struct packer *p)
{
	const struct model_holders *groups = &p->model->groups;
	char text[POLICY_ID_SIZE];

	p->gid_names.seed = p->model->seed;
	p->first_of_gid = calloc(groups->names.n + 1, sizeof(*p->first_of_gid));
	p->next_of_gid = calloc(groups->names.n + 1, sizeof(*p->next_of_gid));
	if (!p->first_of_gid || !p->next_of_gid)
		return -ENOMEM;
	for (uint32_t i = (uint32_t)groups->names.n; i-- > 0;) {
		size_t n_before = p->gid_names.n;
		uint32_t id;

		if (groups->list[i].recorded != FORMAT_RECORDED_PRESENT)
			continue;
		policy_write_id(text, "", groups->list[i].id);
		id = names_add(&p->gid_names, &p->arena, text);
		if (id == NAMES_NONE)
			return -ENOMEM;
		p->next_of_gid[i] = p->gid_names.n > n_before ? NAMES_NONE : p->first_of_gid[id];
		p->first_of_gid[id] = i;
	}
	return 0;
}

/* A suspension, under the user's name or under ":uid". */
static void put_suspension(struct packer *p, uint32_t id)
{
	const struct model_suspension *s = &p->model->suspended[p->suspension_of[id]];

	put_u8(p, s->until != FORMAT_FOREVER ? FORMAT_SUSPENDED_UNTIL : 0);
	if (s->until != FORMAT_FOREVER)
		put_i64(p, s->until);
	put_place(p, s->place);
	put_string(p, s->why ? s->why : "");
}

/* Add one key of a suspension. Of two users with one uid, the one that is suspended longer counts for it. */
static int add_suspension_key(struct packer *p, const char *key, uint32_t suspension)
{
	size_t n_before = p->suspension_keys.n;
	uint32_t id = names_add(&p->suspension_keys, &p->arena, key);
	const struct model_suspension *all = p->model->suspended;

	if (id == NAMES_NONE)
		return -ENOMEM;
	if (p->suspension_keys.n > n_before ||
	    all[suspension].until > all[p->suspension_of[id]].until)
		p->suspension_of[id] = suspension;
	return 0;
}

static int number_suspensions(struct packer *p)
{
	const struct names *names = &p->model->suspended_names;
	char key[POLICY_ID_SIZE];
	int r = 0;

	p->suspension_keys.seed = p->model->seed;
	p->suspension_of = calloc(2 * names->n + 1, sizeof(*p->suspension_of));
	if (!p->suspension_of)
		return -ENOMEM;
	for (uint32_t i = 0; i < names->n && r == 0; i++) {
		const struct model_suspension *s = &p->model->suspended[i];

		r = add_suspension_key(p, names->list[i], i);
		if (r < 0 || s->recorded != FORMAT_RECORDED_PRESENT || s->id == 0)
			continue;
		policy_write_id(key, ":", s->id);
		r = add_suspension_key(p, key, i);
	}
	return r;
}

static unsigned int permission_flags(const struct model_permission *permission)
{
	return (permission->in_force ? FORMAT_PERMISSION_IN_FORCE : 0) |
	       (permission->kind == PERMISSION_CUSTOM ? FORMAT_PERMISSION_CUSTOM : 0) |
	       (permission->is_core ? FORMAT_PERMISSION_CORE : 0) |
	       (permission->is_derived ? FORMAT_PERMISSION_DERIVED : 0);
}

/*
 * A permission as something required: its number, and whether it is in force, so that it need not
 * be looked up.
 */
static void put_required(struct packer *p, uint32_t id)
{
	put_u32(p, id);
	put_u8(p, permission_flags(&p->model->permissions[id]));
}

static void put_service(struct packer *p, uint32_t id)
{
	const struct model_service *service = &p->model->services[id];

	put_string(p, p->model->service_names.list[id]);
	put_u8(p, service->flags);
	put_u8(p, service->require);
	put_place(p, service->place);
	put_u32(p, (uint32_t)service->required.n);
	for (size_t i = 0; i < service->required.n; i++)
		put_required(p, service->required.list[i].id);
}

static bool is_prefix(const char *service)
{
	return strchr(service, '*') != NULL;
}

static int by_length_down(const void *a, const void *b)
{
	size_t n_a = strlen(*(const char *const *)a), n_b = strlen(*(const char *const *)b);

	return n_a < n_b ? 1 : n_a > n_b ? -1 : 0;
}

/* D2: the longest prefix first. Returns how many there are. */
static uint32_t put_prefixes(struct packer *p)
{
	const struct names *names = &p->model->service_names;
	const char *prefixes[FORMAT_PREFIXES_MAX] = { 0 };
	uint32_t n = 0;

	for (size_t i = 0; i < names->n && n < FORMAT_PREFIXES_MAX; i++)
		if (is_prefix(names->list[i]))
			prefixes[n++] = names->list[i];
	qsort(prefixes, n, sizeof(*prefixes), by_length_down);
	begin(p);
	for (uint32_t i = 0; i < n; i++)
		put_service(p, names_find(names, prefixes[i]));
	end(p, FORMAT_PREFIXES, 0);
	return n;
}

/* ---- Roles, permissions, the rest ---- */

static void put_ids(struct packer *p, const struct refs *refs)
{
	put_u32(p, (uint32_t)refs->n);
	for (size_t i = 0; i < refs->n; i++)
		put_u32(p, refs->list[i].id);
}

/* A map of the roles of conflict rules that a role is or inherits. */
static void put_members(struct packer *p, const struct model_role *role)
{
	size_t n = format_map_size((uint32_t)p->model->member_names.n);

	for (size_t i = 0; i < n; i++)
		put_u8(p, (unsigned int)(role->members[i / 8] >> (i % 8 * 8) & 0xff));
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The gids of the groups in which a role's holders are seen, ascending and each once. */
static void put_role_gids(struct packer *p, uint32_t id)
{
	const struct model *model = p->model;
	const struct model_role *role = &model->roles[id];
	uint32_t gids[FORMAT_ROLE_GROUPS_MAX] = { 0 }, n = 0, n_all = 0;

	for (size_t i = 0; i < model->n_role_groups; i++)
		if (role->seen[i / 64] & UINT64_C(1) << (i % 64) &&
		    model->role_groups[i].is_captured)
			gids[n_all++] = model->role_groups[i].gid;
	qsort(gids, n_all, sizeof(*gids), by_value);
	for (uint32_t i = 0; i < n_all; i++)
		if (n == 0 || gids[i] != gids[n - 1])
			gids[n++] = gids[i];
	begin(p);
	put_u32(p, n);
	for (uint32_t i = 0; i < n; i++)
		put_u32(p, gids[i]);
	end(p, FORMAT_ROLE_GIDS, id);
}

static void put_role(struct packer *p, uint32_t id)
{
	const struct model_role *role = &p->model->roles[id];
	size_t n_map = format_map_size((uint32_t)p->model->permission_names.n);

	begin(p);
	put_u8(p, (role->needs_approval ? FORMAT_ROLE_NEEDS_APPROVAL : 0) |
			  (role->is_builtin ? FORMAT_ROLE_BUILTIN : 0) |
			  (role->is_owner ? FORMAT_ROLE_OWNER : 0));
	put_members(p, role);
	put_bytes(p, role->closure, n_map);
	end(p, FORMAT_ROLE, id);
}

/* All that the roles of a set hold: the union of their closures. */
static void put_set(struct packer *p, uint32_t id)
{
	const struct model_assignment *assignment = p->sets.list[id];
	size_t n_map = format_map_size((uint32_t)p->model->permission_names.n);
	unsigned char *map;

	begin(p);
	map = room(p, n_map);
	if (map)
		memset(map, 0, n_map);
	for (uint32_t i = 0; map && i < assignment->n_roles; i++) {
		const unsigned char *closure = p->model->roles[assignment->roles[i]].closure;

		for (size_t k = 0; k < n_map; k++)
			map[k] = (unsigned char)(map[k] | closure[k]);
	}
	end(p, FORMAT_SET, id);
}

static void put_role_info(struct packer *p, uint32_t id)
{
	const struct model_role *role = &p->model->roles[id];

	begin(p);
	put_string(p, role->name);
	put_string(p, role->label);
	put_string(p, role->colour);
	put_string(p, role->description);
	put_string(p, role->catalog);
	put_u8(p, role->level);
	put_place(p, role->place);
	put_ids(p, &role->bases);
	put_bytes(p, role->own, format_map_size((uint32_t)p->model->permission_names.n));
	end(p, FORMAT_ROLE_INFO, id);
}

static void put_permission_info(struct packer *p, uint32_t id)
{
	const struct model_permission *permission = &p->model->permissions[id];

	begin(p);
	put_string(p, permission->name);
	put_string(p, permission->area);
	put_string(p, permission->label);
	put_string(p, permission->description);
	put_string(p, permission->catalog);
	put_u8(p, permission->tier);
	put_u8(p, permission_flags(permission));
	put_place(p, permission->place);
	end(p, FORMAT_PERMISSION_INFO, id);
}

/*
 * Default roles, as an assignment without an end; in any number of lines, of which the first is
 * named.
 */
static void put_default(struct packer *p, const struct refs *roles)
{
	put_u8(p, 0);
	put_place(p, roles->n > 0 ? roles->list[0].place : PLACE_NOWHERE);
	put_ids(p, roles);
}

static void put_conflicts(struct packer *p)
{
	const struct names *members = &p->model->member_names;

	begin(p);
	for (size_t i = 0; i < members->n; i++)
		put_u32(p, names_find(&p->model->role_names, members->list[i]));
	for (size_t i = 0; i < p->model->n_conflicts; i++) {
		const struct model_conflict *conflict = &p->model->conflicts[i];

		put_string(p, conflict->name);
		put_place(p, conflict->place);
		put_u32(p, conflict->at_most);
		put_u32(p, conflict->by_groups);
		put_ids(p, &conflict->roles);
	}
	end(p, FORMAT_CONFLICTS, 0);
}

static void put_sources(struct packer *p)
{
	begin(p);
	put_u32(p, (uint32_t)p->sources->n);
	for (size_t i = 0; i < p->sources->n; i++) {
		const struct source *source = &p->sources->list[i];

		put_string(p, source->path);
		put_i64(p, source->size);
		put_i64(p, source->mtime_s);
		put_u32(p, source->mtime_ns);
	}
	end(p, FORMAT_SOURCES, 0);
}

static void put_catalogs(struct packer *p)
{
	begin(p);
	put_u32(p, (uint32_t)p->model->n_catalogs);
	for (size_t i = 0; i < p->model->n_catalogs; i++)
		put_string(p, p->model->catalogs[i].name);
	end(p, FORMAT_CATALOGS, 0);
}

static void put_role_groups(struct packer *p)
{
	begin(p);
	put_u32(p, (uint32_t)p->model->n_role_groups);
	for (size_t i = 0; i < p->model->n_role_groups; i++) {
		const struct model_role_group *seen = &p->model->role_groups[i];

		put_u32(p, seen->role.id);
		put_string(p, seen->group);
		put_u8(p, (seen->is_captured ? FORMAT_SEEN_CAPTURED : 0) |
				  (seen->is_listed ? FORMAT_SEEN_LISTED : 0));
		put_u32(p, seen->is_captured ? seen->gid : 0);
		put_place(p, seen->place);
	}
	end(p, FORMAT_ROLE_GROUPS, 0);
}

/* Names of users, by their numbers. */
static void put_users_named(struct packer *p, const uint32_t *users, size_t n)
{
	put_u32(p, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		put_string(p, p->model->users.names.list[users[i]]);
}

/* The users that a lookup of a line's group may list, without those that no role brings anywhere. */
static void put_line(struct packer *p, const struct model_role_group *seen, const bool *is_exempt)
{
	size_t n_at;
	uint32_t n = 0;

	put_u32(p, 0);
	n_at = p->n - 4;
	for (size_t i = 0; i < seen->n_listed; i++) {
		if (is_exempt[seen->listed[i]])
			continue;
		put_string(p, p->model->users.names.list[seen->listed[i]]);
		n++;
	}
	if (!p->error)
		format_put32(p->bytes + n_at, n);
}

static void put_listed(struct packer *p)
{
	const struct model *model = p->model;
	bool *is_exempt = calloc(model->users.names.n + 1, sizeof(*is_exempt));
	uint32_t root = names_find(&model->users.names, "root");

	if (!is_exempt && !p->error)
		p->error = -ENOMEM;
	for (size_t i = 0; is_exempt && i < model->n_exempt; i++)
		is_exempt[model->exempt[i]] = true;
	if (is_exempt && root != NAMES_NONE)
		is_exempt[root] = true;
	for (uint32_t i = 0; i < model->n_role_groups && !p->error; i++) {
		if (!model->role_groups[i].is_listed)
			continue;
		begin(p);
		put_line(p, &model->role_groups[i], is_exempt);
		end(p, FORMAT_LISTED, i);
	}
	free(is_exempt);
	begin(p);
	put_users_named(p, model->exempt, model->n_exempt);
	end(p, FORMAT_EXEMPT, 0);
}

static void put_record(struct packer *p)
{
	begin(p);
	put_i64(p, p->info->when);
	put_u64(p, p->info->parent);
	put_string(p, p->info->who);
	put_string(p, p->info->known_by);
	put_string(p, p->info->why);
	end(p, FORMAT_RECORD, 0);
}

/* ---- The head ---- */

/* What NSS has to know at once. */
static unsigned int seen_flags(const struct model *model)
{
	unsigned int flags = 0;

	for (size_t i = 0; i < model->n_role_groups; i++)
		if (model->role_groups[i].is_captured)
			flags |= FORMAT_HEAD_SEEN |
				 (model->role_groups[i].is_listed ? FORMAT_HEAD_LISTS : 0);
	return flags;
}

/* Whether assignments to groups matter, and whether there was no answer about one of them (P3). */
static unsigned int group_flags(const struct model *model)
{
	unsigned int flags = 0;

	for (size_t i = 0; i < model->groups.names.n; i++) {
		enum format_recorded recorded = model->groups.list[i].recorded;

		if (recorded != FORMAT_RECORDED_ABSENT)
			flags |= FORMAT_HEAD_GROUPS_APPLY;
		if (recorded == FORMAT_RECORDED_UNKNOWN)
			flags |= FORMAT_HEAD_GROUPS_UNKNOWN;
	}
	return flags;
}

static unsigned int head_flags(const struct model *model)
{
	return seen_flags(model) | group_flags(model) |
	       (model->is_permissive ? FORMAT_HEAD_PERMISSIVE : 0) |
	       (model->tells_user ? FORMAT_HEAD_TELL_USER : 0) |
	       (model->root_is_owner ? FORMAT_HEAD_ROOT_IS_OWNER : 0) |
	       (model->gate_takes_root ? FORMAT_HEAD_GATE_ROOT : 0) |
	       (model->plan_place.line > 0 ? FORMAT_HEAD_HAS_PLAN : 0);
}

/* The head's payload; it has the same length whatever is in it. */
static void fill_head(struct packer *p, uint32_t file_size, uint32_t n_prefixes)
{
	const struct model *model = p->model;
	uint32_t other =
		model->other_services == FORMAT_OTHER_PERMISSION ? model->other_permission.id : 0;

	begin(p);
	put_bytes(p, FORMAT_MAGIC, sizeof(FORMAT_MAGIC) - 1);
	put_u32(p, FORMAT_VERSION);
	put_u32(p, file_size);
	put_u64(p, p->info->generation);
	put_i64(p, p->info->when);
	put_u32(p, head_flags(model));
	put_u64(p, model->seed);
	put_u32(p, model->uid_min);
	put_u32(p, (uint32_t)model->role_names.n);
	put_u32(p, (uint32_t)model->permission_names.n);
	put_u32(p, (uint32_t)model->n_conflicts);
	put_u32(p, (uint32_t)model->member_names.n);
	put_u32(p, n_prefixes);
	put_u32(p, (uint32_t)model->users.names.n);
	put_u32(p, (uint32_t)model->groups.names.n);
	put_u32(p, (uint32_t)model->suspended_names.n);
	put_u32(p, bucket_count(model->users.names.n));
	put_u32(p, bucket_count(model->groups.names.n));
	put_u32(p, bucket_count(model->service_names.n));
	put_u32(p, bucket_count(model->permission_names.n));
	put_u32(p, bucket_count(model->virtuals.names.n));
	put_u32(p, gid_bucket_count(p->gid_names.n));
	put_u32(p, bucket_count(p->suspension_keys.n));
	put_u8(p, model->other_services);
	put_required(p, other);
	put_place(p, model->other_place);
	put_place(p, model->root_place);
	put_u32(p, model->gate_permission.id);
	put_u32(p, model->manage_permission);
	put_u32(p, model->owner_role);
	put_i64(p, p->info->trial.from);
	put_i64(p, p->info->trial.until);
	put_i64(p, p->info->trial.epoch);
}

/* Write the head again, now that the file's size is known. */
static void finish_head(struct packer *p, int fd, uint32_t n_prefixes)
{
	unsigned char key[FORMAT_KEY_SIZE];
	off_t at = (off_t)FORMAT_TOC_SIZE + 8 + FORMAT_KEY_SIZE;
	struct stat st;
	ssize_t done;

	if (p->error)
		return;
	if (fstat(fd, &st) < 0) {
		p->error = -errno;
		return;
	}
	if (st.st_size > (off_t)FORMAT_FILE_MAX) {
		p->error = -E2BIG;
		return;
	}
	fill_head(p, (uint32_t)st.st_size, n_prefixes);
	if (p->error)
		return;
	format_key(key, FORMAT_HEAD, 0);
	sum(p, key);
	do
		done = pwrite(fd, p->bytes, p->n, at);
	while (done < 0 && errno == EINTR);
	if (done != (ssize_t)p->n)
		p->error = done < 0 ? -errno : -ENOSPC;
}

static void put_defaults(struct packer *p)
{
	begin(p);
	put_default(p, &p->model->default_roles);
	put_default(p, &p->model->system_account_roles);
	put_default(p, &p->model->virtual_roles);
	end(p, FORMAT_DEFAULTS, 0);
}

/* Whether an assignment to a group grants its role to every user of the group, now and later. */
static bool grants_for_sure(const struct packer *p, const struct model_assignment *a, uint32_t i)
{
	bool is_dated = a->from > p->info->when || a->until != FORMAT_FOREVER;

	return !is_dated && (a->approved_by || !p->model->roles[a->roles[i]].needs_approval);
}

/* to |= from, of n bytes each. */
static void add_map(unsigned char *to, const unsigned char *from, size_t n)
{
	uint64_t a, b;
	size_t i = 0;

	for (; i + sizeof(a) <= n; i += sizeof(a)) {
		memcpy(&a, to + i, sizeof(a));
		memcpy(&b, from + i, sizeof(b));
		a |= b;
		memcpy(to + i, &a, sizeof(a));
	}
	for (; i < n; i++)
		to[i] |= from[i];
}

/* Keep of `common` what an assignment grants for sure; `own` is room for that. False: nothing is left. */
static bool keep_common(const struct packer *p, const struct model_assignment *a,
			unsigned char *common, unsigned char *own, size_t n_map)
{
	unsigned char any = 0;

	memset(own, 0, n_map);
	for (uint32_t i = 0; i < a->n_roles; i++)
		if (grants_for_sure(p, a, i))
			add_map(own, p->model->roles[a->roles[i]].closure, n_map);
	for (size_t b = 0; b < n_map; b++)
		any |= common[b] &= own[b];
	return any != 0;
}

/*
 * The permissions that every assignment to a group grants, conflicts aside: where no more is required, it does not
 * matter which groups an account without other assignments is in (P3). An ended one restricts no user, also on a clock
 * that is as far behind as P3 allows.
 */
static void put_common(struct packer *p)
{
	const struct model *model = p->model;
	size_t n_map = format_map_size((uint32_t)model->permission_names.n);
	unsigned char *common, *own = calloc(n_map + 1, 1);
	bool is_nothing = false;

	begin(p);
	common = room(p, n_map);
	if (!own && !p->error)
		p->error = -ENOMEM;
	if (p->error) {
		free(own);
		return;
	}
	memset(common, 0xff, n_map);
	for (size_t g = 0; g < model->groups.names.n; g++) {
		const struct model_holder *group = &model->groups.list[g];

		if (group->recorded == FORMAT_RECORDED_ABSENT)
			continue;
		for (uint32_t k = group->first; k != NAMES_NONE; k = model->assignments[k].next) {
			const struct model_assignment *a = &model->assignments[k];

			/* What all grant was found to be nothing: the rest cannot change it. */
			if (a->until > p->info->when - DECIDE_CLOCK_SLACK && !is_nothing)
				is_nothing = !keep_common(p, a, common, own, n_map);
		}
	}
	if (model->permission_names.n % 8 > 0)
		common[n_map - 1] &= (unsigned char)((1u << model->permission_names.n % 8) - 1);
	end(p, FORMAT_COMMON, 0);
	free(own);
}

static void put_name_sources(struct packer *p)
{
	const struct names *names = &p->model->name_sources;

	begin(p);
	put_u32(p, (uint32_t)names->n);
	for (size_t i = 0; i < names->n; i++)
		put_string(p, names->list[i]);
	end(p, FORMAT_NAME_SOURCES, 0);
}

/*
 * The order is that in which decisions need what is there: whoever opens the file reads its beginning, and finds there
 * what lies there without a further read (FORMAT_NEAR_SIZE).
 */
static void put_all(struct packer *p, uint32_t *ret_n_prefixes)
{
	const struct model *model = p->model;

	fill_head(p, 0, 0);
	end(p, FORMAT_HEAD, 0);
	put_buckets(p, &(struct kind){ FORMAT_SERVICES, &model->service_names, is_prefix,
				       put_service, NULL, NULL });
	*ret_n_prefixes = put_prefixes(p);
	put_defaults(p);
	for (uint32_t i = 0; i < model->role_names.n && !p->error; i++)
		put_role(p, i);
	for (uint32_t i = 0; i < p->sets.n && !p->error; i++)
		put_set(p, i);
	put_conflicts(p);
	put_common(p);
	put_name_sources(p);
	put_buckets(p, &(struct kind){ FORMAT_SUSPENDED, &p->suspension_keys, NULL, put_suspension,
				       NULL, NULL });
	put_buckets(p, &(struct kind){ .letter = FORMAT_GIDS,
				       .names = &p->gid_names,
				       .put_body = put_gid,
				       .count = gid_bucket_count });
	put_buckets(p, &(struct kind){ FORMAT_GROUPS, &model->groups.names, NULL, put_group, NULL,
				       NULL });
	put_buckets(p, &(struct kind){ FORMAT_PERMISSIONS, &model->permission_names, NULL,
				       put_required, NULL, NULL });
	put_buckets(p, &(struct kind){ FORMAT_VIRTUALS, &model->virtuals.names, NULL, put_virtual,
				       NULL, NULL });
	put_sources(p);
	put_catalogs(p);
	put_role_groups(p);
	put_listed(p);
	put_record(p);
	for (uint32_t i = 0; i < model->role_names.n && !p->error; i++)
		put_role_gids(p, i);
	for (uint32_t i = 0; i < model->role_names.n && !p->error; i++)
		put_role_info(p, i);
	for (uint32_t i = 0; i < model->permission_names.n && !p->error; i++)
		put_permission_info(p, i);
	put_buckets(p, &(struct kind){ FORMAT_USERS, &model->users.names, NULL, put_user, ask_user,
				       NULL });
}

int pack_policy(const struct model *model, const struct sources *sources,
		const struct pack_info *info, int fd)
{
	struct packer p = { .model = model, .sources = sources, .info = info };
	uint32_t n_prefixes = 0;

	if (cdb_make_start(&p.cdb, fd) < 0)
		return errno ? -errno : -EIO;
	if (role_sets_find_all(&p.sets, model) < 0 || number_gids(&p) < 0 ||
	    number_suspensions(&p) < 0)
		p.error = -ENOMEM;
	put_all(&p, &n_prefixes);
	/* Also after an error: it frees what tinycdb holds. */
	errno = 0;
	if (cdb_make_finish(&p.cdb) < 0 && !p.error)
		p.error = cdb_error();
	finish_head(&p, fd, n_prefixes);
	role_sets_free(&p.sets);
	names_free(&p.gid_names);
	names_free(&p.suspension_keys);
	arena_free(&p.arena);
	free(p.first_of_gid);
	free(p.next_of_gid);
	free(p.suspension_of);
	free(p.bytes);
	return p.error;
}
