/* pdf_render.c - see pdf_render.h.
 *
 * Poppler draws with smooth edges, so that even black text has shades; what counts is whether areas
 * of a shade or colour are there. A page of black on white becomes one bit a pixel (G4), one
 * with shades 8 bit grey, one with colours a palette of those that are most frequent (Flate); a
 * photo, whose pixels all differ, JPEG. */
// SPDX-License-Identifier: EUPL-1.2
#include <cairo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/pdf_render.h"

enum {
    INK_BELOW = 160,            /* of smooth edges: half of a stroke one pixel wide is kept */
    SHADE_LEAST = 24,           /* darker is black … */
    SHADE_MOST = 245,           /* … and paler is white */
    SAME = 2,                   /* neighbours that differ by less are an area */
    COLOUR_SPREAD = 24,         /* between a colour's strongest and weakest part */
    SHADED_PIXELS_LEAST = 200,  /* fewer are chance */
    COLOURED_PIXELS_LEAST = 60, /* a tick in red */
    BUSY_PERCENT = 12,          /* of pixels that differ from their neighbour: a photo */
    JPEG_QUALITY = 85,
    BINS = 32768, /* colours of five bits each */
    PALETTE_MOST = 256,
    WHITE = 0xFFFFFF,
};

static const double PIXEL_SLACK = 0.01;

/* What is on a page. */
struct tally {
    uint32_t shaded, coloured, busy;
};

static unsigned part(uint32_t pixel, unsigned shift)
{
    return pixel >> shift & 0xFFU;
}

static unsigned spread(uint32_t pixel)
{
    unsigned red = part(pixel, 16), green = part(pixel, 8), blue = part(pixel, 0);
    unsigned most = red > green ? red : green, least = red < green ? red : green;
    most = blue > most ? blue : most;
    least = blue < least ? blue : least;
    return most - least;
}

static unsigned grey_of(uint32_t pixel)
{
    return (77 * part(pixel, 16) + 151 * part(pixel, 8) + 28 * part(pixel, 0)) >> 8;
}

static const uint32_t *row_of(cairo_surface_t *surface, int y)
{
    const uint8_t *data = cairo_image_surface_get_data(surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    return (const uint32_t *)(const void *)(data + (size_t)y * stride);
}

static void tally_pixel(uint32_t pixel, unsigned grey, unsigned left, unsigned above,
                        struct tally *tally)
{
    unsigned off_left = (unsigned)abs((int)grey - (int)left);
    unsigned off_above = (unsigned)abs((int)grey - (int)above);
    tally->coloured += spread(pixel) > COLOUR_SPREAD;
    tally->busy += off_left > 0;
    tally->shaded += off_left < SAME && off_above < SAME && grey > SHADE_LEAST && grey < SHADE_MOST;
}

/* The grey picture of the surface; counts on the way what is in it. */
static PIX *grey_of_surface(cairo_surface_t *surface, struct tally *tally)
{
    int width = cairo_image_surface_get_width(surface);
    int height = cairo_image_surface_get_height(surface);
    PIX *pix = pixCreateNoInit(width, height, 8);
    for (int y = 0; pix != NULL && y < height; y++) {
        l_uint32 *line = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);
        const l_uint32 *above = y == 0 ? line : line - pixGetWpl(pix);
        const uint32_t *row = row_of(surface, y);
        unsigned left = UINT8_MAX;
        for (int x = 0; x < width; x++) {
            uint32_t pixel = row[x] & WHITE;
            unsigned grey = pixel == WHITE ? UINT8_MAX : grey_of(pixel);
            if (pixel != WHITE || left != UINT8_MAX)
                tally_pixel(pixel, grey, left, y == 0 ? 0 : GET_DATA_BYTE(above, x), tally);
            SET_DATA_BYTE(line, x, (l_uint8)grey);
            left = grey;
        }
    }
    return pix;
}

/* ---- a palette ------------------------------------------------------------------------------- */

/* Pixels that share the first five bits of each colour. */
struct bin {
    uint32_t count, red, green, blue; /* sums */
};

static uint32_t bin_of(uint32_t pixel)
{
    return (pixel >> 19 & 31U) << 10 | (pixel >> 11 & 31U) << 5 | (pixel >> 3 & 31U);
}

