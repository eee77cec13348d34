/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "known.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pack.h"

const char known_catalog[] =
	"name = \"fuzz\"; grants_by_tier = true; manage_roles = \"manage\";\n"
	"manage_passwords = \"passwords\"; areas = ( { name = \"all\"; } );\n"
	"permissions = (\n"
	"{ name = \"manage\"; area = \"all\"; tier = \"administrator\"; core = true; },\n"
	"{ name = \"passwords\"; area = \"all\"; tier = \"owner\"; core = true; },\n"
	"{ name = \"shell\"; area = \"all\"; tier = \"user\"; },\n"
	"{ name = \"mail\"; area = \"all\"; tier = \"user\"; } );\n"
	"departments = ( { name = \"crm\"; label = \"C\";\n"
	"resources = ( { name = \"contacts\"; }, { name = \"deals\"; } ); } );\n"
	"roles = ( { name = \"guest\"; level = \"guest\"; needs_approval = true; },\n"
	"{ name = \"user\"; level = \"user\"; },\n"
	"{ name = \"administrator\"; level = \"administrator\"; },\n"
	"{ name = \"owner\"; level = \"owner\"; } );\n"
	"services = ( { name = \"su\"; subject = \"actor\"; require = [ \"shell\" ]; } );\n";

static const char policy[] =
	"catalogs = [ \"fuzz\" ];\n"
	"roles = ( { name = \"sales\"; based_on = [ \"user\" ]; privileges = [ \"app.crm\" ]; },\n"
	"{ name = \"pay\"; privileges = [ \"pay.do\" ]; }, { name = \"check\"; privileges = [ \"pay.check\" ]; } );\n"
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; },\n"
	"{ user = \"bob\"; roles = [ \"user\" ]; until = \"2026-12-31\"; },\n"
	"{ user = \"carol\"; roles = [ \"pay\", \"check\" ]; }, { group = \"ops\"; roles = [ \"sales\" ]; },\n"
	"{ virtual = \"shop\"; roles = [ \"user\" ]; } );\n"
	"default_roles = [ \"guest\" ]; virtual_roles = [ \"guest\" ];\n"
	"suspended = ( { user = \"trudy\"; }, { user = \"wendy\"; until = \"2026-12-31\"; } );\n"
	"services = ( { name = \"sshd\"; require = [ \"shell\" ]; },\n"
	"{ name = \"ftp\"; require = [ \"shell\" ]; accounts = \"any\"; },\n"
	"{ name = \"pop*\"; require_any = [ \"mail\", \"app.crm\" ]; mode = \"permissive\"; },\n"
	"{ name = \"till\"; require = [ \"pay.do\", \"pay.check\" ]; } );\n"
	"password_gate = { permission = \"passwords\"; unknown_actor = \"deny\"; };\n"
	"conflicts = ( { name = \"four eyes\"; roles = [ \"pay\", \"check\" ]; at_most = 1; } );\n";

static int find_catalog(void *context, struct compiled *compiled, const char *name,
			struct place place, uint32_t *ret_file)
{
	(void)context;
	(void)place;
	return strcmp(name, "fuzz") != 0
		       ? -ENOENT
		       : source_add_text(&compiled->sources, "/catalogs/fuzz.conf", known_catalog,
					 strlen(known_catalog), ret_file);
}

/* As a name service could have answered (P3): the group has the gid of the first one in fuzz_pam.c. */
static void record(struct model *model)
{
	struct model_holder *bob = &model->users.list[names_find(&model->users.names, "bob")];
	struct model_holder *carol = &model->users.list[names_find(&model->users.names, "carol")];

	bob->recorded = FORMAT_RECORDED_PRESENT;
	bob->id = 1000;
	carol->recorded = FORMAT_RECORDED_ABSENT;
	model->groups.list[0].recorded = FORMAT_RECORDED_PRESENT;
	model->groups.list[0].id = 0;
	model->suspended[0].recorded = FORMAT_RECORDED_PRESENT;
	model->suspended[0].id = 1003;
}

void known_apply(int fd)
{
	const struct pack_info info = {
		.generation = 7, .who = "fuzz", .known_by = "fuzz", .why = ""
	};
	struct compiled compiled;
	uint32_t file;

	compile_init(&compiled);
	if (source_add_text(&compiled.sources, "/etc/rolegate/rolegate.conf", policy,
			    strlen(policy), &file) < 0 ||
	    compile_sources(&compiled, find_catalog, NULL) != 0)
		abort();
	record(&compiled.model);
	if (pack_policy(&compiled.model, &compiled.sources, &info, fd) != 0)
		abort();
	compile_free(&compiled);
}
