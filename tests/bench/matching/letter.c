/* letter.c - see letter.h. */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/bench/matching/letter.h"

#include <stdlib.h>
#include <string.h>

enum { LEFT = 200, TOP = 150, ADVANCE = 18, PITCH = 50, HEIGHT = 30, BREAK_AFTER_LINES = 1 };

void paper_clear(struct paper *paper)
{
    paper->word_count = 0;
    paper->mark_count = 1;
    paper->line = 0;
    paper->column = 0;
    paper->code[0] = '\0';
}

void paper_line(struct paper *paper)
{
    paper->line++;
    paper->column = 0;
}

void paper_tab(struct paper *paper, int column)
{
    if (paper->column < column)
        paper->column = column;
}

static void add_word(struct paper *paper, const char *text, size_t length, uint8_t mark)
{
    if (paper->word_count == PAPER_WORDS_MOST)
        return;
    struct paper_word *word = &paper->words[paper->word_count++];
    *word = (struct paper_word){.column = paper->column, .line = paper->line, .mark = mark};
    memcpy(word->text, text, length < PAPER_WORD_BYTES ? length : PAPER_WORD_BYTES - 1);
    paper->column += (int)length;
}

void paper_write(struct paper *paper, enum item item, const char *text)
{
    uint8_t mark = 0;
    if (item != ITEM_NONE && paper->mark_count < PAPER_MARKS_MOST) {
        mark = paper->mark_count++;
        paper->marks[mark] = (struct mark){item, false};
    }
    while (*text != '\0') {
        size_t length = strcspn(text, " \n");
        if (length > 0)
            add_word(paper, text, length, mark);
        text += length;
        if (*text == '\n')
            paper_line(paper);
        else if (*text == ' ')
            paper->column++;
        text += *text == '\0' ? 0 : 1;
    }
}

unsigned paper_items(const struct paper *paper)
{
    unsigned items = paper->code[0] == '\0' ? 0 : ITEM_CODE;
    for (uint8_t i = 1; i < paper->mark_count; i++)
        items |= paper->marks[i].is_broken ? 0 : (unsigned)paper->marks[i].item;
    return items;
}

static const struct paper_word *next_word(const struct paper *paper, size_t from)
{
    for (size_t i = from; i < paper->word_count; i++) {
        if (!paper->words[i].is_lost)
            return &paper->words[i];
    }
    return NULL;
}

static uint8_t break_after(const struct paper *paper, size_t at)
{
    const struct paper_word *next = next_word(paper, at + 1);
    if (next == NULL || next->line > paper->words[at].line + BREAK_AFTER_LINES)
        return READING_BREAK_BLOCK;
    return next->line > paper->words[at].line ? READING_BREAK_LINE : READING_BREAK_NONE;
}

static void add_code(const struct paper *paper, struct reading_page *page)
{
    page->codes = calloc(1, sizeof *page->codes);
    if (paper->code[0] == '\0' || page->codes == NULL)
        return;
    page->codes[0] = (struct reading_code){
        .text = string_copy(paper->code), .box = {2000, 200, 300, 300}
    };
    page->code_count = 1;
}

bool paper_read(const struct paper *paper, struct reading *ret_reading)
{
    struct reading_page *page = calloc(1, sizeof *page);
    struct reading_word *words = calloc(paper->word_count + 1, sizeof *words);
    *ret_reading = (struct reading){string_copy("simulated"), page, 1};
    if (page == NULL || words == NULL) {
        free(words);
        ret_reading->page_count = 0;
        reading_done(ret_reading);
        return false;
    }
    *page = (struct reading_page){
        .number = 1, .width = 2480, .height = 3508, .dpi = 300, .words = words};
    for (size_t i = 0; i < paper->word_count; i++) {
        const struct paper_word *from = &paper->words[i];
        if (from->is_lost || from->text[0] == '\0')
            continue;
        words[page->word_count++] = (struct reading_word){
            .text = string_copy(from->text),
            .box = {LEFT + from->column * ADVANCE, TOP + from->line * PITCH,
                    (int32_t)strlen(from->text) * ADVANCE, HEIGHT},
            .confidence = 0.9F,
            .break_after = break_after(paper, i)
        };
    }
    add_code(paper, page);
    return true;
}
