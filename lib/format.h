/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a compiled policy lies on disk: what the compiler writes and the library reads.
 *
 * The file is a cdb (tinycdb writes it). A key is one letter and a mixed number of four bytes; a value
 * is a checksum of eight bytes over key and payload, then the payload. Numbers are little-endian
 * whatever the machine; a string is two bytes of length, the bytes, and a NUL, so that it can be
 * used where it lies.
 *
 * Every record that the library ever asks for exists. Names are therefore not keys: they are
 * spread over a fixed number of buckets, and a name that is not in its bucket is known not to be
 * in the policy, while a bucket that is not found means damage. Without this a flipped bit in the
 * hash table would make an assignment vanish, and its user fall back on the default roles.
 *
 * The head is the first record, so that one read of the file's beginning brings the table of
 * contents with it.
 */
#ifndef ROLEGATE_FORMAT_H
#define ROLEGATE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FORMAT_MAGIC "rolegate"
#define FORMAT_VERSION 4u

#define FORMAT_TOC_SIZE 2048u  /* cdb's table of contents: 256 pairs of position and length */
#define FORMAT_SUM_SIZE 8u     /* checksum before each payload */
#define FORMAT_KEY_SIZE 5u     /* letter and number */
#define FORMAT_LENGTHS_SIZE 8u /* before each key: the lengths of key and value */
/* All that comes before a payload. */
#define FORMAT_RECORD_OVERHEAD (FORMAT_LENGTHS_SIZE + FORMAT_KEY_SIZE + FORMAT_SUM_SIZE)
/*
 * Bytes of the file that are read at once when it is opened, and kept: the table of contents, and the
 * records behind it, which are found there without a further read. Two pages bring the services and
 * roles of most policies; ten thousand roles are elsewhere, found by the tables.
 */
#define FORMAT_NEAR_SIZE 8192u
#define FORMAT_FILE_NAME "policy.cdb"
#define FORMAT_TRIAL_NAME "trial.cdb" /* the same, in force while its trial runs */

/* The letters of the keys. */
#define FORMAT_HEAD 'H'		   /* 0: what is true of the policy as a whole */
#define FORMAT_USERS 'U'	   /* bucket: users with assignments */
#define FORMAT_GROUPS 'G'	   /* bucket: groups with assignments */
#define FORMAT_VIRTUALS 'V'	   /* bucket: assignments to virtual users (P12) */
#define FORMAT_GIDS 'g'		   /* bucket: recorded gids, in decimal, with the groups' names */
#define FORMAT_SUSPENDED 'Q'	   /* bucket: suspended accounts, by name and by ":uid" (P13) */
#define FORMAT_SERVICES 'S'	   /* bucket: services by exact name */
#define FORMAT_PREFIXES 'X'	   /* 0: services by prefix, longest first */
#define FORMAT_PERMISSIONS 'P'	   /* bucket: permission names with their ids */
#define FORMAT_ROLE 'R'		   /* role id: what a decision needs */
#define FORMAT_SET 'T'		   /* set id: what several roles hold together */
#define FORMAT_ROLE_INFO 'r'	   /* role id: what an explanation needs besides */
#define FORMAT_ROLE_GIDS 'y'	   /* role id: of the groups in which its users are listed */
#define FORMAT_PERMISSION_INFO 'p' /* permission id: name, area, tier, words */
#define FORMAT_DEFAULTS 'D'	   /* 0: roles without an assignment */
#define FORMAT_COMMON 'J'	   /* 0: permissions that every assignment to a group grants */
#define FORMAT_NAME_SOURCES 'A'	   /* 0: sources of nsswitch.conf that have answered (P3) */
#define FORMAT_CONFLICTS 'C'	   /* 0: rules of separation of duty */
#define FORMAT_SOURCES 'F'	   /* 0: source files */
#define FORMAT_CATALOGS 'K'	   /* 0: loaded catalogs */
#define FORMAT_ROLE_GROUPS 'N'	   /* 0: roles seen through NSS as OS groups */
#define FORMAT_LISTED 'L'	   /* place in FORMAT_ROLE_GROUPS: users that a lookup may list */
#define FORMAT_EXEMPT 'E'	   /* 0: assigned users that were system accounts at the apply */
#define FORMAT_RECORD 'M'	   /* 0: when, who, why, parent */

