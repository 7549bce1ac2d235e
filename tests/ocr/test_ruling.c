/* test_ruling.c - rules and streaks go, letters stay. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "ocr/ruling.h"
#include "tests/ocr/sheet.h"

enum { LEFT = 40, RULE_LENGTH = 400, RULE_THICKNESS = 2 };

static int count_ink(PIX *grey)
{
    l_int32 count = 0;
    PIX *bits = pixThresholdToBinary(grey, 128);
    pixCountPixels(bits, &count, NULL);
    pixDestroy(&bits);
    return count;
}

/* A white grey page with a line of letters, and what may be drawn onto it. */
static PIX *line_of_letters(void)
{
    PIX *line = sheet_line("Posteingang 4711 Widerspruch");
    PIX *grey = pixConvertTo8(line, 0);
    pixDestroy(&line);
    assert_non_null(grey);
    return grey;
}

static void blacken(PIX *grey, int x, int y, int width, int height, int every)
{
    for (int i = 0; i < width; i++)
        for (int k = 0; k < height; k++)
            if (i % every == 0 || height > width)
                pixSetPixel(grey, x + i, y + k, 0);
}

static void rules_go_and_letters_stay(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int x, y, width, height, every;
        bool goes;
    } rows[] = {
        {"nothing",      LEFT, 3, 0,           0,              1, true },
        {"level rule",   LEFT, 3, RULE_LENGTH, RULE_THICKNESS, 1, true },
        {"dotted rule",  LEFT, 3, RULE_LENGTH, 1,              2, true },
        {"hairline",     LEFT, 3, RULE_LENGTH, 1,              1, true },
        {"upright rule", 3,    0, 2,           100,            1, true },
        {"a dash",       LEFT, 3, 40,          2,              1, false},
        {"a thick beam", LEFT, 0, RULE_LENGTH, 12,             1, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PIX *page = line_of_letters();
        int letters = count_ink(page);
        PIX *wide = pixAddBorderGeneral(page, 60, 60, 60, 60, 255);
        blacken(wide, rows[i].x, rows[i].y + 12, rows[i].width, rows[i].height, rows[i].every);
        int before = count_ink(wide);
        assert_int_equal(ruling_erase_rules(wide, SHEET_DPI, NULL), STATUS_OK);
        int after = count_ink(wide);
        if (after != (rows[i].goes ? letters : before))
            fail_msg("%s: %d pixels of ink were %d, letters have %d", rows[i].name, after, before,
                     letters);
        pixDestroy(&wide);
        pixDestroy(&page);
    }
}

static void a_letter_on_a_rule_keeps_its_strokes(void **state)
{
    (void)state;
    PIX *page = pixCreate(600, 200, 8);
    pixSetAll(page);
    blacken(page, LEFT, 100, RULE_LENGTH, RULE_THICKNESS, 1);
    blacken(page, 200, 80, 4, 40, 1);
    assert_int_equal(ruling_erase_rules(page, SHEET_DPI, NULL), STATUS_OK);
    assert_int_equal(count_ink(page), 4 * 40);
    pixDestroy(&page);
}

static void streaks_go_and_what_they_cross_stays(void **state)
{
    (void)state;
    PIX *page = pixCreate(640, 200, 1);
    l_int32 count = 0;
    for (int x = 0; x < 640; x++)
        for (int y = 50; y < 52; y++)
            pixSetPixel(page, x, y, 1);
    for (int y = 30; y < 70; y++) // a stem that is crossed
        for (int x = 100; x < 104; x++)
            pixSetPixel(page, x, y, 1);
    for (int x = 300; x < 500; x++) // no streak: not all the way across
        pixSetPixel(page, x, 120, 1);
    ruling_erase_streaks(page, SHEET_DPI);
    pixCountPixels(page, &count, NULL);
    assert_int_equal(count, 4 * 40 + 200);
    pixDestroy(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_go_and_letters_stay),
        cmocka_unit_test(a_letter_on_a_rule_keeps_its_strokes),
        cmocka_unit_test(streaks_go_and_what_they_cross_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
