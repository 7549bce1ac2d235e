/* recheck.h - asks the directory again about those who are logged in, in a thread of its own.
 *
 * Who is gone from it, or has no role any more, loses their sessions; who has another place now
 * has it at once, and logs in anew. A directory that does not answer changes nothing. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_RECHECK_H
#define PORTAL_RECHECK_H

#include "base/clock.h"
#include "config/config.h"

struct recheck;

/* Without a directory that can be asked, *ret_recheck stays NULL. */
enum status recheck_start(const struct config *config, const struct clock *clock,
                          struct recheck **ret_recheck, struct fault *fault);
/* Accepts NULL; sets the pointer to NULL. */
void recheck_stop(struct recheck **recheck_p);

#endif
