/* database.h - SQL, as little of it as the ledger needs.
 *
 * The one place that knows which engine keeps the ledger. All SQL outside of database.c is
 * written once, in what SQLite 3.40 and PostgreSQL 15 both understand: parameters are $1, $2, …;
 * RETURNING, ON CONFLICT and partial indexes are fine; engine functions and PRAGMAs are not.
 * Statements are string literals (their address is the key of the cache of prepared statements).
 *
 * What a failure means for the caller: the database is locked, full, read-only for now or out of
 * memory: STATUS_LATER. It cannot be read or written (I/O error), or is damaged: STATUS_HALT, and
 * from then on every call gives STATUS_HALT, so that nothing can be tried again into a success.
 * A constraint or type said no: STATUS_REFUSE. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/fault.h"
#include "base/uuid.h"

struct database;
struct rows; /* the result of a query, one row at a time */

enum database_access { DATABASE_READ, DATABASE_WRITE, DATABASE_CREATE };

/* How long a locked database is waited for before STATUS_LATER. */
enum { DATABASE_BUSY_MS = 10000 };

/* Whether `url` names a database on a server, and not a file. */
bool database_is_server(const char *url);

/* Opens the database at `url`: the path of an SQLite file, or postgresql://…, as libpq reads it.
 * A # and a name behind that of a server: the ledger of this office, of several in one database.
 * DATABASE_CREATE makes it, and the folders above it, when absent; the others give STATUS_REFUSE
 * then. On a server the database itself must be there; what is made is what it needs of ours. */
enum status database_open(const char *url, enum database_access access,
                          struct database **ret_database, struct fault *fault);
/* Accepts NULL; sets the pointer to NULL. An open transaction is rolled back. */
void database_close(struct database **database_p);

/* A transaction that will change something: one at a time over all processes. */
enum status database_begin(struct database *database, struct fault *fault);
/* A transaction that only looks, at one moment's state. */
enum status database_begin_reading(struct database *database, struct fault *fault);
/* Commits when `status` is STATUS_OK, rolls back otherwise. Durable when STATUS_OK comes back. */
enum status database_end(struct database *database, enum status status, struct fault *fault);

/* A part of a writing transaction that can be undone by itself; parts have no parts. */
enum status database_begin_part(struct database *database, struct fault *fault);
/* Keeps the part when `status` is STATUS_OK, undoes it otherwise. What was posted in a part may fail
 * behind its end, and then the whole transaction does. *ret_is_lost: the transaction itself is gone,
 * and all that is left to do is to end it. */
enum status database_end_part(struct database *database, enum status status, bool *ret_is_lost,
                              struct fault *fault);

/* How many statements there were that may have changed something. */
uint64_t database_changes(const struct database *database);
/* Inside a writing transaction: nothing of it has failed, or been undone by the engine. */
bool database_is_whole(struct database *database);

/* With `lazily`, commits of this connection are whole but need not be durable when they come back;
 * the first commit after it was turned off again makes them so, all together. For bulk work whose
 * parts nobody sees before its last commit. Not inside a transaction. */
enum status database_commit_lazily(struct database *database, bool lazily, struct fault *fault);
/* With `overwrites`, what this connection deletes or replaces is overwritten in the file and not
 * only given free, where the engine can. Not inside a transaction. */
enum status database_overwrite(struct database *database, bool overwrites, struct fault *fault);

/* ---- values in ------------------------------------------------------------------------------ */

enum value_kind { VALUE_NULL = 0, VALUE_INTEGER, VALUE_REAL, VALUE_TEXT, VALUE_BYTES };

struct value {
    enum value_kind kind;
    int64_t integer;
    double real;
    const void *bytes; /* borrowed for the call */
    size_t length;
};

struct value value_null(void);
struct value value_integer(int64_t integer);
struct value value_real(double real);
struct value value_text(const char *text); /* NULL becomes NULL */
struct value value_uuid(const struct uuid *uuid);
struct value value_uuid_or_null(const struct uuid *uuid); /* nil becomes NULL */
struct value value_digest(const struct digest *digest);
struct value value_digest_or_null(const struct digest *digest); /* all zero becomes NULL */

/* An array of values and how many they are, for the two parameters of that kind. */
#define VALUES(...)                                                                                \
    (const struct value[]){__VA_ARGS__},                                                           \
        sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value)
#define NO_VALUES NULL, 0

/* ---- statements ----------------------------------------------------------------------------- */

/* Runs a statement to its end. *ret_changed: how many rows it changed; NULL: nobody wants to know, and
 * inside a transaction it is as if it were posted. */
enum status database_run(struct database *database, const char *sql, const struct value *values,
                         size_t count, uint64_t *ret_changed, struct fault *fault);
/* A statement of a writing transaction whose outcome need not be known at once, so that a server is
 * not waited for: a failure of it comes with a later call of the same transaction, at the latest
 * with its end. */
enum status database_post(struct database *database, const char *sql, const struct value *values,
                          size_t count, struct fault *fault);
/* The same of one that changes exactly one row; STATUS_HALT with the words `otherwise` (a string
 * literal) when it does not. */
