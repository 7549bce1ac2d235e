/* tiff_samples.h - the samples of a TIFF's rows, of any depth and number format, as 8 bits. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_TIFF_SAMPLES_H
#define OCR_TIFF_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tiffio.h>

struct tiff_samples {
    uint16_t bits;    /* 1 to 32, or 64 */
    uint16_t format;  /* SAMPLEFORMAT_… */
    double low, high; /* of floating point: what becomes 0 and 255 */
};

/* Integers of 1 to 32 and of 64 bits; floating point of 16, 24, 32 and 64 bits. */
bool tiff_samples_are_known(uint16_t bits, uint16_t format);
bool tiff_samples_are_real(const struct tiff_samples *samples);
/* The bits of a sample as they stand, for palettes; at most 32 of them. */
uint32_t tiff_samples_raw(const struct tiff_samples *samples, const uint8_t *row, size_t index);
/* Floating point: widens [low, high] to hold the sample, unless it is no number. */
void tiff_samples_measure(struct tiff_samples *samples, const uint8_t *row, size_t index);
/* The sample as 0 to 255. */
unsigned tiff_samples_convert(const struct tiff_samples *samples, const uint8_t *row, size_t index);

static inline unsigned tiff_samples_8(const struct tiff_samples *samples, const uint8_t *row,
                                      size_t index)
{
    bool is_plain = samples->bits == 8 && samples->format != SAMPLEFORMAT_INT;
    return is_plain ? row[index] : tiff_samples_convert(samples, row, index);
}

#endif
