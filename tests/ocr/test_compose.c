/* test_compose.c - new documents of pages that were read before keep picture, words and archive
 * level of each page. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <poppler.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ocr/compose.h"
#include "ocr/finish.h"
#include "ocr/pdf_file.h"
#include "ocr/searchable.h"
#include "tests/ocr/sheet.h"

enum { WIDTH = 300, HEIGHT = 200 };

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

/* ---- documents to take pages of -------------------------------------------------------------- */

static struct page_result make_page(uint32_t number, const char *word)
{
    struct page_result page = {0};
    PIX *pix = pixCreate(WIDTH, HEIGHT, 1);
    for (int x = 0; x < (int)number * 20; x++) // no two pages look alike
        pixSetPixel(pix, x, 10, 1);
    assert_int_equal(raster_from_pix(pix, SHEET_DPI, SHEET_DPI, &page.raster, NULL), STATUS_OK);
    pixDestroy(&pix);
    page.reading =
        (struct reading_page){.number = number, .width = WIDTH, .height = HEIGHT, .dpi = SHEET_DPI};
    page.reading.words = calloc(1, sizeof *page.reading.words);
    page.reading.word_count = 1;
    page.reading.words[0] = (struct reading_word){
        .text = string_copy(word), .box = {20, 40, 100, 20}
    };
    return page;
}

struct made {
    struct byte_writer reading;
    uint8_t *pdf;
    size_t length;
    struct digest scan;
};

/* A document of two pages with these words, of a scan that is called `name`. */
static struct made make_document(const char *name, const char *first, const char *second,
                                 enum archive_level level)
{
    struct page_result pages[] = {make_page(1, first), make_page(2, second)};
    struct reading_page borrowed[] = {pages[0].reading, pages[1].reading};
    char engine_words[] = "test";
    struct reading reading = {.engine = engine_words, .pages = borrowed, .page_count = 2};
    struct made made = {.scan = digest_of(name, strlen(name))};
    const struct archive_facts facts = {.level = level,
                                        .language = "de",
                                        .engine = "test",
                                        .scan = made.scan,
                                        .pages = pages,
                                        .page_count = 2};
    reading_encode(&reading, &made.reading);
    assert_int_equal(searchable_build(engine, &facts, NULL, &made.pdf, &made.length, NULL),
                     STATUS_OK);
    page_result_done(&pages[0]);
    page_result_done(&pages[1]);
    return made;
}

static void made_done(struct made *made)
{
    byte_writer_done(&made->reading);
    free(made->pdf);
}

/* Set: composing is done by a real zygote's child, as in a reader. */
static struct ocr *zygote;

