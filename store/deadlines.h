/* deadlines.h - the periods that hang on a document, who has taken note of them, and what happens
 * when nobody does.
 *
 * The hints are law/deadline.h's, reckoned anew with every decision about the document and every
 * correction of its date of receipt: they never decide anything. A document is flagged that the
 * matcher calls urgent or one with a deadline, or for which a last day is known. Each flagged
 * document has to be acknowledged by a person; what nobody acknowledged in time is escalated: it
 * is listed for the team's lead, with an audit row "document.escalate" that alarms can listen to. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_DEADLINES_H
#define STORE_DEADLINES_H

#include "law/day.h"
#include "law/deadline.h"
#include "store/desk.h"

enum { DEADLINE_DAY_BYTES = DAY_TEXT_BYTES, DEADLINE_HINTS_MOST = 8 };

const char *deadline_meaning_name(enum deadline_meaning meaning); /* "sender", "office", "effect" */

struct deadline_record {
    const char *rule;
    const char *meaning;
    const char *title;
    const char *due; /* YYYY-MM-DD; NULL when it is not known */
    bool is_past;    /* of the sender's: received behind it */
    const char *source;
    const char *words; /* one German sentence with inputs, rule and source */
};
/* In the order of the rules; `record` is borrowed. The callback must not use the ledger. */
typedef enum status deadline_callback(void *context, const struct deadline_record *record,
                                      struct fault *fault);
enum status deadlines_of(struct ledger *ledger, struct document_id document,
                         deadline_callback *callback, void *context, struct fault *fault);

struct deadline_standing {
    char due[DEADLINE_DAY_BYTES]; /* the earliest; "" when none is known */
    bool is_flagged;              /* it needs, or has, an acknowledgement */
    int64_t flagged_ms;           /* since when it waits for one; 0: it does not */
    int64_t escalated_ms;         /* 0: not */
    int64_t acknowledged_ms;      /* 0: not yet */
    char *acknowledged_by;        /* NULL: nobody */
};
void deadline_standing_done(struct deadline_standing *standing);
enum status deadlines_standing(struct ledger *ledger, struct document_id document,
                               struct deadline_standing *ret_standing, struct fault *fault);

/* A person has seen it. STATUS_REFUSE: it is not flagged, or somebody was first. */
enum status deadlines_acknowledge(struct ledger *ledger, struct document_id document,
                                  const char *actor, struct fault *fault);

/* Escalates what was flagged before `before_ms` and is acknowledged by nobody; *ret_count: how many
 * more there are now. At most `most` in one transaction. */
enum status deadlines_escalate(struct ledger *ledger, int64_t before_ms, uint32_t most,
                               uint32_t *ret_count, struct fault *fault);

/* For status displays and alarms. */
struct deadline_counts {
    uint64_t waiting;   /* flagged, and nobody has acknowledged them */
    uint64_t escalated; /* of these, longer than allowed */
    int64_t oldest_ms;  /* when the oldest of them was flagged; 0 for none */
};
enum status deadlines_count(struct ledger *ledger, struct deadline_counts *ret_counts,
                            struct fault *fault);

struct deadline_filter {
    bool only_escalated;
    const char *team; /* NULL: all */
    uint32_t limit;   /* 0: as many as a list may have */
};
struct deadline_item {
    const struct document_record *document; /* borrowed */
    struct deadline_standing standing;
};
/* What is flagged, acknowledged by nobody, and filed or in clearing or on the way there: the
 * escalated first, then by the last day, those without one behind. The callback may use the ledger. */
typedef enum status deadline_item_callback(void *context, const struct deadline_item *item,
                                           struct fault *fault);
enum status deadlines_list(struct ledger *ledger, const struct desk_scope *scope,
                           const struct deadline_filter *filter, deadline_item_callback *callback,
                           void *context, struct fault *fault);

#endif
