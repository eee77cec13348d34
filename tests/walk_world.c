/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "walk_world.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *const world_privileges[] = { "p.one", "p.two", "p.three", "p.four", "p.five", NULL };
const char *const world_services[] = { "sshd",	   "su",     "cron",   "backup", "web-shop",
				       "web-mail", "portal", "walker", NULL };
const char *const world_groups[] = { "crew", "night", NULL };
const char *const world_people[] = { "olga", "otto", "anna", "axel", "mona", "uwe",  "gila",
				     "nils", "gerd", "gabi", "leon", "sysd", "root", NULL };

/* Everything that a plan leaves out is held all the same, but counts for nobody (P11). */
static const struct world worlds[] = {
	{
		.name = "workspace",
		.catalogs = { "[ \"workspace\", \"host\" ]", "[ \"workspace\" ]", NULL },
		.plans = { "{ name = \"small\"; includes = [ \"area:Basic\", \"area:Communication\", \"area:CRM and "
			   "Sales\", \"area:Users and Structure\", \"area:Administrator only\", \"area:Owner only\", "
			   "\"host.*\" ]; }",
			   "{ name = \"tiny\"; includes = [ \"area:Basic\", \"host.*\" ]; }",
			   "{ name = \"large\"; includes = [ \"area:Basic\", \"area:Communication\", \"area:CRM and "
			   "Sales\", \"area:Content and Files\", \"area:Users and Structure\", \"area:Administrator "
			   "only\", \"area:Owner only\", \"host.*\" ]; }",
			   NULL },
		.owner = "owner",
		.administrator = "administrator",
		.user = "user",
		.guest = "guest",
		.roles = { "owner", "administrator", "user", "user", "guest", "guest", NULL },
		.grants = { "roles", "billing", "insight", "mail", "profile", "cms", "tags_edit",
			    "host.ssh", "host.su", "host.cron", "manage_user_passwords", NULL },
		.own_all = "manage_user_passwords",
		.manage = "roles",
	},
	{
		.name = "departments",
		.catalogs = { "[ \"departments\", \"host\" ]", "[ \"departments\" ]", NULL },
		.plans = { "{ name = \"small\"; includes = [ \"crm\", \"accounting\", \"host.*\" ]; }",
			   "{ name = \"tiny\"; includes = [ \"crm\", \"host.*\" ]; }",
			   "{ name = \"large\"; includes = [ \"crm\", \"accounting\", \"voice\", \"helpdesk\", "
			   "\"host.*\" ]; }",
			   NULL },
		.owner = "owner",
		.administrator = "admin",
		.user = "member",
		.guest = "viewer",
		.roles = { "owner", "admin", "manager", "finance", "member", "viewer", "support",
			   NULL },
		.grants = { "settings.roles:manage", "accounting.payroll:edit",
			    "accounting.bills:view", "crm.deals:view", "crm.deals:edit",
			    "voice.calls:view", "helpdesk.tickets:view", "settings.team:view",
			    "host.ssh", "host.su", "host.cron", "settings.passwords:manage", NULL },
		.own_all = "settings.passwords:manage",
		.manage = "settings.roles:manage",
	},
	{
		.name = "organisation",
		.catalogs = { "[ \"organisation\", \"host\" ]", "[ \"organisation\" ]", NULL },
		.plans = { "{ name = \"small\"; includes = [ \"area:tasks\", \"area:files\", \"area:users\", "
			   "\"area:clients\", \"area:organisation\", \"host.*\" ]; }",
			   "{ name = \"tiny\"; includes = [ \"area:tasks\", \"host.*\" ]; }",
			   "{ name = \"large\"; includes = [ \"area:tasks\", \"area:files\", \"area:users\", "
			   "\"area:chat\", \"area:clients\", \"area:organisation\", \"area:teams\", \"host.*\" ]; }",
			   NULL },
		.owner = "owner",
		.administrator = "admin",
		.user = "manager",
		.guest = "developer",
		.roles = { "owner", "admin", "manager", "member", "member", "developer", NULL },
		.grants = { "roles.manage", "users.manage", "files.all", "tasks.own", "chat",
			    "teams.view", "audit_log", "clients.manage", "host.ssh", "host.su",
			    "host.cron", "passwords.manage", NULL },
		.own_all = "passwords.manage",
		.manage = "roles.manage",
	},
};

const struct world *world_find(const char *name)
{
	for (size_t i = 0; i < sizeof(worlds) / sizeof(worlds[0]); i++)
		if (!strcmp(worlds[i].name, name))
			return &worlds[i];
	return NULL;
}

static bool look_up(const char *name, struct world_account *ret)
{
	gid_t gids[WORLD_GROUPS_MAX];
	int n = WORLD_GROUPS_MAX;
	const struct passwd *entry = getpwnam(name);

	if (!entry || getgrouplist(name, entry->pw_gid, gids, &n) < 0)
		return false;
	ret->person = (struct rolegate_person){
		.size = sizeof(struct rolegate_person),
		.name = name,
		.uid = entry->pw_uid,
		.gids = ret->gids,
		.group_names = (const char *const *)ret->groups,
		.facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS | ROLEGATE_FACT_SOURCES,
	};
	for (int i = 0; i < n; i++) {
		const struct group *group = getgrgid(gids[i]);
		char *copy = group ? strdup(group->gr_name) : NULL;

		if (!copy)
			return false;
		ret->gids[ret->person.n_groups] = gids[i];
		ret->groups[ret->person.n_groups++] = copy;
	}
	return true;
}

bool world_look_up(struct world_account accounts[WORLD_PEOPLE])
{
	for (size_t i = 0; i < WORLD_PEOPLE; i++) {
		accounts[i] = (struct world_account){ .is_locked = i == LEON };
		if (!look_up(world_people[i], &accounts[i])) {
			fprintf(stderr,
				"the walk needs an account %s, in at most %u groups: create it\n",
				world_people[i], WORLD_GROUPS_MAX);
			return false;
		}
	}
	return true;
}

void world_free(struct world_account accounts[WORLD_PEOPLE])
{
	for (size_t i = 0; i < WORLD_PEOPLE; i++)
		for (size_t k = 0; k < WORLD_GROUPS_MAX; k++)
			free(accounts[i].groups[k]);
}

void world_date(unsigned int choice, int64_t now, char ret[WORLD_DATE_SIZE])
{
	static const int hours[WORLD_DATES] = { 0, -48, 12, 240, 2400, 17520 };
	time_t at = (time_t)(now + (int64_t)hours[choice] * 3600);
	struct tm tm;

	ret[0] = '\0';
	if (choice > 0 && gmtime_r(&at, &tm))
		strftime(ret, WORLD_DATE_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
}
