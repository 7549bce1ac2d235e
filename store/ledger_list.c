/* ledger_list.c - everything there is, oldest first, a window at a time.
 *
 * Two ordered streams, scans that show as themselves and documents, are merged. Each is read in
 * windows of LIST_WINDOW records that are complete before a callback sees the first: a slow
 * terminal or an HTTP client holds no snapshot of the database (which would make the WAL file
 * grow), and the callback may use the ledger. What moves while the list runs is shown as it is
 * when its window is read. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "store/ledger_private.h"

enum { LIST_WINDOW = 64 };

/* Where a stream has got to: the last record given. A scan's own ordinal is 0. */
struct place {
    int64_t received_ms;
    struct uuid scan;
    int64_t ordinal;
};

struct scan_stream {
    struct scan_record records[LIST_WINDOW];
    size_t count, next;
    bool has_more;
    struct place place;
};

struct document_stream {
    struct document_record records[LIST_WINDOW];
    size_t count, next;
    bool has_more;
    struct place place;
};

/* What of the filter a stream's query takes. NULLs match everything. */
struct criteria {
    const char *site;
    const char *state;
};

/* ---- scans ---------------------------------------------------------------------------------- */

#define SCANS_AFTER                                                                                \
    "SELECT " SCAN_COLUMNS " FROM " SCAN_TABLES                                                    \
    " WHERE (s.state <> 'read' OR s.documents = 0) AND (s.received_ms, s.id) > ($1, $2)"
#define SCANS_IN_ORDER " ORDER BY s.received_ms, s.id LIMIT $3"

static enum status query_scans(struct ledger *ledger, const struct criteria *criteria,
                               const struct place *place, struct rows **ret_rows,
                               struct fault *fault)
{
    const char *sql = criteria->state == NULL ? SCANS_AFTER SCANS_IN_ORDER
                                              : SCANS_AFTER " AND s.state = $4" SCANS_IN_ORDER;
    if (criteria->site != NULL)
        sql = criteria->state == NULL ? SCANS_AFTER " AND t.name = $5" SCANS_IN_ORDER
                                      : SCANS_AFTER
                  " AND s.state = $4 AND t.name = $5" SCANS_IN_ORDER;
    return database_query(ledger->database, sql,
                          VALUES(value_integer(place->received_ms), value_uuid(&place->scan),
                                 value_integer(LIST_WINDOW), value_text(criteria->state),
                                 value_text(criteria->site)),
                          ret_rows, fault);
}

static enum status fill_scans(struct ledger *ledger, const struct criteria *criteria,
                              struct scan_stream *stream, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    stream->count = stream->next = 0;
    enum status status = query_scans(ledger, criteria, &stream->place, &rows, fault);
    while (status == STATUS_OK && stream->count < LIST_WINDOW) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        status = scan_record_read(rows, &stream->records[stream->count], fault);
        if (status == STATUS_OK)
            stream->count++;
    }
    rows_done(&rows);
    stream->has_more = stream->count == LIST_WINDOW;
    if (stream->count > 0) {
        const struct scan_record *last = &stream->records[stream->count - 1];
        stream->place = (struct place){last->received_ms, last->id.uuid, 0};
    }
    return status;
}

/* ---- documents ------------------------------------------------------------------------------ */

#define DOCUMENTS_AFTER                                                                            \
    "SELECT " DOCUMENT_COLUMNS " FROM " DOCUMENT_TABLES                                            \
    " WHERE (d.received_ms, d.scan, d.ordinal) > ($1, $2, $3)"
#define DOCUMENTS_IN_ORDER " ORDER BY d.received_ms, d.scan, d.ordinal LIMIT $4"

static enum status query_documents(struct ledger *ledger, const struct criteria *criteria,
                                   const struct place *place, struct rows **ret_rows,
                                   struct fault *fault)
{
    const char *sql = criteria->state == NULL ? DOCUMENTS_AFTER DOCUMENTS_IN_ORDER
                                              : DOCUMENTS_AFTER
                          " AND d.state = $5" DOCUMENTS_IN_ORDER;
    if (criteria->site != NULL)
        sql = criteria->state == NULL ? DOCUMENTS_AFTER " AND t.name = $6" DOCUMENTS_IN_ORDER
                                      : DOCUMENTS_AFTER
                  " AND d.state = $5 AND t.name = $6" DOCUMENTS_IN_ORDER;
    return database_query(ledger->database, sql,
                          VALUES(value_integer(place->received_ms), value_uuid(&place->scan),
                                 value_integer(place->ordinal), value_integer(LIST_WINDOW),
                                 value_text(criteria->state), value_text(criteria->site)),
                          ret_rows, fault);
}

