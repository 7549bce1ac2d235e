/* health.h - what a page's picture says of the scanner that made it: lines down the page, and how
 * dark ink is on how light paper. Cheap: every eighth row is looked at. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_HEALTH_H
#define OCR_HEALTH_H

#include <leptonica/allheaders.h>

#include "base/page_facts.h"

/* Streak and contrast as base/page_facts.h has them; all 0 for depths other than 1, 8 and 32. `pix`
 * is as the scanner made it, not cleaned. The skew is left at 0. */
struct page_health health_measure(PIX *pix, double dpi);

#endif
