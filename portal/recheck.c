/* recheck.c - see recheck.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>

#include "base/log.h"
#include "base/text.h"
#include "portal/directory.h"
#include "portal/recheck.h"
#include "portal/rounds.h"
#include "store/logins.h"

struct recheck {
    const struct config *config;
    struct ledger *ledger;
    struct rounds *rounds;
};

static enum status settle(struct recheck *recheck, const struct directory_person *person,
                          struct fault *fault)
{
    struct user_card card = directory_card(person);
    return user_settle(recheck->ledger, &card, fault);
}

static enum status ask_about(void *context, const char *name, struct fault *fault)
{
    struct recheck *recheck = context;
    struct directory_person person = {0};
    switch (directory_look_up(recheck->config, name, &person, fault)) {
    case DIRECTORY_MAY:
        return settle(recheck, &person, fault);
    case DIRECTORY_UNKNOWN:
    case DIRECTORY_NO_ROLE:
        log_warning(NULL, "%s may not log in any more, says the directory", name);
        return user_put_out(recheck->ledger, name, "user.gone", "directory", fault);
    case DIRECTORY_SILENT:
    default:
        return STATUS_LATER;
    }
}

static int64_t go_round(void *context)
{
    struct recheck *recheck = context;
    struct fault fault = {0};
    if (login_each_of_directory(recheck->ledger, ask_about, recheck, &fault) != STATUS_OK)
        log_warning(NULL, "who is logged in was not all asked about: %s", fault.text);
    return recheck->config->directory.recheck_ms;
}

enum status recheck_start(const struct config *config, const struct clock *clock,
                          struct recheck **ret_recheck, struct fault *fault)
{
    if (!directory_can_look_up(config))
        return STATUS_OK;
    struct recheck *recheck = calloc(1, sizeof *recheck);
    if (recheck == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for the directory");
    recheck->config = config;
    enum status status =
        ledger_open(config->store.ledger, LEDGER_WRITE, clock, &recheck->ledger, fault);
    if (status == STATUS_OK)
        status = rounds_start(go_round, recheck, &recheck->rounds, fault);
    if (status == STATUS_OK)
        *ret_recheck = recheck;
    else
        recheck_stop(&recheck);
    return status;
}

void recheck_stop(struct recheck **recheck_p)
{
    struct recheck *recheck = *recheck_p;
    if (recheck == NULL)
        return;
    rounds_stop(&recheck->rounds);
    ledger_close(&recheck->ledger);
    free(recheck);
    *recheck_p = NULL;
}
