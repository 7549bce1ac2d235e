/* requests.c - see requests.h: making, ending and looking. What a document does to a request is in
 * requests_follow.c. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "law/day.h"
#include "store/register.h"
#include "store/requests_private.h"

const char *request_verdict_words(enum request_verdict verdict)
{
    static const char *const words[REQUEST_VERDICTS] = {
        [REQUEST_HAPPENED] = "Ist geschehen.",
        [REQUEST_NO_CASE] = "Dieses Aktenzeichen steht nicht im Fallregister.",
        [REQUEST_NO_ITEMS] = "Eine Anforderung nennt 1 bis 40 Unterlagen.",
        [REQUEST_BAD_ITEM] = "Zu jeder Unterlage gehören Worte; eine solche gibt es hier nicht.",
        [REQUEST_BAD_DAY] = "Die Frist ist ein Tag, der noch kommt (JJJJ-MM-TT).",
        [REQUEST_NO_REASON] = "Eine Begründung gehört dazu.",
        [REQUEST_UNKNOWN] = "Eine Anforderung dieser Nummer gibt es nicht.",
        [REQUEST_IS_SO] = "Das ist schon so.",
        [REQUEST_NO_DOCUMENT] = "Dieses Dokument liegt nicht in der Akte.",
    };
    return words[verdict];
}

/* ---- what happened --------------------------------------------------------------------------- */

enum status request_audit(struct ledger *ledger, const struct request_change *change,
                          int64_t *ret_audit, struct fault *fault)
{
    struct text detail = {0}, action = {0}, subject = {0};
    detail_open(&detail);
    detail_number(&detail, "item", change->item);
    if (change->way != NULL)
        detail_word(&detail, "way", change->way);
    if (!uuid_is_nil(&change->document)) {
        char id[UUID_TEXT_BYTES];
        uuid_to_text(&change->document, id);
        detail_word(&detail, "document", id);
    }
    text_append_format(&action, "request.%s", change->what);
    text_append_format(&subject, "request %lld", (long long)change->number);
    enum status status =
        text_ok(&action) && text_ok(&subject)
            ? audit_append(ledger, change->actor, text_string(&action), text_string(&subject),
                           detail_close(&detail), ret_audit, fault)
            : ledger_out_of_memory(fault);
    text_done(&detail);
    text_done(&action);
    text_done(&subject);
    return status;
}

enum status request_event_keep(struct ledger *ledger, const struct request_change *change,
                               int64_t audit, struct fault *fault)
{
    return database_run(
        ledger->database,
        "INSERT INTO paper_event (request, at_ms, actor, what, item, document, way, reason, audit)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        VALUES(value_integer(change->number), value_integer(ledger_wall_ms(ledger)),
               value_text(change->actor), value_text(change->what), value_integer(change->item),
               value_uuid_or_null(&change->document), value_text(change->way),
               value_text(change->reason), value_integer(audit)),
        NULL, fault);
}

static enum status note(struct ledger *ledger, const struct request_change *change,
                        struct fault *fault)
{
    int64_t audit = 0;
    enum status status = request_audit(ledger, change, &audit, fault);
    return status == STATUS_OK ? request_event_keep(ledger, change, audit, fault) : status;
}

enum status request_end(struct ledger *ledger, const struct request_change *change,
                        struct fault *fault)
{
    enum status status = note(ledger, change, fault);
    return status != STATUS_OK
               ? status
               : database_run(ledger->database,
                              "UPDATE paper_request SET state = 'closed', ended_ms = $2,"
                              " ended_by = $3, reason = $4 WHERE id = $1",
                              VALUES(value_integer(change->number),
                                     value_integer(ledger_wall_ms(ledger)),
                                     value_text(change->actor), value_text(change->reason)),
                              NULL, fault);
}

