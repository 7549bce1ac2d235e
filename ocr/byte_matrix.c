/* byte_matrix.c - see byte_matrix.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <assert.h>
#include <stdlib.h>

#include "ocr/byte_matrix.h"

bool byte_matrix_init(struct byte_matrix *matrix, size_t outputs, size_t inputs)
{
    size_t blocks = (outputs + MATRIX_BLOCK - 1) / MATRIX_BLOCK;
    size_t groups = (inputs + MATRIX_GROUP - 1) / MATRIX_GROUP, rounded = blocks * MATRIX_BLOCK;
    *matrix = (struct byte_matrix){.blocks = blocks, .groups = groups};
    matrix->weights = calloc(rounded * groups, MATRIX_GROUP);
    matrix->starts = calloc(rounded, sizeof *matrix->starts);
    matrix->flipped_starts = calloc(rounded, sizeof *matrix->flipped_starts);
    matrix->scales = calloc(rounded, sizeof *matrix->scales);
    if (matrix->weights != NULL && matrix->starts != NULL && matrix->flipped_starts != NULL &&
        matrix->scales != NULL)
        return true;
    byte_matrix_done(matrix);
    return false;
}

void byte_matrix_done(struct byte_matrix *matrix)
{
    free(matrix->weights);
    free(matrix->starts);
    free(matrix->flipped_starts);
    free(matrix->scales);
    *matrix = (struct byte_matrix){0};
}

void byte_matrix_set(struct byte_matrix *matrix, size_t output, size_t input, int8_t weight)
{
    size_t block = output / MATRIX_BLOCK, group = input / MATRIX_GROUP;
    assert(block < matrix->blocks && group < matrix->groups);
    size_t at = (block * matrix->groups + group) * MATRIX_BLOCK + output % MATRIX_BLOCK;
    matrix->weights[at * MATRIX_GROUP + input % MATRIX_GROUP] = weight;
    matrix->flipped_starts[output] -= weight * BYTE_FLIP;
}

void byte_matrix_set_output(struct byte_matrix *matrix, size_t output, int8_t bias, float scale)
{
    assert(output / MATRIX_BLOCK < matrix->blocks);
    matrix->starts[output] += bias * BYTE_MOST;
    matrix->flipped_starts[output] += bias * BYTE_MOST;
    matrix->scales[output] = scale;
}
