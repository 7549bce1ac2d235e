/* test_lookup.c - every value is found under its hash, and no other. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "classify/lookup.h"

enum { ENTRIES = 5000, HASHES = 700 };

static void finds_all_values_of_a_hash_in_order(void **state)
{
    struct lookup lookup = {0};
    (void)state;
    for (uint32_t i = 0; i < ENTRIES; i++)
        lookup_add(&lookup, hash_numbers(i % HASHES, 1), i);
    assert_true(lookup_finish(&lookup));
    for (uint32_t hash = 0; hash < HASHES; hash++) {
        struct lookup_range range = lookup_find(&lookup, hash_numbers(hash, 1));
        assert_int_equal(range.count, (ENTRIES - hash + HASHES - 1) / HASHES);
        for (size_t i = 0; i < range.count; i++)
            assert_int_equal(range.entries[i].value, hash + i * HASHES);
    }
    lookup_done(&lookup);
}

static void finds_nothing_in_an_empty_one(void **state)
{
    struct lookup lookup = {0};
    (void)state;
    assert_true(lookup_finish(&lookup));
    assert_int_equal(lookup_find(&lookup, 0).count, 0);
    lookup_done(&lookup);
}

static void leaving_a_character_out_is_the_shorter_word(void **state)
{
    (void)state;
    assert_int_equal(hash_without("abcd", 4, 2), hash_bytes("abd", 3));
    assert_int_equal(hash_without("abcd", 4, 4), hash_bytes("abcd", 4));
    assert_int_not_equal(hash_numbers(1, 2), hash_numbers(2, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_all_values_of_a_hash_in_order),
        cmocka_unit_test(finds_nothing_in_an_empty_one),
        cmocka_unit_test(leaving_a_character_out_is_the_shorter_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
