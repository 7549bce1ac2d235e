/* lifesign.h - when a program last did what it is there for: a mark for those who look after it.
 *
 * An empty file in the folder "alive" of the runtime folder, whose time of change is the moment.
 * Looking disturbs nobody, and any program of the group may. Nothing hangs on it, so that it is
 * not made durable. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_LIFESIGN_H
#define BASE_LIFESIGN_H

#include <stdint.h>

/* Leaves the mark of `program`, now; `site` is where it did it, NULL for none. What cannot be
 * written is not: whoever looks will miss it and say so. */
void lifesign_give(const char *runtime, const char *program, const char *site);
/* Wall-clock milliseconds; 0: there is no mark. */
int64_t lifesign_look(const char *runtime, const char *program, const char *site);

#endif
