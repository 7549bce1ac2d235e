/* transfer_facts.c - see transfer_facts.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/page_facts.h"
#include "store/anomaly.h"
#include "store/ledger_private.h"
#include "store/quality.h"
#include "store/receipt_date.h"
#include "store/transfer_facts.h"

void transfer_facts_done(struct transfer_facts *facts)
{
    free(facts->creator_name);
    free(facts->pages);
    free(facts->blanks);
    free(facts->refused);
    free(facts->symbol_coded);
    for (size_t i = 0; i < facts->anomaly_count; i++) {
        free(facts->anomalies[i].code);
        free(facts->anomalies[i].words);
    }
    free(facts->anomalies);
    free(facts->quality);
    free(facts->quality_person);
    free(facts->quality_findings);
    free(facts->quality_words);
    if (facts->has_batch)
        batch_record_done(&facts->batch);
    *facts = (struct transfer_facts){0};
}

/* ---- who and when ---------------------------------------------------------------------------- */

/* Programs that take files over are not who made them. */
static bool is_person(const char *actor)
{
    return actor != NULL && actor[0] != '\0' && !string_equal(actor, "intake") &&
           !string_equal(actor, "submit");
}

static bool keep_creator(struct transfer_facts *facts, enum transfer_creator creator,
                         const char *name)
{
    if (facts->creator != CREATOR_UNKNOWN || !is_person(name))
        return true;
    facts->creator = creator;
    facts->creator_name = string_copy(name);
    return facts->creator_name != NULL;
}

static const char times_of_document[] =
    "SELECT s.received_ms, s.page_count, a.actor, e.actor, b.at_ms, COALESCE(c.made_ms, 0)"
    " FROM document d JOIN scan s ON s.id = d.scan JOIN audit a ON a.id = s.born"
    " JOIN audit b ON b.id = d.born LEFT JOIN receipt_entry e ON e.scan = s.id"
    " LEFT JOIN decision c ON c.id = d.decision WHERE d.id = $1";

static enum status find_times(struct ledger *ledger, const struct document_record *document,
                              struct transfer_facts *facts, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false, good = true;
    enum status status = database_query(ledger->database, times_of_document,
                                        VALUES(value_uuid(&document->id.uuid)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && !there)
        status = fault_set(fault, STATUS_REFUSE, "the ledger knows no document of this id");
    if (status == STATUS_OK) {
        facts->scanned_ms = rows_integer(rows, 0);
        facts->scan_pages = (uint32_t)rows_integer(rows, 1);
        facts->read_ms = rows_integer(rows, 4);
        facts->decided_ms = rows_integer(rows, 5);
        good = keep_creator(facts, CREATOR_DESK, rows_is_null(rows, 3) ? NULL : rows_text(rows, 3));
        good = keep_creator(facts, CREATOR_SENDER, rows_text(rows, 2)) && good;
    }
    rows_done(&rows);
    return good ? status : ledger_out_of_memory(fault);
}

static enum status find_batch(struct ledger *ledger, const struct document_record *document,
                              struct transfer_facts *facts, struct fault *fault)
{
    char id[BATCH_ID_BYTES];
    bool found = false;
    const struct document_id first = document->is_copy ? document->copy_of : document->id;
    enum status status = ledger_batch_of(ledger, first, &found, id, fault);
    if (status == STATUS_OK && found)
        status = ledger_batch_get(ledger, id, &facts->batch, fault);
    if (status != STATUS_OK || !found)
        return status;
    facts->has_batch = true;
    return keep_creator(facts, CREATOR_BATCH, facts->batch.operator_name)
               ? STATUS_OK
               : ledger_out_of_memory(fault);
}

static enum status look_for_correction(void *context, const struct receipt_proof *proof,
                                       struct fault *fault)
{
    struct transfer_facts *facts = context;
    (void)fault;
    facts->was_corrected = facts->was_corrected || proof->kind == RECEIPT_CORRECTION;
    return STATUS_OK;
}

static enum status find_receipt(struct ledger *ledger, const struct document_record *document,
                                struct transfer_facts *facts, struct fault *fault)
{
    struct receipt_date date = {0};
    bool found = false;
    enum status status = receipt_date_get(ledger, document->id, &found, &date, fault);
    if (status == STATUS_OK && found) {
        memcpy(facts->receipt_day, date.day, sizeof facts->receipt_day);
        facts->channel = date.channel;
        facts->evidence = date.evidence;
        status = receipt_date_proofs(ledger, document->id, look_for_correction, facts, fault);
    }
    receipt_date_done(&date);
    return status;
}

/* ---- pages ----------------------------------------------------------------------------------- */

/* How many of the places, from the first on, are pages of one scan in ascending order. */
static uint32_t stretch_of(const struct document_page *places, uint32_t count)
{
    uint32_t length = 1;
    while (length < count && places[length].number > places[length - 1].number &&
           uuid_equal(&places[length].scan.uuid, &places[0].scan.uuid))
        length++;
    return length;
}

static void read_page(struct rows *rows, const struct document_page *place,
                      struct transfer_page *page, struct text *symbol_coded)
{
    page->turned = (uint16_t)((rows_integer(rows, 1) + place->turned) % 360);
    page->width = (int32_t)rows_integer(rows, 2);
    page->height = (int32_t)rows_integer(rows, 3);
    page->dpi = (int32_t)rows_integer(rows, 4);
    if ((rows_integer(rows, 5) & PAGE_NOTE_SYMBOL_CODED) != 0)
        text_append_format(symbol_coded, symbol_coded->length == 0 ? "%u" : ", %u", place->number);
}

static const char pages_of_stretch[] =
    "SELECT number, rotation, width, height, dpi, notes FROM page WHERE scan = $1"
    " AND number >= $2 AND number <= $3 ORDER BY number";

/* The pages of a stretch, in one question. */
static enum status find_stretch(struct ledger *ledger, const struct document_page *places,
                                uint32_t count, struct transfer_page *pages,
                                struct text *symbol_coded, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    uint32_t next = 0;
    enum status status =
        database_query(ledger->database, pages_of_stretch,
                       VALUES(value_uuid(&places[0].scan.uuid), value_integer(places[0].number),
                              value_integer(places[count - 1].number)),
                       &rows, fault);
    while (status == STATUS_OK && there) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        while (next < count && places[next].number < rows_integer(rows, 0))
            next++; // there is no row of it
        if (next < count && places[next].number == rows_integer(rows, 0))
            read_page(rows, &places[next], &pages[next], symbol_coded);
    }
    rows_done(&rows);
    return status;
}

