/* test_tiff_kinds.c - the less usual kinds of TIFF: samples of any depth and format, colours other
 * than RGB, JPEG of the old style, and faxes that are not coded as their header says. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/format.h"
#include "ocr/tiff_colours.h"
#include "ocr/tiff_memory.h"
#include "ocr/tiff_samples.h"
#include "tests/ocr/sheet.h"

static void samples_of_every_depth_become_eight_bits(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint16_t bits, format;
        uint8_t row[24];
        size_t index;
        unsigned expected;
    } rows[] = {
        {"1 bit",              1,  SAMPLEFORMAT_UINT,   {0x20},                         2, 255},
        {"2 bit",              2,  SAMPLEFORMAT_UINT,   {0x1B},                         2, 170},
        {"3 bit over a byte",  3,  SAMPLEFORMAT_UINT,   {0x03, 0x80},                   2, 255},
        {"5 bit",              5,  SAMPLEFORMAT_UINT,   {0xF8},                         0, 255},
        {"7 bit",              7,  SAMPLEFORMAT_UINT,   {0x01, 0x00},                   1, 128},
        {"8 bit",              8,  SAMPLEFORMAT_UINT,   {1, 2, 3},                      2, 3  },
        {"8 bit, no format",   8,  SAMPLEFORMAT_VOID,   {1, 2, 3},                      1, 2  },
        {"8 bit signed",       8,  SAMPLEFORMAT_INT,    {0x80, 0x00, 0x7F},             1, 128},
        {"8 bit signed least", 8,  SAMPLEFORMAT_INT,    {0x80},                         0, 0  },
        {"10 bit",             10, SAMPLEFORMAT_UINT,   {0x00, 0x3F, 0xF0},             1, 255},
        {"12 bit",             12, SAMPLEFORMAT_UINT,   {0x00, 0x08, 0x00},             1, 128},
        {"16 bit",             16, SAMPLEFORMAT_UINT,   {0, 0, 0xFF, 0x40},             1, 64 },
        {"16 bit signed",      16, SAMPLEFORMAT_INT,    {0, 0},                         0, 128},
        {"24 bit",             24, SAMPLEFORMAT_UINT,   {0, 0, 0, 1, 2, 3},             1, 3  },
        {"31 bit",             31, SAMPLEFORMAT_UINT,   {0, 0, 0, 1, 0xFE, 0, 0, 0},    1, 255},
        {"32 bit",             32, SAMPLEFORMAT_UINT,   {9, 9, 9, 200},                 0, 200},
        {"64 bit",             64, SAMPLEFORMAT_UINT,   {9, 9, 9, 9, 9, 9, 9, 77},      0, 77 },
        {"half of 1",          16, SAMPLEFORMAT_IEEEFP, {0x00, 0x38},                   0, 128},
        {"half of none",       16, SAMPLEFORMAT_IEEEFP, {0x00, 0x7E},                   0, 0  },
        {"3 bytes of 1",       24, SAMPLEFORMAT_IEEEFP, {0x00, 0x00, 0x3F},             0, 255},
        {"float of 0.2",       32, SAMPLEFORMAT_IEEEFP, {0xCD, 0xCC, 0x4C, 0x3E},       0, 51 },
        {"double of 0.5",      64, SAMPLEFORMAT_IEEEFP, {0, 0, 0, 0, 0, 0, 0xE0, 0x3F}, 0, 128},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tiff_samples samples = {rows[i].bits, rows[i].format, 0, 1};
        unsigned value = tiff_samples_8(&samples, rows[i].row, rows[i].index);
        if (!tiff_samples_are_known(rows[i].bits, rows[i].format) || value != rows[i].expected)
            fail_msg("%s: %u", rows[i].name, value);
    }
    assert_false(tiff_samples_are_known(0, SAMPLEFORMAT_UINT));
    assert_false(tiff_samples_are_known(33, SAMPLEFORMAT_UINT));
    assert_false(tiff_samples_are_known(8, SAMPLEFORMAT_IEEEFP));
    assert_false(tiff_samples_are_known(32, SAMPLEFORMAT_COMPLEXIEEEFP));
}

static void floating_point_is_spread_over_its_range(void **state)
{
    (void)state;
    const float values[] = {-100.0F, 0.0F, 300.0F, (float)NAN};
    struct tiff_samples samples = {32, SAMPLEFORMAT_IEEEFP, 0, 1};
    for (size_t i = 0; i < 4; i++)
        tiff_samples_measure(&samples, (const uint8_t *)values, i);
    const unsigned expected[] = {0, 64, 255, 0};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(tiff_samples_8(&samples, (const uint8_t *)values, i), expected[i]);
}

static enum status load(const struct byte_writer *file, struct picture *ret_picture,
                        struct fault *fault)
{
    struct source source = {file->bytes, file->length};
    struct ocr_options options = sheet_options();
    return format_tiff.load(&source, &options, 0, ret_picture, fault);
}

/* --- colours --- */

