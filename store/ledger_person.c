/* ledger_person.c - what people decide: where a document goes, and what is tried again.
 *
 * The name of the person stands in the audit (who) and in the decision; the case number stands in
 * the audit as a digest only. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "store/ledger_private.h"

/* A document that a person acts on. */
struct handled {
    struct uuid id, scan;
    int64_t site;
    enum document_state state;
};

static enum status find_document(struct ledger *ledger, const struct uuid *id, bool *ret_found,
                                 struct handled *ret_document, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status =
        database_query(ledger->database, "SELECT scan, site, state FROM document WHERE id = $1",
                       VALUES(value_uuid(id)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there) {
        *ret_document =
            (struct handled){.id = *id, .scan = rows_uuid(rows, 0), .site = rows_integer(rows, 1)};
        if (!document_state_from_name(rows_text(rows, 2), &ret_document->state))
            ret_document->state = DOCUMENT_CORRUPT;
    }
    if (status == STATUS_OK)
        *ret_found = there;
    rows_done(&rows);
    return status;
}

/* ---- assigning ------------------------------------------------------------------------------ */

/* A person's decision keeps what was found out about the kind of document and its flags. */
static enum status keep_assignment(struct ledger *ledger, const struct uuid *document,
                                   const char *case_number, const char *team, int64_t version,
                                   const char *actor, int64_t audit, struct fault *fault)
{
    struct document_record before = {0};
    enum status status =
        ledger_document_get(ledger, (struct document_id){*document}, &before, fault);
    if (status != STATUS_OK)
        return status;
    const struct decision decision = {
        .to_file = true,
        .case_number = case_number,
        .team = team,
        .confidence = 1,
        .decided_by = actor,
        .reason = "Von Hand zugeordnet.",
        .kind = before.kind,
        .kind_confidence = before.kind_confidence,
        .flags = before.flags,
        .rules_version = before.rules_version,
        .register_version = version,
    };
    const struct correction correction = {.case_number = case_number};
    status = decision_keep(ledger, document, &decision, audit, fault);
    if (status == STATUS_OK)
        status = correction_keep(ledger, document, &correction, actor, audit, fault);
    document_record_done(&before);
    return status;
}

/* A job that was given up on is settled by the person's decision. */
static enum status settle_dead_job(struct ledger *ledger, const struct handled *document,
                                   int64_t audit, struct fault *fault)
{
    struct job_row job = {0};
    bool found = false;
    enum status status = job_dead_of(ledger, &document->scan, &document->id, &found, &job, fault);
    if (status == STATUS_OK && found)
        status = job_settle(ledger, &job, audit, fault);
    return status;
}

static enum status assign_to(struct ledger *ledger, const struct handled *document,
                             const char *case_number, const char *team, int64_t version,
                             const char *actor, struct fault *fault)
{
    struct text detail = {0};
    int64_t audit = 0;
    detail_open(&detail);
    detail_word(&detail, "document", document_state_name(DOCUMENT_MATCHING));
    detail_digest_of(&detail, "case_sha256", case_number);
    detail_number(&detail, "register", version);
    enum status status = audit_append_about(ledger, actor, "document.assign", &document->id,
                                            detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status =
            keep_assignment(ledger, &document->id, case_number, team, version, actor, audit, fault);
    if (status == STATUS_OK)
        status = settle_dead_job(ledger, document, audit, fault);
    if (status == STATUS_OK)
        status = document_move(ledger, &document->id, DOCUMENT_CLEARING, DOCUMENT_MATCHING, audit,
                               fault);
    if (status == STATUS_OK)
        status = job_create(ledger, JOB_FILE, document->site, &document->scan, &document->id, audit,
                            fault);
    return status;
}

static enum status assign(struct ledger *ledger, const struct uuid *id, const char *case_number,
                          const char *actor, struct fault *fault)
{
    struct handled document = {0};
    bool found = false;
    char *team = NULL;
    int64_t version = 0;
    enum status status = find_document(ledger, id, &found, &document, fault);
    if (status == STATUS_OK && !found)
        return fault_set(fault, STATUS_REFUSE, "the ledger knows no document of this id");
    if (status == STATUS_OK && document.state != DOCUMENT_CLEARING)
        return fault_set(fault, STATUS_REFUSE,
                         "the document is %s; only one in clearing can be assigned",
                         document_state_name(document.state));
    if (status == STATUS_OK)
        status = register_team(ledger, case_number, &team, &version, fault);
    if (status == STATUS_OK && team == NULL)
        status = fault_set(fault, STATUS_REFUSE, "the case register does not know case \"%s\"",
                           case_number);
    if (status == STATUS_OK)
        status = assign_to(ledger, &document, case_number, team, version, actor, fault);
    free(team);
    return status;
}

enum status ledger_document_assign(struct ledger *ledger, struct document_id id,
                                   const char *case_number, const char *actor, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, assign(ledger, &id.uuid, case_number, actor, fault), fault);
    return status;
}

/* ---- trying again --------------------------------------------------------------------------- */

static enum status retry_scan(struct ledger *ledger, const struct uuid *id, enum scan_state state,
                              const char *actor, struct fault *fault)
{
    static const struct uuid no_document;
    struct job_row job = {0};
    bool found = false;
    int64_t audit = 0;
    if (state == SCAN_CORRUPT)
        return damage_retry_scan(ledger, id, actor, fault);
    if (state != SCAN_FAILED)
        return fault_set(fault, STATUS_REFUSE, "the scan is %s; there is nothing to try again",
                         scan_state_name(state));
    enum status status = job_dead_of(ledger, id, &no_document, &found, &job, fault);
    if (status == STATUS_OK && !found)
        return fault_set(fault, STATUS_REFUSE,
                         "the scan has no job that could be tried again; run \"posteingang "
                         "verify\"");
    if (status == STATUS_OK)
        status = audit_append_about(ledger, actor, "scan.retry", id, "{\"scan\":\"received\"}",
                                    &audit, fault);
    if (status == STATUS_OK)
        status = job_revive(ledger, &job, audit, fault);
    if (status == STATUS_OK)
        status = scan_move(ledger, id, SCAN_FAILED, SCAN_RECEIVED, NULL, audit, fault);
    return status;
}

static enum status retry_document(struct ledger *ledger, const struct handled *document,
                                  const char *actor, struct fault *fault)
{
    struct job_row job = {0};
    bool has_dead = false;
    int64_t audit = 0;
    if (document->state == DOCUMENT_CORRUPT)
        return damage_retry_document(ledger, &document->id, &document->scan, document->site, actor,
                                     fault);
    enum status status =
        job_dead_of(ledger, &document->scan, &document->id, &has_dead, &job, fault);
    if (status != STATUS_OK)
        return status;
    bool is_clearing = document->state == DOCUMENT_CLEARING;
    bool is_moving = document->state == DOCUMENT_MATCHING || document->state == DOCUMENT_RECALLED;
    if (!is_clearing && !(has_dead && is_moving))
        return fault_set(fault, STATUS_REFUSE, "the document is %s; there is nothing to try again",
                         document_state_name(document->state));
    bool is_recalled = document->state == DOCUMENT_RECALLED;
    status = audit_append_about(
        ledger, actor, "document.retry", &document->id,
        is_recalled ? "{\"document\":\"recalled\"}" : "{\"document\":\"matching\"}", &audit, fault);
    if (status == STATUS_OK && is_clearing)
        status = document_move(ledger, &document->id, DOCUMENT_CLEARING, DOCUMENT_MATCHING, audit,
                               fault);
    if (status != STATUS_OK)
        return status;
    if (has_dead)
        return job_revive(ledger, &job, audit, fault);
    return job_create(ledger, JOB_MATCH, document->site, &document->scan, &document->id, audit,
                      fault);
}

static enum status retry(struct ledger *ledger, const struct uuid *id, const char *actor,
                         struct fault *fault)
{
    enum scan_state state = SCAN_CORRUPT;
    struct handled document = {0};
    bool is_scan = false;
    bool is_document = false;
    enum status status = scan_state_of(ledger, id, &is_scan, &state, fault);
    if (status == STATUS_OK && is_scan)
        return retry_scan(ledger, id, state, actor, fault);
    if (status == STATUS_OK)
        status = find_document(ledger, id, &is_document, &document, fault);
    if (status != STATUS_OK)
        return status;
    if (!is_document)
        return fault_set(fault, STATUS_REFUSE, "the ledger knows nothing of this id");
    return retry_document(ledger, &document, actor, fault);
}

enum status ledger_retry(struct ledger *ledger, const struct uuid *scan_or_document,
                         const char *actor, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, retry(ledger, scan_or_document, actor, fault), fault);
    return status;
}
