/* cleanup.c - see cleanup.h.
 *
 * Resolution: the model scales every line to 36 px, which at 225 dpi is the line of a 10 point
 * letter; finer pictures cost time in layout analysis and gain nothing (letters read at 180 to
 * 300 dpi differ by less than 0.3 % in words). Coarser ones are stretched when they are so coarse
 * that layout analysis takes letters for specks.
 *
 * Light: photos and grey copies get their background evened out, which Tesseract's global
 * threshold needs; evenly lit pages are left alone. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>

#include "ocr/cleanup.h"
#include "ocr/picture.h"
#include "ocr/rotate.h"
#include "ocr/ruling.h"
#include "ocr/shrink.h"

enum {
    READING_DPI = 200,
    COARSE_DPI = 140,        /* below this pictures are stretched … */
    STRETCHED_DPI = 200,     /* … to this */
    GRID = 12,               /* light is compared in so many fields each way */
    PAPER_RANK_PERCENT = 90, /* of a field's pixels that are darker than its paper */
    PAPER_LEAST = 200,
    PAPER_SPREAD_MOST = 24,
    SAMPLE_STEP = 4,
};

static const double STRETCHED_PIXELS_MOST = 12e6;
static const double LEVEL_ENOUGH_DEGREES = 0.12;

static double reading_scale(PIX *page, double dpi)
{
    if (dpi > READING_DPI)
        return READING_DPI / dpi;
    double pixels = (double)pixGetWidth(page) * pixGetHeight(page);
    double most = sqrt(STRETCHED_PIXELS_MOST / pixels);
    return dpi < COARSE_DPI ? fmax(1, fmin(STRETCHED_DPI / dpi, most)) : 1;
}

static PIX *scaled_grey(PIX *page, double scale)
{
    if (pixGetDepth(page) == 1 && scale < 0.99)
        return shrink_to_grey(page, scale);
    PIX *grey = pixConvertTo8(page, 0);
    if (grey == NULL || fabs(scale - 1) < 0.01)
        return grey;
    PIX *scaled = scale < 1 ? shrink_grey(grey, scale) : pixScale(grey, (float)scale, (float)scale);
    pixDestroy(&grey);
    return scaled;
}

/* The grey of the paper in one field: the rank of a coarse histogram. */
static int paper_of_field(PIX *grey, int left, int top, int width, int height)
{
    unsigned counts[256] = {0}, total = 0, seen = 0;
    for (int y = top; y < top + height; y += SAMPLE_STEP) {
        const l_uint32 *line = pixGetData(grey) + (size_t)y * (size_t)pixGetWpl(grey);
        for (int x = left; x < left + width; x += SAMPLE_STEP, total++)
            counts[GET_DATA_BYTE(line, x)]++;
    }
    for (int value = 0; value < 256; value++) {
        seen += counts[value];
        if (seen * 100 >= total * PAPER_RANK_PERCENT)
            return value;
    }
    return 255;
}

static bool is_evenly_lit(PIX *grey)
{
    int width = pixGetWidth(grey) / GRID, height = pixGetHeight(grey) / GRID;
    int darkest = 255, brightest = 0;
    for (int field = 0; width > 0 && height > 0 && field < GRID * GRID; field++) {
        int paper =
            paper_of_field(grey, field % GRID * width, field / GRID * height, width, height);
        darkest = paper < darkest ? paper : darkest;
        brightest = paper > brightest ? paper : brightest;
    }
    return darkest >= PAPER_LEAST && brightest - darkest <= PAPER_SPREAD_MOST;
}

enum status clean_picture_init(PIX *page, double dpi, struct clean_picture *ret_clean,
                               struct fault *fault)
{
    double scale = reading_scale(page, dpi);
    PIX *grey = scaled_grey(page, scale);
    if (grey == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory for a grey copy of a page");
    PIX *plain = pixClone(grey);
    if (pixGetDepth(page) > 1 && !is_evenly_lit(grey)) {
        // NULL when the page is too small for it: then it stays as it is.
        PIX *even = pixBackgroundNormSimple(grey, NULL, NULL);
        if (even != NULL) {
            pixDestroy(&grey);
            grey = even;
        }
    }
    *ret_clean = (struct clean_picture){
        .pix = grey,
        .plain = plain,
        .dpi = (int)lround(dpi * scale),
        .to_page = {(double)pixGetWidth(page) / pixGetWidth(grey), 0, 0,
                    (double)pixGetHeight(page) / pixGetHeight(grey), 0, 0},
    };
    return STATUS_OK;
}

void clean_picture_done(struct clean_picture *clean)
{
    pixDestroy(&clean->pix);
    pixDestroy(&clean->plain);
}

enum status clean_picture_turn(struct clean_picture *clean, int degrees, struct fault *fault)
{
    if (degrees % 180 != 0) {
        double across = clean->to_page.a;
        clean->to_page.a = clean->to_page.d;
        clean->to_page.d = across;
    }
    return pix_turn(&clean->pix, degrees, fault);
}

enum status clean_picture_level(struct clean_picture *clean, double degrees, struct fault *fault)
{
    if (fabs(degrees) < LEVEL_ENOUGH_DEGREES)
        return STATUS_OK;
    double angle = degrees * M_PI / 180, cosine = cos(angle), sine = sin(angle);
    PIX *level = rotate_grey(clean->pix, angle);
    if (level == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory while levelling a page");
    pixDestroy(&clean->pix);
    clean->pix = level;
    // The turn is about the middle; this is the way back.
    double x = pixGetWidth(level) / 2, y = pixGetHeight(level) / 2;
    struct affine back = {
        cosine, -sine, sine, cosine, x - cosine * x - sine * y, y + sine * x - cosine * y};
    clean->to_page = affine_multiply(back, clean->to_page);
    return STATUS_OK;
}

enum status clean_picture_erase_rules(struct clean_picture *clean, struct fault *fault)
{
    if (pixGetRefcount(clean->pix) > 1) { // somebody else's as well
        PIX *own = pixCopy(NULL, clean->pix);
        if (own == NULL)
            return fault_set(fault, STATUS_LATER, "out of memory for a copy of a page");
        pixDestroy(&clean->pix);
        clean->pix = own;
    }
    return ruling_erase_rules(clean->pix, clean->dpi, fault);
}
