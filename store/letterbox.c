/* letterbox.c - see letterbox.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "law/day.h"
#include "store/ledger_private.h"
#include "store/letterbox.h"

static const char *const compartments[LETTERBOX_COMPARTMENTS] = {
    [COMPARTMENT_ALL] = "all",
    [COMPARTMENT_BEFORE_MIDNIGHT] = "before_midnight",
    [COMPARTMENT_AFTER_MIDNIGHT] = "after_midnight",
};

const char *letterbox_compartment_name(enum letterbox_compartment compartment)
{
    return compartments[compartment];
}

bool letterbox_compartment_from_name(const char *name, enum letterbox_compartment *ret_compartment)
{
    for (int i = 0; i < LETTERBOX_COMPARTMENTS; i++)
        if (string_equal(compartments[i], name)) {
            *ret_compartment = (enum letterbox_compartment)i;
            return true;
        }
    return false;
}

void letterbox_record_done(struct letterbox_record *record)
{
    free(record->site);
    free(record->actor);
    *record = (struct letterbox_record){0};
}

/* ---- emptying -------------------------------------------------------------------------------- */

static bool is_time(const char *time)
{
    int hour = -1, minute = -1, read = 0;
    return strlen(time) == LETTERBOX_TIME_BYTES - 1 && time[2] == ':' &&
           sscanf(time, "%2d:%2d%n", &hour, &minute, &read) == 2 &&
           read == LETTERBOX_TIME_BYTES - 1 && hour >= 0 && hour < 24 && minute >= 0 && minute < 60;
}

