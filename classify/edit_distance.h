/* edit_distance.h - how far what was read is from what is registered.
 *
 * Costs are in hundredths of one sender's slip: a wrong, missing, additional or swapped character
 * costs 100; what scanners and recognisers confuse costs less. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_EDIT_DISTANCE_H
#define CLASSIFY_EDIT_DISTANCE_H

#include <stddef.h>
#include <stdint.h>

enum {
    EDIT_SLIP = 100,
    EDIT_FAR = 100000,         /* more than the caller wanted to know */
    EDIT_CHARACTERS_MOST = 127 /* longer strings are far from everything */
};

/* Between two folded numbers (fold_number()); EDIT_FAR above `most`. */
unsigned edit_distance_number(const char *read, const char *registered, unsigned most);
/* Number of single edits between two folded words; EDIT_FAR above `most`. */
unsigned edit_distance_word(const char *read, const char *registered, unsigned most);

/* The digits that `digit` is most often misread as, "" for none; static. */
const char *edit_confused_with(char digit);

#endif
