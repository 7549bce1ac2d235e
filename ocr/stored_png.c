/* stored_png.c - Leptonica's pixWriteMem(), which does not compress grey pictures as PNG.
 *
 * Tesseract packs the picture of every line as PNG in memory and unpacks it a moment later, which
 * takes 3 % of the time of a page: nearly all of it to choose filters and to compress. This is the
 * same function (an object of the program stands before that of a shared library; the linker is
 * told to take it along, see CMakeLists.txt). 8 bit grey pictures become a PNG whose rows are
 * stored; all else is left to Leptonica. What is kept is written by pixWriteMemPng(), which
 * compresses. */
// SPDX-License-Identifier: EUPL-1.2
#include <allheaders.h>
#include <dlfcn.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    BLOCK_MOST = 65535, /* bytes of a stored block of deflate */
    BLOCK_HEAD = 5,
    ZLIB_HEAD = 2,
    SUM_BYTES = 4,
    CHUNK_BYTES = 12, /* length, name and checksum around a chunk's data */
    HEADER_BYTES = 13,
    DENSITY_BYTES = 9,
    SIGNATURE_BYTES = 8,
};

static const uint8_t signature[SIGNATURE_BYTES] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
static const double INCHES_A_METRE = 39.3701;

typedef l_ok write_function(l_uint8 **data, size_t *size, PIX *pix, l_int32 format);

static uint8_t *put_u32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
    return at + 4;
}

/* Around the chunk whose data of `length` bytes stand behind `at` + 8; returns what is behind. */
static uint8_t *close_chunk(uint8_t *at, const char *name, size_t length)
{
    uint8_t *named = put_u32(at, (uint32_t)length);
    memcpy(named, name, 4);
    uLong sum = crc32(0, named, (uInt)length + 4);
    return put_u32(named + 4 + length, (uint32_t)sum);
}

static uint8_t *put_header(uint8_t *at, const PIX *pix)
{
    uint8_t *data = put_u32(at + 8, (uint32_t)pixGetWidth(pix));
    data = put_u32(data, (uint32_t)pixGetHeight(pix));
    const uint8_t grey_by_rows[] = {8, 0, 0, 0, 0};
    memcpy(data, grey_by_rows, sizeof grey_by_rows);
    return close_chunk(at, "IHDR", HEADER_BYTES);
}

static uint8_t *put_density(uint8_t *at, const PIX *pix)
{
    if (pixGetXRes(pix) <= 0 || pixGetYRes(pix) <= 0)
        return at;
    uint8_t *data = put_u32(at + 8, (uint32_t)lround(pixGetXRes(pix) * INCHES_A_METRE));
    data = put_u32(data, (uint32_t)lround(pixGetYRes(pix) * INCHES_A_METRE));
    *data = 1; // metres
    return close_chunk(at, "pHYs", DENSITY_BYTES);
}

/* The rows, each behind the byte that says that it has no filter. */
static void copy_rows(PIX *pix, uint8_t *rows)
{
    size_t width = (size_t)pixGetWidth(pix), words = (size_t)pixGetWpl(pix);
    for (size_t y = 0; y < (size_t)pixGetHeight(pix); y++) {
        const l_uint32 *line = pixGetData(pix) + y * words;
        *rows++ = 0;
        for (size_t x = 0; x < width; x++)
            *rows++ = (uint8_t)GET_DATA_BYTE(line, x);
    }
}

static uint8_t *put_rows(uint8_t *at, const uint8_t *rows, size_t length)
{
    const uint8_t zlib_without_compression[ZLIB_HEAD] = {0x78, 0x01};
    uint8_t *data = at + 8;
    memcpy(data, zlib_without_compression, ZLIB_HEAD);
    data += ZLIB_HEAD;
    for (size_t done = 0, size = 0; done < length; done += size) {
        size = length - done < BLOCK_MOST ? length - done : BLOCK_MOST;
        const uint8_t head[BLOCK_HEAD] = {done + size == length, (uint8_t)size,
                                          (uint8_t)(size >> 8), (uint8_t)~size,
                                          (uint8_t)(~size >> 8)};
        memcpy(data, head, BLOCK_HEAD);
        memcpy(data + BLOCK_HEAD, rows + done, size);
        data += BLOCK_HEAD + size;
    }
    data = put_u32(data, (uint32_t)adler32(1, rows, (uInt)length));
    return close_chunk(at, "IDAT", (size_t)(data - at - 8));
}

static bool is_storable(PIX *pix)
{
    return pix != NULL && pixGetDepth(pix) == 8 && pixGetColormap(pix) == NULL &&
           pixGetText(pix) == NULL && pixGetWidth(pix) > 0 && pixGetHeight(pix) > 0 &&
           (uint64_t)pixGetWidth(pix) * (uint64_t)pixGetHeight(pix) < INT32_MAX / 2;
}

static l_ok write_stored(l_uint8 **ret_data, size_t *ret_size, PIX *pix)
{
    size_t length = ((size_t)pixGetWidth(pix) + 1) * (size_t)pixGetHeight(pix);
    size_t blocks = length / BLOCK_MOST + 1;
    size_t most = SIGNATURE_BYTES + 4 * CHUNK_BYTES + HEADER_BYTES + DENSITY_BYTES + ZLIB_HEAD +
                  blocks * BLOCK_HEAD + SUM_BYTES + length;
    uint8_t *png = malloc(most), *rows = malloc(length);
    if (png == NULL || rows == NULL) {
        free(png);
        free(rows);
        return 1;
    }
    copy_rows(pix, rows);
    memcpy(png, signature, SIGNATURE_BYTES);
    uint8_t *end = put_density(put_header(png + SIGNATURE_BYTES, pix), pix);
    end = close_chunk(put_rows(end, rows, length), "IEND", 0);
    free(rows);
    *ret_data = png;
    *ret_size = (size_t)(end - png);
    return 0;
}

l_ok pixWriteMem(l_uint8 **pdata, size_t *psize, PIX *pix, l_int32 format)
{
    if (pdata == NULL || psize == NULL)
        return 1;
    if (format == IFF_PNG && is_storable(pix))
        return write_stored(pdata, psize, pix);
    write_function *leptonica = NULL;
    *(void **)&leptonica = dlsym(RTLD_NEXT, "pixWriteMem");
    return leptonica == NULL ? 1 : leptonica(pdata, psize, pix, format);
}
