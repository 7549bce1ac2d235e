/* blank.c - see blank.h.
 *
 * What touches, or nearly so, is one shape: a pencil's stroke on rough paper comes as a row of
 * dots. Each shape is held against what blank backs have on them, and the first that is none of
 * this is a mark. In grey, a shape is also what is thin and darker than what is around it: print of
 * the other side takes up to about 15 % of the paper's light and a faint pencil 20 % and more. Wide
 * areas as pale as that are shadows and folds.
 *
 * Not told apart: a straight pencil stroke of a staple's length in the very corner from a staple;
 * print of the other side that is darker than 15 % from a mark (it is kept). */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdint.h>

#include "ocr/blank.h"

enum {
    INK_BELOW = 150,     /* grey, as in survey.c */
    INK_LEAST = 3,       /* px of a shape that is not faint */
    SHAPES_MOST = 40,    /* of letters' size: more are text */
    CONTRAST_LEAST = 42, /* 255ths of the paper's light: 16.5 % */
    CONTRAST_WORTH = 24, /* of a pixel that is looked at */
    ALONG = 2,           /* px to each side, along a line */
    LIGHT_LEAST = 100,   /* darker grounds are no paper */
    STREAK_PERCENT = 70, /* of the height that a streak is seen on */
    STREAK_WORTH = 6,    /* 255ths: so much darker than the columns around it a faint one is */
};

static const double MM_PER_INCH = 25.4;
/* Millimetres. */
static const double SPECK = 0.7, MARK_LEAST = 1.8, FAINT_MARK_LEAST = 4, LETTER_MOST = 12;
static const double JOIN = 0.8;       /* gaps within a shape */
static const double EDGE_THICK = 1.6; /* from here on dark areas at the border are the bed */
static const double EDGE_DEEP = 18;   /* as far as the bed is seen */
static const double LINE_WIDE = 2.5;  /* wider things are no strokes */
static const double STREAK_WIDE = 0.9, STREAK_LEAST = 3, HAIR = 0.3;
static const double HOLE_NEAR = 22; /* a hole's middle from the edge: ISO 838 says 12 */
static const double HOLE_LEAST = 4, HOLE_MOST = 8;                   /* ISO 838: 6 */
static const double RING_LEAST = 2, RING_MOST = 3.8, RING_OFF = 0.4; /* radius, and from it */
/* Where ISO 838 has holes: their middles from the edge, and from the middle of the side; how far off
 * they are on sheets that were punched and fed by hand, and pieces of their rings from a circle. */
static const double PUNCH_DEEP = 12, PUNCH_ALONG[] = {40, 120};
static const double PUNCH_DEEP_OFF = 5, PUNCH_ALONG_OFF = 7, PUNCH_STEP = 0.5, PIECE_OFF = 0.35;
static const double CORNER = 24; /* where staples are */
static const double WIRE_LEAST = 7, WIRE_MOST = 15, WIRE_SPREAD = 0.3;
static const double PRICK_MOST = 2.2;      /* the hole that a staple leaves */
static const double MARGIN_SHARE = 0.03;   /* of the page's side, where scanners draw shadows */
static const double EDGE_LINE_SHARE = 0.5; /* of the page's side */
static const double DISC_FILL = 0.62;      /* of its box; of a circle pi/4 */

/* What is looked at. */
struct look {
    PIX *bits; /* all that may be a mark; owned */
    PIX *ink;  /* what of it is not faint; owned */
    double mm; /* px a millimetre */
    int width, height;
};

struct shape {
    int left, top, width, height; /* px */
    PIX *pix;
    double ink; /* px */
};

/* ---- geometry of a shape ---------------------------------------------------------------------- */

/* From the shape's box to the page's nearest edge left or right, and above or below, in mm. */
static double gap_across(const struct look *look, const struct shape *shape)
{
    return fmin(shape->left, look->width - shape->left - shape->width) / look->mm;
}

static double gap_down(const struct look *look, const struct shape *shape)
{
    return fmin(shape->top, look->height - shape->top - shape->height) / look->mm;
}

/* Sums over the shape's pixels; z is x² + y². */
struct sums {
    double n, x, y, xx, xy, yy, xz, yz;
};

