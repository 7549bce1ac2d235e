/* spool_orphans.c - `posteingang spool orphans`: objects that no row of the ledger names. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>

#include "base/status.h"
#include "cli/instance.h"
#include "cli/outcome.h"
#include "store/orphans.h"

#define DAY_MS INT64_C(86400000)

static int sweep(const struct instance *instance, int64_t days, bool removes)
{
    struct orphans orphans = {0};
    struct fault fault = {0};
    if (orphans_sweep(instance->ledger, instance->spool, days * DAY_MS, removes, outcome_actor(),
                      &orphans, &fault) != STATUS_OK)
        return outcome_of(&fault);
    printf("%llu objects with %.1f MB are older than %lld days, and nothing in the ledger names "
           "them.\n",
           (unsigned long long)orphans.objects, (double)orphans.bytes / 1e6, (long long)days);
    if (removes)
        printf("%llu of them removed.\n", (unsigned long long)orphans.removed);
    return EXIT_DONE;
}

int verb_spool_orphans(struct call *call)
{
    bool removes = false;
    long days = ORPHAN_DAYS;
    int exit_code = EXIT_DONE;
    struct instance instance = {0};
    const struct argument table[] = {
        {"days",   "N",  "only what is older (7)", ARGUMENT_COUNT, &days   },
        {"remove", NULL, "removes them",           ARGUMENT_FLAG,  &removes},
    };
    if (!call_read_options(call, table, sizeof table / sizeof table[0], &exit_code))
        return exit_code;
    if (days < ORPHAN_DAYS_LEAST || days > ORPHAN_DAYS_MOST) {
        complain("--days: between %d and %d", ORPHAN_DAYS_LEAST, ORPHAN_DAYS_MOST);
        return EXIT_USAGE;
    }
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = sweep(&instance, days, removes);
    instance_close(&instance);
    return exit_code;
}
