/* test_searchable.c - the archive's PDF holds the scan's own raster, and its invisible words lie
 * where a viewer shows them, whichever way the page is turned. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <poppler.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ocr/pdf_file.h"
#include "ocr/searchable.h"
#include "tests/ocr/sheet.h"

static struct engine *engine;

static int open_engine(void **state)
{
    (void)state;
    struct ocr_options options = sheet_options();
    return engine_open(&options, &engine, NULL) == STATUS_OK ? 0 : -1;
}

static int close_engine(void **state)
{
    (void)state;
    engine_close(&engine);
    return 0;
}

enum {
    WIDTH = 1000,
    HEIGHT = 600,
    WORD_LEFT = 200,
    WORD_TOP = 100,
    WORD_WIDTH = 300,
    WORD_HEIGHT = 40,
    ROW_WORDS = 3
};

static const char word_text[] = "Gr\xC3\xBC\xC3\x9F"
                                "e";

/* A page of 1000 x 600 px as read, whose raster lies turned by `turn` and perhaps mirrored. */
static struct page_result make_page(uint16_t turn, uint16_t rotation, bool is_mirrored)
{
    struct page_result page = {0};
    bool is_sideways = (turn + rotation) % 180 != 0;
    PIX *pix = pixCreate(is_sideways ? HEIGHT : WIDTH, is_sideways ? WIDTH : HEIGHT, 1);
    assert_int_equal(raster_from_pix(pix, SHEET_DPI, SHEET_DPI, &page.raster, NULL), STATUS_OK);
    pixDestroy(&pix);
    page.placement = (struct placement){is_mirrored, turn};
    page.reading = (struct reading_page){
        .number = 1, .width = WIDTH, .height = HEIGHT, .dpi = SHEET_DPI, .rotation = rotation};
    page.reading.words = calloc(2, sizeof *page.reading.words);
    page.reading.word_count = 2;
    page.reading.words[0] = (struct reading_word){
        .text = string_copy(word_text), .box = {WORD_LEFT, WORD_TOP, WORD_WIDTH, WORD_HEIGHT}
    };
    page.reading.words[1] = (struct reading_word){
        .text = string_copy("Amt"),
        .box = {WORD_LEFT + WORD_WIDTH + 20, WORD_TOP, 150, WORD_HEIGHT},
        .break_after = READING_BREAK_BLOCK
    };
    return page;
}

static PopplerDocument *open_pdf(const uint8_t *pdf, size_t length)
{
    GBytes *bytes = g_bytes_new_static(pdf, length);
    PopplerDocument *document = poppler_document_new_from_bytes(bytes, NULL, NULL);
    g_bytes_unref(bytes);
    assert_non_null(document);
    return document;
}

/* qpdf finds nothing to complain of. */
static void assert_sound(const uint8_t *bytes, size_t length)
{
    qpdf_data pdf = qpdf_init();
    qpdf_silence_errors(pdf);
    QPDF_ERROR_CODE code = qpdf_read_memory(pdf, "made", (const char *)bytes, length, NULL);
    if (code == QPDF_SUCCESS)
        code = qpdf_check_pdf(pdf);
    assert_int_equal(code, QPDF_SUCCESS);
    assert_false(qpdf_more_warnings(pdf));
    qpdf_cleanup(&pdf);
}

/* The first letter of the page's text stands at the word's place, as shown, within a point. */
static void assert_word_in_place(PopplerPage *page, const char *name)
{
    double width = 0, height = 0;
    PopplerRectangle *boxes = NULL;
    guint count = 0;
    const double scale = 72.0 / SHEET_DPI;
    poppler_page_get_size(page, &width, &height);
    if (fabs(width - WIDTH * scale) > 0.1 || fabs(height - HEIGHT * scale) > 0.1)
        fail_msg("%s: the page is shown %.1f x %.1f pt large", name, width, height);
    assert_true(poppler_page_get_text_layout(page, &boxes, &count));
    assert_true(count > 5);
    bool is_there = fabs(boxes[0].x1 - WORD_LEFT * scale) < 1 &&
                    fabs(boxes[0].y2 - (WORD_TOP + WORD_HEIGHT) * scale) < 2 &&
                    fabs(boxes[4].x2 - (WORD_LEFT + WORD_WIDTH) * scale) < 1;
    if (!is_there)
        fail_msg("%s: first letter at %.1f %.1f, last of the word ends at %.1f", name, boxes[0].x1,
                 boxes[0].y2, boxes[4].x2);
    g_free(boxes);
}

