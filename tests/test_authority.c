/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may make which change: every rule both ways, and random changes against what comes of them.
 */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authority.h"
#include "faults/scarce.h"

#define SOON "2026-12-01T00:00:00Z"
#define LATER "2026-12-31T00:00:00Z"
#define PAST "2026-11-01T00:00:00Z"

/*
 * What most cases start from. mary manages roles and holds what users hold, bob is nobody much,
 * adam an administrator, olga an owner; tim manages roles until December.
 */
#define CATALOGS "catalogs = [ \"workspace\", \"host\" ];"
#define ROLES                                                                                                      \
	"{ name = \"manager\"; based_on = [ \"user\" ]; permissions = [ \"roles\" ]; privileges = \"app.crm\"; }," \
	"{ name = \"clerk\"; permissions = [ \"mail\" ]; }, { name = \"books\"; permissions = [ \"billing\" ]; }," \
	"{ name = \"secret\"; privileges = \"app.vault\"; }, { name = \"boss\"; based_on = [ \"owner\" ]; },"      \
	"{ name = \"moderated\"; permissions = [ \"billing\" ]; needs_approval = true; }"
#define ASSIGN                                                                                              \
	"{ user = \"olga\"; roles = [ \"owner\" ]; }, { user = \"adam\"; roles = [ \"administrator\" ]; }," \
	"{ user = \"mary\"; roles = [ \"manager\" ]; },"                                                    \
	"{ user = \"tim\"; roles = [ \"manager\" ]; until = \"" SOON "\"; },"                               \
	"{ group = \"crew\"; roles = [ \"clerk\" ]; }"

/* The parts of a policy; NULL takes the usual one. */
struct parts {
	const char *catalogs, *roles, *assign, *rest;
};

/* Names of one character more than a pattern, exact and as longer patterns. */
#define PROBES                                                                                     \
	"\"backa\", \"back0\", \"back1\", \"backx\", \"back_\", \"back-\", \"back.\", \"backz\""
#define LONGER_PATTERNS                                                                            \
	"\"backa*\", \"back0*\", \"back1*\", \"backx*\", \"back_*\", \"back-*\", \"back.*\", \"backz*\""

