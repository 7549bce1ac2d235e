/* dispatchers.c - see dispatchers.h. Failing the leases of one that is gone is in ledger_failure.c.
 *
 * Gone is said first and the leases go back afterwards, some with each commit: whoever was only
 * paused learns it with its next sign of life, and what is left over when the one that takes back
 * stops in the middle, the next look finds. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdlib.h>

#include "store/dispatchers.h"
#include "store/ledger_private.h"

enum { REMEMBERED_MS = 7 * 24 * 60 * 60 * 1000 }; /* of one that is gone */

static const char leading[] = "dispatch"; /* the duty of a leader among dispatchers */

void dispatcher_record_done(struct dispatcher_record *record)
{
    free(record->name);
    *record = (struct dispatcher_record){0};
}

/* ---- being one ------------------------------------------------------------------------------ */

static enum status enter(struct ledger *ledger, const char *name, struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    int64_t audit = 0;
    enum status status =
        audit_append(ledger, ledger_dispatcher, "dispatcher.begin", name, "{}", &audit, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "DELETE FROM dispatcher WHERE gone_ms > 0 AND gone_ms < $1 AND NOT"
                              " EXISTS (SELECT 1 FROM job j WHERE j.state = 'leased' AND"
                              "  j.dispatcher = dispatcher.id)",
                              VALUES(value_integer(ledger_wall_ms(ledger) - REMEMBERED_MS)), NULL,
                              fault);
    if (status == STATUS_OK)
        status = database_query(
            ledger->database,
            "INSERT INTO dispatcher (name, session, since_ms, seen, gone_ms, audit)"
            " VALUES ($1, 1, $2, $3, 0, $4) ON CONFLICT (name) DO UPDATE SET"
            " session = dispatcher.session + 1, since_ms = excluded.since_ms,"
            " seen = excluded.seen, gone_ms = 0, audit = excluded.audit RETURNING id, session",
            VALUES(value_text(name), value_integer(ledger_wall_ms(ledger)),
                   value_integer(ledger_monotonic_ms(ledger)), value_integer(audit)),
            &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &is_there, fault);
    if (status == STATUS_OK && is_there) {
        ledger->dispatcher = rows_integer(rows, 0);
        ledger->dispatcher_session = rows_integer(rows, 1);
        status = rows_next(rows, &is_there, fault); // to its end: only then it is done
    }
    rows_done(&rows);
    return status;
}

enum status dispatcher_enter(struct ledger *ledger, const char *name, struct fault *fault)
{
    int64_t dispatcher = ledger->dispatcher;
    int64_t session = ledger->dispatcher_session;
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, enter(ledger, name, fault), fault);
    if (status != STATUS_OK) {
        ledger->dispatcher = dispatcher;
        ledger->dispatcher_session = session;
    }
    return status;
}

/* Why a sign of life did not count. */
static enum status look_at_session(struct ledger *ledger, bool *ret_is_replaced,
                                   struct fault *fault)
{
    int64_t session = 0;
    enum status status = database_number(
        ledger->database, "SELECT session FROM dispatcher WHERE id = $1",
        VALUES(value_integer(ledger->dispatcher)), ledger->dispatcher_session, &session, fault);
    if (status == STATUS_OK)
        *ret_is_replaced = session != ledger->dispatcher_session;
    return status;
}

enum status dispatcher_sign(struct ledger *ledger, bool *ret_counts, bool *ret_is_replaced,
                            struct fault *fault)
{
    uint64_t changed = 0;
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    status = database_run(ledger->database,
                          "UPDATE dispatcher SET seen = $3"
                          " WHERE id = $1 AND session = $2 AND gone_ms = 0",
                          VALUES(value_integer(ledger->dispatcher),
                                 value_integer(ledger->dispatcher_session),
                                 value_integer(ledger_monotonic_ms(ledger))),
                          &changed, fault);
    status = ledger_end(ledger, status, fault);
    if (status != STATUS_OK)
        return status;
    *ret_counts = changed == 1;
    *ret_is_replaced = false;
    return changed == 1 ? STATUS_OK : look_at_session(ledger, ret_is_replaced, fault);
}

/* It is there no more, and its workers are not with it. */
static enum status mark_gone(struct ledger *ledger, int64_t dispatcher, int64_t audit,
                             struct fault *fault)
{
    enum status status = database_run(
        ledger->database, "UPDATE dispatcher SET gone_ms = $2, audit = $3 WHERE id = $1",
        VALUES(value_integer(dispatcher), value_integer(ledger_wall_ms(ledger)),
               value_integer(audit)),
        NULL, fault);
    return status == STATUS_OK ? presences_end(ledger, dispatcher, audit, fault) : status;
}

