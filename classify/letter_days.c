/* letter_days.c - see letter_days.h.
 *
 * A date counts as one of these when the right word stands shortly before it. A receipt stamp
 * stands by itself: "eingegangen am" within a sentence speaks of another letter, so the stamp's
 * lines must be short. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "classify/letter_days.h"
#include "classify/words.h"

enum {
    BEFORE_MOST = 4,      /* tokens between the word and its date */
    STAMP_LINE_TOKENS = 5 /* a stamp's line has at most so many */
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

static bool is_stamp(const struct letter *letter, uint32_t first)
{
    uint32_t word = 0;
    return has_before(letter, first, STAMP_WORDS, sizeof STAMP_WORDS / sizeof *STAMP_WORDS,
                      &word) &&
           is_short_line(letter, word) && is_short_line(letter, first);
}

static bool is_posted(const struct letter *letter, uint32_t first)
{
    uint32_t word = 0;
    return first > 0 && strcmp(letter_folded(letter, first - 1), "vom") == 0 &&
           has_before(letter, first, DECISION_WORDS, sizeof DECISION_WORDS / sizeof *DECISION_WORDS,
                      &word);
}

static bool is_served(const struct letter *letter, uint32_t first)
{
    uint32_t word = 0;
    return has_before(letter, first, SERVICE_WORDS, sizeof SERVICE_WORDS / sizeof *SERVICE_WORDS,
                      &word) &&
           only_fillers_between(letter, word, first);
}

static bool is_written(const struct letter *letter, uint32_t first)
{
    uint32_t word = 0;
    return has_before(letter, first, UNTIL_WORDS, sizeof UNTIL_WORDS / sizeof *UNTIL_WORDS,
                      &word) &&
           only_fillers_between(letter, word, first);
}

/* In the order in which they are asked: a date is at most one of them. */
static const struct {
    const char *name;
    bool (*is)(const struct letter *letter, uint32_t first);
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
            if (!DAYS[kind].is(&facts->letter, sighting->first))
                continue;
            if (!has[kind])
                append(facts, kind, sighting, days);
            has[kind] = true;
            break;
        }
    }
}
