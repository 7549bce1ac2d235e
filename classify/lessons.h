/* lessons.h - letters whose truth people know: to learn from, and to measure a model on. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_LESSONS_H
#define CLASSIFY_LESSONS_H

#include "classify/classify.h"

struct lesson {
    const struct reading *reading; /* borrowed */
    const char *right_case;        /* "": nobody's of ours; NULL: not known */
    const char *right_kind;        /* "": none of the kinds; NULL: not known */
};

/* What the rules would make of the lessons today. */
struct lesson_score {
    uint64_t cases;    /* lessons whose case is known */
    uint64_t filed;    /* of those: without a person */
    uint64_t misfiled; /* of those: to another case than the right one */
    uint64_t kinds;    /* lessons whose kind is known */
    uint64_t kinds_right;
    double surprise; /* sum of -ln(probability given to the truth) over `cases` */
};

enum status lessons_score(const struct rules *rules, const struct register_index *index,
                          const struct lesson *lessons, size_t count,
                          struct lesson_score *ret_score, struct fault *fault);

/* Is `after` no worse than `before`? What weighs more comes first: letters filed to a wrong case,
 * then letters filed rightly, then kinds of document. */
bool lesson_score_is_no_worse(const struct lesson_score *after, const struct lesson_score *before);

#endif
