/* alarms.c - see alarms.h. A look comes before each write, so that what goes on holding costs
 * nothing. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "store/alarms.h"
#include "store/outbox_private.h"

enum { TELL_MOST = 100 };

/* What has been put into the outbox about an alarm. */
enum told { TOLD_NOTHING = 0, TOLD_BEGINNING, TOLD_END };

static const char *const severity_names[] = {"warning", "critical"};

const char *alarm_severity_name(enum alarm_severity severity)
{
    return severity_names[severity];
}

static enum alarm_severity severity_of(const char *name)
{
    return strcmp(name, severity_names[ALARM_CRITICAL]) == 0 ? ALARM_CRITICAL : ALARM_WARNING;
}

/* ---- beginning and end --------------------------------------------------------------------------- */

struct standing {
    bool is_there; /* there is a row */
    bool holds;
    bool is_same; /* words and severity */
    int64_t told;
};

static enum status look(struct ledger *ledger, const struct alarm_report *report,
                        struct standing *ret_standing, struct fault *fault)
{
    struct rows *rows = NULL;
    struct standing standing = {0};
    enum status status = database_query(
        ledger->database,
        "SELECT cleared_ms, words, severity, told FROM alarm WHERE kind = $1 AND subject = $2",
        VALUES(value_text(report->kind), value_text(report->subject)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &standing.is_there, fault);
    if (status == STATUS_OK && standing.is_there) {
        standing.holds = rows_integer(rows, 0) == 0;
        standing.is_same = report->words != NULL &&
                           strcmp(rows_text(rows, 1), report->words) == 0 &&
                           strcmp(rows_text(rows, 2), alarm_severity_name(report->severity)) == 0;
        standing.told = rows_integer(rows, 3);
    }
    rows_done(&rows);
    if (status == STATUS_OK)
        *ret_standing = standing;
    return status;
}

static enum status note(struct ledger *ledger, const struct alarm_report *report,
                        const char *action, int64_t *ret_audit, struct fault *fault)
{
    struct text detail = {0};
    detail_open(&detail);
    detail_word(&detail, "kind", report->kind);
    enum status status = audit_append(ledger, "monitor", action,
                                      report->subject[0] == '\0' ? report->kind : report->subject,
                                      detail_close(&detail), ret_audit, fault);
    text_done(&detail);
    return status;
}

static enum status raise_new(struct ledger *ledger, const struct alarm_report *report,
                             struct fault *fault)
{
    int64_t audit = 0;
    enum status status = note(ledger, report, "alarm.raise", &audit, fault);
    if (status != STATUS_OK)
        return status;
    return database_run(
        ledger->database,
        "INSERT INTO alarm (kind, subject, severity, raised_ms, cleared_ms, told, words, audit)"
        " VALUES ($1, $2, $3, $4, 0, 0, $5, $6) ON CONFLICT (kind, subject) DO UPDATE SET"
        " severity = excluded.severity, raised_ms = excluded.raised_ms, cleared_ms = 0, told = 0,"
        " words = excluded.words, audit = excluded.audit",
        VALUES(value_text(report->kind), value_text(report->subject),
               value_text(alarm_severity_name(report->severity)),
               value_integer(ledger_wall_ms(ledger)), value_text(report->words),
               value_integer(audit)),
        NULL, fault);
}

static enum status raise(struct ledger *ledger, const struct alarm_report *report, bool *ret_is_new,
                         struct fault *fault)
{
    struct standing standing = {0};
    enum status status = look(ledger, report, &standing, fault);
    if (status != STATUS_OK)
        return status;
    *ret_is_new = !standing.holds;
    if (!standing.holds)
        return raise_new(ledger, report, fault);
    return database_run(
        ledger->database,
        "UPDATE alarm SET words = $3, severity = $4 WHERE kind = $1 AND subject = $2",
        VALUES(value_text(report->kind), value_text(report->subject), value_text(report->words),
               value_text(alarm_severity_name(report->severity))),
        NULL, fault);
}

enum status alarm_raise(struct ledger *ledger, const struct alarm_report *report, bool *ret_is_new,
                        struct fault *fault)
{
    struct standing standing = {0};
    bool is_new = false;
    enum status status = look(ledger, report, &standing, fault);
    if (status == STATUS_OK && !(standing.holds && standing.is_same)) {
        status = ledger_begin(ledger, fault);
        if (status == STATUS_OK)
            status = ledger_end(ledger, raise(ledger, report, &is_new, fault), fault);
    }
    if (status == STATUS_OK && ret_is_new != NULL)
        *ret_is_new = is_new;
    return status;
}

static enum status clear(struct ledger *ledger, const struct alarm_report *report, bool *ret_did,
                         struct fault *fault)
{
    struct standing standing = {0};
    int64_t audit = 0;
    enum status status = look(ledger, report, &standing, fault);
    *ret_did = standing.holds;
    if (status != STATUS_OK || !standing.holds)
        return status;
    status = note(ledger, report, "alarm.clear", &audit, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "UPDATE alarm SET cleared_ms = $3, audit = $4"
                              " WHERE kind = $1 AND subject = $2",
                              VALUES(value_text(report->kind), value_text(report->subject),
                                     value_integer(ledger_wall_ms(ledger)), value_integer(audit)),
                              NULL, fault);
    return status;
}

enum status alarm_clear(struct ledger *ledger, const char *kind, const char *subject, bool *ret_did,
                        struct fault *fault)
{
    const struct alarm_report report = {.kind = kind, .subject = subject};
    struct standing standing = {0};
    bool did = false;
    enum status status = look(ledger, &report, &standing, fault);
    if (status == STATUS_OK && standing.holds) {
        status = ledger_begin(ledger, fault);
        if (status == STATUS_OK)
            status = ledger_end(ledger, clear(ledger, &report, &did, fault), fault);
    }
    if (status == STATUS_OK && ret_did != NULL)
        *ret_did = did;
    return status;
}

/* ---- looking -------------------------------------------------------------------------------------- */

#define ALARM_COLUMNS "kind, subject, words, severity, raised_ms, cleared_ms"

static struct alarm_record read_record(struct rows *rows)
{
    return (struct alarm_record){
        .kind = rows_text(rows, 0),
        .subject = rows_text(rows, 1),
        .words = rows_text(rows, 2),
        .severity = severity_of(rows_text(rows, 3)),
        .raised_ms = rows_integer(rows, 4),
        .cleared_ms = rows_integer(rows, 5),
    };
}

enum status alarms_standing(struct ledger *ledger, alarm_callback *callback, void *context,
                            struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    enum status status = database_query(ledger->database,
                                        "SELECT " ALARM_COLUMNS " FROM alarm WHERE cleared_ms = 0"
                                        " ORDER BY severity, raised_ms, kind, subject",
                                        NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        const struct alarm_record record = read_record(rows);
        status = callback(context, &record, fault);
    }
    rows_done(&rows);
    return status;
}

/* ---- telling --------------------------------------------------------------------------------------- */

struct alarm_telling {
    struct ledger *ledger;
};

/* An alarm with copies of its strings, so that the ledger can be used while it is looked at. */
struct untold {
    char *kind, *subject, *words;
    struct alarm_record record;
    int64_t told;
};

struct untold_list {
    struct untold items[TELL_MOST];
    size_t count;
};

static void untold_done(struct untold_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].kind);
        free(list->items[i].subject);
        free(list->items[i].words);
    }
}

