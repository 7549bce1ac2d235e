/* ledger_private.h - what the files of the ledger share; nobody else includes it.
 *
 * The pattern of every change:
 *
 *     enum status status = ledger_begin(ledger, fault);
 *     if (status == STATUS_OK)
 *         status = ledger_end(ledger, change(ledger, …, &outcome, fault), fault);
 *     if (status == STATUS_OK)
 *         *ret_outcome = outcome;
 *
 * with the work in change(), which checks what it starts from, writes audit rows first (other rows
 * carry their number) and returns from anywhere. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_LEDGER_PRIVATE_H
#define STORE_LEDGER_PRIVATE_H

#include "base/sheet.h"
#include "base/text.h"
#include "store/correction.h"
#include "store/database.h"
#include "store/desk.h"
#include "store/guard.h"
#include "store/ledger.h"

enum { TALLY_NAME_BYTES = 64, TALLY_NAMES_MOST = 32 };

/* What a transaction has counted and not written yet; see ledger_tally.c. */
struct tally_entry {
    char name[TALLY_NAME_BYTES];
    int64_t amount; /* comings less goings */
    int64_t came;
};

struct tally_pending {
    struct tally_entry entries[TALLY_NAMES_MOST];
    size_t count;
};

/* The end of the audit chain, known while a transaction keeps others from writing. */
struct audit_head {
    bool is_known;
    int64_t id; /* 0: there is no row */
    struct digest hash;
};

/* A group of changes with one commit; see ledger_group_begin(). */
enum group_state {
    GROUP_NONE,
    GROUP_EMPTY, /* nothing was changed yet: no transaction */
    GROUP_OPEN,
    GROUP_LOST, /* its transaction is gone */
};

struct ledger {
    struct database *database;
    const struct clock *clock; /* borrowed */
    bool is_on_server;
    int64_t clock_offset;             /* from this host's monotonic clock to the ledger's */
    const struct commit_watch *watch; /* NULL; borrowed */
    enum group_state group;
    bool is_frail;              /* no part of the group can be undone by itself */
    uint64_t part_changes;      /* of the database, when the part began */
    bool is_changing;           /* between ledger_begin() and ledger_end() */
    bool has_new_work;          /* this transaction made a job ready */
    int64_t told_of_work_ms;    /* monotonic: when that was last said to other hosts */
    int64_t dispatcher;         /* whose leases are given through it; 0: nobody's in particular */
    int64_t dispatcher_session; /* the row's, when it was entered */
    const struct leadership *leader; /* whose changes these are; NULL: anybody's. Borrowed */
    struct audit_head head;
    struct tally_pending tally, tally_before; /* … this change of the group */
};

struct leadership;

enum status ledger_begin(struct ledger *ledger, struct fault *fault);
/* Commits when `status` is STATUS_OK, rolls back otherwise. */
enum status ledger_end(struct ledger *ledger, enum status status, struct fault *fault);
int64_t ledger_wall_ms(const struct ledger *ledger);
int64_t ledger_monotonic_ms(const struct ledger *ledger);

enum status ledger_out_of_memory(struct fault *fault);

/* ---- leadership.c --------------------------------------------------------------------------- */

/* Inside a transaction, of a ledger whose changes are a leader's: STATUS_LATER when it leads no
 * more. */
enum status leader_check(struct ledger *ledger, struct fault *fault);

/* ---- audit.c -------------------------------------------------------------------------------- */

/* Asks ahead for the end of the chain. */
enum status audit_ask_ahead(struct ledger *ledger, struct fault *fault);
/* Adds a row to the chain, inside a transaction. `detail` is a JSON object. */
enum status audit_append(struct ledger *ledger, const char *actor, const char *action,
                         const char *subject, const char *detail, int64_t *ret_audit,
                         struct fault *fault);
/* The same about a scan or document. */
enum status audit_append_about(struct ledger *ledger, const char *actor, const char *action,
                               const struct uuid *subject, const char *detail, int64_t *ret_audit,
                               struct fault *fault);

/* The hash of a row; `previous` is the hash of the row before, all zero for the first. */
struct digest audit_hash(const struct digest *previous, int64_t id, int64_t at_ms,
                         const char *actor, const char *action, const char *subject,
                         const char *detail);

