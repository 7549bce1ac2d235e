/* housekeeping.h - clears away what only served the machine: sent notices, ended alarms, old
 * numbers of the charts, sessions that ran out, uploads that were never finished. Letters and what
 * is known of them are none of it. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef MONITOR_HOUSEKEEPING_H
#define MONITOR_HOUSEKEEPING_H

#include "config/config.h"
#include "store/ledger.h"

enum housekeeping_job {
    HOUSEKEEPING_NOTICES = 0,
    HOUSEKEEPING_ALARMS,
    HOUSEKEEPING_ACTIVITY,
    HOUSEKEEPING_SESSIONS,
    HOUSEKEEPING_UPLOADS,
    HOUSEKEEPING_JOBS
};

struct housekeeping {
    uint64_t removed[HOUSEKEEPING_JOBS]; /* since the program began */
    int64_t done_ms;                     /* wall clock; of the last round */
};

/* One round: adds to what was removed, and logs each job that removed something. Who does not lead
 * clears away what lies on its own host. */
enum status housekeeping_do(const struct config *config, struct ledger *ledger, bool leads,
                            int64_t now_ms, struct housekeeping *housekeeping, struct fault *fault);
/* "notices", "alarms", "activity", "sessions", "uploads". Static. */
const char *housekeeping_name(enum housekeeping_job job);

#endif
