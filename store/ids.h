/* ids.h - identifiers of the things in the ledger. Each kind is its own struct, so that the
 * compiler refuses a scan's id where a document's belongs. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_IDS_H
#define STORE_IDS_H

#include <stdint.h>

#include "base/uuid.h"

struct scan_id {
    struct uuid uuid;
};

struct document_id {
    struct uuid uuid;
};

/* Jobs are numbered by the ledger, from 1. */
struct job_id {
    int64_t number;
};

#endif
