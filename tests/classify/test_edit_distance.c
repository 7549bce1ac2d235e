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
    const struct edit_costs costs = edit_costs_of(&STANDARD_WEIGHTS);
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned cost = edit_distance_number(&costs, rows[i].read, rows[i].registered, 150);
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

static void learnt_confusions_replace_the_standard(void **state)
{
    struct evidence_weights weights = STANDARD_WEIGHTS;
    (void)state;
    assert_true(weights_set(&weights, weights_find("confusion.4.9"), 20));
    assert_true(weights_set(&weights, weights_find("confusion.4.1"), 10));
    struct edit_costs costs = edit_costs_of(&weights);
    assert_string_equal(edit_meant_by(&costs, '4'), "19");
    assert_string_equal(edit_meant_by(&costs, '9'), "");
    assert_string_equal(edit_meant_by(&costs, 'C'), "");
    assert_int_equal(edit_distance_number(&costs, "50410", "50910", 150), 20);
    assert_int_equal(edit_distance_number(&costs, "50910", "50410", 150), 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_slips_and_misreadings),
        cmocka_unit_test(counts_edits_of_words),
        cmocka_unit_test(refuses_strings_that_are_too_long),
        cmocka_unit_test(learnt_confusions_replace_the_standard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
