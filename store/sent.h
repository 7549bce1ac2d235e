/* sent.h - at a desk far from the centre: which scans are still to be sent, and which the centre has.
 *
 * A desk's ledger is an ordinary one in which nobody reads: its scans wait as `received` (or
 * `duplicate`) until the centre has them, and are `sent` then. Their bytes stay in the spool until
 * sent_clear(). Each of these is one transaction with its audit row. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_SENT_H
#define STORE_SENT_H

#include "store/ledger.h"
#include "store/spool.h"

enum { SENT_CLEAR_AT_ONCE = 100 /* scans in one call of sent_clear() */ };

/* The first in the order of receipt that the centre does not have. On STATUS_OK with *ret_found the
 * caller ends *ret_record with scan_record_done(). */
enum status sent_next(struct ledger *ledger, bool *ret_found, struct scan_record *ret_record,
                      struct fault *fault);

/* What the centre does not have. */
struct sent_backlog {
    uint64_t scans, bytes;
    int64_t oldest_ms; /* when the oldest of them was received; 0: there is none */
};
enum status sent_backlog(struct ledger *ledger, struct sent_backlog *ret_backlog,
                         struct fault *fault);

/* What the desk knows about what went. */
struct sent_summary {
    uint64_t scans;  /* that the centre has */
    int64_t last_ms; /* when it said so of the last one; 0: none yet */
};
enum status sent_summarise(struct ledger *ledger, struct sent_summary *ret_summary,
                           struct fault *fault);

/* The centre has it, durably. Repeating it is harmless. */
enum status sent_mark(struct ledger *ledger, struct scan_id id, struct fault *fault);
/* The centre cannot take it, or could not read it: the intake gives it back to the drop folder with
 * a note. `reason` is one German sentence. Repeating it is harmless; STATUS_REFUSE: no scan of this
 * id could be refused. */
enum status sent_refuse(struct ledger *ledger, struct scan_id id, const char *reason,
                        struct fault *fault);

/* Removes the bytes of scans that the centre has had since before `before_ms`, up to
 * SENT_CLEAR_AT_ONCE of them, but not those that another scan still needs, nor files younger than
 * `quiet_ms`, which an arrival may be about to name. *ret_count: of how many scans. */
enum status sent_clear(struct ledger *ledger, struct spool *spool, int64_t before_ms,
                       int64_t quiet_ms, uint32_t *ret_count, struct fault *fault);

#endif
