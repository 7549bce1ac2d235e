/* preview.h - the pictures of a page that people see in the portal: a preview to read, and a
 * thumbnail to recognise it by. Made where the page is decoded, so that nobody else has to. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_PREVIEW_H
#define OCR_PREVIEW_H

#include <allheaders.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/page_facts.h"

enum {
    PREVIEW_SHORT_SIDE = 1200, /* px: A4 at 145 dpi */
    THUMBNAIL_SHORT_SIDE = 200
};

struct preview {
    uint8_t *bytes; /* owned; NULL: there is none */
    size_t length;
    uint8_t media; /* enum page_media */
    uint32_t width, height;
};

/* Preview and thumbnail of `page` (1 bit or grey, square pixels), turned clockwise by `degrees`.
 * Never larger than the page itself. `reduced` is the page in grey with fewer pixels, which spares
 * another reduction, or NULL. The caller ends both with preview_done(). */
enum status preview_make(PIX *page, PIX *reduced, int degrees, struct preview *ret_preview,
                         struct preview *ret_thumbnail, struct fault *fault);
void preview_done(struct preview *preview);

void preview_encode(const struct preview *preview, struct byte_writer *writer);
/* Trusts nothing; reader->failed tells. To be ended in either case. */
void preview_decode(struct byte_reader *reader, struct preview *ret_preview);

#endif
