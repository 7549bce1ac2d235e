/* throttle.h - slows down who guesses passwords, without locking out whom they guess at.
 *
 * Failures are counted three ways: for a name from one address, for an address, and for a name
 * from everywhere. After some free failures each further one makes the next attempt wait twice as
 * long, up to a cap. Quiet time and a success forget. The cap of a name's own count is short, so
 * that nobody can be kept out from elsewhere for longer than that (OWASP ASVS 6.3.1). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_THROTTLE_H
#define PORTAL_THROTTLE_H

#include <stdint.h>

#include "base/digest.h"

enum { THROTTLE_KEYS_MOST = 2048, THROTTLE_FORGET_MS = 15 * 60 * 1000 };

struct throttle_key {
    struct digest key;
    int64_t last_ms; /* of the last failure; 0: the place is free */
    uint32_t failures;
};

struct throttle {
    struct throttle_key items[THROTTLE_KEYS_MOST];
};

/* How long this attempt must still wait; 0: it may go on. */
int64_t throttle_wait_ms(struct throttle *throttle, const char *name, const char *address,
                         int64_t now_ms);
void throttle_failed(struct throttle *throttle, const char *name, const char *address,
                     int64_t now_ms);
/* Forgets the name's failures from this address. */
void throttle_passed(struct throttle *throttle, const char *name, const char *address);

#endif
