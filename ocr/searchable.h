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

/* A new PDF/A of facts->pages, each from its raster, or, when it is lifted, from its place in the
 * PDF `source`, which its number names. The caller owns *ret_pdf. */
enum status searchable_build(const struct engine *engine, const struct archive_facts *facts,
                             const struct source *source, uint8_t **ret_pdf, size_t *ret_length,
                             struct fault *fault);
/* A page of another PDF of ours, turned by so much more. */
struct searchable_pick {
    qpdf_data pdf;
    uint32_t page; /* from 0 */
    int turn;      /* clockwise: 0, 90, 180, 270 */
};
/* A PDF of those pages as they are, one for each of facts->pages; the PDFs must live until then.
 * facts->level is what all of them allow. */
enum status searchable_pick(const struct archive_facts *facts, const struct searchable_pick *picks,
                            uint8_t **ret_pdf, size_t *ret_length, struct fault *fault);

#endif
