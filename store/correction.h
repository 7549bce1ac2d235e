/* correction.h - what people found of the matcher's decisions: the truth that learning and
 * reports go by.
 *
 * Whoever lets a person decide about a document calls correction_keep() (ledger_private.h) in the
 * same transaction. Confirming what was proposed is a statement like any other. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_CORRECTION_H
#define STORE_CORRECTION_H

#include "store/ledger.h"

/* One statement of a person; what is NULL or false is not said. */
struct correction {
    const char *case_number; /* the right case; "": none of ours (forwarded, discarded) */
    const char *kind;        /* the right kind of document; "": none of those there are */
    bool is_misfiled;        /* the case that it was filed to is wrong */
};

/* A decision of the matcher and what is known of its truth. Strings are borrowed. */
struct judged_decision {
    struct document_id document;
    enum document_state state;
    struct digest reading;     /* in the spool */
    struct digest explanation; /* in the spool; zero for none */
    int64_t made_ms;
    bool to_file;
    const char *case_number; /* NULL for none */
    double confidence, runner_up;
    const char *kind; /* NULL for unknown */
    double kind_confidence;
    const char *rules_version;
    int64_t register_version;
    /* What people said since: */
    const char *right_case; /* NULL: not said; "": nobody's */
    const char *right_kind; /* NULL: not said; "": none */
    bool is_misfiled;
    const char *corrected_by; /* who spoke last; NULL: nobody */
    int64_t corrected_ms;
};

typedef enum status judged_callback(void *context, const struct judged_decision *judged,
                                    struct fault *fault);
/* Every document's decision of the matcher: the one that the first correction judged, else its
 * last; oldest document first, copies for further cases left out. With `only_corrected`, those that somebody said something of. A
 * callback that does not return STATUS_OK ends the walk; it may look into the ledger but must not
 * change it. */
enum status judged_each(struct ledger *ledger, bool only_corrected, judged_callback *callback,
                        void *context, struct fault *fault);

#endif
