/* outbox_private.h - putting a notice in within another change, for files of the ledger alone. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_OUTBOX_PRIVATE_H
#define STORE_OUTBOX_PRIVATE_H

#include "store/ledger_private.h"
#include "store/outbox.h"

/* outbox_put() inside a transaction: the notice goes out when, and only when, the change happens. */
enum status outbox_insert(struct ledger *ledger, const struct notice *notice, bool *ret_is_new,
                          struct fault *fault);

#endif
