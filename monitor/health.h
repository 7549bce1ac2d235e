/* health.h - is this instance alive, and ready to take letters? With reasons, as JSON. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef MONITOR_HEALTH_H
#define MONITOR_HEALTH_H

#include "base/text.h"
#include "monitor/observation.h"

/* Appends {"ready":…,"reasons":[…]}; true when it is ready. `seen` NULL: the ledger could not be
 * looked at, for the reason in `fault`. */
bool health_append_ready(struct text *json, const struct config *config,
                         const struct observation *seen, const struct fault *fault);

#endif