/* Details in fixed pieces: keys are literals, values are words of ours, numbers or digests. */
void detail_open(struct text *detail);
void detail_word(struct text *detail, const char *key, const char *word);
void detail_number(struct text *detail, const char *key, int64_t number);
void detail_digest(struct text *detail, const char *key, const struct digest *digest);
/* The digest of a string that must not stand in the audit itself; nothing for NULL. */
void detail_digest_of(struct text *detail, const char *key, const char *secret);
/* Closes the object; NULL when memory ran out on the way. */
const char *detail_close(struct text *detail);

/* ---- ledger_tally.c ------------------------------------------------------------------------- */

/* Writes what was counted since the transaction began. */
enum status tally_write(struct ledger *ledger, struct fault *fault);
/* One less `noun` in state `from` and one more in `to`; NULL for none. */
enum status tally_move(struct ledger *ledger, const char *noun, const char *from, const char *to,
                       struct fault *fault);
enum status tally_add(struct ledger *ledger, const char *noun, const char *state, int64_t amount,
                      struct fault *fault);

/* ---- ledger_scan.c -------------------------------------------------------------------------- */

/* The number of a site, which is made when it is new. */
enum status site_number(struct ledger *ledger, const char *name, int64_t *ret_site,
                        struct fault *fault);
/* Moves a scan, with its tally; STATUS_HALT when it is not in `from`. `error` replaces the old
 * one, NULL included. */
enum status scan_move(struct ledger *ledger, const struct uuid *scan, enum scan_state from,
                      enum scan_state to, const char *error, int64_t audit, struct fault *fault);
/* *ret_found false: there is none of that id. */
/* Asks ahead for what ledger_scan_get() wants to know. */
enum status scan_ask_ahead(struct ledger *ledger, const struct uuid *scan, struct fault *fault);
enum status scan_state_of(struct ledger *ledger, const struct uuid *scan, bool *ret_found,
                          enum scan_state *ret_state, struct fault *fault);

/* Columns of a scan_record in the order that scan_record_read() takes them. */
#define SCAN_COLUMNS                                                                               \
    "s.id, t.name, s.source, s.format, s.sha256, s.has_bytes, s.size, s.received_ms, s.state,"     \
    " s.duplicate_of, s.page_count, s.error, s.returned"
#define SCAN_TABLES "scan s JOIN site t ON t.id = s.site"
enum status scan_record_read(struct rows *rows, struct scan_record *ret_record,
                             struct fault *fault);

/* ---- ledger_document.c ---------------------------------------------------------------------- */

enum status document_move(struct ledger *ledger, const struct uuid *document,
                          enum document_state from, enum document_state to, int64_t audit,
                          struct fault *fault);
/* matching -> filed, at this place. */
enum status document_file(struct ledger *ledger, const struct uuid *document, const char *place,
                          int64_t audit, struct fault *fault);
/* Ask ahead for what receipt_date_get() and receipt_date_proofs(), anomalies_each() and quality_of()
 * want to know. */
enum status receipt_date_ask_ahead(struct ledger *ledger, struct document_id document,
                                   struct fault *fault);
enum status anomalies_ask_ahead(struct ledger *ledger, struct document_id document,
                                struct fault *fault);
enum status quality_ask_ahead(struct ledger *ledger, struct document_id document,
                              struct fault *fault);
/* Asks ahead for what ledger_document_get() wants to know. */
enum status document_ask_ahead(struct ledger *ledger, const struct uuid *scan,
                               const struct uuid *document, struct fault *fault);
enum status document_state_of(struct ledger *ledger, const struct uuid *document, bool *ret_found,
                              enum document_state *ret_state, struct fault *fault);
/* matching -> clearing, because its match or file job was given up: a person decides. */
enum status document_to_person(struct ledger *ledger, const struct uuid *document,
                               enum job_kind kind, int64_t audit, struct fault *fault);
/* Keeps the decision and lets the document point to it. */
enum status decision_keep(struct ledger *ledger, const struct uuid *document,
                          const struct decision *decision, int64_t audit, struct fault *fault);
/* An earlier decision counts again, as a row of its own. */
enum status decision_restore(struct ledger *ledger, const struct uuid *document, int64_t original,
                             bool to_file, struct fault *fault);

