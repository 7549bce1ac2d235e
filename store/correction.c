/* correction.c - see correction.h. The case number stands in the audit as a digest only. */
// SPDX-License-Identifier: EUPL-1.2
#include "store/correction.h"
#include "store/ledger_private.h"

enum status correction_keep(struct ledger *ledger, const struct uuid *document,
                            const struct correction *correction, const char *actor, int64_t audit,
                            struct fault *fault)
{
    int64_t decision = 0;
    enum status status =
        database_number(ledger->database,
                        "SELECT id FROM decision WHERE document = $1 AND decided_by = 'auto'"
                        " ORDER BY id DESC LIMIT 1",
                        VALUES(value_uuid(document)), 0, &decision, fault);
    if (status != STATUS_OK)
        return status;
    return database_run(ledger->database,
                        "INSERT INTO correction (document, made_ms, actor, decision, case_number,"
                        " kind, misfiled, audit) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                        VALUES(value_uuid(document), value_integer(ledger_wall_ms(ledger)),
                               value_text(actor),
                               decision == 0 ? value_null() : value_integer(decision),
                               value_text(correction->case_number), value_text(correction->kind),
                               value_integer(correction->is_misfiled), value_integer(audit)),
                        NULL, fault);
}

/* ---- looking -------------------------------------------------------------------------------- */

// What is said last counts; the decision is the one that was judged first, before anybody spoke.
#define SAID(column)                                                                               \
    "(SELECT k." column " FROM correction k WHERE k.document = d.id AND k." column                 \
    " IS NOT NULL ORDER BY k.id DESC LIMIT 1)"
#define JUDGED_COLUMNS                                                                             \
    "d.id, d.state, d.reading, c.explanation, c.made_ms, c.to_file, c.case_number, c.confidence,"  \
    " c.runner_up, c.kind, c.kind_confidence, c.rules_version, c.register_version,"                \
    " " SAID("case_number") ", " SAID("kind") ", " SAID("actor") ", " SAID(                        \
        "made_ms") ","                                                                             \
                   " (SELECT max(k.misfiled) FROM correction k WHERE k.document = d.id)"
#define JUDGED_TABLES                                                                              \
    "document d JOIN decision c ON c.id = coalesce("                                               \
    "(SELECT k.decision FROM correction k WHERE k.document = d.id AND k.decision IS NOT NULL"      \
    " ORDER BY k.id LIMIT 1),"                                                                     \
    " (SELECT a.id FROM decision a WHERE a.document = d.id AND a.decided_by = 'auto'"              \
    " ORDER BY a.id DESC LIMIT 1))"
#define JUDGED_ORDER "ORDER BY d.received_ms, d.scan, d.ordinal"

static struct judged_decision judged_of(struct rows *rows)
{
    struct judged_decision judged = {
        .document = {rows_uuid(rows, 0)},
        .reading = rows_digest(rows, 2),
        .explanation = rows_digest(rows, 3),
        .made_ms = rows_integer(rows, 4),
        .to_file = rows_integer(rows, 5) != 0,
        .case_number = rows_text(rows, 6),
        .confidence = rows_real(rows, 7),
        .runner_up = rows_real(rows, 8),
        .kind = rows_text(rows, 9),
        .kind_confidence = rows_real(rows, 10),
        .rules_version = rows_text(rows, 11),
        .register_version = rows_integer(rows, 12),
        .right_case = rows_text(rows, 13),
        .right_kind = rows_text(rows, 14),
        .corrected_by = rows_text(rows, 15),
        .corrected_ms = rows_integer(rows, 16),
        .is_misfiled = rows_integer(rows, 17) != 0,
    };
    if (!document_state_from_name(rows_text(rows, 1), &judged.state))
        judged.state = DOCUMENT_CORRUPT;
    return judged;
}

static enum status give(struct rows *rows, judged_callback *callback, void *context,
                        struct fault *fault)
{
    for (;;) {
        bool there = false;
        enum status status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            return status;
        const struct judged_decision judged = judged_of(rows);
        status = callback(context, &judged, fault);
        if (status != STATUS_OK)
            return status;
    }
}

enum status judged_each(struct ledger *ledger, bool only_corrected, judged_callback *callback,
                        void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status = only_corrected
                             ? database_query(ledger->database,
                                              "SELECT " JUDGED_COLUMNS " FROM " JUDGED_TABLES
                                              " WHERE d.copy_of IS NULL AND d.id IN (SELECT "
                                              "document FROM correction) " JUDGED_ORDER,
                                              NO_VALUES, &rows, fault)
                             : database_query(ledger->database,
                                              "SELECT " JUDGED_COLUMNS " FROM " JUDGED_TABLES
                                              " WHERE d.copy_of IS NULL " JUDGED_ORDER,
                                              NO_VALUES, &rows, fault);
    if (status == STATUS_OK)
        status = give(rows, callback, context, fault);
    rows_done(&rows);
    return status;
}
