/* picture.h - one page of a scan as its decoder hands it on.
 *
 * `pix` is what recognition works on; `raster` is what goes into the archive: the very bytes of
 * the scan where PDF can hold them, else a lossless form. A page that brings its own text (a
 * born-digital PDF) has words instead of a pix. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_PICTURE_H
#define OCR_PICTURE_H

#include <allheaders.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/reading.h"
#include "ocr/stamp.h"

/* The stream filters of ISO 32000-1, 7.4, that the archive uses. */
enum raster_filter {
    RASTER_NONE = 0,  /* no raster: the page is in the PDF already, or was lost */
    RASTER_G4,        /* CCITTFaxDecode, K -1 */
    RASTER_JPEG,      /* DCTDecode */
    RASTER_FLATE_PNG, /* FlateDecode, PNG predictors */
};

enum { RASTER_PALETTE_MOST = 256 };

struct raster {
    uint8_t *bytes; /* owned */
    size_t length;
    uint8_t filter;    /* enum raster_filter */
    uint8_t colours;   /* samples a pixel: 1, 3 or 4 */
    uint8_t bits;      /* a sample */
    bool black_is_one; /* G4: a coded black run is written as 1 bits (shown white) */
    bool is_inverted;  /* samples count the other way round (Decode [1 0 …]) */
    int32_t width, height;
    double dpi_x, dpi_y;
    uint16_t palette_count; /* 0: no palette */
    uint8_t palette[RASTER_PALETTE_MOST * 3];
};

/* How the file says that its raster is to be shown: mirrored left to right first, then turned. */
struct placement {
    bool is_mirrored;
    uint16_t turn; /* clockwise: 0, 90, 180 or 270 */
};

struct picture {
    PIX *pix; /* 1 bit (1 is black), or 8 bit grey; as stored; with words only to look at */
    struct stamps stamps; /* of a page in colours; as stored */
    PIX *small;           /* a copy in colours that cost nothing; as stored; or NULL */
    double dpi_x, dpi_y;  /* 0: the file does not say */
    bool says_size;       /* … and what it says is credible: page_straighten() */
    struct placement placement;
    struct raster raster;
    bool has_words;            /* `words` are the page's own text */
    struct reading_page words; /* number and flags are not filled */
    bool is_lifted;            /* PDF: the page is one image, and this is it */
    bool may_have_codes;       /* with words: there are images or drawings on the page */
    bool lacks_fonts;          /* PDF: some of its text could not be drawn */
    bool is_symbol_coded;      /* JBIG2 that may have swapped symbols (TR-03138 A.SC.12) */
    uint32_t rows_lost;        /* rows that could not be decoded; white in `pix` */
};

void raster_done(struct raster *raster);
void raster_encode(const struct raster *raster, struct byte_writer *writer);
/* Trusts nothing; reader->failed tells. The raster is to be ended in either case. */
void raster_decode(struct byte_reader *reader, struct raster *ret_raster);
/* A lossless raster of `pix` (1, 8 or 32 bit): G4 or Flate. */
enum status raster_from_pix(PIX *pix, double dpi_x, double dpi_y, struct raster *ret_raster,
                            struct fault *fault);
/* The compressed rows of a PNG in memory (its IDAT chunks), which PDF takes as they are. */
enum status raster_from_png(const uint8_t *bytes, size_t length, struct raster *ret_raster,
                            struct fault *fault);

/* TIFF's Orientation (tag 274), which EXIF shares: 1 to 8; anything else is 1. */
struct placement placement_of_orientation(unsigned orientation);
/* `pix` as the placement wants it seen; destroys *pix_p. */
enum status placement_apply(struct placement placement, PIX **pix_p, struct fault *fault);
/* `pix` turned clockwise by 0, 90, 180 or 270 degrees; destroys *pix_p. */
enum status pix_turn(PIX **pix_p, int degrees, struct fault *fault);

/* Fills pix and stamps from a page in colours (32 bit), which stays the caller's. */
enum status picture_take_colours(struct picture *picture, PIX *colours, struct fault *fault);
void picture_done(struct picture *picture);

/* The bytes of an 8-bit grey image, width x height without padding, as the libraries of codes want
 * them; the caller frees. NULL: no memory. */
uint8_t *picture_rows(PIX *grey);

#endif
