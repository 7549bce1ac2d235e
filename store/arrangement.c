/* arrangement.c - see arrangement.h: what is asked for, and what is known of it. What comes of it is
 * in arrangement_end.c.
 *
 * The sources wait in `arranging`, a state in which nobody else acts on them. The first one has the
 * job, like any other document with a job; the others are found through arrangement_source. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "store/arrangement.h"
#include "store/ledger_private.h"

static const char *const state_names[] = {
    [ARRANGEMENT_OPEN] = "open",
    [ARRANGEMENT_DONE] = "done",
    [ARRANGEMENT_FAILED] = "failed",
    [ARRANGEMENT_UNDONE] = "undone",
};

const char *arrangement_state_name(enum arrangement_state state)
{
    return state_names[state];
}

/* ---- what is asked for ----------------------------------------------------------------------- */

/* A wish with its sources as the ledger has them. */
struct request {
    const struct arrangement_wish *wish;
    struct document_record *sources;
    bool *is_dropped_source, *is_dropped_outcome; /* stays as it is */
    int64_t number;
};

static enum status check_limits(const struct arrangement_wish *wish, struct fault *fault)
{
    uint32_t pages = 0;
    if (wish->source_count == 0 || wish->source_count > ARRANGEMENT_SOURCES_MOST)
        return fault_set(fault, STATUS_REFUSE, "pages of 1 to %d documents can be arranged",
                         ARRANGEMENT_SOURCES_MOST);
    if (wish->outcome_count == 0 || wish->outcome_count > COMPOSITION_PAGES_MOST)
        return fault_set(fault, STATUS_REFUSE, "no document is to come of it, or too many");
    for (uint32_t i = 0; i < wish->outcome_count; i++) {
        if (wish->outcomes[i].page_count == 0 ||
            wish->outcomes[i].page_count > COMPOSITION_PAGES_MOST)
            return fault_set(fault, STATUS_REFUSE, "a document without pages, or of too many");
        pages += wish->outcomes[i].page_count;
    }
    if (pages > COMPOSITION_PAGES_MOST)
        return fault_set(fault, STATUS_REFUSE, "more than %d pages", COMPOSITION_PAGES_MOST);
    for (uint32_t i = 0; i < wish->source_count; i++)
        for (uint32_t other = 0; other < i; other++)
            if (uuid_equal(&wish->sources[i].document.uuid, &wish->sources[other].document.uuid))
                return fault_set(fault, STATUS_REFUSE, "a document is named twice");
    return STATUS_OK;
}

static bool place_is_sound(const struct request *request, const struct arrangement_place *place)
{
    return place->source < request->wish->source_count && place->place >= 1 &&
           place->place <= request->sources[place->source].page_count && place->turn < 360 &&
           place->turn % 90 == 0;
}

/* Every page of the sources stands in one outcome, once. */
static enum status check_pages(const struct request *request, struct fault *fault)
{
    const struct arrangement_wish *wish = request->wish;
    bool(*is_used)[COMPOSITION_PAGES_MOST + 1] = calloc(wish->source_count, sizeof *is_used);
    uint32_t wanted = 0, found = 0;
    bool good = true;
    if (is_used == NULL)
        return ledger_out_of_memory(fault);
    for (uint32_t i = 0; i < wish->source_count; i++)
        wanted += request->sources[i].page_count;
    for (uint32_t i = 0; i < wish->outcome_count; i++)
        for (uint32_t page = 0; good && page < wish->outcomes[i].page_count; page++) {
            const struct arrangement_place *place = &wish->outcomes[i].pages[page];
            good = place_is_sound(request, place) && !is_used[place->source][place->place];
            if (good)
                is_used[place->source][place->place] = true;
            found++;
        }
    free(is_used);
    if (good && found == wanted)
        return STATUS_OK;
    return fault_set(fault, STATUS_REFUSE, "not every page is accounted for exactly once");
}

