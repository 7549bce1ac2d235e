/* format.h - the kinds of files that scans come in, behind one table.
 *
 * Each format bids for a file by its first bytes; the highest bidder works. A format counts the
 * pages and loads one at a time; both run in a confined child and trust nothing. To add a format:
 * one file with a struct format, one line in format.c. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_FORMAT_H
#define OCR_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "ocr/ocr.h"
#include "ocr/picture.h"

/* The scan's bytes, borrowed. */
struct source {
    const uint8_t *bytes;
    size_t length;
};

struct format {
    const char *name;
    /* 0: not mine; higher: surer. */
    int (*bid)(const struct source *source);
    /* Number of pages, at least 1. REFUSE with a German sentence when it can never be read. */
    enum status (*count)(const struct source *source, const struct ocr_options *options,
                         uint32_t *ret_pages, struct fault *fault);
    /* Page `index` (from 0). REFUSE: this page can never be decoded. On STATUS_OK the caller
     * owns *ret_picture. */
    enum status (*load)(const struct source *source, const struct ocr_options *options,
                        uint32_t index, struct picture *ret_picture, struct fault *fault);
};

extern const struct format format_tiff;
extern const struct format format_jpeg;
extern const struct format format_png;
extern const struct format format_pdf;

/* The format of `source`, or NULL when nobody bids. */
const struct format *format_of(const struct source *source);
/* Checks a page's width and height against the limits, before anything is decoded. */
enum status format_check_size(const struct ocr_options *options, uint64_t width, uint64_t height,
                              struct fault *fault);
/* The sentence for a file that is none of ours. */
enum status format_refuse_unknown(const struct source *source, struct fault *fault);

#endif
