/* network_kernels.h - the inner loops of a network, one set for each kind of processor; all compute
 * the same bits. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_NETWORK_KERNELS_H
#define OCR_NETWORK_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ocr/byte_matrix.h"

enum { CURVE_POINTS = 4096, CURVE_POINTS_A_UNIT = 256, GATES = 4 };

static const float CURVE_END = CURVE_POINTS - 1; /* from here on the curves are 1 */
static const float STATE_MOST = 100;

/* Values of both functions at 0, 1/256, 2/256, …; between them lines are drawn. */
struct network_curves {
    float tanh[CURVE_POINTS], logistic[CURVE_POINTS];
};
const struct network_curves *network_curves(void);

/* In the order in which Tesseract keeps them. */
enum gate { GATE_CELL, GATE_INPUT, GATE_FORGET, GATE_OUTPUT };

struct network_kernels {
    const char *name;
    uint8_t flip; /* BYTE_FLIP when inputs are to be flipped, or 0 */
    bool (*is_there)(void);

    /* Sums of all outputs for `rows` rows of inputs that begin `stride` bytes apart. `adds`: to
     * what stands in ret_sums ([rows][blocks * MATRIX_BLOCK]). */
    void (*product)(const struct byte_matrix *matrix, const uint8_t *inputs, size_t stride,
                    size_t rows, bool adds, int32_t *ret_sums);

    /* The hyperbolic tangent of the largest of `count` sums at `sums`, in `rows` rows that begin
     * `stride` sums apart, as MATRIX_BLOCK bytes; for a matrix of one block. */
    void (*largest)(const struct byte_matrix *matrix, const int32_t *sums, size_t count,
                    size_t rows, size_t stride, uint8_t *ret_bytes);

    /* One step of an LSTM whose gates have `sums`: changes `states` (`blocks` times MATRIX_BLOCK)
     * and gives out as many bytes. */
    void (*step)(const float *scales, const int32_t *sums, size_t blocks, float *states,
                 uint8_t *ret_bytes);
};

/* The sets that this processor can use, fastest first; NULL behind the last. */
const struct network_kernels *network_kernels_at(size_t rank);

extern const struct network_kernels network_kernels_plain;
#if defined(__x86_64__)
extern const struct network_kernels network_kernels_avx2, network_kernels_avx512;
#endif

#endif
