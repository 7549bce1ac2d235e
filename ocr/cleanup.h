/* cleanup.h - the copy of a page that recognition gets: grey, even light, straight lines, and a
 * resolution that the model likes. The archive never sees it. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_CLEANUP_H
#define OCR_CLEANUP_H

#include <allheaders.h>

#include "base/fault.h"
#include "ocr/affine.h"

struct clean_picture {
    PIX *pix; /* owned */
    int dpi;
    struct affine to_page; /* its pixels to the page's */
};

/* `page` is upright, with square pixels. On STATUS_OK the caller destroys ret_clean->pix. */
enum status cleanup(PIX *page, double dpi, struct clean_picture *ret_clean, struct fault *fault);

#endif
