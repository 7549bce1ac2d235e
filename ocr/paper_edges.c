/* paper_edges.c - see paper_edges.h.
 *
 * An edge of the sheet is a straight line along which, in one of the colours, one side is lighter
 * than the other, some way off as well as at the line: rules and frames, which have paper on both
 * sides, are none. Upright and level lines are sought by votes (a Hough transform over slope and
 * place), each for "lighter behind" and "darker behind"; the best of them are paired to
 * quadrilaterals, and the one whose sides are borne out along most of their length wins. All four
 * sides must agree on whether the sheet is the lighter part.
 *
 * The horizontal pass runs over the transposed picture, so that there is one kind of line here:
 * x = middle + slope (y - height / 2).
 *
 * Left alone: sheets that reach beyond the picture or whose edges are bent, and tables as light as
 * the paper. Soft edges of shadows are not steep enough; hard ones seldom run along a whole side. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/paper_edges.h"

enum {
    SAMPLES = 3,
    SIDE_LEAST = 60,    /* px; smaller pictures show no sheet that could be read */
    STEP_LEAST = 8,     /* grey levels over two pixels at the edge */
    CONTRAST_LEAST = 8, /* between NEAR and FAR off it on either side */
    NEAR = 3,
    FAR = 6,
    SLOPE_STEP_PX = 3,   /* at the ends of the line */
    MARGIN_PERCENT = 12, /* of the width: lines may run out of the picture */
    LINES_MOST = 8,      /* of each sense and direction */
    APART_PX = 5,        /* between two of them, at both ends */
    ON_LINE_PX = 2,
    NEAR_LINE_PX = 4,
    FITS = 3,
    BAND_PX = 3,      /* of the border that is compared with paper, … */
    BAND_FROM_PX = 2, /* … and where it begins */
    SIDES_UNLIKE_LEAST = 3,
    PAPER_STEP = 3, /* px: every scan in colours pays for this look */
    PAPER_RANK_PERCENT = 85,
    BORDER_COLOUR_LEAST = 30, /* largest less smallest sample, beyond that of the paper */
    MARK_LEAST = 28,          /* grey levels off the mean of what is around */
    MARK_RADIUS_PX = 10,
    MARK_DISTANCE_PX = 24, /* from the sheet, whose own edge is a mark */
};

static const double SLOPE_MOST = 0.5;
static const double LINE_LEAST = 0.12;         /* of the height: votes */
static const double SUPPORT_LEAST = 0.82;      /* of each side */
static const double SUPPORT_NEUTRAL = 0.6;     /* longer sides count for less from here down */
static const double AREA_LEAST = 0.15;         /* of the picture */
static const double OPPOSITE_LEAST = 0.6;      /* the shorter of two opposite sides */
static const double COSINE_MOST = 0.42;        /* corners of 65 to 115 degrees */
static const double LONG_MOST = 3.2;           /* times as long as wide */
static const double BORDER_DARKER = 0.8;       /* of the paper's light */
static const double BORDER_UNLIKE_LEAST = 0.7; /* of the samples of a side */

/* The picture, or the picture transposed: SAMPLES bytes a pixel. */
struct field {
    int width, height;
    uint8_t *samples;
    int8_t *edges; /* a pixel: 1 lighter behind it, -1 darker behind it, 0 no edge */
};

/* A line, and in how many rows before each one it was borne out. */
struct side {
    double middle, slope;
    uint16_t along[PAPER_EDGES_SIDE_MOST + 1];
};

enum { LIGHTER_BEHIND, DARKER_BEHIND, SENSES };

/* The lines of one direction. */
struct lines {
    int width, height; /* of the field */
    unsigned count[SENSES];
    struct side sides[SENSES][LINES_MOST];
};

struct search {
    struct field field;
    struct lines upright, level;
};

/* ---- samples ---------------------------------------------------------------------------------- */

