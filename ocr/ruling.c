/* ruling.c - see ruling.h.
 *
 * A rule is a long run of ink along a row or column, with gaps no longer than those of a dotted
 * line, that is thin nearly everywhere and has paper on both sides. Rows of letters are neither:
 * their stems are tall, and other rows of the same letters stand beside them. Where the ink across
 * a rule is thicker than a rule, a letter crosses or touches it and is left alone.
 *
 * Runs are followed from ink to ink, so that the time goes with the ink and not with the area. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/ruling.h"

enum { INK_BELOW = 176, WORD_BITS = 32 };

static const double LENGTH_LEAST_INCHES = 0.45;    /* 11 mm: longer than any letter's stroke */
static const double GAP_MOST_INCHES = 0.028;       /* 0.7 mm between dots */
static const double THICKNESS_MOST_INCHES = 0.028; /* 0.7 mm, 2 points */
static const double BESIDE_INCHES = 0.012;         /* where paper must be, beyond the thickness */
static const double INK_SHARE_LEAST = 0.4;         /* of a run: dotted lines have gaps */
static const double THIN_SHARE_LEAST = 0.85;       /* of the ink in a run */
static const double CLEAR_SHARE_LEAST = 0.85;      /* of either side */
static const double STREAK_SHARE_LEAST = 0.7;      /* of the page's width */
static const double STREAK_MOST_INCHES = 0.025;

/* The page, and what counts as a rule on it; all in pixels. */
struct page {
    PIX *bits, *grey;
    int width, height;
    int length_least, gap_most, thickness_most, beside;
};

/* Ink along a line that is being followed. */
struct run {
    int first, last, count;
};

static bool is_ink(const struct page *page, int x, int y)
{
    if (x < 0 || y < 0 || x >= page->width || y >= page->height)
        return false;
    const l_uint32 *line = pixGetData(page->bits) + (size_t)y * (size_t)pixGetWpl(page->bits);
    return GET_DATA_BIT(line, x) != 0;
}

/* The pixel `along` the rule and `across` it, for both directions. */
static bool is_ink_at(const struct page *page, bool is_upright, int along, int across)
{
    return is_upright ? is_ink(page, across, along) : is_ink(page, along, across);
}

static bool is_on_page(const struct page *page, bool is_upright, int along, int across)
{
    int x = is_upright ? across : along, y = is_upright ? along : across;
    return x >= 0 && y >= 0 && x < page->width && y < page->height;
}

/* Grey of a pixel; black off the page. */
static int grey_at(const struct page *page, bool is_upright, int along, int across)
{
    int x = is_upright ? across : along, y = is_upright ? along : across;
    if (!is_on_page(page, is_upright, along, across))
        return 0;
    const l_uint32 *line = pixGetData(page->grey) + (size_t)y * (size_t)pixGetWpl(page->grey);
    return GET_DATA_BYTE(line, x);
}

static void brighten(const struct page *page, bool is_upright, int along, int across, int value)
{
    int x = is_upright ? across : along, y = is_upright ? along : across;
    if (!is_on_page(page, is_upright, along, across) ||
        grey_at(page, is_upright, along, across) >= value)
        return;
    l_uint32 *line = pixGetData(page->grey) + (size_t)y * (size_t)pixGetWpl(page->grey);
    SET_DATA_BYTE(line, x, (l_uint8)value);
}

/* How far the ink at (along, across) reaches across: [*ret_from, *ret_to]; looks no further than
 * a rule is thick. */
static void measure(const struct page *page, bool is_upright, int along, int across, int *ret_from,
                    int *ret_to)
{
    int from = across, to = across;
    while (across - from <= page->thickness_most && is_ink_at(page, is_upright, along, from - 1))
        from--;
    while (to - across <= page->thickness_most && is_ink_at(page, is_upright, along, to + 1))
        to++;
    *ret_from = from;
    *ret_to = to;
}

/* Ink in the middle of the rule or right beside it: dots do not stand in one row. */
static bool find_ink(const struct page *page, bool is_upright, int along, int across, int *ret_at)
{
    static const int offsets[] = {0, -1, 1};
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++)
        if (is_ink_at(page, is_upright, along, across + offsets[i])) {
            *ret_at = across + offsets[i];
            return true;
        }
    return false;
}

static bool is_rule(const struct page *page, bool is_upright, const struct run *run, int across)
{
    int length = run->last - run->first + 1, thin = 0, inked_before = 0, inked_behind = 0;
    if (length < page->length_least || run->count < INK_SHARE_LEAST * length)
        return false;
    int reach = page->thickness_most + page->beside;
    for (int along = run->first; along <= run->last; along++) {
        int at = across, from = across, to = across;
        if (find_ink(page, is_upright, along, across, &at)) {
            measure(page, is_upright, along, at, &from, &to);
            thin += to - from < page->thickness_most;
        }
        inked_before += is_ink_at(page, is_upright, along, across - reach);
        inked_behind += is_ink_at(page, is_upright, along, across + reach);
    }
    double inked_most = (1 - CLEAR_SHARE_LEAST) * length;
    return thin >= THIN_SHARE_LEAST * run->count && inked_before <= inked_most &&
           inked_behind <= inked_most;
}

