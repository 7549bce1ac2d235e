/* search_words.h - the words of a text as search sees them: folded, one after the other.
 *
 * Letters are folded to a to z: capitals to small ones, umlauts and their spellings with e to the
 * bare vowel (ü, ue and u are one), ß to ss, other accents dropped. Case numbers and the like are
 * words of their own, too, without what parts them: "50.21.000815-1", "50 21 000815 1" and
 * "50/21/000815/1" all give "n50210008151". Text and query are folded by the same code. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_SEARCH_WORDS_H
#define STORE_SEARCH_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum {
    SEARCH_WORD_BYTES = 64, /* a folded word and its NUL; longer words are cut */
    SEARCH_NUMBER_DIGITS_LEAST = 5,
    SEARCH_NUMBER_GROUPS_MOST = 6
};

/* A word where it stands. */
struct search_word {
    size_t start, end; /* bytes of the text */
    char folded[SEARCH_WORD_BYTES];
    size_t digits; /* how many of its letters are digits */
};

/* The first word from *position on, which moves behind it; false: there is none. */
bool search_word_next(const char *text, size_t length, size_t *position,
                      struct search_word *ret_word);
/* Letters and digits of `string` folded, everything else dropped. */
void search_fold(const char *string, char ret_folded[SEARCH_WORD_BYTES]);
/* Appends all words of `text` as search indexes them, parted by blanks, numbers included. */
void search_append_words(struct text *words, const char *text, size_t length);

#endif
