/* finish.h - the pages of a scan put together: documents, their readings, texts and PDFs. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_FINISH_H
#define OCR_FINISH_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "ocr/engine.h"
#include "ocr/format.h"
#include "ocr/ocr.h"

/* A page's encoded result, as it came from its child. */
struct page_bytes {
    uint8_t *bytes;
    size_t length;
};

/* Decodes the pages' results, trusting none, and appends the scan's outcome to `writer`. */
enum status finish_scan(const struct engine *engine, const struct ocr_options *options,
                        const struct source *source, const struct page_bytes *pages,
                        uint32_t page_count, struct byte_writer *writer, struct fault *fault);
/* Fills documents and pages of *ret_event, trusting nothing. LATER when the bytes are broken. */
enum status finish_decode(const uint8_t *bytes, size_t length, struct ocr_event *ret_event,
                          struct fault *fault);

#endif
