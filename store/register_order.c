/* register_order.c - see register_order.h.
 *
 * Sorting and writing are two steps because the ledger is not to be locked for as long as millions
 * of rows take: what is sorted lies in a temporary table, which holds nobody up, and is written in
 * portions between which others have their turn. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>

#include "store/register_order.h"

static const struct statements {
    const char *sort;
    const char *write;
    const char *boundary; /* where a portion of $2 entries ends, by the first text of the key */
    const char *delete_below;
    const char *delete_all;
} statements[REGISTER_ORDERS] = {
    [REGISTER_BY_CASE] =
        {
                            .sort = "INSERT INTO register_sorted (line, a, b, c) SELECT line, case_number, '', ''"
                    " FROM register_row WHERE version = $1 AND line >= $2 AND line <= $3"
                    " ORDER BY case_number, line", .write = "INSERT INTO register_by_case (version, case_number, line) SELECT $1, a, line"
                     " FROM register_sorted WHERE n > $2 AND n <= $3 ORDER BY n", .boundary = "SELECT case_number FROM register_by_case WHERE version = $1"
                        " ORDER BY case_number LIMIT 1 OFFSET $2", .delete_below = "DELETE FROM register_by_case WHERE version = $1 AND case_number <= $2",
                            .delete_all = "DELETE FROM register_by_case WHERE version = $1",
                            },
    [REGISTER_BY_ADDRESS] =
        {
                            .sort = "INSERT INTO register_sorted (line, a, b, c) SELECT line, postcode, street,"
                    " house_number FROM register_row WHERE version = $1 AND line >= $2 AND line"
                    " <= $3 AND street <> '' ORDER BY postcode, street, house_number, line",                     .write = "INSERT INTO register_by_address (version, postcode, street, house_number,"
                     " line) SELECT $1, a, b, c, line FROM register_sorted WHERE n > $2 AND n <= $3"
                     " ORDER BY n",                                                                                                                                   .boundary = "SELECT postcode FROM register_by_address WHERE version = $1"
                        " ORDER BY postcode LIMIT 1 OFFSET $2",                                                                                                          .delete_below = "DELETE FROM register_by_address WHERE version = $1 AND postcode <= $2",
                            .delete_all = "DELETE FROM register_by_address WHERE version = $1",
                            },
};

enum status register_order_sort(struct ledger *ledger, enum register_order order, int64_t version,
                                int64_t from, int64_t to, int64_t *ret_count, struct fault *fault)
{
    enum status status = database_script(
        ledger->database,
        "CREATE TEMPORARY TABLE register_sorted (n INTEGER PRIMARY KEY, line INTEGER NOT NULL,"
        " a TEXT NOT NULL, b TEXT NOT NULL, c TEXT NOT NULL)",
        fault);
    uint64_t count = 0;
    if (status == STATUS_OK)
        status = database_run(
            ledger->database, statements[order].sort,
            VALUES(value_integer(version), value_integer(from), value_integer(to)), &count, fault);
    if (status == STATUS_OK)
        *ret_count = (int64_t)count;
    return status;
}

enum status register_order_write(struct ledger *ledger, enum register_order order, int64_t version,
                                 int64_t first, int64_t most, struct fault *fault)
{
    return database_run(
        ledger->database, statements[order].write,
        VALUES(value_integer(version), value_integer(first), value_integer(first + most)), NULL,
        fault);
}

enum status register_order_done(struct ledger *ledger, struct fault *fault)
{
    return database_script(ledger->database, "DROP TABLE IF EXISTS register_sorted", fault);
}

/* NULL when no more than one portion is left. The caller owns it. */
static enum status find_boundary(struct ledger *ledger, enum register_order order, int64_t version,
                                 int64_t most, char **ret_boundary, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    bool failed = false;
    enum status status =
        database_query(ledger->database, statements[order].boundary,
                       VALUES(value_integer(version), value_integer(most)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there)
        *ret_boundary = rows_text_copy(rows, 0, &failed);
    rows_done(&rows);
    return failed ? ledger_out_of_memory(fault) : status;
}

enum status register_order_delete(struct ledger *ledger, enum register_order order, int64_t version,
                                  int64_t most, bool *ret_more, struct fault *fault)
{
    char *boundary = NULL;
    enum status status = find_boundary(ledger, order, version, most, &boundary, fault);
    if (status == STATUS_OK && boundary != NULL)
        status = database_run(ledger->database, statements[order].delete_below,
                              VALUES(value_integer(version), value_text(boundary)), NULL, fault);
    else if (status == STATUS_OK)
        status = database_run(ledger->database, statements[order].delete_all,
                              VALUES(value_integer(version)), NULL, fault);
    *ret_more = boundary != NULL;
    free(boundary);
    return status;
}
