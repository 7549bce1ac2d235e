/* page.c - see page.h: the order in which a page is read.
 *
 * load -> upright as the file says -> square pixels -> blank? -> codes -> which way up -> clean
 * copy -> recognise. A page that brings its own words skips everything behind loading. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ocr/cleanup.h"
#include "ocr/codes.h"
#include "ocr/page.h"

/* A page while it is being read. */
struct work {
    struct engine *engine;
    const struct ocr_options *options;
    PIX *pix; /* upright by the file, square pixels */
    double dpi;
    struct reading_page *page;
};

static const double A4_SHORT_INCHES = 8.27, A4_LONG_INCHES = 11.69;
static const double DPI_LEAST = 50, DPI_MOST = 1300;
static const double SQUARE_TOLERANCE = 0.03;
static const double LOW_CONFIDENCE = 0.6;

/* When the file does not say, the page is taken for A4, which nearly all mail is. */
static double estimate_dpi(PIX *pix)
{
    double width = pixGetWidth(pix), height = pixGetHeight(pix);
    double dpi = fmax(fmin(width, height) / A4_SHORT_INCHES, fmax(width, height) / A4_LONG_INCHES);
    return fmin(fmax(dpi, DPI_LEAST), DPI_MOST);
}

/* Makes pixels square (fax: 204 x 98 dpi) by stretching the coarser side. */
static enum status make_square(PIX **pix_p, double *dpi_x, double *dpi_y, struct fault *fault)
{
    if (fabs(*dpi_x - *dpi_y) <= SQUARE_TOLERANCE * *dpi_x) {
        *dpi_y = *dpi_x;
        return STATUS_OK;
    }
    double dpi = fmax(*dpi_x, *dpi_y);
    PIX *grey = pixConvertTo8(*pix_p, 0);
    PIX *square =
        grey == NULL ? NULL : pixScale(grey, (float)(dpi / *dpi_x), (float)(dpi / *dpi_y));
    pixDestroy(&grey);
    if (square == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory while making pixels square");
    pixDestroy(pix_p);
    *pix_p = square;
    *dpi_x = *dpi_y = dpi;
    return STATUS_OK;
}

static bool is_sound_dpi(double dpi)
{
    return dpi >= DPI_LEAST && dpi <= DPI_MOST;
}

/* Upright as the file says, with square pixels and a known resolution. */
static enum status straighten(struct picture *picture, double *ret_dpi, struct fault *fault)
{
    if (!is_sound_dpi(picture->dpi_x) || !is_sound_dpi(picture->dpi_y))
        picture->dpi_x = picture->dpi_y = estimate_dpi(picture->pix);
    picture->raster.dpi_x = picture->dpi_x;
    picture->raster.dpi_y = picture->dpi_y;
    enum status status = placement_apply(picture->placement, &picture->pix, fault);
    if (status != STATUS_OK)
        return status;
    bool is_sideways = picture->placement.turn % 180 != 0;
    double across = is_sideways ? picture->dpi_y : picture->dpi_x;
    double down = is_sideways ? picture->dpi_x : picture->dpi_y;
    status = make_square(&picture->pix, &across, &down, fault);
    *ret_dpi = across;
    return status;
}

static enum status recognise(struct work *work, struct fault *fault)
{
    struct clean_picture clean;
    enum status status = cleanup(work->pix, work->dpi, &clean, fault);
    if (status != STATUS_OK)
        return status;
    struct word_list list = {0};
    struct engine_result result = {0};
    status = engine_recognise(work->engine, clean.pix, clean.dpi, work->options->page_ocr_ms,
                              clean.to_page, &list, &result, fault);
    pixDestroy(&clean.pix);
    if (status != STATUS_OK || !word_list_finish(&list, work->page)) {
        word_list_done(&list);
        return status != STATUS_OK ? status : fault_set(fault, STATUS_LATER, "out of memory");
    }
    if (result.cut_short)
        work->page->flags |= READING_PAGE_CUT_SHORT;
    if (result.characters > 0 && result.mean_confidence < LOW_CONFIDENCE)
        work->page->flags |= READING_PAGE_LOW_QUALITY;
    return STATUS_OK;
}

static enum status read_pixels(struct work *work, struct fault *fault)
{
    struct reading_page *page = work->page;
    page->width = pixGetWidth(work->pix);
    page->height = pixGetHeight(work->pix);
    page->dpi = (int32_t)lround(work->dpi);
    enum status status = codes_find(work->pix, work->dpi, affine_identity, page, fault);
    return status == STATUS_OK ? recognise(work, fault) : status;
}

static enum status read_picture(struct engine *engine, const struct ocr_options *options,
                                struct picture *picture, struct page_result *result,
                                struct fault *fault)
{
    if (picture->has_words) {
        result->reading = picture->words;
        picture->words = (struct reading_page){0};
        if (result->reading.word_count == 0)
            result->reading.flags |= READING_PAGE_BLANK;
        return STATUS_OK;
    }
    double dpi = 0;
    enum status status = straighten(picture, &dpi, fault);
    if (status != STATUS_OK)
        return status;
    struct work work = {.engine = engine,
                        .options = options,
                        .pix = picture->pix,
                        .dpi = dpi,
                        .page = &result->reading};
    status = read_pixels(&work, fault);
    if (status != STATUS_OK)
        return status;
    result->add_text = true;
    result->replace_text = picture->has_hidden_text;
    result->placement = picture->placement;
    result->raster = picture->raster;
    picture->raster = (struct raster){0};
    return STATUS_OK;
}

enum status page_read(struct engine *engine, const struct format *format,
                      const struct source *source, const struct ocr_options *options,
                      uint32_t index, struct page_result *ret_result, struct fault *fault)
{
    struct picture picture = {0};
    enum status status = format->load(source, options, index, &picture, fault);
    if (status != STATUS_OK)
        return status;
    struct page_result result = {0};
    status = read_picture(engine, options, &picture, &result, fault);
    result.reading.number = index + 1;
    if (picture.rows_lost > 0)
        result.reading.flags |= READING_PAGE_LOW_QUALITY;
    picture_done(&picture);
    if (status == STATUS_OK)
        *ret_result = result;
    else
        page_result_done(&result);
    return status;
}

enum {
    NOTE_DPI = 100,
    NOTE_WIDTH = 827, /* A4 */
    NOTE_HEIGHT = 1169,
    NOTE_LEFT = 80,
    NOTE_TOP = 120,
    NOTE_FONT_SIZE = 14, /* the sizes that Leptonica brings are even, 4 to 20 */
};

/* A white sheet that says that a page is missing (Leptonica's own font has no umlauts). */
static enum status draw_note(uint32_t number, struct raster *ret_raster, struct fault *fault)
{
    char note[80];
    (void)snprintf(note, sizeof note, "Seite %u des Scans ist nicht lesbar.", number);
    PIX *pix = pixCreate(NOTE_WIDTH, NOTE_HEIGHT, 1);
    L_BMF *font = bmfCreate(NULL, NOTE_FONT_SIZE);
    enum status status =
        pix != NULL && font != NULL &&
                pixSetTextline(pix, font, note, 1, NOTE_LEFT, NOTE_TOP, NULL, NULL) == 0
            ? raster_from_pix(pix, NOTE_DPI, NOTE_DPI, ret_raster, fault)
            : fault_set(fault, STATUS_LATER, "out of memory for a note");
    bmfDestroy(&font);
    pixDestroy(&pix);
    return status;
}

enum status page_unreadable(const struct format *format, uint32_t index,
                            struct page_result *ret_result, struct fault *fault)
{
    struct page_result result = {0};
    result.reading = (struct reading_page){
        .number = index + 1,
        .width = NOTE_WIDTH,
        .height = NOTE_HEIGHT,
        .dpi = NOTE_DPI,
        .flags = READING_PAGE_UNREADABLE,
    };
    if (!format->is_document) {
        enum status status = draw_note(index + 1, &result.raster, fault);
        if (status != STATUS_OK)
            return status;
    }
    *ret_result = result;
    return STATUS_OK;
}