/* The outcome is one of the sources as it stands. */
static bool is_unchanged(const struct request *request, const struct arrangement_outcome *outcome)
{
    const struct document_record *source = &request->sources[outcome->pages[0].source];
    if (outcome->page_count != source->page_count)
        return false;
    for (uint32_t i = 0; i < outcome->page_count; i++)
        if (outcome->pages[i].source != outcome->pages[0].source ||
            outcome->pages[i].place != i + 1 || outcome->pages[i].turn != 0)
            return false;
    return true;
}

/* *ret_some: something is left to do. */
static void drop_unchanged(struct request *request, bool *ret_some)
{
    *ret_some = false;
    for (uint32_t i = 0; i < request->wish->outcome_count; i++) {
        const struct arrangement_outcome *outcome = &request->wish->outcomes[i];
        request->is_dropped_outcome[i] = is_unchanged(request, outcome);
        if (request->is_dropped_outcome[i])
            request->is_dropped_source[outcome->pages[0].source] = true;
        else
            *ret_some = true;
    }
}

static enum status is_shared(struct ledger *ledger, const struct uuid *document, bool *ret_is,
                             struct fault *fault)
{
    int64_t count = 0;
    enum status status = document_is_copy(ledger, document, ret_is, fault);
    if (status == STATUS_OK)
        status =
            database_number(ledger->database, "SELECT count(*) FROM document WHERE copy_of = $1",
                            VALUES(value_uuid(document)), 0, &count, fault);
    *ret_is = *ret_is || count > 0;
    return status;
}

static enum status load_sources(struct ledger *ledger, struct request *request,
                                enum desk_verdict *ret_verdict, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (uint32_t i = 0; status == STATUS_OK && i < request->wish->source_count; i++) {
        const struct arrangement_source *source = &request->wish->sources[i];
        struct document_record *record = &request->sources[i];
        bool shared = false;
        status = ledger_document_get(ledger, source->document, record, fault);
        if (status == STATUS_OK)
            status = is_shared(ledger, &source->document.uuid, &shared, fault);
        if (status != STATUS_OK)
            break;
        if (record->state != DOCUMENT_FILED && record->state != DOCUMENT_CLEARING)
            *ret_verdict = DESK_TOO_LATE;
        else if (source->revision != 0 && source->revision != record->revision)
            *ret_verdict = DESK_TOO_LATE;
        else if (shared)
            *ret_verdict = DESK_SHARED;
    }
    return status;
}

/* ---- writing it down ------------------------------------------------------------------------- */

static enum status begin(struct ledger *ledger, struct request *request, struct fault *fault)
{
    const struct uuid *first = &request->wish->sources[0].document.uuid;
    struct text detail = {0};
    int64_t audit = 0;
    detail_open(&detail);
    detail_number(&detail, "sources", request->wish->source_count);
    detail_number(&detail, "outcomes", request->wish->outcome_count);
    enum status status = audit_append_about(ledger, request->wish->actor, "arrangement.ask", first,
                                            detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status != STATUS_OK)
        return status;
    return database_number(ledger->database,
                           "INSERT INTO arrangement (state, actor, made_ms, audit)"
                           " VALUES ('open', $1, $2, $3) RETURNING id",
                           VALUES(value_text(request->wish->actor),
                                  value_integer(ledger_wall_ms(ledger)), value_integer(audit)),
                           0, &request->number, fault);
}

/* The document's audit row of one step of an arrangement, after which it is in `state`. */
enum status arrangement_audit(struct ledger *ledger, int64_t number, const char *actor,
                              const char *action, const struct uuid *document,
                              enum document_state state, int64_t *ret_audit, struct fault *fault)
{
    struct text detail = {0};
    detail_open(&detail);
    detail_word(&detail, "document", document_state_name(state));
    detail_number(&detail, "arrangement", number);
    enum status status = audit_append_about(ledger, actor, action, document, detail_close(&detail),
                                            ret_audit, fault);
    text_done(&detail);
    return status;
}

