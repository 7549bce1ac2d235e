/* test_archive.c - what the archive's PDF keeps of a scan: the very image that was scanned, the
 * words, hardly a byte besides, and a picture of pages that were never on paper. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/durable.h"
#include "ocr/tiff_memory.h"
#include "tests/ocr/sheet.h"

enum { FILE_BYTES_MOST = 16 << 20, ADDED_BYTES_MOST = 12000, ADDED_PERCENT_MOST = 15 };

static int setup(void **state)
{
    struct ocr_options options = sheet_options();
    struct fault fault = {0};
    if (ocr_start(&options, (struct ocr **)state, &fault) == STATUS_OK)
        return 0;
    fprintf(stderr, "%s\n", fault.text);
    return -1;
}

static int teardown(void **state)
{
    ocr_stop((struct ocr **)state);
    return 0;
}

/* Reads the scan and leaves its document in out.pdf, the text of that in out.txt, and its images
 * in image-000.* …; the caller ends the event. */
static void archive(struct ocr *ocr, const struct byte_writer *scan, struct ocr_event *event)
{
    struct fault fault = {0};
    int file = memfd_create("scan", MFD_CLOEXEC);
    assert_int_equal(durable_write(file, scan->bytes, scan->length, &fault), STATUS_OK);
    assert_int_equal(ocr_submit(ocr, file, scan->length, &fault), STATUS_OK);
    close(file);
    *event = (struct ocr_event){0};
    while (event->kind != OCR_EVENT_DONE) {
        struct pollfd entry = {.fd = ocr_file(ocr), .events = POLLIN};
        ocr_event_done(event);
        assert_true(poll(&entry, 1, -1) > 0 || errno == EINTR);
        assert_int_equal(ocr_take(ocr, event, &fault), STATUS_OK);
        assert_int_not_equal(event->kind, OCR_EVENT_FAILED);
    }
    assert_int_equal(event->document_count, 1);
    const struct ocr_document *document = &event->documents[0];
    assert_int_equal(
        durable_write_file("out.pdf", document->pdf, document->pdf_length, 0600, &fault),
        STATUS_OK);
    assert_int_equal(system("rm -f image-* && qpdf --check out.pdf >qpdf.txt 2>&1 && "
                            "pdftotext out.pdf out.txt && pdfimages -all out.pdf image"),
                     0);
}

static struct byte_writer load(const char *path)
{
    char *bytes = NULL;
    size_t length = 0;
    struct byte_writer file = {0};
    if (file_read(path, FILE_BYTES_MOST, &bytes, &length, NULL) != STATUS_OK)
        fail_msg("there is no %s", path);
    byte_writer_raw(&file, bytes, length);
    free(bytes);
    return file;
}

static void assert_text_holds(const char *name, const char *const *words)
{
    struct byte_writer text = load("out.txt");
    for (; *words != NULL; words++)
        if (memmem(text.bytes, text.length, *words, strlen(*words)) == NULL)
            fail_msg("%s: pdftotext does not find \"%s\"", name, *words);
    byte_writer_done(&text);
}

static struct byte_writer fax_file(PIX *page)
{
    return sheet_tiff_file(page, &(struct sheet_tiff){.compression = COMPRESSION_CCITTFAX4}, 1);
}

static struct byte_writer pdf_file(PIX *page)
{
    return sheet_pdf_file(page, NULL, 1);
}

/* What we made ourselves comes in again: a PDF with hidden text behind its image. */
static struct byte_writer own_pdf_file(PIX *page)
{
    (void)page;
    return load("out.pdf");
}

