/* ledger_failure.c - what happens to a job that did not work out, and to leases nobody answers for.
 *
 * Three counters: content failures are the document's doing and few are enough (content_most);
 * system failures are ours, and never count against a document; lost leases count apart, because
 * a document that kills its reader looks like a reader that was killed (lost_most). Waits double
 * with each failure.
 *
 * lease_until and not_before are on the monotonic clock, which starts anew at boot:
 * ledger_leases_restart() brings both back into reach. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "store/ledger_private.h"

enum {
    LEASES_A_COMMIT = 64,
    JITTER_PERCENT = 20,
    ALIVE_MS = 60000 /* a dispatcher that gave a sign of life since is at work */
};

/* ---- failing -------------------------------------------------------------------------------- */

enum verdict { VERDICT_AGAIN, VERDICT_GIVE_UP, VERDICT_REFUSED };

static const char *const failure_names[] = {
    [JOB_FAILURE_CONTENT] = "content",
    [JOB_FAILURE_REFUSED] = "refused",
    [JOB_FAILURE_SYSTEM] = "system",
    [JOB_FAILURE_LOST] = "lost",
};

/* backoff doubled `times` times, at most backoff_most, give or take JITTER_PERCENT, so that jobs
 * which failed together do not come back together. */
static int64_t backoff(const struct retry_rule *rule, uint32_t times)
{
    int64_t wait = rule->backoff_ms;
    for (uint32_t i = 0; i < times && wait < rule->backoff_most_ms; i++)
        wait *= 2;
    if (wait > rule->backoff_most_ms)
        wait = rule->backoff_most_ms;
    int64_t swing = wait * JITTER_PERCENT / 100;
    if (swing <= 0)
        return wait;
    if (swing > UINT32_MAX / 2)
        swing = UINT32_MAX / 2;
    return wait - swing + (int64_t)randombytes_uniform((uint32_t)(2 * swing + 1));
}

/* Counts the failure into `after` and says what follows of it. The first lost lease is made good
 * at once: a worker that was stopped must not delay a letter. */
static enum verdict judge(const struct job_row *job, enum job_failure failure,
                          const struct retry_rule *rule, struct job_after *after, int64_t *ret_wait)
{
    *ret_wait = 0;
    switch (failure) {
    case JOB_FAILURE_REFUSED:
        return VERDICT_REFUSED;
    case JOB_FAILURE_LOST:
        after->lost_failures++;
        if (after->lost_failures >= rule->lost_most)
            return VERDICT_GIVE_UP;
        if (after->lost_failures > 1)
            *ret_wait = backoff(rule, after->lost_failures - 2);
        return VERDICT_AGAIN;
    case JOB_FAILURE_CONTENT:
        after->content_failures++;
        if (after->content_failures >= rule->content_most)
            return VERDICT_GIVE_UP;
        *ret_wait = backoff(rule, job->content_failures + job->system_failures);
        return VERDICT_AGAIN;
    case JOB_FAILURE_SYSTEM:
    default:
        after->system_failures++;
        *ret_wait = backoff(rule, job->content_failures + job->system_failures);
        return VERDICT_AGAIN;
    }
}

static enum scan_state scan_after(enum verdict verdict)
{
    static const enum scan_state states[] = {
        [VERDICT_AGAIN] = SCAN_RECEIVED,
        [VERDICT_GIVE_UP] = SCAN_FAILED,
        [VERDICT_REFUSED] = SCAN_REFUSED,
    };
    return states[verdict];
}

/* A refused scan is an answer: its read job is done; so is pages that cannot be arranged, whose
 * documents are again what they were. Anything else given up is dead until a person revives or
 * settles it. */
static enum job_state job_after_verdict(const struct job_row *job, enum verdict verdict)
{
    if (verdict == VERDICT_AGAIN)
        return JOB_READY;
    if (job->kind == JOB_COMPOSE)
        return JOB_DONE;
    return verdict == VERDICT_REFUSED && job->kind == JOB_READ ? JOB_DONE : JOB_DEAD;
}

