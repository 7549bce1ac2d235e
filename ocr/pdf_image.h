/* pdf_image.h - lifts the image out of a PDF page that is nothing but a scan, without rendering
 * it: the pixels are the scanner's own, at the scanner's own resolution. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_PDF_IMAGE_H
#define OCR_PDF_IMAGE_H

#include <stdbool.h>

#include "ocr/ocr.h"
#include "ocr/pdf_content.h"
#include "ocr/pdf_file.h"
#include "ocr/picture.h"

/* Fills pix, resolution and placement when `page` shows one image and nothing else that is
 * visible. REFUSE: it is another kind of page, or the image is of a kind that has to be rendered
 * (or breaks a limit; rendering checks again). */
enum status pdf_image_lift(qpdf_data pdf, qpdf_oh page, const struct pdf_content *content,
                           const struct ocr_options *options, struct picture *picture,
                           struct fault *fault);

/* The resolution at which a page that shows one image and nothing else that is visible has the
 * image's own pixels; 0 for other pages. */
double pdf_image_dpi(qpdf_data pdf, qpdf_oh page, const struct pdf_content *content);

/* True when an image of the page is JBIG2 with symbol dictionaries, halftones or refinement,
 * which may have put one sign in another's place (TR-03138 A.SC.12, T.88). */
bool pdf_page_is_symbol_coded(qpdf_data pdf, qpdf_oh page);

#endif
