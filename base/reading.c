/* reading.c - see reading.h: the value, its encoded form, its text. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/reading.h"

static const char READING_MAGIC[4] = {'P', 'E', 'R', 'D'};

enum {
    WORD_BYTES_LEAST = 4 + 16 + 4 + 1 + 1 + 4, /* an empty word's encoded size */
    ALTERNATIVE_BYTES_LEAST = 4 + 4,
    CODE_BYTES_LEAST = 4 + 16 + 1,
    PAGE_BYTES_LEAST = 4 + 4 + 4 + 4 + 2 + 2 + 4 + 4
};

void reading_page_done(struct reading_page *page)
{
    for (uint32_t i = 0; page->words != NULL && i < page->word_count; i++) {
        struct reading_word *word = &page->words[i];
        for (uint32_t k = 0; word->alternatives != NULL && k < word->alternative_count; k++)
            free(word->alternatives[k].text);
        free(word->alternatives);
        free(word->text);
    }
    for (uint32_t i = 0; page->codes != NULL && i < page->code_count; i++)
        free(page->codes[i].text);
    free(page->words);
    free(page->codes);
    *page = (struct reading_page){0};
}

void reading_done(struct reading *reading)
{
    for (uint32_t i = 0; reading->pages != NULL && i < reading->page_count; i++)
        reading_page_done(&reading->pages[i]);
    free(reading->pages);
    free(reading->engine);
    *reading = (struct reading){0};
}

static void encode_box(const struct reading_box *box, struct byte_writer *writer)
{
    byte_writer_i32(writer, box->left);
    byte_writer_i32(writer, box->top);
    byte_writer_i32(writer, box->width);
    byte_writer_i32(writer, box->height);
}

static void encode_word(const struct reading_word *word, struct byte_writer *writer)
{
    byte_writer_string(writer, word->text);
    encode_box(&word->box, writer);
    byte_writer_float(writer, word->confidence);
    byte_writer_u8(writer, word->break_after);
    byte_writer_u8(writer, word->from);
    byte_writer_u32(writer, word->alternative_count);
    for (uint32_t i = 0; i < word->alternative_count; i++) {
        byte_writer_string(writer, word->alternatives[i].text);
        byte_writer_float(writer, word->alternatives[i].confidence);
    }
}

static void encode_page(const struct reading_page *page, struct byte_writer *writer)
{
    byte_writer_u32(writer, page->number);
    byte_writer_i32(writer, page->width);
    byte_writer_i32(writer, page->height);
    byte_writer_i32(writer, page->dpi);
    byte_writer_u16(writer, page->rotation);
    byte_writer_u16(writer, page->flags);
    byte_writer_u32(writer, page->word_count);
    for (uint32_t i = 0; i < page->word_count; i++)
        encode_word(&page->words[i], writer);
    byte_writer_u32(writer, page->code_count);
    for (uint32_t i = 0; i < page->code_count; i++) {
        byte_writer_string(writer, page->codes[i].text);
        encode_box(&page->codes[i].box, writer);
        byte_writer_u8(writer, page->codes[i].symbology);
    }
}

static void encode_head(struct byte_writer *writer)
{
    byte_writer_raw(writer, READING_MAGIC, sizeof READING_MAGIC);
    byte_writer_u16(writer, READING_VERSION);
}

void reading_encode(const struct reading *reading, struct byte_writer *writer)
{
    encode_head(writer);
    byte_writer_string(writer, reading->engine);
    byte_writer_u32(writer, reading->page_count);
    for (uint32_t i = 0; i < reading->page_count; i++)
        encode_page(&reading->pages[i], writer);
}

void reading_page_encode(const struct reading_page *page, struct byte_writer *writer)
{
    encode_head(writer);
    encode_page(page, writer);
}

/* Zeroed room for `count` records of `size`, when the input can hold that many of at least
 * `least` bytes each. NULL with reader->failed otherwise; NULL without it for none. */
static void *room_for(struct byte_reader *reader, uint32_t count, uint32_t most, size_t least,
                      size_t size)
{
    if (reader->failed || count > most || count > (reader->length - reader->position) / least) {
        reader->failed = true;
        return NULL;
    }
    if (count == 0)
        return NULL;
    void *room = calloc(count, size);
    if (room == NULL) {
        reader->failed = true;
        reader->starved = true;
    }
    return room;
}

static bool has_control(const char *string)
{
    for (; *string != '\0'; string++)
        if ((unsigned char)*string < 0x20 || *string == 0x7F)
            return true;
    return false;
}

/* A string that may be shown: UTF-8 without controls. */
static char *decode_string(struct byte_reader *reader)
{
    char *string = byte_reader_string(reader, READING_STRING_BYTES_MOST);
    if (string == NULL)
        return NULL;
    if (!utf8_is_valid(string, strlen(string)) || has_control(string)) {
        reader->failed = true;
        free(string);
        return NULL;
    }
    return string;
}

static float decode_confidence(struct byte_reader *reader)
{
    float value = byte_reader_float(reader);
    if (!isfinite(value) || value < 0.0F || value > 1.0F)
        reader->failed = true;
    return value;
}

static struct reading_box decode_box(struct byte_reader *reader, const struct reading_page *page)
{
    struct reading_box box;
    box.left = byte_reader_i32(reader);
    box.top = byte_reader_i32(reader);
    box.width = byte_reader_i32(reader);
    box.height = byte_reader_i32(reader);
    if (box.left < 0 || box.top < 0 || box.width < 0 || box.height < 0 || box.left > page->width ||
        box.width > page->width - box.left || box.top > page->height ||
        box.height > page->height - box.top)
        reader->failed = true;
    return box;
}

