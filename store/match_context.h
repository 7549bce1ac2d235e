/* match_context.h - what the ledger knows of a document before it is matched.
 *
 * Lines of text, one fact each, four fields parted by tabs (the matcher's known.h has the same
 * contract):
 *
 *     excluded   <case number>             it was taken out of this case: no candidate
 *     expected   <case number> <kind> <n>  request n asked for a paper of this kind ("": any)
 *     batch      <case number> "" <id>     document <id> of this case came in the same batch
 *     envelope   <case number> "" <id>     … in the same envelope
 *     submission <case number> "" <id>     … was handed in at the desk with it
 *
 * A batch is what came behind one cover sheet, or as one scan. An envelope is what lies between
 * two sheets or stickers that part documents in a scan: documents in it were parted by a person,
 * or by a return sheet. A submission is all for which a citizen took home one receipt. Only
 * documents that are filed, or on their way into the cabinet, count as somebody's. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_MATCH_CONTEXT_H
#define STORE_MATCH_CONTEXT_H

#include "base/text.h"
#include "store/ledger.h"

enum {
    MATCH_CONTEXT_EXPECTED_MOST = 20000, /* lines: the newest requests */
    MATCH_CONTEXT_NEAR_MOST = 2000       /* lines of either sort: the newest documents */
};

enum status match_context_append(struct ledger *ledger, struct document_id id, struct text *lines,
                                 struct fault *fault);

#endif
