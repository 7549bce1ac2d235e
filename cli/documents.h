/* documents.h - a document or scan in the form that the contract gives it, and in words.
 *
 * A duplicate scan is shown as refused, because that is what it is to whoever dropped it; the
 * error says of which scan it is a duplicate, and `duplicate_of` has its id. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_DOCUMENTS_H
#define CLI_DOCUMENTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/text.h"
#include "cli/instance.h"

/* The object that `list --json` prints; NULL on no memory. The caller owns it (json_decref()). */
json_t *document_to_json(const struct document_record *document, const struct spool *spool);
json_t *scan_to_json(const struct scan_record *scan, struct ledger *ledger);
/* Prints the object on a line of its own and takes it. False on no memory or a failed write. */
bool json_print_line(json_t *object, FILE *stream);
/* RFC 3339 local time; json null for 0. */
json_t *json_moment(int64_t wall_ms);

/* "refused" for a duplicate, else the state's own name. Static. */
const char *scan_shown_state(enum scan_state state);
/* Appends why there is no document: the recorded error, or of which scan it is a duplicate. In
 * German: the mailroom reads it. Nothing when there is nothing to say. */
void scan_append_error(const struct scan_record *scan, struct ledger *ledger, struct text *text);
bool digest_is_zero(const struct digest *digest);

#endif
