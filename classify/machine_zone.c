/* machine_zone.c - see machine_zone.h. Places are those of ICAO 9303, parts 4 and 5, from 0. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "classify/check_digit.h"
#include "classify/machine_zone.h"

enum { CARD_CHARACTERS = 30, PASSPORT_CHARACTERS = 44, ZONE_BYTES = PASSPORT_CHARACTERS + 1 };

/* Whether the character at `at` is the check digit of the `length` before it. */
static bool is_checked(const char *line, size_t at, size_t length)
{
    return check_machine_readable(line + at - length, length) == line[at] - '0';
}

/* An empty field may have the filler in place of its check digit. */
static bool is_checked_or_empty(const char *line, size_t at, size_t length)
{
    return is_checked(line, at, length) ||
           (line[at] == '<' && check_machine_readable(line + at - length, length) == 0);
}

bool machine_zone_is_card(const char *first, const char *second)
{
    char all[25 + 7 + 7 + 11];
    if (strlen(first) != CARD_CHARACTERS || strlen(second) != CARD_CHARACTERS ||
        strchr("IAC", first[0]) == NULL)
        return false;
    memcpy(all, first + 5, 25);
    memcpy(all + 25, second, 7);
    memcpy(all + 32, second + 8, 7);
    memcpy(all + 39, second + 18, 11);
    return is_checked_or_empty(first, 14, 9) && is_checked(second, 6, 6) &&
           is_checked(second, 14, 6) &&
           check_machine_readable(all, sizeof all) == second[CARD_CHARACTERS - 1] - '0';
}

bool machine_zone_is_passport(const char *second)
{
    char all[10 + 7 + 22];
    if (strlen(second) != PASSPORT_CHARACTERS)
        return false;
    memcpy(all, second, 10);
    memcpy(all + 10, second + 13, 7);
    memcpy(all + 17, second + 21, 22);
    return is_checked(second, 9, 9) && is_checked(second, 19, 6) && is_checked(second, 27, 6) &&
           is_checked_or_empty(second, 42, 14) &&
           check_machine_readable(all, sizeof all) == second[PASSPORT_CHARACTERS - 1] - '0';
}

/* The line without its blanks; "" when it is longer than any zone's. */
static void copy_line(const struct letter *letter, uint32_t line, char ret_text[ZONE_BYTES])
{
    size_t length = 0;
    ret_text[0] = '\0';
    for (uint32_t i = 0; i < letter->lines[line].count; i++) {
        const char *word = letter_text(letter, letter->lines[line].first + i);
        size_t more = strlen(word);
        if (length + more >= ZONE_BYTES) {
            ret_text[0] = '\0';
            return;
        }
        memcpy(ret_text + length, word, more + 1);
        length += more;
    }
}

bool machine_zone_is_in(const struct letter *letter)
{
    char before[ZONE_BYTES] = "", here[ZONE_BYTES];
    for (uint32_t line = 0; line < letter->line_count; line++) {
        copy_line(letter, line, here);
        if (machine_zone_is_card(before, here) || machine_zone_is_passport(here))
            return true;
        memcpy(before, here, sizeof before);
    }
    return false;
}
