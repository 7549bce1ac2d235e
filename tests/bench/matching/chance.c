/* chance.c - see chance.h: SplitMix64 (Steele, Lea and Flood 2014). */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/bench/matching/chance.h"

static uint64_t next(struct chance *chance)
{
    uint64_t z = chance->state += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

struct chance chance_of(uint64_t seed)
{
    struct chance chance = {seed * 0x2545f4914f6cdd1dU + 1};
    (void)next(&chance);
    return chance;
}

double chance_share(struct chance *chance)
{
    return (double)(next(chance) >> 11) / (double)((uint64_t)1 << 53);
}

size_t chance_below(struct chance *chance, size_t count)
{
    return (size_t)(chance_share(chance) * (double)count);
}

int chance_between(struct chance *chance, int least, int most)
{
    return least + (int)chance_below(chance, (size_t)(most - least + 1));
}

bool chance_is(struct chance *chance, double share)
{
    return chance_share(chance) < share;
}

size_t chance_common(struct chance *chance, size_t count)
{
    double share = chance_share(chance);
    return (size_t)(share * share * (double)count);
}
