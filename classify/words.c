/* words.c - see words.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "classify/edit_distance.h"
#include "classify/words.h"

bool word_is_one_of(const char *folded, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(folded, words[i]) == 0)
            return true;
    }
    return false;
}

bool word_is_like_one_of(const char *folded, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned most = strlen(words[i]) < WORD_LIKE_LEAST ? 0 : 1;
        if (edit_distance_word(folded, words[i], most) <= most)
            return true;
    }
    return false;
}

bool word_begins_with_one_of(const char *folded, const char *const *stems, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strncmp(folded, stems[i], strlen(stems[i])) == 0)
            return true;
    }
    return false;
}
