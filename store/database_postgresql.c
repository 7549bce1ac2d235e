/* database_postgresql.c - database.h over PostgreSQL 15 or newer, by libpq.
 *
 * One writer at a time, as with a file: every writing transaction takes an advisory lock before it
 * looks at anything, because each audit row contains the digest of the one before it. A reader
 * never waits. A writer that stands still in the middle (a stopped program, a cut line) is ended by
 * the server after WRITER_IDLE_MS, and the others go on.
 *
 * A lost connection: what was not committed is gone, and the call gives STATUS_LATER; the next
 * transaction connects again. When the line breaks at a COMMIT nobody has said whether it happened.
 * So each writing transaction that changed something also writes its number into the row of this
 * connection in commit_marker; afterwards the row says which was the last that counted. The lock is
 * taken first, so that a COMMIT that is still on its way has ended before the row is read. Only
 * when no server answers for OUTCOME_WAIT_MS does the process have to end, as after a crash.
 *
 * Values go to and fro in the binary format: int8 and float8 in network order, text and bytea as
 * they are. Results come whole. A connection belongs to one thread and does not survive fork(). */
// SPDX-License-Identifier: EUPL-1.2
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "store/database_dialect.h"
#include "store/database_result.h"
#include "store/database_server.h"

enum {
    SERVER_VERSION_LEAST = 150000,
    CONNECT_SECONDS = 3,     /* for one address, or all hosts */
    OUTCOME_WAIT_MS = 10000, /* for a server that says what became of a COMMIT */
    OUTCOME_PAUSE_MS = 200,
    WRITER_IDLE_MS = 8000, /* a writing transaction that asks nothing for so long is ended */
    WALK_ROWS = 2000,      /* of a walk, held at once */
    MARKER_DAYS = 7,       /* kept of connections that are gone */
    COMMAND_BYTES = 512,
    STATE_BYTES = 6, /* an SQLSTATE */
};

/* Its number in the upper half of the key, that of the schema in the lower: PostgreSQL's advisory
 * locks are those of a whole database. */
static const int64_t lock_class = 0x506f;

/* ---- failures ------------------------------------------------------------------------------- */

static enum status status_of(const char *state)
{
    static const struct {
        const char *prefix; /* of the SQLSTATE; the first that fits counts */
        enum status status;
    } table[] = {
        {"08",    STATUS_LATER }, // connection
        {"22",    STATUS_REFUSE}, // data
        {"23",    STATUS_REFUSE}, // constraints
        {"25006", STATUS_LATER }, // a standby: the primary has moved
        {"25P03", STATUS_LATER }, // stood still in a transaction
        {"28",    STATUS_REFUSE}, // not authorised
        {"3D",    STATUS_REFUSE}, // no such database
        {"3F",    STATUS_REFUSE}, // no such schema
        {"40",    STATUS_LATER }, // serialization, deadlock
        {"42501", STATUS_REFUSE},
        {"53",    STATUS_LATER }, // disk full, out of memory, too many connections
        {"54",    STATUS_REFUSE},
        {"55P03", STATUS_LATER }, // locked
        {"57",    STATUS_LATER }, // cancelled, shutting down, starting up
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strncmp(state, table[i].prefix, strlen(table[i].prefix)) == 0)
            return table[i].status;
    return STATUS_HALT;
}

/* The server's words without the line break behind them. */
static void say(struct fault *fault, enum status status, const char *doing, const char *words,
                const char *state)
{
    int length = (int)strcspn(words, "\n");
    (void)fault_set(fault, status, "ledger: cannot %s: %.*s (PostgreSQL %s)", doing, length, words,
                    state);
}

void server_drop_connection(struct server *server)
{
    PQfinish(server->connection);
    server->connection = NULL;
    server->posted_count = 0;
    ahead_forget(server);
    server->is_lost = server->in_transaction;
}

enum status server_failed(struct server *server, PGresult *result, const char *doing,
                          struct fault *fault)
{
    char state[STATE_BYTES] = "08006";
    const char *given = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *words = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (given != NULL)
        (void)snprintf(state, sizeof state, "%s", given);
    enum status status = status_of(state);
    say(fault, status, doing, words == NULL ? PQerrorMessage(server->connection) : words, state);
    PQclear(result);
    if (status == STATUS_HALT)
        server->database.halted = true;
    if (PQstatus(server->connection) != CONNECTION_OK || strcmp(state, "25006") == 0)
        server_drop_connection(server);
    return status;
}

bool server_is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* A command without parameters, or several; what they answer is thrown away. */
enum status server_command(struct server *server, const char *sql, const char *doing,
                           struct fault *fault)
{
    enum status status = pipeline_settle(server, NULL, fault);
    if (status != STATUS_OK)
        return status;
    PGresult *result = PQexec(server->connection, sql);
    if (!server_is_good(result))
        return server_failed(server, result, doing, fault);
    PQclear(result);
    return STATUS_OK;
}

/* ---- connecting ----------------------------------------------------------------------------- */