/* The emptying before this one, of the same site; DAY_UNKNOWN when there was none. */
static enum status find_last(struct ledger *ledger, const char *site, const char *day,
                             int32_t *ret_day, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status =
        database_query(ledger->database,
                       "SELECT emptied_day FROM letterbox WHERE site = $1 AND emptied_day <= $2"
                       " ORDER BY emptied_day DESC, id DESC LIMIT 1",
                       VALUES(value_text(site), value_text(day)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    *ret_day = DAY_UNKNOWN;
    if (status == STATUS_OK && there)
        (void)day_from_text(rows_text(rows, 0), ret_day);
    rows_done(&rows);
    return status;
}

/* What parts the letters at midnight needs no rule; the day before may have been any. */
static int32_t day_of(const struct letterbox_draft *draft, int32_t emptied, int32_t last)
{
    switch (draft->compartment) {
    case COMPARTMENT_AFTER_MIDNIGHT:
        return letterbox_day(LETTERBOX_SAME_DAY, emptied, last);
    case COMPARTMENT_BEFORE_MIDNIGHT:
        return emptied - 1;
    case COMPARTMENT_ALL:
    case LETTERBOX_COMPARTMENTS:
        break;
    }
    return letterbox_day(draft->rule, emptied, last);
}

static enum status insert(struct ledger *ledger, const struct letterbox_draft *draft,
                          const struct letterbox_record *record, const char *actor,
                          int64_t *ret_number, struct fault *fault)
{
    struct text detail = {0};
    int64_t audit = 0;
    detail_open(&detail);
    detail_word(&detail, "day", record->day);
    detail_word(&detail, "counts_for", record->counts_for);
    detail_word(&detail, "compartment", letterbox_compartment_name(draft->compartment));
    enum status status = audit_append(ledger, actor, "letterbox.empty", draft->site,
                                      detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status != STATUS_OK)
        return status;
    return database_number(
        ledger->database,
        "INSERT INTO letterbox (site, compartment, emptied_day, emptied_at, counts_for, rule,"
        " pieces, actor, noted_ms, audit) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " RETURNING id",
        VALUES(value_text(draft->site), value_text(letterbox_compartment_name(draft->compartment)),
               value_text(record->day), value_text(record->time), value_text(record->counts_for),
               value_text(letterbox_rule_name(draft->rule)), value_integer(draft->pieces),
               value_text(actor), value_integer(record->noted_ms), value_integer(audit)),
        0, ret_number, fault);
}

static enum status empty(struct ledger *ledger, const struct letterbox_draft *draft, int32_t day,
                         const char *actor, struct letterbox_record *record, struct fault *fault)
{
    int32_t last = DAY_UNKNOWN;
    enum status status = find_last(ledger, draft->site, record->day, &last, fault);
    if (status != STATUS_OK)
        return status;
    day_to_text(day_of(draft, day, last), record->counts_for);
    return insert(ledger, draft, record, actor, &record->number, fault);
}

enum status letterbox_empty(struct ledger *ledger, const struct letterbox_draft *draft,
                            const char *actor, struct letterbox_record *ret_record,
                            struct fault *fault)
{
    struct letterbox_record record = {.compartment = draft->compartment,
                                      .rule = draft->rule,
                                      .pieces = draft->pieces,
                                      .noted_ms = ledger_wall_ms(ledger)};
    int32_t today = day_of_wall_ms(record.noted_ms);
    int32_t day = today;
    const char *time = draft->time == NULL ? "" : draft->time;
    if (draft->day != NULL && draft->day[0] != '\0' && !day_from_text(draft->day, &day))
        return fault_set(fault, STATUS_REFUSE, "a day is written YYYY-MM-DD");
    if (day > today)
        return fault_set(fault, STATUS_REFUSE, "this day has not come yet");
    if (time[0] != '\0' && !is_time(time))
        return fault_set(fault, STATUS_REFUSE, "a time of day is written HH:MM");
    if (draft->pieces > LETTERBOX_PIECES_MOST)
        return fault_set(fault, STATUS_REFUSE, "a letterbox holds at most %d pieces",
                         LETTERBOX_PIECES_MOST);
    day_to_text(day, record.day);
    (void)snprintf(record.time, sizeof record.time, "%s", time);
    record.site = string_copy(draft->site);
    record.actor = string_copy(actor);
    enum status status = record.site == NULL || record.actor == NULL ? ledger_out_of_memory(fault)
                                                                     : ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, empty(ledger, draft, day, actor, &record, fault), fault);
    if (status == STATUS_OK)
        *ret_record = record;
    else
        letterbox_record_done(&record);
    return status;
}

/* ---- looking --------------------------------------------------------------------------------- */

static enum status tell(struct rows *rows, letterbox_callback *callback, void *context,
                        struct fault *fault)
{
    bool failed = false;
    struct letterbox_record record = {
        .number = rows_integer(rows, 0),
        .compartment = COMPARTMENT_ALL,
        .rule = LETTERBOX_SAME_DAY,
        .pieces = (uint32_t)rows_integer(rows, 7),
        .noted_ms = rows_integer(rows, 9),
    };
    record.site = rows_text_copy(rows, 1, &failed);
    record.actor = rows_text_copy(rows, 8, &failed);
    (void)letterbox_compartment_from_name(rows_text(rows, 2), &record.compartment);
    (void)snprintf(record.day, sizeof record.day, "%s", rows_text(rows, 3));
    (void)snprintf(record.time, sizeof record.time, "%s", rows_text(rows, 4));
    (void)snprintf(record.counts_for, sizeof record.counts_for, "%s", rows_text(rows, 5));
    (void)letterbox_rule_from_name(rows_text(rows, 6), &record.rule);
    enum status status = failed ? ledger_out_of_memory(fault) : callback(context, &record, fault);
    letterbox_record_done(&record);
    return status;
}

enum status letterbox_log(struct ledger *ledger, const char *site, uint32_t most,
                          letterbox_callback *callback, void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status = database_query(
        ledger->database,
        "SELECT id, site, compartment, emptied_day, emptied_at, counts_for, rule, pieces, actor,"
        " noted_ms FROM letterbox WHERE $1 IS NULL OR site = $1 ORDER BY id DESC LIMIT $2",
        VALUES(value_text(site), value_integer(most == 0 ? INT32_MAX : most)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        status = tell(rows, callback, context, fault);
    }
    rows_done(&rows);
    return status;
}
