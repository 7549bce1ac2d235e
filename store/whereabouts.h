/* whereabouts.h - "where is my letter?": the answer to whoever has the code of a receipt, without
 * anything of what is in the letter, whose it is, or who works on it. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_WHEREABOUTS_H
#define STORE_WHEREABOUTS_H

#include "store/ledger.h"
#include "store/mailroom.h"

enum whereabouts {
    WHERE_BEING_READ = 0,
    WHERE_BEING_SORTED, /* it is being found out whom it concerns */
    WHERE_AT_THE_OFFICE,
    WHERE_FORWARDED,
    WHERE_CLOSED,     /* it was not needed */
    WHERE_UNREADABLE, /* the site is to look at the paper again */
    WHERE_UNKNOWN,    /* ask the office: damaged, or deleted as the rules want it */
    WHEREABOUTS
};

/* "being_read" …; and a German half-sentence for the person who asks. Static. */
const char *whereabouts_name(enum whereabouts where);
const char *whereabouts_german(enum whereabouts where);

/* A code as people write it, "7kq4m2xb", as the ledger has it, "7KQ4-M2XB". False: it is none. */
bool receipt_code_read(const char *written, char ret_code[RECEIPT_CODE_BYTES]);

struct letter_whereabouts {
    uint32_t number; /* of the letter in what was handed in, from 1 */
    enum whereabouts where;
    int64_t since_ms;
};
typedef enum status whereabouts_callback(void *context, const struct letter_whereabouts *letter,
                                         struct fault *fault);
/* Each letter that came with the receipt of that code, in order; none of a code that there is not.
 * The callback must not use the ledger. */
enum status receipt_whereabouts(struct ledger *ledger, const char *code,
                                whereabouts_callback *callback, void *context, struct fault *fault);

#endif
