/* database_engine.h - what an engine does for database.h.
 *
 * Each engine is a table of functions of the meanings that database.h gives them; database.c asks
 * the table of the database at hand, after it has checked what does not depend on the engine. A
 * struct of an engine begins with the struct here. Only database*.c include this. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_DATABASE_ENGINE_H
#define STORE_DATABASE_ENGINE_H

#include "store/database.h"

enum {
    PARAMETERS_MOST = 64,  /* $1 … in one statement */
    STATEMENT_SLOTS = 512, /* of a cache of statements; a power of two, more than there are */
};

struct engine {
    enum status (*open)(const char *url, enum database_access access,
                        struct database **ret_database, struct fault *fault);
    void (*close)(struct database *database);

    enum status (*begin)(struct database *database, struct fault *fault);
    enum status (*begin_reading)(struct database *database, struct fault *fault);
    enum status (*end)(struct database *database, enum status status, struct fault *fault);
    enum status (*begin_part)(struct database *database, struct fault *fault);
    enum status (*end_part)(struct database *database, enum status status, bool *ret_is_lost,
                            struct fault *fault);
    bool (*is_whole)(struct database *database);
    enum status (*commit_lazily)(struct database *database, bool lazily, struct fault *fault);
    enum status (*overwrite)(struct database *database, bool overwrites, struct fault *fault);

    enum status (*run)(struct database *database, const char *sql, const struct value *values,
                       size_t count, uint64_t *ret_changed, struct fault *fault);
    enum status (*post)(struct database *database, const char *sql, const struct value *values,
                        size_t count, const char *otherwise, struct fault *fault);
    enum status (*query)(struct database *database, const char *sql, const struct value *values,
                         size_t count, struct rows **ret_rows, struct fault *fault);
    enum status (*ask_ahead)(struct database *database, const char *sql, const struct value *values,
                             size_t count, struct fault *fault); /* NULL: it has no need to */
    enum status (*walk)(struct database *database, const char *sql, const struct value *values,
                        size_t count, struct rows **ret_rows, struct fault *fault);
    enum status (*script)(struct database *database, const char *sql, struct fault *fault);

    enum status (*next)(struct rows *rows, bool *ret_there, struct fault *fault);
    void (*done)(struct rows *rows);
    enum value_kind (*kind)(struct rows *rows, int column);
    int64_t (*integer)(struct rows *rows, int column);
    double (*real)(struct rows *rows, int column);
    const char *(*text)(struct rows *rows, int column);
    const void *(*bytes)(struct rows *rows, int column, size_t *ret_length);
    int (*columns)(struct rows *rows);

    enum status (*has_table)(struct database *database, const char *table, bool *ret_has,
                             struct fault *fault);
    enum status (*is_empty)(struct database *database, bool *ret_empty, struct fault *fault);
    enum status (*keep_older)(struct database *database, int64_t version, struct fault *fault);
    enum status (*notify)(struct database *database, struct fault *fault);
    enum status (*wall)(struct database *database, struct fault *fault);
    enum status (*copy)(struct database *database, const char *path, struct fault *fault);
    enum status (*check_file)(struct database *database, database_finding *finding, void *context,
                              struct fault *fault);
    enum status (*check_references)(struct database *database, database_finding *finding,
                                    void *context, struct fault *fault);
    enum status (*clock_offset)(struct database *database, int64_t monotonic_ms,
                                int64_t *ret_offset, struct fault *fault);
    const char *tables_sql;  /* names of all tables, one a row */
    const char *server_sql;  /* NULL: it has none */
    const char *columns_sql; /* names of the columns of the table $1, in order */
    enum status (*loosen)(struct database *database, struct fault *fault);
    enum status (*tighten)(struct database *database, struct fault *fault);
};

struct database {
    const struct engine *engine;
    bool can_write;
    bool halted;      /* a failure after which nothing may be tried again */
    uint64_t changes; /* statements that may have made one */
};

struct rows {
    struct database *database;
};

extern const struct engine database_sqlite, database_postgresql;

/* STATUS_HALT once the database has halted. */
enum status database_refuse_halted(const struct database *database, struct fault *fault);

/* Where `sql` lies in a cache of STATEMENT_SLOTS, or where the search for it begins. */
size_t database_slot(const char *sql);

#endif
