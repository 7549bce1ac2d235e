/* number_zones.h - words that may be numbers of a case are read a second time when the first
 * reading is in doubt; what comes out differently is kept as an alternative. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_NUMBER_ZONES_H
#define OCR_NUMBER_ZONES_H

#include <allheaders.h>
#include <stdbool.h>
#include <stdint.h>
#include <tesseract/capi.h>

#include "ocr/time_limit.h"
#include "ocr/word_list.h"

enum { NUMBER_ZONES_MOST = 24 }; /* on one page */

/* Where such words stand in the picture that was read, and which ones of the list they are. */
struct number_zones {
    struct number_zone {
        struct reading_box box;
        uint32_t word;
    } zones[NUMBER_ZONES_MOST];
    unsigned count;
};

/* Is it likely a number that somebody refers to, and in doubt? */
bool number_zones_want(const char *text, float confidence);
/* Remembers word `word` of the list; beyond the limit nothing. */
void number_zones_add(struct number_zones *zones, struct reading_box box, uint32_t word);
/* Reads the zones of `pix` again, with letters forbidden where there were none or few, and hangs
 * what differs onto the words. Changes the engine's picture. Ends at `limit`.
 * False when memory is out. */
bool number_zones_read(const struct number_zones *zones, TessBaseAPI *api, PIX *pix, int dpi,
                       const struct time_limit *limit, struct word_list *list);

#endif
