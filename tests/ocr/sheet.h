/* sheet.h - pages that tests make for themselves: lines of text, and files around pictures. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_OCR_SHEET_H
#define TESTS_OCR_SHEET_H

#include <allheaders.h>
#include <stdbool.h>
#include <stdint.h>
#include <tiffio.h>

#include "base/bytes.h"
#include "ocr/ocr.h"
#include "ocr/projection.h"

enum { SHEET_DPI = 200 };

/* A letter of several lines that recognition reads without trouble; 1 bit. Never NULL. */
PIX *sheet_letter(void);
/* Words that stand on it. */
extern const char *const sheet_words[];
/* One short line of text. */
PIX *sheet_line(const char *text);

/* What a camera sees of `sheet` (1 bit) on a table of that grey: 8 bit grey, the light falling off
 * by a third towards the right. Never NULL. */
PIX *sheet_photograph(PIX *sheet, const struct corners *corners, int width, int height, int table);

/* How a TIFF is to be written; 0 means the plainest. */
struct sheet_tiff {
    uint16_t compression, photometric, bits, samples, planar, orientation, fill_order;
    uint32_t rows_per_strip, tile; /* tile: side in px */
    float dpi_x, dpi_y;
    bool no_dpi;
};

/* Appends `pix` (1 bit, or 8 bit grey) as one directory; samples are what `how` asks for. */
void sheet_write_tiff(TIFF *tiff, PIX *pix, const struct sheet_tiff *how);
/* The same as a file of `count` pages in memory; the caller ends it with byte_writer_done(). */
struct byte_writer sheet_tiff_file(PIX *pix, const struct sheet_tiff *how, unsigned count);
struct byte_writer sheet_png_file(PIX *pix);
/* In grey, or in colours when `pix` is. */
struct byte_writer sheet_jpeg_file(PIX *pix);
/* A PDF whose pages show the G4 image of `pix`, or, when NULL, say `text` in Helvetica. */
struct byte_writer sheet_pdf_file(PIX *pix, const char *text, unsigned count);

/* Limits as in the example configuration. */
struct ocr_options sheet_options(void);

#endif
