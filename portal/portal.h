/* portal.h - the web portal: serves pages and API until it is stopped.
 *
 * Runs in a thread of its own (and one that checks passwords); the caller waits for signals. It
 * opens its own ledger and spool, and never looks into a scan, a PDF or a reading. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_PORTAL_H
#define PORTAL_PORTAL_H

#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "config/config.h"

struct portal;

/* Listens when it returns. `config` and `clock` are borrowed until portal_stop(). STATUS_REFUSE:
 * pages or ledger are not there; STATUS_LATER: the address is taken. */
enum status portal_start(const struct config *config, const struct clock *clock,
                         struct portal **ret_portal, struct fault *fault);
/* Accepts NULL; sets the pointer to NULL. */
void portal_stop(struct portal **portal_p);
/* The port it listens on. */
uint16_t portal_port(const struct portal *portal);
/* Becomes readable when the portal can no longer keep its promises and must be stopped. */
int portal_halt_file(const struct portal *portal);

#endif
