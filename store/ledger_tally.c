/* ledger_tally.c - how many there are of what, kept by every change.
 *
 * Counting a hundred thousand rows for a display that asks every second would cost more than the
 * work itself. verify.c compares these numbers with the rows. A transaction counts in memory, and
 * writes once, at its end. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "store/ledger_private.h"
#include "store/operations.h"

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

/* ---- writing -------------------------------------------------------------------------------- */

/* Rows of one statement. */
#define TALLY_ROWS_4 "($1, $2), ($3, $4), ($5, $6), ($7, $8)"
#define TALLY_ROWS_8 TALLY_ROWS_4 ", ($9, $10), ($11, $12), ($13, $14), ($15, $16)"
#define TALLY_INSERT(rows)                                                                         \
    "INSERT INTO tally (name, amount) VALUES " rows                                                \
    " ON CONFLICT (name) DO UPDATE SET amount = tally.amount + excluded.amount"
#define CHART_ROWS_2 "($1, $2, $3), ($1, $4, $5)"
#define CHART_ROWS_4 CHART_ROWS_2 ", ($1, $6, $7), ($1, $8, $9)"
#define CHART_INSERT(rows)                                                                         \
    "INSERT INTO activity (bucket, name, amount) VALUES " rows                                     \
    " ON CONFLICT (bucket, name) DO UPDATE SET amount = activity.amount + excluded.amount"

/* The most rows first, as often as they fit. */
struct writing {
    size_t rows;
    const char *sql;
};

static const struct writing tally_writings[] = {
    {8, TALLY_INSERT(TALLY_ROWS_8)        },
    {4, TALLY_INSERT(TALLY_ROWS_4)        },
    {2, TALLY_INSERT("($1, $2), ($3, $4)")},
    {1, TALLY_INSERT("($1, $2)")          },
};

static const struct writing chart_writings[] = {
    {4, CHART_INSERT(CHART_ROWS_4)  },
    {2, CHART_INSERT(CHART_ROWS_2)  },
    {1, CHART_INSERT("($1, $2, $3)")},
};

enum { WRITING_ROWS_MOST = 8 };

/* Pairs of a name and an amount; behind `first`, which may be NULL. */
static enum status write_pairs(struct ledger *ledger, const struct writing *writings, size_t kinds,
                               const struct value *first, const struct value *pairs, size_t count,
                               struct fault *fault)
{
    enum status status = STATUS_OK;
    for (size_t kind = 0; kind < kinds; kind++) {
        const struct writing *writing = &writings[kind];
        while (status == STATUS_OK && count >= writing->rows) {
            struct value values[1 + 2 * WRITING_ROWS_MOST];
            size_t used = 0;
            if (first != NULL)
                values[used++] = *first;
            memcpy(&values[used], pairs, 2 * writing->rows * sizeof *pairs);
            status = database_post(ledger->database, writing->sql, values, used + 2 * writing->rows,
                                   fault);
            pairs += 2 * writing->rows;
            count -= writing->rows;
        }
    }
    return status;
}

/* Comings only: what left a state came into another one. */
static enum status write_chart(struct ledger *ledger, struct fault *fault)
{
    struct value pairs[2 * TALLY_NAMES_MOST];
    size_t count = 0;
    int64_t now_ms = ledger_wall_ms(ledger);
    struct value bucket = value_integer(now_ms - now_ms % ACTIVITY_BUCKET_MS);
    for (size_t i = 0; i < ledger->tally.count; i++) {
        const struct tally_entry *entry = &ledger->tally.entries[i];
        if (entry->came == 0 || !is_charted(entry->name))
            continue;
        pairs[2 * count] = value_text(entry->name);
        pairs[2 * count++ + 1] = value_integer(entry->came);
    }
    return write_pairs(ledger, chart_writings, sizeof chart_writings / sizeof *chart_writings,
                       &bucket, pairs, count, fault);
}

enum status tally_write(struct ledger *ledger, struct fault *fault)
{
    struct value pairs[2 * TALLY_NAMES_MOST];
    size_t count = 0;
    for (size_t i = 0; i < ledger->tally.count; i++) {
        const struct tally_entry *entry = &ledger->tally.entries[i];
        if (entry->amount == 0)
            continue;
        pairs[2 * count] = value_text(entry->name);
        pairs[2 * count++ + 1] = value_integer(entry->amount);
    }
    enum status status =
        write_pairs(ledger, tally_writings, sizeof tally_writings / sizeof *tally_writings, NULL,
                    pairs, count, fault);
    if (status == STATUS_OK)
        status = write_chart(ledger, fault);
    if (status == STATUS_OK)
        ledger->tally.count = 0;
    return status;
}

/* ---- counting ------------------------------------------------------------------------------- */

static struct tally_entry *find_entry(struct tally_pending *tally, const char *name)
{
    for (size_t i = 0; i < tally->count; i++)
        if (strcmp(tally->entries[i].name, name) == 0)
            return &tally->entries[i];
    if (tally->count == TALLY_NAMES_MOST)
        return NULL;
    struct tally_entry *entry = &tally->entries[tally->count++];
    *entry = (struct tally_entry){0};
    (void)snprintf(entry->name, sizeof entry->name, "%s", name);
    return entry;
}

enum status tally_add(struct ledger *ledger, const char *noun, const char *state, int64_t amount,
                      struct fault *fault)
{
    char name[TALLY_NAME_BYTES];
    (void)snprintf(name, sizeof name, "%s %s", noun, state);
    struct tally_entry *entry = find_entry(&ledger->tally, name);
    if (entry == NULL) {
        enum status status = tally_write(ledger, fault);
        if (status != STATUS_OK)
            return status;
        entry = find_entry(&ledger->tally, name);
    }
    entry->amount += amount;
    entry->came += amount > 0 ? amount : 0;
    return STATUS_OK;
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
