/* small_files.c - see small_files.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdint.h>
#include <string.h>

#include "tests/ingest/small_files.h"

enum { TIFF_SIDE = 16, STRIP_BYTES_OF_PAGE = TIFF_SIDE * TIFF_SIDE };

/* ---- TIFF ----------------------------------------------------------------------------------- */

struct tiff_writer {
    struct text *file;
    const struct small_tiff *wanted;
};

static void put(const struct tiff_writer *writer, uint64_t number, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        size_t shift = 8 * (writer->wanted->is_big_endian ? bytes - 1 - i : i);
        text_append_char(writer->file, (char)(unsigned char)(number >> shift));
    }
}

static size_t offset_bytes(const struct tiff_writer *writer)
{
    return writer->wanted->is_big ? 8 : 4;
}

/* A field with one value, or with several at `offset`. */
static void put_field(const struct tiff_writer *writer, unsigned tag, unsigned type, uint64_t count,
                      uint64_t value)
{
    put(writer, tag, 2);
    put(writer, type, 2);
    put(writer, count, offset_bytes(writer));
    size_t width = type == 3 && count == 1 ? 2 : offset_bytes(writer);
    put(writer, value, width);
    put(writer, 0, offset_bytes(writer) - width);
}

static void put_image(const struct tiff_writer *writer)
{
    for (int i = 0; i < STRIP_BYTES_OF_PAGE; i++)
        text_append_char(writer->file, (char)(writer->wanted->shade + i % 7));
}

enum { FIELDS = 9 };

static uint64_t directory_bytes(const struct tiff_writer *writer)
{
    bool big = writer->wanted->is_big;
    return (big ? 8U : 2U) + FIELDS * (big ? 20U : 12U) + offset_bytes(writer);
}

/* The directory and the two arrays behind it; `image` is where the strips begin. */
static void put_directory(const struct tiff_writer *writer, uint64_t image, bool is_last,
                          uint64_t bytes_before_next)
{
    unsigned strips = writer->wanted->strips;
    unsigned width = (unsigned)offset_bytes(writer);
    unsigned long_type = writer->wanted->is_big ? 16 : 4;
    uint64_t arrays = writer->file->length + directory_bytes(writer);
    uint64_t strip_bytes = STRIP_BYTES_OF_PAGE / strips;
    put(writer, FIELDS, writer->wanted->is_big ? 8 : 2);
    put_field(writer, 256, 3, 1, TIFF_SIDE);
    put_field(writer, 257, 3, 1, TIFF_SIDE);
    put_field(writer, 258, 3, 1, 8);
    put_field(writer, 259, 3, 1, 1);
    put_field(writer, 262, 3, 1, 1);
    put_field(writer, 273, long_type, strips, strips == 1 ? image : arrays);
    put_field(writer, 277, 3, 1, 1);
    put_field(writer, 278, 3, 1, TIFF_SIDE / strips);
    put_field(writer, 279, long_type, strips,
              strips == 1 ? strip_bytes : arrays + (uint64_t)strips * width);
    uint64_t array_bytes = strips == 1 ? 0 : 2 * (uint64_t)strips * width;
    put(writer, is_last ? 0 : arrays + array_bytes + bytes_before_next, width);
    for (unsigned i = 0; strips > 1 && i < strips; i++)
        put(writer, image + i * strip_bytes, width);
    for (unsigned i = 0; strips > 1 && i < strips; i++)
        put(writer, strip_bytes, width);
}

void small_tiff(struct text *file, const struct small_tiff *wanted)
{
    struct tiff_writer writer = {.file = file, .wanted = wanted};
    bool image_first = wanted->order == SMALL_TIFF_IMAGE_FIRST;
    text_append(file, wanted->is_big_endian ? "MM" : "II");
    put(&writer, wanted->is_big ? 43 : 42, 2);
    if (wanted->is_big) {
        put(&writer, 8, 2);
        put(&writer, 0, 2);
    }
    size_t width = offset_bytes(&writer);
    uint64_t head = file->length + width;
    put(&writer, image_first ? head + STRIP_BYTES_OF_PAGE : head, width);
    uint64_t array_bytes = wanted->strips == 1 ? 0 : 2 * (uint64_t)wanted->strips * width;
    for (unsigned page = 0; page < wanted->pages; page++) {
        bool is_last = page + 1 == wanted->pages;
        if (image_first)
            put_image(&writer);
        uint64_t image = image_first ? file->length - STRIP_BYTES_OF_PAGE
                                     : file->length + directory_bytes(&writer) + array_bytes;
        put_directory(&writer, image, is_last, STRIP_BYTES_OF_PAGE);
        if (!image_first)
            put_image(&writer);
    }
}

/* ---- PNG ------------------------------------------------------------------------------------ */

static void put_big(struct text *file, uint32_t number)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        text_append_char(file, (char)(unsigned char)(number >> shift));
}

/* CRC-32 of ISO 3309, as ISO 15948 annex D has it, bit by bit. */
static uint32_t crc32_of(const char *bytes, size_t length)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < length; i++) {
        crc ^= (unsigned char)bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320U : crc >> 1;
    }
    return ~crc;
}

