/* register_order.h - the rows of a version of the register by case and by address.
 *
 * Two tables beside register_row, each filled in its own order, so that an import of millions of
 * rows writes every page once. Who asks for a case or an address joins them to the rows. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_REGISTER_ORDER_H
#define STORE_REGISTER_ORDER_H

#include "store/ledger_private.h"

enum register_order { REGISTER_BY_CASE, REGISTER_BY_ADDRESS, REGISTER_ORDERS };

/* Sorts the lines from..to of `version` aside, in a table that only this connection sees; outside
 * of a transaction. *ret_count: how many entries the order gets; write them, then call _done. */
enum status register_order_sort(struct ledger *ledger, enum register_order order, int64_t version,
                                int64_t from, int64_t to, int64_t *ret_count, struct fault *fault);
/* Writes the sorted entries first+1..first+most; inside a transaction. */
enum status register_order_write(struct ledger *ledger, enum register_order order, int64_t version,
                                 int64_t first, int64_t most, struct fault *fault);
/* Forgets what was sorted aside; nothing may have been. Outside of a transaction. */
enum status register_order_done(struct ledger *ledger, struct fault *fault);

/* Deletes about `most` entries of `version`; inside a transaction. *ret_more false: the last. */
enum status register_order_delete(struct ledger *ledger, enum register_order order, int64_t version,
                                  int64_t most, bool *ret_more, struct fault *fault);

#endif
