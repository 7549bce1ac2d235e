/* noise.c - see noise.h. */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/bench/matching/noise.h"

#include <string.h>

#include "base/text.h"

#define LENGTH(table) (sizeof(table) / sizeof *(table))

enum { STAMP_COLUMNS = 16, STAMP_LINES = 3 };

/* Of 100 scans: how many look so; shares of words that are changed, and that are lost one by one;
 * scans of it that carry a stamp which hides what is below. */
static const struct look {
    double share, changed, lost, stamped;
} LOOKS[] = {
    {0.11, 0.000, 0.001, 0.00}, /* a PDF's own text */
    {0.27, 0.007, 0.008, 0.10}, /* clean, black and white */
    {0.23, 0.016, 0.010, 0.15}, /* an office scanner's usual */
    {0.06, 0.005, 0.004, 0.05}, /* grey */
    {0.12, 0.018, 0.015, 0.10}, /* fax */
    {0.05, 0.006, 0.006, 0.05}, /* telephone */
    {0.07, 0.012, 0.010, 0.15}, /* colour, with stamps */
    {0.03, 0.050, 0.060, 0.05}, /* a copy of a copy */
    {0.06, 0.005, 0.006, 0.05}, /* few dots per inch */
};

/* How often each was read for the other, most often first; "" for nothing at all. */
static const struct confusion {
    const char *from, *to;
    unsigned count;
} CONFUSIONS[] = {
    {"e",  "",   26},
    {"n",  "",   23},
    {"i",  "",   14},
    {".",  "",   14},
    {"g",  "",   13},
    {"r",  "",   12},
    {"a",  "",   9 },
    {"é", "e",  7 },
    {"l",  "",   8 },
    {"s",  "",   7 },
    {"1",  "",   6 },
    {"-",  "",   6 },
    {"l",  "i",  5 },
    {",",  ".",  5 },
    {",",  "",   5 },
    {".",  ":",  4 },
    {"l",  "t",  3 },
    {"a",  "e",  3 },
    {".",  ",",  3 },
    {"ü", "ö", 2 },
    {"t",  "k",  2 },
    {"n",  "r",  2 },
    {"m",  "n",  2 },
    {"a",  "n",  2 },
    {"H",  "N",  2 },
    {"/",  "7",  2 },
    {"ö", "o",  1 },
    {"ü", "u",  1 },
    {"ä", "a",  1 },
    {"m",  "rn", 1 },
    {"n",  "ri", 1 },
    {"8",  "3",  1 },
    {"3",  "8",  1 },
    {"7",  "T",  1 },
    {"1",  "l",  1 },
    {"/",  "1",  1 },
    {"0",  "O",  1 },
    {"0",  "",   2 },
    {"2",  "",   2 },
    {"6",  "",   2 },
    {"9",  "",   1 },
    {"4",  "",   1 },
    {"1",  "7",  1 },
    {"5",  "6",  1 },
    {"6",  "8",  1 },
    {"5",  "S",  1 },
    {"B",  "8",  1 },
    {"S",  "5",  1 },
    {"ß", "B",  1 },
    {"d",  "c",  1 },
    {"h",  "b",  1 },
    {"i",  "t",  1 },
    {"b",  "h",  1 },
    {"t",  "f",  1 },
    {"r",  "n",  1 },
    {"u",  "n",  1 },
    {"c",  "e",  1 },
    {"z",  "2",  1 },
    {"K",  "X",  1 },
    {"M",  "Yl", 1 },
    {"0",  "8",  1 },
    {"8",  "0",  1 },
    {"9",  "5",  1 },
    {"4",  "A",  1 },
    {"2",  "Z",  1 },
    {"3",  "",   1 },
    {"5",  "",   1 },
    {"7",  "",   1 },
    {"8",  "",   1 },
};

static void break_mark(struct paper *paper, const struct paper_word *word)
{
    paper->marks[word->mark].is_broken = true;
}

/* The character's confusions, weighed by how often they were seen. NULL: it has none. */
static const struct confusion *choose(struct chance *chance, const char *character, size_t length)
{
    unsigned sum = 0;
    for (size_t i = 0; i < LENGTH(CONFUSIONS); i++) {
        if (strlen(CONFUSIONS[i].from) == length &&
            memcmp(CONFUSIONS[i].from, character, length) == 0)
            sum += CONFUSIONS[i].count;
    }
    if (sum == 0)
        return NULL;
    size_t pick = chance_below(chance, sum);
    for (size_t i = 0; i < LENGTH(CONFUSIONS); i++) {
        if (strlen(CONFUSIONS[i].from) != length ||
            memcmp(CONFUSIONS[i].from, character, length) != 0)
            continue;
        if (pick < CONFUSIONS[i].count)
            return &CONFUSIONS[i];
        pick -= CONFUSIONS[i].count;
    }
    return NULL;
}

/* One character of the word; a quarter of the garbled words has a second one garbled. */
static void garble(struct paper *paper, struct paper_word *word, struct chance *chance)
{
    size_t length = strlen(word->text);
    for (int tries = 0; tries < 8; tries++) {
        size_t at = chance_below(chance, length);
        while (at > 0 && ((unsigned char)word->text[at] & 0xC0) == 0x80)
            at--;
        size_t end = at + 1;
        while (((unsigned char)word->text[end] & 0xC0) == 0x80)
            end++;
        const struct confusion *confusion = choose(chance, word->text + at, end - at);
        if (confusion == NULL)
            continue;
        size_t added = strlen(confusion->to);
        if (length - (end - at) + added + 1 > sizeof word->text)
            return;
        memmove(word->text + at + added, word->text + end, length - end + 1);
        memcpy(word->text + at, confusion->to, added);
        break_mark(paper, word);
        return;
    }
}

static void stamp(struct paper *paper, struct chance *chance)
{
    if (paper->word_count == 0)
        return;
    const struct paper_word *place = &paper->words[chance_below(chance, paper->word_count)];
    int column = place->column;
    int line = place->line;
    for (size_t i = 0; i < paper->word_count; i++) {
        struct paper_word *word = &paper->words[i];
        if (word->line < line || word->line >= line + STAMP_LINES || word->column < column ||
            word->column >= column + STAMP_COLUMNS || !chance_is(chance, 0.8))
            continue;
        word->is_lost = true;
        break_mark(paper, word);
    }
}

static const struct look *choose_look(struct chance *chance)
{
    double share = chance_share(chance);
    for (size_t i = 0; i + 1 < LENGTH(LOOKS); i++) {
        if (share < LOOKS[i].share)
            return &LOOKS[i];
        share -= LOOKS[i].share;
    }
    return &LOOKS[LENGTH(LOOKS) - 1];
}

void noise_apply(struct paper *paper, struct chance *chance, double strength)
{
    const struct look *look = choose_look(chance);
    if (chance_is(chance, look->stamped))
        stamp(paper, chance);
    for (size_t i = 0; i < paper->word_count; i++) {
        struct paper_word *word = &paper->words[i];
        if (chance_is(chance, look->lost * strength)) {
            word->is_lost = true;
            break_mark(paper, word);
        } else if (chance_is(chance, look->changed * strength)) {
            garble(paper, word, chance);
            if (chance_is(chance, 0.25) && word->text[0] != '\0')
                garble(paper, word, chance);
        }
    }
}
