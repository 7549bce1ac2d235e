/* quality_draw.c - making lots: see quality.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/kinds.h"
#include "law/day.h"
#include "store/ledger_private.h"
#include "store/quality.h"

enum { DOCUMENTS_AT_ONCE = 64 };

/* Documents of one lot. */
struct member {
    struct uuid id;
    int64_t received_ms;
    bool is_high; /* its kind is always drawn */
};

struct lot {
    struct uuid id;
    char batch[BATCH_ID_BYTES]; /* "": none */
    char site[64];
    int64_t site_number;
    int64_t from_ms, until_ms; /* the day of a lot without a batch */
    struct member *members;
    size_t count, room;
    uint8_t seed[SAMPLING_SEED_BYTES];
    unsigned rate;
    bool *drawn;
    size_t open_checks;
};

static void lot_done(struct lot *lot)
{
    free(lot->members);
    free(lot->drawn);
}

/* A document that a lot may take, and its batch; d, t, b. */
#define UNDRAWN                                                                                    \
    " FROM document d JOIN site t ON t.id = d.site LEFT JOIN batch b ON b.id ="                    \
    " (SELECT p.batch FROM page p WHERE p.scan = d.scan AND p.document = d.id AND p.batch IS NOT"  \
    " NULL ORDER BY p.number LIMIT 1) WHERE d.lot IS NULL AND d.copy_of IS NULL"                   \
    " AND d.state IN ('filed', 'clearing', 'forwarded', 'discarded')"

/* Local midnight before the moment, `days` later. */
static int64_t midnight(int64_t wall_ms, int days)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm moment = {0};
    (void)localtime_r(&seconds, &moment);
    moment.tm_hour = moment.tm_min = moment.tm_sec = 0;
    moment.tm_mday += days;
    moment.tm_isdst = -1;
    return (int64_t)mktime(&moment) * 1000;
}

/* The batch, or site and day, of the oldest document that is due. */
static enum status find_due(struct ledger *ledger, bool *ret_found, struct lot *lot,
                            struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status =
        database_query(ledger->database,
                       "SELECT b.id, t.name, d.site, d.received_ms" UNDRAWN
                       " AND ((b.id IS NULL AND d.received_ms < $1) OR (b.state = 'closed' AND NOT"
                       " EXISTS (SELECT 1 FROM page q JOIN document x ON x.id = q.document WHERE"
                       " q.batch = b.id AND x.lot IS NULL AND x.state = 'matching')))"
                       " ORDER BY d.received_ms, d.id LIMIT 1",
                       VALUES(value_integer(midnight(ledger_wall_ms(ledger), 0))), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, ret_found, fault);
    if (status == STATUS_OK && *ret_found) {
        const char *batch = rows_text(rows, 0);
        (void)snprintf(lot->batch, sizeof lot->batch, "%s", batch == NULL ? "" : batch);
        (void)snprintf(lot->site, sizeof lot->site, "%s", rows_text(rows, 1));
        lot->site_number = rows_integer(rows, 2);
        lot->from_ms = midnight(rows_integer(rows, 3), 0);
        lot->until_ms = midnight(rows_integer(rows, 3), 1);
    }
    rows_done(&rows);
    return status;
}

static enum status add_member(struct lot *lot, struct rows *rows, const char *high_kinds,
                              struct fault *fault)
{
    if (lot->count == lot->room) {
        size_t room = lot->room == 0 ? DOCUMENTS_AT_ONCE : lot->room * 2;
        struct member *members = realloc(lot->members, room * sizeof *members);
        if (members == NULL)
            return ledger_out_of_memory(fault);
        lot->members = members;
        lot->room = room;
    }
    lot->members[lot->count++] = (struct member){
        .id = rows_uuid(rows, 0),
        .received_ms = rows_integer(rows, 1),
        .is_high = rows_text(rows, 2) != NULL && kind_list_has(high_kinds, rows_text(rows, 2))};
    return STATUS_OK;
}

static enum status query_members(struct ledger *ledger, const struct lot *lot,
                                 struct rows **ret_rows, struct fault *fault)
{
    if (lot->batch[0] != '\0')
        return database_query(ledger->database,
                              "SELECT d.id, d.received_ms, d.kind" UNDRAWN
                              " AND b.id = $1 ORDER BY d.id",
                              VALUES(value_text(lot->batch)), ret_rows, fault);
    return database_query(ledger->database,
                          "SELECT d.id, d.received_ms, d.kind" UNDRAWN
                          " AND b.id IS NULL AND d.site = $1 AND d.received_ms >= $2"
                          " AND d.received_ms < $3 ORDER BY d.id",
                          VALUES(value_integer(lot->site_number), value_integer(lot->from_ms),
                                 value_integer(lot->until_ms)),
                          ret_rows, fault);
}

static enum status gather(struct ledger *ledger, struct lot *lot, const char *high_kinds,
                          struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status = query_members(ledger, lot, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        status = add_member(lot, rows, high_kinds, fault);
    }
    rows_done(&rows);
    return status;
}

/* Lots of the site that were found clean since its last finding; UINT_MAX: it never had one. */
static enum status count_clean(struct ledger *ledger, const char *site, unsigned *ret_clean,
                               struct fault *fault)
{
    int64_t last_ms = 0, clean = 0;
    enum status status =
        database_number(ledger->database,
                        "SELECT max(made_ms) FROM quality_lot WHERE site = $1 AND has_finding = 1",
                        VALUES(value_text(site)), -1, &last_ms, fault);
    if (status == STATUS_OK && last_ms >= 0)
        status =
            database_number(ledger->database,
                            "SELECT count(*) FROM quality_lot WHERE site = $1 AND made_ms > $2"
                            " AND has_finding = 0 AND open_checks = 0",
                            VALUES(value_text(site), value_integer(last_ms)), 0, &clean, fault);
    *ret_clean = last_ms < 0 ? UINT_MAX : (unsigned)clean;
    return status;
}