/*
 * Limits. Each is far above what a person would write and low enough that no count in a hostile
 * file can cost memory or time worth mentioning. The compiler refuses what exceeds them, the
 * library calls it damage.
 */
#define FORMAT_NAME_MAX 255u	/* bytes of a name: what utmp, LDAP and file names agree on */
#define FORMAT_TEXT_MAX 1023u	/* bytes of a label, description or reason: a paragraph */
#define FORMAT_ROLES_MAX 16384u /* with FORMAT_PERMISSIONS_MAX: 2 KiB a role, 32 MiB in all */
#define FORMAT_PERMISSIONS_MAX 16384u
#define FORMAT_SETS_MAX 16384u /* sets of roles: as much again; what is beyond has no set */
#define FORMAT_BASES_MAX 256u  /* bases of one role */
#define FORMAT_REQUIRE_MAX                                                                         \
	64u /* permissions of one service: they are kept as the bits of one word */
#define FORMAT_ASSIGN_ROLES_MAX 64u /* roles of one assignment */
#define FORMAT_ASSIGNS_MAX 256u	    /* assignments of one user or group */
#define FORMAT_HOLDER_MAX                                                                          \
	(128u << 10) /* bytes of all assignments of one user or group; a bucket holds several */
#define FORMAT_DEFAULTS_MAX 64u	   /* default roles */
#define FORMAT_CONFLICTS_MAX 1024u /* conflict rules */
#define FORMAT_CONFLICT_ROLES_MAX 64u
#define FORMAT_MEMBERS_MAX                                                                         \
	1024u /* roles in conflict rules, all told: each role has a map of them */
#define FORMAT_PREFIXES_MAX 256u /* service patterns, which are tried one by one */
#define FORMAT_SERVICES_MAX 65536u
#define FORMAT_SOURCES_MAX 1024u /* source files */
#define FORMAT_CATALOGS_MAX 64u
#define FORMAT_ROLE_GROUPS_MAX 1024u /* roles seen as groups: a host has few groups worth it */
#define FORMAT_LISTED_MAX 1024u /* users of one group with `members`: each is weighed at a lookup */
#define FORMAT_EXEMPT_MAX                                                                          \
	4096u /* system accounts with assignments: uids below UID_MIN, and aliases */
#define FORMAT_NAME_SOURCES_MAX 32u /* sources of nsswitch.conf: a host has three or four */
#define FORMAT_SAME_GID_MAX 64u	    /* groups that share one gid */
/*
 * Limits that bound the work of one question and of the compiler (D9): instructions of a question, as
 * compiler/resolve_references.c estimates them from above, a tenth below the bound of 40 million; groups with assignments that are weighed for one account;
 * roles that assignments to groups name, counted with repetition; bases of all roles together; bytes of all roles'
 * permission maps together.
 */
#define FORMAT_WORK_MAX 36000000u
#define FORMAT_GROUPS_WEIGHED_MAX 1024u
#define FORMAT_GROUP_ROLES_MAX (1u << 19)
#define FORMAT_ALL_BASES_MAX (1u << 18)
#define FORMAT_MAPS_MAX (32u << 20)
#define FORMAT_BUCKETS_MAX (1u << 24)
#define FORMAT_RECORD_MAX (1u << 20) /* bytes of one record */
#define FORMAT_FILE_MAX                                                                            \
	(2u << 30) /* cdb's positions are 32 bits; half of that leaves no doubt about signs */
#define FORMAT_PROBES_MAX 4096u /* slots looked at for one key: a sound file needs a handful */

/* Flags of the head. */
#define FORMAT_HEAD_PERMISSIVE 1u
#define FORMAT_HEAD_TELL_USER 2u
#define FORMAT_HEAD_ROOT_IS_OWNER 4u
#define FORMAT_HEAD_GATE_ROOT 8u /* password_gate.unknown_actor = "root" */
#define FORMAT_HEAD_HAS_PLAN 16u
#define FORMAT_HEAD_SEEN 32u		/* some role is seen as a group */
#define FORMAT_HEAD_LISTS 64u		/* some group has `members` */
#define FORMAT_HEAD_GROUPS_APPLY 128u	/* some assignment is to a group that a user may be in */
#define FORMAT_HEAD_GROUPS_UNKNOWN 256u /* no answer was had about an assigned group (P3) */
#define FORMAT_HEAD_ALL 511u

