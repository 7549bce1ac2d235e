/* kind_triggers.h - words that tell a kind of document from the first day on, without learning.
 *
 * A trigger is a phrase of folded stems with a weight; in a heading or subject line it counts
 * several times. The tables of the program are added to by the configuration. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_KIND_TRIGGERS_H
#define CLASSIFY_KIND_TRIGGERS_H

#include "base/text.h"
#include "classify/letter.h"

struct kind_option; /* classify.h */
struct kind_model;  /* kind_model.h */

enum { KINDS_MOST = 160 };

/* A configured trigger; strings are owned. */
struct kind_trigger {
    char *kind;
    char *flags;  /* raised when the phrase stands in the letter; "" for none */
    char *phrase; /* folded stems, parted by blanks */
    double weight;
};

/* What the program's own tables do not know. */
struct kind_rules {
    struct kind_trigger *triggers;
    size_t trigger_count;
    const struct kind_model *model; /* borrowed; NULL: nothing was learned yet */
};

/* False when memory ran out; kind_rules_done() in any case. */
bool kind_rules_init(struct kind_rules *rules, const struct kind_option *options, size_t count);
void kind_rules_done(struct kind_rules *rules);

struct kind_scores {
    const char *kinds[KINDS_MOST]; /* borrowed */
    double scores[KINDS_MOST];
    size_t count;
};

/* The kind's score, zero when it is new; NULL when there is no room for it. */
double *kind_scores_of(struct kind_scores *scores, const char *kind);
/* Adds what the triggers say, a score of zero or more for every kind that has triggers. `rules`
 * may be NULL. */
void kind_triggers_score(const struct letter *letter, const struct kind_rules *rules,
                         struct kind_scores *scores);
/* Appends each flag's word once, parted by blanks, whatever the kind: a union over all pages. */
void kind_flags_append(const struct letter *letter, const struct kind_rules *rules,
                       struct text *flags);
/* A short line of its own in the upper part of a page: subject line or heading. */
bool kind_is_heading(const struct letter *letter, uint32_t line);

#endif
