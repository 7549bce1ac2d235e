/* quality.c - checking documents, and who may: see quality.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "store/ledger_private.h"
#include "store/quality.h"

const char *const *quality_finding_names(void)
{
    static const char *const names[] = {"page_missing", "unreadable",  "wrong_order",   "cut_off",
                                        "foreign_page", "wrong_case",  "wrong_kind",    "turned",
                                        "colour_lost",  "two_letters", "wrong_receipt", NULL};
    return names;
}

static bool is_finding(const char *word, size_t length)
{
    for (const char *const *name = quality_finding_names(); *name != NULL; name++)
        if (strlen(*name) == length && strncmp(*name, word, length) == 0)
            return true;
    return false;
}

/* Every word is a finding; *ret_count: how many. */
static bool are_findings(const char *words, size_t *ret_count)
{
    *ret_count = 0;
    while (*words != '\0') {
        words += strspn(words, " ");
        size_t length = strcspn(words, " ");
        if (length > 0 && (!is_finding(words, length) || ++*ret_count > QUALITY_FINDINGS_MOST))
            return false;
        words += length;
    }
    return true;
}

/* ---- who ------------------------------------------------------------------------------------- */

enum status quality_made_by(struct ledger *ledger, const struct uuid *document, const char *actor,
                            bool *ret_is, struct fault *fault)
{
    int64_t found = 0;
    enum status status = database_number(
        ledger->database,
        "SELECT count(*) FROM document d JOIN scan s ON s.id = d.scan JOIN audit a ON a.id = s.born"
        " LEFT JOIN quality_lot l ON l.id = d.lot LEFT JOIN batch b ON b.id = l.batch"
        " LEFT JOIN arrangement r ON r.id = d.arrangement WHERE d.id = $1 AND (a.actor = $2"
        " OR r.actor = $2 OR b.closed_by = $2 OR lower(b.operator) = lower($2) OR EXISTS"
        " (SELECT 1 FROM audit o WHERE o.subject = b.id AND o.action = 'batch.open'"
        " AND o.actor = $2))",
        VALUES(value_uuid(document), value_text(actor)), 0, &found, fault);
    *ret_is = found > 0;
    return status;
}

/* ---- checking -------------------------------------------------------------------------------- */

/* Where the document is drawn from, as it is before. */
struct place {
    struct uuid lot;
    bool is_drawn;
    bool is_open; /* drawn, and not found good */
};

static enum status find_place(struct ledger *ledger, const struct uuid *document, bool *ret_has_lot,
                              struct place *ret_place, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status =
        database_query(ledger->database,
                       "SELECT d.lot, i.drawn, i.verdict FROM document d LEFT JOIN quality_item i"
                       " ON i.document = d.id WHERE d.id = $1",
                       VALUES(value_uuid(document)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && !there)
        status = fault_set(fault, STATUS_REFUSE, "the ledger knows no document of this id");
    if (status == STATUS_OK) {
        bool is_drawn = !rows_is_null(rows, 1);
        *ret_has_lot = !rows_is_null(rows, 0);
        *ret_place =
            (struct place){.lot = rows_uuid(rows, 0),
                           .is_drawn = is_drawn,
                           .is_open = is_drawn && !string_equal(rows_text(rows, 2), "good")};
    }
    rows_done(&rows);
    return status;
}

static enum status keep_check(struct ledger *ledger, const struct uuid *document,
                              const struct quality_opinion *opinion, const char *actor,
                              struct fault *fault)
{
    const char *verdict = opinion->is_good ? "good" : "bad";
    struct text detail = {0};
    int64_t audit = 0;
    detail_open(&detail);
    detail_word(&detail, "verdict", verdict);
    detail_word(&detail, "findings", opinion->findings);
    enum status status = audit_append_about(ledger, actor, "quality.check", document,
                                            detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "INSERT INTO quality_check (document, at_ms, actor, verdict, findings, words, audit)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            VALUES(value_uuid(document), value_integer(ledger_wall_ms(ledger)), value_text(actor),
                   value_text(verdict), value_text(opinion->findings), value_text(opinion->words),
                   value_integer(audit)),
            NULL, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "UPDATE quality_item SET verdict = $2,"
                              " drawn = coalesce(drawn, 'asked') WHERE document = $1",
                              VALUES(value_uuid(document), value_text(verdict)), NULL, fault);
    return status;
}

/* A finding: every document of the lot is looked at. */
static enum status draw_the_rest(struct ledger *ledger, const struct uuid *lot, struct fault *fault)
{
    enum status status =
        database_run(ledger->database, "UPDATE quality_lot SET has_finding = 1 WHERE id = $1",
                     VALUES(value_uuid(lot)), NULL, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "UPDATE quality_item SET drawn = 'finding' WHERE lot = $1 AND drawn IS NULL",
            VALUES(value_uuid(lot)), NULL, fault);
    return status;
}

static enum status count_open(struct ledger *ledger, const struct uuid *lot, struct fault *fault)
{
    return database_run(ledger->database,
                        "UPDATE quality_lot SET open_checks = (SELECT count(*) FROM quality_item i"
                        " WHERE i.lot = quality_lot.id AND i.drawn IS NOT NULL"
                        " AND (i.verdict IS NULL OR i.verdict = 'bad')) WHERE id = $1",
                        VALUES(value_uuid(lot)), NULL, fault);
}