static struct archive_facts facts_of(const struct page_result *pages, uint32_t count)
{
    return (struct archive_facts){.level = ARCHIVE_2B,
                                  .language = "de",
                                  .engine = "test <1>",
                                  .pages = pages,
                                  .page_count = count};
}

static enum status build(const struct page_result *pages, uint32_t count, uint8_t **pdf,
                         size_t *length)
{
    struct archive_facts facts = facts_of(pages, count);
    return searchable_build(engine, &facts, NULL, pdf, length, NULL);
}

static void words_lie_where_they_are_shown_on_built_pages(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint16_t turn, rotation;
        bool is_mirrored;
    } rows[] = {
        {"as it is",            0,   0,   false},
        {"turned by the file",  90,  0,   false},
        {"upside down",         180, 0,   false},
        {"the other way",       270, 0,   false},
        {"turned by reading",   0,   90,  false},
        {"turned by both",      270, 180, false},
        {"mirrored",            0,   0,   true },
        {"mirrored and turned", 90,  0,   true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct page_result page = make_page(rows[i].turn, rows[i].rotation, rows[i].is_mirrored);
        uint8_t *pdf = NULL;
        size_t length = 0;
        assert_int_equal(build(&page, 1, &pdf, &length), STATUS_OK);
        assert_sound(pdf, length);
        PopplerDocument *document = open_pdf(pdf, length);
        PopplerPage *shown = poppler_document_get_page(document, 0);
        char *text = poppler_page_get_text(shown);
        assert_string_equal(text, "Gr\xC3\xBC\xC3\x9F"
                                  "e Amt");
        g_free(text);
        assert_word_in_place(shown, rows[i].name);
        g_object_unref(shown);
        g_object_unref(document);
        free(pdf);
        page_result_done(&page);
    }
}

/* A page of one row: words whose boxes are as told, all on one line unless a block ends between. */
static struct page_result make_row(const char *words, const int32_t (*spans)[2],
                                   uint8_t break_after)
{
    struct page_result page = make_page(0, 0, false);
    for (size_t i = 0; i < page.reading.word_count; i++)
        free(page.reading.words[i].text);
    free(page.reading.words);
    page.reading.words = calloc(ROW_WORDS, sizeof *page.reading.words);
    page.reading.word_count = ROW_WORDS;
    for (size_t i = 0; i < ROW_WORDS; i++) {
        size_t length = strcspn(words, " ");
        page.reading.words[i] = (struct reading_word){
            .text = string_copy_bytes(words, length),
            .box = {spans[i][0], WORD_TOP, spans[i][1], WORD_HEIGHT},
            .break_after = i + 1 == ROW_WORDS ? READING_BREAK_BLOCK : break_after
        };
        words += length + (words[length] == ' ');
    }
    return page;
}

/* What pdftotext makes of the PDF, one blank for all that stands between words. */
static char *extract_words(const char *options, const uint8_t *pdf, size_t length)
{
    struct text command = {0}, words = {0};
    FILE *file = fopen("row.pdf", "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(pdf, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    text_append_format(&command, "pdftotext %s row.pdf -", options);
    FILE *output = popen(text_string(&command), "r");
    assert_non_null(output);
    char word[256];
    while (fscanf(output, "%255s", word) == 1)
        text_append_format(&words, "%s%s", words.length == 0 ? "" : " ", word);
    assert_int_equal(pclose(output), 0);
    text_done(&command);
    return text_take(&words);
}

/* In the order of the reading, and whole where viewers find an order of their own. */
static void assert_words_apart(const char *words, const uint8_t *pdf, size_t length,
                               const char *name)
{
    char *raw = extract_words("-raw", pdf, length);
    if (strcmp(raw, words) != 0)
        fail_msg("%s: pdftotext -raw gives \"%s\"", name, raw);
    free(raw);
    static const char *const options[] = {"", "-layout"};
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        char *ordered = extract_words(options[i], pdf, length);
        struct text padded = {0};
        text_append_format(&padded, " %s ", ordered);
        for (const char *at = words; *at != '\0'; at += strspn(at, " ")) {
            char word[64];
            size_t count = strcspn(at, " ");
            snprintf(word, sizeof word, " %.*s ", (int)count, at);
            if (strstr(text_string(&padded), word) == NULL)
                fail_msg("%s: pdftotext %s gives \"%s\"", name, options[i], ordered);
            at += count;
        }
        text_done(&padded);
        free(ordered);
    }
}

