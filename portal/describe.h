/* describe.h - records of the ledger as the JSON that the pages read.
 *
 * The keys are those of `posteingang list --json`, so that whoever knows one knows the other. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_DESCRIBE_H
#define PORTAL_DESCRIBE_H

#include <jansson.h>

#include "store/ledger.h"

/* All return a new object; NULL when memory is out. */
json_t *describe_document(const struct document_record *document);
json_t *describe_scan(const struct scan_record *scan);
json_t *describe_worker(const struct worker_record *worker);
json_t *describe_time(int64_t wall_ms); /* null for 0 */
json_t *describe_uuid(const struct uuid *uuid);

#endif
