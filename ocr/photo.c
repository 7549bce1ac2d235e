/* photo.c - see photo.h.
 *
 * The sheet is sought in a small copy in colours, which JPEGs give for little. A corner that is
 * off by half a pixel there is off by a millimetre on the sheet, which recognition does not mind.
 * A sheet that is cut too small loses a letter's text: when anything that stands out as letters do
 * lies beyond its edges, the picture stays as it is.
 *
 * The sheet keeps the resolution of the photograph up to SHEET_DPI_MOST; pixels are mixed of the
 * four around their place. Its sides are those of a sheet of paper where they are near enough; the
 * camera's tilt makes them look shorter. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>

#include "ocr/paper_edges.h"
#include "ocr/photo.h"
#include "ocr/shrink.h"

enum {
    SMALL_SIDE = 600,          /* px of the longer side of the small copy, when it is made here */
    MARKS_PX_PER_SHEET = 1200, /* of the sheet's longer side: four to a millimetre */
    MARKS_MOST = 60,           /* px: less than two letters */
    SHEET_SIDE_LEAST = 400,    /* px; smaller ones cannot be read */
    SHARE_BITS = 8,
    SHARE_ONE = 1 << SHARE_BITS
};

static const double A4_LONG_INCHES = 11.69, A4_RATIO = 1.4142;
static const double RATIO_NEAR = 0.19; /* of A4's ratio: foreshortened by a tilt of 35 degrees */
static const double SHEET_DPI_MOST = 300;
static const double INSET = 0.004; /* of the sides: the table's light runs over the edge */

bool photo_is_likely(const struct picture *picture)
{
    if (picture->pix == NULL || pixGetDepth(picture->pix) != 8)
        return false;
    return !picture->says_size ||
           (picture->small != NULL && paper_edges_border_differs(picture->small));
}

static double longer_side(PIX *pix)
{
    return fmax(pixGetWidth(pix), pixGetHeight(pix));
}

/* The small copy that came with the picture, or a grey one. NULL when memory is out. */
static PIX *small_copy(const struct picture *picture)
{
    PIX *from = picture->small != NULL ? picture->small : picture->pix;
    double scale = SMALL_SIDE / longer_side(from);
    if (picture->small != NULL && longer_side(from) <= PAPER_EDGES_SIDE_MOST)
        return pixClone(from);
    if (pixGetDepth(from) == 32)
        return pixScaleAreaMap(from, (float)scale, (float)scale);
    return scale < 1 ? shrink_grey(from, scale) : pixClone(from);
}

static struct corners scaled_corners(const struct corners *corners, double across, double down)
{
    struct corners scaled = *corners;
    for (int i = 0; i < 4; i++) {
        scaled.points[i].x *= across;
        scaled.points[i].y *= down;
    }
    return scaled;
}

static double distance(const struct corners *corners, int one, int two)
{
    return hypot(corners->points[two].x - corners->points[one].x,
                 corners->points[two].y - corners->points[one].y);
}

static double sheet_width(const struct corners *corners)
{
    return fmax(distance(corners, 0, 1), distance(corners, 3, 2));
}

static double sheet_height(const struct corners *corners)
{
    return fmax(distance(corners, 0, 3), distance(corners, 1, 2));
}

/* Whether nothing like letters lies beside the sheet. */
static bool is_alone(PIX *grey, const struct corners *corners)
{
    double sheet = fmax(sheet_width(corners), sheet_height(corners));
    double scale = fmin(1, MARKS_PX_PER_SHEET / sheet);
    PIX *copy = scale < 1 ? shrink_grey(grey, scale) : pixClone(grey);
    struct corners scaled = scaled_corners(corners, scale, scale);
    int marks = copy == NULL ? -1 : paper_edges_count_marks(copy, &scaled);
    pixDestroy(&copy);
    return marks >= 0 && marks <= MARKS_MOST;
}

bool photo_find_corners(const struct picture *picture, struct corners *ret_corners)
{
    PIX *small = small_copy(picture);
    struct corners corners;
    bool is_found = small != NULL && paper_edges_find(small, &corners);
    if (is_found)
        corners = scaled_corners(&corners, (double)pixGetWidth(picture->pix) / pixGetWidth(small),
                                 (double)pixGetHeight(picture->pix) / pixGetHeight(small));
    pixDestroy(&small);
    is_found = is_found &&
               fmin(sheet_width(&corners), sheet_height(&corners)) >= SHEET_SIDE_LEAST &&
               is_alone(picture->pix, &corners);
    if (is_found)
        *ret_corners = corners;
    return is_found;
}

/* ---- the sheet -------------------------------------------------------------------------------- */

/* The corners a little further in. */
static struct corners inset(const struct corners *corners)
{
    struct corners inner = *corners;
    for (int i = 0; i < 4; i++) {
        const struct point *far = &corners->points[(i + 2) % 4];
        inner.points[i].x += (far->x - corners->points[i].x) * INSET;
        inner.points[i].y += (far->y - corners->points[i].y) * INSET;
    }
    return inner;
}

/* How large the sheet is in pixels, and at which resolution. */
struct size {
    double width, height, dpi;
};

static struct size size_of_sheet(const struct corners *corners)
{
    double width = sheet_width(corners), height = sheet_height(corners);
    double ratio = fmax(width, height) / fmin(width, height);
    if (fabs(ratio - A4_RATIO) <= RATIO_NEAR * A4_RATIO) {
        if (ratio < A4_RATIO && height >= width)
            height = width * A4_RATIO;
        else if (ratio < A4_RATIO)
            width = height * A4_RATIO;
        else if (height >= width)
            width = height / A4_RATIO;
        else
            height = width / A4_RATIO;
    }
    double dpi = fmax(width, height) / A4_LONG_INCHES;
    return (struct size){width, height, dpi};
}

