/* code_regions.c - see code_regions.h.
 *
 * A code is a third to two thirds ink, evenly, over its whole area. Text is not: its lines are
 * parted by white, and windows as high as a line and its gap are a fifth ink at most. So ink is
 * counted in cells of 8 px; where four cells by four are all dark enough two by two, a code may
 * be. What touches is one region. Codes whose modules are larger than a window are seen with larger
 * cells. Headlines, photos and logos are found as well: that costs time, no more. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/code_regions.h"

enum {
    CELL = 8,   /* px, at the finest */
    LEVELS = 3, /* cells of 8, 16 and 32 px */
    WINDOW_INK_LEAST_PERCENT = 24,
    WINDOW_INK_MOST_PERCENT = 88,
    CORE = 3,   /* windows that must be dark, each way */
    JOIN = 3,   /* cells: marks this near to each other are one region */
    MARGIN = 5, /* cells around a region: quiet zones */
};

struct grid {
    int width, height, cell; /* px of a cell's side */
    uint16_t *ink;           /* of each cell */
    uint8_t *marks;          /* 1: in a core; 2: taken into a region */
};

static void count_ink(PIX *bits, struct grid *grid)
{
    for (int y = 0; y < grid->height * CELL; y++) {
        const l_uint32 *line = pixGetData(bits) + (size_t)y * (size_t)pixGetWpl(bits);
        uint16_t *row = grid->ink + (size_t)(y / CELL) * (size_t)grid->width;
        for (int x = 0; x < grid->width; x++) {
            unsigned byte = line[x / 4] >> (24 - 8 * (x % 4)) & 0xFFU;
            row[x] = (uint16_t)(row[x] + __builtin_popcount(byte));
        }
    }
}

static bool window_is_dark(const struct grid *grid, int x, int y)
{
    const uint16_t *row = grid->ink + (size_t)y * (size_t)grid->width + x;
    int ink = row[0] + row[1] + row[grid->width] + row[grid->width + 1];
    int all = 4 * grid->cell * grid->cell;
    return ink * 100 >= all * WINDOW_INK_LEAST_PERCENT &&
           ink * 100 <= all * WINDOW_INK_MOST_PERCENT;
}

static bool core_is_dark(const struct grid *grid, int left, int top)
{
    for (int y = 0; y < CORE; y++)
        for (int x = 0; x < CORE; x++)
            if (!window_is_dark(grid, left + x, top + y))
                return false;
    return true;
}

static void mark_cores(struct grid *grid)
{
    for (int y = 0; y + CORE < grid->height; y++)
        for (int x = 0; x + CORE < grid->width; x++)
            if (core_is_dark(grid, x, y))
                for (int row = 0; row <= CORE; row++)
                    memset(grid->marks + (size_t)(y + row) * (size_t)grid->width + x, 1, CORE + 1);
}

/* Box in cells, both ends included. */
struct extent {
    int left, top, right, bottom;
};

/* Takes all marks that are near the extent into it; false when there was none. */
static bool grow(struct grid *grid, struct extent *extent)
{
    struct extent wide = {extent->left - JOIN, extent->top - JOIN, extent->right + JOIN,
                          extent->bottom + JOIN};
    bool grew = false;
    for (int y = wide.top < 0 ? 0 : wide.top; y <= wide.bottom && y < grid->height; y++)
        for (int x = wide.left < 0 ? 0 : wide.left; x <= wide.right && x < grid->width; x++) {
            uint8_t *mark = &grid->marks[(size_t)y * (size_t)grid->width + (size_t)x];
            if (*mark != 1)
                continue;
            *mark = 2;
            grew = true;
            extent->left = x < extent->left ? x : extent->left;
            extent->right = x > extent->right ? x : extent->right;
            extent->top = y < extent->top ? y : extent->top;
            extent->bottom = y > extent->bottom ? y : extent->bottom;
        }
    return grew;
}

