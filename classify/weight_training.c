/* weight_training.c - see weight_training.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "classify/facts.h"
#include "classify/rules.h"
#include "classify/weight_training.h"

enum { PASSES = 2, MISREAD_MOST = 2 /* digits of one number; more is another number */ };

/* A cost of one slip (100) stands for a reading that happens this seldom. */
static const double SLIP_SHARE = 0.005;
static const double STEP_SHARE = 0.05;    /* of the distance between a weight's bounds */
static const double FREEDOM_SHARE = 0.10; /* where the pull of the standard is one half */
static const double COST_LEAST = 15;      /* hundredths: nothing is read wrongly for certain */

/* ---- confusions ----------------------------------------------------------------------------- */

struct confusions {
    double read[CONFUSION_DIGITS][CONFUSION_DIGITS]; /* [read][registered] */
    double registered[CONFUSION_DIGITS];
};

/* How many digits differ; MISREAD_MOST + 1 when the marks cannot be this number. */
static unsigned count_misread(const char *read, const char *key)
{
    unsigned misread = 0;
    if (strlen(read) != strlen(key))
        return MISREAD_MOST + 1;
    for (; *key != '\0' && misread <= MISREAD_MOST; key++, read++)
        misread += *key != *read;
    return misread;
}

static void count_number(struct confusions *confusions, const char *read, const char *key)
{
    if (count_misread(read, key) > MISREAD_MOST)
        return;
    for (; *key != '\0'; key++, read++) {
        if (!ascii_is_digit(*key) || !ascii_is_digit(*read))
            continue;
        confusions->read[*read - '0'][*key - '0']++;
        confusions->registered[*key - '0']++;
    }
}

static enum status count_lesson(struct confusions *confusions, const struct register_index *index,
                                const struct lesson *lesson, struct fault *fault)
{
    uint32_t case_id = lesson->right_case == NULL || lesson->right_case[0] == '\0'
                           ? CASE_NONE
                           : register_index_case(index, lesson->right_case);
    struct facts *facts = NULL;
    if (case_id == CASE_NONE)
        return STATUS_OK;
    enum status status = facts_new(lesson->reading, index, &facts, fault);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < facts->numbers.count; i++)
        count_number(confusions, facts->numbers.sightings[i].key,
                     register_index_key(index, case_id));
    facts_free(&facts);
    return STATUS_OK;
}

/* The cost of reading one digit for another, from what was seen and what the standard thinks. */
static double learned_cost(const struct confusions *confusions, size_t read, size_t registered,
                           double standard)
{
    double slip = -log(SLIP_SHARE);
    double opinion = WEIGHT_OPINION * exp(-slip * standard / EDIT_SLIP);
    double share = (confusions->read[read][registered] + opinion) /
                   (confusions->registered[registered] + WEIGHT_OPINION);
    double cost = -log(share) / slip * EDIT_SLIP;
    return cost < COST_LEAST ? COST_LEAST : cost > EDIT_SLIP ? EDIT_SLIP : cost;
}

static enum status learn_confusions(const struct register_index *index,
                                    const struct lesson *lessons, size_t count,
                                    struct evidence_weights *weights, struct fault *fault)
{
    struct confusions confusions = {.registered = {0}};
    for (size_t i = 0; i < count; i++) {
        enum status status = count_lesson(&confusions, index, &lessons[i], fault);
        if (status != STATUS_OK)
            return status;
    }
    for (size_t read = 0; read < CONFUSION_DIGITS; read++)
        for (size_t registered = 0; registered < CONFUSION_DIGITS; registered++)
            if (read != registered && confusions.read[read][registered] > 0)
                weights->confusion[read][registered] = learned_cost(
                    &confusions, read, registered, weights->confusion[read][registered]);
    return STATUS_OK;
}

/* ---- weights -------------------------------------------------------------------------------- */

struct fit {
    struct rules *rules;
    const struct register_index *index;
    const struct lesson *lessons;
    size_t count;
    struct evidence_weights weights;
    double badness;
};

/* Surprise at the truth, misfiled letters above all, and the distance from the standard. */
static enum status judge(struct fit *fit, const struct evidence_weights *weights,
                         double *ret_badness, struct fault *fault)
{
    static const double MISFILED = 20;
    struct lesson_score score = {0};
    double pull = 0;
    rules_try_weights(fit->rules, weights);
    enum status status =
        lessons_score(fit->rules, fit->index, fit->lessons, fit->count, &score, fault);
    for (size_t i = 0; i < weights_count(); i++) {
        struct weight_entry entry = weights_entry(i);
        double away = (weights_get(weights, i) - entry.standard) /
                      (FREEDOM_SHARE * (entry.most - entry.least));
        // What was counted has its own reasons.
        if (!string_starts_with(entry.name, "confusion."))
            pull += away * away / 2;
    }
    if (status == STATUS_OK)
        *ret_badness = score.surprise + MISFILED * (double)score.misfiled + pull;
    return status;
}

static bool is_fitted(const char *name)
{
    return !string_starts_with(name, "confusion.") && !string_starts_with(name, "calibration.");
}

/* One weight, a step up and a step down. */
static enum status try_weight(struct fit *fit, size_t entry, struct fault *fault)
{
    struct weight_entry bounds = weights_entry(entry);
    double step = STEP_SHARE * (bounds.most - bounds.least);
    enum status status = STATUS_OK;
    for (int sign = -1; status == STATUS_OK && sign <= 1; sign += 2) {
        struct evidence_weights tried = fit->weights;
        double badness = 0;
        if (!weights_set(&tried, entry, weights_get(&tried, entry) + sign * step) ||
            !weights_are_valid(&tried))
            continue;
        status = judge(fit, &tried, &badness, fault);
        if (status == STATUS_OK && badness < fit->badness) {
            fit->badness = badness;
            fit->weights = tried;
            break;
        }
    }
    return status;
}

static enum status learn_weights(struct fit *fit, struct fault *fault)
{
    enum status status = judge(fit, &fit->weights, &fit->badness, fault);
    for (int pass = 0; pass < PASSES; pass++)
        for (size_t i = 0; status == STATUS_OK && i < weights_count(); i++)
            if (is_fitted(weights_entry(i).name))
                status = try_weight(fit, i, fault);
    return status;
}

enum status weight_training(struct rules *rules, const struct register_index *index,
                            const struct lesson *lessons, size_t count,
                            struct evidence_weights *ret_weights, struct fault *fault)
{
    size_t passed = count > WEIGHT_LESSONS_MOST ? count - WEIGHT_LESSONS_MOST : 0;
    struct fit fit = {.rules = rules,
                      .index = index,
                      .lessons = lessons + passed,
                      .count = count - passed,
                      .weights = rules->own_weights};
    enum status status = learn_confusions(index, lessons, count, &fit.weights, fault);
    if (status == STATUS_OK)
        status = learn_weights(&fit, fault);
    rules_try_weights(rules, &rules->own_weights);
    if (status == STATUS_OK)
        *ret_weights = fit.weights;
    return status;
}