static enum status fail_audit(struct ledger *ledger, const struct job_row *job, const char *actor,
                              enum job_failure failure, enum verdict verdict, bool is_recalled,
                              int64_t *ret_audit, struct fault *fault)
{
    struct text detail = {0};
    detail_job(&detail, job);
    detail_word(&detail, "failure", failure_names[failure]);
    detail_word(&detail, "then", job_state_name(job_after_verdict(job, verdict)));
    if (job->kind == JOB_READ)
        detail_word(&detail, "scan", scan_state_name(scan_after(verdict)));
    else if (verdict != VERDICT_AGAIN && !is_recalled && job->kind != JOB_COMPOSE)
        detail_word(&detail, "document", document_state_name(DOCUMENT_CLEARING));
    enum status status = audit_append_about(ledger, actor, "job.fail", job_subject(job),
                                            detail_close(&detail), ret_audit, fault);
    text_done(&detail);
    return status;
}

/* What people are told of a scan that was given up: what it means first, then the cause in the
 * words of the program that met it. */
static enum status give_up_scan(struct ledger *ledger, const struct job_row *job,
                                const char *reason, int64_t audit, struct fault *fault)
{
    struct text words = {0};
    text_append_format(&words, "Mehrmals vergeblich versucht, bitte ansehen. Ursache: %s", reason);
    enum status status =
        text_ok(&words) ? STATUS_OK : fault_set(fault, STATUS_LATER, "out of memory");
    if (status == STATUS_OK)
        status = scan_move(ledger, &job->scan, SCAN_READING, SCAN_FAILED, text_string(&words),
                           audit, fault);
    text_done(&words);
    return status;
}

static const char CANNOT_ARRANGE[] =
    "Die Seiten ließen sich nicht neu zusammenstellen; es ist alles, wie es war.";

/* The scan or document after its job failed. */
static enum status fail_subject(struct ledger *ledger, const struct job_row *job,
                                enum verdict verdict, const char *reason, int64_t audit,
                                struct fault *fault)
{
    if (job->kind == JOB_READ && verdict == VERDICT_GIVE_UP)
        return give_up_scan(ledger, job, reason, audit, fault);
    if (job->kind == JOB_READ)
        return scan_move(ledger, &job->scan, SCAN_READING, scan_after(verdict),
                         verdict == VERDICT_AGAIN ? NULL : reason, audit, fault);
    if (verdict == VERDICT_AGAIN)
        return STATUS_OK;
    if (job->kind == JOB_COMPOSE)
        return arrangement_give_up(ledger, &job->document, job->worker, CANNOT_ARRANGE, fault);
    return document_to_person(ledger, &job->document, job->kind, audit, fault);
}

static enum status is_being_recalled(struct ledger *ledger, const struct job_row *job,
                                     bool *ret_recalled, struct fault *fault)
{
    enum document_state state = DOCUMENT_CORRUPT;
    bool is_found = false;
    if (job->kind != JOB_FILE)
        return STATUS_OK;
    enum status status = document_state_of(ledger, &job->document, &is_found, &state, fault);
    *ret_recalled = is_found && state == DOCUMENT_RECALLED;
    return status;
}

static enum status fail_row(struct ledger *ledger, const struct job_row *job, const char *actor,
                            enum job_failure failure, const char *reason,
                            const struct retry_rule *rule, struct fault *fault)
{
    struct job_after after = job_same(job, JOB_READY);
    int64_t wait = 0;
    int64_t audit = 0;
    bool is_recalled = false;
    enum verdict verdict = judge(job, failure, rule, &after, &wait);
    after.state = job_after_verdict(job, verdict);
    after.error = after.state == JOB_DONE ? NULL : reason;
    if (wait > 0)
        after.not_before = ledger_monotonic_ms(ledger) + wait;
    enum status status = is_being_recalled(ledger, job, &is_recalled, fault);
    if (status == STATUS_OK)
        status = fail_audit(ledger, job, actor, failure, verdict, is_recalled, &audit, fault);
    if (status == STATUS_OK)
        status = job_update(ledger, job, &after, audit, fault);
    // What could not be taken out of the cabinet stays recalled until somebody tries again.
    if (status == STATUS_OK && !is_recalled)
        status = fail_subject(ledger, job, verdict, reason, audit, fault);
    return status;
}

