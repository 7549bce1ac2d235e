/* dispatchers.h - several dispatchers on one ledger: whose lease is whose, and who is still there.
 *
 * Each has a row with a sign of life on the ledger's clock. Leases that are given, put off, ended
 * or failed through a ledger are those of the dispatcher that entered it, and of no other: one that
 * was taken for gone, or whose worker went on with another dispatcher, changes nothing any more. A
 * ledger that no dispatcher entered is the dispatcher 0. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_DISPATCHERS_H
#define STORE_DISPATCHERS_H

#include "store/ledger.h"

/* This ledger is the dispatcher `name` from now on, and whoever was it before is it no more. */
enum status dispatcher_enter(struct ledger *ledger, const char *name, struct fault *fault);
/* A sign of life. *ret_counts false: the others have taken this dispatcher for gone, or it was
 * started a second time (*ret_is_replaced). */
enum status dispatcher_sign(struct ledger *ledger, bool *ret_counts, bool *ret_is_replaced,
                            struct fault *fault);
/* An orderly end: what its workers hold they may bring to others. */
enum status dispatcher_leave(struct ledger *ledger, struct fault *fault);

/* Other dispatchers that gave no sign of life for `silence_ms` are gone: their leases go back at
 * once, which counts as no attempt of anybody. *ret_dispatchers, *ret_leases: how many. Asking in
 * vain writes nothing. */
enum status dispatchers_take_back(struct ledger *ledger, int64_t silence_ms,
                                  uint32_t *ret_dispatchers, uint32_t *ret_leases,
                                  struct fault *fault);

/* A worker came with a job that another dispatcher gave to it, or this one before it was started
 * anew: the lease is this dispatcher's if it is still the worker's in that attempt, and ends
 * `lease_ms` from now. */
enum status ledger_job_adopt(struct ledger *ledger, struct job_id id, uint32_t attempt,
                             const char *worker, int64_t lease_ms, bool *ret_held,
                             enum job_kind *ret_kind, struct fault *fault);

struct dispatcher_record {
    char *name;
    int64_t since_ms;
    int64_t gone_ms;   /* 0 while it is there */
    int64_t silent_ms; /* since its last sign of life */
    uint64_t workers, leases;
    bool is_leader; /* of the duty "dispatch" */
    int64_t epoch;  /* when it is */
};
void dispatcher_record_done(struct dispatcher_record *record);
/* By name; `record` is borrowed. The callback may use the ledger. */
typedef enum status dispatcher_callback(void *context, const struct dispatcher_record *record,
                                        struct fault *fault);
enum status dispatchers_each(struct ledger *ledger, dispatcher_callback *callback, void *context,
                             struct fault *fault);

#endif
