/* mutate.c - breaks one promise on purpose, to show that the laboratory notices.
 *
 * A library for LD_PRELOAD; CRASH_MUTATION names what is left out. It stands between the programs
 * and libc, SQLite or libpq, so that the programs themselves hold nothing of it: what is tested is
 * what is installed. Without CRASH_MUTATION, or with a name that is not in the table, it only
 * passes calls on. */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SQL_BYTES = 4096 };

static bool is_mutation(const char *name)
{
    const char *chosen = getenv("CRASH_MUTATION");
    return chosen != NULL && strcmp(chosen, name) == 0;
}

/* The next function of that name: the real one. */
static void *real(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

/* ---- files ---------------------------------------------------------------------------------- */

static bool is_below(int file, const char *part)
{
    char link[64];
    char path[PATH_MAX];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0)
        return false;
    path[length] = '\0';
    return strstr(path, part) != NULL;
}

static bool is_folder(int file)
{
    struct stat found;
    return fstat(file, &found) == 0 && S_ISDIR(found.st_mode);
}

static bool is_left_out(int file)
{
    if (is_mutation("no-file-fsync"))
        return !is_folder(file) && is_below(file, "/tmp/");
    if (is_mutation("no-folder-fsync"))
        return is_folder(file);
    if (is_mutation("no-cabinet-fsync"))
        return is_below(file, "/cabinet/");
    return false;
}

int fsync(int file)
{
    int (*next)(int) = NULL;
    *(void **)&next = real("fsync");
    if (is_left_out(file))
        return 0;
    int result = next(file);
    if (result != 0 && errno == EIO && is_mutation("fsync-retried"))
        return next(file); // the kernel has marked the pages clean: this one succeeds
    return result;
}

int openat(int folder, const char *path, int flags, ...)
{
    int (*next)(int, const char *, int, ...) = NULL;
    *(void **)&next = real("openat");
    if (is_mutation("no-recovery") && strcmp(path, ".taken") == 0) {
        errno = ENOENT;
        return -1;
    }
    unsigned mode = 0;
    if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
        __builtin_va_list arguments;
        __builtin_va_start(arguments, flags);
        mode = __builtin_va_arg(arguments, unsigned);
        __builtin_va_end(arguments);
    }
    return next(folder, path, flags, mode);
}

ssize_t write(int file, const void *bytes, size_t length)
{
    ssize_t (*next)(int, const void *, size_t) = NULL;
    *(void **)&next = real("write");
    ssize_t written = next(file, bytes, length);
    if (written < 0 && errno == ENOSPC && is_mutation("full-disk-ignored"))
        return (ssize_t)length;
    return written;
}

int ftruncate(int file, off_t length)
{
    int (*next)(int, off_t) = NULL;
    *(void **)&next = real("ftruncate");
    return is_mutation("reserve-kept") && is_below(file, ".reserve") ? 0 : next(file, length);
}

int rename(const char *from, const char *to)
{
    int (*next)(const char *, const char *) = NULL;
    *(void **)&next = real("rename");
    if (!is_mutation("no-filing-key") || strstr(from, "/cabinet/.tmp/") == NULL)
        return next(from, to);
    char other[PATH_MAX];
    (void)snprintf(other, sizeof other, "%s.%ld", to, (long)getpid());
    return next(from, other);
}

/* The spool's list of arrivals makes up for commits that were lost; these mutations show what the
 * commit alone is worth. */
int scandir(const char *path, struct dirent ***ret_entries, int (*choose)(const struct dirent *),
            int (*compare)(const struct dirent **, const struct dirent **))
{
    int (*next)(const char *, struct dirent ***, int (*)(const struct dirent *),
                int (*)(const struct dirent **, const struct dirent **)) = NULL;
    *(void **)&next = real("scandir");
    bool is_hidden = is_mutation("sync-normal") || is_mutation("ack-before-commit") ||
                     is_mutation("commit-not-awaited");
    if (is_hidden && strstr(path, "/arrivals") != NULL) {
        errno = ENOENT;
        return -1;
    }
    return next(path, ret_entries, choose, compare);
}

/* ---- SQL ------------------------------------------------------------------------------------ */

