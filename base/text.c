/* text.c - see text.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/text.h"

enum { TEXT_FIRST_CAPACITY = 64, CLOSEST_WORD_BYTES = 64 };

static const uint32_t REPLACEMENT = 0xFFFD;

static bool reserve(struct text *text, size_t more)
{
    if (text->failed)
        return false;
    if (more >= SIZE_MAX / 2 - text->length) {
        text->failed = true;
        return false;
    }
    size_t needed = text->length + more + 1;
    if (needed <= text->capacity)
        return true;
    size_t capacity = text->capacity == 0 ? TEXT_FIRST_CAPACITY : text->capacity;
    while (capacity < needed)
        capacity *= 2;
    char *bytes = realloc(text->bytes, capacity);
    if (bytes == NULL) {
        text->failed = true;
        return false;
    }
    text->bytes = bytes;
    text->capacity = capacity;
    return true;
}

void text_append_bytes(struct text *text, const char *bytes, size_t length)
{
    if (!reserve(text, length))
        return;
    if (length > 0)
        memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void text_append(struct text *text, const char *string)
{
    text_append_bytes(text, string, strlen(string));
}

void text_append_char(struct text *text, char character)
{
    text_append_bytes(text, &character, 1);
}

void text_append_format(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) {
        text->failed = true;
    } else if (reserve(text, (size_t)length)) {
        (void)vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

void text_append_code_point(struct text *text, uint32_t code_point)
{
    if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF))
        code_point = REPLACEMENT;
    char bytes[4];
    size_t length = 0;
    if (code_point < 0x80) {
        bytes[length++] = (char)code_point;
    } else if (code_point < 0x800) {
        bytes[length++] = (char)(0xC0 | (code_point >> 6));
        bytes[length++] = (char)(0x80 | (code_point & 0x3F));
    } else if (code_point < 0x10000) {
        bytes[length++] = (char)(0xE0 | (code_point >> 12));
        bytes[length++] = (char)(0x80 | ((code_point >> 6) & 0x3F));
        bytes[length++] = (char)(0x80 | (code_point & 0x3F));
    } else {
        bytes[length++] = (char)(0xF0 | (code_point >> 18));
        bytes[length++] = (char)(0x80 | ((code_point >> 12) & 0x3F));
        bytes[length++] = (char)(0x80 | ((code_point >> 6) & 0x3F));
        bytes[length++] = (char)(0x80 | (code_point & 0x3F));
    }
    text_append_bytes(text, bytes, length);
}

bool text_ok(const struct text *text)
{
    return !text->failed;
}

const char *text_string(const struct text *text)
{
    return text->bytes == NULL ? "" : text->bytes;
}

void text_clear(struct text *text)
{
    text->length = 0;
    text->failed = false;
    if (text->bytes != NULL)
        text->bytes[0] = '\0';
}

void text_done(struct text *text)
{
    free(text->bytes);
    *text = (struct text){0};
}

char *text_take(struct text *text)
{
    if (text->bytes == NULL && !text->failed)
        text_append_bytes(text, "", 0);
    char *bytes = text->bytes;
    bool failed = text->failed;
    *text = (struct text){0};
    if (failed) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

/* How long the sequence that `first` opens should be, and its payload bits; 0 when none. */
static size_t sequence_length(unsigned char first, uint32_t *ret_bits)
{
    if (first < 0x80) {
        *ret_bits = first;
        return 1;
    }
    if (first >= 0xC2 && first <= 0xDF) {
        *ret_bits = first & 0x1FU;
        return 2;
    }
    if (first >= 0xE0 && first <= 0xEF) {
        *ret_bits = first & 0x0FU;
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        *ret_bits = first & 0x07U;
        return 4;
    }
    return 0;
}

/* Decodes one well-formed sequence (RFC 3629); false leaves *position alone. */
static bool decode(const char *bytes, size_t length, size_t *position, uint32_t *ret_code_point)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t value = 0;
    size_t count = sequence_length((unsigned char)bytes[*position], &value);
    if (count == 0 || count > length - *position)
        return false;
    for (size_t i = 1; i < count; i++) {
        unsigned char next = (unsigned char)bytes[*position + i];
        if ((next & 0xC0U) != 0x80U)
            return false;
        value = (value << 6) | (next & 0x3FU);
    }
    if (value < least[count] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return false;
    *position += count;
    *ret_code_point = value;
    return true;
}

