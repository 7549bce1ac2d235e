/* tiff_colours.h - pages of other colours than red, green and blue, turned into these. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_TIFF_COLOURS_H
#define OCR_TIFF_COLOURS_H

#include <allheaders.h>
#include <stdbool.h>

/* `pix` is 32 bit, with the samples in its bytes from the highest on. */
void tiff_cmyk_to_rgb(PIX *pix);
/* L*, a*, b* of white D50; a* and b* are two's complement, or lie around 128 (`is_offset`). */
void tiff_cielab_to_rgb(PIX *pix, bool is_offset);

#endif
