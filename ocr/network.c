/* network.c - see network.h.
 *
 * Three shortcuts, all without effect on the result: the largest sum of a cell is looked for before
 * the hyperbolic tangent, which never falls (tests/ocr/test_network.c looks at every point), is
 * drawn; what the inputs add to the sums of an LSTM is computed for many steps at once; and the
 * columns, which know nothing of each other, are gone down side by side.
 *
 * Inputs of every layer are rows of bytes, each row a multiple of MATRIX_BLOCK long. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/network.h"

enum {
    CHUNK = 32,      /* steps whose sums are kept at once */
    CELLS = 16,      /* the same for cells of the convolution */
    AROUND = 3,      /* groups of inputs of the convolution: a pixel's column and those beside */
    LINE_BYTES = 64, /* of the processor's cache */
    RANDOM_FACTOR = 48271, /* of C++'s std::minstd_rand */
    RANDOM_MODULUS = INT32_MAX,
};

/* Tesseract's softmax lets no logit count for less than this below the largest. */
static const float LOGIT_LEAST = -86;

static void lstm_done(struct network_lstm *lstm)
{
    byte_matrix_done(&lstm->from_input);
    byte_matrix_done(&lstm->from_states);
}

void network_free(struct network *network)
{
    if (network == NULL)
        return;
    byte_matrix_done(&network->convolution);
    lstm_done(&network->down_columns);
    for (size_t i = 0; i < network->along_count; i++)
        lstm_done(&network->along[i]);
    byte_matrix_done(&network->output);
    free(network);
}

static size_t row_bytes(size_t values)
{
    return (values + MATRIX_BLOCK - 1) / MATRIX_BLOCK * MATRIX_BLOCK;
}

size_t network_steps(const struct network *network, size_t width)
{
    return width > NETWORK_LINE_WIDTH_MOST ? 0 : width / network->across;
}

/* Where the parts of the scratch memory lie; one after the other in `memory`. */
struct scratch {
    uint8_t *memory;
    size_t used;
    uint32_t *columns[NETWORK_CELL_MOST]; /* of a row of cells: what the convolution gets */
    int32_t *sums;
    uint8_t *cells;       /* [row][step][MATRIX_BLOCK] */
    uint8_t *ping, *pong; /* [step][…]: what goes into a layer, and what comes out */
    float *states;        /* [CHUNK][…] */
    uint8_t *recurrent;   /* [CHUNK][…]: what the states gave out */
};

