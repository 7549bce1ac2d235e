/* deadlines.c - see deadlines.h.
 *
 * The rows of a document are replaced whole whenever something that they are reckoned from changes:
 * what they say follows from the kind, the days read on the pages and the date of receipt. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/deadlines.h"
#include "store/ledger_private.h"

enum { KIND_BYTES = 64, ESCALATE_A_WALK = 64 };

const char *deadline_meaning_name(enum deadline_meaning meaning)
{
    static const char *const names[] = {[DEADLINE_OF_SENDER] = "sender",
                                        [DEADLINE_OF_OFFICE] = "office",
                                        [DEADLINE_EFFECT] = "effect"};
    return names[meaning];
}

/* ---- reckoning ------------------------------------------------------------------------------- */

/* What the reckoning starts from. */
struct basis {
    char kind[KIND_BYTES];
    int64_t urgency;
    bool is_acknowledged;
    bool is_flagged;
    struct deadline_inputs inputs;
};

static int32_t day_or_unknown(struct rows *rows, int column)
{
    int32_t day = DAY_UNKNOWN;
    if (!rows_is_null(rows, column))
        (void)day_from_text(rows_text(rows, column), &day);
    return day;
}

#define READ_DAY(name)                                                                             \
    "(SELECT p.day FROM document_day p WHERE p.document = COALESCE(d.copy_of, d.id)"               \
    " AND p.name = '" name "')"

static enum status find_basis(struct ledger *ledger, const struct uuid *document,
                              struct basis *ret_basis, bool *ret_found, struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status = database_query(
        ledger->database,
        "SELECT COALESCE(d.kind, ''), COALESCE(c.flags, ''), r.day, " READ_DAY("posted") ", " //
        READ_DAY("served") ", " READ_DAY(
            "written") ", d.flagged_ms,"
                       " (SELECT count(*) FROM acknowledgement k WHERE k.document = d.id)"
                       " FROM document d JOIN receipt_date r ON r.document = d.id"
                       " LEFT JOIN decision c ON c.id = d.decision WHERE d.id = $1",
        VALUES(value_uuid(document)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, ret_found, fault);
    if (status == STATUS_OK && *ret_found) {
        const char *flags = rows_text(rows, 1);
        int64_t of_flags = strstr(flags, "deadline") != NULL ? 1 : 0;
        *ret_basis = (struct basis){
            .urgency = strstr(flags, "urgent") != NULL ? 2 : of_flags,
            .is_flagged = rows_integer(rows, 6) != 0,
            .is_acknowledged = rows_integer(rows, 7) != 0,
            .inputs = {.receipt = day_or_unknown(rows, 2),
                       .posted = day_or_unknown(rows, 3),
                       .served = day_or_unknown(rows, 4),
                       .event = DAY_UNKNOWN,
                       .written = day_or_unknown(rows, 5)},
        };
        (void)snprintf(ret_basis->kind, sizeof ret_basis->kind, "%s", rows_text(rows, 0));
    }
    rows_done(&rows);
    return status;
}

/* The last day of a hint; DAY_UNKNOWN when there is none. What is to be done at once is due on the
 * day of receipt. */
static int32_t due_of(const struct deadline_hint *hint)
{
    if (hint->is_known)
        return hint->end.day;
    bool is_at_once = hint->rule->meaning == DEADLINE_OF_OFFICE &&
                      hint->rule->start == START_RECEIPT && hint->rule->period.length == 0;
    return is_at_once ? hint->inputs.receipt : DAY_UNKNOWN;
}

static enum status keep_hint(struct ledger *ledger, const struct uuid *document, size_t ordinal,
                             const struct deadline_hint *hint, struct fault *fault)
{
    struct text words = {0};
    char due[DAY_TEXT_BYTES] = "";
    int32_t day = due_of(hint);
    if (day != DAY_UNKNOWN)
        day_to_text(day, due);
    deadline_append(&words, hint);
    if (!text_ok(&words)) {
        text_done(&words);
        return ledger_out_of_memory(fault);
    }
    enum status status = database_run(
        ledger->database,
        "INSERT INTO deadline (document, ordinal, rule, meaning, title, due, is_past, source,"
        " words) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        VALUES(value_uuid(document), value_integer((int64_t)ordinal), value_text(hint->rule->name),
               value_text(deadline_meaning_name(hint->rule->meaning)),
               value_text(hint->rule->title), value_text(due[0] == '\0' ? NULL : due),
               value_integer(hint->is_past), value_text(hint->rule->source),
               value_text(text_string(&words))),
        NULL, fault);
    text_done(&words);
    return status;
}

