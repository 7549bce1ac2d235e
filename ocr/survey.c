/* survey.c - see survey.h.
 *
 * Which way up: in narrow strips, rows of text differ more from their neighbours across the lines
 * than along them, which tells upright from sideways even when the page is askew. Lower-case
 * letters of Latin scripts reach above the x-height more often than below the baseline (b d f h k
 * l t ß against g p q y); Leptonica counts such shapes at this resolution, which tells the head of
 * the page from its foot.
 *
 * How far askew: rows of a page whose lines are level differ most from their neighbours. Lines
 * that run across the page at exactly no angle are taken out before: fax machines and dirty
 * scanners draw them on pages that are askew. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <string.h>

#include "ocr/picture.h"
#include "ocr/survey.h"

enum {
    SURVEY_DPI = 150, /* grey pages are brought to this, … */
    SURVEY_DPI_LEAST = 110,
    SURVEY_DPI_MOST = 220, /* … and others left as they are in between */
    INK_BELOW = 150,       /* grey that counts as ink, on paper of even light */
    SKEW_SWEEP_REDUCTION = 4,
    SKEW_SEARCH_REDUCTION = 2,
    LETTER_PX_LEAST = 5, /* smaller are dots and specks, … */
    LETTER_PX_MOST = 40, /* … and larger are words that run together, and drawings */
    LETTERS_LEAST = 200,
    STRIPS = 12, /* in which rows are compared: narrow enough to bear 5 degrees askew */
};

static const double LEVEL_LINE_SHARE = 0.4; /* of the page's width */
static const float SKEW_RANGE = 8, SKEW_STEP = 0.5F, SKEW_PRECISION = 0.01F; /* degrees */
static const float SKEW_CONFIDENCE_LEAST = 2.5F;
static const float LIE_CONFIDENCE_LEAST = 3.0F;
static const double CODE_MARGIN_INCHES = 0.15; /* its first and last bars may be missed */
static const double AXIS_RATIO_LEAST = 1.25, AXIS_RATIO_SURE = 2;

/* Bits at half, a quarter … of the resolution, as long as that is enough: a pixel is ink when two
 * of its four were. */
static PIX *reduce_bits(PIX *page, double *dpi)
{
    PIX *bits = pixClone(page);
    for (; bits != NULL && *dpi > SURVEY_DPI_MOST; *dpi /= 2) {
        PIX *half = pixReduceRankBinary2(bits, 2, NULL);
        pixDestroy(&bits);
        bits = half;
    }
    return bits;
}

static PIX *threshold_grey(PIX *page, double *dpi)
{
    float factor = (float)(SURVEY_DPI / *dpi);
    PIX *small = *dpi > SURVEY_DPI_MOST    ? pixScaleAreaMap(page, factor, factor)
                 : *dpi < SURVEY_DPI_LEAST ? pixScale(page, factor, factor)
                                           : pixClone(page);
    if (*dpi > SURVEY_DPI_MOST || *dpi < SURVEY_DPI_LEAST)
        *dpi = SURVEY_DPI;
    PIX *bits = small == NULL ? NULL : pixThresholdToBinary(small, INK_BELOW);
    pixDestroy(&small);
    return bits;
}

