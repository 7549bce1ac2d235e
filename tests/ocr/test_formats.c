/* test_formats.c - every codec, layout and depth that scanners write comes back pixel for pixel,
 * and what breaks a limit is refused before it is decoded. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "ocr/format.h"
#include "ocr/jpeg.h"
#include "ocr/tiff_memory.h"
#include "tests/ocr/sheet.h"

/* How far a grey value may be off: lossy codecs and few bits. */
enum { EXACT = 0, LOSSY = 60 };

static const struct tiff_case {
    const char *name;
    struct sheet_tiff how;
    int tolerance;
    enum raster_filter filter; /* what goes into the archive */
} tiff_cases[] = {
    {"uncompressed",                     {0},                                                          EXACT, RASTER_G4       },
    {"min-is-black",                     {.photometric = PHOTOMETRIC_MINISBLACK},                      EXACT, RASTER_G4       },
    {"PackBits",                         {.compression = COMPRESSION_PACKBITS, .rows_per_strip = 17},  EXACT, RASTER_G4       },
    {"CCITT RLE",                        {.compression = COMPRESSION_CCITTRLE},                        EXACT, RASTER_G4       },
    {"G3",                               {.compression = COMPRESSION_CCITTFAX3, .rows_per_strip = 50}, EXACT, RASTER_G4       },
    {"G4 in one strip",                  {.compression = COMPRESSION_CCITTFAX4},                       EXACT, RASTER_G4       },
    {"G4 min-is-black",
     {.compression = COMPRESSION_CCITTFAX4, .photometric = PHOTOMETRIC_MINISBLACK},
     EXACT,                                                                                                   RASTER_G4       },
    {"G4 in strips",
     {.compression = COMPRESSION_CCITTFAX4, .rows_per_strip = 33},
     EXACT,                                                                                                   RASTER_G4       },
    {"G4 in tiles",                      {.compression = COMPRESSION_CCITTFAX4, .tile = 64},           EXACT, RASTER_G4       },
    {"G4 with bits the other way round",
     {.compression = COMPRESSION_CCITTFAX4, .fill_order = FILLORDER_LSB2MSB},
     EXACT,                                                                                                   RASTER_G4       },
    {"LZW",                              {.compression = COMPRESSION_LZW},                             EXACT, RASTER_G4       },
    {"Deflate",                          {.compression = COMPRESSION_ADOBE_DEFLATE},                   EXACT, RASTER_G4       },
    {"2 bit",                            {.bits = 2, .photometric = PHOTOMETRIC_MINISBLACK},           EXACT, RASTER_FLATE_PNG},
    {"4 bit",                            {.bits = 4, .photometric = PHOTOMETRIC_MINISBLACK},           EXACT, RASTER_FLATE_PNG},
    {"8 bit",                            {.bits = 8, .photometric = PHOTOMETRIC_MINISBLACK},           EXACT, RASTER_FLATE_PNG},
    {"8 bit min-is-white",               {.bits = 8},                                                  EXACT, RASTER_FLATE_PNG},
    {"16 bit",                           {.bits = 16, .photometric = PHOTOMETRIC_MINISBLACK},          EXACT, RASTER_FLATE_PNG},
    {"palette of 4 bit",                 {.bits = 4, .photometric = PHOTOMETRIC_PALETTE},              EXACT, RASTER_FLATE_PNG},
    {"palette of 1 bit",                 {.bits = 1, .photometric = PHOTOMETRIC_PALETTE},              EXACT, RASTER_FLATE_PNG},
    {"RGB",                              {.bits = 8, .samples = 3, .photometric = PHOTOMETRIC_RGB},    EXACT, RASTER_FLATE_PNG},
    {"RGB LZW in tiles",
     {.bits = 8,
      .samples = 3,
      .photometric = PHOTOMETRIC_RGB,
      .compression = COMPRESSION_LZW,
      .tile = 48},
     EXACT,                                                                                                   RASTER_FLATE_PNG},
    {"RGB in planes",
     {.bits = 8, .samples = 3, .photometric = PHOTOMETRIC_RGB, .planar = PLANARCONFIG_SEPARATE},
     EXACT,                                                                                                   RASTER_FLATE_PNG},
    {"RGB of 16 bit in planes of tiles",
     {.bits = 16,
      .samples = 3,
      .photometric = PHOTOMETRIC_RGB,
      .planar = PLANARCONFIG_SEPARATE,
      .tile = 64},
     EXACT,                                                                                                   RASTER_FLATE_PNG},
    {"CMYK",
     {.bits = 8, .samples = 4, .photometric = PHOTOMETRIC_SEPARATED},
     EXACT,                                                                                                   RASTER_FLATE_PNG},
    {"JPEG grey",
     {.bits = 8, .photometric = PHOTOMETRIC_MINISBLACK, .compression = COMPRESSION_JPEG},
     LOSSY,                                                                                                   RASTER_JPEG     },
    {"JPEG grey in strips",
     {.bits = 8,
      .photometric = PHOTOMETRIC_MINISBLACK,
      .compression = COMPRESSION_JPEG,
      .rows_per_strip = 16},
     LOSSY,                                                                                                   RASTER_JPEG     },
    {"JPEG RGB in strips",
     {.bits = 8,
      .samples = 3,
      .photometric = PHOTOMETRIC_RGB,
      .compression = COMPRESSION_JPEG,
      .rows_per_strip = 32},
     LOSSY,                                                                                                   RASTER_JPEG     },
    {"JPEG in tiles",
     {.bits = 8,
      .photometric = PHOTOMETRIC_MINISBLACK,
      .compression = COMPRESSION_JPEG,
      .tile = 64},
     LOSSY,                                                                                                   RASTER_FLATE_PNG},
};

