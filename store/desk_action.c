/* desk_action.c - what people decide about a document, each in one transaction.
 *
 * The pattern: act_on() finds the document, compares its revision with the one that the person saw,
 * and calls the work, which writes the audit row first. What stands in the cabinet cannot be taken
 * out here: such a document becomes `recalled` with a file job, whose filer removes the folder, and
 * goes on to its destination when that is done. A moved document becomes `matching` with its old
 * place still in the row; the filer takes it out of there once it is in the new one.
 *
 * What people write (reasons, targets, notes) stands in their tables and never in the audit. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "store/correction.h"
#include "store/desk.h"
#include "store/ledger_private.h"
#include "store/recall.h"

/* A document that a person acts on, as it is before. */
struct subject {
    struct uuid id, scan;
    int64_t site;
    enum document_state state;
    int64_t revision;
    bool is_in_cabinet; /* it has a place there */
    bool is_done;
    bool is_waiting;
};

/* What the work needs besides: the strings of one action. */
struct wish {
    const char *case_number, *kind, *target, *day, *words;
    enum document_state destination;
    bool flag;
    int64_t known_ms;    /* recall */
    int64_t *ret_number; /* recall */
};

typedef enum status desk_work(struct ledger *ledger, const struct desk_act *act,
                              const struct subject *subject, const struct wish *wish,
                              enum desk_verdict *ret_verdict, struct fault *fault);

static enum status find_subject(struct ledger *ledger, const struct uuid *id,
                                struct subject *ret_subject, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status = database_query(
        ledger->database,
        "SELECT scan, site, state, audit, place, done, waiting FROM document WHERE id = $1",
        VALUES(value_uuid(id)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && !there)
        status = fault_set(fault, STATUS_REFUSE, "the ledger knows no document of this id");
    if (status == STATUS_OK) {
        *ret_subject = (struct subject){.id = *id,
                                        .scan = rows_uuid(rows, 0),
                                        .site = rows_integer(rows, 1),
                                        .revision = rows_integer(rows, 3),
                                        .is_in_cabinet = !rows_is_null(rows, 4),
                                        .is_done = rows_integer(rows, 5) != 0,
                                        .is_waiting = rows_integer(rows, 6) != 0};
        if (!document_state_from_name(rows_text(rows, 2), &ret_subject->state))
            ret_subject->state = DOCUMENT_CORRUPT;
    }
    rows_done(&rows);
    return status;
}

static enum status work_on(struct ledger *ledger, const struct desk_act *act,
                           const struct wish *wish, desk_work *work, enum desk_verdict *ret_verdict,
                           struct fault *fault)
{
    struct subject subject = {0};
    enum status status = find_subject(ledger, &act->id.uuid, &subject, fault);
    if (status != STATUS_OK)
        return status;
    if (act->revision != 0 && act->revision != subject.revision) {
        *ret_verdict = DESK_TOO_LATE;
        return STATUS_OK;
    }
    return work(ledger, act, &subject, wish, ret_verdict, fault);
}

static enum status act_on(struct ledger *ledger, const struct desk_act *act,
                          const struct wish *wish, desk_work *work, enum desk_verdict *ret_verdict,
                          struct fault *fault)
{
    enum desk_verdict verdict = DESK_HAPPENED;
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, work_on(ledger, act, wish, work, &verdict, fault), fault);
    if (status == STATUS_OK)
        *ret_verdict = verdict;
    return status;
}

/* ---- pieces --------------------------------------------------------------------------------- */

/* The audit row of an action after which the document is in `state`. */
static enum status audit_action(struct ledger *ledger, const struct desk_act *act,
                                const char *action, enum document_state state,
                                const char *case_number, int64_t *ret_audit, struct fault *fault)
{
    struct text detail = {0};
    detail_open(&detail);
    detail_word(&detail, "document", document_state_name(state));
    detail_digest_of(&detail, "case_sha256", case_number);
    enum status status = audit_append_about(ledger, act->actor, action, &act->id.uuid,
                                            detail_close(&detail), ret_audit, fault);
    text_done(&detail);
    return status;
}

