/* leadership.c - see leadership.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "store/database_server.h"
#include "store/leadership.h"
#include "store/ledger_private.h"

enum { QUESTION_BYTES = 512, HOST_BYTES = 128 };

struct leadership {
    const char *url, *duty; /* borrowed */
    char *holder;
    const struct clock *clock; /* borrowed */
    PGconn *session;           /* of the lock; NULL: none, or the ledger is a file */
    int file;                  /* likewise the lock file; -1: none */
    bool has_lock, leads;
    int64_t epoch;
    int64_t looked_ms; /* monotonic; 0: never */
};

char *leadership_holder(const char *runtime)
{
    char host[HOST_BYTES] = "";
    struct text name = {0};
    if (gethostname(host, sizeof host - 1) != 0 || host[0] == '\0')
        (void)snprintf(host, sizeof host, "unknown-host");
    text_append_format(&name, "%s:%s", host, runtime);
    char *copy = text_ok(&name) ? string_copy(text_string(&name)) : NULL;
    text_done(&name);
    return copy;
}

enum status leadership_new(const char *url, const char *duty, const char *holder,
                           const struct clock *clock, struct leadership **ret_leadership,
                           struct fault *fault)
{
    struct leadership *leadership = calloc(1, sizeof *leadership);
    if (leadership == NULL)
        return ledger_out_of_memory(fault);
    *leadership = (struct leadership){
        .url = url, .duty = duty, .holder = string_copy(holder), .clock = clock, .file = -1};
    if (leadership->holder == NULL) {
        leadership_free(&leadership);
        return ledger_out_of_memory(fault);
    }
    *ret_leadership = leadership;
    return STATUS_OK;
}

static void let_go(struct leadership *leadership)
{
    PQfinish(leadership->session);
    leadership->session = NULL;
    if (leadership->file >= 0)
        (void)close(leadership->file);
    leadership->file = -1;
    leadership->has_lock = leadership->leads = false;
}

void leadership_free(struct leadership **leadership_p)
{
    struct leadership *leadership = *leadership_p;
    *leadership_p = NULL;
    if (leadership == NULL)
        return;
    let_go(leadership);
    free(leadership->holder);
    free(leadership);
}

int64_t leadership_epoch(const struct leadership *leadership)
{
    return leadership->epoch;
}

/* ---- the lock ------------------------------------------------------------------------------- */

/* One cell of one row, true or not. */
static enum status ask_session(struct leadership *leadership, const char *question, bool *ret_yes,
                               struct fault *fault)
{
    PGresult *result = PQexec(leadership->session, question);
    bool is_answered = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1;
    *ret_yes = is_answered && strcmp(PQgetvalue(result, 0, 0), "t") == 0;
    PQclear(result);
    if (is_answered)
        return STATUS_OK;
    const char *words = PQerrorMessage(leadership->session);
    enum status status = fault_set(fault, STATUS_LATER, "ledger: cannot ask who leads: %.*s",
                                   (int)strcspn(words, "\n"), words);
    let_go(leadership);
    return status;
}

static enum status begin_session(struct leadership *leadership, struct fault *fault)
{
    char office[OFFICE_BYTES_MOST + 1];
    char *address = NULL;
    char question[QUESTION_BYTES];
    bool is_set = false;
    enum status status = office_split(leadership->url, &address, office, fault);
    if (status == STATUS_OK)
        status = server_connect(address, office, &leadership->session, fault);
    free(address);
    (void)snprintf(question, sizeof question,
                   "SELECT set_config('idle_session_timeout', '%d', false) <> ''",
                   LEADER_SILENCE_MS);
    return status == STATUS_OK ? ask_session(leadership, question, &is_set, fault) : status;
}

/* Locks of the server are those of a whole database: the schema and the duty make the key. */
static enum status lock_on_server(struct leadership *leadership, struct fault *fault)
{
    char question[QUESTION_BYTES];
    bool is_answered = false;
    if (leadership->has_lock)
        return ask_session(leadership, "SELECT true", &is_answered, fault);
    enum status status = leadership->session == NULL ? begin_session(leadership, fault) : STATUS_OK;
    (void)snprintf(question, sizeof question,
                   "SELECT pg_try_advisory_lock(hashtext(current_schema()),"
                   " hashtext('posteingang leads %s'))",
                   leadership->duty);
    if (status == STATUS_OK)
        status = ask_session(leadership, question, &leadership->has_lock, fault);
    return status;
}