static void sample(PIX *pix, int x, int y, uint8_t *ret_samples)
{
    const l_uint32 *line = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);
    if (pixGetDepth(pix) == 32)
        for (int i = 0; i < SAMPLES; i++)
            ret_samples[i] = (uint8_t)(line[x] >> (24 - 8 * i) & 0xFFU);
    else
        memset(ret_samples, GET_DATA_BYTE(line, x), SAMPLES);
}

static bool field_init(struct field *field, PIX *small, bool is_transposed)
{
    field->width = is_transposed ? pixGetHeight(small) : pixGetWidth(small);
    field->height = is_transposed ? pixGetWidth(small) : pixGetHeight(small);
    size_t pixels = (size_t)field->width * (size_t)field->height;
    field->samples = malloc(pixels * SAMPLES);
    field->edges = calloc(pixels, 1);
    if (field->samples == NULL || field->edges == NULL)
        return false;
    uint8_t *at = field->samples;
    for (int y = 0; y < field->height; y++)
        for (int x = 0; x < field->width; x++, at += SAMPLES)
            sample(small, is_transposed ? y : x, is_transposed ? x : y, at);
    return true;
}

static void field_done(struct field *field)
{
    free(field->samples);
    free(field->edges);
    *field = (struct field){0};
}

/* ---- edges ------------------------------------------------------------------------------------ */

/* What a row gains in one sample between `from` and `to` off the place. */
static int gain(const uint8_t *at, int channel, int from, int to)
{
    int sum = 0;
    for (int off = from; off <= to; off++)
        sum += at[off * SAMPLES + channel] - at[-off * SAMPLES + channel];
    return sum / (to - from + 1);
}

/* The largest step of all samples. */
static int step_at(const uint8_t *at, int *ret_channel)
{
    int step = 0;
    for (int channel = 0; channel < SAMPLES; channel++) {
        int other = gain(at, channel, 1, 2);
        if (abs(other) <= abs(step))
            continue;
        step = other;
        *ret_channel = channel;
    }
    return step;
}

/* How far off a place is looked: up to FAR, within the picture. */
static int reach_at(const struct field *field, int x)
{
    int room = x < field->width - 1 - x ? x : field->width - 1 - x;
    return room < FAR ? room : FAR;
}

/* Steps that are steeper than those beside them, and whose sides differ further off, too. */
static void find_edges(struct field *field)
{
    for (int y = 0; y < field->height; y++) {
        size_t row = (size_t)y * (size_t)field->width;
        for (int x = NEAR; x < field->width - NEAR; x++) {
            const uint8_t *at = field->samples + (row + (size_t)x) * SAMPLES;
            int channel = 0, unused = 0, step = step_at(at, &channel);
            if (abs(step) < STEP_LEAST)
                continue;
            int far = gain(at, channel, NEAR, reach_at(field, x));
            bool is_edge = abs(far) >= CONTRAST_LEAST && (far > 0) == (step > 0) &&
                           abs(step) >= abs(step_at(at - SAMPLES, &unused)) &&
                           abs(step) > abs(step_at(at + SAMPLES, &unused));
            field->edges[row + (size_t)x] = (int8_t)(!is_edge ? 0 : step > 0 ? 1 : -1);
        }
    }
}

/* ---- lines ------------------------------------------------------------------------------------ */

/* Votes for lines of one sense, by slope and by place at half the height. */
struct votes {
    int slopes, places, margin;
    double slope_step;
    uint16_t *counts;
};

static bool votes_init(struct votes *votes, const struct field *field)
{
    votes->slope_step = 2.0 * SLOPE_STEP_PX / field->height;
    votes->slopes = 2 * (int)(SLOPE_MOST / votes->slope_step) + 1;
    votes->margin = field->width * MARGIN_PERCENT / 100;
    votes->places = field->width + 2 * votes->margin;
    votes->counts = calloc((size_t)votes->slopes * (size_t)votes->places, sizeof *votes->counts);
    return votes->counts != NULL;
}

static double slope_of(const struct votes *votes, int index)
{
    return (index - votes->slopes / 2) * votes->slope_step;
}

