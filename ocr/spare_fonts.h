/* spare_fonts.h - fonts for PDFs that leave theirs out.
 *
 * A confined child opens no files, so that poppler could not draw such text. The fonts are read
 * once, before anything is confined, and put into the document where it lacks one. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_SPARE_FONTS_H
#define OCR_SPARE_FONTS_H

#include <qpdf/qpdf-c.h>
#include <stdbool.h>

/* Reads the fonts; what is not installed is left out. They stay until spare_fonts_release();
 * calls nest. */
void spare_fonts_load(void);
void spare_fonts_release(void);

/* Puts fonts into `page` and what it draws, where they are missing. `ret_given` counts; false when
 * one was missing for which there is no spare. */
bool spare_fonts_give(qpdf_data pdf, qpdf_oh page, unsigned *ret_given);

#endif
