/* bell.h - "there is new work": a hint from one process to another on the same host.
 *
 * A datagram without content to a socket beside the dispatcher's own, so that ringing takes one
 * system call, no threads, and never waits. A bell may be lost; whoever listens also looks by
 * itself from time to time. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_BELL_H
#define BASE_BELL_H

#include <stdbool.h>

#include "base/fault.h"

struct bell;

/* Rings at the dispatcher's `address` ("ipc:///…/dispatch.sock"). False when nobody listens or
 * the bell is ringing already as often as it can: no reason to do anything. */
bool bell_ring(const char *address);

/* Listens for bells to `address`, taking the place of a dead listener. The socket is for its
 * owner alone (0600). On STATUS_OK the caller owns *ret_bell and ends it with bell_close(). */
enum status bell_open(const char *address, struct bell **ret_bell, struct fault *fault);
void bell_close(struct bell **bell_p);
/* For loop_add_file(). */
int bell_file(const struct bell *bell);
/* Takes every bell that rang; true when there was one. */
bool bell_take(struct bell *bell);

#endif