static enum status load_bytes(const struct byte_writer *file, uint32_t index,
                              struct picture *ret_picture, struct fault *fault)
{
    struct source source = {file->bytes, file->length};
    struct ocr_options options = sheet_options();
    const struct format *format = format_of(&source);
    uint32_t pages = 0;
    assert_non_null(format);
    enum status status = format->count(&source, &options, &pages, fault);
    return status == STATUS_OK ? format->load(&source, &options, index, ret_picture, fault)
                               : status;
}

/* The largest difference between the pictures as grey, on a page whose ink is black. */
static int difference(PIX *one, PIX *two)
{
    PIX *left = pixConvertTo8(one, 0), *right = pixConvertTo8(two, 0);
    l_uint32 a = 0, b = 0;
    int largest = 0;
    assert_int_equal(pixGetWidth(left), pixGetWidth(right));
    assert_int_equal(pixGetHeight(left), pixGetHeight(right));
    for (int y = 0; y < pixGetHeight(left); y++)
        for (int x = 0; x < pixGetWidth(left); x++) {
            pixGetPixel(left, x, y, &a);
            pixGetPixel(right, x, y, &b);
            int off = abs((int)a - (int)b);
            largest = off > largest ? off : largest;
        }
    pixDestroy(&left);
    pixDestroy(&right);
    return largest;
}

static void every_kind_of_tiff_comes_back_pixel_for_pixel(void **state)
{
    (void)state;
    PIX *page = sheet_line("Posteingang 4711");
    for (size_t i = 0; i < sizeof tiff_cases / sizeof tiff_cases[0]; i++) {
        const struct tiff_case *row = &tiff_cases[i];
        struct byte_writer file = sheet_tiff_file(page, &row->how, 1);
        struct picture picture = {0};
        struct fault fault = {0};
        if (load_bytes(&file, 0, &picture, &fault) != STATUS_OK)
            fail_msg("%s: %s", row->name, fault.text);
        int off = difference(page, picture.pix);
        if (off > row->tolerance || picture.rows_lost != 0)
            fail_msg("%s: pixels are off by %d, %u rows lost", row->name, off, picture.rows_lost);
        if (picture.raster.filter != row->filter || picture.raster.length == 0 ||
            picture.raster.width != pixGetWidth(page))
            fail_msg("%s: archived by filter %u", row->name, picture.raster.filter);
        assert_int_equal((int)picture.dpi_x, SHEET_DPI);
        picture_done(&picture);
        byte_writer_done(&file);
    }
    pixDestroy(&page);
}

