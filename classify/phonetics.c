/* phonetics.c - see phonetics.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "classify/phonetics.h"

/* Letters whose digit no neighbour changes, in the order of the alphabet; '?' is decided by
 * sound_of(), '-' is silent. */
static const char PLAIN[] = "01??034-0045660?478?033?08";
//                           abcdefghijklmnopqrstuvwxyz

enum { LEAST_DIGITS = 2 };

/* Folded letters are small. */
static bool is_sound(char letter)
{
    return letter >= 'a' && letter <= 'z';
}

static bool is_in(const char *letters, char letter)
{
    return letter != '\0' && strchr(letters, letter) != NULL;
}

static char sound_of_c(char before, char after)
{
    if (before == '\0')
        return is_in("ahkloqrux", after) ? '4' : '8';
    return !is_in("sz", before) && is_in("ahkoqux", after) ? '4' : '8';
}

/* The digits of one letter between its neighbours; '\0' at the ends of the word. */
static const char *sound_of(char before, char letter, char after)
{
    static const char digits[][2] = {"0", "1", "2", "3", "4", "5", "6", "7", "8"};
    char digit = PLAIN[letter - 'a'];
    if (letter == 'c')
        digit = sound_of_c(before, after);
    else if (letter == 'd' || letter == 't')
        digit = is_in("csz", after) ? '8' : '2';
    else if (letter == 'p')
        digit = after == 'h' ? '3' : '1';
    else if (letter == 'x')
        return is_in("ckq", before) ? "8" : "48";
    return digit == '-' ? "" : digits[digit - '0'];
}

size_t phonetic_code(const char *folded, char ret_code[PHONETIC_CODE_BYTES])
{
    size_t length = 0;
    char last = '\0', before = '\0';
    for (const char *at = folded; *at != '\0'; at++) {
        if (!is_sound(*at))
            continue;
        char after = is_sound(at[1]) ? at[1] : '\0';
        for (const char *digit = sound_of(before, *at, after); *digit != '\0'; digit++) {
            bool is_kept = *digit != last && (*digit != '0' || length == 0);
            if (is_kept && length + 1 < PHONETIC_CODE_BYTES)
                ret_code[length++] = *digit;
            last = *digit;
        }
        before = *at;
    }
    ret_code[length] = '\0';
    return length;
}

bool phonetics_agree(const char *folded, const char *other)
{
    char code[PHONETIC_CODE_BYTES];
    char other_code[PHONETIC_CODE_BYTES];
    return phonetic_code(folded, code) >= LEAST_DIGITS &&
           phonetic_code(other, other_code) >= LEAST_DIGITS && strcmp(code, other_code) == 0;
}