static void decode_word(struct byte_reader *reader, const struct reading_page *page,
                        struct reading_word *word)
{
    word->text = decode_string(reader);
    if (word->text != NULL && word->text[0] == '\0')
        reader->failed = true;
    word->box = decode_box(reader, page);
    word->confidence = decode_confidence(reader);
    word->break_after = byte_reader_u8(reader);
    word->from = byte_reader_u8(reader);
    if (word->break_after > READING_BREAK_BLOCK || word->from > READING_SOURCE_SECOND_PASS)
        reader->failed = true;
    uint32_t count = byte_reader_u32(reader);
    word->alternatives = room_for(reader, count, READING_ALTERNATIVES_MOST, ALTERNATIVE_BYTES_LEAST,
                                  sizeof *word->alternatives);
    if (word->alternatives == NULL)
        return;
    word->alternative_count = count;
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        word->alternatives[i].text = decode_string(reader);
        word->alternatives[i].confidence = decode_confidence(reader);
    }
}

static void decode_words(struct byte_reader *reader, struct reading_page *page)
{
    uint32_t count = byte_reader_u32(reader);
    page->words =
        room_for(reader, count, READING_WORDS_MOST, WORD_BYTES_LEAST, sizeof *page->words);
    if (page->words == NULL)
        return;
    page->word_count = count;
    size_t text_bytes = 0;
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        decode_word(reader, page, &page->words[i]);
        text_bytes += page->words[i].text == NULL ? 0 : strlen(page->words[i].text);
        if (text_bytes > READING_TEXT_BYTES_MOST)
            reader->failed = true;
    }
}

static void decode_codes(struct byte_reader *reader, struct reading_page *page)
{
    uint32_t count = byte_reader_u32(reader);
    page->codes =
        room_for(reader, count, READING_CODES_MOST, CODE_BYTES_LEAST, sizeof *page->codes);
    if (page->codes == NULL)
        return;
    page->code_count = count;
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        page->codes[i].text = decode_string(reader);
        page->codes[i].box = decode_box(reader, page);
        page->codes[i].symbology = byte_reader_u8(reader);
        if (page->codes[i].symbology > READING_CODE_OTHER)
            reader->failed = true;
    }
}

static void decode_page(struct byte_reader *reader, struct reading_page *page)
{
    page->number = byte_reader_u32(reader);
    page->width = byte_reader_i32(reader);
    page->height = byte_reader_i32(reader);
    page->dpi = byte_reader_i32(reader);
    page->rotation = byte_reader_u16(reader);
    page->flags = byte_reader_u16(reader);
    if (page->number < 1 || page->number > READING_PAGES_MOST || page->width < 0 ||
        page->width > READING_PIXELS_PER_SIDE_MOST || page->height < 0 ||
        page->height > READING_PIXELS_PER_SIDE_MOST || page->dpi < 1 || page->rotation >= 360 ||
        page->rotation % 90 != 0)
        reader->failed = true;
    if (!reader->failed)
        decode_words(reader, page);
    if (!reader->failed)
        decode_codes(reader, page);
}

/* The magic and a version we know. */
static void decode_head(struct byte_reader *reader)
{
    char magic[sizeof READING_MAGIC];
    byte_reader_raw(reader, magic, sizeof magic);
    uint16_t version = byte_reader_u16(reader);
    if (memcmp(magic, READING_MAGIC, sizeof magic) != 0 || version != READING_VERSION)
        reader->failed = true;
}

/* Why a decoder stopped: memory is the moment's fault, everything else the input's. */
static enum status explain(const struct byte_reader *reader, const char *what, struct fault *fault)
{
    if (reader->starved)
        return fault_set(fault, STATUS_LATER, "out of memory for %s", what);
    return fault_set(fault, STATUS_REFUSE, "not %s, broken near byte %zu", what, reader->position);
}

enum status reading_page_decode(const void *bytes, size_t length, struct reading_page *ret_page,
                                struct fault *fault)
{
    struct byte_reader reader = byte_reader_over(bytes, length);
    struct reading_page page = {0};
    decode_head(&reader);
    decode_page(&reader, &page);
    if (!byte_reader_finished(&reader)) {
        reading_page_done(&page);
        return explain(&reader, "a page's reading", fault);
    }
    *ret_page = page;
    return STATUS_OK;
}

enum status reading_decode(const void *bytes, size_t length, struct reading *ret_reading,
                           struct fault *fault)
{
    struct byte_reader reader = byte_reader_over(bytes, length);
    struct reading reading = {0};
    decode_head(&reader);
    reading.engine = decode_string(&reader);
    uint32_t count = byte_reader_u32(&reader);
    reading.pages =
        room_for(&reader, count, READING_PAGES_MOST, PAGE_BYTES_LEAST, sizeof *reading.pages);
    reading.page_count = reading.pages == NULL ? 0 : count;
    for (uint32_t i = 0; i < reading.page_count && !reader.failed; i++)
        decode_page(&reader, &reading.pages[i]);
    if (!byte_reader_finished(&reader)) {
        reading_done(&reading);
        return explain(&reader, "a reading", fault);
    }
    *ret_reading = reading;
    return STATUS_OK;
}

static void append_page_text(const struct reading_page *page, struct text *text)
{
    static const char *const gaps[] = {" ", "\n", "\n\n"};
    for (uint32_t i = 0; i < page->word_count; i++) {
        text_append(text, page->words[i].text);
        if (i + 1 < page->word_count)
            text_append(text, gaps[page->words[i].break_after]);
    }
    if (page->word_count > 0)
        text_append_char(text, '\n');
}

void reading_append_text(const struct reading *reading, struct text *text)
{
    for (uint32_t i = 0; i < reading->page_count; i++) {
        if (i > 0)
            text_append_char(text, '\f');
        append_page_text(&reading->pages[i], text);
    }
}
