/* user_place.h - reading who may what from a command line: `--role ROLE [--site SITE] [--team TEAM]`,
 * as the verbs about people and about tokens have it. In user.c. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_USER_PLACE_H
#define CLI_USER_PLACE_H

#include "cli/instance.h"
#include "cli/verbs.h"
#include "store/users.h"

/* What is done with a name and a place; the site is one of ours. Returns the exit code. */
typedef int user_place_work(struct instance *instance, const char *name,
                            const struct user_place *place);
int user_place_call(struct call *call, const char *verb, user_place_work *work);
/* What the verbs that take one name do; the ledger is open to be written. */
typedef int user_name_work(struct instance *instance, const char *name);
int user_name_call(struct call *call, user_name_work *work);

#endif