enum status survey_init(PIX *page, double dpi, struct survey *ret_survey, struct fault *fault)
{
    PIX *bits = pixGetDepth(page) == 1 ? reduce_bits(page, &dpi) : threshold_grey(page, &dpi);
    if (bits == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory for a small copy of a page");
    *ret_survey = (struct survey){.bits = bits, .dpi = dpi};
    return STATUS_OK;
}

void survey_done(struct survey *survey)
{
    pixDestroy(&survey->bits);
}

enum status survey_clear(struct survey *survey, struct reading_box box, struct fault *fault)
{
    int around = (int)(CODE_MARGIN_INCHES * survey->dpi);
    if (pixGetRefcount(survey->bits) > 1) { // the page itself
        PIX *own = pixCopy(NULL, survey->bits);
        if (own == NULL)
            return fault_set(fault, STATUS_LATER, "out of memory for a small copy of a page");
        pixDestroy(&survey->bits);
        survey->bits = own;
    }
    BOX *wide = boxCreate(box.left > around ? box.left - around : 0,
                          box.top > around ? box.top - around : 0, box.width + 2 * around,
                          box.height + 2 * around);
    if (wide == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory for a box");
    pixClearInRect(survey->bits, wide);
    boxDestroy(&wide);
    return STATUS_OK;
}

/* Sum over a strip's rows of the squared difference to the row before. */
static double strip_contrast(PIX *bits, int left, int width)
{
    BOX *box = boxCreate(left, 0, width, pixGetHeight(bits));
    PIX *strip = box == NULL ? NULL : pixClipRectangle(bits, box, NULL);
    NUMA *counts = strip == NULL ? NULL : pixCountPixelsByRow(strip, NULL);
    double sum = 0;
    for (int i = 1; counts != NULL && i < numaGetCount(counts); i++) {
        int here = 0, before = 0;
        numaGetIValue(counts, i, &here);
        numaGetIValue(counts, i - 1, &before);
        sum += (double)(here - before) * (here - before);
    }
    numaDestroy(&counts);
    pixDestroy(&strip);
    boxDestroy(&box);
    return sum;
}

/* How much the rows differ, strip by strip; comparable between a page and the page turned. */
static double row_contrast(PIX *bits)
{
    int width = pixGetWidth(bits) / STRIPS;
    double sum = 0;
    for (int i = 0; width > 1 && i < STRIPS; i++)
        sum += strip_contrast(bits, i * width, width);
    return width > 1 ? sum / width : 0;
}

/* Contrast of the rows over that of the columns: above 1 where lines run across. */
static double axis_ratio(PIX *bits)
{
    // At a quarter of the resolution words are blots, and their letters' stems do not count.
    PIX *small = pixReduceRankBinaryCascade(bits, 1, 1, 0, 0);
    PIX *sideways = small == NULL ? NULL : pixRotateOrth(small, 1);
    double rows = small == NULL ? 0 : row_contrast(small);
    double columns = sideways == NULL ? 0 : row_contrast(sideways);
    pixDestroy(&small);
    pixDestroy(&sideways);
    return (rows + 1) / (columns + 1);
}

/* How sure the letters' shapes are that the page is upright, and that it is turned to the left;
 * they are counted along both axes only where the rows leave doubt. */
static bool count_shapes(PIX *bits, double ratio, float *ret_up, float *ret_left)
{
    if (ratio >= AXIS_RATIO_SURE)
        return pixUpDownDetect(bits, ret_up, 0, 0, 0) == 0;
    PIX *sideways = pixRotateOrth(bits, 1);
    bool good = sideways != NULL && pixUpDownDetect(sideways, ret_left, 0, 0, 0) == 0;
    pixDestroy(&sideways);
    return good && (ratio <= 1 / AXIS_RATIO_SURE || pixUpDownDetect(bits, ret_up, 0, 0, 0) == 0);
}

enum status survey_find_lie(const struct survey *survey, struct survey_lie *ret_lie,
                            struct fault *fault)
{
    float up = 0, left = 0;
    double ratio = axis_ratio(survey->bits);
    if (!count_shapes(survey->bits, ratio, &up, &left))
        return fault_set(fault, STATUS_LATER, "out of memory while finding which way up");
    bool is_axis_likely = ratio >= AXIS_RATIO_LEAST || ratio <= 1 / AXIS_RATIO_LEAST;
    bool is_sideways = is_axis_likely ? ratio < 1 : fabsf(left) > fabsf(up);
    float shapes = is_sideways ? left : up, others = is_sideways ? up : left;
    bool is_sure =
        is_axis_likely && fabsf(shapes) >= LIE_CONFIDENCE_LEAST && fabsf(shapes) > fabsf(others);
    *ret_lie = (struct survey_lie){
        .turn = is_sideways ? (shapes >= 0 ? 90 : 270) : (shapes >= 0 ? 0 : 180),
        .is_axis_sure = is_sure || ratio >= AXIS_RATIO_SURE || ratio <= 1 / AXIS_RATIO_SURE,
        .is_sure = is_sure,
    };
    return STATUS_OK;
}

enum status survey_turn(struct survey *survey, int degrees, struct fault *fault)
{
    return pix_turn(&survey->bits, degrees, fault);
}

double survey_letter_size(const struct survey *survey)
{
    BOXA *boxes = pixConnCompBB(survey->bits, 8);
    unsigned counts[LETTER_PX_MOST + 1] = {0}, all = 0, seen = 0;
    for (int i = 0; boxes != NULL && i < boxaGetCount(boxes); i++) {
        int width = 0, height = 0;
        boxaGetBoxGeometry(boxes, i, NULL, NULL, &width, &height);
        int size = width > height ? width : height;
        if (size < LETTER_PX_LEAST || size > LETTER_PX_MOST)
            continue;
        counts[size]++;
        all++;
    }
    boxaDestroy(&boxes);
    for (int size = LETTER_PX_LEAST; all >= LETTERS_LEAST && size <= LETTER_PX_MOST; size++) {
        unsigned before = seen;
        seen += counts[size];
        if (2 * seen >= all)
            return size - 0.5 + (all / 2.0 - before) / counts[size];
    }
    return 0;
}

/* The ink without the rows that are black to a large part: no text is. */
static PIX *without_level_lines(PIX *bits)
{
    int most = (int)(pixGetWidth(bits) * LEVEL_LINE_SHARE);
    PIX *rest = pixCopy(NULL, bits);
    NUMA *counts = rest == NULL ? NULL : pixCountPixelsByRow(rest, NULL);
    for (int y = 0; counts != NULL && y < pixGetHeight(rest); y++) {
        int count = 0;
        numaGetIValue(counts, y, &count);
        if (count > most)
            memset(pixGetData(rest) + (size_t)y * (size_t)pixGetWpl(rest), 0,
                   (size_t)pixGetWpl(rest) * sizeof(l_uint32));
    }
    numaDestroy(&counts);
    return rest;
}

double survey_find_skew(const struct survey *survey)
{
    PIX *bits = without_level_lines(survey->bits);
    float angle = 0, confidence = 0;
    if (bits == NULL)
        return 0;
    int failed =
        pixFindSkewSweepAndSearch(bits, &angle, &confidence, SKEW_SWEEP_REDUCTION,
                                  SKEW_SEARCH_REDUCTION, SKEW_RANGE, SKEW_STEP, SKEW_PRECISION);
    pixDestroy(&bits);
    return failed != 0 || confidence < SKEW_CONFIDENCE_LEAST ? 0 : (double)angle;
}