static struct sums sum_pixels(const struct shape *shape)
{
    struct sums sums = {0};
    for (int row = 0; row < shape->height; row++) {
        const l_uint32 *line = pixGetData(shape->pix) + (size_t)row * (size_t)pixGetWpl(shape->pix);
        for (int column = 0; column < shape->width; column++) {
            if (!GET_DATA_BIT(line, column))
                continue;
            double x = column, y = row, z = x * x + y * y;
            sums.n++, sums.x += x, sums.y += y;
            sums.xx += x * x, sums.xy += x * y, sums.yy += y * y;
            sums.xz += x * z, sums.yz += y * z;
        }
    }
    return sums;
}

/* Standard deviation of the pixels across the line that fits them best, in px. */
static double spread_of(const struct shape *shape)
{
    struct sums sums = sum_pixels(shape);
    double x = sums.x / sums.n, y = sums.y / sums.n;
    double xx = sums.xx / sums.n - x * x, yy = sums.yy / sums.n - y * y;
    double xy = sums.xy / sums.n - x * y;
    double least = (xx + yy) / 2 - sqrt((xx - yy) * (xx - yy) / 4 + xy * xy);
    return sqrt(fmax(least, 0));
}

/* Root of the mean square of the pixels' distances to the circle, in px. */
static double distance_to_circle(const struct shape *shape, double x, double y, double radius)
{
    double sum = 0, count = 0;
    for (int row = 0; row < shape->height; row++) {
        const l_uint32 *line = pixGetData(shape->pix) + (size_t)row * (size_t)pixGetWpl(shape->pix);
        for (int column = 0; column < shape->width; column++) {
            if (!GET_DATA_BIT(line, column))
                continue;
            double off = hypot(column - x, row - y) - radius;
            sum += off * off;
            count++;
        }
    }
    return count > 0 ? sqrt(sum / count) : (double)INFINITY;
}

/* Whether the shape is a piece of a circle as large as a hole (circle by I. Kåsa's fit: the least
 * squares of x² + y² + ax + by + c). */
static bool is_arc(const struct look *look, const struct shape *shape)
{
    struct sums sums = sum_pixels(shape);
    double x = sums.x / sums.n, y = sums.y / sums.n, z = (sums.xx + sums.yy) / sums.n;
    double xx = sums.xx / sums.n - x * x, yy = sums.yy / sums.n - y * y;
    double xy = sums.xy / sums.n - x * y;
    double xz = sums.xz / sums.n - x * z, yz = sums.yz / sums.n - y * z;
    double scale = xx * yy - xy * xy;
    if (scale <= 1e-9)
        return false;
    double across = (xz * yy - yz * xy) / scale / 2, down = (yz * xx - xz * xy) / scale / 2;
    double square = z - 2 * across * x - 2 * down * y + across * across + down * down;
    double radius = sqrt(fmax(square, 0)) / look->mm;
    return radius >= RING_LEAST && radius <= RING_MOST &&
           distance_to_circle(shape, across, down, radius * look->mm) <= RING_OFF * look->mm;
}

/* ---- what blank backs have on them ------------------------------------------------------------ */

static bool is_ink(const struct look *look, const struct shape *shape)
{
    BOX *box = boxCreate(shape->left, shape->top, shape->width, shape->height);
    PIX *part = box == NULL ? NULL : pixClipRectangle(look->ink, box, NULL);
    l_int32 count = 0;
    if (part != NULL)
        pixCountPixels(part, &count, NULL);
    pixDestroy(&part);
    boxDestroy(&box);
    return count >= INK_LEAST;
}

static bool is_small(const struct look *look, const struct shape *shape)
{
    double size = hypot(shape->width, shape->height) / look->mm;
    return size < MARK_LEAST || (size < FAINT_MARK_LEAST && !is_ink(look, shape));
}

/* The edge of the paper or of the lid: along most of a side, and near it. */
static bool is_edge_line(const struct look *look, const struct shape *shape)
{
    bool is_upright = shape->height > shape->width;
    double side = is_upright ? look->height : look->width;
    double length = is_upright ? shape->height : shape->width;
    double other = is_upright ? shape->width : shape->height;
    double gap = is_upright ? gap_across(look, shape) : gap_down(look, shape);
    return length >= side * EDGE_LINE_SHARE && gap + other / look->mm <= EDGE_DEEP;
}

