/* run_lock.h - one at a time: who runs an instance, or moves its ledger.
 *
 * The lock is on run.lock in the runtime folder; the kernel lets go of it whatever happens. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_RUN_LOCK_H
#define CLI_RUN_LOCK_H

#include "config/config.h"

/* Takes the lock; *ret_file stays open as long as it is to be held. EXIT_DONE, or the exit code
 * after the reason has been said. */
int run_lock_take(const struct config *config, int *ret_file);

#endif