static void *reserve(struct scratch *scratch, size_t bytes)
{
    size_t at = scratch->used;
    scratch->used += (bytes + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
    return scratch->memory == NULL ? NULL : scratch->memory + at;
}

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t states_most(const struct network *network)
{
    size_t states = network->down_columns.states;
    for (size_t i = 0; i < network->along_count; i++)
        states = most(states, network->along[i].states);
    return row_bytes(states);
}

static struct scratch lay_out(const struct network *network, size_t width, void *memory)
{
    size_t steps = network_steps(network, width), states = states_most(network);
    size_t sums = most(states * GATES, network->output.blocks * MATRIX_BLOCK) * CHUNK;
    size_t of_cells = network->across * network->down * CELLS * MATRIX_BLOCK;
    struct scratch scratch = {.memory = memory};
    for (size_t i = 0; i < network->down; i++)
        scratch.columns[i] = reserve(&scratch, (width * AROUND + 2) * sizeof(uint32_t));
    scratch.sums = reserve(&scratch, most(sums, of_cells) * sizeof *scratch.sums);
    scratch.cells = reserve(&scratch, steps * (network->height / network->down) * MATRIX_BLOCK);
    scratch.ping = reserve(&scratch, steps * states);
    scratch.pong = reserve(&scratch, steps * states);
    scratch.states = reserve(&scratch, CHUNK * states * sizeof *scratch.states);
    scratch.recurrent = reserve(&scratch, CHUNK * states);
    return scratch;
}

size_t network_scratch_bytes(const struct network *network, size_t width)
{
    return lay_out(network, width, NULL).used;
}

/* What is being computed. */
struct run {
    const struct network *network;
    const struct network_kernels *kernels;
    const int8_t *pixels;
    size_t width, steps;
    uint64_t random;
    struct scratch scratch;
};

/* Noise as beyond the edges of a picture: -127 to 127. */
static uint8_t noise(struct run *run)
{
    run->random = run->random * RANDOM_FACTOR % RANDOM_MODULUS;
    double value = BYTE_MOST * 2.0 * (double)run->random / INT32_MAX - BYTE_MOST;
    return (uint8_t)(int8_t)(value >= 0 ? (int)(value + 0.5) : -(int)(-value + 0.5));
}

/* Three pixels, one above the other around (x, y), as one group of inputs. */
static uint32_t column_of(struct run *run, size_t x, size_t y, bool is_beside)
{
    uint32_t column = 0;
    for (size_t i = 0; i < AROUND; i++) {
        bool is_outside = is_beside || y + i < 1 || y + i > run->network->height;
        uint8_t pixel =
            is_outside ? noise(run) : (uint8_t)run->pixels[(y + i - 1) * run->width + x];
        column |= (uint32_t)pixel << (8 * i);
    }
    return column;
}

/* Each pixel of the first or last row has noise of its own above or below, so that no columns are
 * shared: three for each pixel. */
static void fill_edge_row(struct run *run, size_t y, uint32_t *columns)
{
    for (size_t x = 0; x < run->width; x++) {
        *columns++ = column_of(run, x - 1, y, x == 0);
        *columns++ = column_of(run, x, y, false);
        *columns++ = column_of(run, x + 1, y, x + 1 == run->width);
    }
}

/* Pixels share the columns between them: one for each pixel, and one at either end. */
static void fill_inner_row(struct run *run, size_t y, uint32_t *columns)
{
    const uint8_t *above = (const uint8_t *)run->pixels + (y - 1) * run->width;
    const uint8_t *row = above + run->width, *below = row + run->width;
    columns[0] = column_of(run, 0, y, true);
    for (size_t x = 0; x < run->width; x++)
        columns[x + 1] = above[x] | (uint32_t)row[x] << 8 | (uint32_t)below[x] << 16;
    columns[run->width + 1] = column_of(run, 0, y, true);
}

/* Returns how many columns lie between one pixel and the next. */
static size_t fill_row(struct run *run, size_t y, uint32_t *columns)
{
    bool is_edge = y == 0 || y + 1 == run->network->height;
    size_t count = is_edge ? run->width * AROUND : run->width + 2;
    if (is_edge)
        fill_edge_row(run, y, columns);
    else
        fill_inner_row(run, y, columns);
    for (size_t i = 0; i < count; i++)
        columns[i] ^= run->kernels->flip * UINT32_C(0x01010101);
    return is_edge ? AROUND : 1;
}

static void convolve_cells(struct run *run, const size_t *strides, size_t first, size_t count,
                           uint8_t *ret_cells)
{
    const struct network *network = run->network;
    size_t pixels = count * network->across, row_sums = pixels * MATRIX_BLOCK;
    for (size_t i = 0; i < network->down; i++) {
        const uint32_t *columns = run->scratch.columns[i] + first * network->across * strides[i];
        run->kernels->product(&network->convolution, (const uint8_t *)columns,
                              strides[i] * sizeof *columns, pixels, false,
                              run->scratch.sums + i * row_sums);
    }
    for (size_t i = 0; i < count; i++)
        run->kernels->largest(
            &network->convolution, run->scratch.sums + i * network->across * MATRIX_BLOCK,
            network->across, network->down, row_sums, ret_cells + i * MATRIX_BLOCK);
}

static size_t chunk_at(size_t first, size_t all, size_t most_at_once)
{
    return all - first < most_at_once ? all - first : most_at_once;
}

static void convolve(struct run *run)
{
    const struct network *network = run->network;
    uint8_t *cells = run->scratch.cells;
    for (size_t y = 0; y < network->height; y += network->down) {
        size_t strides[NETWORK_CELL_MOST];
        for (size_t i = 0; i < network->down; i++)
            strides[i] = fill_row(run, y + i, run->scratch.columns[i]);
        for (size_t x = 0; x < run->steps; x += CELLS)
            convolve_cells(run, strides, x, chunk_at(x, run->steps, CELLS),
                           cells + x * MATRIX_BLOCK);
        cells += run->steps * MATRIX_BLOCK;
    }
}

/* The columns from `first` on, each from top to bottom; what is left at the bottom comes out. */
static void go_down(struct run *run, size_t first, size_t count)
{
    const struct network_lstm *lstm = &run->network->down_columns;
    size_t stride = row_bytes(lstm->states), blocks = stride / MATRIX_BLOCK;
    struct scratch *scratch = &run->scratch;
    memset(scratch->states, 0, count * stride * sizeof *scratch->states);
    memset(scratch->recurrent, run->kernels->flip, count * stride);
    for (size_t y = 0; y < run->network->height / run->network->down; y++) {
        const uint8_t *cells = scratch->cells + (y * run->steps + first) * MATRIX_BLOCK;
        run->kernels->product(&lstm->from_input, cells, MATRIX_BLOCK, count, false, scratch->sums);
        run->kernels->product(&lstm->from_states, scratch->recurrent, stride, count, true,
                              scratch->sums);
        for (size_t i = 0; i < count; i++)
            run->kernels->step(lstm->from_input.scales, scratch->sums + i * GATES * stride, blocks,
                               scratch->states + i * stride, scratch->recurrent + i * stride);
    }
    memcpy(scratch->pong + first * stride, scratch->recurrent, count * stride);
}

/* Steps `first` to `first` + `count`, in this order or in the other. */
static void go_along(struct run *run, const struct network_lstm *lstm, size_t first, size_t count)
{
    size_t stride = row_bytes(lstm->states), blocks = stride / MATRIX_BLOCK;
    struct scratch *scratch = &run->scratch;
    run->kernels->product(&lstm->from_input, scratch->ping + first * row_bytes(lstm->inputs),
                          row_bytes(lstm->inputs), count, false, scratch->sums);
    for (size_t i = 0; i < count; i++) {
        size_t at = lstm->backward ? count - 1 - i : i;
        int32_t *sums = scratch->sums + at * GATES * stride;
        run->kernels->product(&lstm->from_states, scratch->recurrent, stride, 1, true, sums);
        run->kernels->step(lstm->from_input.scales, sums, blocks, scratch->states,
                           scratch->recurrent);
        memcpy(scratch->pong + (first + at) * stride, scratch->recurrent, stride);
    }
}

static void go_all_along(struct run *run, const struct network_lstm *lstm)
{
    size_t stride = row_bytes(lstm->states);
    memset(run->scratch.states, 0, stride * sizeof *run->scratch.states);
    memset(run->scratch.recurrent, run->kernels->flip, stride);
    for (size_t done = 0; done < run->steps; done += CHUNK) {
        size_t count = chunk_at(done, run->steps, CHUNK);
        go_along(run, lstm, lstm->backward ? run->steps - done - count : done, count);
    }
}

static void softmax(const struct network *network, const int32_t *sums, float *ret_probabilities)
{
    float largest = 0, total = 0;
    for (size_t i = 0; i < network->classes; i++) {
        ret_probabilities[i] = (float)sums[i] * network->output.scales[i];
        if (i == 0 || ret_probabilities[i] > largest)
            largest = ret_probabilities[i];
    }
    for (size_t i = 0; i < network->classes; i++) {
        float below = ret_probabilities[i] - largest;
        ret_probabilities[i] = expf(below < LOGIT_LEAST ? LOGIT_LEAST : below);
        total += ret_probabilities[i];
    }
    for (size_t i = 0; i < network->classes; i++)
        ret_probabilities[i] /= total;
}

static void put_out(struct run *run, float *ret_probabilities)
{
    const struct network *network = run->network;
    size_t stride = row_bytes(network->output_inputs);
    for (size_t first = 0; first < run->steps; first += CHUNK) {
        size_t count = chunk_at(first, run->steps, CHUNK);
        run->kernels->product(&network->output, run->scratch.ping + first * stride, stride, count,
                              false, run->scratch.sums);
        for (size_t i = 0; i < count; i++)
            softmax(network, run->scratch.sums + i * network->output.blocks * MATRIX_BLOCK,
                    ret_probabilities + (first + i) * network->classes);
    }
}

/* What came out of a layer goes into the next. */
static void turn_over(struct scratch *scratch)
{
    uint8_t *out = scratch->pong;
    scratch->pong = scratch->ping;
    scratch->ping = out;
}

void network_compute(const struct network *network, const struct network_kernels *kernels,
                     const int8_t *pixels, size_t width, uint64_t *random, void *scratch,
                     float *ret_probabilities)
{
    struct run run = {
        .network = network,
        .kernels = kernels,
        .pixels = pixels,
        .width = width,
        .steps = network_steps(network, width),
        .random = *random,
        .scratch = lay_out(network, width, scratch),
    };
    convolve(&run);
    for (size_t first = 0; first < run.steps; first += CHUNK)
        go_down(&run, first, chunk_at(first, run.steps, CHUNK));
    turn_over(&run.scratch);
    for (size_t i = 0; i < network->along_count; i++) {
        go_all_along(&run, &network->along[i]);
        turn_over(&run.scratch);
    }
    put_out(&run, ret_probabilities);
    *random = run.random;
}