static enum status lock_file(struct leadership *leadership, struct fault *fault)
{
    struct text path = {0};
    if (leadership->has_lock)
        return STATUS_OK;
    text_append_format(&path, "%s.leads-%s", leadership->url, leadership->duty);
    if (leadership->file < 0 && text_ok(&path))
        leadership->file =
            open(text_string(&path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    enum status status =
        leadership->file < 0
            ? fault_errno(fault, STATUS_LATER, "cannot open \"%s\"", text_string(&path))
            : STATUS_OK;
    text_done(&path);
    leadership->has_lock = status == STATUS_OK && flock(leadership->file, LOCK_EX | LOCK_NB) == 0;
    return status;
}

/* ---- the epoch ------------------------------------------------------------------------------ */

static enum status raise_epoch(struct leadership *leadership, struct ledger *ledger,
                               int64_t *ret_epoch, struct fault *fault)
{
    struct text detail = {0};
    int64_t epoch = 0;
    int64_t audit = 0;
    enum status status =
        database_number(ledger->database, "SELECT epoch FROM leadership WHERE duty = $1",
                        VALUES(value_text(leadership->duty)), 0, &epoch, fault);
    *ret_epoch = ++epoch;
    detail_open(&detail);
    detail_number(&detail, "epoch", epoch);
    if (status == STATUS_OK)
        status = audit_append(ledger, leadership->holder, "leader.begin", leadership->duty,
                              detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status != STATUS_OK)
        return status;
    return database_run(ledger->database,
                        "INSERT INTO leadership (duty, epoch, holder, since_ms, audit)"
                        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (duty) DO UPDATE SET"
                        " epoch = excluded.epoch, holder = excluded.holder,"
                        " since_ms = excluded.since_ms, audit = excluded.audit",
                        VALUES(value_text(leadership->duty), value_integer(epoch),
                               value_text(leadership->holder),
                               value_integer(ledger_wall_ms(ledger)), value_integer(audit)),
                        NULL, fault);
}

static enum status begin_epoch(struct leadership *leadership, struct ledger *ledger,
                               struct fault *fault)
{
    int64_t epoch = 0;
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, raise_epoch(leadership, ledger, &epoch, fault), fault);
    if (status == STATUS_OK) {
        leadership->epoch = epoch;
        leadership->leads = true;
    }
    return status;
}

/* Another one may have led meanwhile: between the loss of a session and the next look at it. */
static enum status compare_epoch(struct leadership *leadership, struct ledger *ledger,
                                 struct fault *fault)
{
    int64_t epoch = 0;
    enum status status =
        database_number(ledger->database, "SELECT epoch FROM leadership WHERE duty = $1",
                        VALUES(value_text(leadership->duty)), 0, &epoch, fault);
    if (status == STATUS_OK && epoch != leadership->epoch)
        let_go(leadership);
    return status;
}

enum status leadership_look(struct leadership *leadership, struct ledger *ledger, bool *ret_leads,
                            struct fault *fault)
{
    int64_t now = clock_monotonic_ms(leadership->clock);
    *ret_leads = leadership->leads;
    if (leadership->looked_ms != 0 && now - leadership->looked_ms < LEADER_LOOK_MS)
        return STATUS_OK;
    leadership->looked_ms = now;
    enum status status =
        ledger->is_on_server ? lock_on_server(leadership, fault) : lock_file(leadership, fault);
    if (status == STATUS_OK && leadership->leads)
        status = compare_epoch(leadership, ledger, fault);
    else if (status == STATUS_OK && leadership->has_lock)
        status = begin_epoch(leadership, ledger, fault);
    *ret_leads = status == STATUS_OK && leadership->leads;
    return status;
}

/* ---- leading -------------------------------------------------------------------------------- */

void ledger_lead(struct ledger *ledger, const struct leadership *leadership)
{
    ledger->leader = leadership;
}

void ledger_follow(struct ledger *ledger)
{
    ledger->leader = NULL;
}

enum status leader_check(struct ledger *ledger, struct fault *fault)
{
    const struct leadership *leader = ledger->leader;
    int64_t epoch = 0;
    enum status status =
        database_number(ledger->database, "SELECT epoch FROM leadership WHERE duty = $1",
                        VALUES(value_text(leader->duty)), 0, &epoch, fault);
    if (status == STATUS_OK && (!leader->leads || epoch != leader->epoch))
        status = fault_set(fault, STATUS_LATER,
                           "ledger: another one leads by now: epoch %lld of \"%s\" is over",
                           (long long)leader->epoch, leader->duty);
    return status;
}
