/* test_bytes.c - fields are written little-endian and never read past the end. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

static void fields_are_little_endian(void **state)
{
    (void)state;
    struct byte_writer writer = {0};
    byte_writer_u8(&writer, 0x01);
    byte_writer_u16(&writer, 0x0302);
    byte_writer_u32(&writer, 0x07060504);
    byte_writer_u64(&writer, UINT64_C(0x0F0E0D0C0B0A0908));
    byte_writer_i32(&writer, -2);
    assert_false(writer.failed);
    const uint8_t expected[] = {1,  2,  3,  4,  5,  6,   7,   8,   9,  10,
                                11, 12, 13, 14, 15, 254, 255, 255, 255};
    assert_int_equal(writer.length, sizeof expected);
    assert_memory_equal(writer.bytes, expected, sizeof expected);
    byte_writer_done(&writer);
    assert_null(writer.bytes);
}

static void what_was_written_is_read_back(void **state)
{
    (void)state;
    struct byte_writer writer = {0};
    byte_writer_u16(&writer, 65535);
    byte_writer_i64(&writer, INT64_MIN);
    byte_writer_float(&writer, 0.1F);
    byte_writer_string(&writer, "Müritz");
    byte_writer_string(&writer, NULL);
    byte_writer_raw(&writer, "xy", 2);
    struct byte_reader reader = byte_reader_over(writer.bytes, writer.length);
    assert_int_equal(byte_reader_u16(&reader), 65535);
    assert_true(byte_reader_i64(&reader) == INT64_MIN);
    assert_true(byte_reader_float(&reader) == 0.1F);
    char *place = byte_reader_string(&reader, 100);
    char *nothing = byte_reader_string(&reader, 100);
    assert_string_equal(place, "Müritz");
    assert_string_equal(nothing, "");
    char raw[2];
    byte_reader_raw(&reader, raw, 2);
    assert_memory_equal(raw, "xy", 2);
    assert_true(byte_reader_finished(&reader));
    free(place);
    free(nothing);
    byte_writer_done(&writer);
}

static void a_short_input_fails_once_and_reads_as_zero(void **state)
{
    (void)state;
    const uint8_t bytes[] = {1, 2, 3};
    struct byte_reader reader = byte_reader_over(bytes, sizeof bytes);
    assert_int_equal(byte_reader_u32(&reader), 0);
    assert_true(reader.failed);
    assert_int_equal(byte_reader_u8(&reader), 0);
    assert_null(byte_reader_borrow(&reader, 1));
    char raw[2] = {'a', 'b'};
    byte_reader_raw(&reader, raw, 2);
    assert_int_equal(raw[0] | raw[1], 0);
    assert_false(byte_reader_finished(&reader));
}

static void strings_that_lie_are_not_taken(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *bytes;
        size_t length;
        size_t most;
    } cases[] = {
        {"longer than allowed",   "\x05\0\0\0hello",       9, 4       },
        {"longer than the input", "\x06\0\0\0hello",       9, 100     },
        {"length near 4 GiB",     "\xFF\xFF\xFF\xFFhello", 9, SIZE_MAX},
        {"a NUL inside",          "\x05\0\0\0he\0lo",      9, 100     },
        {"no whole length",       "\x05\0",                2, 100     },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct byte_reader reader = byte_reader_over(cases[i].bytes, cases[i].length);
        char *string = byte_reader_string(&reader, cases[i].most);
        if (string != NULL || !reader.failed)
            fail_msg("%s", cases[i].name);
    }
}

static void bytes_left_over_are_not_finished(void **state)
{
    (void)state;
    struct byte_reader reader = byte_reader_over("ab", 2);
    (void)byte_reader_u8(&reader);
    assert_false(byte_reader_finished(&reader));
    const uint8_t *borrowed = byte_reader_borrow(&reader, 1);
    assert_non_null(borrowed);
    assert_int_equal(*borrowed, 'b');
    assert_true(byte_reader_finished(&reader));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_little_endian),
        cmocka_unit_test(what_was_written_is_read_back),
        cmocka_unit_test(a_short_input_fails_once_and_reads_as_zero),
        cmocka_unit_test(strings_that_lie_are_not_taken),
        cmocka_unit_test(bytes_left_over_are_not_finished),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
