/* health.c - see health.h. A streak is narrow and dark over nearly the whole height, away from the
 * edges where scanners draw shadows: dirt on the glass of a feeder. Rules of tables end before. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>

#include "ocr/health.h"

enum {
    ROW_STEP = 8,
    GREYS = 256,
    PAPER_PERCENT = 90, /* of the pixels are darker than paper, or as dark */
    INK_PERCENT = 2,
    DARKER_THAN_PAPER = 50, /* grey levels */
    CONTRAST_LEAST = 10,    /* percent; below, there is no ink to tell */
    PERMILLE = 1000
};
static const double STREAK_SHARE = 0.9; /* of the height */
static const double EDGE_SHARE = 0.03;  /* of width and height, at each side */
static const double STREAK_INCHES_MOST = 0.1;

static unsigned grey_at(const l_uint32 *line, int depth, int x)
{
    if (depth == 1)
        return GET_DATA_BIT(line, x) ? 0 : 255;
    return depth == 8 ? GET_DATA_BYTE(line, x) : GET_DATA_BYTE(line, 4 * x + COLOR_GREEN);
}

/* The grey that `percent` of the sampled pixels are as dark as, or darker. */
static unsigned percentile(const unsigned counts[GREYS], unsigned all, unsigned percent)
{
    unsigned sum = 0;
    for (unsigned grey = 0; grey < GREYS; grey++) {
        sum += counts[grey];
        if ((unsigned long long)sum * 100 >= (unsigned long long)all * percent)
            return grey;
    }
    return GREYS - 1;
}

static void count_greys(PIX *pix, unsigned counts[GREYS], unsigned *ret_all)
{
    int width = pixGetWidth(pix), height = pixGetHeight(pix), depth = pixGetDepth(pix);
    *ret_all = 0;
    for (int y = 0; y < height; y += ROW_STEP) {
        const l_uint32 *line = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);
        for (int x = 0; x < width; x += ROW_STEP)
            counts[grey_at(line, depth, x)]++;
        *ret_all += (unsigned)((width + ROW_STEP - 1) / ROW_STEP);
    }
}

/* How many of the sampled rows are dark in each column. */
static unsigned *count_dark(PIX *pix, unsigned below, int top, int bottom, unsigned *ret_rows)
{
    int width = pixGetWidth(pix), depth = pixGetDepth(pix);
    unsigned *dark = calloc((size_t)width, sizeof *dark);
    *ret_rows = 0;
    for (int y = top; dark != NULL && y < bottom; y += ROW_STEP) {
        const l_uint32 *line = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);
        for (int x = 0; x < width; x++)
            dark[x] += grey_at(line, depth, x) < below;
        (*ret_rows)++;
    }
    return dark;
}

/* The middle of the first streak in thousandths of the width, from 1; 0 for none. */
static uint16_t find_streak(const unsigned *dark, int width, unsigned rows, int widest)
{
    int edge = (int)(width * EDGE_SHARE);
    unsigned least = (unsigned)(rows * STREAK_SHARE);
    for (int x = edge; x < width - edge; x++) {
        int end = x;
        while (end < width && dark[end] > least)
            end++;
        if (end > x && end - x <= widest && end < width - edge)
            return (uint16_t)(1 + (long)(x + end) / 2 * (PERMILLE - 1) / width);
        if (end > x)
            x = end;
    }
    return 0;
}

struct page_health health_measure(PIX *pix, double dpi)
{
    struct page_health health = {0};
    unsigned counts[GREYS] = {0}, all = 0, rows = 0;
    int height = pixGetHeight(pix), depth = pixGetDepth(pix);
    if ((depth != 1 && depth != 8 && depth != 32) || pixGetColormap(pix) != NULL)
        return health;
    count_greys(pix, counts, &all);
    unsigned paper = percentile(counts, all, PAPER_PERCENT);
    unsigned ink = percentile(counts, all, INK_PERCENT);
    unsigned contrast = (paper - ink) * 100 / (GREYS - 1);
    if (depth > 1 && contrast >= CONTRAST_LEAST)
        health.contrast = (uint8_t)contrast;
    if (paper <= DARKER_THAN_PAPER)
        return health;
    int edge = (int)(height * EDGE_SHARE);
    unsigned *dark = count_dark(pix, paper - DARKER_THAN_PAPER, edge, height - edge, &rows);
    if (dark != NULL && rows > 0)
        health.streak =
            find_streak(dark, pixGetWidth(pix), rows, (int)(dpi * STREAK_INCHES_MOST) + 1);
    free(dark);
    return health;
}
