/* api_desk.c - the paper at a scanning desk: batches, their covers, and the citizen's receipt. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "base/sheet_print.h"
#include "base/text.h"
#include "portal/access.h"
#include "portal/describe.h"
#include "portal/paging.h"
#include "portal/routes.h"
#include "store/ledger_batch.h"
#include "store/mailroom.h"

enum { BATCHES_MOST = 100, SHEETS_MOST = 10000 };

/* A whole number of the body, 0 to `most`; 0 when it is missing or none. */
static uint32_t body_number(const struct exchange *exchange, const char *key, uint32_t most)
{
    json_int_t number = json_integer_value(json_object_get(exchange->body, key));
    return number < 0 || number > (json_int_t)most ? 0 : (uint32_t)number;
}

static const char *own_or(const char *text, const char *otherwise)
{
    return text == NULL || text[0] == '\0' ? otherwise : text;
}

/* ---- batches ----------------------------------------------------------------------------------- */

static json_t *describe_batch(const struct batch_record *batch)
{
    const struct batch_counts *counts = &batch->counts;
    return json_pack(
        "{s:s, s:s?, s:s?, s:s, s:o, s:b, s:o, s:s?, s:s?, s:b, s:i, s:i, s:i, s:i, s:i, s:i, s:i, "
        "s:i, s:s?, s:I, s:i, s:i, s:i}",
        "batch", batch->id, "site", batch->site, "operator", batch->operator_name, "received_day",
        batch->received_day, "made", describe_time(batch->made_ms), "closed", batch->is_closed,
        "closed_at", describe_time(batch->closed_ms), "closed_by", batch->closed_by, "reason",
        batch->reason, "complete", batch_is_complete(counts), "prepared", (int)counts->prepared,
        "scanned", (int)counts->scanned, "accounted", (int)counts->accounted, "sheets",
        (int)counts->sheets, "blanks", (int)counts->blanks, "missing", (int)counts->missing,
        "documents", (int)counts->documents, "scans", (int)counts->scans, "channel", batch->channel,
        "letterbox", (json_int_t)batch->letterbox, "duplicates", (int)counts->duplicates, "refused",
        (int)counts->refused, "in_documents", (int)counts->in_documents);
}

static enum status keep_batch(void *context, const struct batch_record *batch, struct fault *fault)
{
    (void)fault;
    (void)json_array_append_new(context, describe_batch(batch));
    return STATUS_OK;
}

static enum status api_batches(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    json_t *batches = json_array();
    const struct batch_filter filter = {.site = exchange->user.site, .most = BATCHES_MOST};
    enum status status = ledger_batches(service->ledger, &filter, keep_batch, batches, fault);
    if (status == STATUS_OK)
        status = answer_json(exchange, 200, paging_list(exchange, json_incref(batches), -1, NULL),
                             fault);
    json_decref(batches);
    return status;
}

/* Answers the batch of that id if it is of this person's site; 404 otherwise. */
static enum status answer_batch(struct service *service, struct exchange *exchange, const char *id,
                                bool *ret_is_own, struct fault *fault)
{
    struct batch_record batch = {0};
    *ret_is_own = false;
    enum status status = ledger_batch_get(service->ledger, id, &batch, fault);
    if (status != STATUS_OK)
        return status;
    *ret_is_own = string_equal(batch.site, exchange->user.site);
    status = *ret_is_own ? answer_json(exchange, 200, describe_batch(&batch), fault)
                         : access_answer_foreign(service, exchange, "batch", id, fault);
    batch_record_done(&batch);
    return status;
}

static enum status api_batch(struct service *service, struct exchange *exchange,
                             struct fault *fault)
{
    bool is_own = false;
    return answer_batch(service, exchange, exchange->name, &is_own, fault);
}

static enum status api_batch_new(struct service *service, struct exchange *exchange,
                                 struct fault *fault)
{
    char id[BATCH_ID_BYTES];
    bool is_own = false;
    const struct batch_draft draft = {
        .site = exchange->user.site,
        .operator_name = own_or(exchange_text(exchange, "operator"), exchange->user.name),
        .prepared = body_number(exchange, "prepared", SHEETS_MOST),
        .received_day = own_or(exchange_text(exchange, "received_day"), ""),
        .channel = exchange_text(exchange, "channel"),
        .letterbox = body_number(exchange, "letterbox", INT32_MAX),
    };
    if (draft.prepared == 0)
        return answer_error(exchange, 400, "Wie viele Seiten hat der Stapel? Bitte zählen.", fault);
    enum status status =
        ledger_batch_create(service->ledger, &draft, exchange->user.name, id, fault);
    if (status == STATUS_REFUSE)
        return answer_error(
            exchange, 400, "Name, Eingangsdatum, Weg oder Leerung passen nicht zum Stapel.", fault);
    if (status != STATUS_OK)
        return status;
    return answer_batch(service, exchange, id, &is_own, fault);
}

