/* network_avx2.c - the loops of network_kernels.h for processors with AVX2: 8 outputs or states at a
 * time. */
// SPDX-License-Identifier: EUPL-1.2
#include "ocr/network_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx2")))
#define INLINE TARGET static inline __attribute__((always_inline))

enum { LANES = 8, GROUP_BYTES = MATRIX_BLOCK * MATRIX_GROUP, TILE_ROWS = 4 };

static bool is_there(void)
{
    return __builtin_cpu_supports("avx2");
}

INLINE __m256i load(const void *at)
{
    return _mm256_loadu_si256(at);
}

/* Four inputs, eight times. */
INLINE __m256i spread(const uint8_t *inputs)
{
    int four;
    memcpy(&four, inputs, sizeof four);
    return _mm256_set1_epi32(four);
}

/* The instruction multiplies unsigned bytes by signed ones, so the weights' signs go to the inputs;
 * two products of 128 by 127 fit into its 16 bits. */
INLINE __m256i add_products(__m256i sums, __m256i weights, __m256i sizes, __m256i inputs)
{
    __m256i pairs = _mm256_maddubs_epi16(sizes, _mm256_sign_epi8(inputs, weights));
    return _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

/* `rows` is a constant where this is called, so that all sums stay in registers. */
INLINE void tile(const struct byte_matrix *matrix, size_t block, const uint8_t *inputs,
                 size_t stride, bool adds, size_t rows, int32_t *ret_sums)
{
    const int32_t *starts = matrix->starts + block * MATRIX_BLOCK;
    const int8_t *weights = matrix->weights + block * matrix->groups * GROUP_BYTES;
    size_t width = matrix->blocks * MATRIX_BLOCK;
    __m256i sums[TILE_ROWS * 2];
#pragma GCC unroll 8
    for (size_t i = 0; i < rows * 2; i++) {
        sums[i] = load(starts + i % 2 * LANES);
        if (adds)
            sums[i] = _mm256_add_epi32(sums[i], load(ret_sums + i / 2 * width + i % 2 * LANES));
    }
    for (size_t group = 0; group < matrix->groups; group++, weights += GROUP_BYTES) {
        __m256i low = load(weights), high = load(weights + GROUP_BYTES / 2);
        __m256i low_sizes = _mm256_sign_epi8(low, low), high_sizes = _mm256_sign_epi8(high, high);
#pragma GCC unroll 4
        for (size_t row = 0; row < rows; row++) {
            __m256i four = spread(inputs + row * stride + group * MATRIX_GROUP);
            sums[row * 2] = add_products(sums[row * 2], low, low_sizes, four);
            sums[row * 2 + 1] = add_products(sums[row * 2 + 1], high, high_sizes, four);
        }
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < rows * 2; i++)
        _mm256_storeu_si256((void *)(ret_sums + i / 2 * width + i % 2 * LANES), sums[i]);
}

TARGET static void product(const struct byte_matrix *matrix, const uint8_t *inputs, size_t stride,
                           size_t rows, bool adds, int32_t *ret_sums)
{
    size_t width = matrix->blocks * MATRIX_BLOCK;
    for (size_t block = 0; block < matrix->blocks; block++, ret_sums += MATRIX_BLOCK) {
        size_t row = 0;
        for (; row + TILE_ROWS <= rows; row += TILE_ROWS)
            tile(matrix, block, inputs + row * stride, stride, adds, TILE_ROWS,
                 ret_sums + row * width);
        for (; row < rows; row++)
            tile(matrix, block, inputs + row * stride, stride, adds, 1, ret_sums + row * width);
    }
}

INLINE __m256 sign_bits(__m256 x)
{
    return _mm256_and_ps(_mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_LT_OQ), _mm256_set1_ps(-0.0F));
}

INLINE __m256 size_of(__m256 x)
{
    return _mm256_andnot_ps(_mm256_set1_ps(-0.0F), x);
}

