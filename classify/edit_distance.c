/* edit_distance.c - see edit_distance.h: Damerau's distance (optimal string alignment) with a
 * table of costs, three rows at a time. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdbool.h>
#include <string.h>

#include "classify/edit_distance.h"

enum {
    COST_CONFUSED = 40,     /* digits that print and scanners make alike */
    COST_LOST_ZERO = 70,    /* people leave out zeros in front of a group */
    COST_STROKE_AS_ONE = 70 /* a separator or box rule that was read as a digit */
};

/* Digits that recognition confuses, beyond the letters that fold_number() already wrote as
 * digits. Every pair stands in both directions. */
static const struct {
    char digit;
    const char *others;
} CONFUSIONS[] = {
    {'0', "86" },
    {'1', "7"  },
    {'3', "8"  },
    {'5', "6"  },
    {'6', "850"},
    {'7', "1"  },
    {'8', "360"},
};

const char *edit_confused_with(char digit)
{
    for (size_t i = 0; i < sizeof CONFUSIONS / sizeof *CONFUSIONS; i++) {
        if (CONFUSIONS[i].digit == digit)
            return CONFUSIONS[i].others;
    }
    return "";
}

struct costs {
    unsigned (*replaced)(char read, char registered);
    unsigned (*added)(char read);         /* in what was read, not in the register */
    unsigned (*missing)(char registered); /* in the register, not in what was read */
    unsigned swapped;
};

static unsigned number_replaced(char read, char registered)
{
    if (read == registered)
        return 0;
    return strchr(edit_confused_with(registered), read) != NULL ? COST_CONFUSED : EDIT_SLIP;
}

static unsigned number_added(char read)
{
    return read == '1' ? COST_STROKE_AS_ONE : EDIT_SLIP;
}

static unsigned number_missing(char registered)
{
    return registered == '0' ? COST_LOST_ZERO : EDIT_SLIP;
}

static unsigned word_replaced(char read, char registered)
{
    return read == registered ? 0 : 1;
}

static unsigned word_one(char character)
{
    (void)character;
    return 1;
}

static const struct costs NUMBER_COSTS = {number_replaced, number_added, number_missing, EDIT_SLIP};
static const struct costs WORD_COSTS = {word_replaced, word_one, word_one, 1};

static unsigned least(unsigned left, unsigned right)
{
    return left < right ? left : right;
}

/* Row `i` of the table: the costs of turning read[0…i) into every beginning of `registered`. */
static unsigned fill_row(const struct costs *costs, const char *read, size_t i,
                         const char *registered, size_t length,
                         unsigned rows[3][EDIT_CHARACTERS_MOST + 1])
{
    unsigned *row = rows[i % 3];
    const unsigned *above = rows[(i + 2) % 3];
    const unsigned *two_above = rows[(i + 1) % 3];
    row[0] = above[0] + costs->added(read[i - 1]);
    unsigned best = row[0];
    for (size_t k = 1; k <= length; k++) {
        unsigned cost = above[k - 1] + costs->replaced(read[i - 1], registered[k - 1]);
        cost = least(cost, above[k] + costs->added(read[i - 1]));
        cost = least(cost, row[k - 1] + costs->missing(registered[k - 1]));
        if (i > 1 && k > 1 && read[i - 1] == registered[k - 2] && read[i - 2] == registered[k - 1])
            cost = least(cost, two_above[k - 2] + costs->swapped);
        row[k] = cost;
        best = least(best, cost);
    }
    return best;
}

static unsigned distance(const struct costs *costs, const char *read, const char *registered,
                         unsigned most)
{
    unsigned rows[3][EDIT_CHARACTERS_MOST + 1] = {{0}};
    size_t read_length = strlen(read);
    size_t length = strlen(registered);
    if (read_length > EDIT_CHARACTERS_MOST || length > EDIT_CHARACTERS_MOST)
        return EDIT_FAR;
    for (size_t k = 1; k <= length; k++)
        rows[0][k] = rows[0][k - 1] + costs->missing(registered[k - 1]);
    unsigned best_above = 0;
    for (size_t i = 1; i <= read_length; i++) {
        unsigned best = fill_row(costs, read, i, registered, length, rows);
        if (best > most && best_above > most)
            return EDIT_FAR;
        best_above = best;
    }
    unsigned result = rows[read_length % 3][length];
    return result > most ? EDIT_FAR : result;
}

unsigned edit_distance_number(const char *read, const char *registered, unsigned most)
{
    return distance(&NUMBER_COSTS, read, registered, most);
}

unsigned edit_distance_word(const char *read, const char *registered, unsigned most)
{
    return distance(&WORD_COSTS, read, registered, most);
}
