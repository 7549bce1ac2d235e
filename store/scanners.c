/* scanners.c - see scanners.h. Scans of a site lie in order in an index, their pages behind them. */
// SPDX-License-Identifier: EUPL-1.2
#include "store/scanners.h"
#include "store/ledger_private.h"

static struct scanned_page read_page(struct rows *rows)
{
    return (struct scanned_page){
        .health = {.skew = (int16_t)rows_integer(rows, 0),
                   .contrast = (uint8_t)rows_integer(rows, 1),
                   .streak = (uint16_t)rows_integer(rows, 2)},
        .width = (int32_t)rows_integer(rows, 3),
        .height = (int32_t)rows_integer(rows, 4),
        .dpi = (int32_t)rows_integer(rows, 5),
    };
}

enum status scanned_pages(struct ledger *ledger, const char *site, struct scanned_page *ret_pages,
                          size_t most, size_t *ret_count, struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    size_t count = 0;
    enum status status =
        database_query(ledger->database,
                       "SELECT p.skew, p.contrast, p.streak, p.width, p.height, p.dpi FROM scan s"
                       " JOIN page p ON p.scan = s.id"
                       " WHERE s.site = (SELECT id FROM site WHERE name = $1)"
                       " ORDER BY s.received_ms DESC, s.id DESC, p.number DESC LIMIT $2",
                       VALUES(value_text(site), value_integer((int64_t)most)), &rows, fault);
    while (status == STATUS_OK && count < most) {
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        ret_pages[count++] = read_page(rows);
    }
    rows_done(&rows);
    if (status == STATUS_OK)
        *ret_count = count;
    return status;
}
