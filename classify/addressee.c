/* addressee.c - see addressee.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "classify/addressee.h"
#include "classify/fold.h"

enum {
    ADDRESS_LINES_MOST = 6, /* from a name to its postcode */
    DEPARTMENT_LINES_MOST = 3,
    POSTCODE_DIGITS = 5
};
/* Shares of a page's height and width. DIN 5008, form A and B: the field with the recipient stands
 * 27 to 90 mm below the upper edge of 297 mm and within 105 mm of the left one. */
static const double FIELD_TOP = 0.09, FIELD_BOTTOM = 0.36, UPPER_HALF = 0.5, FIELD_RIGHT = 0.55;

/* ---- the table -------------------------------------------------------------------------------- */

static char *fold_phrase(const char *bytes, size_t length)
{
    struct text text = {0};
    text_append(&text, "");
    while (length > 0) {
        char word[FOLD_WORD_BYTES], folded[FOLD_WORD_BYTES];
        size_t taken = 0;
        while (taken < length && bytes[taken] != ' ')
            taken++;
        size_t kept = taken < sizeof word ? taken : sizeof word - 1;
        memcpy(word, bytes, kept);
        word[kept] = '\0';
        if (fold_word(word, folded) > 0)
            text_append_format(&text, "%s%s", text.length == 0 ? "" : " ", folded);
        taken += taken < length ? 1U : 0U;
        bytes += taken;
        length -= taken;
    }
    return text_take(&text);
}

static bool add(struct addressees *addressees, const struct addressee_option *option,
                const char *phrase, size_t length)
{
    struct addressee *list =
        realloc(addressees->list, (addressees->count + 1) * sizeof *addressees->list);
    if (list == NULL)
        return false;
    addressees->list = list;
    struct addressee *added = &list[addressees->count++];
    *added = (struct addressee){.name = string_copy(option->name),
                                .title = string_copy(option->title),
                                .is_sealed = option->is_sealed,
                                .phrase = fold_phrase(phrase, length)};
    return added->name != NULL && added->title != NULL && added->phrase != NULL;
}

bool addressees_init(struct addressees *addressees, const struct addressee_option *options,
                     size_t count)
{
    *addressees = (struct addressees){.list = NULL};
    for (size_t i = 0; i < count; i++) {
        const char *words = options[i].words;
        while (words != NULL && *words != '\0') {
            size_t length = strcspn(words, ";");
            if (length > 0 && !add(addressees, &options[i], words, length))
                return false;
            words += length + (words[length] == ';' ? 1 : 0);
        }
    }
    return true;
}

void addressees_done(struct addressees *addressees)
{
    for (size_t i = 0; i < addressees->count; i++) {
        free(addressees->list[i].name);
        free(addressees->list[i].title);
        free(addressees->list[i].phrase);
    }
    free(addressees->list);
    *addressees = (struct addressees){.list = NULL};
}

/* ---- lines -------------------------------------------------------------------------------------- */

/* The line's tokens from `token` on begin with the phrase's words. */
static bool begins_with(const struct letter *letter, const struct letter_line *line, uint32_t token,
                        const char *phrase)
{
    if (*phrase == '\0')
        return false;
    while (*phrase != '\0') {
        size_t length = strcspn(phrase, " ");
        if (token >= line->first + line->count ||
            strncmp(letter_folded(letter, token), phrase, length) != 0)
            return false;
        phrase += length + (phrase[length] == ' ' ? 1 : 0);
        token++;
    }
    return true;
}

static bool is_word(const struct letter *letter, uint32_t token, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(letter_folded(letter, token), *words) == 0)
            return true;
    return false;
}

/* Tokens of "An das", "An den" … at the beginning of the line. */
static uint32_t count_leading(const struct letter *letter, const struct letter_line *line)
{
    static const char *const to[] = {"an", NULL};
    static const char *const articles[] = {"das", "die", "den", "dem", "der", NULL};
    if (line->count == 0 || !is_word(letter, line->first, to))
        return 0;
    return line->count > 1 && is_word(letter, line->first + 1, articles) ? 2 : 1;
}

static bool has_digits(const struct letter *letter, const struct letter_line *line)
{
    for (uint32_t i = 0; i < line->count; i++)
        if (letter->tokens[line->first + i].digits > 0)
            return true;
    return false;
}

