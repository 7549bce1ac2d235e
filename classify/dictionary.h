/* dictionary.h - each folded word of the register once, with a small number for it.
 *
 * Surnames, given names, streets and towns repeat: persons hold numbers, and what a scanner made
 * of a word is compared with each different word once. Near words are found by leaving out one
 * character on both sides (a deletion neighbourhood). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_DICTIONARY_H
#define CLASSIFY_DICTIONARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "classify/lookup.h"

enum {
    DICTIONARY_NONE = 0,      /* the number of no word */
    DICTIONARY_NEAR_LEAST = 5 /* words shorter than this are only found exactly */
};

/* {0} is a valid empty one. Words have the numbers 1 to count. */
struct dictionary {
    struct text words;  /* NUL-terminated, one after the other */
    size_t *starts;     /* by number, [0] unused */
    uint32_t *uses;     /* how often each was added */
    uint32_t *slots;    /* open addressing: numbers by hash of the word */
    uint32_t count;     /* words */
    uint32_t capacity;  /* of starts and uses */
    uint32_t slot_mask; /* number of slots - 1 */
    struct lookup near; /* by the hash of the word and of it with one character left out */
    bool failed;        /* memory ran out */
};

/* The word's number, the same for the same word; DICTIONARY_NONE for "" or on no memory. */
uint32_t dictionary_add(struct dictionary *dictionary, const char *folded);
/* Call once after the last add. False when memory ran out. */
bool dictionary_finish(struct dictionary *dictionary);
uint32_t dictionary_find(const struct dictionary *dictionary, const char *folded);
/* Words that are one edit away, at most `most`; returns how many were written. */
size_t dictionary_find_near(const struct dictionary *dictionary, const char *folded,
                            uint32_t *ret_numbers, size_t most);
const char *dictionary_word(const struct dictionary *dictionary, uint32_t number);
uint32_t dictionary_uses(const struct dictionary *dictionary, uint32_t number);
void dictionary_done(struct dictionary *dictionary);

#endif
