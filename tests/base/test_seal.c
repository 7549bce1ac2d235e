/* test_seal.c - a bit that flips anywhere in a sealed text is found. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"

static void make(struct text *json)
{
    text_append(json, "{\n  \"sha256\": {\n    \"pdf\": \"0123\"\n  }\n}\n");
    seal_append(json);
    assert_true(text_ok(json));
}

static void what_was_sealed_is_intact(void **state)
{
    (void)state;
    struct text json = {0};
    make(&json);
    assert_true(seal_is_intact(json.bytes, json.length));
    assert_non_null(strstr(json.bytes, "\n  },\n  \"seal\": \""));
    text_done(&json);
}

static void every_flipped_bit_is_found(void **state)
{
    (void)state;
    struct text json = {0};
    make(&json);
    for (size_t i = 0; i < json.length * 8; i++) {
        json.bytes[i / 8] = (char)(json.bytes[i / 8] ^ (1 << i % 8));
        if (seal_is_intact(json.bytes, json.length))
            fail_msg("bit %zu flipped and not found", i);
        json.bytes[i / 8] = (char)(json.bytes[i / 8] ^ (1 << i % 8));
    }
    text_done(&json);
}

static void a_part_of_it_is_not_intact(void **state)
{
    (void)state;
    struct text json = {0};
    make(&json);
    for (size_t length = 0; length < json.length; length++)
        assert_false(seal_is_intact(json.bytes, length));
    text_done(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sealed_is_intact),
        cmocka_unit_test(every_flipped_bit_is_found),
        cmocka_unit_test(a_part_of_it_is_not_intact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