/* A dead job of the time in clearing is settled by what the person wants now. */
static enum status settle_dead_job(struct ledger *ledger, const struct document_record *source,
                                   int64_t audit, struct fault *fault)
{
    struct job_row job = {0};
    bool found = false;
    enum status status =
        job_dead_of(ledger, &source->scan.uuid, &source->id.uuid, &found, &job, fault);
    return status == STATUS_OK && found ? job_settle(ledger, &job, audit, fault) : status;
}

static enum status site_of(struct ledger *ledger, const struct uuid *document, int64_t *ret_site,
                           struct fault *fault)
{
    return database_number(ledger->database, "SELECT site FROM document WHERE id = $1",
                           VALUES(value_uuid(document)), 0, ret_site, fault);
}

static enum status take_source(struct ledger *ledger, const struct request *request, uint32_t index,
                               bool is_first, struct fault *fault)
{
    const struct document_record *source = &request->sources[index];
    int64_t audit = 0;
    int64_t site = 0;
    enum status status =
        arrangement_audit(ledger, request->number, request->wish->actor, "document.arrange",
                          &source->id.uuid, DOCUMENT_ARRANGING, &audit, fault);
    if (status == STATUS_OK)
        status = settle_dead_job(ledger, source, audit, fault);
    if (status == STATUS_OK)
        status = document_move(ledger, &source->id.uuid, source->state, DOCUMENT_ARRANGING, audit,
                               fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "INSERT INTO arrangement_source (arrangement, number, document, state)"
            " VALUES ($1, $2, $3, $4)",
            VALUES(value_integer(request->number), value_integer(index),
                   value_uuid(&source->id.uuid), value_text(document_state_name(source->state))),
            NULL, fault);
    if (status != STATUS_OK || !is_first)
        return status;
    status = site_of(ledger, &source->id.uuid, &site, fault);
    if (status == STATUS_OK)
        status = job_create(ledger, JOB_COMPOSE, site, &source->scan.uuid, &source->id.uuid, audit,
                            fault);
    return status;
}

static enum status keep_page(struct ledger *ledger, const struct request *request, uint32_t outcome,
                             uint32_t index, struct fault *fault)
{
    const struct arrangement_place *place = &request->wish->outcomes[outcome].pages[index];
    const struct document_record *source = &request->sources[place->source];
    const struct document_page *page = &source->places[place->place - 1];
    return database_run(
        ledger->database,
        "INSERT INTO arrangement_page (arrangement, outcome, position, scan, number, turned,"
        " source, place, before, turned_before) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        VALUES(value_integer(request->number), value_integer(outcome), value_integer(index + 1),
               value_uuid(&page->scan.uuid), value_integer(page->number),
               value_integer((page->turned + place->turn) % 360), value_integer(place->source),
               value_integer(place->place),
               value_integer(source->arrangement == 0 ? 0 : place->place),
               value_integer(page->turned)),
        NULL, fault);
}

static enum status keep_outcome(struct ledger *ledger, const struct request *request,
                                uint32_t number, struct fault *fault)
{
    const struct arrangement_outcome *outcome = &request->wish->outcomes[number];
    enum status status = database_run(
        ledger->database,
        "INSERT INTO arrangement_outcome (arrangement, number, keeps_case) VALUES ($1, $2, $3)",
        VALUES(value_integer(request->number), value_integer(number),
               value_integer(outcome->keeps_case)),
        NULL, fault);
    for (uint32_t i = 0; status == STATUS_OK && i < outcome->page_count; i++)
        status = keep_page(ledger, request, number, i, fault);
    return status;
}

static enum status write_down(struct ledger *ledger, struct request *request, struct fault *fault)
{
    bool is_first = true;
    enum status status = begin(ledger, request, fault);
    for (uint32_t i = 0; status == STATUS_OK && i < request->wish->source_count; i++) {
        if (request->is_dropped_source[i])
            continue;
        status = take_source(ledger, request, i, is_first, fault);
        is_first = false;
    }
    for (uint32_t i = 0; status == STATUS_OK && i < request->wish->outcome_count; i++)
        if (!request->is_dropped_outcome[i])
            status = keep_outcome(ledger, request, i, fault);
    return status;
}

