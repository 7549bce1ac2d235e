/* returns.h - scans that a reader refused later go back to their site, as copies with a note. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_RETURNS_H
#define INGEST_RETURNS_H

#include "ingest/site.h"

enum { RETURNS_AT_ONCE = 16 /* at most, before other work has its turn */ };

/* Gives back what the ledger has to return to one of these sites, as far as their drop folders
 * can be had. *ret_more: there may be more. STATUS_LATER and _HALT are the ledger's or spool's. */
enum status returns_give(const struct desk *desk, struct site *sites, size_t site_count,
                         bool *ret_more, struct fault *fault);

#endif
