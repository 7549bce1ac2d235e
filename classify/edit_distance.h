/* edit_distance.h - how far what was read is from what is registered.
 *
 * Costs are in hundredths of one sender's slip: a wrong, missing, additional or swapped character
 * costs 100; what scanners and recognisers confuse costs less. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_EDIT_DISTANCE_H
#define CLASSIFY_EDIT_DISTANCE_H

#include <stddef.h>
#include <stdint.h>

#include "classify/weights.h"

enum {
    EDIT_SLIP = 100,
    EDIT_FAR = 100000,         /* more than the caller wanted to know */
    EDIT_CHARACTERS_MOST = 127 /* longer strings are far from everything */
};

/* The costs of evidence_weights, ready for use. */
struct edit_costs {
    unsigned replaced[CONFUSION_DIGITS][CONFUSION_DIGITS]; /* [read][registered] */
    unsigned lost_zero;
    unsigned stroke_as_one;
    /* By digit as read: the digits that it may have been, likeliest first; "" for none. */
    char meant[CONFUSION_DIGITS][CONFUSION_DIGITS + 1];
};

struct edit_costs edit_costs_of(const struct evidence_weights *weights);

/* Between two folded numbers (fold_number()); EDIT_FAR above `most`. */
unsigned edit_distance_number(const struct edit_costs *costs, const char *read,
                              const char *registered, unsigned most);
/* Number of single edits between two folded words; EDIT_FAR above `most`. */
unsigned edit_distance_word(const char *read, const char *registered, unsigned most);

/* The digits that may have been meant where `digit` was read, likeliest first, "" for none;
 * borrowed from `costs`. */
const char *edit_meant_by(const struct edit_costs *costs, char digit);

#endif
