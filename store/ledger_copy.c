/* ledger_copy.c - a letter that belongs to several cases: a document for each of them.
 *
 * A copy shares scan, pages, text and PDF with the document that it is a copy of, and has a
 * decision, a file job and a fate of its own. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "store/ledger_private.h"

enum status document_is_copy(struct ledger *ledger, const struct uuid *document, bool *ret_is_copy,
                             struct fault *fault)
{
    int64_t count = 0;
    enum status status = database_number(
        ledger->database, "SELECT count(*) FROM document WHERE id = $1 AND copy_of IS NOT NULL",
        VALUES(value_uuid(document)), 0, &count, fault);
    if (status == STATUS_OK)
        *ret_is_copy = count > 0;
    return status;
}

static enum status has_copy(struct ledger *ledger, const struct uuid *document,
                            const char *case_number, bool *ret_has, struct fault *fault)
{
    int64_t count = 0;
    enum status status =
        database_number(ledger->database,
                        "SELECT count(*) FROM document d JOIN decision c ON c.document = d.id"
                        " WHERE d.copy_of = $1 AND c.case_number = $2",
                        VALUES(value_uuid(document), value_text(case_number)), 0, &count, fault);
    if (status == STATUS_OK)
        *ret_has = count > 0;
    return status;
}

struct original {
    struct digest reading, text, pdf;
    int64_t ordinal; /* the next one that is free in its scan */
};

static enum status read_original(struct ledger *ledger, const struct uuid *document,
                                 struct original *ret_original, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status =
        database_query(ledger->database,
                       "SELECT d.reading, d.text, d.pdf, (SELECT max(o.ordinal) + 1 FROM document o"
                       " WHERE o.scan = d.scan) FROM document d WHERE d.id = $1",
                       VALUES(value_uuid(document)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && !there)
        status = fault_set(fault, STATUS_HALT, "the document of a match job is not there");
    if (status == STATUS_OK)
        *ret_original = (struct original){rows_digest(rows, 0), rows_digest(rows, 1),
                                          rows_digest(rows, 2), rows_integer(rows, 3)};
    rows_done(&rows);
    return status;
}

/* As with a document of a scan, the audit says of what it is made. */
static enum status audit_copy(struct ledger *ledger, const struct job_row *job,
                              const struct original *original, const struct uuid *id,
                              int64_t *ret_audit, struct fault *fault)
{
    char scan[UUID_TEXT_BYTES];
    char document[UUID_TEXT_BYTES];
    struct text detail = {0};
    uuid_to_text(&job->scan, scan);
    uuid_to_text(&job->document, document);
    detail_open(&detail);
    detail_word(&detail, "document", document_state_name(DOCUMENT_MATCHING));
    detail_word(&detail, "of", scan);
    detail_number(&detail, "ordinal", original->ordinal);
    detail_digest(&detail, "reading", &original->reading);
    detail_digest(&detail, "text", &original->text);
    detail_digest(&detail, "pdf", &original->pdf);
    detail_word(&detail, "copy_of", document);
    enum status status = audit_append_about(ledger, job->worker, "document.copy", id,
                                            detail_close(&detail), ret_audit, fault);
    text_done(&detail);
    return status;
}

static enum status add_document(struct ledger *ledger, const struct job_row *job,
                                const struct uuid *id, int64_t *ret_audit, struct fault *fault)
{
    struct original original;
    enum status status = read_original(ledger, &job->document, &original, fault);
    if (status == STATUS_OK)
        status = audit_copy(ledger, job, &original, id, ret_audit, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "INSERT INTO document (id, scan, ordinal, site, received_ms, state, reading, text,"
            " pdf, copy_of, born, audit)"
            " SELECT $1, d.scan, $4, d.site, d.received_ms, 'matching', d.reading, d.text, d.pdf,"
            " d.id, $3, $3 FROM document d WHERE d.id = $2",
            VALUES(value_uuid(id), value_uuid(&job->document), value_integer(*ret_audit),
                   value_integer(original.ordinal)),
            NULL, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "UPDATE scan SET documents = documents + 1 WHERE id = $1",
                              VALUES(value_uuid(&job->scan)), NULL, fault);
    if (status == STATUS_OK)
        status =
            tally_move(ledger, "document", NULL, document_state_name(DOCUMENT_MATCHING), fault);
    return status;
}

static enum status make_copy(struct ledger *ledger, const struct job_row *job,
                             const struct decision *decision, const struct decision_copy *copy,
                             struct fault *fault)
{
    // The same copy of the same document has the same id, whenever it is made.
    struct uuid id = uuid_derived(&job->document, copy->case_number, strlen(copy->case_number));
    struct decision own = *decision;
    int64_t audit = 0;
    own.case_number = copy->case_number;
    own.team = copy->team;
    own.confidence = copy->confidence;
    own.copies = NULL;
    own.copy_count = 0;
    enum status status = add_document(ledger, job, &id, &audit, fault);
    struct job_row decided = *job;
    decided.document = id;
    if (status == STATUS_OK)
        status = decision_audit(ledger, &decided, &own, &audit, fault);
    if (status == STATUS_OK)
        status = decision_keep(ledger, &id, &own, audit, fault);
    if (status == STATUS_OK)
        status = job_create(ledger, JOB_FILE, job->site, &job->scan, &id, audit, fault);
    return status;
}

enum status copies_make(struct ledger *ledger, const struct job_row *job,
                        const struct decision *decision, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (uint32_t i = 0; status == STATUS_OK && i < decision->copy_count; i++) {
        bool has = false;
        status = has_copy(ledger, &job->document, decision->copies[i].case_number, &has, fault);
        if (status == STATUS_OK && !has)
            status = make_copy(ledger, job, decision, &decision->copies[i], fault);
    }
    return status;
}