static enum status leave(struct ledger *ledger, struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    char *name = NULL;
    bool failed = false;
    int64_t audit = 0;
    enum status status = database_query(
        ledger->database,
        "SELECT name FROM dispatcher WHERE id = $1 AND session = $2 AND gone_ms = 0",
        VALUES(value_integer(ledger->dispatcher), value_integer(ledger->dispatcher_session)), &rows,
        fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &is_there, fault);
    if (status == STATUS_OK && is_there)
        name = rows_text_copy(rows, 0, &failed);
    rows_done(&rows);
    if (status == STATUS_OK && failed)
        status = ledger_out_of_memory(fault);
    if (status == STATUS_OK && is_there)
        status =
            audit_append(ledger, ledger_dispatcher, "dispatcher.end", name, "{}", &audit, fault);
    if (status == STATUS_OK && is_there)
        status = mark_gone(ledger, ledger->dispatcher, audit, fault);
    free(name);
    return status;
}

enum status dispatcher_leave(struct ledger *ledger, struct fault *fault)
{
    if (ledger->dispatcher == 0)
        return STATUS_OK;
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, leave(ledger, fault), fault);
    return status;
}

/* ---- the others ----------------------------------------------------------------------------- */

/* Another one that is silent: it has not been said to be gone, or leases of it are left. Clocks of
 * hosts agree but for moments; a sign from far in the future is of before the machine's last
 * start. */
static enum status find_silent(struct ledger *ledger, int64_t silence_ms, int64_t *ret_dispatcher,
                               struct fault *fault)
{
    int64_t now = ledger_monotonic_ms(ledger);
    return database_number(
        ledger->database,
        "SELECT d.id FROM dispatcher d WHERE d.id <> $1 AND (d.seen <= $2 OR d.seen > $3) AND"
        " (d.gone_ms = 0 OR EXISTS (SELECT 1 FROM job j WHERE j.state = 'leased' AND"
        "  j.dispatcher = d.id)) ORDER BY d.id LIMIT 1",
        VALUES(value_integer(ledger->dispatcher), value_integer(now - silence_ms),
               value_integer(now + silence_ms)),
        0, ret_dispatcher, fault);
}

static enum status say_gone(struct ledger *ledger, int64_t dispatcher, int64_t silence_ms,
                            bool *ret_is_gone, struct fault *fault)
{
    int64_t is_there = 0;
    int64_t now = ledger_monotonic_ms(ledger);
    int64_t audit = 0;
    struct text subject = {0};
    // Looked at again, with nobody else writing.
    enum status status = database_number(
        ledger->database,
        "SELECT count(*) FROM dispatcher WHERE id = $1 AND seen > $2 AND seen <= $3",
        VALUES(value_integer(dispatcher), value_integer(now - silence_ms),
               value_integer(now + silence_ms)),
        0, &is_there, fault);
    *ret_is_gone = is_there == 0;
    if (status != STATUS_OK || !*ret_is_gone)
        return status;
    text_append_format(&subject, "%" PRId64, dispatcher);
    status = audit_append(ledger, ledger_dispatcher, "dispatcher.silent", text_string(&subject),
                          "{}", &audit, fault);
    text_done(&subject);
    return status == STATUS_OK ? mark_gone(ledger, dispatcher, audit, fault) : status;
}

/* One that is silent. *ret_is_gone false: it is there after all. */
static enum status take_back(struct ledger *ledger, int64_t dispatcher, int64_t silence_ms,
                             bool *ret_is_gone, uint32_t *ret_leases, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status =
            ledger_end(ledger, say_gone(ledger, dispatcher, silence_ms, ret_is_gone, fault), fault);
    if (status == STATUS_OK && *ret_is_gone)
        status = leases_lose_of_dispatcher(ledger, dispatcher, ret_leases, fault);
    return status;
}

enum status dispatchers_take_back(struct ledger *ledger, int64_t silence_ms,
                                  uint32_t *ret_dispatchers, uint32_t *ret_leases,
                                  struct fault *fault)
{
    enum status status = STATUS_OK;
    *ret_dispatchers = *ret_leases = 0;
    for (;;) {
        int64_t dispatcher = 0;
        uint32_t leases = 0;
        bool is_gone = false;
        status = find_silent(ledger, silence_ms, &dispatcher, fault);
        if (status != STATUS_OK || dispatcher == 0)
            break;
        status = take_back(ledger, dispatcher, silence_ms, &is_gone, &leases, fault);
        if (status != STATUS_OK)
            break;
        *ret_dispatchers += is_gone;
        *ret_leases += leases;
    }
    return status;
}

