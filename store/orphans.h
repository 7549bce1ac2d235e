/* orphans.h - objects of the spool that no row names: what programs put that died before they could
 * tell the ledger, and what was put again in another form. They hold what citizens wrote, and belong
 * to nobody: they are to be removed.
 *
 * Never an orphan is what is younger than an age (its writer may be at work still), what a row names,
 * and a scan that the journal of arrivals holds and the ledger does not know (it came from a backup;
 * the intake takes it in again). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_ORPHANS_H
#define STORE_ORPHANS_H

#include "store/ledger.h"
#include "store/spool.h"

enum { ORPHAN_DAYS = 7, ORPHAN_DAYS_LEAST = 1, ORPHAN_DAYS_MOST = 3650 };

struct orphans {
    uint64_t objects, bytes; /* that there were */
    uint64_t removed;        /* of them */
};

/* Counts them, and removes them if `removes`, with one audit row. */
enum status orphans_sweep(struct ledger *ledger, struct spool *spool, int64_t age_ms, bool removes,
                          const char *actor, struct orphans *ret_orphans, struct fault *fault);

#endif