/* The earliest last day; from when an application works is none. */
static int32_t earliest_due(const struct deadline_hint *hints, size_t count)
{
    int32_t earliest = DAY_UNKNOWN;
    for (size_t i = 0; i < count; i++) {
        int32_t day = hints[i].rule->meaning == DEADLINE_EFFECT ? DAY_UNKNOWN : due_of(&hints[i]);
        if (day != DAY_UNKNOWN && (earliest == DAY_UNKNOWN || day < earliest))
            earliest = day;
    }
    return earliest;
}

/* What lists show and sort by. A document stays flagged until somebody acknowledged it, whatever
 * is decided about it meanwhile. */
static enum status keep_standing(struct ledger *ledger, const struct uuid *document,
                                 const struct basis *basis, int32_t due, struct fault *fault)
{
    char written[DAY_TEXT_BYTES] = "";
    if (due != DAY_UNKNOWN)
        day_to_text(due, written);
    int64_t urgency = due != DAY_UNKNOWN && basis->urgency == 0 ? 1 : basis->urgency;
    bool begins = urgency > 0 && !basis->is_acknowledged && !basis->is_flagged;
    return database_run(ledger->database,
                        "UPDATE document SET due = $2, urgency = $3,"
                        " flagged_ms = CASE WHEN $4 = 1 THEN $5 ELSE flagged_ms END WHERE id = $1"
                        " AND (due IS DISTINCT FROM $2 OR urgency <> $3 OR $4 = 1)",
                        VALUES(value_uuid(document),
                               value_text(written[0] == '\0' ? NULL : written),
                               value_integer(urgency), value_integer(begins),
                               value_integer(ledger_wall_ms(ledger))),
                        NULL, fault);
}

enum status deadlines_reckon(struct ledger *ledger, const struct uuid *document,
                             struct fault *fault)
{
    struct deadline_hint hints[DEADLINE_HINTS_MOST];
    struct basis basis = {0};
    bool found = false;
    size_t rule_count = 0;
    enum status status = find_basis(ledger, document, &basis, &found, fault);
    if (status != STATUS_OK || !found)
        return status;
    const struct deadline_rule *rules = deadline_rules(&rule_count);
    size_t count =
        deadline_hints(rules, rule_count, basis.kind, &basis.inputs, hints, DEADLINE_HINTS_MOST);
    if (count > DEADLINE_HINTS_MOST)
        count = DEADLINE_HINTS_MOST;
    status = database_run(ledger->database, "DELETE FROM deadline WHERE document = $1",
                          VALUES(value_uuid(document)), NULL, fault);
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        status = keep_hint(ledger, document, i + 1, &hints[i], fault);
    if (status == STATUS_OK)
        status = keep_standing(ledger, document, &basis, earliest_due(hints, count), fault);
    return status;
}

/* "posted:2026-01-27:1 stamp:2026-03-02:1" */
enum status document_days_keep(struct ledger *ledger, const struct uuid *document, const char *days,
                               struct fault *fault)
{
    static const char *const names[] = {"stamp", "posted", "served", "written"};
    enum status status = STATUS_OK;
    for (const char *place = days; status == STATUS_OK && place != NULL && *place != '\0';) {
        char name[16], day[DAY_TEXT_BYTES];
        unsigned page = 0;
        int read = 0;
        int32_t number = 0;
        if (sscanf(place, "%15[a-z]:%15[0-9-]:%u%n", name, day, &page, &read) != 3 ||
            !day_from_text(day, &number))
            return fault_set(fault, STATUS_REFUSE, "a day that was read is not one");
        bool is_known = false;
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            is_known = is_known || string_equal(names[i], name);
        if (is_known)
            status = database_run(
                ledger->database,
                "INSERT INTO document_day (document, name, day, page) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT (document, name) DO UPDATE SET day = $3, page = $4",
                VALUES(value_uuid(document), value_text(name), value_text(day),
                       value_integer(page)),
                NULL, fault);
        place += read;
        place += strspn(place, " ");
    }
    return status;
}

/* ---- looking --------------------------------------------------------------------------------- */

