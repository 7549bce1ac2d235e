/* workers.h - the workers that the dispatcher knows, as rows for people or as JSON. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_WORKERS_H
#define CLI_WORKERS_H

#include <stdbool.h>
#include <stdio.h>

#include "store/ledger.h"

/* How many workers of each kind are there now. */
struct workers_present {
    unsigned readers;
    unsigned filers;
};

/* Prints those that are there, and with `with_gone` those that were. */
enum status workers_print(struct ledger *ledger, FILE *stream, bool with_gone, struct fault *fault);
enum status workers_count(struct ledger *ledger, struct workers_present *ret_present,
                          struct fault *fault);

#endif
