/* codes.h - bar codes and QR codes on a page (zbar, libdmtx). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_CODES_H
#define OCR_CODES_H

#include <allheaders.h>

#include "base/fault.h"
#include "base/reading.h"
#include "ocr/affine.h"

/* Finds the codes in `grey` (any orientation) and fills codes and code_count of `page`, whose size
 * is set; `to_page` maps the boxes, which are clamped into the page. `bits` is the same picture in
 * one bit and as large or smaller: it tells where codes may be. */
enum status codes_find(PIX *grey, PIX *bits, struct affine to_page, struct reading_page *page,
                       struct fault *fault);

#endif
