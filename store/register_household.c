/* register_household.c - the other cases of a household: the same surname at the same address. */
// SPDX-License-Identifier: EUPL-1.2
#include "store/ledger_private.h"
#include "store/register.h"

enum { HOUSEHOLD_CASES_MOST = 8 };

enum status register_household(struct ledger *ledger, const char *case_number,
                               register_case_callback *callback, void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status = database_query(
        ledger->database,
        "SELECT DISTINCT o.case_number FROM register_by_case k"
        " JOIN register_row r ON r.version = k.version AND r.line = k.line"
        " JOIN register_by_address h ON h.version = k.version AND h.postcode = r.postcode"
        " AND h.street = r.street AND h.house_number = r.house_number"
        " JOIN register_row o ON o.version = k.version AND o.line = h.line"
        " WHERE k.version = (SELECT v.id FROM register_version v WHERE v.state = 'current')"
        " AND k.case_number = $1 AND o.surname = r.surname AND o.case_number <> r.case_number"
        " ORDER BY o.case_number LIMIT $2",
        VALUES(value_text(case_number), value_integer(HOUSEHOLD_CASES_MOST)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        status = callback(context, rows_text(rows, 0), fault);
    }
    rows_done(&rows);
    return status;
}
