/* names.c - see names.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "classify/fold.h"
#include "classify/names.h"
#include "classify/phonetics.h"
#include "classify/words.h"

enum { MENTIONS_LEAST = 32, SURNAME_TOKENS_MOST = 3, BESIDE_LABEL_MOST = 3, FORM_ROWS_MOST = 400 };

static const double FORM_ROW_SLACK = 0.6; /* heights */

static const char *const TITLES[] = {"herr",     "herrn",     "frau", "familie", "fam",
                                     "eheleute", "fraeulein", "hr",   "fr"};
static const char *const CONNECTORS[] = {"und", "u", "sowie"};
static const char *const SURNAME_LABELS[] = {"familienname", "nachname", "zuname", "name"};
static const char *const GIVEN_LABELS[] = {"vorname", "vornamen", "vornamens", "rufname"};
/* Words behind a name that make it a street. */
static const char *const STREET_WORDS[] = {"str",   "strasse", "weg",      "platz", "ring",
                                           "allee", "gasse",   "chaussee", "damm",  "ufer"};

struct search {
    const struct letter *letter;
    const struct register_index *index;
    struct names *names;
    unsigned forms; /* rows of forms that were looked at */
};

void names_done(struct names *names)
{
    free(names->mentions);
    *names = (struct names){0};
}

/* ---- given names --------------------------------------------------------------------------- */

static bool look_up_given(const struct search *search, const char *folded, uint32_t token,
                          struct given_name *given)
{
    uint32_t number = dictionary_find(&search->index->given_names, folded);
    *given = (struct given_name){.token = token};
    if (number != DICTIONARY_NONE) {
        given->numbers[given->count++] = number;
        return true;
    }
    given->is_near = true;
    given->count =
        dictionary_find_near(&search->index->given_names, folded, given->numbers, NAME_NEAR_MOST);
    return given->count > 0;
}

/* Adds the token's given names ("Hans-Peter" has two); false when it is none. */
static bool add_given(const struct search *search, uint32_t token, struct name_mention *mention)
{
    const struct token *from = &search->letter->tokens[token];
    const char *text = letter_text(search->letter, token);
    struct given_name given;
    if (!from->is_capital || from->digits > 0 || mention->given_count == NAME_GIVEN_MOST)
        return false;
    if (look_up_given(search, letter_folded(search->letter, token), token, &given)) {
        mention->given_names[mention->given_count++] = given;
        return true;
    }
    const char *dash = strchr(text, '-');
    char first[FOLD_WORD_BYTES];
    char folded[FOLD_WORD_BYTES];
    if (dash == NULL || dash == text || (size_t)(dash - text) >= sizeof first ||
        mention->given_count + 2 > NAME_GIVEN_MOST)
        return false;
    memcpy(first, text, (size_t)(dash - text));
    first[dash - text] = '\0';
    fold_word(first, folded);
    struct given_name second;
    if (!look_up_given(search, folded, token, &given))
        return false;
    fold_word(dash + 1, folded);
    if (!look_up_given(search, folded, token, &second))
        return false;
    mention->given_names[mention->given_count++] = given;
    mention->given_names[mention->given_count++] = second;
    return true;
}

/* The line before ends where this one begins: a name may be broken there. */
static bool is_adjacent(const struct letter *letter, uint32_t left, uint32_t right)
{
    return letter_same_line(letter, left, right) ||
           (letter->tokens[left].page == letter->tokens[right].page &&
            letter->tokens[left].line + 1 == letter->tokens[right].line &&
            letter->lines[letter->tokens[left].line].block ==
                letter->lines[letter->tokens[right].line].block);
}

static void read_initial(const char *text, struct name_mention *mention)
{
    if (ascii_is_letter(text[0]) && text[1] == '.' && text[2] == '\0')
        mention->initial = (char)(text[0] | 0x20);
}

/* What stands before the surname, from right to left. */
static void read_before(const struct search *search, struct name_mention *mention)
{
    const struct letter *letter = search->letter;
    uint32_t start = mention->first;
    for (uint32_t at = start; at > 0 && is_adjacent(letter, at - 1, at); at--) {
        const char *folded = letter_folded(letter, at - 1);
        if (letter->tokens[at - 1].ends_with_comma)
            break;
        if (mention->given_count > 0 && IS_ONE_OF(folded, CONNECTORS)) {
            mention->is_several = true;
        } else if (add_given(search, at - 1, mention)) {
            start = at - 1;
        } else {
            if (IS_ONE_OF(folded, TITLES))
                mention->is_titled = true;
            else if (mention->given_count == 0)
                read_initial(letter_text(letter, at - 1), mention);
            break;
        }
    }
    // "Kosten und Anna Müller" names one person.
    size_t names_found = mention->given_count;
    mention->is_several = mention->is_several && names_found > 1;
    mention->first = start;
}