enum status deadlines_of(struct ledger *ledger, struct document_id document,
                         deadline_callback *callback, void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status =
        database_query(ledger->database,
                       "SELECT rule, meaning, title, due, is_past, source, words FROM deadline"
                       " WHERE document = $1 ORDER BY ordinal",
                       VALUES(value_uuid(&document.uuid)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        const struct deadline_record record = {.rule = rows_text(rows, 0),
                                               .meaning = rows_text(rows, 1),
                                               .title = rows_text(rows, 2),
                                               .due = rows_text(rows, 3),
                                               .is_past = rows_integer(rows, 4) != 0,
                                               .source = rows_text(rows, 5),
                                               .words = rows_text(rows, 6)};
        status = callback(context, &record, fault);
    }
    rows_done(&rows);
    return status;
}

void deadline_standing_done(struct deadline_standing *standing)
{
    free(standing->acknowledged_by);
    *standing = (struct deadline_standing){0};
}

enum status deadlines_standing(struct ledger *ledger, struct document_id document,
                               struct deadline_standing *ret_standing, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false, failed = false;
    struct deadline_standing standing = {0};
    enum status status = database_query(
        ledger->database,
        "SELECT d.due, d.flagged_ms, d.escalated_ms, k.at_ms, k.actor FROM document d"
        " LEFT JOIN acknowledgement k ON k.document = d.id WHERE d.id = $1",
        VALUES(value_uuid(&document.uuid)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && !there)
        status = fault_set(fault, STATUS_REFUSE, "the ledger knows no document of this id");
    if (status == STATUS_OK) {
        (void)snprintf(standing.due, sizeof standing.due, "%s",
                       rows_is_null(rows, 0) ? "" : rows_text(rows, 0));
        standing.flagged_ms = rows_integer(rows, 1);
        standing.escalated_ms = rows_integer(rows, 2);
        standing.acknowledged_ms = rows_integer(rows, 3);
        standing.acknowledged_by = rows_text_copy(rows, 4, &failed);
        standing.is_flagged = standing.flagged_ms != 0 || standing.acknowledged_by != NULL;
    }
    rows_done(&rows);
    if (status == STATUS_OK && failed)
        status = ledger_out_of_memory(fault);
    if (status == STATUS_OK)
        *ret_standing = standing;
    return status;
}

/* ---- taking note ----------------------------------------------------------------------------- */

static enum status acknowledge(struct ledger *ledger, const struct uuid *document,
                               const char *actor, struct fault *fault)
{
    int64_t escalated_ms = 0, audit = 0;
    uint64_t changed = 0;
    struct text detail = {0};
    enum status status =
        database_number(ledger->database, "SELECT escalated_ms FROM document WHERE id = $1",
                        VALUES(value_uuid(document)), 0, &escalated_ms, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "UPDATE document SET flagged_ms = 0, escalated_ms = 0 WHERE id = $1 AND flagged_ms > 0",
            VALUES(value_uuid(document)), &changed, fault);
    if (status == STATUS_OK && changed == 0)
        status = fault_set(fault, STATUS_REFUSE,
                           "there is nothing to acknowledge: it is not flagged, or somebody has");
    if (status != STATUS_OK)
        return status;
    detail_open(&detail);
    detail_number(&detail, "late", escalated_ms != 0);
    status = audit_append_about(ledger, actor, "document.acknowledge", document,
                                detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status != STATUS_OK)
        return status;
    return database_run(ledger->database,
                        "INSERT INTO acknowledgement (document, at_ms, actor, late, audit)"
                        " VALUES ($1, $2, $3, $4, $5)",
                        VALUES(value_uuid(document), value_integer(ledger_wall_ms(ledger)),
                               value_text(actor), value_integer(escalated_ms != 0),
                               value_integer(audit)),
                        NULL, fault);
}

enum status deadlines_acknowledge(struct ledger *ledger, struct document_id document,
                                  const char *actor, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    return ledger_end(ledger, acknowledge(ledger, &document.uuid, actor, fault), fault);
}

/* ---- escalation ------------------------------------------------------------------------------ */

#define WAITS "d.flagged_ms > 0 AND d.state IN ('matching', 'clearing', 'filed')"

static enum status escalate_one(struct ledger *ledger, const struct uuid *document,
                                struct fault *fault)
{
    int64_t audit = 0;
    enum status status = audit_append_about(ledger, ledger_dispatcher, "document.escalate",
                                            document, "{}", &audit, fault);
    if (status != STATUS_OK)
        return status;
    return database_run(ledger->database, "UPDATE document SET escalated_ms = $2 WHERE id = $1",
                        VALUES(value_uuid(document), value_integer(ledger_wall_ms(ledger))), NULL,
                        fault);
}

static enum status find_overdue(struct ledger *ledger, int64_t before_ms, uint32_t most,
                                struct uuid *ret_documents, uint32_t *ret_count,
                                struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    uint32_t count = 0;
    enum status status =
        database_query(ledger->database,
                       "SELECT d.id FROM document d WHERE " WAITS " AND d.escalated_ms = 0"
                       " AND d.flagged_ms < $1 ORDER BY d.flagged_ms, d.id LIMIT $2",
                       VALUES(value_integer(before_ms), value_integer(most)), &rows, fault);
    while (status == STATUS_OK && count < most) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        ret_documents[count++] = rows_uuid(rows, 0);
    }
    rows_done(&rows);
    *ret_count = count;
    return status;
}

enum status deadlines_escalate(struct ledger *ledger, int64_t before_ms, uint32_t most,
                               uint32_t *ret_count, struct fault *fault)
{
    struct uuid documents[ESCALATE_A_WALK];
    uint32_t count = 0;
    enum status status =
        find_overdue(ledger, before_ms, most < ESCALATE_A_WALK ? most : ESCALATE_A_WALK, documents,
                     &count, fault);
    if (status == STATUS_OK && count > 0)
        status = ledger_begin(ledger, fault);
    if (status != STATUS_OK || count == 0) {
        *ret_count = 0;
        return status;
    }
    for (uint32_t i = 0; status == STATUS_OK && i < count; i++)
        status = escalate_one(ledger, &documents[i], fault);
    status = ledger_end(ledger, status, fault);
    if (status == STATUS_OK)
        *ret_count = count;
    return status;
}

enum status deadlines_count(struct ledger *ledger, struct deadline_counts *ret_counts,
                            struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    struct deadline_counts counts = {0};
    enum status status = database_query(
        ledger->database,
        "SELECT count(*), count(CASE WHEN d.escalated_ms > 0 THEN 1 END), min(d.flagged_ms)"
        " FROM document d WHERE " WAITS,
        NO_VALUES, &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there) {
        counts.waiting = (uint64_t)rows_integer(rows, 0);
        counts.escalated = (uint64_t)rows_integer(rows, 1);
        counts.oldest_ms = rows_integer(rows, 2);
    }
    rows_done(&rows);
    if (status == STATUS_OK)
        *ret_counts = counts;
    return status;
}

/* ---- lists ----------------------------------------------------------------------------------- */

// What somebody may see: $4 reach · $5 person · $6 caseworker · $7 to $14 teams · $15 what is not.
#define WHOSE                                                                                      \
    " AND ($4 = 3 OR ($4 = 2 AND (d.caseworker = $6"                                               \
    "  OR d.team IN ($7, $8, $9, $10, $11, $12, $13, $14)))"                                       \
    "  OR ($4 = 1 AND (d.decider = $5 OR d.state IN ('matching', 'clearing'))))" GUARD_SEEN("$15")
_Static_assert(DESK_TEAMS_MOST == 8 && DESK_SEES_ALL == 3, "as in the query");

static enum status find_waiting(struct ledger *ledger, const struct desk_scope *scope,
                                const struct deadline_filter *filter, struct uuid *ret_documents,
                                uint32_t *ret_count, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    uint32_t count = 0;
    struct value values[7 + DESK_TEAMS_MOST] = {
        value_integer(filter->only_escalated),
        value_text(filter->team),
        value_integer(filter->limit),
        value_integer(scope->reach),
        value_text(scope->person),
        value_text(scope->caseworker),
    };
    for (size_t i = 0; i < DESK_TEAMS_MOST; i++)
        values[6 + i] = value_text(i < scope->team_count ? scope->teams[i] : NULL);
    values[6 + DESK_TEAMS_MOST] = value_lacking(scope->rights);
    enum status status = database_query(
        ledger->database,
        "SELECT d.id FROM document d WHERE " WAITS " AND ($1 = 0 OR d.escalated_ms > 0)"
        " AND ($2 IS NULL OR d.team = $2)" WHOSE
        " ORDER BY CASE WHEN d.escalated_ms > 0 THEN 0 ELSE 1 END, COALESCE(d.due, '9999'),"
        " d.flagged_ms, d.id LIMIT $3",
        values, sizeof values / sizeof values[0], &rows, fault);
    while (status == STATUS_OK && count < filter->limit) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        ret_documents[count++] = rows_uuid(rows, 0);
    }
    rows_done(&rows);
    *ret_count = count;
    return status;
}

