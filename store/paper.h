/* paper.h - from when on the paper of what was scanned may be destroyed.
 *
 * BSI TR-03138 A.SC.8 and A.O.1 i: never before the check is done, and by a rule that names a date
 * and somebody who releases it. Paper rests in boxes by lot (store/quality.h), so a lot is released
 * as a whole: every document that was drawn is found good, nothing of it waits for a person, the
 * paper has been kept as long as the office has fixed, and who releases neither made the scans nor
 * checked them. Paper that is to be kept for ever (deeds, certificates, envelopes of formal
 * service) is marked document by document, and stays so. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_PAPER_H
#define STORE_PAPER_H

#include "store/quality.h"

enum lot_stand {
    LOT_CHECKING = 0, /* something drawn is not found good yet */
    LOT_WAITING,      /* checked; the paper is to be kept for longer */
    LOT_READY,        /* may be released */
    LOT_RELEASED      /* may be destroyed, but for what is kept */
};
const char *lot_stand_name(enum lot_stand stand);

/* Strings are borrowed for the call back. */
struct lot_record {
    struct uuid id;
    const char *batch; /* NULL: none */
    const char *site;
    const char *day; /* of the newest scan */
    const char *protection;
    uint32_t rate; /* per mille */
    struct digest seed;
    uint32_t documents, drawn, open_checks, kept;
    bool has_finding;
    int64_t made_ms;
    enum lot_stand stand;
    char paper_from[QUALITY_DAY_BYTES]; /* the first day on which it may be released */
    int64_t released_ms;                /* 0: not yet */
    const char *released_by;
};
typedef enum status lot_callback(void *context, const struct lot_record *lot, struct fault *fault);
/* The newest first; at most `most` (0: all). `months`: how long paper is kept. Counts are of what
 * somebody sees; who sees teams sees no lot that has nothing of theirs. */
enum status lots_each(struct ledger *ledger, const struct desk_scope *scope, uint32_t months,
                      uint32_t most, lot_callback *callback, void *context, struct fault *fault);

struct paper_item {
    struct document_id document;
    struct uuid lot;
    const char *batch; /* NULL: none */
    const char *site;
    const char *source;
    const char *keep; /* why it is kept for ever; NULL: it is not */
    enum lot_stand stand;
    char from[QUALITY_DAY_BYTES]; /* destroyed on this day at the earliest; "" when kept for ever */
    int64_t released_ms;
    const char *released_by;
};
typedef enum status paper_callback(void *context, const struct paper_item *item,
                                   struct fault *fault);
/* Every document that is in a lot, by lot as they lie in their boxes, the oldest lot first.
 * `is_released_only`: what may be taken out and destroyed, and what of these boxes may not. */
enum status paper_each(struct ledger *ledger, const struct desk_scope *scope, uint32_t months,
                       bool is_released_only, paper_callback *callback, void *context,
                       struct fault *fault);

enum paper_verdict {
    PAPER_RELEASED = 0,
    PAPER_UNKNOWN, /* there is no such lot, or nothing of theirs in it */
    PAPER_SHARED,  /* there is paper of other teams in it */
    PAPER_BEFORE,  /* it is released already */
    PAPER_NOT_CHECKED,
    PAPER_UNSETTLED, /* one of its documents still waits for a person, or moves */
    PAPER_TOO_EARLY,
    PAPER_SAME_PERSON
};
enum status paper_release(struct ledger *ledger, const struct uuid *lot, uint32_t months,
                          const char *actor, const struct desk_scope *scope,
                          enum paper_verdict *ret_verdict, struct fault *fault);
/* The paper of this document is never destroyed. STATUS_REFUSE: no reason, or the document is in no
 * lot, or its paper was released already. */
enum status paper_keep(struct ledger *ledger, struct document_id document, const char *reason,
                       const char *actor, struct fault *fault);

#endif
