/* cleanup.h - the copy of a page that recognition gets: grey, even light, straight lines, and no
 * more pixels than the model looks at. The archive never sees it. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_CLEANUP_H
#define OCR_CLEANUP_H

#include <allheaders.h>

#include "base/fault.h"
#include "ocr/affine.h"

struct clean_picture {
    PIX *pix;   /* 8 bit grey; owned */
    PIX *plain; /* the same before its light was evened out and before it was turned; owned */
    int dpi;
    struct affine to_page; /* its pixels to those of the page */
};

/* `page` (1 bit or grey) has square pixels. On STATUS_OK the caller ends *ret_clean with
 * clean_picture_done(). */
enum status clean_picture_init(PIX *page, double dpi, struct clean_picture *ret_clean,
                               struct fault *fault);
void clean_picture_done(struct clean_picture *clean);

/* Turns by quarters; the page is then the page turned likewise. */
enum status clean_picture_turn(struct clean_picture *clean, int degrees, struct fault *fault);
/* Turns clockwise by a few degrees to level the lines; the page stays as it is. */
enum status clean_picture_level(struct clean_picture *clean, double degrees, struct fault *fault);
/* Takes ruling lines out of a level picture. */
enum status clean_picture_erase_rules(struct clean_picture *clean, struct fault *fault);

#endif
