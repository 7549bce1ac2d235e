/* network_avx512.c - the loops of network_kernels.h for processors with AVX-512 and its dot products
 * of bytes: 16 outputs or states at a time. */
// SPDX-License-Identifier: EUPL-1.2
#include "ocr/network_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))
#define INLINE TARGET static inline __attribute__((always_inline))

enum { GROUP_BYTES = MATRIX_BLOCK * MATRIX_GROUP, TILE_ROWS = 6, TILE_BLOCKS = 4, ALONE = 8 };

static bool is_there(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
}

/* Four inputs, sixteen times. */
INLINE __m512i spread(const uint8_t *inputs)
{
    int four;
    memcpy(&four, inputs, sizeof four);
    return _mm512_set1_epi32(four);
}

/* `rows` and `blocks` are constants where this is called, so that all sums stay in registers. */
INLINE void tile(const struct byte_matrix *matrix, size_t block, const uint8_t *inputs,
                 size_t stride, bool adds, size_t rows, size_t blocks, int32_t *ret_sums)
{
    const int32_t *starts = matrix->flipped_starts + block * MATRIX_BLOCK;
    const int8_t *weights = matrix->weights + block * matrix->groups * GROUP_BYTES;
    size_t width = matrix->blocks * MATRIX_BLOCK;
    __m512i sums[TILE_ROWS * TILE_BLOCKS];
#pragma GCC unroll 24
    for (size_t i = 0; i < rows * blocks; i++) {
        sums[i] = _mm512_loadu_si512(starts + i % blocks * MATRIX_BLOCK);
        const int32_t *before = ret_sums + i / blocks * width + i % blocks * MATRIX_BLOCK;
        if (adds)
            sums[i] = _mm512_add_epi32(sums[i], _mm512_loadu_si512(before));
    }
    for (size_t group = 0; group < matrix->groups; group++) {
        __m512i of_blocks[TILE_BLOCKS + ALONE];
#pragma GCC unroll 8
        for (size_t i = 0; i < blocks; i++)
            of_blocks[i] = _mm512_loadu_si512(weights + (i * matrix->groups + group) * GROUP_BYTES);
#pragma GCC unroll 8
        for (size_t row = 0; row < rows; row++) {
            __m512i four = spread(inputs + row * stride + group * MATRIX_GROUP);
#pragma GCC unroll 8
            for (size_t i = 0; i < blocks; i++)
                sums[row * blocks + i] =
                    _mm512_dpbusd_epi32(sums[row * blocks + i], four, of_blocks[i]);
        }
    }
#pragma GCC unroll 24
    for (size_t i = 0; i < rows * blocks; i++)
        _mm512_storeu_si512(ret_sums + i / blocks * width + i % blocks * MATRIX_BLOCK, sums[i]);
}

/* All rows for the blocks from `block` on. */
INLINE void column(const struct byte_matrix *matrix, size_t block, const uint8_t *inputs,
                   size_t stride, size_t rows, bool adds, size_t blocks, int32_t *ret_sums)
{
    size_t width = matrix->blocks * MATRIX_BLOCK, row = 0;
    ret_sums += block * MATRIX_BLOCK;
    for (; row + TILE_ROWS <= rows; row += TILE_ROWS)
        tile(matrix, block, inputs + row * stride, stride, adds, TILE_ROWS, blocks,
             ret_sums + row * width);
    for (; row < rows; row++)
        tile(matrix, block, inputs + row * stride, stride, adds, 1, blocks, ret_sums + row * width);
}

TARGET static void product(const struct byte_matrix *matrix, const uint8_t *inputs, size_t stride,
                           size_t rows, bool adds, int32_t *ret_sums)
{
    size_t block = 0;
    for (; rows == 1 && block + ALONE <= matrix->blocks; block += ALONE)
        tile(matrix, block, inputs, stride, adds, 1, ALONE, ret_sums + block * MATRIX_BLOCK);
    for (; block + TILE_BLOCKS <= matrix->blocks; block += TILE_BLOCKS)
        column(matrix, block, inputs, stride, rows, adds, TILE_BLOCKS, ret_sums);
    for (; block < matrix->blocks; block++)
        column(matrix, block, inputs, stride, rows, adds, 1, ret_sums);
}

