/* test_stamp.c - coloured ink over print is parted from it and both are read; pages without it, and
 * colours that hide nothing, are left as they are. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ocr/page.h"
#include "ocr/stamp.h"
#include "tests/ocr/sheet.h"

enum {
    STAMP_LEFT = 150,
    STAMP_TOP = 100,
    WIDE = 300,
    HIGH = 120,
    BAR = 8,
    DARK = 120,
    LIGHT = 200
};

struct ink {
    const char *name;
    uint8_t samples[3];
};

static const struct ink red = {
    "red", {200, 35, 45}
};

/* Ink takes light away: what is black stays black. */
static void ink_pixel(PIX *colours, int x, int y, const struct ink *ink)
{
    l_uint32 *pixel = pixGetData(colours) + (size_t)y * (size_t)pixGetWpl(colours) + (size_t)x;
    l_uint32 mixed = 0;
    for (int i = 0; i < 3; i++) {
        int shift = 24 - 8 * i;
        mixed |= (*pixel >> shift & 0xFFU) * ink->samples[i] / 255 << shift;
    }
    *pixel = mixed;
}

static void put_stamp(PIX *colours, PIX *stamp, const struct ink *ink)
{
    for (int y = 0; y < pixGetHeight(stamp); y++)
        for (int x = 0; x < pixGetWidth(stamp); x++) {
            l_uint32 bit = 0;
            pixGetPixel(stamp, x, y, &bit);
            if (bit != 0 && STAMP_LEFT + x < pixGetWidth(colours) &&
                STAMP_TOP + y < pixGetHeight(colours))
                ink_pixel(colours, STAMP_LEFT + x, STAMP_TOP + y, ink);
        }
}

static PIX *coloured(PIX *bits)
{
    PIX *colours = pixConvertTo32(bits);
    assert_non_null(colours);
    return colours;
}

/* Bars, as large as a stamp is beside a sheet of this size. */
static PIX *bars(void)
{
    PIX *stamp = pixCreate(WIDE, HIGH, 1);
    for (int y = 0; y < HIGH; y += BAR * 3) {
        BOX *box = boxCreate(0, y, WIDE, BAR);
        pixSetInRect(stamp, box);
        boxDestroy(&box);
    }
    return stamp;
}

static int grey_at(PIX *grey, int x, int y)
{
    l_uint32 value = 0;
    pixGetPixel(grey, x, y, &value);
    return (int)value;
}

/* Each pixel of the zone is in the picture that it belongs to, and in no other. */
static void assert_parted(const struct ink *ink, PIX *letter, PIX *stamp,
                          const struct stamps *stamps)
{
    unsigned wrong = 0;
    for (int y = 0; y < pixGetHeight(stamp); y++)
        for (int x = 0; x < pixGetWidth(stamp); x++) {
            l_uint32 print = 0, bit = 0;
            pixGetPixel(letter, STAMP_LEFT + x, STAMP_TOP + y, &print);
            pixGetPixel(stamp, x, y, &bit);
            int beneath = grey_at(stamps->beneath, STAMP_LEFT + x, STAMP_TOP + y);
            int alone = grey_at(stamps->alone, STAMP_LEFT + x, STAMP_TOP + y);
            wrong += print != 0 ? beneath > DARK || alone < LIGHT
                                : beneath < LIGHT || (bit != 0) != (alone < DARK);
        }
    if (wrong != 0)
        fail_msg("%s: %u pixels are in the wrong picture", ink->name, wrong);
}

static void ink_of_any_colour_is_parted_from_print(void **state)
{
    (void)state;
    static const struct ink inks[] = {
        {"red",   {200, 35, 45}  },
        {"blue",  {40, 55, 165}  },
        {"green", {25, 130, 70}  },
        {"faint", {150, 170, 225}},
    };
    PIX *letter = sheet_letter(), *stamp = bars();
    for (size_t i = 0; i < sizeof inks / sizeof inks[0]; i++) {
        PIX *colours = coloured(letter);
        put_stamp(colours, stamp, &inks[i]);
        PIX *grey = pixConvertRGBToLuminance(colours);
        struct stamps stamps;
        assert_int_equal(stamps_part(colours, grey, &stamps, NULL), STATUS_OK);
        if (stamps.beneath == NULL || stamps.alone == NULL)
            fail_msg("%s ink is not seen", inks[i].name);
        assert_parted(&inks[i], letter, stamp, &stamps);
        stamps_done(&stamps);
        pixDestroy(&grey);
        pixDestroy(&colours);
    }
    pixDestroy(&stamp);
    pixDestroy(&letter);
}

