/* takeover.h - the promise: bytes of an open file into the spool, durably, then the ledger's word.
 *
 * Steps 2 to 5 of the commit protocol (docs/decisions/0003). What happens to the file itself
 * before and after is the caller's. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_TAKEOVER_H
#define INGEST_TAKEOVER_H

#include <sys/stat.h>

#include "ingest/desk.h"
#include "ingest/sniff.h"

enum takeover_outcome {
    TAKEOVER_ACCEPTED,
    TAKEOVER_CHANGED,   /* it changed while it was copied: nothing was taken over */
    TAKEOVER_UNREADABLE /* it could not be read to its end: nothing was taken over */
};

/* `seen` is what fstat(2) said when the file was found whole; `arrival` has everything but the
 * digest. *ret_outcome and, when accepted, *ret_acceptance are filled with STATUS_OK; every other
 * status is the spool's or the ledger's. */
enum status takeover_run(const struct desk *desk, int file, const struct stat *seen,
                         struct scan_arrival *arrival, enum takeover_outcome *ret_outcome,
                         struct scan_acceptance *ret_acceptance, struct fault *fault);
/* True when `file` is still what `seen` says, and has no second name. */
bool takeover_is_unchanged(int file, const struct stat *seen);
/* Copies the bytes alone, for recovery; no ledger. */
enum status takeover_copy(const struct desk *desk, int file, const struct stat *seen,
                          enum takeover_outcome *ret_outcome, struct digest *ret_digest,
                          struct fault *fault);

#endif
