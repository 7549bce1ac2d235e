/* pdf_render.h - what a PDF page looks like: grey for recognition, and a raster for the archive in
 * the smallest form that keeps what a person sees. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_PDF_RENDER_H
#define OCR_PDF_RENDER_H

#include <poppler.h>

#include "base/fault.h"
#include "ocr/picture.h"

/* Fills pix (8 bit grey), resolution and raster of `picture`, whose page is shown at `dpi`, turned
 * as its /Rotate says. */
enum status pdf_render(PopplerPage *page, double dpi, struct picture *picture, struct fault *fault);

#endif
