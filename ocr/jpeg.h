/* jpeg.h - what a JPEG says of itself, and its decoding to grey. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_JPEG_H
#define OCR_JPEG_H

#include <allheaders.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "ocr/ocr.h"
#include "ocr/picture.h"

struct jpeg_header {
    uint32_t width, height;
    uint8_t frame;      /* 0: baseline, 1: extended, 2: progressive; others are not read */
    uint8_t components; /* 1, 3 or 4 */
    uint8_t precision;  /* bits a sample */
    bool is_adobe;
    uint8_t adobe_transform; /* 0: RGB or CMYK, 1: YCbCr, 2: YCCK */
    double dpi_x, dpi_y;     /* 0: not said */
    unsigned orientation;    /* EXIF; 0: not said */
};

/* Reads the markers up to the first scan; false when there is no frame header. */
bool jpeg_header_read(const uint8_t *bytes, size_t length, struct jpeg_header *ret_header);
/* Limits and kinds that we decode. */
enum status jpeg_check(const struct jpeg_header *header, const struct ocr_options *options,
                       struct fault *fault);
/* Fills pix, small and stamps of `picture`. Damaged data gives what could be decoded. */
enum status jpeg_decode(const uint8_t *bytes, size_t length, const struct jpeg_header *header,
                        struct picture *picture, struct fault *fault);
/* Fills all but the bytes and the resolution. */
void jpeg_describe_raster(const struct jpeg_header *header, struct raster *raster);

#endif
