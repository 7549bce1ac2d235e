/* operations.c - see operations.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "store/ledger_private.h"
#include "store/operations.h"

/* ---- workers ---------------------------------------------------------------------------------- */

static enum status drain(struct ledger *ledger, const char *name, bool is_drained,
                         const char *actor, struct fault *fault)
{
    int64_t audit = 0;
    uint64_t changed = 0;
    enum status status = audit_append(ledger, actor, is_drained ? "worker.drain" : "worker.resume",
                                      name, "{}", &audit, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database, "UPDATE worker SET drained = $2, audit = $3 WHERE name = $1",
            VALUES(value_text(name), value_integer(is_drained ? 1 : 0), value_integer(audit)),
            &changed, fault);
    if (status == STATUS_OK && changed == 0)
        status = fault_set(fault, STATUS_REFUSE, "there is no worker %s", name);
    return status;
}

enum status worker_drain(struct ledger *ledger, const char *name, bool is_drained,
                         const char *actor, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    return ledger_end(ledger, drain(ledger, name, is_drained, actor, fault), fault);
}

enum status workers_drained(struct ledger *ledger, worker_name_callback *callback, void *context,
                            struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    enum status status =
        database_query(ledger->database, "SELECT name FROM worker WHERE drained = 1 ORDER BY name",
                       NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        status = callback(context, rows_text(rows, 0), fault);
    }
    rows_done(&rows);
    return status;
}

