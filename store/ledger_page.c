/* ledger_page.c - see ledger_page.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <unistd.h>

#include "base/reading.h"
#include "store/ledger_page.h"
#include "store/ledger_private.h"

enum { RESTORED_BYTES_MOST = 1 << 30 /* of a blank page's PDF */ };

/* ---- rows ------------------------------------------------------------------------------------ */

enum status pages_keep(struct ledger *ledger, const struct uuid *scan, const struct uuid *document,
                       const struct page_facts *page, const char *batch, struct fault *fault)
{
    return database_post(
        ledger->database,
        "INSERT INTO page (scan, number, outcome, document, rotation, notes, width, height, dpi,"
        " sheet, preview_offset, preview_length, preview_media, preview_width, preview_height,"
        " thumbnail_offset, thumbnail_length, thumbnail_media, thumbnail_width, thumbnail_height,"
        " reading_offset, reading_length, text_offset, text_length, pdf_offset, pdf_length, batch,"
        " skew, contrast, streak)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,"
        " $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)",
        VALUES(
            value_uuid(scan), value_integer(page->number),
            value_text(page_outcome_name((enum page_outcome)page->outcome)),
            value_uuid_or_null(document), value_integer(page->rotation), value_integer(page->notes),
            value_integer(page->width), value_integer(page->height), value_integer(page->dpi),
            value_text(page->sheet), value_integer((int64_t)page->preview.span.offset),
            value_integer((int64_t)page->preview.span.length), value_integer(page->preview.media),
            value_integer(page->preview.width), value_integer(page->preview.height),
            value_integer((int64_t)page->thumbnail.span.offset),
            value_integer((int64_t)page->thumbnail.span.length),
            value_integer(page->thumbnail.media), value_integer(page->thumbnail.width),
            value_integer(page->thumbnail.height), value_integer((int64_t)page->reading.offset),
            value_integer((int64_t)page->reading.length), value_integer((int64_t)page->text.offset),
            value_integer((int64_t)page->text.length), value_integer((int64_t)page->pdf.offset),
            value_integer((int64_t)page->pdf.length), value_text(batch),
            value_integer(page->health.skew), value_integer(page->health.contrast),
            value_integer(page->health.streak)),
        fault);
}

#define PAGE_COLUMNS                                                                               \
    "p.scan, s.page_file, p.number, p.outcome, p.document, p.rotation, p.notes, p.width,"          \
    " p.height, p.dpi, p.sheet, p.preview_offset, p.preview_length, p.preview_media,"              \
    " p.preview_width, p.preview_height, p.thumbnail_offset, p.thumbnail_length,"                  \
    " p.thumbnail_media, p.thumbnail_width, p.thumbnail_height, p.reading_offset,"                 \
    " p.reading_length, p.text_offset, p.text_length, p.pdf_offset, p.pdf_length"
#define PAGE_TABLES "page p JOIN scan s ON s.id = p.scan"

static struct page_span read_span(struct rows *rows, int column)
{
    return (struct page_span){.offset = (uint64_t)rows_integer(rows, column),
                              .length = (uint64_t)rows_integer(rows, column + 1)};
}

static struct page_image read_image(struct rows *rows, int column)
{
    return (struct page_image){.span = read_span(rows, column),
                               .media = (uint8_t)rows_integer(rows, column + 2),
                               .width = (uint32_t)rows_integer(rows, column + 3),
                               .height = (uint32_t)rows_integer(rows, column + 4)};
}

