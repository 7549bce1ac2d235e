/* data_matrix.h - a DataMatrix code in a small picture (libdmtx). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_DATA_MATRIX_H
#define OCR_DATA_MATRIX_H

#include <allheaders.h>
#include <stddef.h>

struct data_matrix {
    char *bytes; /* what it says; the caller frees it. NULL: none was found */
    size_t length;
    int left, top, right, bottom; /* px of the picture */
};

/* Searches `grey` for at most `milliseconds` of processor time. */
void data_matrix_find(PIX *grey, long milliseconds, struct data_matrix *ret_code);

#endif
