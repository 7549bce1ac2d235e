/* requests_perhaps.c - before a refusal: what lies in clearing and might be what is missing.
 *
 * The candidates of a document stand in its explanation, an object of the spool that the matcher
 * wrote; whether one of them is the case is seen by its member "case_number", as the matcher
 * writes it, without reading the whole. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/ledger_private.h"
#include "store/requests.h"

enum { EXPLANATION_BYTES_MOST = 16 << 20 };

struct looking {
    struct ledger *ledger;
    struct spool *spool;
    const char *case_number;
    char *kinds;  /* that are missing, each between two newlines */
    char *member; /* of a candidate in an explanation */
    request_perhaps_callback *callback;
    void *context;
};

static enum status add_kinds(void *context, const struct request_record *record,
                             struct fault *fault)
{
    struct text *kinds = context;
    for (uint32_t i = 0; i < record->item_count; i++)
        if (record->items[i].is_open && record->items[i].kind[0] != '\0')
            text_append_format(kinds, "%s\n", record->items[i].kind);
    return text_ok(kinds) ? STATUS_OK : ledger_out_of_memory(fault);
}

static bool is_missing_kind(const struct looking *looking, const char *kind)
{
    struct text word = {0};
    if (kind == NULL || kind[0] == '\0')
        return false;
    text_append_format(&word, "\n%s\n", kind);
    bool is_missing = text_ok(&word) && strstr(looking->kinds, text_string(&word)) != NULL;
    text_done(&word);
    return is_missing;
}

/* A candidate that cannot be read any more is no hint, and no failure of the look. */
static enum status is_candidate(const struct looking *looking,
                                const struct document_record *document, bool *ret_is,
                                struct fault *fault)
{
    static const struct digest none;
    char *bytes = NULL;
    size_t length = 0;
    *ret_is = false;
    if (digest_equal(&document->explanation, &none))
        return STATUS_OK;
    enum status status = spool_get(looking->spool, &document->explanation, EXPLANATION_BYTES_MOST,
                                   &bytes, &length, fault);
    if (status == STATUS_OK)
        *ret_is = memmem(bytes, length, looking->member, strlen(looking->member)) != NULL;
    free(bytes);
    return status == STATUS_REFUSE ? STATUS_OK : status;
}

static enum status look_at(const struct looking *looking, const struct uuid *id,
                           struct fault *fault)
{
    struct document_record document = {0};
    bool is_among = false;
    unsigned hints = 0;
    enum status status =
        ledger_document_get(looking->ledger, (struct document_id){*id}, &document, fault);
    if (status == STATUS_OK)
        status = is_candidate(looking, &document, &is_among, fault);
    if (status == STATUS_OK) {
        bool is_best =
            document.case_number != NULL && strcmp(document.case_number, looking->case_number) == 0;
        hints = (is_best ? (unsigned)REQUEST_HINT_CASE : 0) |
                (is_among && !is_best ? (unsigned)REQUEST_HINT_CANDIDATE : 0) |
                (is_missing_kind(looking, document.kind) ? (unsigned)REQUEST_HINT_KIND : 0);
        if (hints != 0)
            status = looking->callback(looking->context, &document, hints, fault);
    }
    document_record_done(&document);
    return status;
}

/* Those that name the case best are first. */
static enum status list_clearing(struct ledger *ledger, const char *case_number, struct uuid *ids,
                                 size_t *ret_count, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status = database_query(
        ledger->database,
        "SELECT id FROM document WHERE state = 'clearing' ORDER BY CASE WHEN case_number = $1"
        " THEN 0 ELSE 1 END, received_ms DESC, id LIMIT $2",
        VALUES(value_text(case_number), value_integer(REQUESTS_LISTED_MOST)), &rows, fault);
    *ret_count = 0;
    while (status == STATUS_OK && *ret_count < REQUESTS_LISTED_MOST) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        ids[(*ret_count)++] = rows_uuid(rows, 0);
    }
    rows_done(&rows);
    return status;
}

enum status request_perhaps(struct ledger *ledger, struct spool *spool, const char *case_number,
                            request_perhaps_callback *callback, void *context, struct fault *fault)
{
    struct text kinds = {0}, member = {0};
    struct uuid ids[REQUESTS_LISTED_MOST];
    size_t count = 0;
    const struct request_filter filter = {.case_number = case_number, .only_open = true};
    text_append(&kinds, "\n");
    text_append_format(&member, "{\"case_number\":\"%s\"", case_number);
    enum status status = requests_each(ledger, &filter, add_kinds, &kinds, fault);
    struct looking looking = {ledger,   spool,  case_number, text_take(&kinds), text_take(&member),
                              callback, context};
    if (status == STATUS_OK && (looking.kinds == NULL || looking.member == NULL))
        status = ledger_out_of_memory(fault);
    if (status == STATUS_OK)
        status = list_clearing(ledger, case_number, ids, &count, fault);
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        status = look_at(&looking, &ids[i], fault);
    free(looking.kinds);
    free(looking.member);
    return status;
}
