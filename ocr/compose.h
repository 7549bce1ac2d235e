/* compose.h - new documents of pages that were read before: their readings, texts and PDFs.
 *
 * Nothing is recognised and no picture is touched: a page keeps its bytes, its words and their
 * places, and is turned by /Rotate alone. In a composed document pages are numbered from 1. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_COMPOSE_H
#define OCR_COMPOSE_H

#include "base/bytes.h"
#include "base/composition.h"
#include "ocr/format.h"
#include "ocr/ocr.h"

/* What a compose job brings, as one block: the plan (base/composition.h), and reading and PDF of
 * each source; each with its length in front. */
struct compose_block {
    const void *plan;
    size_t plan_length;
    struct {
        const void *reading, *pdf;
        size_t reading_length, pdf_length;
    } sources[COMPOSITION_SOURCES_MOST];
    uint32_t source_count;
};
/* Appends the block; check writer->failed. */
void compose_block_write(const struct compose_block *block, struct byte_writer *writer);

/* Runs confined: appends the outcome of `source` (a block) to `writer`, as finish_decode() takes
 * it. LATER when it cannot be done. */
enum status compose_documents(const struct ocr_options *options, const struct source *source,
                              struct byte_writer *writer, struct fault *fault);

#endif
