/* sheet_print.h - separators, covers and return sheets as a PDF to print, in German, A4.
 *
 * The codes stand in several places, so that a stamp, a fold or a paper jam does not spoil all of
 * them: a QR code with the highest error correction in each corner, and a Code 128 at head and
 * foot where the code is short enough for one. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_SHEET_PRINT_H
#define BASE_SHEET_PRINT_H

#include "base/bytes.h"
#include "base/fault.h"
#include "base/sheet.h"

enum { SHEET_PRINT_MOST = 500 /* sheets in one file */ };

/* Appends a PDF of `count` sheets. `office` stands at their head. STATUS_REFUSE: a sheet whose
 * parts cannot be written as a code. */
enum status sheet_print(const struct sheet *sheets, uint32_t count, const char *office,
                        struct byte_writer *pdf, struct fault *fault);

#endif
