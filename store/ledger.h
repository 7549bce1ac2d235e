/* ledger.h - the truth: where every scan, document and job is, and what happened to it.
 *
 * Every function that changes something is one transaction that also writes its audit row (a
 * renewed lease is no change of state and has none), and has happened, durably, when STATUS_OK
 * comes back. Moves check the state they start from; *ret_held false means that someone else was
 * first. STATUS_HALT means that the database can no longer be trusted to keep what it is told (I/O
 * error, corruption): the process must stop, and every later call gives STATUS_HALT again. A full
 * or locked database gives STATUS_LATER; nothing has changed then. A job whose scan or document
 * contradicts it goes to dead and the other to corrupt, so that it stops nobody else.
 *
 * One struct ledger belongs to one thread. Several processes may open the same ledger. Strings in
 * arguments are borrowed for the call; strings in returned records are owned by the record and
 * freed by its _done(). Times are wall-clock milliseconds UTC unless they say otherwise. Leases
 * are on the ledger's own monotonic clock; callers only ever give durations. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/fault.h"
#include "base/page_facts.h"
#include "store/ids.h"
#include "store/states.h"

struct ledger;

enum ledger_access {
    LEDGER_READ,  /* nothing can be changed through it; the ledger must be there */
    LEDGER_WRITE, /* the ledger must be there, at this program's schema version */
    LEDGER_CREATE /* made when absent; migrated when older, with a copy of it kept beside it */
};

/* Opens the ledger at `url`: the path of an SQLite file. On STATUS_OK the caller owns
 * *ret_ledger and ends it with ledger_close(). STATUS_REFUSE: not a ledger, or of another schema
 * version (the fault says which program is too old). */
enum status ledger_open(const char *url, enum ledger_access access, const struct clock *clock,
                        struct ledger **ret_ledger, struct fault *fault);
/* Writes the ledger, as it is at one moment, to a new SQLite file at `path`, durably, while others
 * go on working. STATUS_REFUSE when there is a file already. */
enum status ledger_copy_to(struct ledger *ledger, const char *path, struct fault *fault);

/* What the server of a ledger is set up to, for people. */
struct ledger_server {
    char version[32];
    bool has_fsync, has_full_pages, has_checksums;
    int connections, connections_most;
    int64_t bytes;     /* of the database */
    int64_t oldest_ms; /* age of the oldest transaction; 0: none is open */
};

/* STATUS_REFUSE for a ledger in a file. */
enum status ledger_server_look(struct ledger *ledger, struct ledger_server *ret_server,
                               struct fault *fault);

/* Stands around every commit, for simulators: a crash is a commit that did not happen, or one that
 * nobody heard of. Anything but STATUS_OK becomes the commit's own answer. */
struct commit_watch {
    enum status (*before)(void *context, struct fault *fault); /* not OK: rolled back */
    enum status (*after)(void *context, struct fault *fault);  /* it has happened all the same */
    void *context;
};
/* NULL: none, as at first. Borrowed. */
void ledger_watch(struct ledger *ledger, const struct commit_watch *watch);

/* Changes until ledger_group_end() share one commit. Each is still whole or nothing by itself, and
 * later ones see it; but nothing has happened, and nobody may be told, before the group's end gives
 * STATUS_OK. Anything else there: none of them happened. The first change begins the transaction,
 * which keeps others from writing: a group is to be short. No walks over many rows inside. */
void ledger_group_begin(struct ledger *ledger);
/* The same, cheaper: a change that fails after it changed something takes all others with it, and what
 * is tried behind it gives STATUS_LATER. */
void ledger_group_begin_frail(struct ledger *ledger);
/* Whether something was changed (or tried) since. */
bool ledger_group_has_changes(const struct ledger *ledger);
enum status ledger_group_end(struct ledger *ledger, struct fault *fault);
/* Ends it otherwise: none of them happened. */
void ledger_group_abandon(struct ledger *ledger);
/* Accepts NULL; sets the pointer to NULL. */
void ledger_close(struct ledger **ledger_p);

/* ---- scans: what the intake does ------------------------------------------------------------ */

