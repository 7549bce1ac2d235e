/* rematch.h - what waits for a person is matched again when register or model have changed.
 *
 * Only documents that the matcher itself left to a person: where a person decided, or said
 * anything of the document, nothing happens by itself any more. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_REMATCH_H
#define STORE_REMATCH_H

#include "store/ledger.h"

/* A decision that a filer made with an old register after the new one came is repeated no sooner
 * than this: it may still be reading the new one. */
enum { REMATCH_PAUSE_MS = 60000 };

/* What a change of which lets documents be matched again: grows with each; cheap to ask. */
struct rematch_mark {
    int64_t register_version;
    int64_t model_since_ms;
};
enum status ledger_rematch_mark(struct ledger *ledger, struct rematch_mark *ret_mark,
                                struct fault *fault);

/* Lets up to `most` documents in clearing be matched again, oldest first: those decided with an
 * older register than the current one, or before the current model was put to use. One
 * transaction with an audit row a document. *ret_count: how many. */
enum status ledger_rematch(struct ledger *ledger, uint32_t most, uint32_t *ret_count,
                           struct fault *fault);

#endif
