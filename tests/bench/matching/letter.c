/* letter.c - see letter.h. */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/bench/matching/letter.h"

#include <stdlib.h>
#include <string.h>

enum { LEFT = 200, TOP = 150, ADVANCE = 18, PITCH = 50, HEIGHT = 30, BREAK_AFTER_LINES = 1 };

void sheet_clear(struct sheet *sheet)
{
    sheet->word_count = 0;
    sheet->mark_count = 1;
    sheet->line = 0;
    sheet->column = 0;
    sheet->code[0] = '\0';
}

void sheet_line(struct sheet *sheet)
{
    sheet->line++;
    sheet->column = 0;
}

void sheet_tab(struct sheet *sheet, int column)
{
    if (sheet->column < column)
        sheet->column = column;
}

static void add_word(struct sheet *sheet, const char *text, size_t length, uint8_t mark)
{
    if (sheet->word_count == SHEET_WORDS_MOST)
        return;
    struct sheet_word *word = &sheet->words[sheet->word_count++];
    *word = (struct sheet_word){.column = sheet->column, .line = sheet->line, .mark = mark};
    memcpy(word->text, text, length < SHEET_WORD_BYTES ? length : SHEET_WORD_BYTES - 1);
    sheet->column += (int)length;
}

void sheet_write(struct sheet *sheet, enum item item, const char *text)
{
    uint8_t mark = 0;
    if (item != ITEM_NONE && sheet->mark_count < SHEET_MARKS_MOST) {
        mark = sheet->mark_count++;
        sheet->marks[mark] = (struct mark){item, false};
    }
    while (*text != '\0') {
        size_t length = strcspn(text, " \n");
        if (length > 0)
            add_word(sheet, text, length, mark);
        text += length;
        if (*text == '\n')
            sheet_line(sheet);
        else if (*text == ' ')
            sheet->column++;
        text += *text == '\0' ? 0 : 1;
    }
}

unsigned sheet_items(const struct sheet *sheet)
{
    unsigned items = sheet->code[0] == '\0' ? 0 : ITEM_CODE;
    for (uint8_t i = 1; i < sheet->mark_count; i++)
        items |= sheet->marks[i].is_broken ? 0 : (unsigned)sheet->marks[i].item;
    return items;
}

static const struct sheet_word *next_word(const struct sheet *sheet, size_t from)
{
    for (size_t i = from; i < sheet->word_count; i++) {
        if (!sheet->words[i].is_lost)
            return &sheet->words[i];
    }
    return NULL;
}

static uint8_t break_after(const struct sheet *sheet, size_t at)
{
    const struct sheet_word *next = next_word(sheet, at + 1);
    if (next == NULL || next->line > sheet->words[at].line + BREAK_AFTER_LINES)
        return READING_BREAK_BLOCK;
    return next->line > sheet->words[at].line ? READING_BREAK_LINE : READING_BREAK_NONE;
}

static void add_code(const struct sheet *sheet, struct reading_page *page)
{
    page->codes = calloc(1, sizeof *page->codes);
    if (sheet->code[0] == '\0' || page->codes == NULL)
        return;
    page->codes[0] = (struct reading_code){
        .text = string_copy(sheet->code), .box = {2000, 200, 300, 300}
    };
    page->code_count = 1;
}

bool sheet_read(const struct sheet *sheet, struct reading *ret_reading)
{
    struct reading_page *page = calloc(1, sizeof *page);
    struct reading_word *words = calloc(sheet->word_count + 1, sizeof *words);
    *ret_reading = (struct reading){string_copy("simulated"), page, 1};
    if (page == NULL || words == NULL) {
        free(words);
        ret_reading->page_count = 0;
        reading_done(ret_reading);
        return false;
    }
    *page = (struct reading_page){
        .number = 1, .width = 2480, .height = 3508, .dpi = 300, .words = words};
    for (size_t i = 0; i < sheet->word_count; i++) {
        const struct sheet_word *from = &sheet->words[i];
        if (from->is_lost || from->text[0] == '\0')
            continue;
        words[page->word_count++] = (struct reading_word){
            .text = string_copy(from->text),
            .box = {LEFT + from->column * ADVANCE, TOP + from->line * PITCH,
                    (int32_t)strlen(from->text) * ADVANCE, HEIGHT},
            .confidence = 0.9F,
            .break_after = break_after(sheet, i)
        };
    }
    add_code(sheet, page);
    return true;
}
