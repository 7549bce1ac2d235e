/* network.h - the neural network that reads a line of text, computed here.
 *
 * These are Tesseract's models of the "fast" kind, whose weights are bytes: a convolution over the
 * line's pixels, its largest values by cells, one LSTM down the columns, LSTMs along the line, and
 * the probabilities of all characters at each step. The values are those that Tesseract 5.3
 * computes, bit for bit: sums are exact, what is rounded is rounded in the same order, and beyond
 * the edges of the picture there is the same noise. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_NETWORK_H
#define OCR_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ocr/byte_matrix.h"
#include "ocr/network_kernels.h"

enum {
    NETWORK_LSTMS_MOST = 8,
    NETWORK_CELL_MOST = 8,           /* pixels across and down */
    NETWORK_LINE_WIDTH_MOST = 32768, /* pixels; needs about 20 MB */
};

/* Outputs of both matrices: for each 16 states 16 of each gate. */
struct network_lstm {
    size_t inputs, states;
    struct byte_matrix from_input, from_states;
    bool backward; /* along the line */
};

struct network {
    size_t height;       /* of a line, in pixels */
    size_t across, down; /* pixels of a cell */
    struct byte_matrix convolution;
    struct network_lstm down_columns;
    struct network_lstm along[NETWORK_LSTMS_MOST];
    size_t along_count;
    size_t output_inputs;
    struct byte_matrix output;
    size_t classes;
};

void network_free(struct network *network);

/* `width` pixels become so many steps; 0 when the network does not do such lines here. */
size_t network_steps(const struct network *network, size_t width);

/* What network_compute() needs beside its result, in bytes. */
size_t network_scratch_bytes(const struct network *network, size_t width);

/* `pixels` are `height` rows of `width`; `random` is the state of a generator as in C++'s
 * std::minstd_rand and advances. Fills network_steps() rows of `classes` probabilities. */
void network_compute(const struct network *network, const struct network_kernels *kernels,
                     const int8_t *pixels, size_t width, uint64_t *random, void *scratch,
                     float *ret_probabilities);

#endif