/* A piece of a line that dust on the glass drew: exactly upright, and thinner than hands write. */
static bool is_streak(const struct look *look, const struct shape *shape)
{
    return shape->width <= HAIR * look->mm && shape->height >= STREAK_LEAST * look->mm;
}

static bool is_hole(const struct look *look, const struct shape *shape)
{
    double width = shape->width / look->mm, height = shape->height / look->mm;
    double near = fmin(gap_across(look, shape) + width / 2, gap_down(look, shape) + height / 2);
    if (near > HOLE_NEAR || fmax(width, height) > HOLE_MOST)
        return false;
    bool is_round =
        fmin(width, height) >= HOLE_LEAST && fmax(width, height) <= 1.3 * fmin(width, height);
    return (is_round && shape->ink >= DISC_FILL * shape->width * shape->height) ||
           is_arc(look, shape);
}

/* The mean distance of the pixels to a point and their standard deviation from it, in px. */
static void measure_distances(const struct shape *shape, double x, double y, double *ret_mean,
                              double *ret_deviation)
{
    double n = 0, sum = 0, squares = 0;
    for (int row = 0; row < shape->height; row++) {
        const l_uint32 *line = pixGetData(shape->pix) + (size_t)row * (size_t)pixGetWpl(shape->pix);
        for (int column = 0; column < shape->width; column++) {
            if (!GET_DATA_BIT(line, column))
                continue;
            double distance = hypot(shape->left + column - x, shape->top + row - y);
            n++, sum += distance, squares += distance * distance;
        }
    }
    *ret_mean = n > 0 ? sum / n : 0;
    *ret_deviation = n > 0 ? sqrt(fmax(squares / n - *ret_mean * *ret_mean, 0)) : (double)INFINITY;
}

/* Whether it lies on the ring of a hole whose middle is about there, in mm. */
static bool is_ring_around(const struct look *look, const struct shape *shape, double x_mm,
                           double y_mm, double x_off, double y_off)
{
    double mean = 0, deviation = 0;
    for (double y = y_mm - y_off; y <= y_mm + y_off; y += PUNCH_STEP)
        for (double x = x_mm - x_off; x <= x_mm + x_off; x += PUNCH_STEP) {
            double across = (shape->left + shape->width / 2.0) / look->mm - x;
            double down = (shape->top + shape->height / 2.0) / look->mm - y;
            if (hypot(across, down) > RING_MOST)
                continue;
            measure_distances(shape, x * look->mm, y * look->mm, &mean, &deviation);
            if (mean >= RING_LEAST * look->mm && mean <= RING_MOST * look->mm &&
                deviation <= PIECE_OFF * look->mm)
                return true;
        }
    return false;
}

/* A piece of a hole's shadow that is too short to tell its circle by itself: where holes are punched,
 * at any of the four sides. */
static bool is_ring_piece(const struct look *look, const struct shape *shape)
{
    double width = look->width / look->mm, height = look->height / look->mm;
    if (hypot(shape->width, shape->height) > 2 * RING_MOST * look->mm)
        return false;
    bool is_near_side = gap_across(look, shape) <= PUNCH_DEEP + PUNCH_DEEP_OFF + RING_MOST;
    bool is_near_end = gap_down(look, shape) <= PUNCH_DEEP + PUNCH_DEEP_OFF + RING_MOST;
    double x = shape->left > look->width / 2 ? width - PUNCH_DEEP : PUNCH_DEEP;
    double y = shape->top > look->height / 2 ? height - PUNCH_DEEP : PUNCH_DEEP;
    for (size_t i = 0; i < sizeof PUNCH_ALONG / sizeof PUNCH_ALONG[0]; i++)
        for (int side = -1; side <= 1; side += 2) {
            double along = side * PUNCH_ALONG[i];
            if ((is_near_side && is_ring_around(look, shape, x, height / 2 + along, PUNCH_DEEP_OFF,
                                                PUNCH_ALONG_OFF)) ||
                (is_near_end && is_ring_around(look, shape, width / 2 + along, y, PUNCH_ALONG_OFF,
                                               PUNCH_DEEP_OFF)))
                return true;
        }
    return false;
}

