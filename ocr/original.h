/* original.h - the page as it was scanned, for a closer look at a piece of the picture that was
 * made of it for reading: smaller, turned, and level. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_ORIGINAL_H
#define OCR_ORIGINAL_H

#include <allheaders.h>

#include "base/reading.h"
#include "ocr/affine.h"

struct original {
    PIX *pix; /* 1 bit (1 is black), or 8 bit grey; the caller's */
    double dpi;
    struct affine from_picture; /* the picture's pixels to those of `pix` */
};

/* What `box` of the picture shows, `scale` times as large as there, in 8 bit grey; white beyond the
 * page. The caller owns the result. NULL: no memory. */
PIX *original_piece(const struct original *original, struct reading_box box, double scale);

#endif