/* For x of 0 or more. */
INLINE __m512 curve_at(const float *points, __m512 x)
{
    __m512 at = _mm512_mul_ps(x, _mm512_set1_ps(CURVE_POINTS_A_UNIT));
    __mmask16 beyond = _mm512_cmp_ps_mask(at, _mm512_set1_ps(CURVE_END), _CMP_GE_OQ);
    __m512i below = _mm512_cvttps_epi32(_mm512_min_ps(at, _mm512_set1_ps(CURVE_END - 1)));
    __m512 value = _mm512_i32gather_ps(below, points, sizeof *points);
    __m512 next = _mm512_i32gather_ps(below, points + 1, sizeof *points);
    __m512 behind = _mm512_sub_ps(at, _mm512_cvtepi32_ps(below));
    __m512 between = _mm512_add_ps(value, _mm512_mul_ps(_mm512_sub_ps(next, value), behind));
    return _mm512_mask_blend_ps(beyond, between, _mm512_set1_ps(1));
}

INLINE __mmask16 is_negative(__m512 x)
{
    return _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_LT_OQ);
}

INLINE __m512 negated(__m512 x)
{
    return _mm512_castsi512_ps(
        _mm512_xor_si512(_mm512_castps_si512(x), _mm512_set1_epi32(INT32_MIN)));
}

INLINE __m512 tanh_of(const struct network_curves *curves, __m512 x)
{
    __m512 value = curve_at(curves->tanh, _mm512_abs_ps(x));
    return _mm512_mask_blend_ps(is_negative(x), value, negated(value));
}

INLINE __m512 logistic_of(const struct network_curves *curves, __m512 x)
{
    __m512 value = curve_at(curves->logistic, _mm512_abs_ps(x));
    return _mm512_mask_sub_ps(value, is_negative(x), _mm512_set1_ps(1), value);
}

INLINE __m128i bytes_of(__m512 value)
{
    __m512 scaled = _mm512_mul_ps(value, _mm512_set1_ps(BYTE_MOST));
    __m512i size = _mm512_cvttps_epi32(_mm512_add_ps(_mm512_abs_ps(scaled), _mm512_set1_ps(0.5F)));
    size = _mm512_min_epi32(size, _mm512_set1_epi32(BYTE_MOST));
    __m512i rounded =
        _mm512_mask_sub_epi32(size, is_negative(scaled), _mm512_setzero_si512(), size);
    return _mm_xor_si128(_mm512_cvtepi32_epi8(rounded), _mm_set1_epi8(INT8_MIN));
}

INLINE __m512 scaled(const int32_t *sums, const float *scales)
{
    return _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_loadu_si512(sums)), _mm512_loadu_ps(scales));
}

TARGET static void largest(const struct byte_matrix *matrix, const int32_t *sums, size_t count,
                           size_t rows, size_t stride, uint8_t *ret_bytes)
{
    __m512i best = _mm512_loadu_si512(sums);
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < count; i++)
            best =
                _mm512_max_epi32(best, _mm512_loadu_si512(sums + row * stride + i * MATRIX_BLOCK));
    __m512 value = _mm512_mul_ps(_mm512_cvtepi32_ps(best), _mm512_loadu_ps(matrix->scales));
    __m128i bytes = bytes_of(tanh_of(network_curves(), value));
    memcpy(ret_bytes, &bytes, sizeof bytes);
}

TARGET static void step(const float *scales, const int32_t *sums, size_t blocks, float *states,
                        uint8_t *ret_bytes)
{
    const struct network_curves *curves = network_curves();
    __m512 most = _mm512_set1_ps(STATE_MOST), least = _mm512_set1_ps(-STATE_MOST);
    for (size_t block = 0; block < blocks; block++) {
        __m512 gates[GATES];
#pragma GCC unroll 4
        for (size_t gate = 0; gate < GATES; gate++)
            gates[gate] = scaled(sums + (block * GATES + gate) * MATRIX_BLOCK,
                                 scales + (block * GATES + gate) * MATRIX_BLOCK);
        __m512 state = _mm512_mul_ps(_mm512_loadu_ps(states + block * MATRIX_BLOCK),
                                     logistic_of(curves, gates[GATE_FORGET]));
        __m512 cell = _mm512_mul_ps(tanh_of(curves, gates[GATE_CELL]),
                                    logistic_of(curves, gates[GATE_INPUT]));
        state = _mm512_add_ps(state, cell);
        state = _mm512_max_ps(_mm512_min_ps(state, most), least);
        _mm512_storeu_ps(states + block * MATRIX_BLOCK, state);
        __m128i bytes = bytes_of(
            _mm512_mul_ps(tanh_of(curves, state), logistic_of(curves, gates[GATE_OUTPUT])));
        memcpy(ret_bytes + block * MATRIX_BLOCK, &bytes, sizeof bytes);
    }
}

const struct network_kernels network_kernels_avx512 = {
    .name = "avx512-vnni",
    .flip = BYTE_FLIP,
    .is_there = is_there,
    .product = product,
    .largest = largest,
    .step = step,
};
#endif
