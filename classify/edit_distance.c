/* edit_distance.c - see edit_distance.h: Damerau's distance (optimal string alignment) with a
 * table of costs, three rows at a time. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdbool.h>
#include <string.h>

#include "classify/edit_distance.h"

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* Cheapest first. */
static void list_meant(struct edit_costs *costs, unsigned read)
{
    char *meant = costs->meant[read];
    size_t count = 0;
    for (unsigned digit = 0; digit < CONFUSION_DIGITS; digit++) {
        unsigned cost = costs->replaced[read][digit];
        if (digit == read || cost >= EDIT_SLIP)
            continue;
        size_t at = count++;
        for (; at > 0 && costs->replaced[read][meant[at - 1] - '0'] > cost; at--)
            meant[at] = meant[at - 1];
        meant[at] = (char)('0' + digit);
    }
    meant[count] = '\0';
}

static unsigned whole(double cost)
{
    return (unsigned)(cost + 0.5);
}

struct edit_costs edit_costs_of(const struct evidence_weights *weights)
{
    struct edit_costs costs = {.lost_zero = whole(weights->lost_zero),
                               .stroke_as_one = whole(weights->stroke_as_one)};
    for (unsigned read = 0; read < CONFUSION_DIGITS; read++) {
        for (unsigned digit = 0; digit < CONFUSION_DIGITS; digit++)
            costs.replaced[read][digit] = whole(weights->confusion[read][digit]);
    }
    for (unsigned read = 0; read < CONFUSION_DIGITS; read++)
        list_meant(&costs, read);
    return costs;
}

const char *edit_meant_by(const struct edit_costs *costs, char digit)
{
    return is_digit(digit) ? costs->meant[digit - '0'] : "";
}

struct costs {
    unsigned (*replaced)(const struct edit_costs *costs, char read, char registered);
    unsigned (*added)(const struct edit_costs *costs, char read);         /* not in the register */
    unsigned (*missing)(const struct edit_costs *costs, char registered); /* not in the letter */
    unsigned swapped;
    const struct edit_costs *numbers; /* NULL for words */
};

static unsigned number_replaced(const struct edit_costs *costs, char read, char registered)
{
    if (read == registered)
        return 0;
    if (is_digit(read) && is_digit(registered))
        return costs->replaced[read - '0'][registered - '0'];
    return EDIT_SLIP;
}

static unsigned number_added(const struct edit_costs *costs, char read)
{
    return read == '1' ? costs->stroke_as_one : EDIT_SLIP;
}

static unsigned number_missing(const struct edit_costs *costs, char registered)
{
    return registered == '0' ? costs->lost_zero : EDIT_SLIP;
}

static unsigned word_replaced(const struct edit_costs *costs, char read, char registered)
{
    (void)costs;
    return read == registered ? 0 : 1;
}

static unsigned word_one(const struct edit_costs *costs, char character)
{
    (void)costs;
    (void)character;
    return 1;
}

static const struct costs WORD_COSTS = {word_replaced, word_one, word_one, 1, NULL};

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
    row[0] = above[0] + costs->added(costs->numbers, read[i - 1]);
    unsigned best = row[0];
    for (size_t k = 1; k <= length; k++) {
        unsigned cost =
            above[k - 1] + costs->replaced(costs->numbers, read[i - 1], registered[k - 1]);
        cost = least(cost, above[k] + costs->added(costs->numbers, read[i - 1]));
        cost = least(cost, row[k - 1] + costs->missing(costs->numbers, registered[k - 1]));
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
        rows[0][k] = rows[0][k - 1] + costs->missing(costs->numbers, registered[k - 1]);
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

unsigned edit_distance_number(const struct edit_costs *costs, const char *read,
                              const char *registered, unsigned most)
{
    const struct costs numbers = {number_replaced, number_added, number_missing, EDIT_SLIP, costs};
    return distance(&numbers, read, registered, most);
}

/* Which of 64 kinds of characters a word has. */
static uint64_t characters_of(const char *word)
{
    uint64_t characters = 0;
    for (; *word != '\0'; word++)
        characters |= (uint64_t)1 << ((unsigned char)*word & 63);
    return characters;
}

static unsigned count_bits(uint64_t bits)
{
    unsigned count = 0;
    for (; bits != 0; bits &= bits - 1)
        count++;
    return count;
}

/* Most words are far from each other: that shows without any table. One edit changes at most one
 * kind of character on either side. */
static bool are_surely_far(const char *read, const char *registered, unsigned most)
{
    uint64_t left = characters_of(read);
    uint64_t right = characters_of(registered);
    return count_bits(left & ~right) > most || count_bits(right & ~left) > most;
}

unsigned edit_distance_word(const char *read, const char *registered, unsigned most)
{
    size_t read_length = strlen(read);
    size_t length = strlen(registered);
    size_t longer = read_length > length ? read_length : length;
    if (longer > EDIT_CHARACTERS_MOST ||
        (read_length > length ? read_length - length : length - read_length) > most)
        return EDIT_FAR;
    if (read_length == length && memcmp(read, registered, length) == 0)
        return 0;
    if (most == 0 || are_surely_far(read, registered, most))
        return EDIT_FAR;
    return distance(&WORD_COSTS, read, registered, most);
}
