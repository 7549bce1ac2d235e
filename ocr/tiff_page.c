/* tiff_page.c - see tiff_page.h: rows or tiles of any depth into a pix.
 *
 * Rows are read one at a time, so that memory is bounded by the pix and libtiff's own strip
 * buffers. A strip or tile that cannot be decoded leaves white and is counted; the next one is
 * tried. Samples of more than 8 bits lose the lower ones; floating point is looked at twice, as its
 * range is not known before. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "ocr/jpeg.h"
#include "ocr/tiff_colours.h"
#include "ocr/tiff_page.h"
#include "ocr/tiff_samples.h"
#include "ocr/tiff_ycbcr.h"

enum {
    TILE_BYTES_MOST = 64 << 20,
    SAMPLE_MOST = 255,
    ALL_PLANES = -1,
    CMYK_SAMPLES = 4,
    RGB_SAMPLES = 3,
};

/* Where the samples go. */
struct canvas {
    const struct tiff_page *page;
    PIX *pix; /* 1 bit, 8 bit, or 32 bit with the samples in its bytes */
    unsigned used_samples;
    struct tiff_samples samples;
    struct tiff_samples *measured; /* set while only the samples' range is looked for */
    uint8_t palette[RASTER_PALETTE_MOST][3];
};

/* `value` seen through `alpha` before white paper. */
static unsigned over_white(unsigned value, unsigned alpha, uint16_t kind)
{
    unsigned paper = SAMPLE_MOST - alpha;
    unsigned seen =
        kind == EXTRASAMPLE_UNASSALPHA ? value * alpha / SAMPLE_MOST + paper : value + paper;
    return seen > SAMPLE_MOST ? SAMPLE_MOST : seen;
}

static void put_bilevel(const struct canvas *canvas, uint32_t x, uint32_t y, uint32_t count,
                        const uint8_t *row)
{
    l_uint32 *line = pixGetData(canvas->pix) + (size_t)y * (size_t)pixGetWpl(canvas->pix);
    unsigned flip = canvas->page->photometric == PHOTOMETRIC_MINISBLACK ? 0xFFU : 0;
    for (uint32_t i = 0; i < (count + 7) / 8; i++)
        SET_DATA_BYTE(line, x / 8 + i, (l_uint8)(row[i] ^ flip));
}

static void put_palette(const struct canvas *canvas, uint32_t x, uint32_t y, uint32_t count,
                        const uint8_t *row)
{
    const struct tiff_page *page = canvas->page;
    l_uint32 *line = pixGetData(canvas->pix) + (size_t)y * (size_t)pixGetWpl(canvas->pix);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t index = tiff_samples_raw(&canvas->samples, row, (size_t)i * page->samples);
        const uint8_t *colour = canvas->palette[index];
        line[x + i] = (l_uint32)colour[0] << L_RED_SHIFT | (l_uint32)colour[1] << L_GREEN_SHIFT |
                      (l_uint32)colour[2] << L_BLUE_SHIFT;
    }
}

/* One plane, or all of them side by side, of grey, RGB or CMYK. */
static void put_samples(const struct canvas *canvas, uint32_t x, uint32_t y, uint32_t count,
                        const uint8_t *row, int plane)
{
    const struct tiff_page *page = canvas->page;
    l_uint32 *line = pixGetData(canvas->pix) + (size_t)y * (size_t)pixGetWpl(canvas->pix);
    size_t step = plane == ALL_PLANES ? page->samples : 1;
    unsigned first = plane == ALL_PLANES ? 0 : (unsigned)plane;
    unsigned end = plane == ALL_PLANES ? canvas->used_samples : first + 1;
    bool has_alpha = plane == ALL_PLANES && page->samples > canvas->used_samples &&
                     page->alpha != EXTRASAMPLE_UNSPECIFIED;
    bool is_flipped = page->photometric == PHOTOMETRIC_MINISWHITE;
    unsigned pixel_bytes = pixGetDepth(canvas->pix) == 8 ? 1 : 4;
    for (uint32_t i = 0; i < count; i++) {
        for (unsigned sample = first; sample < end; sample++) {
            size_t index = i * step + (plane == ALL_PLANES ? sample : 0);
            unsigned value = tiff_samples_8(&canvas->samples, row, index);
            if (is_flipped)
                value = SAMPLE_MOST - value;
            if (has_alpha)
                value = over_white(
                    value, tiff_samples_8(&canvas->samples, row, i * step + canvas->used_samples),
                    page->alpha);
            SET_DATA_BYTE(line, (size_t)(x + i) * pixel_bytes + sample, (l_uint8)value);
        }
    }
}

