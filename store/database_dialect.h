/* database_dialect.h - how the tables of a migration are spelled for PostgreSQL. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_DATABASE_DIALECT_H
#define STORE_DATABASE_DIALECT_H

#include "base/fault.h"
#include "base/text.h"

/* Appends the script `sql` to *translated. Migrations are written in SQLite's words, in capitals:
 * INTEGER, REAL, BLOB and TEXT become int8, float8, bytea and text compared byte by byte, INTEGER
 * PRIMARY KEY a number that the server gives out, STRICT and WITHOUT ROWID nothing. Quoted text,
 * comments and words in small letters stay as they are. */
enum status dialect_translate(const char *sql, struct text *translated, struct fault *fault);

#endif