static void put_chunk(struct text *file, const char *type, const char *bytes, size_t length)
{
    put_big(file, (uint32_t)length);
    size_t start = file->length;
    text_append_bytes(file, type, 4);
    text_append_bytes(file, bytes, length);
    put_big(file, crc32_of(file->bytes + start, file->length - start));
}

void small_png(struct text *file, unsigned char shade)
{
    static const char signature[] = "\x89PNG\r\n\x1A\n";
    static const char header[] = {0, 0, 0, 2, 0, 0, 0, 2, 8, 0, 0, 0, 0}; // 2 x 2, 8 bit grey
    char rows[] = {0, (char)shade, 1, 0, 2, 3};
    uint32_t a = 1; // Adler-32, RFC 1950
    uint32_t b = 0;
    for (size_t i = 0; i < sizeof rows; i++) {
        a = (a + (unsigned char)rows[i]) % 65521;
        b = (b + a) % 65521;
    }
    struct text image = {0};
    text_append_bytes(&image, "\x78\x01\x01\x06\x00\xF9\xFF", 7); // one stored block of 6 bytes
    text_append_bytes(&image, rows, sizeof rows);
    put_big(&image, b << 16 | a);
    text_append_bytes(file, signature, 8);
    put_chunk(file, "IHDR", header, sizeof header);
    put_chunk(file, "IDAT", image.bytes, image.length);
    put_chunk(file, "IEND", "", 0);
    text_done(&image);
}

/* ---- PDF ------------------------------------------------------------------------------------ */

void small_pdf(struct text *file, const char *words)
{
    struct text content = {0};
    text_append_format(&content, "BT /F1 24 Tf 72 700 Td (%s) Tj ET", words);
    enum { OBJECTS = 5 };
    size_t offsets[OBJECTS];
    size_t start = file->length;
    text_append(file, "%PDF-1.4\n");
    for (int i = 0; i < OBJECTS; i++) {
        static const char *const objects[] = {
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R\n"
            "/Resources << /Font << /F1 5 0 R >> >> >>",
            NULL,
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        };
        offsets[i] = file->length - start;
        text_append_format(file, "%d 0 obj\n", i + 1);
        if (objects[i] != NULL)
            text_append(file, objects[i]);
        else
            text_append_format(file, "<< /Length %zu >>\nstream\n%s\nendstream", content.length,
                               content.bytes);
        text_append(file, "\nendobj\n");
    }
    size_t table = file->length - start;
    text_append_format(file, "xref\n0 %d\n0000000000 65535 f \n", OBJECTS + 1);
    for (int i = 0; i < OBJECTS; i++)
        text_append_format(file, "%010zu 00000 n \n", offsets[i]);
    text_append_format(file, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n",
                       OBJECTS + 1, table);
    text_done(&content);
}

/* ---- JPEG ----------------------------------------------------------------------------------- */

static void put_segment(struct text *file, unsigned marker, const void *bytes, size_t length)
{
    text_append_char(file, (char)0xFF);
    text_append_char(file, (char)(unsigned char)marker);
    text_append_char(file, (char)(unsigned char)((length + 2) >> 8));
    text_append_char(file, (char)(unsigned char)(length + 2));
    text_append_bytes(file, bytes, length);
}

/* The picture alone: one table of each kind, with one code a table. */
static void put_picture(struct text *file, unsigned char shade)
{
    static const unsigned char frame[] = {8, 0, 8, 0, 8, 1, 1, 0x11, 0};
    static const unsigned char scan[] = {1, 1, 0x00, 0, 63, 0};
    unsigned char quantisation[65] = {0};
    memset(quantisation + 1, 1 + shade % 200, sizeof quantisation - 1);
    // Code lengths: one code of one bit in each table. DC: 0 bits follow; AC: end of block.
    unsigned char dc[1 + 16 + 1] = {0x00, 1};
    unsigned char ac[1 + 16 + 1] = {0x10, 1};
    text_append_bytes(file, "\xFF\xD8", 2);
    put_segment(file, 0xDB, quantisation, sizeof quantisation);
    put_segment(file, 0xC0, frame, sizeof frame);
    put_segment(file, 0xC4, dc, sizeof dc);
    put_segment(file, 0xC4, ac, sizeof ac);
    put_segment(file, 0xDA, scan, sizeof scan);
    text_append_bytes(file, "\x3F\xFF\xD9", 3); // two codes of a 0 bit, filled with ones; EOI
}

void small_jpeg(struct text *file, unsigned char shade)
{
    struct text preview = {0};
    text_append_bytes(&preview, "Exif\0\0", 6);
    put_picture(&preview, shade);
    struct text picture = {0};
    put_picture(&picture, shade);
    text_append_bytes(file, "\xFF\xD8", 2);
    put_segment(file, 0xE1, preview.bytes, preview.length);
    text_append_bytes(file, picture.bytes + 2, picture.length - 2);
    text_done(&preview);
    text_done(&picture);
}
