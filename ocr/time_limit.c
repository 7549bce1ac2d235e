/* time_limit.c - see time_limit.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <time.h>

#include "base/clock.h"
#include "ocr/time_limit.h"

enum { CLOCK_PERCENT = 75 };

static int64_t processor_now_ms(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct time_limit time_limit_begin(int64_t processor_ms, int64_t page_wall_ms)
{
    return (struct time_limit){
        .processor_ms = processor_ms,
        .processor_end_ms = processor_now_ms() + processor_ms,
        .clock_end_ms = clock_monotonic_ms(clock_system()) + page_wall_ms * CLOCK_PERCENT / 100,
    };
}

static bool clock_is_over(const struct time_limit *limit)
{
    return clock_monotonic_ms(clock_system()) >= limit->clock_end_ms;
}

bool time_limit_is_over(const struct time_limit *limit)
{
    return processor_now_ms() >= limit->processor_end_ms || clock_is_over(limit);
}

bool time_limit_leaves(const struct time_limit *limit, int percent)
{
    int64_t left_ms = limit->processor_end_ms - processor_now_ms();
    return left_ms >= limit->processor_ms * percent / 100 && !clock_is_over(limit);
}
