/* code_edges.c - see code_edges.h.
 *
 * The step across four neighbouring pixels is a vector across the edge. As a complex number to its
 * fourth power, directions that differ by a quarter turn are one: the powers of a code's edges add
 * up, those of round and slanted letters cancel each other. Each step counts with its square. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>

#include "ocr/code_edges.h"

enum { STEP_LEAST = 60 }; /* an edge of 30 greys; less is grain */

struct sum {
    double real, imaginary, all;
};

static void add_row(const l_uint32 *above, const l_uint32 *below, int left, int right,
                    struct sum *sum)
{
    for (int x = left; x < right; x++) {
        int one = GET_DATA_BYTE(above, x), two = GET_DATA_BYTE(above, x + 1);
        int three = GET_DATA_BYTE(below, x), four = GET_DATA_BYTE(below, x + 1);
        int across = two + four - one - three, down = three + four - one - two;
        int square = across * across + down * down;
        if (square < STEP_LEAST * STEP_LEAST)
            continue;
        double real = (double)across * across - (double)down * down;
        double imaginary = 2.0 * across * down;
        sum->real += (real * real - imaginary * imaginary) / square;
        sum->imaginary += 2 * real * imaginary / square;
        sum->all += square;
    }
}

double code_edges_square(PIX *grey, BOX *part)
{
    l_int32 left = 0, top = 0, width = 0, height = 0;
    if (boxGetGeometry(part, &left, &top, &width, &height) != 0)
        return 1;
    int right = left + width < pixGetWidth(grey) ? left + width : pixGetWidth(grey);
    int bottom = top + height < pixGetHeight(grey) ? top + height : pixGetHeight(grey);
    struct sum sum = {0};
    for (int y = top < 0 ? 0 : top; y + 1 < bottom; y++) {
        const l_uint32 *above = pixGetData(grey) + (size_t)y * (size_t)pixGetWpl(grey);
        add_row(above, above + pixGetWpl(grey), left, right - 1, &sum);
    }
    return sum.all == 0 ? 1 : hypot(sum.real, sum.imaginary) / sum.all;
}
