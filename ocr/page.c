/* page.c - see page.h: the order in which a page is read.
 *
 * load -> upright as the file says -> square pixels -> without streaks -> clean copy -> blank? ->
 * which way up -> level -> without rules -> recognise, and look again at what is in doubt -> codes.
 * A page that brings its own words skips everything behind loading. What lies under coloured stamps
 * is read without them, and they are read by themselves (stamp.h). */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ocr/blank.h"
#include "ocr/cleanup.h"
#include "ocr/codes.h"
#include "ocr/health.h"
#include "ocr/page.h"
#include "ocr/photo.h"
#include "ocr/ruling.h"
#include "ocr/split.h"
#include "ocr/survey.h"

/* A page while it is being read. */
struct work {
    struct engine *engine;
    const struct ocr_options *options;
    PIX *pix; /* upright by the file, square pixels */
    double dpi;
    const struct stamps *stamps;
    PIX *shown;                 /* pix, or the page without stamps; what is read */
    struct clean_picture clean; /* of that */
    bool is_small_print;        /* its figures stand in columns more likely than in forms */
    struct time_limit limit;    /* for recognition as a whole */
    struct reading_page *page;
    struct page_health health;
};

static const double A4_SHORT_INCHES = 8.27, A4_LONG_INCHES = 11.69;
static const double DPI_LEAST = 50, DPI_MOST = 1300;
static const double SHEET_INCHES_MOST = 24; /* A2 */
static const double SQUARE_TOLERANCE = 0.03;
static const double LOW_CONFIDENCE = 0.6;
/* Median of the longer sides of letters: print of 8 points has 0.056 to 0.074, of 11 points 0.076
 * to 0.095, by its design. */
static const double SMALL_LETTER_INCHES = 0.0755;
/* Upside down, a page of text is read with a confidence of about 0.4; upright, of 0.9. */
static const double SENSELESS_CONFIDENCE = 0.55, GOOD_CONFIDENCE = 0.8;
/* Ink on paper alone is half grain; what is less sure there is no word. */
static const float STAMP_CONFIDENCE_LEAST = 0.5F;
static const double FEW_CHARACTERS = 20; /* what is made of so few counts half */
enum { INK_BELOW = 150 };                /* grey of rendered pages that counts as ink */
enum { TIME_TO_TRY_PERCENT = 80 };       /* of the time must be left to try another turn */

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

/* Phones and paint programs write 72 dpi into everything: a sheet as large as a poster is a letter
 * whose resolution is a lie. */
static bool is_resolution_sound(const struct picture *picture)
{
    double width = pixGetWidth(picture->pix), height = pixGetHeight(picture->pix);
    return picture->dpi_x >= DPI_LEAST && picture->dpi_x <= DPI_MOST &&
           picture->dpi_y >= DPI_LEAST && picture->dpi_y <= DPI_MOST &&
           width / picture->dpi_x <= SHEET_INCHES_MOST &&
           height / picture->dpi_y <= SHEET_INCHES_MOST;
}

/* The pictures of stamps go the way of the page's own; with pixels that are not square none does. */
static enum status stamps_place(struct picture *picture, struct fault *fault)
{
    struct stamps *stamps = &picture->stamps;
    if (fabs(picture->dpi_x - picture->dpi_y) > SQUARE_TOLERANCE * picture->dpi_x)
        stamps_done(stamps);
    if (stamps->alone == NULL)
        return STATUS_OK;
    enum status status = placement_apply(picture->placement, &stamps->beneath, fault);
    return status == STATUS_OK ? placement_apply(picture->placement, &stamps->alone, fault)
                               : status;
}

enum status page_straighten(struct picture *picture, double *ret_dpi, struct fault *fault)
{
    picture->says_size = is_resolution_sound(picture);
    if (!picture->says_size)
        picture->dpi_x = picture->dpi_y = estimate_dpi(picture->pix);
    picture->raster.dpi_x = picture->dpi_x;
    picture->raster.dpi_y = picture->dpi_y;
    enum status status = placement_apply(picture->placement, &picture->pix, fault);
    if (status == STATUS_OK)
        status = stamps_place(picture, fault);
    if (status == STATUS_OK && picture->small != NULL)
        status = placement_apply(picture->placement, &picture->small, fault);
    if (status != STATUS_OK)
        return status;
    bool is_sideways = picture->placement.turn % 180 != 0;
    double across = is_sideways ? picture->dpi_y : picture->dpi_x;
    double down = is_sideways ? picture->dpi_x : picture->dpi_y;
    status = make_square(&picture->pix, &across, &down, fault);
    *ret_dpi = across;
    return status;
}

/* One way of looking at the page, and what was read. */
struct attempt {
    int turn;
    double skew; /* degrees */
    struct word_list list;
    struct engine_result result;
};

