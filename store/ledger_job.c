/* ledger_job.c - jobs: who works on what, and until when. Failing is in ledger_failure.c.
 *
 * Fencing: a lease raises the job's attempt number, and whoever ends or renews the lease must name
 * it, and be the dispatcher that holds it (dispatchers.h). A late answer of a lost lease names an old
 * number, hits no row, and changes nothing.
 *
 * Order: sites take turns (the one served longest ago is next), so that a flood at one desk does
 * not hold up another. Within a site, a job that waited out its back-off goes first (it is older
 * than those that came meanwhile), then the oldest, and last what failed over its own content:
 * a document that crashes or hangs its reader must not hold up those that never had a chance.
 *
 * Time: lease_until and not_before are on the monotonic clock, which a change of the wall clock
 * does not touch.
 *
 * A renewal changes no state and leaves no audit row; everything else here does. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/ledger_private.h"

const char ledger_dispatcher[] = "dispatch";
const char ledger_contradiction[] =
    "Der Vorgang widerspricht sich im Verzeichnis; bitte die Administration rufen.";

/* ---- the row -------------------------------------------------------------------------------- */

enum status job_row_read(struct rows *rows, struct job_row *ret_job, struct fault *fault)
{
    static const enum job_state states[] = {JOB_READY, JOB_LEASED, JOB_DONE, JOB_DEAD};
    struct job_row job = {
        .id = {rows_integer(rows, 0)},
        .attempt = (uint32_t)rows_integer(rows, 3),
        .scan = rows_uuid(rows, 4),
        .document = rows_uuid(rows, 5),
        .site = rows_integer(rows, 6),
        .content_failures = (uint32_t)rows_integer(rows, 7),
        .system_failures = (uint32_t)rows_integer(rows, 8),
        .lost_failures = (uint32_t)rows_integer(rows, 9),
    };
    if (!job_kind_from_name(rows_text(rows, 1), &job.kind))
        return fault_set(fault, STATUS_HALT, "the ledger holds a job of an unknown kind");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(job_state_name(states[i]), rows_text(rows, 2)) == 0)
            job.state = states[i];
    (void)snprintf(job.worker, sizeof job.worker, "%s",
                   rows_is_null(rows, 10) ? "" : rows_text(rows, 10));
    *ret_job = job;
    return STATUS_OK;
}

/* The first row of a query over JOB_COLUMNS. Takes the rows. */
static enum status read_one(enum status status, struct rows *rows, bool *ret_found,
                            struct job_row *ret_job, struct fault *fault)
{
    bool there = false;
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there)
        status = job_row_read(rows, ret_job, fault);
    if (status == STATUS_OK)
        *ret_found = there;
    rows_done(&rows);
    return status;
}

void job_record_done(struct job_record *record)
{
    free(record->site);
    free(record->source);
    *record = (struct job_record){0};
}

const struct uuid *job_subject(const struct job_row *job)
{
    return job->kind == JOB_READ ? &job->scan : &job->document;
}

/* The word under which a subject's state stands in audit details; see verify.c. */
static const char *noun_of(const struct job_row *job)
{
    return job->kind == JOB_READ ? "scan" : "document";
}

void detail_job(struct text *detail, const struct job_row *job)
{
    detail_open(detail);
    detail_number(detail, "job", job->id.number);
    detail_word(detail, "kind", job_kind_name(job->kind));
    detail_number(detail, "attempt", job->attempt);
}

enum status job_create(struct ledger *ledger, enum job_kind kind, int64_t site,
                       const struct uuid *scan, const struct uuid *document, int64_t audit,
                       struct fault *fault)
{
    ledger->has_new_work = true;
    const char *name = job_kind_name(kind);
    enum status status =
        database_post(ledger->database,
                      "INSERT INTO job (kind, state, site, scan, document, audit)"
                      " VALUES ($1, 'ready', $2, $3, $4, $5)",
                      VALUES(value_text(name), value_integer(site), value_uuid(scan),
                             value_uuid_or_null(document), value_integer(audit)),
                      fault);
    if (status == STATUS_OK)
        status = database_post(ledger->database,
                               "INSERT INTO turn (kind, site, served) VALUES ($1, $2, 0)"
                               " ON CONFLICT (kind, site) DO NOTHING",
                               VALUES(value_text(name), value_integer(site)), fault);
    if (status == STATUS_OK)
        status = tally_move(ledger, "job", NULL, job_state_name(JOB_READY), fault);
    return status;
}

