/* pulse.h - notices what changed in the ledger, once for everybody who watches.
 *
 * A thread of its own looks at the new rows of the audit every PULSE_MS as long as somebody
 * listens, and counts up the topics that they belong to. Listeners are woken when a topic moved,
 * and every PULSE_BEAT_MS, so that a connection that is gone is found. Two hundred listeners cost
 * one query a second. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_PULSE_H
#define PORTAL_PULSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"

enum pulse_topic {
    PULSE_DOCUMENTS = 0, /* a document's state or facts */
    PULSE_SCANS,         /* what a scanning desk sees: scans, batches, progress */
    PULSE_MACHINE,       /* workers, queues, register */
    PULSE_PEOPLE,        /* accounts, sessions, tokens: what an admin sees of them */
    PULSE_ACCOUNTS,      /* accounts and tokens: who listens must show again who they are */
    PULSE_TOPICS
};

enum { PULSE_MS = 1000, PULSE_BEAT_MS = 15000 };

struct pulse;

struct pulse_state {
    uint64_t topics[PULSE_TOPICS]; /* another number after any change; never 0 */
    uint64_t beat;
    bool is_over; /* the portal stops: end the stream */
};

/* Belongs to the caller, between pulse_join() and pulse_leave(). `wake` is called in the pulse's
 * thread, at most once after each pulse_wait(), and must not call back. */
struct pulse_listener {
    void (*wake)(void *context);
    void *context;
    bool is_waiting;
    struct pulse_listener *previous, *next;
};

/* `ledger` is the URL; the thread opens it for reading by itself. */
enum status pulse_start(const char *ledger, struct pulse **ret_pulse, struct fault *fault);
/* Wakes everybody and ends the thread; from then on every state is over. */
void pulse_drain(struct pulse *pulse);
/* Accepts NULL; sets the pointer to NULL. */
void pulse_free(struct pulse **pulse_p);

void pulse_join(struct pulse *pulse, struct pulse_listener *listener);
void pulse_leave(struct pulse *pulse, struct pulse_listener *listener);
/* The state now; or, when it still is `seen` and not over, arms the listener after `suspend` was
 * called, and gives false. */
bool pulse_look(struct pulse *pulse, struct pulse_listener *listener,
                const struct pulse_state *seen, void (*suspend)(void *context),
                struct pulse_state *ret_state);
/* The words of the topics in their order; NULL behind the last. Static. */
const char *const *pulse_topic_names(void);
unsigned pulse_listeners(struct pulse *pulse);

#endif
