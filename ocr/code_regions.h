/* code_regions.h - where on a page codes may be: so that nobody has to search all of it. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_CODE_REGIONS_H
#define OCR_CODE_REGIONS_H

#include <allheaders.h>
#include <stdint.h>

#include "base/reading.h"

enum { CODE_REGIONS_MOST = 24 };

struct code_region {
    int left, top, width, height; /* px of `bits` */
    struct reading_box dark;      /* what is dark in it */
    int ink_percent;              /* of that */
};

/* Fills the places in `bits` (1 is ink, 100 to 220 dpi) that are as dark as a code and at least
 * 4 mm high and wide, largest first, with room around them; returns how many. */
unsigned code_regions_find(PIX *bits, struct code_region ret_regions[CODE_REGIONS_MOST]);

#endif
