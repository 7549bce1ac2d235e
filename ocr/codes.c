/* codes.c - see codes.h.
 *
 * Only places as dark as a code are searched (code_regions.h), so that a page without one costs
 * next to nothing. zbar needs about two pixels a module; modules on our sheets and on other
 * offices' letters are 0.25 mm and more, so that the clean copy's resolution is mostly enough. A
 * place where nothing is found and whose edges are those of a code is tried again: magnified, for
 * small modules; turned, because zbar looks along rows and columns only; and for DataMatrix. All
 * that within a budget of pixels.
 *
 * Code 39 and ITF have no check of their own and give false hits on ruled paper and photos when
 * short: these are kept only from a least length on, and seen on several rows. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zbar.h>

#include "base/text.h"
#include "ocr/code_edges.h"
#include "ocr/code_regions.h"
#include "ocr/codes.h"
#include "ocr/data_matrix.h"
#include "ocr/picture.h"

enum {
    LEAST_CHARACTERS = 4,    /* of codes without a check of their own */
    LEAST_ROWS = 3,          /* on which such a code must be seen */
    SMALL_PIXELS = 3500000,  /* pictures up to this are looked at whole … */
    TINY_PIXELS = 500000,    /* … and up to this more than once: a photo of a code */
    COARSE_PIXELS = 1500000, /* … these also smaller: a code as large as the page */
    BUDGET_PIXELS = 2500000, /* of second looks, a page */
    MATRIX_SIDE_MOST = 800,
    MATRIX_RATIO_MOST = 5, /* of its sides: 8 by 32 modules and some room */
    MATRIX_INK_LEAST = 42, /* percent: half of its modules are dark, and one row and column */
    CODE_INK_LEAST = 30,   /* percent: paler places get one look and no more */
    CODE_INK_MOST = 75,
    MATRIX_MS = 60,   /* of processor time for one place … */
    MATRIX_TRIES = 2, /* … of so many on a page */
    BORDER = 16,      /* px of white around a place */
};

static const double SQUARE_EDGES_LEAST = 0.5;

/* Smaller, for what is blurred or was stretched; larger, for small modules. */
static const double second_scales[] = {0.5, 0.25, 2};
/* Turns at which a place is looked at again: with rows and columns, every 20 degrees. */
static const double second_turns[] = {20, -20, 40};

/* The search on one page. */
struct search {
    zbar_image_scanner_t *scanner;
    PIX *grey;
    struct affine to_page;
    struct reading_page *page;
    int64_t budget;       /* pixels left for second looks */
    unsigned matrix_left; /* tries left */
};

/* The kinds that are searched for. */
static const struct kind {
    zbar_symbol_type_t type;
    enum reading_symbology symbology;
    size_t least;
} kinds[] = {
    {ZBAR_QRCODE,  READING_CODE_QR,  1               },
    {ZBAR_CODE128, READING_CODE_128, 1               },
    {ZBAR_CODE39,  READING_CODE_39,  LEAST_CHARACTERS},
    {ZBAR_I25,     READING_CODE_ITF, LEAST_CHARACTERS},
};

static const struct kind *kind_of(zbar_symbol_type_t type)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].type == type)
            return &kinds[i];
    return NULL;
}

static zbar_image_scanner_t *scanner_new(void)
{
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    if (scanner == NULL)
        return NULL;
    zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        zbar_image_scanner_set_config(scanner, kinds[i].type, ZBAR_CFG_ENABLE, 1);
    return scanner;
}

static struct reading_box box_of(const zbar_symbol_t *symbol)
{
    int left = INT32_MAX, top = INT32_MAX, right = 0, bottom = 0;
    for (unsigned i = 0; i < zbar_symbol_get_loc_size(symbol); i++) {
        int x = zbar_symbol_get_loc_x(symbol, i), y = zbar_symbol_get_loc_y(symbol, i);
        left = x < left ? x : left;
        top = y < top ? y : top;
        right = x > right ? x : right;
        bottom = y > bottom ? y : bottom;
    }
    if (left > right || top > bottom)
        return (struct reading_box){0};
    return (struct reading_box){left, top, right - left, bottom - top};
}

static void clamp_into(struct reading_box *box, const struct reading_page *page)
{
    int32_t right = box->left + box->width, bottom = box->top + box->height;
    box->left = box->left < 0 ? 0 : box->left > page->width ? page->width : box->left;
    box->top = box->top < 0 ? 0 : box->top > page->height ? page->height : box->top;
    right = right > page->width ? page->width : right;
    bottom = bottom > page->height ? page->height : bottom;
    box->width = right > box->left ? right - box->left : 0;
    box->height = bottom > box->top ? bottom - box->top : 0;
}

/* The code's bytes as text that may be shown: UTF-8, or else Windows-1252; no controls. */
static char *text_of(const char *data, size_t length)
{
    if (data == NULL || length == 0 || length > READING_STRING_BYTES_MOST / 4)
        return NULL;
    struct text text = {0};
    if (utf8_is_valid(data, length))
        text_append_bytes(&text, data, length);
    else
        text_append_windows_1252(&text, data, length);
    char *string = text_take(&text);
    for (char *at = string; at != NULL && *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7F)
            *at = ' ';
    return string;
}

