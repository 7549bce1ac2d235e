/* affine.c - see affine.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>

#include "ocr/affine.h"

const struct affine affine_identity = {1, 0, 0, 1, 0, 0};

struct affine affine_multiply(struct affine first, struct affine second)
{
    return (struct affine){
        first.a * second.a + first.b * second.c,
        first.a * second.b + first.b * second.d,
        first.c * second.a + first.d * second.c,
        first.c * second.b + first.d * second.d,
        first.e * second.a + first.f * second.c + second.e,
        first.e * second.b + first.f * second.d + second.f,
    };
}

struct affine affine_turn(int degrees, double width, double height)
{
    switch (degrees) {
    case 90:
        return (struct affine){0, 1, -1, 0, height, 0};
    case 180:
        return (struct affine){-1, 0, 0, -1, width, height};
    case 270:
        return (struct affine){0, -1, 1, 0, 0, width};
    default:
        return affine_identity;
    }
}

struct reading_box affine_box(struct affine map, struct reading_box box)
{
    double left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;
    for (int corner = 0; corner < 4; corner++) {
        double x = box.left + (corner & 1) * (double)box.width;
        double y = box.top + (corner >> 1) * (double)box.height;
        double across = map.a * x + map.c * y + map.e;
        double down = map.b * x + map.d * y + map.f;
        left = fmin(left, across);
        right = fmax(right, across);
        top = fmin(top, down);
        bottom = fmax(bottom, down);
    }
    return (struct reading_box){
        .left = (int32_t)lround(left),
        .top = (int32_t)lround(top),
        .width = (int32_t)lround(right - left),
        .height = (int32_t)lround(bottom - top),
    };
}
