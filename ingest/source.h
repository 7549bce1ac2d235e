/* source.h - the path of a file below its drop folder, as the ledger and people see it.
 *
 * On disk a name may be any bytes but '/' and NUL. Kept and shown are only plain ones: valid
 * UTF-8 without control characters, line separators or marks that turn the direction of writing;
 * a file with another name is refused under an escaped one. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_SOURCE_H
#define INGEST_SOURCE_H

#include <stdbool.h>

enum {
    SOURCE_NAME_BYTES_MOST = 230, /* of a name we make: NAME_MAX less ".txt" and a number */
    SOURCE_NUMBER_MOST = 9999     /* of the names we make when one is taken */
};

bool source_is_plain(const char *source);
/* The source itself when it is plain; else with %XX for each byte that is not, and for `%`. Each
 * part is cut to SOURCE_NAME_BYTES_MOST. The caller owns it; NULL on no memory. */
char *source_escaped(const char *source);
/* Its last part; borrowed from `source`. */
const char *source_name(const char *source);
/* What is before the last part, "" at the top; the caller owns it, NULL on no memory. */
char *source_folder(const char *source);
/* The name itself for number 1, else "scan (2).tif", cut to SOURCE_NAME_BYTES_MOST before the
 * number. The caller owns it; NULL on no memory. */
char *source_numbered(const char *name, unsigned number);

#endif