static enum status read_page(struct rows *rows, struct page_record *ret_record, struct fault *fault)
{
    enum page_outcome outcome = PAGE_REFUSED;
    if (!page_outcome_from_name(rows_text(rows, 3), &outcome))
        return fault_set(fault, STATUS_REFUSE, "a page ended in a way that there is not");
    struct page_record record = {.scan = {rows_uuid(rows, 0)},
                                 .page_file = rows_digest(rows, 1),
                                 .document = {rows_uuid(rows, 4)}};
    struct page_facts *facts = &record.facts;
    facts->number = (uint32_t)rows_integer(rows, 2);
    facts->outcome = (uint8_t)outcome;
    facts->rotation = (uint16_t)rows_integer(rows, 5);
    facts->notes = (uint8_t)rows_integer(rows, 6);
    facts->width = (int32_t)rows_integer(rows, 7);
    facts->height = (int32_t)rows_integer(rows, 8);
    facts->dpi = (int32_t)rows_integer(rows, 9);
    const char *sheet = rows_text(rows, 10);
    for (size_t i = 0; sheet != NULL && sheet[i] != '\0' && i + 1 < sizeof facts->sheet; i++)
        facts->sheet[i] = sheet[i];
    facts->preview = read_image(rows, 11);
    facts->thumbnail = read_image(rows, 16);
    facts->reading = read_span(rows, 21);
    facts->text = read_span(rows, 23);
    facts->pdf = read_span(rows, 25);
    *ret_record = record;
    return STATUS_OK;
}

