/* model_watch.h - the model that was learned last, in use without a stop.
 *
 * The bytes come out of the ledger; a version that cannot be read leaves the rules as they are and
 * is not asked for again. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_MODEL_WATCH_H
#define WORKERS_MODEL_WATCH_H

#include "base/clock.h"
#include "classify/classify.h"
#include "store/ledger.h"

struct model_watch;

/* `clock`, `ledger_url` and `rules` are borrowed; `rules` are changed by model_watch_look(). */
enum status model_watch_new(const char *ledger_url, const struct clock *clock, struct rules *rules,
                            struct model_watch **ret_watch, struct fault *fault);
void model_watch_free(struct model_watch **watch_p);

/* Puts the current model to use when it is another than before; *ret_changed says so. Not while
 * another thread classifies. */
enum status model_watch_look(struct model_watch *watch, bool *ret_changed, struct fault *fault);
/* In use; 0: none. */
int64_t model_watch_version(const struct model_watch *watch);

/* Reads a version out of the ledger; 0 gives the program's standard. The caller owns it. */
enum status model_load(struct ledger *ledger, int64_t version, struct model **ret_model,
                       struct fault *fault);
/* "m7" for version 7: what stands in the version of the rules. */
enum { MODEL_LABEL_BYTES = 24 };
void model_label(int64_t version, char ret_label[MODEL_LABEL_BYTES]);

#endif