static enum status fill_documents(struct ledger *ledger, const struct criteria *criteria,
                                  struct document_stream *stream, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    stream->count = stream->next = 0;
    enum status status = query_documents(ledger, criteria, &stream->place, &rows, fault);
    while (status == STATUS_OK && stream->count < LIST_WINDOW) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        status = document_record_read(ledger, rows, &stream->records[stream->count], fault);
        if (status == STATUS_OK)
            stream->count++;
    }
    rows_done(&rows);
    stream->has_more = stream->count == LIST_WINDOW;
    if (stream->count > 0) {
        const struct document_record *last = &stream->records[stream->count - 1];
        stream->place = (struct place){last->received_ms, last->scan.uuid, last->ordinal};
    }
    return status;
}

/* ---- both ----------------------------------------------------------------------------------- */

/* Does the scan come before the document? */
static bool scan_first(const struct scan_record *scan, const struct document_record *document)
{
    if (scan->received_ms != document->received_ms)
        return scan->received_ms < document->received_ms;
    return memcmp(scan->id.uuid.bytes, document->scan.uuid.bytes, UUID_BYTES) <= 0;
}

/* Reads the next window of whichever stream has used up its own. */
static enum status refill(struct ledger *ledger, const struct criteria *criteria,
                          struct scan_stream *scans, struct document_stream *documents,
                          struct fault *fault)
{
    enum status status = STATUS_OK;
    if (scans->next == scans->count && scans->has_more)
        status = fill_scans(ledger, criteria, scans, fault);
    if (status == STATUS_OK && documents->next == documents->count && documents->has_more)
        status = fill_documents(ledger, criteria, documents, fault);
    return status;
}

static enum status give_next(struct scan_stream *scans, struct document_stream *documents,
                             ledger_list_callback *callback, void *context, struct fault *fault)
{
    struct scan_record *scan = scans->next < scans->count ? &scans->records[scans->next] : NULL;
    struct document_record *document =
        documents->next < documents->count ? &documents->records[documents->next] : NULL;
    enum status status = STATUS_OK;
    if (document == NULL || (scan != NULL && scan_first(scan, document))) {
        status = callback(context, scan, NULL, fault);
        scan_record_done(scan);
        scans->next++;
    } else {
        status = callback(context, NULL, document, fault);
        document_record_done(document);
        documents->next++;
    }
    return status;
}

static enum status walk(struct ledger *ledger, const struct criteria *criteria,
                        struct scan_stream *scans, struct document_stream *documents,
                        ledger_list_callback *callback, void *context, struct fault *fault)
{
    for (;;) {
        enum status status = refill(ledger, criteria, scans, documents, fault);
        if (status != STATUS_OK)
            return status;
        if (scans->next == scans->count && documents->next == documents->count)
            return STATUS_OK;
        status = give_next(scans, documents, callback, context, fault);
        if (status != STATUS_OK)
            return status;
    }
}

static enum status check_state(const char *state, struct fault *fault)
{
    enum scan_state scan_state = SCAN_CORRUPT;
    enum document_state document_state = DOCUMENT_CORRUPT;
    if (state == NULL || scan_state_from_name(state, &scan_state) ||
        document_state_from_name(state, &document_state))
        return STATUS_OK;
    const char *names[SCAN_STATES + DOCUMENT_STATES + 1] = {NULL};
    for (int i = 0; i < SCAN_STATES; i++)
        names[i] = scan_state_name((enum scan_state)i);
    for (int i = 0; i < DOCUMENT_STATES; i++)
        names[SCAN_STATES + i] = document_state_name((enum document_state)i);
    const char *closest = string_closest(state, names);
    if (closest != NULL)
        return fault_set(fault, STATUS_REFUSE, "there is no state \"%s\"; did you mean \"%s\"?",
                         state, closest);
    return fault_set(fault, STATUS_REFUSE, "there is no state \"%s\"", state);
}

enum status ledger_list(struct ledger *ledger, const struct list_filter *filter,
                        ledger_list_callback *callback, void *context, struct fault *fault)
{
    const struct criteria criteria = {
        .site = filter == NULL ? NULL : filter->site,
        .state = filter == NULL ? NULL : filter->state,
    };
    struct scan_stream scans = {.has_more = true, .place = {.received_ms = INT64_MIN}};
    struct document_stream documents = {.has_more = true, .place = {.received_ms = INT64_MIN}};
    enum status status = check_state(criteria.state, fault);
    if (status == STATUS_OK)
        status = walk(ledger, &criteria, &scans, &documents, callback, context, fault);
    for (; scans.next < scans.count; scans.next++)
        scan_record_done(&scans.records[scans.next]);
    for (; documents.next < documents.count; documents.next++)
        document_record_done(&documents.records[documents.next]);
    return status;
}
