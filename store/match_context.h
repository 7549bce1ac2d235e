/* match_context.h - what the ledger knows of a document before it is matched.
 *
 * Lines of text, fields parted by tabs:
 *
 *     excluded <case number>           it was taken out of this case: no candidate
 *     expected <case number> <kind>    a paper of this kind was asked for ("" for any) */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_MATCH_CONTEXT_H
#define STORE_MATCH_CONTEXT_H

#include "base/text.h"
#include "store/ledger.h"

enum { MATCH_CONTEXT_EXPECTED_MOST = 20000 /* lines: the newest requests */ };

enum status match_context_append(struct ledger *ledger, struct document_id id, struct text *lines,
                                 struct fault *fault);

#endif