static void the_image_is_the_scanned_one_bit_for_bit(void **state)
{
    static const struct {
        const char *name;
        struct byte_writer (*make)(PIX *page);
        const char *image;
    } rows[] = {
        {"G4 in a TIFF",        fax_file,        "image-000.ccitt"},
        {"G4 in a PDF",         pdf_file,        "image-000.ccitt"},
        {"G4 in a PDF of ours", own_pdf_file,    "image-000.ccitt"},
        {"JPEG",                sheet_jpeg_file, "image-000.jpg"  },
        {"JPEG in our PDF",     own_pdf_file,    "image-000.jpg"  },
    };
    PIX *page = sheet_letter();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct byte_writer scan = rows[i].make(page);
        struct ocr_event event;
        archive(*state, &scan, &event);
        struct byte_writer image = load(rows[i].image);
        if (image.length == 0 || memmem(scan.bytes, scan.length, image.bytes, image.length) == NULL)
            fail_msg("%s: the image in the archive is another", rows[i].name);
        size_t most = image.length + image.length * ADDED_PERCENT_MOST / 100 + ADDED_BYTES_MOST;
        if (event.documents[0].pdf_length > most)
            fail_msg("%s: %zu bytes of image became a PDF of %zu", rows[i].name, image.length,
                     event.documents[0].pdf_length);
        assert_text_holds(rows[i].name, sheet_words);
        byte_writer_done(&image);
        byte_writer_done(&scan);
        ocr_event_done(&event);
    }
    pixDestroy(&page);
}

/* The smallest box around all ink of the picture. */
static struct reading_box ink_of(const char *path)
{
    PIX *image = pixRead(path);
    PIX *bits = image == NULL ? NULL : pixConvertTo1(image, 128);
    BOX *box = NULL;
    if (bits == NULL || pixClipToForeground(bits, NULL, &box) != 0 || box == NULL)
        fail_msg("nothing is to be seen in %s", path);
    struct reading_box ink = {0};
    boxGetGeometry(box, &ink.left, &ink.top, &ink.width, &ink.height);
    boxDestroy(&box);
    pixDestroy(&bits);
    pixDestroy(&image);
    return ink;
}

/* Its font is not in the file, and the child that draws it opens none. */
static void a_page_that_was_never_on_paper_is_a_picture_with_its_words(void **state)
{
    static const char *const words[] = {"Guten", "Behrendt", NULL};
    struct byte_writer scan = sheet_pdf_file(NULL, "Guten Tag, Frau Behrendt", 1);
    struct ocr_event event;
    archive(*state, &scan, &event);
    assert_text_holds("drawn", words);
    assert_non_null(
        memmem(event.documents[0].pdf, event.documents[0].pdf_length, "pdfaid:part", 11));
    assert_null(memmem(event.documents[0].pdf, event.documents[0].pdf_length, "/Helvetica", 10));
    const struct reading_page *page = &event.documents[0].reading.pages[0];
    assert_int_equal(page->word_count, 4);
    assert_int_equal(page->flags, 0);
    const struct reading_box *first = &page->words[0].box, *last = &page->words[3].box;
    assert_int_equal(system("pdfimages -tiff out.pdf drawn"), 0);
    struct reading_box ink = ink_of("drawn-000.tif");
    assert_in_range(ink.left, first->left, first->left + 10);
    assert_in_range(ink.left + ink.width, last->left + last->width - 20,
                    last->left + last->width + 5);
    assert_in_range(ink.top, first->top, first->top + first->height / 2);
    byte_writer_done(&scan);
    ocr_event_done(&event);
}

static void print(struct byte_writer *writer, const char *text)
{
    byte_writer_raw(writer, text, strlen(text));
}

/* The header of a JBIG2 segment of page 1 (ITU-T T.88, 7.2), whose data are to follow. */
static void begin_segment(struct byte_writer *stream, uint32_t number, uint8_t kind, size_t length)
{
    const uint8_t header[] = {0, 0, 0, (uint8_t)number,        kind,           0,
                              1, 0, 0, (uint8_t)(length >> 8), (uint8_t)length};
    byte_writer_raw(stream, header, sizeof header);
}

static void put_u32(struct byte_writer *stream, uint32_t value)
{
    const uint8_t bytes[] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                             (uint8_t)value};
    byte_writer_raw(stream, bytes, sizeof bytes);
}

static void put_zeros(struct byte_writer *stream, size_t count)
{
    static const uint8_t zeros[32];
    byte_writer_raw(stream, zeros, count);
}

