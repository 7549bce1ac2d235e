/* original.c - see original.h. Each pixel is looked up where it comes from, between the four that
 * are nearest there; where the page is much finer than what is asked for, in several places. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>

#include "ocr/original.h"

enum { WHITE = 255, SAMPLES_MOST = 4 /* each way, for a pixel */ };

/* How bright the page is at a pixel. */
static double brightness(const struct original *original, int x, int y)
{
    PIX *pix = original->pix;
    if (x < 0 || y < 0 || x >= pixGetWidth(pix) || y >= pixGetHeight(pix))
        return WHITE;
    const l_uint32 *line = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);
    return pixGetDepth(pix) == 1 ? (GET_DATA_BIT(line, x) ? 0 : WHITE) : GET_DATA_BYTE(line, x);
}

/* The same between pixels, whose middles are at a half. */
static double brightness_between(const struct original *original, double x, double y)
{
    double left = floor(x - 0.5), top = floor(y - 0.5);
    double right_share = x - 0.5 - left, lower_share = y - 0.5 - top;
    int column = (int)left, row = (int)top;
    double upper = brightness(original, column, row) * (1 - right_share) +
                   brightness(original, column + 1, row) * right_share;
    double lower = brightness(original, column, row + 1) * (1 - right_share) +
                   brightness(original, column + 1, row + 1) * right_share;
    return upper * (1 - lower_share) + lower * lower_share;
}

/* The mean over a pixel whose corner is at (x, y) and whose sides are `side` long, both in pixels
 * of the picture. */
static double mean_over(const struct original *original, double x, double y, double side,
                        int samples)
{
    const struct affine *map = &original->from_picture;
    double sum = 0, step = side / samples;
    for (int i = 0; i < samples * samples; i++) {
        double across = x + (i % samples + 0.5) * step, down = y + (i / samples + 0.5) * step;
        sum += brightness_between(original, map->a * across + map->c * down + map->e,
                                  map->b * across + map->d * down + map->f);
    }
    return sum / (samples * samples);
}

PIX *original_piece(const struct original *original, struct reading_box box, double scale)
{
    const struct affine *map = &original->from_picture;
    PIX *piece = pixCreate((int)fmax(1, round(box.width * scale)),
                           (int)fmax(1, round(box.height * scale)), 8);
    double finer = hypot(map->a, map->b) / scale; // pixels of the page in one of the piece
    int samples = (int)fmin(fmax(1, round(finer)), SAMPLES_MOST);
    for (int y = 0; piece != NULL && y < pixGetHeight(piece); y++) {
        l_uint32 *line = pixGetData(piece) + (size_t)y * (size_t)pixGetWpl(piece);
        for (int x = 0; x < pixGetWidth(piece); x++) {
            double value =
                mean_over(original, box.left + x / scale, box.top + y / scale, 1 / scale, samples);
            SET_DATA_BYTE(line, x, (l_uint8)lround(value));
        }
    }
    return piece;
}
