/* requests_follow.c - what a document that is filed, or leaves its case, does to the requests for
 * papers of that case (requests.h). In the transaction of the file job that ends. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/sheet.h"
#include "store/requests_private.h"

/* What counts of the document. */
struct arrival {
    struct uuid document;
    char *case_number, *kind; /* NULL for none */
    int64_t request;          /* on its return sheet; 0: none */
    bool has_brought;         /* an item was closed with it before */
};

static void arrival_done(struct arrival *arrival)
{
    free(arrival->case_number);
    free(arrival->kind);
}

/* ---- the document ---------------------------------------------------------------------------- */

static void read_sheet(const char *code, struct arrival *arrival)
{
    struct sheet sheet;
    if (code == NULL || sheet_read(code, &sheet) != SHEET_GOOD || sheet.kind != SHEET_RETURN)
        return;
    if (arrival->case_number != NULL && strcmp(sheet.case_number, arrival->case_number) == 0)
        arrival->request = sheet.request;
}

/* The sheet's seal was judged where the letter was matched; here only a request of the case that it
 * was filed to counts. */
static enum status read_sheets(struct ledger *ledger, struct arrival *arrival, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status =
        database_query(ledger->database,
                       "SELECT p.sheet FROM document d JOIN page p ON p.scan = d.scan"
                       " AND p.document = COALESCE(d.copy_of, d.id) WHERE d.id = $1"
                       " AND p.sheet LIKE 'PE1:R:%' ORDER BY p.number",
                       VALUES(value_uuid(&arrival->document)), &rows, fault);
    while (status == STATUS_OK && arrival->request == 0) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        read_sheet(rows_text(rows, 0), arrival);
    }
    rows_done(&rows);
    return status;
}

static enum status read_arrival(struct ledger *ledger, struct arrival *arrival, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false, failed = false;
    enum status status = database_query(
        ledger->database,
        "SELECT d.case_number, d.kind, (SELECT count(*) FROM paper_item i WHERE i.document = d.id)"
        " FROM document d WHERE d.id = $1",
        VALUES(value_uuid(&arrival->document)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there) {
        arrival->case_number = rows_text_copy(rows, 0, &failed);
        arrival->kind = rows_text_copy(rows, 1, &failed);
        arrival->has_brought = rows_integer(rows, 2) > 0;
    }
    rows_done(&rows);
    if (status == STATUS_OK && failed)
        status = ledger_out_of_memory(fault);
    return status == STATUS_OK ? read_sheets(ledger, arrival, fault) : status;
}

/* ---- taking back ----------------------------------------------------------------------------- */

struct brought {
    int64_t request;
    uint32_t item;
};

/* Items of other cases than `case_number` (NULL: of all) that came with the document. */
static enum status find_brought(struct ledger *ledger, const struct uuid *document,
                                const char *case_number, struct brought *brought, size_t *ret_count,
                                struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status = database_query(
        ledger->database,
        "SELECT i.request, i.number FROM paper_item i JOIN paper_request r ON r.id = i.request"
        " WHERE i.document = $1 AND r.case_number <> $2 ORDER BY i.request, i.number",
        VALUES(value_uuid(document), value_text(case_number == NULL ? "" : case_number)), &rows,
        fault);
    *ret_count = 0;
    while (status == STATUS_OK && *ret_count < REQUEST_ITEMS_MOST) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        brought[(*ret_count)++] =
            (struct brought){rows_integer(rows, 0), (uint32_t)rows_integer(rows, 1)};
    }
    rows_done(&rows);
    return status;
}

static enum status take_back(struct ledger *ledger, const struct uuid *document,
                             const char *case_number, struct fault *fault)
{
    struct brought brought[REQUEST_ITEMS_MOST];
    size_t count = 0;
    enum status status = find_brought(ledger, document, case_number, brought, &count, fault);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        const struct request_change change = {.number = brought[i].request,
                                              .actor = "auto",
                                              .what = "reopened",
                                              .item = brought[i].item,
                                              .document = *document,
                                              .reason =
                                                  "Das Dokument liegt nicht mehr in dieser Akte."};
        status = request_item_open(ledger, &change, fault);
    }
    return status;
}

/* ---- coming in ------------------------------------------------------------------------------- */

/* The item that a query (request, item) finds; request 0: none. */
static enum status find_item(struct ledger *ledger, const char *sql, const struct value *values,
                             size_t count, struct brought *ret_item, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status = database_query(ledger->database, sql, values, count, &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there)
        *ret_item = (struct brought){rows_integer(rows, 0), (uint32_t)rows_integer(rows, 1)};
    rows_done(&rows);
    return status;
}