/* Every word of the row begins where its box does, and none reaches into the next. */
static void assert_row_in_place(PopplerPage *page, const char *words, const int32_t (*spans)[2],
                                const char *name)
{
    const double scale = 72.0 / SHEET_DPI;
    PopplerRectangle *boxes = NULL;
    guint count = 0;
    char *text = poppler_page_get_text(page); // has a letter for every box: all are ASCII
    assert_true(poppler_page_get_text_layout(page, &boxes, &count));
    assert_int_equal(count, strlen(text));
    for (size_t i = 0; i < ROW_WORDS; i++) {
        char word[64] = "";
        size_t length = strcspn(words, " ");
        snprintf(word, sizeof word, "%.*s", (int)length, words);
        const char *found = strstr(text, word);
        assert_non_null(found);
        const PopplerRectangle *first = &boxes[found - text], *last = first + length - 1;
        if (fabs(first->x1 - spans[i][0] * scale) > 0.1)
            fail_msg("%s: \"%s\" starts at %.1f", name, word, first->x1);
        if (last->x2 > (spans[i][0] + spans[i][1]) * scale + 0.1 ||
            (i + 1 < ROW_WORDS && last->x2 > spans[i + 1][0] * scale))
            fail_msg("%s: \"%s\" ends at %.1f", name, word, last->x2);
        words += length + (words[length] == ' ');
    }
    g_free(boxes);
    g_free(text);
}

static void words_whose_boxes_touch_are_extracted_apart(void **state)
{
    (void)state;
    static const struct {
        const char *name, *words;
        int32_t spans[ROW_WORDS][2]; /* left and width */
        uint8_t break_after;
    } rows[] = {
        {"far apart",         "Die Kopien der",            {{200, 60}, {300, 120}, {500, 60}},  0},
        {"near",              "Die Kopien der",            {{200, 95}, {300, 195}, {500, 60}},  0},
        {"touching",          "Die Kopien der",            {{200, 100}, {300, 200}, {500, 60}}, 0},
        {"overlapping",       "Die Kopien der",            {{200, 103}, {300, 203}, {500, 60}}, 0},
        {"one in the other",  "Die Kopien der",            {{200, 360}, {300, 203}, {500, 60}}, 0},
        {"tiny first",        ": 17159 Mirow",             {{200, 5}, {206, 100}, {308, 100}},  0},
        {"tiny, overlapping", "Mirow - Waren",             {{200, 100}, {299, 6}, {302, 100}},  0},
        {"a pixel apart",     "Amt . Waren",               {{200, 60}, {260, 1}, {261, 100}},   0},
        {"narrow letters",    "Sozialamt Neustrelitz Aal", {{200, 18}, {300, 30}, {500, 4}},    0},
        {"cells of a table",
         "Soll Haben Saldo",                               {{200, 100}, {300, 100}, {400, 90}},
         READING_BREAK_BLOCK                                                                     },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct page_result page = make_row(rows[i].words, rows[i].spans, rows[i].break_after);
        uint8_t *pdf = NULL;
        size_t length = 0;
        assert_int_equal(build(&page, 1, &pdf, &length), STATUS_OK);
        assert_sound(pdf, length);
        assert_words_apart(rows[i].words, pdf, length, rows[i].name);
        PopplerDocument *document = open_pdf(pdf, length);
        PopplerPage *shown = poppler_document_get_page(document, 0);
        assert_row_in_place(shown, rows[i].words, rows[i].spans, rows[i].name);
        g_object_unref(shown);
        g_object_unref(document);
        free(pdf);
        page_result_done(&page);
    }
}

