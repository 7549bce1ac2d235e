/* recall.h - a document that was filed to a wrong case is called back: one action, and all that
 * data protection asks for afterwards.
 *
 * The document leaves the case (cabinet and packages) by way of a file job and is matched again,
 * where no case that it was ever taken out of is a candidate. The matcher learns that it was wrong.
 * What is kept is who decided why, since when the document lay there, and since when somebody knows
 * (Art. 33 GDPR counts from there). Who opened it meanwhile comes from the audit. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_RECALL_H
#define STORE_RECALL_H

#include "base/text.h"
#include "store/desk.h"

/* Calls a filed document back. `act->reason` is needed. `known_ms`: when somebody noticed, 0 for
 * now. STATUS_REFUSE: no reason, or a moment that is still to come. *ret_number: of the recall, when
 * DESK_HAPPENED. */
enum status desk_recall(struct ledger *ledger, const struct desk_act *act, int64_t known_ms,
                        int64_t *ret_number, enum desk_verdict *ret_verdict, struct fault *fault);

/* Strings are borrowed for the call back. */
struct recall_record {
    int64_t number;
    struct document_id document;
    const char *case_number; /* the wrong one */
    const char *team;
    int64_t filed_ms; /* since when it lay there; 0: unknown */
    int64_t made_ms;
    int64_t known_ms;
    const char *actor;
    const char *reason;
    const char *outcome; /* "reported", "not_reported"; NULL: not decided yet */
    int64_t settled_ms;
    const char *settled_by;
    const char *settled_why;
};

typedef enum status recall_callback(void *context, const struct recall_record *record,
                                    struct fault *fault);
/* Those of a document (NULL: of all), the newest first; neither here nor below one whose document
 * or case is guarded (store/guard.h) from who asks, or whose case was another team's. */
enum status recalls_each(struct ledger *ledger, const struct document_id *document,
                         const struct desk_scope *scope, recall_callback *callback, void *context,
                         struct fault *fault);
/* *ret_found false: there is none of that number, and nothing was called. */
enum status recall_get(struct ledger *ledger, int64_t number, const struct desk_scope *scope,
                       recall_callback *callback, void *context, bool *ret_found,
                       struct fault *fault);

/* Somebody opened the document while it lay in the wrong case. */
struct recall_viewer {
    const char *person;
    const char *what; /* "document", "pdf", "page", "text", … parted by blanks */
    int64_t first_ms, last_ms;
    int64_t looks;
};
typedef enum status recall_viewer_callback(void *context, const struct recall_viewer *viewer,
                                           struct fault *fault);
enum status recall_viewers(struct ledger *ledger, const struct recall_record *record,
                           recall_viewer_callback *callback, void *context, struct fault *fault);
/* Appends the German note on the breach (law/breach.h) for the data protection officer, as it stands
 * now. `authority`: the office that is responsible. STATUS_LATER: out of memory. */
enum status recall_note_append(struct ledger *ledger, const struct recall_record *record,
                               const char *authority, struct text *text, struct fault *fault);

/* Whether the breach was reported to the supervisory authority, and why (not). STATUS_REFUSE: no
 * reason, no such recall, or it is settled already. */
enum status recall_settle(struct ledger *ledger, int64_t number, bool is_reported,
                          const char *actor, const char *why, struct fault *fault);

#endif