struct scan_arrival {
    struct scan_id id;    /* made when the file was claimed */
    const char *site;     /* name of the site */
    const char *source;   /* path below the site's drop folder */
    const char *format;   /* "tiff", "pdf", "jpeg", "png"; "" when unknown */
    struct digest digest; /* of the bytes, which are in the spool already (accept) */
    uint64_t size;        /* bytes */
    int64_t received_ms;
    const char *actor; /* who: "intake", "submit", "recovery" */
};

struct scan_acceptance {
    bool is_repeat;    /* this very id was accepted before (crash between commit and removal) */
    bool is_duplicate; /* the same bytes came before: recorded as SCAN_DUPLICATE of `first` */
    struct scan_id first;
};

/* The promise point: scan row, read job and audit row in one commit. The same bytes as a scan
 * that was neither refused nor failed are recorded as a duplicate, without a job. STATUS_REFUSE:
 * this id was refused at the door before, or accepted with other bytes. */
enum status ledger_scan_accept(struct ledger *ledger, const struct scan_arrival *arrival,
                               struct scan_acceptance *ret_acceptance, struct fault *fault);
/* Records a file that the intake refused; its bytes stay with the site, not in the spool.
 * `reason` is one German sentence for the mailroom. Repeating it with the same id is harmless. */
enum status ledger_scan_refuse(struct ledger *ledger, const struct scan_arrival *arrival,
                               const char *reason, struct fault *fault);
/* What the ledger knows of a claimed id: for the recovery of the drop folder. */
enum status ledger_scan_known(struct ledger *ledger, struct scan_id id, bool *ret_known,
                              enum scan_state *ret_state, struct fault *fault);
/* When the last scan came in that the ledger knows of; 0: none did. */
enum status ledger_scan_last(struct ledger *ledger, int64_t *ret_received_ms, struct fault *fault);
/* The refused scan's reason file is in the site's _refused folder now. */
enum status ledger_scan_returned(struct ledger *ledger, struct scan_id id, struct fault *fault);

struct scan_record {
    struct scan_id id;
    char *site;
    char *source;
    char *format;
    struct digest digest;
    bool has_bytes; /* the spool holds `digest`; false for those refused at the door */
    uint64_t size;
    int64_t received_ms;
    enum scan_state state;
    struct scan_id duplicate_of; /* nil unless SCAN_DUPLICATE */
    uint32_t page_count;         /* 0 until read */
    char *error;                 /* why it was refused or failed; NULL otherwise */
    bool returned;               /* refused, and the site has been told */
};

void scan_record_done(struct scan_record *record);
/* STATUS_REFUSE when there is none of that id. */
enum status ledger_scan_get(struct ledger *ledger, struct scan_id id,
                            struct scan_record *ret_record, struct fault *fault);
/* Calls back for each refused scan whose site has not been told yet, oldest first; `record` is
 * borrowed. A callback that does not return STATUS_OK ends the walk with its status. The
 * callback may use the ledger. */
typedef enum status ledger_scan_callback(void *context, const struct scan_record *record,
                                         struct fault *fault);
enum status ledger_scans_to_return(struct ledger *ledger, ledger_scan_callback *callback,
                                   void *context, struct fault *fault);

/* ---- jobs: what the dispatcher does --------------------------------------------------------- */

struct job_record {
    struct job_id id;
    enum job_kind kind;
    uint32_t attempt; /* of this lease, from 1: the fencing number */
    struct scan_id scan;
    struct document_id document; /* nil for JOB_READ */
    char *site;
    char *source;
};

void job_record_done(struct job_record *record);

/* Leases the job that is due: state ready, `kind`; sites take turns, and of one site's jobs the
 * oldest is first. *ret_found false: none is; asking in vain writes nothing. A read job moves its scan to reading. `worker` is who it goes to, for people. */
enum status ledger_job_lease(struct ledger *ledger, enum job_kind kind, const char *worker,
                             int64_t lease_ms, bool *ret_found, struct job_record *ret_job,
                             struct fault *fault);
/* Puts the end of the lease `lease_ms` from now and remembers the progress (pages done of
 * `page_count`; 0 of 0 when unknown). *ret_held false: the lease is another's by now. */
enum status ledger_job_renew(struct ledger *ledger, struct job_id id, uint32_t attempt,
                             int64_t lease_ms, uint32_t page_done, uint32_t page_count,
                             bool *ret_held, struct fault *fault);

