/* test_uuid.c - identifiers of version 7, RFC 9562. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/uuid.h"

static void time_version_and_variant_stand_where_they_should(void **state)
{
    (void)state;
    struct uuid uuid = uuid_new(INT64_C(0x017F22E279B0)); // the example of RFC 9562, appendix A.6
    char text[UUID_TEXT_BYTES];
    uuid_to_text(&uuid, text);
    assert_int_equal(strlen(text), 36);
    assert_memory_equal(text, "017f22e2-79b0-7", 15);
    assert_non_null(strchr("89ab", text[19]));
}

static void later_ones_sort_behind(void **state)
{
    (void)state;
    char before[UUID_TEXT_BYTES];
    char after[UUID_TEXT_BYTES];
    struct uuid first = uuid_new(1000);
    struct uuid second = uuid_new(1001);
    uuid_to_text(&first, before);
    uuid_to_text(&second, after);
    assert_true(strcmp(before, after) < 0);
}

static void two_of_one_moment_differ(void **state)
{
    (void)state;
    struct uuid first = uuid_new(1000);
    struct uuid second = uuid_new(1000);
    assert_false(uuid_equal(&first, &second));
}

static void text_and_back_is_the_same(void **state)
{
    (void)state;
    struct uuid uuid = uuid_new(1);
    struct uuid back;
    char text[UUID_TEXT_BYTES];
    uuid_to_text(&uuid, text);
    assert_true(uuid_from_text(text, &back));
    assert_true(uuid_equal(&uuid, &back));
    assert_true(uuid_from_text("017F22E2-79B0-7CC3-98C4-DC0C0C07398F", &back));
}

static void other_texts_are_none(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
        "017f22e279b0-7cc3-98c4-dc0c0c07398f--",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e2 79b0 7cc3 98c4 dc0c0c07398f",
    };
    struct uuid uuid;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (uuid_from_text(wrong[i], &uuid))
            fail_msg("taken: %s", wrong[i]);
}

static void nil_is_known(void **state)
{
    (void)state;
    struct uuid nil = {0};
    struct uuid uuid = uuid_new(0);
    assert_true(uuid_is_nil(&nil));
    assert_false(uuid_is_nil(&uuid));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_version_and_variant_stand_where_they_should),
        cmocka_unit_test(later_ones_sort_behind),
        cmocka_unit_test(two_of_one_moment_differ),
        cmocka_unit_test(text_and_back_is_the_same),
        cmocka_unit_test(other_texts_are_none),
        cmocka_unit_test(nil_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
