/* ledger_result.c - what workers bring back: readings, decisions, places in the cabinet.
 *
 * Each is one commit that ends the job, moves the scan or document, and starts what comes next. A
 * result of an attempt that is no longer the job's changes nothing (*ret_held false). */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>

#include "base/reading.h"
#include "store/ledger_private.h"

/* ---- readings ------------------------------------------------------------------------------- */

/* A page stands in one of the documents exactly when its outcome says so. */
static bool page_is_sound(const struct read_result *result, uint32_t index)
{
    const struct page_facts *page = &result->pages[index];
    if (page->number != index + 1 || page->outcome > PAGE_REFUSED)
        return false;
    if (page->outcome != PAGE_IN_DOCUMENT)
        return page->document == 0;
    return page->document >= 1 && page->document <= result->document_count;
}

/* Every page accounted for exactly once, and no document without a page. */
static enum status check_result(const struct read_result *result, struct fault *fault)
{
    if (result->page_count == 0 || result->page_count > READING_PAGES_MOST)
        return fault_set(fault, STATUS_REFUSE, "a result of %u pages; 1 to %d are possible",
                         result->page_count, READING_PAGES_MOST);
    if (result->document_count > result->page_count)
        return fault_set(fault, STATUS_REFUSE, "a result of %u documents on %u pages",
                         result->document_count, result->page_count);
    bool has_page[READING_PAGES_MOST + 1] = {false};
    for (uint32_t i = 0; i < result->page_count; i++) {
        if (!page_is_sound(result, i))
            return fault_set(fault, STATUS_REFUSE, "the result does not account for page %u",
                             i + 1);
        has_page[result->pages[i].document] = true;
    }
    for (uint32_t i = 1; i <= result->document_count; i++)
        if (!has_page[i])
            return fault_set(fault, STATUS_REFUSE, "document %u of the result has no page", i);
    return STATUS_OK;
}

