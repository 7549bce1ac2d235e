/* dictionary.c - see dictionary.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "classify/dictionary.h"
#include "classify/edit_distance.h"
#include "classify/fold.h"

enum { WORDS_LEAST = 256, SLOTS_A_WORD = 2, NEAR_BYTES_MOST = 40 };

const char *dictionary_word(const struct dictionary *dictionary, uint32_t number)
{
    return number == DICTIONARY_NONE || number > dictionary->count
               ? ""
               : dictionary->words.bytes + dictionary->starts[number];
}

uint32_t dictionary_uses(const struct dictionary *dictionary, uint32_t number)
{
    return number == DICTIONARY_NONE || number > dictionary->count ? 0 : dictionary->uses[number];
}

/* The slot that holds the word, or the empty one where it would go. */
static uint32_t *slot_of(const struct dictionary *dictionary, const char *folded, size_t length)
{
    uint32_t at = hash_bytes(folded, length) & dictionary->slot_mask;
    while (dictionary->slots[at] != DICTIONARY_NONE &&
           strcmp(dictionary_word(dictionary, dictionary->slots[at]), folded) != 0)
        at = (at + 1) & dictionary->slot_mask;
    return &dictionary->slots[at];
}

static bool grow(struct dictionary *dictionary)
{
    uint32_t capacity = dictionary->capacity == 0 ? WORDS_LEAST : dictionary->capacity * 2;
    size_t *starts = realloc(dictionary->starts, ((size_t)capacity + 1) * sizeof *starts);
    if (starts == NULL)
        return false;
    dictionary->starts = starts;
    uint32_t *uses = realloc(dictionary->uses, ((size_t)capacity + 1) * sizeof *uses);
    if (uses == NULL)
        return false;
    dictionary->uses = uses;
    uint32_t slot_count = capacity * SLOTS_A_WORD;
    uint32_t *slots = calloc(slot_count, sizeof *slots);
    if (slots == NULL)
        return false;
    free(dictionary->slots);
    dictionary->slots = slots;
    dictionary->slot_mask = slot_count - 1;
    dictionary->capacity = capacity;
    for (uint32_t number = 1; number <= dictionary->count; number++) {
        const char *word = dictionary_word(dictionary, number);
        *slot_of(dictionary, word, strlen(word)) = number;
    }
    return true;
}

uint32_t dictionary_add(struct dictionary *dictionary, const char *folded)
{
    size_t length = strlen(folded);
    if (length == 0 || dictionary->failed)
        return DICTIONARY_NONE;
    if (dictionary->count == dictionary->capacity && !grow(dictionary)) {
        dictionary->failed = true;
        return DICTIONARY_NONE;
    }
    uint32_t *slot = slot_of(dictionary, folded, length);
    if (*slot != DICTIONARY_NONE) {
        dictionary->uses[*slot]++;
        return *slot;
    }
    size_t start = dictionary->words.length;
    text_append_bytes(&dictionary->words, folded, length + 1);
    if (!text_ok(&dictionary->words)) {
        dictionary->failed = true;
        return DICTIONARY_NONE;
    }
    *slot = ++dictionary->count;
    dictionary->starts[*slot] = start;
    dictionary->uses[*slot] = 1;
    return *slot;
}

bool dictionary_finish(struct dictionary *dictionary)
{
    for (uint32_t number = 1; number <= dictionary->count; number++) {
        const char *word = dictionary_word(dictionary, number);
        size_t length = strlen(word);
        if (length + 1 < DICTIONARY_NEAR_LEAST || length > NEAR_BYTES_MOST)
            continue;
        for (size_t left_out = 0; left_out <= length; left_out++)
            lookup_add(&dictionary->near, hash_without(word, length, left_out), number);
    }
    return lookup_finish(&dictionary->near) && !dictionary->failed;
}

uint32_t dictionary_find(const struct dictionary *dictionary, const char *folded)
{
    size_t length = strlen(folded);
    if (length == 0 || dictionary->count == 0)
        return DICTIONARY_NONE;
    return *slot_of(dictionary, folded, length);
}

static bool contains(const uint32_t *numbers, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] == number)
            return true;
    }
    return false;
}

size_t dictionary_find_near(const struct dictionary *dictionary, const char *folded,
                            uint32_t *ret_numbers, size_t most)
{
    size_t count = 0;
    size_t length = strlen(folded);
    if (length < DICTIONARY_NEAR_LEAST || length > NEAR_BYTES_MOST)
        return 0;
    for (size_t left_out = 0; left_out <= length; left_out++) {
        struct lookup_range range =
            lookup_find(&dictionary->near, hash_without(folded, length, left_out));
        for (size_t i = 0; i < range.count && count < most; i++) {
            uint32_t number = range.entries[i].value;
            if (!contains(ret_numbers, count, number) &&
                edit_distance_word(folded, dictionary_word(dictionary, number), 1) <= 1)
                ret_numbers[count++] = number;
        }
    }
    return count;
}

void dictionary_done(struct dictionary *dictionary)
{
    text_done(&dictionary->words);
    free(dictionary->starts);
    free(dictionary->uses);
    free(dictionary->slots);
    lookup_done(&dictionary->near);
    *dictionary = (struct dictionary){0};
}
