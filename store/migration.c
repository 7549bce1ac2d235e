/* migration.c - see migration.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdlib.h>

#include "base/digest.h"
#include "store/migration.h"

/* The table that remembers; made together with the first migration. */
static const char remembering[] =
    "CREATE TABLE migration (version INTEGER PRIMARY KEY, name TEXT NOT NULL,"
    " sha256 BLOB NOT NULL, applied_ms INTEGER NOT NULL) STRICT";

/* The number in front of a migration's name. */
static int64_t number_of(const struct migration_file *file)
{
    return strtol(file->name, NULL, 10);
}

int64_t migration_newest(void)
{
    return number_of(&migration_files[migration_files_count - 1]);
}

/* ledger_move.c leaves it in a ledger that lies elsewhere now. */
static enum status refuse_moved(struct database *database, struct fault *fault)
{
    bool has = false;
    bool there = false;
    struct rows *rows = NULL;
    enum status status = database_has_table(database, "moved", &has, fault);
    if (status != STATUS_OK || !has)
        return status;
    status = database_query(database, "SELECT url FROM moved", NO_VALUES, &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK)
        status = fault_set(fault, STATUS_REFUSE, "this ledger was moved: set store.ledger to %s",
                           there ? rows_text(rows, 0) : "where it is now");
    rows_done(&rows);
    return status;
}

enum status migration_version(struct database *database, int64_t *ret_version, struct fault *fault)
{
    bool has = false;
    bool is_empty = false;
    enum status status = database_has_table(database, "migration", &has, fault);
    if (status == STATUS_OK && has)
        status = refuse_moved(database, fault);
    if (status == STATUS_OK && has)
        return database_number(database, "SELECT max(version) FROM migration", NO_VALUES, 0,
                               ret_version, fault);
    if (status == STATUS_OK)
        status = database_is_empty(database, &is_empty, fault);
    if (status != STATUS_OK)
        return status;
    if (!is_empty)
        return fault_set(fault, STATUS_REFUSE,
                         "this is a database, but not a ledger: it has tables of something else");
    *ret_version = 0;
    return STATUS_OK;
}

static enum status refuse_newer(int64_t version, struct fault *fault)
{
    return fault_set(fault, STATUS_REFUSE,
                     "the ledger has schema version %" PRId64
                     ", and this program is too old for it: it knows %" PRId64
                     "; use a newer program, or restore the backup made before the upgrade",
                     version, migration_newest());
}

enum status migration_check(struct database *database, struct fault *fault)
{
    int64_t version = 0;
    enum status status = migration_version(database, &version, fault);
    if (status != STATUS_OK || version == migration_newest())
        return status;
    if (version > migration_newest())
        return refuse_newer(version, fault);
    if (version == 0)
        return fault_set(fault, STATUS_REFUSE,
                         "the ledger is empty; \"posteingang init\" makes "
                         "a new one");
    return fault_set(fault, STATUS_REFUSE,
                     "the ledger has schema version %" PRId64 ", and this program needs %" PRId64
                     "; stop all older programs, then \"posteingang init\" brings it up to date",
                     version, migration_newest());
}

/* One migration inside its transaction, unless another process was first. */
static enum status apply_one(struct database *database, const struct clock *clock,
                             const struct migration_file *file, struct fault *fault)
{
    int64_t version = 0;
    enum status status = migration_version(database, &version, fault);
    if (status != STATUS_OK || version >= number_of(file))
        return status;
    if (version == 0)
        status = database_script(database, remembering, fault);
    if (status == STATUS_OK)
        status = database_script(database, (const char *)file->bytes, fault);
    if (status != STATUS_OK)
        return status;
    struct digest digest = digest_of(file->bytes, file->length);
    return database_run(database, "INSERT INTO migration VALUES ($1, $2, $3, $4)",
                        VALUES(value_integer(number_of(file)), value_text(file->name),
                               value_digest(&digest), value_integer(clock_wall_ms(clock))),
                        NULL, fault);
}

/* All that are missing: what another process has applied meanwhile is left out. */
static enum status apply_all(struct database *database, const struct clock *clock,
                             struct fault *fault)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < migration_files_count; i++) {
        status = apply_one(database, clock, &migration_files[i], fault);
        if (status != STATUS_OK)
            fault_within(fault, "migration %s", migration_files[i].name);
    }
    return status;
}

static enum status apply_missing(struct database *database, const struct clock *clock,
                                 struct fault *fault)
{
    int64_t version = 0;
    enum status status = migration_version(database, &version, fault);
    if (status == STATUS_OK && version > migration_newest())
        return refuse_newer(version, fault);
    if (status != STATUS_OK || version == migration_newest())
        return status;
    status = database_begin(database, fault);
    return status == STATUS_OK ? database_end(database, apply_all(database, clock, fault), fault)
                               : status;
}

enum status migration_apply(struct database *database, const struct clock *clock,
                            struct fault *fault)
{
    enum status status = apply_missing(database, clock, fault);
    return status == STATUS_OK ? database_wall(database, fault) : status;
}
