/* dispatch.h - hands jobs from the ledger to workers, and their results back to it.
 *
 * The ledger is the truth: a job is leased before a byte of it goes out, and a worker's result
 * counts only with the attempt number of a lease that still holds. The dispatcher keeps nothing
 * that a restart would lose but time. It runs in one loop and one thread; the longest it blocks
 * is one commit, or the file syncs of what came at the same moment. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_DISPATCH_H
#define WORKERS_DISPATCH_H

#include "base/loop.h"
#include "config/config.h"

struct dispatch;

enum {
    DISPATCH_GRACE_MS = 10000, /* after a start, for workers to come back with their jobs */
    DISPATCH_STOP_MS = 15000   /* an orderly stop takes no longer than this */
};

/* Opens ledger, spool and socket, and takes the lock that lets only one dispatcher run.
 * `loop`, `clock` and `config` are borrowed. STATUS_REFUSE: something is not as it must be, e.g.
 * another dispatcher runs (*ret_occupied). */
enum status dispatch_new(struct loop *loop, const struct clock *clock, const struct config *config,
                         struct dispatch **ret_dispatch, bool *ret_occupied, struct fault *fault);
void dispatch_free(struct dispatch **dispatch_p);

/* Begins an orderly stop: no further grants; transfers under way and the workers that are leaving
 * too may end. The loop is stopped when that is done. */
void dispatch_stop(struct dispatch *dispatch);
/* STATUS_HALT when the loop was stopped because storage can no longer be trusted. */
enum status dispatch_outcome(const struct dispatch *dispatch);

#endif