/* Goes on in the margin, which is not looked at. */
static bool is_cut(const struct look *look, const struct shape *shape)
{
    int across = (int)(look->width * MARGIN_SHARE), down = (int)(look->height * MARGIN_SHARE);
    return shape->left <= across || shape->left + shape->width >= look->width - across ||
           shape->top <= down || shape->top + shape->height >= look->height - down;
}

/* A staple's wire in a corner, or one of the holes that it left. */
static bool is_staple(const struct look *look, const struct shape *shape)
{
    double width = shape->width / look->mm, height = shape->height / look->mm;
    double length = hypot(width, height);
    if (gap_across(look, shape) + width > CORNER || gap_down(look, shape) + height > CORNER)
        return false;
    if ((length >= WIRE_LEAST || is_cut(look, shape)) && length <= WIRE_MOST &&
        spread_of(shape) <= WIRE_SPREAD * look->mm)
        return true;
    return fmax(width, height) <= PRICK_MOST && fmax(width, height) <= 1.5 * fmin(width, height) &&
           shape->ink >= DISC_FILL * shape->width * shape->height;
}

typedef bool excuse(const struct look *look, const struct shape *shape);

static excuse *const excuses[] = {is_small, is_edge_line, is_streak,
                                  is_hole,  is_staple,    is_ring_piece};

static bool is_mark(const struct look *look, const struct shape *shape)
{
    for (size_t i = 0; i < sizeof excuses / sizeof excuses[0]; i++)
        if (excuses[i](look, shape))
            return false;
    return true;
}

/* ---- the look --------------------------------------------------------------------------------- */

/* So many shapes of letters' size that there is no need to look at each. */
static bool has_text(PIX *bits, double mm)
{
    BOXA *boxes = pixConnCompBB(bits, 8);
    int across = (int)(pixGetWidth(bits) * MARGIN_SHARE), found = 0;
    int down = (int)(pixGetHeight(bits) * MARGIN_SHARE);
    for (int i = 0; boxes != NULL && i < boxaGetCount(boxes); i++) {
        int left = 0, top = 0, width = 0, height = 0;
        boxaGetBoxGeometry(boxes, i, &left, &top, &width, &height);
        double size = fmax(width, height);
        found += size > SPECK * mm && size < LETTER_MOST * mm && width > HAIR * mm &&
                 left >= across && top >= down && left + width <= pixGetWidth(bits) - across &&
                 top + height <= pixGetHeight(bits) - down;
    }
    boxaDestroy(&boxes);
    return found > SHAPES_MOST;
}

/* Takes out what is dark from the border inwards: the bed beside the paper, the lid's shadow. */
static PIX *without_edges(PIX *bits, double mm)
{
    int thick = (int)lround(EDGE_THICK * mm), deep = (int)lround(EDGE_DEEP * mm);
    PIX *dark = pixOpenBrick(NULL, bits, thick, thick);
    PIX *seed = dark == NULL ? NULL : pixCopy(NULL, dark);
    if (seed != NULL) {
        int across = (int)(pixGetWidth(bits) * MARGIN_SHARE);
        int down = (int)(pixGetHeight(bits) * MARGIN_SHARE);
        BOX *inside =
            boxCreate(across, down, pixGetWidth(bits) - 2 * across, pixGetHeight(bits) - 2 * down);
        pixClearInRect(seed, inside);
        boxDestroy(&inside);
    }
    PIX *edges = seed == NULL ? NULL : pixSeedfillBinary(NULL, seed, dark, 8);
    PIX *wide = edges == NULL ? NULL : pixDilateBrick(NULL, edges, thick, thick);
    PIX *left = NULL;
    if (wide != NULL && pixGetWidth(bits) > 2 * deep && pixGetHeight(bits) > 2 * deep) {
        BOX *inside =
            boxCreate(deep, deep, pixGetWidth(bits) - 2 * deep, pixGetHeight(bits) - 2 * deep);
        pixClearInRect(wide, inside);
        boxDestroy(&inside);
        left = pixSubtract(NULL, bits, wide);
    }
    pixDestroy(&dark);
    pixDestroy(&seed);
    pixDestroy(&edges);
    pixDestroy(&wide);
    return left;
}

