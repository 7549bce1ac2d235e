/* kind_training.h - from letters whose kind people confirmed to a model of kinds.
 *
 * One kind against all others, logistic regression with a quadratic penalty (LIBLINEAR's
 * L2R_LR, which takes no chances: the same letters in the same order give the same model). A kind
 * with fewer than KIND_DOCUMENTS_LEAST letters is not learned; neither is anything from letters of
 * one kind only. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_KIND_TRAINING_H
#define CLASSIFY_KIND_TRAINING_H

#include "classify/kind_model.h"

enum {
    KIND_DOCUMENTS_LEAST = 3,
    KIND_DOCUMENTS_MOST = 20000, /* further letters are not taken */
    KIND_WEIGHTS_MOST = 8000     /* of one kind: the heaviest stay */
};

struct kind_training;

/* NULL: out of memory. */
struct kind_training *kind_training_new(void);
void kind_training_free(struct kind_training **training_p);
/* `kind` "" for none of them. `rules` as they are when the model will be used, without one. False
 * when memory ran out. */
bool kind_training_add(struct kind_training *training, const struct letter *letter,
                       const struct kind_rules *rules, const char *kind);
/* *ret_model is NULL when there is too little to learn from. STATUS_LATER on no memory. */
enum status kind_training_finish(struct kind_training *training, struct kind_model **ret_model,
                                 struct fault *fault);

#endif
