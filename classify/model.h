/* model.h - everything that is learned from people's decisions, as one value with a form at rest.
 *
 * The form begins with "PEM1", then the weights of the evidence by name (weights.h), then the
 * kinds (kind_model.h). A name that this program does not know is passed over, one that is missing
 * has its standard value: a model outlives changes of the program. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_MODEL_H
#define CLASSIFY_MODEL_H

#include "classify/kind_model.h"
#include "classify/weights.h"

enum { MODEL_BYTES_MOST = 32 << 20, MODEL_WEIGHTS_MOST = 4096 };

struct model {
    struct evidence_weights weights;
    struct kind_model *kinds; /* owned; NULL: nothing was learned of them */
};

/* One that says nothing: the standard weights, no kinds. NULL: out of memory. */
struct model *model_new(void);
void model_free(struct model **model_p);

/* Check writer->failed at the end. */
void model_encode(const struct model *model, struct byte_writer *writer);
/* STATUS_REFUSE: not a model, or weights that cannot be. */
enum status model_decode(const void *bytes, size_t length, struct model **ret_model,
                         struct fault *fault);

#endif