static void assert_left_alone(const char *name, PIX *colours)
{
    PIX *grey = pixConvertRGBToLuminance(colours);
    struct stamps stamps;
    assert_int_equal(stamps_part(colours, grey, &stamps, NULL), STATUS_OK);
    if (stamps.beneath != NULL || stamps.alone != NULL)
        fail_msg("%s is taken for a stamp", name);
    pixDestroy(&grey);
    pixDestroy(&colours);
}

static void colours_that_hide_nothing_stay(void **state)
{
    (void)state;
    static const struct ink paper = {
        "paper", {255, 215, 160}
    };
    PIX *letter = sheet_letter(), *stamp = bars();
    PIX *blank = pixCreateTemplate(letter);
    assert_left_alone("a letter in black", coloured(letter));
    PIX *logo = coloured(blank);
    put_stamp(logo, stamp, &red);
    assert_left_alone("a logo", logo);
    PIX *recycled = coloured(letter);
    for (int y = 0; y < pixGetHeight(recycled); y++)
        for (int x = 0; x < pixGetWidth(recycled); x++)
            ink_pixel(recycled, x, y, &paper);
    assert_left_alone("coloured paper", recycled);
    pixDestroy(&blank);
    pixDestroy(&stamp);
    pixDestroy(&letter);
}

static void a_small_copy_says_whether_to_look_closer(void **state)
{
    (void)state;
    PIX *letter = sheet_letter(), *stamp = bars();
    for (int with = 0; with < 2; with++) {
        PIX *colours = coloured(letter);
        if (with)
            put_stamp(colours, stamp, &red);
        PIX *small = pixScaleAreaMap(colours, 0.125F, 0.125F);
        assert_int_equal(stamps_are_likely(small), with);
        pixDestroy(&small);
        pixDestroy(&colours);
    }
    pixDestroy(&stamp);
    pixDestroy(&letter);
}

static bool says(const struct reading_page *page, const char *text)
{
    for (uint32_t i = 0; i < page->word_count; i++)
        if (strstr(page->words[i].text, text) != NULL)
            return true;
    return false;
}

/* A JPEG, so that the look at its small copy is taken as well. */
static struct byte_writer stamped_letter(void)
{
    PIX *letter = sheet_letter(), *line = sheet_line("EINGEGANGEN");
    PIX *colours = coloured(letter), *stamp = pixExpandReplicate(line, 2);
    l_uint8 *bytes = NULL;
    size_t length = 0;
    struct byte_writer file = {0};
    put_stamp(colours, stamp, &red);
    pixSetResolution(colours, SHEET_DPI, SHEET_DPI);
    assert_int_equal(pixWriteMemJpeg(&bytes, &length, colours, 80, 0), 0);
    byte_writer_raw(&file, bytes, length);
    lept_free(bytes);
    pixDestroy(&stamp);
    pixDestroy(&line);
    pixDestroy(&colours);
    pixDestroy(&letter);
    return file;
}

static void print_beneath_a_stamp_and_the_stamp_are_read(void **state)
{
    (void)state;
    struct ocr_options options = sheet_options();
    struct engine *engine = NULL;
    struct fault fault = {0};
    if (engine_open(&options, &engine, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    struct byte_writer file = stamped_letter();
    const struct source source = {file.bytes, file.length};
    struct page_result result = {0};
    if (page_read(engine, &format_jpeg, &source, &options, 0, &result, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    for (size_t i = 0; sheet_words[i] != NULL; i++)
        if (!says(&result.reading, sheet_words[i]))
            fail_msg("\"%s\" is not read", sheet_words[i]);
    assert_true(says(&result.reading, "EINGEGANGEN"));
    assert_int_equal(result.raster.length, file.length); // the archive keeps what was scanned
    page_result_done(&result);
    byte_writer_done(&file);
    engine_close(&engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ink_of_any_colour_is_parted_from_print),
        cmocka_unit_test(colours_that_hide_nothing_stay),
        cmocka_unit_test(a_small_copy_says_whether_to_look_closer),
        cmocka_unit_test(print_beneath_a_stamp_and_the_stamp_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
