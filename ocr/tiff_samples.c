/* tiff_samples.c - see tiff_samples.h.
 *
 * libtiff hands out whole bytes (8, 16, 24, 32, 64 bits) in the machine's order and all other
 * depths as a stream of bits, highest first, as they stand in the file (TIFF 6.0, section 2).
 *
 * Integers are reduced to their highest 8 bits; signed ones are shifted so that the smallest is
 * black. Floating point is black at 0 and white at 1 by convention; pictures that go beyond are
 * mapped from their smallest to their largest sample. What is no number is black. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <string.h>
#include <tiffio.h>

#include "ocr/tiff_samples.h"

enum { SAMPLE_MOST = 255 };

/* The layout of a floating point number (IEEE 754; of 24 bits: TIFF Technical Note 3). */
struct real_kind {
    unsigned exponent_bits, mantissa_bits;
};

bool tiff_samples_are_known(uint16_t bits, uint16_t format)
{
    switch (format) {
    case SAMPLEFORMAT_UINT:
    case SAMPLEFORMAT_VOID:
    case SAMPLEFORMAT_INT:
        return (bits >= 1 && bits <= 32) || bits == 64;
    case SAMPLEFORMAT_IEEEFP:
        return bits == 16 || bits == 24 || bits == 32 || bits == 64;
    default:
        return false;
    }
}

bool tiff_samples_are_real(const struct tiff_samples *samples)
{
    return samples->format == SAMPLEFORMAT_IEEEFP;
}

/* Bits in the order of the file. */
static uint32_t bits_at(const uint8_t *row, unsigned bits, size_t index)
{
    size_t at = index * bits;
    uint64_t window = 0;
    unsigned bytes = (unsigned)((at % 8 + bits + 7) / 8);
    for (unsigned i = 0; i < bytes; i++)
        window = window << 8 | row[at / 8 + i];
    window >>= bytes * 8 - at % 8 - bits;
    return (uint32_t)(window & ((1ULL << bits) - 1));
}

/* Whole bytes in the machine's order. */
static uint64_t bytes_at(const uint8_t *row, unsigned bytes, size_t index)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++) {
        unsigned from = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? bytes - 1 - i : i;
        value = value << 8 | row[index * bytes + from];
    }
    return value;
}

static uint64_t whole_at(const struct tiff_samples *samples, const uint8_t *row, size_t index)
{
    if (samples->bits == 8 || samples->bits == 16 || samples->bits == 24 || samples->bits == 32 ||
        samples->bits == 64)
        return bytes_at(row, samples->bits / 8U, index);
    return bits_at(row, samples->bits, index);
}

uint32_t tiff_samples_raw(const struct tiff_samples *samples, const uint8_t *row, size_t index)
{
    return (uint32_t)whole_at(samples, row, index);
}

/* Floating point of 16 or 24 bits. */
static double short_real(uint32_t value, struct real_kind kind)
{
    uint32_t mantissa = value & ((1U << kind.mantissa_bits) - 1);
    int exponent = (int)(value >> kind.mantissa_bits & ((1U << kind.exponent_bits) - 1));
    int most = (1 << kind.exponent_bits) - 1, bias = most / 2;
    bool is_negative = (value >> (kind.mantissa_bits + kind.exponent_bits) & 1U) != 0;
    if (exponent == most)
        return NAN;
    double whole = exponent == 0 ? mantissa : mantissa + (double)(1U << kind.mantissa_bits);
    int scale = (exponent == 0 ? 1 : exponent) - bias - (int)kind.mantissa_bits;
    return ldexp(is_negative ? -whole : whole, scale);
}

static double real_at(const struct tiff_samples *samples, const uint8_t *row, size_t index)
{
    static const struct real_kind half = {5, 10}, three_bytes = {7, 16};
    uint64_t value = whole_at(samples, row, index);
    uint32_t low_half = (uint32_t)value;
    float single;
    double wide;
    switch (samples->bits) {
    case 16:
        return short_real(low_half, half);
    case 24:
        return short_real(low_half, three_bytes);
    case 32:
        memcpy(&single, &low_half, sizeof single);
        return (double)single;
    default:
        memcpy(&wide, &value, sizeof wide);
        return wide;
    }
}

void tiff_samples_measure(struct tiff_samples *samples, const uint8_t *row, size_t index)
{
    double value = real_at(samples, row, index);
    if (!isfinite(value))
        return;
    samples->low = fmin(samples->low, value);
    samples->high = fmax(samples->high, value);
}

static unsigned convert_real(const struct tiff_samples *samples, const uint8_t *row, size_t index)
{
    double value = real_at(samples, row, index);
    // Halves, so that the span of two large numbers is still a number.
    double share = (value / 2 - samples->low / 2) / (samples->high / 2 - samples->low / 2);
    return isfinite(share) ? (unsigned)lround(fmin(fmax(share, 0), 1) * SAMPLE_MOST) : 0;
}

unsigned tiff_samples_convert(const struct tiff_samples *samples, const uint8_t *row, size_t index)
{
    if (tiff_samples_are_real(samples))
        return convert_real(samples, row, index);
    uint64_t value = whole_at(samples, row, index);
    if (samples->format == SAMPLEFORMAT_INT)
        value ^= 1ULL << (samples->bits - 1);
    if (samples->bits > 8)
        return (unsigned)(value >> (samples->bits - 8)) & SAMPLE_MOST;
    return (unsigned)(value * SAMPLE_MOST / ((1U << samples->bits) - 1));
}
