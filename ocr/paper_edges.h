/* paper_edges.h - where a sheet lies in a photograph: its four edges against the table. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_PAPER_EDGES_H
#define OCR_PAPER_EDGES_H

#include <allheaders.h>
#include <stdbool.h>

#include "ocr/projection.h"

enum { PAPER_EDGES_SIDE_MOST = 1024 }; /* px of the small copy */

/* Whether what surrounds the picture is unlike the paper in it: darker, or coloured. Costs next to
 * nothing. `small` as below. */
bool paper_edges_border_differs(PIX *small);

/* `small` (32 bit colours or 8 bit grey, at most PAPER_EDGES_SIDE_MOST wide and high) shows a sheet
 * that lies on something else and is wholly in the picture. Fills its corners, in pixels of
 * `small`; false when it is not certain, and when memory is out. */
bool paper_edges_find(PIX *small, struct corners *ret_corners);

/* How many pixels of an 8 bit grey copy (a few to a millimetre of the sheet) stand out from what is
 * around them beyond the sheet, as letters do; -1 when memory is out. */
int paper_edges_count_marks(PIX *grey, const struct corners *corners);

#endif
