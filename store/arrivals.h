/* arrivals.h - the spool's own list of what came in: enough to make the ledger's row anew.
 *
 * A line for each scan whose bytes are in the spool, written and fsynced before the ledger is
 * told. When the ledger is older than the spool (it came from a backup, or the power went between
 * the two), the lines without a row are the difference. One file a month; lines are only ever
 * added: what was not taken after all (the ledger was full, and the file went back to its drop
 * folder, from where it comes with another id) gets a line that withdraws the first. A torn line,
 * the last one before the power went, is known by its check and passed over. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_ARRIVALS_H
#define STORE_ARRIVALS_H

#include "store/ledger.h"
#include "store/spool.h"

enum { ARRIVALS_LINE_BYTES_MOST = 16384 };

/* Durable when STATUS_OK comes back. */
enum status arrivals_note(struct spool *spool, const struct scan_arrival *arrival,
                          struct fault *fault);

/* Takes back what was noted under this id, if anything was; durable when STATUS_OK comes back. Noted
 * again later, it counts again. `wall_ms`: now. */
enum status arrivals_withdraw(struct spool *spool, struct scan_id id, int64_t wall_ms,
                              struct fault *fault);

/* `arrival` and its strings are borrowed; its actor is "recovery". A status other than STATUS_OK
 * ends the walk. */
typedef enum status arrivals_callback(void *context, const struct scan_arrival *arrival,
                                      struct fault *fault);
typedef bool arrivals_filter(void *context, struct scan_id id);
/* Tells of every line since the day of `since_ms` (UTC) or earlier that was not withdrawn and
 * `is_wanted` (NULL: all are), oldest first. */
enum status arrivals_each(struct spool *spool, int64_t since_ms, arrivals_filter *is_wanted,
                          arrivals_callback *callback, void *context, struct fault *fault);

#endif