enum status request_item_close(struct ledger *ledger, const struct request_change *change,
                               struct fault *fault)
{
    int64_t open = 0;
    enum status status = note(ledger, change, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "UPDATE paper_item SET is_open = 0, document = $3, changed_ms = $4, changed_by = $5"
            " WHERE request = $1 AND number = $2",
            VALUES(value_integer(change->number), value_integer(change->item),
                   value_uuid_or_null(&change->document), value_integer(ledger_wall_ms(ledger)),
                   value_text(change->actor)),
            NULL, fault);
    if (status == STATUS_OK)
        status = database_number(
            ledger->database,
            "SELECT (SELECT count(*) FROM paper_item i WHERE i.request = r.id AND i.is_open = 1)"
            " FROM paper_request r WHERE r.id = $1 AND r.state = 'open'",
            VALUES(value_integer(change->number)), 1, &open, fault);
    if (status != STATUS_OK || open > 0)
        return status;
    const struct request_change end = {.number = change->number,
                                       .actor = "auto",
                                       .what = "closed",
                                       .reason = "Alle Unterlagen sind eingegangen."};
    return request_end(ledger, &end, fault);
}

enum status request_item_open(struct ledger *ledger, const struct request_change *change,
                              struct fault *fault)
{
    enum status status = note(ledger, change, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "UPDATE paper_item SET is_open = 1, document = NULL, changed_ms = $3, changed_by = $4"
            " WHERE request = $1 AND number = $2",
            VALUES(value_integer(change->number), value_integer(change->item),
                   value_integer(ledger_wall_ms(ledger)), value_text(change->actor)),
            NULL, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "UPDATE paper_request SET state = 'open', ended_ms = 0, ended_by ="
                              " NULL, reason = NULL WHERE id = $1",
                              VALUES(value_integer(change->number)), NULL, fault);
    return status;
}

/* ---- making ---------------------------------------------------------------------------------- */

static bool is_fit(const char *words, size_t bytes_most)
{
    return words != NULL && strlen(words) < bytes_most && strpbrk(words, "\t\n\r") == NULL;
}

static bool has_reason(const char *reason)
{
    return reason != NULL && reason[0] != '\0' && strlen(reason) <= REQUEST_REASON_BYTES_MOST;
}

static enum request_verdict check_draft(const struct ledger *ledger,
                                        const struct request_draft *draft)
{
    int32_t due = 0;
    if (draft->due_day == NULL || !day_from_text(draft->due_day, &due) ||
        due < day_of_wall_ms(ledger_wall_ms(ledger)))
        return REQUEST_BAD_DAY;
    if (draft->item_count == 0 || draft->item_count > REQUEST_ITEMS_MOST)
        return REQUEST_NO_ITEMS;
    for (size_t i = 0; i < draft->item_count; i++) {
        const struct request_item *item = &draft->items[i];
        if (!is_fit(item->kind, REQUEST_KIND_BYTES_MOST) ||
            !is_fit(item->words, REQUEST_WORDS_BYTES_MOST) || item->words[0] == '\0')
            return REQUEST_BAD_ITEM;
    }
    return REQUEST_HAPPENED;
}

static enum status keep_items(struct ledger *ledger, const struct request_draft *draft,
                              int64_t number, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < draft->item_count; i++)
        status = database_run(
            ledger->database,
            "INSERT INTO paper_item (request, number, kind, words, is_open, changed_ms, changed_by)"
            " VALUES ($1, $2, $3, $4, 1, $5, $6)",
            VALUES(value_integer(number), value_integer((int64_t)i + 1),
                   value_text(draft->items[i].kind), value_text(draft->items[i].words),
                   value_integer(ledger_wall_ms(ledger)), value_text(draft->actor)),
            NULL, fault);
    return status;
}

static enum status create(struct ledger *ledger, const struct request_draft *draft,
                          int64_t *ret_number, enum request_verdict *ret_verdict,
                          struct fault *fault)
{
    char *team = NULL;
    int64_t version = 0, audit = 0;
    struct request_change made = {.actor = draft->actor, .what = "made"};
    enum status status = register_team(ledger, draft->case_number, &team, &version, fault);
    if (status != STATUS_OK || team == NULL) {
        *ret_verdict = REQUEST_NO_CASE;
        return status;
    }
    status = database_number(ledger->database, "SELECT max(id) FROM paper_request", NO_VALUES, 0,
                             &made.number, fault);
    made.number++;
    if (status == STATUS_OK)
        status = request_audit(ledger, &made, &audit, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "INSERT INTO paper_request (id, case_number, team, due_day, state, made_ms, made_by,"
            " audit) VALUES ($1, $2, $3, $4, 'open', $5, $6, $7)",
            VALUES(value_integer(made.number), value_text(draft->case_number), value_text(team),
                   value_text(draft->due_day), value_integer(ledger_wall_ms(ledger)),
                   value_text(draft->actor), value_integer(audit)),
            NULL, fault);
    free(team);
    if (status == STATUS_OK)
        status = keep_items(ledger, draft, made.number, fault);
    *ret_number = made.number;
    return status == STATUS_OK ? request_event_keep(ledger, &made, audit, fault) : status;
}

