/* archive.h - what makes a PDF one that can be read in a hundred years: PDF/A (ISO 19005), with
 * the facts of the scan it is from. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_ARCHIVE_H
#define OCR_ARCHIVE_H

#include <qpdf/qpdf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "ocr/page.h"

/* What our own metadata are known by. */
#define ARCHIVE_NAMESPACE "urn:posteingang:scan:1"

enum archive_level {
    ARCHIVE_NONE = 0, /* with a raster for which nothing can be promised */
    ARCHIVE_2B,
    ARCHIVE_1B
};

struct archive_facts {
    enum archive_level level;
    const char *language;       /* BCP 47, e.g. "de" */
    const char *engine;         /* that read it */
    struct digest scan;         /* of the scan's bytes */
    const struct digest *scans; /* of each page's scan, when a person put them together; or NULL */
    const struct page_result *pages;
    uint32_t page_count;
};

/* Tesseract's languages ("deu+eng") as the first one's BCP 47 tag; "und" when unknown. Static. */
const char *archive_language(const char *languages);

/* Whether a page made of this raster can be in a PDF/A of that level. */
bool archive_can_hold(const struct raster *raster, enum archive_level level);

/* Whether the image that `page` of somebody else's PDF draws under that name is of a kind that
 * PDF/A holds as it is. */
bool archive_can_lift(qpdf_data pdf, qpdf_oh page, const char *image_name);
/* Takes everything off such a page but that image; Contents are the caller's to replace. */
void archive_clean_page(qpdf_data pdf, qpdf_oh page, const char *image_name);

/* Adds XMP metadata, output intent, language and title; false when memory ran out. */
bool archive_describe(qpdf_data pdf, const struct archive_facts *facts);
/* Sets what the writer has to do, before it writes. */
void archive_prepare_writing(qpdf_data pdf, enum archive_level level);

#endif
