/* test_survey.c - which way up a page is, also where a code says otherwise. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ocr/survey.h"
#include "tests/ocr/sheet.h"

enum { CODE_LEFT = 200, CODE_TOP = 700, CODE_WIDE = 900, CODE_HIGH = 250, CODE_STEP = 9 };

/* A line of text, and bars that stand on it like those of a large code. */
static PIX *sheet_with_code(void)
{
    PIX *letter = sheet_letter(), *line = sheet_line("Bitte legen Sie dieses Blatt obenauf.");
    PIX *sheet = pixCreateTemplate(letter);
    pixRasterop(sheet, 0, 0, pixGetWidth(line), pixGetHeight(line), PIX_SRC, line, 0, 0);
    for (int x = 0; x < CODE_WIDE; x += CODE_STEP) {
        BOX *bar = boxCreate(CODE_LEFT + x, CODE_TOP, CODE_STEP / 2, CODE_HIGH);
        pixSetInRect(sheet, bar);
        boxDestroy(&bar);
    }
    pixDestroy(&line);
    pixDestroy(&letter);
    return sheet;
}

static int ink_of(PIX *bits)
{
    l_int32 count = 0;
    pixCountPixels(bits, &count, NULL);
    return count;
}

static void a_code_does_not_turn_the_page(void **state)
{
    (void)state;
    PIX *sheet = sheet_with_code();
    int ink = ink_of(sheet);
    struct survey survey;
    struct survey_lie lie;
    assert_int_equal(survey_init(sheet, SHEET_DPI, &survey, NULL), STATUS_OK);
    assert_int_equal(survey_find_lie(&survey, &lie, NULL), STATUS_OK);
    assert_true(lie.turn % 180 != 0); // bars are rows of a page that lies on its side
    struct reading_box box = {CODE_LEFT, CODE_TOP, CODE_WIDE, CODE_HIGH};
    assert_int_equal(survey_clear(&survey, box, NULL), STATUS_OK);
    assert_int_equal(survey_find_lie(&survey, &lie, NULL), STATUS_OK);
    assert_true(lie.is_axis_sure && lie.turn % 180 == 0);
    assert_int_equal(ink_of(sheet), ink); // the page keeps its code
    assert_true(ink_of(survey.bits) < ink / 2);
    survey_done(&survey);
    pixDestroy(&sheet);
}

/* In inches; the same letter, drawn at that scale. */
static double letter_inches(double scale)
{
    struct survey survey;
    PIX *letter = sheet_letter();
    PIX *grey = pixConvertTo8(letter, 0), *scaled = pixScale(grey, (float)scale, (float)scale);
    assert_int_equal(survey_init(scaled, SHEET_DPI, &survey, NULL), STATUS_OK);
    double inches = survey_letter_size(&survey) / survey.dpi;
    survey_done(&survey);
    pixDestroy(&scaled);
    pixDestroy(&grey);
    pixDestroy(&letter);
    return inches;
}

static void letters_are_as_large_as_they_are_drawn(void **state)
{
    (void)state;
    double plain = letter_inches(1), small = letter_inches(0.7);
    assert_true(plain > 0);
    assert_true(small > 0.6 * plain && small < 0.8 * plain);
}

static void a_few_blots_have_no_size(void **state)
{
    (void)state;
    struct survey survey;
    PIX *line = sheet_line("Posteingang");
    assert_int_equal(survey_init(line, SHEET_DPI, &survey, NULL), STATUS_OK);
    assert_true(survey_letter_size(&survey) <= 0);
    survey_done(&survey);
    pixDestroy(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_does_not_turn_the_page),
        cmocka_unit_test(letters_are_as_large_as_they_are_drawn),
        cmocka_unit_test(a_few_blots_have_no_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
