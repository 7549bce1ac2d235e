/* byte_matrix.h - weights of one byte each, laid out so that a processor takes many at a time.
 *
 * Outputs stand in blocks of 16, inputs in groups of 4: for each block, and in it for each group,
 * 16 times 4 weights. Rows of inputs are bytes too. Some processors multiply only unsigned bytes
 * by signed ones: for those inputs are kept "flipped", with 128 added, and the sums start lower by
 * as much as that adds. All sums are exact. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_BYTE_MATRIX_H
#define OCR_BYTE_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MATRIX_BLOCK = 16, /* outputs */
    MATRIX_GROUP = 4,  /* inputs */
    BYTE_MOST = 127,   /* stands for 1 */
    BYTE_FLIP = 128,
};

struct byte_matrix {
    size_t blocks, groups;
    int8_t *weights;         /* [blocks][groups][MATRIX_BLOCK][MATRIX_GROUP] */
    int32_t *starts;         /* per output: what its sum starts from */
    int32_t *flipped_starts; /* the same when inputs are flipped */
    float *scales;           /* per output: what a sum is multiplied by */
};

/* All zero; false without memory. */
bool byte_matrix_init(struct byte_matrix *matrix, size_t outputs, size_t inputs);
void byte_matrix_done(struct byte_matrix *matrix);

void byte_matrix_set(struct byte_matrix *matrix, size_t output, size_t input, int8_t weight);
/* `bias` is a weight whose input is always 1. */
void byte_matrix_set_output(struct byte_matrix *matrix, size_t output, int8_t bias, float scale);

#endif
