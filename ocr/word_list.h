/* word_list.h - a page's words while they are being gathered: grows, clamps, and ends as the
 * words of a reading within that value's limits. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_WORD_LIST_H
#define OCR_WORD_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/reading.h"

/* {0} is an empty one. */
struct word_list {
    struct reading_word *words;
    uint32_t count, capacity;
    bool failed;  /* memory ran out */
    bool is_full; /* READING_WORDS_MOST or the bytes of text were reached; the rest is dropped */
    uint64_t text_bytes;
};

/* Adds a word at the end, or before `place`; the caller fills the rest of it. NULL when the list
 * is full or failed, or the text is empty or no UTF-8. The pointer lives until the next call. */
struct reading_word *word_list_add(struct word_list *list, const char *text);
struct reading_word *word_list_insert(struct word_list *list, uint32_t place, const char *text);
/* Takes out a word; what it ended, the word before it ends. */
void word_list_remove(struct word_list *list, uint32_t place);
/* The last word is followed by at least this break. */
void word_list_break(struct word_list *list, enum reading_break kind);
/* Takes out words without a digit that are less sure than `least`: what is made of logos, stamps
 * and specks. Where a line or block ended with one, it ends with the word before. */
void word_list_drop_doubtful(struct word_list *list, float least);
/* Adds the words of another list that are at least that sure, as a block behind its own. Their
 * alternatives stay behind. */
void word_list_join(struct word_list *list, const struct word_list *other, float least);
/* Hands the words over to `page`, whose width and height are set: boxes are clamped into it. */
bool word_list_finish(struct word_list *list, struct reading_page *page);
void word_list_done(struct word_list *list);

#endif
