/* searchable.h - the archive's PDF: the scan's own rasters, and the words behind them. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_SEARCHABLE_H
#define OCR_SEARCHABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "ocr/archive.h"
#include "ocr/engine.h"
#include "ocr/format.h"
#include "ocr/page.h"

/* A new PDF/A of facts->pages, one page a raster. The caller owns *ret_pdf. */
enum status searchable_build(const struct engine *engine, const struct archive_facts *facts,
                             uint8_t **ret_pdf, size_t *ret_length, struct fault *fault);
/* The PDF `source` with text added to the pages that want it: a document of facts->pages, which
 * name their place in the source by their number; `is_whole` when these are all its pages. PDF/A
 * when every page is a lifted image. When it is whole, no page wants text and nothing is
 * encrypted, or when the file is too broken to be added to, it is the source's own bytes
 * (signatures stay valid). */
enum status searchable_extend(const struct engine *engine, const struct archive_facts *facts,
                              const struct source *source, bool is_whole, uint8_t **ret_pdf,
                              size_t *ret_length, struct fault *fault);
/* Whether single pages can be taken out of the PDF, which is to have so many. */
bool searchable_can_pick(const struct source *source, uint32_t page_count);

#endif
