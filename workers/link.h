/* link.h - a worker's side of the conversation with the dispatcher.
 *
 * Keeps a connection, says READY and HEARTBEAT, takes a job and its parts, and delivers the
 * result until the dispatcher says what became of it: a result survives any restart of the
 * dispatcher. A dispatcher that is silent for too long is sought again on a new socket, with
 * growing patience. One job at a time.
 *
 * The program only hears of whole jobs, and of jobs that are not its own any more. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_LINK_H
#define WORKERS_LINK_H

#include "base/keypair.h"
#include "base/loop.h"
#include "workers/memory_part.h"
#include "workers/parcel.h"
#include "workers/port.h"
#include "workers/wire.h"

struct link;

/* Another network than ZeroMQ's, for simulators: what arrives is given to link_hear(), and time
 * passes by link_tick(). */
struct link_network {
    /* A new connection, in place of the one before. */
    enum status (*connect)(void *context, struct link *link, struct port *ret_port,
                           struct fault *fault);
    void *context;
};

struct link_options {
    const char *address;
    const struct key_file *key; /* for tcp://; NULL for ipc://. Copied */
    const char *name; /* unique among workers; NULL: made of kind, host and process number */
    enum wire_worker_kind kind;
    uint64_t part_bytes_most;           /* a job with a longer part is given back */
    bool offers_nothing;                /* see link_offer() */
    const struct link_network *network; /* NULL: ZeroMQ, and the loop. Borrowed */
};

/* All are called from the loop. */
struct link_events {
    /* A whole job is here. Parts stay until the job is over. Answer with link_progress(),
     * link_finish() or link_fail(), now or later. */
    void (*job)(void *context, const struct wire_job *job, struct memory_parts *parts);
    /* The job in hand is not ours any more: stop working on it. */
    void (*dropped)(void *context);
    /* A job is over: its result was accepted, rejected or too late. `reason` for the log. */
    void (*settled)(void *context, enum wire_settlement settlement, const char *reason);
    /* The dispatcher wants us gone (or answers our own link_leave()): end the program. */
    void (*parted)(void *context, enum wire_parting parting, const char *reason);
    /* For the log: connected, connection lost, dispatcher goes down, … */
    void (*news)(void *context, const char *news);
    /* ZeroMQ itself failed: the program cannot go on. */
    void (*broken)(void *context, const struct fault *fault);
    /* For one link of several; may be NULL. Whether a job may be taken: no other has one. */
    bool (*is_free)(void *context);
    /* Likewise: a READY was answered. */
    void (*welcomed)(void *context);
    void *context;
};

/* `loop` (NULL with a network of its own) and `clock` are borrowed. Starts connecting at once. */
enum status link_new(struct loop *loop, const struct clock *clock,
                     const struct link_options *options, const struct link_events *events,
                     struct link **ret_link, struct fault *fault);
void link_free(struct link **link_p);

/* A message from the dispatcher. */
void link_hear(struct link *link, const struct messaging_frame *frames, size_t count);
/* To be called about four times a second. */
void link_tick(struct link *link);

const char *link_name(const struct link *link);
/* A job is in hand: being received, worked on, or its result not settled yet. */
bool link_is_busy(const struct link *link);
/* Number of the job in hand; 0 for none. */
int64_t link_job_number(const struct link *link);

/* `page` of `page_count` pages are done: tells the dispatcher, which prolongs the lease. */
void link_progress(struct link *link, uint32_t page, uint32_t page_count);
/* The job in hand is done. Takes over what `result` (a RESULT_… whose strings malloc() made; head
 * and directory are filled here) and `parts` hold. */
void link_finish(struct link *link, struct wire_message *result, struct outgoing *parts);
/* The job in hand cannot be done. */
void link_fail(struct link *link, enum wire_failure failure, const char *reason);

/* ---- for one link of several: links.h ---- */

/* Whether a job is taken; true at first. link_has_answered() when the dispatcher knows it: one that
 * was on its way has come by then. */
void link_offer(struct link *link, bool offers);
bool link_has_answered(const struct link *link);
/* The conversation stands, and the dispatcher has not said that it goes down. */
bool link_is_there(const struct link *link);
/* Speaks to the dispatcher no more, until it begins anew, on a new connection. */
void link_rest(struct link *link);
void link_begin_anew(struct link *link);
/* Begins anew with this key; for a link that has one. */
enum status link_rekey(struct link *link, const struct key_file *key, struct fault *fault);
/* The job in hand is here whole. */
bool link_can_part_with_job(const struct link *link);
/* The job in the hand of `from` is in that of `link` from now on, which was empty: its dispatcher is
 * asked whether it still is this worker's. */
void link_take_over(struct link *link, struct link *from);

/* Takes no further job; the one in hand goes on. */
void link_drain(struct link *link);
/* Says BYE; `parted` is called when the dispatcher heard it. */
void link_leave(struct link *link);

#endif
