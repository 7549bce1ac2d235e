/* letter.h - a reading laid out for searching: tokens, lines, and who stands beside whom.
 *
 * A token is a word of the reading, cut at colons, brackets, commas and middle dots, with its
 * folded form. Tokens keep the order of the reading; place on the page is asked for with
 * letter_beside() and letter_below(), because recognisers read narrow table cells in surprising
 * orders. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_LETTER_H
#define CLASSIFY_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/reading.h"
#include "base/text.h"

enum {
    LETTER_NONE = UINT32_MAX,    /* no token */
    LETTER_TOKENS_MOST = 200000, /* further words are not looked at */
    LETTER_BESIDE_MOST = 12      /* tokens that letter_beside() finds */
};

struct token {
    const struct reading_word *word; /* borrowed */
    struct reading_box box;
    uint32_t page; /* index into the reading's pages */
    uint32_t line; /* index into the letter's lines */
    size_t text;   /* starts in the letter's bytes */
    size_t folded;
    uint32_t letters, digits;
    bool is_capital;      /* begins with a capital letter */
    bool ends_with_comma; /* a comma or semicolon follows it */
    bool ends_with_dash;
};

struct letter_line {
    uint32_t first, count; /* tokens */
    uint32_t page;
    uint32_t block;
    struct reading_box box;
};

struct letter_page {
    uint32_t first, count; /* tokens */
};

struct letter {
    const struct reading *reading; /* borrowed */
    struct letter_page *pages;     /* as many as the reading has */
    struct text bytes;
    struct token *tokens;
    uint32_t token_count;
    uint32_t token_capacity;
    struct letter_line *lines;
    uint32_t line_count;
    uint32_t line_capacity;
    bool failed; /* memory ran out */
};

/* False when memory ran out; letter_done() in any case. */
bool letter_init(struct letter *letter, const struct reading *reading);
void letter_done(struct letter *letter);

const char *letter_text(const struct letter *letter, uint32_t token);
const char *letter_folded(const struct letter *letter, uint32_t token);
/* The page's number in the scan. */
uint32_t letter_page_number(const struct letter *letter, uint32_t token);
/* Both stand on one line and follow each other. */
bool letter_same_line(const struct letter *letter, uint32_t left, uint32_t right);
/* Tokens left of this one on the same row of the page, nearest first. `slack`: how many heights
 * a row may be off. Returns how many were written. */
size_t letter_beside(const struct letter *letter, uint32_t token, double slack,
                     uint32_t ret_tokens[LETTER_BESIDE_MOST]);
/* The tokens of a page are first to end - 1. */
uint32_t letter_page_first(const struct letter *letter, uint32_t page);
uint32_t letter_page_end(const struct letter *letter, uint32_t page);
/* `token` stands on the row of `label`, to its right. */
bool letter_is_right_of(const struct letter *letter, uint32_t token, uint32_t label);
/* The token that begins below this one, flush left with it, or LETTER_NONE. */
uint32_t letter_below(const struct letter *letter, uint32_t token);
/* The same above. */
uint32_t letter_above(const struct letter *letter, uint32_t token);
/* The smallest box around the tokens first to last that stand on first's page. */
struct reading_box letter_box(const struct letter *letter, uint32_t first, uint32_t last);
/* The words from first to last, parted by blanks. */
void letter_append_words(const struct letter *letter, uint32_t first, uint32_t last,
                         struct text *text);

/* ---- a stretch of text, for patterns ------------------------------------------------------- */

enum { STREAM_TOKENS_MOST = 512 };

struct stream {
    struct text text;
    uint32_t tokens[STREAM_TOKENS_MOST];
    size_t starts[STREAM_TOKENS_MOST]; /* byte where each token begins */
    size_t count;
};

/* The tokens of a line and of the one after it (same page). `*ret_own`: bytes of the first. */
void stream_from_line(struct stream *stream, const struct letter *letter, uint32_t line,
                      size_t *ret_own);
/* The token that holds a byte. */
uint32_t stream_token(const struct stream *stream, size_t byte);
void stream_done(struct stream *stream);

#endif
