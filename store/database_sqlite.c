/* database_sqlite.c - database.h over SQLite.
 *
 * Settings and why: WAL, so that readers never wait for the writer; synchronous FULL, because
 * with NORMAL the last commits are gone after a power cut (docs/decisions/0003); foreign keys on;
 * trusted_schema off and defensive mode, because the file may have been in strange hands.
 *
 * Checkpoints are made here after a commit and not by SQLite's own hook, which swallows I/O
 * errors. A passive one every CHECKPOINT_PAGES lets the next writer start the WAL file anew;
 * when readers kept that from happening for long, a short blocking one cuts it back.
 *
 * A connection belongs to one thread and does not survive fork(). */
// SPDX-License-Identifier: EUPL-1.2
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/share.h"
#include "base/text.h"
#include "store/database_engine.h"

enum {
    PAGE_BYTES = 4096,       /* of a new database file */
    CACHE_KIB = 16384,       /* page cache of one connection */
    CHECKPOINT_PAGES = 4000, /* WAL pages after which they are moved into the database */
    CHECKPOINT_HARD_PAGES = 16 * CHECKPOINT_PAGES, /* … and readers are waited for */
    CHECKPOINT_WAIT_MS = 100,
    WAL_BYTES_KEPT = CHECKPOINT_PAGES * PAGE_BYTES, /* of a WAL file that starts anew */
    OPEN_PAUSE_MS = 20,                             /* between attempts to switch to WAL */
    SAVEPOINT_BYTES = 1 << 20, /* of pages as they were at a savepoint, held in memory */
};

/* A prepared statement, and the rows of it while it runs. */
struct statement {
    struct rows rows; /* must be first */
    const char *sql;  /* borrowed: the key */
    sqlite3_stmt *statement;
    uint8_t index_of[PARAMETERS_MOST + 1]; /* SQLite's index of $n; 0: not used */
    bool in_use;
    bool is_cached;
};

struct file {
    struct database database; /* must be first */
    sqlite3 *handle;
    char *path;
    int wal_pages; /* in the WAL file after this transaction's commit; 0 before */
    struct statement *statements[STATEMENT_SLOTS];
    size_t statement_count;
};

/* ---- failures ------------------------------------------------------------------------------- */

static enum status io_error_status(int extended_code)
{
    switch (extended_code) {
    case SQLITE_IOERR_NOMEM:
    case SQLITE_IOERR_SHMOPEN: // the wal-index is made anew from the WAL; nothing is lost with it
    case SQLITE_IOERR_SHMSIZE:
        return STATUS_LATER;
    default:
        return STATUS_HALT;
    }
}

static enum status status_of(int extended_code)
{
    switch (extended_code & 0xFF) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return STATUS_OK;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
    case SQLITE_CANTOPEN:
    case SQLITE_INTERRUPT:
        return STATUS_LATER;
    case SQLITE_READONLY:
        return extended_code == SQLITE_READONLY_DBMOVED ? STATUS_HALT : STATUS_LATER;
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
        return STATUS_REFUSE;
    case SQLITE_IOERR:
        return io_error_status(extended_code);
    default:
        return STATUS_HALT;
    }
}

/* Puts the last failure of the connection into words. */
static enum status failed(struct file *file, const char *doing, struct fault *fault)
{
    int code = sqlite3_extended_errcode(file->handle);
    enum status status = status_of(code);
    if (status == STATUS_OK)
        status = STATUS_HALT;
    if (status == STATUS_HALT)
        file->database.halted = true;
    int os_error = sqlite3_system_errno(file->handle);
    fault_set(fault, status, "ledger: cannot %s: %s (SQLite %d)", doing,
              sqlite3_errmsg(file->handle), code);
    if (fault != NULL)
        fault->os_error = os_error;
    return status;
}

/* ---- opening -------------------------------------------------------------------------------- */