/* The first page from `number` on; *ret_found false: there is none. */
static enum status page_from(struct ledger *ledger, struct scan_id scan, uint32_t number,
                             bool *ret_found, struct page_record *ret_record, struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status =
        database_query(ledger->database,
                       "SELECT " PAGE_COLUMNS " FROM " PAGE_TABLES
                       " WHERE p.scan = $1 AND p.number >= $2 ORDER BY p.number LIMIT 1",
                       VALUES(value_uuid(&scan.uuid), value_integer(number)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, ret_found, fault);
    if (status == STATUS_OK && *ret_found)
        status = read_page(rows, ret_record, fault);
    rows_done(&rows);
    return status;
}

enum status ledger_page_get(struct ledger *ledger, struct scan_id scan, uint32_t number,
                            struct page_record *ret_record, struct fault *fault)
{
    struct page_record record = {0};
    bool found = false;
    enum status status = page_from(ledger, scan, number, &found, &record, fault);
    if (status == STATUS_OK && (!found || record.facts.number != number))
        return fault_set(fault, STATUS_REFUSE, "the scan has no page %u", number);
    if (status == STATUS_OK)
        *ret_record = record;
    return status;
}

/* As many as the scan had when it came first, once that one is read. */
static enum status tell_duplicates(struct ledger *ledger, struct scan_id scan,
                                   ledger_page_callback *callback, void *context,
                                   struct fault *fault)
{
    int64_t count = 0;
    enum status status = database_number(
        ledger->database,
        "SELECT f.page_count FROM scan s JOIN scan f ON f.id = s.duplicate_of WHERE s.id = $1"
        " AND s.state = 'duplicate' AND f.state = 'read'",
        VALUES(value_uuid(&scan.uuid)), 0, &count, fault);
    for (int64_t number = 1; status == STATUS_OK && number <= count; number++) {
        const struct page_record record = {
            .facts = {.number = (uint32_t)number, .outcome = PAGE_DUPLICATE},
              .scan = scan
        };
        status = callback(context, &record, fault);
    }
    return status;
}

enum status ledger_pages(struct ledger *ledger, struct scan_id scan, ledger_page_callback *callback,
                         void *context, struct fault *fault)
{
    enum status status = tell_duplicates(ledger, scan, callback, context, fault);
    for (uint32_t number = 1; status == STATUS_OK;) {
        struct page_record record = {0};
        bool found = false;
        status = page_from(ledger, scan, number, &found, &record, fault);
        if (status != STATUS_OK || !found)
            break;
        number = record.facts.number + 1;
        status = callback(context, &record, fault);
    }
    return status;
}

enum status page_image_open(struct spool *spool, const struct page_record *record,
                            const struct page_image *image, int *ret_file, struct fault *fault)
{
    int file = -1;
    uint64_t size = 0;
    if (image->media == PAGE_MEDIA_NONE)
        return fault_set(fault, STATUS_REFUSE, "there is no picture of page %u",
                         record->facts.number);
    enum status status = spool_open_object(spool, &record->page_file, &file, &size, fault);
    if (status != STATUS_OK)
        return status;
    if (!page_facts_lie_within(&record->facts, size)) {
        (void)close(file);
        return fault_set(fault, STATUS_REFUSE, "the pictures of the scan are cut off");
    }
    *ret_file = file;
    return STATUS_OK;
}

/* ---- a blank page comes back ----------------------------------------------------------------- */

/* Copies a piece of the page file into the spool as an object of its own. */
static enum status copy_span(struct spool *spool, int file, const struct page_span *span,
                             struct digest *ret_digest, struct fault *fault)
{
    if (span->length > RESTORED_BYTES_MOST)
        return fault_set(fault, STATUS_REFUSE, "a blank page is too long");
    char *bytes = malloc(span->length + 1);
    if (bytes == NULL)
        return ledger_out_of_memory(fault);
    uint64_t done = 0;
    while (done < span->length) {
        ssize_t got = pread(file, bytes + done, span->length - done, (off_t)(span->offset + done));
        if (got <= 0)
            break;
        done += (uint64_t)got;
    }
    enum status status =
        done == span->length
            ? spool_put(spool, bytes, span->length, ret_digest, fault)
            : fault_set(fault, STATUS_REFUSE, "the page file of the scan cannot be read");
    free(bytes);
    return status;
}

static enum status copy_objects(struct spool *spool, const struct page_record *record,
                                struct read_document *ret_document, struct fault *fault)
{
    struct read_document document = {0};
    int file = -1;
    uint64_t size = 0;
    enum status status = spool_open_object(spool, &record->page_file, &file, &size, fault);
    if (status == STATUS_OK && !page_facts_lie_within(&record->facts, size))
        status = fault_set(fault, STATUS_REFUSE, "the page file of the scan is cut off");
    if (status == STATUS_OK)
        status = copy_span(spool, file, &record->facts.reading, &document.reading, fault);
    if (status == STATUS_OK)
        status = copy_span(spool, file, &record->facts.text, &document.text, fault);
    if (status == STATUS_OK)
        status = copy_span(spool, file, &record->facts.pdf, &document.pdf, fault);
    if (file >= 0)
        (void)close(file);
    if (status == STATUS_OK)
        *ret_document = document;
    return status;
}

/* The document on the page before, or else behind: where the blank page most likely belongs. */
static enum status neighbour_of(struct ledger *ledger, const struct page_record *record,
                                struct document_record *ret_neighbour, bool *ret_found,
                                struct fault *fault)
{
    struct rows *rows = NULL;
    struct document_id id = {0};
    bool found = false;
    enum status status = database_query(
        ledger->database,
        "SELECT document FROM page WHERE scan = $1 AND document IS NOT NULL"
        " ORDER BY CASE WHEN number < $2 THEN 0 ELSE 1 END, abs(number - $2) LIMIT 1",
        VALUES(value_uuid(&record->scan.uuid), value_integer(record->facts.number)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &found, fault);
    if (status == STATUS_OK && found)
        id.uuid = rows_uuid(rows, 0);
    rows_done(&rows);
    if (status == STATUS_OK && found)
        status = ledger_document_get(ledger, id, ret_neighbour, fault);
    *ret_found = found;
    return status;
}

static enum status suggest_neighbour(struct ledger *ledger, const struct page_record *record,
                                     const struct uuid *document, const char *actor, int64_t audit,
                                     struct fault *fault)
{
    struct document_record neighbour = {0};
    bool found = false;
    enum status status = neighbour_of(ledger, record, &neighbour, &found, fault);
    if (status == STATUS_OK) {
        const struct decision decision = {
            .case_number = neighbour.case_number,
            .team = neighbour.team,
            .decided_by = actor,
            .reason = found
                          ? "Diese Seite war als Leerseite beiseitegelegt und wurde zurückgeholt;"
                            " vermutlich gehört sie zum Schreiben davor."
                          : "Diese Seite war als Leerseite beiseitegelegt und wurde zurückgeholt.",
        };
        status = decision_keep(ledger, document, &decision, audit, fault);
    }
    document_record_done(&neighbour);
    return status;
}

static enum status add_restored(struct ledger *ledger, const struct page_record *record,
                                const struct read_document *objects, const struct uuid *id,
                                int64_t audit, struct fault *fault)
{
    enum status status = database_run(
        ledger->database,
        "INSERT INTO document (id, scan, ordinal, site, received_ms, state, reading, text, pdf,"
        " born, audit)"
        " SELECT $1, s.id, 1 + coalesce((SELECT max(d.ordinal) FROM document d WHERE d.scan ="
        " s.id), 0), s.site, s.received_ms, 'clearing', $3, $4, $5, $6, $6 FROM scan s"
        " WHERE s.id = $2",
        VALUES(value_uuid(id), value_uuid(&record->scan.uuid), value_digest(&objects->reading),
               value_digest(&objects->text), value_digest(&objects->pdf), value_integer(audit)),
        NULL, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "UPDATE scan SET documents = documents + 1 WHERE id = $1",
                              VALUES(value_uuid(&record->scan.uuid)), NULL, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "UPDATE page SET outcome = 'document', document = $3 WHERE scan = $1 AND number = $2",
            VALUES(value_uuid(&record->scan.uuid), value_integer(record->facts.number),
                   value_uuid(id)),
            NULL, fault);
    if (status == STATUS_OK)
        status =
            tally_move(ledger, "document", NULL, document_state_name(DOCUMENT_CLEARING), fault);
    return status;
}

/* Inside the transaction: the page must still be a blank one. */
static enum status restore(struct ledger *ledger, const struct page_record *record,
                           const struct read_document *objects, const char *actor,
                           const struct uuid *id, struct fault *fault)
{
    struct page_record now = {0};
    enum status status = ledger_page_get(ledger, record->scan, record->facts.number, &now, fault);
    if (status == STATUS_OK && now.facts.outcome != PAGE_BLANK_SET_ASIDE)
        return fault_set(fault, STATUS_REFUSE, "page %u is not set aside as blank any more",
                         record->facts.number);
    char scan[UUID_TEXT_BYTES];
    struct text detail = {0};
    int64_t audit = 0;
    uuid_to_text(&record->scan.uuid, scan);
    detail_open(&detail);
    detail_word(&detail, "document", document_state_name(DOCUMENT_CLEARING));
    detail_word(&detail, "of", scan);
    detail_number(&detail, "page", record->facts.number);
    detail_digest(&detail, "reading", &objects->reading);
    detail_digest(&detail, "text", &objects->text);
    detail_digest(&detail, "pdf", &objects->pdf);
    if (status == STATUS_OK)
        status = audit_append_about(ledger, actor, "page.restore", id, detail_close(&detail),
                                    &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = add_restored(ledger, record, objects, id, audit, fault);
    if (status == STATUS_OK)
        status = suggest_neighbour(ledger, &now, id, actor, audit, fault);
    return status;
}

enum status ledger_page_restore(struct ledger *ledger, struct spool *spool, struct scan_id scan,
                                uint32_t number, const char *actor,
                                struct document_id *ret_document, struct fault *fault)
{
    struct page_record record = {0};
    struct read_document objects = {0};
    enum status status = ledger_page_get(ledger, scan, number, &record, fault);
    if (status != STATUS_OK)
        return status;
    if (record.facts.outcome != PAGE_BLANK_SET_ASIDE || record.facts.pdf.length == 0)
        return fault_set(fault, STATUS_REFUSE, "page %u is not set aside as blank", number);
    status = copy_objects(spool, &record, &objects, fault);
    if (status != STATUS_OK)
        return status;
    // The same page always becomes the same document.
    struct document_id id = {uuid_derived(&scan.uuid, &number, sizeof number)};
    status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status =
            ledger_end(ledger, restore(ledger, &record, &objects, actor, &id.uuid, fault), fault);
    if (status == STATUS_OK)
        *ret_document = id;
    return status;
}
