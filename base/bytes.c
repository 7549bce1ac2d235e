/* bytes.c - see bytes.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

enum { WRITER_FIRST_CAPACITY = 256 };

static uint8_t *extend(struct byte_writer *writer, size_t more)
{
    if (writer->failed)
        return NULL;
    if (more > SIZE_MAX / 2 - writer->length) {
        writer->failed = true;
        return NULL;
    }
    size_t needed = writer->length + more;
    if (needed > writer->capacity) {
        size_t capacity = writer->capacity == 0 ? WRITER_FIRST_CAPACITY : writer->capacity;
        while (capacity < needed)
            capacity *= 2;
        uint8_t *bytes = realloc(writer->bytes, capacity);
        if (bytes == NULL) {
            writer->failed = true;
            return NULL;
        }
        writer->bytes = bytes;
        writer->capacity = capacity;
    }
    uint8_t *start = writer->bytes + writer->length;
    writer->length = needed;
    return start;
}

static void write_integer(struct byte_writer *writer, uint64_t value, size_t width)
{
    uint8_t *start = extend(writer, width);
    for (size_t i = 0; start != NULL && i < width; i++)
        start[i] = (uint8_t)(value >> (8 * i));
}

void byte_writer_u8(struct byte_writer *writer, uint8_t value)
{
    write_integer(writer, value, 1);
}

void byte_writer_u16(struct byte_writer *writer, uint16_t value)
{
    write_integer(writer, value, 2);
}

void byte_writer_u32(struct byte_writer *writer, uint32_t value)
{
    write_integer(writer, value, 4);
}

void byte_writer_u64(struct byte_writer *writer, uint64_t value)
{
    write_integer(writer, value, 8);
}

void byte_writer_i32(struct byte_writer *writer, int32_t value)
{
    write_integer(writer, (uint32_t)value, 4);
}

void byte_writer_i64(struct byte_writer *writer, int64_t value)
{
    write_integer(writer, (uint64_t)value, 8);
}

void byte_writer_float(struct byte_writer *writer, float value)
{
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    byte_writer_u32(writer, bits);
}

void byte_writer_raw(struct byte_writer *writer, const void *bytes, size_t length)
{
    uint8_t *start = extend(writer, length);
    if (start != NULL && length > 0)
        memcpy(start, bytes, length);
}

void byte_writer_string(struct byte_writer *writer, const char *string)
{
    size_t length = string == NULL ? 0 : strlen(string);
    if (length > UINT32_MAX) {
        writer->failed = true;
        return;
    }
    byte_writer_u32(writer, (uint32_t)length);
    byte_writer_raw(writer, string, length);
}

void byte_writer_done(struct byte_writer *writer)
{
    free(writer->bytes);
    *writer = (struct byte_writer){0};
}

struct byte_reader byte_reader_over(const void *bytes, size_t length)
{
    return (struct byte_reader){.bytes = bytes, .length = length};
}

const uint8_t *byte_reader_borrow(struct byte_reader *reader, size_t length)
{
    if (reader->failed || length > reader->length - reader->position) {
        reader->failed = true;
        return NULL;
    }
    const uint8_t *start = reader->bytes + reader->position;
    reader->position += length;
    return start;
}

static uint64_t read_integer(struct byte_reader *reader, size_t width)
{
    const uint8_t *start = byte_reader_borrow(reader, width);
    uint64_t value = 0;
    for (size_t i = 0; start != NULL && i < width; i++)
        value |= (uint64_t)start[i] << (8 * i);
    return value;
}

uint8_t byte_reader_u8(struct byte_reader *reader)
{
    return (uint8_t)read_integer(reader, 1);
}

uint16_t byte_reader_u16(struct byte_reader *reader)
{
    return (uint16_t)read_integer(reader, 2);
}

uint32_t byte_reader_u32(struct byte_reader *reader)
{
    return (uint32_t)read_integer(reader, 4);
}

uint64_t byte_reader_u64(struct byte_reader *reader)
{
    return read_integer(reader, 8);
}

int32_t byte_reader_i32(struct byte_reader *reader)
{
    return (int32_t)(uint32_t)read_integer(reader, 4);
}

int64_t byte_reader_i64(struct byte_reader *reader)
{
    return (int64_t)read_integer(reader, 8);
}

float byte_reader_float(struct byte_reader *reader)
{
    uint32_t bits = byte_reader_u32(reader);
    float value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void byte_reader_raw(struct byte_reader *reader, void *ret_bytes, size_t length)
{
    const uint8_t *start = byte_reader_borrow(reader, length);
    if (length == 0)
        return;
    if (start == NULL)
        memset(ret_bytes, 0, length);
    else
        memcpy(ret_bytes, start, length);
}

char *byte_reader_string(struct byte_reader *reader, size_t most)
{
    uint32_t length = byte_reader_u32(reader);
    if (reader->failed || length > most) {
        reader->failed = true;
        return NULL;
    }
    const uint8_t *start = byte_reader_borrow(reader, length);
    if (start == NULL || (length > 0 && memchr(start, '\0', length) != NULL)) {
        reader->failed = true;
        return NULL;
    }
    char *string = malloc((size_t)length + 1);
    if (string == NULL) {
        reader->failed = true;
        reader->starved = true;
        return NULL;
    }
    memcpy(string, start, length);
    string[length] = '\0';
    return string;
}

bool byte_reader_finished(const struct byte_reader *reader)
{
    return !reader->failed && reader->position == reader->length;
}