enum { SIDE = 32 };

/* How a page of YCbCr is laid out. */
struct layout {
    const char *name;
    uint16_t across, down, planar;
    uint32_t tile;
};

/* A chunk of the page: the upper half of each is white, the lower half of colour (Y 76, Cb 85,
 * Cr 255), which is a pure red in JFIF's sense. */
static size_t fill_chunk(const struct layout *layout, uint32_t side, int plane, uint8_t *bytes)
{
    size_t at = 0;
    uint32_t across = layout->across, down = layout->down;
    if (layout->planar == PLANARCONFIG_SEPARATE && plane == 0) {
        for (; at < (size_t)side * side; at++)
            bytes[at] = at < (size_t)side * side / 2 ? 255 : 76;
        return at;
    }
    const uint8_t red[2] = {85, 255};
    for (uint32_t cell = 0; cell < side / across * (side / down); cell++) {
        bool is_white = cell < side / across * (side / down) / 2;
        for (uint32_t i = 0; plane < 0 && i < across * down; i++)
            bytes[at++] = is_white ? 255 : 76;
        for (int i = 0; i < 2; i++)
            if (plane < 0 || plane == i + 1)
                bytes[at++] = is_white ? 128 : red[i];
    }
    return at;
}

static struct byte_writer ycbcr_file(const struct layout *layout)
{
    struct tiff_memory memory;
    TIFF *tiff = tiff_memory_write(&memory);
    uint32_t side = layout->tile > 0 ? layout->tile : SIDE, count = SIDE / side * (SIDE / side);
    uint8_t bytes[SIDE * SIDE * 3];
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, SIDE);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, SIDE);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 3);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_YCBCR);
    TIFFSetField(tiff, TIFFTAG_YCBCRSUBSAMPLING, layout->across, layout->down);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, layout->planar);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_LZW);
    if (layout->tile > 0) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, layout->tile);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, layout->tile);
    } else {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, SIDE);
    }
    bool is_apart = layout->planar == PLANARCONFIG_SEPARATE;
    for (int plane = is_apart ? 0 : -1; plane < (is_apart ? 3 : 0); plane++)
        for (uint32_t i = 0; i < count; i++) {
            size_t size = fill_chunk(layout, side, plane, bytes);
            uint32_t index = (plane < 0 ? 0 : (uint32_t)plane) * count + i;
            if (layout->tile > 0)
                TIFFWriteEncodedTile(tiff, index, bytes, (tmsize_t)size);
            else
                TIFFWriteEncodedStrip(tiff, index, bytes, (tmsize_t)size);
        }
    TIFFClose(tiff);
    return memory.written;
}