static void count_colours(cairo_surface_t *surface, struct bin *bins)
{
    int width = cairo_image_surface_get_width(surface);
    for (int y = 0; y < cairo_image_surface_get_height(surface); y++) {
        const uint32_t *row = row_of(surface, y);
        for (int x = 0; x < width; x++) {
            struct bin *bin = &bins[bin_of(row[x])];
            bin->count++;
            bin->red += part(row[x], 16);
            bin->green += part(row[x], 8);
            bin->blue += part(row[x], 0);
        }
    }
}

/* The bin's mean colour, as in a pixel. */
static uint32_t mean_of(const struct bin *bin)
{
    return bin->red / bin->count << 16 | bin->green / bin->count << 8 | bin->blue / bin->count;
}

static int compare_counts(const void *one, const void *other)
{
    const struct bin *left = *(struct bin *const *)one, *right = *(struct bin *const *)other;
    return (left->count < right->count) - (left->count > right->count);
}

static int distance(uint32_t one, uint32_t other)
{
    int red = (int)part(one, 16) - (int)part(other, 16);
    int green = (int)part(one, 8) - (int)part(other, 8);
    int blue = (int)part(one, 0) - (int)part(other, 0);
    return red * red + green * green + blue * blue;
}

static uint8_t nearest(const uint32_t *palette, unsigned count, uint32_t colour)
{
    unsigned best = 0;
    for (unsigned i = 1; i < count; i++)
        if (distance(palette[i], colour) < distance(palette[best], colour))
            best = i;
    return (uint8_t)best;
}

/* The most frequent colours into `palette`, and for every bin the index of the nearest of them. */
static unsigned choose_palette(struct bin *bins, uint32_t *palette, uint8_t *ret_index)
{
    struct bin **used = calloc(BINS, sizeof(struct bin *));
    unsigned count = 0, taken = 0;
    if (used == NULL)
        return 0;
    for (unsigned i = 0; i < BINS; i++)
        if (bins[i].count > 0)
            used[count++] = &bins[i];
    qsort(used, count, sizeof(struct bin *), compare_counts);
    for (; taken < count && taken < PALETTE_MOST; taken++)
        palette[taken] = mean_of(used[taken]);
    for (unsigned i = 0; i < count; i++)
        ret_index[used[i] - bins] = nearest(palette, taken, mean_of(used[i]));
    free(used);
    return taken;
}

static PIX *index_surface(cairo_surface_t *surface, const uint32_t *palette, unsigned count,
                          const uint8_t *index)
{
    int width = cairo_image_surface_get_width(surface);
    int height = cairo_image_surface_get_height(surface);
    PIX *pix = pixCreateNoInit(width, height, 8);
    PIXCMAP *colours = pixcmapCreate(8);
    for (unsigned i = 0; colours != NULL && i < count; i++)
        pixcmapAddColor(colours, (int)part(palette[i], 16), (int)part(palette[i], 8),
                        (int)part(palette[i], 0));
    if (pix == NULL || colours == NULL) {
        pixcmapDestroy(&colours);
        pixDestroy(&pix);
        return NULL;
    }
    pixSetColormap(pix, colours);
    for (int y = 0; y < height; y++) {
        l_uint32 *line = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);
        const uint32_t *row = row_of(surface, y);
        for (int x = 0; x < width; x++)
            SET_DATA_BYTE(line, x, index[bin_of(row[x])]);
    }
    return pix;
}

static PIX *palette_of_surface(cairo_surface_t *surface)
{
    struct bin *bins = calloc(BINS, sizeof *bins);
    uint8_t *index = calloc(BINS, 1);
    uint32_t palette[PALETTE_MOST];
    PIX *pix = NULL;
    if (bins != NULL && index != NULL) {
        count_colours(surface, bins);
        unsigned count = choose_palette(bins, palette, index);
        pix = count == 0 ? NULL : index_surface(surface, palette, count, index);
    }
    free(bins);
    free(index);
    return pix;
}

/* ---- the raster ------------------------------------------------------------------------------ */