static enum status draw(struct lot *lot, struct fault *fault)
{
    lot->drawn = calloc(lot->count, sizeof *lot->drawn);
    if (lot->drawn == NULL ||
        !sampling_draw(lot->seed, &lot->id, lot->count, lot->rate, lot->drawn))
        return ledger_out_of_memory(fault);
    for (size_t i = 0; i < lot->count; i++)
        lot->open_checks += lot->drawn[i] || lot->members[i].is_high ? 1U : 0U;
    return STATUS_OK;
}

/* ---- keeping -------------------------------------------------------------------------------- */

static enum status audit_lot(struct ledger *ledger, const struct lot *lot, int64_t *ret_audit,
                             struct fault *fault)
{
    struct text detail = {0};
    struct digest seed;
    memcpy(seed.bytes, lot->seed, sizeof seed.bytes);
    detail_open(&detail);
    detail_number(&detail, "documents", (int64_t)lot->count);
    detail_number(&detail, "rate", lot->rate);
    detail_number(&detail, "drawn", (int64_t)lot->open_checks);
    detail_digest(&detail, "seed", &seed);
    enum status status = audit_append_about(ledger, "quality", "quality.draw", &lot->id,
                                            detail_close(&detail), ret_audit, fault);
    text_done(&detail);
    return status;
}

static enum status insert_lot(struct ledger *ledger, const struct lot *lot,
                              enum protection_class protection, int64_t audit, struct fault *fault)
{
    char day[DAY_TEXT_BYTES];
    int64_t newest_ms = 0;
    struct digest seed;
    memcpy(seed.bytes, lot->seed, sizeof seed.bytes);
    for (size_t i = 0; i < lot->count; i++)
        if (lot->members[i].received_ms > newest_ms)
            newest_ms = lot->members[i].received_ms;
    day_to_text(day_of_wall_ms(newest_ms), day);
    return database_run(
        ledger->database,
        "INSERT INTO quality_lot (id, batch, site, day, protection, rate, seed, documents, made_ms,"
        " open_checks, audit) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        VALUES(value_uuid(&lot->id), value_text(lot->batch[0] == '\0' ? NULL : lot->batch),
               value_text(lot->site), value_text(day),
               value_text(protection_class_name(protection)), value_integer(lot->rate),
               value_digest(&seed), value_integer((int64_t)lot->count),
               value_integer(ledger_wall_ms(ledger)), value_integer((int64_t)lot->open_checks),
               value_integer(audit)),
        NULL, fault);
}

static enum status insert_items(struct ledger *ledger, const struct lot *lot, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < lot->count; i++) {
        const struct member *member = &lot->members[i];
        const char *drawn = lot->drawn[i] ? "sample" : member->is_high ? "kind" : NULL;
        status = database_run(ledger->database,
                              "INSERT INTO quality_item (lot, number, document, drawn)"
                              " VALUES ($1, $2, $3, $4)",
                              VALUES(value_uuid(&lot->id), value_integer((int64_t)i),
                                     value_uuid(&member->id), value_text(drawn)),
                              NULL, fault);
        if (status == STATUS_OK)
            status =
                database_run(ledger->database, "UPDATE document SET lot = $2 WHERE id = $1",
                             VALUES(value_uuid(&member->id), value_uuid(&lot->id)), NULL, fault);
    }
    return status;
}

static enum status make_lot(struct ledger *ledger, const struct quality_rule *rule, struct lot *lot,
                            bool *ret_drawn, struct fault *fault)
{
    unsigned clean = 0;
    int64_t audit = 0;
    enum status status = find_due(ledger, ret_drawn, lot, fault);
    if (status != STATUS_OK || !*ret_drawn)
        return status;
    status = gather(ledger, lot, rule->high_kinds, fault);
    if (status == STATUS_OK)
        status = count_clean(ledger, lot->site, &clean, fault);
    lot->id = uuid_new(ledger_wall_ms(ledger));
    lot->rate = sampling_rate(&rule->sampling, clean);
    randombytes_buf(lot->seed, sizeof lot->seed);
    if (status == STATUS_OK)
        status = draw(lot, fault);
    if (status == STATUS_OK)
        status = audit_lot(ledger, lot, &audit, fault);
    if (status == STATUS_OK)
        status = insert_lot(ledger, lot, rule->sampling.protection, audit, fault);
    if (status == STATUS_OK)
        status = insert_items(ledger, lot, fault);
    return status;
}

enum status quality_draw(struct ledger *ledger, const struct quality_rule *rule, bool *ret_drawn,
                         struct fault *fault)
{
    struct lot lot = {0};
    bool is_due = false;
    // Asking in vain must not write, so it is asked outside of the transaction first.
    enum status status = find_due(ledger, &is_due, &lot, fault);
    if (status == STATUS_OK && is_due) {
        status = ledger_begin(ledger, fault);
        if (status == STATUS_OK)
            status = ledger_end(ledger, make_lot(ledger, rule, &lot, &is_due, fault), fault);
    }
    lot_done(&lot);
    if (status == STATUS_OK)
        *ret_drawn = is_due;
    return status;
}

enum status quality_draw_all(struct ledger *ledger, const struct quality_rule *rule,
                             uint32_t *ret_lots, struct fault *fault)
{
    bool is_drawn = true;
    uint32_t lots = 0;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && is_drawn) {
        status = quality_draw(ledger, rule, &is_drawn, fault);
        lots += status == STATUS_OK && is_drawn ? 1U : 0U;
    }
    *ret_lots = lots;
    return status;
}