/* Takes out exactly upright lines, which dust on the glass of a feeder draws; in place. */
static void erase_streaks(PIX *bits, double mm)
{
    NUMA *counts = pixCountPixelsByColumn(bits);
    int begin = -1, most = pixGetHeight(bits) * STREAK_PERCENT / 100;
    for (int x = 0; counts != NULL && x <= pixGetWidth(bits); x++) {
        int count = 0;
        if (x < pixGetWidth(bits))
            numaGetIValue(counts, x, &count);
        if (count > most) {
            begin = begin < 0 ? x : begin;
            continue;
        }
        if (begin >= 0 && x - begin <= STREAK_WIDE * mm) {
            BOX *box = boxCreate(begin - 1, 0, x - begin + 2, pixGetHeight(bits));
            pixClearInRect(bits, box);
            boxDestroy(&box);
        }
        begin = -1;
    }
    numaDestroy(&counts);
}

static bool has_marks(const struct look *look)
{
    int join = 1 + 2 * (int)lround(JOIN * look->mm / 2);
    int across = (int)(look->width * MARGIN_SHARE), down = (int)(look->height * MARGIN_SHARE);
    pixSetOrClearBorder(look->bits, across, across, down, down, PIX_CLR);
    erase_streaks(look->bits, look->mm);
    PIX *joined = pixCloseSafeBrick(NULL, look->bits, join, join);
    PIXA *shapes = NULL;
    BOXA *boxes = joined == NULL ? NULL : pixConnComp(joined, &shapes, 8);
    bool found = boxes == NULL; // in doubt there are
    for (int i = 0; !found && i < boxaGetCount(boxes); i++) {
        struct shape shape = {.pix = pixaGetPix(shapes, i, L_CLONE)};
        boxaGetBoxGeometry(boxes, i, &shape.left, &shape.top, &shape.width, &shape.height);
        l_int32 ink = 0;
        pixCountPixels(shape.pix, &ink, NULL);
        shape.ink = ink;
        found = is_mark(look, &shape);
        pixDestroy(&shape.pix);
    }
    boxaDestroy(&boxes);
    pixaDestroy(&shapes);
    pixDestroy(&joined);
    return found;
}

/* ---- faint marks ------------------------------------------------------------------------------ */

/* How much darker each pixel is than the ground of what is thin, in 255ths of the ground. */
static PIX *measure_contrast(PIX *grey, double mm)
{
    int wide = 1 + 2 * (int)lround(LINE_WIDE * mm / 2);
    PIX *smooth = pixBlockconv(grey, 1, 1); // or else grain would lift the ground
    PIX *ground = smooth == NULL ? NULL : pixCloseGray(smooth, wide, wide);
    PIX *contrast = ground == NULL ? NULL : pixCreateTemplate(grey);
    for (int y = 0; contrast != NULL && y < pixGetHeight(grey); y++) {
        const l_uint32 *from = pixGetData(grey) + (size_t)y * (size_t)pixGetWpl(grey);
        const l_uint32 *under = pixGetData(ground) + (size_t)y * (size_t)pixGetWpl(ground);
        l_uint32 *to = pixGetData(contrast) + (size_t)y * (size_t)pixGetWpl(contrast);
        for (int x = 0; x < pixGetWidth(grey); x++) {
            int light = GET_DATA_BYTE(under, x), here = GET_DATA_BYTE(from, x);
            bool is_darker = light >= LIGHT_LEAST && here < light;
            SET_DATA_BYTE(to, x, (l_uint8)(is_darker ? (light - here) * 255 / light : 0));
        }
    }
    pixDestroy(&smooth);
    pixDestroy(&ground);
    return contrast;
}

/* The mean along the line through the pixel on which it is highest: grain goes, strokes stay. */
static int contrast_along(l_uint32 **rows, int x, int y)
{
    static const int steps[][2] = {
        {1, 0 },
        {0, 1 },
        {1, 1 },
        {1, -1},
    };
    int highest = 0;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        int sum = 0;
        for (int step = -ALONG; step <= ALONG; step++)
            sum += GET_DATA_BYTE(rows[y + step * steps[i][1]], x + step * steps[i][0]);
        highest = sum > highest ? sum : highest;
    }
    return highest / (2 * ALONG + 1);
}

