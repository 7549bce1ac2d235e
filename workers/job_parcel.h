/* job_parcel.h - what a worker gets with a job: facts from the ledger, bytes from the spool. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_JOB_PARCEL_H
#define WORKERS_JOB_PARCEL_H

#include "config/config.h"
#include "store/ledger.h"
#include "store/spool.h"
#include "workers/parcel.h"

/* The part of a file job that says where the document lies until now. A job with this part and
 * without a case takes the document out of the cabinet. */
#define JOB_PARCEL_WITHDRAW "withdraw"
/* The part of a file job that identifies the message to a document management system: the same in
 * every attempt of the job, another in every other job. */
#define JOB_PARCEL_PROCESS "process"
/* The part of a match job with what is known beforehand: store/match_context.h. None: nothing. */
#define JOB_PARCEL_CONTEXT "context"

struct job_parcel {
    struct wire_message message; /* JOB; its strings point into the records */
    struct outgoing outgoing;    /* the parts; the caller may move it out */
    struct scan_record scan;
    struct document_record document;
};

/* Fills `ret_parcel` for `job`. `config` says what a Transfervermerk names besides the ledger's facts;
 * NULL: none is made. One that was made is durable after the next spool_settle(): nothing is sent
 * before. STATUS_REFUSE: the ledger or the spool does not have what the job is about. In any case the
 * caller frees with job_parcel_done(). */
enum status job_parcel_fill(struct ledger *ledger, struct spool *spool, const struct config *config,
                            const struct job_record *job, int64_t lease_ms,
                            struct job_parcel *ret_parcel, struct fault *fault);
void job_parcel_done(struct job_parcel *parcel);

#endif
