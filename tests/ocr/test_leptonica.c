/* test_leptonica.c - the two functions of Leptonica that are done faster do what Leptonica's do. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <allheaders.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

enum { PICTURES = 200, SIDE_MOST = 150, BRICK_MOST = 70 };

static unsigned state_of_chance = 20261;

static int chance(int below)
{
    state_of_chance = state_of_chance * 1103515245U + 12345U;
    return (int)(state_of_chance >> 16) % below;
}

/* Blots and specks: bricks of many sizes fit in somewhere. */
static PIX *draw_blots(int width, int height)
{
    PIX *pix = pixCreate(width, height, 1);
    assert_non_null(pix);
    for (int i = chance(40); i > 0; i--)
        assert_int_equal(pixRasterop(pix, chance(width), chance(height), 1 + chance(80),
                                     1 + chance(80), PIX_NOT(PIX_DST), NULL, 0, 0),
                         0);
    for (int i = chance(300); i > 0; i--)
        assert_int_equal(pixSetPixel(pix, chance(width), chance(height), 1), 0);
    return pix;
}

/* Tesseract calls what a look through all libraries finds first. */
static void tesseract_calls_the_functions_of_the_program(void **state)
{
    (void)state;
    const char *names[] = {"pixOpenBrick", "pixWriteMem"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        void *called = dlsym(RTLD_DEFAULT, names[i]), *next = dlsym(RTLD_NEXT, names[i]);
        assert_non_null(called);
        assert_non_null(next);
        if (called == next)
            fail_msg("%s is the library's", names[i]);
    }
}

static void an_opening_is_that_of_the_definition(void **state)
{
    (void)state;
    for (int i = 0; i < PICTURES; i++) {
        PIX *pix = draw_blots(1 + chance(SIDE_MOST), 1 + chance(SIDE_MOST));
        int width = 1 + chance(i % 2 ? BRICK_MOST : 6), height = 1 + chance(i % 3 ? BRICK_MOST : 6);
        SEL *brick = selCreateBrick(height, width, height / 2, width / 2, SEL_HIT);
        PIX *expected = pixOpen(NULL, pix, brick);
        PIX *opened = pixOpenBrick(NULL, pix, width, height);
        int same = 0;
        assert_int_equal(pixEqual(opened, expected, &same), 0);
        if (!same)
            fail_msg("picture %d of %d by %d px, brick of %d by %d", i, pixGetWidth(pix),
                     pixGetHeight(pix), width, height);
        assert_ptr_equal(pixOpenBrick(pix, pix, width, height), pix);
        assert_int_equal(pixEqual(pix, expected, &same), 0);
        assert_true(same);
        pixDestroy(&opened);
        pixDestroy(&expected);
        pixDestroy(&pix);
        selDestroy(&brick);
    }
}

static void what_cannot_be_opened_is_left_alone(void **state)
{
    (void)state;
    PIX *grey = pixCreate(9, 9, 8), *bits = pixCreate(9, 9, 1);
    assert_null(pixOpenBrick(NULL, NULL, 3, 3));
    assert_null(pixOpenBrick(NULL, grey, 3, 3));
    assert_null(pixOpenBrick(NULL, bits, 0, 3));
    assert_null(pixOpenBrick(NULL, bits, 3, -1));
    pixDestroy(&grey);
    pixDestroy(&bits);
}

/* Written, read again, equal; returns the bytes that it took. */
static size_t assert_kept_as_png(PIX *pix)
{
    l_uint8 *bytes = NULL;
    size_t length = 0;
    int same = 0;
    assert_int_equal(pixWriteMem(&bytes, &length, pix, IFF_PNG), 0);
    PIX *again = pixReadMem(bytes, length);
    assert_non_null(again);
    assert_int_equal(pixEqual(pix, again, &same), 0);
    assert_true(same);
    assert_int_equal(pixGetDepth(again), pixGetDepth(pix));
    assert_int_equal(pixGetXRes(again), pixGetXRes(pix));
    assert_int_equal(pixGetInputFormat(again), IFF_PNG);
    pixDestroy(&again);
    lept_free(bytes);
    return length;
}

static void a_grey_picture_is_stored_and_comes_back(void **state)
{
    (void)state;
    const int sides[][2] = {
        {1,     1  },
        {1,     700},
        {3,     36 },
        {1600,  36 },
        {65534, 1  }, // one block of deflate to the byte, …
        {65535, 1  }, // … and one byte more
        {999,   333},
    };
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        PIX *pix = pixCreate(sides[i][0], sides[i][1], 8);
        for (int k = 0; k < 500; k++)
            pixSetPixel(pix, chance(sides[i][0]), chance(sides[i][1]), (l_uint32)chance(256));
        pixSetResolution(pix, i % 2 ? 300 : 0, i % 2 ? 300 : 0);
        assert_true(assert_kept_as_png(pix) > (size_t)sides[i][0] * (size_t)sides[i][1]);
        pixDestroy(&pix);
    }
}

static void other_pictures_are_packed_by_leptonica(void **state)
{
    (void)state;
    PIX *bits = draw_blots(300, 200), *colours = pixConvertTo32(bits);
    PIX *grey = pixConvertTo8(bits, 0), *palette = pixConvertTo8(bits, 1);
    assert_true(assert_kept_as_png(bits) < 300 * 200 / 8);
    assert_true(assert_kept_as_png(colours) < 300 * 200);
    assert_true(assert_kept_as_png(palette) < 300 * 200);
    l_uint8 *bytes = NULL;
    size_t length = 0;
    assert_int_equal(pixWriteMem(&bytes, &length, grey, IFF_TIFF_LZW), 0);
    assert_memory_equal(bytes, "II", 2);
    lept_free(bytes);
    assert_int_not_equal(pixWriteMem(NULL, &length, grey, IFF_PNG), 0);
    assert_int_not_equal(pixWriteMem(&bytes, &length, NULL, IFF_PNG), 0);
    pixDestroy(&palette);
    pixDestroy(&grey);
    pixDestroy(&colours);
    pixDestroy(&bits);
}

int main(void)
{
    setMsgSeverity(L_SEVERITY_NONE);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tesseract_calls_the_functions_of_the_program),
        cmocka_unit_test(an_opening_is_that_of_the_definition),
        cmocka_unit_test(what_cannot_be_opened_is_left_alone),
        cmocka_unit_test(a_grey_picture_is_stored_and_comes_back),
        cmocka_unit_test(other_pictures_are_packed_by_leptonica),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
