/* sheet.h - the codes on sheets that we print: separators, batch covers, return sheets.
 *
 * A code is a line of visible ASCII, parts parted by colons, a check of the whole at its end:
 *
 *     PE1:T:<number>:<of>:<batch>:<check>                               separator (Trennblatt)
 *     PE1:D:<batch>:<site>:<operator>:<pages>:<date of receipt>:<check> batch cover (Deckblatt)
 *     PE1:R:<case number>:<seal>:<check>                                return sheet (Rücklauf)
 *     PE1:R:<case number>:<seal>:<request>:<check>                      … of a request for papers
 *
 * Words of people (site, operator, case number) are percent-encoded where they hold anything but
 * A-Z a-z 0-9 - . / and _. The check is four hex digits (CRC-16/CCITT of all before it, with its
 * colon): it tells a code that was misread or made up carelessly.
 *
 * The seal of a return sheet is keyed: whoever does not hold the instance's sheet key cannot make
 * one, so that a case number with a valid seal was printed by us for this case. It is the first 40
 * bits of an HMAC-SHA-256 of the case number (and the request's, where there is one), eight letters
 * and digits; guessing one takes 2^39 sheets of paper. A return sheet says which case was written to; it does not say who wrote what
 * comes with it. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_SHEET_H
#define BASE_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

enum {
    SHEET_CODE_BYTES = 192, /* of a code, with its NUL */
    SHEET_WORD_BYTES = 65,  /* of a site, operator, batch or case number, with its NUL */
    SHEET_KEY_BYTES = 32,
    SHEET_SEAL_BYTES = 9, /* with its NUL */
    SHEET_NUMBER_MOST = 9999,
    SHEET_REQUEST_MOST = 999999999,
};

enum sheet_kind { SHEET_SEPARATOR = 0, SHEET_COVER, SHEET_RETURN };

struct sheet {
    enum sheet_kind kind;
    uint32_t number, of;          /* separators: which of how many; 0: not numbered */
    char batch[SHEET_WORD_BYTES]; /* id; "" for none */
    char site[SHEET_WORD_BYTES];  /* covers: name of the site, UTF-8 */
    char operator_name[SHEET_WORD_BYTES];
    uint32_t prepared;                  /* covers: pages that were counted; 0: not counted */
    char received[11];                  /* covers: date of receipt, YYYY-MM-DD; "" when open */
    char case_number[SHEET_WORD_BYTES]; /* return sheets */
    char seal[SHEET_SEAL_BYTES];        /* return sheets; "" for a sheet without */
    uint32_t request; /* return sheets: number of the request for papers; 0: none */
};

enum sheet_verdict {
    SHEET_FOREIGN = 0, /* none of ours */
    SHEET_MALFORMED,   /* of our form, but its check or a part of it is wrong */
    SHEET_GOOD
};

/* Reads a code. *ret_sheet is filled when SHEET_GOOD. The seal is not checked here. */
enum sheet_verdict sheet_read(const char *code, struct sheet *ret_sheet);
/* Writes the code; false when a part does not fit. */
bool sheet_write(const struct sheet *sheet, char ret_code[SHEET_CODE_BYTES]);

struct sheet_key {
    uint8_t bytes[SHEET_KEY_BYTES];
};

/* The key at `path`: 64 hex digits in a file. STATUS_REFUSE: there is none, or it is no key. */
enum status sheet_key_load(const char *path, struct sheet_key *ret_key, struct fault *fault);
/* The same; made, readable by its owner alone, when it is not there. */
enum status sheet_key_make(const char *path, struct sheet_key *ret_key, struct fault *fault);

/* The seal of a return sheet for this case and request; the sheet's own is not looked at. */
void sheet_seal(const struct sheet_key *key, const struct sheet *sheet,
                char ret_seal[SHEET_SEAL_BYTES]);
/* Compares in constant time; false for a sheet without a seal or of another kind. */
bool sheet_seal_is_valid(const struct sheet_key *key, const struct sheet *sheet);

#endif
