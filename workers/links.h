/* links.h - a worker's side of the conversation with all dispatchers that it knows: a link to each,
 * and one job at a time over all of them.
 *
 * Every link stands all the time, so that nobody has to be sought when another one is gone. But the
 * worker's one hand is offered to one dispatcher at a time, and taken back from it, with its answer,
 * before the next one hears of it: no job is leased for a worker that has one. Those who had work
 * when they were last asked come in turn, the others are looked in on now and then. A job whose
 * dispatcher has gone silent is brought to another one, which asks the ledger whose it is; where
 * that does not know of it, because its ledger is another, it is dropped, and read again at home.
 *
 * A key file that changes is read anew, and the links that use it are made anew with it. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_LINKS_H
#define WORKERS_LINKS_H

#include "workers/link.h"

struct links;

enum {
    LINKS_MOST = 8,
    LINKS_TURN_MS = 2000,      /* with a dispatcher that has no work, while nobody else has … */
    LINKS_SHORT_TURN_MS = 100, /* … and while somebody else had */
    LINKS_ANSWER_MS = 10000,   /* a dispatcher that does not answer is spoken to anew */
    LINKS_ABSENCE_MS = 1000,   /* of a dispatcher, until its job is brought to another one */
    LINKS_RETRY_MS = 30000,    /* a dispatcher that did not want us is asked again */
    LINKS_KEY_LOOK_MS = 2000
};

struct links_options {
    const char *const *addresses; /* 1 to LINKS_MOST; borrowed like all the rest */
    size_t count;
    const char *const
        *keys; /* paths of key files: none, one for all tcp:// addresses, or as many as
                                those, in their order */
    size_t key_count;
    const char *name;
    enum wire_worker_kind kind;
    uint64_t part_bytes_most;
};

/* Whether addresses and keys fit together; STATUS_REFUSE says what is wrong with them. */
enum status links_check(const struct links_options *options, struct fault *fault);

/* As the verbs of link.h. `parted` comes when no dispatcher wants this worker any more. */
enum status links_new(struct loop *loop, const struct clock *clock,
                      const struct links_options *options, const struct link_events *events,
                      struct links **ret_links, struct fault *fault);
void links_free(struct links **links_p);
bool links_are_busy(struct links *links);
void links_progress(struct links *links, uint32_t page, uint32_t page_count);
void links_finish(struct links *links, struct wire_message *result, struct outgoing *parts);
void links_fail(struct links *links, enum wire_failure failure, const char *reason);
void links_drain(struct links *links);
void links_leave(struct links *links);

#endif