/* The document stays in its state; its last change is this one. */
static enum status touch(struct ledger *ledger, const struct uuid *document, int64_t audit,
                         struct fault *fault)
{
    return database_run(ledger->database, "UPDATE document SET audit = $2 WHERE id = $1",
                        VALUES(value_uuid(document), value_integer(audit)), NULL, fault);
}

/* What was noted of the document where it was no longer holds. */
static enum status begin_anew(struct ledger *ledger, const struct uuid *document,
                              struct fault *fault)
{
    return database_run(ledger->database, "UPDATE document SET done = 0, waiting = 0 WHERE id = $1",
                        VALUES(value_uuid(document)), NULL, fault);
}

/* The person's decision; it keeps what was found out about the document. `case_number` NULL: for
 * nobody. `team` "": the one that it was meant for until now. */
static enum status keep_decision(struct ledger *ledger, const struct desk_act *act,
                                 const char *case_number, const char *team, int64_t version,
                                 const char *reason, int64_t audit, struct fault *fault)
{
    struct document_record before = {0};
    enum status status = ledger_document_get(ledger, act->id, &before, fault);
    if (status != STATUS_OK)
        return status;
    const struct decision decision = {
        .to_file = case_number != NULL,
        .case_number = case_number,
        .team = team != NULL && team[0] == '\0' ? before.team : team,
        .confidence = case_number == NULL ? 0 : 1,
        .decided_by = act->actor,
        .reason = reason,
        .kind = before.kind,
        .kind_confidence = before.kind_confidence,
        .flags = before.flags,
        .rules_version = before.rules_version,
        .register_version = version,
    };
    status = decision_keep(ledger, &act->id.uuid, &decision, audit, fault);
    document_record_done(&before);
    return status;
}

/* A job that was given up on is settled by the person's decision. */
static enum status settle_dead_job(struct ledger *ledger, const struct subject *subject,
                                   int64_t audit, struct fault *fault)
{
    struct job_row job = {0};
    bool found = false;
    enum status status = job_dead_of(ledger, &subject->scan, &subject->id, &found, &job, fault);
    if (status == STATUS_OK && found)
        status = job_settle(ledger, &job, audit, fault);
    return status;
}

static enum status start_filing(struct ledger *ledger, const struct subject *subject, int64_t audit,
                                struct fault *fault)
{
    return job_create(ledger, JOB_FILE, subject->site, &subject->scan, &subject->id, audit, fault);
}

/* Takes the document to `destination`: at once, or by way of the filer when it lies in the
 * cabinet. `audit` says the state that follows now, which is leaving_state(). */
static enum document_state leaving_state(const struct subject *subject,
                                         enum document_state destination)
{
    return subject->is_in_cabinet ? DOCUMENT_RECALLED : destination;
}

static enum status leave(struct ledger *ledger, const struct subject *subject,
                         enum document_state destination, int64_t audit, struct fault *fault)
{
    enum status status = settle_dead_job(ledger, subject, audit, fault);
    if (status == STATUS_OK)
        status = begin_anew(ledger, &subject->id, fault);
    if (status == STATUS_OK)
        status = document_move(ledger, &subject->id, subject->state,
                               leaving_state(subject, destination), audit, fault);
    if (status != STATUS_OK || !subject->is_in_cabinet)
        return status;
    status =
        database_run(ledger->database, "UPDATE document SET destination = $2 WHERE id = $1",
                     VALUES(value_uuid(&subject->id), value_text(document_state_name(destination))),
                     NULL, fault);
    if (status == STATUS_OK)
        status = start_filing(ledger, subject, audit, fault);
    return status;
}

static bool is_at_rest(const struct subject *subject)
{
    return subject->state == DOCUMENT_FILED || subject->state == DOCUMENT_CLEARING;
}

static enum status say(enum desk_verdict verdict, enum desk_verdict *ret_verdict)
{
    *ret_verdict = verdict;
    return STATUS_OK;
}

