/* searchable.h - the archive's PDF: the scan's own rasters, and the words behind them. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_SEARCHABLE_H
#define OCR_SEARCHABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "ocr/engine.h"
#include "ocr/format.h"
#include "ocr/page.h"

/* A new PDF, one page a raster. The caller owns *ret_pdf. */
enum status searchable_build(const struct engine *engine, const struct page_result *pages,
                             uint32_t page_count, uint8_t **ret_pdf, size_t *ret_length,
                             struct fault *fault);
/* The PDF `source` with text added to the pages that want it: a document of `pages`, which name
 * their place in the source by their number; `is_whole` when these are all its pages. Then it is
 * the bytes as they are (signatures stay valid) when no page wants any and nothing is encrypted, or
 * when the file is too broken to be added to. */
enum status searchable_extend(const struct engine *engine, const struct source *source,
                              const struct page_result *pages, uint32_t page_count, bool is_whole,
                              uint8_t **ret_pdf, size_t *ret_length, struct fault *fault);
/* Whether single pages can be taken out of the PDF, which is to have so many. */
bool searchable_can_pick(const struct source *source, uint32_t page_count);

#endif