static const struct case_of {
	const char *name, *actor;
	struct parts before, after;
	enum authority_code want;
	const char *part; /* of the answer's text */
} cases[] = {
	/* A1 */
	{ "A1 nobody much changes nothing", "bob", { 0 }, { 0 }, AUTHORITY_MANAGE_ROLES, "roles" },
	{ "A1 whom the system does not know",
	  "-bob",
	  { 0 },
	  { 0 },
	  AUTHORITY_MANAGE_ROLES,
	  "roles" },
	{ "A1 who manages roles may change nothing much",
	  "mary",
	  { 0 },
	  { 0 },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A1 root is an owner",
	  "root:0",
	  { 0 },
	  { .rest = "root_is_owner = false;" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A1 root is none where the policy says so",
	  "root:0",
	  { .rest = "root_is_owner = false;" },
	  { .rest = "root_is_owner = false;" },
	  AUTHORITY_MANAGE_ROLES,
	  "roles" },
	{ "A1 an owner outside his time is none",
	  "ann",
	  { .assign = ASSIGN ", { user = \"ann\"; roles = [ \"owner\" ]; until = \"" PAST "\"; }" },
	  { .rest = "mode = \"permissive\";" },
	  AUTHORITY_MANAGE_ROLES,
	  "roles" },
	{ "A1 an owner of conflicting roles is none",
	  "ann",
	  { .assign = ASSIGN ", { user = \"ann\"; roles = [ \"owner\", \"guest\" ]; }",
	    .rest = "conflicts = ( { name = \"c\"; roles = [ \"owner\", \"guest\" ]; } );" },
	  { .rest = "conflicts = ( { name = \"c\"; roles = [ \"owner\", \"guest\" ]; } );" },
	  AUTHORITY_MANAGE_ROLES,
	  "roles" },
	/* A2: roles */
	{ "A2 a role gains what the actor holds",
	  "mary",
	  { 0 },
	  { .roles = ROLES ", { name = \"new\"; permissions = [ \"mail\", \"drive\" ]; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 a new role with what the actor lacks",
	  "mary",
	  { 0 },
	  { .roles = ROLES ", { name = \"new\"; permissions = [ \"billing\" ]; }" },
	  AUTHORITY_LACKS,
	  "you lack: billing (administrator); that would be gained by role new" },
	{ "A2 a role gains by its base",
	  "mary",
	  { .roles = ROLES ", { name = \"new\"; }" },
	  { .roles = ROLES ", { name = \"new\"; based_on = [ \"books\" ]; }" },
	  AUTHORITY_LACKS,
	  "billing (administrator)" },
	{ "A2 an administrator lacks what is for owners alone",
	  "adam",
	  { 0 },
	  { .roles = ROLES ", { name = \"new\"; based_on = [ \"owner\" ]; }" },
	  AUTHORITY_LACKS,
	  "manage_user_passwords (owner)" },
	{ "A2 an owner may give anything",
	  "olga",
	  { 0 },
	  { .roles = ROLES ", { name = \"new\"; based_on = [ \"owner\" ]; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 a role no longer needs approval",
	  "mary",
	  { 0 },
	  { .roles =
		    "{ name = \"manager\"; based_on = [ \"user\" ]; permissions = [ \"roles\" ]; privileges = \"app.crm\"; },"
		    "{ name = \"clerk\"; permissions = [ \"mail\" ]; }, { name = \"books\"; permissions = [ \"billing\" ]; },"
		    "{ name = \"secret\"; privileges = \"app.vault\"; }, { name = \"boss\"; based_on = [ \"owner\" ]; },"
		    "{ name = \"moderated\"; permissions = [ \"billing\" ]; }" },
	  AUTHORITY_LACKS,
	  "role moderated" },
	{ "A3 a role loses",
	  "mary",
	  { .roles = ROLES ", { name = \"new\"; permissions = [ \"billing\", \"mail\" ]; }" },
	  { .roles = ROLES ", { name = \"new\"; permissions = [ \"mail\" ]; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A3 a role is deleted",
	  "mary",
	  { .roles = ROLES ", { name = \"new\"; permissions = [ \"billing\" ]; }" },
	  { 0 },
	  AUTHORITY_GRANTED,
	  NULL },
	/* A2: privileges */
	{ "A2 a privilege with a new name",
	  "mary",
	  { 0 },
	  { .roles = ROLES ", { name = \"new\"; privileges = \"app.new\"; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 a privilege that there is, and the actor holds",
	  "mary",
	  { 0 },
	  { .roles = ROLES ", { name = \"new\"; privileges = \"app.crm\"; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 a privilege that there is, and the actor lacks",
	  "mary",
	  { 0 },
	  { .roles = ROLES ", { name = \"new\"; privileges = \"app.vault\"; }" },
	  AUTHORITY_LACKS,
	  "app.vault (privilege)" },
	{ "A2 a privilege's name is not to be washed clean",
	  "mary",
	  { .roles = ROLES ", { name = \"new\"; privileges = \"app.gone\"; }" },
	  { 0 },
	  AUTHORITY_LACKS,
	  "anybody could bring it in anew: app.gone" },
	{ "A2 who holds a privilege may let it go",
	  "adam",
	  { .roles = ROLES ", { name = \"new\"; privileges = \"app.gone\"; }" },
	  { 0 },
	  AUTHORITY_GRANTED,
	  NULL },
	/* A2: users, groups */
	{ "A2 a user gains what the actor holds",
	  "mary",
	  { 0 },
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"clerk\", \"user\" ]; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 a user gains what the actor lacks",
	  "mary",
	  { 0 },
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"clerk\", \"books\" ]; }" },
	  AUTHORITY_LACKS,
	  "gained by user bob" },
	{ "A2 users are counted",
	  "mary",
	  { 0 },
	  { .assign = ASSIGN
	    ", { user = \"bob\"; roles = [ \"books\" ]; }, { user = \"al\"; roles = [ \"books\" ]; }" },
	  AUTHORITY_LACKS,
	  "gained by user al and 1 like it" },
	{ "A2 a group gains what the actor lacks",
	  "mary",
	  { 0 },
	  { .assign = ASSIGN ", { group = \"staff\"; roles = [ \"books\" ]; }" },
	  AUTHORITY_LACKS,
	  "group staff" },
	{ "A2 the actor himself",
	  "mary",
	  { 0 },
	  { .assign = ASSIGN ", { user = \"mary\"; roles = [ \"administrator\" ]; }" },
	  AUTHORITY_LACKS,
	  "user mary" },
	{ "A2 another role of what the user has",
	  "mary",
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"books\", \"clerk\" ]; }",
	    .roles = ROLES ", { name = \"alike\"; permissions = [ \"billing\" ]; }" },
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"alike\", \"clerk\" ]; }",
	    .roles = ROLES ", { name = \"alike\"; permissions = [ \"billing\" ]; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 what the actor has through a group",
	  "gus:1000:managers",
	  { .assign = ASSIGN ", { group = \"managers\"; roles = [ \"manager\" ]; }" },
	  { .assign = ASSIGN
	    ", { group = \"managers\"; roles = [ \"manager\" ]; }, { user = \"bob\"; roles = [ \"manager\" ]; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 the plan is left aside",
	  "mary",
	  { .rest = "plan = { name = \"p\"; includes = [ \"roles\", \"mail\" ]; };" },
	  { .rest = "plan = { name = \"p\"; includes = [ \"roles\", \"mail\" ]; };",
	    .assign = ASSIGN ", { user = \"bob\"; roles = [ \"user\" ]; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 what the plan leaves out is not to be handed out either",
	  "mary",
	  { .rest = "plan = { name = \"p\"; includes = [ \"roles\", \"mail\" ]; };" },
	  { .rest = "plan = { name = \"p\"; includes = [ \"roles\", \"mail\" ]; };",
	    .assign = ASSIGN ", { user = \"bob\"; roles = [ \"books\" ]; }" },
	  AUTHORITY_LACKS,
	  "billing" },
	/* A2: time */
	{ "A2 a gain in the future",
	  "mary",
	  { 0 },
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"books\" ]; from = \"" LATER "\"; }" },
	  AUTHORITY_LACKS,
	  "user bob" },
	{ "A2 what is over gives nothing",
	  "mary",
	  { 0 },
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"books\" ]; until = \"" PAST "\"; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 a longer term",
	  "mary",
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"books\" ]; until = \"" SOON "\"; }" },
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"books\" ]; until = \"" LATER
			     "\"; }" },
	  AUTHORITY_LACKS,
	  "user bob" },
	{ "A3 a shorter term",
	  "mary",
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"books\" ]; until = \"" LATER
			     "\"; }" },
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"books\" ]; until = \"" SOON "\"; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 a term in two parts is the same term",
	  "mary",
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"books\" ]; until = \"" LATER
			     "\"; }" },
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"books\" ]; until = \"" SOON
			     "\"; }, { user = \"bob\"; roles = [ \"books\" ]; from = \"" SOON
			     "\"; until = \"" LATER "\"; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 nobody prolongs his own term",
	  "tim",
	  { 0 },
	  { .assign = ASSIGN ", { user = \"tim\"; roles = [ \"manager\" ]; }" },
	  AUTHORITY_LACKS,
	  "gained by user tim" },
	{ "A2 nor that of a group of his",
	  "gus:1000:managers",
	  { .assign = ASSIGN ", { group = \"managers\"; roles = [ \"manager\" ]; until = \"" SOON
			     "\"; }" },
	  { .assign = ASSIGN ", { group = \"managers\"; roles = [ \"manager\" ]; until = \"" LATER
			     "\"; }" },
	  AUTHORITY_LACKS,
	  "group managers" },
	{ "A2 nor by a group of his, what he has by name for a time",
	  "tim:1000:club",
	  { 0 },
	  { .assign = ASSIGN ", { group = \"club\"; roles = [ \"manager\" ]; }" },
	  AUTHORITY_LACKS,
	  "group club" },
	{ "A2 nor by name, what he has by a group for a time",
	  "gus:1000:managers",
	  { .assign = ASSIGN ", { group = \"managers\"; roles = [ \"manager\" ]; until = \"" SOON
			     "\"; }" },
	  { .assign = ASSIGN ", { group = \"managers\"; roles = [ \"manager\" ]; until = \"" SOON
			     "\"; }, { user = \"gus\"; roles = [ \"manager\" ]; }" },
	  AUTHORITY_LACKS,
	  "user gus" },
#define OVER(date) "until = \"" date "\"; approved_by = \"olga\";"
#define EXTRA(gives) ROLES ", { name = \"extra\"; " gives " }"
#define HEIR(gives) EXTRA(gives) ", { name = \"heir\"; based_on = [ \"extra\" ]; }"
#define LITTLE "permissions = [ \"mail\" ];"
#define MORE "based_on = [ \"manager\" ];"
#define TIM(role, rest) ASSIGN ", { user = \"tim\"; roles = [ \"" role "\" ]; " rest " }"
#define CLUB(role, rest) ", { group = \"club\"; roles = [ \"" role "\" ]; " rest " }"
	{ "A2 nor by what a role of his gives",
	  "tim",
	  { .roles = EXTRA(LITTLE), .assign = TIM("extra", "") },
	  { .roles = EXTRA(MORE), .assign = TIM("extra", "") },
	  AUTHORITY_LACKS,
	  "that would be gained by user tim (A2)" },
	{ "A2 nor a base of one",
	  "tim",
	  { .roles = HEIR(LITTLE), .assign = TIM("heir", "") },
	  { .roles = HEIR(MORE), .assign = TIM("heir", "") },
	  AUTHORITY_LACKS,
	  "user tim" },
	{ "A2 nor a role of his group",
	  "tim:1000:club",
	  { .roles = EXTRA(LITTLE), .assign = ASSIGN CLUB("extra", "") },
	  { .roles = EXTRA(MORE), .assign = ASSIGN CLUB("extra", "") },
	  AUTHORITY_LACKS,
	  "user tim" },
	{ "A2 nor one that he will have by default",
	  "tim",
	  { .roles = EXTRA(LITTLE), .rest = "default_roles = [ \"extra\" ];" },
	  { .roles = EXTRA(MORE), .rest = "default_roles = [ \"extra\" ];" },
	  AUTHORITY_LACKS,
	  "user tim" },
	{ "A2 nor one that begins later",
	  "tim",
	  { .roles = EXTRA(LITTLE), .assign = TIM("extra", "from = \"" LATER "\";") },
	  { .roles = EXTRA(MORE), .assign = TIM("extra", "from = \"" LATER "\";") },
	  AUTHORITY_LACKS,
	  "user tim" },
	{ "A2 nor one that is approved by another assignment",
	  "tim:1000:club",
	  { .roles = EXTRA(LITTLE "needs_approval = true;"),
	    .assign = TIM("extra", "") CLUB("extra", OVER(PAST)) },
	  { .roles = EXTRA(MORE "needs_approval = true;"),
	    .assign = TIM("extra", "") CLUB("extra", OVER(PAST)) },
	  AUTHORITY_LACKS,
	  "user tim" },
	{ "A2 nor by a role that he is given anew",
	  "tim",
	  { .roles = EXTRA(LITTLE) },
	  { .roles = EXTRA(MORE), .assign = TIM("extra", "") },
	  AUTHORITY_LACKS,
	  "user tim" },
	{ "A2 but a role that gives what he holds then, too",
	  "tim",
	  { .roles = EXTRA(LITTLE), .assign = TIM("extra\", \"user", "") },
	  { .roles = EXTRA("permissions = [ \"drive\" ];"), .assign = TIM("extra\", \"user", "") },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 and one that ends with his term",
	  "tim",
	  { .roles = EXTRA(LITTLE), .assign = TIM("extra", "until = \"" SOON "\";") },
	  { .roles = EXTRA(MORE), .assign = TIM("extra", "until = \"" SOON "\";") },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 and one of others",
	  "tim",
	  { .roles = EXTRA(LITTLE), .assign = ASSIGN CLUB("extra", "") },
	  { .roles = EXTRA(MORE), .assign = ASSIGN CLUB("extra", "") },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 and one that waits for approval",
	  "tim",
	  { .roles = EXTRA(LITTLE "needs_approval = true;"), .assign = TIM("extra", "") },
	  { .roles = EXTRA(MORE "needs_approval = true;"), .assign = TIM("extra", "") },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 and a privilege with a new name",
	  "tim",
	  { .roles = EXTRA(LITTLE), .assign = TIM("extra", "") },
	  { .roles = EXTRA(LITTLE "privileges = \"app.new\";"), .assign = TIM("extra", "") },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 and what he gets back as he gives up a role that excludes it",
	  "tim:1000:club",
	  { .roles = EXTRA(LITTLE),
	    .assign = TIM("clerk", "") CLUB("books", ""),
	    .rest = "conflicts = ( { name = \"c\"; roles = [ \"clerk\", \"books\" ]; } );" },
	  { .roles = EXTRA(LITTLE),
	    .assign = ASSIGN CLUB("books", ""),
	    .rest = "conflicts = ( { name = \"c\"; roles = [ \"clerk\", \"books\" ]; } );" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 an owner for a time has no such bounds",
	  "otto",
	  { .roles = EXTRA(LITTLE),
	    .assign = ASSIGN ", { user = \"otto\"; roles = [ \"owner\" ]; until = \"" SOON
			     "\"; }, { user = \"otto\"; roles = [ \"extra\" ]; }" },
	  { .roles = EXTRA("based_on = [ \"owner\" ];"),
	    .assign = ASSIGN ", { user = \"otto\"; roles = [ \"owner\" ]; until = \"" SOON
			     "\"; }, { user = \"otto\"; roles = [ \"extra\" ]; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 but that of others",
	  "tim",
	  { 0 },
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"manager\" ]; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A3 and he may end it",
	  "tim",
	  { 0 },
	  { .assign =
		    "{ user = \"olga\"; roles = [ \"owner\" ]; }, { user = \"adam\"; roles = [ \"administrator\" ]; },"
		    "{ user = \"mary\"; roles = [ \"manager\" ]; }, { group = \"crew\"; roles = [ \"clerk\" ]; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	/* A2: defaults */
	{ "A2 without an assignment one falls back on more",
	  "mary",
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"clerk\" ]; }",
	    .rest = "default_roles = [ \"books\" ];" },
	  { .rest = "default_roles = [ \"books\" ];" },
	  AUTHORITY_LACKS,
	  "user bob" },
	{ "A2 in the future, too",
	  "mary",
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"clerk\" ]; }",
	    .rest = "default_roles = [ \"books\" ];" },
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"clerk\" ]; until = \"" SOON "\"; }",
	    .rest = "default_roles = [ \"books\" ];" },
	  AUTHORITY_LACKS,
	  "user bob" },
	{ "A2 an assignment that remains keeps the defaults away",
	  "mary",
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"clerk\", \"user\" ]; }",
	    .rest = "default_roles = [ \"books\" ];" },
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"clerk\" ]; }",
	    .rest = "default_roles = [ \"books\" ];" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 defaults that the actor holds",
	  "mary",
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"books\" ]; }",
	    .rest = "default_roles = [ \"clerk\" ];" },
	  { .rest = "default_roles = [ \"clerk\" ];" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "P9 defaults that wait for approval",
	  "mary",
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"clerk\" ]; }",
	    .rest = "default_roles = [ \"moderated\" ];" },
	  { .rest = "default_roles = [ \"moderated\" ];" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 a group's members fall back",
	  "mary",
	  { .rest = "default_roles = [ \"books\" ];" },
	  { .assign =
		    "{ user = \"olga\"; roles = [ \"owner\" ]; }, { user = \"mary\"; roles = [ \"manager\" ]; }",
	    .rest = "default_roles = [ \"books\" ];" },
	  AUTHORITY_LACKS,
	  "group crew" },
	{ "A2 a system account falls back on its own",
	  "mary",
	  { .assign = ASSIGN ", { user = \"sys-a\"; roles = [ \"clerk\" ]; }",
	    .rest = "system_account_roles = [ \"books\" ];" },
	  { .rest = "system_account_roles = [ \"books\" ];" },
	  AUTHORITY_LACKS,
	  "user sys-a" },
	{ "A2 an ordinary person does not",
	  "mary",
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"clerk\" ]; }",
	    .rest = "system_account_roles = [ \"books\" ];" },
	  { .rest = "system_account_roles = [ \"books\" ];" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 among many, the one system account",
	  "mary",
	  { .assign = ASSIGN
	    ", { user = \"bob\"; roles = [ \"clerk\" ]; }, { user = \"sys-a\"; roles = [ \"clerk\" ]; }",
	    .rest = "system_account_roles = [ \"books\" ];" },
	  { .rest = "system_account_roles = [ \"books\" ];" },
	  AUTHORITY_LACKS,
	  "user sys-a" },
	/* A2: approval */
	{ "P9 waiting gives nothing",
	  "mary",
	  { 0 },
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"moderated\" ]; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "P9 approving gives the role",
	  "mary",
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"moderated\" ]; }" },
	  { .assign = ASSIGN
	    ", { user = \"bob\"; roles = [ \"moderated\" ]; approved_by = \"mary\"; }" },
	  AUTHORITY_LACKS,
	  "user bob" },
	{ "P9 who may assign it may approve it",
	  "adam",
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"moderated\" ]; }" },
	  { .assign = ASSIGN
	    ", { user = \"bob\"; roles = [ \"moderated\" ]; approved_by = \"adam\"; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "P9 an approval outside its time counts",
	  "mary",
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"moderated\" ]; }" },
	  { .assign = ASSIGN
	    ", { user = \"bob\"; roles = [ \"moderated\" ]; }, { user = \"bob\"; roles = [ \"moderated\" ]; until = \"" PAST
	    "\"; approved_by = \"mary\"; }" },
	  AUTHORITY_LACKS,
	  "user bob" },
	{ "P9 the approval of a group that is over counts for what its members get",
	  "mary",
	  { .assign = ASSIGN ", { group = \"team\"; roles = [ \"moderated\" ]; until = \"" PAST
			     "\"; approved_by = \"x\"; }" },
	  { .assign = ASSIGN
	    ", { group = \"team\"; roles = [ \"moderated\" ]; until = \"" PAST
	    "\"; approved_by = \"x\"; }, { user = \"bob\"; roles = [ \"moderated\" ]; }" },
	  AUTHORITY_LACKS,
	  "user bob" },
	{ "P9 the approval of somebody counts for what their group gets",
	  "mary",
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"moderated\" ]; until = \"" PAST
			     "\"; approved_by = \"x\"; }" },
	  { .assign = ASSIGN
	    ", { user = \"bob\"; roles = [ \"moderated\" ]; until = \"" PAST
	    "\"; approved_by = \"x\"; }, { group = \"team\"; roles = [ \"moderated\" ]; }" },
	  AUTHORITY_LACKS,
	  "group team" },
	{ "P9 approving what a group brings, by an assignment that is over",
	  "mary",
	  { .assign = ASSIGN ", { group = \"team\"; roles = [ \"moderated\" ]; }" },
	  { .assign = ASSIGN
	    ", { group = \"team\"; roles = [ \"moderated\" ]; }, { user = \"bob\"; roles = [ \"moderated\" ]; until = \"" PAST
	    "\"; approved_by = \"mary\"; }" },
	  AUTHORITY_LACKS,
	  "user bob" },
	{ "P9 that of somebody else does not",
	  "mary",
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"moderated\" ]; until = \"" PAST
			     "\"; approved_by = \"x\"; }" },
	  { .assign = ASSIGN
	    ", { user = \"bob\"; roles = [ \"moderated\" ]; until = \"" PAST
	    "\"; approved_by = \"x\"; }, { user = \"carl\"; roles = [ \"moderated\" ]; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	/* A2: OS groups through roles */
	{ "A2 a role brings an OS group that the actor is not in",
	  "mary",
	  { .rest = "role_groups = ( { role = \"clerk\"; group = \"adm\"; } );" },
	  { .rest = "role_groups = ( { role = \"clerk\"; group = \"adm\"; } );",
	    .assign = ASSIGN ", { user = \"bob\"; roles = [ \"clerk\" ]; }" },
	  AUTHORITY_LACKS,
	  "group adm (through role clerk)" },
	{ "A2 also to what is based on it",
	  "mary",
	  { .rest = "role_groups = ( { role = \"clerk\"; group = \"adm\"; } );" },
	  { .rest = "role_groups = ( { role = \"clerk\"; group = \"adm\"; } );",
	    .roles = ROLES ", { name = \"new\"; based_on = [ \"clerk\" ]; }" },
	  AUTHORITY_LACKS,
	  "group adm" },
	{ "A2 who is in the OS group through a role may give it",
	  "mary",
	  { .rest = "role_groups = ( { role = \"user\"; group = \"adm\"; } );" },
	  { .rest = "role_groups = ( { role = \"user\"; group = \"adm\"; } );",
	    .assign = ASSIGN ", { user = \"bob\"; roles = [ \"manager\" ]; }" },
	  AUTHORITY_GRANTED,
	  NULL },
/* A2: roles that a conflict may keep from giving anything */
#define AGAIN                                                                                      \
	ROLES ", { name = \"again\"; permissions = [ \"billing\" ]; },"                            \
	      "{ name = \"both\"; based_on = [ \"books\" ]; permissions = [ \"mail\" ]; }"
#define EYES "conflicts = ( { name = \"c\"; roles = [ \"books\", \"clerk\" ]; } );"
#define ANN(roles, rest) ", { user = \"ann\"; roles = [ " roles " ]; " rest " }"
	{ "A2 what a role of a conflict gives is not held before",
	  "mary",
	  { .roles = AGAIN, .assign = ASSIGN ANN("\"books\"", ""), .rest = EYES },
	  { .roles = AGAIN, .assign = ASSIGN ANN("\"books\", \"again\"", ""), .rest = EYES },
	  AUTHORITY_LACKS,
	  "billing (administrator); that would be gained by user ann (A2)" },
	{ "A2 nor by who gets another role in its place",
	  "mary",
	  { .roles = AGAIN, .assign = ASSIGN ANN("\"books\"", ""), .rest = EYES },
	  { .roles = AGAIN, .assign = ASSIGN ANN("\"again\"", ""), .rest = EYES },
	  AUTHORITY_LACKS,
	  "user ann" },
	{ "A2 nor what is based on one",
	  "mary",
	  { .roles = AGAIN, .assign = ASSIGN ANN("\"both\"", ""), .rest = EYES },
	  { .roles = AGAIN, .assign = ASSIGN ANN("\"both\", \"again\"", ""), .rest = EYES },
	  AUTHORITY_LACKS,
	  "user ann" },
	{ "A2 nor by a group",
	  "mary",
	  { .roles = AGAIN,
	    .assign = ASSIGN ", { group = \"team\"; roles = [ \"books\" ]; }",
	    .rest = EYES },
	  { .roles = AGAIN,
	    .assign = ASSIGN ", { group = \"team\"; roles = [ \"books\", \"again\" ]; }",
	    .rest = EYES },
	  AUTHORITY_LACKS,
	  "group team" },
	{ "A2 nor at a later moment",
	  "mary",
	  { .roles = AGAIN, .assign = ASSIGN ANN("\"books\"", ""), .rest = EYES },
	  { .roles = AGAIN,
	    .assign = ASSIGN ANN("\"books\"", "") ANN("\"again\"", "from = \"" LATER "\";"),
	    .rest = EYES },
	  AUTHORITY_LACKS,
	  "user ann" },
	{ "A2 nor by default",
	  "mary",
	  { .roles = AGAIN,
	    .assign = ASSIGN ANN("\"books\"", ""),
	    .rest = EYES "default_roles = [ \"again\" ];" },
	  { .roles = AGAIN, .rest = EYES "default_roles = [ \"again\" ];" },
	  AUTHORITY_LACKS,
	  "user ann" },
	{ "A2 nor does a role gain it that had it from one",
	  "mary",
	  { .roles = AGAIN, .rest = EYES },
	  { .roles = ROLES ", { name = \"again\"; permissions = [ \"billing\" ]; },"
			   "{ name = \"both\"; permissions = [ \"mail\", \"billing\" ]; }",
	    .rest = EYES },
	  AUTHORITY_LACKS,
	  "role both" },
	{ "A2 nor an OS group that a role of a conflict brings",
	  "mary",
	  { .roles = ROLES ", { name = \"heir\"; }, { name = \"next\"; based_on = [ \"heir\" ]; }",
	    .assign = ASSIGN ANN("\"next\"", ""),
	    .rest = "role_groups = ( { role = \"heir\"; group = \"adm\"; } );"
		    "conflicts = ( { name = \"c\"; roles = [ \"next\", \"clerk\" ]; } );" },
	  { .roles = ROLES ", { name = \"heir\"; }, { name = \"next\"; based_on = [ \"heir\" ]; }",
	    .assign = ASSIGN ANN("\"next\", \"heir\"", ""),
	    .rest = "role_groups = ( { role = \"heir\"; group = \"adm\"; } );"
		    "conflicts = ( { name = \"c\"; roles = [ \"next\", \"clerk\" ]; } );" },
	  AUTHORITY_LACKS,
	  "group adm" },
	{ "A2 what a role of a conflict gives may be given by who holds it",
	  "adam",
	  { .roles = AGAIN, .assign = ASSIGN ANN("\"books\"", ""), .rest = EYES },
	  { .roles = AGAIN, .assign = ASSIGN ANN("\"books\", \"again\"", ""), .rest = EYES },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 another role of what no conflict can take",
	  "mary",
	  { .roles = AGAIN,
	    .assign = ASSIGN ANN("\"books\", \"administrator\"", ""),
	    .rest = EYES },
	  { .roles = AGAIN,
	    .assign = ASSIGN ANN("\"books\", \"administrator\", \"again\"", ""),
	    .rest = EYES },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 what a role gives beside one of a conflict is held before",
	  "mary",
	  { .roles = AGAIN ", { name = \"more\"; based_on = [ \"books\", \"secret\" ]; }",
	    .assign = ASSIGN ANN("\"more\"", ""),
	    .rest = EYES },
	  { .roles = AGAIN ", { name = \"more\"; based_on = [ \"books\", \"secret\" ]; }",
	    .assign = ASSIGN ANN("\"more\", \"secret\"", ""),
	    .rest = EYES },
	  AUTHORITY_GRANTED,
	  NULL },
#define CHAIN                                                                                      \
	ROLES ", { name = \"last\"; based_on = [ \"middle\" ]; },"                                 \
	      "{ name = \"middle\"; based_on = [ \"first\" ]; },"                                  \
	      "{ name = \"first\"; permissions = [ \"billing\" ]; }"
	{ "A2 what a role inherits beside a conflict is held before, however late its bases come",
	  "mary",
	  { .roles = CHAIN, .assign = ASSIGN ANN("\"last\"", ""), .rest = EYES },
	  { .roles = CHAIN, .assign = ASSIGN ANN("\"first\"", ""), .rest = EYES },
	  AUTHORITY_GRANTED,
	  NULL },
#define HEIRS ROLES ", { name = \"heir\"; }, { name = \"next\"; based_on = [ \"heir\" ]; }"
#define SEEN "role_groups = ( { role = \"heir\"; group = \"adm\"; } ); " EYES
	{ "A2 an OS group that comes beside a conflict is held before",
	  "mary",
	  { .roles = HEIRS, .assign = ASSIGN ANN("\"heir\"", ""), .rest = SEEN },
	  { .roles = HEIRS, .assign = ASSIGN ANN("\"next\"", ""), .rest = SEEN },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A3 a role of a conflict is taken, and the other stays",
	  "mary",
	  { .roles = AGAIN, .assign = ASSIGN ANN("\"books\", \"secret\"", ""), .rest = EYES },
	  { .roles = AGAIN, .assign = ASSIGN ANN("\"books\"", ""), .rest = EYES },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 a role of a conflict stays as another one is given",
	  "mary",
	  { .roles = AGAIN, .assign = ASSIGN ANN("\"books\"", ""), .rest = EYES },
	  { .roles = AGAIN, .assign = ASSIGN ANN("\"books\", \"user\"", ""), .rest = EYES },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 a term in two parts of a role of a conflict is the same term",
	  "mary",
	  { .roles = AGAIN, .assign = ASSIGN ANN("\"books\"", ""), .rest = EYES },
	  { .roles = AGAIN,
	    .assign = ASSIGN ANN("\"books\"", "until = \"" SOON "\";")
		    ANN("\"books\"", "from = \"" SOON "\";"),
	    .rest = EYES },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A3 a shorter term of a role of a conflict",
	  "mary",
	  { .roles = AGAIN, .assign = ASSIGN ANN("\"books\"", ""), .rest = EYES },
	  { .roles = AGAIN,
	    .assign = ASSIGN ANN("\"books\"", "until = \"" SOON "\";"),
	    .rest = EYES },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 who falls back on a role of a conflict that they had",
	  "mary",
	  { .roles = AGAIN,
	    .assign = ASSIGN ANN("\"books\"", ""),
	    .rest = EYES "default_roles = [ \"books\" ];" },
	  { .roles = AGAIN, .rest = EYES "default_roles = [ \"books\" ];" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A3 a role loses what it had from a role of a conflict",
	  "mary",
	  { .roles = AGAIN, .rest = EYES },
	  { .roles = ROLES ", { name = \"again\"; permissions = [ \"billing\" ]; },"
			   "{ name = \"both\"; permissions = [ \"mail\" ]; }",
	    .rest = EYES },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 a new rule about roles that people have gives nobody anything",
	  "mary",
	  { .roles = AGAIN, .assign = ASSIGN ANN("\"both\", \"again\"", "") },
	  { .roles = AGAIN, .assign = ASSIGN ANN("\"both\", \"again\"", ""), .rest = EYES },
	  AUTHORITY_GRANTED,
	  NULL },
	/* A2: services */
	{ "A2 a new service that lets the actor in",
	  "mary",
	  { 0 },
	  { .rest = "services = ( { name = \"crm\"; require = [ \"app.crm\" ]; } );" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 a new service that does not",
	  "mary",
	  { 0 },
	  { .rest = "services = ( { name = \"crm\"; require = [ \"app.vault\" ]; } );" },
	  AUTHORITY_LACKS,
	  "crm does not let you in after the change" },
	{ "A2 opening a service that does not let the actor in",
	  "mary",
	  { 0 },
	  { .rest = "services = ( { name = \"sudo\"; require = [ \"host.ssh\" ]; } );" },
	  AUTHORITY_LACKS,
	  "sudo does not let you in as it is (A2); you lack: host.sudo (administrator)" },
	{ "A2 changing one that lets the actor in, and goes on to",
	  "mary",
	  { 0 },
	  { .rest = "services = ( { name = \"sshd\"; require = [ \"host.ssh\", \"app.crm\" ]; } );" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 closing one on oneself",
	  "mary",
	  { 0 },
	  { .rest = "services = ( { name = \"sshd\"; require = [ \"host.sudo\" ]; } );" },
	  AUTHORITY_LACKS,
	  "sshd does not let you in after the change" },
	{ "A2 any instead of all",
	  "mary",
	  { .rest = "services = ( { name = \"x\"; require = [ \"mail\", \"billing\" ]; } );" },
	  { .rest = "services = ( { name = \"x\"; require_any = [ \"mail\", \"billing\" ]; } );" },
	  AUTHORITY_LACKS,
	  "x does not let you in as it is" },
	{ "A2 the same in another order is no change",
	  "mary",
	  { .rest = "services = ( { name = \"x\"; require = [ \"mail\", \"billing\" ]; } );" },
	  { .rest = "services = ( { name = \"x\"; require = [ \"billing\", \"mail\" ]; } );" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 another subject",
	  "mary",
	  { .rest = "services = ( { name = \"x\"; require = [ \"billing\" ]; } );" },
	  { .rest = "services = ( { name = \"x\"; require = [ \"billing\" ]; subject = \"actor\"; } );" },
	  AUTHORITY_LACKS,
	  "x does not let you in as it is" },
	{ "A2 an exact name under a pattern",
	  "mary",
	  { .rest = "services = ( { name = \"back*\"; require = [ \"billing\" ]; } );" },
	  { .rest = "services = ( { name = \"back*\"; require = [ \"billing\" ]; }, { name = \"backup\"; require = [ \"mail\" ]; } );" },
	  AUTHORITY_LACKS,
	  "backup does not let you in as it is" },
	{ "A2 a longer pattern under a pattern",
	  "mary",
	  { .rest = "services = ( { name = \"back*\"; require = [ \"billing\" ]; } );" },
	  { .rest = "services = ( { name = \"back*\"; require = [ \"billing\" ]; }, { name = \"backup*\"; } );" },
	  AUTHORITY_LACKS,
	  "backup* does not let you in as it is" },
	{ "A2 a pattern above exact names",
	  "mary",
	  { .rest = "services = ( { name = \"backup\"; require = [ \"billing\" ]; } );" },
	  { .rest = "services = ( { name = \"backup\"; require = [ \"billing\" ]; }, { name = \"back*\"; require = [ \"mail\" ]; } );" },
	  AUTHORITY_GRANTED,
	  NULL },
	/* Kills a probe of a pattern that is an exact entry's name: what precedes the star, or that and a character. */
	{ "A2 a pattern, and an exact entry of what precedes the star",
	  "mary",
	  { .rest = "services = ( { name = \"back\"; }, { name = \"back*\"; require = [ \"billing\" ]; } );" },
	  { .rest = "services = ( { name = \"back\"; }, { name = \"back*\"; require = [ \"mail\" ]; } );" },
	  AUTHORITY_LACKS,
	  "back* does not let you in as it is" },
	{ "A2 a pattern that lets in, and an exact entry that does not",
	  "mary",
	  { .rest = "services = ( { name = \"back\"; require = [ \"billing\" ]; }, { name = \"back*\"; require = [ \"mail\" ]; } );" },
	  { .rest = "services = ( { name = \"back\"; require = [ \"billing\" ]; }, { name = \"back*\"; require = [ \"drive\" ]; } );" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 a pattern, and an exact entry of each further character",
	  "mary",
	  { .rest = "services = ( { name = [ " PROBES
		    " ]; }, { name = \"back*\"; require = [ \"billing\" ]; } );" },
	  { .rest = "services = ( { name = [ " PROBES
		    " ]; }, { name = \"back*\"; require = [ \"mail\" ]; } );" },
	  AUTHORITY_LACKS,
	  "back* does not let you in as it is" },
	{ "A2 a pattern, and a longer one of each further character",
	  "mary",
	  { .rest = "services = ( { name = [ " LONGER_PATTERNS
		    " ]; }, { name = \"back*\"; require = [ \"billing\" ]; } );" },
	  { .rest = "services = ( { name = [ " LONGER_PATTERNS
		    " ]; }, { name = \"back*\"; require = [ \"mail\" ]; } );" },
	  AUTHORITY_LACKS,
	  "back* does not let you in as it is" },
	{ "A2 a pattern that comes, and an exact entry of each further character",
	  "mary",
	  { .rest = "services = ( { name = [ " PROBES " ]; } ); other_services = \"allow\";" },
	  { .rest = "services = ( { name = [ " PROBES
		    " ]; }, { name = \"back*\"; require = [ \"billing\" ]; } ); other_services = \"allow\";" },
	  AUTHORITY_LACKS,
	  "back* does not let you in after" },
	{ "A2 a pattern that goes, and an exact entry of each further character",
	  "mary",
	  { .rest = "services = ( { name = [ " PROBES
		    " ]; }, { name = \"back*\"; require = [ \"billing\" ]; } ); other_services = \"allow\";" },
	  { .rest = "services = ( { name = [ " PROBES " ]; } ); other_services = \"allow\";" },
	  AUTHORITY_LACKS,
	  "back* does not let you in as it is" },
	/* Kills the whole entry's name as the probe: the star is a character of it that any pattern matches. */
	{ "A2 a pattern under a shorter one, by the entry and not by the shorter one",
	  "mary",
	  { .rest = "services = ( { name = \"ba*\"; require = [ \"billing\" ]; }, { name = \"back*\"; require = [ \"mail\" ]; } );" },
	  { .rest = "services = ( { name = \"ba*\"; require = [ \"billing\" ]; }, { name = \"back*\"; require = [ \"drive\" ]; } );" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A2 a service that goes has no entry that lets in",
	  "mary",
	  { .rest = "services = ( { name = \"x\"; require = [ \"mail\" ]; } );" },
	  { 0 },
	  AUTHORITY_LACKS,
	  "x does not let you in after" },
	{ "A2 an owner changes any service",
	  "olga",
	  { 0 },
	  { .rest = "services = ( { name = \"sshd\"; require = [ \"app.vault\" ]; } );" },
	  AUTHORITY_GRANTED,
	  NULL },
	/* A3 */
	{ "A3 the owner role is taken",
	  "adam",
	  { .assign = ASSIGN ", { user = \"otto\"; roles = [ \"owner\" ]; }" },
	  { 0 },
	  AUTHORITY_OWNER_ROLE,
	  "user otto" },
	{ "A3 by an owner",
	  "olga",
	  { .assign = ASSIGN ", { user = \"otto\"; roles = [ \"owner\" ]; }" },
	  { 0 },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A3 a role based on it",
	  "adam",
	  { .assign = ASSIGN ", { user = \"otto\"; roles = [ \"boss\" ]; }" },
	  { 0 },
	  AUTHORITY_OWNER_ROLE,
	  "user otto" },
	{ "A3 one of two owner roles",
	  "adam",
	  { .assign = ASSIGN ", { user = \"otto\"; roles = [ \"boss\", \"owner\" ]; }" },
	  { .assign = ASSIGN ", { user = \"otto\"; roles = [ \"boss\" ]; }" },
	  AUTHORITY_OWNER_ROLE,
	  "user otto" },
	{ "A3 given an end",
	  "adam",
	  { .assign = ASSIGN ", { user = \"otto\"; roles = [ \"owner\" ]; }" },
	  { .assign = ASSIGN ", { user = \"otto\"; roles = [ \"owner\" ]; until = \"" LATER
			     "\"; }" },
	  AUTHORITY_OWNER_ROLE,
	  "user otto" },
	{ "A3 one that is to come",
	  "adam",
	  { .assign = ASSIGN ", { user = \"otto\"; roles = [ \"owner\" ]; from = \"" LATER
			     "\"; }" },
	  { 0 },
	  AUTHORITY_OWNER_ROLE,
	  "user otto" },
	{ "A3 one that is over",
	  "adam",
	  { .assign = ASSIGN ", { user = \"otto\"; roles = [ \"owner\" ]; until = \"" PAST
			     "\"; }" },
	  { 0 },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A3 a group's",
	  "adam",
	  { .assign = ASSIGN ", { group = \"board\"; roles = [ \"owner\" ]; }" },
	  { 0 },
	  AUTHORITY_OWNER_ROLE,
	  "group board" },
	{ "A3 the role itself",
	  "adam",
	  { .roles = ROLES ", { name = \"chief\"; based_on = [ \"owner\" ]; }",
	    .assign = ASSIGN ", { user = \"otto\"; roles = [ \"chief\" ]; }" },
	  { .roles = ROLES ", { name = \"chief\"; based_on = [ \"user\" ]; }",
	    .assign = ASSIGN ", { user = \"otto\"; roles = [ \"chief\" ]; }" },
	  AUTHORITY_OWNER_ROLE,
	  "role chief is no longer an owner's" },
	{ "A3 an owner role needs approval from now on",
	  "adam",
	  { .roles = ROLES ", { name = \"chief\"; based_on = [ \"owner\" ]; }" },
	  { .roles = ROLES
	    ", { name = \"chief\"; based_on = [ \"owner\" ]; needs_approval = true; }" },
	  AUTHORITY_OWNER_ROLE,
	  "role chief would need approval" },
	{ "A3 an assignment keeps somebody from being an owner by default",
	  "adam",
	  { .rest = "default_roles = [ \"boss\" ];" },
	  { .rest = "default_roles = [ \"boss\" ];",
	    .assign = ASSIGN ", { user = \"bob\"; roles = [ \"clerk\" ]; }" },
	  AUTHORITY_OWNER_ROLE,
	  "user bob" },
#define CHIEF ROLES ", { name = \"chief\"; based_on = [ \"owner\" ]; needs_approval = true; }"
#define OF_CHIEF(kind, name, rest) ", { " kind " = \"" name "\"; roles = [ \"chief\" ]; " rest " }"
	{ "A3 a group's approval that is over makes an owner of who is assigned the role",
	  "adam",
	  { .roles = CHIEF,
	    .assign = ASSIGN OF_CHIEF("user", "otto", "") OF_CHIEF("group", "board", OVER(PAST)) },
	  { .roles = CHIEF, .assign = ASSIGN OF_CHIEF("user", "otto", "") },
	  AUTHORITY_OWNER_ROLE,
	  "group board" },
	{ "A3 and of who will be",
	  "adam",
	  { .roles = CHIEF,
	    .assign = ASSIGN OF_CHIEF("user", "otto", "from = \"" LATER "\";")
		    OF_CHIEF("group", "board", OVER(PAST)) },
	  { .roles = CHIEF, .assign = ASSIGN OF_CHIEF("user", "otto", "from = \"" LATER "\";") },
	  AUTHORITY_OWNER_ROLE,
	  "group board" },
	{ "A3 and of who is in another group that is",
	  "adam",
	  { .roles = CHIEF,
	    .assign = ASSIGN OF_CHIEF("group", "crew", "") OF_CHIEF("group", "board", OVER(PAST)) },
	  { .roles = CHIEF, .assign = ASSIGN OF_CHIEF("group", "crew", "") },
	  AUTHORITY_OWNER_ROLE,
	  "group board" },
	{ "A3 a user's approval that is over makes them an owner through a group",
	  "adam",
	  { .roles = CHIEF,
	    .assign = ASSIGN OF_CHIEF("group", "board", "") OF_CHIEF("user", "otto", OVER(PAST)) },
	  { .roles = CHIEF, .assign = ASSIGN OF_CHIEF("group", "board", "") },
	  AUTHORITY_OWNER_ROLE,
	  "user otto" },
	{ "A3 and by default",
	  "adam",
	  { .roles = CHIEF,
	    .assign = ASSIGN OF_CHIEF("user", "otto", OVER(PAST)),
	    .rest = "default_roles = [ \"chief\" ];" },
	  { .roles = CHIEF, .rest = "default_roles = [ \"chief\" ];" },
	  AUTHORITY_OWNER_ROLE,
	  "user otto" },
	{ "A3 an approval of what nobody is given makes no owner",
	  "adam",
	  { .roles = CHIEF,
	    .assign = ASSIGN OF_CHIEF("user", "otto", OVER(PAST))
		    OF_CHIEF("group", "board", "until = \"" PAST "\";") },
	  { .roles = CHIEF },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A3 nor one of somebody else",
	  "adam",
	  { .roles = CHIEF,
	    .assign = ASSIGN OF_CHIEF("user", "otto", OVER(PAST)) OF_CHIEF("user", "ann", "") },
	  { .roles = CHIEF, .assign = ASSIGN OF_CHIEF("user", "ann", "") },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A3 an approval that another assignment says as well is not taken",
	  "adam",
	  { .roles = CHIEF,
	    .assign = ASSIGN OF_CHIEF("user", "otto", "") OF_CHIEF("group", "board", OVER(PAST))
		    OF_CHIEF("group", "board", OVER("2026-10-01T00:00:00Z")) },
	  { .roles = CHIEF,
	    .assign = ASSIGN OF_CHIEF("user", "otto", "")
		    OF_CHIEF("group", "board", OVER("2026-10-01T00:00:00Z")) },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A3 the approval of a role that is no owner's is taken by whoever manages roles",
	  "mary",
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"moderated\" ]; },"
			     "{ group = \"team\"; roles = [ \"moderated\" ]; " OVER(PAST) " }" },
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"moderated\" ]; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A3 an owner role that nobody has",
	  "adam",
	  { .roles = ROLES ", { name = \"chief\"; based_on = [ \"owner\" ]; }" },
	  { 0 },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A3 other roles are taken by whoever manages roles",
	  "mary",
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"books\", \"clerk\" ]; }" },
	  { .assign = ASSIGN ", { user = \"bob\"; roles = [ \"clerk\" ]; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A3 even an administrator's",
	  "mary",
	  { 0 },
	  { .assign =
		    "{ user = \"olga\"; roles = [ \"owner\" ]; }, { user = \"mary\"; roles = [ \"manager\" ]; }" },
	  AUTHORITY_GRANTED,
	  NULL },
	/* A7 */
	{ "A7 catalogs",
	  "adam",
	  { 0 },
	  { .catalogs = "catalogs = [ \"workspace\" ];" },
	  AUTHORITY_OWNERS_ONLY,
	  "catalogs" },
	{ "A7 catalogs in another order are no change",
	  "adam",
	  { 0 },
	  { .catalogs = "catalogs = [ \"host\", \"workspace\" ];" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A7 a plan",
	  "adam",
	  { 0 },
	  { .rest = "plan = { name = \"p\"; includes = [ \"roles\" ]; };" },
	  AUTHORITY_OWNERS_ONLY,
	  "only an owner changes plan" },
	{ "A7 a wider plan",
	  "adam",
	  { .rest = "plan = { name = \"p\"; includes = [ \"roles\" ]; };" },
	  { .rest = "plan = { name = \"p\"; includes = [ \"roles\", \"mail\" ]; };" },
	  AUTHORITY_OWNERS_ONLY,
	  "plan" },
	{ "A7 a plan in other words",
	  "adam",
	  { .rest = "plan = { name = \"p\"; includes = [ \"roles\", \"mail\" ]; };" },
	  { .rest = "plan = { name = \"q\"; includes = [ \"mail\", \"roles\", \"mail\" ]; };" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A7 password_gate",
	  "adam",
	  { 0 },
	  { .rest = "password_gate = { permission = \"mail_private_all\"; };" },
	  AUTHORITY_OWNERS_ONLY,
	  "password_gate" },
	{ "A7 password_gate's unknown actor",
	  "adam",
	  { 0 },
	  { .rest = "password_gate = { permission = \"manage_user_passwords\"; unknown_actor = \"root\"; };" },
	  AUTHORITY_OWNERS_ONLY,
	  "password_gate" },
	{ "A7 role_groups",
	  "adam",
	  { 0 },
	  { .rest = "role_groups = ( { role = \"clerk\"; group = \"adm\"; } );" },
	  AUTHORITY_OWNERS_ONLY,
	  "role_groups" },
	{ "A7 role_groups taken away",
	  "adam",
	  { .rest = "role_groups = ( { role = \"clerk\"; group = \"adm\"; } );" },
	  { 0 },
	  AUTHORITY_OWNERS_ONLY,
	  "role_groups" },
	{ "A7 role_groups whose members may be listed",
	  "adam",
	  { .rest = "role_groups = ( { role = \"clerk\"; group = \"adm\"; } );" },
	  { .rest = "role_groups = ( { role = \"clerk\"; group = \"adm\"; members = true; } );" },
	  AUTHORITY_OWNERS_ONLY,
	  "role_groups" },
	{ "A7 root_is_owner",
	  "adam",
	  { .rest = "root_is_owner = false;" },
	  { 0 },
	  AUTHORITY_OWNERS_ONLY,
	  "root_is_owner" },
	{ "A7 mode",
	  "adam",
	  { 0 },
	  { .rest = "mode = \"permissive\";" },
	  AUTHORITY_OWNERS_ONLY,
	  "mode" },
	{ "A7 a service's mode",
	  "adam",
	  { .rest = "services = ( { name = \"x\"; require = [ \"mail\" ]; } );" },
	  { .rest = "services = ( { name = \"x\"; require = [ \"mail\" ]; mode = \"permissive\"; } );" },
	  AUTHORITY_OWNERS_ONLY,
	  "the mode of service x" },
	{ "A7 a service's mode by way of another entry",
	  "adam",
	  { .rest = "services = ( { name = \"x*\"; mode = \"permissive\"; require = [ \"mail\" ]; } );" },
	  { .rest = "services = ( { name = \"x*\"; mode = \"permissive\"; require = [ \"mail\" ]; }, { name = \"xy\"; require = [ \"mail\" ]; } );" },
	  AUTHORITY_OWNERS_ONLY,
	  "the mode of service xy" },
	{ "A7 other_services",
	  "adam",
	  { 0 },
	  { .rest = "other_services = \"allow\";" },
	  AUTHORITY_OWNERS_ONLY,
	  "other_services" },
	{ "A7 other_services of another permission",
	  "adam",
	  { .rest = "other_services = \"mail\";" },
	  { .rest = "other_services = \"drive\";" },
	  AUTHORITY_OWNERS_ONLY,
	  "other_services" },
	{ "A7 default_roles",
	  "adam",
	  { 0 },
	  { .rest = "default_roles = [ \"clerk\" ];" },
	  AUTHORITY_OWNERS_ONLY,
	  "default_roles" },
	{ "A7 default_roles in another order",
	  "adam",
	  { .rest = "default_roles = [ \"clerk\", \"guest\" ];" },
	  { .rest = "default_roles = [ \"guest\", \"clerk\" ];" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A7 system_account_roles",
	  "adam",
	  { .rest = "system_account_roles = [ \"service\" ];" },
	  { 0 },
	  AUTHORITY_OWNERS_ONLY,
	  "system_account_roles" },
	{ "A7 several at once",
	  "adam",
	  { 0 },
	  { .rest = "mode = \"permissive\"; other_services = \"allow\";" },
	  AUTHORITY_OWNERS_ONLY,
	  "mode, other_services (A7)" },
	{ "A7 tell_user is nobody's secret",
	  "mary",
	  { 0 },
	  { .rest = "tell_user = false;" },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A7 an owner changes all of it",
	  "olga",
	  { 0 },
	  { .rest = "mode = \"permissive\"; other_services = \"allow\"; default_roles = [ \"administrator\" ];" },
	  AUTHORITY_GRANTED,
	  NULL },
#define RULE(name, roles) "conflicts = ( { name = \"" name "\"; roles = [ " roles " ]; } );"
#define THREE "\"clerk\", \"books\", \"secret\""
	{ "A7 a conflict goes",
	  "adam",
	  { .rest = RULE("c", "\"clerk\", \"books\"") },
	  { 0 },
	  AUTHORITY_OWNERS_ONLY,
	  "conflicts \"c\"" },
	{ "A7 a conflict comes",
	  "adam",
	  { 0 },
	  { .rest = RULE("c", "\"clerk\", \"books\"") },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A7 a conflict is about fewer roles",
	  "adam",
	  { .rest = RULE("c", THREE) },
	  { .rest = RULE("c", "\"clerk\", \"books\"") },
	  AUTHORITY_OWNERS_ONLY,
	  "conflicts" },
	{ "A7 a conflict is about more roles",
	  "adam",
	  { .rest = RULE("c", "\"clerk\", \"books\"") },
	  { .rest = RULE("c", THREE) },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A7 a conflict allows more",
	  "adam",
	  { .rest = RULE("c", THREE) },
	  { .rest = "conflicts = ( { name = \"c\"; roles = [ " THREE " ]; at_most = 2; } );" },
	  AUTHORITY_OWNERS_ONLY,
	  "conflicts" },
	{ "A7 a conflict allows less",
	  "adam",
	  { .rest = "conflicts = ( { name = \"c\"; roles = [ " THREE " ]; at_most = 2; } );" },
	  { .rest = RULE("c", THREE) },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A7 a conflict has another name",
	  "adam",
	  { .rest = RULE("c", THREE) },
	  { .rest = RULE("d", THREE) },
	  AUTHORITY_GRANTED,
	  NULL },
	{ "A7 a role of a conflict is deleted",
	  "adam",
	  { .rest = RULE("c", "\"clerk\", \"extra\", \"books\""),
	    .roles = ROLES ", { name = \"extra\"; }" },
	  { .rest = RULE("c", "\"clerk\", \"books\"") },
	  AUTHORITY_OWNERS_ONLY,
	  "conflicts" },
};

/* ---- The table ---- */

static struct rolegate_policy *open_parts(const struct parts *parts)
{
	struct rolegate_policy *policy;
	char text[4096];

	snprintf(text, sizeof(text), "%s roles = ( %s ); assign = ( %s ); %s",
		 parts->catalogs ? parts->catalogs : CATALOGS, parts->roles ? parts->roles : ROLES,
		 parts->assign ? parts->assign : ASSIGN, parts->rest ? parts->rest : "");
	policy = support_policy(text);
	assert_int_equal(store_load(&policy->store), 0);
	return policy;
}

/* Users called sys-… are system accounts. */
static int is_system(void *context, char kind, const char *name, bool *ret_is)
{
	(void)context;
	*ret_is = kind == FORMAT_USERS && !strncmp(name, "sys-", 4);
	return 0;
}

/* A case, ready to be judged. */
struct scene {
	struct rolegate_policy *before, *after;
	struct support_person who;
};

static void open_scene(const struct case_of *c, struct scene *ret)
{
	bool is_absent = c->actor[0] == '-';

	ret->before = open_parts(&c->before);
	ret->after = open_parts(&c->after);
	support_person(&ret->who, c->actor + is_absent);
	if (is_absent)
		ret->who.person.facts = ROLEGATE_FACT_ABSENT;
}

static void close_scene(struct scene *scene)
{
	support_forget(&scene->who);
	rolegate_policy_close(scene->before);
	rolegate_policy_close(scene->after);
}

/* Both are to be freed, whatever is returned. */
static int judge(const struct scene *scene, struct difference *d, struct authority_answer *answer)
{
	struct authority_question question = { .actor = &scene->who.person,
					       .is_system = is_system };
	int r = difference_open(d, scene->before, scene->after, SUPPORT_NOW);

	*answer = (struct authority_answer){ 0 };
	return r < 0 ? r : authority_judge(d, &question, answer);
}

static void keeps_the_rules(void **state)
{
	size_t n_wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct case_of *c = &cases[i];
		struct authority_answer answer;
		struct difference d;
		struct scene scene;

		open_scene(c, &scene);
		assert_int_equal(judge(&scene, &d, &answer), 0);
		if (answer.code != c->want || (answer.code == AUTHORITY_GRANTED) != !answer.text ||
		    (c->part && !strstr(answer.text, c->part))) {
			print_message("%s: %s: %s\n", c->name, authority_code_name(answer.code),
				      answer.text ? answer.text : "");
			n_wrong++;
		}
		authority_free(&answer);
		difference_close(&d);
		close_scene(&scene);
	}
	assert_int_equal(n_wrong, 0);
}

/* ---- Without memory ---- */

/* Judge while memory is scarce: whether it came to an error that says so, or to the answer of ever. */
static bool is_judged_scarcely(const struct case_of *c, const struct scene *scene,
			       struct scarce *scarce)
{
	struct authority_answer answer;
	struct difference d;
	bool is_right;
	int r;

	scarce_watch(scarce);
	r = judge(scene, &d, &answer);
	scarce_watch(NULL);
	is_right = r == 0 ? answer.code == c->want : r == -ENOMEM && scarce->struck;
	if (!is_right)
		print_message("%s: without allocation %u: %d, %s\n", c->name, scarce->fail_at, r,
			      authority_code_name(answer.code));
	authority_free(&answer);
	difference_close(&d);
	return is_right;
}

/* Each allocation of a judgement fails once: nobody may do what they may not do otherwise. */
static void keeps_the_rules_without_memory(void **state)
{
	static struct scarce scarce;
	size_t n_struck = 0, n_wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;

		open_scene(&cases[i], &scene);
		for (uint32_t at = 1; at == 1 || scarce.struck; at++) {
			memset(&scarce, 0, offsetof(struct scarce, is_other));
			scarce.fail_at = at;
			n_wrong += !is_judged_scarcely(&cases[i], &scene, &scarce);
			n_struck += scarce.struck;
		}
		close_scene(&scene);
	}
	print_message("%zu allocations failed\n", n_struck);
	assert_in_range(n_struck, 1000, SIZE_MAX);
	assert_int_equal(n_wrong, 0);
}

/* ---- Random changes, against what comes of them ---- */

/*
 * The second implementation knows nothing of differences: it asks the evaluator about everybody,
 * every permission and many moments, before and after. Whatever the rules let pass must have given
 * nobody anything that neither they nor the actor had.
 */
#define N_ROLES 5
#define N_ASSIGNS 8
#define N_HOLDERS 7
#define N_MOMENTS 4
#define N_NAMES 11
#define ROUNDS 1500
#define DAY 86400

static const char mini[] =
	"name = \"mini\"; grants_by_tier = true; manage_roles = \"manage\"; manage_passwords = \"gate\";"
	"areas = ( { name = \"A\"; } );"
	"permissions = ( { name = \"pg\"; area = \"A\"; tier = \"guest\"; }, { name = \"pu\"; area = \"A\"; tier = \"user\"; },"
	"{ name = \"pa\"; area = \"A\"; tier = \"administrator\"; }, { name = \"pb\"; area = \"A\"; tier = \"administrator\"; },"
	"{ name = \"manage\"; area = \"A\"; tier = \"administrator\"; }, { name = \"gate\"; area = \"A\"; tier = \"owner\"; },"
	"{ name = \"po\"; area = \"A\"; tier = \"owner\"; } );"
	"roles = ( { name = \"owner\"; level = \"owner\"; }, { name = \"admin\"; level = \"administrator\"; },"
	"{ name = \"user\"; level = \"user\"; }, { name = \"guest\"; level = \"guest\"; needs_approval = true; } );";

/* Names asked for; those of tier owner come first, and privileges last. */
static const char *const names[N_NAMES] = { "gate",   "po", "pg", "pu", "pa", "pb",
					    "manage", "v0", "v1", "v2", "v3" };
#define N_OWNERS 2
#define FIRST_PRIVILEGE 7

static const char *const all_roles[N_ROLES + 4] = { "r0",    "r1",    "r2",   "r3",   "r4",
						    "owner", "admin", "user", "guest" };

/* The first four are users, who are in groups; the rest are groups. */
static const char *const holders[N_HOLDERS] = { "u0", "u1", "u2", "u3", "g0", "g1", "g2" };
static const char *const people[] = { "u0:1000",  "u1:1001:g0",	  "u2:1002:g1,g2", "u3:1003",
				      "x0:1004",  "x1:1005:g0",	  "x2:1006:g1,g2", "x3:33",
				      "x4:34:g2", "x5:1007:g0,g1" };

static const char *const services[] = { "s0", "s1", "s10", "s1x", "t" };

struct random_role {
	unsigned int bases, permissions, privileges; /* masks */
	bool needs_approval;
};

struct random_assign {
	unsigned int holder, roles;
	int from, until; /* days; 0: none */
	bool is_approved;
};

struct random_policy {
	struct random_role roles[N_ROLES];
	struct random_assign assigns[N_ASSIGNS];
	size_t n_assigns;
	unsigned int defaults, system; /* masks of roles */
	unsigned int conflict;	       /* likewise; fewer than two: none */
	unsigned int requires[3];      /* of s0, s1*, s10: a mask of names; 0: no entry */
	bool has_plan, role_group;
};

static uint64_t seed;

static unsigned int pick(unsigned int n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned int)((seed >> 20) % n);
}

/* A mask of n bits, few of which are set. */
static unsigned int pick_few(unsigned int n)
{
	unsigned int mask = 0;

	for (unsigned int i = pick(3); i > 0; i--)
		mask |= 1u << pick(n);
	return mask;
}

static void change_role(struct random_policy *p)
{
	unsigned int i = pick(N_ROLES);
	struct random_role *role = &p->roles[i];

	switch (pick(6)) {
	case 0:
		role->permissions ^= 1u << pick(5);
		break;
	case 1:
		role->privileges ^= 1u << pick(4);
		break;
	case 2: /* only on earlier roles, so that there is no circle; or on built-in ones */
		role->bases ^= 1u << (i > 0 && pick(2) ? pick(i) : N_ROLES + pick(4));
		break;
	case 3:
		role->needs_approval = !role->needs_approval;
		break;
	default:
		role->permissions &= pick(32);
		break;
	}
}

static void fill_assign(struct random_assign *a)
{
	*a = (struct random_assign){ .holder = pick(N_HOLDERS),
				     .roles = 1u << pick(N_ROLES + 4) | 1u << pick(N_ROLES + 4),
				     .is_approved = pick(3) == 0 };
	if (pick(3) == 0)
		a->from = (int)pick(4) - 1;
	if (pick(3) == 0)
		a->until = (int)pick(4) + 1;
}

static void change_assign(struct random_policy *p)
{
	struct random_assign *a = &p->assigns[pick((unsigned int)p->n_assigns + 1)];
	size_t i = (size_t)(a - p->assigns);

	if (i == p->n_assigns || pick(4) == 0) {
		if (p->n_assigns < N_ASSIGNS)
			fill_assign(&p->assigns[p->n_assigns++]);
	} else if (pick(3) == 0) {
		*a = p->assigns[--p->n_assigns];
	} else if (pick(2) == 0) {
		a->until = (int)pick(5);
	} else if (pick(2) == 0) {
		a->is_approved = !a->is_approved;
	} else {
		a->roles ^= 1u << pick(N_ROLES + 4);
		if (a->roles == 0)
			a->roles = 1;
	}
}

static void change(struct random_policy *p)
{
	switch (pick(10)) {
	case 0:
	case 1:
	case 2:
		change_role(p);
		break;
	case 3:
		p->requires
		[pick(3)] = pick_few(N_NAMES) & 0x7f;
		break;
	case 4:
		if (pick(4) == 0)
			p->defaults ^= 1u << pick(N_ROLES + 4);
		else if (pick(4) == 0)
			p->conflict |= pick_few(N_ROLES);
		break;
	default:
		change_assign(p);
		break;
	}
}

static void make(struct random_policy *p)
{
	*p = (struct random_policy){ .has_plan = pick(4) == 0, .role_group = pick(4) == 0 };
	for (unsigned int i = 0; i < N_ROLES; i++) {
		struct random_role *role = &p->roles[i];

		role->permissions = pick(32) & pick(32);
		role->privileges = pick(16) & pick(16);
		role->bases = pick(3) == 0 && i > 0 ? 1u << pick(i) : 0;
		role->needs_approval = pick(5) == 0;
	}
	p->roles[0].permissions |= 16; /* what manages roles */
	p->roles[0].needs_approval = false;
	while (p->n_assigns < N_ASSIGNS - 2)
		fill_assign(&p->assigns[p->n_assigns++]);
	p->assigns[0] = (struct random_assign){ .holder = 0, .roles = 1 };
	if (pick(3) == 0)
		p->assigns[0].until = (int)pick(3) + 1;
	if (pick(2))
		p->defaults = 1u << pick(N_ROLES + 4);
	if (pick(3) == 0)
		p->system = 1u << pick(N_ROLES + 4);
	if (pick(4) == 0)
		p->conflict = 3u << pick(N_ROLES - 1);
	for (int i = 0; i < 3; i++)
	p->requires[i] = pick_few(N_NAMES) & 0x7f;
}

static void write_mask(FILE *to, const char *key, unsigned int mask, const char *const *of)
{
	const char *comma = "";

	fprintf(to, "%s = [ ", key);
	for (unsigned int i = 0; mask >> i; i++)
		if (mask >> i & 1) {
			fprintf(to, "%s\"%s\"", comma, of[i]);
			comma = ", ";
		}
	fputs(" ]; ", to);
}

static void write_assign(FILE *to, const struct random_assign *a)
{
	fprintf(to, "{ %s = \"%s\"; ", a->holder < 4 ? "user" : "group", holders[a->holder]);
	write_mask(to, "roles", a->roles, all_roles);
	if (a->from)
		fprintf(to, "from = \"2026-11-%dT12:00:00Z\"; ", 22 + a->from);
	if (a->until)
		fprintf(to, "until = \"2026-11-%dT12:00:00Z\"; ", 22 + a->until);
	fprintf(to, "%s}", a->is_approved ? "approved_by = \"x\"; " : "");
}

static void write_policy(FILE *to, const struct random_policy *p, bool has_plan)
{
	static const char *const entries[] = { "s0", "s1*", "s10" };
	const char *comma = "";

	fputs("catalogs = [ \"mini\" ]; roles = ( ", to);
	for (unsigned int i = 0; i < N_ROLES; i++) {
		fprintf(to, "%s{ name = \"r%u\"; ", i ? ", " : "", i);
		write_mask(to, "based_on", p->roles[i].bases, all_roles);
		write_mask(to, "permissions", p->roles[i].permissions, names + N_OWNERS);
		write_mask(to, "privileges", p->roles[i].privileges, names + FIRST_PRIVILEGE);
		fprintf(to, "needs_approval = %s; }",
			p->roles[i].needs_approval ? "true" : "false");
	}
	fputs(" ); assign = ( { user = \"root-owner\"; roles = [ \"owner\" ]; }", to);
	for (size_t i = 0; i < p->n_assigns; i++) {
		fputs(", ", to);
		write_assign(to, &p->assigns[i]);
	}
	fputs(" ); services = ( ", to);
	for (int i = 0; i < 3; i++)
		if (p->requires[i]) {
			fprintf(to, "%s{ name = \"%s\"; ", comma, entries[i]);
			write_mask(to, "require", p->requires[i], names);
			fputs("}", to);
			comma = ", ";
		}
	fputs(" ); ", to);
	if (p->defaults)
		write_mask(to, "default_roles", p->defaults, all_roles);
	if (p->system)
		write_mask(to, "system_account_roles", p->system, all_roles);
	if (p->conflict & (p->conflict - 1)) {
		fputs("conflicts = ( { name = \"c\"; ", to);
		write_mask(to, "roles", p->conflict, all_roles);
		fputs("} ); ", to);
	}
	if (p->role_group)
		fputs("role_groups = ( { role = \"r1\"; group = \"adm\"; } ); ", to);
	if (has_plan)
		fputs("plan = { name = \"p\"; includes = [ \"manage\", \"pu\" ]; }; ", to);
}

/* NULL where the policy is not sound, as with what is for owners in other roles. */
static struct rolegate_policy *open_random(const struct random_policy *p, bool has_plan)
{
	const struct support_catalog catalog = { .name = "mini", .text = mini };
	struct rolegate_policy *policy = NULL;
	struct compiled compiled;
	char text[8192];
	FILE *to;
	const char *texts[] = { text };

	to = fmemopen(text, sizeof(text), "w");
	assert_non_null(to);
	write_policy(to, p, has_plan);
	fclose(to);
	if (support_compile(&compiled, texts, 1, &catalog, 1) == 0) {
		policy = support_open(&compiled);
		assert_int_equal(store_load(&policy->store), 0);
	}
	compile_free(&compiled);
	return policy;
}

/* What everybody can: bit n of a person's and a moment's mask is names[n]. */
struct outcome {
	unsigned int can[sizeof(people) / sizeof(people[0])][N_MOMENTS];
	bool is_blocked[sizeof(people) / sizeof(people[0])][N_MOMENTS];
};

static void find_outcome(const struct rolegate_policy *policy, struct outcome *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++)
		for (int t = 0; t < N_MOMENTS; t++)
			for (int n = 0; n < N_NAMES; n++) {
				struct rolegate_decision d =
					support_ask(policy, people[i], NULL, names[n],
						    SUPPORT_NOW + (int64_t)t * DAY);

				if (d.verdict == ROLEGATE_ALLOW)
					ret->can[i][t] |= 1u << n;
				if (d.reason == ROLEGATE_CONFLICT)
					ret->is_blocked[i][t] = true;
			}
}

/* Privileges that some role has. */
static unsigned int privileges_of(const struct random_policy *p)
{
	unsigned int mask = 0;

	for (int i = 0; i < N_ROLES; i++)
		mask |= p->roles[i].privileges;
	return mask << FIRST_PRIVILEGE;
}

static int is_system_random(void *context, char kind, const char *name, bool *ret_is)
{
	(void)context;
	*ret_is = kind == FORMAT_GROUPS && !strcmp(name, "g2"); /* x4 is in it */
	return 0;
}

/* What a change that passed must not have done. False if nothing was to be checked. */
static bool check_passed(const struct random_policy *p, const struct random_policy *q,
			 const struct rolegate_policy *before, const struct rolegate_policy *after,
			 unsigned int round)
{
	struct rolegate_policy *without_plan = open_random(p, false);
	unsigned int is_new = privileges_of(q) & ~privileges_of(p);
	struct outcome was, is, could;

	find_outcome(before, &was);
	find_outcome(after, &is);
	find_outcome(without_plan, &could);
	rolegate_policy_close(without_plan);
	if (could.can[0][0] & 1)
		return false; /* an owner may do anything */
	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++)
		for (int t = 0; t < N_MOMENTS; t++) {
			unsigned int gained = is.can[i][t] & ~was.can[i][t];

			/* Who gives up one of two roles that exclude each other gets the other back. */
			if (was.is_blocked[i][t] && !is.is_blocked[i][t])
				continue;
			if (gained & ~could.can[0][0] & ~is_new)
				fail_msg("round %u: %s gains %x on day %d", round, people[i],
					 gained & ~could.can[0][0] & ~is_new, t);
			if (i == 0 && gained & ~could.can[0][t] & ~is_new)
				fail_msg("round %u: the actor prolongs %x on day %d", round, gained,
					 t);
			/* Who comes to be in conflict has less: A6 keeps that from happening. */
			if (was.is_blocked[i][t] || is.is_blocked[i][t])
				continue;
			if ((was.can[i][t] ^ is.can[i][t]) & ((1u << N_OWNERS) - 1))
				fail_msg("round %u: %s is an owner before or after", round,
					 people[i]);
		}
	for (size_t s = 0; s < sizeof(services) / sizeof(services[0]); s++)
		for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
			struct rolegate_decision b, a, own;

			b = support_ask(before, people[i], services[s], NULL, SUPPORT_NOW);
			a = support_ask(after, people[i], services[s], NULL, SUPPORT_NOW);
			if (is.can[i][0] != was.can[i][0] || b.verdict == a.verdict)
				continue;
			own = support_ask(after, people[0], services[s], NULL, SUPPORT_NOW);
			assert_int_equal(own.verdict, ROLEGATE_ALLOW);
			own = support_ask(before, people[0], services[s], NULL, SUPPORT_NOW);
			assert_true(own.verdict == ROLEGATE_ALLOW ||
				    own.reason == ROLEGATE_SERVICE_NOT_LISTED);
		}
	return true;
}

/* Judge one random change by u0. Whether it passed. */
static bool try_change(unsigned int round)
{
	struct rolegate_policy *before, *after;
	struct random_policy p, q;
	bool has_passed = false;

	make(&p);
	q = p;
	for (unsigned int i = 1 + pick(3); i > 0; i--)
		change(&q);
	before = open_random(&p, p.has_plan);
	after = open_random(&q, q.has_plan);
	if (before && after) {
		struct authority_question question = { .is_system = is_system_random };
		struct authority_answer answer;
		struct support_person who;
		struct difference d;

		support_person(&who, people[0]);
		question.actor = &who.person;
		assert_int_equal(difference_open(&d, before, after, SUPPORT_NOW), 0);
		assert_int_equal(authority_judge(&d, &question, &answer), 0);
		has_passed = answer.code == AUTHORITY_GRANTED &&
			     check_passed(&p, &q, before, after, round);
		authority_free(&answer);
		difference_close(&d);
		support_forget(&who);
	}
	rolegate_policy_close(before);
	rolegate_policy_close(after);
	return has_passed;
}

static void gives_nobody_more(void **state)
{
	unsigned int n_passed = 0;

	(void)state;
	seed = UINT64_C(0x9e3779b97f4a7c15);
	for (unsigned int round = 0; round < ROUNDS; round++)
		n_passed += try_change(round);
	print_message("%u of %d changes passed\n", n_passed, ROUNDS);
	/* Else this test would show nothing. */
	assert_true(n_passed > ROUNDS / 20);
}

/* A3: taking away passes, but for what is an owner's and for names that would be free. */
static void lets_remove(void **state)
{
	unsigned int n = 0;

	(void)state;
	seed = UINT64_C(0xd1b54a32d192ed03);
	for (unsigned int round = 0; round < 300; round++) {
		struct authority_question question = { .is_system = is_system_random };
		struct rolegate_policy *before, *after;
		struct authority_answer answer;
		struct random_policy p, q;
		struct support_person who;
		struct difference d;

		make(&p);
		p.defaults = p.system = p.conflict = 0;
		for (size_t i = 0; i < p.n_assigns; i++)
			p.assigns[i].roles &= ~(1u << N_ROLES);
		for (size_t i = 0; i < p.n_assigns; i++)
			if (p.assigns[i].roles == 0)
				p.assigns[i].roles = 2;
		q = p;
		for (unsigned int i = 1; i < N_ROLES; i++) {
			q.roles[i].permissions &= pick(32);
			q.roles[i].bases &= pick(1u << (N_ROLES + 4));
		}
		if (pick(2))
			q.n_assigns = 1 + pick((unsigned int)q.n_assigns);
		before = open_random(&p, p.has_plan);
		after = open_random(&q, q.has_plan);
		if (!before || !after) {
			rolegate_policy_close(before);
			rolegate_policy_close(after);
			continue;
		}
		n++;
		support_person(&who, people[0]);
		question.actor = &who.person;
		assert_int_equal(difference_open(&d, before, after, SUPPORT_NOW), 0);
		assert_int_equal(authority_judge(&d, &question, &answer), 0);
		if (answer.code != AUTHORITY_GRANTED)
			fail_msg("round %u: %s", round, answer.text);
		authority_free(&answer);
		difference_close(&d);
		support_forget(&who);
		rolegate_policy_close(before);
		rolegate_policy_close(after);
	}
	assert_true(n > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_rules),
		cmocka_unit_test(keeps_the_rules_without_memory),
		cmocka_unit_test(gives_nobody_more),
		cmocka_unit_test(lets_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
