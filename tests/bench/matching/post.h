/* post.h - how letters come in: batches with strangers in them, envelopes with several letters, and
 * papers that the office asked for.
 *
 * Before each letter the post says who is likely to have written it (somebody of the same envelope,
 * a relative of theirs, somebody else of the batch, somebody who was asked for a paper), and what the
 * office knows by then: the cases of those letters of the batch that the matcher itself, or a
 * person, has decided. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_BENCH_MATCHING_POST_H
#define TESTS_BENCH_MATCHING_POST_H

#include "tests/bench/matching/story.h"

enum { POST_BATCH_LETTERS = 60, POST_REQUESTS = 400 };

struct post_letter {
    const struct citizen *person; /* the first that the letter is about; NULL: a stranger's */
    char case_number[WORLD_NUMBER_BYTES]; /* as decided; "" while nobody did */
    char source[16];
    unsigned envelope;
};

struct post {
    struct chance chance;
    struct post_letter letters[POST_BATCH_LETTERS]; /* of the batch, so far */
    size_t count;
    unsigned envelope; /* of the letter to come */
    struct {
        const struct citizen *person;
        const char *kind; /* of paper; "": any */
    } requests[POST_REQUESTS];
    struct known_fact facts[POST_BATCH_LETTERS + POST_REQUESTS];
};

void post_init(struct post *post, const struct world *world, uint64_t seed);
/* Sets the world's likely sender, and what is known of the letter to come: valid until the next call. */
struct classify_context post_next(struct post *post, struct world *world);
/* What became of the letter. */
void post_settle(struct post *post, const struct world *world, const struct story *story,
                 const struct classification *result);

#endif
