/* sampling.c - see sampling.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "law/sampling.h"

static const struct {
    const char *name;
    unsigned rate;
} CLASSES[PROTECTION_CLASSES] = {
    [PROTECTION_NORMAL] = {"normal",    SAMPLING_NORMAL_RATE},
    [PROTECTION_HIGH] = {"high",      SAMPLING_HIGH_RATE  },
    [PROTECTION_VERY_HIGH] = {"very_high", SAMPLING_HIGH_RATE  },
};

const char *protection_class_name(enum protection_class protection)
{
    return CLASSES[protection].name;
}

bool protection_class_from_name(const char *name, enum protection_class *ret_class)
{
    for (int i = 0; i < PROTECTION_CLASSES; i++) {
        if (strcmp(CLASSES[i].name, name) != 0)
            continue;
        *ret_class = (enum protection_class)i;
        return true;
    }
    return false;
}

static unsigned number_or(unsigned number, unsigned otherwise)
{
    return number == 0 ? otherwise : number;
}

unsigned sampling_rate(const struct sampling_rule *rule, unsigned clean_batches)
{
    if (rule->protection != PROTECTION_NORMAL)
        return CLASSES[rule->protection].rate;
    unsigned rate = number_or(rule->rate, SAMPLING_NORMAL_RATE);
    unsigned tightened = number_or(rule->tightened, SAMPLING_TIGHTENED_RATE);
    bool is_tightened = clean_batches < number_or(rule->clean_batches, SAMPLING_CLEAN_BATCHES);
    return is_tightened && rate < tightened ? tightened : rate;
}

size_t sampling_size(size_t count, unsigned rate)
{
    size_t whole = count / SAMPLING_PER_MILLE * rate;
    size_t rest = count % SAMPLING_PER_MILLE * rate;
    size_t size = whole + (rest + SAMPLING_PER_MILLE - 1) / SAMPLING_PER_MILLE;
    if (size < SAMPLING_LEAST)
        size = SAMPLING_LEAST;
    return size < count ? size : count;
}

struct rank {
    struct digest digest;
    size_t index;
};

static struct rank rank_of(const uint8_t seed[SAMPLING_SEED_BYTES], const struct uuid *batch,
                           size_t index)
{
    uint8_t number[8];
    struct digest_stream stream;
    for (size_t i = 0; i < sizeof number; i++)
        number[i] = (uint8_t)((uint64_t)index >> (8 * (sizeof number - 1 - i)));
    digest_begin(&stream);
    digest_add(&stream, seed, SAMPLING_SEED_BYTES);
    digest_add(&stream, batch->bytes, sizeof batch->bytes);
    digest_add(&stream, number, sizeof number);
    return (struct rank){digest_end(&stream), index};
}

static int compare_ranks(const void *left, const void *right)
{
    const struct rank *one = left, *other = right;
    return memcmp(one->digest.bytes, other->digest.bytes, sizeof one->digest.bytes);
}

bool sampling_draw(const uint8_t seed[SAMPLING_SEED_BYTES], const struct uuid *batch, size_t count,
                   unsigned rate, bool *ret_drawn)
{
    if (count == 0)
        return true;
    struct rank *ranks = calloc(count, sizeof *ranks);
    if (ranks == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        ranks[i] = rank_of(seed, batch, i);
    qsort(ranks, count, sizeof *ranks, compare_ranks);
    memset(ret_drawn, 0, count * sizeof *ret_drawn);
    for (size_t i = 0; i < sampling_size(count, rate); i++)
        ret_drawn[ranks[i].index] = true;
    free(ranks);
    return true;
}