/* The light at a place, of the four pixels around it; paper beyond the picture. */
static l_uint8 mix(PIX *grey, double x, double y)
{
    int column = (int)floor(x), row = (int)floor(y);
    if (column < 0 || row < 0 || column >= pixGetWidth(grey) - 1 || row >= pixGetHeight(grey) - 1)
        return 255;
    unsigned right = (unsigned)((x - column) * SHARE_ONE),
             below = (unsigned)((y - row) * SHARE_ONE);
    size_t words = (size_t)pixGetWpl(grey);
    const l_uint32 *upper = pixGetData(grey) + (size_t)row * words, *lower = upper + words;
    unsigned first = GET_DATA_BYTE(upper, column) * (SHARE_ONE - right) +
                     GET_DATA_BYTE(upper, column + 1) * right;
    unsigned second = GET_DATA_BYTE(lower, column) * (SHARE_ONE - right) +
                      GET_DATA_BYTE(lower, column + 1) * right;
    return (l_uint8)((first * (SHARE_ONE - below) + second * below) >> (2 * SHARE_BITS));
}

/* What `grey` shows where the sheet is. NULL when memory is out. */
static PIX *project(PIX *grey, const struct projection *to_grey, int width, int height)
{
    PIX *sheet = pixCreate(width, height, 8);
    const double(*m)[3] = to_grey->m;
    for (int y = 0; sheet != NULL && y < height; y++) {
        l_uint32 *line = pixGetData(sheet) + (size_t)y * (size_t)pixGetWpl(sheet);
        double across = m[0][1] * y + m[0][2], down = m[1][1] * y + m[1][2];
        double depth = m[2][1] * y + m[2][2];
        for (int x = 0; x < width; x++) {
            SET_DATA_BYTE(line, x, mix(grey, across / depth, down / depth));
            across += m[0][0];
            down += m[1][0];
            depth += m[2][0];
        }
    }
    return sheet;
}

/* One picture of the sheet in the size of `photo->sheet`; `grey` is as large as the photograph. */
static PIX *cut_out(PIX *grey, const struct projection *to_picture, const struct size *size,
                    double shrink)
{
    PIX *from = shrink < 1 ? shrink_grey(grey, shrink) : pixClone(grey);
    if (from == NULL)
        return NULL;
    const struct projection to_from = projection_of_affine(
        (struct affine){(double)pixGetWidth(from) / pixGetWidth(grey), 0, 0,
                        (double)pixGetHeight(from) / pixGetHeight(grey), 0, 0});
    struct projection both = projection_multiply(to_picture, &to_from);
    PIX *sheet = project(from, &both, (int)lround(size->width), (int)lround(size->height));
    pixDestroy(&from);
    return sheet;
}

static bool cut_all(const struct picture *picture, const struct size *size, double shrink,
                    struct photo *photo)
{
    const struct stamps *stamps = &picture->stamps;
    photo->sheet = cut_out(picture->pix, &photo->to_picture, size, shrink);
    if (photo->sheet == NULL || stamps->alone == NULL)
        return photo->sheet != NULL;
    photo->stamps.beneath = cut_out(stamps->beneath, &photo->to_picture, size, shrink);
    photo->stamps.alone = cut_out(stamps->alone, &photo->to_picture, size, shrink);
    return photo->stamps.beneath != NULL && photo->stamps.alone != NULL;
}

enum status photo_find_sheet(const struct picture *picture, struct photo *ret_photo,
                             struct fault *fault)
{
    struct corners corners;
    *ret_photo = (struct photo){0};
    if (!photo_find_corners(picture, &corners))
        return STATUS_OK;
    corners = inset(&corners);
    struct size size = size_of_sheet(&corners);
    double shrink = fmin(1, SHEET_DPI_MOST / size.dpi);
    size = (struct size){size.width * shrink, size.height * shrink, size.dpi * shrink};
    struct photo photo = {.dpi = size.dpi};
    if (!projection_of_corners(round(size.width), round(size.height), &corners, &photo.to_picture))
        return STATUS_OK;
    if (!cut_all(picture, &size, shrink, &photo)) {
        photo_done(&photo);
        return fault_set(fault, STATUS_LATER, "out of memory for a sheet in a photograph");
    }
    *ret_photo = photo;
    return STATUS_OK;
}

void photo_done(struct photo *photo)
{
    pixDestroy(&photo->sheet);
    stamps_done(&photo->stamps);
}

/* ---- back onto the photograph ----------------------------------------------------------------- */

void photo_restore(const struct photo *photo, int width, int height, double dpi,
                   struct reading_page *page)
{
    // Back by the rest of a full turn, then onto the picture, which is turned again.
    struct projection map =
        projection_of_affine(affine_turn((360 - page->rotation) % 360, page->width, page->height));
    map = projection_multiply(&map, &photo->to_picture);
    const struct projection turn = projection_of_affine(affine_turn(page->rotation, width, height));
    map = projection_multiply(&map, &turn);
    bool is_sideways = page->rotation % 180 != 0;
    page->width = is_sideways ? height : width;
    page->height = is_sideways ? width : height;
    page->dpi = (int32_t)lround(dpi);
    for (uint32_t i = 0; i < page->word_count; i++)
        page->words[i].box = projection_box(&map, page->words[i].box);
    for (uint32_t i = 0; i < page->code_count; i++)
        page->codes[i].box = projection_box(&map, page->codes[i].box);
}