struct job_after job_same(const struct job_row *job, enum job_state state)
{
    return (struct job_after){
        .state = state,
        .attempt = job->attempt,
        .content_failures = job->content_failures,
        .system_failures = job->system_failures,
        .lost_failures = job->lost_failures,
        .worker = job->worker[0] == '\0' ? NULL : job->worker,
    };
}

enum status job_update(struct ledger *ledger, const struct job_row *job,
                       const struct job_after *after, int64_t audit, struct fault *fault)
{
    if (!job_move_is_legal(job->state, after->state))
        return fault_set(fault, STATUS_HALT, "a job cannot move from %s to %s",
                         job_state_name(job->state), job_state_name(after->state));
    ledger->has_new_work = ledger->has_new_work || after->state == JOB_READY;
    enum status status = database_post_one(
        ledger->database,
        "UPDATE job SET state = $4, attempt = $5, content_failures = $6, system_failures = $7,"
        " lost_failures = $8, not_before = $9, lease_until = $10, worker = $11, error = $12,"
        " audit = $13, dispatcher = $14, page_done = 0, page_count = 0"
        " WHERE id = $1 AND attempt = $2 AND state = $3",
        VALUES(value_integer(job->id.number), value_integer(job->attempt),
               value_text(job_state_name(job->state)), value_text(job_state_name(after->state)),
               value_integer(after->attempt), value_integer(after->content_failures),
               value_integer(after->system_failures), value_integer(after->lost_failures),
               value_integer(after->not_before), after->lease_until, value_text(after->worker),
               value_text(after->error), value_integer(audit),
               value_integer(after->state == JOB_LEASED ? ledger->dispatcher : 0)),
        "the ledger contradicts itself: a job changed inside a transaction of another", fault);
    if (status == STATUS_OK)
        status = tally_move(ledger, "job", job_state_name(job->state), job_state_name(after->state),
                            fault);
    return status;
}

/* ---- contradictions ------------------------------------------------------------------------- */

/* Are these the states of its scan and document (NULL: there is none) that the job's own implies? */
static bool agrees(const struct job_row *job, const char *scan, const char *document)
{
    enum scan_state before = job->state == JOB_LEASED ? SCAN_READING : SCAN_RECEIVED;
    if (job->kind == JOB_READ)
        return string_equal(scan, scan_state_name(before));
    if (job->kind == JOB_COMPOSE)
        return string_equal(document, document_state_name(DOCUMENT_ARRANGING));
    return string_equal(document, document_state_name(DOCUMENT_MATCHING)) ||
           (job->kind == JOB_FILE &&
            string_equal(document, document_state_name(DOCUMENT_RECALLED)));
}

