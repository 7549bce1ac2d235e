/* pdf_file.h - a PDF in memory under qpdf, and what its pages say of themselves. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_PDF_FILE_H
#define OCR_PDF_FILE_H

#include <qpdf/qpdf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "ocr/affine.h"

struct pdf_rectangle {
    double left, bottom, right, top; /* pt */
};

/* Silent, recovering. `bytes` are borrowed for the life of *ret_pdf, which the caller ends with
 * qpdf_cleanup(). REFUSE when it cannot be opened. */
enum status pdf_file_open(const uint8_t *bytes, size_t length, qpdf_data *ret_pdf,
                          struct fault *fault);

/* An attribute that pages inherit (Resources, MediaBox, CropBox, Rotate); a null object when
 * neither the page nor its parents have it. */
qpdf_oh pdf_page_attribute(qpdf_data pdf, qpdf_oh page, const char *key);
/* The visible box: the CropBox within the MediaBox; A4 when neither makes sense. */
struct pdf_rectangle pdf_page_box(qpdf_data pdf, qpdf_oh page);
/* Clockwise: 0, 90, 180 or 270. */
int pdf_page_rotation(qpdf_data pdf, qpdf_oh page);

/* Reads up to `count` numbers of an array; false when it is not one of at least that many. */
bool pdf_numbers(qpdf_data pdf, qpdf_oh array, double *ret_numbers, int count);

#endif