static void vote(struct votes *votes, int x, double down)
{
    double place = x + votes->margin + 0.5 + slope_of(votes, 0) * -down;
    double step = -votes->slope_step * down;
    uint16_t *counts = votes->counts;
    for (int i = 0; i < votes->slopes; i++, place += step, counts += votes->places)
        if (place >= 0 && place < votes->places)
            counts[(int)place]++;
}

static void collect_votes(struct votes *votes, const struct field *field, int sense)
{
    int8_t wanted = sense == LIGHTER_BEHIND ? 1 : -1;
    const int8_t *edges = field->edges;
    for (int y = 0; y < field->height; y++, edges += field->width)
        for (int x = 0; x < field->width; x++)
            if (edges[x] == wanted)
                vote(votes, x, y - field->height / 2.0);
}

static double place_at(const struct side *side, const struct field *field, double y)
{
    return side->middle + side->slope * (y - field->height / 2.0);
}

/* The edge of that sense in row `y` that is nearest to the line; -1 when none is within reach. */
static int nearest_edge(const struct field *field, const struct side *side, int y, int sense,
                        int reach)
{
    int8_t wanted = sense == LIGHTER_BEHIND ? 1 : -1;
    int place = (int)lround(place_at(side, field, y));
    const int8_t *edges = field->edges + (size_t)y * (size_t)field->width;
    for (int off = 0; off <= 2 * reach; off++) {
        int x = place + (off % 2 == 0 ? off / 2 : -(off / 2 + 1));
        if (x >= 0 && x < field->width && edges[x] == wanted)
            return x;
    }
    return -1;
}

/* Least squares over the edges at the line. */
static void fit_line(const struct field *field, struct side *side, int sense, int reach)
{
    double count = 0, sum_x = 0, sum_y = 0, sum_xy = 0, sum_yy = 0;
    for (int row = 0; row < field->height; row++) {
        int x = nearest_edge(field, side, row, sense, reach);
        double y = row - field->height / 2.0;
        if (x < 0)
            continue;
        count++;
        sum_x += x;
        sum_y += y;
        sum_xy += x * y;
        sum_yy += y * y;
    }
    double spread = count * sum_yy - sum_y * sum_y;
    if (spread <= 0)
        return;
    side->slope = (count * sum_xy - sum_x * sum_y) / spread;
    side->middle = (sum_x - side->slope * sum_y) / count;
}

static void take_line(const struct field *field, struct lines *lines, int sense, double middle,
                      double slope)
{
    struct side *side = &lines->sides[sense][lines->count[sense]++];
    *side = (struct side){.middle = middle, .slope = slope};
    for (int i = 0; i < FITS; i++)
        fit_line(field, side, sense, i == 0 ? NEAR_LINE_PX : ON_LINE_PX);
    for (int y = 0; y < field->height; y++)
        side->along[y + 1] =
            (uint16_t)(side->along[y] + (nearest_edge(field, side, y, sense, ON_LINE_PX) >= 0));
}

/* Forgets the votes for lines that are nowhere far from this one. */
static void forget(struct votes *votes, int slope, int place, double half_height)
{
    for (int i = 0; i < votes->slopes; i++) {
        double off = (i - slope) * votes->slope_step * half_height;
        if (fabs(off) > 2 * APART_PX)
            continue;
        for (int x = place - APART_PX; x <= place + APART_PX; x++)
            if (x >= 0 && x < votes->places)
                votes->counts[(size_t)i * (size_t)votes->places + (size_t)x] = 0;
    }
}

static bool find_lines_of(const struct field *field, struct lines *lines, int sense)
{
    struct votes votes;
    if (!votes_init(&votes, field))
        return false;
    collect_votes(&votes, field, sense);
    size_t all = (size_t)votes.slopes * (size_t)votes.places;
    while (lines->count[sense] < LINES_MOST) {
        size_t best = 0;
        for (size_t i = 1; i < all; i++)
            if (votes.counts[i] > votes.counts[best])
                best = i;
        if (votes.counts[best] < LINE_LEAST * field->height)
            break;
        int slope = (int)(best / (size_t)votes.places), place = (int)(best % (size_t)votes.places);
        take_line(field, lines, sense, place - votes.margin, slope_of(&votes, slope));
        forget(&votes, slope, place, field->height / 2.0);
    }
    free(votes.counts);
    return true;
}

