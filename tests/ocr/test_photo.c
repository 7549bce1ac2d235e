/* test_photo.c - a photographed sheet is found where it lies, made flat, and put back; what may not
 * be cut is left as it is. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "ocr/paper_edges.h"
#include "ocr/photo.h"
#include "tests/ocr/sheet.h"

enum { WIDTH = 900, HEIGHT = 1200, SHEET_WIDTH = 840, SHEET_HEIGHT = 1188, PAPER = 235 };

static const struct corners tilted = {
    {{190, 130}, {760, 190}, {700, 1040}, {110, 960}}
};
static const struct corners beyond = {
    {{190, 130}, {760, 190}, {720, 1300}, {110, 1280}}
};

static const double OFF_MOST = 6; /* px of WIDTH x HEIGHT */

static void bar(PIX *pix, int x, int y, int width, int height)
{
    BOX *box = boxCreate(x, y, width, height);
    pixSetInRect(pix, box);
    boxDestroy(&box);
}

/* Bars for lines of words, and a form's frame around them. */
static PIX *sheet_of_bars(void)
{
    PIX *sheet = pixCreate(SHEET_WIDTH, SHEET_HEIGHT, 1);
    for (int y = 120; y < SHEET_HEIGHT - 120; y += 24)
        for (int x = 110; x < SHEET_WIDTH - 160; x += 70)
            bar(sheet, x, y, 30 + x * y % 30, 9);
    BOX *frame = boxCreate(80, 90, SHEET_WIDTH - 160, SHEET_HEIGHT - 180);
    pixRenderBox(sheet, frame, 2, L_SET_PIXELS);
    boxDestroy(&frame);
    return sheet;
}

static struct picture picture_of(PIX *photo)
{
    return (struct picture){.pix = photo};
}

static PIX *photo_of(const struct corners *corners, int table)
{
    PIX *sheet = sheet_of_bars();
    PIX *photo = sheet_photograph(sheet, corners, WIDTH, HEIGHT, table);
    pixDestroy(&sheet);
    return photo;
}

static void assert_near(const char *name, const struct corners *found, const struct corners *wanted)
{
    for (int i = 0; i < 4; i++) {
        double off = hypot(found->points[i].x - wanted->points[i].x,
                           found->points[i].y - wanted->points[i].y);
        if (!(off <= OFF_MOST))
            fail_msg("%s: corner %d is off by %.1f px", name, i, off);
    }
}

static void a_sheet_is_found_on_any_table(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int table;
    } cases[] = {
        {"black",                      20 },
        {"dark",                       75 },
        {"grey",                       150},
        {"light",                      205},
        {"lighter than what is on it", 255},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        PIX *photo = photo_of(&tilted, cases[i].table);
        struct picture picture = picture_of(photo);
        struct corners corners;
        assert_true(photo_is_likely(&picture));
        if (!photo_find_corners(&picture, &corners))
            fail_msg("%s: no sheet", cases[i].name);
        assert_near(cases[i].name, &corners, &tilted);
        pixDestroy(&photo);
    }
}

/* A part of a second letter, in the grey of its ink. */
static void print_beside(PIX *photo, int ink)
{
    for (int x = 20; x < 100; x += 12)
        for (int y = 0; y < 14; y++)
            for (int i = 0; i < 6; i++)
                pixSetPixel(photo, x + i, 1140 + y, (l_uint32)ink);
}

static void what_cannot_be_cut_for_certain_stays_as_it_is(void **state)
{
    (void)state;
    static const struct corners whole = {
        {{0, 0}, {WIDTH, 0}, {WIDTH, HEIGHT}, {0, HEIGHT}}
    };
    static const struct {
        const char *name;
        const struct corners *corners;
        int table, beside; /* ink of print beside; -1: none */
    } cases[] = {
        {"a scan, with a form's frame",   &whole,  75,    -1 },
        {"a sheet beyond the picture",    &beyond, 75,    -1 },
        {"a table as light as the paper", &tilted, PAPER, -1 },
        {"dark print on the table",       &tilted, 200,   30 },
        {"light print on the table",      &tilted, 60,    220},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        PIX *photo = photo_of(cases[i].corners, cases[i].table);
        if (cases[i].beside >= 0)
            print_beside(photo, cases[i].beside);
        struct picture picture = picture_of(photo);
        struct corners corners;
        if (photo_find_corners(&picture, &corners))
            fail_msg("%s: was cut", cases[i].name);
        pixDestroy(&photo);
    }
}

