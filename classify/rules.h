/* rules.h - the options of classify.h, compiled. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_RULES_H
#define CLASSIFY_RULES_H

#include "base/sheet.h"
#include "classify/addressee.h"
#include "classify/classify.h"
#include "classify/dates.h"
#include "classify/edit_distance.h"
#include "classify/grammar.h"
#include "classify/identifiers.h"
#include "classify/kind_triggers.h"
#include "classify/model.h"
#include "classify/weights.h"

struct rules {
    struct grammar *grammars;
    size_t grammar_count;
    enum identifier_use identifiers[IDENTIFIER_KINDS];
    struct identifier_patterns identifier_patterns;
    struct date_patterns date_patterns;
    struct evidence_weights weights;
    struct edit_costs edit_costs;
    double threshold;
    double margin;
    uint32_t candidates_most;
    enum several_cases several_cases;
    char *authority; /* folded words, parted by blanks; "" for none */
    struct addressees addressees;
    struct sheet_key sheet_key;
    bool has_sheet_key;
    struct kind_rules kinds;
    struct evidence_weights own_weights; /* of the options: without a model */
    struct model *model;                 /* owned; NULL: none is in use */
    char *own_version;                   /* without a model */
    char *version;
};

/* Puts other weights to use for a trial; the version of the rules says nothing of it. */
void rules_try_weights(struct rules *rules, const struct evidence_weights *weights);

#endif