static bool find_lines(struct search *search, PIX *small, bool is_transposed, struct lines *lines)
{
    bool good = field_init(&search->field, small, is_transposed);
    if (good) {
        lines->width = search->field.width;
        lines->height = search->field.height;
        find_edges(&search->field);
        good = find_lines_of(&search->field, lines, LIGHTER_BEHIND) &&
               find_lines_of(&search->field, lines, DARKER_BEHIND);
    }
    field_done(&search->field);
    return good;
}

/* ---- quadrilaterals --------------------------------------------------------------------------- */

/* One side each. */
struct frame {
    const struct side *left, *right, *top, *bottom;
};

static struct point crossing(const struct search *search, const struct side *upright,
                             const struct side *level)
{
    double half_height = search->upright.height / 2.0, half_width = search->level.height / 2.0;
    double x = (upright->middle +
                upright->slope * (level->middle - level->slope * half_width - half_height)) /
               (1 - upright->slope * level->slope);
    return (struct point){x, level->middle + level->slope * (x - half_width)};
}

static double distance(struct point one, struct point two)
{
    return hypot(two.x - one.x, two.y - one.y);
}

static bool is_inside(const struct search *search, const struct corners *corners)
{
    for (int i = 0; i < 4; i++) {
        const struct point *at = &corners->points[i];
        if (!(at->x >= 0 && at->x < search->upright.width && at->y >= 0 &&
              at->y < search->upright.height))
            return false;
    }
    return true;
}

static double cosine_at(const struct corners *corners, int i)
{
    const struct point *p = corners->points;
    struct point here = p[i], before = p[(i + 3) % 4], next = p[(i + 1) % 4];
    double product =
        (before.x - here.x) * (next.x - here.x) + (before.y - here.y) * (next.y - here.y);
    return product / (distance(here, before) * distance(here, next));
}

/* Whether a person who holds a camera over a sheet sees it so. */
static bool is_plausible(const struct search *search, const struct corners *corners)
{
    const struct point *p = corners->points;
    double top = distance(p[0], p[1]), right = distance(p[1], p[2]);
    double bottom = distance(p[2], p[3]), left = distance(p[3], p[0]);
    double width = (top + bottom) / 2, height = (left + right) / 2;
    if (!is_inside(search, corners) || !(width > 0) || !(height > 0))
        return false;
    for (int i = 0; i < 4; i++)
        if (!(fabs(cosine_at(corners, i)) <= COSINE_MOST))
            return false;
    double area = width * height, all = (double)search->upright.width * search->upright.height;
    return area >= AREA_LEAST * all && fmin(top, bottom) >= OPPOSITE_LEAST * fmax(top, bottom) &&
           fmin(left, right) >= OPPOSITE_LEAST * fmax(left, right) &&
           fmax(width, height) <= LONG_MOST * fmin(width, height);
}

/* The share of the rows between two places in which the side was borne out. */
static double support(const struct side *side, double from, double to)
{
    int first = (int)lround(from), end = (int)lround(to);
    return end > first ? (double)(side->along[end] - side->along[first]) / (end - first) : 0;
}

/* How well the four sides are borne out; below 0 when one of them is not enough. */
static double worth(const struct frame *frame, const struct corners *corners)
{
    const struct point *p = corners->points;
    const struct {
        double support, length;
    } sides[] = {
        {support(frame->left,   p[0].y, p[3].y), p[3].y - p[0].y},
        {support(frame->right,  p[1].y, p[2].y), p[2].y - p[1].y},
        {support(frame->top,    p[0].x, p[1].x), p[1].x - p[0].x},
        {support(frame->bottom, p[3].x, p[2].x), p[2].x - p[3].x},
    };
    double sum = 0;
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        if (sides[i].support < SUPPORT_LEAST)
            return -1;
        sum += (sides[i].support - SUPPORT_NEUTRAL) * sides[i].length;
    }
    return sum;
}