enum status request_create(struct ledger *ledger, const struct request_draft *draft,
                           int64_t *ret_number, enum request_verdict *ret_verdict,
                           struct fault *fault)
{
    int64_t number = 0;
    enum request_verdict verdict = check_draft(ledger, draft);
    enum status status = STATUS_OK;
    if (draft->case_number == NULL || draft->case_number[0] == '\0')
        verdict = REQUEST_NO_CASE;
    if (verdict == REQUEST_HAPPENED) {
        status = ledger_begin(ledger, fault);
        if (status == STATUS_OK)
            status = ledger_end(ledger, create(ledger, draft, &number, &verdict, fault), fault);
    }
    if (status == STATUS_OK) {
        *ret_verdict = verdict;
        *ret_number = number;
    }
    return status;
}

/* ---- looking --------------------------------------------------------------------------------- */

void request_record_done(struct request_record *record)
{
    for (uint32_t i = 0; i < record->item_count; i++) {
        free(record->items[i].kind);
        free(record->items[i].words);
        free(record->items[i].changed_by);
    }
    free(record->case_number);
    free(record->team);
    free(record->due_day);
    free(record->made_by);
    free(record->ended_by);
    free(record->reason);
    *record = (struct request_record){0};
}

static bool read_item(struct rows *rows, struct request_record *record)
{
    bool failed = false;
    struct request_item *item = &record->items[record->item_count++];
    *item = (struct request_item){.number = (uint32_t)rows_integer(rows, 0),
                                  .kind = rows_text_copy(rows, 1, &failed),
                                  .words = rows_text_copy(rows, 2, &failed),
                                  .is_open = rows_integer(rows, 3) != 0,
                                  .document = {rows_uuid(rows, 4)},
                                  .changed_ms = rows_integer(rows, 5),
                                  .changed_by = rows_text_copy(rows, 6, &failed)};
    record->open_count += item->is_open ? 1 : 0;
    return !failed;
}

static enum status read_items(struct ledger *ledger, struct request_record *record,
                              struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status = database_query(
        ledger->database,
        "SELECT number, kind, words, is_open, document, changed_ms, changed_by FROM paper_item"
        " WHERE request = $1 ORDER BY number",
        VALUES(value_integer(record->number)), &rows, fault);
    while (status == STATUS_OK && record->item_count < REQUEST_ITEMS_MOST) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        if (!read_item(rows, record))
            status = ledger_out_of_memory(fault);
    }
    rows_done(&rows);
    return status;
}

#define REQUEST_COLUMNS                                                                            \
    "id, case_number, team, due_day, state, made_ms, made_by, ended_ms, ended_by, reason"

static bool read_record(struct ledger *ledger, struct rows *rows, struct request_record *record)
{
    bool failed = false;
    int32_t due = 0;
    *record = (struct request_record){.number = rows_integer(rows, 0),
                                      .case_number = rows_text_copy(rows, 1, &failed),
                                      .team = rows_text_copy(rows, 2, &failed),
                                      .due_day = rows_text_copy(rows, 3, &failed),
                                      .is_open = strcmp(rows_text(rows, 4), "open") == 0,
                                      .made_ms = rows_integer(rows, 5),
                                      .made_by = rows_text_copy(rows, 6, &failed),
                                      .ended_ms = rows_integer(rows, 7),
                                      .ended_by = rows_text_copy(rows, 8, &failed),
                                      .reason = rows_text_copy(rows, 9, &failed)};
    record->is_overdue = !failed && record->is_open && day_from_text(record->due_day, &due) &&
                         due < day_of_wall_ms(ledger_wall_ms(ledger));
    return !failed;
}

