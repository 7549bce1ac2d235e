/* needed.h - which objects of the spool the ledger stands on. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_NEEDED_H
#define STORE_NEEDED_H

#include "store/ledger.h"

struct needed {
    struct digest *digests; /* sorted by needed_find() */
    bool *is_needed;        /* as long as they are; after needed_find() */
    size_t count, room;
};

enum status needed_add(struct needed *needed, const struct digest *digest, struct fault *fault);
void needed_done(struct needed *needed);
/* Finds out which of them a row names, other than one of a deletion that is going on. Within a
 * transaction that writes, the answer holds until its end. */
enum status needed_find(struct ledger *ledger, struct needed *needed, struct fault *fault);
/* Marks one of them. */
void needed_note(struct needed *needed, const struct digest *digest);

#endif
