/* watch.c - see watch.h. */
// SPDX-License-Identifier: EUPL-1.2
#include "store/watch.h"
#include "store/ledger_private.h"

static enum status walk_actions(struct ledger *ledger, int64_t audit, watch_callback *callback,
                                void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    enum status status =
        database_query(ledger->database, "SELECT DISTINCT action FROM audit WHERE id > $1",
                       VALUES(value_integer(audit)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        status = callback(context, rows_text(rows, 0), fault);
    }
    rows_done(&rows);
    return status;
}

enum status watch_actions(struct ledger *ledger, int64_t *audit, watch_callback *callback,
                          void *context, struct fault *fault)
{
    int64_t newest = 0;
    enum status status = database_number(ledger->database, "SELECT max(id) FROM audit", NO_VALUES,
                                         0, &newest, fault);
    if (status != STATUS_OK || newest == *audit)
        return status;
    bool is_anything = *audit == 0 || newest - *audit > WATCH_ACTIONS_MOST || newest < *audit;
    status = is_anything ? callback(context, "", fault)
                         : walk_actions(ledger, *audit, callback, context, fault);
    if (status == STATUS_OK)
        *audit = newest;
    return status;
}

enum status watch_progress(struct ledger *ledger, int64_t *ret_progress, struct fault *fault)
{
    return database_number(ledger->database,
                           "SELECT sum(page_done + 1000 * id) FROM job WHERE state = 'leased'",
                           NO_VALUES, 0, ret_progress, fault);
}
