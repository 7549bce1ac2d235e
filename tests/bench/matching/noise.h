/* noise.h - what scanning and recognition make of a page.
 *
 * Shares and confusions were measured: readings of 163 made-up letters, degraded as scanners,
 * copiers, fax machines and telephones do, aligned with what was written (148,000 characters). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_BENCH_MATCHING_NOISE_H
#define TESTS_BENCH_MATCHING_NOISE_H

#include "tests/bench/matching/letter.h"

/* Garbles words, loses some, puts stamps over others. `strength`: 1 as measured. */
void noise_apply(struct paper *paper, struct chance *chance, double strength);

#endif
