/* telling.h - puts notices of alarms that began or ended into the outbox, for whoever is configured
 * to hear of them. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef MONITOR_TELLING_H
#define MONITOR_TELLING_H

#include "config/config.h"
#include "store/ledger.h"

/* Everything that nobody was told of. With nobody to tell, it counts as told. */
enum status telling_do(const struct config *config, struct ledger *ledger, struct fault *fault);

#endif
