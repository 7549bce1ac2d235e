/* instance.c - see instance.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "cli/instance.h"
#include "cli/outcome.h"

/* A ledger of another version, or none, is the storage's fault, not a finding. */
static int open_ledger(struct instance *instance, enum ledger_access access_wanted)
{
    struct fault fault = {0};
    const char *path = instance->config->store.ledger;
    // also for LEDGER_CREATE: an empty ledger where a disk is not mounted would forget everything
    if (!config_ledger_is_on_server(instance->config) && access(path, F_OK) != 0 &&
        errno == ENOENT) {
        complain("there is no ledger at %s; make one with: posteingang init %s", path,
                 instance->config->folder);
        return EXIT_STORAGE;
    }
    if (ledger_open(path, access_wanted, clock_system(), &instance->ledger, &fault) == STATUS_OK)
        return EXIT_DONE;
    int exit_code = outcome_of(&fault);
    return exit_code == EXIT_FOUND ? EXIT_STORAGE : exit_code;
}

static int open_stores(struct instance *instance, enum ledger_access access_wanted)
{
    struct fault fault = {0};
    int exit_code = open_ledger(instance, access_wanted);
    if (exit_code == EXIT_DONE &&
        spool_open_at(config_spool_place(instance->config), &instance->spool, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    return exit_code;
}

int instance_open(const struct call *call, enum ledger_access access, struct instance *ret_instance)
{
    struct instance instance = {.config = config_load_or_explain(call->config)};
    if (instance.config == NULL)
        return EXIT_CONFIGURATION;
    log_open("posteingang", instance.config->log_level);
    int exit_code = open_stores(&instance, access);
    if (exit_code != EXIT_DONE)
        instance_close(&instance);
    *ret_instance = instance;
    return exit_code;
}

void instance_close(struct instance *instance)
{
    spool_close(&instance->spool);
    ledger_close(&instance->ledger);
    config_free(&instance->config);
}
