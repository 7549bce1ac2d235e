/* srgb_profile.c - see srgb_profile.h.
 *
 * Computed from IEC 61966-2-1, so that nobody's file has to be shipped: a display profile of three
 * colorants and one curve, as ICC.1:2001-04 (version 2.4) lays it out, which PDF/A-1 demands. All
 * numbers are big-endian. The colorants are sRGB's primaries adapted to D50 (Bradford). */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "ocr/srgb_profile.h"

enum {
    HEADER_BYTES = 128,
    CURVE_POINTS = 128,
    TAG_BYTES = 12,
    XYZ_BYTES = 20,
    VERSION_2_4 = 0x02400000,
};

static void write_16(struct byte_writer *writer, unsigned value)
{
    byte_writer_u8(writer, (uint8_t)(value >> 8 & 0xFF));
    byte_writer_u8(writer, (uint8_t)(value & 0xFF));
}

static void write_32(struct byte_writer *writer, uint32_t value)
{
    write_16(writer, value >> 16);
    write_16(writer, value & 0xFFFF);
}

static void write_signature(struct byte_writer *writer, const char *signature)
{
    byte_writer_raw(writer, signature, 4);
}

static void write_zeroes(struct byte_writer *writer, size_t count)
{
    for (size_t i = 0; i < count; i++)
        byte_writer_u8(writer, 0);
}

static void pad(struct byte_writer *writer)
{
    while (writer->length % 4 != 0 && !writer->failed)
        byte_writer_u8(writer, 0);
}

/* s15Fixed16Number */
static void write_fixed(struct byte_writer *writer, double number)
{
    write_32(writer, (uint32_t)(int32_t)lround(number * 65536));
}

static void write_xyz(struct byte_writer *writer, const double xyz[3])
{
    write_signature(writer, "XYZ ");
    write_32(writer, 0);
    for (int i = 0; i < 3; i++)
        write_fixed(writer, xyz[i]);
}

static void write_curve(struct byte_writer *writer)
{
    write_signature(writer, "curv");
    write_32(writer, 0);
    write_32(writer, CURVE_POINTS);
    for (int i = 0; i < CURVE_POINTS; i++) {
        double value = (double)i / (CURVE_POINTS - 1);
        double linear = value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
        write_16(writer, (unsigned)lround(linear * 65535));
    }
}

static void write_copyright(struct byte_writer *writer)
{
    static const char words[] = "No copyright, use freely";
    write_signature(writer, "text");
    write_32(writer, 0);
    byte_writer_raw(writer, words, sizeof words);
}

/* textDescriptionType: the words in ASCII, and none in the other two alphabets. */
static void write_description(struct byte_writer *writer)
{
    static const char words[] = "sRGB IEC61966-2.1";
    write_signature(writer, "desc");
    write_32(writer, 0);
    write_32(writer, sizeof words);
    byte_writer_raw(writer, words, sizeof words);
    write_zeroes(writer, 4 + 4 + 2 + 1 + 67);
}

static void write_header(struct byte_writer *writer, uint32_t size)
{
    static const double d50[3] = {0.9642, 1.0, 0.8249};
    write_32(writer, size);
    write_32(writer, 0); // no particular module
    write_32(writer, VERSION_2_4);
    write_signature(writer, "mntr");
    write_signature(writer, "RGB ");
    write_signature(writer, "XYZ ");
    for (unsigned part = 0; part < 6; part++) // 2026-01-01 00:00:00
        write_16(writer, part == 0 ? 2026 : part <= 2 ? 1 : 0);
    write_signature(writer, "acsp");
    write_zeroes(writer, 4 + 4 + 4 + 4 + 8 + 4); // platform … rendering intent: perceptual
    for (int i = 0; i < 3; i++)
        write_fixed(writer, d50[i]);
    write_zeroes(writer, HEADER_BYTES - 80);
}

void srgb_profile_write(struct byte_writer *writer)
{
    static const double white[3] = {0.9642, 1.0, 0.8249};
    static const double colorants[3][3] = {
        {0.43607, 0.22249, 0.01392},
        {0.38515, 0.71687, 0.09708},
        {0.14307, 0.06061, 0.71410},
    };
    static const char *const tags[] = {"cprt", "desc", "wtpt", "rXYZ", "gXYZ",
                                       "bXYZ", "rTRC", "gTRC", "bTRC"};
    enum { TAGS = sizeof tags / sizeof tags[0] };
    struct byte_writer body = {0};
    uint32_t offsets[TAGS + 1], start = HEADER_BYTES + 4 + TAGS * TAG_BYTES;
    uint32_t sizes[TAGS];
    for (uint32_t i = 0; i < TAGS; i++) {
        offsets[i] = start + (uint32_t)body.length;
        if (i == 0)
            write_copyright(&body);
        else if (i == 1)
            write_description(&body);
        else if (i == 2)
            write_xyz(&body, white);
        else if (i < 6)
            write_xyz(&body, colorants[i - 3]);
        else if (i == 6)
            write_curve(&body);
        sizes[i] = start + (uint32_t)body.length - offsets[i];
        if (i > 6) { // the three curves are one
            offsets[i] = offsets[6];
            sizes[i] = sizes[6];
        }
        pad(&body);
    }
    write_header(writer, start + (uint32_t)body.length);
    write_32(writer, TAGS);
    for (uint32_t i = 0; i < TAGS; i++) {
        write_signature(writer, tags[i]);
        write_32(writer, offsets[i]);
        write_32(writer, sizes[i]);
    }
    byte_writer_raw(writer, body.bytes, body.length);
    writer->failed = writer->failed || body.failed;
    byte_writer_done(&body);
}