enum status database_post_one(struct database *database, const char *sql,
                              const struct value *values, size_t count, const char *otherwise,
                              struct fault *fault);
/* Starts a query; ask rows_next() for each row, and end it with rows_done(). */
enum status database_query(struct database *database, const char *sql, const struct value *values,
                           size_t count, struct rows **ret_rows, struct fault *fault);
/* Sends a question on its way whose answer is wanted soon: database_query() and database_number()
 * of the same words (the same array) with the same values find it there, and several answers take
 * one way there and back. For questions that no change comes before: a change forgets what was
 * asked ahead, so that nobody hears anything older. Outside a transaction, and where there is no
 * way to a server, it does nothing. */
enum status database_ask_ahead(struct database *database, const char *sql,
                               const struct value *values, size_t count, struct fault *fault);
/* The same for a walk over very many rows, inside a transaction: not all of them are held in memory
 * at once. */
enum status database_walk(struct database *database, const char *sql, const struct value *values,
                          size_t count, struct rows **ret_rows, struct fault *fault);
/* A query for one number: the first column of the first row; `otherwise` when there is no row or
 * it is NULL. */
enum status database_number(struct database *database, const char *sql, const struct value *values,
                            size_t count, int64_t otherwise, int64_t *ret_number,
                            struct fault *fault);
/* Several statements parted by semicolons, without parameters: migrations. */
enum status database_script(struct database *database, const char *sql, struct fault *fault);

/* ---- rows out ------------------------------------------------------------------------------- */

/* *ret_there false: that was the last one. */
enum status rows_next(struct rows *rows, bool *ret_there, struct fault *fault);
/* Accepts NULL; sets the pointer to NULL. */
void rows_done(struct rows **rows_p);

int rows_columns(struct rows *rows);
/* The cell as a value that can be given to a statement; borrowed like rows_text(). */
struct value rows_value(struct rows *rows, int column);
bool rows_is_null(struct rows *rows, int column);
int64_t rows_integer(struct rows *rows, int column);
double rows_real(struct rows *rows, int column);
/* Borrowed until the next rows_ call that moves on; NULL for NULL. */
const char *rows_text(struct rows *rows, int column);
/* The caller owns it; NULL for NULL. No memory sets *failed (which is left alone otherwise). */
char *rows_text_copy(struct rows *rows, int column, bool *failed);
/* A BLOB, borrowed like rows_text(); NULL for NULL and for an empty one. */
const void *rows_bytes(struct rows *rows, int column, size_t *ret_length);
/* Nil or all zero for NULL and for anything of another length. */
struct uuid rows_uuid(struct rows *rows, int column);
struct digest rows_digest(struct rows *rows, int column);

/* ---- the engine's own ----------------------------------------------------------------------- */

bool database_can_write(const struct database *database);
enum status database_has_table(struct database *database, const char *table, bool *ret_has,
                               struct fault *fault);
/* True when there is no table at all. */
enum status database_is_empty(struct database *database, bool *ret_empty, struct fault *fault);

/* Keeps a copy of the database, as it is before it gets another form, where it can be found again:
 * beside the file, or in a schema beside its own. `version` is the older form's. */
enum status database_keep_older(struct database *database, int64_t version, struct fault *fault);

/* Inside a writing transaction: who listens hears, when it was committed, that there is work; see
 * work_notice.h. Nothing where nobody can. */
enum status database_notify(struct database *database, struct fault *fault);

/* With the tables of an office made or changed: keeps all other offices of the database from each of
 * them, also those that see its rows' schema. Nothing where there are no offices. */
enum status database_wall(struct database *database, struct fault *fault);

/* What has to be added to this host's monotonic clock so that all hosts that use the database agree
 * about it; 0 where there is only one. */
enum status database_clock_offset(struct database *database, int64_t monotonic_ms,
                                  int64_t *ret_offset, struct fault *fault);

/* Moving between engines, inside a writing transaction: the names of all tables, or of the columns of
 * the table $1 in their order, one a row; and references that are not checked until they are
 * tightened again, which checks them all. */
const char *database_tables_sql(const struct database *database);
/* One row about the server: see ledger_server_look(). */
const char *database_server_sql(const struct database *database);
const char *database_columns_sql(const struct database *database);
enum status database_loosen(struct database *database, struct fault *fault);
enum status database_tighten(struct database *database, struct fault *fault);

/* Writes the whole database, as it is at one moment, to a new file at `path`, durably; others
 * may go on working. STATUS_REFUSE when there is a file already. */
enum status database_copy(struct database *database, const char *path, struct fault *fault);

typedef void database_finding(void *context, const char *words);
/* What the engine finds wrong with its own file: damaged pages and indexes. Calls back with each
 * finding, in words. */
enum status database_check_file(struct database *database, database_finding *finding, void *context,
                                struct fault *fault);
/* Rows that point to rows which are not there. */
enum status database_check_references(struct database *database, database_finding *finding,
                                      void *context, struct fault *fault);

/* How many of the hosts that a postgresql:// URL names take writes: more than one is a primary that was
 * replaced and not stopped. */
enum status database_primaries(const char *url, int *ret_count, struct fault *fault);

#endif
