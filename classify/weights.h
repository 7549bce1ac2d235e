/* weights.h - every number of the evidence model, in one plain struct.
 *
 * Weights are natural logarithms of likelihood ratios (candidates.h) unless a name says otherwise;
 * costs are hundredths of one sender's slip (edit_distance.h). The standard values were measured
 * on made-up letters; a model learnt from people's decisions replaces them by name. The names are
 * a stored format: one that was ever given out is not used for anything else again. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_WEIGHTS_H
#define CLASSIFY_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>

enum {
    WEIGHT_NAME_BYTES = 40,
    CONFUSION_DIGITS = 10,
    CALIBRATION_KNOTS = 13 /* weights_knot() */
};

struct evidence_weights {
    /* a code of a return sheet, a case number, another identifier */
    double code;   /* beyond log(cases) */
    double number; /* beyond log(cases) */
    double number_per_slip;
    double number_ours;
    double number_theirs;
    double number_other_valid; /* the marks are a valid number as read */
    double slip;               /* found by other evidence, number two slips away */
    double other_number;
    double identifier; /* beyond log(cases) */

    /* names */
    double near;     /* one letter of a name or street is off */
    double reversed; /* "Müller Hans" */
    double name_partly;
    double surname;
    double other_given;
    double name_missing;
    double name_sounds; /* a surname that sounds the same: a hint, never support */
    double other_subject;
    double later_person; /* the letter names somebody else first */

    /* birth dates */
    double birth;
    double birth_short; /* a year of two digits */
    double birth_unlabelled;
    double birth_near;
    double birth_other;

    /* addresses, and what the register says */
    double street_only;
    double house_near;    /* all of it, but for one character of the house number */
    double other_address; /* people move */
    double closed;

    /* what was known before it was read: never more than a hint, see weights.c */
    double expected; /* this kind of paper was asked for */
    double batch;    /* another document of the batch is the case's */
    double envelope; /* another document of the envelope or submission is */

    /* shares, not logarithms */
    double agrees;      /* how often what is there agrees and was read well */
    double prior_known; /* letters that belong to a case of the register */

    /* costs of an edit */
    double lost_zero;     /* people leave out zeros in front of a group */
    double stroke_as_one; /* a separator or box rule that was read as a digit */
    double confusion[CONFUSION_DIGITS][CONFUSION_DIGITS]; /* [read][registered] */

    /* What a raw log-odds of weights_knot() is worth; never falling, linear in between. */
    double calibration[CALIBRATION_KNOTS];
};

extern const struct evidence_weights STANDARD_WEIGHTS;

/* All numbers of the struct by index, 0 to weights_count() - 1, in a fixed order. */
struct weight_entry {
    char name[WEIGHT_NAME_BYTES]; /* e.g. "number_per_slip", "confusion.8.3", "calibration.2" */
    double standard, least, most;
};

size_t weights_count(void);
struct weight_entry weights_entry(size_t entry);
double weights_get(const struct evidence_weights *weights, size_t entry);
/* False, and nothing changed, when the value is not in the entry's bounds. */
bool weights_set(struct evidence_weights *weights, size_t entry, double value);
/* The entry of that name; weights_count() when there is none. */
size_t weights_find(const char *name);
/* All values lie in their bounds, and the calibration never falls. */
bool weights_are_valid(const struct evidence_weights *weights);

/* The raw log-odds of a knot of the calibration. */
double weights_knot(size_t knot);
/* The probability that a raw log-odds stands for; `known` is added to it after the calibration. */
double weights_probability(const struct evidence_weights *weights, double log_odds, double known);

#endif
