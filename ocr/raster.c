/* raster.c - the page as it goes into the archive: its encoded form between processes, and the
 * lossless forms for pages whose own bytes PDF cannot hold (see picture.h).
 *
 * One bit a pixel becomes CCITT G4. Everything else is written as PNG in memory, whose
 * compressed rows PDF takes as they are (FlateDecode with PNG predictors, ISO 32000-1 7.4.4.4).
 * Limit: 16-bit samples have been cut to 8 by the decoders. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/picture.h"
#include "ocr/tiff_memory.h"

enum {
    ZLIB_LEVEL = 4,           /* most of the gain at a third of the time of level 6 */
    LEPTONICA_ZLIB_BASE = 10, /* pixSetSpecial(): 10 + level */
    PNG_HEADER_BYTES = 8,
    PNG_CHUNK_BYTES = 12, /* length, type, CRC */
    PNG_IHDR_BYTES = 13,
};

void raster_done(struct raster *raster)
{
    free(raster->bytes);
    *raster = (struct raster){0};
}

void raster_encode(const struct raster *raster, struct byte_writer *writer)
{
    byte_writer_u8(writer, raster->filter);
    byte_writer_u8(writer, raster->colours);
    byte_writer_u8(writer, raster->bits);
    byte_writer_u8(writer, raster->black_is_one);
    byte_writer_u8(writer, raster->is_inverted);
    byte_writer_i32(writer, raster->width);
    byte_writer_i32(writer, raster->height);
    byte_writer_i64(writer, llround(raster->dpi_x * 1000));
    byte_writer_i64(writer, llround(raster->dpi_y * 1000));
    byte_writer_u16(writer, raster->palette_count);
    byte_writer_raw(writer, raster->palette, (size_t)raster->palette_count * 3);
    byte_writer_u64(writer, raster->length);
    byte_writer_raw(writer, raster->bytes, raster->length);
}

static bool is_sound(const struct raster *raster)
{
    if (raster->filter == RASTER_NONE)
        return raster->palette_count <= RASTER_PALETTE_MOST;
    return raster->filter <= RASTER_FLATE_PNG && raster->width > 0 && raster->height > 0 &&
           raster->width <= READING_PIXELS_PER_SIDE_MOST &&
           raster->height <= READING_PIXELS_PER_SIDE_MOST && raster->dpi_x > 0 &&
           raster->dpi_y > 0 && raster->palette_count <= RASTER_PALETTE_MOST &&
           (raster->colours == 1 || raster->colours == 3 || raster->colours == 4) &&
           (raster->bits == 1 || raster->bits == 2 || raster->bits == 4 || raster->bits == 8 ||
            raster->bits == 16);
}

void raster_decode(struct byte_reader *reader, struct raster *ret_raster)
{
    struct raster raster = {0};
    raster.filter = byte_reader_u8(reader);
    raster.colours = byte_reader_u8(reader);
    raster.bits = byte_reader_u8(reader);
    raster.black_is_one = byte_reader_u8(reader) != 0;
    raster.is_inverted = byte_reader_u8(reader) != 0;
    raster.width = byte_reader_i32(reader);
    raster.height = byte_reader_i32(reader);
    raster.dpi_x = (double)byte_reader_i64(reader) / 1000;
    raster.dpi_y = (double)byte_reader_i64(reader) / 1000;
    raster.palette_count = byte_reader_u16(reader);
    if (reader->failed || !is_sound(&raster)) {
        reader->failed = true;
        return;
    }
    byte_reader_raw(reader, raster.palette, (size_t)raster.palette_count * 3);
    uint64_t length = byte_reader_u64(reader);
    const uint8_t *bytes = byte_reader_borrow(reader, length);
    if (bytes == NULL)
        return;
    raster.bytes = malloc(length == 0 ? 1 : length);
    if (raster.bytes == NULL) {
        reader->failed = true;
        return;
    }
    memcpy(raster.bytes, bytes, length);
    raster.length = length;
    *ret_raster = raster;
}

static uint32_t big_endian_u32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Takes one chunk of a PNG into the raster; `body` holds `length` bytes. */
static void take_png_chunk(const uint8_t *type, const uint8_t *body, size_t length,
                           struct raster *raster)
{
    static const uint8_t colours_of_type[] = {1, 0, 3, 1};
    if (memcmp(type, "IHDR", 4) == 0 && length >= PNG_IHDR_BYTES) {
        raster->width = (int32_t)(big_endian_u32(body) & INT32_MAX);
        raster->height = (int32_t)(big_endian_u32(body + 4) & INT32_MAX);
        raster->bits = body[8];
        // Colour types 4 and 6 have alpha, an interlaced image has another order of rows.
        raster->colours =
            body[9] < sizeof colours_of_type && body[12] == 0 ? colours_of_type[body[9]] : 0;
    } else if (memcmp(type, "PLTE", 4) == 0 && length <= sizeof raster->palette) {
        memcpy(raster->palette, body, length);
        raster->palette_count = raster->colours == 1 ? (uint16_t)(length / 3) : 0;
    } else if (memcmp(type, "tRNS", 4) == 0) {
        raster->colours = 0;
    } else if (memcmp(type, "IDAT", 4) == 0) {
        memcpy(raster->bytes + raster->length, body, length);
        raster->length += length;
    }
}

enum status raster_from_png(const uint8_t *bytes, size_t length, struct raster *ret_raster,
                            struct fault *fault)
{
    struct raster raster = {.filter = RASTER_FLATE_PNG, .bytes = malloc(length + 1)};
    if (raster.bytes == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory for a page of %zu bytes", length);
    size_t at = PNG_HEADER_BYTES;
    while (at + PNG_CHUNK_BYTES <= length) {
        size_t chunk = big_endian_u32(bytes + at);
        if (chunk > length - at - PNG_CHUNK_BYTES)
            break;
        take_png_chunk(bytes + at + 4, bytes + at + 8, chunk, &raster);
        at += PNG_CHUNK_BYTES + chunk;
    }
    if (raster.length == 0 || raster.colours == 0) {
        raster_done(&raster);
        return fault_set(fault, STATUS_REFUSE, "a PNG that PDF cannot hold as it is");
    }
    raster.dpi_x = raster.dpi_y = 1;
    *ret_raster = raster;
    return STATUS_OK;
}

static enum status flate_from_pix(PIX *pix, struct raster *ret_raster, struct fault *fault)
{
    l_uint8 *png = NULL;
    size_t length = 0;
    pixSetSpecial(pix, LEPTONICA_ZLIB_BASE + ZLIB_LEVEL);
    if (pixWriteMemPng(&png, &length, pix, 0) != 0)
        return fault_set(fault, STATUS_LATER, "out of memory while packing a page");
    enum status status = raster_from_png(png, length, ret_raster, fault);
    free(png);
    return status;
}

enum status raster_from_pix(PIX *pix, double dpi_x, double dpi_y, struct raster *ret_raster,
                            struct fault *fault)
{
    struct raster raster = {0};
    enum status status;
    if (pixGetDepth(pix) == 1) {
        raster = (struct raster){.filter = RASTER_G4, .colours = 1, .bits = 1};
        raster.width = pixGetWidth(pix);
        raster.height = pixGetHeight(pix);
        status = tiff_memory_encode_g4(pix, &raster.bytes, &raster.length, fault);
    } else {
        status = flate_from_pix(pix, &raster, fault);
    }
    if (status != STATUS_OK)
        return status;
    raster.dpi_x = dpi_x;
    raster.dpi_y = dpi_y;
    *ret_raster = raster;
    return STATUS_OK;
}
