/* match_context.c - see match_context.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "store/ledger_private.h"
#include "store/match_context.h"

/* A field that would break its line is left out: no case number of a register holds a control. */
static bool is_fit(const char *word)
{
    return word != NULL && strpbrk(word, "\t\n") == NULL;
}

/* A row: case number, kind, number of a request (0: none), id of a document (NULL: none). */
static void append_line(struct text *lines, const char *word, struct rows *rows)
{
    const char *case_number = rows_text(rows, 0), *kind = rows_text(rows, 1);
    const struct uuid document = rows_uuid(rows, 3);
    char id[UUID_TEXT_BYTES];
    if (!is_fit(case_number) || !is_fit(kind))
        return;
    text_append_format(lines, "%s\t%s\t%s\t", word, case_number, kind);
    uuid_to_text(&document, id);
    if (!uuid_is_nil(&document))
        text_append(lines, id);
    else if (rows_integer(rows, 2) != 0)
        text_append_format(lines, "%lld", (long long)rows_integer(rows, 2));
    text_append(lines, "\n");
}

static enum status append_all(struct ledger *ledger, const char *word, const char *sql,
                              const struct value *values, size_t count, struct text *lines,
                              struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status = database_query(ledger->database, sql, values, count, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        append_line(lines, word, rows);
    }
    rows_done(&rows);
    return status;
}

static const char excluded_cases[] =
    "SELECT case_number, '', 0, NULL FROM recall WHERE document = $1 AND case_number <> ''"
    " UNION SELECT c.case_number, '', 0, NULL FROM correction k"
    " JOIN decision c ON c.id = k.decision"
    " WHERE k.document = $1 AND k.misfiled = 1 AND c.case_number IS NOT NULL ORDER BY 1";

static enum status append_excluded(struct ledger *ledger, const struct uuid *document,
                                   struct text *lines, struct fault *fault)
{
    return append_all(ledger, "excluded", excluded_cases, VALUES(value_uuid(document)), lines,
                      fault);
}

static const char expected_papers[] =
    "SELECT r.case_number, i.kind, r.id, NULL FROM paper_item i"
    " JOIN paper_request r ON r.id = i.request WHERE r.state = 'open'"
    " AND i.is_open = 1 ORDER BY r.id DESC, i.number LIMIT $1";

static enum status append_expected(struct ledger *ledger, struct text *lines, struct fault *fault)
{
    return append_all(ledger, "expected", expected_papers,
                      VALUES(value_integer(MATCH_CONTEXT_EXPECTED_MOST)), lines, fault);
}

/* ---- what came in with it -------------------------------------------------------------------- */

/* Of the documents whose ids `near` selects, those whose case is settled, other than $1 and what shares
 * its pages; the newest $2. Each is looked up by its id: of a join PostgreSQL makes a walk over all
 * that were ever filed. */
#define SETTLED(near)                                                                              \
    "WITH near AS MATERIALIZED (" near ") SELECT t.case_number, '', 0, t.id FROM (SELECT n.id,"    \
    " (SELECT e.received_ms FROM document e WHERE e.id = n.id) AS received_ms,"                    \
    " (SELECT d.case_number FROM document d WHERE d.id = n.id AND (d.state = 'filed' OR"           \
    " (d.state = 'matching' AND EXISTS (SELECT 1 FROM job j WHERE j.scan = d.scan AND"             \
    " j.document = d.id AND j.kind = 'file' AND j.state <> 'done'))) AND"                          \
    " COALESCE(d.copy_of, d.id) <> (SELECT COALESCE(o.copy_of, o.id) FROM document o"              \
    " WHERE o.id = $1)) AS case_number FROM near n) t"                                             \
    " WHERE t.case_number IS NOT NULL ORDER BY t.received_ms DESC, t.id LIMIT $2"

/* Where the document lies in its scan, and where its envelope begins and ends. */
struct stretch {
    struct uuid scan;
    int64_t first, last;   /* its own pages; 0: none of this scan */
    int64_t before, after; /* the pages that bound the envelope: the first may be in it */
};

/* A sheet, or a page with a sticker, begins what came apart from all before; our return sheets
 * come in the same envelope as their papers. */
#define BOUNDARY " (p.outcome = 'separator' OR (p.sheet <> '' AND p.sheet NOT LIKE 'PE1:R:%'))"

static const char same_submission[] =
    SETTLED("SELECT DISTINCT s.id FROM receipt_scan a"
            " JOIN receipt_scan b ON b.code = a.code"
            " JOIN document s ON s.scan = b.scan WHERE a.scan = $3");

static const char same_envelope[] =
    SETTLED("SELECT s.id FROM document s WHERE s.scan = $3 AND EXISTS"
            " (SELECT 1 FROM page p WHERE p.scan = $3 AND p.document = s.id"
            " AND p.number >= $4 AND p.number < $5)");

