/* numbers.h - case numbers in a letter: what the marks say, and which registered ones they could
 * have been.
 *
 * Two ways lead to a sighting: a configured grammar matches, or a stretch of number-like marks is
 * close to a registered number (register_index_by_number()), across lost separators, confused
 * characters, line breaks and narrow table cells. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_NUMBERS_H
#define CLASSIFY_NUMBERS_H

#include "classify/fold.h"
#include "classify/grammar.h"
#include "classify/letter.h"
#include "classify/register_index.h"

enum { NUMBER_HITS_MOST = 8, NUMBER_COST_MOST = 140, NUMBER_SIGHTINGS_MOST = 128 };

/* Whose reference the words beside a number say it is. */
enum number_role {
    NUMBER_UNLABELLED,
    NUMBER_LABELLED, /* "Aktenzeichen", "Az." … */
    NUMBER_OURS,     /* "Ihr Zeichen" on a letter to us */
    NUMBER_THEIRS    /* "Unser Zeichen": the sender's own */
};

struct number_sighting {
    uint32_t first, last; /* tokens */
    bool is_broken;       /* over two lines, or a cell: only first and last are of it for sure */
    char key[FOLD_KEY_BYTES];
    char canonical[GRAMMAR_NUMBER_BYTES]; /* "" when no grammar matched */
    bool is_checked;                      /* its check digit agrees */
    bool is_wrong;                        /* its check digit does not agree */
    enum number_role role;
    struct number_hit hits[NUMBER_HITS_MOST]; /* cheapest first */
    size_t hit_count;
};

struct numbers {
    struct number_sighting *sightings;
    size_t count;
};

/* False when memory ran out. numbers_done() in any case. */
bool numbers_find(struct numbers *numbers, const struct letter *letter,
                  const struct register_index *index);
void numbers_done(struct numbers *numbers);
/* The sighting reads exactly as the case's number. */
bool number_is_exact(const struct number_sighting *sighting);

#endif
