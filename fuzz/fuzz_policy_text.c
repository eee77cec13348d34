/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Texts through the whole compiler; what is sound is packed, opened and asked.
 *
 * The input's parts, between separators, are files of a policy. If there is more than one, the
 * first is the catalog "fuzz"; else that is the one below.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compile.h"
#include "pack.h"
#include "policy.h"
#include "target.h"

#define SEPARATOR "\n%%\n"
/* Files of one policy: enough for scalars that are set twice, and for an order. */
#define FILES_MAX 8u

static const char catalog[] =
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

/* A stretch of the input. */
struct part {
	const char *text;
	size_t n;
};

static int find_catalog(void *context, struct compiled *compiled, const char *name,
			struct place place, uint32_t *ret_file)
{
	const struct part *part = context;

	(void)place;
	if (strcmp(name, "fuzz") != 0)
		return -ENOENT;
	return source_add_text(&compiled->sources, "/catalogs/fuzz.conf", part->text, part->n,
			       ret_file);
}

/* Cut the next part off the input. False at its end. */
static bool next_part(struct part *rest, struct part *ret)
{
	const size_t n = sizeof(SEPARATOR) - 1;
	const char *end;

	if (!rest->text)
		return false;
	end = memmem(rest->text, rest->n, SEPARATOR, n);
	*ret = *rest;
	if (!end) {
		*rest = (struct part){ 0 };
		return true;
	}
	ret->n = (size_t)(end - rest->text);
	rest->text = end + n;
	rest->n -= ret->n + n;
	return true;
}

static void add_policies(struct compiled *compiled, struct part *first, struct part *rest)
{
	char path[64];
	uint32_t file;

	for (unsigned int i = 0; i < FILES_MAX; i++) {
		snprintf(path, sizeof(path), "/etc/rolegate/policy.d/%u.conf", i);
		if (source_add_text(&compiled->sources, path, first->text, first->n, &file) < 0)
			abort();
		if (!next_part(rest, first))
			return;
	}
}

/* The name of a user that the policy speaks of, or NULL. */
static const char *some_name(const struct model *model)
{
	return model->users.names.n > 0 ? model->users.names.list[model->users.names.n - 1] : NULL;
}

/* What the compiler calls sound, the library has to understand. */
static void pack_and_ask(const struct compiled *compiled)
{
	const struct pack_info info = {
		.generation = 7, .who = "fuzz", .known_by = "fuzz", .why = ""
	};
	struct rolegate_policy *policy = NULL;
	int fd = target_make_file();
	int r = pack_policy(&compiled->model, &compiled->sources, &info, fd);

	if (r < 0) {
		close(fd);
		if (r != -E2BIG && r != -ENOMEM)
			abort();
		return;
	}
	if (policy_open_fd(fd, &policy) != 0)
		abort();
	target_ask(policy, some_name(&compiled->model), true);
	rolegate_policy_close(policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct part rest = { .text = (const char *)data, .n = n };
	struct part own_catalog = { .text = catalog, .n = sizeof(catalog) - 1 }, part;
	struct compiled compiled;
	int r;

	if (n == 0)
		return 0;
	compile_init(&compiled);
	next_part(&rest, &part);
	if (rest.text) {
		own_catalog = part;
		next_part(&rest, &part);
	}
	add_policies(&compiled, &part, &rest);
	r = compile_sources(&compiled, find_catalog, &own_catalog);
	/* An error without a word would leave its reader helpless. */
	if (r != 0 && (r != -EINVAL || compiled.report.n_errors == 0))
		abort();
	if (r == 0)
		pack_and_ask(&compiled);
	compile_free(&compiled);
	return 0;
}
