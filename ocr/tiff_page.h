/* tiff_page.h - one directory of a TIFF whose header has passed the gate: its pixels. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_TIFF_PAGE_H
#define OCR_TIFF_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "ocr/ocr.h"
#include "ocr/picture.h"
#include "ocr/tiff_memory.h"

enum tiff_colours {
    TIFF_COLOURS_UNKNOWN = 0,
    TIFF_BILEVEL,
    TIFF_GREY,
    TIFF_PALETTE,
    TIFF_RGB,
    TIFF_CMYK,
    TIFF_YCBCR,  /* that libtiff does not turn into RGB itself */
    TIFF_CIELAB, /* L*, a*, b*; of ICC's kind as well */
};

/* The header's fields, as libtiff reads them. */
struct tiff_page {
    TIFF *tiff;
    struct tiff_memory *memory;
    uint32_t width, height;
    uint32_t tile_width, tile_height, rows_per_strip;
    uint16_t bits, samples, compression, photometric, planar, sample_format, orientation;
    uint16_t alpha; /* EXTRASAMPLE_… of the first extra sample */
    bool is_tiled;
    enum tiff_colours colours;
};

/* Fills pix, raster and rows_lost. REFUSE when nothing of the page can be decoded. */
enum status tiff_page_decode(const struct tiff_page *page, const struct ocr_options *options,
                             struct picture *picture, struct fault *fault);

/* The strips or the only tile of a JPEG-coded page as one JPEG, without decoding: the tables are
 * put in front, and strips become intervals between restart markers. REFUSE when the parts do
 * not allow it. The caller owns *ret_bytes. */
enum status tiff_page_join_jpeg(const struct tiff_page *page, uint8_t **ret_bytes,
                                size_t *ret_length, struct fault *fault);

#endif