static enum status find_pages(struct ledger *ledger, const struct document_record *document,
                              struct transfer_facts *facts, struct fault *fault)
{
    enum status status = STATUS_OK;
    struct text symbol_coded = {0};
    facts->pages = calloc((size_t)document->page_count + 1, sizeof *facts->pages);
    if (facts->pages == NULL)
        return ledger_out_of_memory(fault);
    text_append(&symbol_coded, "");
    for (uint32_t i = 0; i < document->page_count; i++) {
        const struct document_page *place = &document->places[i];
        facts->pages[i].number = place->number;
        facts->pages[i].is_of_other_scan = !uuid_equal(&place->scan.uuid, &document->scan.uuid);
    }
    for (uint32_t i = 0, length = 0; status == STATUS_OK && i < document->page_count; i += length) {
        length = stretch_of(&document->places[i], document->page_count - i);
        status = find_stretch(ledger, &document->places[i], length, &facts->pages[i], &symbol_coded,
                              fault);
    }
    facts->page_count = document->page_count;
    facts->symbol_coded = text_take(&symbol_coded);
    return status == STATUS_OK && facts->symbol_coded == NULL ? ledger_out_of_memory(fault)
                                                              : status;
}

static const char pages_of_outcome[] =
    "SELECT number FROM page WHERE scan = $1 AND outcome = $2 AND (notes & 4) = 0"
    " ORDER BY number";

/* Numbers of the scan's pages that ended so, but for the backs of our sheets. */
static enum status list_pages(struct ledger *ledger, const struct document_record *document,
                              const char *outcome, char **ret_list, struct fault *fault)
{
    struct rows *rows = NULL;
    struct text list = {0};
    bool there = true;
    enum status status =
        database_query(ledger->database, pages_of_outcome,
                       VALUES(value_uuid(&document->scan.uuid), value_text(outcome)), &rows, fault);
    text_append(&list, "");
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        text_append_format(&list, list.length == 0 ? "%lld" : ", %lld",
                           (long long)rows_integer(rows, 0));
    }
    rows_done(&rows);
    *ret_list = text_take(&list);
    return status == STATUS_OK && *ret_list == NULL ? ledger_out_of_memory(fault) : status;
}