static enum status fail(struct ledger *ledger, struct job_id id, uint32_t attempt,
                        enum job_failure failure, const char *reason, const struct retry_rule *rule,
                        bool *ret_held, struct fault *fault)
{
    struct job_row job = {0};
    enum status status = job_find_held(ledger, id, attempt, ret_held, &job, fault);
    if (status != STATUS_OK || !*ret_held)
        return status;
    return fail_row(ledger, &job, job.worker, failure, reason, rule, fault);
}

enum status ledger_job_fail(struct ledger *ledger, struct job_id id, uint32_t attempt,
                            enum job_failure failure, const char *reason,
                            const struct retry_rule *rule, bool *ret_held, struct fault *fault)
{
    bool held = false;
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, fail(ledger, id, attempt, failure, reason, rule, &held, fault),
                            fault);
    if (status == STATUS_OK)
        *ret_held = held;
    return status;
}

static enum status corrupt(struct ledger *ledger, struct job_id id, uint32_t attempt,
                           const char *reason, bool *ret_held, struct fault *fault)
{
    struct job_row job = {0};
    enum status status = job_find_held(ledger, id, attempt, ret_held, &job, fault);
    if (status != STATUS_OK || !*ret_held)
        return status;
    return job_set_aside(ledger, &job, job.worker, reason, fault);
}

enum status ledger_job_corrupt(struct ledger *ledger, struct job_id id, uint32_t attempt,
                               const char *reason, bool *ret_held, struct fault *fault)
{
    bool held = false;
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, corrupt(ledger, id, attempt, reason, &held, fault), fault);
    if (status == STATUS_OK)
        *ret_held = held;
    return status;
}

/* ---- lost leases ---------------------------------------------------------------------------- */

/* Which leases are lost: those that ran out, those of one worker with this dispatcher, or all of
 * one dispatcher. */
struct loss {
    enum { LOSS_RAN_OUT, LOSS_WORKER, LOSS_DISPATCHER } of;
    const char *worker;
    int64_t dispatcher;
    enum job_failure failure;
    const struct retry_rule *rule;
    const char *reason;
};

static enum status query_lost(struct ledger *ledger, const struct loss *loss,
                              struct rows **ret_rows, struct fault *fault)
{
    const struct value limit = value_integer(LEASES_A_COMMIT);
    switch (loss->of) {
    case LOSS_RAN_OUT:
        return database_query(ledger->database,
                              "SELECT " JOB_COLUMNS " FROM job j WHERE j.state = 'leased'"
                              " AND j.lease_until <= $1 ORDER BY j.lease_until LIMIT $2",
                              VALUES(value_integer(ledger_monotonic_ms(ledger)), limit), ret_rows,
                              fault);
    case LOSS_WORKER:
        return database_query(
            ledger->database,
            "SELECT " JOB_COLUMNS " FROM job j WHERE j.state = 'leased'"
            " AND j.worker = $1 AND j.dispatcher = $2 ORDER BY j.id LIMIT $3",
            VALUES(value_text(loss->worker), value_integer(loss->dispatcher), limit), ret_rows,
            fault);
    case LOSS_DISPATCHER:
    default:
        return database_query(ledger->database,
                              "SELECT " JOB_COLUMNS " FROM job j WHERE j.state = 'leased'"
                              " AND j.dispatcher = $1 ORDER BY j.id LIMIT $2",
                              VALUES(value_integer(loss->dispatcher), limit), ret_rows, fault);
    }
}

