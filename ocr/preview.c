/* preview.c - see preview.h.
 *
 * Pages of one bit become four shades of grey in a PNG: at half the resolution a fair picture of
 * text in about 40 kB. Grey pages become JPEG. The preview is made from the reduction that was made
 * for recognition, where there is one, and the thumbnail from the preview. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/picture.h"
#include "ocr/preview.h"
#include "ocr/shrink.h"

enum {
    SHADES = 4,
    JPEG_QUALITY = 60,
    THUMBNAIL_QUALITY = 70,
    LEPTONICA_ZLIB_BASE = 10, /* pixSetSpecial(): 10 + level */
    ZLIB_LEVEL = 2,           /* within a tenth of level 6 on four shades, at a third of its time */
};

void preview_done(struct preview *preview)
{
    free(preview->bytes);
    *preview = (struct preview){0};
}

static double scale_to(PIX *pix, int short_side)
{
    double have = fmin(pixGetWidth(pix), pixGetHeight(pix));
    double longest = fmax(pixGetWidth(pix), pixGetHeight(pix));
    return fmin(1, fmin(short_side / have, PAGE_IMAGE_SIDE_MOST / longest));
}

/* Grey, and not larger than the short side says. */
static PIX *reduce(PIX *page, int short_side)
{
    double scale = scale_to(page, short_side);
    if (pixGetDepth(page) == 1)
        return shrink_to_grey(page, scale);
    if (pixGetDepth(page) == 8 && pixGetColormap(page) == NULL)
        return scale < 1 ? shrink_grey(page, scale) : pixClone(page);
    return scale < 1 ? pixScaleAreaMap(page, (float)scale, (float)scale) : pixClone(page);
}

/* Enough for a preview, and not larger than the page. */
static bool is_of_use(PIX *reduced, PIX *page)
{
    return reduced != NULL && pixGetWidth(reduced) <= pixGetWidth(page) &&
           scale_to(reduced, PREVIEW_SHORT_SIDE) < 1;
}

static enum status pack_jpeg(PIX *grey, int quality, struct preview *ret_preview,
                             struct fault *fault)
{
    l_uint8 *bytes = NULL;
    size_t length = 0;
    if (pixWriteMemJpeg(&bytes, &length, grey, quality, 0) != 0)
        return fault_set(fault, STATUS_LATER, "out of memory for a preview");
    *ret_preview = (struct preview){bytes, length, PAGE_MEDIA_JPEG, (uint32_t)pixGetWidth(grey),
                                    (uint32_t)pixGetHeight(grey)};
    return STATUS_OK;
}

static enum status pack_shades(PIX *grey, struct preview *ret_preview, struct fault *fault)
{
    l_uint8 *bytes = NULL;
    size_t length = 0;
    PIX *shades = pixThresholdTo2bpp(grey, SHADES, 0);
    if (shades != NULL)
        pixSetSpecial(shades, LEPTONICA_ZLIB_BASE + ZLIB_LEVEL);
    int failed = shades == NULL || pixWriteMemPng(&bytes, &length, shades, 0) != 0;
    pixDestroy(&shades);
    if (failed != 0)
        return fault_set(fault, STATUS_LATER, "out of memory for a preview");
    *ret_preview = (struct preview){bytes, length, PAGE_MEDIA_PNG, (uint32_t)pixGetWidth(grey),
                                    (uint32_t)pixGetHeight(grey)};
    return STATUS_OK;
}

enum status preview_make(PIX *page, PIX *reduced, int degrees, struct preview *ret_preview,
                         struct preview *ret_thumbnail, struct fault *fault)
{
    struct preview preview = {0}, thumbnail = {0};
    PIX *grey = reduce(is_of_use(reduced, page) ? reduced : page, PREVIEW_SHORT_SIDE);
    enum status status = grey == NULL ? fault_set(fault, STATUS_LATER, "out of memory")
                                      : pix_turn(&grey, degrees, fault);
    PIX *small = status == STATUS_OK ? reduce(grey, THUMBNAIL_SHORT_SIDE) : NULL;
    if (status == STATUS_OK && small == NULL)
        status = fault_set(fault, STATUS_LATER, "out of memory for a thumbnail");
    if (status == STATUS_OK)
        status = pixGetDepth(page) == 1 ? pack_shades(grey, &preview, fault)
                                        : pack_jpeg(grey, JPEG_QUALITY, &preview, fault);
    if (status == STATUS_OK)
        status = pack_jpeg(small, THUMBNAIL_QUALITY, &thumbnail, fault);
    pixDestroy(&grey);
    pixDestroy(&small);
    if (status == STATUS_OK) {
        *ret_preview = preview;
        *ret_thumbnail = thumbnail;
    } else {
        preview_done(&preview);
    }
    return status;
}

void preview_encode(const struct preview *preview, struct byte_writer *writer)
{
    byte_writer_u8(writer, preview->media);
    byte_writer_u32(writer, preview->width);
    byte_writer_u32(writer, preview->height);
    byte_writer_u64(writer, preview->length);
    byte_writer_raw(writer, preview->bytes, preview->length);
}

void preview_decode(struct byte_reader *reader, struct preview *ret_preview)
{
    struct preview preview = {0};
    preview.media = byte_reader_u8(reader);
    preview.width = byte_reader_u32(reader);
    preview.height = byte_reader_u32(reader);
    uint64_t length = byte_reader_u64(reader);
    const uint8_t *bytes = byte_reader_borrow(reader, length);
    if (bytes == NULL || length == 0 || preview.media > PAGE_MEDIA_JPEG ||
        preview.width > PAGE_IMAGE_SIDE_MOST || preview.height > PAGE_IMAGE_SIDE_MOST) {
        reader->failed = reader->failed || length != 0 || preview.media != PAGE_MEDIA_NONE;
        return;
    }
    preview.bytes = malloc(length);
    if (preview.bytes == NULL) {
        reader->failed = true;
        return;
    }
    memcpy(preview.bytes, bytes, length);
    preview.length = length;
    *ret_preview = preview;
}
