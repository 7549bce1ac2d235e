/* test_page.c - a page is read whichever way it lies, boxes stand where the words are, and blank
 * pages and codes are known. Reads in the test's own process, so that leaks and overruns show. */
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

#include "ocr/page.h"
#include "tests/ocr/sheet.h"

static struct engine *engine;

static int open_engine(void **state)
{
    (void)state;
    struct ocr_options options = sheet_options();
    struct fault fault = {0};
    if (engine_open(&options, &engine, &fault) != STATUS_OK)
        print_error("%s\n", fault.text);
    return engine == NULL ? -1 : 0;
}

static int close_engine(void **state)
{
    (void)state;
    engine_close(&engine);
    return 0;
}

static struct page_result read_tiff(PIX *pix, const struct sheet_tiff *how)
{
    struct ocr_options options = sheet_options();
    struct byte_writer file = sheet_tiff_file(pix, how, 1);
    struct source source = {file.bytes, file.length};
    struct page_result result = {0};
    struct fault fault = {0};
    if (page_read(engine, &format_tiff, &source, &options, 0, &result, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    byte_writer_done(&file);
    return result;
}

static const struct reading_word *find_word(const struct reading_page *page, const char *text)
{
    for (uint32_t i = 0; i < page->word_count; i++)
        if (strstr(page->words[i].text, text) != NULL)
            return &page->words[i];
    return NULL;
}

static unsigned words_found(const struct reading_page *page)
{
    unsigned found = 0;
    for (size_t i = 0; sheet_words[i] != NULL; i++)
        found += find_word(page, sheet_words[i]) != NULL;
    return found;
}

enum { WORDS_TO_FIND = 6 /* of seven */ };

static void assert_boxes_in_page(const struct reading_page *page)
{
    for (uint32_t i = 0; i < page->word_count; i++) {
        const struct reading_box *box = &page->words[i].box;
        assert_true(box->left >= 0 && box->top >= 0 && box->width >= 0 && box->height >= 0);
        assert_true(box->left + box->width <= page->width);
        assert_true(box->top + box->height <= page->height);
    }
}

static void a_letter_is_read_whichever_way_it_lies(void **state)
{
    (void)state;
    PIX *letter = sheet_letter();
    int32_t left = 0, top = 0;
    for (int quarters = 0; quarters < 4; quarters++) {
        PIX *turned = pixRotateOrth(letter, quarters);
        struct page_result result = read_tiff(turned, &(struct sheet_tiff){0});
        const struct reading_page *page = &result.reading;
        if (page->rotation != (4 - quarters) % 4 * 90 || words_found(page) < WORDS_TO_FIND)
            fail_msg("turned by %d: turned back by %u, %u words of %u found", quarters * 90,
                     page->rotation, words_found(page), page->word_count);
        assert_int_equal(page->width, pixGetWidth(letter));
        assert_int_equal(page->height, pixGetHeight(letter));
        assert_boxes_in_page(page);
        const struct reading_word *word = find_word(page, "Bescheid");
        if (quarters == 0 && word != NULL) {
            left = word->box.left;
            top = word->box.top;
        } else if (word != NULL) {
            assert_true(abs(word->box.left - left) < 12 && abs(word->box.top - top) < 12);
        }
        page_result_done(&result);
        pixDestroy(&turned);
    }
    pixDestroy(&letter);
}

/* The ink under a word's box: a word's box holds most of what is near it. */
static double ink_share(PIX *page, const struct reading_box *box, int grow)
{
    BOX *inner = boxCreate(box->left, box->top, box->width, box->height);
    BOX *outer =
        boxCreate(box->left - grow, box->top - grow, box->width + 2 * grow, box->height + 2 * grow);
    PIX *inside = pixClipRectangle(page, inner, NULL),
        *around = pixClipRectangle(page, outer, NULL);
    int ink = 0, all = 0;
    pixCountPixels(inside, &ink, NULL);
    pixCountPixels(around, &all, NULL);
    boxDestroy(&inner);
    boxDestroy(&outer);
    pixDestroy(&inside);
    pixDestroy(&around);
    return all == 0 ? 0 : (double)ink / all;
}

static void boxes_stand_on_the_words_of_a_page_askew(void **state)
{
    (void)state;
    PIX *letter = sheet_letter();
    PIX *askew = pixRotate(letter, 0.045F, L_ROTATE_SHEAR, L_BRING_IN_WHITE, 0, 0); // 2.6 degrees
    struct page_result result = read_tiff(askew, &(struct sheet_tiff){0});
    assert_int_equal(result.reading.rotation, 0);
    assert_true(words_found(&result.reading) >= WORDS_TO_FIND);
    assert_boxes_in_page(&result.reading);
    for (size_t i = 0; sheet_words[i] != NULL; i++) {
        const struct reading_word *word = find_word(&result.reading, sheet_words[i]);
        if (word != NULL && ink_share(askew, &word->box, 6) < 0.75)
            fail_msg("the box of %s does not hold it", sheet_words[i]);
    }
    page_result_done(&result);
    pixDestroy(&askew);
    pixDestroy(&letter);
}

static void fax_pixels_become_square(void **state)
{
    (void)state;
    PIX *letter = sheet_letter();
    PIX *flat = pixScale(letter, 1.02F, 0.49F); // 204 x 98 dpi
    struct page_result result = read_tiff(
        flat,
        &(struct sheet_tiff){.compression = COMPRESSION_CCITTFAX3, .dpi_x = 204, .dpi_y = 98});
    assert_int_equal(result.reading.dpi, 204);
    double ratio = (double)result.reading.width / result.reading.height;
    assert_true(fabs(ratio - (double)pixGetWidth(letter) / pixGetHeight(letter)) < 0.02);
    // The archive keeps the pixels as they are, and says how long they are.
    assert_int_equal(result.raster.height, pixGetHeight(flat));
    assert_true(fabs(result.raster.dpi_y - 98) < 0.1);
    page_result_done(&result);
    pixDestroy(&flat);
    pixDestroy(&letter);
}

static void a_missing_or_false_resolution_is_estimated(void **state)
{
    (void)state;
    PIX *a4 = pixCreate(1654, 2339, 1); // A4 at 200 dpi
    const struct sheet_tiff rows[] = {
        {.no_dpi = true},
        { .dpi_x = 72,   .dpi_y = 72}
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct page_result result = read_tiff(a4, &rows[i]);
        assert_true(abs(result.reading.dpi - 200) <= 1);
        page_result_done(&result);
    }
    pixDestroy(&a4);
}

static void blank_pages_are_flagged_and_short_ones_are_not(void **state)
{
    (void)state;
    PIX *blank = pixCreate(1654, 2339, 1);
    for (int i = 0; i < 40; i++) // dust
        pixSetPixel(blank, 100 + i * 37, 200 + i * 51, 1);
    struct page_result result = read_tiff(blank, &(struct sheet_tiff){0});
    assert_true((result.reading.flags & READING_PAGE_BLANK) != 0);
    assert_int_equal(result.reading.word_count, 0);
    assert_int_equal(result.raster.filter, RASTER_G4);
    page_result_done(&result);
    pixDestroy(&blank);

    PIX *line = sheet_line("wird nachgereicht");
    result = read_tiff(line, &(struct sheet_tiff){0});
    assert_int_equal(result.reading.flags & READING_PAGE_BLANK, 0);
    assert_true(result.reading.word_count > 0);
    page_result_done(&result);
    pixDestroy(&line);
}

static void uneven_light_does_not_hide_words(void **state)
{
    (void)state;
    PIX *letter = sheet_letter();
    PIX *grey = pixConvertTo8(letter, 0);
    for (int y = 0; y < pixGetHeight(grey); y++)
        for (int x = 0; x < pixGetWidth(grey); x++) {
            l_uint32 value = 0;
            pixGetPixel(grey, x, y, &value);
            double light = 0.35 + 0.6 * x / pixGetWidth(grey); // a shadow on the left
            pixSetPixel(grey, x, y, (l_uint32)((value == 0 ? 40 : 255) * light));
        }
    struct page_result result =
        read_tiff(grey, &(struct sheet_tiff){.photometric = PHOTOMETRIC_MINISBLACK, .bits = 8});
    assert_true(words_found(&result.reading) >= WORDS_TO_FIND);
    page_result_done(&result);
    pixDestroy(&grey);
    pixDestroy(&letter);
}

/* Words of a photographed letter that stand where they are seen, over ink. */
static unsigned words_in_place(PIX *photo, const struct reading_page *page, int table)
{
    unsigned found = 0;
    for (size_t i = 0; sheet_words[i] != NULL; i++) {
        const struct reading_word *word = find_word(page, sheet_words[i]);
        unsigned darkest = 255;
        for (int y = 0; word != NULL && y < word->box.height; y++)
            for (int x = 0; x < word->box.width; x++) {
                l_uint32 grey = 255;
                pixGetPixel(photo, word->box.left + x, word->box.top + y, &grey);
                darkest = grey < darkest ? grey : darkest;
            }
        found += word != NULL && (int)darkest < table - 20;
    }
    return found;
}

static void a_photographed_sheet_is_read_and_its_words_stand_on_the_photo(void **state)
{
    (void)state;
    enum { WIDTH = 2000, HEIGHT = 1700, TABLE = 75 };
    const struct corners corners = {
        {{330, 260}, {1700, 430}, {1560, 1420}, {260, 1290}}
    };
    struct ocr_options options = sheet_options();
    PIX *letter = sheet_letter();
    PIX *photo = sheet_photograph(letter, &corners, WIDTH, HEIGHT, TABLE);
    PIX *colours = pixConvertTo32(photo);
    struct byte_writer file = sheet_jpeg_file(colours);
    pixDestroy(&colours);
    struct source source = {file.bytes, file.length};
    struct page_result result = {0};
    assert_int_equal(page_read(engine, &format_jpeg, &source, &options, 0, &result, NULL),
                     STATUS_OK);
    assert_int_equal(result.reading.width, WIDTH);
    assert_int_equal(result.reading.height, HEIGHT);
    assert_int_equal(result.raster.length, file.length); // the photograph as it came
    assert_true(words_found(&result.reading) >= WORDS_TO_FIND);
    assert_true(words_in_place(photo, &result.reading, TABLE) >= WORDS_TO_FIND);
    const struct reading_word *first = find_word(&result.reading, "Damen");
    const struct reading_word *last = find_word(&result.reading, "Original");
    assert_true(first != NULL && first->box.top > 330 && first->box.top < 500); // tilted, above
    assert_true(last != NULL && last->box.top > 750 && last->box.top < 1000);
    assert_boxes_in_page(&result.reading);
    page_result_done(&result);
    byte_writer_done(&file);
    pixDestroy(&photo);
    pixDestroy(&letter);
}

static void lines_and_words_are_in_reading_order(void **state)
{
    (void)state;
    PIX *letter = sheet_letter();
    struct page_result result = read_tiff(letter, &(struct sheet_tiff){0});
    const struct reading_page *page = &result.reading;
    unsigned lines = 0;
    for (uint32_t i = 0; i < page->word_count; i++) {
        lines += page->words[i].break_after >= READING_BREAK_LINE;
        if (i + 1 < page->word_count && page->words[i].break_after == READING_BREAK_NONE)
            assert_true(page->words[i].box.left < page->words[i + 1].box.left);
    }
    assert_int_equal(lines, 7);
    assert_string_equal(page->words[0].text, "Sehr");
    page_result_done(&result);
    pixDestroy(&letter);
}

/* Code 39 (ISO/IEC 16388): nine bars and spaces a sign, w is wide. */
static const struct code39_sign {
    char sign;
    const char *bars;
} code39[] = {
    {'*', "nwnnwnwnn"},
    {'A', "wnnnnwnnw"},
    {'Z', "nwwnwnnnn"},
    {'5', "wnnwwnnnn"},
    {'0', "nnnwwnwnn"},
    {'2', "nnwwnnnnw"},
    {'1', "wnnwnnnnw"},
    {'-', "nwnnnnwnw"},
};

static int draw_sign(PIX *pix, int x, int y, char sign)
{
    enum { NARROW = 3, WIDE = 8, HEIGHT = 90 };
    for (size_t i = 0; i < sizeof code39 / sizeof code39[0]; i++) {
        if (code39[i].sign != sign)
            continue;
        for (int bar = 0; bar < 9; bar++) {
            int width = code39[i].bars[bar] == 'w' ? WIDE : NARROW;
            if (bar % 2 == 0)
                pixRasterop(pix, x, y, width, HEIGHT, PIX_SET, NULL, 0, 0);
            x += width;
        }
    }
    return x + NARROW;
}

static void codes_are_read_on_turned_pages_too(void **state)
{
    (void)state;
    static const char text[] = "*AZ-5021*";
    PIX *letter = sheet_letter();
    int x = 300;
    for (const char *sign = text; *sign != '\0'; sign++)
        x = draw_sign(letter, x, 700, *sign);
    for (int quarters = 0; quarters < 4; quarters++) {
        PIX *turned = pixRotateOrth(letter, quarters);
        struct page_result result = read_tiff(turned, &(struct sheet_tiff){0});
        assert_int_equal(result.reading.code_count, 1);
        const struct reading_code *code = &result.reading.codes[0];
        assert_string_equal(code->text, "AZ-5021");
        assert_int_equal(code->symbology, READING_CODE_39);
        if (!(code->box.left > 250 && code->box.left < 400 && code->box.top >= 690 &&
              code->box.top < 800))
            fail_msg("turned by %d: the code is at %d, %d, %d x %d", quarters * 90, code->box.left,
                     code->box.top, code->box.width, code->box.height);
        page_result_done(&result);
        pixDestroy(&turned);
    }
    pixDestroy(&letter);
}

static void a_result_survives_its_way_and_nothing_else_passes(void **state)
{
    (void)state;
    PIX *line = sheet_line("Posteingang");
    struct page_result result =
        read_tiff(line, &(struct sheet_tiff){.compression = COMPRESSION_CCITTFAX4});
    struct byte_writer encoded = {0}, again = {0};
    page_result_encode(&result, &encoded);
    struct page_result decoded = {0};
    assert_int_equal(page_result_decode(encoded.bytes, encoded.length, &decoded, NULL), STATUS_OK);
    page_result_encode(&decoded, &again);
    assert_int_equal(again.length, encoded.length);
    assert_memory_equal(again.bytes, encoded.bytes, encoded.length);
    page_result_done(&decoded);
    for (size_t length = 0; length < encoded.length; length++)
        assert_int_equal(page_result_decode(encoded.bytes, length, &decoded, NULL), STATUS_REFUSE);
    for (size_t i = 0; i < encoded.length; i++) {
        uint8_t kept = encoded.bytes[i];
        encoded.bytes[i] ^= 0xFF; // may still be a result, must not be more than one
        if (page_result_decode(encoded.bytes, encoded.length, &decoded, NULL) == STATUS_OK)
            page_result_done(&decoded);
        encoded.bytes[i] = kept;
    }
    byte_writer_done(&encoded);
    byte_writer_done(&again);
    page_result_done(&result);
    pixDestroy(&line);
}

static void recognition_stops_when_its_time_is_over(void **state)
{
    (void)state;
    PIX *letter = sheet_letter();
    struct ocr_options options = sheet_options();
    options.page_ocr_ms = 1;
    struct byte_writer file = sheet_tiff_file(letter, &(struct sheet_tiff){0}, 1);
    struct source source = {file.bytes, file.length};
    struct page_result result = {0};
    assert_int_equal(page_read(engine, &format_tiff, &source, &options, 0, &result, NULL),
                     STATUS_OK);
    assert_true((result.reading.flags & READING_PAGE_CUT_SHORT) != 0);
    page_result_done(&result);
    byte_writer_done(&file);
    pixDestroy(&letter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_letter_is_read_whichever_way_it_lies),
        cmocka_unit_test(boxes_stand_on_the_words_of_a_page_askew),
        cmocka_unit_test(fax_pixels_become_square),
        cmocka_unit_test(a_missing_or_false_resolution_is_estimated),
        cmocka_unit_test(blank_pages_are_flagged_and_short_ones_are_not),
        cmocka_unit_test(uneven_light_does_not_hide_words),
        cmocka_unit_test(a_photographed_sheet_is_read_and_its_words_stand_on_the_photo),
        cmocka_unit_test(lines_and_words_are_in_reading_order),
        cmocka_unit_test(codes_are_read_on_turned_pages_too),
        cmocka_unit_test(a_result_survives_its_way_and_nothing_else_passes),
        cmocka_unit_test(recognition_stops_when_its_time_is_over),
    };
    return cmocka_run_group_tests(tests, open_engine, close_engine);
}
