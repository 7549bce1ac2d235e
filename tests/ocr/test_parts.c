/* test_parts.c - the small parts: maps, word lists, shrinking, and what a content stream paints. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/affine.h"
#include "ocr/pdf_content.h"
#include "ocr/rotate.h"
#include "ocr/shrink.h"
#include "ocr/word_list.h"

static void boxes_turn_with_their_page(void **state)
{
    (void)state;
    static const struct {
        int degrees;
        struct reading_box box;
    } rows[] = {
        {0,   {10, 20, 30, 40} },
        {90,  {140, 10, 40, 30}},
        {180, {60, 140, 30, 40}},
        {270, {20, 60, 40, 30} },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct reading_box box = {10, 20, 30, 40};
        box = affine_box(affine_turn(rows[i].degrees, 100, 200), box);
        assert_memory_equal(&box, &rows[i].box, sizeof box);
    }
    struct affine twice = affine_multiply(affine_turn(90, 100, 200), affine_turn(270, 200, 100));
    struct reading_box box = affine_box(twice, (struct reading_box){1, 2, 3, 4});
    assert_memory_equal(&box, &((struct reading_box){1, 2, 3, 4}), sizeof box);
}

static void a_word_list_takes_only_what_a_reading_may_hold(void **state)
{
    (void)state;
    struct word_list list = {0};
    char *huge = calloc(1, READING_STRING_BYTES_MOST + 2);
    memset(huge, 'a', READING_STRING_BYTES_MOST + 1);
    assert_null(word_list_add(&list, ""));
    assert_null(word_list_add(&list, "tab\there"));
    assert_null(word_list_add(&list, "\xFF"));
    assert_null(word_list_add(&list, huge));
    free(huge);
    word_list_break(&list, READING_BREAK_LINE); // of nothing
    struct reading_word *word = word_list_add(&list, "Amt");
    word->box = (struct reading_box){-5, 90, 200, 20};
    word_list_break(&list, READING_BREAK_BLOCK);
    word_list_break(&list, READING_BREAK_LINE); // does not weaken
    assert_non_null(word_list_insert(&list, 0, "Das"));
    struct reading_page page = {.width = 100, .height = 100};
    assert_true(word_list_finish(&list, &page));
    assert_int_equal(page.word_count, 2);
    assert_string_equal(page.words[0].text, "Das");
    assert_int_equal(page.words[1].break_after, READING_BREAK_BLOCK);
    struct reading_box clamped = {0, 90, 100, 10};
    assert_memory_equal(&page.words[1].box, &clamped, sizeof clamped);
    reading_page_done(&page);
}

static void doubtful_words_without_digits_are_dropped(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        float confidence;
        enum reading_break after;
    } rows[] = {
        {"Qys",    0.1F, READING_BREAK_BLOCK},
        {"Betrag", 0.9F, READING_BREAK_NONE },
        {"1782,5", 0.1F, READING_BREAK_NONE },
        {"ee",     0.1F, READING_BREAK_LINE },
        {"EUR",    0.3F, READING_BREAK_LINE },
    };
    struct word_list list = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct reading_word *word = word_list_add(&list, rows[i].text);
        assert_non_null(word);
        word->confidence = rows[i].confidence;
        word->break_after = (uint8_t)rows[i].after;
    }
    word_list_drop_doubtful(&list, 0.25F);
    assert_int_equal(list.count, 3);
    assert_string_equal(list.words[0].text, "Betrag");
    assert_string_equal(list.words[1].text, "1782,5");
    assert_int_equal(list.words[1].break_after, READING_BREAK_LINE);
    assert_string_equal(list.words[2].text, "EUR");
    word_list_done(&list);
}

static void a_removed_word_leaves_its_break_to_the_one_before(void **state)
{
    (void)state;
    struct word_list list = {0};
    static const char *const texts[] = {"Betrag", "eee", "EUR"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_non_null(word_list_add(&list, texts[i]));
    list.words[1].break_after = READING_BREAK_LINE;
    uint64_t before = list.text_bytes;
    word_list_remove(&list, 1);
    assert_int_equal(list.count, 2);
    assert_int_equal(list.text_bytes, before - strlen("eee"));
    assert_string_equal(list.words[0].text, "Betrag");
    assert_int_equal(list.words[0].break_after, READING_BREAK_LINE);
    assert_string_equal(list.words[1].text, "EUR");
    word_list_remove(&list, 0);
    word_list_remove(&list, 0);
    assert_int_equal(list.count, 0);
    word_list_done(&list);
}

static void a_word_list_is_full_at_its_limit(void **state)
{
    (void)state;
    struct word_list list = {0};
    for (int i = 0; i < READING_WORDS_MOST + 10; i++)
        (void)word_list_add(&list, "Wort");
    assert_int_equal(list.count, READING_WORDS_MOST);
    assert_true(list.is_full && !list.failed);
    word_list_done(&list);
}

/* Area averaging the slow way, from every pixel. */
static int grey_by_area(PIX *pix, double scale, int x, int y)
{
    double sum = 0;
    l_uint32 value = 0;
    for (int row = 0; row < pixGetHeight(pix); row++)
        for (int column = 0; column < pixGetWidth(pix); column++) {
            double across = fmin((column + 1) * scale, x + 1) - fmax(column * scale, x);
            double down = fmin((row + 1) * scale, y + 1) - fmax(row * scale, y);
            pixGetPixel(pix, column, row, &value);
            if (across > 0 && down > 0)
                sum += value * across * down;
        }
    return (int)lround(pixGetDepth(pix) == 1 ? 255 * (1 - fmin(1, sum)) : fmin(255, sum));
}