static double worth(const struct attempt *attempt)
{
    double letters = attempt->result.characters;
    return attempt->result.mean_confidence * letters / (letters + FEW_CHARACTERS);
}

/* The page as it is shown, for a picture of it that was turned and made level. */
static struct original original_of(const struct work *work, const struct clean_picture *clean,
                                   int turn)
{
    double width = pixGetWidth(work->shown), height = pixGetHeight(work->shown);
    struct affine back =
        turn % 180 == 0 ? affine_turn(turn, width, height) : affine_turn(360 - turn, height, width);
    return (struct original){work->shown, work->dpi, affine_multiply(clean->to_page, back)};
}

/* The page turned by `turn`, level, recognised. `survey` shows it unturned. */
static enum status attempt_turn(struct work *work, const struct survey *survey, int turn,
                                struct attempt *ret_attempt, struct fault *fault)
{
    struct attempt attempt = {.turn = turn};
    struct survey turned = {.bits = pixClone(survey->bits), .dpi = survey->dpi};
    struct clean_picture clean = work->clean;
    clean.pix = pixClone(work->clean.pix);
    clean.plain = NULL;
    enum status status = survey_turn(&turned, turn, fault);
    if (status == STATUS_OK)
        status = clean_picture_turn(&clean, turn, fault);
    if (status == STATUS_OK)
        attempt.skew = survey_find_skew(&turned);
    if (status == STATUS_OK)
        status = clean_picture_level(&clean, attempt.skew, fault);
    if (status == STATUS_OK)
        status = clean_picture_erase_rules(&clean, fault);
    struct original original = original_of(work, &clean, turn);
    if (status == STATUS_OK)
        status =
            engine_recognise(work->engine, clean.pix, clean.dpi, work->is_small_print, &original,
                             &work->limit, clean.to_page, &attempt.list, &attempt.result, fault);
    survey_done(&turned);
    clean_picture_done(&clean);
    if (status == STATUS_OK)
        *ret_attempt = attempt;
    else
        word_list_done(&attempt.list);
    return status;
}

/* Tries another turn, and keeps the better attempt. */
static enum status compete(struct work *work, const struct survey *survey, int turn,
                           struct attempt *best, struct fault *fault)
{
    struct attempt other;
    enum status status = attempt_turn(work, survey, turn, &other, fault);
    if (status != STATUS_OK)
        return status;
    struct attempt loser = other;
    if (worth(&other) > worth(best)) {
        loser = *best;
        *best = other;
    }
    word_list_done(&loser.list);
    return STATUS_OK;
}

/* Shapes first; where they leave doubt, or what is read makes no sense, the words decide. */
static enum status recognise(struct work *work, const struct survey *survey,
                             struct attempt *ret_best, struct fault *fault)
{
    struct survey_lie lie;
    struct attempt best;
    enum status status = survey_find_lie(survey, &lie, fault);
    if (status == STATUS_OK)
        status = attempt_turn(work, survey, lie.turn, &best, fault);
    if (status != STATUS_OK)
        return status;
    const int others[] = {180, 90, 270};
    size_t count = lie.is_axis_sure ? 1 : sizeof others / sizeof others[0];
    double enough = lie.is_sure ? SENSELESS_CONFIDENCE : GOOD_CONFIDENCE;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        if (best.result.mean_confidence >= enough ||
            !time_limit_leaves(&work->limit, TIME_TO_TRY_PERCENT))
            break;
        status = compete(work, survey, (lie.turn + others[i]) % 360, &best, fault);
    }
    if (status == STATUS_OK)
        *ret_best = best;
    else
        word_list_done(&best.list);
    return status;
}

/* What stamps say follows behind the page's own words. */
static enum status read_stamps(const struct work *work, struct attempt *page, struct fault *fault)
{
    struct work stamps = *work;
    struct survey survey = {0};
    struct attempt attempt = {0};
    stamps.clean = (struct clean_picture){0};
    stamps.shown = work->stamps->alone;
    enum status status = clean_picture_init(work->stamps->alone, work->dpi, &stamps.clean, fault);
    if (status == STATUS_OK)
        status = survey_init(stamps.clean.pix, stamps.clean.dpi, &survey, fault);
    if (status == STATUS_OK)
        status = attempt_turn(&stamps, &survey, page->turn, &attempt, fault);
    if (status == STATUS_OK)
        word_list_join(&page->list, &attempt.list, STAMP_CONFIDENCE_LEAST);
    word_list_done(&attempt.list);
    survey_done(&survey);
    clean_picture_done(&stamps.clean);
    return status;
}