enum job_failure {
    JOB_FAILURE_CONTENT, /* the document's doing: counts; the last one lets it fail */
    JOB_FAILURE_REFUSED, /* the document can never be read: no further attempt */
    JOB_FAILURE_SYSTEM,  /* the worker's or machine's doing: tried again, does not count */
    JOB_FAILURE_LOST     /* the worker vanished with the lease; counts apart (lost_most) */
};

/* After how many failures a person takes over, and how long to wait between attempts. */
struct retry_rule {
    uint32_t content_most;   /* content failures until failed; default 3 */
    uint32_t lost_most;      /* lost leases until failed; default 10 */
    int64_t backoff_ms;      /* before the second attempt; doubles, +-20 % */
    int64_t backoff_most_ms; /* cap of the doubling */
};

/* Ends the attempt. `reason` is one sentence. A scan that is given up is failed or refused; a
 * document whose match or file job is given up goes to clearing: a person decides. *ret_held
 * false: stale, nothing changed. */
enum status ledger_job_fail(struct ledger *ledger, struct job_id id, uint32_t attempt,
                            enum job_failure failure, const char *reason,
                            const struct retry_rule *rule, bool *ret_held, struct fault *fault);
/* The attempt found that the ledger or spool contradicts itself here (an object is missing or
 * changed): the job is dead and its scan or document corrupt, until a person looks. `reason` is
 * one German sentence. */
enum status ledger_job_corrupt(struct ledger *ledger, struct job_id id, uint32_t attempt,
                               const char *reason, bool *ret_held, struct fault *fault);
/* Fails every lease that has run out as JOB_FAILURE_LOST. *ret_count: how many. */
enum status ledger_leases_expire(struct ledger *ledger, const struct retry_rule *rule,
                                 uint32_t *ret_count, struct fault *fault);
/* The same for the leases of one worker that is known to be gone from this dispatcher. */
enum status ledger_leases_lose(struct ledger *ledger, const char *worker,
                               const struct retry_rule *rule, uint32_t *ret_count,
                               struct fault *fault);
/* A dispatcher starts: every open lease of its own gets `grace_ms` from now for its worker to come
 * back, and, when no other dispatcher is at work, no waiting job waits longer than that. */
enum status ledger_leases_restart(struct ledger *ledger, int64_t grace_ms, struct fault *fault);

/* ---- results ------------------------------------------------------------------------------- */

struct read_document {
    struct digest reading; /* in the spool: base/reading.h, encoded */
    struct digest text;    /* in the spool: UTF-8, pages parted by a form feed */
    struct digest pdf;     /* in the spool: searchable PDF */
};

struct read_result {
    const struct page_facts *pages; /* every page of the scan, in order */
    uint32_t page_count;
    const struct read_document *documents;
    uint32_t document_count;
    struct digest page_file; /* in the spool: what the pages' spans point into; zero for none */
};

/* Scan -> read, its pages, its documents (matching) with their match jobs, job -> done: one
 * commit. *ret_held false: the attempt is stale, nothing changed. STATUS_REFUSE: the result does
 * not account for every page, or a document has none. */
enum status ledger_read_complete(struct ledger *ledger, struct job_id id, uint32_t attempt,
                                 const struct read_result *result, bool *ret_held,
                                 struct fault *fault);

/* A further case that the document belongs to. */
struct decision_copy {
    const char *case_number;
    const char *team; /* NULL for unknown */
    double confidence;
};

struct decision {
    bool to_file;            /* false: a person decides (clearing) */
    const char *case_number; /* best candidate; NULL for none */
    const char *team;        /* where it goes or would go; NULL for unknown */
    double confidence;       /* probability of the best candidate, 0 to 1 */
    double runner_up;        /* of the second, 0 to 1 */
    const char *decided_by;  /* "auto", or who */
    const char *reason;      /* one German sentence: why filed, why cleared */
    const char *kind;        /* kind of document; NULL for unknown */
    double kind_confidence;
    const char *flags;         /* words parted by blanks, e.g. "deadline urgent"; "" for none */
    struct digest explanation; /* in the spool: JSON, all evidence; zero when a person decided */
    const char *rules_version; /* of the matcher */
    int64_t register_version;  /* ledger_register_version() it was made with */
    const struct decision_copy *copies; /* to_file: each becomes a document of its own */
    uint32_t copy_count;
    /* Days that were read on the pages, each with its name and page, parted by blanks:
     * "stamp:2026-03-02:1 posted:2026-02-12:1"; names are stamp, posted, served, written. NULL or
     * "": none, or those that are known already. */
    const char *days;
    /* The cases that the explanation names, as guard_named_cases() of store/guard.h has them. NULL:
     * those that are known already. */
    const char *named_cases;
};

