/* ledger_worker.c - which workers are there, and what they hold. Kept for people: leases do not
 * depend on it. One is there as long as it is with some dispatcher. Workers gone for longer than WORKER_REMEMBERED_MS are forgotten when another one
 * joins (names carry process ids, so that the list would grow for ever), unless they are drained. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>

#include "base/text.h"
#include "store/ledger_private.h"

enum { WORKER_REMEMBERED_MS = 24 * 60 * 60 * 1000 };

void worker_record_done(struct worker_record *record)
{
    free(record->name);
    free(record->kind);
    free(record->host);
    free(record->version);
    free(record->job_kind);
    free(record->source);
    *record = (struct worker_record){0};
}

/* Names carry process ids: a worker that takes the place of a drained one (same kind, same host) is
 * held back in its stead, until an admin resumes it. */
static enum status inherit_drain(struct ledger *ledger, const char *name, const char *kind,
                                 const char *host, int64_t audit, struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_found = false;
    char *before = NULL;
    enum status status = database_query(
        ledger->database,
        "SELECT name FROM worker WHERE kind = $1 AND host = $2 AND drained = 1 AND gone_ms > 0"
        " AND name <> $3 ORDER BY gone_ms DESC, name LIMIT 1",
        VALUES(value_text(kind), value_text(host), value_text(name)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &is_found, fault);
    if (status == STATUS_OK && is_found)
        before = string_copy(rows_text(rows, 0));
    rows_done(&rows);
    if (status == STATUS_OK && is_found)
        status = database_run(ledger->database,
                              "UPDATE worker SET drained = CASE WHEN name = $1 THEN 1 ELSE 0 END,"
                              " audit = $3 WHERE name = $1 OR name = $2",
                              VALUES(value_text(name), value_text(before), value_integer(audit)),
                              NULL, fault);
    free(before);
    return status;
}

static enum status join(struct ledger *ledger, const char *name, const char *kind, const char *host,
                        const char *version, struct fault *fault)
{
    int64_t now = ledger_wall_ms(ledger);
    int64_t audit = 0;
    enum status status =
        audit_append(ledger, ledger_dispatcher, "worker.join", name, "{}", &audit, fault);
    if (status == STATUS_OK)
        status =
            database_run(ledger->database,
                         "DELETE FROM worker WHERE gone_ms > 0 AND gone_ms < $1 AND drained = 0",
                         VALUES(value_integer(now - WORKER_REMEMBERED_MS)), NULL, fault);
    if (status == STATUS_OK)
        status =
            database_run(ledger->database,
                         "INSERT INTO worker (name, kind, host, version, since_ms, gone_ms, audit)"
                         " VALUES ($1, $2, $3, $4, $5, 0, $6) ON CONFLICT (name) DO UPDATE SET"
                         " kind = excluded.kind, host = excluded.host, version = excluded.version,"
                         " since_ms = excluded.since_ms, gone_ms = 0, audit = excluded.audit",
                         VALUES(value_text(name), value_text(kind), value_text(host),
                                value_text(version), value_integer(now), value_integer(audit)),
                         NULL, fault);
    if (status == STATUS_OK)
        status =
            database_run(ledger->database,
                         "INSERT INTO worker_presence (dispatcher, worker) VALUES ($1, $2)"
                         " ON CONFLICT (dispatcher, worker) DO NOTHING",
                         VALUES(value_integer(ledger->dispatcher), value_text(name)), NULL, fault);
    return status == STATUS_OK ? inherit_drain(ledger, name, kind, host, audit, fault) : status;
}

enum status ledger_worker_joined(struct ledger *ledger, const char *name, const char *kind,
                                 const char *host, const char *version, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, join(ledger, name, kind, host, version, fault), fault);
    return status;
}

/* Who is with no dispatcher is gone. */
static enum status mark_absent(struct ledger *ledger, int64_t audit, struct fault *fault)
{
    return database_run(ledger->database,
                        "UPDATE worker SET gone_ms = $1, audit = $2 WHERE gone_ms = 0 AND NOT"
                        " EXISTS (SELECT 1 FROM worker_presence p WHERE p.worker = worker.name)",
                        VALUES(value_integer(ledger_wall_ms(ledger)), value_integer(audit)), NULL,
                        fault);
}

static enum status leave(struct ledger *ledger, const char *name, struct fault *fault)
{
    int64_t is_there = 0;
    int64_t audit = 0;
    enum status status = database_number(
        ledger->database,
        "SELECT count(*) FROM worker_presence WHERE dispatcher = $1 AND worker = $2",
        VALUES(value_integer(ledger->dispatcher), value_text(name)), 0, &is_there, fault);
    if (status != STATUS_OK || is_there == 0)
        return status;
    status = audit_append(ledger, ledger_dispatcher, "worker.leave", name, "{}", &audit, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database, "DELETE FROM worker_presence WHERE dispatcher = $1 AND worker = $2",
            VALUES(value_integer(ledger->dispatcher), value_text(name)), NULL, fault);
    return status == STATUS_OK ? mark_absent(ledger, audit, fault) : status;
}