enum status request_get(struct ledger *ledger, int64_t number, bool *ret_found,
                        struct request_record *ret_record, struct fault *fault)
{
    struct rows *rows = NULL;
    struct request_record record = {0};
    bool there = false;
    enum status status = database_query(
        ledger->database, "SELECT " REQUEST_COLUMNS " FROM paper_request WHERE id = $1",
        VALUES(value_integer(number)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there && !read_record(ledger, rows, &record))
        status = ledger_out_of_memory(fault);
    rows_done(&rows);
    if (status == STATUS_OK && there)
        status = read_items(ledger, &record, fault);
    if (status == STATUS_OK && there)
        *ret_record = record;
    else
        request_record_done(&record);
    *ret_found = there;
    return status;
}

static enum status list_numbers(struct ledger *ledger, const struct request_filter *filter,
                                int64_t *ret_numbers, size_t *ret_count, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    const struct value most = value_integer(REQUESTS_LISTED_MOST);
    enum status status =
        filter->case_number != NULL
            ? database_query(ledger->database,
                             "SELECT id FROM paper_request WHERE case_number = $1"
                             " ORDER BY id DESC LIMIT $2",
                             VALUES(value_text(filter->case_number), most), &rows, fault)
        : filter->only_open || filter->only_overdue
            ? database_query(ledger->database,
                             "SELECT id FROM paper_request WHERE state = 'open'"
                             " ORDER BY due_day, id LIMIT $1",
                             VALUES(most), &rows, fault)
            : database_query(ledger->database,
                             "SELECT id FROM paper_request ORDER BY id DESC LIMIT $1", VALUES(most),
                             &rows, fault);
    *ret_count = 0;
    while (status == STATUS_OK && *ret_count < REQUESTS_LISTED_MOST) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        ret_numbers[(*ret_count)++] = rows_integer(rows, 0);
    }
    rows_done(&rows);
    return status;
}

enum status requests_each(struct ledger *ledger, const struct request_filter *filter,
                          request_callback *callback, void *context, struct fault *fault)
{
    int64_t numbers[REQUESTS_LISTED_MOST];
    size_t count = 0;
    enum status status = list_numbers(ledger, filter, numbers, &count, fault);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        struct request_record record = {0};
        bool is_found = false;
        status = request_get(ledger, numbers[i], &is_found, &record, fault);
        if (status == STATUS_OK && is_found && (record.is_open || !filter->only_open) &&
            (record.is_overdue || !filter->only_overdue))
            status = callback(context, &record, fault);
        request_record_done(&record);
    }
    return status;
}