/* A new document in matching: its audit row, its row, and its match job. */
static enum status add_document(struct ledger *ledger, const struct job_row *job,
                                const struct read_document *document, const struct uuid *id,
                                uint32_t ordinal, struct fault *fault)
{
    char scan[UUID_TEXT_BYTES];
    uuid_to_text(&job->scan, scan);
    struct text detail = {0};
    int64_t audit = 0;
    detail_open(&detail);
    detail_word(&detail, "document", document_state_name(DOCUMENT_MATCHING));
    detail_word(&detail, "of", scan);
    detail_number(&detail, "ordinal", ordinal);
    detail_digest(&detail, "reading", &document->reading);
    detail_digest(&detail, "text", &document->text);
    detail_digest(&detail, "pdf", &document->pdf);
    enum status status = audit_append_about(ledger, job->worker, "document.make", id,
                                            detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = database_post(
            ledger->database,
            "INSERT INTO document (id, scan, ordinal, site, received_ms, state, reading, text,"
            " pdf, born, audit)"
            " SELECT $1, s.id, $3, s.site, s.received_ms, 'matching', $4, $5, $6, $7, $7"
            " FROM scan s WHERE s.id = $2",
            VALUES(value_uuid(id), value_uuid(&job->scan), value_integer(ordinal),
                   value_digest(&document->reading), value_digest(&document->text),
                   value_digest(&document->pdf), value_integer(audit)),
            fault);
    if (status == STATUS_OK)
        status =
            tally_move(ledger, "document", NULL, document_state_name(DOCUMENT_MATCHING), fault);
    if (status == STATUS_OK)
        status = job_create(ledger, JOB_MATCH, job->site, &job->scan, id, audit, fault);
    return status;
}

/* `ids` are the documents', in order. From a cover sheet on, pages belong to its batch. */
static enum status add_pages(struct ledger *ledger, const struct job_row *job,
                             const struct read_result *result, const struct uuid *ids,
                             struct fault *fault)
{
    static const struct uuid none;
    struct sheet cover = {0}, sheet;
    enum status status = STATUS_OK;
    for (uint32_t i = 0; status == STATUS_OK && i < result->page_count; i++) {
        const struct page_facts *page = &result->pages[i];
        if (sheet_read(page->sheet, &sheet) == SHEET_GOOD && sheet.kind == SHEET_COVER) {
            cover = sheet;
            status = batch_of_cover(ledger, &cover, job->worker, fault);
        }
        if (status == STATUS_OK)
            status = pages_keep(ledger, &job->scan,
                                page->document == 0 ? &none : &ids[page->document - 1], page,
                                cover.batch[0] == '\0' ? NULL : cover.batch, fault);
    }
    if (status == STATUS_OK)
        status = tally_add(ledger, "page", "read", result->page_count, fault);
    return status;
}

/* How many pages ended in a way that nobody changes later, for `verify` to count them again. */
static void detail_ended(struct text *detail, const char *key, const struct read_result *result,
                         enum page_outcome outcome)
{
    char words[16];
    uint32_t count = 0;
    for (uint32_t i = 0; i < result->page_count; i++)
        count += result->pages[i].outcome == (uint8_t)outcome ? 1U : 0U;
    (void)snprintf(words, sizeof words, "%u", count);
    detail_word(detail, key, words);
}

static enum status end_reading(struct ledger *ledger, const struct job_row *job,
                               const struct read_result *result, struct fault *fault)
{
    struct text detail = {0};
    int64_t audit = 0;
    detail_job(&detail, job);
    detail_word(&detail, "scan", scan_state_name(SCAN_READ));
    detail_number(&detail, "pages", result->page_count);
    detail_number(&detail, "documents", result->document_count);
    detail_ended(&detail, "sheets", result, PAGE_SEPARATOR);
    detail_ended(&detail, "unread", result, PAGE_REFUSED);
    detail_digest(&detail, "page_file", &result->page_file);
    enum status status = audit_append_about(ledger, job->worker, "scan.read", &job->scan,
                                            detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = job_finish(ledger, job, audit, fault);
    if (status == STATUS_OK)
        status = database_post_one(
            ledger->database,
            "UPDATE scan SET page_count = $2, documents = $3, page_file = $4, state = $5,"
            " error = NULL, audit = $6 WHERE id = $1 AND state = $7",
            VALUES(value_uuid(&job->scan), value_integer(result->page_count),
                   value_integer(result->document_count), value_digest_or_null(&result->page_file),
                   value_text(scan_state_name(SCAN_READ)), value_integer(audit),
                   value_text(scan_state_name(SCAN_READING))),
            "the ledger contradicts itself: a scan that was read is not being read", fault);
    if (status == STATUS_OK)
        status = tally_move(ledger, "scan", scan_state_name(SCAN_READING),
                            scan_state_name(SCAN_READ), fault);
    return status;
}

/* A scan that is taken in anew, because the ledger is an older one from a backup, becomes the
 * documents that lie in the cabinet already. */
static struct uuid document_id_of(const struct uuid *scan, uint32_t ordinal)
{
    const uint8_t purpose[] = {'d', (uint8_t)(ordinal >> 8), (uint8_t)ordinal};
    return uuid_derived(scan, purpose, sizeof purpose);
}

static enum status complete_reading(struct ledger *ledger, struct job_id id, uint32_t attempt,
                                    const struct read_result *result, struct uuid *ids,
                                    bool *ret_held, struct fault *fault)
{
    struct job_row job = {0};
    enum status status = job_held(ledger, id, attempt, JOB_READ, ret_held, &job, fault);
    if (status != STATUS_OK || !*ret_held)
        return status;
    status = end_reading(ledger, &job, result, fault);
    for (uint32_t i = 0; status == STATUS_OK && i < result->document_count; i++) {
        ids[i] = document_id_of(&job.scan, i + 1);
        status = add_document(ledger, &job, &result->documents[i], &ids[i], i + 1, fault);
    }
    if (status == STATUS_OK)
        status = add_pages(ledger, &job, result, ids, fault);
    return status;
}

enum status ledger_read_complete(struct ledger *ledger, struct job_id id, uint32_t attempt,
                                 const struct read_result *result, bool *ret_held,
                                 struct fault *fault)
{
    bool held = false;
    struct uuid ids[READING_PAGES_MOST];
    enum status status = check_result(result, fault);
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(
            ledger, complete_reading(ledger, id, attempt, result, ids, &held, fault), fault);
    if (status == STATUS_OK)
        *ret_held = held;
    return status;
}

/* ---- decisions ------------------------------------------------------------------------------ */

static bool is_share(double number)
{
    return number >= 0 && number <= 1; // false for NaN
}

static enum status check_decision(const struct decision *decision, struct fault *fault)
{
    if (!is_share(decision->confidence) || !is_share(decision->runner_up) ||
        !is_share(decision->kind_confidence))
        return fault_set(fault, STATUS_REFUSE, "a decision's confidence is not between 0 and 1");
    if (decision->to_file && (decision->case_number == NULL || decision->case_number[0] == '\0'))
        return fault_set(fault, STATUS_REFUSE, "a decision to file names no case");
    for (uint32_t i = 0; i < decision->copy_count; i++) {
        const struct decision_copy *copy = &decision->copies[i];
        if (copy->case_number == NULL || copy->case_number[0] == '\0' ||
            !is_share(copy->confidence) || !decision->to_file)
            return fault_set(fault, STATUS_REFUSE, "a copy for no case, or of nothing");
    }
    if (decision->decided_by == NULL || decision->decided_by[0] == '\0')
        return fault_set(fault, STATUS_REFUSE, "a decision does not say who made it");
    return STATUS_OK;
}

enum status decision_audit(struct ledger *ledger, const struct job_row *job,
                           const struct decision *decision, int64_t *ret_audit, struct fault *fault)
{
    struct text detail = {0};
    detail_job(&detail, job);
    detail_word(&detail, "document",
                document_state_name(decision->to_file ? DOCUMENT_MATCHING : DOCUMENT_CLEARING));
    detail_digest_of(&detail, "case_sha256", decision->case_number);
    detail_digest(&detail, "explanation", &decision->explanation);
    detail_number(&detail, "register", decision->register_version);
    enum status status = audit_append_about(ledger, job->worker, "document.decide", &job->document,
                                            detail_close(&detail), ret_audit, fault);
    text_done(&detail);
    return status;
}

static const char COPY_COMES_BACK[] =
    "Die Abschrift eines Schreibens zu mehreren Fällen; bitte von Hand zuordnen.";

static enum status keep_match(struct ledger *ledger, const struct job_row *job,
                              const struct decision *decision, struct fault *fault)
{
    int64_t audit = 0;
    enum status status = decision_audit(ledger, job, decision, &audit, fault);
    if (status == STATUS_OK)
        status = job_finish(ledger, job, audit, fault);
    if (status == STATUS_OK)
        status = document_days_keep(ledger, &job->document, decision->days, fault);
    if (status == STATUS_OK)
        status = decision_keep(ledger, &job->document, decision, audit, fault);
    if (status != STATUS_OK)
        return status;
    if (!decision->to_file)
        return document_move(ledger, &job->document, DOCUMENT_MATCHING, DOCUMENT_CLEARING, audit,
                             fault);
    status = job_create(ledger, JOB_FILE, job->site, &job->scan, &job->document, audit, fault);
    return status == STATUS_OK ? copies_make(ledger, job, decision, fault) : status;
}

static enum status complete_match(struct ledger *ledger, struct job_id id, uint32_t attempt,
                                  const struct decision *decision, bool *ret_held,
                                  struct fault *fault)
{
    struct job_row job = {0};
    enum status status = job_held(ledger, id, attempt, JOB_MATCH, ret_held, &job, fault);
    if (status != STATUS_OK || !*ret_held)
        return status;
    bool is_copy = false;
    status = document_is_copy(ledger, &job.document, &is_copy, fault);
    if (status != STATUS_OK)
        return status;
    struct decision checked = *decision;
    if (is_copy && decision->to_file) {
        checked.to_file = false;
        checked.reason = COPY_COMES_BACK;
    }
    return keep_match(ledger, &job, &checked, fault);
}

enum status ledger_match_complete(struct ledger *ledger, struct job_id id, uint32_t attempt,
                                  const struct decision *decision, bool *ret_held,
                                  struct fault *fault)
{
    bool held = false;
    enum status status = check_decision(decision, fault);
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status =
            ledger_end(ledger, complete_match(ledger, id, attempt, decision, &held, fault), fault);
    if (status == STATUS_OK)
        *ret_held = held;
    return status;
}

/* ---- filing --------------------------------------------------------------------------------- */

/* What was filed with a note before no longer holds; `note` NULL: nothing takes its place. */
static enum status keep_note(struct ledger *ledger, const struct job_row *job,
                             const struct filed_note *note, int64_t audit, struct fault *fault)
{
    enum status status =
        database_post(ledger->database, "DELETE FROM filed_note WHERE document = $1",
                      VALUES(value_uuid(&job->document)), fault);
    if (status != STATUS_OK || note == NULL)
        return status;
    status = database_post(
        ledger->database,
        "INSERT INTO filed_note_object (document, note) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        VALUES(value_uuid(&job->document), value_digest(&note->note)), fault);
    if (status != STATUS_OK)
        return status;
    return database_post(
        ledger->database,
        "INSERT INTO filed_note (document, pdf, note, audit) VALUES ($1, $2, $3, $4)",
        VALUES(value_uuid(&job->document), value_digest(&note->pdf), value_digest(&note->note),
               value_integer(audit)),
        fault);
}

/* What a file job came to. */
struct filing {
    const char *place;
    const struct filed_note *note; /* NULL: none */
};

/* The document is in the cabinet at its place. */
static enum status end_filing(struct ledger *ledger, const struct job_row *job,
                              const struct filing *filing, int64_t audit, struct fault *fault)
{
    const char *place = filing->place;
    enum status status = packages_follow(ledger, &job->document, place, audit, fault);
    if (status == STATUS_OK)
        status = keep_note(ledger, job, filing->note, audit, fault);
    if (status == STATUS_OK)
        status = document_file(ledger, &job->document, place, audit, fault);
    if (status == STATUS_OK)
        status = requests_follow(ledger, &job->document, fault);
    return status;
}

/* It is out of the cabinet, and goes where the person sent it. */
static enum status end_recall(struct ledger *ledger, const struct job_row *job,
                              enum document_state destination, int64_t audit, struct fault *fault)
{
    enum status status = packages_follow(ledger, &job->document, NULL, audit, fault);
    if (status == STATUS_OK)
        status = keep_note(ledger, job, NULL, audit, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "UPDATE document SET place = NULL, destination = NULL WHERE id = $1",
                              VALUES(value_uuid(&job->document)), NULL, fault);
    if (status == STATUS_OK)
        status =
            document_move(ledger, &job->document, DOCUMENT_RECALLED, destination, audit, fault);
    if (status == STATUS_OK)
        status = requests_forget(ledger, &job->document, fault);
    if (status == STATUS_OK && destination == DOCUMENT_MATCHING)
        status = job_create(ledger, JOB_MATCH, job->site, &job->scan, &job->document, audit, fault);
    return status;
}

/* Where the job's document goes when the job is done: to filed, or where it was recalled to. */
static enum status find_destination(struct ledger *ledger, const struct job_row *job,
                                    bool *ret_recalled, enum document_state *ret_destination,
                                    struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status = database_query(
        ledger->database, "SELECT destination FROM document WHERE id = $1 AND state = 'recalled'",
        VALUES(value_uuid(&job->document)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    *ret_recalled = there;
    *ret_destination = there ? DOCUMENT_CLEARING : DOCUMENT_FILED;
    if (status == STATUS_OK && there && !rows_is_null(rows, 0))
        (void)document_state_from_name(rows_text(rows, 0), ret_destination);
    rows_done(&rows);
    return status;
}

static enum status complete_filing(struct ledger *ledger, struct job_id id, uint32_t attempt,
                                   const struct filing *filing, bool *ret_held, struct fault *fault)
{
    struct job_row job = {0};
    struct text detail = {0};
    int64_t audit = 0;
    bool is_recalled = false;
    enum document_state destination = DOCUMENT_FILED;
    enum status status = job_held(ledger, id, attempt, JOB_FILE, ret_held, &job, fault);
    if (status != STATUS_OK || !*ret_held)
        return status;
    status = find_destination(ledger, &job, &is_recalled, &destination, fault);
    if (status != STATUS_OK)
        return status;
    detail_job(&detail, &job);
    detail_word(&detail, "document", document_state_name(destination));
    detail_digest_of(&detail, "place_sha256", filing->place);
    if (!is_recalled && filing->note != NULL) {
        detail_digest(&detail, "pdf", &filing->note->pdf);
        detail_digest(&detail, "note", &filing->note->note);
    }
    status =
        audit_append_about(ledger, job.worker, is_recalled ? "document.withdraw" : "document.file",
                           &job.document, detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = job_finish(ledger, &job, audit, fault);
    if (status == STATUS_OK)
        status = is_recalled ? end_recall(ledger, &job, destination, audit, fault)
                             : end_filing(ledger, &job, filing, audit, fault);
    return status;
}

enum status ledger_file_complete(struct ledger *ledger, struct job_id id, uint32_t attempt,
                                 const char *place, bool *ret_held, struct fault *fault)
{
    return ledger_file_complete_noted(ledger, id, attempt, place, NULL, ret_held, fault);
}

enum status ledger_file_complete_noted(struct ledger *ledger, struct job_id id, uint32_t attempt,
                                       const char *place, const struct filed_note *note,
                                       bool *ret_held, struct fault *fault)
{
    const struct filing filing = {place, note};
    bool held = false;
    if (place == NULL || place[0] == '\0')
        return fault_set(fault, STATUS_REFUSE, "a filed document must have a place");
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status =
            ledger_end(ledger, complete_filing(ledger, id, attempt, &filing, &held, fault), fault);
    if (status == STATUS_OK)
        *ret_held = held;
    return status;
}