static int ink_percent_of(const struct grid *grid, const struct extent *extent)
{
    int64_t ink = 0, cells = 0;
    for (int y = extent->top; y <= extent->bottom; y++)
        for (int x = extent->left; x <= extent->right; x++, cells++)
            ink += grid->ink[(size_t)y * (size_t)grid->width + (size_t)x];
    return (int)(ink * 100 / (cells * grid->cell * grid->cell));
}

static struct code_region region_of(const struct grid *grid, const struct extent *extent, PIX *bits)
{
    int cell = grid->cell;
    int left = (extent->left - MARGIN) * cell, top = (extent->top - MARGIN) * cell;
    int right = (extent->right + 1 + MARGIN) * cell, bottom = (extent->bottom + 1 + MARGIN) * cell;
    left = left < 0 ? 0 : left;
    top = top < 0 ? 0 : top;
    right = right > pixGetWidth(bits) ? pixGetWidth(bits) : right;
    bottom = bottom > pixGetHeight(bits) ? pixGetHeight(bits) : bottom;
    return (struct code_region){
        .left = left,
        .top = top,
        .width = right - left,
        .height = bottom - top,
        .dark = {extent->left * cell, extent->top * cell, (extent->right + 1 - extent->left) * cell,
                 (extent->bottom + 1 - extent->top) * cell},
        .ink_percent = ink_percent_of(grid, extent)
    };
}

static int compare_areas(const void *one, const void *other)
{
    const struct code_region *left = one, *right = other;
    int64_t difference =
        (int64_t)right->width * right->height - (int64_t)left->width * left->height;
    return (difference > 0) - (difference < 0);
}

static bool lies_in(const struct code_region *inner, const struct code_region *outer)
{
    return inner->left >= outer->left && inner->top >= outer->top &&
           inner->left + inner->width <= outer->left + outer->width &&
           inner->top + inner->height <= outer->top + outer->height;
}

/* Adds a region, unless it lies in one that is known. */
static unsigned add_region(struct code_region *regions, unsigned count, struct code_region region)
{
    for (unsigned i = 0; i < count; i++)
        if (lies_in(&region, &regions[i]))
            return count;
    if (count < CODE_REGIONS_MOST)
        regions[count++] = region;
    return count;
}

static unsigned collect(struct grid *grid, PIX *bits, struct code_region *regions, unsigned count)
{
    for (int y = 0; y < grid->height; y++)
        for (int x = 0; x < grid->width; x++) {
            if (grid->marks[(size_t)y * (size_t)grid->width + (size_t)x] != 1)
                continue;
            struct extent extent = {x, y, x, y};
            while (grow(grid, &extent)) {
            }
            count = add_region(regions, count, region_of(grid, &extent, bits));
        }
    return count;
}

/* Four cells become one. */
static void coarsen(struct grid *grid)
{
    int width = grid->width / 2, height = grid->height / 2;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            const uint16_t *from = grid->ink + (size_t)(2 * y) * (size_t)grid->width + 2 * x;
            grid->ink[(size_t)y * (size_t)width + (size_t)x] =
                (uint16_t)(from[0] + from[1] + from[grid->width] + from[grid->width + 1]);
        }
    memset(grid->marks, 0, (size_t)width * (size_t)height);
    grid->width = width;
    grid->height = height;
    grid->cell *= 2;
}

unsigned code_regions_find(PIX *bits, struct code_region ret_regions[CODE_REGIONS_MOST])
{
    struct grid grid = {
        .width = pixGetWidth(bits) / CELL, .height = pixGetHeight(bits) / CELL, .cell = CELL};
    size_t cells = (size_t)grid.width * (size_t)grid.height;
    unsigned count = 0;
    if (cells == 0)
        return 0;
    grid.ink = calloc(cells, sizeof *grid.ink);
    grid.marks = calloc(cells, sizeof *grid.marks);
    if (grid.ink != NULL && grid.marks != NULL) {
        count_ink(bits, &grid);
        for (int level = 0; level < LEVELS; level++) {
            mark_cores(&grid);
            count = collect(&grid, bits, ret_regions, count);
            coarsen(&grid);
        }
        qsort(ret_regions, count, sizeof *ret_regions, compare_areas);
    }
    free(grid.ink);
    free(grid.marks);
    return count;
}