static enum status api_batch_close(struct service *service, struct exchange *exchange,
                                   struct fault *fault)
{
    bool is_own = false;
    const char *id = exchange->name;
    const char *reason = own_or(exchange_text(exchange, "reason"), NULL);
    enum status status = answer_batch(service, exchange, id, &is_own, fault);
    if (status != STATUS_OK || !is_own)
        return status;
    status = ledger_batch_close(service->ledger, id, exchange->user.name, reason, fault);
    if (status == STATUS_REFUSE)
        return answer_error(exchange, 409,
                            "Vorbereitet, gescannt und verbucht stimmen nicht überein. Bitte "
                            "nennen Sie einen Grund.",
                            fault);
    return status == STATUS_OK ? answer_batch(service, exchange, id, &is_own, fault) : status;
}

/* Whether it is a scan of this person's site; of others they learn not even that they exist. */
static enum status find_own_scan(struct service *service, struct exchange *exchange,
                                 struct scan_id *ret_scan, bool *ret_is_own, struct fault *fault)
{
    struct scan_record scan = {0};
    const char *text = exchange_text(exchange, "scan");
    *ret_is_own = false;
    if (text == NULL || !uuid_from_text(text, &ret_scan->uuid))
        return answer_error(exchange, 400, "Welcher Scan?", fault);
    enum status status = ledger_scan_get(service->ledger, *ret_scan, &scan, fault);
    *ret_is_own = status == STATUS_OK && string_equal(scan.site, exchange->user.site);
    scan_record_done(&scan);
    if (*ret_is_own || (status != STATUS_OK && status != STATUS_REFUSE))
        return status;
    fault_clear(fault);
    return access_answer_foreign(service, exchange, "scan", text, fault);
}

/* A scan that came without the batch's cover belongs to it all the same. */
static enum status api_batch_add(struct service *service, struct exchange *exchange,
                                 struct fault *fault)
{
    bool is_own = false;
    struct scan_id scan = {0};
    const char *id = exchange->name;
    enum status status = answer_batch(service, exchange, id, &is_own, fault);
    if (status == STATUS_OK && is_own)
        status = find_own_scan(service, exchange, &scan, &is_own, fault);
    if (status != STATUS_OK || !is_own)
        return status;
    status = ledger_batch_add_scan(service->ledger, id, scan, exchange->user.name, fault);
    if (status == STATUS_REFUSE)
        return answer_error(exchange, 409,
                            "Der Scan ist noch nicht gelesen, oder seine Seiten gehören schon zu "
                            "einem Stapel.",
                            fault);
    return status == STATUS_OK ? answer_batch(service, exchange, id, &is_own, fault) : status;
}

static enum status answer_cover(struct service *service, struct exchange *exchange,
                                const struct batch_record *batch, struct fault *fault)
{
    struct byte_writer pdf = {0};
    struct sheet cover = {.kind = SHEET_COVER, .prepared = batch->counts.prepared};
    (void)snprintf(cover.batch, sizeof cover.batch, "%s", batch->id);
    (void)snprintf(cover.site, sizeof cover.site, "%s", batch->site);
    (void)snprintf(cover.operator_name, sizeof cover.operator_name, "%s", batch->operator_name);
    (void)snprintf(cover.received, sizeof cover.received, "%s", batch->received_day);
    enum status status = sheet_print(&cover, 1, service->config->authority, &pdf, fault);
    if (status == STATUS_OK)
        status = answer_bytes(exchange, pdf.bytes, pdf.length, "application/pdf", fault);
    if (status == STATUS_OK)
        (void)snprintf(exchange->answer.disposition, sizeof exchange->answer.disposition,
                       "inline; filename=\"deckblatt.pdf\"");
    byte_writer_done(&pdf);
    return status;
}

