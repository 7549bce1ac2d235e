/* candidates.c - see candidates.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ingest/candidates.h"

enum { SLOTS_LEAST = 64 };

void candidates_init(struct candidates *candidates)
{
    *candidates = (struct candidates){0};
}

void candidates_done(struct candidates *candidates)
{
    for (size_t i = 0; i < candidates->slots; i++)
        free(candidates->table[i].source);
    free(candidates->table);
    *candidates = (struct candidates){0};
}

/* FNV-1a: the table is bounded, so that nothing hangs on the hash being hard to guess. */
static size_t home_slot(const struct candidates *candidates, const char *source)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *source != '\0'; source++)
        hash = (hash ^ (unsigned char)*source) * UINT64_C(1099511628211);
    return (size_t)hash & (candidates->slots - 1);
}

/* The slot of `source`, or the free one where it would go. */
static struct candidate *slot_of(const struct candidates *candidates, const char *source)
{
    size_t slot = home_slot(candidates, source);
    while (candidates->table[slot].source != NULL &&
           strcmp(candidates->table[slot].source, source) != 0)
        slot = (slot + 1) & (candidates->slots - 1);
    return &candidates->table[slot];
}

struct candidate *candidates_find(const struct candidates *candidates, const char *source)
{
    if (candidates->slots == 0)
        return NULL;
    struct candidate *slot = slot_of(candidates, source);
    return slot->source == NULL ? NULL : slot;
}

static bool make_room(struct candidates *candidates)
{
    if ((candidates->count + 1) * 2 <= candidates->slots)
        return true;
    struct candidates larger = {
        .slots = candidates->slots == 0 ? SLOTS_LEAST : candidates->slots * 2,
        .count = candidates->count,
    };
    larger.table = calloc(larger.slots, sizeof larger.table[0]);
    if (larger.table == NULL)
        return false;
    for (size_t i = 0; i < candidates->slots; i++)
        if (candidates->table[i].source != NULL)
            *slot_of(&larger, candidates->table[i].source) = candidates->table[i];
    free(candidates->table);
    *candidates = larger;
    return true;
}

struct candidate *candidates_note(struct candidates *candidates, const char *source, int64_t now_ms)
{
    struct candidate *found = candidates_find(candidates, source);
    if (found != NULL)
        return found;
    if (candidates->count == CANDIDATES_MOST || !make_room(candidates))
        return NULL;
    char *copy = string_copy(source);
    if (copy == NULL)
        return NULL;
    struct candidate *slot = slot_of(candidates, source);
    *slot = (struct candidate){.source = copy, .changed_ms = now_ms, .due_ms = now_ms};
    candidates->count++;
    return slot;
}

/* Takes the candidate out, and moves back those behind it that had to make way for it. */
void candidates_remove(struct candidates *candidates, struct candidate *candidate)
{
    size_t mask = candidates->slots - 1;
    size_t hole = (size_t)(candidate - candidates->table);
    free(candidate->source);
    candidates->count--;
    for (size_t next = (hole + 1) & mask; candidates->table[next].source != NULL;
         next = (next + 1) & mask) {
        size_t home = home_slot(candidates, candidates->table[next].source);
        if (((next - home) & mask) < ((next - hole) & mask))
            continue; // its home is behind the hole
        candidates->table[hole] = candidates->table[next];
        hole = next;
    }
    candidates->table[hole] = (struct candidate){0};
}

static bool comes_before(const struct candidate *left, const struct candidate *right)
{
    if (left->was_seen != right->was_seen)
        return !left->was_seen;
    const struct timespec *left_time = &left->seen.st_mtim;
    const struct timespec *right_time = &right->seen.st_mtim;
    if (left_time->tv_sec != right_time->tv_sec)
        return left_time->tv_sec < right_time->tv_sec;
    if (left_time->tv_nsec != right_time->tv_nsec)
        return left_time->tv_nsec < right_time->tv_nsec;
    return strcmp(left->source, right->source) < 0;
}

struct candidate *candidates_due(const struct candidates *candidates, int64_t now_ms)
{
    struct candidate *first = NULL;
    for (size_t i = 0; candidates->count > 0 && i < candidates->slots; i++) {
        struct candidate *candidate = &candidates->table[i];
        if (candidate->source == NULL || candidate->due_ms > now_ms)
            continue;
        if (first == NULL || comes_before(candidate, first))
            first = candidate;
    }
    return first;
}

bool candidate_see(struct candidate *candidate, const struct stat *found, int64_t now_ms)
{
    const struct stat *seen = &candidate->seen;
    bool is_same = candidate->was_seen && seen->st_dev == found->st_dev &&
                   seen->st_ino == found->st_ino && seen->st_mode == found->st_mode &&
                   seen->st_nlink == found->st_nlink && seen->st_size == found->st_size &&
                   seen->st_mtim.tv_sec == found->st_mtim.tv_sec &&
                   seen->st_mtim.tv_nsec == found->st_mtim.tv_nsec;
    if (is_same)
        return false;
    candidate->is_renamed_in = candidate->is_renamed_in && !candidate->was_seen;
    candidate->was_seen = true;
    candidate->was_judged = false;
    candidate->format = FILE_FORMAT_UNKNOWN;
    candidate->seen = *found;
    candidate->changed_ms = now_ms;
    return true;
}
