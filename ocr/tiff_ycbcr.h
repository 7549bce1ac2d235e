/* tiff_ycbcr.h - TIFF pages of luminance and colour differences that libtiff hands out as such:
 * everything YCbCr but modern JPEG. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_TIFF_YCBCR_H
#define OCR_TIFF_YCBCR_H

#include <allheaders.h>

#include "ocr/tiff_page.h"

/* Fills `pix` (32 bit, as large as the page) and counts the rows that were lost. */
enum status tiff_ycbcr_read(const struct tiff_page *page, PIX *pix, uint32_t *ret_lost,
                            struct fault *fault);

#endif
