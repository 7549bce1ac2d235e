/* paper.c - see paper.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "law/day.h"
#include "store/ledger_private.h"
#include "store/paper.h"

const char *lot_stand_name(enum lot_stand stand)
{
    static const char *const names[] = {"checking", "waiting", "ready", "released"};
    return names[stand];
}

/* The first day on which paper may be destroyed that was last added to on `day`. */
static void paper_from(const char *day, uint32_t months, char ret_from[QUALITY_DAY_BYTES])
{
    char text[DAY_TEXT_BYTES];
    int32_t number = 0;
    ret_from[0] = '\0';
    if (day == NULL || !day_from_text(day, &number))
        return;
    day_to_text(day_add_months(number, (int)months), text);
    (void)snprintf(ret_from, QUALITY_DAY_BYTES, "%.10s", text);
}

/* The day has not come yet; days as text sort by time. */
static bool is_to_come(const struct ledger *ledger, const char *day)
{
    char today[DAY_TEXT_BYTES];
    day_to_text(day_of_wall_ms(ledger_wall_ms(ledger)), today);
    return strcmp(today, day) < 0;
}

static enum lot_stand stand_of(const struct ledger *ledger, int64_t open_checks,
                               int64_t released_ms, const char *from)
{
    if (released_ms != 0)
        return LOT_RELEASED;
    if (open_checks > 0)
        return LOT_CHECKING;
    return is_to_come(ledger, from) ? LOT_WAITING : LOT_READY;
}

/* ---- lots ------------------------------------------------------------------------------------ */

static struct lot_record read_lot(const struct ledger *ledger, struct rows *rows, uint32_t months)
{
    struct lot_record lot = {.id = rows_uuid(rows, 0),
                             .batch = rows_text(rows, 1),
                             .site = rows_text(rows, 2),
                             .day = rows_text(rows, 3),
                             .protection = rows_text(rows, 4),
                             .rate = (uint32_t)rows_integer(rows, 5),
                             .seed = rows_digest(rows, 6),
                             .documents = (uint32_t)rows_integer(rows, 7),
                             .made_ms = rows_integer(rows, 8),
                             .open_checks = (uint32_t)rows_integer(rows, 9),
                             .has_finding = rows_integer(rows, 10) != 0,
                             .released_ms = rows_integer(rows, 11),
                             .released_by = rows_text(rows, 12),
                             .drawn = (uint32_t)rows_integer(rows, 13),
                             .kept = (uint32_t)rows_integer(rows, 14)};
    paper_from(lot.day, months, lot.paper_from);
    lot.stand = stand_of(ledger, rows_integer(rows, 15), lot.released_ms, lot.paper_from);
    return lot;
}

/* The lot's documents that somebody sees. */
#define SEEN                                                                                       \
    " FROM quality_item i JOIN document d ON d.id = i.document WHERE i.lot = l.id AND " SCOPE_SEES

enum status lots_each(struct ledger *ledger, const struct desk_scope *scope, uint32_t months,
                      uint32_t most, lot_callback *callback, void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    struct value values[SCOPE_VALUES] = {value_integer(most == 0 ? INT64_MAX : (int64_t)most)};
    scope_fill(scope, values);
    enum status status = database_query(
        ledger->database,
        "SELECT l.id, l.batch, l.site, l.day, l.protection, l.rate, l.seed,"
        " (SELECT count(*)" SEEN "), l.made_ms, (SELECT count(*)" SEEN " AND i.drawn IS NOT NULL"
        " AND (i.verdict IS NULL OR i.verdict = 'bad')), l.has_finding, l.released_ms,"
        " l.released_by, (SELECT count(i.drawn)" SEEN "), (SELECT count(i.keep)" SEEN "),"
        " l.open_checks FROM quality_lot l WHERE ($11 = 3 OR EXISTS (SELECT 1" SEEN "))"
        " ORDER BY l.made_ms DESC, l.id DESC LIMIT $1",
        values, SCOPE_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        const struct lot_record lot = read_lot(ledger, rows, months);
        status = callback(context, &lot, fault);
    }
    rows_done(&rows);
    return status;
}

/* ---- papers ---------------------------------------------------------------------------------- */

static struct paper_item read_paper(const struct ledger *ledger, struct rows *rows, uint32_t months)
{
    struct paper_item item = {.document = {rows_uuid(rows, 0)},
                              .lot = rows_uuid(rows, 1),
                              .batch = rows_text(rows, 2),
                              .site = rows_text(rows, 3),
                              .source = rows_text(rows, 4),
                              .keep = rows_text(rows, 5),
                              .released_ms = rows_integer(rows, 8),
                              .released_by = rows_text(rows, 9)};
    char from[QUALITY_DAY_BYTES];
    paper_from(rows_text(rows, 6), months, from);
    item.stand = stand_of(ledger, rows_integer(rows, 7), item.released_ms, from);
    if (item.keep != NULL)
        return item;
    memcpy(item.from, from, sizeof item.from);
    if (item.stand == LOT_RELEASED) {
        char day[DAY_TEXT_BYTES];
        day_to_text(day_of_wall_ms(item.released_ms), day);
        (void)snprintf(item.from, sizeof item.from, "%.10s", day);
    }
    return item;
}

