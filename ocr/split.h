/* split.h - which page of a scan belongs where: to which document, or to none. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_SPLIT_H
#define OCR_SPLIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/page_facts.h"
#include "ocr/page.h"

/* Fills `facts`, one for each page, but for the spans; returns the number of documents. Blank
 * pages are set aside where `sets_blanks_aside`. */
uint32_t split_pages(const struct page_result *pages, uint32_t page_count, bool sets_blanks_aside,
                     struct page_facts *facts);

/* A blank page that is kept beside the documents. */
bool split_is_set_aside(const struct page_facts *facts);

#endif