#define DOCUMENT_COLUMNS                                                                           \
    "d.id, d.scan, t.name, s.source, d.received_ms, d.state, d.ordinal, c.case_number,"            \
    " c.confidence, c.runner_up, c.decided_by, c.reason, c.kind, c.kind_confidence, c.flags,"      \
    " c.team, s.sha256, d.reading, d.text, d.pdf, coalesce(c.explanation,"                         \
    " (SELECT x.explanation FROM decision x WHERE x.document = d.id AND x.explanation IS NOT NULL" \
    " ORDER BY x.id DESC LIMIT 1)), c.rules_version,"                                              \
    " c.register_version, d.place, (SELECT j.error FROM job j WHERE j.scan = d.scan AND"           \
    " j.document = d.id AND j.state <> 'done' ORDER BY j.id DESC LIMIT 1), d.audit, d.done,"       \
    " d.waiting, d.caseworker, d.copy_of, d.arrangement,"                                          \
    " (SELECT y.day FROM receipt_date y WHERE y.document = d.id), d.due, d.flagged_ms,"            \
    " d.escalated_ms, (SELECT n.pdf FROM filed_note n WHERE n.document = d.id),"                   \
    " (SELECT n.note FROM filed_note n WHERE n.document = d.id), d.guard, d.trace_guard"
#define DOCUMENT_TABLES                                                                            \
    "document d JOIN scan s ON s.id = d.scan JOIN site t ON t.id = d.site"                         \
    " LEFT JOIN decision c ON c.id = d.decision"
/* Also reads the document's pages. */
enum status document_record_read(struct ledger *ledger, struct rows *rows,
                                 struct document_record *ret_record, struct fault *fault);

/* A person says that the document's pages were scanned before. */
enum status document_pages_duplicate(struct ledger *ledger, const struct uuid *document,
                                     struct fault *fault);

/* What the document's Transfervermerk says has changed: it is filed again where it is, with a new
 * one. Nothing happens to one that is not filed, or has none, or went away in a package, which
 * nobody can change there. */
enum status document_renew_note(struct ledger *ledger, const struct uuid *document,
                                const char *actor, struct fault *fault);

/* ---- receipt_date.c, deadlines.c --------------------------------------------------------------- */

/* Inside a transaction: makes the date of receipt of a document that has none yet. */
enum status receipt_date_make(struct ledger *ledger, const struct uuid *document,
                              struct fault *fault);
/* Inside a transaction: `document`, an outcome of an arrangement, was received when the first of the
 * documents was whose pages it has; their proofs and the days that were read on its pages are its
 * own. Nothing when none of them has a date. */
enum status receipt_date_inherit(struct ledger *ledger, int64_t arrangement, int64_t outcome,
                                 const struct uuid *document, const char *actor,
                                 struct fault *fault);
/* Keeps the days that were read on the pages: "stamp:2026-03-02:1 posted:2026-02-12:1", each with
 * its name, day and page. */
enum status document_days_keep(struct ledger *ledger, const struct uuid *document, const char *days,
                               struct fault *fault);
/* Reckons the document's deadlines anew, and whether it is flagged. */
enum status deadlines_reckon(struct ledger *ledger, const struct uuid *document,
                             struct fault *fault);

/* ---- arrangement.c, arrangement_end.c ------------------------------------------------------- */

/* The open arrangement that the document is a source of; 0: none. */
enum status arrangement_open_of(struct ledger *ledger, const struct uuid *document,
                                int64_t *ret_number, struct fault *fault);
/* The document's audit row of one step of an arrangement, after which it is in `state`. */
enum status arrangement_audit(struct ledger *ledger, int64_t number, const char *actor,
                              const char *action, const struct uuid *document,
                              enum document_state state, int64_t *ret_audit, struct fault *fault);
/* Inside a transaction in which the job of `document` ends in vain: the sources are again what
 * they were. `reason` is for people. */
enum status arrangement_give_up(struct ledger *ledger, const struct uuid *document,
                                const char *actor, const char *reason, struct fault *fault);
/* The same from outside, with its job; `reason` NULL: it was taken back. Nothing when no open
 * arrangement has the document. */