/* Pages of a PDF of three: two lifted, turned differently, and one that was drawn. */
static void pages_of_a_pdf_are_taken_over_or_replaced(void **state)
{
    (void)state;
    PIX *pix = pixCreate(WIDTH, HEIGHT, 1);
    struct byte_writer file = sheet_pdf_file(pix, NULL, 3);
    pixDestroy(&pix);
    struct source source = {file.bytes, file.length};
    struct page_result pages[3] = {make_page(0, 0, false), make_page(0, 180, false),
                                   make_page(0, 0, false)};
    for (uint32_t i = 0; i < 3; i++)
        pages[i].reading.number = i + 1;
    for (size_t i = 0; i < 2; i++) {
        raster_done(&pages[i].raster);
        pages[i].is_lifted = true;
    }
    struct archive_facts facts = facts_of(pages, 3);
    uint8_t *pdf = NULL;
    size_t length = 0;
    assert_int_equal(searchable_build(engine, &facts, &source, &pdf, &length, NULL), STATUS_OK);
    assert_sound(pdf, length);
    assert_null(memmem(pdf, length, "/Helvetica", 10)); // what was not painted is gone
    assert_non_null(memmem(pdf, length, "pdfaid:part", 11));
    PopplerDocument *document = open_pdf(pdf, length);
    assert_int_equal(poppler_document_get_n_pages(document), 3);
    for (int i = 0; i < 3; i++) {
        PopplerPage *shown = poppler_document_get_page(document, i);
        char *text = poppler_page_get_text(shown);
        assert_string_equal(text, "Gr\xC3\xBC\xC3\x9F"
                                  "e Amt");
        assert_word_in_place(shown, i == 0 ? "as it is" : i == 1 ? "turned" : "drawn");
        g_free(text);
        g_object_unref(shown);
        page_result_done(&pages[i]);
    }
    g_object_unref(document);
    free(pdf);
    byte_writer_done(&file);
}

static void rasters_are_embedded_byte_for_byte(void **state)
{
    (void)state;
    PIX *line = sheet_line("Posteingang");
    struct byte_writer jpeg = sheet_jpeg_file(line);
    struct page_result pages[2] = {make_page(0, 0, false), make_page(0, 0, false)};
    raster_done(&pages[1].raster);
    pages[1].raster = (struct raster){.filter = RASTER_JPEG,
                                      .colours = 1,
                                      .bits = 8,
                                      .width = pixGetWidth(line),
                                      .height = pixGetHeight(line),
                                      .dpi_x = SHEET_DPI,
                                      .dpi_y = SHEET_DPI,
                                      .bytes = malloc(jpeg.length),
                                      .length = jpeg.length};
    memcpy(pages[1].raster.bytes, jpeg.bytes, jpeg.length);
    uint8_t *pdf = NULL;
    size_t length = 0;
    assert_int_equal(build(pages, 2, &pdf, &length), STATUS_OK);
    assert_sound(pdf, length);
    assert_non_null(memmem(pdf, length, jpeg.bytes, jpeg.length));
    assert_non_null(memmem(pdf, length, pages[0].raster.bytes, pages[0].raster.length));
    // All that is added to the rasters of a document.
    assert_true(length < jpeg.length + pages[0].raster.length + 12000);
    free(pdf);
    page_result_done(&pages[0]);
    page_result_done(&pages[1]);
    byte_writer_done(&jpeg);
    pixDestroy(&line);
}

static void the_same_scan_gives_the_same_pdf(void **state)
{
    (void)state;
    struct page_result page = make_page(0, 0, false);
    uint8_t *one = NULL, *two = NULL;
    size_t one_length = 0, two_length = 0;
    assert_int_equal(build(&page, 1, &one, &one_length), STATUS_OK);
    assert_int_equal(build(&page, 1, &two, &two_length), STATUS_OK);
    assert_int_equal(one_length, two_length);
    assert_memory_equal(one, two, one_length);
    free(one);
    free(two);
    page_result_done(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_lie_where_they_are_shown_on_built_pages),
        cmocka_unit_test(words_whose_boxes_touch_are_extracted_apart),
        cmocka_unit_test(pages_of_a_pdf_are_taken_over_or_replaced),
        cmocka_unit_test(rasters_are_embedded_byte_for_byte),
        cmocka_unit_test(the_same_scan_gives_the_same_pdf),
    };
    return cmocka_run_group_tests(tests, open_engine, close_engine);
}