/* The open item of the request on the sheet: of this kind, or the only one that is open. */
static enum status find_by_sheet(struct ledger *ledger, const struct arrival *arrival,
                                 struct brought *ret_item, struct fault *fault)
{
    int64_t open = 0;
    enum status status = find_item(
        ledger,
        "SELECT i.request, i.number FROM paper_item i JOIN paper_request r ON r.id = i.request"
        " WHERE r.id = $1 AND r.case_number = $2 AND r.state = 'open' AND i.is_open = 1"
        " AND i.kind = $3 AND i.kind <> '' ORDER BY i.number LIMIT 1",
        VALUES(value_integer(arrival->request), value_text(arrival->case_number),
               value_text(arrival->kind == NULL ? "" : arrival->kind)),
        ret_item, fault);
    if (status == STATUS_OK && ret_item->request == 0)
        status = database_number(
            ledger->database,
            "SELECT count(*) FROM paper_item i JOIN paper_request r ON r.id = i.request WHERE"
            " r.id = $1 AND r.case_number = $2 AND r.state = 'open' AND i.is_open = 1",
            VALUES(value_integer(arrival->request), value_text(arrival->case_number)), 0, &open,
            fault);
    if (status == STATUS_OK && open == 1)
        status = find_item(ledger,
                           "SELECT request, number FROM paper_item WHERE request = $1"
                           " AND is_open = 1",
                           VALUES(value_integer(arrival->request)), ret_item, fault);
    return status;
}

static enum status find_by_kind(struct ledger *ledger, const struct arrival *arrival,
                                struct brought *ret_item, struct fault *fault)
{
    if (arrival->kind == NULL || arrival->kind[0] == '\0')
        return STATUS_OK;
    return find_item(
        ledger,
        "SELECT i.request, i.number FROM paper_item i JOIN paper_request r ON r.id = i.request"
        " WHERE r.case_number = $1 AND r.state = 'open' AND i.is_open = 1 AND i.kind = $2"
        " ORDER BY i.request, i.number LIMIT 1",
        VALUES(value_text(arrival->case_number), value_text(arrival->kind)), ret_item, fault);
}

/* Something came with the sheet of a request, and nobody can tell by itself what. */
static enum status keep_arrived(struct ledger *ledger, const struct arrival *arrival,
                                struct fault *fault)
{
    const struct request_change change = {.number = arrival->request,
                                          .actor = "auto",
                                          .what = "arrived",
                                          .document = arrival->document,
                                          .way = "sheet"};
    int64_t audit = 0, is_there = 0;
    enum status status = database_number(
        ledger->database, "SELECT count(*) FROM paper_request WHERE id = $1 AND case_number = $2",
        VALUES(value_integer(arrival->request), value_text(arrival->case_number)), 0, &is_there,
        fault);
    if (status != STATUS_OK || is_there == 0)
        return status;
    status = request_audit(ledger, &change, &audit, fault);
    return status == STATUS_OK ? request_event_keep(ledger, &change, audit, fault) : status;
}

static enum status take_in(struct ledger *ledger, const struct arrival *arrival,
                           struct fault *fault)
{
    struct brought item = {0};
    bool has_sheet = arrival->request > 0;
    enum status status = has_sheet ? find_by_sheet(ledger, arrival, &item, fault) : STATUS_OK;
    const char *way = has_sheet && item.request > 0 ? "sheet" : "match";
    if (status == STATUS_OK && item.request == 0)
        status = find_by_kind(ledger, arrival, &item, fault);
    if (status != STATUS_OK || (item.request == 0 && !has_sheet))
        return status;
    const struct request_change change = {.number = item.request,
                                          .actor = "auto",
                                          .what = "came",
                                          .item = item.item,
                                          .document = arrival->document,
                                          .way = way};
    return item.request == 0 ? keep_arrived(ledger, arrival, fault)
                             : request_item_close(ledger, &change, fault);
}

enum status requests_follow(struct ledger *ledger, const struct uuid *document, struct fault *fault)
{
    struct arrival arrival = {.document = *document};
    enum status status = read_arrival(ledger, &arrival, fault);
    if (status == STATUS_OK && arrival.has_brought)
        status = take_back(ledger, document, arrival.case_number, fault);
    // What it brought to this very case before stays as it is: it was filed anew.
    if (status == STATUS_OK && arrival.has_brought) {
        int64_t kept = 0;
        status =
            database_number(ledger->database, "SELECT count(*) FROM paper_item WHERE document = $1",
                            VALUES(value_uuid(document)), 0, &kept, fault);
        arrival.has_brought = kept > 0;
    }
    if (status == STATUS_OK && !arrival.has_brought && arrival.case_number != NULL)
        status = take_in(ledger, &arrival, fault);
    arrival_done(&arrival);
    return status;
}

enum status requests_forget(struct ledger *ledger, const struct uuid *document, struct fault *fault)
{
    return take_back(ledger, document, NULL, fault);
}