enum status paper_each(struct ledger *ledger, const struct desk_scope *scope, uint32_t months,
                       bool is_released_only, paper_callback *callback, void *context,
                       struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    struct value values[SCOPE_VALUES] = {value_integer(is_released_only ? 1 : 0)};
    scope_fill(scope, values);
    enum status status = database_query(
        ledger->database,
        "SELECT i.document, i.lot, l.batch, l.site, s.source, i.keep, l.day, l.open_checks,"
        " l.released_ms, l.released_by FROM quality_lot l JOIN quality_item i ON i.lot = l.id"
        " JOIN document d ON d.id = i.document JOIN scan s ON s.id = d.scan"
        " WHERE ($1 = 0 OR l.released_ms > 0) AND " SCOPE_SEES
        " ORDER BY l.made_ms, l.id, i.number",
        values, SCOPE_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        const struct paper_item item = read_paper(ledger, rows, months);
        status = callback(context, &item, fault);
    }
    rows_done(&rows);
    return status;
}

/* ---- releasing -------------------------------------------------------------------------------- */

static enum status count_of_lot(struct ledger *ledger, const char *sql, const struct uuid *lot,
                                int64_t *ret_count, struct fault *fault)
{
    return database_number(ledger->database, sql, VALUES(value_uuid(lot)), 0, ret_count, fault);
}

/* Whether `actor` made or checked one of the lot's documents. */
static enum status took_part(struct ledger *ledger, const struct uuid *lot, const char *actor,
                             bool *ret_took_part, struct fault *fault)
{
    int64_t found = 0;
    enum status status = database_number(
        ledger->database,
        "SELECT count(*) FROM quality_item i JOIN quality_check c ON c.document = i.document"
        " WHERE i.lot = $1 AND c.actor = $2",
        VALUES(value_uuid(lot), value_text(actor)), 0, &found, fault);
    *ret_took_part = found > 0;
    struct rows *rows = NULL;
    bool there = true;
    if (status == STATUS_OK && !*ret_took_part)
        status = database_query(ledger->database,
                                "SELECT document FROM quality_item WHERE lot = $1 ORDER BY number",
                                VALUES(value_uuid(lot)), &rows, fault);
    while (status == STATUS_OK && !*ret_took_part) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        struct uuid document = rows_uuid(rows, 0);
        status = quality_made_by(ledger, &document, actor, ret_took_part, fault);
    }
    rows_done(&rows);
    return status;
}

