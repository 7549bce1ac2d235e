/* test_unread.c - print that no word covers is found, read, and put where it belongs. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "ocr/unread.h"
#include "tests/ocr/sheet.h"

enum {
    HOUR_MS = 3600000,
    WIDTH = 1400,
    HEIGHT = 900,
    ROWS = 6,
    LEFT = 100,
    TOP = 80,
    STEP = 90,
    COLUMN = 1100,
    PADDING = 10,
};

/* What the page says: words at the left, and a column of amounts. */
static const char *const left_words[ROWS] = {"Grundmiete", "Heizkosten", "Betriebskosten",
                                             "Wasser",     "Strom",      "Garage"};
static const char *const amounts[ROWS] = {"430,00", "85,50", "120,00", "31,20", "64,90", "45,00"};

static struct reading_box paste(PIX *page, const char *text, int left, int top)
{
    PIX *line = sheet_line(text);
    PIX *ink = NULL;
    BOX *area = NULL;
    assert_int_equal(pixClipToForeground(line, &ink, &area), 0);
    struct reading_box box = {left, top, pixGetWidth(ink), pixGetHeight(ink)};
    pixRasterop(page, left, top, box.width, box.height, PIX_SRC, ink, 0, 0);
    boxDestroy(&area);
    pixDestroy(&ink);
    pixDestroy(&line);
    return box;
}

static void add_word(struct word_list *list, const char *text, struct reading_box box)
{
    struct reading_word *word = word_list_add(list, text);
    assert_non_null(word);
    word->box = box;
    word->confidence = 0.9F;
    word->break_after = READING_BREAK_LINE;
}

/* The page, and the words of its left side, as if nothing else had been read. */
static PIX *page_with_amounts(struct word_list *list, struct reading_box *amount_boxes)
{
    PIX *page = pixCreate(WIDTH, HEIGHT, 1);
    assert_non_null(page);
    for (int i = 0; i < ROWS; i++) {
        add_word(list, left_words[i], paste(page, left_words[i], LEFT, TOP + i * STEP));
        amount_boxes[i] = paste(page, amounts[i], COLUMN, TOP + i * STEP);
    }
    return page;
}

static void a_column_that_no_word_covers_is_found(void **state)
{
    (void)state;
    struct word_list list = {0};
    struct reading_box boxes[ROWS];
    PIX *page = page_with_amounts(&list, boxes);
    struct unread unread;
    assert_true(unread_find(page, &list, &unread));
    assert_int_equal(unread.count, ROWS);
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal(unread.lines[i].box.left, boxes[i].left);
        assert_in_range(unread.lines[i].box.top, boxes[i].top, boxes[i].top + boxes[i].height);
        assert_int_equal(unread.lines[i].box.width, boxes[i].width);
    }
    word_list_done(&list);
    pixDestroy(&page);
}

static void nothing_is_found_where_all_was_read(void **state)
{
    (void)state;
    struct word_list list = {0};
    struct reading_box boxes[ROWS];
    PIX *page = page_with_amounts(&list, boxes);
    for (int i = 0; i < ROWS; i++)
        add_word(&list, amounts[i], boxes[i]);
    struct unread unread;
    assert_true(unread_find(page, &list, &unread));
    assert_int_equal(unread.count, 0);
    word_list_done(&list);
    pixDestroy(&page);
}

static void specks_rules_and_drawings_are_no_lines(void **state)
{
    (void)state;
    struct word_list list = {0};
    struct reading_box boxes[ROWS];
    PIX *page = page_with_amounts(&list, boxes);
    for (int i = 0; i < ROWS; i++)
        add_word(&list, amounts[i], boxes[i]);
    pixRasterop(page, LEFT, 700, 800, 3, PIX_SET, NULL, 0, 0); // a rule
    for (int i = 0; i < 40; i++)                               // dust
        pixRasterop(page, 500 + i * 12, 300 + i * 7 % 90, 3, 3, PIX_SET, NULL, 0, 0);
    pixRasterop(page, 300, 720, 200, 150, PIX_SET, NULL, 0, 0); // a picture
    pixRasterop(page, 700, 760, 18, 24, PIX_SET, NULL, 0, 0);   // a punch hole's edge, alone
    struct unread unread;
    assert_true(unread_find(page, &list, &unread));
    assert_int_equal(unread.count, 0);
    word_list_done(&list);
    pixDestroy(&page);
}

