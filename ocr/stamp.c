/* stamp.c - see stamp.h.
 *
 * Ink is coloured where the largest and the smallest of a pixel's three samples lie far apart; a
 * pixel is print where even the largest is dark. The page is looked at in cells of 2 mm: coloured
 * cells that touch are a zone, and a zone of a stamp's size with print in several of its cells is
 * parted. There the largest sample takes the place of the luminance, which ink of one colour hardly
 * darkens and black takes all of, and is stretched so that the ink becomes paper; the distance of
 * the samples, where black has none, shows the ink alone.
 *
 * Left alone: coloured paper, photos and forms (too large), coloured print beside which nothing
 * black stands, and ink so dark that no sample of it is light. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "ocr/stamp.h"

enum {
    PAGE_SHORT_MM = 210, /* resolutions lie: the page is taken for A4 */
    CELL_MM = 2,
    DISTANCE_LEAST = 30,   /* between the samples of coloured ink */
    INK_BELOW = 225,       /* luminance; lighter colours hide nothing */
    PRINT_BELOW = 100,     /* the largest sample of print */
    INK_SHARE = 16,        /* a cell is coloured from one sixteenth on */
    PRINT_SHARE = 24,      /* … and has print from a twenty-fourth on */
    PRINT_CELLS_LEAST = 4, /* of a zone */
    LIGHTEST_LEAST = 110,  /* of a zone's ink: darker is as good as black */
    ZONES_MOST = 4,
    PIXELS_MOST = 40000000,
    SMALL_DISTANCE_LEAST = 24, /* in a small copy, where strokes are mixed with paper */
    SMALL_INK_LEAST = 24,      /* pixels */
    SMALL_INK_PERCENT_MOST = 30,
};

/* Millimetres. */
enum { ZONE_WIDE_LEAST = 8, ZONE_HIGH_LEAST = 4, ZONE_WIDE_MOST = 130, ZONE_HIGH_MOST = 100 };

struct sample {
    unsigned most, distance, luminance;
};

/* The page in cells. */
struct cells {
    int width, height, side; /* side: px of a cell */
    uint16_t *ink, *print;   /* pixels of each cell */
    uint8_t *marks;          /* 1: coloured; 2: taken into a zone */
};

/* In cells, both ends included. */
struct zone {
    int left, top, right, bottom;
    unsigned lightest, distance; /* medians of its ink */
};

static struct sample sample_of(l_uint32 pixel)
{
    unsigned red = pixel >> 24, green = pixel >> 16 & 0xFFU, blue = pixel >> 8 & 0xFFU;
    unsigned most = red > green ? red : green, least = red > green ? green : red;
    most = blue > most ? blue : most;
    least = blue < least ? blue : least;
    return (struct sample){most, most - least, (red * 3 + green * 5 + blue * 2) / 10};
}

static bool is_ink(struct sample sample)
{
    return sample.distance >= DISTANCE_LEAST && sample.luminance < INK_BELOW &&
           sample.most >= PRINT_BELOW;
}

static const l_uint32 *line_of(PIX *pix, int y)
{
    return pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);
}

/* ---- zones ------------------------------------------------------------------------------------ */

static void count_cells(PIX *colours, struct cells *cells)
{
    for (int y = 0; y < cells->height * cells->side; y++) {
        const l_uint32 *line = line_of(colours, y);
        size_t row = (size_t)(y / cells->side) * (size_t)cells->width;
        bool was_ink = false; // scanners draw fringes of colour, one pixel wide, around print
        for (int x = 0; x < cells->width * cells->side; x++) {
            struct sample sample = sample_of(line[x]);
            size_t cell = row + (size_t)(x / cells->side);
            bool is_coloured = is_ink(sample);
            cells->ink[cell] = (uint16_t)(cells->ink[cell] + (is_coloured && was_ink));
            was_ink = is_coloured;
            cells->print[cell] = (uint16_t)(cells->print[cell] + (sample.most < PRINT_BELOW));
        }
    }
    for (size_t i = 0; i < (size_t)cells->width * (size_t)cells->height; i++)
        cells->marks[i] = cells->ink[i] * INK_SHARE >= cells->side * cells->side;
}

