/* rotate.h - grey pictures turned by a few degrees. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_ROTATE_H
#define OCR_ROTATE_H

#include <allheaders.h>

/* `grey` (8 bit) turned clockwise about its middle, as large as before, white where nothing was:
 * (x, y) shows what stood at (cos x + sin y, cos y - sin x), counted from the middle, whose place
 * is half the width and half the height, rounded down. NULL when memory is out. */
PIX *rotate_grey(PIX *grey, double radians);

#endif