/* 1 where the contrast is one of pencil or ink. */
static PIX *find_strokes(PIX *contrast)
{
    int width = pixGetWidth(contrast), height = pixGetHeight(contrast);
    PIX *strokes = pixCreate(width, height, 1);
    l_uint32 **rows = (l_uint32 **)pixGetLinePtrs(contrast, NULL);
    if (strokes == NULL || rows == NULL)
        pixDestroy(&strokes);
    for (int y = ALONG; strokes != NULL && y < height - ALONG; y++) {
        l_uint32 *to = pixGetData(strokes) + (size_t)y * (size_t)pixGetWpl(strokes);
        for (int x = ALONG; x < width - ALONG; x++)
            if (GET_DATA_BYTE(rows[y], x) >= CONTRAST_WORTH &&
                contrast_along(rows, x, y) >= CONTRAST_LEAST)
                SET_DATA_BIT(to, x);
    }
    LEPT_FREE(rows);
    return strokes;
}

/* Whether most rows of the column are darker than those of both columns a little beside it. */
static bool is_faint_streak(PIX *contrast, int x, int beside)
{
    int height = pixGetHeight(contrast), count = 0;
    const l_uint32 *line = pixGetData(contrast);
    for (int y = 0; y < height; y++, line += pixGetWpl(contrast)) {
        int here = GET_DATA_BYTE(line, x);
        count += here >= GET_DATA_BYTE(line, x - beside) + STREAK_WORTH &&
                 here >= GET_DATA_BYTE(line, x + beside) + STREAK_WORTH;
    }
    return count > height * STREAK_PERCENT / 100;
}

/* Takes out what lies on a line along the whole sheet, dust on a feeder's glass, that is as dark as
 * ink or a pencil's stroke in places only: where something shines through besides, or by chance. */
static void erase_faint_streaks(PIX *bits, PIX *contrast, double mm)
{
    int beside = 1 + (int)lround(STREAK_WIDE * mm);
    for (int x = beside; x < pixGetWidth(contrast) - beside; x++) {
        if (!is_faint_streak(contrast, x, beside))
            continue;
        BOX *box = boxCreate(x - ALONG, 0, 1 + 2 * ALONG, pixGetHeight(bits));
        pixClearInRect(bits, box);
        boxDestroy(&box);
    }
}

/* Ink and strokes of a page in grey. */
static bool look_init(PIX *grey, struct look *look)
{
    PIX *ink = pixThresholdToBinary(grey, INK_BELOW);
    PIX *contrast = measure_contrast(grey, look->mm);
    PIX *strokes = contrast == NULL ? NULL : find_strokes(contrast);
    look->ink = ink == NULL ? NULL : without_edges(ink, look->mm);
    look->bits = look->ink == NULL || strokes == NULL ? NULL : pixOr(NULL, look->ink, strokes);
    if (look->bits != NULL)
        erase_faint_streaks(look->bits, contrast, look->mm);
    pixDestroy(&ink);
    pixDestroy(&contrast);
    pixDestroy(&strokes);
    return look->bits != NULL;
}

static bool look_init_bits(PIX *bits, struct look *look)
{
    look->ink = without_edges(bits, look->mm);
    look->bits = look->ink == NULL ? NULL : pixCopy(NULL, look->ink);
    return look->bits != NULL;
}

bool blank_page(const struct survey *survey, PIX *grey, double dpi)
{
    if (has_text(survey->bits, survey->dpi / MM_PER_INCH))
        return false;
    struct look look = {.mm = (grey == NULL ? survey->dpi : dpi) / MM_PER_INCH,
                        .width = pixGetWidth(grey == NULL ? survey->bits : grey),
                        .height = pixGetHeight(grey == NULL ? survey->bits : grey)};
    bool good = grey == NULL ? look_init_bits(survey->bits, &look) : look_init(grey, &look);
    bool is_blank = good && !has_marks(&look);
    pixDestroy(&look.bits);
    pixDestroy(&look.ink);
    return is_blank;
}
