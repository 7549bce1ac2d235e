/* sent.c - see sent.h.
 *
 * The read job that every scan is born with has no reader at a desk: it is done when the centre has
 * the scan. Bytes are removed inside of the transaction that has just seen that nobody else needs
 * them: after a crash in between the next call finds them gone. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "store/ledger_private.h"
#include "store/sent.h"

static const char sender[] = "forward"; /* the actor */

/* ---- what waits ----------------------------------------------------------------------------- */

/* The oldest scan in `state`. */
static enum status oldest_in(struct ledger *ledger, const char *state, bool *ret_found,
                             struct scan_record *ret_record, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status = database_query(ledger->database,
                                        "SELECT " SCAN_COLUMNS " FROM " SCAN_TABLES
                                        " WHERE s.state = $1 AND s.has_bytes = 1"
                                        " ORDER BY s.received_ms, s.id LIMIT 1",
                                        VALUES(value_text(state)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there)
        status = scan_record_read(rows, ret_record, fault);
    rows_done(&rows);
    if (status == STATUS_OK)
        *ret_found = there;
    return status;
}

static bool is_older(const struct scan_record *left, const struct scan_record *right)
{
    if (left->received_ms != right->received_ms)
        return left->received_ms < right->received_ms;
    return memcmp(&left->id, &right->id, sizeof left->id) < 0;
}

enum status sent_next(struct ledger *ledger, bool *ret_found, struct scan_record *ret_record,
                      struct fault *fault)
{
    struct scan_record received = {0};
    struct scan_record duplicate = {0};
    bool has_received = false;
    bool has_duplicate = false;
    enum status status = oldest_in(ledger, "received", &has_received, &received, fault);
    if (status == STATUS_OK)
        status = oldest_in(ledger, "duplicate", &has_duplicate, &duplicate, fault);
    bool is_received = has_received && (!has_duplicate || is_older(&received, &duplicate));
    if (status == STATUS_OK && (has_received || has_duplicate))
        *ret_record = is_received ? received : duplicate;
    if (status != STATUS_OK || !is_received)
        scan_record_done(&received);
    if (status != STATUS_OK || is_received)
        scan_record_done(&duplicate);
    if (status == STATUS_OK)
        *ret_found = has_received || has_duplicate;
    return status;
}

enum status sent_backlog(struct ledger *ledger, struct sent_backlog *ret_backlog,
                         struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status =
        database_query(ledger->database,
                       "SELECT count(*), COALESCE(sum(size), 0), COALESCE(min(received_ms), 0)"
                       " FROM scan WHERE state IN ('received', 'duplicate') AND has_bytes = 1",
                       NO_VALUES, &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there)
        *ret_backlog = (struct sent_backlog){.scans = (uint64_t)rows_integer(rows, 0),
                                             .bytes = (uint64_t)rows_integer(rows, 1),
                                             .oldest_ms = rows_integer(rows, 2)};
    rows_done(&rows);
    return status;
}

enum status sent_summarise(struct ledger *ledger, struct sent_summary *ret_summary,
                           struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status =
        database_query(ledger->database,
                       "SELECT COALESCE((SELECT amount FROM tally WHERE name = 'scan sent'), 0),"
                       " COALESCE((SELECT max(sent_ms) FROM sent), 0)",
                       NO_VALUES, &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there)
        *ret_summary = (struct sent_summary){.scans = (uint64_t)rows_integer(rows, 0),
                                             .last_ms = rows_integer(rows, 1)};
    rows_done(&rows);
    return status;
}

/* ---- what became of it ---------------------------------------------------------------------- */

static enum status settle_job(struct ledger *ledger, const struct uuid *scan, int64_t audit,
                              struct fault *fault)
{
    struct rows *rows = NULL;
    struct job_row job = {0};
    bool there = false;
    enum status status =
        database_query(ledger->database,
                       "SELECT " JOB_COLUMNS
                       " FROM job j WHERE j.scan = $1 AND j.document IS NULL AND j.state = 'ready'",
                       VALUES(value_uuid(scan)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there)
        status = job_row_read(rows, &job, fault);
    rows_done(&rows);
    const struct job_after done = job_same(&job, JOB_DONE);
    if (status == STATUS_OK && there)
        status = job_update(ledger, &job, &done, audit, fault);
    return status;
}

static enum status move(struct ledger *ledger, const struct uuid *scan, enum scan_state from,
                        enum scan_state to, const char *error, struct fault *fault)
{
    struct text detail = {0};
    int64_t audit = 0;
    detail_open(&detail);
    detail_word(&detail, "scan", scan_state_name(to));
    enum status status =
        audit_append_about(ledger, sender, to == SCAN_SENT ? "scan.send" : "scan.refuse", scan,
                           detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = scan_move(ledger, scan, from, to, error, audit, fault);
    if (status == STATUS_OK && from == SCAN_RECEIVED)
        status = settle_job(ledger, scan, audit, fault);
    return status;
}

static enum status mark(struct ledger *ledger, const struct uuid *scan, struct fault *fault)
{
    bool found = false;
    enum scan_state state = SCAN_CORRUPT;
    enum status status = scan_state_of(ledger, scan, &found, &state, fault);
    if (status != STATUS_OK || (found && (state == SCAN_SENT || state == SCAN_REFUSED)))
        return status;
    if (!found || (state != SCAN_RECEIVED && state != SCAN_DUPLICATE))
        return fault_set(fault, STATUS_REFUSE, "no scan of this id waits to be sent");
    status = move(ledger, scan, state, SCAN_SENT, NULL, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database, "INSERT INTO sent (scan, sent_ms) VALUES ($1, $2)",
                              VALUES(value_uuid(scan), value_integer(ledger_wall_ms(ledger))), NULL,
                              fault);
    return status;
}

enum status sent_mark(struct ledger *ledger, struct scan_id id, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, mark(ledger, &id.uuid, fault), fault);
    return status;
}

static enum status refuse(struct ledger *ledger, const struct uuid *scan, const char *reason,
                          struct fault *fault)
{
    bool found = false;
    enum scan_state state = SCAN_CORRUPT;
    enum status status = scan_state_of(ledger, scan, &found, &state, fault);
    if (status != STATUS_OK || (found && state == SCAN_REFUSED))
        return status;
    if (!found || !scan_move_is_legal(state, SCAN_REFUSED) || state == SCAN_READING)
        return fault_set(fault, STATUS_REFUSE, "no scan of this id could be refused");
    return move(ledger, scan, state, SCAN_REFUSED, reason, fault);
}

enum status sent_refuse(struct ledger *ledger, struct scan_id id, const char *reason,
                        struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, refuse(ledger, &id.uuid, reason, fault), fault);
    return status;
}

/* ---- room ----------------------------------------------------------------------------------- */

struct clearable {
    struct uuid scan;
    struct digest digest;
};

static enum status find_clearable(struct ledger *ledger, int64_t before_ms,
                                  struct clearable *ret_list, size_t *ret_count,
                                  struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    size_t count = 0;
    enum status status = database_query(
        ledger->database,
        "SELECT n.scan, s.sha256 FROM sent n JOIN scan s ON s.id = n.scan"
        " WHERE n.cleared_ms = 0 AND n.sent_ms < $1 AND s.state = 'sent' AND s.has_bytes = 1"
        " ORDER BY n.sent_ms, n.scan LIMIT $2",
        VALUES(value_integer(before_ms), value_integer(SENT_CLEAR_AT_ONCE)), &rows, fault);
    while (status == STATUS_OK && count < SENT_CLEAR_AT_ONCE) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        ret_list[count++] =
            (struct clearable){.scan = rows_uuid(rows, 0), .digest = rows_digest(rows, 1)};
    }
    rows_done(&rows);
    *ret_count = count;
    return status;
}

