/* shrink.h - pictures made smaller in shades of grey. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_SHRINK_H
#define OCR_SHRINK_H

#include <allheaders.h>

/* `bits` (1 is black) at `scale` (above 0, at most 1) as 8 bit grey: every pixel is the share of
 * white in the area it stands for. NULL when memory is out. The caller owns the result. */
PIX *shrink_to_grey(PIX *bits, double scale);
/* The same of a picture that is 8 bit grey already. */
PIX *shrink_grey(PIX *grey, double scale);

#endif