/* Takes the cells around the zone into it that are coloured, with a gap of one; false: none. */
static bool grow(struct cells *cells, struct zone *zone)
{
    struct zone wide = {zone->left - 2, zone->top - 2, zone->right + 2, zone->bottom + 2, 0, 0};
    bool grew = false;
    for (int y = wide.top < 0 ? 0 : wide.top; y <= wide.bottom && y < cells->height; y++)
        for (int x = wide.left < 0 ? 0 : wide.left; x <= wide.right && x < cells->width; x++) {
            uint8_t *mark = &cells->marks[(size_t)y * (size_t)cells->width + (size_t)x];
            if (*mark != 1)
                continue;
            *mark = 2;
            grew = true;
            zone->left = x < zone->left ? x : zone->left;
            zone->right = x > zone->right ? x : zone->right;
            zone->top = y < zone->top ? y : zone->top;
            zone->bottom = y > zone->bottom ? y : zone->bottom;
        }
    return grew;
}

/* Of a stamp's size, and over print. */
static bool is_stamp(const struct cells *cells, const struct zone *zone)
{
    int width = (zone->right - zone->left + 1) * CELL_MM;
    int height = (zone->bottom - zone->top + 1) * CELL_MM, count = 0;
    if (width < ZONE_WIDE_LEAST || height < ZONE_HIGH_LEAST || width > ZONE_WIDE_MOST ||
        height > ZONE_HIGH_MOST)
        return false;
    for (int y = zone->top; y <= zone->bottom; y++)
        for (int x = zone->left; x <= zone->right; x++) {
            size_t cell = (size_t)y * (size_t)cells->width + (size_t)x;
            count += cells->marks[cell] != 0 &&
                     cells->print[cell] * PRINT_SHARE >= cells->side * cells->side;
        }
    return count >= PRINT_CELLS_LEAST;
}

static unsigned find_zones(struct cells *cells, struct zone zones[ZONES_MOST])
{
    unsigned count = 0;
    for (int y = 0; y < cells->height; y++)
        for (int x = 0; x < cells->width && count < ZONES_MOST; x++) {
            struct zone zone = {x, y, x, y, 0, 0};
            if (cells->marks[(size_t)y * (size_t)cells->width + (size_t)x] != 1)
                continue;
            while (grow(cells, &zone))
                continue;
            if (is_stamp(cells, &zone))
                zones[count++] = zone;
        }
    return count;
}

static bool cells_init(PIX *colours, struct cells *ret_cells)
{
    int width = pixGetWidth(colours), height = pixGetHeight(colours);
    int side = (width < height ? width : height) * CELL_MM / PAGE_SHORT_MM;
    struct cells cells = {.side = side < 4 ? 4 : side > UINT8_MAX ? UINT8_MAX : side};
    cells.width = width / cells.side;
    cells.height = height / cells.side;
    size_t count = (size_t)cells.width * (size_t)cells.height;
    cells.ink = calloc(count + 1, sizeof *cells.ink);
    cells.print = calloc(count + 1, sizeof *cells.print);
    cells.marks = calloc(count + 1, sizeof *cells.marks);
    *ret_cells = cells;
    return cells.ink != NULL && cells.print != NULL && cells.marks != NULL;
}

static void cells_done(struct cells *cells)
{
    free(cells->ink);
    free(cells->print);
    free(cells->marks);
}

/* ---- parting ---------------------------------------------------------------------------------- */

/* From here on in pixels, with a cell around it. */
static struct zone in_pixels(const struct cells *cells, struct zone zone, PIX *page)
{
    int right = (zone.right + 2) * cells->side, bottom = (zone.bottom + 2) * cells->side;
    zone.left = zone.left < 1 ? 0 : (zone.left - 1) * cells->side;
    zone.top = zone.top < 1 ? 0 : (zone.top - 1) * cells->side;
    zone.right = (right < pixGetWidth(page) ? right : pixGetWidth(page)) - 1;
    zone.bottom = (bottom < pixGetHeight(page) ? bottom : pixGetHeight(page)) - 1;
    return zone;
}

