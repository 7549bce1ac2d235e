/* phonetics.h - how a German word sounds: the Kölner Phonetik.
 *
 * Hans Joachim Postel, "Die Kölner Phonetik", IBM-Nachrichten 19 (1969). Each letter becomes a
 * digit by its neighbours, runs of one digit become one, and vowels count at the beginning only:
 * Meyer, Maier and Mayr are 67. So many names share a code that it can never be more than a hint. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_PHONETICS_H
#define CLASSIFY_PHONETICS_H

#include <stdbool.h>
#include <stddef.h>

enum { PHONETIC_CODE_BYTES = 32 }; /* digits and NUL; the code of a longer word is cut */

/* The code of a folded word (classify/fold.h); what is no letter does not sound. Returns its
 * length. */
size_t phonetic_code(const char *folded, char ret_code[PHONETIC_CODE_BYTES]);
/* Both sound the same, and of more than one consonant. */
bool phonetics_agree(const char *folded, const char *other);

#endif
