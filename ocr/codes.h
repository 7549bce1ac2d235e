/* codes.h - bar codes and QR codes on a page (zbar, libdmtx). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_CODES_H
#define OCR_CODES_H

#include <allheaders.h>

#include "base/fault.h"
#include "base/reading.h"
#include "ocr/affine.h"

/* One page in the forms in which it is looked at. */
struct codes_sight {
    PIX *
        scanned; /* its own pixels, which are looked at where there are few; NULL: `grey` has them */
    PIX *grey;   /* at the resolution of recognition */
    PIX *bits;   /* as `grey` in one bit and as large or smaller: tells where codes may be */
    struct affine to_page; /* from pixels of `grey` */
};

/* Finds the codes (any orientation) and fills codes and code_count of `page`, whose size is set and
 * into which the boxes are clamped. */
enum status codes_find(const struct codes_sight *sight, struct reading_page *page,
                       struct fault *fault);

#endif