/* For x of 0 or more. */
INLINE __m256 curve_at(const float *points, __m256 x)
{
    __m256 at = _mm256_mul_ps(x, _mm256_set1_ps(CURVE_POINTS_A_UNIT));
    __m256 beyond = _mm256_cmp_ps(at, _mm256_set1_ps(CURVE_END), _CMP_GE_OQ);
    __m256i below = _mm256_cvttps_epi32(_mm256_min_ps(at, _mm256_set1_ps(CURVE_END - 1)));
    __m256 value = _mm256_i32gather_ps(points, below, sizeof *points);
    __m256 next = _mm256_i32gather_ps(points + 1, below, sizeof *points);
    __m256 behind = _mm256_sub_ps(at, _mm256_cvtepi32_ps(below));
    __m256 between = _mm256_add_ps(value, _mm256_mul_ps(_mm256_sub_ps(next, value), behind));
    return _mm256_blendv_ps(between, _mm256_set1_ps(1), beyond);
}

INLINE __m256 tanh_of(const struct network_curves *curves, __m256 x)
{
    return _mm256_xor_ps(curve_at(curves->tanh, size_of(x)), sign_bits(x));
}

INLINE __m256 logistic_of(const struct network_curves *curves, __m256 x)
{
    __m256 value = curve_at(curves->logistic, size_of(x));
    return _mm256_blendv_ps(value, _mm256_sub_ps(_mm256_set1_ps(1), value), sign_bits(x));
}

INLINE void put_bytes(__m256 value, uint8_t *ret_bytes)
{
    __m256 scaled = _mm256_mul_ps(value, _mm256_set1_ps(BYTE_MOST));
    __m256i size = _mm256_cvttps_epi32(_mm256_add_ps(size_of(scaled), _mm256_set1_ps(0.5F)));
    size = _mm256_min_epi32(size, _mm256_set1_epi32(BYTE_MOST));
    __m256i negative = _mm256_srai_epi32(_mm256_castps_si256(sign_bits(scaled)), 31);
    __m256i rounded = _mm256_sub_epi32(_mm256_xor_si256(size, negative), negative);
    __m128i words =
        _mm_packs_epi32(_mm256_castsi256_si128(rounded), _mm256_extracti128_si256(rounded, 1));
    _mm_storel_epi64((void *)ret_bytes, _mm_packs_epi16(words, words));
}

INLINE __m256 scaled(__m256i sums, const float *scales)
{
    return _mm256_mul_ps(_mm256_cvtepi32_ps(sums), _mm256_loadu_ps(scales));
}

TARGET static void largest(const struct byte_matrix *matrix, const int32_t *sums, size_t count,
                           size_t rows, size_t stride, uint8_t *ret_bytes)
{
    for (size_t half = 0; half < MATRIX_BLOCK; half += LANES) {
        __m256i best = load(sums + half);
        for (size_t row = 0; row < rows; row++)
            for (size_t i = 0; i < count; i++)
                best = _mm256_max_epi32(best, load(sums + row * stride + i * MATRIX_BLOCK + half));
        put_bytes(tanh_of(network_curves(), scaled(best, matrix->scales + half)), ret_bytes + half);
    }
}

TARGET static void step(const float *scales, const int32_t *sums, size_t blocks, float *states,
                        uint8_t *ret_bytes)
{
    const struct network_curves *curves = network_curves();
    __m256 most = _mm256_set1_ps(STATE_MOST), least = _mm256_set1_ps(-STATE_MOST);
    for (size_t i = 0; i < blocks * MATRIX_BLOCK; i += LANES) {
        size_t at = i / MATRIX_BLOCK * GATES * MATRIX_BLOCK + i % MATRIX_BLOCK;
        __m256 gates[GATES];
#pragma GCC unroll 4
        for (size_t gate = 0; gate < GATES; gate++)
            gates[gate] =
                scaled(load(sums + at + gate * MATRIX_BLOCK), scales + at + gate * MATRIX_BLOCK);
        __m256 state =
            _mm256_mul_ps(_mm256_loadu_ps(states + i), logistic_of(curves, gates[GATE_FORGET]));
        __m256 cell = _mm256_mul_ps(tanh_of(curves, gates[GATE_CELL]),
                                    logistic_of(curves, gates[GATE_INPUT]));
        state = _mm256_max_ps(_mm256_min_ps(_mm256_add_ps(state, cell), most), least);
        _mm256_storeu_ps(states + i, state);
        put_bytes(_mm256_mul_ps(tanh_of(curves, state), logistic_of(curves, gates[GATE_OUTPUT])),
                  ret_bytes + i);
    }
}

const struct network_kernels network_kernels_avx2 = {
    .name = "avx2",
    .is_there = is_there,
    .product = product,
    .largest = largest,
    .step = step,
};
#endif