/* At most LEASES_A_COMMIT. */
static enum status lost_leases(struct ledger *ledger, const struct loss *loss,
                               struct job_row *ret_jobs, size_t *ret_count, struct fault *fault)
{
    struct rows *rows = NULL;
    size_t count = 0;
    bool there = true;
    enum status status = query_lost(ledger, loss, &rows, fault);
    while (status == STATUS_OK && there && count < LEASES_A_COMMIT) {
        status = rows_next(rows, &there, fault);
        if (status == STATUS_OK && there)
            status = job_row_read(rows, &ret_jobs[count++], fault);
    }
    rows_done(&rows);
    *ret_count = count;
    return status;
}

static enum status lose_some(struct ledger *ledger, const struct loss *loss, size_t *ret_count,
                             struct fault *fault)
{
    struct job_row jobs[LEASES_A_COMMIT];
    size_t count = 0;
    enum status status = lost_leases(ledger, loss, jobs, &count, fault);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        bool is_sound = false;
        status = job_agrees(ledger, &jobs[i], &is_sound, fault);
        if (status != STATUS_OK)
            break;
        status = is_sound ? fail_row(ledger, &jobs[i], ledger_dispatcher, loss->failure,
                                     loss->reason, loss->rule, fault)
                          : job_set_aside(ledger, &jobs[i], ledger_dispatcher, ledger_contradiction,
                                          fault);
    }
    *ret_count = count;
    return status;
}

static enum status lose(struct ledger *ledger, const struct loss *loss, uint32_t *ret_count,
                        struct fault *fault)
{
    uint32_t lost = 0;
    enum status status = STATUS_OK;
    for (;;) {
        // Only a read while there is nothing to do, as nearly always.
        struct job_row jobs[LEASES_A_COMMIT];
        size_t count = 0;
        status = lost_leases(ledger, loss, jobs, &count, fault);
        if (status == STATUS_OK && count > 0)
            status = ledger_begin(ledger, fault);
        if (status != STATUS_OK || count == 0)
            break;
        status = ledger_end(ledger, lose_some(ledger, loss, &count, fault), fault);
        if (status != STATUS_OK)
            break;
        lost += (uint32_t)count;
    }
    if (status == STATUS_OK)
        *ret_count = lost;
    return status;
}

enum status ledger_leases_expire(struct ledger *ledger, const struct retry_rule *rule,
                                 uint32_t *ret_count, struct fault *fault)
{
    const struct loss loss = {.of = LOSS_RAN_OUT,
                              .failure = JOB_FAILURE_LOST,
                              .rule = rule,
                              .reason = "the lease ran out: nothing was heard of the worker"};
    return lose(ledger, &loss, ret_count, fault);
}

enum status ledger_leases_lose(struct ledger *ledger, const char *worker,
                               const struct retry_rule *rule, uint32_t *ret_count,
                               struct fault *fault)
{
    const struct loss loss = {.of = LOSS_WORKER,
                              .worker = worker,
                              .dispatcher = ledger->dispatcher,
                              .failure = JOB_FAILURE_LOST,
                              .rule = rule,
                              .reason = "the worker is gone"};
    return lose(ledger, &loss, ret_count, fault);
}

/* Tried again at once, and never given up over it: it is no fault of any document. */
static const struct retry_rule at_once = {.content_most = UINT32_MAX, .lost_most = UINT32_MAX};

enum status leases_lose_of_dispatcher(struct ledger *ledger, int64_t dispatcher,
                                      uint32_t *ret_count, struct fault *fault)
{
    const struct loss loss = {.of = LOSS_DISPATCHER,
                              .dispatcher = dispatcher,
                              .failure = JOB_FAILURE_SYSTEM,
                              .rule = &at_once,
                              .reason = "its dispatcher is gone"};
    return lose(ledger, &loss, ret_count, fault);
}

