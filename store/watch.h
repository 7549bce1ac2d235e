/* watch.h - what changed since the last look, for displays that follow the ledger.
 *
 * Costs as much as there is new: nothing is counted, nothing old is read. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_WATCH_H
#define STORE_WATCH_H

#include "store/ledger.h"

enum { WATCH_ACTIONS_MOST = 2000 };

typedef enum status watch_callback(void *context, const char *action, struct fault *fault);

/* The actions of the audit rows behind *audit, which moves to the newest one. The first time
 * (*audit is 0), and when there are more than WATCH_ACTIONS_MOST, it calls back with "" once: it
 * may have been anything. */
enum status watch_actions(struct ledger *ledger, int64_t *audit, watch_callback *callback,
                          void *context, struct fault *fault);
/* A number that moves when a page was done under any open lease, or leases changed. */
enum status watch_progress(struct ledger *ledger, int64_t *ret_progress, struct fault *fault);

#endif