static PIX *colours_of_surface(cairo_surface_t *surface)
{
    int width = cairo_image_surface_get_width(surface);
    int height = cairo_image_surface_get_height(surface);
    PIX *pix = pixCreateNoInit(width, height, 32);
    for (int y = 0; pix != NULL && y < height; y++) {
        l_uint32 *line = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);
        const uint32_t *row = row_of(surface, y);
        for (int x = 0; x < width; x++)
            line[x] = row[x] << 8;
    }
    return pix;
}

static enum status pack_photo(PIX *pix, struct raster *ret_raster, struct fault *fault)
{
    l_uint8 *bytes = NULL;
    size_t length = 0;
    if (pix == NULL || pixWriteMemJpeg(&bytes, &length, pix, JPEG_QUALITY, 0) != 0)
        return fault_set(fault, STATUS_LATER, "out of memory while packing a page");
    *ret_raster = (struct raster){.filter = RASTER_JPEG,
                                  .bytes = bytes,
                                  .length = length,
                                  .colours = pixGetDepth(pix) == 8 ? 1 : 3,
                                  .bits = 8,
                                  .width = pixGetWidth(pix),
                                  .height = pixGetHeight(pix)};
    return STATUS_OK;
}

static enum status pack_exactly(PIX *pix, struct raster *ret_raster, struct fault *fault)
{
    return pix == NULL ? fault_set(fault, STATUS_LATER, "out of memory while packing a page")
                       : raster_from_pix(pix, 1, 1, ret_raster, fault);
}

/* `grey` is what the surface shows without its colours. */
static enum status make_raster(cairo_surface_t *surface, PIX *grey, const struct tally *tally,
                               struct raster *ret_raster, struct fault *fault)
{
    uint64_t pixels = (uint64_t)pixGetWidth(grey) * (uint64_t)pixGetHeight(grey);
    bool is_photo = tally->busy * 100ULL > pixels * BUSY_PERCENT;
    PIX *pix = NULL;
    if (tally->coloured >= COLOURED_PIXELS_LEAST)
        pix = is_photo ? colours_of_surface(surface) : palette_of_surface(surface);
    else if (tally->shaded >= SHADED_PIXELS_LEAST || is_photo)
        pix = pixClone(grey);
    else
        pix = pixThresholdToBinary(grey, INK_BELOW);
    enum status status =
        is_photo ? pack_photo(pix, ret_raster, fault) : pack_exactly(pix, ret_raster, fault);
    pixDestroy(&pix);
    return status;
}

/* A page of whole pixels stays one. */
static int pixels_of(double points, double dpi)
{
    return (int)fmax(1, ceil(points * dpi / 72 - PIXEL_SLACK));
}

static cairo_surface_t *draw(PopplerPage *page, double dpi)
{
    double width = 0, height = 0;
    poppler_page_get_size(page, &width, &height);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, pixels_of(width, dpi),
                                                          pixels_of(height, dpi));
    cairo_t *canvas = cairo_create(surface);
    cairo_set_source_rgb(canvas, 1, 1, 1);
    cairo_paint(canvas);
    cairo_scale(canvas, dpi / 72, dpi / 72);
    poppler_page_render(page, canvas);
    cairo_surface_flush(surface);
    bool good = cairo_status(canvas) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(canvas);
    if (good)
        return surface;
    cairo_surface_destroy(surface);
    return NULL;
}

enum status pdf_render(PopplerPage *page, double dpi, struct picture *picture, struct fault *fault)
{
    struct tally tally = {0};
    cairo_surface_t *surface = draw(page, dpi);
    PIX *grey = surface == NULL ? NULL : grey_of_surface(surface, &tally);
    enum status status =
        grey == NULL ? fault_set(fault, STATUS_LATER, "out of memory while rendering a PDF page")
                     : make_raster(surface, grey, &tally, &picture->raster, fault);
    if (surface != NULL)
        cairo_surface_destroy(surface);
    if (status != STATUS_OK) {
        pixDestroy(&grey);
        return status;
    }
    picture->pix = grey;
    picture->dpi_x = picture->dpi_y = dpi;
    picture->raster.dpi_x = picture->raster.dpi_y = dpi;
    return STATUS_OK;
}
