/* ledger_tally.c - how many there are of what, kept by every change.
 *
 * Counting a hundred thousand rows for a display that asks every second would cost more than the
 * work itself. verify.c compares these numbers with the rows. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "store/ledger_private.h"
#include "store/operations.h"

enum { TALLY_NAME_BYTES = 64 };

/* What an admin's chart shows. */
static bool is_charted(const char *name)
{
    static const char *const names[] = {
        "scan received",     "scan read",          "scan refused",      "scan failed",
        "scan duplicate",    "page read",          "document matching", "document filed",
        "document clearing", "document discarded", "document forwarded"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Comings only: what left a state came into another one. */
static enum status chart(struct ledger *ledger, const char *name, int64_t amount,
                         struct fault *fault)
{
    if (amount < 0 || !is_charted(name))
        return STATUS_OK;
    int64_t now_ms = ledger_wall_ms(ledger);
    return database_run(ledger->database,
                        "INSERT INTO activity (bucket, name, amount) VALUES ($1, $2, $3)"
                        " ON CONFLICT (bucket, name)"
                        " DO UPDATE SET amount = activity.amount + excluded.amount",
                        VALUES(value_integer(now_ms - now_ms % ACTIVITY_BUCKET_MS),
                               value_text(name), value_integer(amount)),
                        NULL, fault);
}

enum status tally_add(struct ledger *ledger, const char *noun, const char *state, int64_t amount,
                      struct fault *fault)
{
    if (amount == 0)
        return STATUS_OK;
    char name[TALLY_NAME_BYTES];
    (void)snprintf(name, sizeof name, "%s %s", noun, state);
    enum status status = chart(ledger, name, amount, fault);
    if (status != STATUS_OK)
        return status;
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
