/* rounds.h - a thread that does one thing again and again, with a pause in between. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_ROUNDS_H
#define PORTAL_ROUNDS_H

#include <stdint.h>

#include "base/fault.h"

struct rounds;

/* One round, in the thread; returns how many milliseconds to wait for the next. */
typedef int64_t rounds_work(void *context);

/* The first round begins at once. `context` is borrowed. */
enum status rounds_start(rounds_work *work, void *context, struct rounds **ret_rounds,
                         struct fault *fault);
/* Ends the thread after the round in hand. Accepts NULL; sets the pointer to NULL. */
void rounds_stop(struct rounds **rounds_p);

#endif
