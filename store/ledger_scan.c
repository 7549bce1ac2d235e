/* ledger_scan.c - scans: how they come in, and what is known of them.
 *
 * ledger_scan_accept() is the promise point: when it returns STATUS_OK the scan can no longer be
 * lost, and only then may the intake remove the file or give a receipt. It is safe to repeat with
 * the same id, because a crash between the commit and the removal repeats it. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/ledger_private.h"

enum { SCANS_A_WALK = 64 }; /* records kept in memory while a callback works */

/* ---- the row -------------------------------------------------------------------------------- */

void scan_record_done(struct scan_record *record)
{
    free(record->site);
    free(record->source);
    free(record->format);
    free(record->error);
    *record = (struct scan_record){0};
}

enum status scan_record_read(struct rows *rows, struct scan_record *ret_record, struct fault *fault)
{
    bool failed = false;
    struct scan_record record = {
        .id = {rows_uuid(rows, 0)},
        .site = rows_text_copy(rows, 1, &failed),
        .source = rows_text_copy(rows, 2, &failed),
        .format = rows_text_copy(rows, 3, &failed),
        .digest = rows_digest(rows, 4),
        .has_bytes = rows_integer(rows, 5) != 0,
        .size = (uint64_t)rows_integer(rows, 6),
        .received_ms = rows_integer(rows, 7),
        .duplicate_of = {rows_uuid(rows, 9)},
        .page_count = (uint32_t)rows_integer(rows, 10),
        .error = rows_text_copy(rows, 11, &failed),
        .returned = rows_integer(rows, 12) != 0,
    };
    const char *state = rows_text(rows, 8);
    enum status status = STATUS_OK;
    if (failed)
        status = ledger_out_of_memory(fault);
    else if (state == NULL || !scan_state_from_name(state, &record.state))
        record.state = SCAN_CORRUPT; // what verify will name
    if (status == STATUS_OK)
        *ret_record = record;
    else
        scan_record_done(&record);
    return status;
}

enum status site_number(struct ledger *ledger, const char *name, int64_t *ret_site,
                        struct fault *fault)
{
    enum status status = database_number(ledger->database, "SELECT id FROM site WHERE name = $1",
                                         VALUES(value_text(name)), 0, ret_site, fault);
    if (status != STATUS_OK || *ret_site != 0)
        return status;
    return database_number(ledger->database, "INSERT INTO site (name) VALUES ($1) RETURNING id",
                           VALUES(value_text(name)), 0, ret_site, fault);
}

