/* test_read_scans.c - what comes out of the ocr room for scans as they are dropped.
 *
 * One sample letter is written again in every codec and turned every way, and must come back with
 * its words each time; what is no document must be refused in words; what a child does to itself
 * must not reach the zygote. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <allheaders.h>
#include <cmocka.h>

#include "base/durable.h"
#include "base/text.h"
#include "ocr/ocr.h"

enum { SCAN_BYTES_MOST = 64 << 20 };

/* Words of the sample letter that a reading must hold. */
static const char *const letter_words[] = {"Rohde",       "Marktplatz",     "Aktenzeichen",
                                           "gesetzliche", "Schriftverkehr", "Baumgarten"};
enum { LETTER_WORDS = sizeof letter_words / sizeof letter_words[0] };

static struct ocr *start_reading(int64_t cpu_s)
{
    const struct ocr_options options = {
        .languages = "deu",
        .page_wall_ms = 120000,
        .page_ocr_ms = 60000,
        .page_cpu_s = cpu_s,
        .page_memory = 1024LL << 20,
        .page_pixels_most = 100000000,
        .page_side_most = 32768,
        .scan_bytes_most = SCAN_BYTES_MOST,
        .scan_pages_most = 3,
        .render_dpi = 300,
        .separators = "PATCHT,ADAR-NEXTDOC",
        .stickers = "ASN#,TAG:",
    };
    struct fault fault = {0};
    struct ocr *ocr = NULL;
    if (ocr_start(&options, &ocr, &fault) != STATUS_OK)
        fprintf(stderr, "%s\n", fault.text);
    return ocr;
}

static int setup(void **state)
{
    *state = start_reading(120);
    return *state == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    ocr_stop((struct ocr **)state);
    return 0;
}