static struct ocr_event compose_confined(const struct byte_writer *block)
{
    struct ocr_event event = {0};
    struct fault fault = {0};
    if (ocr_compose(zygote, block->bytes, block->length, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    while (event.kind != OCR_EVENT_DONE && event.kind != OCR_EVENT_FAILED) {
        struct pollfd entry = {.fd = ocr_file(zygote), .events = POLLIN};
        assert_int_equal(poll(&entry, 1, 240000), 1);
        ocr_event_done(&event);
        if (ocr_take(zygote, &event, &fault) != STATUS_OK)
            fail_msg("%s", fault.text);
    }
    return event;
}

static enum status compose(const struct composition *plan, const struct made *made,
                           struct ocr_event *ret_event)
{
    struct ocr_options options = sheet_options();
    struct byte_writer encoded = {0}, bytes = {0}, outcome = {0};
    struct compose_block block = {.source_count = plan->source_count};
    composition_encode(plan, &encoded);
    block.plan = encoded.bytes;
    block.plan_length = encoded.length;
    for (uint32_t i = 0; i < plan->source_count; i++) {
        block.sources[i].reading = made[i].reading.bytes;
        block.sources[i].reading_length = made[i].reading.length;
        block.sources[i].pdf = made[i].pdf;
        block.sources[i].pdf_length = made[i].length;
    }
    compose_block_write(&block, &bytes);
    const struct source source = {bytes.bytes, bytes.length};
    if (zygote != NULL) {
        *ret_event = compose_confined(&bytes);
        byte_writer_done(&encoded);
        byte_writer_done(&bytes);
        return ret_event->kind == OCR_EVENT_DONE ? STATUS_OK : STATUS_LATER;
    }
    enum status status = compose_documents(&options, &source, &outcome, NULL);
    if (status == STATUS_OK)
        assert_int_equal(finish_decode(outcome.bytes, outcome.length, ret_event, NULL), STATUS_OK);
    byte_writer_done(&encoded);
    byte_writer_done(&bytes);
    byte_writer_done(&outcome);
    return status;
}

/* ---- what is looked at ----------------------------------------------------------------------- */

/* SHA-256 of the bytes that a page's picture has in the file. */
static struct digest picture_of(const uint8_t *bytes, size_t length, uint32_t index)
{
    qpdf_data pdf = NULL;
    unsigned char *raw = NULL;
    size_t raw_length = 0;
    QPDF_BOOL filtered = QPDF_FALSE;
    assert_int_equal(pdf_file_open(bytes, length, &pdf, NULL), STATUS_OK);
    qpdf_oh resources = pdf_page_attribute(pdf, qpdf_get_page_n(pdf, index), "/Resources");
    qpdf_oh image = qpdf_oh_get_key(pdf, qpdf_oh_get_key(pdf, resources, "/XObject"), "/Scan");
    assert_true(qpdf_oh_is_stream(pdf, image));
    assert_int_equal(
        qpdf_oh_get_stream_data(pdf, image, qpdf_dl_none, &filtered, &raw, &raw_length),
        QPDF_SUCCESS);
    struct digest digest = digest_of(raw, raw_length);
    free(raw);
    qpdf_cleanup(&pdf);
    return digest;
}

static void assert_same_picture(const struct made *made, uint32_t from,
                                const struct ocr_document *document, uint32_t index)
{
    struct digest before = picture_of(made->pdf, made->length, from);
    struct digest after = picture_of(document->pdf, document->pdf_length, index);
    assert_true(digest_equal(&before, &after));
}

static int rotation_of(const struct ocr_document *document, uint32_t index)
{
    qpdf_data pdf = NULL;
    assert_int_equal(pdf_file_open(document->pdf, document->pdf_length, &pdf, NULL), STATUS_OK);
    int turn = pdf_page_rotation(pdf, qpdf_get_page_n(pdf, index));
    qpdf_cleanup(&pdf);
    return turn;
}

/* The words that a viewer finds behind the picture. */
static void assert_words(const struct ocr_document *document, int index, const char *words)
{
    GBytes *bytes = g_bytes_new_static(document->pdf, document->pdf_length);
    PopplerDocument *pdf = poppler_document_new_from_bytes(bytes, NULL, NULL);
    g_bytes_unref(bytes);
    assert_non_null(pdf);
    PopplerPage *page = poppler_document_get_page(pdf, index);
    char *text = poppler_page_get_text(page);
    assert_string_equal(text, words);
    g_free(text);
    g_object_unref(page);
    g_object_unref(pdf);
}

static bool says(const struct ocr_document *document, const char *words)
{
    qpdf_data pdf = NULL;
    unsigned char *xmp = NULL;
    size_t length = 0;
    QPDF_BOOL filtered = QPDF_FALSE;
    assert_int_equal(pdf_file_open(document->pdf, document->pdf_length, &pdf, NULL), STATUS_OK);
    qpdf_oh metadata = qpdf_oh_get_key(pdf, qpdf_get_root(pdf), "/Metadata");
    assert_int_equal(qpdf_oh_get_stream_data(pdf, metadata, qpdf_dl_all, &filtered, &xmp, &length),
                     QPDF_SUCCESS);
    bool found = memmem(xmp, length, words, strlen(words)) != NULL;
    free(xmp);
    qpdf_cleanup(&pdf);
    return found;
}

/* ---- what holds ------------------------------------------------------------------------------ */

static void pages_keep_picture_words_and_level(void **state)
{
    (void)state;
    struct made made[] = {make_document("one", "Apfel", "Birne", ARCHIVE_2B),
                          make_document("two", "Citrus", "Dattel", ARCHIVE_2B)};
    struct composition_page merged[] = {
        {.source = 1, .place = 1, .turn = 90, .number = 2,           .scan = made[1].scan},
        {.source = 0,           .place = 0,           .number = 1, .scan = made[0].scan},
        {.source = 1,           .place = 0,           .number = 1, .scan = made[1].scan}
    };
    struct composition_page alone = {.place = 1, .number = 2, .scan = made[0].scan};
    struct composition_document documents[] = {
        {merged, 3},
        {&alone, 1}
    };
    const struct composition plan = {
        .source_count = 2, .documents = documents, .document_count = 2};
    struct ocr_event event = {0};
    assert_int_equal(compose(&plan, made, &event), STATUS_OK);
    assert_int_equal(event.document_count, 2);
    const struct ocr_document *first = &event.documents[0];
    assert_int_equal(first->reading.page_count, 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(first->reading.pages[i].number, i + 1);
    assert_non_null(strstr(first->text, "Dattel"));
    assert_non_null(strstr(first->text, "\f"));
    assert_string_equal(first->reading.pages[1].words[0].text, "Apfel");
    assert_same_picture(&made[1], 1, first, 0);
    assert_same_picture(&made[0], 0, first, 1);
    assert_same_picture(&made[1], 0, first, 2);
    assert_same_picture(&made[0], 1, &event.documents[1], 0);
    assert_words(first, 0, "Dattel");
    assert_words(first, 1, "Apfel");
    assert_words(&event.documents[1], 0, "Birne");
    assert_int_equal(rotation_of(first, 0), 90);
    assert_int_equal(rotation_of(first, 1), 0);
    assert_true(says(first, "<pdfaid:part>2</pdfaid:part>"));
    assert_true(says(first, "<scan:pages>2 1 1</scan:pages>"));
    assert_true(says(first, "<scan:turned>90 0 0</scan:turned>"));
    ocr_event_done(&event);
    made_done(&made[0]);
    made_done(&made[1]);
}

static void a_page_that_is_not_of_our_archive_promises_nothing(void **state)
{
    (void)state;
    struct made made[] = {make_document("one", "Apfel", "Birne", ARCHIVE_2B),
                          make_document("two", "Citrus", "Dattel", ARCHIVE_NONE)};
    struct composition_page pages[] = {
        {.source = 0, .place = 0, .number = 1, .scan = made[0].scan},
        {.source = 1, .place = 0, .number = 1, .scan = made[1].scan}
    };
    struct composition_page strange = {.number = 1, .scan = made[1].scan}; // of another scan
    struct composition_document documents[] = {
        {pages,    2},
        {pages,    1},
        {&strange, 1}
    };
    const struct composition plan = {
        .source_count = 2, .documents = documents, .document_count = 3};
    static const bool is_archive[] = {false, true, false};
    struct ocr_event event = {0};
    assert_int_equal(compose(&plan, made, &event), STATUS_OK);
    for (size_t i = 0; i < 3; i++)
        if (says(&event.documents[i], "pdfaid:part") != is_archive[i])
            fail_msg("document %zu", i);
    ocr_event_done(&event);
    made_done(&made[0]);
    made_done(&made[1]);
}

static void what_contradicts_itself_is_not_composed(void **state)
{
    (void)state;
    struct made made = make_document("one", "Apfel", "Birne", ARCHIVE_2B);
    struct ocr_event event = {0};
    struct composition_page beyond = {.place = 2, .number = 3, .scan = made.scan};
    struct composition_document document = {&beyond, 1};
    const struct composition plan = {
        .source_count = 1, .documents = &document, .document_count = 1};
    assert_int_equal(compose(&plan, &made, &event), STATUS_LATER);
    const uint8_t junk[] = "\x05\x00\x00\x00\x00\x00\x00\x00 what is this";
    const struct source source = {junk, sizeof junk - 1};
    struct ocr_options options = sheet_options();
    struct byte_writer outcome = {0};
    assert_int_equal(compose_documents(&options, &source, &outcome, NULL), STATUS_LATER);
    byte_writer_done(&outcome);
    made_done(&made);
}

/* All of it once more where it really happens. */
static void a_confined_child_composes_the_same(void **state)
{
    struct ocr_options options = sheet_options();
    struct fault fault = {0};
    if (ocr_start(&options, &zygote, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    pages_keep_picture_words_and_level(state);
    what_contradicts_itself_is_not_composed(state);
    pages_keep_picture_words_and_level(state); // and the next one is served
    ocr_stop(&zygote);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_keep_picture_words_and_level),
        cmocka_unit_test(a_page_that_is_not_of_our_archive_promises_nothing),
        cmocka_unit_test(what_contradicts_itself_is_not_composed),
        cmocka_unit_test(a_confined_child_composes_the_same),
    };
    return cmocka_run_group_tests(tests, open_engine, close_engine);
}
