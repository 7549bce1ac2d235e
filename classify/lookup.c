/* lookup.c - see lookup.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "classify/lookup.h"

enum { RADIX_BITS = 8, RADIX_PASSES = 4, RADIX_BUCKETS = 1 << RADIX_BITS, CAPACITY_LEAST = 64 };

/* FNV-1a's constants, and MurmurHash3's finaliser to spread them over all bits. */
static const uint32_t FNV_BASIS = 2166136261U;
static const uint32_t FNV_PRIME = 16777619U;

static uint32_t spread(uint32_t hash)
{
    hash ^= hash >> 16;
    hash *= 0x85ebca6bU;
    hash ^= hash >> 13;
    hash *= 0xc2b2ae35U;
    return hash ^ hash >> 16;
}

uint32_t hash_without(const char *bytes, size_t length, size_t left_out)
{
    uint32_t hash = FNV_BASIS;
    for (size_t i = 0; i < length; i++) {
        if (i != left_out)
            hash = (hash ^ (uint8_t)bytes[i]) * FNV_PRIME;
    }
    return spread(hash);
}

uint32_t hash_bytes(const char *bytes, size_t length)
{
    return hash_without(bytes, length, length);
}

uint32_t hash_numbers(uint32_t first, uint32_t second)
{
    return spread(spread(first + 0x9e3779b9U) * 31U + second);
}

void lookup_add(struct lookup *lookup, uint32_t hash, uint32_t value)
{
    if (lookup->failed)
        return;
    if (lookup->count == lookup->capacity) {
        size_t capacity = lookup->capacity == 0 ? CAPACITY_LEAST : lookup->capacity * 2;
        struct lookup_entry *entries = realloc(lookup->entries, capacity * sizeof *lookup->entries);
        if (entries == NULL) {
            lookup->failed = true;
            return;
        }
        lookup->entries = entries;
        lookup->capacity = capacity;
    }
    lookup->entries[lookup->count++] = (struct lookup_entry){hash, value};
}

/* One pass of a stable radix sort: by eight bits of the hash. */
static void sort_pass(const struct lookup_entry *from, struct lookup_entry *to, size_t count,
                      unsigned shift)
{
    size_t starts[RADIX_BUCKETS] = {0};
    for (size_t i = 0; i < count; i++)
        starts[from[i].hash >> shift & (RADIX_BUCKETS - 1)]++;
    size_t start = 0;
    for (size_t i = 0; i < RADIX_BUCKETS; i++) {
        size_t size = starts[i];
        starts[i] = start;
        start += size;
    }
    for (size_t i = 0; i < count; i++)
        to[starts[from[i].hash >> shift & (RADIX_BUCKETS - 1)]++] = from[i];
}

bool lookup_finish(struct lookup *lookup)
{
    if (lookup->failed)
        return false;
    if (lookup->count == 0)
        return true;
    struct lookup_entry *spare = malloc(lookup->count * sizeof *spare);
    if (spare == NULL) {
        lookup->failed = true;
        return false;
    }
    // An even number of passes leaves the result where it began.
    for (unsigned pass = 0; pass < RADIX_PASSES; pass += 2) {
        sort_pass(lookup->entries, spare, lookup->count, pass * RADIX_BITS);
        sort_pass(spare, lookup->entries, lookup->count, (pass + 1) * RADIX_BITS);
    }
    free(spare);
    return true;
}

struct lookup_range lookup_find(const struct lookup *lookup, uint32_t hash)
{
    size_t low = 0;
    size_t high = lookup->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (lookup->entries[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < lookup->count && lookup->entries[end].hash == hash)
        end++;
    return (struct lookup_range){lookup->entries == NULL ? NULL : lookup->entries + low, end - low};
}

void lookup_done(struct lookup *lookup)
{
    free(lookup->entries);
    *lookup = (struct lookup){0};
}