/* other_services. */
enum format_other {
	FORMAT_OTHER_DENY = 0,
	FORMAT_OTHER_ALLOW = 1,
	FORMAT_OTHER_PERMISSION = 2,
	FORMAT_OTHER_NOBODY = 3, /* deny owners too (P7) */
};

/* What a service requires. */
enum format_require {
	FORMAT_REQUIRE_ALL = 0,
	FORMAT_REQUIRE_ANY = 1,
	FORMAT_REQUIRE_NOTHING = 2,
};

/* Flags of a service. */
#define FORMAT_SERVICE_ACTOR 1u	      /* subject = "actor" */
#define FORMAT_SERVICE_PERMISSIVE 2u  /* mode = "permissive" */
#define FORMAT_SERVICE_ENFORCING 4u   /* mode = "enforcing", stronger than the global mode */
#define FORMAT_SERVICE_ANY_ACCOUNT 8u /* accounts = "any": virtual users too (P12) */
#define FORMAT_SERVICE_ALL 15u

/* Flags of a permission. */
#define FORMAT_PERMISSION_IN_FORCE 1u /* in the plan, core, or a custom privilege (P11) */
#define FORMAT_PERMISSION_CUSTOM 2u   /* a custom privilege */
#define FORMAT_PERMISSION_CORE 4u
#define FORMAT_PERMISSION_DERIVED 8u /* department:view, held through its resources (P10) */
#define FORMAT_PERMISSION_ALL 15u

/* Flags of a role. */
#define FORMAT_ROLE_NEEDS_APPROVAL 1u
#define FORMAT_ROLE_BUILTIN 2u
#define FORMAT_ROLE_OWNER 4u /* the owner role, or based on it (P6) */
#define FORMAT_ROLE_ALL 7u

/* Flags of a role seen as a group. */
#define FORMAT_SEEN_CAPTURED 1u /* its gid is known */
#define FORMAT_SEEN_LISTED 2u	/* `members`: a lookup of the group lists the role's holders */
#define FORMAT_SEEN_ALL 3u

/* The answer of the name service about a user or group at activation (P3). */
enum format_recorded {
	FORMAT_RECORDED_UNKNOWN = 0, /* it was not asked, or did not answer */
	FORMAT_RECORDED_PRESENT = 1, /* there is one, and its uid or gid follows */
	FORMAT_RECORDED_ABSENT = 2,  /* every source denied the name */
};

/* Flags of a suspension. */
#define FORMAT_SUSPENDED_UNTIL 1u
#define FORMAT_SUSPENDED_ALL 1u

/* Flags of an assignment. */
#define FORMAT_ASSIGN_APPROVED 1u
#define FORMAT_ASSIGN_TIMES 2u /* `from` and `until` follow */
#define FORMAT_ASSIGN_WORDS 4u /* `why` and `approved_by` follow */
#define FORMAT_ASSIGN_SET                                                                          \
	8u /* a set follows, which holds what its two or more roles hold together */
#define FORMAT_ASSIGN_ALL 15u

/* Tiers, and the level of a built-in role. */
enum format_tier {
	FORMAT_TIER_NONE = 0, /* a custom privilege; a role without a level */
	FORMAT_TIER_GUEST = 1,
	FORMAT_TIER_USER = 2,
	FORMAT_TIER_ADMINISTRATOR = 3,
	FORMAT_TIER_OWNER = 4,
};

#define FORMAT_FOREVER INT64_MAX /* no `until` */
#define FORMAT_ALWAYS INT64_MIN	 /* no `from` */

#define FORMAT_HASH_START UINT64_C(0xcbf29ce484222325)

static inline uint32_t format_get32(const unsigned char *from)
{
	return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
	       (uint32_t)from[3] << 24;
}

static inline uint64_t format_get64(const unsigned char *from)
{
	return (uint64_t)format_get32(from) | (uint64_t)format_get32(from + 4) << 32;
}

/*
 * A checksum in the manner of FNV-1a, but by words of eight bytes, continued from `hash`. Each step is a
 * bijection (an odd factor, and a shift that can be undone), so a change within one word always changes
 * the result; against somebody who forges a policy only its owner and mode help.
 */
