/* photo.h - a sheet that somebody photographed on a table, as a scanner would have seen it: without
 * the table, square, at the size of paper. Only recognition sees it so; the archive keeps the
 * photograph, and the words are put back onto that. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_PHOTO_H
#define OCR_PHOTO_H

#include <allheaders.h>
#include <stdbool.h>

#include "base/fault.h"
#include "base/reading.h"
#include "ocr/picture.h"
#include "ocr/projection.h"

/* All zero: the picture is no photograph of a sheet, or it is not certain where the sheet is. */
struct photo {
    PIX *sheet; /* 8 bit grey; owned */
    double dpi; /* of the sheet */
    struct stamps stamps;
    struct projection to_picture; /* from pixels of the sheet */
};

/* Whether the picture (as page_straighten() left it) may be a photograph: its file says nothing
 * credible about its size, or its border is unlike paper. Scans end here. */
bool photo_is_likely(const struct picture *picture);

/* Looks for the sheet. On STATUS_OK the caller ends *ret_photo with photo_done(). */
enum status photo_find_sheet(const struct picture *picture, struct photo *ret_photo,
                             struct fault *fault);
void photo_done(struct photo *photo);

/* Puts words and codes of `page`, which is the sheet turned by page->rotation, onto the picture of
 * that size turned likewise, and gives the page the picture's size. */
void photo_restore(const struct photo *photo, int width, int height, double dpi,
                   struct reading_page *page);

/* Where the sheet lies in `picture`, in its pixels; false when it is not certain. */
bool photo_find_corners(const struct picture *picture, struct corners *ret_corners);

#endif
