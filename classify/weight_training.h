/* weight_training.h - the numbers of the evidence model, fitted to what people decided.
 *
 * Confusions of digits are counted: the marks in a letter against the registered number of its
 * right case, on top of WEIGHT_OPINION made-up readings that say what the standard says. The
 * weights are then tried one after the other, a step up and a step down, and a step is kept when
 * the right cases become likelier by more than the step is away from the standard: few letters
 * change little. No chances are taken: the same lessons in the same order give the same weights.
 * The calibration stays: it takes tens of thousands of letters to be learned. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_WEIGHT_TRAINING_H
#define CLASSIFY_WEIGHT_TRAINING_H

#include "classify/lessons.h"
#include "classify/weights.h"

enum {
    WEIGHT_OPINION = 150,     /* readings of a digit that the standard counts for */
    WEIGHT_LESSONS_MOST = 300 /* that weights are fitted to: the last ones; confusions take all */
};

/* `rules` must have no model in use; they have the standard weights again afterwards. */
enum status weight_training(struct rules *rules, const struct register_index *index,
                            const struct lesson *lessons, size_t count,
                            struct evidence_weights *ret_weights, struct fault *fault);

#endif