static enum status connect_and_count(const char *url, const char *office, PGconn **ret_connection,
                                     int *ret_primaries, struct fault *fault)
{
    char seconds[16];
    char options[OFFICE_OPTIONS_BYTES];
    (void)snprintf(seconds, sizeof seconds, "%d", CONNECT_SECONDS);
    office_options(office, options);
    // What the URL says stands behind these, and counts.
    const char *const names[] = {"connect_timeout",
                                 "keepalives_idle",
                                 "keepalives_interval",
                                 "keepalives_count",
                                 "tcp_user_timeout",
                                 "target_session_attrs",
                                 "fallback_application_name",
                                 "options",
                                 "dbname",
                                 "client_encoding",
                                 NULL};
    const char *const values[] = {seconds,       "5",     "2", "2",    "5000", "read-write",
                                  "posteingang", options, url, "UTF8", NULL};
    PGconn *connection = hosts_connect(url, names, values, CONNECT_SECONDS * 1000, ret_primaries);
    if (connection == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    if (PQstatus(connection) == CONNECTION_OK) {
        *ret_connection = connection;
        return STATUS_OK;
    }
    // A refusal for good (no such database, wrong password) has no SQLSTATE here: it is tried
    // again like a server that is not there, and says what it was.
    const char *words = PQerrorMessage(connection);
    if (words[0] == '\0')
        words = "no answer";
    (void)fault_set(fault, STATUS_LATER, "ledger: the database server cannot be reached: %.*s",
                    (int)strcspn(words, "\n"), words);
    PQfinish(connection);
    if (fault != NULL)
        fault->os_error = EHOSTUNREACH;
    return STATUS_LATER;
}

enum status server_connect(const char *url, const char *office, PGconn **ret_connection,
                           struct fault *fault)
{
    int primaries = 0;
    return connect_and_count(url, office, ret_connection, &primaries, fault);
}

enum status database_primaries(const char *url, int *ret_count, struct fault *fault)
{
    char office[OFFICE_BYTES_MOST + 1];
    char *address = NULL;
    PGconn *connection = NULL;
    enum status status = office_split(url, &address, office, fault);
    if (status == STATUS_OK)
        status = connect_and_count(address, office, &connection, ret_count, fault);
    PQfinish(connection);
    free(address);
    return status;
}

/* One text in the first row's first column; the caller owns it, NULL for NULL or no memory. */
enum status server_ask(struct server *server, const char *sql, char **ret_text, struct fault *fault)
{
    enum status status = pipeline_settle(server, NULL, fault);
    if (status != STATUS_OK)
        return status;
    PGresult *result = PQexec(server->connection, sql);
    if (!server_is_good(result))
        return server_failed(server, result, "ask the server", fault);
    bool there = PQntuples(result) > 0 && !PQgetisnull(result, 0, 0);
    *ret_text = there ? string_copy(PQgetvalue(result, 0, 0)) : NULL;
    PQclear(result);
    return STATUS_OK;
}

static enum status check_server(struct server *server, struct fault *fault)
{
    char *schema = NULL;
    if (PQserverVersion(server->connection) < SERVER_VERSION_LEAST)
        return fault_set(fault, STATUS_REFUSE,
                         "ledger: the database server is older than PostgreSQL 15");
    if (strcmp(PQparameterStatus(server->connection, "server_encoding"), "UTF8") != 0)
        return fault_set(fault, STATUS_REFUSE,
                         "ledger: the database must be in UTF8; make it with"
                         " createdb --encoding=UTF8 --template=template0");
    enum status status =
        server_ask(server, "SELECT oid::int8 FROM pg_namespace WHERE nspname = current_schema()",
                   &schema, fault);
    if (status == STATUS_OK && schema == NULL)
        status = fault_set(fault, STATUS_REFUSE,
                           "ledger: the search_path of the database names no schema");
    if (status == STATUS_OK)
        server->lock = (lock_class << 32) + strtoll(schema, NULL, 10);
    free(schema);
    return status;
}

/* A connection does not go back to a primary that was replaced, when that one is all that answers:
 * what it has is older than what was seen. */
static enum status check_timeline(struct server *server, struct fault *fault)
{
    if (!hosts_are_several(server->url))
        return STATUS_OK;
    int64_t timeline = hosts_timeline(server->connection);
    if (timeline != 0 && timeline < server->timeline)
        return fault_set(fault, STATUS_LATER,
                         "ledger: the server on %s was replaced by another one, which does not "
                         "answer (its timeline is %" PRId64 ", %" PRId64 " was seen): stop it",
                         PQhost(server->connection), timeline, server->timeline);
    if (timeline != 0)
        server->timeline = timeline;
    return STATUS_OK;
}

static enum status set_up(struct server *server, struct fault *fault)
{
    char sql[COMMAND_BYTES];
    (void)snprintf(sql, sizeof sql,
                   "SET client_min_messages = warning; SET lock_timeout = %d; SET "
                   "idle_in_transaction_session_timeout = %d;"
                   " SET default_transaction_isolation = 'read committed';"
                   " SET default_transaction_read_only = %s;"
                   " SELECT set_config('synchronous_commit', 'on', false)"
                   " WHERE current_setting('synchronous_commit') = 'off'",
                   DATABASE_BUSY_MS, WRITER_IDLE_MS,
                   server->access == DATABASE_READ ? "on" : "off");
    enum status status = server_connect(server->url, server->office, &server->connection, fault);
    if (status == STATUS_OK) {
        server->session++;
        status = check_timeline(server, fault);
    }
    if (status == STATUS_OK)
        status = office_enter(server, fault);
    if (status == STATUS_OK && server->access == DATABASE_CREATE)
        status = office_make(server, fault);
    if (status == STATUS_OK)
        status = check_server(server, fault);
    if (status == STATUS_OK)
        status = server_command(server, sql, "be set up", fault);
    if (status == STATUS_OK && server->is_lazy)
        status = server_command(server, "SET synchronous_commit = off", "be set up", fault);
    if (status != STATUS_OK && server->connection != NULL)
        server_drop_connection(server);
    return status;
}

static enum status need_connection(struct server *server, struct fault *fault)
{
    if (server->connection != NULL)
        return STATUS_OK;
    return set_up(server, fault);
}

static enum status lock_writers(struct server *server, struct fault *fault)
{
    char sql[COMMAND_BYTES];
    (void)snprintf(sql, sizeof sql, "BEGIN; SELECT pg_advisory_xact_lock(%" PRId64 ")",
                   server->lock);
    return server_command(server, sql, "begin", fault);
}

static enum status make_marker_table(struct server *server, struct fault *fault)
{
    char sql[COMMAND_BYTES];
    enum status status = lock_writers(server, fault);
    (void)snprintf(sql, sizeof sql,
                   "CREATE TABLE IF NOT EXISTS commit_marker (connection bytea PRIMARY KEY, number"
                   " int8 NOT NULL, since timestamptz NOT NULL DEFAULT now()) WITH (fillfactor ="
                   " 50); DELETE FROM commit_marker WHERE since < now() - interval '%d days';"
                   " COMMIT",
                   MARKER_DAYS);
    if (status == STATUS_OK)
        status = server_command(server, sql, "make the table of commits", fault);
    return status;
}

static enum status find_marker_table(struct server *server, struct fault *fault)
{
    char *found = NULL;
    enum status status =
        server_ask(server,
                   "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename ="
                   " 'commit_marker'",
                   &found, fault);
    if (status == STATUS_OK && found == NULL)
        status = fault_set(fault, STATUS_REFUSE,
                           "there is no ledger in the database; \"posteingang init\" makes one");
    free(found);
    return status;
}

static void close_server(struct database *database)
{
    struct server *server = (struct server *)database;
    PQfinish(server->connection);
    for (size_t i = 0; i < STATEMENT_SLOTS; i++)
        free(server->statements[i]);
    free(server->url);
    free(server);
}

static enum status open_server(const char *url, enum database_access access,
                               struct database **ret_database, struct fault *fault)
{
    struct server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    server->database =
        (struct database){.engine = &database_postgresql, .can_write = access != DATABASE_READ};
    server->access = access;
    server->marker = uuid_new((int64_t)time(NULL) * 1000);
    enum status status = office_split(url, &server->url, server->office, fault);
    if (status == STATUS_OK)
        status = set_up(server, fault);
    if (status == STATUS_OK)
        status = access == DATABASE_CREATE ? make_marker_table(server, fault)
                                           : find_marker_table(server, fault);
    if (status == STATUS_OK && access != DATABASE_CREATE)
        status = office_check(server, fault);
    if (status == STATUS_OK)
        *ret_database = &server->database;
    else
        close_server(&server->database);
    return status;
}

/* ---- statements ----------------------------------------------------------------------------- */

/* Behind what was posted, so that all is waited for together. */
static enum status execute_behind(struct server *server, const struct posting *posting,
                                  PGresult **ret_result, struct fault *fault)
{
    enum status status = pipeline_post(server, posting, fault);
    return status == STATUS_OK ? pipeline_settle(server, ret_result, fault) : status;
}

/* The answer to what was asked ahead, to be found once; NULL: it was not. */
static enum status take_ahead(struct server *server, const char *sql, const struct value *values,
                              size_t count, PGresult **ret_result, struct fault *fault)
{
    enum status status = STATUS_OK;
    *ret_result = NULL;
    if (server->ahead_count == 0)
        return STATUS_OK;
    struct ahead *ahead = ahead_find(server, sql, values, count);
    if (ahead != NULL && ahead->result == NULL)
        status = pipeline_settle(server, NULL, fault);
    if (ahead != NULL && status == STATUS_OK)
        *ret_result = ahead_take(server, ahead);
    return status;
}

static enum status execute_once(struct server *server, const char *sql,
                                struct parameters *parameters, size_t count, PGresult **ret_result,
                                struct fault *fault)
{
    PGresult *result = NULL;
    struct prepared *prepared = NULL;
    enum status status = statement_ready(server, sql, parameters, count, &prepared, fault);
    if (status != STATUS_OK)
        return status;
    if (server->posted_count > 0 && prepared != NULL) {
        const struct posting posting = statement_posting(prepared, parameters, count);
        return execute_behind(server, &posting, ret_result, fault);
    }
    if (prepared == NULL)
        result = PQexecParams(server->connection, sql, (int)count, parameters->types,
                              parameters->values, parameters->lengths, parameters->formats, 1);
    else
        result = PQexecPrepared(server->connection, prepared->name, (int)count, parameters->values,
                                parameters->lengths, parameters->formats, 1);
    if (!server_is_good(result))
        return server_failed(server, result, "run a statement", fault);
    *ret_result = result;
    return STATUS_OK;
}

static bool has_changed(const PGresult *result)
{
    const char *tag = PQcmdStatus((PGresult *)(uintptr_t)result);
    return strncmp(tag, "SELECT", 6) != 0;
}

/* Outside a transaction a lost connection is made again, once: nothing was changed by what only
 * looked. */
static enum status execute(struct server *server, const char *sql, const struct value *values,
                           size_t count, PGresult **ret_result, struct fault *fault)
{
    struct parameters parameters;
    enum status status = database_refuse_halted(&server->database, fault);
    if (status == STATUS_OK && server->is_lost)
        return fault_set(fault, STATUS_LATER,
                         "ledger: the connection was lost; the transaction is gone");
    bool was_connected = server->connection != NULL;
    if (status == STATUS_OK)
        status = need_connection(server, fault);
    if (status != STATUS_OK)
        return status;
    status = take_ahead(server, sql, values, count, ret_result, fault);
    if (status != STATUS_OK || *ret_result != NULL)
        return status;
    parameters_take(&parameters, values, count);
    status = execute_once(server, sql, &parameters, count, ret_result, fault);
    if (status == STATUS_LATER && was_connected && server->connection == NULL &&
        !server->in_transaction && strncmp(sql, "SELECT", 6) == 0) {
        fault_clear(fault);
        status = need_connection(server, fault);
        if (status == STATUS_OK)
            status = execute_once(server, sql, &parameters, count, ret_result, fault);
    }
    if (status == STATUS_OK && has_changed(*ret_result)) {
        server->has_changed = true;
        ahead_forget(server);
    }
    return status;
}

static enum status ask_ahead(struct database *database, const char *sql, const struct value *values,
                             size_t count, struct fault *fault)
{
    struct server *server = (struct server *)database;
    struct parameters parameters;
    struct prepared *prepared = NULL;
    if (!server->in_transaction || server->is_lost || server->connection == NULL ||
        server->posted_count == POSTED_MOST || database->halted)
        return STATUS_OK; // whoever asks hears why
    parameters_take(&parameters, values, count);
    enum status status = statement_ready(server, sql, &parameters, count, &prepared, fault);
    struct ahead *ahead =
        status == STATUS_OK && prepared != NULL ? ahead_add(server, sql, values, count) : NULL;
    if (ahead == NULL)
        return status;
    struct posting posting = statement_posting(prepared, &parameters, count);
    posting.ahead = ahead;
    return pipeline_post(server, &posting, fault);
}

static enum status post(struct database *database, const char *sql, const struct value *values,
                        size_t count, const char *otherwise, struct fault *fault);

/* What nobody wants to know anything of need not be waited for. */
static enum status run(struct database *database, const char *sql, const struct value *values,
                       size_t count, uint64_t *ret_changed, struct fault *fault)
{
    PGresult *result = NULL;
    if (ret_changed == NULL && ((struct server *)database)->in_transaction)
        return post(database, sql, values, count, NULL, fault);
    enum status status = execute((struct server *)database, sql, values, count, &result, fault);
    if (status == STATUS_OK && ret_changed != NULL)
        *ret_changed = strtoull(PQcmdTuples(result), NULL, 10);
    PQclear(result);
    return status;
}

static enum status post(struct database *database, const char *sql, const struct value *values,
                        size_t count, const char *otherwise, struct fault *fault)
{
    struct server *server = (struct server *)database;
    struct parameters parameters;
    struct prepared *prepared = NULL;
    uint64_t changed = 0;
    assert(server->in_transaction);
    enum status status = database_refuse_halted(database, fault);
    if (status == STATUS_OK && server->is_lost)
        return fault_set(fault, STATUS_LATER,
                         "ledger: the connection was lost; the transaction is gone");
    parameters_take(&parameters, values, count);
    if (status == STATUS_OK)
        status = statement_ready(server, sql, &parameters, count, &prepared, fault);
    if (status != STATUS_OK)
        return status;
    server->has_changed = true;
    ahead_forget(server);
    if (prepared != NULL) {
        struct posting posting = statement_posting(prepared, &parameters, count);
        posting.otherwise = otherwise;
        return pipeline_post(server, &posting, fault);
    }
    status = run(database, sql, values, count, &changed, fault);
    if (status == STATUS_OK && otherwise != NULL && changed != 1)
        return fault_set(fault, STATUS_HALT, "%s", otherwise);
    return status;
}

static enum status query(struct database *database, const char *sql, const struct value *values,
                         size_t count, struct rows **ret_rows, struct fault *fault)
{
    PGresult *result = NULL;
    enum status status = execute((struct server *)database, sql, values, count, &result, fault);
    if (status == STATUS_OK)
        status = result_rows_new(database, result, (struct result_source){0}, ret_rows, fault);
    return status;
}

static enum status fetch(struct database *database, unsigned cursor, PGresult **ret_result,
                         struct fault *fault)
{
    struct server *server = (struct server *)database;
    char sql[COMMAND_BYTES];
    if (server->is_lost)
        return fault_set(fault, STATUS_LATER, "ledger: the connection was lost");
    enum status status = pipeline_settle(server, NULL, fault);
    if (status != STATUS_OK)
        return status;
    (void)snprintf(sql, sizeof sql, "FETCH %d FROM walk%u", WALK_ROWS, cursor);
    PGresult *result = PQexecParams(server->connection, sql, 0, NULL, NULL, NULL, NULL, 1);
    if (!server_is_good(result))
        return server_failed(server, result, "go on with a walk", fault);
    *ret_result = result;
    return STATUS_OK;
}

static void end_walk(struct database *database, unsigned cursor)
{
    struct server *server = (struct server *)database;
    char sql[COMMAND_BYTES];
    (void)snprintf(sql, sizeof sql, "CLOSE walk%u", cursor);
    if (server->connection != NULL && PQtransactionStatus(server->connection) == PQTRANS_INTRANS)
        PQclear(PQexec(server->connection, sql));
}

/* By a cursor of the server's, portion by portion. */
static enum status walk(struct database *database, const char *sql, const struct value *values,
                        size_t count, struct rows **ret_rows, struct fault *fault)
{
    struct server *server = (struct server *)database;
    struct text declared = {0};
    struct parameters parameters;
    PGresult *result = NULL;
    assert(server->in_transaction);
    enum status status = database_refuse_halted(database, fault);
    if (status == STATUS_OK && server->is_lost)
        status = fault_set(fault, STATUS_LATER, "ledger: the connection was lost");
    unsigned cursor = ++server->names;
    // Whoever walks may look at other things for long.
    if (status == STATUS_OK)
        status = server_command(server, "SET LOCAL idle_in_transaction_session_timeout = 0",
                                "begin a walk", fault);
    parameters_take(&parameters, values, count);
    text_append_format(&declared, "DECLARE walk%u NO SCROLL CURSOR FOR %s", cursor, sql);
    if (status == STATUS_OK && !text_ok(&declared))
        status = fault_set(fault, STATUS_LATER, "out of memory");
    if (status == STATUS_OK) {
        result =
            PQexecParams(server->connection, text_string(&declared), (int)count, parameters.types,
                         parameters.values, parameters.lengths, parameters.formats, 1);
        if (!server_is_good(result))
            status = server_failed(server, result, "begin a walk", fault);
        else
            PQclear(result);
    }
    text_done(&declared);
    if (status == STATUS_OK)
        status = fetch(database, cursor, &result, fault);
    if (status == STATUS_OK)
        status = result_rows_new(database, result, (struct result_source){cursor, fetch, end_walk},
                                 ret_rows, fault);
    return status;
}

static enum status script(struct database *database, const char *sql, struct fault *fault)
{
    struct server *server = (struct server *)database;
    struct text translated = {0};
    enum status status = database_refuse_halted(database, fault);
    if (status == STATUS_OK && server->is_lost)
        status = fault_set(fault, STATUS_LATER, "ledger: the connection was lost");
    if (status == STATUS_OK)
        status = need_connection(server, fault);
    if (status == STATUS_OK)
        status = dialect_translate(sql, &translated, fault);
    if (status == STATUS_OK)
        status = server_command(server, text_string(&translated), "run a script", fault);
    if (status == STATUS_OK)
        server->has_changed = true;
    text_done(&translated);
    return status;
}

/* ---- transactions --------------------------------------------------------------------------- */

/* A connection that went since the last transaction is made again before this one begins. */
static enum status begin_with(struct server *server,
                              enum status (*start)(struct server *server, struct fault *fault),
                              struct fault *fault)
{
    assert(!server->in_transaction);
    enum status status = database_refuse_halted(&server->database, fault);
    bool was_connected = server->connection != NULL;
    if (status == STATUS_OK)
        status = need_connection(server, fault);
    if (status == STATUS_OK)
        status = start(server, fault);
    if (status == STATUS_LATER && was_connected && server->connection == NULL) {
        fault_clear(fault);
        status = need_connection(server, fault);
        if (status == STATUS_OK)
            status = start(server, fault);
    }
    if (status != STATUS_OK && server->connection != NULL &&
        PQtransactionStatus(server->connection) != PQTRANS_IDLE)
        PQclear(PQexec(server->connection, "ROLLBACK"));
    server->in_transaction = status == STATUS_OK;
    server->is_lost = false;
    server->has_changed = false;
    return status;
}

static enum status begin(struct database *database, struct fault *fault)
{
    struct server *server = (struct server *)database;
    server->transactions++;
    return begin_with(server, lock_writers, fault);
}

static enum status start_reading(struct server *server, struct fault *fault)
{
    return server_command(server,
                          "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                          " SET LOCAL idle_in_transaction_session_timeout = 0",
                          "begin", fault);
}

static enum status begin_reading(struct database *database, struct fault *fault)
{
    return begin_with((struct server *)database, start_reading, fault);
}

/* After the line broke at a COMMIT: did it happen? */
static enum status look_for_outcome(struct server *server, bool *ret_committed, struct fault *fault)
{
    char sql[COMMAND_BYTES];
    char hex[2 * UUID_BYTES + 1];
    char *number = NULL;
    for (size_t i = 0; i < UUID_BYTES; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", server->marker.bytes[i]);
    (void)snprintf(sql, sizeof sql, "SELECT number FROM commit_marker WHERE connection = '\\x%s'",
                   hex);
    enum status status = need_connection(server, fault);
    if (status == STATUS_OK)
        status = lock_writers(server, fault);
    if (status == STATUS_OK)
        status = server_ask(server, sql, &number, fault);
    if (status == STATUS_OK)
        status = server_command(server, "ROLLBACK", "end", fault);
    if (status != STATUS_OK && server->connection != NULL)
        server_drop_connection(server);
    if (status == STATUS_OK)
        *ret_committed = number != NULL && strtoll(number, NULL, 10) == server->transactions;
    free(number);
    return status;
}

static enum status find_outcome(struct server *server, struct fault *fault)
{
    const struct timespec pause = {.tv_nsec = OUTCOME_PAUSE_MS * 1000000L};
    bool committed = false;
    enum status status = STATUS_LATER;
    struct timespec began;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &began);
    do {
        fault_clear(fault);
        status = look_for_outcome(server, &committed, fault);
        if (status == STATUS_LATER)
            (void)nanosleep(&pause, NULL);
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
    } while (status == STATUS_LATER && (now.tv_sec - began.tv_sec) * 1000 < OUTCOME_WAIT_MS);
    if (status == STATUS_OK && committed)
        return STATUS_OK;
    if (status == STATUS_OK)
        return fault_set(fault, STATUS_LATER,
                         "ledger: the connection was lost; the transaction did not happen");
    server->database.halted = true;
    return fault_set(fault, STATUS_HALT,
                     "ledger: the connection was lost at a commit, and no server says whether it "
                     "happened; this process must end");
}

/* The marker and COMMIT, behind what was posted. A COMMIT of a transaction that had failed is
 * answered by ROLLBACK. */
static enum status send_commit(struct server *server, struct fault *fault)
{
    static const char mark[] =
        "INSERT INTO commit_marker (connection, number) VALUES ($1, $2) ON CONFLICT (connection)"
        " DO UPDATE SET number = excluded.number, since = excluded.since";
    const struct posting commit = {.sql = "COMMIT"};
    PGresult *result = NULL;
    enum status status = STATUS_OK;
    if (server->has_changed)
        status = post(&server->database, mark,
                      VALUES(value_uuid(&server->marker), value_integer(server->transactions)),
                      NULL, fault);
    if (status == STATUS_OK)
        status = execute_behind(server, &commit, &result, fault);
    if (status != STATUS_OK)
        return status;
    bool is_committed = strcmp(PQcmdStatus(result), "COMMIT") == 0;
    PQclear(result);
    if (is_committed)
        return STATUS_OK;
    return fault_set(fault, STATUS_HALT,
                     "ledger: a failed statement was overlooked; nothing was committed");
}

static enum status commit(struct server *server, struct fault *fault)
{
    if (server->is_lost)
        return fault_set(fault, STATUS_LATER,
                         "ledger: the connection was lost; the transaction did not happen");
    enum status status = send_commit(server, fault);
    if (status == STATUS_LATER && server->connection == NULL && server->has_changed)
        status = find_outcome(server, fault);
    if (status == STATUS_OK)
        server->owes_durability = server->is_lazy;
    return status;
}

static enum status end(struct database *database, enum status status, struct fault *fault)
{
    struct server *server = (struct server *)database;
    if (status == STATUS_OK)
        status = commit(server, fault);
    pipeline_drain(server);
    ahead_forget(server);
    if (server->connection != NULL && PQtransactionStatus(server->connection) != PQTRANS_IDLE) {
        PGresult *result = PQexec(server->connection, "ROLLBACK");
        bool is_back = server_is_good(result);
        PQclear(result);
        if (!is_back)
            server_drop_connection(server);
    }
    server->in_transaction = false;
    server->is_lost = false;
    return status;
}

static enum status begin_part(struct database *database, struct fault *fault)
{
    struct server *server = (struct server *)database;
    server->is_part_first = server->posted_count == 0;
    return post(database, "SAVEPOINT part", NO_VALUES, NULL, fault);
}

static enum status end_part(struct database *database, enum status status, bool *ret_is_lost,
                            struct fault *fault)
{
    struct server *server = (struct server *)database;
    *ret_is_lost = false;
    if (status == STATUS_OK)
        status = post(database, "RELEASE SAVEPOINT part", NO_VALUES, NULL, fault);
    if (status == STATUS_OK)
        return STATUS_OK;
    pipeline_drain(server);
    // What was posted before the part may be what failed: then it is undone, too.
    *ret_is_lost = server->connection == NULL || !server->is_part_first ||
                   server_command(server, "ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part",
                                  "undo a part", NULL) != STATUS_OK;
    return status;
}

static bool is_whole(struct database *database)
{
    struct server *server = (struct server *)database;
    return server->connection != NULL && !server->is_lost &&
           pipeline_settle(server, NULL, NULL) == STATUS_OK &&
           PQtransactionStatus(server->connection) == PQTRANS_INTRANS;
}

/* A commit that is waited for makes all before it durable: they stand before it in the same log. */
static enum status make_durable(struct server *server, struct fault *fault)
{
    enum status status = begin(&server->database, fault);
    if (status != STATUS_OK)
        return status;
    server->has_changed = true; // writes the marker
    return end(&server->database, STATUS_OK, fault);
}

/* Old versions of rows go with the server's own VACUUM. */
static enum status overwrite(struct database *database, bool overwrites, struct fault *fault)
{
    (void)database;
    (void)overwrites;
    (void)fault;
    return STATUS_OK;
}

static enum status commit_lazily(struct database *database, bool lazily, struct fault *fault)
{
    struct server *server = (struct server *)database;
    enum status status = need_connection(server, fault);
    if (status == STATUS_OK)
        status = server_command(
            server, lazily ? "SET synchronous_commit = off" : "SET synchronous_commit = on",
            "be set up", fault);
    if (status == STATUS_OK)
        server->is_lazy = lazily;
    if (status == STATUS_OK && !lazily && server->owes_durability)
        status = make_durable(server, fault);
    return status;
}

/* ---- the engine's own ----------------------------------------------------------------------- */

static enum status has_table(struct database *database, const char *table, bool *ret_has,
                             struct fault *fault)
{
    int64_t count = 0;
    enum status status = database_number(
        database,
        "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1",
        VALUES(value_text(table)), 0, &count, fault);
    if (status == STATUS_OK)
        *ret_has = count > 0;
    return status;
}

static enum status is_empty(struct database *database, bool *ret_empty, struct fault *fault)
{
    int64_t count = 0;
    enum status status =
        database_number(database,
                        "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND"
                        " tablename <> 'commit_marker'",
                        NO_VALUES, 0, &count, fault);
    if (status == STATUS_OK)
        *ret_empty = count == 0;
    return status;
}

/* Runs what the first column of a query's rows says. */
enum status server_run_each(struct server *server, const char *sql, struct fault *fault)
{
    enum status status = pipeline_settle(server, NULL, fault);
    if (status != STATUS_OK)
        return status;
    PGresult *commands = PQexec(server->connection, sql);
    if (!server_is_good(commands))
        return server_failed(server, commands, "ask the server", fault);
    for (int i = 0; status == STATUS_OK && i < PQntuples(commands); i++)
        status = server_command(server, PQgetvalue(commands, i, 0), "change its form", fault);
    PQclear(commands);
    return status;
}

/* All tables as they are, in a schema "SCHEMA.schema-17" beside this one; see operations.md for
 * the way back. One that is there already is of an attempt that ended behind it. */
static enum status keep_older(struct database *database, int64_t version, struct fault *fault)
{
    struct server *server = (struct server *)database;
    char sql[COMMAND_BYTES];
    char *found = NULL;
    enum status status = need_connection(server, fault);
    (void)snprintf(sql, sizeof sql,
                   "SELECT nspname FROM pg_namespace WHERE nspname = current_schema() ||"
                   " '.schema-%" PRId64 "'",
                   version);
    if (status == STATUS_OK)
        status = server_ask(server, sql, &found, fault);
    bool is_there = found != NULL;
    free(found);
    if (status != STATUS_OK || is_there)
        return status;
    (void)snprintf(sql, sizeof sql,
                   "SELECT format('CREATE SCHEMA %%I', current_schema() || '.schema-%" PRId64
                   "') UNION ALL (SELECT format('CREATE TABLE %%I.%%I AS TABLE %%I', schemaname ||"
                   " '.schema-%" PRId64 "', tablename, tablename) FROM pg_tables WHERE schemaname ="
                   " current_schema() ORDER BY tablename)",
                   version, version);
    status = begin(database, fault);
    return status == STATUS_OK ? end(database, server_run_each(server, sql, fault), fault) : status;
}

static enum status no_copy(struct database *database, const char *path, struct fault *fault)
{
    (void)database;
    return fault_set(fault, STATUS_REFUSE, "\"%s\": a database on a server is not a file", path);
}

/* The server counts damaged pages when the cluster has checksums (initdb --data-checksums). */
static enum status check_file(struct database *database, database_finding *finding, void *context,
                              struct fault *fault)
{
    int64_t count = 0;
    enum status status = database_number(
        database,
        "SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database()",
        NO_VALUES, 0, &count, fault);
    if (status == STATUS_OK && count > 0)
        finding(context, "the database server has met damaged pages of this database");
    return status;
}

/* One query for each foreign key, which are all of one column. */
static enum status check_references(struct database *database, database_finding *finding,
                                    void *context, struct fault *fault)
{
    static const char questions[] =
        "SELECT format('SELECT count(*) FROM %s c WHERE c.%I IS NOT NULL AND NOT EXISTS (SELECT 1"
        " FROM %s p WHERE p.%I = c.%I)', f.conrelid::regclass, a.attname, f.confrelid::regclass,"
        " b.attname, a.attname), f.conrelid::regclass::text, f.confrelid::regclass::text"
        " FROM pg_constraint f JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum ="
        " f.conkey[1] JOIN pg_attribute b ON b.attrelid = f.confrelid AND b.attnum = f.confkey[1]"
        " WHERE f.contype = 'f' AND f.connamespace = current_schema()::regnamespace ORDER BY 1";
    struct server *server = (struct server *)database;
    enum status status = need_connection(server, fault);
    if (status != STATUS_OK)
        return status;
    PGresult *keys = PQexec(server->connection, questions);
    if (!server_is_good(keys))
        return server_failed(server, keys, "ask the server", fault);
    for (int i = 0; status == STATUS_OK && i < PQntuples(keys); i++) {
        char *count = NULL;
        char words[FAULT_TEXT_BYTES];
        status = server_ask(server, PQgetvalue(keys, i, 0), &count, fault);
        (void)snprintf(words, sizeof words, "a row of %s points to a row of %s that is not there",
                       PQgetvalue(keys, i, 1), PQgetvalue(keys, i, 2));
        if (status == STATUS_OK && count != NULL && strcmp(count, "0") != 0)
            finding(context, words);
        free(count);
    }
    PQclear(keys);
    return status;
}

/* The hosts agree on the server's clock. It is asked once: from then on the host's own monotonic
 * clock counts, which no change of a wall clock touches. */
static enum status clock_offset(struct database *database, int64_t monotonic_ms,
                                int64_t *ret_offset, struct fault *fault)
{
    int64_t now = 0;
    enum status status = database_number(
        database, "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS int8)", NO_VALUES, 0,
        &now, fault);
    if (status == STATUS_OK)
        *ret_offset = now - monotonic_ms;
    return status;
}

static enum status notify(struct database *database, struct fault *fault)
{
    return post(database, "SELECT pg_notify('posteingang.' || current_schema(), '')", NO_VALUES,
                NULL, fault);
}

static enum status wall(struct database *database, struct fault *fault)
{
    struct server *server = (struct server *)database;
    enum status status = server->office[0] == '\0' ? STATUS_OK : begin(database, fault);
    if (status != STATUS_OK || server->office[0] == '\0')
        return status;
    status = end(database, office_wall(server, fault), fault);
    return status == STATUS_OK ? office_check(server, fault) : status;
}

/* Inside a transaction: the foreign keys are taken away, and remembered in a temporary table. */
static enum status loosen(struct database *database, struct fault *fault)
{
    struct server *server = (struct server *)database;
    enum status status = server_command(
        server,
        "CREATE TEMPORARY TABLE loosened ON COMMIT DROP AS SELECT format('ALTER TABLE %s ADD"
        " CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS again,"
        " format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS away FROM"
        " pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace",
        "loosen its references", fault);
    return status == STATUS_OK ? server_run_each(server, "SELECT away FROM loosened", fault)
                               : status;
}

/* … and come back, which checks every row; numbers that are given out go on behind the largest. */
static enum status tighten(struct database *database, struct fault *fault)
{
    struct server *server = (struct server *)database;
    enum status status = server_run_each(server, "SELECT again FROM loosened", fault);
    if (status == STATUS_OK)
        status =
            server_run_each(server,
                            "SELECT format('SELECT setval(pg_get_serial_sequence(%L, %L), (SELECT"
                            " coalesce(max(%I), 0) + 1 FROM %I), false)', table_name, column_name,"
                            " column_name, table_name) FROM information_schema.columns WHERE"
                            " table_schema = current_schema() AND is_identity = 'YES'",
                            fault);
    if (status == STATUS_OK)
        server->has_changed = true;
    return status;
}

const struct engine database_postgresql = {
    .open = open_server,
    .close = close_server,
    .begin = begin,
    .begin_reading = begin_reading,
    .end = end,
    .begin_part = begin_part,
    .end_part = end_part,
    .is_whole = is_whole,
    .commit_lazily = commit_lazily,
    .overwrite = overwrite,
    .run = run,
    .post = post,
    .query = query,
    .ask_ahead = ask_ahead,
    .walk = walk,
    .script = script,
    .next = result_next,
    .done = result_done,
    .kind = result_kind,
    .integer = result_integer,
    .real = result_real,
    .text = result_text,
    .bytes = result_bytes,
    .columns = result_columns,
    .has_table = has_table,
    .is_empty = is_empty,
    .keep_older = keep_older,
    .notify = notify,
    .wall = wall,
    .copy = no_copy,
    .check_file = check_file,
    .check_references = check_references,
    .clock_offset = clock_offset,
    .tables_sql = "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() AND"
                  " tablename <> 'commit_marker' ORDER BY tablename",
    .server_sql = "SELECT split_part(current_setting('server_version'), ' ', 1),"
                  " current_setting('fsync') = 'on', current_setting('full_page_writes') = 'on',"
                  " current_setting('data_checksums') = 'on',"
                  " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),"
                  " CAST(current_setting('max_connections') AS int8),"
                  " pg_database_size(current_database()),"
                  " (SELECT coalesce(CAST(extract(epoch FROM max(now() - xact_start)) * 1000 AS"
                  " int8), 0) FROM pg_stat_activity WHERE datname = current_database())",
    .columns_sql = "SELECT column_name::text FROM information_schema.columns WHERE table_schema ="
                   " current_schema() AND table_name = $1 ORDER BY ordinal_position",
    .loosen = loosen,
    .tighten = tighten,
};