/* A match job's end: the decision is kept, and the document stays in matching with a file job
 * (to_file) or moves to clearing. A document that is a copy itself is never filed by the matcher
 * again, and no case gets a second copy. */
enum status ledger_match_complete(struct ledger *ledger, struct job_id id, uint32_t attempt,
                                  const struct decision *decision, bool *ret_held,
                                  struct fault *fault);
/* A file job's end: the document is in the cabinet at `place` (a path), and filed; or, when it was
 * recalled, out of the cabinet and where the person sent it. */
enum status ledger_file_complete(struct ledger *ledger, struct job_id id, uint32_t attempt,
                                 const char *place, bool *ret_held, struct fault *fault);
/* The digests of what was filed with a Transfervermerk; the spool has the note. */
struct filed_note {
    struct digest pdf, note;
};
/* The same, with it; `note` NULL: without one. */
enum status ledger_file_complete_noted(struct ledger *ledger, struct job_id id, uint32_t attempt,
                                       const char *place, const struct filed_note *note,
                                       bool *ret_held, struct fault *fault);

/* ---- people -------------------------------------------------------------------------------- */

/* A person decides where a document in clearing goes: decision and file job in one commit. More of
 * what people do is in desk.h. STATUS_REFUSE: no such document, wrong state, or a case the register does not know. */
enum status ledger_document_assign(struct ledger *ledger, struct document_id id,
                                   const char *case_number, const char *actor, struct fault *fault);
/* A check found its bytes or rows damaged: scan or document -> corrupt, its open job -> dead.
 * `reason` is one German sentence. *ret_changed false: it was corrupt already. */
enum status ledger_set_aside(struct ledger *ledger, const struct uuid *scan_or_document,
                             const char *reason, const char *actor, bool *ret_changed,
                             struct fault *fault);
/* Gives a failed scan or a dead job of a document new attempts; matches a document in clearing
 * again. STATUS_REFUSE when there is nothing to try again. */
enum status ledger_retry(struct ledger *ledger, const struct uuid *scan_or_document,
                         const char *actor, struct fault *fault);

/* ---- looking ------------------------------------------------------------------------------- */

/* A page of a document: the page of a scan that it is, and how a person turned it since. */
struct document_page {
    struct scan_id scan;
    struct digest digest; /* of the scan's bytes */
    uint32_t number;      /* in the scan */
    uint16_t turned;      /* clockwise degrees: 0, 90, 180, 270 */
};

struct document_record {
    struct document_id id;
    struct scan_id scan;
    char *site;
    char *source;
    int64_t received_ms;
    enum document_state state;
    uint32_t ordinal;  /* in the scan, from 1 */
    char *case_number; /* NULL unless decided or suggested */
    double confidence;
    double runner_up;
    char *decided_by; /* NULL until decided */
    char *reason;
    char *kind;
    double kind_confidence;
    char *flags; /* "" for none */
    char *team;
    uint32_t *pages; /* numbers in the scan */
    uint32_t page_count;
    struct digest scan_digest, reading, text, pdf;
    struct digest explanation; /* the machine's last one, whoever decided since; zero when none */
    char *rules_version;
    int64_t register_version;
    char *place;                  /* in the cabinet; NULL until filed */
    char *error;                  /* of its last failed job; NULL otherwise */
    int64_t revision;             /* number of the audit row of its last change */
    bool is_done;                 /* somebody took note of it */
    bool is_waiting;              /* in clearing, and its case is not in the register yet */
    char *caseworker;             /* of its case, as the register has it; NULL for none */
    bool is_copy;                 /* for a further case of its letter */
    struct document_id copy_of;   /* the letter's first document */
    int64_t arrangement;          /* that made it of other documents' pages; 0: a reader did */
    struct document_page *places; /* where each of `pages` comes from, in the document's order */
    char *receipt_day;            /* date of receipt (store/receipt_date.h); NULL: none yet */
    char *due;                    /* the earliest of its deadlines; NULL: none is known */
    int64_t flagged_ms;           /* since when it waits for an acknowledgement; 0: it does not */
    int64_t escalated_ms;         /* since when that is too long; 0: it is not */
    struct digest filed_pdf;      /* as it was filed, with its Transfervermerk; zero: without */
    struct digest filed_note;     /* the Transfervermerk, an object of the spool; zero: none */
    uint32_t guard;               /* classes of store/guard.h: who may see it at all */
    uint32_t trace_guard;         /* and who may see how the machine came to its decision */
};

