/* hasher.h - checks passwords in a thread of its own, one at a time.
 *
 * A check takes 64 MiB and a tenth of a second: done beside the requests, it neither holds them
 * up nor lets many log-ins at once take the machine's memory. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_HASHER_H
#define PORTAL_HASHER_H

#include <stdbool.h>

#include "base/fault.h"
#include "store/users.h"

enum { HASHER_WAITING_MOST = 16 };

struct hasher;

/* A check to do; belongs to the caller, who keeps it until `done` was called. */
struct hasher_job {
    char password[PASSWORD_BYTES_MOST + 1];
    char hash[PASSWORD_HASH_BYTES];
    bool fits;                   /* the answer */
    void (*done)(void *context); /* called in the hasher's thread */
    void *context;
    struct hasher_job *next; /* the hasher's own */
};

enum status hasher_start(struct hasher **ret_hasher, struct fault *fault);
/* Answers what waits with "does not fit", and ends the thread; takes nothing more. */
void hasher_drain(struct hasher *hasher);
/* Drains it first when that was not done. Accepts NULL; sets the pointer to NULL. */
void hasher_free(struct hasher **hasher_p);
/* False when too many wait already, or it was drained: nothing happened. */
bool hasher_submit(struct hasher *hasher, struct hasher_job *job);

#endif
