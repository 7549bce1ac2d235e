/* test_dictionary.c - words are kept once, and found one edit away. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "classify/dictionary.h"

static void keeps_each_word_once(void **state)
{
    struct dictionary dictionary = {0};
    (void)state;
    uint32_t mueller = dictionary_add(&dictionary, "mueller");
    uint32_t weiss = dictionary_add(&dictionary, "weiss");
    assert_int_not_equal(mueller, weiss);
    assert_int_equal(dictionary_add(&dictionary, "mueller"), mueller);
    assert_int_equal(dictionary_add(&dictionary, ""), DICTIONARY_NONE);
    assert_true(dictionary_finish(&dictionary));
    assert_int_equal(dictionary_uses(&dictionary, mueller), 2);
    assert_string_equal(dictionary_word(&dictionary, weiss), "weiss");
    assert_int_equal(dictionary_find(&dictionary, "weiss"), weiss);
    assert_int_equal(dictionary_find(&dictionary, "weis"), DICTIONARY_NONE);
    dictionary_done(&dictionary);
}

static void finds_words_one_edit_away(void **state)
{
    struct dictionary dictionary = {0};
    uint32_t numbers[4] = {0};
    (void)state;
    uint32_t mueller = dictionary_add(&dictionary, "mueller");
    (void)dictionary_add(&dictionary, "koch");
    assert_true(dictionary_finish(&dictionary));
    static const char *const near[] = {"muller", "muelller", "mueiler", "meuller", "mueller"};
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        assert_int_equal(dictionary_find_near(&dictionary, near[i], numbers, 4), 1);
        assert_int_equal(numbers[0], mueller);
    }
    assert_int_equal(dictionary_find_near(&dictionary, "moller", numbers, 4), 0);
    assert_int_equal(dictionary_find_near(&dictionary, "kocb", numbers, 4), 0);
    dictionary_done(&dictionary);
}

static void grows_without_losing_words(void **state)
{
    struct dictionary dictionary = {0};
    char word[32];
    (void)state;
    for (unsigned i = 0; i < 3000; i++) {
        (void)snprintf(word, sizeof word, "wort%u", i);
        assert_int_equal(dictionary_add(&dictionary, word), i + 1);
    }
    for (unsigned i = 0; i < 3000; i++) {
        (void)snprintf(word, sizeof word, "wort%u", i);
        assert_int_equal(dictionary_find(&dictionary, word), i + 1);
    }
    dictionary_done(&dictionary);
}

static void an_empty_one_finds_nothing(void **state)
{
    struct dictionary dictionary = {0};
    (void)state;
    assert_true(dictionary_finish(&dictionary));
    assert_int_equal(dictionary_find(&dictionary, "mueller"), DICTIONARY_NONE);
    assert_string_equal(dictionary_word(&dictionary, 7), "");
    dictionary_done(&dictionary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_each_word_once),
        cmocka_unit_test(finds_words_one_edit_away),
        cmocka_unit_test(grows_without_losing_words),
        cmocka_unit_test(an_empty_one_finds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
