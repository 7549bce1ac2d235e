/* shrink.c - see shrink.h.
 *
 * Exact area averaging, as slow scalers do it, but only where there is ink: a page is white to
 * 95 %, so that looking at set bits alone takes a tenth of the time. A pixel's ink is split
 * between the two columns and the two rows it may fall into, in 1/256 each way. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/shrink.h"

enum { ONE = 256, FULL = ONE * ONE, WORD_BITS = 32 };

/* Where an input column or row goes. */
struct split {
    uint32_t first;       /* output index; the rest goes to first + 1 */
    uint32_t share, rest; /* in 1/256 of an output pixel */
};

static struct split split_of(uint32_t index, double scale)
{
    double start = index * scale, end = start + scale;
    uint32_t first = (uint32_t)start;
    uint32_t all = (uint32_t)lround(scale * ONE);
    uint32_t share = end <= first + 1.0 ? all : (uint32_t)lround((first + 1.0 - start) * ONE);
    share = share > all ? all : share;
    return (struct split){first, share, all - share};
}

/* Adds the ink of one row of bits, scaled across, to `sums`. */
static void add_row(const l_uint32 *line, uint32_t words, const struct split *columns,
                    uint32_t *sums)
{
    for (uint32_t word = 0; word < words; word++) {
        uint32_t left = line[word];
        while (left != 0) {
            uint32_t bit = (uint32_t)__builtin_clz(left);
            left &= ~(0x80000000U >> bit);
            const struct split *column = &columns[word * WORD_BITS + bit];
            sums[column->first] += column->share;
            sums[column->first + 1] += column->rest;
        }
    }
}

static void write_row(PIX *grey, uint32_t y, const uint32_t *sums, uint32_t width)
{
    l_uint32 *line = pixGetData(grey) + (size_t)y * (size_t)pixGetWpl(grey);
    for (uint32_t x = 0; x < width; x++) {
        uint32_t ink = sums[x] >= FULL ? 255 : sums[x] * 255 / FULL;
        SET_DATA_BYTE(line, x, (l_uint8)(255 - ink));
    }
}

/* The rows' work space: the row of bits across, and two rows of output in the making. */
struct space {
    struct split *columns;
    uint32_t *across, *here, *next;
    size_t size; /* entries of a row */
};

static void shrink_rows(PIX *bits, PIX *grey, double scale, struct space *space)
{
    uint32_t height = (uint32_t)pixGetHeight(bits), words = (uint32_t)pixGetWpl(bits);
    uint32_t width = (uint32_t)pixGetWidth(grey), rows = (uint32_t)pixGetHeight(grey);
    uint32_t written = 0;
    for (uint32_t y = 0; y < height; y++) {
        struct split row = split_of(y, scale);
        for (; written < row.first && written < rows; written++) {
            uint32_t *done = space->here;
            write_row(grey, written, done, width);
            memset(done, 0, space->size * sizeof *done);
            space->here = space->next;
            space->next = done;
        }
        memset(space->across, 0, space->size * sizeof *space->across);
        add_row(pixGetData(bits) + (size_t)y * words, words, space->columns, space->across);
        for (uint32_t x = 0; x < width; x++) {
            space->here[x] += space->across[x] * row.share;
            space->next[x] += space->across[x] * row.rest;
        }
    }
    for (; written < rows; written++) {
        write_row(grey, written, space->here, width);
        memset(space->here, 0, space->size * sizeof *space->here);
    }
}

PIX *shrink_to_grey(PIX *bits, double scale)
{
    uint32_t padded = (uint32_t)pixGetWpl(bits) * WORD_BITS;
    int width = (int)fmax(1, floor(pixGetWidth(bits) * scale));
    int height = (int)fmax(1, floor(pixGetHeight(bits) * scale));
    struct space space = {.size = (size_t)(padded * scale) + 3};
    PIX *grey = pixCreateNoInit(width, height, 8);
    space.columns = malloc(padded * sizeof *space.columns);
    space.across = calloc(space.size, sizeof *space.across);
    space.here = calloc(space.size, sizeof *space.here);
    space.next = calloc(space.size, sizeof *space.next);
    if (grey != NULL && space.columns != NULL && space.across != NULL && space.here != NULL &&
        space.next != NULL) {
        for (uint32_t x = 0; x < padded; x++)
            space.columns[x] = split_of(x, scale);
        shrink_rows(bits, grey, scale, &space);
    } else {
        pixDestroy(&grey);
    }
    free(space.columns);
    free(space.across);
    free(space.here);
    free(space.next);
    return grey;
}