/* All samples of a row, also those that are not shown. */
static void measure(const struct canvas *canvas, uint32_t count, const uint8_t *row, int plane)
{
    size_t samples = plane == ALL_PLANES ? (size_t)count * canvas->page->samples : count;
    for (size_t i = 0; i < samples; i++)
        tiff_samples_measure(canvas->measured, row, i);
}

static void put(const struct canvas *canvas, uint32_t x, uint32_t y, uint32_t count,
                const uint8_t *row, int plane)
{
    if (canvas->measured != NULL)
        measure(canvas, count, row, plane);
    else if (canvas->page->colours == TIFF_BILEVEL)
        put_bilevel(canvas, x, y, count, row);
    else if (canvas->page->colours == TIFF_PALETTE)
        put_palette(canvas, x, y, count, row);
    else
        put_samples(canvas, x, y, count, row, plane);
}

/* Rows of one plane; returns how many were lost. */
static uint32_t read_rows(const struct canvas *canvas, uint8_t *row, int plane)
{
    const struct tiff_page *page = canvas->page;
    uint32_t strip_rows = page->rows_per_strip == 0 ? page->height : page->rows_per_strip;
    uint32_t lost = 0;
    for (uint32_t y = 0; y < page->height;) {
        if (TIFFReadScanline(page->tiff, row, y, plane == ALL_PLANES ? 0 : (uint16_t)plane) == 1) {
            put(canvas, 0, y, page->width, row, plane);
            y++;
            continue;
        }
        uint32_t left = strip_rows - y % strip_rows; // the rest of this strip is gone
        if (left > page->height - y)
            left = page->height - y;
        lost += left;
        y += left;
    }
    return lost;
}

static uint32_t read_tile(const struct canvas *canvas, uint8_t *tile, tmsize_t size, uint32_t x,
                          uint32_t y, int plane)
{
    const struct tiff_page *page = canvas->page;
    uint32_t rows = page->height - y < page->tile_height ? page->height - y : page->tile_height;
    uint32_t columns = page->width - x < page->tile_width ? page->width - x : page->tile_width;
    uint32_t index =
        TIFFComputeTile(page->tiff, x, y, 0, plane == ALL_PLANES ? 0 : (uint16_t)plane);
    if (TIFFReadEncodedTile(page->tiff, index, tile, size) < 0)
        return rows;
    tmsize_t row_bytes = TIFFTileRowSize(page->tiff);
    for (uint32_t i = 0; i < rows; i++)
        put(canvas, x, y + i, columns, tile + (size_t)i * (size_t)row_bytes, plane);
    return 0;
}

/* A row counts as lost when one of its tiles is. */
static uint32_t read_tiles(const struct canvas *canvas, uint8_t *tile, tmsize_t size, int plane)
{
    const struct tiff_page *page = canvas->page;
    uint32_t lost = 0;
    for (uint32_t y = 0; y < page->height; y += page->tile_height) {
        uint32_t lost_here = 0;
        for (uint32_t x = 0; x < page->width; x += page->tile_width) {
            uint32_t rows = read_tile(canvas, tile, size, x, y, plane);
            lost_here = rows > lost_here ? rows : lost_here;
        }
        lost += lost_here;
    }
    return lost;
}

/* How long libtiff says that a row or tile is, against what our reading of it will touch. */
static bool is_buffer_sound(const struct canvas *canvas, tmsize_t size)
{
    const struct tiff_page *page = canvas->page;
    uint64_t samples = page->planar == PLANARCONFIG_SEPARATE ? 1 : page->samples;
    uint64_t width = page->is_tiled ? page->tile_width : page->width;
    uint64_t rows = page->is_tiled ? page->tile_height : 1;
    uint64_t needed = (width * samples * page->bits + 7) / 8 * rows;
    return size > 0 && size <= TILE_BYTES_MOST && (uint64_t)size >= needed;
}

/* Every row or tile of every plane that is used; returns the rows that were lost. */
static uint32_t read_planes(const struct canvas *canvas, uint8_t *buffer, tmsize_t size)
{
    const struct tiff_page *page = canvas->page;
    bool is_apart = page->planar == PLANARCONFIG_SEPARATE && page->samples > 1;
    int last = is_apart ? (int)canvas->used_samples - 1 : 0;
    uint32_t lost = 0;
    for (int plane = 0; plane <= last; plane++) {
        int which = is_apart ? plane : ALL_PLANES;
        uint32_t now = page->is_tiled ? read_tiles(canvas, buffer, size, which)
                                      : read_rows(canvas, buffer, which);
        lost = now > lost ? now : lost;
    }
    return lost;
}

