/* tiff_colours.c - see tiff_colours.h.
 *
 * CMYK without a profile: every ink lets its share of the light through. CIE L*a*b* goes by way of
 * XYZ to sRGB (IEC 61966-2-1), with a matrix that brings white D50 to D65 as well. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stddef.h>

#include "ocr/tiff_colours.h"

enum { SAMPLE_MOST = 255, DIFFERENCE_ZERO = 128 };

static size_t count_of(PIX *pix)
{
    return (size_t)pixGetWpl(pix) * (size_t)pixGetHeight(pix);
}

void tiff_cmyk_to_rgb(PIX *pix)
{
    l_uint32 *pixels = pixGetData(pix);
    for (size_t i = 0; i < count_of(pix); i++) {
        unsigned through_black = SAMPLE_MOST - (pixels[i] & 0xFFU);
        l_uint32 mixed = 0;
        for (unsigned shift = 8; shift <= 24; shift += 8) {
            unsigned through = SAMPLE_MOST - (pixels[i] >> shift & 0xFFU);
            mixed |= (l_uint32)(through * through_black / SAMPLE_MOST) << shift;
        }
        pixels[i] = mixed;
    }
}

/* CIE 15, the inverse of the cube root and its straight end. */
static double unroot(double value)
{
    return value > 6.0 / 29 ? value * value * value : 3 * 36.0 / 841 * (value - 4.0 / 29);
}

static l_uint32 srgb_of(double linear)
{
    double value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055;
    return (l_uint32)lround(fmin(fmax(value, 0), 1) * SAMPLE_MOST);
}

static l_uint32 colour_of(double lightness, double a, double b)
{
    static const double to_srgb[3][3] = {
        {3.1338561,  -1.6168667, -0.4906146},
        {-0.9787684, 1.9161415,  0.0334540 },
        {0.0719453,  -0.2289914, 1.4052427 },
    };
    double middle = (lightness + 16) / 116;
    double x = 0.96422 * unroot(middle + a / 500), y = unroot(middle);
    double z = 0.82521 * unroot(middle - b / 200);
    l_uint32 colour = 0;
    for (int i = 0; i < 3; i++)
        colour |= srgb_of(to_srgb[i][0] * x + to_srgb[i][1] * y + to_srgb[i][2] * z)
                  << (24 - 8 * i);
    return colour;
}

static double difference_of(unsigned sample, bool is_offset)
{
    int value = (int)sample;
    if (is_offset)
        return value - DIFFERENCE_ZERO;
    return value >= DIFFERENCE_ZERO ? value - 2 * DIFFERENCE_ZERO : value;
}

void tiff_cielab_to_rgb(PIX *pix, bool is_offset)
{
    l_uint32 *pixels = pixGetData(pix), last = 0, last_colour = 0;
    for (size_t i = 0; i < count_of(pix); i++) {
        // Neighbours are often alike, and the way to sRGB is long.
        if (i == 0 || pixels[i] != last) {
            last = pixels[i];
            last_colour = colour_of((last >> 24) * 100.0 / SAMPLE_MOST,
                                    difference_of(last >> 16 & 0xFFU, is_offset),
                                    difference_of(last >> 8 & 0xFFU, is_offset));
        }
        pixels[i] = last_colour;
    }
}