static inline uint64_t format_hash(uint64_t hash, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	for (; n >= 8; n -= 8, p += 8) {
		hash = (hash ^ format_get64(p)) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29; /* not as at the end: twice the same would undo itself */
	}
	for (; n > 0; n--, p++)
		hash = (hash ^ *p) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 32;
}

/* The upper half of a product, where every bit of a hash has its say. */
static inline uint32_t format_spread(uint64_t hash)
{
	return (uint32_t)(hash * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

/*
 * The number that says in which bucket a name lies: its lower bits, as many as there are buckets for. The seed is
 * random and new in each generation, so that no chosen names can share a bucket.
 */
static inline uint32_t format_name_spread(uint64_t seed, const void *name, size_t n)
{
	return format_spread(format_hash(FORMAT_HASH_START ^ seed, name, n));
}

/*
 * Write the name of a service in lower case, as PAM does before it looks for a file (D2). Both may be the same.
 * False: it is too long for any entry.
 */
static inline bool format_lower_case(char to[FORMAT_NAME_MAX + 1], const char *name)
{
	size_t i = 0;

	for (; i < FORMAT_NAME_MAX && name[i]; i++)
		to[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]);
	if (name[i])
		return false;
	to[i] = '\0';
	return true;
}

static inline void format_put32(unsigned char *to, uint32_t value)
{
	for (unsigned int i = 0; i < 4; i++)
		to[i] = (unsigned char)(value >> (8 * i));
}

/*
 * Write a record's key. The number is mixed, reversibly, before: cdb's own hash sends neighbouring numbers to
 * the same value, and a look-up would have to try several records.
 */
static inline void format_key(unsigned char key[FORMAT_KEY_SIZE], char letter, uint32_t number)
{
	number = (number ^ number >> 16) * UINT32_C(0x85ebca6b);
	number = (number ^ number >> 13) * UINT32_C(0xc2b2ae35);
	key[0] = (unsigned char)letter;
	format_put32(key + 1, number ^ number >> 16);
}

/* The number that a key was made of. */
static inline uint32_t format_number(const unsigned char key[FORMAT_KEY_SIZE])
{
	uint32_t number = format_get32(key + 1);

	number = (number ^ number >> 16) * UINT32_C(0x7ed1b41d);
	number = (number ^ number >> 13 ^ number >> 26) * UINT32_C(0xa5cb9243);
	return number ^ number >> 16;
}

/* The checksum of a record: of its key, and of its payload. */
static inline uint64_t format_sum(const unsigned char key[FORMAT_KEY_SIZE],
				  const unsigned char *payload, size_t n)
{
	return format_hash(format_hash(FORMAT_HASH_START, key, FORMAT_KEY_SIZE), payload, n);
}

/*
 * The size of the whole record at `raw`, where the file has `left` bytes more; 0 if it is none, or does not
 * lie in them as a whole.
 */
static inline size_t format_record_size(const unsigned char *raw, size_t left)
{
	uint32_t n_value;

	if (left < FORMAT_RECORD_OVERHEAD || format_get32(raw) != FORMAT_KEY_SIZE)
		return 0;
	n_value = format_get32(raw + 4);
	if (n_value < FORMAT_SUM_SIZE || n_value > FORMAT_RECORD_MAX ||
	    n_value > left - FORMAT_LENGTHS_SIZE - FORMAT_KEY_SIZE)
		return 0;
	return FORMAT_LENGTHS_SIZE + FORMAT_KEY_SIZE + (size_t)n_value;
}

/* Whether the checksum of a record, which lies there as a whole, is right. */
static inline int format_is_sound(const unsigned char *raw)
{
	const unsigned char *key = raw + FORMAT_LENGTHS_SIZE, *sum = key + FORMAT_KEY_SIZE;

	return format_sum(key, sum + FORMAT_SUM_SIZE, format_get32(raw + 4) - FORMAT_SUM_SIZE) ==
	       format_get64(sum);
}

/* Whether bit i of a map is set. */
static inline int format_bit(const unsigned char *map, uint32_t i)
{
	return map[i / 8] >> (i % 8) & 1;
}

static inline size_t format_map_size(uint32_t bits)
{
	return ((size_t)bits + 7) / 8;
}

#endif
