/* database_server.h - a connection to PostgreSQL, as the files of its engine share it.
 *
 * database_postgresql.c: connecting, running, transactions · database_hosts.c: which of several hosts ·
 * database_office.c: offices and their walls · database_statement.c: prepared statements ·
 * database_pipeline.c: statements whose answers are not waited for, or waited for together. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_DATABASE_SERVER_H
#define STORE_DATABASE_SERVER_H

#include <libpq-fe.h>

#include "base/text.h"
#include "store/database_engine.h"

enum {
    POSTED_MOST = 64, /* statements on their way at once */
    AHEAD_MOST = 16,  /* questions that were asked ahead */
    OFFICE_BYTES_MOST = 40,
    OFFICE_OPTIONS_BYTES = OFFICE_BYTES_MOST + 32,
};

/* A question that was asked ahead. */
struct ahead {
    const char *sql;    /* borrowed; NULL: its answer is of no use any more */
    struct text values; /* as bytes, to compare them */
    PGresult *result;   /* owned; NULL: still on its way */
};

struct prepared {
    const char *sql; /* borrowed: the key */
    char name[24];
    Oid types[PARAMETERS_MOST]; /* 0: the server's own guess, because only NULL has come so far */
    unsigned session;           /* in which it was prepared */
};

struct server {
    struct database database; /* must be first */
    PGconn *connection;       /* NULL when there is none */
    char *url;
    char office[OFFICE_BYTES_MOST + 1]; /* "": of no office */
    enum database_access access;
    unsigned session;     /* grows with every connection */
    int64_t timeline;     /* the newest that was seen; 0: of one host, or none */
    struct uuid marker;   /* of this connection in commit_marker */
    int64_t transactions; /* begun for writing so far */
    int64_t lock;         /* key of the writers' lock */
    bool in_transaction;  /* database_begin() or _begin_reading() was called */
    bool is_lost;         /* the connection went in the middle of it */
    bool has_changed;     /* it changed something */
    bool is_part_first;   /* nothing of before this part is posted and not settled */
    bool is_lazy;         /* synchronous_commit is off */
    bool owes_durability; /* something was committed while it was */
    unsigned names;       /* of prepared statements, so far */
    struct posted {
        const char *otherwise; /* see database_post_one(); NULL: any */
        struct ahead *ahead;   /* whose answer it is; NULL: nobody's */
    } posted[POSTED_MOST];     /* sent and not settled */
    size_t posted_count;
    struct ahead ahead[AHEAD_MOST];
    size_t ahead_count;
    struct prepared *statements[STATEMENT_SLOTS];
    size_t statement_count;
};

/* ---- database_postgresql.c ---- */

bool server_is_good(const PGresult *result);
/* Puts a failure into words, and lets go of a connection that is of no use any more. Takes the
 * result, which may be NULL. */
enum status server_failed(struct server *server, PGresult *result, const char *doing,
                          struct fault *fault);
void server_drop_connection(struct server *server);
/* A command without parameters, or several; what they answer is thrown away. */
enum status server_command(struct server *server, const char *sql, const char *doing,
                           struct fault *fault);
/* Runs what the first column of a query's rows says. */
enum status server_run_each(struct server *server, const char *sql, struct fault *fault);
/* One text in the first row's first column; the caller owns it, NULL for NULL or no memory. */
enum status server_ask(struct server *server, const char *sql, char **ret_text,
                       struct fault *fault);
/* A connection of its own to the server that takes writes; the caller ends it with PQfinish(). */
enum status server_connect(const char *url, const char *office, PGconn **ret_connection,
                           struct fault *fault);

/* ---- database_hosts.c ---- */

/* As PQconnectdbParams() with the URL expanded, which is among the values: of several hosts the
 * server that takes writes and has the newest timeline. NULL when there is no memory.
 * *ret_primaries: how many take writes; more than one is a fault of whoever promoted one. */
PGconn *hosts_connect(const char *url, const char *const *names, const char *const *values,
                      int64_t patience_ms, int *ret_primaries);
/* Whether it is chosen among several. */
bool hosts_are_several(const char *url);
/* It begins with 1 and grows with each promotion; 0 when the server does not tell. */
int64_t hosts_timeline(PGconn *connection);

/* ---- database_office.c ---- */

/* A URL in two: what libpq understands, which the caller frees, and the office. */
enum status office_split(const char *url, char **ret_url, char ret_office[OFFICE_BYTES_MOST + 1],
                         struct fault *fault);
/* As the server takes them from whoever connects. What the URL says stands behind, and counts. */
void office_options(const char *office, char ret_options[OFFICE_OPTIONS_BYTES]);
enum status office_make(struct server *server, struct fault *fault);
/* STATUS_REFUSE for a user whom walls do not hold. */
enum status office_enter(struct server *server, struct fault *fault);
/* Inside a transaction: every table that has none gets its wall. */
enum status office_wall(struct server *server, struct fault *fault);
/* STATUS_REFUSE when a wall is not whole. */
enum status office_check(struct server *server, struct fault *fault);

/* ---- database_pipeline.c ---- */

/* A prepared statement, or with `name` NULL the command `sql` without parameters. `otherwise` as
 * database_post_one() has it, or NULL. */
struct posting {
    const char *name;
    const char *sql;
    const char *const *values;
    const int *lengths;
    const int *formats;
    int count;
    const char *otherwise;
    struct ahead *ahead; /* where the answer is kept; NULL: nowhere */
};

enum status pipeline_post(struct server *server, const struct posting *posting,
                          struct fault *fault);
/* Waits for the answers to all that was posted; the first failure is that of all. With
 * `ret_last`, the caller owns the last one's result when it is STATUS_OK. */
enum status pipeline_settle(struct server *server, PGresult **ret_last, struct fault *fault);
/* The same when nobody asks any more how it went. */
void pipeline_drain(struct server *server);

/* A place for a question with these values; NULL: there is none. */
struct ahead *ahead_add(struct server *server, const char *sql, const struct value *values,
                        size_t count);
/* The one with these words and values, or NULL. */
struct ahead *ahead_find(struct server *server, const char *sql, const struct value *values,
                         size_t count);
/* Its answer, which the caller owns; NULL when none has come. */
PGresult *ahead_take(struct server *server, struct ahead *ahead);
/* Something has changed, or the transaction ends: no answer counts any more. */
void ahead_forget(struct server *server);

/* ---- database_statement.c ---- */

/* The values of one call as libpq wants them. */
struct parameters {
    uint64_t numbers[PARAMETERS_MOST]; /* in network order */
    const char *values[PARAMETERS_MOST];
    int lengths[PARAMETERS_MOST];
    int formats[PARAMETERS_MOST];
    Oid types[PARAMETERS_MOST];
};

/* Borrows what they borrow. */
void parameters_take(struct parameters *parameters, const struct value *values, size_t count);
/* The cached statement for `sql`, ready for values of these types; NULL: there is none, and
 * parameters->types are all known. */
enum status statement_ready(struct server *server, const char *sql, struct parameters *parameters,
                            size_t count, struct prepared **ret_prepared, struct fault *fault);
/* To be posted; borrows all of it. */
struct posting statement_posting(const struct prepared *prepared,
                                 const struct parameters *parameters, size_t count);

#endif