/* The page as one generic region, coded as MMR; before it, perhaps, a dictionary of symbols. */
static struct byte_writer jbig2_stream(PIX *page, bool has_symbols)
{
    enum { PAGE_INFORMATION = 48, SYMBOL_DICTIONARY = 0, GENERIC_REGION = 38, MMR = 1 };
    struct byte_writer stream = {0};
    uint8_t *bytes = NULL;
    size_t length = 0;
    assert_int_equal(tiff_memory_encode_g4(page, &bytes, &length, NULL), STATUS_OK);
    begin_segment(&stream, 0, PAGE_INFORMATION, 19);
    put_u32(&stream, (uint32_t)pixGetWidth(page));
    put_u32(&stream, (uint32_t)pixGetHeight(page));
    put_zeros(&stream, 11);
    if (has_symbols) {
        begin_segment(&stream, 1, SYMBOL_DICTIONARY, 18);
        put_zeros(&stream, 18);
    }
    begin_segment(&stream, 2, GENERIC_REGION, 18 + length);
    put_u32(&stream, (uint32_t)pixGetWidth(page));
    put_u32(&stream, (uint32_t)pixGetHeight(page));
    put_zeros(&stream, 9);
    byte_writer_raw(&stream, (const uint8_t[]){MMR}, 1);
    byte_writer_raw(&stream, bytes, length);
    free(bytes);
    return stream;
}

static struct byte_writer jbig2_pdf(PIX *page, bool has_symbols)
{
    struct byte_writer stream = jbig2_stream(page, has_symbols), pdf = {0};
    char image[256];
    double width = pixGetWidth(page) * 72.0 / SHEET_DPI;
    double height = pixGetHeight(page) * 72.0 / SHEET_DPI;
    print(&pdf, "%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n"
                "2 0 obj << /Type /Pages /Count 1 /Kids [4 0 R] >> endobj\n");
    (void)snprintf(image, sizeof image,
                   "3 0 obj << /Type /XObject /Subtype /Image /Width %d /Height %d "
                   "/BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /JBIG2Decode "
                   "/Length %zu >> stream\n",
                   pixGetWidth(page), pixGetHeight(page), stream.length);
    print(&pdf, image);
    byte_writer_raw(&pdf, stream.bytes, stream.length);
    (void)snprintf(image, sizeof image,
                   "\nendstream endobj\n4 0 obj << /Type /Page /Parent 2 0 R "
                   "/MediaBox [0 0 %.3f %.3f] /Contents 5 0 R /Resources << /XObject << /I 3 0 R "
                   ">> >> >> endobj\n",
                   width, height);
    print(&pdf, image);
    char content[64];
    int length = snprintf(content, sizeof content, "q %.3f 0 0 %.3f 0 0 cm /I Do Q", width, height);
    (void)snprintf(image, sizeof image, "5 0 obj << /Length %d >> stream\n%s\nendstream endobj\n",
                   length, content);
    print(&pdf, image);
    print(&pdf, "trailer << /Root 1 0 R /Size 6 >>\n%%EOF\n");
    byte_writer_done(&stream);
    return pdf;
}

/* BSI TR-03138 A.SC.12: what may have swapped signs is said so, and is not written on. */
static void jbig2_is_read_flagged_where_it_has_symbols_and_never_written(void **state)
{
    // Poppler's MMR leaves bars further down.
    static const char *const words[] = {"geehrte", "beantrage", NULL};
    PIX *page = sheet_letter();
    for (int has_symbols = 0; has_symbols <= 1; has_symbols++) {
        const char *name = has_symbols ? "with symbols" : "without symbols";
        struct byte_writer scan = jbig2_pdf(page, has_symbols);
        struct ocr_event event;
        archive(*state, &scan, &event);
        const struct ocr_document *document = &event.documents[0];
        if (memmem(document->pdf, document->pdf_length, "JBIG2", 5) != NULL)
            fail_msg("%s: there is JBIG2 in the archive", name);
        assert_int_equal(document->reading.pages[0].flags & READING_PAGE_SYMBOL_CODED,
                         has_symbols ? READING_PAGE_SYMBOL_CODED : 0);
        if (!has_symbols) // this dictionary is too empty to be decoded
            assert_text_holds(name, words);
        byte_writer_done(&scan);
        ocr_event_done(&event);
    }
    pixDestroy(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_image_is_the_scanned_one_bit_for_bit),
        cmocka_unit_test(a_page_that_was_never_on_paper_is_a_picture_with_its_words),
        cmocka_unit_test(jbig2_is_read_flagged_where_it_has_symbols_and_never_written),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
