/* format_jpeg.c - a JPEG file is one page; its bytes go into the archive as they are. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "ocr/format.h"
#include "ocr/jpeg.h"

static int bid(const struct source *source)
{
    return source->length > 3 && memcmp(source->bytes, "\xFF\xD8\xFF", 3) == 0 ? 24 : 0;
}

static enum status count(const struct source *source, const struct ocr_options *options,
                         uint32_t *ret_pages, struct fault *fault)
{
    struct jpeg_header header;
    if (!jpeg_header_read(source->bytes, source->length, &header))
        return fault_set(fault, STATUS_REFUSE,
                         "Das JPEG-Bild ist beschädigt. Bitte das Blatt neu scannen.");
    enum status status = jpeg_check(&header, options, fault);
    if (status == STATUS_OK)
        *ret_pages = 1;
    return status;
}

static enum status keep_bytes(const struct source *source, const struct jpeg_header *header,
                              struct raster *ret_raster, struct fault *fault)
{
    struct raster raster = {.bytes = malloc(source->length), .length = source->length};
    if (raster.bytes == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory for a JPEG of %zu bytes",
                         source->length);
    memcpy(raster.bytes, source->bytes, source->length);
    jpeg_describe_raster(header, &raster);
    *ret_raster = raster;
    return STATUS_OK;
}

static enum status load(const struct source *source, const struct ocr_options *options,
                        uint32_t index, struct picture *ret_picture, struct fault *fault)
{
    struct jpeg_header header;
    if (index != 0 || !jpeg_header_read(source->bytes, source->length, &header))
        return fault_set(fault, STATUS_REFUSE,
                         "Das JPEG-Bild ist beschädigt. Bitte das Blatt neu scannen.");
    enum status status = jpeg_check(&header, options, fault);
    if (status != STATUS_OK)
        return status;
    struct picture picture = {.dpi_x = header.dpi_x, .dpi_y = header.dpi_y};
    picture.placement = placement_of_orientation(header.orientation);
    status = jpeg_decode(source->bytes, source->length, &header, &picture, fault);
    if (status == STATUS_OK)
        status = keep_bytes(source, &header, &picture.raster, fault);
    if (status == STATUS_OK)
        *ret_picture = picture;
    else
        picture_done(&picture);
    return status;
}

const struct format format_jpeg = {.name = "JPEG", .bid = bid, .count = count, .load = load};