/* What the archive's filter holds, decoded by a reader of its own. */
static PIX *decode_raster(const struct raster *raster)
{
    if (raster->filter == RASTER_JPEG)
        return pixReadMemJpeg(raster->bytes, raster->length, 0, 1, NULL, 0);
    assert_int_equal(raster->filter, RASTER_G4);
    struct tiff_memory memory;
    TIFF *tiff = tiff_memory_write(&memory);
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, (uint32_t)raster->width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, (uint32_t)raster->height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 1);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_CCITTFAX4);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, (uint32_t)raster->height);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC,
                 raster->black_is_one ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_MINISWHITE);
    TIFFWriteRawStrip(tiff, 0, raster->bytes, (tmsize_t)raster->length);
    TIFFClose(tiff);
    PIX *pix = pixReadMemTiff(memory.written.bytes, memory.written.length, 0);
    tiff_memory_done(&memory);
    return pix;
}

static void the_archived_raster_shows_the_same_pixels(void **state)
{
    (void)state;
    PIX *page = sheet_line("Posteingang 4711");
    for (size_t i = 0; i < sizeof tiff_cases / sizeof tiff_cases[0]; i++) {
        const struct tiff_case *row = &tiff_cases[i];
        if (row->filter == RASTER_FLATE_PNG)
            continue; // a PNG of ours, whose pixels Leptonica wrote
        struct byte_writer file = sheet_tiff_file(page, &row->how, 1);
        struct picture picture = {0};
        assert_int_equal(load_bytes(&file, 0, &picture, NULL), STATUS_OK);
        PIX *decoded = decode_raster(&picture.raster);
        if (decoded == NULL || difference(page, decoded) > row->tolerance)
            fail_msg("%s: the archived raster is another picture", row->name);
        pixDestroy(&decoded);
        picture_done(&picture);
        byte_writer_done(&file);
    }
    pixDestroy(&page);
}

static void orientation_tags_turn_and_mirror(void **state)
{
    (void)state;
    static const struct {
        unsigned orientation;
        int quarters; /* that undo it, after mirroring */
        bool is_mirrored;
    } rows[] = {
        {1, 0, false},
        {2, 0, true },
        {3, 2, false},
        {4, 2, true },
        {5, 3, true },
        {6, 1, false},
        {7, 1, true },
        {8, 3, false}
    };
    PIX *upright = sheet_line("Posteingang");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        // What a camera held that way would have stored.
        PIX *stored = pixRotateOrth(upright, (4 - rows[i].quarters) % 4);
        if (rows[i].is_mirrored)
            pixFlipLR(stored, stored);
        struct sheet_tiff how = {.orientation = (uint16_t)rows[i].orientation};
        struct byte_writer file = sheet_tiff_file(stored, &how, 1);
        struct picture picture = {0};
        assert_int_equal(load_bytes(&file, 0, &picture, NULL), STATUS_OK);
        assert_int_equal(placement_apply(picture.placement, &picture.pix, NULL), STATUS_OK);
        if (difference(upright, picture.pix) != 0)
            fail_msg("orientation %u is not undone", rows[i].orientation);
        picture_done(&picture);
        byte_writer_done(&file);
        pixDestroy(&stored);
    }
    pixDestroy(&upright);
}