static void try_frame(const struct search *search, const struct frame *frame, double *best,
                      struct corners *ret_corners)
{
    struct corners corners = {
        {crossing(search, frame->left, frame->top), crossing(search, frame->right, frame->top),
         crossing(search, frame->right, frame->bottom),
         crossing(search, frame->left, frame->bottom)}
    };
    if (!is_plausible(search, &corners))
        return;
    double sum = worth(frame, &corners);
    if (sum <= *best)
        return;
    *best = sum;
    *ret_corners = corners;
}

/* `near` is the sense of the left and the upper side. */
static void try_frames(const struct search *search, int near, double *best,
                       struct corners *ret_corners)
{
    int far = near == LIGHTER_BEHIND ? DARKER_BEHIND : LIGHTER_BEHIND;
    const struct lines *upright = &search->upright, *level = &search->level;
    unsigned pairs = upright->count[near] * upright->count[far];
    for (unsigned pair = 0; pair < pairs; pair++) {
        struct frame frame = {.left = &upright->sides[near][pair / upright->count[far]],
                              .right = &upright->sides[far][pair % upright->count[far]]};
        if (frame.left->middle >= frame.right->middle)
            continue;
        for (unsigned other = 0; other < level->count[near] * level->count[far]; other++) {
            frame.top = &level->sides[near][other / level->count[far]];
            frame.bottom = &level->sides[far][other % level->count[far]];
            if (frame.top->middle < frame.bottom->middle)
                try_frame(search, &frame, best, ret_corners);
        }
    }
}

static bool has_fitting_size(PIX *small)
{
    int width = pixGetWidth(small), height = pixGetHeight(small);
    return width >= SIDE_LEAST && height >= SIDE_LEAST && width <= PAPER_EDGES_SIDE_MOST &&
           height <= PAPER_EDGES_SIDE_MOST && (pixGetDepth(small) == 32 || pixGetDepth(small) == 8);
}

bool paper_edges_find(PIX *small, struct corners *ret_corners)
{
    struct search *search = has_fitting_size(small) ? calloc(1, sizeof *search) : NULL;
    double best = 0;
    if (search == NULL)
        return false;
    if (find_lines(search, small, false, &search->upright) &&
        find_lines(search, small, true, &search->level)) {
        try_frames(search, LIGHTER_BEHIND, &best, ret_corners);
        try_frames(search, DARKER_BEHIND, &best, ret_corners);
    }
    free(search);
    return best > 0;
}

/* ---- the border ------------------------------------------------------------------------------- */

static int luminance_of(const uint8_t samples[SAMPLES])
{
    return (samples[0] * 3 + samples[1] * 5 + samples[2] * 2) / 10;
}

static int colour_of(const uint8_t samples[SAMPLES])
{
    int most = 0, least = 255;
    for (int i = 0; i < SAMPLES; i++) {
        most = samples[i] > most ? samples[i] : most;
        least = samples[i] < least ? samples[i] : least;
    }
    return most - least;
}

/* The light of the paper, and how coloured what is that light is at most. */
static void find_paper(PIX *small, int *ret_luminance, int *ret_colour)
{
    unsigned counts[256] = {0}, seen = 0;
    uint64_t colours[256] = {0};
    unsigned all = 0;
    for (int y = 0; y < pixGetHeight(small); y += PAPER_STEP)
        for (int x = 0; x < pixGetWidth(small); x += PAPER_STEP, all++) {
            uint8_t samples[SAMPLES];
            sample(small, x, y, samples);
            counts[luminance_of(samples)]++;
            colours[luminance_of(samples)] += (unsigned)colour_of(samples);
        }
    int rank = 0;
    for (; rank < 255; rank++) {
        seen += counts[rank];
        if ((uint64_t)seen * 100 >= (uint64_t)all * PAPER_RANK_PERCENT)
            break;
    }
    *ret_luminance = rank;
    *ret_colour = counts[rank] == 0 ? 0 : (int)(colours[rank] / counts[rank]);
}

