/* weights.c - see weights.h. The struct holds nothing but doubles: an entry is a place in it. */
// SPDX-License-Identifier: EUPL-1.2
#include "classify/weights.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { COST_SLIP = 100, LOG_ODDS_MOST = 20 };

_Static_assert(sizeof(struct evidence_weights) % sizeof(double) == 0, "doubles only");

/* In pairs around the steps of the measured curve: a level holds so many letters that it could be
 * measured to a point. */
static const double KNOTS[CALIBRATION_KNOTS] = {-10,  -6,  -5.4, -1.88, -1.84, -0.85, -0.75,
                                                0.02, 0.1, 1.9,  3,     6,     20};

// clang-format off
const struct evidence_weights STANDARD_WEIGHTS = {
    .code = 9.0,
    .number = 4.5,
    .number_per_slip = -8.4, // one slip: 1 letter in 50, 100 neighbours
    .number_ours = 0.5,
    .number_theirs = -6.0,
    .number_other_valid = -2.0,
    .slip = 2.0,
    .other_number = -3.0,
    .identifier = 3.0,
    .near = -1.5,
    .reversed = -1.5,
    .name_partly = -2.5,
    .surname = -1.0,
    .other_given = -9.0,
    .name_missing = -2.0,
    .name_sounds = 0.5,
    .other_subject = -6.5,
    .later_person = -9.0,
    .birth = 9.5, // some 25,000 days of living persons, with losses
    .birth_short = 8.5,
    .birth_unlabelled = -3.5,
    .birth_near = 1.5,
    .birth_other = -6.0,
    .street_only = -2.0,
    .house_near = 2.0,
    .other_address = -2.2,
    .closed = -1.5,
    // Who was asked for a paper writes about three times as often as others do. Of a hundred
    // letters of a batch some three are from somebody who has another one in it: among sixty
    // letters of 20,000 cases e^2.4. In an envelope it would be far more, but there the rival that
    // matters is a relative, whose letter comes with it once in 20 times (e^3).
    .expected = 1.2,
    .batch = 2.0,
    .envelope = 3.0,
    .agrees = 0.8,
    .prior_known = 0.9,
    .lost_zero = 70,
    .stroke_as_one = 70,
    // Digits that recognition confuses, beyond the letters that fold_number() writes as digits.
    .confusion = {
        {  0, 100, 100, 100, 100, 100,  40, 100,  40, 100},
        {100,   0, 100, 100, 100, 100, 100,  40, 100, 100},
        {100, 100,   0, 100, 100, 100, 100, 100, 100, 100},
        {100, 100, 100,   0, 100, 100, 100, 100,  40, 100},
        {100, 100, 100, 100,   0, 100, 100, 100, 100, 100},
        {100, 100, 100, 100, 100,   0,  40, 100, 100, 100},
        { 40, 100, 100, 100, 100,  40,   0, 100,  40, 100},
        {100,  40, 100, 100, 100, 100, 100,   0, 100, 100},
        { 40, 100, 100,  40, 100, 100,  40, 100,   0, 100},
        {100, 100, 100, 100, 100, 100, 100, 100, 100,   0},
    },
    .calibration = {-6.0, -5.0, -2.0, -2.0, -0.736, -0.736, 0.145, 0.145, 1.77, 1.77, 3.0, 5.0, 10.0},
};

#define PLACE(field) (offsetof(struct evidence_weights, field) / sizeof(double))

static const struct {
    const char *name;
    size_t place;
    double least, most;
} NAMED[] = {
    {"code",               PLACE(code),               -20, 20 },
    {"number",             PLACE(number),             -20, 20 },
    {"number_per_slip",    PLACE(number_per_slip),    -30, 0  },
    {"number_ours",        PLACE(number_ours),        -10, 10 },
    {"number_theirs",      PLACE(number_theirs),      -20, 0  },
    {"number_other_valid", PLACE(number_other_valid), -20, 0  },
    {"slip",               PLACE(slip),               -10, 10 },
    {"other_number",       PLACE(other_number),       -20, 0  },
    {"identifier",         PLACE(identifier),         -20, 20 },
    {"near",               PLACE(near),               -20, 0  },
    {"reversed",           PLACE(reversed),           -20, 5  },
    {"name_partly",        PLACE(name_partly),        -20, 5  },
    {"surname",            PLACE(surname),            -20, 5  },
    {"other_given",        PLACE(other_given),        -30, 0  },
    {"name_missing",       PLACE(name_missing),       -20, 0  },
    {"name_sounds",        PLACE(name_sounds),        -20, 2  },
    {"other_subject",      PLACE(other_subject),      -30, 0  },
    {"later_person",       PLACE(later_person),       -20, 0  },
    {"birth",              PLACE(birth),              0,   20 },
    {"birth_short",        PLACE(birth_short),        0,   20 },
    {"birth_unlabelled",   PLACE(birth_unlabelled),   -20, 5  },
    {"birth_near",         PLACE(birth_near),         -10, 10 },
    {"birth_other",        PLACE(birth_other),        -30, 0  },
    {"street_only",        PLACE(street_only),        -20, 5  },
    {"house_near",         PLACE(house_near),         -10, 10 },
    {"other_address",      PLACE(other_address),      -20, 0  },
    {"closed",             PLACE(closed),             -20, 0  },
    {"expected",           PLACE(expected),           0,   3  },
    {"batch",              PLACE(batch),              0,   2.5},
    {"envelope",           PLACE(envelope),           0,   4  },
    {"agrees",             PLACE(agrees),             0.05, 1 },
    {"prior_known",        PLACE(prior_known),        0.01, 0.999},
    {"lost_zero",          PLACE(lost_zero),          1,   100},
    {"stroke_as_one",      PLACE(stroke_as_one),      1,   100},
};
// clang-format on