/* Noise of `depth` bits, the same in every run. */
static PIX *noise(int depth)
{
    PIX *pix = pixCreate(70, 45, depth);
    unsigned seed = 4711;
    for (int y = 0; y < 45; y++)
        for (int x = 0; x < 70; x++, seed = seed * 1103515245U + 12345U)
            pixSetPixel(pix, x, y, depth == 1 ? seed >> 30 == 0 : seed >> 24);
    return pix;
}

static void shrinking_averages_areas(void **state)
{
    (void)state;
    static const double scales[] = {0.25, 0.5, 2.0 / 3, 0.71, 0.98, 1};
    for (size_t i = 0; i < 2 * sizeof scales / sizeof scales[0]; i++) {
        double scale = scales[i / 2];
        PIX *pix = noise(i % 2 == 0 ? 1 : 8);
        PIX *grey = i % 2 == 0 ? shrink_to_grey(pix, scale) : shrink_grey(pix, scale);
        assert_non_null(grey);
        for (int y = 0; y < pixGetHeight(grey); y++)
            for (int x = 0; x < pixGetWidth(grey); x++) {
                l_uint32 value = 0;
                pixGetPixel(grey, x, y, &value);
                int expected = grey_by_area(pix, scale, x, y);
                if (abs((int)value - expected) > 4)
                    fail_msg("%d bits, scale %.2f at %d, %d: %u for %d", pixGetDepth(pix), scale, x,
                             y, value, expected);
            }
        pixDestroy(&grey);
        pixDestroy(&pix);
    }
}

/* The places of a turned picture are those of Leptonica's turn, which errs by 1/16 px. */
static void turning_by_degrees_is_a_turn_about_the_middle(void **state)
{
    (void)state;
    enum { MARGIN = 40 }; // farther out it is white
    static const double degrees[] = {-7.5, -0.3, 0, 0.2, 5};
    PIX *fine = noise(8), *large = pixScale(fine, 6, 6),
        *grey = pixBlockconvGray(large, NULL, 5, 5);
    for (size_t i = 0; i < sizeof degrees / sizeof degrees[0]; i++) {
        double angle = degrees[i] * M_PI / 180;
        PIX *turned = rotate_grey(grey, angle);
        PIX *other = pixRotate(grey, (float)angle, L_ROTATE_AREA_MAP, L_BRING_IN_WHITE, 0, 0);
        assert_non_null(turned);
        for (int y = MARGIN; y < pixGetHeight(grey) - MARGIN; y++)
            for (int x = MARGIN; x < pixGetWidth(grey) - MARGIN; x++) {
                l_uint32 one = 0, two = 0;
                pixGetPixel(turned, x, y, &one);
                pixGetPixel(other == NULL ? grey : other, x, y, &two);
                if (abs((int)one - (int)two) > 24)
                    fail_msg("%.1f degrees at %d, %d: %u for %u", degrees[i], x, y, one, two);
            }
        pixDestroy(&turned);
        pixDestroy(&other);
    }
    pixDestroy(&grey);
    pixDestroy(&large);
    pixDestroy(&fine);
}

