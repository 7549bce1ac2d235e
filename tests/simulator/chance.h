/* chance.h - all the luck in a simulation, from one seed.
 *
 * The project's own random numbers (ids, back-off, incarnations) come from here, too, while a
 * simulation runs. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_SIMULATOR_CHANCE_H
#define TESTS_SIMULATOR_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

/* Once, before anything else uses random numbers. */
void chance_take_over(void);
void chance_seed(uint64_t seed);
/* 0 to below - 1; `below` at least 1. */
uint64_t chance_below(uint64_t below);
int64_t chance_between(int64_t least, int64_t most);
/* True in `permille` of 1000 cases. */
bool chance_of(uint64_t permille);

#endif