static void every_directory_is_a_page_also_a_broken_one(void **state)
{
    (void)state;
    PIX *page = sheet_line("Seite");
    struct sheet_tiff how = {.compression = COMPRESSION_CCITTFAX4};
    struct byte_writer file = sheet_tiff_file(page, &how, 3);
    struct source source = {file.bytes, file.length};
    struct ocr_options options = sheet_options();
    uint32_t pages = 0;
    assert_int_equal(format_tiff.count(&source, &options, &pages, NULL), STATUS_OK);
    assert_int_equal(pages, 3);

    source.length -= 40; // cuts into the last directory
    assert_int_equal(format_tiff.count(&source, &options, &pages, NULL), STATUS_OK);
    assert_int_equal(pages, 3);
    struct picture picture = {0};
    assert_int_equal(format_tiff.load(&source, &options, 1, &picture, NULL), STATUS_OK);
    picture_done(&picture);
    assert_int_equal(format_tiff.load(&source, &options, 2, &picture, NULL), STATUS_REFUSE);

    options.scan_pages_most = 2;
    source.length += 40;
    struct fault fault = {0};
    assert_int_equal(format_tiff.count(&source, &options, &pages, &fault), STATUS_REFUSE);
    assert_non_null(strstr(fault.text, "2 Seiten"));
    byte_writer_done(&file);
    pixDestroy(&page);
}

static void directories_that_loop_end(void **state)
{
    (void)state;
    PIX *page = sheet_line("Seite");
    struct byte_writer file = sheet_tiff_file(page, &(struct sheet_tiff){0}, 1);
    // The offset of the next directory stands behind the 12-byte entries of the first.
    uint32_t first = 0;
    uint16_t entries = 0;
    memcpy(&first, file.bytes + 4, sizeof first);
    memcpy(&entries, file.bytes + first, sizeof entries);
    memcpy(file.bytes + first + 2 + 12U * entries, &first, sizeof first);
    struct source source = {file.bytes, file.length};
    struct ocr_options options = sheet_options();
    uint32_t pages = 0;
    assert_int_equal(format_tiff.count(&source, &options, &pages, NULL), STATUS_OK);
    assert_true(pages <= 2);
    byte_writer_done(&file);
    pixDestroy(&page);
}

/* A TIFF header alone, with nothing behind it that could be decoded. */
static struct byte_writer header_only(uint32_t width, uint32_t height, uint16_t compression,
                                      uint16_t bits, uint16_t samples)
{
    struct tiff_memory memory;
    TIFF *tiff = tiff_memory_write(&memory);
    uint8_t byte = 0;
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, samples);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, compression);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, height);
    TIFFWriteRawStrip(tiff, 0, &byte, 1);
    TIFFClose(tiff);
    return memory.written;
}

static void headers_beyond_the_limits_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t width, height;
        uint16_t compression, bits, samples;
        const char *says;
    } rows[] = {
        {"too wide",         40000, 10,    COMPRESSION_NONE,        1,  1,   "zu groß"},
        {"too high",         10,    40000, COMPRESSION_NONE,        1,  1,   "zu groß"},
        {"too many pixels",  32000, 32000, COMPRESSION_NONE,        1,  1,   "zu groß"},
        {"too many samples", 10,    10,    COMPRESSION_NONE,        8,  200, "Farben"  },
        {"33 bit",           10,    10,    COMPRESSION_NONE,        33, 1,   "Farben"  },
        {"ThunderScan",      16,    10,    COMPRESSION_THUNDERSCAN, 4,  1,   "gepackt" },
        {"NeXT",             16,    10,    COMPRESSION_NEXT,        2,  1,   "gepackt" },
        {"PixarLog",         16,    10,    COMPRESSION_PIXARLOG,    8,  1,   "gepackt" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct byte_writer file = header_only(rows[i].width, rows[i].height, rows[i].compression,
                                              rows[i].bits, rows[i].samples);
        struct picture picture = {0};
        struct fault fault = {0};
        enum status status = load_bytes(&file, 0, &picture, &fault);
        if (status != STATUS_REFUSE || strstr(fault.text, rows[i].says) == NULL)
            fail_msg("%s: %s, \"%s\"", rows[i].name, status_name(status), fault.text);
        byte_writer_done(&file);
    }
}

