/* ledger_damage.c - what was found damaged at rest goes to corrupt, and out of it again.
 *
 * Into it by whoever checks (the nightly scrub); out of it by a person alone, who has seen to it
 * that the bytes are right again: the work goes on where the row shows that it had come to. */
// SPDX-License-Identifier: EUPL-1.2
#include "store/ledger_private.h"

/* The job that is ready or leased for a scan or document. */
static enum status open_job(struct ledger *ledger, const struct uuid *id, bool is_scan,
                            bool *ret_found, struct job_row *ret_job, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status =
        is_scan ? database_query(ledger->database,
                                 "SELECT " JOB_COLUMNS " FROM job j WHERE j.scan = $1"
                                 " AND j.document IS NULL AND j.state IN ('ready', 'leased')",
                                 VALUES(value_uuid(id)), &rows, fault)
                : database_query(ledger->database,
                                 "SELECT " JOB_COLUMNS " FROM job j WHERE j.scan ="
                                 " (SELECT d.scan FROM document d WHERE d.id = $1)"
                                 " AND j.document = $1 AND j.state IN ('ready', 'leased')",
                                 VALUES(value_uuid(id)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there)
        status = job_row_read(rows, ret_job, fault);
    rows_done(&rows);
    *ret_found = status == STATUS_OK && there;
    return status;
}

static enum status set_aside_resting(struct ledger *ledger, const struct uuid *id,
                                     const enum scan_state *scan, enum document_state document,
                                     const char *reason, const char *actor, struct fault *fault)
{
    int64_t audit = 0;
    enum status status = scan != NULL
                             ? audit_append_about(ledger, actor, "scan.damage", id,
                                                  "{\"scan\":\"corrupt\"}", &audit, fault)
                             : audit_append_about(ledger, actor, "document.damage", id,
                                                  "{\"document\":\"corrupt\"}", &audit, fault);
    if (status != STATUS_OK)
        return status;
    return scan != NULL ? scan_move(ledger, id, *scan, SCAN_CORRUPT, reason, audit, fault)
                        : document_move(ledger, id, document, DOCUMENT_CORRUPT, audit, fault);
}

static enum status set_aside(struct ledger *ledger, const struct uuid *id, const char *reason,
                             const char *actor, bool *ret_changed, struct fault *fault)
{
    enum scan_state scan = SCAN_CORRUPT;
    enum document_state document = DOCUMENT_CORRUPT;
    struct job_row job = {0};
    bool is_scan = false;
    bool is_document = false;
    bool has_job = false;
    enum status status = scan_state_of(ledger, id, &is_scan, &scan, fault);
    if (status == STATUS_OK && !is_scan)
        status = document_state_of(ledger, id, &is_document, &document, fault);
    if (status == STATUS_OK && !is_scan && !is_document)
        return fault_set(fault, STATUS_REFUSE, "the ledger knows nothing of this id");
    if (status == STATUS_OK && !is_scan && document == DOCUMENT_ARRANGING) {
        status = arrangement_abandon(ledger, id, actor, reason, fault);
        if (status == STATUS_OK)
            status = document_state_of(ledger, id, &is_document, &document, fault);
    }
    *ret_changed = is_scan ? scan != SCAN_CORRUPT : document != DOCUMENT_CORRUPT;
    if (status == STATUS_OK && *ret_changed)
        status = open_job(ledger, id, is_scan, &has_job, &job, fault);
    if (status != STATUS_OK || !*ret_changed)
        return status;
    if (has_job)
        return job_set_aside(ledger, &job, actor, reason, fault);
    return set_aside_resting(ledger, id, is_scan ? &scan : NULL, document, reason, actor, fault);
}

enum status ledger_set_aside(struct ledger *ledger, const struct uuid *scan_or_document,
                             const char *reason, const char *actor, bool *ret_changed,
                             struct fault *fault)
{
    bool changed = false;
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(
            ledger, set_aside(ledger, scan_or_document, reason, actor, &changed, fault), fault);
    if (status == STATUS_OK)
        *ret_changed = changed;
    return status;
}

/* ---- out of it ------------------------------------------------------------------------------ */

/* Revives the dead job that setting aside left, or makes one of `kind`. */
static enum status go_on(struct ledger *ledger, enum job_kind kind, int64_t site,
                         const struct uuid *scan, const struct uuid *document, int64_t audit,
                         struct fault *fault)
{
    struct job_row job = {0};
    bool has_dead = false;
    enum status status = job_dead_of(ledger, scan, document, &has_dead, &job, fault);
    if (status != STATUS_OK)
        return status;
    return has_dead ? job_revive(ledger, &job, audit, fault)
                    : job_create(ledger, kind, site, scan, document, audit, fault);
}

enum status damage_retry_scan(struct ledger *ledger, const struct uuid *scan, const char *actor,
                              struct fault *fault)
{
    static const struct uuid no_document;
    int64_t documents = 0;
    int64_t site = 0;
    int64_t audit = 0;
    enum status status =
        database_number(ledger->database, "SELECT count(*) FROM document WHERE scan = $1",
                        VALUES(value_uuid(scan)), 0, &documents, fault);
    if (status == STATUS_OK)
        status = database_number(ledger->database, "SELECT site FROM scan WHERE id = $1",
                                 VALUES(value_uuid(scan)), 0, &site, fault);
    bool was_read = documents > 0;
    if (status == STATUS_OK)
        status = audit_append_about(ledger, actor, "scan.retry", scan,
                                    was_read ? "{\"scan\":\"read\"}" : "{\"scan\":\"received\"}",
                                    &audit, fault);
    if (status == STATUS_OK)
        status = scan_move(ledger, scan, SCAN_CORRUPT, was_read ? SCAN_READ : SCAN_RECEIVED, NULL,
                           audit, fault);
    if (status == STATUS_OK && !was_read)
        status = go_on(ledger, JOB_READ, site, scan, &no_document, audit, fault);
    return status;
}

/* One that was filed is filed again: what is right in the cabinet stays, what is missing comes
 * back. */
enum status damage_retry_document(struct ledger *ledger, const struct uuid *document,
                                  const struct uuid *scan, int64_t site, const char *actor,
                                  struct fault *fault)
{
    int64_t was_filed = 0;
    int64_t audit = 0;
    enum status status =
        database_number(ledger->database,
                        "SELECT count(*) FROM document d JOIN decision c ON c.id = d.decision"
                        " WHERE d.id = $1 AND d.place IS NOT NULL AND c.to_file = 1",
                        VALUES(value_uuid(document)), 0, &was_filed, fault);
    if (status == STATUS_OK)
        status = audit_append_about(ledger, actor, "document.retry", document,
                                    "{\"document\":\"matching\"}", &audit, fault);
    if (status == STATUS_OK)
        status = document_move(ledger, document, DOCUMENT_CORRUPT, DOCUMENT_MATCHING, audit, fault);
    if (status == STATUS_OK)
        status =
            go_on(ledger, was_filed > 0 ? JOB_FILE : JOB_MATCH, site, scan, document, audit, fault);
    return status;
}
