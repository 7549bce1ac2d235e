/* words.h - is a folded word one of a table's? */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_WORDS_H
#define CLASSIFY_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum { WORD_LIKE_LEAST = 6 }; /* shorter words of a table must agree exactly */

bool word_is_one_of(const char *folded, const char *const *words, size_t count);
/* The same, and one letter of a longer word may be misread. */
bool word_is_like_one_of(const char *folded, const char *const *words, size_t count);
/* The word begins with one of the table's stems. */
bool word_begins_with_one_of(const char *folded, const char *const *stems, size_t count);

#define IS_ONE_OF(folded, words) word_is_one_of(folded, words, sizeof(words) / sizeof *(words))
#define IS_LIKE_ONE_OF(folded, words)                                                              \
    word_is_like_one_of(folded, words, sizeof(words) / sizeof *(words))
#define BEGINS_WITH_ONE_OF(folded, stems)                                                          \
    word_begins_with_one_of(folded, stems, sizeof(stems) / sizeof *(stems))

#endif
