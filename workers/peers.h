/* peers.h - the workers that the dispatcher knows: one for each that said READY. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_PEERS_H
#define WORKERS_PEERS_H

#include "workers/caller.h"
#include "workers/outbox.h"
#include "workers/wire.h"

enum { PEERS_MOST = 1024 };

struct peer {
    struct outbox outbox; /* holds port and routing id */
    bool is_kept_for;     /* something in the outbox waits for a commit */
    int64_t key;          /* enrolment it was authenticated by; 0: a worker of this host */
    char *name, *host, *version;
    enum wire_worker_kind kind;
    uint64_t incarnation;
    uint32_t session;
    uint32_t jobs_most; /* it holds at once; 0 when it takes no more */
    uint32_t jobs_held;
    uint32_t jobs_settled; /* of those: their end waits for a commit */
    bool draining;
    bool held_back;   /* an admin lets it have no further job */
    int64_t heard_ms; /* monotonic */
    int64_t said_ms;  /* monotonic: when it was last told anything */
    struct peer *next;
};

struct peers {
    struct peer *first;
    size_t count;
};

struct peer *peers_find(const struct peers *peers, const struct caller *caller);
struct peer *peers_find_name(const struct peers *peers, const char *name);
/* A new one at the end, called `name`, with the rest taken from `ready`; NULL when there are too
 * many or memory is out. */
struct peer *peers_add(struct peers *peers, const struct caller *caller, const char *name,
                       const struct wire_ready *ready);
/* Frees it. */
void peers_remove(struct peers *peers, struct peer *peer);
/* Moves it to the end, so that the next grant looks at the others first. */
void peers_rotate(struct peers *peers, struct peer *peer);
void peers_done(struct peers *peers);

#endif
