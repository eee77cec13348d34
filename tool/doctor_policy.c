/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doctor: whether there is a policy, and whether it refuses anybody. */
#include "doctor.h"

#include <errno.h>
#include <stdlib.h>

#include "policy_services.h"

static int look_at_service(const struct service *service, void *context)
{
	if (service->flags & FORMAT_SERVICE_PERMISSIVE)
		doctor_add(
			context,
			&(struct doctor_finding){
				.severity = DOCTOR_LOW,
				.id = "service-permissive",
				.text = "the policy refuses nobody here: mode = \"permissive\" of the service",
				.mend = "take it out when the log shows no denial that should not be",
			},
			service->name);
	return 0;
}

void doctor_policy(struct tool *tool, struct doctor_findings *findings)
{
	struct rolegate_policy *policy = NULL;
	char *what = NULL;
	int r;

	r = output_note(rolegate_policy_load(tool->state_dir, &policy, &what));
	if (r == 0)
		r = store_check(&policy->store, true);
	if (r < 0)
		doctor_add(
			findings,
			&(struct doctor_finding){
				.severity = DOCTOR_HIGH,
				.id = rolegate_reason_name(rolegate_reason_of_error(r)),
				.text = what ? what : rolegate_error_text(r),
				.why = "wherever pam_rolegate.so is asked, everybody but root is refused",
				.mend = r == -ENOENT
						? "write a policy and `rolegate apply` it; `rolegate init --owner USER` begins one"
						: "as root, `rolegate apply`; where that cannot read it either, take it away first",
			},
			NULL);
	else if (policy->head.flags & FORMAT_HEAD_PERMISSIVE)
		doctor_add(
			findings,
			&(struct doctor_finding){
				.severity = DOCTOR_MEDIUM,
				.id = "permissive-mode",
				.text = "the policy is permissive: NOTHING IS REFUSED, would-be denials are only logged",
				.mend = "when the log shows none that should not be, set mode = \"enforcing\" and `rolegate apply`",
			},
			NULL);
	if (policy && policy_services_each(policy, look_at_service, findings) == -ENOMEM)
		findings->is_incomplete = true;
	free(what);
	rolegate_policy_close(policy);
}
