/* memo.h - answers that are dear to make, kept until something changes.
 *
 * Lists are walked in the ledger from their beginning. Everybody who looks at the same list shares
 * one walk for each version of everything: with twenty people at their inboxes that is one walk
 * where there would be twenty. An answer is kept for MEMO_AGE_MS at most, because the version is
 * made of counts, and two changes may balance. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_MEMO_H
#define PORTAL_MEMO_H

#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "store/ledger.h"

enum { MEMO_ENTRIES = 32, MEMO_KEY_BYTES = 192, MEMO_VERSION_BYTES = 17, MEMO_AGE_MS = 10000 };

struct memo_entry {
    char key[MEMO_KEY_BYTES]; /* "" for a free place */
    char version[MEMO_VERSION_BYTES];
    int64_t made_ms; /* monotonic */
    char *bytes;     /* NUL-terminated */
};

struct memo {
    struct memo_entry entries[MEMO_ENTRIES];
};

void memo_done(struct memo *memo);
/* Changes whenever a count in the ledger does: 16 hex digits. */
enum status memo_version(struct ledger *ledger, char ret_version[MEMO_VERSION_BYTES],
                         struct ledger_summary *ret_summary, struct fault *fault);
/* The answer of that key and version; NULL when there is none. Borrowed until the next keeping. */
const char *memo_find(const struct memo *memo, const char *key, const char *version,
                      int64_t now_ms);
/* Copies `bytes`. Without memory, or for a key that is too long, nothing is kept. */
void memo_keep(struct memo *memo, const char *key, const char *version, int64_t now_ms,
               const char *bytes);

#endif
