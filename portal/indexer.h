/* indexer.h - keeps the search index up with the ledger, in a thread of its own.
 *
 * Has its own ledger, spool and index: nothing is shared with the thread that answers requests. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_INDEXER_H
#define PORTAL_INDEXER_H

#include "base/clock.h"
#include "base/fault.h"
#include "config/config.h"

struct indexer;

/* `config` and `clock` are borrowed until indexer_stop(). */
enum status indexer_start(const struct config *config, const struct clock *clock,
                          struct indexer **ret_indexer, struct fault *fault);
/* Ends the thread within a portion's time. Accepts NULL; sets the pointer to NULL. */
void indexer_stop(struct indexer **indexer_p);

#endif
