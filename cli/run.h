/* run.h - the programs of one instance, started and looked after until they are told to stop. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include <stdbool.h>

#include "cli/verbs.h"
#include "config/config.h"

/* The centre that a command line names instead of the configuration; NULL: as that says. */
struct run_centre {
    const char *connect, *key;
};

/* What a verb may refuse when it has read the configuration: EXIT_DONE, or the exit code. NULL: it
 * refuses nothing. */
typedef int run_check(const struct config *config);

/* Runs the programs of the instance that the call names; `is_draining`: until all is at rest. The
 * exit code. */
int run_instance(const struct call *call, bool is_draining, const struct run_centre *centre,
                 run_check *check);

#endif
