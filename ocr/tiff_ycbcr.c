/* tiff_ycbcr.c - see tiff_ycbcr.h.
 *
 * The colour differences are stored for cells of 1, 2 or 4 by 1, 2 or 4 pixels (TIFF 6.0, section
 * 21). Side by side, a cell is its luminances, row by row, then Cb and Cr; in planes apart, each
 * plane of differences is as many times smaller. Chunks (strips, tiles) are read whole: a row
 * alone has no meaning. A chunk that cannot be decoded leaves white. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/tiff_ycbcr.h"

enum {
    CHUNK_BYTES_MOST = 64 << 20,
    SAMPLE_MOST = 255,
    DIFFERENCE_MOST = 127, /* Cb and Cr count from -127 to 127 */
    DIFFERENCES = 2,       /* Cb, Cr */
};

/* How samples become colours: section 21, "Transformation from YCbCr to RGB". */
struct conversion {
    float zero[3], scale[3]; /* of Y, Cb and Cr */
    float red, green, blue;  /* their weights in the luminance */
};

struct chunks {
    const struct tiff_page *page;
    struct conversion conversion;
    uint32_t across, down;  /* pixels of a cell */
    uint32_t width, height; /* of a chunk */
    bool is_apart;
    uint8_t *bytes; /* of one chunk */
};

/* One chunk on the page. */
struct place {
    uint32_t left, top, columns, rows; /* px that lie on the page */
};

static uint32_t divide_up(uint32_t value, uint32_t by)
{
    return (value + by - 1) / by;
}

/* Tiles are stored whole, the last strip is cut. */
static uint32_t stored_rows(const struct chunks *chunks, const struct place *place)
{
    return chunks->page->is_tiled ? chunks->height : place->rows;
}

/* Bytes of one plane of a chunk with `rows` rows; plane 0 is luminance, or all when together. */
static uint64_t plane_bytes(const struct chunks *chunks, uint32_t rows, int plane)
{
    uint64_t cells =
        (uint64_t)divide_up(chunks->width, chunks->across) * divide_up(rows, chunks->down);
    if (!chunks->is_apart)
        return cells * ((uint64_t)chunks->across * chunks->down + DIFFERENCES);
    return plane == 0 ? (uint64_t)chunks->width * rows : cells;
}

static uint64_t chunk_bytes(const struct chunks *chunks)
{
    uint64_t bytes = plane_bytes(chunks, chunks->height, 0);
    return chunks->is_apart ? bytes + DIFFERENCES * plane_bytes(chunks, chunks->height, 1) : bytes;
}

static bool read_conversion(TIFF *tiff, struct conversion *conversion)
{
    const float *weights = NULL, *reference = NULL;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_YCBCRCOEFFICIENTS, &weights);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_REFERENCEBLACKWHITE, &reference);
    if (weights == NULL || reference == NULL || !(weights[1] > 0))
        return false;
    conversion->red = weights[0];
    conversion->green = weights[1];
    conversion->blue = weights[2];
    for (int i = 0; i < 3; i++) {
        float range = reference[2 * i + 1] - reference[2 * i];
        if (!isfinite(range) || fabsf(range) < 1)
            return false;
        conversion->zero[i] = reference[2 * i];
        conversion->scale[i] = (i == 0 ? (float)SAMPLE_MOST : (float)DIFFERENCE_MOST) / range;
    }
    return true;
}

static l_uint32 clamp(float value)
{
    return value <= 0 ? 0 : value >= (float)SAMPLE_MOST ? SAMPLE_MOST : (l_uint32)(value + 0.5F);
}

static l_uint32 colour_of(const struct conversion *how, uint8_t y, uint8_t cb, uint8_t cr)
{
    float light = ((float)y - how->zero[0]) * how->scale[0];
    float blue = light + ((float)cb - how->zero[1]) * how->scale[1] * (2 - 2 * how->blue);
    float red = light + ((float)cr - how->zero[2]) * how->scale[2] * (2 - 2 * how->red);
    float green = (light - how->blue * blue - how->red * red) / how->green;
    return clamp(red) << L_RED_SHIFT | clamp(green) << L_GREEN_SHIFT | clamp(blue) << L_BLUE_SHIFT;
}

/* Where the three samples of a pixel of the chunk are. */
static l_uint32 pixel_at(const struct chunks *chunks, uint32_t rows, uint32_t x, uint32_t y)
{
    uint32_t across = chunks->across, down = chunks->down;
    size_t cell = (size_t)(y / down) * divide_up(chunks->width, across) + x / across;
    if (chunks->is_apart) {
        const uint8_t *cb = chunks->bytes + plane_bytes(chunks, rows, 0);
        const uint8_t *cr = cb + plane_bytes(chunks, rows, 1);
        return colour_of(&chunks->conversion, chunks->bytes[(size_t)y * chunks->width + x],
                         cb[cell], cr[cell]);
    }
    const uint8_t *start = chunks->bytes + cell * ((size_t)across * down + DIFFERENCES);
    return colour_of(&chunks->conversion, start[(size_t)(y % down) * across + x % across],
                     start[(size_t)across * down], start[(size_t)across * down + 1]);
}

