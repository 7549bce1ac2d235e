/* ledger_summary.c - the numbers of a status display, from the tally and small indexes only.
 *
 * Cheap enough to be asked every second with a million documents: nothing here counts rows. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "store/ledger_private.h"

/* Puts one line of the tally where it belongs; unknown names are none of a display's business. */
static void take_tally(struct ledger_summary *summary, const char *name, uint64_t amount)
{
    enum scan_state scan_state = SCAN_CORRUPT;
    enum document_state document_state = DOCUMENT_CORRUPT;
    const struct {
        const char *name;
        uint64_t *where;
    } singles[] = {
        {"job ready",  &summary->jobs_ready },
        {"job leased", &summary->jobs_leased},
        {"job dead",   &summary->jobs_dead  },
        {"page read",  &summary->pages_read },
    };
    for (size_t i = 0; i < sizeof singles / sizeof *singles; i++)
        if (strcmp(name, singles[i].name) == 0)
            *singles[i].where = amount;
    if (string_starts_with(name, "scan ") &&
        scan_state_from_name(name + strlen("scan "), &scan_state))
        summary->scans[scan_state] = amount;
    if (string_starts_with(name, "document ") &&
        document_state_from_name(name + strlen("document "), &document_state))
        summary->documents[document_state] = amount;
}

static enum status read_tally(struct ledger *ledger, struct ledger_summary *summary,
                              struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status =
        database_query(ledger->database, "SELECT name, amount FROM tally", NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        take_tally(summary, rows_text(rows, 0), (uint64_t)rows_integer(rows, 1));
    }
    rows_done(&rows);
    return status;
}

/* When the oldest scan or document came that still moves by itself. Each query is one look at the
 * end of an index; the scans' is partial, so that its condition must stand here, too. */
static enum status read_oldest(struct ledger *ledger, struct ledger_summary *summary,
                               struct fault *fault)
{
    static const char *const queries[] = {
        "SELECT min(received_ms) FROM scan WHERE state = 'received'"
        " AND (state <> 'read' OR documents = 0)",
        "SELECT min(received_ms) FROM scan WHERE state = 'reading'"
        " AND (state <> 'read' OR documents = 0)",
        "SELECT min(received_ms) FROM document WHERE state = 'matching'",
        "SELECT min(received_ms) FROM document WHERE state = 'recalled'",
    };
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sizeof queries / sizeof *queries; i++) {
        int64_t oldest = 0;
        status = database_number(ledger->database, queries[i], NO_VALUES, 0, &oldest, fault);
        if (oldest != 0 && (summary->oldest_waiting_ms == 0 || oldest < summary->oldest_waiting_ms))
            summary->oldest_waiting_ms = oldest;
    }
    if (status == STATUS_OK)
        status = database_number(ledger->database,
                                 "SELECT min(received_ms) FROM document WHERE state = 'clearing'",
                                 NO_VALUES, 0, &summary->oldest_clearing_ms, fault);
    return status;
}

static enum status read_register(struct ledger *ledger, struct ledger_summary *summary,
                                 struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status =
        database_query(ledger->database,
                       "SELECT id, imported_ms, persons, cases FROM register_version"
                       " WHERE state = 'current' ORDER BY id DESC LIMIT 1",
                       NO_VALUES, &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there) {
        summary->register_version = rows_integer(rows, 0);
        summary->register_imported_ms = rows_integer(rows, 1);
        summary->register_persons = (uint64_t)rows_integer(rows, 2);
        summary->register_cases = (uint64_t)rows_integer(rows, 3);
    }
    rows_done(&rows);
    return status;
}

static enum status summarise(struct ledger *ledger, struct ledger_summary *summary,
                             struct fault *fault)
{
    int64_t to_return = 0;
    enum status status = read_tally(ledger, summary, fault);
    if (status == STATUS_OK)
        status = read_oldest(ledger, summary, fault);
    if (status == STATUS_OK)
        status = read_register(ledger, summary, fault);
    if (status == STATUS_OK)
        status = database_number(
            ledger->database, "SELECT count(*) FROM scan WHERE state = 'refused' AND returned = 0",
            NO_VALUES, 0, &to_return, fault);
    summary->refused_to_return = (uint64_t)to_return;
    return status;
}

enum status ledger_summarise(struct ledger *ledger, struct ledger_summary *ret_summary,
                             struct fault *fault)
{
    struct ledger_summary summary = {0};
    enum status status = database_begin_reading(ledger->database, fault);
    if (status == STATUS_OK)
        status = database_end(ledger->database, summarise(ledger, &summary, fault), fault);
    if (status == STATUS_OK)
        *ret_summary = summary;
    return status;
}

enum status ledger_newest_ms(struct ledger *ledger, int64_t *ret_wall_ms, struct fault *fault)
{
    return database_number(ledger->database,
                           "SELECT coalesce((SELECT at_ms FROM audit ORDER BY id DESC LIMIT 1), 0)",
                           NO_VALUES, 0, ret_wall_ms, fault);
}