/* The next lease of a worker whose name begins with `prefix`. */
static enum status next_lease_of(struct ledger *ledger, const char *prefix, bool *ret_found,
                                 struct job_row *ret_job, struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status = database_query(
        ledger->database,
        "SELECT " JOB_COLUMNS " FROM job j WHERE j.state = 'leased'"
        " AND substr(j.worker, 1, CAST($2 AS INTEGER)) = $1 ORDER BY j.id LIMIT 1",
        VALUES(value_text(prefix), value_integer((int64_t)strlen(prefix))), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, ret_found, fault);
    if (status == STATUS_OK && *ret_found)
        status = job_row_read(rows, ret_job, fault);
    rows_done(&rows);
    return status;
}

enum status leases_take_back(struct ledger *ledger, const char *name, const char *actor,
                             uint32_t *ret_count, struct fault *fault)
{
    struct text prefix = {0};
    text_append_format(&prefix, "%s/", name);
    enum status status = text_ok(&prefix) ? STATUS_OK : ledger_out_of_memory(fault);
    *ret_count = 0;
    while (status == STATUS_OK) {
        struct job_row job = {0};
        bool found = false;
        status = next_lease_of(ledger, text_string(&prefix), &found, &job, fault);
        if (status != STATUS_OK || !found)
            break;
        bool is_sound = false;
        status = job_agrees(ledger, &job, &is_sound, fault);
        if (status == STATUS_OK && is_sound)
            status = fail_row(ledger, &job, actor, JOB_FAILURE_SYSTEM,
                              "the worker's key was revoked", &at_once, fault);
        else if (status == STATUS_OK)
            status = job_set_aside(ledger, &job, actor, ledger_contradiction, fault);
        (*ret_count)++;
    }
    text_done(&prefix);
    return status;
}

/* Its own, and those of nobody. The waits are everybody's: with another dispatcher at work they are
 * in reach already. */
static enum status count_for_restart(struct ledger *ledger, int64_t until, int64_t *ret_leases,
                                     int64_t *ret_waiting, struct fault *fault)
{
    int64_t now = ledger_monotonic_ms(ledger);
    enum status status =
        database_number(ledger->database,
                        "SELECT count(*) FROM job WHERE state = 'leased' AND dispatcher IN (0, $1)",
                        VALUES(value_integer(ledger->dispatcher)), 0, ret_leases, fault);
    if (status == STATUS_OK)
        status = database_number(
            ledger->database,
            "SELECT count(*) FROM job WHERE state = 'ready' AND not_before > $1 AND NOT EXISTS"
            " (SELECT 1 FROM dispatcher WHERE id <> $2 AND gone_ms = 0 AND seen BETWEEN $3 AND $4)",
            VALUES(value_integer(until), value_integer(ledger->dispatcher),
                   value_integer(now - ALIVE_MS), value_integer(now + ALIVE_MS)),
            0, ret_waiting, fault);
    return status;
}

static enum status restart(struct ledger *ledger, int64_t until, struct fault *fault)
{
    int64_t leases = 0;
    int64_t waiting = 0;
    int64_t audit = 0;
    enum status status = count_for_restart(ledger, until, &leases, &waiting, fault);
    if (status != STATUS_OK || (leases == 0 && waiting == 0))
        return status;
    struct text detail = {0};
    detail_open(&detail);
    detail_number(&detail, "leases", leases);
    detail_number(&detail, "waiting", waiting);
    status = audit_append(ledger, ledger_dispatcher, "leases.restart", "ledger",
                          detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "UPDATE job SET lease_until = $1, dispatcher = $3, audit = $2"
            " WHERE state = 'leased' AND dispatcher IN (0, $3)",
            VALUES(value_integer(until), value_integer(audit), value_integer(ledger->dispatcher)),
            NULL, fault);
    if (status == STATUS_OK && waiting > 0)
        status = database_run(ledger->database,
                              "UPDATE job SET not_before = $1, audit = $2"
                              " WHERE state = 'ready' AND not_before > $1",
                              VALUES(value_integer(until), value_integer(audit)), NULL, fault);
    return status;
}

enum status ledger_leases_restart(struct ledger *ledger, int64_t grace_ms, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, restart(ledger, ledger_monotonic_ms(ledger) + grace_ms, fault),
                            fault);
    return status;
}