static const char same_batch[] =
    SETTLED("SELECT s.id FROM document s WHERE s.scan = $3 UNION"
            " SELECT o.document FROM page p JOIN page o ON o.batch = p.batch"
            " WHERE p.scan = $3 AND p.document = $1 AND o.document IS NOT NULL"
            " AND p.batch IS NOT NULL AND o.batch IS NOT NULL");

static const char boundary_before[] =
    "SELECT max(p.number) FROM page p WHERE p.scan = $1 AND p.number <= $2 AND" BOUNDARY;

static const char boundary_after[] = "SELECT min(p.number) FROM page p WHERE p.scan = $1"
                                     " AND p.number > $2 AND" BOUNDARY;

static enum status find_bounds(struct ledger *ledger, struct stretch *stretch, struct fault *fault)
{
    enum status status =
        database_number(ledger->database, boundary_before,
                        VALUES(value_uuid(&stretch->scan), value_integer(stretch->first)), 0,
                        &stretch->before, fault);
    return status != STATUS_OK
               ? status
               : database_number(ledger->database, boundary_after,
                                 VALUES(value_uuid(&stretch->scan), value_integer(stretch->last)),
                                 INT32_MAX, &stretch->after, fault);
}

static const char stretch_of_document[] =
    "SELECT d.scan, min(p.number), max(p.number) FROM document d LEFT JOIN page p"
    " ON p.scan = d.scan AND p.document = COALESCE(d.copy_of, d.id) WHERE d.id = $1"
    " GROUP BY d.scan";

/* What is asked of the ledger behind this, but for the envelope's, which hangs on the bounds. */
static enum status ask_near_ahead(struct ledger *ledger, const struct uuid *document,
                                  const struct stretch *stretch, struct fault *fault)
{
    const struct value scan = value_uuid(&stretch->scan);
    const struct value most = value_integer(MATCH_CONTEXT_NEAR_MOST);
    enum status status = database_ask_ahead(ledger->database, same_submission,
                                            VALUES(value_uuid(document), most, scan), fault);
    if (status == STATUS_OK)
        status = database_ask_ahead(ledger->database, same_batch,
                                    VALUES(value_uuid(document), most, scan), fault);
    if (status == STATUS_OK && stretch->first > 0)
        status = database_ask_ahead(ledger->database, boundary_before,
                                    VALUES(scan, value_integer(stretch->first)), fault);
    if (status == STATUS_OK && stretch->first > 0)
        status = database_ask_ahead(ledger->database, boundary_after,
                                    VALUES(scan, value_integer(stretch->last)), fault);
    return status;
}

static enum status find_stretch(struct ledger *ledger, const struct uuid *document,
                                struct stretch *ret_stretch, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    struct stretch stretch = {.first = 0};
    enum status status = database_query(ledger->database, stretch_of_document,
                                        VALUES(value_uuid(document)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there)
        stretch = (struct stretch){.scan = rows_uuid(rows, 0),
                                   .first = rows_integer(rows, 1),
                                   .last = rows_integer(rows, 2)};
    rows_done(&rows);
    if (status == STATUS_OK)
        status = ask_near_ahead(ledger, document, &stretch, fault);
    if (status == STATUS_OK && stretch.first > 0)
        status = find_bounds(ledger, &stretch, fault);
    if (status == STATUS_OK)
        *ret_stretch = stretch;
    return status;
}

static enum status append_near(struct ledger *ledger, const struct uuid *document,
                               struct text *lines, struct fault *fault)
{
    struct stretch stretch;
    const struct value id = value_uuid(document);
    const struct value most = value_integer(MATCH_CONTEXT_NEAR_MOST);
    enum status status = find_stretch(ledger, document, &stretch, fault);
    const struct value scan = value_uuid(&stretch.scan);
    if (status == STATUS_OK)
        status =
            append_all(ledger, "submission", same_submission, VALUES(id, most, scan), lines, fault);
    if (status == STATUS_OK && stretch.first > 0)
        status = append_all(
            ledger, "envelope", same_envelope,
            VALUES(id, most, scan, value_integer(stretch.before), value_integer(stretch.after)),
            lines, fault);
    if (status == STATUS_OK)
        status = append_all(ledger, "batch", same_batch, VALUES(id, most, scan), lines, fault);
    return status;
}

enum status match_context_append(struct ledger *ledger, struct document_id id, struct text *lines,
                                 struct fault *fault)
{
    enum status status =
        database_ask_ahead(ledger->database, expected_papers,
                           VALUES(value_integer(MATCH_CONTEXT_EXPECTED_MOST)), fault);
    if (status == STATUS_OK)
        status = database_ask_ahead(ledger->database, stretch_of_document,
                                    VALUES(value_uuid(&id.uuid)), fault);
    if (status == STATUS_OK)
        status = append_excluded(ledger, &id.uuid, lines, fault);
    if (status == STATUS_OK)
        status = append_expected(ledger, lines, fault);
    if (status == STATUS_OK)
        status = append_near(ledger, &id.uuid, lines, fault);
    return status == STATUS_OK && !text_ok(lines) ? ledger_out_of_memory(fault) : status;
}
