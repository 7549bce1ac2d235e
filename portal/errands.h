/* errands.h - work that would hold up the requests, done in a thread of its own, one after the
 * other. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_ERRANDS_H
#define PORTAL_ERRANDS_H

#include <stdbool.h>

#include "base/fault.h"

struct errands;

/* Belongs to the caller, who keeps it until `done` was called. */
struct errand {
    void (*run)(struct errand *errand); /* in the errands' thread */
    void (*done)(void *context);        /* there, too */
    void *context;
    bool was_run; /* false: the portal stops, it was not done */
    struct errand *next;
};

/* At most `waiting_most` wait for their turn. */
enum status errands_start(unsigned waiting_most, struct errands **ret_errands, struct fault *fault);
/* Ends the thread after the errand in hand; what waits is told that it was not run.
 * Accepts NULL. */
void errands_drain(struct errands *errands);
/* Accepts NULL; sets the pointer to NULL. */
void errands_free(struct errands **errands_p);
/* False when too many wait already, or it was drained: nothing happened. */
bool errands_submit(struct errands *errands, struct errand *errand);

#endif