static void letters_that_an_underline_joins_are_found(void **state)
{
    (void)state;
    struct word_list list = {0};
    struct reading_box boxes[ROWS];
    PIX *page = page_with_amounts(&list, boxes);
    for (int i = 0; i < ROWS; i++)
        add_word(&list, amounts[i], boxes[i]);
    struct reading_box box = paste(page, "Nachzahlung", LEFT, 700);
    pixRasterop(page, box.left, box.top + box.height - 8, box.width, 3, PIX_SET, NULL, 0, 0);
    struct unread unread;
    assert_true(unread_find(page, &list, &unread));
    assert_int_equal(unread.count, 1);
    assert_int_equal(unread.lines[0].box.width, box.width);
    word_list_done(&list);
    pixDestroy(&page);
}

static void without_words_nothing_is_known_of_letters(void **state)
{
    (void)state;
    struct word_list list = {0}, none = {0};
    struct reading_box boxes[ROWS];
    PIX *page = page_with_amounts(&list, boxes);
    struct unread unread;
    assert_true(unread_find(page, &none, &unread));
    assert_int_equal(unread.count, 0);
    word_list_done(&list);
    pixDestroy(&page);
}

static struct original same(PIX *pix)
{
    return (struct original){pix, SHEET_DPI, affine_identity};
}

static TessBaseAPI *engine(void)
{
    TessBaseAPI *api = TessBaseAPICreate();
    assert_int_equal(TessBaseAPIInit2(api, NULL, "deu", OEM_LSTM_ONLY), 0);
    TessBaseAPISetVariable(api, "debug_file", "/dev/null");
    return api;
}

static void what_is_found_is_read_and_follows_its_row(void **state)
{
    (void)state;
    TessBaseAPI *api = engine();
    const struct time_limit no_hurry = time_limit_begin(HOUR_MS, HOUR_MS);
    const struct time_limit no_time = time_limit_begin(0, HOUR_MS);
    struct word_list list = {0};
    struct reading_box boxes[ROWS];
    PIX *page = page_with_amounts(&list, boxes);
    const struct original original = same(page);
    struct unread unread;
    assert_true(unread_find(page, &list, &unread));
    assert_true(unread_read(&unread, api, &original, SHEET_DPI, &no_time, &list));
    assert_int_equal(list.count, ROWS); // no time left: nothing more

    assert_true(unread_read(&unread, api, &original, SHEET_DPI, &no_hurry, &list));
    assert_int_equal(list.count, 2 * ROWS);
    for (int i = 0; i < ROWS; i++) {
        const struct reading_word *word = &list.words[2 * i], *amount = word + 1;
        assert_string_equal(word->text, left_words[i]);
        assert_int_equal(word->break_after, READING_BREAK_NONE);
        assert_string_equal(amount->text, amounts[i]);
        assert_int_equal(amount->break_after, READING_BREAK_LINE);
        assert_int_equal(amount->from, READING_SOURCE_OCR);
        assert_true(abs(amount->box.left - boxes[i].left) <= PADDING);
        assert_true(abs(amount->box.top - boxes[i].top) <= PADDING);
    }
    word_list_done(&list);
    pixDestroy(&page);
    TessBaseAPIEnd(api);
    TessBaseAPIDelete(api);
}

static void a_line_by_itself_stands_below_what_is_above_it(void **state)
{
    (void)state;
    TessBaseAPI *api = engine();
    const struct time_limit no_hurry = time_limit_begin(HOUR_MS, HOUR_MS);
    struct word_list list = {0};
    PIX *page = pixCreate(WIDTH, HEIGHT, 1);
    for (int i = 0; i < ROWS; i++)
        if (i != 3) {
            struct reading_box box = paste(page, left_words[i], LEFT, TOP + i * STEP);
            add_word(&list, left_words[i], box);
        }
    (void)paste(page, "Nachzahlung", LEFT, TOP + 3 * STEP);
    const struct original original = same(page);
    struct unread unread;
    assert_true(unread_find(page, &list, &unread));
    assert_int_equal(unread.count, 1);
    assert_true(unread_read(&unread, api, &original, SHEET_DPI, &no_hurry, &list));
    assert_int_equal(list.count, ROWS);
    assert_string_equal(list.words[3].text, "Nachzahlung");
    assert_int_equal(list.words[3].break_after, READING_BREAK_BLOCK);
    word_list_done(&list);
    pixDestroy(&page);
    TessBaseAPIEnd(api);
    TessBaseAPIDelete(api);
}

