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
    PAPER_WORDS_MOST = 600,
    PAPER_WORD_BYTES = 64,
    PAPER_MARKS_MOST = 64,
    PAPER_ACCEPTED_MOST = 4
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

struct paper_word {
    char text[PAPER_WORD_BYTES];
    int column, line;
    uint8_t mark; /* index into marks; 0: none */
    bool is_lost;
};

struct paper {
    struct paper_word words[PAPER_WORDS_MOST];
    size_t word_count;
    struct mark marks[PAPER_MARKS_MOST]; /* [0] unused */
    uint8_t mark_count;
    int line, column;
    char code[64]; /* "" without a bar code */
};

void paper_clear(struct paper *paper);
/* Writes words at the place where the last ended; a newline in them begins a new line. */
void paper_write(struct paper *paper, enum item item, const char *text);
void paper_tab(struct paper *paper, int column);
void paper_line(struct paper *paper);
/* The items of which at least one mark is whole. */
unsigned paper_items(const struct paper *paper);
/* What a reader would make of it; reading_done() it. False on no memory. */
bool paper_read(const struct paper *paper, struct reading *ret_reading);

#endif
