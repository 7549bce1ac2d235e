/* search_words.c - see search_words.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdint.h>
#include <string.h>

#include "store/search_words.h"

/* Runs of code points that fold to one letter: Latin-1 and Latin Extended-A. */
static const struct {
    uint16_t first, last;
    char letter;
} folds[] = {
    {0xC0,  0xC6,  'a'},
    {0xC7,  0xC7,  'c'},
    {0xC8,  0xCB,  'e'},
    {0xCC,  0xCF,  'i'},
    {0xD0,  0xD0,  'd'},
    {0xD1,  0xD1,  'n'},
    {0xD2,  0xD6,  'o'},
    {0xD8,  0xD8,  'o'},
    {0xD9,  0xDC,  'u'},
    {0xDD,  0xDD,  'y'},
    {0xE0,  0xE6,  'a'},
    {0xE7,  0xE7,  'c'},
    {0xE8,  0xEB,  'e'},
    {0xEC,  0xEF,  'i'},
    {0xF0,  0xF0,  'd'},
    {0xF1,  0xF1,  'n'},
    {0xF2,  0xF6,  'o'},
    {0xF8,  0xF8,  'o'},
    {0xF9,  0xFC,  'u'},
    {0xFD,  0xFD,  'y'},
    {0xFF,  0xFF,  'y'},
    {0x100, 0x105, 'a'},
    {0x106, 0x10D, 'c'},
    {0x10E, 0x111, 'd'},
    {0x112, 0x11B, 'e'},
    {0x11C, 0x123, 'g'},
    {0x124, 0x127, 'h'},
    {0x128, 0x131, 'i'},
    {0x134, 0x135, 'j'},
    {0x136, 0x138, 'k'},
    {0x139, 0x142, 'l'},
    {0x143, 0x14B, 'n'},
    {0x14C, 0x153, 'o'},
    {0x154, 0x159, 'r'},
    {0x15A, 0x161, 's'},
    {0x162, 0x167, 't'},
    {0x168, 0x173, 'u'},
    {0x174, 0x175, 'w'},
    {0x176, 0x178, 'y'},
    {0x179, 0x17E, 'z'},
};

enum { SHARP_S = 0xDF, CAPITAL_SHARP_S = 0x1E9E };

/* The folded letter; 0 for what is no part of a word. ß is 's' here and doubled by the caller. */
static char fold_letter(uint32_t letter)
{
    if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9'))
        return (char)letter;
    if (letter >= 'A' && letter <= 'Z')
        return (char)(letter - 'A' + 'a');
    if (letter == SHARP_S || letter == CAPITAL_SHARP_S)
        return 's';
    if (letter < folds[0].first || letter > 0x17E)
        return '\0';
    for (size_t i = 0; i < sizeof folds / sizeof folds[0]; i++)
        if (letter >= folds[i].first && letter <= folds[i].last)
            return folds[i].letter;
    return '\0';
}

/* ae, oe and ue are how umlauts are written without the dots. */
static void add_letter(struct search_word *word, size_t *length, char letter)
{
    char before = *length == 0 ? '\0' : word->folded[*length - 1];
    if (letter == 'e' && (before == 'a' || before == 'o' || before == 'u'))
        return;
    if (*length + 1 < SEARCH_WORD_BYTES)
        word->folded[(*length)++] = letter;
}

bool search_word_next(const char *text, size_t length, size_t *position,
                      struct search_word *ret_word)
{
    struct search_word word = {0};
    size_t letters = 0;
    while (*position < length) {
        size_t here = *position;
        size_t behind = here;
        uint32_t letter = utf8_next(text, length, &behind);
        char folded = fold_letter(letter);
        if (folded == '\0' && letters > 0)
            break;
        *position = behind;
        if (folded == '\0')
            continue;
        if (letters == 0)
            word.start = here;
        add_letter(&word, &letters, folded);
        if (letter == SHARP_S || letter == CAPITAL_SHARP_S)
            add_letter(&word, &letters, folded);
        word.digits += folded >= '0' && folded <= '9';
        word.end = behind;
    }
    if (letters == 0)
        return false;
    *ret_word = word;
    return true;
}

void search_fold(const char *string, char ret_folded[SEARCH_WORD_BYTES])
{
    struct search_word word;
    size_t position = 0;
    size_t filled = 0;
    size_t length = strlen(string);
    while (search_word_next(string, length, &position, &word)) {
        size_t more = strlen(word.folded);
        if (filled + more >= SEARCH_WORD_BYTES)
            break;
        memcpy(ret_folded + filled, word.folded, more);
        filled += more;
    }
    ret_folded[filled] = '\0';
}

/* ---- numbers -------------------------------------------------------------------------------- */

/* Groups of a number, as they follow one another. */
struct chain {
    struct search_word groups[SEARCH_NUMBER_GROUPS_MOST];
    size_t count;
    bool has_blank; /* some groups are parted by a blank */
};

static bool is_joint(const char *text, size_t from, size_t until)
{
    return until == from + 1 && strchr(".-/ ", text[from]) != NULL && text[from] != '\0';
}

/* "n" and groups `first` to `last` without what parts them, when they have digits enough. */
static void append_number(struct text *words, const struct chain *chain, size_t first, size_t last)
{
    size_t digits = 0;
    for (size_t i = first; i <= last; i++)
        digits += chain->groups[i].digits;
    if (digits < SEARCH_NUMBER_DIGITS_LEAST)
        return;
    text_append(words, "n");
    for (size_t i = first; i <= last; i++)
        text_append(words, chain->groups[i].folded);
    text_append_char(words, ' ');
}

/* Without blanks the chain is one number. With blanks nobody knows where one begins and ends:
 * every run of three groups and more is taken for one. */
static void end_chain(struct text *words, struct chain *chain)
{
    if (chain->count >= 2 && !chain->has_blank)
        append_number(words, chain, 0, chain->count - 1);
    for (size_t first = 0; chain->has_blank && first + 2 < chain->count; first++)
        for (size_t last = first + 2; last < chain->count; last++)
            append_number(words, chain, first, last);
    chain->count = 0;
    chain->has_blank = false;
}

static void add_to_chain(struct text *words, struct chain *chain, const char *text,
                         const struct search_word *word)
{
    const struct search_word *before = chain->count == 0 ? NULL : &chain->groups[chain->count - 1];
    bool goes_on = word->digits > 0 && before != NULL && chain->count < SEARCH_NUMBER_GROUPS_MOST &&
                   is_joint(text, before->end, word->start);
    if (!goes_on)
        end_chain(words, chain);
    else
        chain->has_blank |= text[before->end] == ' ';
    if (word->digits > 0)
        chain->groups[chain->count++] = *word;
}

/* Numbers stand behind all words, so that they part no words that stand together. */
void search_append_words(struct text *words, const char *text, size_t length)
{
    struct chain chain = {.count = 0};
    struct text numbers = {0};
    struct search_word word;
    size_t position = 0;
    while (search_word_next(text, length, &position, &word)) {
        text_append(words, word.folded);
        text_append_char(words, ' ');
        add_to_chain(&numbers, &chain, text, &word);
    }
    end_chain(&numbers, &chain);
    text_append(words, text_string(&numbers));
    words->failed |= numbers.failed;
    text_done(&numbers);
}
