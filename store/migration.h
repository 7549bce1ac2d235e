/* migration.h - brings a database to the form that this program knows.
 *
 * Migrations are the files store/migrations/NNNN-name.sql, compiled in. Each is applied once, in
 * order, together with its row in the table `migration`; all that are missing in one transaction. To add one:
 * write the next number's file; never change one that was released. Type words are SQLite's
 * STRICT ones (INTEGER, REAL, TEXT, BLOB); another engine translates them. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_MIGRATION_H
#define STORE_MIGRATION_H

#include <stddef.h>

#include "base/clock.h"
#include "base/fault.h"
#include "store/database.h"

struct migration_file {
    const char *name; /* "0001-ledger.sql" */
    const unsigned char *bytes;
    size_t length;
};

extern const struct migration_file migration_files[];
extern const size_t migration_files_count;

/* The schema version of this program: the number of its last migration. */
int64_t migration_newest(void);
/* The schema version of the database; 0 when it is empty. STATUS_REFUSE: it holds something, but
 * no ledger of ours. */
enum status migration_version(struct database *database, int64_t *ret_version, struct fault *fault);
/* STATUS_REFUSE, with what to do, unless the database is at exactly this program's version. */
enum status migration_check(struct database *database, struct fault *fault);
/* Applies what is missing, all of it or nothing. STATUS_REFUSE when the database is newer than this program. */
enum status migration_apply(struct database *database, const struct clock *clock,
                            struct fault *fault);

#endif