static enum status pragma(struct file *file, const char *sql, struct fault *fault)
{
    if (sqlite3_exec(file->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        return failed(file, "be set up", fault);
    return STATUS_OK;
}

static int count_wal_pages(void *context, sqlite3 *handle, const char *name, int pages)
{
    (void)handle;
    (void)name;
    ((struct file *)context)->wal_pages = pages;
    return SQLITE_OK;
}

/* Switching to WAL needs the file alone for a moment, and SQLite does not wait for that: several
 * programs that start at once have to take turns here. */
static enum status switch_to_wal(struct file *file, struct fault *fault)
{
    const struct timespec pause = {.tv_nsec = OPEN_PAUSE_MS * 1000000L};
    enum status status = STATUS_OK;
    for (int waited_ms = 0; waited_ms < DATABASE_BUSY_MS; waited_ms += OPEN_PAUSE_MS) {
        fault_clear(fault);
        status = pragma(file, "PRAGMA journal_mode = WAL", fault);
        if (status != STATUS_LATER)
            return status;
        (void)nanosleep(&pause, NULL);
    }
    return status;
}

/* SQLite fsyncs the folder of a write-ahead log that it has made, but takes no notice when that
 * fails. So it is made here, by looking into the file once, and its name made durable before
 * anything is committed to it; it stays as long as this connection does. */
static enum status make_wal_durable(struct file *file, struct fault *fault)
{
    enum status status = pragma(file, "SELECT count(*) FROM sqlite_schema", fault);
    if (status == STATUS_OK)
        status = durable_sync_parent(file->path, fault);
    if (status == STATUS_HALT)
        file->database.halted = true;
    return status;
}

static enum status set_up(struct file *file, enum database_access access, struct fault *fault)
{
    char settings[512];
    (void)snprintf(settings, sizeof settings,
                   "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
                   "PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON;"
                   "PRAGMA cache_size = -%d; PRAGMA journal_size_limit = %d;"
                   "PRAGMA wal_autocheckpoint = 0; PRAGMA query_only = %d;",
                   CACHE_KIB, WAL_BYTES_KEPT, access == DATABASE_READ);
    (void)sqlite3_extended_result_codes(file->handle, 1);
    (void)sqlite3_busy_timeout(file->handle, DATABASE_BUSY_MS);
    (void)sqlite3_db_config(file->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    enum status status = STATUS_OK;
    if (access == DATABASE_READ)
        // Whoever only looks must not be the one who rewrites the file when it closes.
        (void)sqlite3_db_config(file->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    else
        status = switch_to_wal(file, fault);
    if (status == STATUS_OK)
        status = pragma(file, settings, fault);
    if (status == STATUS_OK && access != DATABASE_READ)
        status = make_wal_durable(file, fault);
    if (status == STATUS_OK)
        (void)sqlite3_wal_hook(file->handle, count_wal_pages, file);
    return status;
}

/* Makes an empty file whose name is durable. Its mode is that of the WAL beside it, too: the
 * group of the programs may write, nobody else may read. */
static enum status create_file(const char *path, struct fault *fault)
{
    char *folder = string_copy(path);
    if (folder == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    char *slash = strrchr(folder, '/');
    enum status status = STATUS_OK;
    if (slash != NULL && slash != folder) {
        *slash = '\0';
        status = durable_make_folders(folder, share_mode(0750), fault);
    }
    free(folder);
    if (status != STATUS_OK)
        return status;
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0660);
    if (file < 0 && errno == EEXIST)
        return STATUS_OK;
    if (file < 0)
        return fault_errno(fault, durable_status(errno), "cannot make the ledger \"%s\"", path);
    (void)close(file);
    return durable_sync_parent(path, fault);
}

static enum status find_or_create(const char *path, enum database_access access,
                                  struct fault *fault)
{
    struct stat found;
    if (stat(path, &found) != 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            return fault_errno(fault, durable_status(errno), "cannot look at the ledger \"%s\"",
                               path);
        if (access == DATABASE_CREATE)
            return create_file(path, fault);
        return fault_set(fault, STATUS_REFUSE, "there is no ledger at \"%s\"", path);
    }
    if (!S_ISREG(found.st_mode))
        return fault_set(fault, STATUS_REFUSE, "\"%s\" is not a regular file", path);
    return STATUS_OK;
}

/* A file that never was a database is the caller's mistake, not a damaged ledger. */
static enum status refuse_strange_file(struct file *file, enum status status, struct fault *fault)
{
    if (status == STATUS_HALT && sqlite3_errcode(file->handle) == SQLITE_NOTADB)
        return fault_set(fault, STATUS_REFUSE, "\"%s\" is not a ledger (not an SQLite file)",
                         file->path);
    return status;
}

static void close_file(struct database *database)
{
    struct file *file = (struct file *)database;
    for (size_t i = 0; i < STATEMENT_SLOTS; i++) {
        if (file->statements[i] != NULL)
            (void)sqlite3_finalize(file->statements[i]->statement);
        free(file->statements[i]);
    }
    (void)sqlite3_close(file->handle);
    free(file->path);
    free(file);
}

/* For the life of the process, before SQLite is first used: each change of a group stands behind a
 * savepoint, and with SQLite's own 64 KiB most of them would make a file and remove it again. */
static void configure_once(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, SAVEPOINT_BYTES);
}

static enum status open_file(const char *url, enum database_access access,
                             struct database **ret_database, struct fault *fault)
{
    static once_flag is_configured = ONCE_FLAG_INIT;
    call_once(&is_configured, configure_once);
    enum status status = find_or_create(url, access, fault);
    if (status != STATUS_OK)
        return status;
    struct file *file = calloc(1, sizeof *file);
    if (file == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    file->database =
        (struct database){.engine = &database_sqlite, .can_write = access != DATABASE_READ};
    file->path = string_copy(url);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (file->path == NULL)
        status = fault_set(fault, STATUS_LATER, "out of memory");
    else if (sqlite3_open_v2(url, &file->handle, flags, NULL) != SQLITE_OK)
        status = failed(file, "be opened", fault);
    else
        status = refuse_strange_file(file, set_up(file, access, fault), fault);
    if (status == STATUS_OK)
        *ret_database = &file->database;
    else
        close_file(&file->database);
    return status;
}

/* ---- statements ----------------------------------------------------------------------------- */

static int bind_value(sqlite3_stmt *statement, int index, const struct value *value,
                      bool copy_bytes)
{
    sqlite3_destructor_type keep = copy_bytes ? SQLITE_TRANSIENT : SQLITE_STATIC;
    switch (value->kind) {
    case VALUE_INTEGER:
        return sqlite3_bind_int64(statement, index, value->integer);
    case VALUE_REAL:
        return sqlite3_bind_double(statement, index, value->real);
    case VALUE_TEXT:
        return sqlite3_bind_text64(statement, index, value->bytes, value->length, keep,
                                   SQLITE_UTF8);
    case VALUE_BYTES:
        return sqlite3_bind_blob64(statement, index, value->bytes, value->length, keep);
    case VALUE_NULL:
    default:
        return sqlite3_bind_null(statement, index);
    }
}

/* SQLite numbers $n in the order of first appearance; PostgreSQL by n. We mean n. */
static void map_parameters(struct statement *rows)
{
    int count = sqlite3_bind_parameter_count(rows->statement);
    for (int index = 1; index <= count; index++) {
        const char *name = sqlite3_bind_parameter_name(rows->statement, index);
        long number = name == NULL ? 0 : strtol(name + 1, NULL, 10);
        assert(number >= 1 && number <= PARAMETERS_MOST);
        rows->index_of[number] = (uint8_t)index;
    }
}

static enum status prepare(struct file *file, const char *sql, struct statement **ret_rows,
                           struct fault *fault)
{
    struct statement *rows = calloc(1, sizeof *rows);
    if (rows == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    rows->rows.database = &file->database;
    rows->sql = sql;
    if (sqlite3_prepare_v3(file->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &rows->statement,
                           NULL) != SQLITE_OK) {
        free(rows);
        return failed(file, "prepare a statement", fault);
    }
    map_parameters(rows);
    *ret_rows = rows;
    return STATUS_OK;
}

/* The slot that holds `sql`, or the free one where it belongs. */
static struct statement **slot_of(struct file *file, const char *sql)
{
    size_t slot = database_slot(sql);
    while (file->statements[slot] != NULL && file->statements[slot]->sql != sql)
        slot = (slot + 1) % STATEMENT_SLOTS;
    return &file->statements[slot];
}

/* A statement ready to be bound: the cached one, or one more when that one is running (a callback
 * asked the same thing again) or the cache has been filled. */
static enum status find_statement(struct file *file, const char *sql, struct statement **ret_rows,
                                  struct fault *fault)
{
    struct statement **slot = slot_of(file, sql);
    if (*slot != NULL && !(*slot)->in_use) {
        *ret_rows = *slot;
        return STATUS_OK;
    }
    enum status status = prepare(file, sql, ret_rows, fault);
    if (status == STATUS_OK && *slot == NULL && file->statement_count < STATEMENT_SLOTS / 2) {
        *slot = *ret_rows;
        (*ret_rows)->is_cached = true;
        file->statement_count++;
    }
    return status;
}

static void finish(struct rows *rows)
{
    struct statement *statement = (struct statement *)rows;
    if (!statement->is_cached) {
        (void)sqlite3_finalize(statement->statement);
        free(statement);
        return;
    }
    (void)sqlite3_reset(statement->statement);
    (void)sqlite3_clear_bindings(statement->statement);
    statement->in_use = false;
}

static enum status start(struct file *file, const char *sql, const struct value *values,
                         size_t count, bool copy_bytes, struct statement **ret_rows,
                         struct fault *fault)
{
    struct statement *rows = NULL;
    enum status status = database_refuse_halted(&file->database, fault);
    if (status == STATUS_OK)
        status = find_statement(file, sql, &rows, fault);
    if (status != STATUS_OK)
        return status;
    rows->in_use = true;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        int index = rows->index_of[i + 1];
        if (index != 0 && bind_value(rows->statement, index, &values[i], copy_bytes) != SQLITE_OK)
            status = failed(file, "take a value", fault);
    }
    if (status == STATUS_OK)
        *ret_rows = rows;
    else
        finish(&rows->rows);
    return status;
}

static enum status run(struct database *database, const char *sql, const struct value *values,
                       size_t count, uint64_t *ret_changed, struct fault *fault)
{
    struct file *file = (struct file *)database;
    struct statement *rows = NULL;
    enum status status = start(file, sql, values, count, false, &rows, fault);
    if (status != STATUS_OK)
        return status;
    int code = sqlite3_step(rows->statement);
    while (code == SQLITE_ROW)
        code = sqlite3_step(rows->statement);
    if (code != SQLITE_DONE)
        status = failed(file, "run a statement", fault);
    else if (ret_changed != NULL)
        *ret_changed = (uint64_t)sqlite3_changes64(file->handle);
    finish(&rows->rows);
    return status;
}

/* Nobody is waited for: it runs at once. */
static enum status post(struct database *database, const char *sql, const struct value *values,
                        size_t count, const char *otherwise, struct fault *fault)
{
    uint64_t changed = 0;
    enum status status = run(database, sql, values, count, &changed, fault);
    if (status == STATUS_OK && otherwise != NULL && changed != 1)
        return fault_set(fault, STATUS_HALT, "%s", otherwise);
    return status;
}

static enum status query(struct database *database, const char *sql, const struct value *values,
                         size_t count, struct rows **ret_rows, struct fault *fault)
{
    struct statement *rows = NULL;
    enum status status = start((struct file *)database, sql, values, count, true, &rows, fault);
    if (status == STATUS_OK)
        *ret_rows = &rows->rows;
    return status;
}

static enum status script(struct database *database, const char *sql, struct fault *fault)
{
    struct file *file = (struct file *)database;
    enum status status = database_refuse_halted(database, fault);
    if (status == STATUS_OK && sqlite3_exec(file->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        status = failed(file, "run a script", fault);
    return status;
}

/* ---- rows out ------------------------------------------------------------------------------- */

static sqlite3_stmt *statement_of(struct rows *rows)
{
    return ((struct statement *)rows)->statement;
}

static enum status next(struct rows *rows, bool *ret_there, struct fault *fault)
{
    int code = sqlite3_step(statement_of(rows));
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return failed((struct file *)rows->database, "read a row", fault);
    *ret_there = code == SQLITE_ROW;
    return STATUS_OK;
}

static enum value_kind kind(struct rows *rows, int column)
{
    switch (sqlite3_column_type(statement_of(rows), column)) {
    case SQLITE_INTEGER:
        return VALUE_INTEGER;
    case SQLITE_FLOAT:
        return VALUE_REAL;
    case SQLITE_TEXT:
        return VALUE_TEXT;
    case SQLITE_BLOB:
        return VALUE_BYTES;
    default:
        return VALUE_NULL;
    }
}

static int64_t integer(struct rows *rows, int column)
{
    return sqlite3_column_int64(statement_of(rows), column);
}

static double real(struct rows *rows, int column)
{
    return sqlite3_column_double(statement_of(rows), column);
}

static const char *text(struct rows *rows, int column)
{
    return (const char *)sqlite3_column_text(statement_of(rows), column);
}

static const void *bytes(struct rows *rows, int column, size_t *ret_length)
{
    const void *found = sqlite3_column_blob(statement_of(rows), column);
    *ret_length = found == NULL ? 0 : (size_t)sqlite3_column_bytes(statement_of(rows), column);
    return found;
}

static int columns(struct rows *rows)
{
    return sqlite3_column_count(statement_of(rows));
}

/* ---- transactions --------------------------------------------------------------------------- */

static enum status begin(struct database *database, struct fault *fault)
{
    ((struct file *)database)->wal_pages = 0;
    return run(database, "BEGIN IMMEDIATE", NO_VALUES, NULL, fault);
}

static enum status begin_reading(struct database *database, struct fault *fault)
{
    return run(database, "BEGIN", NO_VALUES, NULL, fault);
}

/* Moves the write-ahead log into the database when it has grown long. Locked or full is no failure:
 * what could not be moved stays in the log, and the next commit tries again. */
static enum status checkpoint(struct file *file, struct fault *fault)
{
    if (file->wal_pages < CHECKPOINT_PAGES)
        return STATUS_OK;
    bool is_hard = file->wal_pages >= CHECKPOINT_HARD_PAGES;
    if (is_hard)
        (void)sqlite3_busy_timeout(file->handle, CHECKPOINT_WAIT_MS);
    int code = sqlite3_wal_checkpoint_v2(
        file->handle, NULL, is_hard ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, NULL,
        NULL);
    enum status status = STATUS_OK;
    if (status_of(code) == STATUS_HALT)
        status = failed(file, "move the write-ahead log into the database", fault);
    if (is_hard)
        (void)sqlite3_busy_timeout(file->handle, DATABASE_BUSY_MS);
    return status;
}

static enum status end(struct database *database, enum status status, struct fault *fault)
{
    struct file *file = (struct file *)database;
    if (status == STATUS_OK) {
        status = run(database, "COMMIT", NO_VALUES, NULL, fault);
        if (status == STATUS_OK)
            return checkpoint(file, fault);
    }
    // Some failures have rolled back already.
    if (sqlite3_get_autocommit(file->handle) == 0 &&
        sqlite3_exec(file->handle, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK)
        file->database.halted = true;
    return status;
}

static enum status begin_part(struct database *database, struct fault *fault)
{
    return run(database, "SAVEPOINT part", NO_VALUES, NULL, fault);
}

static enum status end_part(struct database *database, enum status status, bool *ret_is_lost,
                            struct fault *fault)
{
    struct file *file = (struct file *)database;
    *ret_is_lost = false;
    if (status == STATUS_OK)
        status = run(database, "RELEASE part", NO_VALUES, NULL, fault);
    if (status != STATUS_OK)
        *ret_is_lost = sqlite3_get_autocommit(file->handle) != 0 ||
                       sqlite3_exec(file->handle, "ROLLBACK TO part; RELEASE part", NULL, NULL,
                                    NULL) != SQLITE_OK;
    return status;
}

static enum status overwrite(struct database *database, bool overwrites, struct fault *fault)
{
    return pragma((struct file *)database,
                  overwrites ? "PRAGMA secure_delete = ON" : "PRAGMA secure_delete = OFF", fault);
}

static bool is_whole(struct database *database)
{
    return sqlite3_get_autocommit(((struct file *)database)->handle) == 0;
}

/* In WAL mode NORMAL leaves out the fsync of a commit; the one of the next FULL commit, or of a
 * checkpoint, covers everything that stands in the WAL file before it. */
static enum status commit_lazily(struct database *database, bool lazily, struct fault *fault)
{
    return pragma((struct file *)database,
                  lazily ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL", fault);
}

/* ---- the engine's own ----------------------------------------------------------------------- */

static enum status has_table(struct database *database, const char *table, bool *ret_has,
                             struct fault *fault)
{
    int64_t count = 0;
    enum status status = database_number(
        database, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1",
        VALUES(value_text(table)), 0, &count, fault);
    if (status == STATUS_OK)
        *ret_has = count > 0;
    return status;
}

static enum status is_empty(struct database *database, bool *ret_empty, struct fault *fault)
{
    int64_t count = 0;
    enum status status = database_number(database, "SELECT count(*) FROM sqlite_master", NO_VALUES,
                                         0, &count, fault);
    if (status == STATUS_OK)
        *ret_empty = count == 0;
    return status;
}

/* The bell is heard by all who are on this host. */
static enum status notify(struct database *database, struct fault *fault)
{
    (void)database;
    (void)fault;
    return STATUS_OK;
}

/* Each office has a file of its own. */
static enum status wall(struct database *database, struct fault *fault)
{
    (void)database;
    (void)fault;
    return STATUS_OK;
}

/* A damaged file makes a check stop early: that is its finding, not a failure of ours. */
static enum status end_check(struct file *file, int code, database_finding *finding, void *context,
                             struct fault *fault)
{
    char words[FAULT_TEXT_BYTES];
    if (code == SQLITE_DONE)
        return STATUS_OK;
    if ((code & 0xFF) != SQLITE_CORRUPT)
        return failed(file, "check itself", fault);
    (void)snprintf(words, sizeof words, "the database file is damaged: %s",
                   sqlite3_errmsg(file->handle));
    finding(context, words);
    return STATUS_OK;
}

static enum status check_file(struct database *database, database_finding *finding, void *context,
                              struct fault *fault)
{
    struct rows *rows = NULL;
    int code = SQLITE_ROW;
    enum status status = query(database, "PRAGMA integrity_check(20)", NO_VALUES, &rows, fault);
    if (status != STATUS_OK)
        return status;
    while ((code = sqlite3_step(statement_of(rows))) == SQLITE_ROW) {
        char words[FAULT_TEXT_BYTES];
        const char *said = text(rows, 0);
        (void)snprintf(words, sizeof words, "the database file is damaged: %s",
                       said == NULL ? "?" : said);
        if (!string_equal(said, "ok"))
            finding(context, words);
    }
    status = end_check((struct file *)database, code, finding, context, fault);
    finish(rows);
    return status;
}

static enum status check_references(struct database *database, database_finding *finding,
                                    void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    int code = SQLITE_ROW;
    enum status status = query(database, "PRAGMA foreign_key_check", NO_VALUES, &rows, fault);
    if (status != STATUS_OK)
        return status;
    while ((code = sqlite3_step(statement_of(rows))) == SQLITE_ROW) {
        char words[FAULT_TEXT_BYTES];
        const char *child = text(rows, 0);
        const char *parent = text(rows, 2);
        (void)snprintf(words, sizeof words, "a row of %s points to a row of %s that is not there",
                       child == NULL ? "?" : child, parent == NULL ? "?" : parent);
        finding(context, words);
    }
    status = end_check((struct file *)database, code, finding, context, fault);
    finish(rows);
    return status;
}

/* ---- copies --------------------------------------------------------------------------------- */

/* A copy in steps would begin anew with every commit of another; in one step it takes no lock
 * that keeps others from writing, because of the write-ahead log. */
static enum status copy_to(struct file *file, sqlite3 *target, struct fault *fault)
{
    sqlite3_backup *backup = sqlite3_backup_init(target, "main", file->handle, "main");
    int code = backup == NULL ? sqlite3_extended_errcode(target) : sqlite3_backup_step(backup, -1);
    int finished = backup == NULL ? code : sqlite3_backup_finish(backup);
    if (code == SQLITE_DONE && finished == SQLITE_OK)
        return STATUS_OK;
    enum status status = status_of(code);
    return fault_set(fault, status == STATUS_OK ? STATUS_HALT : status,
                     "ledger: cannot be copied: %s", sqlite3_errmsg(target));
}

static enum status sync_file(const char *path, struct fault *fault)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fault_errno(fault, durable_status(errno), "cannot open \"%s\"", path);
    enum status status = durable_sync(file, path, fault);
    (void)close(file);
    return status == STATUS_OK ? durable_sync_parent(path, fault) : status;
}

static enum status copy(struct database *database, const char *path, struct fault *fault)
{
    struct file *file = (struct file *)database;
    struct stat found;
    sqlite3 *target = NULL;
    if (lstat(path, &found) == 0)
        return fault_set(fault, STATUS_REFUSE, "\"%s\" is there already", path);
    enum status status = create_file(path, fault);
    if (status != STATUS_OK)
        return status;
    if (sqlite3_open_v2(path, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK)
        status =
            fault_set(fault, STATUS_LATER, "cannot open \"%s\": %s", path, sqlite3_errmsg(target));
    else
        status = copy_to(file, target, fault);
    (void)sqlite3_close(target);
    if (status == STATUS_OK)
        status = sync_file(path, fault);
    if (status != STATUS_OK)
        (void)unlink(path);
    return status;
}

/* A copy of an older ledger beside it: "LEDGER.schema-17". One that is there already was made by an
 * attempt that did not end. */
static enum status keep_older(struct database *database, int64_t version, struct fault *fault)
{
    const struct file *file = (const struct file *)database;
    struct text kept = {0};
    struct text part = {0};
    enum status status = STATUS_OK;
    text_append_format(&kept, "%s.schema-%" PRId64, file->path, version);
    text_append_format(&part, "%s.part", text_string(&kept));
    if (!text_ok(&kept) || !text_ok(&part)) {
        status = fault_set(fault, STATUS_LATER, "out of memory");
    } else if (access(text_string(&kept), F_OK) != 0) {
        (void)unlink(text_string(&part));
        status = copy(database, text_string(&part), fault);
        if (status == STATUS_OK)
            status = durable_rename(text_string(&part), text_string(&kept), fault);
    }
    text_done(&kept);
    text_done(&part);
    return status;
}

/* ---- the table ------------------------------------------------------------------------------ */

/* A file has one host, and that has one clock. */
static enum status clock_offset(struct database *database, int64_t monotonic_ms,
                                int64_t *ret_offset, struct fault *fault)
{
    (void)database;
    (void)monotonic_ms;
    (void)fault;
    *ret_offset = 0;
    return STATUS_OK;
}

/* Inside a transaction: references are checked at its end. */
static enum status loosen(struct database *database, struct fault *fault)
{
    return pragma((struct file *)database, "PRAGMA defer_foreign_keys = ON", fault);
}

static enum status tighten(struct database *database, struct fault *fault)
{
    (void)database;
    (void)fault;
    return STATUS_OK;
}

const struct engine database_sqlite = {
    .open = open_file,
    .close = close_file,
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
    .walk = query,
    .script = script,
    .next = next,
    .done = finish,
    .kind = kind,
    .integer = integer,
    .real = real,
    .text = text,
    .bytes = bytes,
    .columns = columns,
    .has_table = has_table,
    .is_empty = is_empty,
    .keep_older = keep_older,
    .notify = notify,
    .wall = wall,
    .copy = copy,
    .check_file = check_file,
    .check_references = check_references,
    .clock_offset = clock_offset,
    .tables_sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                  " ORDER BY name",
    .columns_sql = "SELECT name FROM pragma_table_info($1) ORDER BY cid",
    .loosen = loosen,
    .tighten = tighten,
};
