/* code_edges.h - whether the edges in a place run as those of a code do. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_CODE_EDGES_H
#define OCR_CODE_EDGES_H

#include <allheaders.h>

/* How far the edges in a part of an 8 bit grey picture keep to two directions that are square to
 * each other: 1 is wholly, 0 not at all. Codes of bars and of squares have 0.6 and more, whichever
 * way they lie; lines of letters have 0.3 to 0.5. 1 where there is no edge to tell by, or no such
 * part. */
double code_edges_square(PIX *grey, BOX *part);

#endif
