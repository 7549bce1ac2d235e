/* split.h - which page of a scan belongs where: to which document, or to none. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_SPLIT_H
#define OCR_SPLIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/page_facts.h"
#include "ocr/ocr.h"
#include "ocr/page.h"

enum page_role {
    PAGE_ROLE_PLAIN = 0,
    PAGE_ROLE_FIRST, /* a document begins here: a return sheet, or a sticker with a number */
    PAGE_ROLE_SHEET  /* a separator or a cover: parts documents, is in none */
};

/* What the page's codes make of it; *ret_notes (bits of enum page_note) and the code that says so
 * (`ret_sheet`, PAGE_SHEET_BYTES_MOST) are filled. */
enum page_role split_role_of(const struct ocr_options *options, const struct reading_page *page,
                             uint8_t *ret_notes, char *ret_sheet);

/* Fills `facts`, one for each page, but for the spans; returns the number of documents. Blank
 * pages are set aside. */
uint32_t split_pages(const struct ocr_options *options, const struct page_result *pages,
                     uint32_t page_count, struct page_facts *facts);

/* A blank page that is kept beside the documents. */
bool split_is_set_aside(const struct page_facts *facts);

#endif
