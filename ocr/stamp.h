/* stamp.h - coloured ink over print is parted from it, so that both can be read.
 *
 * A received stamp lies across whatever the letter says there; in grey the two are one tangle. On a
 * page in colours they are two pictures: the page without the stamp, and the stamp alone. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_STAMP_H
#define OCR_STAMP_H

#include <allheaders.h>
#include <stdbool.h>

#include "base/fault.h"

/* Both 8 bit grey and as large as the page, or both NULL. */
struct stamps {
    PIX *beneath; /* the page without coloured ink where it lies over print; owned */
    PIX *alone;   /* that ink on white; owned */
};

/* `colours` (32 bit) shows the page; `grey` is the same in grey. Pages without coloured ink over
 * print give none. On STATUS_OK the caller ends *ret_stamps with stamps_done(). */
enum status stamps_part(PIX *colours, PIX *grey, struct stamps *ret_stamps, struct fault *fault);
void stamps_done(struct stamps *stamps);

/* Whether a small copy of a page in colours (a pixel a millimetre or finer) shows enough coloured
 * ink to look closer, and not so much that the paper itself is coloured. */
bool stamps_are_likely(PIX *small);

#endif