/* Of one side of the picture, 0 to 3 from the upper one clockwise. */
static bool side_differs(PIX *small, int side, int luminance, int colour)
{
    int width = pixGetWidth(small), height = pixGetHeight(small), unlike = 0, all = 0;
    int length = side % 2 == 0 ? width : height;
    for (int along = 0; along < length; along++)
        for (int off = BAND_FROM_PX; off < BAND_FROM_PX + BAND_PX; off++, all++) {
            uint8_t samples[SAMPLES];
            int x = side % 2 == 0 ? along : side == 1 ? width - 1 - off : off;
            int y = side % 2 == 1 ? along : side == 2 ? height - 1 - off : off;
            sample(small, x, y, samples);
            unlike += luminance_of(samples) < BORDER_DARKER * luminance ||
                      colour_of(samples) > colour + BORDER_COLOUR_LEAST;
        }
    return unlike >= BORDER_UNLIKE_LEAST * all;
}

bool paper_edges_border_differs(PIX *small)
{
    int luminance = 0, colour = 0, sides = 0;
    if (!has_fitting_size(small))
        return false;
    find_paper(small, &luminance, &colour);
    for (int side = 0; side < 4; side++)
        sides += side_differs(small, side, luminance, colour);
    return sides >= SIDES_UNLIKE_LEAST;
}

/* ---- what lies beside ------------------------------------------------------------------------- */

/* Sums of all pixels above and to the left. */
static uint32_t *sums_of(PIX *grey)
{
    size_t width = (size_t)pixGetWidth(grey), height = (size_t)pixGetHeight(grey);
    uint32_t *sums = calloc((width + 1) * (height + 1), sizeof *sums);
    for (size_t y = 0; sums != NULL && y < height; y++) {
        const l_uint32 *line = pixGetData(grey) + y * (size_t)pixGetWpl(grey);
        uint32_t *above = sums + y * (width + 1), *here = above + width + 1, row = 0;
        for (size_t x = 0; x < width; x++) {
            row += GET_DATA_BYTE(line, x);
            here[x + 1] = above[x + 1] + row;
        }
    }
    return sums;
}

static int mean_around(const uint32_t *sums, int width, int height, int x, int y)
{
    int left = x > MARK_RADIUS_PX ? x - MARK_RADIUS_PX : 0;
    int top = y > MARK_RADIUS_PX ? y - MARK_RADIUS_PX : 0;
    int right = x + MARK_RADIUS_PX < width ? x + MARK_RADIUS_PX + 1 : width;
    int bottom = y + MARK_RADIUS_PX < height ? y + MARK_RADIUS_PX + 1 : height;
    size_t words = (size_t)width + 1;
    const uint32_t *above = sums + (size_t)top * words, *below = sums + (size_t)bottom * words;
    uint32_t sum = below[right] - below[left] - above[right] + above[left];
    return (int)(sum / (uint32_t)((right - left) * (bottom - top)));
}

/* How far outside of the sheet a point is; below 0 inside. */
static double beyond(const struct corners *corners, double x, double y)
{
    double most = -INFINITY;
    for (int i = 0; i < 4; i++) {
        struct point from = corners->points[i], to = corners->points[(i + 1) % 4];
        double off = (to.y - from.y) * (x - from.x) - (to.x - from.x) * (y - from.y);
        most = fmax(most, off / distance(from, to));
    }
    return most;
}

int paper_edges_count_marks(PIX *grey, const struct corners *corners)
{
    int width = pixGetWidth(grey), height = pixGetHeight(grey), marks = 0;
    uint32_t *sums = sums_of(grey);
    if (sums == NULL)
        return -1;
    for (int y = 0; y < height; y++) {
        const l_uint32 *line = pixGetData(grey) + (size_t)y * (size_t)pixGetWpl(grey);
        for (int x = 0; x < width; x++) {
            int off = (int)GET_DATA_BYTE(line, x) - mean_around(sums, width, height, x, y);
            if (abs(off) >= MARK_LEAST && beyond(corners, x, y) > MARK_DISTANCE_PX)
                marks++;
        }
    }
    free(sums);
    return marks;
}
