/* register_change.c - see register_change.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/register_change.h"

enum { FIRST_SLOTS = 1 << 10 };

struct slot {
    uint64_t key;     /* 0: empty */
    uint64_t sums[2]; /* of the rows' hashes, by side */
    uint32_t rows[2];
};

struct register_change {
    struct slot *slots;
    size_t slot_count; /* a power of two */
    size_t count;
    uint8_t key[crypto_shorthash_KEYBYTES];
    uint8_t row_key[crypto_shorthash_KEYBYTES];
    struct text row; /* the row at hand, its fields each followed by a NUL */
};

struct register_change *register_change_new(void)
{
    struct register_change *change = calloc(1, sizeof *change);
    if (change == NULL)
        return NULL;
    change->slot_count = FIRST_SLOTS;
    change->slots = calloc(change->slot_count, sizeof *change->slots);
    randombytes_buf(change->key, sizeof change->key);
    randombytes_buf(change->row_key, sizeof change->row_key);
    if (change->slots == NULL)
        register_change_free(&change);
    return change;
}

void register_change_free(struct register_change **change_p)
{
    struct register_change *change = *change_p;
    if (change == NULL)
        return;
    free(change->slots);
    text_done(&change->row);
    free(change);
    *change_p = NULL;
}

static uint64_t hash(const uint8_t *key, const void *bytes, size_t length)
{
    uint8_t raw[crypto_shorthash_BYTES];
    uint64_t value = 0;
    (void)crypto_shorthash(raw, bytes, length, key);
    memcpy(&value, raw, sizeof value);
    return value;
}

static struct slot *find(struct slot *slots, size_t slot_count, uint64_t key)
{
    size_t at = (size_t)key & (slot_count - 1);
    while (slots[at].key != 0 && slots[at].key != key)
        at = (at + 1) & (slot_count - 1);
    return &slots[at];
}

static bool grow(struct register_change *change)
{
    size_t wider = change->slot_count * 2;
    struct slot *slots = calloc(wider, sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < change->slot_count; i++)
        if (change->slots[i].key != 0)
            *find(slots, wider, change->slots[i].key) = change->slots[i];
    free(change->slots);
    change->slots = slots;
    change->slot_count = wider;
    return true;
}

/* The slot of a case, made when it is new; NULL: out of memory. */
static struct slot *slot_of(struct register_change *change, const char *case_number)
{
    uint64_t key = hash(change->key, case_number, strlen(case_number));
    key = key == 0 ? 1 : key;
    if (change->count >= change->slot_count / 4 * 3 && !grow(change))
        return NULL;
    struct slot *slot = find(change->slots, change->slot_count, key);
    change->count += slot->key == 0 ? 1 : 0;
    slot->key = key;
    return slot;
}

bool register_change_add(struct register_change *change, enum register_side side,
                         const struct register_row *row)
{
    text_clear(&change->row);
    for (int field = 0; field < REGISTER_FIELDS; field++)
        text_append_bytes(&change->row, row->fields[field], strlen(row->fields[field]) + 1);
    text_append_char(&change->row, (char)('0' + row->is_closed + 2 * row->is_blocked));
    struct slot *slot = slot_of(change, row->fields[REGISTER_CASE_NUMBER]);
    if (slot == NULL || !text_ok(&change->row))
        return false;
    slot->sums[side] += hash(change->row_key, change->row.bytes, change->row.length);
    slot->rows[side]++;
    return true;
}

bool register_change_touch(struct register_change *change, const char *case_number)
{
    struct slot *slot = slot_of(change, case_number);
    if (slot != NULL)
        slot->sums[REGISTER_AFTER] += 1; // no sum of hashes, but for chance
    return slot != NULL;
}

struct register_change_counts register_change_count(const struct register_change *change,
                                                    bool is_incremental)
{
    struct register_change_counts counts = {0};
    for (size_t i = 0; i < change->slot_count; i++) {
        const struct slot *slot = &change->slots[i];
        uint32_t before = slot->rows[REGISTER_BEFORE];
        uint32_t after = slot->rows[REGISTER_AFTER];
        bool is_touched = after > 0 || slot->sums[REGISTER_AFTER] != 0;
        bool stays = is_incremental && !is_touched;
        after = stays ? before : after;
        counts.persons += after;
        counts.cases += after > 0;
        if (before == 0)
            counts.cases_new += after > 0;
        else if (after == 0)
            counts.cases_gone++;
        else if (stays || (before == after && slot->sums[0] == slot->sums[1]))
            counts.cases_same++;
        else
            counts.cases_changed++;
    }
    return counts;
}
