/* bytes.h - explicit little-endian fields, written and read one at a time.
 *
 * The writer grows and turns `failed` like struct text. The reader never reads past its end: a
 * short input turns it `failed`, and every later field reads as zero or empty, so that a decoder
 * checks once at the end. Strings are a u32 length and that many bytes. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct byte_writer {
    uint8_t *bytes;
    size_t length;
    size_t capacity;
    bool failed;
};

void byte_writer_u8(struct byte_writer *writer, uint8_t value);
void byte_writer_u16(struct byte_writer *writer, uint16_t value);
void byte_writer_u32(struct byte_writer *writer, uint32_t value);
void byte_writer_u64(struct byte_writer *writer, uint64_t value);
void byte_writer_i32(struct byte_writer *writer, int32_t value);
void byte_writer_i64(struct byte_writer *writer, int64_t value);
void byte_writer_float(struct byte_writer *writer, float value); /* IEEE 754 single */
void byte_writer_raw(struct byte_writer *writer, const void *bytes, size_t length);
/* u32 length and the bytes; NULL is written as "". */
void byte_writer_string(struct byte_writer *writer, const char *string);
void byte_writer_done(struct byte_writer *writer);

struct byte_reader {
    const uint8_t *bytes; /* borrowed */
    size_t length;
    size_t position;
    bool failed;
    bool starved; /* failed because memory ran out, not because of the input */
};

struct byte_reader byte_reader_over(const void *bytes, size_t length);
uint8_t byte_reader_u8(struct byte_reader *reader);
uint16_t byte_reader_u16(struct byte_reader *reader);
uint32_t byte_reader_u32(struct byte_reader *reader);
uint64_t byte_reader_u64(struct byte_reader *reader);
int32_t byte_reader_i32(struct byte_reader *reader);
int64_t byte_reader_i64(struct byte_reader *reader);
float byte_reader_float(struct byte_reader *reader);
/* Copies `length` bytes out; zeroes when short. */
void byte_reader_raw(struct byte_reader *reader, void *ret_bytes, size_t length);
/* Points into the input; NULL and failed when short. */
const uint8_t *byte_reader_borrow(struct byte_reader *reader, size_t length);
/* A string of at most `most` bytes without NUL inside; the caller owns it. NULL and failed when
 * it is longer, short, holds a NUL, or memory is out. */
char *byte_reader_string(struct byte_reader *reader, size_t most);
/* Everything was there and everything was read. */
bool byte_reader_finished(const struct byte_reader *reader);

#endif
