/* reception.h - the centre's side of the line: takes scans over from desks far away.
 *
 * Knows no socket: main hands it every message with the key by which it came, and a port for the
 * answers. A desk is answered only what concerns its own scans; it reads nothing. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_RECEPTION_H
#define INGEST_RECEPTION_H

#include "ingest/desk.h"
#include "ingest/line.h"

enum {
    RECEPTION_VISITORS_MOST = 512,        /* desks at once; one a key */
    RECEPTION_STEP_BYTES = 256 * 1024,    /* made durable and acknowledged at once */
    RECEPTION_SYNC_MS = 2000,             /* … or what came since so long */
    RECEPTION_REPORT_MS = 15000,          /* between a desk's reports */
    RECEPTION_SILENT_MS = 90000,          /* a desk that says nothing for so long is gone */
    RECEPTION_LATER_MS = 30000,           /* before a scan is offered again */
    RECEPTION_FUTURE_MS = 10 * 60 * 1000, /* a desk's clock may be ahead of ours by so much */
    RECEPTION_BEAT_MS = 1000,
    RECEPTION_KEEP_MS = 1000,    /* at the least between two notes of how a desk is */
    RECEPTION_RETURN_MS = 15000, /* before a refused scan is said once more to be given back, … */
    RECEPTION_RETURNS_MOST = 8   /* … of so many at once */
};

struct reception;

/* `desk` is borrowed; its actor is "reception". On STATUS_OK the caller owns *ret_reception. */
enum status reception_new(const struct desk *desk, const struct line_port *port,
                          struct reception **ret_reception, struct fault *fault);
/* Accepts NULL; sets the pointer to NULL. Tells every desk that it leaves. */
void reception_free(struct reception **reception_p);

/* Takes one message. `user` is the number of the enrolment by which it came, as the gate has it.
 * STATUS_HALT: the storage can no longer be trusted; everything else is settled here. */
enum status reception_hear(struct reception *reception, const char *user,
                           const struct messaging_peer *peer, const struct messaging_frame *frames,
                           size_t count, struct fault *fault);
/* Every RECEPTION_BEAT_MS: what is due by time. */
enum status reception_beat(struct reception *reception, struct fault *fault);

#endif