/* Paper over the rule, and over its pale edges. */
static void erase(const struct page *page, bool is_upright, const struct run *run, int across)
{
    for (int along = run->first; along <= run->last; along++) {
        int at = across, from = across, to = across;
        if (find_ink(page, is_upright, along, across, &at))
            measure(page, is_upright, along, at, &from, &to);
        if (to - from >= page->thickness_most)
            continue;
        int before = grey_at(page, is_upright, along, from - 2);
        int behind = grey_at(page, is_upright, along, to + 2);
        for (int i = from - 1; i <= to + 1; i++)
            brighten(page, is_upright, along, i, before > behind ? before : behind);
    }
}

static void finish(const struct page *page, bool is_upright, const struct run *run, int across)
{
    if (run->count > 0 && is_rule(page, is_upright, run, across))
        erase(page, is_upright, run, across);
}

/* The run goes on at `along`, or ends and another one begins. */
static void follow(const struct page *page, bool is_upright, struct run *run, int along, int across)
{
    if (run->count > 0 && along - run->last - 1 <= page->gap_most) {
        run->last = along;
        run->count++;
        return;
    }
    finish(page, is_upright, run, across);
    *run = (struct run){.first = along, .last = along, .count = 1};
}

/* One word of a row with the ink of the rows above and below, and of the pixels on both sides. */
struct spread {
    l_uint32 upright, level;
};

static struct spread spread_at(const struct page *page, int y, int word)
{
    int words = pixGetWpl(page->bits);
    const l_uint32 *line = pixGetData(page->bits) + (size_t)y * (size_t)words;
    l_uint32 here = line[word], above = y > 0 ? line[word - words] : 0;
    l_uint32 below = y + 1 < page->height ? line[word + words] : 0;
    l_uint32 before = word > 0 ? line[word - 1] << (WORD_BITS - 1) : 0;
    l_uint32 behind = word + 1 < words ? line[word + 1] >> (WORD_BITS - 1) : 0;
    return (struct spread){.level = here | above | below,
                           .upright = here | here >> 1 | here << 1 | before | behind};
}

/* Goes over all ink; `columns` holds a run for each column. */
static void follow_ink(const struct page *page, struct run *columns)
{
    for (int y = 0; y < page->height; y++) {
        struct run row = {0};
        for (int word = 0; word < pixGetWpl(page->bits); word++) {
            struct spread spread = spread_at(page, y, word);
            while (spread.level != 0) {
                int bit = __builtin_clz(spread.level);
                spread.level &= ~(0x80000000U >> bit);
                follow(page, false, &row, word * WORD_BITS + bit, y);
            }
            while (spread.upright != 0) {
                int bit = __builtin_clz(spread.upright), x = word * WORD_BITS + bit;
                spread.upright &= ~(0x80000000U >> bit);
                if (x < page->width)
                    follow(page, true, &columns[x], y, x);
            }
        }
        finish(page, false, &row, y);
    }
    for (int x = 0; x < page->width; x++)
        finish(page, true, &columns[x], x);
}

enum status ruling_erase_rules(PIX *grey, double dpi, struct fault *fault)
{
    struct page page = {
        .grey = grey,
        .bits = pixThresholdToBinary(grey, INK_BELOW),
        .width = pixGetWidth(grey),
        .height = pixGetHeight(grey),
        .length_least = (int)lround(LENGTH_LEAST_INCHES * dpi),
        .gap_most = (int)lround(GAP_MOST_INCHES * dpi),
        .thickness_most = (int)lround(THICKNESS_MOST_INCHES * dpi),
        .beside = (int)lround(BESIDE_INCHES * dpi),
    };
    struct run *columns = page.bits == NULL
                              ? NULL
                              : calloc((size_t)pixGetWpl(page.bits) * WORD_BITS, sizeof *columns);
    if (columns != NULL) {
        pixSetPadBits(page.bits, 0);
        follow_ink(&page, columns);
    }
    bool good = columns != NULL;
    free(columns);
    pixDestroy(&page.bits);
    return good ? STATUS_OK
                : fault_set(fault, STATUS_LATER, "out of memory while looking for ruling lines");
}

/* --- streaks --- */

static bool is_streak(PIX *bits, int y)
{
    if (y < 0 || y >= pixGetHeight(bits))
        return false;
    const l_uint32 *line = pixGetData(bits) + (size_t)y * (size_t)pixGetWpl(bits);
    int count = 0;
    for (int word = 0; word < pixGetWpl(bits); word++)
        count += __builtin_popcount(line[word]);
    return count >= STREAK_SHARE_LEAST * pixGetWidth(bits);
}

/* Rows from `top` to `bottom` keep the ink that stands above and below as well. */
static void mend_rows(PIX *bits, int top, int bottom)
{
    size_t words = (size_t)pixGetWpl(bits);
    l_uint32 *data = pixGetData(bits);
    const l_uint32 *above = top > 0 ? data + (size_t)(top - 1) * words : NULL;
    const l_uint32 *below =
        bottom + 1 < pixGetHeight(bits) ? data + (size_t)(bottom + 1) * words : NULL;
    for (int y = top; y <= bottom; y++)
        for (size_t word = 0; word < words; word++)
            data[(size_t)y * words + word] &=
                above == NULL || below == NULL ? 0 : above[word] & below[word];
}

void ruling_erase_streaks(PIX *bits, double dpi)
{
    int most = (int)fmax(1, STREAK_MOST_INCHES * dpi);
    pixSetPadBits(bits, 0);
    for (int y = 0; y < pixGetHeight(bits); y++) {
        int bottom = y;
        if (!is_streak(bits, y))
            continue;
        while (is_streak(bits, bottom + 1))
            bottom++;
        if (bottom - y < most)
            mend_rows(bits, y, bottom);
        y = bottom;
    }
}