/* ---- into a case ---------------------------------------------------------------------------- */

static enum status is_there_already(struct ledger *ledger, const struct subject *subject,
                                    const char *case_number, bool *ret_is, struct fault *fault)
{
    int64_t found = 0;
    enum status status = database_number(
        ledger->database,
        "SELECT 1 FROM document WHERE id = $1 AND state = 'filed' AND case_number = $2",
        VALUES(value_uuid(&subject->id), value_text(case_number)), 0, &found, fault);
    *ret_is = found != 0;
    return status;
}

static enum status put_into_case(struct ledger *ledger, const struct desk_act *act,
                                 const struct subject *subject, const char *case_number,
                                 const char *team, int64_t version, struct fault *fault)
{
    const char *reason = act->reason == NULL ? "Von Hand zugeordnet." : act->reason;
    const struct correction correction = {.case_number = case_number,
                                          .is_misfiled = subject->state == DOCUMENT_FILED};
    int64_t audit = 0;
    enum status status =
        audit_action(ledger, act, "document.assign", DOCUMENT_MATCHING, case_number, &audit, fault);
    if (status == STATUS_OK)
        status = keep_decision(ledger, act, case_number, team, version, reason, audit, fault);
    if (status == STATUS_OK)
        status = correction_keep(ledger, &subject->id, &correction, act->actor, audit, fault);
    if (status == STATUS_OK)
        status = settle_dead_job(ledger, subject, audit, fault);
    if (status == STATUS_OK)
        status = begin_anew(ledger, &subject->id, fault);
    if (status == STATUS_OK)
        status =
            document_move(ledger, &subject->id, subject->state, DOCUMENT_MATCHING, audit, fault);
    if (status == STATUS_OK)
        status = start_filing(ledger, subject, audit, fault);
    return status;
}

static enum status assign(struct ledger *ledger, const struct desk_act *act,
                          const struct subject *subject, const struct wish *wish,
                          enum desk_verdict *ret_verdict, struct fault *fault)
{
    char *team = NULL;
    int64_t version = 0;
    uint32_t guard = 0;
    bool is_there = false;
    if (!is_at_rest(subject))
        return say(DESK_TOO_LATE, ret_verdict);
    enum status status = is_there_already(ledger, subject, wish->case_number, &is_there, fault);
    if (status == STATUS_OK && is_there)
        return say(DESK_NO_CHANGE, ret_verdict);
    if (status == STATUS_OK)
        status = register_team(ledger, wish->case_number, &team, &version, fault);
    if (status == STATUS_OK)
        status = guard_of_case(ledger, wish->case_number, &guard, fault);
    bool is_known = team != NULL && team[0] != '\0' && guard_is_seen(guard, act->rights);
    if (status == STATUS_OK && !is_known)
        status = say(DESK_UNKNOWN_CASE, ret_verdict);
    else if (status == STATUS_OK)
        status = put_into_case(ledger, act, subject, wish->case_number, team, version, fault);
    free(team);
    return status;
}

enum status desk_assign(struct ledger *ledger, const struct desk_act *act, const char *case_number,
                        enum desk_verdict *ret_verdict, struct fault *fault)
{
    const struct wish wish = {.case_number = case_number};
    return act_on(ledger, act, &wish, assign, ret_verdict, fault);
}

/* ---- out of it ------------------------------------------------------------------------------ */

static enum status release(struct ledger *ledger, const struct desk_act *act,
                           const struct subject *subject, const struct wish *wish,
                           enum desk_verdict *ret_verdict, struct fault *fault)
{
    (void)wish;
    const char *reason = act->reason == NULL ? "Zurück in die Klärung gegeben." : act->reason;
    const struct correction correction = {.is_misfiled = true};
    int64_t audit = 0;
    if (subject->state != DOCUMENT_FILED)
        return say(DESK_TOO_LATE, ret_verdict);
    enum status status =
        audit_action(ledger, act, "document.release", leaving_state(subject, DOCUMENT_CLEARING),
                     NULL, &audit, fault);
    if (status == STATUS_OK)
        status = keep_decision(ledger, act, NULL, NULL, 0, reason, audit, fault);
    if (status == STATUS_OK)
        status = correction_keep(ledger, &subject->id, &correction, act->actor, audit, fault);
    if (status == STATUS_OK)
        status = leave(ledger, subject, DOCUMENT_CLEARING, audit, fault);
    return status;
}