/* ---- leases that change hands --------------------------------------------------------------- */

static enum status adopt(struct ledger *ledger, struct job_id id, uint32_t attempt,
                         const char *worker, int64_t lease_ms, bool *ret_held,
                         enum job_kind *ret_kind, struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    enum status status = database_query(
        ledger->database,
        "UPDATE job SET lease_until = $4, dispatcher = $5, page_done = 0, page_count = 0"
        " WHERE id = $1 AND attempt = $2 AND state = 'leased' AND worker = $3 RETURNING kind",
        VALUES(value_integer(id.number), value_integer(attempt), value_text(worker),
               value_integer(ledger_monotonic_ms(ledger) + lease_ms),
               value_integer(ledger->dispatcher)),
        &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &is_there, fault);
    *ret_held = is_there;
    if (status == STATUS_OK && is_there && !job_kind_from_name(rows_text(rows, 0), ret_kind))
        status = fault_set(fault, STATUS_HALT, "the ledger holds a job of an unknown kind");
    if (status == STATUS_OK && is_there)
        status = rows_next(rows, &is_there, fault);
    rows_done(&rows);
    return status;
}

enum status ledger_job_adopt(struct ledger *ledger, struct job_id id, uint32_t attempt,
                             const char *worker, int64_t lease_ms, bool *ret_held,
                             enum job_kind *ret_kind, struct fault *fault)
{
    bool held = false;
    enum job_kind kind = JOB_READ;
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(
            ledger, adopt(ledger, id, attempt, worker, lease_ms, &held, &kind, fault), fault);
    if (status == STATUS_OK) {
        *ret_held = held;
        *ret_kind = kind;
    }
    return status;
}

/* ---- for people ----------------------------------------------------------------------------- */

static enum status read_dispatcher(struct ledger *ledger, struct rows *rows,
                                   struct dispatcher_record *ret_record, struct fault *fault)
{
    bool failed = false;
    struct dispatcher_record record = {
        .name = rows_text_copy(rows, 0, &failed),
        .since_ms = rows_integer(rows, 1),
        .gone_ms = rows_integer(rows, 2),
        .silent_ms = ledger_monotonic_ms(ledger) - rows_integer(rows, 3),
        .workers = (uint64_t)rows_integer(rows, 4),
        .leases = (uint64_t)rows_integer(rows, 5),
        .epoch = rows_integer(rows, 6),
    };
    record.is_leader = record.epoch > 0;
    if (failed)
        return ledger_out_of_memory(fault);
    *ret_record = record;
    return STATUS_OK;
}

/* The one after `name` in the order of names. */
static enum status next_dispatcher(struct ledger *ledger, const char *name, bool *ret_there,
                                   struct dispatcher_record *ret_record, struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status = database_query(
        ledger->database,
        "SELECT d.name, d.since_ms, d.gone_ms, d.seen,"
        " (SELECT count(*) FROM worker_presence p WHERE p.dispatcher = d.id),"
        " (SELECT count(*) FROM job j WHERE j.state = 'leased' AND j.dispatcher = d.id),"
        " coalesce((SELECT l.epoch FROM leadership l WHERE l.duty = $2 AND l.holder = d.name), 0)"
        " FROM dispatcher d WHERE d.name > $1 ORDER BY d.name LIMIT 1",
        VALUES(value_text(name), value_text(leading)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, ret_there, fault);
    if (status == STATUS_OK && *ret_there)
        status = read_dispatcher(ledger, rows, ret_record, fault);
    rows_done(&rows);
    return status;
}

enum status dispatchers_each(struct ledger *ledger, dispatcher_callback *callback, void *context,
                             struct fault *fault)
{
    struct dispatcher_record record = {0};
    enum status status = STATUS_OK;
    for (;;) {
        bool there = false;
        struct dispatcher_record next = {0};
        status =
            next_dispatcher(ledger, record.name == NULL ? "" : record.name, &there, &next, fault);
        dispatcher_record_done(&record);
        if (status != STATUS_OK || !there)
            break;
        record = next;
        status = callback(context, &record, fault);
        if (status != STATUS_OK)
            break;
    }
    dispatcher_record_done(&record);
    return status;
}