/* "Müller, Hans Peter", or "Müller Hans" where nothing stands before. */
static void read_behind(const struct search *search, struct name_mention *mention)
{
    const struct letter *letter = search->letter;
    bool has_comma = letter->tokens[mention->last].ends_with_comma;
    uint32_t last = mention->last;
    for (uint32_t at = last + 1; at < letter->token_count && letter_same_line(letter, last, at);
         at++) {
        if (!add_given(search, at, mention))
            break;
        mention->last = at;
        if (letter->tokens[at].ends_with_comma)
            break;
    }
    mention->is_reversed = !has_comma && mention->given_count > 0;
}

/* The label of a form's row: the nearest words left of the token. */
static bool is_labelled(const struct letter *letter, uint32_t token, const char *const *labels,
                        size_t count)
{
    uint32_t beside[LETTER_BESIDE_MOST];
    size_t found = letter_beside(letter, token, FORM_ROW_SLACK, beside);
    for (size_t i = 0; i < found && i < BESIDE_LABEL_MOST; i++) {
        if (word_is_like_one_of(letter_folded(letter, beside[i]), labels, count))
            return true;
    }
    return false;
}

static bool ends_line(const struct letter *letter, uint32_t token)
{
    const struct letter_line *line = &letter->lines[letter->tokens[token].line];
    return token + 1 == line->first + line->count;
}

/* "Familienname | Fischer" with "Vorname(n) | Aisha" in another row of the form. */
static void read_form(struct search *search, struct name_mention *mention)
{
    const struct letter *letter = search->letter;
    if (search->forms++ >= FORM_ROWS_MOST ||
        !is_labelled(letter, mention->first, SURNAME_LABELS,
                     sizeof SURNAME_LABELS / sizeof *SURNAME_LABELS))
        return;
    mention->is_form = true;
    uint32_t page = letter->tokens[mention->first].page;
    uint32_t end = letter_page_end(letter, page);
    uint32_t label = letter_page_first(letter, page);
    while (label < end && !IS_LIKE_ONE_OF(letter_folded(letter, label), GIVEN_LABELS))
        label++;
    for (uint32_t i = letter_page_first(letter, page); label < end && i < end; i++) {
        bool is_surname = i >= mention->first && i <= mention->last;
        if (!is_surname && letter_is_right_of(letter, i, label))
            (void)add_given(search, i, mention);
    }
}

/* "Voss" with "Thomas" flush below or above it, in rows whose labels could not be read. */
static void read_column(struct search *search, struct name_mention *mention)
{
    const struct letter *letter = search->letter;
    const uint32_t rows[] = {letter_below(letter, mention->first),
                             letter_above(letter, mention->first)};
    if (!ends_line(letter, mention->last) || search->forms++ >= FORM_ROWS_MOST)
        return;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && mention->given_count == 0; i++) {
        uint32_t at = rows[i];
        if (at == LETTER_NONE)
            continue;
        struct name_mention tried = *mention;
        while (add_given(search, at, &tried) && !tried.given_names[tried.given_count - 1].is_near &&
               !ends_line(letter, at))
            at++;
        bool is_whole = tried.given_count > 0 && ends_line(letter, at) &&
                        tried.given_names[tried.given_count - 1].token == at &&
                        !tried.given_names[tried.given_count - 1].is_near;
        if (is_whole) {
            *mention = tried;
            mention->is_form = true;
        }
    }
}

/* ---- surnames ------------------------------------------------------------------------------ */

static void keep(struct search *search, const struct name_mention *mention)
{
    struct names *names = search->names;
    if (names->count == names->capacity) {
        size_t capacity = names->capacity == 0 ? MENTIONS_LEAST : names->capacity * 2;
        struct name_mention *mentions = realloc(names->mentions, capacity * sizeof *mentions);
        if (mentions == NULL) {
            names->failed = true;
            return;
        }
        names->mentions = mentions;
        names->capacity = capacity;
    }
    names->mentions[names->count++] = *mention;
}

static bool stands_alone(const struct letter *letter, const struct name_mention *mention)
{
    const struct letter_line *line = &letter->lines[letter->tokens[mention->first].line];
    return line->first == mention->first && mention->last - mention->first + 1 == line->count;
}

static bool is_street(const struct letter *letter, const struct name_mention *mention)
{
    uint32_t next = mention->last + 1;
    return next < letter->token_count && letter_same_line(letter, mention->last, next) &&
           !letter->tokens[mention->last].ends_with_comma &&
           IS_ONE_OF(letter_folded(letter, next), STREET_WORDS);
}

