/* addressee.c - see addressee.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "classify/addressee.h"
#include "classify/fold.h"

enum {
    ADDRESS_LINES_MOST = 6, /* from a name to its postcode */
    DEPARTMENT_LINES_MOST = 3,
    POSTCODE_DIGITS = 5,
    MARK_WORDS_MOST = 5 /* of a line on an envelope */
};
/* Shares of a page's height and width. DIN 5008, form A and B: the field with the recipient stands
 * 27 to 90 mm below the upper edge of 297 mm and within 105 mm of the left one. */
static const double FIELD_TOP = 0.09, FIELD_BOTTOM = 0.36, UPPER_HALF = 0.5, FIELD_RIGHT = 0.55;
static const double BLOCK_GAP_MOST = 2.0; /* heights between two lines of one address */

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

static bool is_postcode(const struct token *token)
{
    return token->digits == POSTCODE_DIGITS && token->letters == 0;
}

/* The line has a postcode in its midst: a letterhead or return address in one line. */
static bool is_one_line_address(const struct letter *letter, const struct letter_line *line)
{
    for (uint32_t i = 1; i < line->count; i++)
        if (is_postcode(&letter->tokens[line->first + i]))
            return true;
    return false;
}

/* The line is set off from the one above it, so that it does not go on with its address. */
static bool is_set_off(const struct letter_line *line)
{
    const struct reading_box *above = &line[-1].box;
    double gap = (double)line->box.top - above->top - above->height;
    return gap > BLOCK_GAP_MOST * above->height;
}

/* The address that begins in the line ends with a postcode and a town. */
static bool has_postcode_below(const struct letter *letter, uint32_t index)
{
    const struct letter_line *lines = letter->lines;
    for (uint32_t i = index + 1; i < letter->line_count && i <= index + ADDRESS_LINES_MOST; i++) {
        if (lines[i].page != lines[index].page || lines[i].count == 0 || is_set_off(&lines[i]) ||
            is_one_line_address(letter, &lines[i]))
            return false;
        if (is_postcode(&letter->tokens[lines[i].first]))
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

/* The first address line of the first page that begins with `words`; LETTER_NONE without. */
static uint32_t find_address(const struct letter *letter, const char *words)
{
    for (uint32_t i = 0; i < letter->line_count && letter->lines[i].page == 0; i++) {
        uint32_t token = 0;
        if (letter->lines[i].count > 0 && is_address_line(letter, i, &token) &&
            begins_with(letter, &letter->lines[i], token, words))
            return i;
    }
    return LETTER_NONE;
}

/* A body that an address on the first page names. Where our own name stands in an address, too,
 * only one of its departments right below it: what stands above is the sender's letterhead. */
static const struct addressee *find_body(const struct addressees *addressees,
                                         const struct letter *letter, const char *authority)
{
    if (find_address(letter, "sozialamt") != LETTER_NONE)
        return NULL;
    uint32_t own = find_address(letter, authority);
    uint32_t first = own == LETTER_NONE ? 0 : own + 1;
    uint32_t end = own == LETTER_NONE ? letter->line_count : own + 1 + DEPARTMENT_LINES_MOST;
    for (uint32_t i = first; i < end && i < letter->line_count && letter->lines[i].page == 0; i++) {
        uint32_t token = 0;
        if (letter->lines[i].count == 0 || !is_address_line(letter, i, &token))
            continue;
        const struct addressee *found = named_in(addressees, letter, i, token);
        if (found != NULL)
            return found;
    }
    return NULL;
}

/* A mark of few words: a sentence that speaks of an election is no envelope. */
static bool has_mark(const struct letter *letter, const struct letter_line *line,
                     const char *phrase)
{
    for (uint32_t i = 0; line->count <= MARK_WORDS_MOST && i < line->count; i++)
        if (begins_with(letter, line, line->first + i, phrase))
            return true;
    return false;
}

/* Whoever's mail is not opened, on a page that may be an envelope. */
static const struct addressee *find_sealed(const struct addressees *addressees,
                                           const struct letter *letter)
{
    if (letter->reading->page_count == 0 || letter->pages[0].count > ADDRESSEE_ENVELOPE_WORDS_MOST)
        return NULL;
    for (size_t i = 0; i < addressees->count; i++) {
        const struct addressee *one = &addressees->list[i];
        for (uint32_t k = 0; one->is_sealed && k < letter->line_count && letter->lines[k].page == 0;
             k++)
            if (has_mark(letter, &letter->lines[k], one->phrase))
                return one;
    }
    return NULL;
}

const struct addressee *addressee_find(const struct addressees *addressees,
                                       const struct letter *letter, const char *authority)
{
    const struct addressee *sealed = find_sealed(addressees, letter);
    return sealed != NULL ? sealed : find_body(addressees, letter, authority);
}