/* Submits the bytes and waits for the end; pages on the way are counted. */
static void read_scan(struct ocr *ocr, const void *bytes, size_t length, struct ocr_event *event,
                      uint32_t *ret_pages_told)
{
    struct fault fault = {0};
    int file = memfd_create("scan", MFD_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(durable_write(file, bytes, length, &fault), STATUS_OK);
    assert_int_equal(ocr_submit(ocr, file, length, &fault), STATUS_OK);
    close(file);
    for (*ret_pages_told = 0;;) {
        struct pollfd entry = {.fd = ocr_file(ocr), .events = POLLIN};
        assert_true(poll(&entry, 1, -1) > 0 || errno == EINTR);
        assert_int_equal(ocr_take(ocr, event, &fault), STATUS_OK);
        if (event->kind == OCR_EVENT_DONE || event->kind == OCR_EVENT_FAILED)
            return;
        *ret_pages_told += event->kind == OCR_EVENT_PAGE;
        ocr_event_done(event);
    }
}

static char *sample_path(const char *name)
{
    struct text path = {0};
    text_append_format(&path, "%s/tests/samples/drop/%s", getenv("SOURCE_DIR"), name);
    return text_take(&path);
}

static void load_sample(const char *name, char **ret_bytes, size_t *ret_length)
{
    struct fault fault = {0};
    char *path = sample_path(name);
    if (file_read(path, SCAN_BYTES_MOST, ret_bytes, ret_length, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    free(path);
}

static PIX *letter_image(void)
{
    char *bytes = NULL;
    size_t length = 0;
    load_sample("Neubrandenburg/scan00004.tif", &bytes, &length);
    PIX *image = pixReadMem((const l_uint8 *)bytes, length);
    free(bytes);
    assert_non_null(image);
    pixSetResolution(image, 300, 300);
    return image;
}

static void assert_is_the_letter(const char *name, const struct ocr_event *event)
{
    if (event->kind != OCR_EVENT_DONE)
        fail_msg("%s: %s", name, event->fault.text);
    assert_int_equal(event->document_count, 1);
    for (size_t i = 0; i < LETTER_WORDS; i++)
        if (strstr(event->documents[0].text, letter_words[i]) == NULL)
            fail_msg("%s: no \"%s\" in: %s", name, letter_words[i], event->documents[0].text);
}

/* The PDF's own text layer holds the words, and qpdf finds nothing wrong with it. */
static void assert_pdf_is_searchable(const char *name, const struct ocr_document *document)
{
    struct fault fault = {0};
    assert_int_equal(
        durable_write_file("out.pdf", document->pdf, document->pdf_length, 0600, &fault),
        STATUS_OK);
    if (system("qpdf --check out.pdf >qpdf.txt 2>&1 && pdftotext out.pdf out.txt") != 0)
        fail_msg("%s: qpdf or pdftotext is not content", name);
    char *text = NULL;
    size_t length = 0;
    assert_int_equal(file_read("out.txt", SCAN_BYTES_MOST, &text, &length, &fault), STATUS_OK);
    for (size_t i = 0; i < LETTER_WORDS; i++)
        if (strstr(text, letter_words[i]) == NULL)
            fail_msg("%s: pdftotext does not find \"%s\" in: %s", name, letter_words[i], text);
    free(text);
}

static const struct codec {
    const char *name;
    l_int32 format; /* Leptonica's */
    l_int32 depth;  /* bits a pixel */
} codecs[] = {
    {"TIFF uncompressed", IFF_TIFF,          1 },
    {"TIFF G3",           IFF_TIFF_G3,       1 },
    {"TIFF G4",           IFF_TIFF_G4,       1 },
    {"TIFF PackBits",     IFF_TIFF_PACKBITS, 1 },
    {"TIFF LZW grey",     IFF_TIFF_LZW,      8 },
    {"TIFF Deflate grey", IFF_TIFF_ZIP,      8 },
    {"TIFF LZW colour",   IFF_TIFF_LZW,      32},
    {"TIFF JPEG",         IFF_TIFF_JPEG,     8 },
    {"PNG",               IFF_PNG,           1 },
    {"JPEG",              IFF_JFIF_JPEG,     8 },
};

static PIX *at_depth(PIX *image, l_int32 depth)
{
    return depth == 1 ? pixConvertTo1(image, 128)
                      : (depth == 8 ? pixConvertTo8(image, 0) : pixConvertTo32(image));
}

static void every_codec_gives_the_words_and_a_searchable_pdf(void **state)
{
    PIX *image = letter_image();
    for (size_t i = 0; i < sizeof codecs / sizeof codecs[0]; i++) {
        PIX *copy = at_depth(image, codecs[i].depth);
        l_uint8 *bytes = NULL;
        size_t length = 0;
        pixSetResolution(copy, 300, 300);
        assert_int_equal(pixWriteMem(&bytes, &length, copy, codecs[i].format), 0);
        struct ocr_event event = {0};
        uint32_t told = 0;
        read_scan(*state, bytes, length, &event, &told);
        assert_is_the_letter(codecs[i].name, &event);
        assert_int_equal(told, 1);
        assert_int_equal(event.scan_page_count, 1);
        assert_pdf_is_searchable(codecs[i].name, &event.documents[0]);
        // The raster went in as it came: the PDF is hardly larger than the scan.
        if (codecs[i].format != IFF_TIFF && event.documents[0].pdf_length > length * 2 + 65536)
            fail_msg("%s: %zu bytes became %zu", codecs[i].name, length,
                     event.documents[0].pdf_length);
        ocr_event_done(&event);
        pixDestroy(&copy);
        lept_free(bytes);
    }
    pixDestroy(&image);
}

static void a_page_is_read_whichever_way_it_was_scanned(void **state)
{
    PIX *image = letter_image();
    for (l_int32 quarter = 0; quarter < 4; quarter++) {
        PIX *turned = pixRotateOrth(image, quarter);
        l_uint8 *bytes = NULL;
        size_t length = 0;
        pixSetResolution(turned, 300, 300);
        assert_int_equal(pixWriteMem(&bytes, &length, turned, IFF_TIFF_G4), 0);
        struct ocr_event event = {0};
        uint32_t told = 0;
        read_scan(*state, bytes, length, &event, &told);
        assert_is_the_letter("turned", &event);
        assert_int_equal(event.documents[0].reading.pages[0].rotation, (4 - quarter) % 4 * 90);
        assert_pdf_is_searchable("turned", &event.documents[0]);
        ocr_event_done(&event);
        pixDestroy(&turned);
        lept_free(bytes);
    }
    pixDestroy(&image);
}

/* Little-endian TIFF of one strip whose header promises `width` x `height` and holds nothing. */
static size_t write_hollow_tiff(uint8_t *bytes, uint32_t width, uint32_t height)
{
    static const uint16_t tags[][2] = {
        {256, 4},
        {257, 4},
        {258, 3},
        {259, 3},
        {262, 3},
        {273, 4},
        {277, 3},
        {278, 4},
        {279, 4}
    };
    const uint32_t values[] = {width, height, 1, 1, 0, 8, 1, height, 64};
    struct byte_writer writer = {0};
    byte_writer_raw(&writer, "II*\0", 4);
    byte_writer_u32(&writer, 8);
    byte_writer_u16(&writer, 9);
    for (size_t i = 0; i < 9; i++) {
        byte_writer_u16(&writer, tags[i][0]);
        byte_writer_u16(&writer, tags[i][1]);
        byte_writer_u32(&writer, 1);
        byte_writer_u32(&writer, values[i]);
    }
    byte_writer_u32(&writer, 0);
    size_t length = writer.length;
    memcpy(bytes, writer.bytes, length);
    byte_writer_done(&writer);
    return length;
}

static void assert_refused(struct ocr *ocr, const char *name, const void *bytes, size_t length,
                           const char *word)
{
    struct ocr_event event = {0};
    uint32_t told = 0;
    read_scan(ocr, bytes, length, &event, &told);
    if (event.kind != OCR_EVENT_FAILED || event.fault.status != STATUS_REFUSE)
        fail_msg("%s: not refused but %s", name, status_name(event.fault.status));
    if (strstr(event.fault.text, word) == NULL)
        fail_msg("%s: no \"%s\" in: %s", name, word, event.fault.text);
    ocr_event_done(&event);
}

static void what_cannot_be_read_is_refused_with_the_reason(void **state)
{
    static const char no_pages[] = "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
                                   "2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
                                   "trailer\n<</Root 1 0 R/Size 3>>\n%%EOF\n";
    char *bytes = NULL;
    size_t length = 0;
    load_sample("Waren/Kontoauszuege.pdf", &bytes, &length);
    assert_refused(*state, "encrypted PDF", bytes, length, "Kennwort");
    free(bytes);
    load_sample("Neubrandenburg/Notiz.txt", &bytes, &length);
    assert_refused(*state, "text", bytes, length, "TIFF");
    free(bytes);
    uint8_t hollow[256];
    length = write_hollow_tiff(hollow, 60000, 60000);
    assert_refused(*state, "60,000 x 60,000 pixels", hollow, length, "zu groß");
    length = write_hollow_tiff(hollow, 0, 100);
    assert_refused(*state, "no width", hollow, length, "TIFF");
    static const struct {
        const char *name, *bytes;
        size_t length;
        const char *reason;
    } cases[] = {
        {"a PDF without pages", no_pages,                  sizeof no_pages - 1, "keine Seiten"},
        {"a PDF of its head",   "%PDF-1.4\n1 0 obj\n<<",   18,                  "beschädigt" },
        {"a PNG of its head",   "\x89PNG\r\n\x1A\n\0\0\0", 11,                  "PNG"         },
        {"a JPEG of its head",  "\xFF\xD8\xFF\xE0\0",      5,                   "JPEG"        },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_refused(*state, cases[i].name, cases[i].bytes, cases[i].length, cases[i].reason);
}

static void every_page_is_read_and_too_many_are_refused(void **state)
{
    PIX *image = letter_image();
    PIX *small = pixScale(image, 0.5F, 0.5F);
    PIXA *pages = pixaCreate(4);
    for (int count = 1; count <= 4; count++) {
        pixaAddPix(pages, small, L_COPY);
        if (count < 3)
            continue;
        l_uint8 *bytes = NULL;
        size_t length = 0;
        assert_int_equal(pixaWriteMemMultipageTiff(&bytes, &length, pages), 0);
        struct ocr_event event = {0};
        uint32_t told = 0;
        if (count == 3) {
            read_scan(*state, bytes, length, &event, &told);
            assert_int_equal(event.kind, OCR_EVENT_DONE);
            assert_int_equal(told, 3);
            assert_int_equal(event.scan_page_count, 3);
            assert_int_equal(event.documents[0].reading.page_count, 3);
            ocr_event_done(&event);
        } else {
            assert_refused(*state, "four pages of three", bytes, length, "Seiten");
        }
        lept_free(bytes);
    }
    pixaDestroy(&pages);
    pixDestroy(&small);
    pixDestroy(&image);
}

static void a_scan_can_be_given_up_and_the_next_is_read(void **state)
{
    char *bytes = NULL;
    size_t length = 0;
    struct fault fault = {0};
    load_sample("Neubrandenburg/scan00004.tif", &bytes, &length);
    int file = memfd_create("scan", MFD_CLOEXEC);
    assert_int_equal(durable_write(file, bytes, length, &fault), STATUS_OK);
    assert_int_equal(ocr_submit(*state, file, length, &fault), STATUS_OK);
    assert_int_equal(ocr_submit(*state, file, length, &fault), STATUS_LATER);
    close(file);
    ocr_cancel(*state);
    struct ocr_event event = {0};
    uint32_t told = 0;
    read_scan(*state, bytes, length, &event, &told);
    assert_is_the_letter("after one given up", &event);
    ocr_event_done(&event);
    free(bytes);
}

/* A PDF of one page that takes many seconds to draw. */
static char *page_of_curves(size_t *ret_length)
{
    enum { CURVES = 600000 };
    struct text content = {0};
    struct text pdf = {0};
    text_append(&content, "0.1 w\n");
    for (unsigned i = 0; i < CURVES; i++)
        text_append_format(&content, "%u %u m %u %u %u %u %u %u c S\n", i % 595, i % 842,
                           i * 7 % 595, i * 3 % 842, i * 11 % 595, i * 5 % 842, i * 13 % 595,
                           i % 839);
    text_append_format(&pdf,
                       "%%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
                       "2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
                       "3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents"
                       " 4 0 R >>\nendobj\n4 0 obj\n<< /Length %zu >>\nstream\n",
                       content.length);
    text_append_bytes(&pdf, content.bytes, content.length);
    text_append(&pdf, "\nendstream\nendobj\ntrailer\n<< /Size 5 /Root 1 0 R >>\n%%EOF\n");
    text_done(&content);
    *ret_length = pdf.length;
    return text_take(&pdf);
}

static int64_t processor_ms_of_children(void)
{
    struct rusage used;
    assert_int_equal(getrusage(RUSAGE_CHILDREN, &used), 0);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * (int64_t)1000 +
           (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
}

/* The second chance, without words, is brief. */
static void a_page_that_cannot_be_drawn_costs_its_time_once(void **state)
{
    enum { CPU_S = 4, KEEPING_S = 1, REST_MS = 1500 };
    (void)state;
    struct ocr *ocr = start_reading(CPU_S);
    struct ocr_event event = {0};
    uint32_t pages = 0;
    size_t length = 0;
    char *pdf = page_of_curves(&length);
    int64_t before = processor_ms_of_children();
    read_scan(ocr, pdf, length, &event, &pages);
    free(pdf);
    assert_int_equal(event.kind, OCR_EVENT_FAILED);
    assert_non_null(strstr(event.fault.text, "processor time"));
    ocr_event_done(&event);
    ocr_stop(&ocr); // its children are counted when it has ended
    int64_t used = processor_ms_of_children() - before;
    if (used > (CPU_S + KEEPING_S) * 1000 + REST_MS)
        fail_msg("it took %lld ms of processor time", (long long)used);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_codec_gives_the_words_and_a_searchable_pdf),
        cmocka_unit_test(a_page_is_read_whichever_way_it_was_scanned),
        cmocka_unit_test(what_cannot_be_read_is_refused_with_the_reason),
        cmocka_unit_test(every_page_is_read_and_too_many_are_refused),
        cmocka_unit_test(a_page_that_cannot_be_drawn_costs_its_time_once),
        cmocka_unit_test(a_scan_can_be_given_up_and_the_next_is_read),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