static enum status check(struct ledger *ledger, const struct uuid *document,
                         const struct quality_opinion *opinion, const char *actor,
                         enum quality_verdict *ret_verdict, struct fault *fault)
{
    struct place place = {0};
    bool has_lot = false, is_own = false;
    enum status status = find_place(ledger, document, &has_lot, &place, fault);
    if (status == STATUS_OK && has_lot)
        status = quality_made_by(ledger, document, actor, &is_own, fault);
    *ret_verdict = !has_lot ? QUALITY_NO_LOT : is_own ? QUALITY_SAME_PERSON : QUALITY_KEPT;
    if (status != STATUS_OK || *ret_verdict != QUALITY_KEPT)
        return status;
    status = keep_check(ledger, document, opinion, actor, fault);
    if (status == STATUS_OK && !opinion->is_good)
        status = draw_the_rest(ledger, &place.lot, fault);
    if (status == STATUS_OK)
        status = count_open(ledger, &place.lot, fault);
    return status == STATUS_OK ? document_renew_note(ledger, document, actor, fault) : status;
}

enum status quality_check(struct ledger *ledger, struct document_id document,
                          const struct quality_opinion *opinion, const char *actor,
                          enum quality_verdict *ret_verdict, struct fault *fault)
{
    size_t findings = 0;
    enum quality_verdict verdict = QUALITY_KEPT;
    if (!are_findings(opinion->findings, &findings))
        return fault_set(fault, STATUS_REFUSE, "there is no such finding");
    if (opinion->is_good != (findings == 0))
        return fault_set(fault, STATUS_REFUSE,
                         "a document is either good, or bad with what was found");
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, check(ledger, &document.uuid, opinion, actor, &verdict, fault),
                            fault);
    if (status == STATUS_OK)
        *ret_verdict = verdict;
    return status;
}

/* ---- looking -------------------------------------------------------------------------------- */

#define ITEM_COLUMNS                                                                               \
    "i.document, i.lot, l.batch, l.site, s.source, d.kind, b.operator, i.drawn, i.verdict,"        \
    " c.findings, c.words, c.actor, c.at_ms, d.received_ms"
#define ITEM_TABLES                                                                                \
    " FROM quality_item i JOIN quality_lot l ON l.id = i.lot JOIN document d ON d.id = i.document" \
    " JOIN scan s ON s.id = d.scan LEFT JOIN batch b ON b.id = l.batch LEFT JOIN quality_check c"  \
    " ON c.id = (SELECT max(k.id) FROM quality_check k WHERE k.document = i.document)"

static enum status give_items(struct rows *rows, quality_callback *callback, void *context,
                              uint32_t *ret_count, struct fault *fault)
{
    enum status status = STATUS_OK;
    bool there = true;
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        const struct quality_item item = {.document = {rows_uuid(rows, 0)},
                                          .lot = rows_uuid(rows, 1),
                                          .batch = rows_text(rows, 2),
                                          .site = rows_text(rows, 3),
                                          .source = rows_text(rows, 4),
                                          .kind = rows_text(rows, 5),
                                          .operator_name = rows_text(rows, 6),
                                          .drawn = rows_text(rows, 7),
                                          .verdict = rows_text(rows, 8),
                                          .findings = rows_text(rows, 9),
                                          .words = rows_text(rows, 10),
                                          .checked_by = rows_text(rows, 11),
                                          .checked_ms = rows_integer(rows, 12),
                                          .received_ms = rows_integer(rows, 13)};
        status = callback(context, &item, fault);
        (*ret_count)++;
    }
    return status;
}

enum status quality_open(struct ledger *ledger, uint32_t rights, uint32_t most,
                         quality_callback *callback, void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    uint32_t count = 0;
    enum status status = database_query(
        ledger->database,
        "SELECT " ITEM_COLUMNS ITEM_TABLES " WHERE i.drawn IS NOT NULL AND (i.verdict IS NULL OR"
        " i.verdict = 'bad')" GUARD_SEEN("$2") " ORDER BY i.lot, i.number LIMIT $1",
        VALUES(value_integer(most == 0 ? INT64_MAX : (int64_t)most), value_lacking(rights)), &rows,
        fault);
    if (status == STATUS_OK)
        status = give_items(rows, callback, context, &count, fault);
    rows_done(&rows);
    return status;
}

static const char item_of_document[] = "SELECT " ITEM_COLUMNS ITEM_TABLES " WHERE i.document = $1";

enum status quality_ask_ahead(struct ledger *ledger, struct document_id document,
                              struct fault *fault)
{
    return database_ask_ahead(ledger->database, item_of_document,
                              VALUES(value_uuid(&document.uuid)), fault);
}

enum status quality_of(struct ledger *ledger, struct document_id document,
                       quality_callback *callback, void *context, bool *ret_found,
                       struct fault *fault)
{
    struct rows *rows = NULL;
    uint32_t count = 0;
    enum status status = database_query(ledger->database, item_of_document,
                                        VALUES(value_uuid(&document.uuid)), &rows, fault);
    if (status == STATUS_OK)
        status = give_items(rows, callback, context, &count, fault);
    rows_done(&rows);
    if (status == STATUS_OK)
        *ret_found = count > 0;
    return status;
}