enum status desk_release(struct ledger *ledger, const struct desk_act *act,
                         enum desk_verdict *ret_verdict, struct fault *fault)
{
    const struct wish wish = {0};
    return act_on(ledger, act, &wish, release, ret_verdict, fault);
}

/* The decision that it was filed by, no longer to file. */
static enum status keep_suggestion(struct ledger *ledger, const struct desk_act *act,
                                   const struct document_record *before, int64_t audit,
                                   struct fault *fault)
{
    const struct decision decision = {
        .case_number = before->case_number,
        .team = before->team,
        .confidence = before->confidence,
        .runner_up = before->runner_up,
        .decided_by = act->actor,
        .reason = act->reason,
        .kind = before->kind,
        .kind_confidence = before->kind_confidence,
        .flags = before->flags,
        .rules_version = before->rules_version,
        .register_version = before->register_version,
    };
    return decision_keep(ledger, &act->id.uuid, &decision, audit, fault);
}

static enum status return_to_person(struct ledger *ledger, const struct desk_act *act,
                                    const struct subject *subject, const struct wish *wish,
                                    enum desk_verdict *ret_verdict, struct fault *fault)
{
    struct document_record before = {0};
    int64_t audit = 0;
    (void)wish;
    if (subject->state != DOCUMENT_FILED)
        return say(DESK_TOO_LATE, ret_verdict);
    enum status status = ledger_document_get(ledger, act->id, &before, fault);
    if (status == STATUS_OK)
        status =
            audit_action(ledger, act, "document.return", leaving_state(subject, DOCUMENT_CLEARING),
                         before.case_number, &audit, fault);
    if (status == STATUS_OK)
        status = keep_suggestion(ledger, act, &before, audit, fault);
    if (status == STATUS_OK)
        status = leave(ledger, subject, DOCUMENT_CLEARING, audit, fault);
    document_record_done(&before);
    return status;
}

enum status desk_return_within(struct ledger *ledger, const struct desk_act *act,
                               enum desk_verdict *ret_verdict, struct fault *fault)
{
    const struct wish wish = {0};
    return work_on(ledger, act, &wish, return_to_person, ret_verdict, fault);
}

/* Out of the wrong case, and matched again. */
static enum status recall(struct ledger *ledger, const struct desk_act *act,
                          const struct subject *subject, const struct wish *wish,
                          enum desk_verdict *ret_verdict, struct fault *fault)
{
    const struct correction correction = {.is_misfiled = true};
    struct document_record before = {0};
    int64_t audit = 0;
    if (subject->state != DOCUMENT_FILED)
        return say(DESK_TOO_LATE, ret_verdict);
    enum status status = ledger_document_get(ledger, act->id, &before, fault);
    if (status == STATUS_OK)
        status =
            audit_action(ledger, act, "document.recall", DOCUMENT_RECALLED, NULL, &audit, fault);
    if (status == STATUS_OK)
        status = recall_keep(ledger, act, &before, wish->known_ms, audit, wish->ret_number, fault);
    document_record_done(&before);
    if (status == STATUS_OK)
        status = keep_decision(ledger, act, NULL, NULL, 0, act->reason, audit, fault);
    if (status == STATUS_OK)
        status = correction_keep(ledger, &subject->id, &correction, act->actor, audit, fault);
    if (status == STATUS_OK)
        status = leave(ledger, subject, DOCUMENT_MATCHING, audit, fault);
    return status;
}