enum status arrangement_abandon(struct ledger *ledger, const struct uuid *document,
                                const char *actor, const char *reason, struct fault *fault);

/* ---- correction.c --------------------------------------------------------------------------- */

/* Keeps what `actor` says of the document as training data, inside the transaction in which the
 * person decides; whether before or after the person's own decision is kept does not matter. */
enum status correction_keep(struct ledger *ledger, const struct uuid *document,
                            const struct correction *correction, const char *actor, int64_t audit,
                            struct fault *fault);

/* ---- ledger_failure.c ----------------------------------------------------------------------- */

/* Inside a transaction: every lease of the workers "name/…" goes back, to be tried again at once;
 * it counts as a failure of ours, never against the document. */
enum status leases_take_back(struct ledger *ledger, const char *name, const char *actor,
                             uint32_t *ret_count, struct fault *fault);

/* Every lease of the dispatcher goes back, at once, some with each commit; it counts as a failure of
 * ours. *ret_count: how many. */
enum status leases_lose_of_dispatcher(struct ledger *ledger, int64_t dispatcher,
                                      uint32_t *ret_count, struct fault *fault);

/* ---- ledger_worker.c ------------------------------------------------------------------------ */

/* Inside a transaction: no worker is with the dispatcher any more; who is with none is gone. */
enum status presences_end(struct ledger *ledger, int64_t dispatcher, int64_t audit,
                          struct fault *fault);

/* ---- ledger_page.c -------------------------------------------------------------------------- */

/* `document` is the one that the page is in; nil for none. `batch` may be NULL. */
enum status pages_keep(struct ledger *ledger, const struct uuid *scan, const struct uuid *document,
                       const struct page_facts *page, const char *batch, struct fault *fault);

/* ---- ledger_batch.c ------------------------------------------------------------------------- */

/* A cover sheet was scanned: its batch is there, and open, afterwards. */
enum status batch_of_cover(struct ledger *ledger, const struct sheet *cover, const char *actor,
                           struct fault *fault);

/* ---- ledger_job.c --------------------------------------------------------------------------- */

extern const char ledger_dispatcher[];    /* the actor who gives up on leases */
extern const char ledger_contradiction[]; /* the reason of what goes to corrupt, for people */

/* A job as the transactions see it. */
struct job_row {
    struct job_id id;
    enum job_kind kind;
    enum job_state state;
    uint32_t attempt;
    struct uuid scan, document; /* document nil for reading */
    int64_t site;
    uint32_t content_failures, system_failures, lost_failures;
    char worker[128]; /* cut when longer; "" for none */
};

/* One change of a job's row: what differs between leasing, failing, finishing and so on is in
 * `after`; the row must still be as `job` says. */
struct job_after {
    enum job_state state;
    uint32_t attempt;
    uint32_t content_failures, system_failures, lost_failures;
    int64_t not_before;
    struct value lease_until; /* NULL unless leased */
    const char *worker;
    const char *error;
};

#define JOB_COLUMNS                                                                                \
    "j.id, j.kind, j.state, j.attempt, j.scan, j.document, j.site, j.content_failures,"            \
    " j.system_failures, j.lost_failures, j.worker"
enum { JOB_COLUMN_COUNT = 11 };
enum status job_row_read(struct rows *rows, struct job_row *ret_job, struct fault *fault);
/* The scan or document it is about. */
const struct uuid *job_subject(const struct job_row *job);
/* Opens an audit detail with the job's number, kind and attempt. */
void detail_job(struct text *detail, const struct job_row *job);

enum status job_create(struct ledger *ledger, enum job_kind kind, int64_t site,
                       const struct uuid *scan, const struct uuid *document, int64_t audit,
                       struct fault *fault);
/* The job unchanged but for its state: to be changed further and given to job_update(). */
struct job_after job_same(const struct job_row *job, enum job_state state);
enum status job_update(struct ledger *ledger, const struct job_row *job,
                       const struct job_after *after, int64_t audit, struct fault *fault);

/* Is the job's scan or document in the state that the job's own state implies? */
enum status job_agrees(struct ledger *ledger, const struct job_row *job, bool *ret_agrees,
                       struct fault *fault);
