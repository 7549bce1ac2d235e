/* test_health.c - lines of dirty glass are found, and what people draw is not taken for them. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "ocr/health.h"

enum { WIDTH = 1654, HEIGHT = 2339, DPI = 200 }; /* A4 */

/* A page of lines of words, in grey or, with depth 1, black on white. */
static PIX *make_page(int depth, unsigned ink, unsigned paper)
{
    PIX *pix = pixCreate(WIDTH, HEIGHT, depth);
    assert_non_null(pix);
    if (depth == 1)
        assert_int_equal(pixClearAll(pix), 0);
    else
        assert_int_equal(pixSetAllArbitrary(pix, paper), 0);
    for (int y = 200; y < HEIGHT - 300; y += 40)
        for (int x = 200; x < WIDTH - 250; x += 60)
            for (int row = 0; row < 16; row++)
                for (int column = 0; column < 40; column++)
                    (void)pixSetPixel(pix, x + column, y + row, depth == 1 ? 1 : ink);
    return pix;
}

static void draw_down(PIX *pix, int x, int width, int top, int bottom, unsigned value)
{
    for (int y = top; y < bottom; y++)
        for (int column = 0; column < width; column++)
            (void)pixSetPixel(pix, x + column, y, value);
}

static struct page_health measure(PIX *pix)
{
    struct page_health health = health_measure(pix, DPI);
    pixDestroy(&pix);
    return health;
}

static void a_line_down_the_page_is_a_streak_where_it_is(void **state)
{
    (void)state;
    const struct {
        const char *name;
        int depth, x, width;
        unsigned value;
        int streak; /* thousandths of the width; 0: none */
    } cases[] = {
        {"thin and black",      1, 827,  1,  1,   501},
        {"of some pixels",      1, 413,  4,  1,   251},
        {"grey, faint",         8, 1240, 2,  190, 751},
        {"as wide as a finger", 1, 800,  80, 1,   0  },
        {"at the very edge",    1, 5,    3,  1,   0  },
        {"paler than that",     8, 827,  2,  225, 0  },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("%s\n", cases[i].name);
        PIX *pix = make_page(cases[i].depth, 30, 245);
        draw_down(pix, cases[i].x, cases[i].width, 0, HEIGHT, cases[i].value);
        int streak = measure(pix).streak;
        assert_true(abs(streak - cases[i].streak) <= 2);
    }
}

static void rules_of_a_table_are_none(void **state)
{
    (void)state;
    PIX *pix = make_page(1, 0, 0);
    draw_down(pix, 400, 3, 300, HEIGHT - 400, 1);
    draw_down(pix, 900, 3, 300, HEIGHT - 400, 1);
    assert_int_equal(measure(pix).streak, 0);
    assert_int_equal(measure(make_page(8, 30, 245)).streak, 0);
}

static void contrast_is_that_of_ink_and_paper(void **state)
{
    (void)state;
    assert_int_equal(measure(make_page(8, 30, 240)).contrast, (240 - 30) * 100 / 255);
    assert_int_equal(measure(make_page(8, 140, 200)).contrast, (200 - 140) * 100 / 255);
    assert_int_equal(measure(make_page(1, 0, 0)).contrast, 0); // only black and white: not known
    assert_int_equal(measure(make_page(8, 238, 240)).contrast, 0); // no ink to speak of
}

static void pictures_of_other_depths_say_nothing(void **state)
{
    (void)state;
    PIX *pix = pixCreate(100, 100, 4);
    struct page_health health = measure(pix);
    assert_int_equal(health.streak + health.contrast + health.skew, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_down_the_page_is_a_streak_where_it_is),
        cmocka_unit_test(rules_of_a_table_are_none),
        cmocka_unit_test(contrast_is_that_of_ink_and_paper),
        cmocka_unit_test(pictures_of_other_depths_say_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
