/* second_factor.h - the second thing that people show at their log-in: codes that their telephone
 * makes from a secret and the time (RFC 6238), and codes on paper for when it is lost.
 *
 * The secret is kept as the caller sealed it: a copy of the ledger makes no codes. Of the codes on
 * paper only hashes are kept. A code of one step of time is taken once, and none of an earlier
 * step after it. Every change is a transaction with its audit row. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_SECOND_FACTOR_H
#define STORE_SECOND_FACTOR_H

#include "store/ledger.h"

enum {
    SECOND_FACTOR_SECRET_BYTES = 20,                                   /* RFC 4226, 4: 160 bits */
    SECOND_FACTOR_SEALED_BYTES = 24 + SECOND_FACTOR_SECRET_BYTES + 16, /* nonce, secret, tag */
    SECOND_FACTOR_SALT_BYTES = 16,
    SECOND_FACTOR_CODES = 10 /* on paper */
};

struct second_factor {
    uint8_t sealed[SECOND_FACTOR_SEALED_BYTES];
    uint8_t salt[SECOND_FACTOR_SALT_BYTES]; /* of the hashes of the codes on paper */
    int64_t confirmed_ms;                   /* 0: begun only, not asked for yet */
    int64_t last_step;                      /* of the newest code that was taken */
    uint32_t codes_left;                    /* on paper */
};

/* *ret_found false: nothing was begun. */
enum status second_factor_get(struct ledger *ledger, const char *account, bool *ret_found,
                              struct second_factor *ret_factor, struct fault *fault);
/* Begins one, in place of one that was not confirmed. STATUS_REFUSE: there is a confirmed one. */
enum status second_factor_begin(struct ledger *ledger, const char *account,
                                const struct second_factor *factor, struct fault *fault);
/* Takes the code of a step: *ret_taken false when one of it or of a later step was taken before. */
enum status second_factor_take_step(struct ledger *ledger, const char *account, int64_t step,
                                    bool *ret_taken, struct fault *fault);
/* Takes a code on paper: *ret_taken false when there is none of that hash, or it was used. */
enum status second_factor_take_code(struct ledger *ledger, const char *account,
                                    const struct digest *hash, bool *ret_taken,
                                    struct fault *fault);
/* Replaces the codes on paper; what was begun is confirmed with it. */
enum status second_factor_set_codes(struct ledger *ledger, const char *account,
                                    const struct digest hashes[SECOND_FACTOR_CODES],
                                    struct fault *fault);
/* Takes it away: `actor` the person themselves, or an admin, which ends the person's sessions.
 * STATUS_REFUSE: there is none. */
enum status second_factor_remove(struct ledger *ledger, const char *account, const char *actor,
                                 struct fault *fault);
/* How many people have a confirmed one. */
enum status second_factor_count(struct ledger *ledger, int64_t *ret_count, struct fault *fault);

#endif