static enum status take_attempt(struct work *work, struct attempt *attempt, struct fault *fault)
{
    struct reading_page *page = work->page;
    if (attempt->turn % 180 != 0) {
        int32_t width = page->width;
        page->width = page->height;
        page->height = width;
    }
    page->rotation = (uint16_t)attempt->turn;
    work->health.skew = (int16_t)lround(attempt->skew * 100);
    if (attempt->result.cut_short)
        page->flags |= READING_PAGE_CUT_SHORT;
    if (attempt->result.characters > 0 && attempt->result.mean_confidence < LOW_CONFIDENCE)
        page->flags |= READING_PAGE_LOW_QUALITY;
    if (!word_list_finish(&attempt->list, page))
        return fault_set(fault, STATUS_LATER, "out of memory for the words of a page");
    return STATUS_OK;
}

static bool is_sheet(const struct ocr_options *options, const struct reading_page *page)
{
    char sheet[PAGE_SHEET_BYTES_MOST];
    uint8_t notes = 0;
    return split_role_of(options, page, &notes, sheet) == PAGE_ROLE_SHEET;
}

/* The codes were found before the page was turned. */
static void turn_codes(struct work *work)
{
    struct affine turn =
        affine_turn(work->page->rotation, pixGetWidth(work->pix), pixGetHeight(work->pix));
    for (uint32_t i = 0; i < work->page->code_count; i++)
        work->page->codes[i].box = affine_box(turn, work->page->codes[i].box);
}

/* Bars of a code lie across the lines of text, and on a sheet with little of it they would decide
 * which way up it is. */
static enum status hide_codes(const struct work *work, struct survey *survey, struct fault *fault)
{
    double scale = (double)pixGetWidth(survey->bits) / pixGetWidth(work->pix);
    const struct affine to_survey = {scale, 0, 0, scale, 0, 0};
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < work->page->code_count && status == STATUS_OK; i++)
        status = survey_clear(survey, affine_box(to_survey, work->page->codes[i].box), fault);
    return status;
}

static bool is_grey(const struct work *work)
{
    return pixGetDepth(work->pix) > 1;
}

/* Smaller than the print of letters, as lists, catalogues and newspapers have it. */
static bool is_small_print(const struct survey *survey)
{
    double inches = survey_letter_size(survey) / survey->dpi;
    return inches > 0 && inches < SMALL_LETTER_INCHES;
}

static enum status read_survey(struct work *work, struct survey *survey, struct fault *fault)
{
    // Codes first: nobody reads what stands on a separator.
    const struct codes_sight sight = {work->pix, work->clean.pix, survey->bits,
                                      work->clean.to_page};
    enum status status = codes_find(&sight, work->page, fault);
    if (status != STATUS_OK || is_sheet(work->options, work->page))
        return status;
    if (work->page->code_count == 0 &&
        blank_page(survey, is_grey(work) ? work->clean.pix : NULL, work->clean.dpi)) {
        work->page->flags |= READING_PAGE_BLANK;
        return STATUS_OK;
    }
    struct attempt best;
    status = hide_codes(work, survey, fault);
    work->is_small_print = is_small_print(survey);
    if (status == STATUS_OK)
        status = recognise(work, survey, &best, fault);
    if (status == STATUS_OK && work->stamps->alone != NULL) {
        status = read_stamps(work, &best, fault);
        if (status != STATUS_OK)
            word_list_done(&best.list);
    }
    if (status == STATUS_OK)
        status = take_attempt(work, &best, fault);
    if (status == STATUS_OK)
        turn_codes(work);
    return status;
}

static enum status read_pixels(struct work *work, struct fault *fault)
{
    struct reading_page *page = work->page;
    struct survey survey;
    page->width = pixGetWidth(work->pix);
    page->height = pixGetHeight(work->pix);
    page->dpi = (int32_t)lround(work->dpi);
    work->health = health_measure(work->pix, work->dpi);
    if (pixGetDepth(work->pix) == 1)
        ruling_erase_streaks(work->pix, work->dpi);
    work->shown = work->stamps->beneath != NULL ? work->stamps->beneath : work->pix;
    enum status status = clean_picture_init(work->shown, work->dpi, &work->clean, fault);
    if (status != STATUS_OK)
        return status;
    status = survey_init(is_grey(work) ? work->clean.pix : work->pix,
                         is_grey(work) ? work->clean.dpi : work->dpi, &survey, fault);
    if (status == STATUS_OK) {
        status = read_survey(work, &survey, fault);
        survey_done(&survey);
    }
    return status;
}

static void take_raster(struct picture *picture, struct page_result *result)
{
    result->placement = picture->placement;
    result->is_lifted = picture->is_lifted;
    result->raster = picture->raster;
    picture->raster = (struct raster){0};
}

