/* document_kind.c - see document_kind.h.
 *
 * Triggers and model speak the same language, the logarithm of odds that the letter is of the
 * kind: a trigger score of SCORE_LEAST is even odds. A kind that the model has seen n documents of
 * goes by the model with n / (n + LEARNED_HALF) of its weight, and by the triggers with the rest,
 * but never with less than TRIGGERS_KEEP: what is written over a letter still counts. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <string.h>

#include "classify/document_kind.h"
#include "classify/kind_model.h"

static const double SCORE_LEAST = 3.0; /* less is "unknown" */
static const double LEAD_LEAST = 1.0;  /* over the second kind */
static const double SCORE_DOUBT = 1.5; /* keeps few words from being sure */
static const double LEARNED_HALF = 4.0;
static const double TRIGGERS_KEEP = 0.1;
static const double ODDS_MOST = 6.0;      /* neither side may say more than this */
static const double LEARNED_LEAST = -1.0; /* one against all others leans to "no" */
static const double LEARNED_LEAD_LEAST = 0.4;
static const double UNTRIGGERED_DOUBT = 1.0; /* against a kind of which hardly any were seen */

/* The two best of some scores. */
struct best {
    size_t first;
    double score, second;
};

static struct best find_best(const struct kind_scores *scores)
{
    struct best best = {.first = 0, .score = -INFINITY, .second = -INFINITY};
    for (size_t i = 0; i < scores->count; i++) {
        if (scores->scores[i] > best.score) {
            best.second = best.score;
            best.score = scores->scores[i];
            best.first = i;
        } else if (scores->scores[i] > best.second) {
            best.second = scores->scores[i];
        }
    }
    return best;
}

static struct document_kind find_by_triggers(const struct kind_scores *scores)
{
    struct best best = find_best(scores);
    double second = best.second < 0 ? 0 : best.second;
    if (scores->count == 0 || best.score < SCORE_LEAST || best.score - second < LEAD_LEAST)
        return (struct document_kind){NULL, 0};
    return (struct document_kind){scores->kinds[best.first],
                                  best.score / (best.score + second + SCORE_DOUBT)};
}

static double limited(double odds)
{
    return odds < -ODDS_MOST ? -ODDS_MOST : odds > ODDS_MOST ? ODDS_MOST : odds;
}

/* Puts triggers and model together, in place. */
static void weigh(struct kind_scores *scores, const struct kind_model *model,
                  const struct kind_features *features)
{
    for (size_t i = 0; i < scores->count; i++)
        scores->scores[i] = limited(scores->scores[i] - SCORE_LEAST);
    for (size_t i = 0; i < kind_model_count(model); i++) {
        const char *name = kind_model_name(model, i);
        double seen = kind_model_documents(model, i);
        double share = seen / (seen + LEARNED_HALF);
        double odds = limited(kind_model_odds(model, i, features));
        size_t known = scores->count;
        double *score = kind_scores_of(scores, name);
        if (score == NULL)
            continue;
        double kept = 1 - share < TRIGGERS_KEEP ? TRIGGERS_KEEP : 1 - share;
        if (scores->count > known) // no trigger could have spoken for it
            *score = share * odds - (1 - share) * UNTRIGGERED_DOUBT;
        else
            *score = share * odds + kept * *score;
    }
}

static struct document_kind find_by_model(struct kind_scores *scores,
                                          const struct kind_model *model,
                                          const struct kind_features *features)
{
    weigh(scores, model, features);
    struct best best = find_best(scores);
    if (scores->count == 0 || best.score < LEARNED_LEAST ||
        best.score - best.second < LEARNED_LEAD_LEAST)
        return (struct document_kind){NULL, 0};
    double sum = 1; // unknown is even odds
    for (size_t i = 0; i < scores->count; i++)
        sum += exp(scores->scores[i]);
    const char *kind = scores->kinds[best.first];
    if (kind[0] == '\0') // people said of such letters that they are none of the kinds
        return (struct document_kind){NULL, 0};
    return (struct document_kind){kind, exp(best.score) / sum};
}

struct document_kind document_kind_find(const struct letter *letter, const struct kind_rules *rules)
{
    struct kind_scores scores = {.count = 0};
    struct kind_features features = {0};
    kind_triggers_score(letter, rules, &scores);
    if (rules == NULL || rules->model == NULL || !kind_features_find(letter, &scores, &features)) {
        kind_features_done(&features);
        return find_by_triggers(&scores);
    }
    struct document_kind kind = find_by_model(&scores, rules->model, &features);
    kind_features_done(&features);
    return kind;
}

void document_flags_append(const struct letter *letter, const struct kind_rules *rules,
                           struct text *flags)
{
    kind_flags_append(letter, rules, flags);
}
