/* pdf_text.h - the words that a PDF page brings along, when they can be believed. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_PDF_TEXT_H
#define OCR_PDF_TEXT_H

#include <poppler.h>
#include <stdbool.h>

#include "base/reading.h"

/* Fills words, size and resolution of *ret_page, at `dpi`, in the order in which poppler reads
 * the page; filled-in form fields stand behind the words to their left. Returns false when memory
 * is out. The caller owns the words (reading_page_done()). */
bool pdf_text_read(PopplerPage *page, double dpi, struct reading_page *ret_page);

/* Whether the words are text that a person would see, and not what a font without a proper
 * encoding makes of it. */
bool pdf_text_is_sane(const struct reading_page *page);

/* Share of the page that its largest image covers, 0 to 1. */
double pdf_text_image_share(PopplerPage *page);

#endif