/* A page that brought its words: codes on it, and what it looks like. */
static enum status look_at_picture(struct picture *picture, struct page_result *result,
                                   struct fault *fault)
{
    struct reading_page *page = &result->reading;
    if (picture->pix == NULL)
        return STATUS_OK;
    if (picture->may_have_codes) {
        PIX *bits = pixThresholdToBinary(picture->pix, INK_BELOW);
        double across = (double)page->width / pixGetWidth(picture->pix);
        double down = (double)page->height / pixGetHeight(picture->pix);
        const struct codes_sight sight = {
            NULL, picture->pix, bits, {across, 0, 0, down, 0, 0}
        };
        enum status status = bits == NULL
                                 ? fault_set(fault, STATUS_LATER, "out of memory for a page")
                                 : codes_find(&sight, page, fault);
        pixDestroy(&bits);
        if (status != STATUS_OK)
            return status;
    }
    return preview_make(picture->pix, NULL, 0, &result->preview, &result->thumbnail, fault);
}

static enum status read_picture(struct engine *engine, const struct ocr_options *options,
                                struct picture *picture, struct page_result *result,
                                struct fault *fault)
{
    if (picture->has_words) {
        result->reading = picture->words;
        picture->words = (struct reading_page){0};
        take_raster(picture, result);
        if (result->reading.word_count == 0)
            result->reading.flags |= READING_PAGE_BLANK;
        return look_at_picture(picture, result, fault);
    }
    double dpi = 0;
    enum status status = page_straighten(picture, &dpi, fault);
    if (status != STATUS_OK)
        return status;
    take_raster(picture, result);
    struct photo photo = {0};
    if (photo_is_likely(picture))
        status = photo_find_sheet(picture, &photo, fault);
    if (status != STATUS_OK)
        return status;
    bool is_photo = photo.sheet != NULL;
    struct work work = {.engine = engine,
                        .options = options,
                        .pix = is_photo ? photo.sheet : picture->pix,
                        .dpi = is_photo ? photo.dpi : dpi,
                        .stamps = is_photo ? &photo.stamps : &picture->stamps,
                        .page = &result->reading,
                        .limit = time_limit_begin(options->page_ocr_ms, options->page_wall_ms)};
    status = read_pixels(&work, fault);
    if (status == STATUS_OK && is_photo)
        photo_restore(&photo, pixGetWidth(picture->pix), pixGetHeight(picture->pix), dpi,
                      &result->reading);
    photo_done(&photo);
    if (status == STATUS_OK)
        status = preview_make(
            picture->pix, is_photo || picture->stamps.beneath != NULL ? NULL : work.clean.plain,
            result->reading.rotation, &result->preview, &result->thumbnail, fault);
    clean_picture_done(&work.clean);
    if (status != STATUS_OK)
        return status;
    result->health = work.health;
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
    if (picture.rows_lost > 0 || picture.lacks_fonts)
        result.reading.flags |= READING_PAGE_LOW_QUALITY;
    if (picture.is_symbol_coded)
        result.reading.flags |= READING_PAGE_SYMBOL_CODED;
    picture_done(&picture);
    if (status == STATUS_OK)
        *ret_result = result;
    else
        page_result_done(&result);
    return status;
}

enum status page_keep(const struct format *format, const struct source *source,
                      const struct ocr_options *options, uint32_t index,
                      struct page_result *ret_result, struct fault *fault)
{
    struct picture picture = {0};
    double dpi = 0;
    enum status status = format->load(source, options, index, &picture, fault);
    bool has_words = status == STATUS_OK && picture.has_words;
    if (status == STATUS_OK && !has_words)
        status = page_straighten(&picture, &dpi, fault);
    if (status == STATUS_OK) {
        struct page_result result = {
            .reading = {.width = pixGetWidth(picture.pix),
                        .height = pixGetHeight(picture.pix),
                        .dpi = (int32_t)lround(dpi)}
        };
        if (has_words) {
            result.reading = picture.words;
            picture.words = (struct reading_page){0};
        }
        result.reading.number = index + 1;
        result.reading.flags |= READING_PAGE_CUT_SHORT;
        take_raster(&picture, &result);
        *ret_result = result;
    }
    picture_done(&picture);
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

enum status page_unreadable(uint32_t index, struct page_result *ret_result, struct fault *fault)
{
    struct page_result result = {0};
    result.reading = (struct reading_page){
        .number = index + 1,
        .width = NOTE_WIDTH,
        .height = NOTE_HEIGHT,
        .dpi = NOTE_DPI,
        .flags = READING_PAGE_UNREADABLE,
    };
    enum status status = draw_note(index + 1, &result.raster, fault);
    if (status == STATUS_OK)
        *ret_result = result;
    return status;
}
