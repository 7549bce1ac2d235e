/* codes.c - see codes.h.
 *
 * zbar needs about two pixels a module; modules on our sheets and on other offices' letters are
 * 0.25 mm and more, so that the clean copy's resolution is enough. Code 39 and ITF give
 * false hits on ruled paper when short, so these are kept only from a least length on. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zbar.h>

#include "base/text.h"
#include "ocr/codes.h"

enum {
    LEAST_CHARACTERS = 4, /* of codes without a check of their own */
    SCAN_DENSITY = 3,     /* every so many rows and columns are looked at */
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
    zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_X_DENSITY, SCAN_DENSITY);
    zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_Y_DENSITY, SCAN_DENSITY);
    return scanner;
}

/* Rows of bytes without padding, as zbar wants them; the caller frees. */
static uint8_t *plain_rows(PIX *grey)
{
    size_t width = (size_t)pixGetWidth(grey), height = (size_t)pixGetHeight(grey);
    uint8_t *rows = malloc(width * height);
    for (size_t y = 0; rows != NULL && y < height; y++) {
        const l_uint32 *line = pixGetData(grey) + y * (size_t)pixGetWpl(grey);
        for (size_t x = 0; x < width; x++)
            rows[y * width + x] = (uint8_t)GET_DATA_BYTE(line, x);
    }
    return rows;
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
static char *text_of(const zbar_symbol_t *symbol)
{
    const char *data = zbar_symbol_get_data(symbol);
    size_t length = zbar_symbol_get_data_length(symbol);
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

static bool take_symbol(const zbar_symbol_t *symbol, struct affine to_page,
                        struct reading_page *page)
{
    const struct kind *kind = kind_of(zbar_symbol_get_type(symbol));
    if (kind == NULL || zbar_symbol_get_data_length(symbol) < kind->least ||
        page->code_count >= READING_CODES_MOST)
        return true;
    char *text = text_of(symbol);
    if (text == NULL || is_known(page, text, (uint8_t)kind->symbology)) {
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
    *code = (struct reading_code){.text = text, .symbology = (uint8_t)kind->symbology};
    code->box = affine_box(to_page, box_of(symbol));
    clamp_into(&code->box, page);
    return true;
}

/* Scans the rows, which belong to the caller. */
static bool scan(zbar_image_scanner_t *scanner, const uint8_t *rows, unsigned width,
                 unsigned height, struct affine to_page, struct reading_page *page)
{
    zbar_image_t *image = zbar_image_create();
    if (image == NULL)
        return false;
    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(image, width, height);
    zbar_image_set_data(image, rows, (unsigned long)width * height, NULL);
    bool good = zbar_scan_image(scanner, image) >= 0;
    const zbar_symbol_t *symbol = good ? zbar_image_first_symbol(image) : NULL;
    for (; good && symbol != NULL; symbol = zbar_symbol_next(symbol))
        good = take_symbol(symbol, to_page, page);
    zbar_image_destroy(image);
    return good;
}

enum status codes_find(PIX *grey, struct affine to_page, struct reading_page *page,
                       struct fault *fault)
{
    uint8_t *rows = plain_rows(grey);
    zbar_image_scanner_t *scanner = scanner_new();
    bool good = rows != NULL && scanner != NULL &&
                scan(scanner, rows, (unsigned)pixGetWidth(grey), (unsigned)pixGetHeight(grey),
                     to_page, page);
    if (scanner != NULL)
        zbar_image_scanner_destroy(scanner);
    free(rows);
    return good ? STATUS_OK
                : fault_set(fault, STATUS_LATER, "out of memory while searching for codes");
}
