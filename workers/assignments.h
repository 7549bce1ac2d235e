/* assignments.h - which job is with which worker, and how far its parts have travelled. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_ASSIGNMENTS_H
#define WORKERS_ASSIGNMENTS_H

#include "store/ledger.h"
#include "store/spool.h"
#include "workers/parcel.h"
#include "workers/peers.h"

/* What an open group has done to an assignment; see groups.c. */
enum group_part {
    PART_NONE,
    PART_LEASED,  /* the job was given out */
    PART_SETTLED, /* it was ended, and goes with the commit */
    PART_ASKED,   /* its result is to come again */
};

struct assignment {
    struct job_id job;
    uint32_t attempt;
    enum job_kind kind;
    char subject[UUID_TEXT_BYTES]; /* scan or document, for the log; "" after a restart */
    struct peer *peer;
    enum group_part part;
    struct outgoing outgoing; /* the job's parts */
    /* The result on its way in: */
    struct wire_message result; /* RESULT_…; command 0 while there is none */
    struct incoming incoming;
    struct spool *spool;         /* borrowed; where its parts go */
    struct spool_writer *writer; /* of the part that is coming in */
    bool is_whole;               /* all its parts are in the spool; the ledger is to take it */
    bool is_unsettled;           /* some may not be durable yet: see results_store() */
    int64_t moved_ms;            /* monotonic: when a transfer last moved, or began */
    int64_t renewed_ms;          /* monotonic: when the lease was last put off */
    uint32_t page, page_count;
    bool wants_renewal; /* its lease is to be put off with the next group */
    bool was_renewed;   /* … was, with this one */
    struct assignment *next;
};

struct assignments {
    struct assignment *first;
};

/* A new one, held by `peer` (whose count it raises); NULL on no memory. */
struct assignment *assignments_add(struct assignments *assignments, struct peer *peer,
                                   struct job_id job, uint32_t attempt, enum job_kind kind);
/* That job in that attempt with that worker, or NULL. */
struct assignment *assignments_find(const struct assignments *assignments, const struct peer *peer,
                                    int64_t job, uint32_t attempt);
/* Any one of the worker's, or NULL. */
struct assignment *assignments_of(const struct assignments *assignments, const struct peer *peer);
/* Stops what is coming in; nothing of it is kept. */
void assignment_abandon_result(struct assignment *assignment);
bool assignment_is_sending(const struct assignment *assignment);
bool assignment_is_receiving(const struct assignment *assignment);
/* Its end waits for a commit; the worker may hold another one for it. */
void assignment_settle(struct assignment *assignment);
/* It was not committed: the worker holds it still. */
void assignment_unsettle(struct assignment *assignment);
/* Frees it and lowers the worker's count. */
void assignments_remove(struct assignments *assignments, struct assignment *assignment);
void assignments_done(struct assignments *assignments);

#endif
