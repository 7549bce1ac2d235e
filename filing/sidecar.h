/* sidecar.h - dokument.json: what the ledger knows of a document, for whoever opens its folder. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef FILING_SIDECAR_H
#define FILING_SIDECAR_H

#include "base/text.h"
#include "store/ledger.h"

/* Appends the JSON of `document`, which came in `scan`. The same records give the same bytes:
 * neither the time nor the attempt of filing is part of it. STATUS_LATER on no memory. */
enum status sidecar_append(const struct document_record *document, const struct scan_record *scan,
                           struct text *json, struct fault *fault);

#endif
