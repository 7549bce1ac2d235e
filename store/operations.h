/* operations.h - what an admin sees and does: workers held back, failures by reason, how much
 * happened when, and who did what. No content, no case numbers, no names of citizens. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_OPERATIONS_H
#define STORE_OPERATIONS_H

#include "store/ledger.h"

/* ---- workers ---------------------------------------------------------------------------------- */

/* A drained worker ends what it has in hand and is given no further job, until it is resumed; the
 * dispatcher looks at each bell and poll. It stays drained over restarts of either: the
 * worker of its kind that its host starts next takes its place. STATUS_REFUSE: there is no worker of
 * that name. */
enum status worker_drain(struct ledger *ledger, const char *name, bool is_drained,
                         const char *actor, struct fault *fault);
typedef enum status worker_name_callback(void *context, const char *name, struct fault *fault);
enum status workers_drained(struct ledger *ledger, worker_name_callback *callback, void *context,
                            struct fault *fault);
/* The reason of the newest open failure of its jobs; NULL when there is none. Owned by the caller. */
enum status worker_last_error(struct ledger *ledger, const char *name, char **ret_error,
                              struct fault *fault);

/* ---- failures ---------------------------------------------------------------------------------- */

/* Dead jobs, by kind and reason, the most frequent first. */
typedef enum status failure_callback(void *context, const char *kind, const char *reason,
                                     uint64_t count, struct fault *fault);
enum status failures_each(struct ledger *ledger, failure_callback *callback, void *context,
                          struct fault *fault);
/* Tries everything again that died for this reason, FAILURES_RETRY_MOST at a time. */
enum { FAILURES_RETRY_MOST = 500 };
enum status failures_retry(struct ledger *ledger, const char *kind, const char *reason,
                           const char *actor, uint32_t *ret_count, struct fault *fault);

/* ---- how much happened when ------------------------------------------------------------------- */

enum { ACTIVITY_BUCKET_MS = 10 * 60 * 1000 };

/* Sums since `since_ms`, in steps of `step_ms` (a multiple of the bucket): for each step and name
 * with an amount, oldest first. */
typedef enum status activity_callback(void *context, int64_t step_ms, const char *name,
                                      int64_t amount, struct fault *fault);
enum status activity_each(struct ledger *ledger, int64_t since_ms, int64_t step_ms,
                          activity_callback *callback, void *context, struct fault *fault);

/* Removes what happened before `before_ms`. */
enum status activity_purge(struct ledger *ledger, int64_t before_ms, uint64_t *ret_removed,
                           struct fault *fault);

/* ---- queues ------------------------------------------------------------------------------------ */

struct queue_state {
    uint64_t ready, leased, dead;
    int64_t oldest_ms; /* received_ms of the oldest that waits; 0: none */
};
enum status queue_look(struct ledger *ledger, enum job_kind kind, struct queue_state *ret_state,
                       struct fault *fault);

/* ---- who did what ------------------------------------------------------------------------------ */

struct audit_query {
    const char *actor;   /* whole; NULL: anybody */
    const char *action;  /* its beginning; NULL: anything */
    const char *subject; /* whole; NULL: about anything */
    int64_t since_ms, until_ms;
    int64_t before; /* only rows before this one; 0: from the newest */
    uint32_t limit;
};
struct audit_row {
    int64_t id, at_ms;
    const char *actor, *action, *subject, *detail;
};
typedef enum status audit_row_callback(void *context, const struct audit_row *row,
                                       struct fault *fault);
/* Newest first. */
enum status audit_search(struct ledger *ledger, const struct audit_query *query,
                         audit_row_callback *callback, void *context, struct fault *fault);

#endif
