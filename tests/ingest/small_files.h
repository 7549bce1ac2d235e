/* small_files.h - small files of every format, made byte by byte, for the tests of the intake. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_INGEST_SMALL_FILES_H
#define TESTS_INGEST_SMALL_FILES_H

#include <stdbool.h>

#include "base/text.h"

enum small_tiff_order { SMALL_TIFF_IMAGE_FIRST, SMALL_TIFF_DIRECTORY_FIRST };

struct small_tiff {
    bool is_big_endian;
    bool is_big; /* BigTIFF */
    enum small_tiff_order order;
    unsigned pages;
    unsigned strips;     /* a page */
    unsigned char shade; /* what the image bytes are made of, so that files differ */
};

/* Each appends a whole file, which a decoder can read. */
void small_tiff(struct text *file, const struct small_tiff *wanted);
void small_png(struct text *file, unsigned char shade);
void small_pdf(struct text *file, const char *words);
/* A real baseline JPEG of 8 x 8 grey pixels, with a preview in an APP1 segment. */
void small_jpeg(struct text *file, unsigned char shade);

#endif
