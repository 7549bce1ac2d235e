/* projection.c - see projection.h.
 *
 * The square-to-quadrilateral mapping in closed form: the two directions of the sides, and how
 * much faster the far side is reached than near ones (g and h), follow from the corners. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>

#include "ocr/projection.h"

/* Twice the area of the triangle: above 0 when it is walked clockwise, as y grows downwards. */
static double turn_of(struct point one, struct point two, struct point three)
{
    return (two.x - one.x) * (three.y - two.y) - (two.y - one.y) * (three.x - two.x);
}

static bool is_convex(const struct corners *corners)
{
    const struct point *points = corners->points;
    for (int i = 0; i < 4; i++)
        if (!(turn_of(points[i], points[(i + 1) % 4], points[(i + 2) % 4]) > 0))
            return false;
    return true;
}

bool projection_of_corners(double width, double height, const struct corners *corners,
                           struct projection *ret_projection)
{
    if (!is_convex(corners) || !(width > 0) || !(height > 0))
        return false;
    const struct point *p = corners->points;
    // The third corner, seen from the second and the fourth, and how far it is from where it would
    // be if opposite sides were parallel.
    double right_x = p[1].x - p[2].x, right_y = p[1].y - p[2].y;
    double bottom_x = p[3].x - p[2].x, bottom_y = p[3].y - p[2].y;
    double bend_x = p[0].x - p[1].x + p[2].x - p[3].x;
    double bend_y = p[0].y - p[1].y + p[2].y - p[3].y;
    double area = right_x * bottom_y - bottom_x * right_y;
    double g = (bend_x * bottom_y - bottom_x * bend_y) / area;
    double h = (right_x * bend_y - bend_x * right_y) / area;
    *ret_projection = (struct projection){
        {
         {(p[1].x - p[0].x + g * p[1].x) / width, (p[3].x - p[0].x + h * p[3].x) / height,
             p[0].x},
         {(p[1].y - p[0].y + g * p[1].y) / width, (p[3].y - p[0].y + h * p[3].y) / height,
             p[0].y},
         {g / width, h / height, 1},
         }
    };
    return true;
}

struct projection projection_of_affine(struct affine map)
{
    return (struct projection){
        {{map.a, map.c, map.e}, {map.b, map.d, map.f}, {0, 0, 1}}
    };
}

struct projection projection_multiply(const struct projection *first,
                                      const struct projection *second)
{
    struct projection both = {0};
    for (int row = 0; row < 3; row++)
        for (int column = 0; column < 3; column++)
            for (int i = 0; i < 3; i++)
                both.m[row][column] += second->m[row][i] * first->m[i][column];
    return both;
}

struct point projection_point(const struct projection *map, struct point point)
{
    const double(*m)[3] = map->m;
    double depth = m[2][0] * point.x + m[2][1] * point.y + m[2][2];
    return (struct point){(m[0][0] * point.x + m[0][1] * point.y + m[0][2]) / depth,
                          (m[1][0] * point.x + m[1][1] * point.y + m[1][2]) / depth};
}

struct reading_box projection_box(const struct projection *map, struct reading_box box)
{
    double left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;
    for (int corner = 0; corner < 4; corner++) {
        struct point at =
            projection_point(map, (struct point){box.left + (corner & 1) * (double)box.width,
                                                 box.top + (corner >> 1) * (double)box.height});
        left = fmin(left, at.x);
        top = fmin(top, at.y);
        right = fmax(right, at.x);
        bottom = fmax(bottom, at.y);
    }
    return (struct reading_box){
        .left = (int32_t)lround(left),
        .top = (int32_t)lround(top),
        .width = (int32_t)lround(right - left),
        .height = (int32_t)lround(bottom - top),
    };
}
