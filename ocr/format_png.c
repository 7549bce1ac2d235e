/* format_png.c - a PNG file is one page. Its compressed rows go into the archive as they are,
 * unless it is interlaced or transparent, which PDF cannot say; then the pixels are packed anew,
 * transparent ones as the white paper they lie on. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "ocr/format.h"

enum {
    PNG_LEAST_BYTES = 33, /* signature and IHDR */
    PNG_WIDTH_AT = 16,
    PNG_HEIGHT_AT = 20,
};

static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

static int bid(const struct source *source)
{
    return source->length >= sizeof signature &&
                   memcmp(source->bytes, signature, sizeof signature) == 0
               ? 64
               : 0;
}

static uint32_t number_at(const struct source *source, size_t at)
{
    const uint8_t *bytes = source->bytes + at;
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static enum status check(const struct source *source, const struct ocr_options *options,
                         struct fault *fault)
{
    if (source->length < PNG_LEAST_BYTES || memcmp(source->bytes + 12, "IHDR", 4) != 0)
        return fault_set(fault, STATUS_REFUSE,
                         "Das PNG-Bild ist beschädigt. Bitte das Blatt neu scannen.");
    return format_check_size(options, number_at(source, PNG_WIDTH_AT),
                             number_at(source, PNG_HEIGHT_AT), fault);
}

static enum status count(const struct source *source, const struct ocr_options *options,
                         uint32_t *ret_pages, struct fault *fault)
{
    enum status status = check(source, options, fault);
    if (status == STATUS_OK)
        *ret_pages = 1;
    return status;
}

/* Transparent pixels show the paper. */
static PIX *on_white(PIX *pix)
{
    return pixGetSpp(pix) == 4 ? pixAlphaBlendUniform(pix, 0xFFFFFF00) : pixClone(pix);
}

static PIX *without_palette(PIX *pix)
{
    return pixGetColormap(pix) != NULL ? pixRemoveColormap(pix, REMOVE_CMAP_BASED_ON_SRC)
                                       : pixClone(pix);
}

/* The pixels as 1 bit, or 8 bit grey, or 32 bit colours. */
static PIX *decode(const struct source *source)
{
    PIX *stored = pixReadMemPng(source->bytes, source->length);
    PIX *plain = stored == NULL ? NULL : without_palette(stored);
    pixDestroy(&stored);
    PIX *opaque = plain == NULL ? NULL : on_white(plain);
    pixDestroy(&plain);
    if (opaque == NULL || pixGetDepth(opaque) == 1 || pixGetDepth(opaque) == 32)
        return opaque;
    PIX *grey = pixConvertTo8(opaque, 0);
    pixDestroy(&opaque);
    return grey;
}

static enum status fill(const struct source *source, PIX *pix, struct picture *picture,
                        struct fault *fault)
{
    picture->dpi_x = pixGetXRes(pix);
    picture->dpi_y = pixGetYRes(pix);
    enum status status = raster_from_png(source->bytes, source->length, &picture->raster, NULL);
    if (status == STATUS_REFUSE)
        status = raster_from_pix(pix, 1, 1, &picture->raster, fault);
    if (status != STATUS_OK)
        return status;
    if (pixGetDepth(pix) == 32)
        return picture_take_colours(picture, pix, fault);
    picture->pix = pixGetDepth(pix) == 1 ? pixClone(pix) : pixConvertTo8(pix, 0);
    if (picture->pix == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory for a PNG");
    return STATUS_OK;
}

static enum status load(const struct source *source, const struct ocr_options *options,
                        uint32_t index, struct picture *ret_picture, struct fault *fault)
{
    enum status status = index == 0 ? check(source, options, fault) : STATUS_REFUSE;
    if (status != STATUS_OK)
        return status;
    PIX *pix = decode(source);
    if (pix == NULL)
        return fault_set(fault, STATUS_REFUSE,
                         "Das PNG-Bild ist beschädigt. Bitte das Blatt neu scannen.");
    struct picture picture = {0};
    status = fill(source, pix, &picture, fault);
    pixDestroy(&pix);
    if (status == STATUS_OK)
        *ret_picture = picture;
    else
        picture_done(&picture);
    return status;
}

const struct format format_png = {.name = "PNG", .bid = bid, .count = count, .load = load};
