/* unread.h - a second look at lines of print that were passed over or are in doubt: narrow columns of
 * figures, the foot of a page, small print. They are ink of the size of letters that no word which
 * is sure covers, or holes like these in a black bar, and are read line by line from the page as it was scanned. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_UNREAD_H
#define OCR_UNREAD_H

#include <allheaders.h>
#include <stdbool.h>
#include <tesseract/capi.h>

#include "ocr/original.h"
#include "ocr/time_limit.h"
#include "ocr/word_list.h"

enum { UNREAD_LINES_MOST = 100 }; /* on one page */

struct unread {
    struct unread_line {
        struct reading_box box; /* px of the picture */
        bool is_white;          /* on a black bar */
    } lines[UNREAD_LINES_MOST]; /* from top to bottom */
    unsigned count;
};

/* Finds them. `bits` (1 is ink) shows the picture that was read, in whose pixels the list's boxes
 * are. False when memory is out. */
bool unread_find(PIX *bits, const struct word_list *list, struct unread *ret_unread);

/* Reads them, and puts what is surely text into the list where it belongs by its place; words in
 * doubt make way for better ones. Changes the engine's picture. Ends at `limit`. `dpi` is that of
 * the picture. False when memory is out. */
bool unread_read(const struct unread *unread, TessBaseAPI *api, const struct original *original,
                 int dpi, const struct time_limit *limit, struct word_list *list);

#endif
