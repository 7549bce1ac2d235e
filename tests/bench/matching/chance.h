/* chance.h - made-up chance: the same seed gives the same letters on every machine. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_BENCH_MATCHING_CHANCE_H
#define TESTS_BENCH_MATCHING_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chance {
    uint64_t state;
};

struct chance chance_of(uint64_t seed);
/* 0 to count - 1. */
size_t chance_below(struct chance *chance, size_t count);
/* least to most. */
int chance_between(struct chance *chance, int least, int most);
/* 0 to 1, without 1. */
double chance_share(struct chance *chance);
bool chance_is(struct chance *chance, double share);
/* 0 to count - 1, the first far more often than the last, as surnames are. */
size_t chance_common(struct chance *chance, size_t count);

#endif
