/* models.h - what was learned, version by version: kept for ever, one of them current.
 *
 * A model is bytes to the ledger (classify/model.h). They stand in the ledger itself and not in
 * the spool, because the filer, which uses them, may see the one and not the other. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_MODELS_H
#define STORE_MODELS_H

#include "store/ledger.h"

enum { MODELS_BYTES_MOST = 32 << 20 };

enum model_state {
    MODEL_KEPT,    /* may be put to use again */
    MODEL_CURRENT, /* decides */
    MODEL_REFUSED  /* was worse than the one before when it was trained; never decided anything */
};
const char *model_state_name(enum model_state state); /* "kept", "current", "refused" */

struct model_offer {
    const void *bytes;
    size_t length;
    const char *figures; /* one JSON object: what it was trained and measured on */
    bool is_accepted;    /* it becomes the current one; else it is kept as refused */
    const char *actor;
};
/* Versions grow from 1. One transaction with an audit row. */
enum status model_add(struct ledger *ledger, const struct model_offer *offer, int64_t *ret_version,
                      struct fault *fault);
/* Makes a version the current one; 0: none, the standard of the program. STATUS_REFUSE: there is
 * no such version, or it was refused. */
enum status model_use(struct ledger *ledger, int64_t version, const char *actor,
                      struct fault *fault);
/* The current version, 0 for none: cheap. */
enum status model_current(struct ledger *ledger, int64_t *ret_version, struct fault *fault);
/* The bytes of a version, which are what they were when they were added; the caller frees them. */
enum status model_bytes(struct ledger *ledger, int64_t version, void **ret_bytes,
                        size_t *ret_length, struct fault *fault);

/* Strings are borrowed. */
struct model_record {
    int64_t version;
    enum model_state state;
    int64_t made_ms, since_ms; /* since_ms 0: never used */
    const char *actor;
    const char *figures;
    uint64_t bytes;
};
typedef enum status model_callback(void *context, const struct model_record *record,
                                   struct fault *fault);
/* Newest first. */
enum status models_each(struct ledger *ledger, model_callback *callback, void *context,
                        struct fault *fault);

#endif
