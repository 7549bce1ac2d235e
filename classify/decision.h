/* decision.h - to file or to ask a person.
 *
 * Probability and margin are necessary, never sufficient: what must agree and what must not stand
 * against it is a list of rules, each with the sentence that a clerk reads. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_DECISION_H
#define CLASSIFY_DECISION_H

#include "classify/candidates.h"

struct decision {
    bool to_file;
    double probability; /* of the best candidate, its further cases left out */
    struct text reason; /* one German sentence */
    /* Further cases that it is filed to: indexes of candidates, and how sure each is. */
    size_t copies[COPIES_MOST];
    double copy_probabilities[COPIES_MOST];
    size_t copy_count;
};

/* `candidates` as candidates_find() sorted them. decision_done() in any case. */
void decide(struct decision *decision, const struct candidates *candidates,
            const struct facts *facts, const struct register_index *index);
void decision_done(struct decision *decision);

#endif
