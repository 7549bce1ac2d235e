/* letter_days.c - see letter_days.h.
 *
 * A date counts as one of these when the right word stands shortly before it. A receipt stamp
 * stands by itself: "eingegangen am" within a sentence speaks of another letter, so the stamp's
 * lines must be short, or its word and its date stand one below the other, apart from all else:
 * a recogniser reads a stamp beside the sender's address as the ends of the address's lines. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "classify/letter_days.h"
#include "classify/words.h"

enum {
    BEFORE_MOST = 4,       /* tokens between the word and its date */
    STAMP_LINE_TOKENS = 5, /* a stamp's line has at most so many */
    STAMP_GAP = 2,         /* heights of the word to whatever stands beside it */
    STAMP_DROP = 3         /* heights from the middle of the word down to that of its date */
};

static const char *const STAMP_WORDS[] = {"eingegangen", "eingang", "posteingang",
                                          "eingangsstempel", "eingangsdatum"};
static const char *const DECISION_WORDS[] = {"bescheid",
                                             "bescheides",
                                             "bescheids",
                                             "bescheide",
                                             "ablehnungsbescheid",
                                             "aenderungsbescheid",
                                             "bewilligungsbescheid",
                                             "aufhebungsbescheid",
                                             "widerspruchsbescheid",
                                             "verfuegung",
                                             "versagungsbescheid",
                                             "erstattungsbescheid"};
static const char *const SERVICE_WORDS[] = {"zugestellt", "zustellung", "zustelldatum",
                                            "zustellungsdatum"};
static const char *const UNTIL_WORDS[] = {"bis", "spaetestens", "frist", "fristablauf"};
static const char *const FILLERS[] = {"am", "vom", "zum", "den", "der", "dem", "datum", "bis"};

/* Whether a word of the table stands shortly before the token, on its page, with nothing but words
 * without digits between. *ret_word: where. */
static bool has_before(const struct letter *letter, uint32_t token, const char *const *words,
                       size_t count, uint32_t *ret_word)
{
    for (uint32_t i = 1; i <= BEFORE_MOST && i <= token; i++) {
        uint32_t before = token - i;
        if (letter->tokens[before].page != letter->tokens[token].page ||
            letter->tokens[before].digits > 0)
            return false;
        if (word_is_like_one_of(letter_folded(letter, before), words, count)) {
            *ret_word = before;
            return true;
        }
    }
    return false;
}

static bool only_fillers_between(const struct letter *letter, uint32_t word, uint32_t date)
{
    for (uint32_t i = word + 1; i < date; i++)
        if (!IS_ONE_OF(letter_folded(letter, i), FILLERS))
            return false;
    return true;
}

static bool is_short_line(const struct letter *letter, uint32_t token)
{
    return letter->lines[letter->tokens[token].line].count <= STAMP_LINE_TOKENS;
}

/* No word stands close by on the rows that the box touches. */
static bool stands_apart(const struct letter *letter, uint32_t page, const struct reading_box *box)
{
    int32_t gap = box->height * STAMP_GAP;
    int32_t middle = box->top + box->height / 2;
    for (uint32_t i = letter_page_first(letter, page); i < letter_page_end(letter, page); i++) {
        const struct reading_box *other = &letter->tokens[i].box;
        int32_t right = other->left + other->width;
        bool is_own = other->left >= box->left && right <= box->left + box->width;
        bool is_level = other->top <= middle && other->top + other->height >= middle;
        if (is_level && !is_own && other->left < box->left + box->width + gap &&
            right > box->left - gap)
            return false;
    }
    return true;
}

/* The date stands right below the word and is about as wide as it. */
static bool stands_below(const struct reading_box *word, const struct reading_box *date)
{
    int32_t drop = date->top + date->height / 2 - (word->top + word->height / 2);
    int32_t shift = date->left + date->width / 2 - (word->left + word->width / 2);
    int32_t height = word->height > date->height ? word->height : date->height;
    return drop > 0 && drop < height * STAMP_DROP && shift < word->width && shift > -word->width;
}

static bool is_below_stamp_word(const struct letter *letter, const struct date_sighting *sighting)
{
    uint32_t page = letter->tokens[sighting->first].page;
    struct reading_box date = letter_box(letter, sighting->first, sighting->last);
    for (uint32_t i = letter_page_first(letter, page); i < letter_page_end(letter, page); i++) {
        const struct reading_box *word = &letter->tokens[i].box;
        if (IS_LIKE_ONE_OF(letter_folded(letter, i), STAMP_WORDS) && stands_below(word, &date) &&
            stands_apart(letter, page, word) && stands_apart(letter, page, &date))
            return true;
    }
    return false;
}

static bool is_stamp(const struct letter *letter, const struct date_sighting *sighting)
{
    uint32_t word = 0;
    bool is_after = has_before(letter, sighting->first, STAMP_WORDS,
                               sizeof STAMP_WORDS / sizeof *STAMP_WORDS, &word) &&
                    is_short_line(letter, word) && is_short_line(letter, sighting->first);
    return is_after || is_below_stamp_word(letter, sighting);
}

static bool is_posted(const struct letter *letter, const struct date_sighting *sighting)
{
    uint32_t first = sighting->first;
    uint32_t word = 0;
    return first > 0 && strcmp(letter_folded(letter, first - 1), "vom") == 0 &&
           has_before(letter, first, DECISION_WORDS, sizeof DECISION_WORDS / sizeof *DECISION_WORDS,
                      &word);
}

static bool is_served(const struct letter *letter, const struct date_sighting *sighting)
{
    uint32_t first = sighting->first;
    uint32_t word = 0;
    return has_before(letter, first, SERVICE_WORDS, sizeof SERVICE_WORDS / sizeof *SERVICE_WORDS,
                      &word) &&
           only_fillers_between(letter, word, first);
}

static bool is_written(const struct letter *letter, const struct date_sighting *sighting)
{
    uint32_t first = sighting->first;
    uint32_t word = 0;
    return has_before(letter, first, UNTIL_WORDS, sizeof UNTIL_WORDS / sizeof *UNTIL_WORDS,
                      &word) &&
           only_fillers_between(letter, word, first);
}

/* In the order in which they are asked: a date is at most one of them. */
static const struct {
    const char *name;
    bool (*is)(const struct letter *letter, const struct date_sighting *sighting);
} DAYS[] = {
    {"stamp",   is_stamp  },
    {"posted",  is_posted },
    {"served",  is_served },
    {"written", is_written},
};
enum { DAY_NAMES = sizeof DAYS / sizeof DAYS[0], CENTURY = 2000 };

static void append(const struct facts *facts, size_t kind, const struct date_sighting *sighting,
                   struct text *days)
{
    const struct date *date = &sighting->date;
    text_append_format(days, "%s%s:%04u-%02u-%02u:%u", days->length == 0 ? "" : " ",
                       DAYS[kind].name, date->is_short ? date->year + CENTURY : date->year,
                       date->month, date->day, letter_page_number(&facts->letter, sighting->first));
}

void letter_days_append(const struct facts *facts, struct text *days)
{
    bool has[DAY_NAMES] = {false};
    text_append(days, "");
    for (size_t i = 0; i < facts->date_count; i++) {
        const struct date_sighting *sighting = &facts->dates[i];
        if (sighting->is_birth || sighting->date.is_loose)
            continue;
        for (size_t kind = 0; kind < DAY_NAMES; kind++) {
            if (!DAYS[kind].is(&facts->letter, sighting))
                continue;
            if (!has[kind])
                append(facts, kind, sighting, days);
            has[kind] = true;
            break;
        }
    }
}
