/* word_list.c - see word_list.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "ocr/word_list.h"

enum { FIRST_CAPACITY = 256 };

static bool has_room(struct word_list *list, size_t bytes)
{
    if (list->count >= READING_WORDS_MOST || list->text_bytes + bytes > READING_TEXT_BYTES_MOST)
        list->is_full = true;
    if (list->failed || list->is_full)
        return false;
    if (list->count < list->capacity)
        return true;
    uint32_t capacity = list->capacity == 0 ? FIRST_CAPACITY : list->capacity * 2;
    struct reading_word *words = realloc(list->words, capacity * sizeof *words);
    if (words == NULL) {
        list->failed = true;
        return false;
    }
    list->words = words;
    list->capacity = capacity;
    return true;
}

static bool is_showable(const char *text)
{
    size_t length = strlen(text);
    if (length == 0 || length > READING_STRING_BYTES_MOST || !utf8_is_valid(text, length))
        return false;
    for (const char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7F)
            return false;
    return true;
}

struct reading_word *word_list_insert(struct word_list *list, uint32_t place, const char *text)
{
    if (!is_showable(text) || !has_room(list, strlen(text)))
        return NULL;
    char *copy = string_copy(text);
    if (copy == NULL) {
        list->failed = true;
        return NULL;
    }
    struct reading_word *word = &list->words[place];
    memmove(word + 1, word, (list->count - place) * sizeof *word);
    *word = (struct reading_word){.text = copy};
    list->count++;
    list->text_bytes += strlen(text);
    return word;
}

struct reading_word *word_list_add(struct word_list *list, const char *text)
{
    return word_list_insert(list, list->count, text);
}

void word_list_break(struct word_list *list, enum reading_break kind)
{
    if (list->count > 0 && list->words[list->count - 1].break_after < kind)
        list->words[list->count - 1].break_after = (uint8_t)kind;
}

static bool has_digit(const char *text)
{
    return strpbrk(text, "0123456789") != NULL;
}

static void word_done(struct reading_word *word)
{
    for (uint32_t i = 0; i < word->alternative_count; i++)
        free(word->alternatives[i].text);
    free(word->alternatives);
    free(word->text);
}

void word_list_remove(struct word_list *list, uint32_t place)
{
    struct reading_word word = list->words[place];
    if (place > 0 && list->words[place - 1].break_after < word.break_after)
        list->words[place - 1].break_after = word.break_after;
    list->text_bytes -= strlen(word.text);
    word_done(&word);
    list->count--;
    memmove(&list->words[place], &list->words[place + 1],
            (list->count - place) * sizeof *list->words);
}

void word_list_drop_doubtful(struct word_list *list, float least)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        struct reading_word word = list->words[i];
        if (word.confidence >= least || has_digit(word.text)) {
            list->words[kept++] = word;
            continue;
        }
        if (kept > 0 && list->words[kept - 1].break_after < word.break_after)
            list->words[kept - 1].break_after = word.break_after;
        word_done(&word);
    }
    list->count = kept;
}

static int32_t clamp(int32_t value, int32_t most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

static void clamp_box(struct reading_box *box, const struct reading_page *page)
{
    int32_t right = clamp(box->left + box->width, page->width);
    int32_t bottom = clamp(box->top + box->height, page->height);
    box->left = clamp(box->left, page->width);
    box->top = clamp(box->top, page->height);
    box->width = right > box->left ? right - box->left : 0;
    box->height = bottom > box->top ? bottom - box->top : 0;
}

void word_list_join(struct word_list *list, const struct word_list *other, float least)
{
    word_list_break(list, READING_BREAK_BLOCK);
    for (uint32_t i = 0; i < other->count; i++) {
        const struct reading_word *from = &other->words[i];
        struct reading_word *word =
            from->confidence < least ? NULL : word_list_add(list, from->text);
        if (word == NULL)
            continue;
        word->box = from->box;
        word->confidence = from->confidence;
        word->from = from->from;
        word->break_after = from->break_after;
    }
    word_list_break(list, READING_BREAK_BLOCK);
}

bool word_list_finish(struct word_list *list, struct reading_page *page)
{
    if (list->failed) {
        word_list_done(list);
        return false;
    }
    for (uint32_t i = 0; i < list->count; i++)
        clamp_box(&list->words[i].box, page);
    page->words = list->words;
    page->word_count = list->count;
    *list = (struct word_list){0};
    return true;
}

void word_list_done(struct word_list *list)
{
    struct reading_page page = {.words = list->words, .word_count = list->count};
    reading_page_done(&page);
    *list = (struct word_list){0};
}