/* ---- the check --------------------------------------------------------------------------------- */

static bool keep_word(char **ret_word, const char *word)
{
    *ret_word = word == NULL ? NULL : string_copy(word);
    return word == NULL || *ret_word != NULL;
}

static enum status keep_quality(void *context, const struct quality_item *item, struct fault *fault)
{
    struct transfer_facts *facts = context;
    bool good = true;
    facts->quality_ms = item->checked_ms;
    if (item->drawn != NULL)
        good = keep_word(&facts->quality, item->verdict == NULL ? "" : item->verdict);
    good = keep_word(&facts->quality_person, item->checked_by) && good;
    good = keep_word(&facts->quality_findings, item->findings) && good;
    good = keep_word(&facts->quality_words, item->words) && good;
    return good ? STATUS_OK : ledger_out_of_memory(fault);
}

/* ---- what people stated ------------------------------------------------------------------------ */

static enum status keep_anomaly(void *context, const struct anomaly_record *record,
                                struct fault *fault)
{
    struct transfer_facts *facts = context;
    struct transfer_anomaly *grown =
        realloc(facts->anomalies, (facts->anomaly_count + 1) * sizeof *grown);
    if (grown == NULL)
        return ledger_out_of_memory(fault);
    facts->anomalies = grown;
    struct transfer_anomaly *kept = &grown[facts->anomaly_count++];
    *kept = (struct transfer_anomaly){0};
    bool good = keep_word(&kept->code, record->code);
    good = keep_word(&kept->words, record->words) && good;
    return good ? STATUS_OK : ledger_out_of_memory(fault);
}

/* What is asked for below; of the pages what the first stretch is, which is nearly always all. */
static enum status ask_ahead(struct ledger *ledger, const struct document_record *document,
                             struct fault *fault)
{
    struct database *database = ledger->database;
    const struct value scan = value_uuid(&document->scan.uuid);
    uint32_t length =
        document->page_count == 0 ? 0 : stretch_of(document->places, document->page_count);
    enum status status = database_ask_ahead(database, times_of_document,
                                            VALUES(value_uuid(&document->id.uuid)), fault);
    if (status == STATUS_OK)
        status = receipt_date_ask_ahead(ledger, document->id, fault);
    if (status == STATUS_OK && length > 0)
        status = database_ask_ahead(database, pages_of_stretch,
                                    VALUES(value_uuid(&document->places[0].scan.uuid),
                                           value_integer(document->places[0].number),
                                           value_integer(document->places[length - 1].number)),
                                    fault);
    if (status == STATUS_OK)
        status = database_ask_ahead(database, pages_of_outcome, VALUES(scan, value_text("blank")),
                                    fault);
    if (status == STATUS_OK)
        status = database_ask_ahead(database, pages_of_outcome, VALUES(scan, value_text("refused")),
                                    fault);
    if (status == STATUS_OK)
        status = anomalies_ask_ahead(ledger, document->id, fault);
    return status == STATUS_OK ? quality_ask_ahead(ledger, document->id, fault) : status;
}

enum status transfer_facts_find(struct ledger *ledger, const struct document_record *document,
                                struct transfer_facts *ret_facts, struct fault *fault)
{
    bool found = false;
    *ret_facts = (struct transfer_facts){.channel = CHANNEL_SCAN};
    enum status status = ask_ahead(ledger, document, fault);
    if (status == STATUS_OK)
        status = find_batch(ledger, document, ret_facts, fault);
    if (status == STATUS_OK)
        status = find_times(ledger, document, ret_facts, fault);
    if (status == STATUS_OK)
        status = find_receipt(ledger, document, ret_facts, fault);
    if (status == STATUS_OK)
        status = find_pages(ledger, document, ret_facts, fault);
    if (status == STATUS_OK)
        status = list_pages(ledger, document, "blank", &ret_facts->blanks, fault);
    if (status == STATUS_OK)
        status = list_pages(ledger, document, "refused", &ret_facts->refused, fault);
    if (status == STATUS_OK)
        status = anomalies_each(ledger, document->id, keep_anomaly, ret_facts, fault);
    if (status == STATUS_OK)
        status = quality_of(ledger, document->id, keep_quality, ret_facts, &found, fault);
    return status;
}