static void luminance_and_differences_are_put_together(void **state)
{
    (void)state;
    static const struct layout rows[] = {
        {"1 x 1",           1, 1, PLANARCONFIG_CONTIG,   0 },
        {"2 x 1",           2, 1, PLANARCONFIG_CONTIG,   0 },
        {"2 x 2",           2, 2, PLANARCONFIG_CONTIG,   0 },
        {"4 x 4",           4, 4, PLANARCONFIG_CONTIG,   0 },
        {"2 x 2 in tiles",  2, 2, PLANARCONFIG_CONTIG,   16},
        {"1 x 1 in planes", 1, 1, PLANARCONFIG_SEPARATE, 0 },
        {"2 x 2 in planes", 2, 2, PLANARCONFIG_SEPARATE, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct byte_writer file = ycbcr_file(&rows[i]);
        struct picture picture = {0};
        struct fault fault = {0};
        l_uint32 white = 0, red = 0;
        uint32_t side = rows[i].tile > 0 ? rows[i].tile : SIDE;
        enum status status = load(&file, &picture, &fault);
        if (status != STATUS_OK || picture.rows_lost > 0)
            fail_msg("%s: %s, %u rows lost", rows[i].name, fault.text, picture.rows_lost);
        assert_int_equal(picture.raster.colours, 3);
        pixGetPixel(picture.pix, SIDE - 1, (int)side / 2 - 1, &white);
        pixGetPixel(picture.pix, SIDE - 1, (int)side / 2, &red);
        // Luminance as Leptonica weighs it: red counts for 0.3 (of 255: 76).
        if (white < 253 || red < 70 || red > 82)
            fail_msg("%s: white is %u, red %u", rows[i].name, white, red);
        picture_done(&picture);
        byte_writer_done(&file);
    }
}

static void inks_and_lab_become_red_green_and_blue(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool is_lab, is_offset;
        l_uint32 samples, expected;
    } rows[] = {
        {"no ink",          false, false, 0x00000000, 0xFFFFFF00},
        {"black ink",       false, false, 0x000000FF, 0x00000000},
        {"cyan and yellow", false, false, 0xFF00FF00, 0x00FF0000},
        {"white",           true,  false, 0xFF000000, 0xFFFFFF00},
        {"black",           true,  false, 0x00000000, 0x00000000},
        {"red",             true,  false, 0x8B514600, 0xFF000000},
        {"red, ICC",        true,  true,  0x8BD1C600, 0xFF000000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PIX *pix = pixCreate(2, 1, 32);
        pixGetData(pix)[1] = rows[i].samples;
        if (rows[i].is_lab)
            tiff_cielab_to_rgb(pix, rows[i].is_offset);
        else
            tiff_cmyk_to_rgb(pix);
        for (unsigned shift = 8; shift <= 24; shift += 8) {
            int got = (int)(pixGetData(pix)[1] >> shift & 0xFFU);
            int expected = (int)(rows[i].expected >> shift & 0xFFU);
            if (abs(got - expected) > 8)
                fail_msg("%s: %08x", rows[i].name, pixGetData(pix)[1]);
        }
        pixDestroy(&pix);
    }
}

/* --- faxes and JPEG of the old style --- */

/* Changes the value of a tag of type SHORT in the first directory of a little-endian TIFF. */
static void change_tag(struct byte_writer *file, uint16_t tag, uint16_t value)
{
    uint32_t directory = 0;
    uint16_t count = 0, found = 0;
    memcpy(&directory, file->bytes + 4, sizeof directory);
    memcpy(&count, file->bytes + directory, sizeof count);
    for (uint16_t i = 0; i < count; i++) {
        uint8_t *entry = file->bytes + directory + 2 + 12 * (size_t)i;
        memcpy(&found, entry, sizeof found);
        if (found == tag)
            memcpy(entry + 8, &value, sizeof value);
    }
}

static void faxes_without_ends_of_lines_are_read(void **state)
{
    (void)state;
    PIX *page = sheet_line("Telefax");
    struct sheet_tiff how = {.compression = COMPRESSION_CCITTRLE};
    struct byte_writer file = sheet_tiff_file(page, &how, 1);
    change_tag(&file, TIFFTAG_COMPRESSION, COMPRESSION_CCITTFAX3);
    struct picture picture = {0};
    struct fault fault = {0};
    l_int32 is_same = 0;
    if (load(&file, &picture, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    pixEqual(page, picture.pix, &is_same);
    assert_true(is_same);
    picture_done(&picture);
    byte_writer_done(&file);
    pixDestroy(&page);
}

static void write_entry(struct byte_writer *file, uint16_t tag, uint16_t type, uint32_t value)
{
    byte_writer_u16(file, tag);
    byte_writer_u16(file, type);
    byte_writer_u32(file, 1);
    byte_writer_u32(file, value);
}

/* A TIFF whose directory names a whole JPEG behind it; `off` bytes behind its beginning. */
static struct byte_writer old_jpeg_file(const struct byte_writer *jpeg, PIX *page, uint32_t off)
{
    enum { ENTRIES = 9, START = 8 + 2 + ENTRIES * 12 + 4 };
    struct byte_writer file = {0};
    byte_writer_raw(&file, "II\x2A\0\x08\0\0\0", 8);
    byte_writer_u16(&file, ENTRIES);
    write_entry(&file, TIFFTAG_IMAGEWIDTH, TIFF_LONG, (uint32_t)pixGetWidth(page));
    write_entry(&file, TIFFTAG_IMAGELENGTH, TIFF_LONG, (uint32_t)pixGetHeight(page));
    write_entry(&file, TIFFTAG_BITSPERSAMPLE, TIFF_SHORT, 8);
    write_entry(&file, TIFFTAG_COMPRESSION, TIFF_SHORT, COMPRESSION_OJPEG);
    write_entry(&file, TIFFTAG_PHOTOMETRIC, TIFF_SHORT, PHOTOMETRIC_MINISBLACK);
    write_entry(&file, TIFFTAG_STRIPOFFSETS, TIFF_LONG, START);
    write_entry(&file, TIFFTAG_STRIPBYTECOUNTS, TIFF_LONG, (uint32_t)jpeg->length);
    write_entry(&file, TIFFTAG_JPEGIFOFFSET, TIFF_LONG, START + off);
    write_entry(&file, TIFFTAG_JPEGIFBYTECOUNT, TIFF_LONG, (uint32_t)jpeg->length - off);
    byte_writer_u32(&file, 0);
    byte_writer_raw(&file, jpeg->bytes, jpeg->length);
    return file;
}

static void jpeg_of_the_old_style_is_kept_as_it_came(void **state)
{
    (void)state;
    PIX *line = sheet_line("Seite"), *page = pixConvertTo8(line, 0);
    struct byte_writer jpeg = sheet_jpeg_file(page);
    const uint32_t offs[] = {0, 6};
    for (size_t i = 0; i < 2; i++) {
        struct byte_writer file = old_jpeg_file(&jpeg, page, offs[i]);
        struct picture picture = {0};
        struct fault fault = {0};
        if (load(&file, &picture, &fault) != STATUS_OK)
            fail_msg("%u bytes off: %s", offs[i], fault.text);
        assert_int_equal(picture.raster.filter, RASTER_JPEG);
        assert_int_equal(picture.raster.length, jpeg.length);
        assert_memory_equal(picture.raster.bytes, jpeg.bytes, jpeg.length);
        picture_done(&picture);
        byte_writer_done(&file);
    }
    byte_writer_done(&jpeg);
    pixDestroy(&page);
    pixDestroy(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_of_every_depth_become_eight_bits),
        cmocka_unit_test(floating_point_is_spread_over_its_range),
        cmocka_unit_test(luminance_and_differences_are_put_together),
        cmocka_unit_test(inks_and_lab_become_red_green_and_blue),
        cmocka_unit_test(faxes_without_ends_of_lines_are_read),
        cmocka_unit_test(jpeg_of_the_old_style_is_kept_as_it_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
