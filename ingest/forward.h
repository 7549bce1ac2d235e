/* forward.h - a desk's side of the line: sends on what its intake took over, in the order of receipt.
 *
 * Knows no socket: main opens one whenever forward_wants_line(), hands it in with forward_begin(),
 * and every message that comes; and closes it when forward_is_cut(). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_FORWARD_H
#define INGEST_FORWARD_H

#include "ingest/desk.h"
#include "ingest/line.h"

enum {
    FORWARD_BEAT_MS = 20,            /* while something is being sent */
    FORWARD_IDLE_BEAT_MS = 500,      /* otherwise */
    FORWARD_LOOK_MS = 2000,          /* how often the ledger is asked when no bell rings */
    FORWARD_BACKOFF_MS = 1000,       /* before a cut line is tried anew; doubles … */
    FORWARD_BACKOFF_MOST_MS = 60000, /* … up to this */
    FORWARD_LATER_MOST_MS = 600000,  /* longest wait that a centre may ask for */
    FORWARD_REPORT_LEAST_MS = 1000,  /* shortest time between reports that it may ask for */
    FORWARD_DAMAGED_MS = 60000,      /* before a scan is sent anew that came damaged */
    FORWARD_CLEAR_MS = 3600 * 1000,  /* how often old copies are removed */
    FORWARD_NOTE_MS = 5000           /* how often the state is noted while it changes */
};

struct forward;

/* `desk` is borrowed; its actor is "forward". On STATUS_OK the caller owns *ret_forward. */
enum status forward_new(const struct desk *desk, struct forward **ret_forward, struct fault *fault);
/* Accepts NULL; sets the pointer to NULL. Says good-bye to the centre. */
void forward_free(struct forward **forward_p);

/* Time to try a line. */
bool forward_wants_line(const struct forward *forward);
/* A new line: `port` is borrowed until it is cut. */
void forward_begin(struct forward *forward, const struct line_port *port);
/* The line is of no use any more: close it. */
bool forward_is_cut(const struct forward *forward);
/* It is closed. `why` for people. */
enum status forward_cut(struct forward *forward, const char *why, struct fault *fault);

/* Takes one message of the centre. STATUS_HALT: the storage can no longer be trusted. */
enum status forward_hear(struct forward *forward, const struct messaging_frame *frames,
                         size_t count, struct fault *fault);
/* Something may have been taken over just now. */
void forward_bell(struct forward *forward);
/* What is due by time. */
enum status forward_beat(struct forward *forward, struct fault *fault);
/* Whether the next beat should come after FORWARD_BEAT_MS. */
bool forward_is_busy(const struct forward *forward);

#endif
