/* test_original.c - a piece of the page as it was scanned, seen as the picture that was read. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>

#include "ocr/original.h"

enum { WIDTH = 300, HEIGHT = 200, DPI = 300, BLACK_BELOW = 60, WHITE_ABOVE = 195 };

/* A page with one black rectangle. */
static PIX *page_with(struct reading_box ink)
{
    PIX *page = pixCreate(WIDTH, HEIGHT, 1);
    assert_non_null(page);
    pixRasterop(page, ink.left, ink.top, ink.width, ink.height, PIX_SET, NULL, 0, 0);
    return page;
}

static int value_at(PIX *pix, int x, int y)
{
    l_uint32 value = 0;
    assert_int_equal(pixGetPixel(pix, x, y, &value), 0);
    return (int)value;
}

static void without_a_change_it_is_the_page_itself(void **state)
{
    (void)state;
    PIX *page = page_with((struct reading_box){40, 30, 50, 20});
    const struct original original = {page, DPI, affine_identity};
    PIX *piece = original_piece(&original, (struct reading_box){20, 20, 100, 60}, 1);
    assert_non_null(piece);
    assert_int_equal(pixGetWidth(piece), 100);
    assert_int_equal(pixGetHeight(piece), 60);
    for (int y = 0; y < 60; y++)
        for (int x = 0; x < 100; x++) {
            bool is_ink = x >= 20 && x < 70 && y >= 10 && y < 30;
            assert_int_equal(value_at(piece, x, y), is_ink ? 0 : 255);
        }
    pixDestroy(&piece);
    pixDestroy(&page);
}

/* The picture that was read is smaller and turned; what is at its box is found on the page. */
static void pieces_of_smaller_and_turned_pictures_are_found(void **state)
{
    (void)state;
    static const int turns[] = {0, 90, 180, 270};
    const double shrunk = 2.0 / 3; // the picture, against the page
    PIX *page = page_with((struct reading_box){210, 40, 60, 24});
    for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
        bool is_sideways = turns[i] % 180 != 0;
        double width = is_sideways ? HEIGHT : WIDTH, height = is_sideways ? WIDTH : HEIGHT;
        struct affine to_picture = affine_multiply(affine_turn(turns[i], WIDTH, HEIGHT),
                                                   (struct affine){shrunk, 0, 0, shrunk, 0, 0});
        struct affine back = affine_multiply((struct affine){1 / shrunk, 0, 0, 1 / shrunk, 0, 0},
                                             affine_turn((360 - turns[i]) % 360, width, height));
        struct reading_box box = affine_box(to_picture, (struct reading_box){210, 40, 60, 24});
        const struct original original = {page, DPI, back};
        PIX *piece = original_piece(
            &original,
            (struct reading_box){box.left - 4, box.top - 4, box.width + 8, box.height + 8},
            1 / shrunk);
        assert_non_null(piece);
        int right = pixGetWidth(piece) - 9, bottom = pixGetHeight(piece) - 9;
        assert_true(value_at(piece, 8, 8) < BLACK_BELOW);
        assert_true(value_at(piece, right, bottom) < BLACK_BELOW);
        assert_true(value_at(piece, 3, 3) > WHITE_ABOVE);
        assert_true(value_at(piece, right + 5, bottom + 5) > WHITE_ABOVE);
        pixDestroy(&piece);
    }
    pixDestroy(&page);
}

static void much_finer_pages_are_averaged_and_beyond_them_is_white(void **state)
{
    (void)state;
    PIX *page = pixCreate(WIDTH, HEIGHT, 8); // stripes of one pixel
    for (int x = 0; x < WIDTH; x++)
        for (int y = 0; y < HEIGHT; y++)
            pixSetPixel(page, x, y, x % 2 == 0 ? 0 : 255);
    const struct original original = {
        page, 2 * DPI, {2, 0, 0, 2, 0, 0}
    };
    PIX *piece = original_piece(&original, (struct reading_box){-10, 10, 40, 20}, 1);
    assert_non_null(piece);
    assert_int_equal(value_at(piece, 2, 10), 255);
    assert_in_range(value_at(piece, 20, 10), 120, 135);
    pixDestroy(&piece);
    pixDestroy(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_change_it_is_the_page_itself),
        cmocka_unit_test(pieces_of_smaller_and_turned_pictures_are_found),
        cmocka_unit_test(much_finer_pages_are_averaged_and_beyond_them_is_white),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
