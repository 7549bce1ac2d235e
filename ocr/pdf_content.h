/* pdf_content.h - what a page's content stream paints, as far as it matters for scans: is the
 * page one image, and does text lie under or over it? */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_PDF_CONTENT_H
#define OCR_PDF_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ocr/pdf_file.h"

enum { PDF_NAME_BYTES = 128 };

struct pdf_content {
    unsigned images;                 /* XObjects painted */
    char image_name[PDF_NAME_BYTES]; /* of the last one, with its slash */
    struct affine image_matrix;      /* unit square to user space */
    bool has_visible_text;
    bool has_hidden_text; /* render mode 3 or 7 */
    bool has_drawing;     /* paths, shadings, inline images */
    bool has_colour;      /* a fill colour was set */
};

/* Reads the operators; what cannot be understood counts as drawing. */
void pdf_content_read(const uint8_t *bytes, size_t length, struct pdf_content *ret_content);

#endif