static void doubtful_words_make_way_for_surer_ones(void **state)
{
    (void)state;
    TessBaseAPI *api = engine();
    const struct time_limit no_hurry = time_limit_begin(HOUR_MS, HOUR_MS);
    struct word_list list = {0};
    struct reading_box boxes[ROWS];
    PIX *page = page_with_amounts(&list, boxes);
    const struct original original = same(page);
    for (int i = 0; i < ROWS; i++)
        add_word(&list, amounts[i], boxes[i]);
    static const struct {
        const char *read, *becomes;
        float confidence;
    } rows[] = {
        {"Belriebskoslen", "Betriebskosten", 0.40F},
        {"Wasner",         "Wasner",         0.97F}, // sure, if wrong
        {"Strom",          "Strom",          0.60F},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct reading_word *word = &list.words[2 + i];
        free(word->text);
        word->text = strdup(rows[i].read);
        assert_non_null(word->text);
        word->confidence = rows[i].confidence;
    }
    list.words[5].break_after = READING_BREAK_BLOCK;
    struct unread unread;
    assert_true(unread_find(page, &list, &unread));
    assert_int_equal(unread.count, 2);
    assert_true(unread_read(&unread, api, &original, SHEET_DPI, &no_hurry, &list));
    assert_int_equal(list.count, 2 * ROWS);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_string_equal(list.words[2 + i].text, rows[i].becomes);
        assert_int_equal(list.words[2 + i].break_after, READING_BREAK_LINE);
        assert_true(list.words[2 + i].confidence > 0.85F);
    }
    assert_int_equal(list.words[5].break_after, READING_BREAK_BLOCK);
    word_list_done(&list);
    pixDestroy(&page);
    TessBaseAPIEnd(api);
    TessBaseAPIDelete(api);
}

static void doubtful_case_numbers_keep_their_alternatives(void **state)
{
    (void)state;
    struct word_list list = {0};
    struct reading_box boxes[ROWS];
    PIX *page = page_with_amounts(&list, boxes);
    for (int i = 0; i < ROWS; i++)
        add_word(&list, i == 2 ? "50.21.004711-7" : amounts[i], boxes[i]);
    list.words[ROWS + 2].confidence = 0.5F;
    struct unread unread;
    assert_true(unread_find(page, &list, &unread));
    assert_int_equal(unread.count, 0);
    word_list_done(&list);
    pixDestroy(&page);
}

static void white_on_a_black_bar_is_read(void **state)
{
    (void)state;
    TessBaseAPI *api = engine();
    const struct time_limit no_hurry = time_limit_begin(HOUR_MS, HOUR_MS);
    struct word_list list = {0};
    struct reading_box boxes[ROWS];
    PIX *page = page_with_amounts(&list, boxes);
    for (int i = 0; i < ROWS; i++)
        add_word(&list, amounts[i], boxes[i]);
    PIX *bar = pixCreate(700, 50, 1);
    (void)paste(bar, "Mietbescheinigung", 40, 12);
    assert_non_null(pixInvert(bar, bar));
    pixRasterop(page, LEFT, 700, 700, 50, PIX_SRC, bar, 0, 0);
    const struct original original = same(page);
    struct unread unread;
    assert_true(unread_find(page, &list, &unread));
    assert_int_equal(unread.count, 1);
    assert_true(unread.lines[0].is_white);
    assert_true(unread_read(&unread, api, &original, SHEET_DPI, &no_hurry, &list));
    assert_int_equal(list.count, 2 * ROWS + 1);
    assert_string_equal(list.words[2 * ROWS].text, "Mietbescheinigung");
    word_list_done(&list);
    pixDestroy(&bar);
    pixDestroy(&page);
    TessBaseAPIEnd(api);
    TessBaseAPIDelete(api);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_column_that_no_word_covers_is_found),
        cmocka_unit_test(nothing_is_found_where_all_was_read),
        cmocka_unit_test(specks_rules_and_drawings_are_no_lines),
        cmocka_unit_test(letters_that_an_underline_joins_are_found),
        cmocka_unit_test(without_words_nothing_is_known_of_letters),
        cmocka_unit_test(what_is_found_is_read_and_follows_its_row),
        cmocka_unit_test(a_line_by_itself_stands_below_what_is_above_it),
        cmocka_unit_test(doubtful_words_make_way_for_surer_ones),
        cmocka_unit_test(white_on_a_black_bar_is_read),
        cmocka_unit_test(doubtful_case_numbers_keep_their_alternatives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