static void content_streams_say_what_they_paint(void **state)
{
    (void)state;
    static const struct {
        const char *name, *content;
        unsigned images;
        const char *image;
        double across; /* the matrix's a */
        bool visible, hidden, drawing;
    } rows[] = {
        {"nothing",             "",                                                       0, "",     0,   false, false, false},
        {"one image",           "q 595 0 0 842 0 0 cm /Im1 Do Q",                         1, "/Im1", 595, false, false, false},
        {"nested matrices",     "q .5 0 0 .5 0 0 cm q 100 0 0 100 5 5 cm /A Do Q Q",      1, "/A",   50,  false,
         false,                                                                                                         false},
        {"two images",          "/A Do /B Do",                                            2, "/B",   1,   false, false, false},
        {"hidden text",         "/A Do BT 3 Tr (q Do \\) S) Tj ET",                       1, "/A",   1,   false, true,  false},
        {"visible text",        "BT /F 12 Tf (Tag) Tj ET",                                0, "",     0,   true,  false, false},
        {"text in hexadecimal", "BT [<4100> 10 (x)] TJ ET",                               0, "",     0,   true,  false, false},
        {"mode is restored",    "q 3 Tr Q (a) Tj",                                        0, "",     0,   true,  false, false},
        {"a path",              "0 0 m 9 9 l S",                                          0, "",     0,   false, false, true },
        {"a clip alone",        "0 0 9 9 re W n /A Do",                                   1, "/A",   1,   false, false, false},
        {"a comment",           "% S f B\n/A Do",                                         1, "/A",   1,   false, false, false},
        {"an inline image",     "BI /W 1 ID \xFF EI /A Do",                               0, "",     0,   false, false, true },
        {"an open string",      "(never closed /A Do",                                    0, "",     0,   false, false, false},
        {"too many levels",
         "q q q q q q q q q q q q q q q q q q q q q q q q q q q q q q q q q q q q /A Do", 0, "",     0,
         false,                                                                                                  false, true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pdf_content content;
        pdf_content_read((const uint8_t *)rows[i].content, strlen(rows[i].content), &content);
        bool is_right =
            content.images == rows[i].images && strcmp(content.image_name, rows[i].image) == 0 &&
            fabs(content.image_matrix.a - rows[i].across) < 1e-9 &&
            content.has_visible_text == rows[i].visible &&
            content.has_hidden_text == rows[i].hidden && content.has_drawing == rows[i].drawing;
        if (!is_right)
            fail_msg("%s: %u images, last %s, a %.2f, text %d hidden %d, drawing %d", rows[i].name,
                     content.images, content.image_name, content.image_matrix.a,
                     content.has_visible_text, content.has_hidden_text, content.has_drawing);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes_turn_with_their_page),
        cmocka_unit_test(a_word_list_takes_only_what_a_reading_may_hold),
        cmocka_unit_test(doubtful_words_without_digits_are_dropped),
        cmocka_unit_test(a_removed_word_leaves_its_break_to_the_one_before),
        cmocka_unit_test(a_word_list_is_full_at_its_limit),
        cmocka_unit_test(shrinking_averages_areas),
        cmocka_unit_test(turning_by_degrees_is_a_turn_about_the_middle),
        cmocka_unit_test(content_streams_say_what_they_paint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
