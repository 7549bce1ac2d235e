/* quality.h - another person compares a sample of the documents with their paper.
 *
 * Documents are drawn from in lots: those of a batch when it is closed, and those that came in no
 * batch by site and day, when the day is over. law/sampling.h says how many and which; the seed is
 * kept, so that anybody can draw the same sample again: the lot's id is the batch's there, the
 * item's number the index. Documents of the kinds that the office names are always drawn, whatever
 * the sample says. A document that a person has not met yet (matching) is in no lot; it is in a
 * later one.
 *
 * Who checks must be another than who made the scan: the batch's operator, who opened or closed the
 * batch, who handed the scan in, or arranged its pages. A finding has every document of the lot
 * drawn, and the lots of the site after it drawn more closely until enough of them were clean. A
 * document with a finding stays open until it was looked at again and found good. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_QUALITY_H
#define STORE_QUALITY_H

#include "law/sampling.h"
#include "store/desk.h"
#include "store/ledger_batch.h"

enum { QUALITY_DAY_BYTES = 11, QUALITY_WORDS_BYTES_MOST = 1000, QUALITY_FINDINGS_MOST = 16 };

struct quality_rule {
    struct sampling_rule sampling;
    const char *high_kinds; /* kinds parted by `;` that are always drawn; NULL: none */
};

/* Draws the next lot that is due. *ret_drawn false: none is. */
enum status quality_draw(struct ledger *ledger, const struct quality_rule *rule, bool *ret_drawn,
                         struct fault *fault);
/* Draws all that are due; *ret_lots: how many. */
enum status quality_draw_all(struct ledger *ledger, const struct quality_rule *rule,
                             uint32_t *ret_lots, struct fault *fault);

/* ---- checking ------------------------------------------------------------------------------- */

/* What may be wrong: "page_missing", "unreadable", …; NULL behind the last. Static. */
const char *const *quality_finding_names(void);

struct quality_opinion {
    bool is_good;
    const char *findings; /* of the names above, parted by blanks; "" when it is good */
    const char *words;    /* NULL: none */
};

enum quality_verdict {
    QUALITY_KEPT = 0,
    QUALITY_NO_LOT,     /* its batch is open, or its day not over: it is in no lot yet */
    QUALITY_SAME_PERSON /* who made the scan does not check it */
};

/* Somebody compared the document with its paper. STATUS_REFUSE: no such document, a finding that is
 * none, bad without a finding, or good with one. */
enum status quality_check(struct ledger *ledger, struct document_id document,
                          const struct quality_opinion *opinion, const char *actor,
                          enum quality_verdict *ret_verdict, struct fault *fault);

/* ---- looking -------------------------------------------------------------------------------- */

/* Strings are borrowed for the call back. */
struct quality_item {
    struct document_id document;
    struct uuid lot;
    const char *batch; /* NULL: none */
    const char *site;
    const char *source;
    const char *kind;          /* NULL: unknown */
    const char *operator_name; /* NULL: unknown */
    const char *drawn;         /* "sample", "kind", "finding", "asked" */
    const char *verdict;       /* the last one; NULL: not checked */
    const char *findings;      /* of it; NULL: none */
    const char *words;
    const char *checked_by;
    int64_t checked_ms;
    int64_t received_ms;
};
typedef enum status quality_callback(void *context, const struct quality_item *item,
                                     struct fault *fault);
/* Those drawn that are not found good yet, in the order of the lots; the callback may use the
 * ledger. At most `most` (0: all). */
enum status quality_open(struct ledger *ledger, uint32_t rights, uint32_t most,
                         quality_callback *callback, void *context, struct fault *fault);
/* Whether the document is in a lot, and its item. */
enum status quality_of(struct ledger *ledger, struct document_id document,
                       quality_callback *callback, void *context, bool *ret_found,
                       struct fault *fault);

#endif