/* ledger_damage.c: corrupt -> where the work had come to, because a person says so. */
enum status damage_retry_scan(struct ledger *ledger, const struct uuid *scan, const char *actor,
                              struct fault *fault);
enum status damage_retry_document(struct ledger *ledger, const struct uuid *document,
                                  const struct uuid *scan, int64_t site, const char *actor,
                                  struct fault *fault);
/* Takes the job out of the line, and its scan or document to corrupt, where a person looks: one
 * impossible row must not stop all others. */
enum status job_set_aside(struct ledger *ledger, const struct job_row *job, const char *actor,
                          const char *reason, struct fault *fault);

/* The leased job of exactly this attempt, leased by this dispatcher. One whose scan or document
 * contradicts it is set aside here and not held by anybody any more. */
enum status job_find_held(struct ledger *ledger, struct job_id id, uint32_t attempt, bool *ret_held,
                          struct job_row *ret_job, struct fault *fault);
/* The same for the result of a job of this kind; STATUS_REFUSE when it is of another. */
enum status job_held(struct ledger *ledger, struct job_id id, uint32_t attempt, enum job_kind kind,
                     bool *ret_held, struct job_row *ret_job, struct fault *fault);
/* leased -> done, and one more job done for its worker. */
enum status job_finish(struct ledger *ledger, const struct job_row *job, int64_t audit,
                       struct fault *fault);
/* The dead job of a scan (document nil) or document; *ret_found false: there is none. */
enum status job_dead_of(struct ledger *ledger, const struct uuid *scan, const struct uuid *document,
                        bool *ret_found, struct job_row *ret_job, struct fault *fault);
/* dead -> ready with all counters at zero, due at once. */
enum status job_revive(struct ledger *ledger, const struct job_row *job, int64_t audit,
                       struct fault *fault);
/* dead -> done: a person settled it another way. */
enum status job_settle(struct ledger *ledger, const struct job_row *job, int64_t audit,
                       struct fault *fault);

/* ---- ledger_result.c ------------------------------------------------------------------------ */

/* Says in the audit what was decided about job->document. */
enum status decision_audit(struct ledger *ledger, const struct job_row *job,
                           const struct decision *decision, int64_t *ret_audit,
                           struct fault *fault);

/* ---- requests_follow.c ----------------------------------------------------------------------- */

/* The document is filed: what it brings is no longer missing, and what it was thought to bring to
 * another case is missing again there. */
enum status requests_follow(struct ledger *ledger, const struct uuid *document,
                            struct fault *fault);
/* It is in no case any more: whatever it brought is missing again. */
enum status requests_forget(struct ledger *ledger, const struct uuid *document,
                            struct fault *fault);

/* ---- packages.c ------------------------------------------------------------------------------ */

/* Before the document's place becomes `place` (NULL: nowhere): the package there is noted as sent,
 * the one that it leaves as withdrawn. */
enum status packages_follow(struct ledger *ledger, const struct uuid *document, const char *place,
                            int64_t audit, struct fault *fault);

/* ---- guard.c, guard_right.c ------------------------------------------------------------------- */

/* A condition on a document d: the parameter is value_lacking() of who asks. */
#define GUARD_IS_SEEN(parameter) "(d.guard & " parameter ") = 0"
#define GUARD_SEEN(parameter)    " AND " GUARD_IS_SEEN(parameter)
/* The same of a case. */
#define CASE_SEEN(case_number, parameter)                                                          \
    " AND NOT EXISTS (SELECT 1 FROM case_guard cg WHERE cg.case_number = " case_number             \
    " AND (cg.guard & " parameter ") <> 0)"
/* The classes that somebody with these rights does not see. */
struct value value_lacking(uint32_t rights);

/* ---- desk_list.c ------------------------------------------------------------------------------ */

/* Conditions on what a desk_scope covers, for lists of what was done with documents. Parameters
 * below $10 are the statement's own; scope_fill() sets those from there on. Somebody who sees what
 * is unsettled (DESK_SEES_UNSETTLED) has none of these lists. */
