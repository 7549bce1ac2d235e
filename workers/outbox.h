/* outbox.h - messages to one peer, in order, through a queue that may be full for a moment.
 *
 * What ZeroMQ does not take at once is kept and sent by outbox_flush(). The credits of transfers
 * and the pace of heartbeats keep that short; a peer for which more than OUTBOX_MESSAGES_MOST
 * wait is stuck and to be given up. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_OUTBOX_H
#define WORKERS_OUTBOX_H

#include "workers/port.h"
#include "workers/wire.h"

enum { OUTBOX_MESSAGES_MOST = 64 };

struct outbox_letter {
    struct messaging_frame frames[WIRE_FRAMES_MOST]; /* owned bytes */
    size_t count;
};

struct outbox {
    struct port port;
    bool has_peer; /* false for a DEALER */
    struct messaging_peer peer;
    unsigned version; /* of the protocol, in which the peer is talked to; 0: our own */
    struct outbox_letter waiting[OUTBOX_MESSAGES_MOST]; /* a ring */
    size_t first, count;
    size_t kept; /* the last of them, which nobody has tried to send yet */
};

/* STATUS_OK: sent, or waiting in the outbox. LATER: the peer is gone (*ret_gone) or stuck.
 * REFUSE: the message has a field beyond its limits. */
enum status outbox_send(struct outbox *outbox, const struct wire_message *message, bool *ret_gone,
                        struct fault *fault);
/* Keeps it until outbox_flush(), also when it could be sent. Returns like outbox_send(). */
enum status outbox_keep(struct outbox *outbox, const struct wire_message *message,
                        struct fault *fault);
/* Sends what waits, as far as it goes. Returns like outbox_send(). */
enum status outbox_flush(struct outbox *outbox, bool *ret_gone, struct fault *fault);
/* Drops what was kept, and what came behind it. */
void outbox_drop_kept(struct outbox *outbox);
bool outbox_is_empty(const struct outbox *outbox);
/* Nothing waits because the peer takes nothing; something may wait for outbox_flush(). */
bool outbox_is_flowing(const struct outbox *outbox);
/* Drops what waits. */
void outbox_done(struct outbox *outbox);

#endif
