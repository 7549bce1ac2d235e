/* ledger_tally.c - how many there are of what, kept by every change.
 *
 * Counting a hundred thousand rows for a display that asks every second would cost more than the
 * work itself. verify.c compares these numbers with the rows. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>

#include "store/ledger_private.h"

enum { TALLY_NAME_BYTES = 64 };

enum status tally_add(struct ledger *ledger, const char *noun, const char *state, int64_t amount,
                      struct fault *fault)
{
    if (amount == 0)
        return STATUS_OK;
    char name[TALLY_NAME_BYTES];
    (void)snprintf(name, sizeof name, "%s %s", noun, state);
    return database_run(ledger->database,
                        "INSERT INTO tally (name, amount) VALUES ($1, $2)"
                        " ON CONFLICT (name) DO UPDATE SET amount = tally.amount + excluded.amount",
                        VALUES(value_text(name), value_integer(amount)), NULL, fault);
}

enum status tally_move(struct ledger *ledger, const char *noun, const char *from, const char *to,
                       struct fault *fault)
{
    enum status status = STATUS_OK;
    if (from != NULL)
        status = tally_add(ledger, noun, from, -1, fault);
    if (status == STATUS_OK && to != NULL)
        status = tally_add(ledger, noun, to, 1, fault);
    return status;
}