static enum status ask(struct ledger *ledger, struct request *request,
                       enum desk_verdict *ret_verdict, struct fault *fault)
{
    bool has_some = false;
    enum status status = load_sources(ledger, request, ret_verdict, fault);
    if (status != STATUS_OK || *ret_verdict != DESK_HAPPENED)
        return status;
    status = check_pages(request, fault);
    if (status != STATUS_OK)
        return status;
    drop_unchanged(request, &has_some);
    if (!has_some) {
        *ret_verdict = DESK_NO_CHANGE;
        return STATUS_OK;
    }
    return write_down(ledger, request, fault);
}

static void request_done(struct request *request)
{
    for (uint32_t i = 0; request->sources != NULL && i < request->wish->source_count; i++)
        document_record_done(&request->sources[i]);
    free(request->sources);
    free(request->is_dropped_source);
    free(request->is_dropped_outcome);
}

enum status arrangement_ask(struct ledger *ledger, const struct arrangement_wish *wish,
                            enum desk_verdict *ret_verdict, int64_t *ret_number,
                            struct fault *fault)
{
    enum desk_verdict verdict = DESK_HAPPENED;
    enum status status = check_limits(wish, fault);
    if (status != STATUS_OK)
        return status;
    struct request request = {.wish = wish,
                              .sources = calloc(wish->source_count, sizeof *request.sources),
                              .is_dropped_source = calloc(wish->source_count, sizeof(bool)),
                              .is_dropped_outcome = calloc(wish->outcome_count, sizeof(bool))};
    if (request.sources == NULL || request.is_dropped_source == NULL ||
        request.is_dropped_outcome == NULL)
        status = ledger_out_of_memory(fault);
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, ask(ledger, &request, &verdict, fault), fault);
    if (status == STATUS_OK) {
        *ret_verdict = verdict;
        *ret_number = request.number;
    }
    request_done(&request);
    return status;
}

/* ---- looking --------------------------------------------------------------------------------- */

void arrangement_record_done(struct arrangement_record *record)
{
    free(record->actor);
    free(record->reason);
    free(record->sources);
    free(record->outcomes);
    *record = (struct arrangement_record){0};
}

/* The documents of one of the two tables. */
static enum status read_documents(struct ledger *ledger, const char *sql, int64_t number,
                                  struct document_id **ret_documents, uint32_t *ret_count,
                                  struct fault *fault)
{
    struct document_id documents[COMPOSITION_PAGES_MOST];
    struct rows *rows = NULL;
    uint32_t count = 0;
    bool there = true;
    enum status status =
        database_query(ledger->database, sql, VALUES(value_integer(number)), &rows, fault);
    while (status == STATUS_OK && there && count < COMPOSITION_PAGES_MOST) {
        status = rows_next(rows, &there, fault);
        if (status == STATUS_OK && there)
            documents[count++] = (struct document_id){rows_uuid(rows, 0)};
    }
    rows_done(&rows);
    if (status != STATUS_OK)
        return status;
    *ret_documents = calloc((size_t)count + 1, sizeof **ret_documents);
    if (*ret_documents == NULL)
        return ledger_out_of_memory(fault);
    memcpy(*ret_documents, documents, count * sizeof *documents);
    *ret_count = count;
    return STATUS_OK;
}

static enum status read_record(struct rows *rows, struct arrangement_record *record,
                               struct fault *fault)
{
    bool failed = false;
    record->number = rows_integer(rows, 0);
    for (size_t i = 0; i < sizeof state_names / sizeof state_names[0]; i++)
        if (string_equal(rows_text(rows, 1), state_names[i]))
            record->state = (enum arrangement_state)i;
    record->actor = rows_text_copy(rows, 2, &failed);
    record->reason = rows_text_copy(rows, 3, &failed);
    record->made_ms = rows_integer(rows, 4);
    record->ended_ms = rows_integer(rows, 5);
    return failed ? ledger_out_of_memory(fault) : STATUS_OK;
}