enum { SCOPE_FIRST = 9, SCOPE_VALUES = 21 };
#define SCOPE_TEAMS "($13, $14, $15, $16, $17, $18, $19, $20)"
#define SCOPE_HAS_TEAM(team)                                                                       \
    "($11 = 3 OR ($11 = 2 AND (" team " IN " SCOPE_TEAMS " OR ($21 = 1 AND " team " IS NULL))))"
/* Of a document d: meant for one of the teams or the person, and nothing guarded. */
#define SCOPE_SEES                                                                                 \
    "((d.guard & $10) = 0 AND (" SCOPE_HAS_TEAM("d.team") " OR ($11 = 2 AND d.caseworker = $12)))"
void scope_fill(const struct desk_scope *scope, struct value values[SCOPE_VALUES]);

/* Inside a transaction: the document's guards, and those of the letter's other documents, follow
 * anew from everything. `actor` NULL: the document's change has its audit row already. */
enum status guard_reckon(struct ledger *ledger, const struct uuid *document, const char *actor,
                         struct fault *fault);
/* The cases that the document's explanation names, as guard_named_cases() has them. */
enum status guard_keep_named(struct ledger *ledger, const struct uuid *document, const char *lines,
                             struct fault *fault);
/* An outcome of an arrangement has what persons set on any of its sources. */
enum status guard_inherit(struct ledger *ledger, int64_t arrangement, const struct uuid *document,
                          struct fault *fault);
/* Version `version` of the register is the current one now. */
enum status guard_follow_register(struct ledger *ledger, int64_t version, int64_t audit,
                                  const char *actor, struct fault *fault);
/* The account's rights end, since it is another role's or team's now. */
enum status guard_rights_end(struct ledger *ledger, const char *account, struct fault *fault);

/* ---- recall.c --------------------------------------------------------------------------------- */

/* Keeps that the document is called back from the case it is filed to. */
enum status recall_keep(struct ledger *ledger, const struct desk_act *act,
                        const struct document_record *document, int64_t known_ms, int64_t audit,
                        int64_t *ret_number, struct fault *fault);

/* ---- quality.c ------------------------------------------------------------------------------- */

/* Whether `actor` made the document's scan: handed it in, prepared, opened or closed its batch, or
 * arranged its pages. */
enum status quality_made_by(struct ledger *ledger, const struct uuid *document, const char *actor,
                            bool *ret_is, struct fault *fault);

/* ---- purge.c --------------------------------------------------------------------------------- */

/* Inside a transaction: a proposal about one document that is approved at once, by another person
 * than the one whose deed stands for the proposal. */
enum status purge_make_approved(struct ledger *ledger, const struct uuid *document,
                                const char *rule, const char *reason, const char *proposed_by,
                                const char *approved_by, struct fault *fault);

/* ---- desk_action.c --------------------------------------------------------------------------- */

/* Inside a transaction: a filed document goes to a person, because the one who was to take it over
 * did not. Nobody says that its case was wrong: it stays as the suggestion. */
enum status desk_return_within(struct ledger *ledger, const struct desk_act *act,
                               enum desk_verdict *ret_verdict, struct fault *fault);

/* ---- ledger_copy.c -------------------------------------------------------------------------- */

/* Whether the document is a copy of another one, for a further case of its letter. */
enum status document_is_copy(struct ledger *ledger, const struct uuid *document, bool *ret_is_copy,
                             struct fault *fault);
/* Inside the match job's transaction: a document in matching, with its decision and file job, for
 * each further case that has none yet. */
enum status copies_make(struct ledger *ledger, const struct job_row *job,
                        const struct decision *decision, struct fault *fault);

/* ---- register.c ----------------------------------------------------------------------------- */

/* What follows FROM, for the rows r of a case in the current register. The version comes first by a
 * subquery: of a join over it SQLite reads all cases of all versions. */
#define REGISTER_ROWS_OF_CASE(case_number)                                                         \
    "register_by_case k JOIN register_row r ON r.version = k.version AND r.line = k.line"          \
    " WHERE k.version = (SELECT v.id FROM register_version v WHERE v.state = 'current')"           \
    " AND k.case_number = " case_number

/* The team of a case in the current register and the register's version; NULL when the register
 * does not know the case. The caller owns it. */
enum status register_team(struct ledger *ledger, const char *case_number, char **ret_team,
                          int64_t *ret_version, struct fault *fault);

#endif