void document_record_done(struct document_record *record);
enum status ledger_document_get(struct ledger *ledger, struct document_id id,
                                struct document_record *ret_record, struct fault *fault);

/* What `list` shows: documents, and scans without one. Exactly one of the two is not NULL. */
typedef enum status ledger_list_callback(void *context, const struct scan_record *scan,
                                         const struct document_record *document,
                                         struct fault *fault);
struct list_filter {
    const char *site;  /* NULL: all */
    const char *state; /* name of a scan's or document's state; NULL: all */
};
/* Oldest first. Scans that are read show as their documents; all others, and those of which no
 * document came, as themselves. The callback may use the ledger. `filter` may be NULL.
 * STATUS_REFUSE: there is no state of that name. */
enum status ledger_list(struct ledger *ledger, const struct list_filter *filter,
                        ledger_list_callback *callback, void *context, struct fault *fault);

enum { SCAN_STATES = SCAN_SENT + 1, DOCUMENT_STATES = DOCUMENT_PURGED + 1 };

struct ledger_summary {
    uint64_t scans[SCAN_STATES];         /* how many in each state */
    uint64_t documents[DOCUMENT_STATES]; /* how many in each state */
    uint64_t jobs_ready, jobs_leased, jobs_dead;
    uint64_t refused_to_return; /* refused scans whose site has not been told */
    uint64_t pages_read;        /* over all scans */
    int64_t oldest_waiting_ms;  /* received_ms of the oldest not at rest; 0 for none */
    int64_t oldest_clearing_ms; /* received_ms of the oldest in clearing; 0 for none */
    uint64_t register_cases, register_persons;
    int64_t register_version;     /* 0: no register yet */
    int64_t register_imported_ms; /* 0: no register yet */
};
enum status ledger_summarise(struct ledger *ledger, struct ledger_summary *ret_summary,
                             struct fault *fault);

/* The moment of the newest audit row; 0: none yet. */
enum status ledger_newest_ms(struct ledger *ledger, int64_t *ret_wall_ms, struct fault *fault);

/* ---- workers (kept by the dispatcher, changed only when something changed) ------------------- */

struct worker_record {
    char *name; /* unique, e.g. "reader-host-4711" */
    char *kind; /* "reader" or "filer" */
    char *host;
    char *version;
    int64_t since_ms;
    int64_t gone_ms; /* 0 while it is there */
    /* its open lease, if any: */
    int64_t job; /* 0 for none */
    char *job_kind;
    char *source;
    uint32_t page_done, page_count;
    uint64_t jobs_done;
    bool is_drained; /* it is given no further job (store/operations.h) */
};
void worker_record_done(struct worker_record *record);
enum status ledger_worker_joined(struct ledger *ledger, const char *name, const char *kind,
                                 const char *host, const char *version, struct fault *fault);
enum status ledger_worker_left(struct ledger *ledger, const char *name, struct fault *fault);
/* A dispatcher starts: nobody is there until they say so, but for those who are with another one. */
enum status ledger_workers_forget(struct ledger *ledger, struct fault *fault);
typedef enum status ledger_worker_callback(void *context, const struct worker_record *record,
                                           struct fault *fault);
enum status ledger_workers(struct ledger *ledger, ledger_worker_callback *callback, void *context,
                           struct fault *fault);

#endif