/* Removes the object, for good, unless it is too young: *ret_gone. */
static enum status remove_object(struct spool *spool, const struct digest *digest, int64_t quiet_ms,
                                 bool *ret_gone, struct fault *fault)
{
    struct spool_object object = {0};
    enum status status = spool_look(spool, digest, &object, fault);
    if (status != STATUS_OK)
        return status;
    int64_t age_ms = clock_wall_ms(clock_system()) - object.written_ms + SPOOL_CLOCK_GRAIN_MS;
    *ret_gone = !object.is_there || age_ms >= quiet_ms;
    return *ret_gone ? spool_remove(spool, digest, fault) : STATUS_OK;
}

static enum status clear(struct ledger *ledger, struct spool *spool,
                         const struct clearable *clearable, int64_t quiet_ms, bool *ret_did,
                         struct fault *fault)
{
    int64_t others = 0;
    int64_t audit = 0;
    bool is_gone = true;
    enum status status = database_number(
        ledger->database,
        "SELECT count(*) FROM scan WHERE sha256 = $1 AND has_bytes = 1 AND id <> $2",
        VALUES(value_digest(&clearable->digest), value_uuid(&clearable->scan)), 0, &others, fault);
    if (status == STATUS_OK && others == 0)
        status = remove_object(spool, &clearable->digest, quiet_ms, &is_gone, fault);
    if (status != STATUS_OK || !is_gone)
        return status;
    status = audit_append_about(ledger, sender, "scan.clear", &clearable->scan,
                                "{\"scan\":\"sent\"}", &audit, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database, "UPDATE scan SET has_bytes = 0, audit = $2 WHERE id = $1",
            VALUES(value_uuid(&clearable->scan), value_integer(audit)), NULL, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database, "UPDATE sent SET cleared_ms = $2 WHERE scan = $1",
            VALUES(value_uuid(&clearable->scan), value_integer(ledger_wall_ms(ledger))), NULL,
            fault);
    *ret_did = status == STATUS_OK;
    return status;
}

enum status sent_clear(struct ledger *ledger, struct spool *spool, int64_t before_ms,
                       int64_t quiet_ms, uint32_t *ret_count, struct fault *fault)
{
    struct clearable list[SENT_CLEAR_AT_ONCE];
    size_t count = 0;
    uint32_t cleared = 0;
    enum status status = find_clearable(ledger, before_ms, list, &count, fault);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        bool did = false;
        status = ledger_begin(ledger, fault);
        if (status == STATUS_OK)
            status =
                ledger_end(ledger, clear(ledger, spool, &list[i], quiet_ms, &did, fault), fault);
        cleared += status == STATUS_OK && did ? 1U : 0U;
    }
    if (status == STATUS_OK)
        *ret_count = cleared;
    return status;
}