enum status request_guard(struct ledger *ledger, int64_t number, uint32_t *ret_guard,
                          struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    uint32_t guard = 0;
    enum status status = database_query(
        ledger->database,
        "SELECT c.guard FROM paper_request r JOIN case_guard c ON c.case_number = r.case_number"
        " WHERE r.id = $1 UNION SELECT d.guard FROM paper_item i JOIN document d"
        " ON d.id = i.document WHERE i.request = $1 UNION SELECT d.guard FROM paper_event e"
        " JOIN document d ON d.id = e.document WHERE e.request = $1",
        VALUES(value_integer(number)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        guard |= (uint32_t)rows_integer(rows, 0);
    }
    rows_done(&rows);
    if (status == STATUS_OK)
        *ret_guard = guard;
    return status;
}

enum status request_events(struct ledger *ledger, int64_t number, request_event_callback *callback,
                           void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status =
        database_query(ledger->database,
                       "SELECT at_ms, actor, what, item, document, way, reason FROM paper_event"
                       " WHERE request = $1 ORDER BY id",
                       VALUES(value_integer(number)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        const struct request_event event = {.at_ms = rows_integer(rows, 0),
                                            .actor = rows_text(rows, 1),
                                            .what = rows_text(rows, 2),
                                            .item = (uint32_t)rows_integer(rows, 3),
                                            .document = {rows_uuid(rows, 4)},
                                            .way = rows_text(rows, 5),
                                            .reason = rows_text(rows, 6)};
        status = callback(context, &event, fault);
    }
    rows_done(&rows);
    return status;
}

/* ---- what people say ------------------------------------------------------------------------- */

/* Checks what the change starts from: the request, and its item when there is one. */
static enum status find(struct ledger *ledger, const struct request_change *change, bool wants_open,
                        enum request_verdict *ret_verdict, struct fault *fault)
{
    struct request_record record = {0};
    bool is_found = false;
    enum status status = request_get(ledger, change->number, &is_found, &record, fault);
    const struct request_item *item = change->item > 0 && change->item <= record.item_count
                                          ? &record.items[change->item - 1]
                                          : NULL;
    if (!is_found)
        *ret_verdict = REQUEST_UNKNOWN;
    else if (change->item > 0 && item == NULL)
        *ret_verdict = REQUEST_BAD_ITEM;
    else if ((item == NULL ? record.is_open : item->is_open) != wants_open)
        *ret_verdict = REQUEST_IS_SO;
    if (status == STATUS_OK && *ret_verdict == REQUEST_HAPPENED &&
        !uuid_is_nil(&change->document)) {
        int64_t count = 0;
        status =
            database_number(ledger->database,
                            "SELECT count(*) FROM document WHERE id = $1 AND state = 'filed'"
                            " AND case_number = $2",
                            VALUES(value_uuid(&change->document), value_text(record.case_number)),
                            0, &count, fault);
        if (count == 0)
            *ret_verdict = REQUEST_NO_DOCUMENT;
    }
    request_record_done(&record);
    return status;
}

typedef enum status request_step(struct ledger *ledger, const struct request_change *change,
                                 struct fault *fault);

static enum status change_checked(struct ledger *ledger, const struct request_change *change,
                                  bool wants_open, request_step *step,
                                  enum request_verdict *ret_verdict, struct fault *fault)
{
    enum status status = find(ledger, change, wants_open, ret_verdict, fault);
    return status == STATUS_OK && *ret_verdict == REQUEST_HAPPENED ? step(ledger, change, fault)
                                                                   : status;
}

static enum status change_it(struct ledger *ledger, const struct request_change *change,
                             bool wants_open, request_step *step, enum request_verdict *ret_verdict,
                             struct fault *fault)
{
    enum request_verdict verdict = REQUEST_HAPPENED;
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(
            ledger, change_checked(ledger, change, wants_open, step, &verdict, fault), fault);
    if (status == STATUS_OK)
        *ret_verdict = verdict;
    return status;
}

enum status request_close(struct ledger *ledger, int64_t number, const char *reason,
                          const char *actor, enum request_verdict *ret_verdict, struct fault *fault)
{
    const struct request_change change = {
        .number = number, .actor = actor, .what = "closed", .reason = reason};
    if (!has_reason(reason)) {
        *ret_verdict = REQUEST_NO_REASON;
        return STATUS_OK;
    }
    return change_it(ledger, &change, true, request_end, ret_verdict, fault);
}

enum status request_item_came(struct ledger *ledger, int64_t number, uint32_t item,
                              struct document_id document, const char *actor,
                              enum request_verdict *ret_verdict, struct fault *fault)
{
    const struct request_change change = {
        .number = number, .actor = actor, .what = "came", .item = item, .document = document.uuid};
    if (item == 0) {
        *ret_verdict = REQUEST_BAD_ITEM;
        return STATUS_OK;
    }
    return change_it(ledger, &change, true, request_item_close, ret_verdict, fault);
}

enum status request_item_reopen(struct ledger *ledger, int64_t number, uint32_t item,
                                const char *reason, const char *actor,
                                enum request_verdict *ret_verdict, struct fault *fault)
{
    const struct request_change change = {
        .number = number, .actor = actor, .what = "reopened", .item = item, .reason = reason};
    if (item == 0 || !has_reason(reason)) {
        *ret_verdict = item == 0 ? REQUEST_BAD_ITEM : REQUEST_NO_REASON;
        return STATUS_OK;
    }
    return change_it(ledger, &change, false, request_item_open, ret_verdict, fault);
}