enum {
    NAMED_COUNT = sizeof NAMED / sizeof *NAMED,
    CONFUSIONS = CONFUSION_DIGITS * CONFUSION_DIGITS,
    COUNT = sizeof(struct evidence_weights) / sizeof(double)
};

_Static_assert((int)NAMED_COUNT + (int)CONFUSIONS + (int)CALIBRATION_KNOTS == (int)COUNT,
               "every number has a name");

size_t weights_count(void)
{
    return COUNT;
}

static size_t place_of(size_t entry)
{
    if (entry < NAMED_COUNT)
        return NAMED[entry].place;
    if (entry < (size_t)NAMED_COUNT + CONFUSIONS)
        return PLACE(confusion) + entry - NAMED_COUNT;
    return PLACE(calibration) + entry - NAMED_COUNT - CONFUSIONS;
}

double weights_get(const struct evidence_weights *weights, size_t entry)
{
    double value = 0;
    memcpy(&value, (const char *)weights + place_of(entry) * sizeof value, sizeof value);
    return value;
}

struct weight_entry weights_entry(size_t entry)
{
    struct weight_entry described = {.standard = weights_get(&STANDARD_WEIGHTS, entry)};
    if (entry < NAMED_COUNT) {
        (void)snprintf(described.name, sizeof described.name, "%s", NAMED[entry].name);
        described.least = NAMED[entry].least;
        described.most = NAMED[entry].most;
    } else if (entry < (size_t)NAMED_COUNT + CONFUSIONS) {
        size_t at = entry - NAMED_COUNT;
        size_t read = at / CONFUSION_DIGITS;
        size_t registered = at % CONFUSION_DIGITS;
        (void)snprintf(described.name, sizeof described.name, "confusion.%zu.%zu", read,
                       registered);
        described.least = read == registered ? 0 : 1;
        described.most = read == registered ? 0 : COST_SLIP;
    } else {
        (void)snprintf(described.name, sizeof described.name, "calibration.%zu",
                       entry - NAMED_COUNT - CONFUSIONS);
        described.least = -LOG_ODDS_MOST;
        described.most = LOG_ODDS_MOST;
    }
    return described;
}

bool weights_set(struct evidence_weights *weights, size_t entry, double value)
{
    struct weight_entry described = weights_entry(entry);
    if (!(value >= described.least && value <= described.most))
        return false;
    memcpy((char *)weights + place_of(entry) * sizeof value, &value, sizeof value);
    return true;
}

size_t weights_find(const char *name)
{
    size_t entry = 0;
    while (entry < COUNT && strcmp(weights_entry(entry).name, name) != 0)
        entry++;
    return entry;
}

bool weights_are_valid(const struct evidence_weights *weights)
{
    struct evidence_weights copy = *weights;
    for (size_t entry = 0; entry < COUNT; entry++) {
        if (!weights_set(&copy, entry, weights_get(weights, entry)))
            return false;
    }
    for (size_t knot = 1; knot < CALIBRATION_KNOTS; knot++) {
        if (weights->calibration[knot] < weights->calibration[knot - 1])
            return false;
    }
    return true;
}

double weights_knot(size_t knot)
{
    return KNOTS[knot];
}

double weights_probability(const struct evidence_weights *weights, double log_odds, double known)
{
    const double *values = weights->calibration;
    double calibrated = values[CALIBRATION_KNOTS - 1];
    if (log_odds <= KNOTS[0])
        calibrated = values[0] + log_odds - KNOTS[0];
    else if (log_odds < KNOTS[CALIBRATION_KNOTS - 1]) {
        size_t above = 1;
        while (KNOTS[above] <= log_odds)
            above++;
        double share = (log_odds - KNOTS[above - 1]) / (KNOTS[above] - KNOTS[above - 1]);
        calibrated = values[above - 1] + share * (values[above] - values[above - 1]);
    }
    return 1 / (1 + exp(-calibrated - known));
}