static bool read_plane(const struct chunks *chunks, uint32_t index, uint8_t *bytes, uint64_t size)
{
    TIFF *tiff = chunks->page->tiff;
    tmsize_t got = chunks->page->is_tiled
                       ? TIFFReadEncodedTile(tiff, index, bytes, (tmsize_t)size)
                       : TIFFReadEncodedStrip(tiff, index, bytes, (tmsize_t)size);
    return got == (tmsize_t)size;
}

static bool read_chunk(const struct chunks *chunks, const struct place *place)
{
    uint32_t rows = stored_rows(chunks, place), planes = chunks->is_apart ? 1 + DIFFERENCES : 1;
    uint32_t a_row = chunks->page->is_tiled ? divide_up(chunks->page->width, chunks->width) : 1;
    uint32_t a_plane = a_row * divide_up(chunks->page->height, chunks->height);
    uint32_t index = place->top / chunks->height * a_row + place->left / chunks->width;
    uint8_t *at = chunks->bytes;
    for (uint32_t plane = 0; plane < planes; plane++) {
        uint64_t size = plane_bytes(chunks, rows, (int)plane);
        if (!read_plane(chunks, index + plane * a_plane, at, size))
            return false;
        at += size;
    }
    return true;
}

static void put_chunk(const struct chunks *chunks, const struct place *place, PIX *pix)
{
    uint32_t rows = stored_rows(chunks, place);
    for (uint32_t y = 0; y < place->rows; y++) {
        l_uint32 *line = pixGetData(pix) + (size_t)(place->top + y) * (size_t)pixGetWpl(pix);
        for (uint32_t x = 0; x < place->columns; x++)
            line[place->left + x] = pixel_at(chunks, rows, x, y);
    }
}

/* A row counts as lost when one of its chunks is. */
static uint32_t read_chunks(const struct chunks *chunks, PIX *pix)
{
    const struct tiff_page *page = chunks->page;
    uint32_t lost = 0;
    for (uint32_t y = 0; y < page->height; y += chunks->height) {
        uint32_t rows = page->height - y < chunks->height ? page->height - y : chunks->height;
        bool is_whole = true;
        for (uint32_t x = 0; x < page->width; x += chunks->width) {
            uint32_t columns = page->width - x < chunks->width ? page->width - x : chunks->width;
            struct place place = {x, y, columns, rows};
            if (read_chunk(chunks, &place))
                put_chunk(chunks, &place, pix);
            else
                is_whole = false;
        }
        lost += is_whole ? 0 : rows;
    }
    return lost;
}

static enum status refuse(struct fault *fault, const char *what)
{
    return fault_set(fault, STATUS_REFUSE,
                     "Die TIFF-Seite ist beschädigt (%s). Bitte das Blatt neu scannen.", what);
}

enum status tiff_ycbcr_read(const struct tiff_page *page, PIX *pix, uint32_t *ret_lost,
                            struct fault *fault)
{
    uint32_t strip = page->rows_per_strip == 0 ? page->height : page->rows_per_strip;
    struct chunks chunks = {.page = page, .is_apart = page->planar == PLANARCONFIG_SEPARATE};
    uint16_t across = 0, down = 0;
    TIFFGetFieldDefaulted(page->tiff, TIFFTAG_YCBCRSUBSAMPLING, &across, &down);
    if ((across != 1 && across != 2 && across != 4) || (down != 1 && down != 2 && down != 4))
        return refuse(fault, "YCbCrSubSampling");
    chunks.across = across;
    chunks.down = down;
    chunks.width = page->is_tiled ? page->tile_width : page->width;
    chunks.height = page->is_tiled         ? page->tile_height
                    : strip < page->height ? strip
                                           : page->height;
    uint64_t size = chunk_bytes(&chunks);
    if (!read_conversion(page->tiff, &chunks.conversion))
        return refuse(fault, "YCbCrCoefficients");
    if (size > CHUNK_BYTES_MOST)
        return refuse(fault, "RowsPerStrip");
    chunks.bytes = calloc(1, (size_t)size);
    if (chunks.bytes == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory for a part of a page");
    *ret_lost = read_chunks(&chunks, pix);
    free(chunks.bytes);
    return STATUS_OK;
}
