/* text_layer.h - invisible text behind a page's picture: the font without glyphs, and the
 * operators that put every word where it stands. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_TEXT_LAYER_H
#define OCR_TEXT_LAYER_H

#include <qpdf/qpdf-c.h>

#include "base/reading.h"
#include "base/text.h"
#include "ocr/affine.h"

/* The name under which a page's resources hold the font. */
#define TEXT_LAYER_FONT "/PosteingangText"

/* Adds the font to `pdf`; `font` is the TrueType file. Returns its (indirect) object. */
qpdf_oh text_layer_add_font(qpdf_data pdf, const uint8_t *font, size_t length);
/* Appends the operators for the words of `page`; `to_user` maps its pixels to user space. */
void text_layer_append(const struct reading_page *page, struct affine to_user,
                       struct text *content);

#endif