enum status worker_last_error(struct ledger *ledger, const char *name, char **ret_error,
                              struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    bool failed = false;
    char *error = NULL;
    enum status status =
        database_query(ledger->database,
                       "SELECT error FROM job WHERE state <> 'done' AND worker = $1"
                       " AND error IS NOT NULL ORDER BY id DESC LIMIT 1",
                       VALUES(value_text(name)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &is_there, fault);
    if (status == STATUS_OK && is_there)
        error = rows_text_copy(rows, 0, &failed);
    rows_done(&rows);
    if (failed)
        return ledger_out_of_memory(fault);
    if (status == STATUS_OK)
        *ret_error = error;
    return status;
}

/* ---- failures ---------------------------------------------------------------------------------- */

enum status failures_each(struct ledger *ledger, failure_callback *callback, void *context,
                          struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    enum status status =
        database_query(ledger->database,
                       "SELECT kind, error, count(*) FROM job WHERE state <> 'done'"
                       " AND state = 'dead' GROUP BY kind, error ORDER BY count(*) DESC, kind",
                       NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        const char *reason = rows_text(rows, 1);
        status = callback(context, rows_text(rows, 0), reason == NULL ? "" : reason,
                          (uint64_t)rows_integer(rows, 2), fault);
    }
    rows_done(&rows);
    return status;
}

/* The scans or documents of the dead jobs of that reason; the caller frees *ret_subjects. */
static enum status find_dead(struct ledger *ledger, const char *kind, const char *reason,
                             struct uuid **ret_subjects, size_t *ret_count, struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    size_t count = 0;
    struct uuid *subjects = calloc(FAILURES_RETRY_MOST, sizeof *subjects);
    if (subjects == NULL)
        return ledger_out_of_memory(fault);
    enum status status = database_query(
        ledger->database,
        "SELECT coalesce(document, scan) FROM job WHERE state <> 'done'"
        " AND state = 'dead' AND kind = $1 AND coalesce(error, '') = $2"
        " ORDER BY id LIMIT $3",
        VALUES(value_text(kind), value_text(reason), value_integer(FAILURES_RETRY_MOST)), &rows,
        fault);
    while (status == STATUS_OK && count < FAILURES_RETRY_MOST) {
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        subjects[count++] = rows_uuid(rows, 0);
    }
    rows_done(&rows);
    if (status != STATUS_OK) {
        free(subjects);
        return status;
    }
    *ret_subjects = subjects;
    *ret_count = count;
    return STATUS_OK;
}

enum status failures_retry(struct ledger *ledger, const char *kind, const char *reason,
                           const char *actor, uint32_t *ret_count, struct fault *fault)
{
    struct uuid *subjects = NULL;
    size_t found = 0;
    uint32_t tried = 0;
    enum status status = find_dead(ledger, kind, reason, &subjects, &found, fault);
    for (size_t i = 0; i < found && status == STATUS_OK; i++) {
        status = ledger_retry(ledger, &subjects[i], actor, fault);
        tried += status == STATUS_OK;
        if (status == STATUS_REFUSE) // somebody has settled it meanwhile
            status = STATUS_OK;
    }
    free(subjects);
    if (status == STATUS_OK)
        *ret_count = tried;
    return status;
}

/* ---- how much happened when ------------------------------------------------------------------- */

enum status activity_each(struct ledger *ledger, int64_t since_ms, int64_t step_ms,
                          activity_callback *callback, void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    enum status status = database_query(
        ledger->database,
        "SELECT bucket - bucket % $2, name, sum(amount) FROM activity WHERE bucket >= $1"
        " GROUP BY 1, 2 ORDER BY 1, 2",
        VALUES(value_integer(since_ms), value_integer(step_ms)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        status = callback(context, rows_integer(rows, 0), rows_text(rows, 1), rows_integer(rows, 2),
                          fault);
    }
    rows_done(&rows);
    return status;
}

enum status activity_purge(struct ledger *ledger, int64_t before_ms, uint64_t *ret_removed,
                           struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    status = database_run(ledger->database, "DELETE FROM activity WHERE bucket < $1",
                          VALUES(value_integer(before_ms)), ret_removed, fault);
    return ledger_end(ledger, status, fault);
}

/* ---- queues ------------------------------------------------------------------------------------ */

enum status queue_look(struct ledger *ledger, enum job_kind kind, struct queue_state *ret_state,
                       struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    struct queue_state state = {0};
    enum status status = database_query(
        ledger->database,
        "SELECT state, count(*) FROM job WHERE state <> 'done' AND kind = $1 GROUP BY state",
        VALUES(value_text(job_kind_name(kind))), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        const char *name = rows_text(rows, 0);
        uint64_t *where = strcmp(name, "ready") == 0    ? &state.ready
                          : strcmp(name, "leased") == 0 ? &state.leased
                                                        : &state.dead;
        *where = (uint64_t)rows_integer(rows, 1);
    }
    rows_done(&rows);
    if (status == STATUS_OK && state.ready > 0)
        status =
            database_number(ledger->database,
                            "SELECT min(s.received_ms) FROM job j JOIN scan s ON s.id = j.scan"
                            " WHERE j.id = (SELECT min(id) FROM job WHERE state = 'ready'"
                            " AND kind = $1)",
                            VALUES(value_text(job_kind_name(kind))), 0, &state.oldest_ms, fault);
    if (status == STATUS_OK)
        *ret_state = state;
    return status;
}

/* ---- who did what ------------------------------------------------------------------------------ */

/* Every condition is always there, so that one statement serves: an empty word means all. */
#define AUDIT_WHERE                                                                                \
    " WHERE id < $1 AND at_ms >= $2 AND at_ms < $3 AND ($4 = '' OR actor = $4)"                    \
    " AND substr(action, 1, length($5)) = $5"
#define AUDIT_SELECT "SELECT id, at_ms, actor, action, subject, detail FROM audit"

enum status audit_search(struct ledger *ledger, const struct audit_query *query,
                         audit_row_callback *callback, void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    const char *subject = query->subject == NULL ? "" : query->subject;
    int64_t before = query->before == 0 ? INT64_MAX : query->before;
    const struct value values[] = {
        value_integer(before),
        value_integer(query->since_ms),
        value_integer(query->until_ms),
        value_text(query->actor == NULL ? "" : query->actor),
        value_text(query->action == NULL ? "" : query->action),
        value_integer(query->limit),
        value_text(subject),
    };
    enum status status =
        subject[0] == '\0'
            ? database_query(ledger->database,
                             AUDIT_SELECT AUDIT_WHERE " ORDER BY id DESC LIMIT $6", values, 6,
                             &rows, fault)
            : database_query(ledger->database,
                             AUDIT_SELECT AUDIT_WHERE " AND subject = $7 ORDER BY id DESC LIMIT $6",
                             values, 7, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        const struct audit_row row = {
            .id = rows_integer(rows, 0),
            .at_ms = rows_integer(rows, 1),
            .actor = rows_text(rows, 2),
            .action = rows_text(rows, 3),
            .subject = rows_text(rows, 4),
            .detail = rows_text(rows, 5),
        };
        status = callback(context, &row, fault);
    }
    rows_done(&rows);
    return status;
}
