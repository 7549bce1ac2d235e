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
    WORD_HEIGHT = 40
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
        cmocka_unit_test(pages_of_a_pdf_are_taken_over_or_replaced),
        cmocka_unit_test(rasters_are_embedded_byte_for_byte),
        cmocka_unit_test(the_same_scan_gives_the_same_pdf),
    };
    return cmocka_run_group_tests(tests, open_engine, close_engine);
}
