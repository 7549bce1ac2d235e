/* packages.h - what was handed over to a document management system, and what it answered.
 *
 * A row appears in the transaction that files the document, and says "withdrawn" from the one on in
 * which the document left that place. An answer that says no sends the document to a person; the
 * case that it was filed to stays as the suggestion. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_PACKAGES_H
#define STORE_PACKAGES_H

#include "store/ledger.h"

enum package_state { PACKAGE_SENT = 0, PACKAGE_TAKEN, PACKAGE_REFUSED, PACKAGE_WITHDRAWN };

/* "sent", "taken", "refused", "withdrawn"; static. And back: false for other words. */
const char *package_state_name(enum package_state state);
bool package_state_from_name(const char *name, enum package_state *ret_state);

/* Strings are borrowed for the call back. */
struct package_record {
    struct uuid process;
    struct document_id document;
    const char *case_number;
    const char *team;
    int64_t sent_ms;
    enum package_state state;
    int64_t answered_ms; /* 0: not yet */
    const char *reason;  /* NULL: none */
};

typedef enum status package_callback(void *context, const struct package_record *record,
                                     struct fault *fault);
/* Those of a document (NULL: of all), oldest first; `state` NULL: in every state. */
enum status packages_each(struct ledger *ledger, const struct document_id *document,
                          const enum package_state *state, package_callback *callback,
                          void *context, struct fault *fault);

enum package_answer {
    PACKAGE_ANSWER_KEPT = 0, /* noted */
    PACKAGE_ANSWER_REPEATED, /* it was answered before */
    PACKAGE_ANSWER_UNKNOWN   /* no package of this process was sent */
};
/* The system's answer. `reason` (NULL when `is_taken`): its words for why not. */
enum status package_answer(struct ledger *ledger, const struct uuid *process, bool is_taken,
                           const char *reason, const char *actor, enum package_answer *ret_answer,
                           struct fault *fault);

#endif