static void a_lost_strip_is_counted_and_the_others_kept(void **state)
{
    (void)state;
    PIX *page = sheet_line("Seite");
    struct sheet_tiff how = {.compression = COMPRESSION_ADOBE_DEFLATE, .rows_per_strip = 50};
    struct byte_writer file = sheet_tiff_file(page, &how, 1);
    memset(file.bytes + 8, 0xFF, 20); // the first strip's data
    struct picture picture = {0};
    assert_int_equal(load_bytes(&file, 0, &picture, NULL), STATUS_OK);
    assert_int_equal(picture.rows_lost, 50);
    picture_done(&picture);
    byte_writer_done(&file);
    pixDestroy(&page);
}

static void png_and_jpeg_keep_their_own_bytes(void **state)
{
    (void)state;
    PIX *page = sheet_line("Posteingang");
    struct byte_writer jpeg = sheet_jpeg_file(page), png = sheet_png_file(page);
    struct picture picture = {0};
    assert_int_equal(load_bytes(&jpeg, 0, &picture, NULL), STATUS_OK);
    assert_int_equal(picture.raster.filter, RASTER_JPEG);
    assert_int_equal(picture.raster.length, jpeg.length);
    assert_memory_equal(picture.raster.bytes, jpeg.bytes, jpeg.length);
    assert_int_equal((int)picture.dpi_x, SHEET_DPI);
    picture_done(&picture);

    assert_int_equal(load_bytes(&png, 0, &picture, NULL), STATUS_OK);
    assert_int_equal(picture.raster.filter, RASTER_FLATE_PNG);
    assert_non_null(memmem(png.bytes, png.length, picture.raster.bytes, picture.raster.length));
    assert_int_equal(difference(page, picture.pix), 0);
    picture_done(&picture);
    byte_writer_done(&jpeg);
    byte_writer_done(&png);
    pixDestroy(&page);
}

static void exif_orientation_is_read(void **state)
{
    (void)state;
    // APP1 with a small TIFF of one entry in either byte order, put behind SOI.
    static const uint8_t little[] = "\xFF\xE1\x00\x22"
                                    "Exif\0\0"
                                    "II\x2A\0\x08\0\0\0"
                                    "\x01\0"
                                    "\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"
                                    "\0\0\0\0";
    static const uint8_t big[] = "\xFF\xE1\x00\x22"
                                 "Exif\0\0"
                                 "MM\0\x2A\0\0\0\x08"
                                 "\0\x01"
                                 "\x01\x12\0\x03\0\0\0\x01\0\x03\0\0"
                                 "\0\0\0\0";
    static const struct {
        const uint8_t *segment;
        unsigned orientation;
    } rows[] = {
        {little, 6},
        {big,    3}
    };
    PIX *page = sheet_line("Posteingang");
    struct byte_writer jpeg = sheet_jpeg_file(page);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct byte_writer file = {0};
        struct jpeg_header header = {0};
        byte_writer_raw(&file, jpeg.bytes, 2);
        byte_writer_raw(&file, rows[i].segment, 36);
        byte_writer_raw(&file, jpeg.bytes + 2, jpeg.length - 2);
        assert_true(jpeg_header_read(file.bytes, file.length, &header));
        assert_int_equal(header.orientation, rows[i].orientation);
        for (size_t length = 0; length < 60; length++) // no read beyond a cut
            (void)jpeg_header_read(file.bytes, length, &header);
        byte_writer_done(&file);
    }
    byte_writer_done(&jpeg);
    pixDestroy(&page);
}