/* The cover sheet, to be printed and laid on top of the stack. */
static enum status api_batch_cover(struct service *service, struct exchange *exchange,
                                   struct fault *fault)
{
    struct batch_record batch = {0};
    enum status status = ledger_batch_get(service->ledger, exchange->name, &batch, fault);
    if (status != STATUS_OK)
        return status;
    status = string_equal(batch.site, exchange->user.site)
                 ? answer_cover(service, exchange, &batch, fault)
                 : access_answer_foreign(service, exchange, "batch", exchange->name, fault);
    batch_record_done(&batch);
    return status;
}

/* ---- receipts ----------------------------------------------------------------------------------- */

static enum status keep_receipt_scan(void *context, const struct scan_record *scan,
                                     const char *kinds, struct fault *fault)
{
    (void)fault;
    (void)json_array_append_new(
        context, json_pack("{s:o, s:s, s:s, s:i, s:s, s:o}", "scan", describe_uuid(&scan->id.uuid),
                           "source", scan->source, "state", scan_state_name(scan->state), "pages",
                           (int)scan->page_count, "kinds", kinds, "received",
                           describe_time(scan->received_ms)));
    return STATUS_OK;
}

static enum status answer_receipt(struct service *service, struct exchange *exchange,
                                  const char *code, struct fault *fault)
{
    struct receipt_record receipt = {0};
    enum status status = receipt_get(service->ledger, code, &receipt, fault);
    if (status != STATUS_OK)
        return status;
    json_t *scans = json_array();
    bool is_own = string_equal(receipt.site, exchange->user.site);
    if (is_own)
        status = receipt_scans(service->ledger, code, keep_receipt_scan, scans, fault);
    if (status == STATUS_OK && is_own)
        status = answer_json(exchange, 200,
                             json_pack("{s:s, s:s, s:o, s:i, s:s, s:O}", "code", receipt.code,
                                       "site", receipt.site, "created",
                                       describe_time(receipt.created_ms), "sheets",
                                       (int)receipt.sheets, "by", receipt.actor, "scans", scans),
                             fault);
    else if (status == STATUS_OK)
        status = access_answer_foreign(service, exchange, "receipt", code, fault);
    json_decref(scans);
    receipt_record_done(&receipt);
    return status;
}

static enum status api_receipt(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    return answer_receipt(service, exchange, exchange->name, fault);
}

/* False: there is none, too many, or something that is no id. */
static bool read_scans(const json_t *list, struct scan_id scans[RECEIPT_SCANS_MOST],
                       size_t *ret_count)
{
    size_t count = json_array_size(list);
    for (size_t i = 0; i < count && count <= RECEIPT_SCANS_MOST; i++) {
        const char *written = json_string_value(json_array_get(list, i));
        if (written == NULL || !uuid_from_text(written, &scans[i].uuid))
            return false;
    }
    *ret_count = count;
    return count > 0 && count <= RECEIPT_SCANS_MOST;
}

static enum status api_receipt_new(struct service *service, struct exchange *exchange,
                                   struct fault *fault)
{
    struct scan_id scans[RECEIPT_SCANS_MOST];
    char code[RECEIPT_CODE_BYTES];
    size_t count = 0;
    if (!read_scans(json_object_get(exchange->body, "scans"), scans, &count))
        return answer_error(exchange, 400, "Für welche Scans ist der Beleg?", fault);
    enum status status = receipt_make(service->ledger, exchange->user.site, scans, count,
                                      body_number(exchange, "sheets", SHEETS_MOST),
                                      exchange->user.name, code, fault);
    if (status == STATUS_REFUSE)
        return answer_error(exchange, 409, "Ein Scan des Belegs ist nicht da.", fault);
    return status == STATUS_OK ? answer_receipt(service, exchange, code, fault) : status;
}

static const struct route rows[] = {
    {"GET",  "/batches",             MAILROOM, api_batches,     ABOUT_NOTHING},
    {"POST", "/batches",             MAILROOM, api_batch_new,   ABOUT_NOTHING},
    {"GET",  "/batches/:name",       MAILROOM, api_batch,       ABOUT_NOTHING},
    {"GET",  "/batches/:name/cover", MAILROOM, api_batch_cover, ABOUT_NOTHING},
    {"POST", "/batches/:name/close", MAILROOM, api_batch_close, ABOUT_NOTHING},
    {"POST", "/batches/:name/scans", MAILROOM, api_batch_add,   ABOUT_NOTHING},
    {"POST", "/receipts",            MAILROOM, api_receipt_new, ABOUT_NOTHING},
    {"GET",  "/receipts/:name",      MAILROOM, api_receipt,     ABOUT_NOTHING},
};
const struct route_table routes_desk = {rows, sizeof rows / sizeof rows[0]};
