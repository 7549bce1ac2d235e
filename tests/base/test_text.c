/* test_text.c - a growing string, and what may be asked of UTF-8. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static void grows_and_stays_terminated(void **state)
{
    (void)state;
    struct text text = {0};
    assert_string_equal(text_string(&text), "");
    for (int i = 0; i < 1000; i++)
        text_append_format(&text, "%d,", i);
    assert_true(text_ok(&text));
    assert_int_equal(text.length, strlen(text.bytes));
    assert_int_equal(text.length, 3890);
    text_clear(&text);
    assert_string_equal(text_string(&text), "");
    text_append(&text, "ab");
    text_append_char(&text, 'c');
    text_append_bytes(&text, "defg", 2);
    assert_string_equal(text_string(&text), "abcde");
    text_done(&text);
    assert_null(text.bytes);
}

static void a_failure_stays_until_it_is_cleared(void **state)
{
    (void)state;
    struct text text = {0};
    text_append(&text, "kept");
    text_append_bytes(&text, "", SIZE_MAX / 2); // no memory for that anywhere
    assert_false(text_ok(&text));
    text_append(&text, " lost");
    assert_string_equal(text_string(&text), "kept");
    assert_null(text_take(&text));
    assert_true(text_ok(&text));
    text_done(&text);
}

static void take_hands_the_string_over(void **state)
{
    (void)state;
    struct text text = {0};
    char *empty = text_take(&text);
    assert_string_equal(empty, "");
    free(empty);
    text_append(&text, "mine");
    char *taken = text_take(&text);
    assert_string_equal(taken, "mine");
    assert_string_equal(text_string(&text), "");
    free(taken);
}

static void code_points_become_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t code_point;
        const char *bytes;
    } cases[] = {
        {"one byte",        'A',      "A"               },
        {"two bytes",       0xE4,     "\xC3\xA4"        },
        {"three bytes",     0x20AC,   "\xE2\x82\xAC"    },
        {"four bytes",      0x1F4EE,  "\xF0\x9F\x93\xAE"},
        {"a surrogate",     0xD800,   "\xEF\xBF\xBD"    },
        {"beyond the last", 0x110000, "\xEF\xBF\xBD"    },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text text = {0};
        text_append_code_point(&text, cases[i].code_point);
        if (strcmp(text_string(&text), cases[i].bytes) != 0)
            fail_msg("%s", cases[i].name);
        text_done(&text);
    }
}

static void malformed_utf8_is_known_and_passed_byte_by_byte(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *bytes;
        size_t length;
        bool is_valid;
    } cases[] = {
        {"plain",             "Anna",             4, true },
        {"umlaut",            "M\xC3\xBCritz",    7, true },
        {"empty",             "",                 0, true },
        {"Latin-1 umlaut",    "M\xFCritz",        6, false},
        {"overlong slash",    "\xC0\xAF",         2, false},
        {"overlong in three", "\xE0\x80\xAF",     3, false},
        {"surrogate",         "\xED\xA0\x80",     3, false},
        {"cut short",         "\xE2\x82",         2, false},
        {"lone continuation", "\x80",             1, false},
        {"beyond the last",   "\xF4\x90\x80\x80", 4, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (utf8_is_valid(cases[i].bytes, cases[i].length) != cases[i].is_valid)
            fail_msg("%s", cases[i].name);
    size_t position = 0;
    assert_int_equal(utf8_next("\xFC"
                               "a",
                               2, &position),
                     0xFFFD);
    assert_int_equal(position, 1);
    assert_int_equal(utf8_next("\xFC"
                               "a",
                               2, &position),
                     'a');
}

static void windows_1252_becomes_utf8(void **state)
{
    (void)state;
    struct text text = {0};
    const char bytes[] = "Gr\xF6\xDF"
                         "e \x80 \x84 \x81";
    text_append_windows_1252(&text, bytes, sizeof bytes - 1);
    assert_string_equal(text_string(&text), "Größe € „ \xEF\xBF\xBD");
    text_done(&text);
}

static void quoting_leaves_nothing_a_terminal_obeys(void **state)
{
    (void)state;
    struct text text = {0};
    text_append_quoted(&text, "a\"b\\c\n\x1B[2J\xFFü\xC2\x9B");
    assert_string_equal(text_string(&text), "\"a\\\"b\\\\c\\x0A\\x1B[2J\\xFFü\\xC2\\x9B\"");
    text_done(&text);
}

static void the_word_that_was_meant_is_found(void **state)
{
    (void)state;
    static const char *const words[] = {"status", "submit", "register", "list", NULL};
    static const struct {
        const char *typed;
        const char *meant;
    } cases[] = {
        {"stauts",   "status"  },
        {"submitt",  "submit"  },
        {"regsiter", "register"},
        {"lst",      "list"    },
        {"status",   "status"  },
        {"xyzzy",    NULL      },
        {"entirely", NULL      }
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (!string_equal(string_closest(cases[i].typed, words), cases[i].meant))
            fail_msg("%s", cases[i].typed);
}

static void strings_are_compared_as_told(void **state)
{
    (void)state;
    assert_true(string_equal(NULL, NULL));
    assert_false(string_equal("a", NULL));
    assert_true(string_starts_with("reader 2", "reader "));
    assert_false(string_starts_with("read", "reader"));
    assert_true(string_ends_with("scan.tif", ".tif"));
    assert_false(string_ends_with("f", ".tif"));
    assert_null(string_copy(NULL));
    char *copy = string_copy_bytes("abc", 2);
    assert_string_equal(copy, "ab");
    free(copy);
}

static void columns_are_counted_as_a_terminal_shows_them(void **state)
{
    (void)state;
    assert_int_equal(string_columns("Demmin"), 6);
    assert_int_equal(string_columns("Röbel/Müritz"), 12);
    assert_int_equal(string_columns("u\xCC\x88"), 1); // u and a combining diaeresis
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_stays_terminated),
        cmocka_unit_test(a_failure_stays_until_it_is_cleared),
        cmocka_unit_test(take_hands_the_string_over),
        cmocka_unit_test(code_points_become_utf8),
        cmocka_unit_test(malformed_utf8_is_known_and_passed_byte_by_byte),
        cmocka_unit_test(windows_1252_becomes_utf8),
        cmocka_unit_test(quoting_leaves_nothing_a_terminal_obeys),
        cmocka_unit_test(the_word_that_was_meant_is_found),
        cmocka_unit_test(strings_are_compared_as_told),
        cmocka_unit_test(columns_are_counted_as_a_terminal_shows_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
