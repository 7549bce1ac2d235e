/* page_facts.h - what is known of one page of a scan besides its words: how it ended, how large
 * it is, where its pictures are, what sheet of ours it was.
 *
 * The pictures of all pages of a scan, and what a blank page needs to come back, are pieces of one
 * run of bytes, the scan's page file: one object in the spool, however many pages there are.
 * Pieces are named by offset and length. Plain values: copied by assignment, nothing to free. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_PAGE_FACTS_H
#define BASE_PAGE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum {
    PAGE_SHEET_BYTES_MOST = 192,   /* of a sheet's code, with its NUL */
    PAGE_IMAGE_SIDE_MOST = 8192,   /* px of a preview */
    PAGE_FACTS_BYTES_LEAST = 4 + 1 /* of an encoded one: enough to bound a count */
};

enum page_media { PAGE_MEDIA_NONE = 0, PAGE_MEDIA_PNG, PAGE_MEDIA_JPEG };

struct page_span {
    uint64_t offset, length; /* in the page file; length 0: there is none */
};

struct page_image {
    struct page_span span;
    uint8_t media;          /* enum page_media */
    uint32_t width, height; /* px, as a person reads the page */
};

/* What is worth a remark to the mailroom; none of it stops a scan. */
enum page_note {
    PAGE_NOTE_SHEET_MALFORMED = 1U << 0, /* a code of our form whose check is wrong */
    PAGE_NOTE_SHEET_MISSING = 1U << 1,   /* a separator of the batch before this one is missing */
    PAGE_NOTE_SHEET_BACK = 1U << 2,      /* the blank back of a sheet of ours */
    PAGE_NOTE_SYMBOL_CODED = 1U << 3,    /* JBIG2 that may have swapped signs (TR-03138, A.SC.12) */
    PAGE_NOTES_ALL = (1U << 4) - 1
};

/* What the picture says of the scanner that made it; all 0: not known, or nothing to say. */
struct page_health {
    int16_t skew;     /* hundredths of a degree that the lines were off level */
    uint8_t contrast; /* between ink and paper, in percent of black on white */
    uint16_t streak;  /* where a line runs down the whole page: thousandths of the width, from 1 */
};

enum { PAGE_SKEW_MOST = 4500, PAGE_CONTRAST_MOST = 100, PAGE_STREAK_MOST = 1000 };

struct page_facts {
    uint32_t number;            /* in the scan, from 1 */
    uint8_t outcome;            /* the numbers of enum page_outcome (store/states.h) */
    uint32_t document;          /* from 1; 0 for none */
    uint16_t rotation;          /* clockwise degrees that it was turned to be read */
    uint8_t notes;              /* enum page_note */
    int32_t width, height, dpi; /* px of the scan, as a person reads it; 0 when unreadable */
    struct page_health health;
    struct page_image preview, thumbnail;
    /* A blank page that was set aside: what it takes to make a document of it. */
    struct page_span reading, text, pdf;
    char sheet[PAGE_SHEET_BYTES_MOST]; /* the code of the sheet that it is; "" for none */
};

void page_health_encode(const struct page_health *health, struct byte_writer *writer);
/* Checks its bounds; reader->failed tells. */
struct page_health page_health_decode(struct byte_reader *reader);
void page_facts_encode(const struct page_facts *page, struct byte_writer *writer);
/* Checks every field by itself; reader->failed tells. */
void page_facts_decode(struct byte_reader *reader, struct page_facts *ret_page);
/* All its pieces lie in a page file of `length` bytes. */
bool page_facts_lie_within(const struct page_facts *page, uint64_t length);

/* "image/png", "image/jpeg"; "" for none. Static. */
const char *page_media_type(enum page_media media);
/* Whether bytes begin as that medium's do. */
bool page_media_matches(enum page_media media, const void *bytes, size_t length);

#endif
