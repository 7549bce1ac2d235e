/* jpeg.c - see jpeg.h. The markers are read here (ITU-T T.81 annex B, JFIF, EXIF 2.3), the
 * picture is decoded by Leptonica, to luminance alone where the colours are YCbCr and no stamp is
 * likely. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "ocr/format.h"
#include "ocr/jpeg.h"

enum {
    MARKER_SOI = 0xD8,
    MARKER_EOI = 0xD9,
    MARKER_SOS = 0xDA,
    MARKER_APP0 = 0xE0,
    MARKER_APP1 = 0xE1,
    MARKER_APP14 = 0xEE,
    FRAME_FIRST = 0xC0,
    FRAME_LAST = 0xCF,
    FRAME_BYTES = 6,
    EXIF_HEADER_BYTES = 6,
    EXIF_ENTRY_BYTES = 12,
    EXIF_ENTRIES_MOST = 512,
    EXIF_ORIENTATION = 0x0112,
    SMALL_REDUCTION = 8,
};

static uint32_t number(const uint8_t *bytes, size_t count, bool is_little)
{
    uint32_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value << 8 | bytes[is_little ? count - 1 - i : i];
    return value;
}

/* The Orientation of the first directory of an EXIF segment, which is a small TIFF. */
static unsigned exif_orientation(const uint8_t *segment, size_t length)
{
    if (length < EXIF_HEADER_BYTES + 8 || memcmp(segment, "Exif\0", EXIF_HEADER_BYTES) != 0)
        return 0;
    const uint8_t *tiff = segment + EXIF_HEADER_BYTES;
    length -= EXIF_HEADER_BYTES;
    bool is_little = tiff[0] == 'I';
    uint32_t directory = number(tiff + 4, 4, is_little);
    if (directory > length - 2)
        return 0;
    uint32_t count = number(tiff + directory, 2, is_little);
    for (uint32_t i = 0; i < count && i < EXIF_ENTRIES_MOST; i++) {
        size_t at = (size_t)directory + 2 + (size_t)i * EXIF_ENTRY_BYTES;
        if (at + EXIF_ENTRY_BYTES > length)
            return 0;
        if (number(tiff + at, 2, is_little) == EXIF_ORIENTATION)
            return number(tiff + at + 8, 2, is_little);
    }
    return 0;
}

static void read_jfif(const uint8_t *segment, size_t length, struct jpeg_header *header)
{
    if (length < 12 || memcmp(segment, "JFIF", 5) != 0)
        return;
    double unit = segment[7] == 1 ? 1 : segment[7] == 2 ? 2.54 : 0;
    header->dpi_x = unit * number(segment + 8, 2, false);
    header->dpi_y = unit * number(segment + 10, 2, false);
}

static bool is_frame(uint8_t marker)
{
    // C4, C8 and CC are tables in the same range.
    return marker >= FRAME_FIRST && marker <= FRAME_LAST && marker % 4 != 0 ? true
                                                                            : marker == FRAME_FIRST;
}

static void read_segment(uint8_t marker, const uint8_t *segment, size_t length,
                         struct jpeg_header *header)
{
    if (is_frame(marker) && length >= FRAME_BYTES) {
        header->frame = (uint8_t)(marker - FRAME_FIRST);
        header->precision = segment[0];
        header->height = number(segment + 1, 2, false);
        header->width = number(segment + 3, 2, false);
        header->components = segment[5];
    } else if (marker == MARKER_APP0) {
        read_jfif(segment, length, header);
    } else if (marker == MARKER_APP1) {
        unsigned orientation = exif_orientation(segment, length);
        header->orientation = orientation != 0 ? orientation : header->orientation;
    } else if (marker == MARKER_APP14 && length >= 12 && memcmp(segment, "Adobe", 5) == 0) {
        header->is_adobe = true;
        header->adobe_transform = segment[11];
    }
}

bool jpeg_header_read(const uint8_t *bytes, size_t length, struct jpeg_header *ret_header)
{
    struct jpeg_header header = {0};
    if (length < 4 || bytes[0] != 0xFF || bytes[1] != MARKER_SOI)
        return false;
    size_t at = 2;
    while (at + 4 <= length && bytes[at] == 0xFF) {
        uint8_t marker = bytes[at + 1];
        if (marker == 0xFF) {
            at++;
            continue;
        }
        if (marker == MARKER_SOS || marker == MARKER_EOI)
            break;
        size_t segment = number(bytes + at + 2, 2, false);
        if (segment < 2 || segment > length - at - 2)
            break;
        read_segment(marker, bytes + at + 4, segment - 2, &header);
        at += 2 + segment;
    }
    if (header.components == 0)
        return false;
    *ret_header = header;
    return true;
}

enum status jpeg_check(const struct jpeg_header *header, const struct ocr_options *options,
                       struct fault *fault)
{
    if (header->frame > 2 || header->precision != 8 ||
        (header->components != 1 && header->components != 3 && header->components != 4))
        return fault_set(fault, STATUS_REFUSE,
                         "Das JPEG-Bild ist von einer Art, die nicht gelesen wird (Rahmen %u, "
                         "%u Bit, %u Farben). Bitte als gewöhnliches JPEG oder PDF neu scannen.",
                         header->frame, header->precision, header->components);
    return format_check_size(options, header->width, header->height, fault);
}

/* A look at an eighth of the sides costs little: whether the colours are worth decoding. */
static bool may_have_stamps(const uint8_t *bytes, size_t length, struct picture *picture)
{
    picture->small = pixReadMemJpeg(bytes, length, 0, SMALL_REDUCTION, NULL, 0);
    return picture->small != NULL && stamps_are_likely(picture->small);
}

static enum status refuse_broken(struct picture *picture, struct fault *fault)
{
    pixDestroy(&picture->small);
    return fault_set(fault, STATUS_REFUSE,
                     "Das JPEG-Bild ist beschädigt. Bitte das Blatt neu scannen.");
}

static enum status decode_colours(const uint8_t *bytes, size_t length, struct picture *picture,
                                  struct fault *fault)
{
    PIX *colours = pixReadMemJpeg(bytes, length, 0, 1, NULL, 0);
    if (colours == NULL || pixGetDepth(colours) != 32) {
        pixDestroy(&colours);
        return refuse_broken(picture, fault);
    }
    enum status status = picture_take_colours(picture, colours, fault);
    pixDestroy(&colours);
    return status;
}

enum status jpeg_decode(const uint8_t *bytes, size_t length, const struct jpeg_header *header,
                        struct picture *picture, struct fault *fault)
{
    bool has_luminance =
        header->components == 3 && !(header->is_adobe && header->adobe_transform == 0);
    if (header->components == 3 && may_have_stamps(bytes, length, picture))
        return decode_colours(bytes, length, picture, fault);
    PIX *pix = pixReadMemJpeg(bytes, length, 0, 1, NULL, has_luminance ? L_JPEG_READ_LUMINANCE : 0);
    PIX *grey = pix == NULL ? NULL : pixConvertTo8(pix, 0);
    pixDestroy(&pix);
    if (grey == NULL)
        return refuse_broken(picture, fault);
    picture->pix = grey;
    return STATUS_OK;
}

void jpeg_describe_raster(const struct jpeg_header *header, struct raster *raster)
{
    raster->filter = RASTER_JPEG;
    raster->width = (int32_t)header->width;
    raster->height = (int32_t)header->height;
    raster->colours = header->components;
    raster->bits = header->precision;
    // Adobe writes CMYK the other way round (Adobe Technical Note 5116).
    raster->is_inverted = header->components == 4 && header->is_adobe;
}