enum status scan_state_of(struct ledger *ledger, const struct uuid *scan, bool *ret_found,
                          enum scan_state *ret_state, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status = database_query(ledger->database, "SELECT state FROM scan WHERE id = $1",
                                        VALUES(value_uuid(scan)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there && !scan_state_from_name(rows_text(rows, 0), ret_state))
        *ret_state = SCAN_CORRUPT;
    if (status == STATUS_OK)
        *ret_found = there;
    rows_done(&rows);
    return status;
}

enum status scan_move(struct ledger *ledger, const struct uuid *scan, enum scan_state from,
                      enum scan_state to, const char *error, int64_t audit, struct fault *fault)
{
    const char *from_name = scan_state_name(from);
    const char *to_name = scan_state_name(to);
    if (!scan_move_is_legal(from, to))
        return fault_set(fault, STATUS_HALT, "a scan cannot move from %s to %s", from_name,
                         to_name);
    enum status status = database_post_one(
        ledger->database,
        "UPDATE scan SET state = $3, error = $4, audit = $5 WHERE id = $1 AND state = $2",
        VALUES(value_uuid(scan), value_text(from_name), value_text(to_name), value_text(error),
               value_integer(audit)),
        "the ledger contradicts itself: a scan is not in the state that it should be in; run"
        " \"posteingang verify\"",
        fault);
    if (status == STATUS_OK)
        status = tally_move(ledger, "scan", from_name, to_name, fault);
    return status;
}

/* ---- coming in ------------------------------------------------------------------------------ */

/* What is known of an id that comes again. */
struct known_scan {
    bool is_known;
    enum scan_state state;
    struct digest digest;
    bool has_bytes;
    struct uuid duplicate_of;
};

static enum status look_up(struct ledger *ledger, const struct uuid *id,
                           struct known_scan *ret_known, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    struct known_scan known = {0};
    enum status status = database_query(
        ledger->database, "SELECT state, sha256, has_bytes, duplicate_of FROM scan WHERE id = $1",
        VALUES(value_uuid(id)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there) {
        known.is_known = true;
        if (!scan_state_from_name(rows_text(rows, 0), &known.state))
            known.state = SCAN_CORRUPT;
        known.digest = rows_digest(rows, 1);
        known.has_bytes = rows_integer(rows, 2) != 0;
        known.duplicate_of = rows_uuid(rows, 3);
    }
    if (status == STATUS_OK)
        *ret_known = known;
    rows_done(&rows);
    return status;
}

/* The scan that already brought these bytes and can still become, or has become, documents. */
static enum status first_with(struct ledger *ledger, const struct digest *digest,
                              struct uuid *ret_first, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status = database_query(ledger->database,
                                        "SELECT id FROM scan WHERE sha256 = $1 AND has_bytes = 1"
                                        " AND state IN ('received', 'reading', 'read')"
                                        " ORDER BY received_ms, id LIMIT 1",
                                        VALUES(value_digest(digest)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK)
        *ret_first = there ? rows_uuid(rows, 0) : (struct uuid){0};
    rows_done(&rows);
    return status;
}

static enum status insert_scan(struct ledger *ledger, const struct scan_arrival *arrival,
                               enum scan_state state, const struct uuid *first, const char *error,
                               int64_t site, int64_t audit, struct fault *fault)
{
    enum status status = database_post(
        ledger->database,
        "INSERT INTO scan (id, site, source, format, sha256, has_bytes, size, received_ms, state,"
        " duplicate_of, error, born, audit)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)",
        VALUES(value_uuid(&arrival->id.uuid), value_integer(site), value_text(arrival->source),
               value_text(arrival->format), value_digest(&arrival->digest),
               value_integer(state != SCAN_REFUSED), value_integer((int64_t)arrival->size),
               value_integer(arrival->received_ms), value_text(scan_state_name(state)),
               value_uuid_or_null(first), value_text(error), value_integer(audit)),
        fault);
    if (status == STATUS_OK)
        status = tally_move(ledger, "scan", NULL, scan_state_name(state), fault);
    return status;
}

/* The audit row and the scan row of one that is new; *ret_site and *ret_audit for its job. */
static enum status record_new(struct ledger *ledger, const struct scan_arrival *arrival,
                              enum scan_state state, const struct uuid *first, const char *error,
                              int64_t *ret_site, int64_t *ret_audit, struct fault *fault)
{
    struct text detail = {0};
    detail_open(&detail);
    detail_word(&detail, "scan", scan_state_name(state));
    detail_digest(&detail, "sha256", &arrival->digest);
    detail_number(&detail, "size", (int64_t)arrival->size);
    if (!uuid_is_nil(first)) {
        char text[UUID_TEXT_BYTES];
        uuid_to_text(first, text);
        detail_word(&detail, "duplicate_of", text);
    }
    enum status status = audit_append_about(
        ledger, arrival->actor, state == SCAN_REFUSED ? "scan.refuse" : "scan.accept",
        &arrival->id.uuid, detail_close(&detail), ret_audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = site_number(ledger, arrival->site, ret_site, fault);
    if (status == STATUS_OK)
        status = insert_scan(ledger, arrival, state, first, error, *ret_site, *ret_audit, fault);
    return status;
}

/* An id that was there before: the same arrival again, or a contradiction. */
static enum status accept_again(const struct scan_arrival *arrival, const struct known_scan *known,
                                struct scan_acceptance *ret_acceptance, struct fault *fault)
{
    if (!known->has_bytes)
        return fault_set(fault, STATUS_REFUSE,
                         "this arrival was refused before; it cannot be accepted now");
    if (!digest_equal(&known->digest, &arrival->digest))
        return fault_set(fault, STATUS_REFUSE,
                         "this arrival was accepted before with other bytes; the file was changed "
                         "after it was taken");
    ret_acceptance->is_repeat = true;
    ret_acceptance->is_duplicate = known->state == SCAN_DUPLICATE;
    ret_acceptance->first.uuid = known->duplicate_of;
    return STATUS_OK;
}

static enum status accept(struct ledger *ledger, const struct scan_arrival *arrival,
                          struct scan_acceptance *ret_acceptance, struct fault *fault)
{
    struct known_scan known = {0};
    struct uuid first = {0};
    enum status status = look_up(ledger, &arrival->id.uuid, &known, fault);
    if (status == STATUS_OK && known.is_known)
        return accept_again(arrival, &known, ret_acceptance, fault);
    if (status == STATUS_OK)
        status = first_with(ledger, &arrival->digest, &first, fault);
    if (status != STATUS_OK)
        return status;
    bool is_duplicate = !uuid_is_nil(&first);
    int64_t site = 0;
    int64_t audit = 0;
    status = record_new(ledger, arrival, is_duplicate ? SCAN_DUPLICATE : SCAN_RECEIVED, &first,
                        NULL, &site, &audit, fault);
    if (status == STATUS_OK && !is_duplicate)
        status =
            job_create(ledger, JOB_READ, site, &arrival->id.uuid, &(struct uuid){0}, audit, fault);
    *ret_acceptance = (struct scan_acceptance){.is_duplicate = is_duplicate, .first = {first}};
    return status;
}

enum status ledger_scan_accept(struct ledger *ledger, const struct scan_arrival *arrival,
                               struct scan_acceptance *ret_acceptance, struct fault *fault)
{
    struct scan_acceptance acceptance = {0};
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, accept(ledger, arrival, &acceptance, fault), fault);
    if (status == STATUS_OK)
        *ret_acceptance = acceptance;
    return status;
}

static enum status refuse(struct ledger *ledger, const struct scan_arrival *arrival,
                          const char *reason, struct fault *fault)
{
    struct known_scan known = {0};
    enum status status = look_up(ledger, &arrival->id.uuid, &known, fault);
    if (status != STATUS_OK)
        return status;
    if (known.is_known && known.has_bytes)
        return fault_set(fault, STATUS_REFUSE,
                         "this arrival was accepted before; it cannot be refused at the door");
    if (known.is_known)
        return STATUS_OK;
    int64_t site = 0;
    int64_t audit = 0;
    return record_new(ledger, arrival, SCAN_REFUSED, &(struct uuid){0}, reason, &site, &audit,
                      fault);
}

enum status ledger_scan_refuse(struct ledger *ledger, const struct scan_arrival *arrival,
                               const char *reason, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, refuse(ledger, arrival, reason, fault), fault);
    return status;
}

enum status ledger_scan_known(struct ledger *ledger, struct scan_id id, bool *ret_known,
                              enum scan_state *ret_state, struct fault *fault)
{
    return scan_state_of(ledger, &id.uuid, ret_known, ret_state, fault);
}

/* ---- going back ----------------------------------------------------------------------------- */

static enum status mark_returned(struct ledger *ledger, const struct uuid *id, struct fault *fault)
{
    bool found = false;
    enum scan_state state = SCAN_CORRUPT;
    int64_t returned = 0;
    int64_t audit = 0;
    enum status status = scan_state_of(ledger, id, &found, &state, fault);
    if (status == STATUS_OK && (!found || state != SCAN_REFUSED))
        return fault_set(fault, STATUS_REFUSE, "only a refused scan can be returned to its site");
    if (status == STATUS_OK)
        status = database_number(ledger->database, "SELECT returned FROM scan WHERE id = $1",
                                 VALUES(value_uuid(id)), 0, &returned, fault);
    if (status != STATUS_OK || returned != 0)
        return status;
    status = audit_append_about(ledger, "intake", "scan.return", id, "{\"scan\":\"refused\"}",
                                &audit, fault);
    if (status == STATUS_OK)
        status =
            database_run(ledger->database, "UPDATE scan SET returned = 1, audit = $2 WHERE id = $1",
                         VALUES(value_uuid(id), value_integer(audit)), NULL, fault);
    return status;
}

enum status ledger_scan_returned(struct ledger *ledger, struct scan_id id, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, mark_returned(ledger, &id.uuid, fault), fault);
    return status;
}

/* ---- looking -------------------------------------------------------------------------------- */

static const char scan_of_id[] = "SELECT " SCAN_COLUMNS " FROM " SCAN_TABLES " WHERE s.id = $1";

enum status scan_ask_ahead(struct ledger *ledger, const struct uuid *scan, struct fault *fault)
{
    return database_ask_ahead(ledger->database, scan_of_id, VALUES(value_uuid(scan)), fault);
}

enum status ledger_scan_get(struct ledger *ledger, struct scan_id id,
                            struct scan_record *ret_record, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status =
        database_query(ledger->database, scan_of_id, VALUES(value_uuid(&id.uuid)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && !there)
        status = fault_set(fault, STATUS_REFUSE, "the ledger knows no scan of this id");
    if (status == STATUS_OK)
        status = scan_record_read(rows, ret_record, fault);
    rows_done(&rows);
    return status;
}

/* The next refused scans after (`after_ms`, `after`) whose sites have not been told. */
static enum status next_to_return(struct ledger *ledger, int64_t after_ms, const struct uuid *after,
                                  struct scan_record *ret_records, size_t *ret_count,
                                  struct fault *fault)
{
    struct rows *rows = NULL;
    size_t count = 0;
    enum status status = database_query(
        ledger->database,
        "SELECT " SCAN_COLUMNS " FROM " SCAN_TABLES
        " WHERE s.state = 'refused' AND s.returned = 0 AND (s.received_ms, s.id) > ($1, $2)"
        " ORDER BY s.received_ms, s.id LIMIT $3",
        VALUES(value_integer(after_ms), value_uuid(after), value_integer(SCANS_A_WALK)), &rows,
        fault);
    while (status == STATUS_OK && count < SCANS_A_WALK) {
        bool there = false;
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        status = scan_record_read(rows, &ret_records[count], fault);
        if (status == STATUS_OK)
            count++;
    }
    rows_done(&rows);
    *ret_count = count;
    return status;
}

enum status ledger_scans_to_return(struct ledger *ledger, ledger_scan_callback *callback,
                                   void *context, struct fault *fault)
{
    struct scan_record records[SCANS_A_WALK] = {0};
    int64_t after_ms = INT64_MIN;
    struct uuid after = {0};
    size_t count = SCANS_A_WALK;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && count == SCANS_A_WALK) {
        status = next_to_return(ledger, after_ms, &after, records, &count, fault);
        for (size_t i = 0; i < count; i++) {
            if (status == STATUS_OK)
                status = callback(context, &records[i], fault);
            after_ms = records[i].received_ms;
            after = records[i].id.uuid;
            scan_record_done(&records[i]);
        }
    }
    return status;
}

enum status ledger_scan_last(struct ledger *ledger, int64_t *ret_received_ms, struct fault *fault)
{
    return database_number(ledger->database, "SELECT max(received_ms) FROM scan", NO_VALUES, 0,
                           ret_received_ms, fault);
}