static enum status tell_waiting(struct ledger *ledger, const struct uuid *id,
                                deadline_item_callback *callback, void *context,
                                struct fault *fault)
{
    struct document_record document = {0};
    struct deadline_item item = {.document = &document};
    enum status status = ledger_document_get(ledger, (struct document_id){*id}, &document, fault);
    if (status == STATUS_OK)
        status = deadlines_standing(ledger, document.id, &item.standing, fault);
    if (status == STATUS_OK)
        status = callback(context, &item, fault);
    deadline_standing_done(&item.standing);
    document_record_done(&document);
    return status;
}

enum status deadlines_list(struct ledger *ledger, const struct desk_scope *scope,
                           const struct deadline_filter *filter, deadline_item_callback *callback,
                           void *context, struct fault *fault)
{
    struct uuid documents[DESK_LIST_MOST];
    struct deadline_filter bounded = *filter;
    uint32_t count = 0;
    if (bounded.limit == 0 || bounded.limit > DESK_LIST_MOST)
        bounded.limit = DESK_LIST_MOST;
    enum status status = find_waiting(ledger, scope, &bounded, documents, &count, fault);
    for (uint32_t i = 0; status == STATUS_OK && i < count; i++)
        status = tell_waiting(ledger, &documents[i], callback, context, fault);
    return status;
}
