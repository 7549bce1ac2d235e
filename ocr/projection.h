/* projection.h - how a flat sheet appears to a camera: straight lines stay straight, and parallel
 * ones run together. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_PROJECTION_H
#define OCR_PROJECTION_H

#include <stdbool.h>

#include "base/reading.h"
#include "ocr/affine.h"

struct point {
    double x, y;
};

/* The corners of a sheet in a picture, beginning at its upper left one, clockwise. */
struct corners {
    struct point points[4];
};

/* (x, y) goes to (a x + b y + c, d x + e y + f) / (g x + h y + i), rows of `m`. */
struct projection {
    double m[3][3];
};

/* Takes the corners of a rectangle of that size at the origin to `corners`. False when no camera
 * sees a sheet so: three of the corners on a line, or a dent. */
bool projection_of_corners(double width, double height, const struct corners *corners,
                           struct projection *ret_projection);
struct projection projection_of_affine(struct affine map);
/* First `first`, then `second`. */
struct projection projection_multiply(const struct projection *first,
                                      const struct projection *second);
struct point projection_point(const struct projection *map, struct point point);
/* The upright box around what becomes of `box`, which lies within what was projected. */
struct reading_box projection_box(const struct projection *map, struct reading_box box);

#endif