static bool has_postcode_below(const struct letter *letter, uint32_t index)
{
    const struct letter_line *lines = letter->lines;
    for (uint32_t i = index + 1; i < letter->line_count && i <= index + ADDRESS_LINES_MOST; i++) {
        const struct token *first = &letter->tokens[lines[i].first];
        if (lines[i].page != lines[index].page || lines[i].count == 0)
            return false;
        if (first->digits == POSTCODE_DIGITS && first->letters == 0)
            return true;
    }
    return false;
}

/* Where on its page the line stands, as shares. */
static bool stands_in_field(const struct letter *letter, const struct letter_line *line,
                            double top_least, double top_most)
{
    const struct reading_page *page = &letter->reading->pages[line->page];
    double top = page->height == 0 ? 1 : (double)line->box.top / page->height;
    double left = page->width == 0 ? 1 : (double)line->box.left / page->width;
    return top >= top_least && top <= top_most && left <= FIELD_RIGHT;
}

/* A name may stand in this line as an address: behind "An das" (here or in the line above), or in
 * the field. *ret_token: where it begins. */
static bool is_address_line(const struct letter *letter, uint32_t index, uint32_t *ret_token)
{
    const struct letter_line *line = &letter->lines[index];
    uint32_t leading = count_leading(letter, line);
    *ret_token = line->first + leading;
    if (has_digits(letter, line))
        return false;
    const struct letter_line *above = index == 0 ? NULL : line - 1;
    bool is_called =
        leading > 0 || (above != NULL && above->page == line->page && above->count > 0 &&
                        count_leading(letter, above) == above->count);
    if (is_called)
        return stands_in_field(letter, line, 0, UPPER_HALF);
    return stands_in_field(letter, line, FIELD_TOP, FIELD_BOTTOM) &&
           has_postcode_below(letter, index);
}

/* ---- finding ------------------------------------------------------------------------------------ */

static const struct addressee *named_in(const struct addressees *addressees,
                                        const struct letter *letter, uint32_t index, uint32_t token)
{
    for (size_t i = 0; i < addressees->count; i++)
        if (!addressees->list[i].is_sealed &&
            begins_with(letter, &letter->lines[index], token, addressees->list[i].phrase))
            return &addressees->list[i];
    return NULL;
}

/* A body that an address on the first page names; not behind our own name, unless as one of its
 * departments right below. */
static const struct addressee *find_body(const struct addressees *addressees,
                                         const struct letter *letter, const char *authority)
{
    uint32_t own = LETTER_NONE;
    for (uint32_t i = 0; i < letter->line_count && letter->lines[i].page == 0; i++) {
        uint32_t token = 0;
        if (letter->lines[i].count == 0 || !is_address_line(letter, i, &token))
            continue;
        if (begins_with(letter, &letter->lines[i], token, "sozialamt"))
            return NULL;
        if (begins_with(letter, &letter->lines[i], token, authority)) {
            own = i;
            continue;
        }
        const struct addressee *found = named_in(addressees, letter, i, token);
        if (found != NULL && (own == LETTER_NONE || i - own <= DEPARTMENT_LINES_MOST))
            return found;
    }
    return NULL;
}

/* Whoever's mail is not opened, on a page that may be an envelope. */
static const struct addressee *find_sealed(const struct addressees *addressees,
                                           const struct letter *letter)
{
    if (letter->reading->page_count == 0 || letter->pages[0].count > ADDRESSEE_ENVELOPE_WORDS_MOST)
        return NULL;
    for (size_t i = 0; i < addressees->count; i++) {
        for (uint32_t k = 0;
             addressees->list[i].is_sealed && k < letter->line_count && letter->lines[k].page == 0;
             k++) {
            const struct letter_line *line = &letter->lines[k];
            for (uint32_t token = line->first; token < line->first + line->count; token++)
                if (begins_with(letter, line, token, addressees->list[i].phrase))
                    return &addressees->list[i];
        }
    }
    return NULL;
}

const struct addressee *addressee_find(const struct addressees *addressees,
                                       const struct letter *letter, const char *authority)
{
    const struct addressee *sealed = find_sealed(addressees, letter);
    return sealed != NULL ? sealed : find_body(addressees, letter, authority);
}