static enum status keep_untold(struct rows *rows, struct untold_list *list, struct fault *fault)
{
    bool failed = false;
    struct untold *item = &list->items[list->count++];
    *item = (struct untold){
        .kind = rows_text_copy(rows, 0, &failed),
        .subject = rows_text_copy(rows, 1, &failed),
        .words = rows_text_copy(rows, 2, &failed),
        .record = read_record(rows),
        .told = rows_integer(rows, 6),
    };
    item->record.kind = item->kind;
    item->record.subject = item->subject;
    item->record.words = item->words;
    return failed ? ledger_out_of_memory(fault) : STATUS_OK;
}

static enum status find_untold(struct ledger *ledger, struct untold_list *list, struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    enum status status = database_query(ledger->database,
                                        "SELECT " ALARM_COLUMNS ", told FROM alarm"
                                        " WHERE told = 0 OR (told = 1 AND cleared_ms <> 0)"
                                        " ORDER BY raised_ms, kind, subject LIMIT 100",
                                        NO_VALUES, &rows, fault);
    while (status == STATUS_OK && list->count < TELL_MOST) {
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        status = keep_untold(rows, list, fault);
    }
    rows_done(&rows);
    return status;
}

enum status alarm_tell(struct alarm_telling *telling, const struct notice *notice,
                       struct fault *fault)
{
    return outbox_insert(telling->ledger, notice, NULL, fault);
}

static enum status tell_one(struct ledger *ledger, const struct untold *item,
                            alarm_tell_callback *callback, void *context, struct fault *fault)
{
    struct alarm_telling telling = {ledger};
    enum status status = STATUS_OK;
    bool has_ended = item->record.cleared_ms != 0;
    if (item->told == TOLD_NOTHING)
        status = callback(context, &telling, &item->record, false, fault);
    if (status == STATUS_OK && has_ended)
        status = callback(context, &telling, &item->record, true, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "UPDATE alarm SET told = $3 WHERE kind = $1 AND subject = $2",
                              VALUES(value_text(item->kind), value_text(item->subject),
                                     value_integer(has_ended ? TOLD_END : TOLD_BEGINNING)),
                              NULL, fault);
    return status;
}

enum status alarms_to_tell(struct ledger *ledger, alarm_tell_callback *callback, void *context,
                           struct fault *fault)
{
    struct untold_list *list = calloc(1, sizeof *list);
    if (list == NULL)
        return ledger_out_of_memory(fault);
    enum status status = find_untold(ledger, list, fault);
    if (status == STATUS_OK && list->count > 0) {
        status = ledger_begin(ledger, fault);
        bool has_begun = status == STATUS_OK;
        for (size_t i = 0; i < list->count && status == STATUS_OK; i++)
            status = tell_one(ledger, &list->items[i], callback, context, fault);
        if (has_begun)
            status = ledger_end(ledger, status, fault);
    }
    untold_done(list);
    free(list);
    return status;
}

enum status alarms_purge(struct ledger *ledger, int64_t before_ms, uint64_t *ret_removed,
                         struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    status = database_run(ledger->database,
                          "DELETE FROM alarm WHERE cleared_ms <> 0 AND cleared_ms < $1"
                          " AND told = 2",
                          VALUES(value_integer(before_ms)), ret_removed, fault);
    return ledger_end(ledger, status, fault);
}
