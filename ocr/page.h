/* page.h - one page: from the scan's bytes to its words, its codes and its raster.
 *
 * This is the work of a page's child. `rotation` in the reading is what the page had to be turned
 * beyond what its file says (Orientation, EXIF, /Rotate): 0 for a page that viewers show upright. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_PAGE_H
#define OCR_PAGE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "ocr/engine.h"
#include "ocr/format.h"
#include "ocr/picture.h"
#include "ocr/preview.h"

struct page_result {
    struct reading_page reading;
    struct raster raster;       /* RASTER_NONE when the page is lifted */
    struct placement placement; /* of the raster */
    struct preview preview, thumbnail;
    struct page_health health;
    bool is_lifted; /* a PDF's page that is one image, which the archive takes from there */
};

void page_result_done(struct page_result *result);
void page_result_encode(const struct page_result *result, struct byte_writer *writer);
/* REFUSE when the bytes are none. On STATUS_OK the caller owns *ret_result. */
enum status page_result_decode(const uint8_t *bytes, size_t length, struct page_result *ret_result,
                               struct fault *fault);

/* REFUSE: the page can never be decoded (German sentence). On STATUS_OK the caller owns
 * *ret_result. */
enum status page_read(struct engine *engine, const struct format *format,
                      const struct source *source, const struct ocr_options *options,
                      uint32_t index, struct page_result *ret_result, struct fault *fault);

/* The same without a look at the pixels, for a page that took longer than it may: its raster and
 * size, no words, and the flag that says so. */
enum status page_keep(const struct format *format, const struct source *source,
                      const struct ocr_options *options, uint32_t index,
                      struct page_result *ret_result, struct fault *fault);

/* What page_read() begins with: turns the picture upright as its file says, with square pixels.
 * *ret_dpi is its resolution then, estimated when the file does not say. */
enum status page_straighten(struct picture *picture, double *ret_dpi, struct fault *fault);

/* What stands for a page that page_read() refused: flagged, with a note instead of a picture. */
enum status page_unreadable(uint32_t index, struct page_result *ret_result, struct fault *fault);

#endif