enum status arrangement_get(struct ledger *ledger, int64_t number,
                            struct arrangement_record *ret_record, struct fault *fault)
{
    struct arrangement_record record = {0};
    struct rows *rows = NULL;
    bool there = false;
    enum status status = database_query(
        ledger->database,
        "SELECT id, state, actor, reason, made_ms, ended_ms FROM arrangement WHERE id = $1",
        VALUES(value_integer(number)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && !there)
        status = fault_set(fault, STATUS_REFUSE, "there is no arrangement of this number");
    if (status == STATUS_OK)
        status = read_record(rows, &record, fault);
    rows_done(&rows);
    if (status == STATUS_OK)
        status = read_documents(
            ledger,
            "SELECT document FROM arrangement_source WHERE arrangement = $1 ORDER BY number",
            number, &record.sources, &record.source_count, fault);
    if (status == STATUS_OK)
        status = read_documents(
            ledger,
            "SELECT document FROM arrangement_outcome WHERE arrangement = $1 ORDER BY number",
            number, &record.outcomes, &record.outcome_count, fault);
    if (status == STATUS_OK)
        *ret_record = record;
    else
        arrangement_record_done(&record);
    return status;
}

enum status arrangement_of(struct ledger *ledger, struct document_id document, int64_t *ret_number,
                           struct fault *fault)
{
    return database_number(ledger->database,
                           "SELECT coalesce((SELECT max(s.arrangement) FROM arrangement_source s"
                           " JOIN arrangement a ON a.id = s.arrangement WHERE s.document = $1"
                           " AND a.state IN ('open', 'done')),"
                           " (SELECT d.arrangement FROM document d WHERE d.id = $1),"
                           " (SELECT max(s.arrangement) FROM arrangement_source s"
                           " WHERE s.document = $1))",
                           VALUES(value_uuid(&document.uuid)), 0, ret_number, fault);
}

enum status arrangement_neighbours(struct ledger *ledger, struct document_id document,
                                   uint32_t most, arrangement_neighbour *callback, void *context,
                                   struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status = database_query(
        ledger->database,
        "SELECT d.id FROM document d WHERE d.id IN"
        " (SELECT o.id FROM document m JOIN document o ON o.scan = m.scan WHERE m.id = $1"
        "  UNION SELECT q.document FROM page p JOIN page q ON q.batch = p.batch"
        "  WHERE p.document = $1 AND p.scan = (SELECT m.scan FROM document m WHERE m.id = $1)"
        "  AND q.document IS NOT NULL)"
        " AND d.id <> $1 AND d.copy_of IS NULL AND d.state IN ('filed', 'clearing')"
        " ORDER BY d.received_ms, d.scan, d.ordinal LIMIT $2",
        VALUES(value_uuid(&document.uuid), value_integer(most)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        status = callback(context, (struct document_id){rows_uuid(rows, 0)}, fault);
    }
    rows_done(&rows);
    return status;
}

/* ---- the compose job ------------------------------------------------------------------------- */

void arrangement_order_done(struct arrangement_order *order)
{
    composition_done(&order->composition);
    free(order->sources);
    *order = (struct arrangement_order){0};
}

/* The sources in their order; *ret_index tells which of them a source's number has become, since
 * unchanged ones are left out. */
static enum status read_sources(struct ledger *ledger, int64_t number,
                                struct arrangement_order *order,
                                uint32_t ret_index[ARRANGEMENT_SOURCES_MOST], struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    order->sources = calloc(ARRANGEMENT_SOURCES_MOST, sizeof *order->sources);
    if (order->sources == NULL)
        return ledger_out_of_memory(fault);
    enum status status =
        database_query(ledger->database,
                       "SELECT s.number, d.reading, d.text, d.pdf FROM arrangement_source s"
                       " JOIN document d ON d.id = s.document WHERE s.arrangement = $1"
                       " ORDER BY s.number",
                       VALUES(value_integer(number)), &rows, fault);
    while (status == STATUS_OK && order->composition.source_count < ARRANGEMENT_SOURCES_MOST) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        uint32_t at = order->composition.source_count++;
        ret_index[(uint32_t)rows_integer(rows, 0) % ARRANGEMENT_SOURCES_MOST] = at;
        order->sources[at] = (struct read_document){.reading = rows_digest(rows, 1),
                                                    .text = rows_digest(rows, 2),
                                                    .pdf = rows_digest(rows, 3)};
    }
    rows_done(&rows);
    return status;
}

static bool add_page(struct composition_document *document, const struct composition_page *page)
{
    struct composition_page *grown =
        realloc(document->pages, (document->page_count + 1) * sizeof *grown);
    if (grown == NULL)
        return false;
    document->pages = grown;
    grown[document->page_count++] = *page;
    return true;
}

static enum status read_pages(struct ledger *ledger, int64_t number,
                              const uint32_t index[ARRANGEMENT_SOURCES_MOST],
                              struct composition *composition, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    int64_t outcome = -1;
    composition->documents = calloc(COMPOSITION_PAGES_MOST, sizeof *composition->documents);
    if (composition->documents == NULL)
        return ledger_out_of_memory(fault);
    enum status status = database_query(
        ledger->database,
        "SELECT p.outcome, p.source, p.place, p.turned, p.turned_before, p.number, s.sha256"
        " FROM arrangement_page p JOIN scan s ON s.id = p.scan WHERE p.arrangement = $1"
        " ORDER BY p.outcome, p.position",
        VALUES(value_integer(number)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        if (rows_integer(rows, 0) != outcome &&
            composition->document_count < COMPOSITION_PAGES_MOST)
            composition->document_count++;
        outcome = rows_integer(rows, 0);
        const struct composition_page page = {
            .source = index[(uint32_t)rows_integer(rows, 1) % ARRANGEMENT_SOURCES_MOST],
            .place = (uint32_t)rows_integer(rows, 2) - 1,
            .turn = (uint16_t)((rows_integer(rows, 3) - rows_integer(rows, 4) + 360) % 360),
            .number = (uint32_t)rows_integer(rows, 5),
            .scan = rows_digest(rows, 6)};
        if (!add_page(&composition->documents[composition->document_count - 1], &page))
            status = ledger_out_of_memory(fault);
    }
    rows_done(&rows);
    return status;
}

/* The open arrangement that the document is a source of; 0: none. */
enum status arrangement_open_of(struct ledger *ledger, const struct uuid *document,
                                int64_t *ret_number, struct fault *fault)
{
    return database_number(ledger->database,
                           "SELECT a.id FROM arrangement_source s JOIN arrangement a"
                           " ON a.id = s.arrangement WHERE s.document = $1 AND a.state = 'open'",
                           VALUES(value_uuid(document)), 0, ret_number, fault);
}

enum status arrangement_order(struct ledger *ledger, struct job_id job,
                              struct arrangement_order *ret_order, struct fault *fault)
{
    struct arrangement_order order = {0};
    uint32_t index[ARRANGEMENT_SOURCES_MOST] = {0};
    int64_t number = 0;
    enum status status = database_number(
        ledger->database,
        "SELECT a.id FROM job j JOIN arrangement_source s ON s.document = j.document"
        " JOIN arrangement a ON a.id = s.arrangement WHERE j.id = $1 AND a.state = 'open'",
        VALUES(value_integer(job.number)), 0, &number, fault);
    if (status == STATUS_OK && number == 0)
        return fault_set(fault, STATUS_REFUSE, "no pages of this document are to be arranged");
    if (status == STATUS_OK)
        status = read_sources(ledger, number, &order, index, fault);
    if (status == STATUS_OK)
        status = read_pages(ledger, number, index, &order.composition, fault);
    if (status == STATUS_OK)
        *ret_order = order;
    else
        arrangement_order_done(&order);
    return status;
}
