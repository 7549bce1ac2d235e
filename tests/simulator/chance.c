/* chance.c - see chance.h. SplitMix64, one stream for the simulation and one for the project. */
// SPDX-License-Identifier: EUPL-1.2
#include <sodium.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "tests/simulator/chance.h"

static uint64_t fate, own; /* the two streams */

static uint64_t next(uint64_t *state)
{
    uint64_t mixed = (*state += 0x9e3779b97f4a7c15);
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
}

static const char *name(void)
{
    return "simulator";
}

static uint32_t random_number(void)
{
    return (uint32_t)next(&own);
}

static void random_bytes(void *const room, const size_t size)
{
    uint8_t *bytes = room;
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)next(&own);
}

void chance_take_over(void)
{
    static randombytes_implementation implementation = {
        .implementation_name = name, .random = random_number, .buf = random_bytes};
    if (randombytes_set_implementation(&implementation) != 0 || sodium_init() < 0)
        abort();
}

void chance_seed(uint64_t seed)
{
    fate = seed;
    own = ~seed * 0x9e3779b97f4a7c15;
}

uint64_t chance_below(uint64_t below)
{
    return next(&fate) % below;
}

int64_t chance_between(int64_t least, int64_t most)
{
    return least + (int64_t)chance_below((uint64_t)(most - least) + 1);
}

bool chance_of(uint64_t permille)
{
    return chance_below(1000) < permille;
}