enum status job_agrees(struct ledger *ledger, const struct job_row *job, bool *ret_agrees,
                       struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    bool is_reading = job->kind == JOB_READ;
    enum status status =
        is_reading ? database_query(ledger->database, "SELECT state FROM scan WHERE id = $1",
                                    VALUES(value_uuid(&job->scan)), &rows, fault)
                   : database_query(ledger->database, "SELECT state FROM document WHERE id = $1",
                                    VALUES(value_uuid(&job->document)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    const char *state = status == STATUS_OK && there ? rows_text(rows, 0) : NULL;
    if (status == STATUS_OK)
        *ret_agrees = agrees(job, is_reading ? state : NULL, is_reading ? NULL : state);
    rows_done(&rows);
    return status;
}

static enum status subject_to_corrupt(struct ledger *ledger, const struct job_row *job,
                                      const char *reason, int64_t audit, struct fault *fault)
{
    bool found = false;
    if (job->kind == JOB_READ) {
        enum scan_state state = SCAN_CORRUPT;
        enum status status = scan_state_of(ledger, &job->scan, &found, &state, fault);
        if (status == STATUS_OK && found && state != SCAN_CORRUPT)
            status = scan_move(ledger, &job->scan, state, SCAN_CORRUPT, reason, audit, fault);
        return status;
    }
    enum document_state state = DOCUMENT_CORRUPT;
    enum status status = document_state_of(ledger, &job->document, &found, &state, fault);
    if (status == STATUS_OK && found && state != DOCUMENT_CORRUPT)
        status = document_move(ledger, &job->document, state, DOCUMENT_CORRUPT, audit, fault);
    return status;
}

/* Takes the job out of the line, and its scan or document to corrupt, where a person looks: one
 * impossible row must not stop all others. */
enum status job_set_aside(struct ledger *ledger, const struct job_row *job, const char *actor,
                          const char *reason, struct fault *fault)
{
    struct text detail = {0};
    int64_t audit = 0;
    // What pages were to be arranged of is whole all the same.
    bool is_composing = job->kind == JOB_COMPOSE;
    detail_job(&detail, job);
    if (!is_composing)
        detail_word(&detail, noun_of(job), "corrupt");
    enum status status = audit_append_about(ledger, actor, "job.corrupt", job_subject(job),
                                            detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = is_composing ? arrangement_give_up(ledger, &job->document, actor, reason, fault)
                              : subject_to_corrupt(ledger, job, reason, audit, fault);
    struct job_after after = job_same(job, is_composing ? JOB_DONE : JOB_DEAD);
    after.error = is_composing ? NULL : reason;
    if (status == STATUS_OK)
        status = job_update(ledger, job, &after, audit, fault);
    return status;
}

/* ---- leasing -------------------------------------------------------------------------------- */

/* The site whose turn it is among those with a job that is due; 0 for none. Written so that a site is
 * asked for its first job: of "EXISTS" PostgreSQL makes a join over all that wait. */
#define NEXT_SITE                                                                                  \
    "SELECT q.site FROM turn q WHERE q.kind = $1 AND (SELECT e.id FROM job e WHERE"                \
    " e.kind = q.kind AND e.site = q.site AND e.state = 'ready' AND e.not_before <= $2"            \
    " ORDER BY e.not_before, e.id LIMIT 1) IS NOT NULL ORDER BY q.served, q.site LIMIT 1"

static enum status next_site(struct ledger *ledger, const char *kind, int64_t now,
                             int64_t *ret_site, struct fault *fault)
{
    return database_number(ledger->database, NEXT_SITE,
                           VALUES(value_text(kind), value_integer(now)), 0, ret_site, fault);
}

/* A job that is due, with what a worker's side needs to know besides the numbers. */
struct due_job {
    struct job_row row;
    bool is_sound;       /* its scan or document is ready for it */
    char *site, *source; /* owned; handed on to a job_record */
};

static void due_job_done(struct due_job *due)
{
    free(due->site);
    free(due->source);
    *due = (struct due_job){0};
}

/* The columns behind JOB_COLUMNS: states, and the names of site and source. */
static enum status read_due(struct rows *rows, struct due_job *ret_due, struct fault *fault)
{
    bool failed = false;
    struct due_job due = {0};
    enum status status = job_row_read(rows, &due.row, fault);
    if (status != STATUS_OK)
        return status;
    due.is_sound =
        agrees(&due.row, rows_text(rows, JOB_COLUMN_COUNT), rows_text(rows, JOB_COLUMN_COUNT + 1));
    due.site = rows_text_copy(rows, JOB_COLUMN_COUNT + 2, &failed);
    due.source = rows_text_copy(rows, JOB_COLUMN_COUNT + 3, &failed);
    if (failed) {
        due_job_done(&due);
        return ledger_out_of_memory(fault);
    }
    *ret_due = due;
    return STATUS_OK;
}

/* The one of the site whose turn it is, in one question. With "not_before = 0" PostgreSQL may walk
 * the table in the order of its ids, from the first job that there ever was. */
static enum status next_job(struct ledger *ledger, const char *kind, int64_t now, bool *ret_found,
                            struct due_job *ret_due, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status = database_query(
        ledger->database,
        "SELECT " JOB_COLUMNS ", s.state, d.state, t.name, s.source FROM job j"
        " LEFT JOIN scan s ON s.id = j.scan LEFT JOIN document d ON d.id = j.document"
        " LEFT JOIN site t ON t.id = s.site WHERE j.id = (SELECT coalesce("
        " (SELECT w.id FROM job w WHERE w.kind = $1 AND w.site = n.site AND w.state = 'ready'"
        "  AND w.not_before > 0 AND w.not_before <= $2 AND w.content_failures = 0"
        "  ORDER BY w.not_before, w.id LIMIT 1),"
        " (SELECT f.id FROM job f WHERE f.kind = $1 AND f.site = n.site AND f.state = 'ready'"
        "  AND f.not_before < 1 ORDER BY f.not_before, f.id LIMIT 1),"
        " (SELECT c.id FROM job c WHERE c.kind = $1 AND c.site = n.site AND c.state = 'ready'"
        "  AND c.not_before > 0 AND c.not_before <= $2 ORDER BY c.not_before, c.id LIMIT 1))"
        " FROM (" NEXT_SITE ") n)",
        VALUES(value_text(kind), value_integer(now)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there)
        status = read_due(rows, ret_due, fault);
    if (status == STATUS_OK)
        *ret_found = there;
    rows_done(&rows);
    return status;
}

/* Behind all others: audit rows are numbered on and on. */
static enum status take_turn(struct ledger *ledger, const char *kind, int64_t site, int64_t audit,
                             struct fault *fault)
{
    return database_post(
        ledger->database, "UPDATE turn SET served = $3 WHERE kind = $1 AND site = $2",
        VALUES(value_text(kind), value_integer(site), value_integer(audit)), fault);
}

/* The job that is due next and whose scan or document is ready for it. */
static enum status next_sound_job(struct ledger *ledger, enum job_kind kind, bool *ret_found,
                                  struct due_job *ret_due, struct fault *fault)
{
    const char *name = job_kind_name(kind);
    int64_t now = ledger_monotonic_ms(ledger);
    enum status status = STATUS_OK;
    *ret_found = false;
    while (status == STATUS_OK) {
        bool there = false;
        struct due_job due = {0};
        status = next_job(ledger, name, now, &there, &due, fault);
        if (status != STATUS_OK || !there)
            return status;
        if (due.is_sound) {
            *ret_due = due;
            *ret_found = true;
            return STATUS_OK;
        }
        status = job_set_aside(ledger, &due.row, ledger_dispatcher, ledger_contradiction, fault);
        due_job_done(&due);
    }
    return status;
}

static enum status give_lease(struct ledger *ledger, const struct job_row *job, const char *worker,
                              int64_t lease_ms, struct fault *fault)
{
    struct job_after after = job_same(job, JOB_LEASED);
    after.attempt = job->attempt + 1;
    after.worker = worker;
    after.lease_until = value_integer(ledger_monotonic_ms(ledger) + lease_ms);
    struct job_row leased = *job;
    leased.attempt = after.attempt;
    struct text detail = {0};
    int64_t audit = 0;
    detail_job(&detail, &leased);
    if (job->kind == JOB_READ)
        detail_word(&detail, "scan", scan_state_name(SCAN_READING));
    enum status status = audit_append_about(ledger, worker, "job.lease", job_subject(job),
                                            detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = job_update(ledger, job, &after, audit, fault);
    if (status == STATUS_OK && job->kind == JOB_READ)
        status = scan_move(ledger, &job->scan, SCAN_RECEIVED, SCAN_READING, NULL, audit, fault);
    if (status == STATUS_OK)
        status = take_turn(ledger, job_kind_name(job->kind), job->site, audit, fault);
    return status;
}

/* Whoever is given a job in a group wants to know next, and before its commit, what it is about. */
static enum status ask_for_papers(struct ledger *ledger, const struct job_row *job,
                                  struct fault *fault)
{
    if (!ledger->is_frail || job->kind == JOB_READ)
        return STATUS_OK;
    enum status status = scan_ask_ahead(ledger, &job->scan, fault);
    return status == STATUS_OK ? document_ask_ahead(ledger, &job->scan, &job->document, fault)
                               : status;
}

static enum status lease(struct ledger *ledger, enum job_kind kind, const char *worker,
                         int64_t lease_ms, bool *ret_found, struct job_record *ret_job,
                         struct fault *fault)
{
    struct due_job due = {0};
    enum status status = next_sound_job(ledger, kind, ret_found, &due, fault);
    if (status != STATUS_OK || !*ret_found)
        return status;
    status = give_lease(ledger, &due.row, worker, lease_ms, fault);
    if (status == STATUS_OK)
        status = ask_for_papers(ledger, &due.row, fault);
    if (status != STATUS_OK) {
        due_job_done(&due);
        return status;
    }
    *ret_job = (struct job_record){.id = due.row.id,
                                   .kind = kind,
                                   .attempt = due.row.attempt + 1,
                                   .scan = {due.row.scan},
                                   .document = {due.row.document},
                                   .site = due.site,
                                   .source = due.source};
    return STATUS_OK;
}

/* Whether a job is due. Within a group others are kept from writing already, and it is found out
 * when one is looked for. */
static enum status is_any_due(struct ledger *ledger, enum job_kind kind, bool *ret_is,
                              struct fault *fault)
{
    int64_t site = 0;
    enum status status = STATUS_OK;
    if (!ledger_group_has_changes(ledger))
        status = next_site(ledger, job_kind_name(kind), ledger_monotonic_ms(ledger), &site, fault);
    *ret_is = ledger_group_has_changes(ledger) || site != 0;
    return status;
}

enum status ledger_job_lease(struct ledger *ledger, enum job_kind kind, const char *worker,
                             int64_t lease_ms, bool *ret_found, struct job_record *ret_job,
                             struct fault *fault)
{
    // Looking without a lock first: asking in vain must not keep others from writing.
    bool is_due = false;
    enum status status = is_any_due(ledger, kind, &is_due, fault);
    if (status == STATUS_OK && !is_due)
        *ret_found = false;
    if (status != STATUS_OK || !is_due)
        return status;
    bool found = false;
    struct job_record job = {0};
    status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status =
            ledger_end(ledger, lease(ledger, kind, worker, lease_ms, &found, &job, fault), fault);
    if (status != STATUS_OK) {
        job_record_done(&job);
        return status;
    }
    *ret_found = found;
    if (found)
        *ret_job = job;
    return STATUS_OK;
}

enum status ledger_job_renew(struct ledger *ledger, struct job_id id, uint32_t attempt,
                             int64_t lease_ms, uint32_t page_done, uint32_t page_count,
                             bool *ret_held, struct fault *fault)
{
    uint64_t changed = 0;
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    status = database_run(ledger->database,
                          "UPDATE job SET lease_until = $3, page_done = $4, page_count = $5"
                          " WHERE id = $1 AND attempt = $2 AND state = $6 AND dispatcher = $7",
                          VALUES(value_integer(id.number), value_integer(attempt),
                                 value_integer(ledger_monotonic_ms(ledger) + lease_ms),
                                 value_integer(page_done), value_integer(page_count),
                                 value_text(job_state_name(JOB_LEASED)),
                                 value_integer(ledger->dispatcher)),
                          &changed, fault);
    status = ledger_end(ledger, status, fault);
    if (status == STATUS_OK)
        *ret_held = changed == 1;
    return status;
}

/* ---- held leases ---------------------------------------------------------------------------- */

enum status job_find_held(struct ledger *ledger, struct job_id id, uint32_t attempt, bool *ret_held,
                          struct job_row *ret_job, struct fault *fault)
{
    struct rows *rows = NULL;
    struct job_row job = {0};
    bool there = false;
    enum status status = database_query(
        ledger->database,
        "SELECT " JOB_COLUMNS ", s.state, d.state FROM job j LEFT JOIN scan s ON s.id = j.scan"
        " LEFT JOIN document d ON d.id = j.document"
        " WHERE j.id = $1 AND j.attempt = $2 AND j.dispatcher = $3",
        VALUES(value_integer(id.number), value_integer(attempt), value_integer(ledger->dispatcher)),
        &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there)
        status = job_row_read(rows, &job, fault);
    // Not asked for above: PostgreSQL would sooner look through all that are leased than for an id.
    bool is_held = status == STATUS_OK && there && job.state == JOB_LEASED;
    bool is_sound = is_held && agrees(&job, rows_text(rows, JOB_COLUMN_COUNT),
                                      rows_text(rows, JOB_COLUMN_COUNT + 1));
    rows_done(&rows);
    if (is_held)
        *ret_job = job;
    if (is_held && !is_sound)
        status = job_set_aside(ledger, &job, ledger_dispatcher, ledger_contradiction, fault);
    if (status == STATUS_OK)
        *ret_held = is_sound;
    return status;
}

enum status job_held(struct ledger *ledger, struct job_id id, uint32_t attempt, enum job_kind kind,
                     bool *ret_held, struct job_row *ret_job, struct fault *fault)
{
    enum status status = job_find_held(ledger, id, attempt, ret_held, ret_job, fault);
    if (status == STATUS_OK && *ret_held && ret_job->kind != kind)
        status = fault_set(fault, STATUS_REFUSE, "this is the result of a %s job, not of a %s job",
                           job_kind_name(kind), job_kind_name(ret_job->kind));
    return status;
}

enum status job_finish(struct ledger *ledger, const struct job_row *job, int64_t audit,
                       struct fault *fault)
{
    struct job_after done = job_same(job, JOB_DONE);
    enum status status = job_update(ledger, job, &done, audit, fault);
    if (status == STATUS_OK)
        status = database_post(ledger->database,
                               "UPDATE worker SET jobs_done = jobs_done + 1 WHERE name = $1",
                               VALUES(value_text(job->worker)), fault);
    return status;
}

/* ---- dead jobs, for people ------------------------------------------------------------------ */

enum status job_dead_of(struct ledger *ledger, const struct uuid *scan, const struct uuid *document,
                        bool *ret_found, struct job_row *ret_job, struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status =
        uuid_is_nil(document)
            ? database_query(ledger->database,
                             "SELECT " JOB_COLUMNS " FROM job j WHERE j.scan = $1"
                             " AND j.document IS NULL AND j.state <> 'done' AND j.state = 'dead'"
                             " ORDER BY j.id DESC LIMIT 1",
                             VALUES(value_uuid(scan)), &rows, fault)
            : database_query(ledger->database,
                             "SELECT " JOB_COLUMNS " FROM job j WHERE j.scan = $1"
                             " AND j.document = $2 AND j.state <> 'done' AND j.state = 'dead'"
                             " ORDER BY j.id DESC LIMIT 1",
                             VALUES(value_uuid(scan), value_uuid(document)), &rows, fault);
    return read_one(status, rows, ret_found, ret_job, fault);
}

enum status job_revive(struct ledger *ledger, const struct job_row *job, int64_t audit,
                       struct fault *fault)
{
    struct job_after ready = {.state = JOB_READY, .attempt = job->attempt};
    return job_update(ledger, job, &ready, audit, fault);
}

enum status job_settle(struct ledger *ledger, const struct job_row *job, int64_t audit,
                       struct fault *fault)
{
    struct job_after done = job_same(job, JOB_DONE);
    return job_update(ledger, job, &done, audit, fault);
}
