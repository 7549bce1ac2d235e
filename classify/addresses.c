/* addresses.c - see addresses.h. A house number is looked for first, then the street before it. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "classify/addresses.h"
#include "classify/edit_distance.h"
#include "classify/fold.h"
#include "classify/subjects.h"

enum {
    STREET_TOKENS_MOST = 4,
    POSTCODE_WITHIN = 8, /* tokens behind the house number */
    HOUSE_DIGITS_MOST = 4,
    LINES_ABOVE = 3 /* where an institution's name can stand above its address */
};

struct search {
    const struct letter *letter;
    const struct register_index *index;
    struct addresses *addresses;
};

void addresses_done(struct addresses *addresses)
{
    free(addresses->mentions);
    *addresses = (struct addresses){0};
}

static bool is_house_number(const struct letter *letter, uint32_t token)
{
    const struct token *from = &letter->tokens[token];
    return from->digits > 0 && from->digits <= HOUSE_DIGITS_MOST && from->letters <= 1 &&
           ascii_is_digit(letter_folded(letter, token)[0]);
}

static uint32_t find_postcode(const struct letter *letter, uint32_t token)
{
    uint32_t page = letter->tokens[token].page;
    for (uint32_t i = token + 1; i < letter->token_count && i <= token + POSTCODE_WITHIN; i++) {
        const struct token *from = &letter->tokens[i];
        const char *folded = letter_folded(letter, i);
        if (from->page != page)
            return 0;
        if (from->digits == 5 && from->letters == 0 && strlen(folded) == 5)
            return (uint32_t)strtoul(folded, NULL, 10);
    }
    return 0;
}

static bool has_institution(const struct letter *letter, uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i++) {
        if (is_institution_word(letter_folded(letter, i)))
            return true;
    }
    return false;
}

/* Something before it on its line says that a person lives there: "…, wohnhaft", or a name and a
 * comma. */
static bool is_of_person(const struct letter *letter, uint32_t first, uint32_t token)
{
    for (uint32_t i = first; i < token; i++) {
        if (is_dwelling_word(letter_folded(letter, i)) || letter->tokens[i].ends_with_comma)
            return true;
    }
    return false;
}

/* An office or a firm on the same line, or on the lines above in a letterhead. "… wohnhaft
 * Ringstraße 5" is a person's, whatever stands above. */
static bool is_of_institution(const struct letter *letter, uint32_t token)
{
    uint32_t line = letter->tokens[token].line;
    const struct letter_line *own = &letter->lines[line];
    if (token > 0 && letter->tokens[token - 1].page == own->page &&
        is_dwelling_word(letter_folded(letter, token - 1)))
        return false;
    if (has_institution(letter, own->first, token))
        return true;
    if (is_of_person(letter, own->first, token))
        return false;
    for (uint32_t above = 1; above <= LINES_ABOVE && above <= line; above++) {
        const struct letter_line *from = &letter->lines[line - above];
        if (from->page != own->page)
            break;
        if (has_institution(letter, from->first, from->first + from->count))
            return true;
    }
    return false;
}

/* "12 a" in two words. */
static uint32_t find_house_number(const struct search *search, uint32_t token, uint32_t *last)
{
    const struct letter *letter = search->letter;
    char folded[FOLD_WORD_BYTES];
    size_t length = strlen(letter_folded(letter, token));
    memcpy(folded, letter_folded(letter, token), length + 1);
    uint32_t next = token + 1;
    if (next < letter->token_count && letter_same_line(letter, token, next) &&
        !letter->tokens[token].ends_with_comma && letter->tokens[token].letters == 0 &&
        letter->tokens[next].letters == 1 && letter->tokens[next].digits == 0 &&
        length + 1 < sizeof folded) {
        char joined[FOLD_WORD_BYTES];
        memcpy(joined, folded, length);
        joined[length] = letter_folded(letter, next)[0];
        joined[length + 1] = '\0';
        uint32_t number = dictionary_find(&search->index->house_numbers, joined);
        if (number != DICTIONARY_NONE) {
            *last = next;
            return number;
        }
    }
    *last = token;
    return dictionary_find(&search->index->house_numbers, folded);
}

static void keep_house(const struct letter *letter, uint32_t token, struct address_mention *mention)
{
    const char *folded = letter_folded(letter, token);
    size_t length = strlen(folded);
    if (length >= sizeof mention->house)
        return;
    memcpy(mention->house, folded, length + 1);
    if (mention->last > token && length + 1 < sizeof mention->house)
        memcpy(mention->house + length, letter_folded(letter, mention->last), 2);
}