enum status ledger_worker_left(struct ledger *ledger, const char *name, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, leave(ledger, name, fault), fault);
    return status;
}

enum status presences_end(struct ledger *ledger, int64_t dispatcher, int64_t audit,
                          struct fault *fault)
{
    enum status status =
        database_run(ledger->database, "DELETE FROM worker_presence WHERE dispatcher IN (0, $1)",
                     VALUES(value_integer(dispatcher)), NULL, fault);
    return status == STATUS_OK ? mark_absent(ledger, audit, fault) : status;
}

static enum status forget(struct ledger *ledger, struct fault *fault)
{
    int64_t there = 0;
    int64_t audit = 0;
    struct text detail = {0};
    enum status status = database_number(
        ledger->database,
        "SELECT (SELECT count(*) FROM worker_presence WHERE dispatcher IN (0, $1)) + (SELECT"
        " count(*) FROM worker w WHERE w.gone_ms = 0 AND NOT EXISTS (SELECT 1 FROM"
        " worker_presence p WHERE p.worker = w.name))",
        VALUES(value_integer(ledger->dispatcher)), 0, &there, fault);
    if (status != STATUS_OK || there == 0)
        return status;
    detail_open(&detail);
    detail_number(&detail, "workers", there);
    status = audit_append(ledger, ledger_dispatcher, "workers.forget", "ledger",
                          detail_close(&detail), &audit, fault);
    text_done(&detail);
    return status == STATUS_OK ? presences_end(ledger, ledger->dispatcher, audit, fault) : status;
}

enum status ledger_workers_forget(struct ledger *ledger, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, forget(ledger, fault), fault);
    return status;
}

static enum status read_worker(struct rows *rows, struct worker_record *ret_record,
                               struct fault *fault)
{
    bool failed = false;
    struct worker_record record = {
        .name = rows_text_copy(rows, 0, &failed),
        .kind = rows_text_copy(rows, 1, &failed),
        .host = rows_text_copy(rows, 2, &failed),
        .version = rows_text_copy(rows, 3, &failed),
        .since_ms = rows_integer(rows, 4),
        .gone_ms = rows_integer(rows, 5),
        .jobs_done = (uint64_t)rows_integer(rows, 6),
        .job = rows_integer(rows, 7),
        .job_kind = rows_text_copy(rows, 8, &failed),
        .source = rows_text_copy(rows, 9, &failed),
        .page_done = (uint32_t)rows_integer(rows, 10),
        .page_count = (uint32_t)rows_integer(rows, 11),
        .is_drained = rows_integer(rows, 12) != 0,
    };
    if (failed) {
        worker_record_done(&record);
        return ledger_out_of_memory(fault);
    }
    *ret_record = record;
    return STATUS_OK;
}

/* The worker after `name` in the order of names. */
static enum status next_worker(struct ledger *ledger, const char *name, bool *ret_there,
                               struct worker_record *ret_record, struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status = database_query(
        ledger->database,
        "SELECT w.name, w.kind, w.host, w.version, w.since_ms, w.gone_ms, w.jobs_done, j.id,"
        " j.kind, s.source, j.page_done, j.page_count, w.drained FROM worker w"
        " LEFT JOIN job j ON j.id = (SELECT l.id FROM job l WHERE l.worker = w.name"
        "  AND l.state = 'leased' ORDER BY l.id LIMIT 1)"
        " LEFT JOIN scan s ON s.id = j.scan"
        " WHERE w.name > $1 ORDER BY w.name LIMIT 1",
        VALUES(value_text(name)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, ret_there, fault);
    if (status == STATUS_OK && *ret_there)
        status = read_worker(rows, ret_record, fault);
    rows_done(&rows);
    return status;
}

enum status ledger_workers(struct ledger *ledger, ledger_worker_callback *callback, void *context,
                           struct fault *fault)
{
    struct worker_record record = {0};
    enum status status = STATUS_OK;
    for (;;) {
        bool there = false;
        struct worker_record next = {0};
        status = next_worker(ledger, record.name == NULL ? "" : record.name, &there, &next, fault);
        worker_record_done(&record);
        if (status != STATUS_OK || !there)
            break;
        record = next;
        status = callback(context, &record, fault);
        if (status != STATUS_OK)
            break;
    }
    worker_record_done(&record);
    return status;
}
