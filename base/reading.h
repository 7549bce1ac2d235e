/* reading.h - what a reader saw on the pages of a scan: words, boxes, confidences, codes.
 *
 * The one value that ocr/ makes and classify/ weighs. A plain struct: whoever holds the reading
 * owns everything below it. Boxes are in pixels of the page as a person reads it (after the turn
 * by `rotation`), from the top left corner, at the page's `dpi`.
 *
 * reading_encode() and reading_decode() are its form on the wire and in the spool: fixed
 * little-endian fields, a version in front. reading_decode() trusts nothing: counts are checked
 * against the bytes that are there before anything is allocated, text must be UTF-8 without
 * controls, boxes must lie in the page. To add a field: raise READING_VERSION, write the field at
 * the end of its record, and read it only when the version says that it is there. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_READING_H
#define BASE_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/text.h"

enum {
    READING_VERSION = 1,
    READING_PAGES_MOST = 500,          /* pages in one scan */
    READING_WORDS_MOST = 20000,        /* words on one page */
    READING_ALTERNATIVES_MOST = 16,    /* alternatives of one word */
    READING_CODES_MOST = 64,           /* bar codes on one page */
    READING_STRING_BYTES_MOST = 8192,  /* bytes in one word or code */
    READING_TEXT_BYTES_MOST = 4 << 20, /* bytes of text on one page */
    READING_PIXELS_PER_SIDE_MOST = 32768
};

struct reading_box {
    int32_t left, top, width, height; /* px */
};

/* Another way the same marks could be read. */
struct reading_alternative {
    char *text;
    float confidence; /* 0 to 1 */
};

enum reading_break {
    READING_BREAK_NONE = 0,  /* the next word stands beside this one */
    READING_BREAK_LINE = 1,  /* last word of its line */
    READING_BREAK_BLOCK = 2, /* last word of its block (paragraph, table cell, letterhead) */
};

struct reading_word {
    char *text; /* UTF-8, never empty */
    struct reading_box box;
    float confidence;                         /* 0 to 1 */
    uint8_t break_after;                      /* enum reading_break */
    uint8_t from;                             /* enum reading_source */
    struct reading_alternative *alternatives; /* most likely first, without `text` itself */
    uint32_t alternative_count;
};

/* How the words were come by. */
enum reading_source {
    READING_SOURCE_OCR = 0,
    READING_SOURCE_TEXT_LAYER = 1, /* born-digital PDF */
    READING_SOURCE_SECOND_PASS = 2 /* a zone read again under other settings */
};

enum reading_symbology {
    READING_CODE_QR = 0,
    READING_CODE_128 = 1,
    READING_CODE_39 = 2,
    READING_CODE_ITF = 3,
    READING_CODE_DATAMATRIX = 4,
    READING_CODE_OTHER = 5
};

struct reading_code {
    char *text; /* what the code says, as UTF-8 */
    struct reading_box box;
    uint8_t symbology; /* enum reading_symbology */
};

enum reading_page_flag {
    READING_PAGE_BLANK = 1U << 0,       /* nothing on it that a person would miss */
    READING_PAGE_CUT_SHORT = 1U << 1,   /* the time for the page ran out; what is here is a part */
    READING_PAGE_UNREADABLE = 1U << 2,  /* the page could not be read at all (reason in the log) */
    READING_PAGE_LOW_QUALITY = 1U << 3, /* mean word confidence too low to trust */
    READING_PAGE_SYMBOL_CODED = 1U << 4 /* came as JBIG2 that may have swapped signs (TR-03138) */
};

struct reading_page {
    uint32_t number;       /* in the scan, from 1 */
    int32_t width, height; /* px, as a person reads it */
    int32_t dpi;           /* px an inch; never 0: estimated when the file does not say */
    uint16_t rotation;     /* clockwise degrees the scan was turned to be read: 0, 90, 180, 270 */
    uint16_t flags;        /* enum reading_page_flag */
    struct reading_word *words; /* in reading order */
    uint32_t word_count;
    struct reading_code *codes;
    uint32_t code_count;
};

struct reading {
    char *engine; /* e.g. "tesseract 5.3.0 deu 4.1.0": enough to replay a decision */
    struct reading_page *pages;
    uint32_t page_count;
};

/* Frees what is below; the struct is {0} again. */
void reading_page_done(struct reading_page *page);
void reading_done(struct reading *reading);

/* Appends the encoded form to `writer` (check writer->failed). */
void reading_encode(const struct reading *reading, struct byte_writer *writer);
/* STATUS_REFUSE when the bytes are not a reading; LATER on no memory. On STATUS_OK the caller
 * owns *ret_reading (reading_done()). */
enum status reading_decode(const void *bytes, size_t length, struct reading *ret_reading,
                           struct fault *fault);
/* The same for one page, as it comes from a page child. */
void reading_page_encode(const struct reading_page *page, struct byte_writer *writer);
enum status reading_page_decode(const void *bytes, size_t length, struct reading_page *ret_page,
                                struct fault *fault);

/* Appends the text in reading order: words parted by a blank, lines by a newline, blocks by an
 * empty line; pages by a form feed. */
void reading_append_text(const struct reading *reading, struct text *text);

#endif