static const struct edit {
    const char *mutation;
    const char *find;
    const char *replace;
} edits[] = {
    {"sync-normal",        "synchronous = FULL",          "synchronous = NORMAL"                    },
    {"sync-off",           "synchronous = FULL",          "synchronous = OFF"                       },
    {"no-transaction",     "BEGIN IMMEDIATE",             "SELECT 1 WHERE 0"                        },
    {"no-transaction",     "COMMIT",                      "SELECT 1 WHERE 0"                        },
    {"ack-before-commit",  "COMMIT",                      "SELECT 1 WHERE 0"                        },
    {"no-fencing",         "j.attempt = $2",              "(j.attempt = $2 OR j.attempt <> $2)"     },
    {"no-duplicate-check", "FROM scan WHERE sha256 = $1", "FROM scan WHERE 1 = 0 AND sha256 = $1"   },
    {"no-lease-end",       "j.lease_until <= $1",         "j.lease_until <= $1 AND 1 = 0"           },
    {"no-lease-end",       "j.worker = $1",               "j.worker = $1 AND 1 = 0"                 },
    {"no-lease-end",       "SET lease_until = $1, audit", "SET lease_until = 2147483647 + $1, audit"},
    {"scrub-sees-no-scan", "WHERE has_bytes = 1 AND",     "WHERE has_bytes = 9 AND"                 },
    {"commit-not-awaited",
     "SELECT set_config('synchronous_commit', 'on', false) WHERE"
     " current_setting('synchronous_commit') = 'off'",    "SET synchronous_commit = off"            },
};

/* `sql` as the mutation has it, in `ret_edited` when it differs. */
static const char *edited_sql(const char *sql, char ret_edited[SQL_BYTES])
{
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        const char *at = is_mutation(edits[i].mutation) ? strstr(sql, edits[i].find) : NULL;
        if (at == NULL)
            continue;
        (void)snprintf(ret_edited, SQL_BYTES, "%.*s%s%s", (int)(at - sql), sql, edits[i].replace,
                       at + strlen(edits[i].find));
        return ret_edited;
    }
    return sql;
}

typedef int exec_callback(void *context, int columns, char **values, char **names);

int sqlite3_exec(sqlite3 *handle, const char *sql, exec_callback *callback, void *context,
                 char **ret_error)
{
    int (*next)(sqlite3 *, const char *, exec_callback *, void *, char **) = NULL;
    *(void **)&next = real("sqlite3_exec");
    char edited[SQL_BYTES];
    return next(handle, edited_sql(sql, edited), callback, context, ret_error);
}

/* With "ack-before-commit" a transaction is only ended when the next one begins. */
static void end_the_last(sqlite3 *handle, const char *sql)
{
    if (!is_mutation("ack-before-commit") || strstr(sql, "BEGIN IMMEDIATE") == NULL ||
        sqlite3_get_autocommit(handle) != 0)
        return;
    int (*next)(sqlite3 *, const char *, exec_callback *, void *, char **) = NULL;
    *(void **)&next = real("sqlite3_exec");
    (void)next(handle, "COMMIT", NULL, NULL, NULL);
}

int sqlite3_step(sqlite3_stmt *statement)
{
    int (*next)(sqlite3_stmt *) = NULL;
    *(void **)&next = real("sqlite3_step");
    const char *sql = sqlite3_sql(statement);
    if (sql != NULL)
        end_the_last(sqlite3_db_handle(statement), sql);
    return next(statement);
}

int sqlite3_prepare_v3(sqlite3 *handle, const char *sql, int length, unsigned flags,
                       sqlite3_stmt **ret_statement, const char **ret_tail)
{
    int (*next)(sqlite3 *, const char *, int, unsigned, sqlite3_stmt **, const char **) = NULL;
    *(void **)&next = real("sqlite3_prepare_v3");
    char edited[SQL_BYTES];
    const char *chosen = edited_sql(sql, edited);
    return next(handle, chosen, chosen == sql ? length : -1, flags, ret_statement, ret_tail);
}

/* With a prepared or plain statement of PostgreSQL the same. */
PGresult *PQprepare(PGconn *connection, const char *name, const char *sql, int count,
                    const Oid *types)
{
    PGresult *(*next)(PGconn *, const char *, const char *, int, const Oid *) = NULL;
    *(void **)&next = real("PQprepare");
    char edited[SQL_BYTES];
    return next(connection, name, edited_sql(sql, edited), count, types);
}

PGresult *PQexec(PGconn *connection, const char *sql)
{
    PGresult *(*next)(PGconn *, const char *) = NULL;
    *(void **)&next = real("PQexec");
    char edited[SQL_BYTES];
    return next(connection, edited_sql(sql, edited));
}
