/* lookup.h - from a 32-bit hash to the small numbers that have it.
 *
 * Entries are added in any order, sorted once (radix sort) and then found by halving. Different
 * things may share a hash: whoever finds an entry compares the thing itself. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_LOOKUP_H
#define CLASSIFY_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lookup_entry {
    uint32_t hash;
    uint32_t value;
};

/* {0} is a valid empty one. */
struct lookup {
    struct lookup_entry *entries;
    size_t count;
    size_t capacity;
    bool failed; /* memory ran out; the content is not complete */
};

struct lookup_range {
    const struct lookup_entry *entries; /* borrowed */
    size_t count;
};

void lookup_add(struct lookup *lookup, uint32_t hash, uint32_t value);
/* Sorts; false when memory ran out now or before. */
bool lookup_finish(struct lookup *lookup);
/* All entries of the hash; call only after lookup_finish(). */
struct lookup_range lookup_find(const struct lookup *lookup, uint32_t hash);
void lookup_done(struct lookup *lookup);

uint32_t hash_bytes(const char *bytes, size_t length);
/* The hash of the string without the character at `left_out`. */
uint32_t hash_without(const char *bytes, size_t length, size_t left_out);
uint32_t hash_numbers(uint32_t first, uint32_t second);

#endif