static void a_scanned_pdf_page_is_lifted_as_it_is(void **state)
{
    (void)state;
    PIX *page = sheet_line("Posteingang");
    struct byte_writer pdf = sheet_pdf_file(page, NULL, 2);
    struct picture picture = {0};
    assert_int_equal(load_bytes(&pdf, 1, &picture, NULL), STATUS_OK);
    assert_false(picture.has_words);
    assert_int_equal(difference(page, picture.pix), 0);
    assert_int_equal((int)(picture.dpi_x + 0.5), SHEET_DPI);
    assert_int_equal(picture.raster.filter, RASTER_NONE);
    picture_done(&picture);
    byte_writer_done(&pdf);
    pixDestroy(&page);
}

static void a_born_digital_page_brings_its_words(void **state)
{
    (void)state;
    static const char *const expected[] = {"Gr\xC3\xBC\xC3\x9F"
                                           "e",
                                           "aus", "Neustrelitz", "2026"};
    struct byte_writer pdf = sheet_pdf_file(NULL,
                                            "Gr\xFC\xDF"
                                            "e aus Neustrelitz 2026",
                                            1);
    struct picture picture = {0};
    assert_int_equal(load_bytes(&pdf, 0, &picture, NULL), STATUS_OK);
    assert_true(picture.has_words);
    assert_int_equal(picture.words.word_count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct reading_word *word = &picture.words.words[i];
        assert_string_equal(word->text, expected[i]);
        assert_int_equal(word->from, READING_SOURCE_TEXT_LAYER);
        assert_true(word->box.width > 0 && word->box.height > 0);
        assert_true(i == 0 || word->box.left > picture.words.words[i - 1].box.left);
    }
    picture_done(&picture);
    byte_writer_done(&pdf);
}

static void files_are_known_by_their_content(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        const char *name; /* NULL: nobody's */
        const char *says;
    } rows[] = {
        {"II*\0\x08\0\0\0",   8,  "TIFF", NULL              },
        {"MM\0*\0\0\0\x08",   8,  "TIFF", NULL              },
        {"%PDF-1.4\n",        9,  "PDF",  NULL              },
        {"\n\n%PDF-1.4\n",    11, "PDF",  NULL              },
        {"\xFF\xD8\xFF\xE0",  4,  "JPEG", NULL              },
        {"\x89PNG\r\n\x1A\n", 8,  "PNG",  NULL              },
        {"GIF89a",            6,  NULL,   "GIF"             },
        {"PK\3\4",            4,  NULL,   "ZIP"             },
        {"",                  0,  NULL,   "leer"            },
        {"Hallo",             5,  NULL,   "keine Scan-Datei"},
        {"%PD",               3,  NULL,   "keine Scan-Datei"},
        {"II*",               3,  NULL,   "keine Scan-Datei"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct source source = {(const uint8_t *)rows[i].bytes, rows[i].length};
        const struct format *format = format_of(&source);
        if (rows[i].name != NULL) {
            assert_non_null(format);
            assert_string_equal(format->name, rows[i].name);
            continue;
        }
        struct fault fault = {0};
        assert_null(format);
        assert_int_equal(format_refuse_unknown(&source, &fault), STATUS_REFUSE);
        if (strstr(fault.text, rows[i].says) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", fault.text, rows[i].says);
    }
}

int main(void)
{
    setMsgSeverity(L_SEVERITY_NONE);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_tiff_comes_back_pixel_for_pixel),
        cmocka_unit_test(the_archived_raster_shows_the_same_pixels),
        cmocka_unit_test(orientation_tags_turn_and_mirror),
        cmocka_unit_test(every_directory_is_a_page_also_a_broken_one),
        cmocka_unit_test(directories_that_loop_end),
        cmocka_unit_test(headers_beyond_the_limits_are_refused),
        cmocka_unit_test(a_lost_strip_is_counted_and_the_others_kept),
        cmocka_unit_test(png_and_jpeg_keep_their_own_bytes),
        cmocka_unit_test(exif_orientation_is_read),
        cmocka_unit_test(a_scanned_pdf_page_is_lifted_as_it_is),
        cmocka_unit_test(a_born_digital_page_brings_its_words),
        cmocka_unit_test(files_are_known_by_their_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
