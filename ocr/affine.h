/* affine.h - maps between the page's pixels, the picture that is recognised, and PDF space. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_AFFINE_H
#define OCR_AFFINE_H

#include "base/reading.h"

/* As PDF writes it: x' = a x + c y + e, y' = b x + d y + f. */
struct affine {
    double a, b, c, d, e, f;
};

extern const struct affine affine_identity;

/* First `first`, then `second`. */
struct affine affine_multiply(struct affine first, struct affine second);
/* What becomes of the points of a page of that size when it is turned clockwise by quarters. */
struct affine affine_turn(int degrees, double width, double height);
/* The upright box around what becomes of `box`. */
struct reading_box affine_box(struct affine map, struct reading_box box);

#endif
