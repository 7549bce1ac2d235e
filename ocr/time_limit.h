/* time_limit.h - how long recognition of a page may take.
 *
 * By processor time, so that a page is read alike on a busy machine and on an idle one; and by the
 * clock, a while before the page's child would be killed with all that it has. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_TIME_LIMIT_H
#define OCR_TIME_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct time_limit {
    int64_t processor_ms;     /* what this process may use from now on */
    int64_t processor_end_ms; /* and on its own clock */
    int64_t clock_end_ms;     /* monotonic */
};

/* Begins now. `page_wall_ms` is when the child is killed; recognition has three quarters of it. */
struct time_limit time_limit_begin(int64_t processor_ms, int64_t page_wall_ms);
bool time_limit_is_over(const struct time_limit *limit);
/* Whether `percent` of the processor time are left. */
bool time_limit_leaves(const struct time_limit *limit, int percent);

#endif