enum status desk_recall(struct ledger *ledger, const struct desk_act *act, int64_t known_ms,
                        int64_t *ret_number, enum desk_verdict *ret_verdict, struct fault *fault)
{
    int64_t number = 0;
    const struct wish wish = {.known_ms = known_ms, .ret_number = &number};
    if (act->reason == NULL || act->reason[0] == '\0')
        return fault_set(fault, STATUS_REFUSE, "a recall needs its reason");
    if (known_ms > ledger_wall_ms(ledger))
        return fault_set(fault, STATUS_REFUSE, "nobody can know of it in the future");
    enum status status = act_on(ledger, act, &wish, recall, ret_verdict, fault);
    if (status == STATUS_OK)
        *ret_number = number;
    return status;
}

static enum status keep_handover(struct ledger *ledger, const struct desk_act *act,
                                 const struct wish *wish, int64_t audit, struct fault *fault)
{
    return database_run(
        ledger->database,
        "INSERT INTO handover (document, at_ms, author, outcome, target, day, reason, audit)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        VALUES(value_uuid(&act->id.uuid), value_integer(ledger_wall_ms(ledger)),
               value_text(act->actor), value_text(document_state_name(wish->destination)),
               value_text(wish->target), value_text(wish->day),
               value_text(act->reason == NULL ? "" : act->reason), value_integer(audit)),
        NULL, fault);
}

/* Forwarded or discarded: it is none of ours. */
static enum status hand_over(struct ledger *ledger, const struct desk_act *act,
                             const struct subject *subject, const struct wish *wish,
                             enum desk_verdict *ret_verdict, struct fault *fault)
{
    const struct correction correction = {.case_number = "",
                                          .is_misfiled = subject->state == DOCUMENT_FILED};
    bool is_forwarded = wish->destination == DOCUMENT_FORWARDED;
    int64_t audit = 0;
    if (!is_at_rest(subject))
        return say(DESK_TOO_LATE, ret_verdict);
    enum status status =
        audit_action(ledger, act, is_forwarded ? "document.forward" : "document.discard",
                     leaving_state(subject, wish->destination), NULL, &audit, fault);
    if (status == STATUS_OK)
        status = keep_decision(ledger, act, NULL, "", 0,
                               is_forwarded ? "Als Irrläufer weitergeleitet." : "Aussortiert.",
                               audit, fault);
    if (status == STATUS_OK)
        status = keep_handover(ledger, act, wish, audit, fault);
    if (status == STATUS_OK)
        status = correction_keep(ledger, &subject->id, &correction, act->actor, audit, fault);
    if (status == STATUS_OK)
        status = leave(ledger, subject, wish->destination, audit, fault);
    if (status == STATUS_OK && wish->flag)
        status = document_pages_duplicate(ledger, &subject->id, fault);
    return status;
}

enum status desk_forward(struct ledger *ledger, const struct desk_act *act, const char *target,
                         const char *day, enum desk_verdict *ret_verdict, struct fault *fault)
{
    const struct wish wish = {.target = target, .day = day, .destination = DOCUMENT_FORWARDED};
    return act_on(ledger, act, &wish, hand_over, ret_verdict, fault);
}

enum status desk_discard(struct ledger *ledger, const struct desk_act *act,
                         enum desk_verdict *ret_verdict, struct fault *fault)
{
    const struct wish wish = {.destination = DOCUMENT_DISCARDED};
    return act_on(ledger, act, &wish, hand_over, ret_verdict, fault);
}

enum status desk_discard_duplicate(struct ledger *ledger, const struct desk_act *act,
                                   enum desk_verdict *ret_verdict, struct fault *fault)
{
    const struct wish wish = {.destination = DOCUMENT_DISCARDED, .flag = true};
    return act_on(ledger, act, &wish, hand_over, ret_verdict, fault);
}

/* ---- taking back ---------------------------------------------------------------------------- */