static unsigned median(const unsigned counts[256])
{
    unsigned total = 0, seen = 0, value = 0;
    for (unsigned i = 0; i < 256; i++)
        total += counts[i];
    for (; value < 255; value++)
        if ((seen += counts[value]) * 2 >= total)
            break;
    return value;
}

static void measure_ink(PIX *colours, struct zone *zone)
{
    unsigned most[256] = {0}, distance[256] = {0};
    for (int y = zone->top; y <= zone->bottom; y++)
        for (int x = zone->left; x <= zone->right; x++) {
            struct sample sample = sample_of(line_of(colours, y)[x]);
            if (is_ink(sample)) {
                most[sample.most]++;
                distance[sample.distance]++;
            }
        }
    zone->lightest = median(most);
    zone->distance = median(distance);
}

static uint8_t stretched(unsigned value, unsigned to_full)
{
    unsigned whole = to_full == 0 ? 255 : value * 255 / to_full;
    return (uint8_t)(whole > 255 ? 255 : whole);
}

static void part_zone(PIX *colours, const struct zone *zone, struct stamps *stamps)
{
    for (int y = zone->top; y <= zone->bottom; y++) {
        size_t at = (size_t)y * (size_t)pixGetWpl(stamps->beneath);
        l_uint32 *beneath = pixGetData(stamps->beneath) + at;
        l_uint32 *alone = pixGetData(stamps->alone) + at;
        for (int x = zone->left; x <= zone->right; x++) {
            struct sample sample = sample_of(line_of(colours, y)[x]);
            SET_DATA_BYTE(beneath, x, stretched(sample.most, zone->lightest));
            SET_DATA_BYTE(alone, x, (uint8_t)~stretched(sample.distance, zone->distance));
        }
    }
}

static enum status part_zones(PIX *colours, PIX *grey, const struct cells *cells,
                              struct zone *zones, unsigned count, struct stamps *stamps,
                              struct fault *fault)
{
    for (unsigned i = 0; i < count; i++) {
        struct zone zone = in_pixels(cells, zones[i], colours);
        measure_ink(colours, &zone);
        if (zone.lightest < LIGHTEST_LEAST)
            continue;
        if (stamps->beneath == NULL) {
            stamps->beneath = pixCopy(NULL, grey);
            stamps->alone = pixCreateTemplate(grey);
            if (stamps->beneath == NULL || stamps->alone == NULL)
                return fault_set(fault, STATUS_LATER, "out of memory for a page without stamps");
            pixSetAll(stamps->alone);
        }
        part_zone(colours, &zone, stamps);
    }
    return STATUS_OK;
}

enum status stamps_part(PIX *colours, PIX *grey, struct stamps *ret_stamps, struct fault *fault)
{
    struct stamps stamps = {0};
    struct zone zones[ZONES_MOST];
    struct cells cells;
    enum status status = STATUS_OK;
    *ret_stamps = stamps;
    if ((int64_t)pixGetWidth(colours) * pixGetHeight(colours) > PIXELS_MOST)
        return STATUS_OK;
    if (cells_init(colours, &cells)) {
        count_cells(colours, &cells);
        unsigned count = find_zones(&cells, zones);
        status = part_zones(colours, grey, &cells, zones, count, &stamps, fault);
    } else {
        status = fault_set(fault, STATUS_LATER, "out of memory while looking for stamps");
    }
    cells_done(&cells);
    if (status == STATUS_OK)
        *ret_stamps = stamps;
    else
        stamps_done(&stamps);
    return status;
}

void stamps_done(struct stamps *stamps)
{
    pixDestroy(&stamps->beneath);
    pixDestroy(&stamps->alone);
}

bool stamps_are_likely(PIX *small)
{
    int64_t ink = 0, all = (int64_t)pixGetWidth(small) * pixGetHeight(small);
    if (pixGetDepth(small) != 32)
        return false;
    for (int y = 0; y < pixGetHeight(small); y++)
        for (int x = 0; x < pixGetWidth(small); x++)
            ink += sample_of(line_of(small, y)[x]).distance >= SMALL_DISTANCE_LEAST;
    return ink >= SMALL_INK_LEAST && ink * 100 <= all * SMALL_INK_PERCENT_MOST;
}
