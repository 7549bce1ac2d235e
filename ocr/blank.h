/* blank.h - whether anything is on a page that a person would miss. What shines through from the
 * other side, punch holes, staples, the bed's edges, dust and streaks are nothing; a faint line of
 * a pencil is something. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_BLANK_H
#define OCR_BLANK_H

#include <allheaders.h>
#include <stdbool.h>

#include "ocr/survey.h"

/* `grey` is the page at `dpi` when it was scanned in grey or colour, else NULL: in black and white
 * the scanner has decided already what is faint. In doubt, and without memory, a page is not
 * blank. */
bool blank_page(const struct survey *survey, PIX *grey, double dpi);

#endif