/* The decision to go back to: the last of the machine, or the last by which it was filed. */
static enum status find_earlier(struct ledger *ledger, const struct uuid *document, bool of_filing,
                                int64_t *ret_decision, struct fault *fault)
{
    if (of_filing)
        return database_number(ledger->database,
                               "SELECT c.id FROM decision c JOIN document d ON d.id = c.document"
                               " WHERE c.document = $1 AND c.id < d.decision AND c.to_file = 1"
                               " ORDER BY c.id DESC LIMIT 1",
                               VALUES(value_uuid(document)), 0, ret_decision, fault);
    return database_number(ledger->database,
                           "SELECT id FROM decision WHERE document = $1 AND decided_by = 'auto'"
                           " ORDER BY id DESC LIMIT 1",
                           VALUES(value_uuid(document)), 0, ret_decision, fault);
}

static enum status restore(struct ledger *ledger, const struct desk_act *act, bool of_filing,
                           int64_t audit, struct fault *fault)
{
    int64_t earlier = 0;
    enum status status = find_earlier(ledger, &act->id.uuid, of_filing, &earlier, fault);
    if (status != STATUS_OK)
        return status;
    if (earlier != 0)
        return decision_restore(ledger, &act->id.uuid, earlier, of_filing, fault);
    const struct decision none = {.decided_by = "auto",
                                  .reason = "Die Zuordnung wurde zurückgenommen."};
    return decision_keep(ledger, &act->id.uuid, &none, audit, fault);
}

