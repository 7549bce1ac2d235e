/* network_kernels.c - see network_kernels.h; the loops for any processor, which are the definition
 * of what the others do. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>

#include "ocr/network_kernels.h"

static struct network_curves curves;
static bool has_curves;

const struct network_curves *network_curves(void)
{
    for (int i = 0; !has_curves && i < CURVE_POINTS; i++) {
        double x = (double)i / CURVE_POINTS_A_UNIT;
        curves.tanh[i] = (float)tanh(x);
        curves.logistic[i] = (float)(1 / (1 + exp(-x)));
    }
    has_curves = true;
    return &curves;
}

/* For x of 0 or more. */
static float curve_at(const float *points, float x)
{
    float at = x * CURVE_POINTS_A_UNIT;
    if (at >= CURVE_END)
        return 1;
    unsigned below = (unsigned)at;
    float value = points[below];
    return value + (points[below + 1] - value) * (at - (float)below);
}

static float tanh_of(float x)
{
    return x < 0 ? -curve_at(curves.tanh, -x) : curve_at(curves.tanh, x);
}

static float logistic_of(float x)
{
    return x < 0 ? 1 - curve_at(curves.logistic, -x) : curve_at(curves.logistic, x);
}

static uint8_t byte_of(float value)
{
    float scaled = value * BYTE_MOST;
    int rounded = scaled >= 0 ? (int)(scaled + 0.5F) : -(int)(-scaled + 0.5F);
    rounded = rounded > BYTE_MOST ? BYTE_MOST : rounded < -BYTE_MOST ? -BYTE_MOST : rounded;
    return (uint8_t)(int8_t)rounded;
}

static bool is_there(void)
{
    return true;
}

static void add_group(const int8_t *weights, const int8_t *inputs, int32_t sums[MATRIX_BLOCK])
{
    for (size_t output = 0; output < MATRIX_BLOCK; output++) {
        const int8_t *of_output = weights + output * MATRIX_GROUP;
        sums[output] += of_output[0] * inputs[0] + of_output[1] * inputs[1] +
                        of_output[2] * inputs[2] + of_output[3] * inputs[3];
    }
}

static void product(const struct byte_matrix *matrix, const uint8_t *inputs, size_t stride,
                    size_t rows, bool adds, int32_t *ret_sums)
{
    size_t group_bytes = (size_t)MATRIX_BLOCK * MATRIX_GROUP;
    for (size_t row = 0; row < rows; row++) {
        const int8_t *signed_inputs = (const int8_t *)inputs + row * stride;
        for (size_t block = 0; block < matrix->blocks; block++) {
            const int8_t *weights = matrix->weights + block * matrix->groups * group_bytes;
            const int32_t *starts = matrix->starts + block * MATRIX_BLOCK;
            int32_t *sums = ret_sums + (row * matrix->blocks + block) * MATRIX_BLOCK;
            for (size_t i = 0; i < MATRIX_BLOCK; i++)
                sums[i] = starts[i] + (adds ? sums[i] : 0);
            for (size_t group = 0; group < matrix->groups; group++)
                add_group(weights + group * group_bytes, signed_inputs + group * MATRIX_GROUP,
                          sums);
        }
    }
}

static void largest(const struct byte_matrix *matrix, const int32_t *sums, size_t count,
                    size_t rows, size_t stride, uint8_t *ret_bytes)
{
    for (size_t output = 0; output < MATRIX_BLOCK; output++) {
        int32_t best = sums[output];
        for (size_t row = 0; row < rows; row++)
            for (size_t i = 0; i < count; i++) {
                int32_t sum = sums[row * stride + i * MATRIX_BLOCK + output];
                best = sum > best ? sum : best;
            }
        ret_bytes[output] = byte_of(tanh_of((float)best * matrix->scales[output]));
    }
}

static void step(const float *scales, const int32_t *sums, size_t blocks, float *states,
                 uint8_t *ret_bytes)
{
    for (size_t i = 0; i < blocks * MATRIX_BLOCK; i++) {
        size_t at = i / MATRIX_BLOCK * GATES * MATRIX_BLOCK + i % MATRIX_BLOCK;
        float gates[GATES];
        for (size_t gate = 0; gate < GATES; gate++)
            gates[gate] = (float)sums[at + gate * MATRIX_BLOCK] * scales[at + gate * MATRIX_BLOCK];
        float state = states[i] * logistic_of(gates[GATE_FORGET]);
        state += tanh_of(gates[GATE_CELL]) * logistic_of(gates[GATE_INPUT]);
        state = state < -STATE_MOST ? -STATE_MOST : state > STATE_MOST ? STATE_MOST : state;
        states[i] = state;
        ret_bytes[i] = byte_of(tanh_of(state) * logistic_of(gates[GATE_OUTPUT]));
    }
}

const struct network_kernels network_kernels_plain = {
    .name = "plain",
    .is_there = is_there,
    .product = product,
    .largest = largest,
    .step = step,
};

static const struct network_kernels *const fastest_first[] = {
#if defined(__x86_64__)
    &network_kernels_avx512,
    &network_kernels_avx2,
#endif
    &network_kernels_plain,
};

const struct network_kernels *network_kernels_at(size_t rank)
{
    for (size_t i = 0; i < sizeof fastest_first / sizeof fastest_first[0]; i++)
        if (fastest_first[i]->is_there() && rank-- == 0)
            return fastest_first[i];
    return NULL;
}
