/* lessons.c - see lessons.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "classify/lessons.h"

static const double TRUTH_LEAST = 1e-4; /* probability: one lesson must not drown all others */
static const double TRUTH_MOST = 1 - 1e-6;

/* What was given to the truth: the right case, or that it is nobody's. */
static double truth_of(const struct classification *found, const char *right_case)
{
    double truth = 0;
    if (right_case[0] == '\0')
        truth = found->candidate_count == 0 ? 1 : 1 - found->candidates[0].probability;
    for (uint32_t i = 0; i < found->candidate_count; i++)
        if (string_equal(found->candidates[i].case_number, right_case))
            truth = found->candidates[i].probability;
    return truth < TRUTH_LEAST ? TRUTH_LEAST : truth > TRUTH_MOST ? TRUTH_MOST : truth;
}

static void count_case(const struct classification *found, const char *right_case,
                       struct lesson_score *score)
{
    score->cases++;
    score->surprise -= log(truth_of(found, right_case));
    if (!found->to_file || found->candidate_count == 0)
        return;
    score->filed++;
    score->misfiled += !string_equal(found->candidates[0].case_number, right_case);
}

enum status lessons_score(const struct rules *rules, const struct register_index *index,
                          const struct lesson *lessons, size_t count,
                          struct lesson_score *ret_score, struct fault *fault)
{
    struct lesson_score score = {0};
    for (size_t i = 0; i < count; i++) {
        struct classification found = {.to_file = false};
        enum status status = classify(rules, index, lessons[i].reading, &found, fault);
        if (status != STATUS_OK)
            return status;
        if (lessons[i].right_case != NULL)
            count_case(&found, lessons[i].right_case, &score);
        if (lessons[i].right_kind != NULL) {
            score.kinds++;
            score.kinds_right +=
                string_equal(found.kind == NULL ? "" : found.kind, lessons[i].right_kind);
        }
        classification_done(&found);
    }
    *ret_score = score;
    return STATUS_OK;
}

bool lesson_score_is_no_worse(const struct lesson_score *after, const struct lesson_score *before)
{
    uint64_t filed_right_after = after->filed - after->misfiled;
    uint64_t filed_right_before = before->filed - before->misfiled;
    if (after->misfiled != before->misfiled)
        return after->misfiled < before->misfiled;
    if (filed_right_after != filed_right_before)
        return filed_right_after > filed_right_before;
    return after->kinds_right >= before->kinds_right;
}
