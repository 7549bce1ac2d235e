/* instance.h - the configuration and the stores that a verb works on. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_INSTANCE_H
#define CLI_INSTANCE_H

#include "cli/verbs.h"
#include "config/config.h"
#include "store/ledger.h"
#include "store/spool.h"

/* {0} before instance_open(). */
struct instance {
    struct config *config;
    struct ledger *ledger;
    struct spool *spool;
};

/* Loads the configuration that the call names and opens the stores, which must be there
 * (LEDGER_CREATE only brings an older ledger up to date). EXIT_DONE, or the exit code
 * to return: what was wrong has been said, and the instance is {0} again. */
int instance_open(const struct call *call, enum ledger_access access,
                  struct instance *ret_instance);
/* Also for {0}, which it leaves behind. */
void instance_close(struct instance *instance);

#endif