static void scans_are_not_searched(void **state)
{
    (void)state;
    PIX *photo = photo_of(&tilted, 75), *paper = pixCreate(WIDTH / 2, HEIGHT / 2, 8);
    PIX *dark = pixConvertTo32(photo), *bits = pixCreate(WIDTH, HEIGHT, 1);
    pixSetAll(paper);
    PIX *light = pixConvertTo32(paper), *small = pixScale(dark, 0.5F, 0.5F);
    const struct {
        const char *name;
        struct picture picture;
        bool is_likely;
    } cases[] = {
        {"no size",                      {.pix = photo},                                    true },
        {"a size",                       {.pix = photo, .says_size = true},                 false},
        {"a size and a dark border",     {.pix = photo, .says_size = true, .small = small}, true },
        {"a size and a border of paper", {.pix = photo, .says_size = true, .small = light}, false},
        {"black and white",              {.pix = bits},                                     false},
        {"words and no picture",         {.says_size = false},                              false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (photo_is_likely(&cases[i].picture) != cases[i].is_likely)
            fail_msg("%s", cases[i].name);
    pixDestroy(&photo);
    pixDestroy(&paper);
    pixDestroy(&dark);
    pixDestroy(&bits);
    pixDestroy(&light);
    pixDestroy(&small);
}

/* A box of the flat sheet, and the same box on the sheet as it was before it was photographed. */
static void the_flat_sheet_is_the_sheet(void **state)
{
    (void)state;
    enum { TABLE = 75, STEP = 9, WRONG_PERCENT_MOST = 8, DARK = 110 };
    PIX *sheet = sheet_of_bars(), *photograph = photo_of(&tilted, TABLE);
    struct picture picture = picture_of(photograph);
    struct photo photo;
    assert_int_equal(photo_find_sheet(&picture, &photo, NULL), STATUS_OK);
    assert_non_null(photo.sheet);
    assert_true(fabs((double)pixGetHeight(photo.sheet) / pixGetWidth(photo.sheet) - 1.4142) < 0.01);
    assert_true(photo.dpi > 70 && photo.dpi < 85); // 870 px of 297 mm
    unsigned all = 0, wrong = 0;
    for (int y = STEP; y < SHEET_HEIGHT - STEP; y += STEP)
        for (int x = STEP; x < SHEET_WIDTH - STEP; x += STEP, all++) {
            l_uint32 bit = 0, grey = 0;
            pixGetPixel(sheet, x, y, &bit);
            pixGetPixel(photo.sheet, x * pixGetWidth(photo.sheet) / SHEET_WIDTH,
                        y * pixGetHeight(photo.sheet) / SHEET_HEIGHT, &grey);
            wrong += (bit != 0) != (grey < DARK);
        }
    if (wrong * 100 > all * WRONG_PERCENT_MOST)
        fail_msg("%u of %u places differ", wrong, all);
    photo_done(&photo);
    pixDestroy(&sheet);
    pixDestroy(&photograph);
}

static void words_are_put_back_whichever_way_the_sheet_was_turned(void **state)
{
    (void)state;
    struct photo photo = {.dpi = 200};
    enum { FLAT_WIDTH = 600, FLAT_HEIGHT = 800, LEFT = 60, TOP = 100, WIDE = 120, HIGH = 30 };
    assert_true(projection_of_corners(FLAT_WIDTH, FLAT_HEIGHT, &tilted, &photo.to_picture));
    const struct reading_box box = {LEFT, TOP, WIDE, HIGH};
    struct reading_box there = projection_box(&photo.to_picture, box);
    for (uint16_t turn = 0; turn < 360; turn = (uint16_t)(turn + 90)) {
        bool is_sideways = turn % 180 != 0;
        struct reading_word word = {
            .box = affine_box(affine_turn(turn, FLAT_WIDTH, FLAT_HEIGHT), box)};
        struct reading_code code = {.box = word.box};
        struct reading_page page = {.width = is_sideways ? FLAT_HEIGHT : FLAT_WIDTH,
                                    .height = is_sideways ? FLAT_WIDTH : FLAT_HEIGHT,
                                    .rotation = turn,
                                    .words = &word,
                                    .word_count = 1,
                                    .codes = &code,
                                    .code_count = 1};
        photo_restore(&photo, WIDTH, HEIGHT, 100, &page);
        struct reading_box wanted = affine_box(affine_turn(turn, WIDTH, HEIGHT), there);
        assert_int_equal(page.width, is_sideways ? HEIGHT : WIDTH);
        assert_int_equal(page.height, is_sideways ? WIDTH : HEIGHT);
        assert_int_equal(page.dpi, 100);
        assert_true(abs(word.box.left - wanted.left) <= 1 && abs(word.box.top - wanted.top) <= 1);
        assert_true(abs(word.box.width - wanted.width) <= 2);
        assert_memory_equal(&code.box, &word.box, sizeof word.box);
    }
}

static void only_what_a_camera_sees_is_projected(void **state)
{
    (void)state;
    struct projection map;
    static const struct corners dented = {
        {{0, 0}, {100, 0}, {30, 30}, {0, 100}}
    };
    static const struct corners flat = {
        {{0, 0}, {50, 0}, {100, 0}, {0, 100}}
    };
    static const struct corners mirrored = {
        {{100, 0}, {0, 0}, {0, 100}, {100, 100}}
    };
    assert_false(projection_of_corners(10, 10, &dented, &map));
    assert_false(projection_of_corners(10, 10, &flat, &map));
    assert_false(projection_of_corners(10, 10, &mirrored, &map));
    assert_false(projection_of_corners(0, 10, &tilted, &map));
    assert_true(projection_of_corners(10, 20, &tilted, &map));
    const struct point rectangle[] = {
        {0,  0 },
        {10, 0 },
        {10, 20},
        {0,  20}
    };
    for (int i = 0; i < 4; i++) {
        struct point at = projection_point(&map, rectangle[i]);
        assert_true(hypot(at.x - tilted.points[i].x, at.y - tilted.points[i].y) < 1e-6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sheet_is_found_on_any_table),
        cmocka_unit_test(what_cannot_be_cut_for_certain_stays_as_it_is),
        cmocka_unit_test(scans_are_not_searched),
        cmocka_unit_test(the_flat_sheet_is_the_sheet),
        cmocka_unit_test(words_are_put_back_whichever_way_the_sheet_was_turned),
        cmocka_unit_test(only_what_a_camera_sees_is_projected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