/* The file job that has not been begun; *ret_state is the state of the one that is open. */
static enum status find_file_job(struct ledger *ledger, const struct subject *subject,
                                 bool *ret_found, struct job_row *ret_job, struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status =
        database_query(ledger->database,
                       "SELECT " JOB_COLUMNS " FROM job j WHERE j.scan = $1 AND j.document = $2"
                       " AND j.kind = 'file' AND j.state <> 'done' ORDER BY j.id DESC LIMIT 1",
                       VALUES(value_uuid(&subject->scan), value_uuid(&subject->id)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, ret_found, fault);
    if (status == STATUS_OK && *ret_found)
        status = job_row_read(rows, ret_job, fault);
    rows_done(&rows);
    return status;
}

static enum status is_persons(struct ledger *ledger, const struct uuid *document, bool *ret_is,
                              struct fault *fault)
{
    int64_t found = 0;
    enum status status =
        database_number(ledger->database,
                        "SELECT 1 FROM document d JOIN decision c ON c.id = d.decision"
                        " WHERE d.id = $1 AND c.decided_by <> 'auto'",
                        VALUES(value_uuid(document)), 0, &found, fault);
    *ret_is = found != 0;
    return status;
}

/* It was decided and not filed yet: the job is taken back. What lay in another case stays there. */
static enum status undo_before_filing(struct ledger *ledger, const struct desk_act *act,
                                      const struct subject *subject, enum desk_verdict *ret_verdict,
                                      struct fault *fault)
{
    struct job_row job = {0};
    bool found = false;
    int64_t audit = 0;
    enum status status = find_file_job(ledger, subject, &found, &job, fault);
    if (status != STATUS_OK)
        return status;
    if (!found || job.state == JOB_DEAD)
        return say(DESK_TOO_LATE, ret_verdict);
    if (job.state != JOB_READY)
        return say(DESK_BUSY, ret_verdict);
    enum document_state back = subject->is_in_cabinet ? DOCUMENT_FILED : DOCUMENT_CLEARING;
    const struct job_after done = job_same(&job, JOB_DONE);
    status = audit_action(ledger, act, "document.undo", back, NULL, &audit, fault);
    if (status == STATUS_OK)
        status = job_update(ledger, &job, &done, audit, fault);
    if (status == STATUS_OK)
        status = restore(ledger, act, subject->is_in_cabinet, audit, fault);
    if (status == STATUS_OK)
        status = document_move(ledger, &subject->id, DOCUMENT_MATCHING, back, audit, fault);
    return status;
}

static enum status undo(struct ledger *ledger, const struct desk_act *act,
                        const struct subject *subject, const struct wish *wish,
                        enum desk_verdict *ret_verdict, struct fault *fault)
{
    (void)wish;
    bool was_person = false;
    int64_t audit = 0;
    enum status status = is_persons(ledger, &subject->id, &was_person, fault);
    if (status != STATUS_OK)
        return status;
    if (subject->state == DOCUMENT_RECALLED)
        return say(DESK_BUSY, ret_verdict);
    if (!was_person || subject->state == DOCUMENT_CLEARING || subject->state == DOCUMENT_CORRUPT)
        return say(DESK_TOO_LATE, ret_verdict);
    if (subject->state == DOCUMENT_MATCHING)
        return undo_before_filing(ledger, act, subject, ret_verdict, fault);
    status = audit_action(ledger, act, "document.undo", leaving_state(subject, DOCUMENT_CLEARING),
                          NULL, &audit, fault);
    if (status == STATUS_OK)
        status = restore(ledger, act, false, audit, fault);
    if (status == STATUS_OK)
        status = leave(ledger, subject, DOCUMENT_CLEARING, audit, fault);
    return status;
}

enum status desk_undo(struct ledger *ledger, const struct desk_act *act,
                      enum desk_verdict *ret_verdict, struct fault *fault)
{
    const struct wish wish = {0};
    return act_on(ledger, act, &wish, undo, ret_verdict, fault);
}

/* ---- marks ---------------------------------------------------------------------------------- */

static enum status wait_for_case(struct ledger *ledger, const struct desk_act *act,
                                 const struct subject *subject, const struct wish *wish,
                                 enum desk_verdict *ret_verdict, struct fault *fault)
{
    int64_t audit = 0;
    if (subject->state != DOCUMENT_CLEARING)
        return say(DESK_TOO_LATE, ret_verdict);
    if (subject->is_waiting == wish->flag)
        return say(DESK_NO_CHANGE, ret_verdict);
    enum status status =
        audit_action(ledger, act, wish->flag ? "document.wait" : "document.wait_no_more",
                     DOCUMENT_CLEARING, NULL, &audit, fault);
    if (status == STATUS_OK)
        status =
            database_run(ledger->database, "UPDATE document SET waiting = $2 WHERE id = $1",
                         VALUES(value_uuid(&subject->id), value_integer(wish->flag)), NULL, fault);
    if (status == STATUS_OK)
        status = touch(ledger, &subject->id, audit, fault);
    return status;
}

enum status desk_set_waiting(struct ledger *ledger, const struct desk_act *act, bool is_waiting,
                             enum desk_verdict *ret_verdict, struct fault *fault)
{
    const struct wish wish = {.flag = is_waiting};
    return act_on(ledger, act, &wish, wait_for_case, ret_verdict, fault);
}

static enum status set_done(struct ledger *ledger, const struct desk_act *act,
                            const struct subject *subject, const struct wish *wish,
                            enum desk_verdict *ret_verdict, struct fault *fault)
{
    int64_t audit = 0;
    if (subject->state != DOCUMENT_FILED)
        return say(DESK_TOO_LATE, ret_verdict);
    if (subject->is_done == wish->flag)
        return say(DESK_NO_CHANGE, ret_verdict);
    enum status status = audit_action(ledger, act, wish->flag ? "document.done" : "document.reopen",
                                      DOCUMENT_FILED, NULL, &audit, fault);
    if (status == STATUS_OK)
        status =
            database_run(ledger->database, "UPDATE document SET done = $2 WHERE id = $1",
                         VALUES(value_uuid(&subject->id), value_integer(wish->flag)), NULL, fault);
    if (status == STATUS_OK)
        status = touch(ledger, &subject->id, audit, fault);
    return status;
}

enum status desk_set_done(struct ledger *ledger, const struct desk_act *act, bool is_done,
                          enum desk_verdict *ret_verdict, struct fault *fault)
{
    const struct wish wish = {.flag = is_done};
    return act_on(ledger, act, &wish, set_done, ret_verdict, fault);
}

/* ---- kind ----------------------------------------------------------------------------------- */

/* The decision that counts, with another kind. */
static enum status keep_kind(struct ledger *ledger, const struct document_record *before,
                             const char *kind, int64_t audit, struct fault *fault)
{
    const struct decision decision = {
        .to_file = before->state == DOCUMENT_FILED,
        .case_number = before->case_number,
        .team = before->team,
        .confidence = before->confidence,
        .runner_up = before->runner_up,
        .decided_by = before->decided_by == NULL ? "auto" : before->decided_by,
        .reason = before->reason,
        .kind = kind,
        .kind_confidence = 1,
        .flags = before->flags,
        .rules_version = before->rules_version,
        .register_version = before->register_version,
    };
    return decision_keep(ledger, &before->id.uuid, &decision, audit, fault);
}

static enum status change_kind(struct ledger *ledger, const struct desk_act *act,
                               const struct subject *subject, const struct document_record *before,
                               const char *kind, struct fault *fault)
{
    const struct correction correction = {.kind = kind};
    bool is_filed = subject->state == DOCUMENT_FILED;
    int64_t audit = 0;
    enum status status =
        audit_action(ledger, act, "document.kind", is_filed ? DOCUMENT_MATCHING : subject->state,
                     before->case_number, &audit, fault);
    if (status == STATUS_OK)
        status = keep_kind(ledger, before, kind, audit, fault);
    if (status == STATUS_OK)
        status = correction_keep(ledger, &subject->id, &correction, act->actor, audit, fault);
    if (status == STATUS_OK && !is_filed)
        return touch(ledger, &subject->id, audit, fault);
    if (status == STATUS_OK)
        status =
            document_move(ledger, &subject->id, DOCUMENT_FILED, DOCUMENT_MATCHING, audit, fault);
    if (status == STATUS_OK)
        status = start_filing(ledger, subject, audit, fault);
    return status;
}

static enum status set_kind(struct ledger *ledger, const struct desk_act *act,
                            const struct subject *subject, const struct wish *wish,
                            enum desk_verdict *ret_verdict, struct fault *fault)
{
    struct document_record before = {0};
    if (!is_at_rest(subject))
        return say(DESK_TOO_LATE, ret_verdict);
    enum status status = ledger_document_get(ledger, act->id, &before, fault);
    if (status == STATUS_OK && before.kind != NULL && string_equal(before.kind, wish->kind))
        status = say(DESK_NO_CHANGE, ret_verdict);
    else if (status == STATUS_OK)
        status = change_kind(ledger, act, subject, &before, wish->kind, fault);
    document_record_done(&before);
    return status;
}

enum status desk_set_kind(struct ledger *ledger, const struct desk_act *act, const char *kind,
                          enum desk_verdict *ret_verdict, struct fault *fault)
{
    const struct wish wish = {.kind = kind};
    return act_on(ledger, act, &wish, set_kind, ret_verdict, fault);
}

/* ---- notes ---------------------------------------------------------------------------------- */

static enum status add_note(struct ledger *ledger, const struct desk_act *act,
                            const struct subject *subject, const struct wish *wish,
                            enum desk_verdict *ret_verdict, struct fault *fault)
{
    int64_t audit = 0;
    *ret_verdict = DESK_HAPPENED;
    enum status status =
        audit_action(ledger, act, "document.note", subject->state, NULL, &audit, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "INSERT INTO note (document, at_ms, author, words, audit) VALUES ($1, $2, $3, $4, $5)",
            VALUES(value_uuid(&subject->id), value_integer(ledger_wall_ms(ledger)),
                   value_text(act->actor), value_text(wish->words), value_integer(audit)),
            NULL, fault);
    return status;
}

enum status desk_add_note(struct ledger *ledger, const struct desk_act *act, const char *words,
                          struct fault *fault)
{
    const struct wish wish = {.words = words};
    struct desk_act as_it_is = *act;
    enum desk_verdict verdict = DESK_HAPPENED;
    as_it_is.revision = 0; // a note beside what others do disturbs nobody
    return act_on(ledger, &as_it_is, &wish, add_note, &verdict, fault);
}