uint32_t utf8_next(const char *bytes, size_t length, size_t *position)
{
    uint32_t code_point = REPLACEMENT;
    if (!decode(bytes, length, position, &code_point))
        (*position)++;
    return code_point;
}

bool utf8_is_valid(const char *bytes, size_t length)
{
    uint32_t ignored = 0;
    for (size_t position = 0; position < length;)
        if (!decode(bytes, length, &position, &ignored))
            return false;
    return true;
}

void text_append_windows_1252(struct text *text, const char *bytes, size_t length)
{
    /* 0x80 to 0x9F; 0 where Windows-1252 defines nothing. */
    static const uint16_t high[32] = {
        0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        uint32_t code_point = byte;
        if (byte >= 0x80 && byte < 0xA0)
            code_point = high[byte - 0x80] == 0 ? REPLACEMENT : high[byte - 0x80];
        text_append_code_point(text, code_point);
    }
}

void text_append_quoted(struct text *text, const char *string)
{
    size_t length = strlen(string);
    text_append_char(text, '"');
    for (size_t position = 0; position < length;) {
        size_t start = position;
        uint32_t code_point = 0;
        bool good = decode(string, length, &position, &code_point);
        if (!good || code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0)) {
            position = start + 1;
            text_append_format(text, "\\x%02X", (unsigned)(unsigned char)string[start]);
        } else {
            if (code_point == '"' || code_point == '\\')
                text_append_char(text, '\\');
            text_append_bytes(text, string + start, position - start);
        }
    }
    text_append_char(text, '"');
}

char *string_copy(const char *string)
{
    return string == NULL ? NULL : strdup(string);
}

char *string_copy_bytes(const char *bytes, size_t length)
{
    char *copy = malloc(length + 1);
    if (copy == NULL)
        return NULL;
    if (length > 0)
        memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

bool string_equal(const char *left, const char *right)
{
    return left == NULL || right == NULL ? left == right : strcmp(left, right) == 0;
}

bool string_starts_with(const char *string, const char *prefix)
{
    return strncmp(string, prefix, strlen(prefix)) == 0;
}

bool string_ends_with(const char *string, const char *suffix)
{
    size_t length = strlen(string);
    size_t tail = strlen(suffix);
    return tail <= length && strcmp(string + length - tail, suffix) == 0;
}

/* Levenshtein's distance over bytes, for words shorter than CLOSEST_WORD_BYTES. */
static size_t distance(const char *left, const char *right)
{
    size_t row[CLOSEST_WORD_BYTES + 1];
    size_t columns = strlen(right);
    for (size_t j = 0; j <= columns; j++)
        row[j] = j;
    for (size_t i = 0; left[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < columns; j++) {
            size_t change = diagonal + (left[i] == right[j] ? 0 : 1);
            diagonal = row[j + 1];
            size_t best = change;
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (diagonal + 1 < best)
                best = diagonal + 1;
            row[j + 1] = best;
        }
    }
    return row[columns];
}

const char *string_closest(const char *word, const char *const *words)
{
    const char *closest = NULL;
    size_t length = strlen(word);
    size_t least = length / 3 + 2;
    if (length >= CLOSEST_WORD_BYTES)
        return NULL;
    for (; *words != NULL; words++) {
        if (strlen(*words) >= CLOSEST_WORD_BYTES)
            continue;
        size_t apart = distance(word, *words);
        if (apart < least && apart < strlen(*words)) {
            least = apart;
            closest = *words;
        }
    }
    return closest;
}

size_t string_columns(const char *string)
{
    size_t columns = 0;
    size_t length = strlen(string);
    for (size_t position = 0; position < length;) {
        uint32_t code_point = utf8_next(string, length, &position);
        bool is_mark = code_point >= 0x0300 && code_point <= 0x036F;
        columns += is_mark ? 0 : 1;
    }
    return columns;
}
