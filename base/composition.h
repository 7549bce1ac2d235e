/* composition.h - which pages of which documents make up which new documents: what a compose job
 * tells a reader.
 *
 * composition_decode() trusts nothing: every page names a source that there is, every document has
 * a page, and no more of anything than the limits say. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_COMPOSITION_H
#define BASE_COMPOSITION_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/fault.h"

enum {
    COMPOSITION_VERSION = 1,
    COMPOSITION_SOURCES_MOST = 32, /* documents that pages are taken from */
    COMPOSITION_PAGES_MOST = 500   /* in all */
};

struct composition_page {
    uint32_t source;    /* from 0 */
    uint32_t place;     /* in the source's reading and PDF, from 0 */
    uint16_t turn;      /* clockwise degrees more than in the source: 0, 90, 180, 270 */
    uint32_t number;    /* in its scan, from 1 */
    struct digest scan; /* of its scan's bytes */
};

struct composition_document {
    struct composition_page *pages;
    uint32_t page_count;
};

struct composition {
    uint32_t source_count;
    struct composition_document *documents;
    uint32_t document_count;
};

/* Appends the encoded form to `writer` (check writer->failed). */
void composition_encode(const struct composition *composition, struct byte_writer *writer);
/* STATUS_REFUSE when the bytes are none; LATER on no memory. On STATUS_OK the caller owns
 * *ret_composition (composition_done()). */
enum status composition_decode(const void *bytes, size_t length,
                               struct composition *ret_composition, struct fault *fault);
/* Accepts half-built ones; the struct is {0} again. */
void composition_done(struct composition *composition);

#endif
