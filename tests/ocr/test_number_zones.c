/* test_number_zones.c - doubtful numbers get a second reading, kept beside the first. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "ocr/number_zones.h"
#include "tests/ocr/sheet.h"

enum { HOUR_MS = 3600000 };

static void only_doubtful_numbers_are_wanted(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        float confidence;
        bool wanted;
    } rows[] = {
        {"50.21.004711-7",     0.80F, true },
        {"5O.21.OO4711-7",     0.80F, true },
        {"50.21.004711-7",     0.99F, false},
        {"12.3.",              0.50F, false},
        {"Neubrandenburg",     0.50F, false},
        {"Straßenschild1234", 0.50F, false},
        {"R-532603/22",        0.70F, true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (number_zones_want(rows[i].text, rows[i].confidence) != rows[i].wanted)
            fail_msg("%s at %.2f", rows[i].text, (double)rows[i].confidence);
}

static void no_more_zones_than_allowed_are_kept(void **state)
{
    (void)state;
    struct number_zones zones = {0};
    for (uint32_t i = 0; i < NUMBER_ZONES_MOST + 5; i++)
        number_zones_add(&zones, (struct reading_box){0}, i);
    assert_int_equal(zones.count, NUMBER_ZONES_MOST);
    assert_int_equal(zones.zones[NUMBER_ZONES_MOST - 1].word, NUMBER_ZONES_MOST - 1);
}

/* A line of text as the engine gets it, and the box that holds all of it. */
static PIX *line_of(const char *text, struct reading_box *box)
{
    PIX *line = sheet_line(text), *grey = pixConvertTo8(line, 0);
    *box = (struct reading_box){0, 0, pixGetWidth(line), pixGetHeight(line)};
    pixDestroy(&line);
    assert_non_null(grey);
    return grey;
}

static void another_reading_becomes_an_alternative(void **state)
{
    (void)state;
    TessBaseAPI *api = TessBaseAPICreate();
    assert_int_equal(TessBaseAPIInit2(api, NULL, "deu", OEM_LSTM_ONLY), 0);
    TessBaseAPISetVariable(api, "debug_file", "/dev/null");
    const struct time_limit no_hurry = time_limit_begin(HOUR_MS, HOUR_MS);
    const struct time_limit no_time = time_limit_begin(0, HOUR_MS);
    struct number_zones zones = {0};
    struct word_list list = {0};
    struct reading_box box;
    PIX *line = line_of("50.21.004711", &box);
    // What the first reading made of it: once wrong, once right.
    static const char *const first[] = {"5O.21.OO4711", "50.21.004711"};
    for (uint32_t i = 0; i < 2; i++) {
        assert_non_null(word_list_add(&list, first[i]));
        number_zones_add(&zones, box, i);
    }
    assert_true(number_zones_read(&zones, api, line, SHEET_DPI, &no_hurry, &list));
    assert_string_equal(list.words[0].text, first[0]); // the first reading stays
    assert_int_equal(list.words[0].alternative_count, 1);
    assert_string_equal(list.words[0].alternatives[0].text, "50.21.004711");
    assert_true(list.words[0].alternatives[0].confidence > 0.5F);
    assert_int_equal(list.words[1].alternative_count, 0); // the same again is none
    word_list_done(&list);

    // No time left: nothing is read.
    assert_non_null(word_list_add(&list, first[0]));
    assert_true(number_zones_read(&zones, api, line, SHEET_DPI, &no_time, &list));
    assert_int_equal(list.words[0].alternative_count, 0);
    word_list_done(&list);
    pixDestroy(&line);
    TessBaseAPIEnd(api);
    TessBaseAPIDelete(api);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_doubtful_numbers_are_wanted),
        cmocka_unit_test(no_more_zones_than_allowed_are_kept),
        cmocka_unit_test(another_reading_becomes_an_alternative),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