/* The street that ends right before the house number; the longest one that the register has. */
static bool find_street(const struct search *search, uint32_t house,
                        struct address_mention *mention)
{
    const struct letter *letter = search->letter;
    char joined[FOLD_WORD_BYTES] = "";
    for (uint32_t count = 1; count <= STREET_TOKENS_MOST && count <= house; count++) {
        uint32_t first = house - count;
        if (letter->tokens[first].page != letter->tokens[house].page ||
            letter->tokens[first].ends_with_comma ||
            letter->tokens[first].digits > letter->tokens[first].letters)
            break;
        char longer[FOLD_WORD_BYTES * 2];
        const char *piece = letter_folded(letter, first);
        size_t length = strlen(piece);
        memcpy(longer, piece, length);
        memcpy(longer + length, joined, strlen(joined) + 1);
        if (length + strlen(joined) >= sizeof joined)
            break;
        memcpy(joined, longer, strlen(longer) + 1);
        char street[FOLD_WORD_BYTES];
        fold_street(joined, street);
        uint32_t number = dictionary_find(&search->index->streets, street);
        size_t near = 0;
        uint32_t numbers[ADDRESS_STREETS_MOST] = {number};
        if (number == DICTIONARY_NONE)
            near = dictionary_find_near(&search->index->streets, street, numbers,
                                        ADDRESS_STREETS_MOST);
        if (number == DICTIONARY_NONE && (near == 0 || mention->street_count > 0))
            continue;
        memcpy(mention->streets, numbers, sizeof numbers);
        mention->street_count = number == DICTIONARY_NONE ? near : 1;
        mention->is_near = number == DICTIONARY_NONE;
        mention->first = first;
    }
    return mention->street_count > 0;
}

/* A postcode and a town, with a street that the register does not have or that was not read. */
static bool is_town(const struct letter *letter, uint32_t token)
{
    uint32_t next = token + 1;
    return letter->tokens[token].digits == 5 && letter->tokens[token].letters == 0 &&
           next < letter->token_count && letter_same_line(letter, token, next) &&
           letter->tokens[next].is_capital && letter->tokens[next].letters > 2;
}

bool addresses_find(struct addresses *addresses, const struct letter *letter,
                    const struct register_index *index)
{
    *addresses =
        (struct addresses){.mentions = calloc(ADDRESS_MENTIONS_MOST, sizeof *addresses->mentions)};
    if (addresses->mentions == NULL)
        return false;
    struct search search = {letter, index, addresses};
    for (uint32_t token = 1;
         token < letter->token_count && addresses->count < ADDRESS_MENTIONS_MOST; token++) {
        struct address_mention mention = {.first = token, .last = token};
        bool has_street = is_house_number(letter, token) && find_street(&search, token, &mention);
        if (!has_street && !is_town(letter, token))
            continue;
        if (has_street) {
            mention.house_number = find_house_number(&search, token, &mention.last);
            keep_house(letter, token, &mention);
            mention.postcode = find_postcode(letter, mention.last);
        }
        mention.is_institution = is_of_institution(letter, mention.first);
        addresses->mentions[addresses->count++] = mention;
    }
    return true;
}

/* One digit may be misread; another postcode is another town's street of the same name. */
static enum address_agreement agree_postcode(uint32_t read, uint32_t registered)
{
    unsigned differences = 0;
    if (read == registered)
        return ADDRESS_FULL;
    for (; read > 0 || registered > 0; read /= 10, registered /= 10)
        differences += read % 10 != registered % 10 ? 1U : 0U;
    return differences == 1 ? ADDRESS_STREET_ONLY : ADDRESS_ABSENT;
}

/* "82h" for "82b", "1" for "11": misread, or the neighbours'. */
static bool is_house_near(const struct address_mention *mention, const struct register_index *index,
                          uint32_t registered)
{
    return mention->house[0] != '\0' && registered != DICTIONARY_NONE &&
           edit_distance_word(mention->house, dictionary_word(&index->house_numbers, registered),
                              1) <= 1;
}

enum address_agreement address_agrees(const struct address_mention *mention,
                                      const struct register_index *index, uint32_t person)
{
    const struct person *one = &index->persons[person];
    bool is_house =
        mention->house_number != DICTIONARY_NONE && mention->house_number == one->house_number;
    if (mention->is_institution || one->street == DICTIONARY_NONE)
        return ADDRESS_ABSENT;
    for (size_t i = 0; i < mention->street_count; i++) {
        if (mention->streets[i] != one->street)
            continue;
        if (!is_house)
            return mention->postcode == one->postcode && one->postcode != 0 &&
                           is_house_near(mention, index, one->house_number)
                       ? ADDRESS_HOUSE_NEAR
                       : ADDRESS_ABSENT;
        return mention->postcode == 0 ? ADDRESS_STREET_ONLY
                                      : agree_postcode(mention->postcode, one->postcode);
    }
    return ADDRESS_ABSENT;
}