static enum status read_pixels(struct canvas *canvas, uint32_t *ret_lost, struct fault *fault)
{
    const struct tiff_page *page = canvas->page;
    if (page->colours == TIFF_YCBCR)
        return tiff_ycbcr_read(page, canvas->pix, ret_lost, fault);
    tmsize_t size = page->is_tiled ? TIFFTileSize(page->tiff) : TIFFScanlineSize(page->tiff);
    if (!is_buffer_sound(canvas, size))
        return fault_set(fault, STATUS_REFUSE,
                         "Die TIFF-Seite ist beschädigt (%s). Bitte das Blatt neu scannen.",
                         "Zeilenlänge");
    uint8_t *buffer = calloc(1, (size_t)size);
    if (buffer == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory for a row of a page");
    if (tiff_samples_are_real(&canvas->samples)) {
        canvas->measured = &canvas->samples;
        read_planes(canvas, buffer, size);
        canvas->measured = NULL;
    }
    *ret_lost = read_planes(canvas, buffer, size);
    free(buffer);
    return STATUS_OK;
}

static bool read_palette(struct canvas *canvas)
{
    uint16_t *channels[3] = {NULL};
    if (TIFFGetField(canvas->page->tiff, TIFFTAG_COLORMAP, &channels[0], &channels[1],
                     &channels[2]) != 1)
        return false;
    size_t count = (size_t)1 << canvas->page->bits;
    // Some writers fill only the low byte of the 16-bit entries.
    unsigned shift = 0;
    for (size_t i = 0; i < count * 3; i++)
        if (channels[i / count][i % count] > SAMPLE_MOST)
            shift = 8;
    for (size_t i = 0; i < count * 3; i++)
        canvas->palette[i % count][i / count] = (uint8_t)(channels[i / count][i % count] >> shift);
    return true;
}

static enum status canvas_init(struct canvas *canvas, const struct tiff_page *page,
                               struct fault *fault)
{
    static const struct {
        int depth;
        unsigned samples;
    } shapes[] = {
        [TIFF_COLOURS_UNKNOWN] = {1,  1           },
        [TIFF_BILEVEL] = {1,  1           },
        [TIFF_GREY] = {8,  1           },
        [TIFF_PALETTE] = {32, 1           },
        [TIFF_RGB] = {32, RGB_SAMPLES },
        [TIFF_CMYK] = {32, CMYK_SAMPLES},
        [TIFF_YCBCR] = {32, RGB_SAMPLES },
        [TIFF_CIELAB] = {32, RGB_SAMPLES },
    };
    *canvas = (struct canvas){.page = page, .used_samples = shapes[page->colours].samples};
    // Floating point is measured later, and reaches from 0 to 1 at least.
    canvas->samples =
        (struct tiff_samples){.bits = page->bits, .format = page->sample_format, .high = 1};
    if (page->colours == TIFF_PALETTE && !read_palette(canvas))
        return fault_set(fault, STATUS_REFUSE,
                         "Dem TIFF fehlt die Farbtabelle. Bitte das Blatt neu scannen.");
    canvas->pix = pixCreate((int)page->width, (int)page->height, shapes[page->colours].depth);
    if (canvas->pix == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory for a page of %u x %u px", page->width,
                         page->height);
    if (page->colours != TIFF_CMYK)
        pixSetAll(canvas->pix); // what stays undecoded is white …
    if (page->colours == TIFF_BILEVEL)
        pixClearAll(canvas->pix); // … also where 0 is white
    return STATUS_OK;
}

/* The single strip of G4 as it stands in the file, or false. */
static bool keep_g4(const struct tiff_page *page, struct raster *raster)
{
    if (page->compression != COMPRESSION_CCITTFAX4 || page->is_tiled ||
        TIFFNumberOfStrips(page->tiff) != 1)
        return false;
    uint64_t size = TIFFRawStripSize64(page->tiff, 0);
    if (size == 0 || size > page->memory->length)
        return false;
    uint8_t *bytes = malloc(size);
    if (bytes == NULL)
        return false;
    if (TIFFReadRawStrip(page->tiff, 0, bytes, (tmsize_t)size) != (tmsize_t)size) {
        free(bytes);
        return false;
    }
    uint16_t order = FILLORDER_MSB2LSB;
    TIFFGetFieldDefaulted(page->tiff, TIFFTAG_FILLORDER, &order);
    if (order == FILLORDER_LSB2MSB)
        TIFFReverseBits(bytes, (tmsize_t)size);
    *raster = (struct raster){.bytes = bytes,
                              .length = size,
                              .filter = RASTER_G4,
                              .colours = 1,
                              .bits = 1,
                              .width = (int32_t)page->width,
                              .height = (int32_t)page->height};
    raster->black_is_one = page->photometric == PHOTOMETRIC_MINISBLACK;
    return true;
}

/* The grey or 1-bit copy that recognition gets. */
static enum status hand_over(struct canvas *canvas, struct picture *picture, struct fault *fault)
{
    if (pixGetDepth(canvas->pix) <= 8) {
        picture->pix = canvas->pix;
        canvas->pix = NULL;
        return STATUS_OK;
    }
    return picture_take_colours(picture, canvas->pix, fault);
}

static enum status decode_canvas(struct canvas *canvas, struct picture *picture,
                                 struct fault *fault)
{
    const struct tiff_page *page = canvas->page;
    enum status status = read_pixels(canvas, &picture->rows_lost, fault);
    if (status != STATUS_OK)
        return status;
    if (picture->rows_lost >= page->height)
        return fault_set(fault, STATUS_REFUSE,
                         "Die TIFF-Seite ist beschädigt (%s). Bitte das Blatt neu scannen.",
                         page->memory->first_error[0] != '\0' ? page->memory->first_error
                                                              : "keine Bilddaten");
    pixSetPadBits(canvas->pix, 0);
    if (page->colours == TIFF_CMYK)
        tiff_cmyk_to_rgb(canvas->pix);
    if (page->colours == TIFF_CIELAB)
        tiff_cielab_to_rgb(canvas->pix, page->photometric != PHOTOMETRIC_CIELAB);
    bool is_clean = page->memory->error_count == 0 && page->memory->warning_count == 0;
    if (!(is_clean && keep_g4(page, &picture->raster)))
        status = raster_from_pix(canvas->pix, 1, 1, &picture->raster, fault);
    return status == STATUS_OK ? hand_over(canvas, picture, fault) : status;
}

/* A JPEG-coded page whose parts could be joined. */
static enum status decode_jpeg(const struct tiff_page *page, const struct ocr_options *options,
                               struct picture *picture, struct fault *fault)
{
    struct raster raster = {0};
    enum status status = tiff_page_join_jpeg(page, &raster.bytes, &raster.length, fault);
    struct jpeg_header header;
    if (status == STATUS_OK && !(jpeg_header_read(raster.bytes, raster.length, &header) &&
                                 header.width == page->width && header.height == page->height))
        status = fault_set(fault, STATUS_REFUSE, "JPEG parts that do not fit the page");
    if (status == STATUS_OK)
        status = jpeg_check(&header, options, fault);
    if (status == STATUS_OK)
        status = jpeg_decode(raster.bytes, raster.length, &header, picture, fault);
    if (status != STATUS_OK) {
        raster_done(&raster);
        return status;
    }
    jpeg_describe_raster(&header, &raster);
    picture->raster = raster;
    return STATUS_OK;
}

static enum status decode_rows(const struct tiff_page *page, struct picture *picture,
                               struct fault *fault)
{
    struct canvas canvas;
    enum status status = canvas_init(&canvas, page, fault);
    if (status == STATUS_OK)
        status = decode_canvas(&canvas, picture, fault);
    pixDestroy(&canvas.pix);
    return status;
}

/* Fax servers call pages G3 whose rows have no end-of-line codes, or are padded to bytes: both are
 * what TIFF calls modified Huffman. */
static enum status decode_as_huffman(const struct tiff_page *page, struct picture *picture,
                                     struct fault *fault)
{
    static const int modes[] = {FAXMODE_NORTC | FAXMODE_NOEOL | FAXMODE_BYTEALIGN,
                                FAXMODE_NORTC | FAXMODE_NOEOL};
    struct fault first = *fault;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        unsigned errors = page->memory->error_count, warnings = page->memory->warning_count;
        struct picture tried = *picture;
        TIFFSetField(page->tiff, TIFFTAG_COMPRESSION, COMPRESSION_CCITTRLE);
        TIFFSetField(page->tiff, TIFFTAG_FAXMODE, modes[i]);
        if (decode_rows(page, &tried, fault) != STATUS_OK)
            continue;
        if (page->memory->error_count == errors && page->memory->warning_count == warnings) {
            *picture = tried;
            return STATUS_OK;
        }
        picture_done(&tried);
    }
    *fault = first;
    return first.status;
}

enum status tiff_page_decode(const struct tiff_page *page, const struct ocr_options *options,
                             struct picture *picture, struct fault *fault)
{
    if (page->compression == COMPRESSION_JPEG || page->compression == COMPRESSION_OJPEG) {
        if (decode_jpeg(page, options, picture, NULL) == STATUS_OK)
            return STATUS_OK;
        if (page->compression == COMPRESSION_JPEG)
            TIFFSetField(page->tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    }
    struct fault own = {0};
    enum status status = decode_rows(page, picture, &own);
    if (status == STATUS_REFUSE && page->compression == COMPRESSION_CCITTFAX3)
        status = decode_as_huffman(page, picture, &own);
    if (status != STATUS_OK && fault != NULL)
        *fault = own;
    return status;
}