static void take_surname(struct search *search, struct name_mention *mention)
{
    if (is_street(search->letter, mention))
        return;
    read_before(search, mention);
    if (mention->given_count == 0)
        read_behind(search, mention);
    if (mention->given_count == 0)
        read_form(search, mention);
    if (mention->given_count == 0 && !mention->is_titled && !mention->is_near)
        read_column(search, mention);
    if (mention->given_count > 0 || mention->is_titled || mention->is_form ||
        mention->initial != '\0' || (!mention->is_near && stands_alone(search->letter, mention)))
        keep(search, mention);
}

/* Surnames of one to three words ("von Arnim", "Al Hamad") that begin at the token. */
static void search_token(struct search *search, uint32_t token)
{
    const struct letter *letter = search->letter;
    char joined[FOLD_WORD_BYTES] = "";
    size_t length = 0;
    for (uint32_t last = token; last < letter->token_count && last < token + SURNAME_TOKENS_MOST;
         last++) {
        const char *folded = letter_folded(letter, last);
        size_t piece = strlen(folded);
        if (letter->tokens[last].digits > 0 || length + piece >= sizeof joined ||
            (last > token && !is_adjacent(letter, last - 1, last)))
            return;
        memcpy(joined + length, folded, piece + 1);
        length += piece;
        struct name_mention mention = {.first = token, .last = last};
        uint32_t number = dictionary_find(&search->index->surnames, joined);
        if (number != DICTIONARY_NONE && letter->tokens[last].is_capital) {
            mention.surnames[mention.surname_count++] = number;
            take_surname(search, &mention);
        } else if (last == token && letter->tokens[last].is_capital &&
                   dictionary_find(&search->index->given_names, joined) == DICTIONARY_NONE) {
            mention.is_near = true;
            mention.surname_count = dictionary_find_near(&search->index->surnames, joined,
                                                         mention.surnames, NAME_SURNAMES_MOST);
            if (mention.surname_count > 0)
                take_surname(search, &mention);
        }
        if (letter->tokens[last].ends_with_comma)
            return;
    }
}

bool names_find(struct names *names, const struct letter *letter,
                const struct register_index *index)
{
    *names = (struct names){0};
    struct search search = {letter, index, names, 0};
    for (uint32_t token = 0; token < letter->token_count && !names->failed; token++) {
        if (letter->tokens[token].letters > 1)
            search_token(&search, token);
    }
    return !names->failed;
}

/* ---- agreement ----------------------------------------------------------------------------- */

static bool holds(const uint32_t *numbers, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] == number)
            return true;
    }
    return false;
}

static bool is_given_of(const struct given_name *given, const struct person *person)
{
    for (size_t i = 0; i < given->count; i++) {
        if (holds(person->given_names, person->given_count, given->numbers[i]))
            return true;
    }
    return false;
}

static bool has_initial(const struct register_index *index, const struct person *person,
                        char initial)
{
    for (uint32_t i = 0; i < person->given_count; i++) {
        if (dictionary_word(&index->given_names, person->given_names[i])[0] == initial)
            return true;
    }
    return false;
}

static enum name_agreement agree_given(const struct name_mention *mention,
                                       const struct person *person, bool *near)
{
    size_t matched = 0;
    for (size_t i = 0; i < mention->given_count; i++) {
        if (is_given_of(&mention->given_names[i], person)) {
            matched++;
            *near = *near || mention->given_names[i].is_near;
        }
    }
    if (matched == 0)
        return NAME_OTHER;
    return matched == mention->given_count || mention->is_several ? NAME_FULL : NAME_PARTLY;
}

/* "Meyer, Hanna" for Hanna Maier. */
static bool sounds_like(const struct name_mention *mention, const struct register_index *index,
                        const struct person *person)
{
    bool near = false;
    if (mention->given_count == 0 || mention->is_near ||
        agree_given(mention, person, &near) == NAME_OTHER || near)
        return false;
    const char *surname = dictionary_word(&index->surnames, person->surname);
    for (size_t i = 0; i < mention->surname_count; i++) {
        if (phonetics_agree(dictionary_word(&index->surnames, mention->surnames[i]), surname))
            return true;
    }
    return false;
}

enum name_agreement name_agrees(const struct name_mention *mention,
                                const struct register_index *index, uint32_t person, bool *ret_near)
{
    const struct person *one = &index->persons[person];
    if (!holds(mention->surnames, mention->surname_count, one->surname))
        return sounds_like(mention, index, one) ? NAME_SOUNDS : NAME_ABSENT;
    *ret_near = mention->is_near;
    if (mention->given_count > 0)
        return agree_given(mention, one, ret_near);
    // A form has a row for given names: one that cannot be read may hold anybody's.
    if (mention->is_form)
        return NAME_ABSENT;
    if (mention->initial != '\0' && !has_initial(index, one, mention->initial))
        return NAME_OTHER;
    return NAME_SURNAME;
}
