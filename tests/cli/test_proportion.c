/* test_proportion.c - intervals of counted shares, against Wilson's published ones. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "cli/proportion.h"

static void intervals_are_wilson_s(void **state)
{
    (void)state;
    static const struct {
        uint64_t count, of;
        double least, most;
    } rows[] = {
        {0,  0,      0,      1        },
        {0,  10,     0,      0.2775   },
        {1,  10,     0.0179, 0.4042   },
        {5,  10,     0.2366, 0.7634   },
        {10, 10,     0.7225, 1        },
        {0,  100000, 0,      0.0000384},
        {81, 263,    0.2553, 0.3662   }, // Newcombe 1998
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct proportion found = proportion_of(rows[i].count, rows[i].of);
        if (fabs(found.least - rows[i].least) > 5e-5 || fabs(found.most - rows[i].most) > 5e-5)
            fail_msg("%d of %d: %.5f to %.5f", (int)rows[i].count, (int)rows[i].of, found.least,
                     found.most);
        assert_true(found.least <= found.share && (rows[i].of == 0 || found.share <= found.most));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(intervals_are_wilson_s)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
