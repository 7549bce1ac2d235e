/* shrink.c - see shrink.h.
 *
 * Exact area averaging, as slow scalers do it. A pixel is split between the two columns and the
 * two rows it may fall into, in 1/256 each way; the shares of an output pixel add up to exactly
 * one. Of one-bit pages only the ink is looked at: a page is white to 95 %, which takes a tenth of
 * the time. Grey rows are added up two pixels at a time, first down and then across. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/shrink.h"

enum { ONE = 256, FULL = ONE * ONE, WORD_BITS = 32, WORD_PIXELS = 4 };
/* Every other byte of a word: two pixels, each with room for its product with a share. */
static const uint32_t PAIR = 0x00FF00FFU;

/* Where an input column or row goes. */
struct split {
    uint32_t first;       /* output index; the rest goes to first + 1 */
    uint32_t share, rest; /* in 1/256 of an output pixel */
};

static struct split split_of(uint32_t index, double scale)
{
    uint32_t start = (uint32_t)lround(index * scale * ONE);
    uint32_t end = (uint32_t)lround((index + 1) * scale * ONE);
    uint32_t first = start / ONE, edge = (first + 1) * ONE;
    uint32_t share = (end < edge ? end : edge) - start;
    return (struct split){first, share, end - start - share};
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

/* --- grey --- */

/* Two rows of output in the making: of each word the even and the odd pixels' sums. */
struct grey_space {
    struct split *columns;
    uint32_t *here, *next, *across;
    size_t words; /* of an input row */
};

static void add_grey_row(const l_uint32 *line, size_t words, uint32_t share, uint32_t *sums)
{
    for (size_t word = 0; word < words; word++) {
        sums[2 * word] += (line[word] >> 8 & PAIR) * share;
        sums[2 * word + 1] += (line[word] & PAIR) * share;
    }
}

static void write_grey_row(PIX *small, uint32_t y, uint32_t width, const uint32_t *sums,
                           struct grey_space *space)
{
    uint32_t columns = (uint32_t)pixGetWidth(small);
    memset(space->across, 0, (columns + 2) * sizeof *space->across);
    for (uint32_t x = 0; x < width; x++) {
        const struct split *column = &space->columns[x];
        // The even pixels of a word stand before the odd ones, the left of a pair above.
        uint32_t pair = sums[x / WORD_PIXELS * 2 + x % 2];
        uint32_t sum = x % WORD_PIXELS < 2 ? pair >> 16 : pair & 0xFFFFU;
        space->across[column->first] += sum * column->share;
        space->across[column->first + 1] += sum * column->rest;
    }
    l_uint32 *line = pixGetData(small) + (size_t)y * (size_t)pixGetWpl(small);
    for (uint32_t x = 0; x < columns; x++)
        SET_DATA_BYTE(line, x, (l_uint8)(space->across[x] / FULL));
}

static void shrink_grey_rows(PIX *grey, PIX *small, double scale, struct grey_space *space)
{
    uint32_t width = (uint32_t)pixGetWidth(grey), height = (uint32_t)pixGetHeight(grey);
    uint32_t rows = (uint32_t)pixGetHeight(small), written = 0;
    for (uint32_t y = 0; y < height && written < rows; y++) {
        const l_uint32 *line = pixGetData(grey) + y * space->words;
        struct split row = split_of(y, scale);
        add_grey_row(line, space->words, row.share, space->here);
        if (row.rest > 0)
            add_grey_row(line, space->words, row.rest, space->next);
        if (split_of(y + 1, scale).first <= written)
            continue;
        uint32_t *done = space->here;
        write_grey_row(small, written++, width, done, space);
        memset(done, 0, 2 * space->words * sizeof *done);
        space->here = space->next;
        space->next = done;
    }
    for (; written < rows; written++)
        write_grey_row(small, written, width, space->here, space);
}

PIX *shrink_grey(PIX *grey, double scale)
{
    uint32_t width = (uint32_t)pixGetWidth(grey);
    PIX *small = pixCreateNoInit((int)fmax(1, floor(width * scale)),
                                 (int)fmax(1, floor(pixGetHeight(grey) * scale)), 8);
    struct grey_space space = {.words = (size_t)pixGetWpl(grey)};
    space.columns = malloc(width * sizeof *space.columns);
    space.here = calloc(2 * space.words, sizeof *space.here);
    space.next = calloc(2 * space.words, sizeof *space.next);
    space.across = calloc((size_t)(width * scale) + 4, sizeof *space.across);
    if (small != NULL && space.columns != NULL && space.here != NULL && space.next != NULL &&
        space.across != NULL) {
        for (uint32_t x = 0; x < width; x++)
            space.columns[x] = split_of(x, scale);
        shrink_grey_rows(grey, small, scale, &space);
    } else {
        pixDestroy(&small);
    }
    free(space.columns);
    free(space.here);
    free(space.next);
    free(space.across);
    return small;
}
