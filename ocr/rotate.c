/* rotate.c - see rotate.h.
 *
 * Every pixel is mixed of the four that surround its place, in 1/256 each way. Places are followed
 * along a row in 1/65536 of a pixel, so that a page of 100,000,000 pixels errs by less than one
 * part in six of a pixel at its far end. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "ocr/rotate.h"

enum { ONE_BITS = 16, SHARE_BITS = 8, SHARE_MASK = 0xFF, PAPER = 255 };

/* A place in the picture, in 1/65536 px. */
struct place {
    int64_t x, y;
};

static int64_t fixed(double value)
{
    return llround(value * (1 << ONE_BITS));
}

/* The four pixels around a place that has a neighbour to its right and below. */
static uint32_t mix(const l_uint32 *above, const l_uint32 *below, struct place place)
{
    int64_t x = place.x >> ONE_BITS;
    uint32_t right = (uint32_t)(place.x >> (ONE_BITS - SHARE_BITS)) & SHARE_MASK;
    uint32_t down = (uint32_t)(place.y >> (ONE_BITS - SHARE_BITS)) & SHARE_MASK;
    uint32_t left = (1U << SHARE_BITS) - right;
    uint32_t upper = GET_DATA_BYTE(above, x) * left + GET_DATA_BYTE(above, x + 1) * right;
    uint32_t lower = GET_DATA_BYTE(below, x) * left + GET_DATA_BYTE(below, x + 1) * right;
    return (upper * ((1U << SHARE_BITS) - down) + lower * down) >> (2 * SHARE_BITS);
}

/* One row of the turned picture, whose first pixel shows `place`. */
static void rotate_row(PIX *grey, l_uint32 *line, struct place place, struct place step)
{
    int width = pixGetWidth(grey);
    int64_t columns = width - 1, rows = pixGetHeight(grey) - 1, words = pixGetWpl(grey);
    const l_uint32 *data = pixGetData(grey);
    for (int x = 0; x < width; x++, place.x += step.x, place.y += step.y) {
        int64_t column = place.x >> ONE_BITS, row = place.y >> ONE_BITS;
        if (column < 0 || row < 0 || column >= columns || row >= rows)
            continue;
        const l_uint32 *above = data + row * words;
        SET_DATA_BYTE(line, x, (l_uint8)mix(above, above + words, place));
    }
}

PIX *rotate_grey(PIX *grey, double radians)
{
    PIX *turned = pixCreateTemplateNoInit(grey);
    if (turned == NULL)
        return NULL;
    double cosine = cos(radians), sine = sin(radians);
    int middle_x = pixGetWidth(grey) / 2, middle_y = pixGetHeight(grey) / 2;
    struct place step = {fixed(cosine), fixed(-sine)};
    size_t words = (size_t)pixGetWpl(turned);
    for (int y = 0; y < pixGetHeight(turned); y++) {
        double across = -middle_x, down = y - middle_y;
        struct place place = {fixed(middle_x + across * cosine + down * sine),
                              fixed(middle_y + down * cosine - across * sine)};
        l_uint32 *line = pixGetData(turned) + (size_t)y * words;
        memset(line, PAPER, words * sizeof *line);
        rotate_row(grey, line, place, step);
    }
    return turned;
}
