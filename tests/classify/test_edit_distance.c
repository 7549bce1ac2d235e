/* test_edit_distance.c - what misreadings and slips cost. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "classify/edit_distance.h"

static void prices_slips_and_misreadings(void **state)
{
    static const struct {
        const char *name;
        const char *read;
        const char *registered;
        unsigned cost;
    } rows[] = {
        {"the same",      "50210047117",  "50210047117", 0       },
        {"a wrong digit", "50210047917",  "50210047117", 100     },
        {"3 for 8",       "50210043117",  "50210048117", 40      },
        {"two swapped",   "50210074117",  "50210047117", 100     },
        {"one missing",   "5021004717",   "50210047117", 100     },
        {"a lost zero",   "5021047117",   "50210047117", 70      },
        {"a stroke as 1", "502101047117", "50210047117", 70      },
        {"too far",       "99999999999",  "50210047117", EDIT_FAR},
        {"empty",         "",             "12",          EDIT_FAR},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned cost = edit_distance_number(rows[i].read, rows[i].registered, 150);
        if (cost != rows[i].cost)
            fail_msg("%s: %u", rows[i].name, cost);
    }
}

static void counts_edits_of_words(void **state)
{
    (void)state;
    assert_int_equal(edit_distance_word("mueller", "mueller", 2), 0);
    assert_int_equal(edit_distance_word("muller", "mueller", 2), 1);
    assert_int_equal(edit_distance_word("meuller", "mueller", 2), 1);
    assert_int_equal(edit_distance_word("hanna", "anna", 2), 1);
    assert_int_equal(edit_distance_word("schmidt", "mueller", 2), EDIT_FAR);
    assert_int_equal(edit_distance_word("", "", 0), 0);
}

static void refuses_strings_that_are_too_long(void **state)
{
    char word[EDIT_CHARACTERS_MOST + 2];
    (void)state;
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    assert_int_equal(edit_distance_word(word, word, 5), EDIT_FAR);
    word[EDIT_CHARACTERS_MOST] = '\0';
    assert_int_equal(edit_distance_word(word, word, 5), 0);
}

static void confusions_go_both_ways(void **state)
{
    (void)state;
    for (char digit = '0'; digit <= '9'; digit++) {
        for (const char *other = edit_confused_with(digit); *other != '\0'; other++)
            assert_non_null(strchr(edit_confused_with(*other), digit));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_slips_and_misreadings),
        cmocka_unit_test(counts_edits_of_words),
        cmocka_unit_test(refuses_strings_that_are_too_long),
        cmocka_unit_test(confusions_go_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
