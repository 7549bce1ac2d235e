/* letter.h - a made-up letter: its words on a page, and the truth about it.
 *
 * Words that are evidence carry a mark; when recognition garbles one of them, the mark is broken.
 * From the marks that are whole follows whether a careful person could still tell the case. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_BENCH_MATCHING_LETTER_H
#define TESTS_BENCH_MATCHING_LETTER_H

#include "base/reading.h"
#include "tests/bench/matching/chance.h"

enum {
    SHEET_WORDS_MOST = 600,
    SHEET_WORD_BYTES = 64,
    SHEET_MARKS_MOST = 64,
    SHEET_ACCEPTED_MOST = 4
};

/* What a mark is evidence of. */
enum item {
    ITEM_NONE = 0,
    ITEM_NUMBER = 1U << 0, /* the right number of the right case */
    ITEM_NAME = 1U << 1,   /* given name and surname */
    ITEM_BIRTH = 1U << 2,
    ITEM_ADDRESS = 1U << 3, /* street, house number, postcode */
    ITEM_IDENTIFIER = 1U << 4,
    ITEM_CODE = 1U << 5,
    ITEM_NUMBER_OTHER = 1U << 6, /* of the second person of the letter */
    ITEM_NAME_OTHER = 1U << 7
};

struct mark {
    enum item item;
    bool is_broken;
};

struct sheet_word {
    char text[SHEET_WORD_BYTES];
    int column, line;
    uint8_t mark; /* index into marks; 0: none */
    bool is_lost;
};

struct sheet {
    struct sheet_word words[SHEET_WORDS_MOST];
    size_t word_count;
    struct mark marks[SHEET_MARKS_MOST]; /* [0] unused */
    uint8_t mark_count;
    int line, column;
    char code[64]; /* "" without a bar code */
};

void sheet_clear(struct sheet *sheet);
/* Writes words at the place where the last ended; a newline in them begins a new line. */
void sheet_write(struct sheet *sheet, enum item item, const char *text);
void sheet_tab(struct sheet *sheet, int column);
void sheet_line(struct sheet *sheet);
/* The items of which at least one mark is whole. */
unsigned sheet_items(const struct sheet *sheet);
/* What a reader would make of it; reading_done() it. False on no memory. */
bool sheet_read(const struct sheet *sheet, struct reading *ret_reading);

#endif