static bool is_known(const struct reading_page *page, const char *text, uint8_t symbology)
{
    for (uint32_t i = 0; i < page->code_count; i++)
        if (page->codes[i].symbology == symbology && strcmp(page->codes[i].text, text) == 0)
            return true;
    return false;
}

/* Keeps a code that is not known yet; `box` is in pixels of the page. */
static bool keep_code(struct reading_page *page, const char *data, size_t length, uint8_t symbology,
                      struct reading_box box)
{
    if (page->code_count >= READING_CODES_MOST)
        return true;
    char *text = text_of(data, length);
    if (text == NULL || is_known(page, text, symbology)) {
        free(text);
        return true;
    }
    struct reading_code *codes = realloc(page->codes, (page->code_count + 1) * sizeof *page->codes);
    if (codes == NULL) {
        free(text);
        return false;
    }
    page->codes = codes;
    struct reading_code *code = &codes[page->code_count++];
    *code = (struct reading_code){.text = text, .symbology = symbology, .box = box};
    clamp_into(&code->box, page);
    return true;
}

static bool is_credible(const zbar_symbol_t *symbol, const struct kind *kind)
{
    return zbar_symbol_get_data_length(symbol) >= kind->least &&
           (kind->least == 1 || zbar_symbol_get_quality(symbol) >= LEAST_ROWS);
}

/* One look at a picture, whose pixels `to_page` maps; *ret_found counts. */
static bool look(struct search *search, PIX *picture, struct affine to_page, unsigned *ret_found)
{
    uint8_t *rows = picture_rows(picture);
    zbar_image_t *image = rows == NULL ? NULL : zbar_image_create();
    bool good = image != NULL;
    *ret_found = 0;
    if (good) {
        unsigned width = (unsigned)pixGetWidth(picture), height = (unsigned)pixGetHeight(picture);
        zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
        zbar_image_set_size(image, width, height);
        zbar_image_set_data(image, rows, (unsigned long)width * height, NULL);
        good = zbar_scan_image(search->scanner, image) >= 0;
        const zbar_symbol_t *symbol = good ? zbar_image_first_symbol(image) : NULL;
        for (; good && symbol != NULL; symbol = zbar_symbol_next(symbol)) {
            const struct kind *kind = kind_of(zbar_symbol_get_type(symbol));
            if (kind == NULL || !is_credible(symbol, kind))
                continue;
            good = keep_code(search->page, zbar_symbol_get_data(symbol),
                             zbar_symbol_get_data_length(symbol), (uint8_t)kind->symbology,
                             affine_box(to_page, box_of(symbol)));
            ++*ret_found;
        }
        zbar_image_destroy(image);
    }
    free(rows);
    return good;
}

/* A look at the place scaled and turned, as long as the budget lasts. */
static bool look_again(struct search *search, PIX *place, double scale, double degrees,
                       struct affine to_page, unsigned *ret_found)
{
    int64_t pixels = (int64_t)((double)pixGetWidth(place) * pixGetHeight(place) * scale * scale);
    *ret_found = 0;
    if (pixels > search->budget)
        return true;
    search->budget -= pixels;
    PIX *other = degrees != 0 ? pixRotate(place, (float)(degrees * M_PI / 180), L_ROTATE_AREA_MAP,
                                          L_BRING_IN_WHITE, pixGetWidth(place), pixGetHeight(place))
                 : scale > 1  ? pixScale(place, (float)scale, (float)scale)
                              : pixScaleAreaMap(place, (float)scale, (float)scale);
    // A turned place's box is the whole place's: near enough to be shown to a person.
    struct affine back = {1 / scale, 0, 0, 1 / scale, 0, 0};
    bool good = other != NULL && look(search, other, affine_multiply(back, to_page), ret_found);
    pixDestroy(&other);
    return good;
}

static bool try_matrix(struct search *search, PIX *place, struct affine to_page,
                       unsigned *ret_found)
{
    int width = pixGetWidth(place), height = pixGetHeight(place);
    struct data_matrix code = {0};
    if (search->matrix_left == 0 || width > MATRIX_SIDE_MOST || height > MATRIX_SIDE_MOST)
        return true;
    if (width > height * MATRIX_RATIO_MOST || height > width * MATRIX_RATIO_MOST)
        return true;
    search->matrix_left--;
    data_matrix_find(place, MATRIX_MS, &code);
    if (code.bytes == NULL)
        return true;
    struct reading_box box = {code.left, code.top, code.right - code.left, code.bottom - code.top};
    bool good = keep_code(search->page, code.bytes, code.length, READING_CODE_DATAMATRIX,
                          affine_box(to_page, box));
    free(code.bytes);
    *ret_found = 1;
    return good;
}

