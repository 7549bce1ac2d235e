/* adoption.h - scans that are in the spool and not in the ledger come in again.
 *
 * That is so when the ledger is an older one, from a backup, or when the power went between the
 * spool and the ledger. Looked for once, when the intake begins: after that it knows of its own
 * work. Before the claims are recovered, so that a claim whose scan was adopted is finished and
 * not taken a second time. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_ADOPTION_H
#define INGEST_ADOPTION_H

#include "ingest/desk.h"

/* *ret_count: how many came in again. */
enum status adoption_run(const struct desk *desk, uint32_t *ret_count, struct fault *fault);

#endif
