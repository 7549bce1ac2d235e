/* excerpt.c - see excerpt.h. Words are folded as the index folds them, so that what was found is
 * what is marked. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "portal/excerpt.h"

enum { PIECES_MOST = 3, AROUND_BYTES = 70 };

/* The beginning of the word at or before `at`, no further back than `least`. */
static size_t back_to_word(const char *text, size_t at, size_t least)
{
    while (at > least && text[at - 1] != ' ' && text[at - 1] != '\n')
        at--;
    return at;
}

static size_t on_to_word(const char *text, size_t at, size_t length)
{
    while (at < length && text[at] != ' ' && text[at] != '\n' && text[at] != '\f')
        at++;
    return at;
}

/* Line ends and page ends read as blanks. */
static void append_run(json_t *piece, const char *bytes, size_t length, bool is_meant)
{
    struct text run = {0};
    if (length == 0)
        return;
    for (size_t i = 0; i < length; i++)
        text_append_char(&run, (unsigned char)bytes[i] < ' ' ? ' ' : bytes[i]);
    (void)json_array_append_new(
        piece, json_pack("[s%, b]", text_string(&run), run.length, is_meant ? 1 : 0));
    text_done(&run);
}

/* A piece around the hit at `first`, with every hit in it marked; *position moves behind it. */
static json_t *make_piece(const struct search_query *query, const char *text, size_t length,
                          const struct search_word *first, size_t *position)
{
    size_t start = first->start > AROUND_BYTES ? first->start - AROUND_BYTES : 0;
    size_t end = first->end + AROUND_BYTES < length ? first->end + AROUND_BYTES : length;
    start = back_to_word(text, start, start > AROUND_BYTES ? start - AROUND_BYTES : 0);
    end = on_to_word(text, end, length);
    json_t *piece = json_array();
    size_t written = start;
    struct search_word word = *first;
    bool there = true;
    for (; there && word.start < end; there = search_word_next(text, length, position, &word)) {
        if (!search_is_meant(query, word.folded))
            continue;
        append_run(piece, text + written, word.start - written, false);
        append_run(piece, text + word.start, word.end - word.start, true);
        written = word.end;
    }
    if (written < end)
        append_run(piece, text + written, end - written, false);
    return piece;
}

json_t *excerpt_make(const struct search_query *query, const char *text, size_t length)
{
    json_t *pieces = json_array();
    struct search_word word;
    size_t position = 0;
    while (json_array_size(pieces) < PIECES_MOST &&
           search_word_next(text, length, &position, &word))
        if (search_is_meant(query, word.folded))
            (void)json_array_append_new(pieces, make_piece(query, text, length, &word, &position));
    return pieces;
}
