/* tiff_memory.h - libtiff over memory: no file, no handler that prints, no large allocation. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_TIFF_MEMORY_H
#define OCR_TIFF_MEMORY_H

#include <allheaders.h>
#include <stddef.h>
#include <stdint.h>
#include <tiffio.h>

#include "base/bytes.h"
#include "base/fault.h"

/* The file that an open TIFF reads from or writes to. Must outlive the TIFF. */
struct tiff_memory {
    const uint8_t *bytes; /* borrowed, when reading */
    size_t length;
    size_t position;
    struct byte_writer written; /* owned, when writing */
    unsigned error_count, warning_count;
    char first_error[160];
};

/* NULL when the header is not one of a TIFF, or memory is out (memory->first_error says). The
 * caller closes with TIFFClose(). */
TIFF *tiff_memory_read(struct tiff_memory *memory, const uint8_t *bytes, size_t length);
TIFF *tiff_memory_write(struct tiff_memory *memory);
/* Frees what was written. */
void tiff_memory_done(struct tiff_memory *memory);

/* One strip of CCITT G4 from a 1-bit pix (1 is black). The caller owns *ret_bytes. */
enum status tiff_memory_encode_g4(PIX *pix, uint8_t **ret_bytes, size_t *ret_length,
                                  struct fault *fault);

#endif
