/* scanner.c - see scanner.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>

#include "monitor/scanner.h"

/* A4 (ISO 216), and how much longer two sheets that were pulled as one look. */
static const double A4_WIDTH_MM = 210, A4_HEIGHT_MM = 297, LONGER = 1.1, WIDTH_SLACK_MM = 8;
static const double MM_AN_INCH = 25.4;

const char *scanner_alarm(enum scanner_trouble trouble)
{
    static const char *const kinds[SCANNER_TROUBLES] = {"scanner_streak", "scanner_skew",
                                                        "scanner_contrast", "scanner_double"};
    return kinds[trouble];
}

static bool has_streak(const struct scanned_page *pages, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t alike = 0;
        for (size_t j = 0; j < count && pages[i].health.streak != 0; j++)
            alike += pages[j].health.streak != 0 &&
                     abs(pages[i].health.streak - pages[j].health.streak) <= SCANNER_STREAK_APART;
        if (alike >= SCANNER_STREAKS)
            return true;
    }
    return false;
}

static int compare(const void *left, const void *right)
{
    const int *a = left;
    const int *b = right;
    return (*a > *b) - (*a < *b);
}

/* The middle of the values; 0 for none. */
static int median(int *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return count == 0 ? 0 : values[count / 2];
}

static bool is_askew(const struct scanned_page *pages, size_t count)
{
    int skews[SCANNER_NEW];
    for (size_t i = 0; i < count; i++)
        skews[i] = pages[i].health.skew;
    return abs(median(skews, count)) >= SCANNER_SKEW;
}

/* The middle contrast of those that have one. *ret_known: how many they are. */
static int contrast_of(const struct scanned_page *pages, size_t count, size_t *ret_known)
{
    int contrasts[SCANNER_PAGES];
    *ret_known = 0;
    for (size_t i = 0; i < count; i++)
        if (pages[i].health.contrast != 0)
            contrasts[(*ret_known)++] = pages[i].health.contrast;
    return median(contrasts, *ret_known);
}

static bool is_fading(const struct scanned_page *pages, size_t count)
{
    size_t known_now = 0;
    size_t known_before = 0;
    int now = contrast_of(pages, SCANNER_NEW, &known_now);
    int before = contrast_of(pages + SCANNER_NEW, count - SCANNER_NEW, &known_before);
    return known_now >= SCANNER_NEW / 2 && known_before >= SCANNER_BEFORE_LEAST &&
           now * 100 < before * SCANNER_CONTRAST_PERCENT;
}

static bool is_long(const struct scanned_page *page)
{
    if (page->dpi <= 0)
        return false;
    int32_t narrow = page->width < page->height ? page->width : page->height;
    int32_t other = page->width < page->height ? page->height : page->width;
    double width_mm = narrow * MM_AN_INCH / page->dpi;
    double height_mm = other * MM_AN_INCH / page->dpi;
    return width_mm >= A4_WIDTH_MM - WIDTH_SLACK_MM && width_mm <= A4_WIDTH_MM + WIDTH_SLACK_MM &&
           height_mm >= A4_HEIGHT_MM * LONGER && height_mm < 2 * A4_HEIGHT_MM;
}

static bool pulls_two(const struct scanned_page *pages, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += is_long(&pages[i]);
    return found >= SCANNER_LONG_PAGES;
}

void scanner_judge(const struct scanned_page *pages, size_t count,
                   bool ret_troubles[SCANNER_TROUBLES])
{
    for (int i = 0; i < SCANNER_TROUBLES; i++)
        ret_troubles[i] = false;
    if (count < SCANNER_NEW)
        return;
    ret_troubles[SCANNER_STREAK_TROUBLE] = has_streak(pages, SCANNER_NEW);
    ret_troubles[SCANNER_SKEW_TROUBLE] = is_askew(pages, SCANNER_NEW);
    ret_troubles[SCANNER_CONTRAST_TROUBLE] = is_fading(pages, count);
    ret_troubles[SCANNER_DOUBLE_TROUBLE] = pulls_two(pages, SCANNER_NEW);
}