static enum status find_stand(struct ledger *ledger, const struct uuid *lot, uint32_t months,
                              bool *ret_found, enum lot_stand *ret_stand, struct fault *fault)
{
    struct rows *rows = NULL;
    char from[QUALITY_DAY_BYTES];
    enum status status = database_query(
        ledger->database, "SELECT day, open_checks, released_ms FROM quality_lot WHERE id = $1",
        VALUES(value_uuid(lot)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, ret_found, fault);
    if (status == STATUS_OK && *ret_found) {
        paper_from(rows_text(rows, 0), months, from);
        *ret_stand = stand_of(ledger, rows_integer(rows, 1), rows_integer(rows, 2), from);
    }
    rows_done(&rows);
    return status;
}

/* How many documents of the lot are of the teams in the scope (guarded ones, too: their paper lies
 * in the box all the same), and how many there are. */
static enum status count_own(struct ledger *ledger, const struct uuid *lot,
                             const struct desk_scope *scope, int64_t *ret_own, int64_t *ret_all,
                             struct fault *fault)
{
    struct value values[SCOPE_VALUES] = {value_uuid(lot)};
    scope_fill(scope, values);
    enum status status =
        database_number(ledger->database,
                        "SELECT count(CASE WHEN " SCOPE_HAS_TEAM(
                            "d.team") " THEN 1 END) FROM quality_item i JOIN"
                                      " document d ON d.id = i.document WHERE i.lot = $1",
                        values, SCOPE_VALUES, 0, ret_own, fault);
    if (status == STATUS_OK)
        status = count_of_lot(ledger, "SELECT count(*) FROM quality_item WHERE lot = $1", lot,
                              ret_all, fault);
    return status;
}

/* *ret_verdict PAPER_RELEASED: nothing of the lot is somebody else's. */
static enum status judge_scope(struct ledger *ledger, const struct uuid *lot,
                               const struct desk_scope *scope, enum paper_verdict *ret_verdict,
                               struct fault *fault)
{
    int64_t own = 0, all = 0;
    *ret_verdict = PAPER_RELEASED;
    if (scope->reach == DESK_SEES_ALL)
        return STATUS_OK;
    enum status status = count_own(ledger, lot, scope, &own, &all, fault);
    *ret_verdict = own == 0 ? PAPER_UNKNOWN : own < all ? PAPER_SHARED : PAPER_RELEASED;
    return status;
}

/* Whether the lot may be released by this person now. */
static enum status judge(struct ledger *ledger, const struct uuid *lot, uint32_t months,
                         const char *actor, enum paper_verdict *ret_verdict, struct fault *fault)
{
    static const enum paper_verdict verdicts[] = {[LOT_CHECKING] = PAPER_NOT_CHECKED,
                                                  [LOT_WAITING] = PAPER_TOO_EARLY,
                                                  [LOT_READY] = PAPER_RELEASED,
                                                  [LOT_RELEASED] = PAPER_BEFORE};
    enum lot_stand stand = LOT_CHECKING;
    bool is_found = false, is_same = false;
    int64_t unsettled = 0;
    enum status status = find_stand(ledger, lot, months, &is_found, &stand, fault);
    *ret_verdict = is_found ? verdicts[stand] : PAPER_UNKNOWN;
    if (status != STATUS_OK || *ret_verdict != PAPER_RELEASED)
        return status;
    status = took_part(ledger, lot, actor, &is_same, fault);
    if (status == STATUS_OK)
        status = count_of_lot(ledger,
                              "SELECT count(*) FROM quality_item i JOIN document d ON d.id ="
                              " i.document WHERE i.lot = $1 AND d.state NOT IN ('filed',"
                              " 'forwarded', 'discarded', 'replaced', 'purged')",
                              lot, &unsettled, fault);
    *ret_verdict = is_same ? PAPER_SAME_PERSON : unsettled > 0 ? PAPER_UNSETTLED : PAPER_RELEASED;
    return status;
}

static enum status release(struct ledger *ledger, const struct uuid *lot, uint32_t months,
                           const char *actor, const struct desk_scope *scope,
                           enum paper_verdict *ret_verdict, struct fault *fault)
{
    struct text detail = {0};
    int64_t audit = 0;
    enum status status = judge_scope(ledger, lot, scope, ret_verdict, fault);
    if (status == STATUS_OK && *ret_verdict == PAPER_RELEASED)
        status = judge(ledger, lot, months, actor, ret_verdict, fault);
    if (status != STATUS_OK || *ret_verdict != PAPER_RELEASED)
        return status;
    detail_open(&detail);
    detail_number(&detail, "months", months);
    status = audit_append_about(ledger, actor, "paper.release", lot, detail_close(&detail), &audit,
                                fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "UPDATE quality_lot SET released_ms = $2, released_by = $3,"
                              " released = $4 WHERE id = $1",
                              VALUES(value_uuid(lot), value_integer(ledger_wall_ms(ledger)),
                                     value_text(actor), value_integer(audit)),
                              NULL, fault);
    return status;
}

enum status paper_release(struct ledger *ledger, const struct uuid *lot, uint32_t months,
                          const char *actor, const struct desk_scope *scope,
                          enum paper_verdict *ret_verdict, struct fault *fault)
{
    enum paper_verdict verdict = PAPER_UNKNOWN;
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status =
            ledger_end(ledger, release(ledger, lot, months, actor, scope, &verdict, fault), fault);
    if (status == STATUS_OK)
        *ret_verdict = verdict;
    return status;
}

static enum status keep(struct ledger *ledger, const struct uuid *document, const char *reason,
                        const char *actor, struct fault *fault)
{
    int64_t audit = 0;
    uint64_t changed = 0;
    enum status status = database_run(
        ledger->database,
        "UPDATE quality_item SET keep = $2, keep_by = $3 WHERE document = $1 AND"
        " EXISTS (SELECT 1 FROM quality_lot l WHERE l.id = quality_item.lot"
        " AND l.released_ms = 0)",
        VALUES(value_uuid(document), value_text(reason), value_text(actor)), &changed, fault);
    if (status == STATUS_OK && changed == 0)
        return fault_set(fault, STATUS_REFUSE,
                         "the document is in no lot yet, or its paper was released");
    if (status == STATUS_OK)
        status = audit_append_about(ledger, actor, "paper.keep", document, "{}", &audit, fault);
    return status;
}

enum status paper_keep(struct ledger *ledger, struct document_id document, const char *reason,
                       const char *actor, struct fault *fault)
{
    if (reason == NULL || reason[0] == '\0')
        return fault_set(fault, STATUS_REFUSE, "paper is kept with a reason");
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, keep(ledger, &document.uuid, reason, actor, fault), fault);
    return status;
}
