/* story.h - who writes what: letters with the truth about them.
 *
 * Most are everyday letters in the shares that a mail room sees; some are traps: somebody else's
 * number, a wrong digit that hits another registered case, twins, father and son of one name,
 * namesakes that we do not know. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_BENCH_MATCHING_STORY_H
#define TESTS_BENCH_MATCHING_STORY_H

#include "tests/bench/matching/letter.h"
#include "tests/bench/matching/world.h"

enum { STORY_WAYS_MOST = 8 };

struct story {
    const char *name;                                       /* of the scenario; static */
    char accepted[PAPER_ACCEPTED_MOST][WORLD_NUMBER_BYTES]; /* cases that are right */
    size_t accepted_count;
    /* Sets of items (enum item), each of which is enough for a careful person. None: nobody could
     * tell the case. */
    unsigned ways[STORY_WAYS_MOST];
    size_t way_count;
};

size_t story_scenarios(void);
const char *story_scenario_name(size_t scenario);
/* Writes a letter, as its sender does; noise comes later. */
size_t story_write(struct world *world, struct paper *paper, struct story *ret_story);
bool story_is_resolvable(const struct story *story, const struct paper *paper);
bool story_accepts(const struct story *story, const char *case_number);

#endif