/* `ink_percent` says how much it looks like a code, and whether it is worth more than one look. */
static bool search_place(struct search *search, PIX *place, struct affine to_page, int ink_percent)
{
    unsigned found = 0;
    bool good = look(search, place, to_page, &found);
    if (ink_percent < CODE_INK_LEAST || ink_percent > CODE_INK_MOST)
        return good;
    if (good && found == 0 && ink_percent >= MATRIX_INK_LEAST)
        good = try_matrix(search, place, to_page, &found);
    for (size_t i = 0; good && found == 0 && i < sizeof second_scales / sizeof *second_scales; i++)
        good = look_again(search, place, second_scales[i], 0, to_page, &found);
    for (size_t i = 0; good && found == 0 && i < sizeof second_turns / sizeof *second_turns; i++)
        good = look_again(search, place, 1, second_turns[i], to_page, &found);
    return good;
}

/* What is as dark as a code but has the edges of letters gets one look and no more. */
static int ink_of_code(const struct search *search, const struct code_region *region, double across,
                       double down)
{
    const struct reading_box *dark = &region->dark;
    if (dark->width == 0) // nobody looked
        return region->ink_percent;
    BOX *part = boxCreate((int)(dark->left * across), (int)(dark->top * down),
                          (int)(dark->width * across), (int)(dark->height * down));
    bool is_code = part == NULL || code_edges_square(search->grey, part) >= SQUARE_EDGES_LEAST;
    boxDestroy(&part);
    return is_code ? region->ink_percent : 0;
}

/* Searches a part of the page, with white around it. */
static bool search_region(struct search *search, const struct code_region *region, double across,
                          double down)
{
    int left = (int)(region->left * across), top = (int)(region->top * down);
    BOX *box = boxCreate(left, top, (int)(region->width * across), (int)(region->height * down));
    PIX *part = box == NULL ? NULL : pixClipRectangle(search->grey, box, NULL);
    PIX *place = part == NULL ? NULL : pixAddBorder(part, BORDER, 255);
    struct affine move = {1, 0, 0, 1, left - BORDER, top - BORDER};
    bool good = place != NULL && search_place(search, place, affine_multiply(move, search->to_page),
                                              ink_of_code(search, region, across, down));
    pixDestroy(&place);
    pixDestroy(&part);
    boxDestroy(&box);
    return good;
}

/* Small pictures are looked at whole, and then their places like those of all others. */
static bool search_page(struct search *search, PIX *bits)
{
    struct code_region regions[CODE_REGIONS_MOST];
    struct code_region whole = {.width = pixGetWidth(bits), .height = pixGetHeight(bits)};
    int64_t pixels = (int64_t)pixGetWidth(search->grey) * pixGetHeight(search->grey);
    double across = (double)pixGetWidth(search->grey) / pixGetWidth(bits);
    double down = (double)pixGetHeight(search->grey) / pixGetHeight(bits);
    int64_t scanned = (int64_t)search->page->width * search->page->height;
    if (scanned <= TINY_PIXELS)
        whole.ink_percent = MATRIX_INK_LEAST;
    else if (scanned <= COARSE_PIXELS)
        whole.ink_percent = CODE_INK_LEAST;
    bool is_small = pixels <= SMALL_PIXELS || scanned <= COARSE_PIXELS;
    bool good = !is_small || search_region(search, &whole, across, down);
    if (search->page->code_count > 0)
        return good;
    unsigned count = code_regions_find(bits, regions);
    for (unsigned i = 0; good && i < count; i++)
        good = search_region(search, &regions[i], across, down);
    return good;
}

/* A picture of few pixels is stretched for recognition, which blurs bars of one pixel. For bars no
 * border: its paper may be darker, and the step would pass for one. */
static bool search_scanned(struct search *search, PIX *scanned)
{
    const struct affine move = {1, 0, 0, 1, -BORDER, -BORDER};
    unsigned found = 0;
    if ((int64_t)pixGetWidth(scanned) * pixGetHeight(scanned) > TINY_PIXELS ||
        pixGetWidth(scanned) == pixGetWidth(search->grey))
        return true;
    PIX *grey = pixConvertTo8(scanned, 0);
    bool good = grey != NULL && look(search, grey, affine_identity, &found);
    PIX *place = good && found == 0 ? pixAddBorder(grey, BORDER, 255) : NULL;
    search->matrix_left = 1;
    if (place != NULL)
        good = try_matrix(search, place, move, &found);
    pixDestroy(&place);
    pixDestroy(&grey);
    return good;
}

enum status codes_find(const struct codes_sight *sight, struct reading_page *page,
                       struct fault *fault)
{
    struct search search = {.scanner = scanner_new(),
                            .grey = sight->grey,
                            .to_page = sight->to_page,
                            .page = page,
                            .budget = BUDGET_PIXELS,
                            .matrix_left = MATRIX_TRIES};
    bool good = search.scanner != NULL && search_page(&search, sight->bits);
    if (good && page->code_count == 0 && sight->scanned != NULL)
        good = search_scanned(&search, sight->scanned);
    if (search.scanner != NULL)
        zbar_image_scanner_destroy(search.scanner);
    return good ? STATUS_OK
                : fault_set(fault, STATUS_LATER, "out of memory while searching for codes");
}
