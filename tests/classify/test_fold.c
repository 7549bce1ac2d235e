/* test_fold.c - words and numbers that are written differently and are the same. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "classify/fold.h"

static void folds_names_of_all_sorts(void **state)
{
    static const struct {
        const char *word;
        const char *folded;
    } rows[] = {
        {"Müller",        "mueller"      },
        {"Mu\xcc\x88ller", "mueller"      },
        {"MÜLLER",        "mueller"      },
        {"Weiß",          "weiss"        },
        {"WEIẞ",         "weiss"        },
        {"Groß-Gerau",    "grossgerau"   },
        {"René",          "rene"         },
        {"Łukasz",        "lukasz"       },
        {"Dvořák",       "dvorak"       },
        {"Nguyễn",       "nguyen"       },
        {"Yıldız",       "yildiz"       },
        {"Søren",         "soeren"       },
        {"O'Neill",        "oneill"       },
        {"von Arnim",      "vonarnim"     },
        {"76a",            "76a"          },
        {"",               ""             },
        {"...",            ""             },
        {"Özdemir",       "oezdemir"     },
        {"Röbel/Müritz", "roebelmueritz"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char folded[FOLD_WORD_BYTES];
        size_t length = fold_word(rows[i].word, folded);
        assert_string_equal(folded, rows[i].folded);
        assert_int_equal(length, strlen(rows[i].folded));
    }
}

static void folds_streets_alike(void **state)
{
    static const char *const streets[] = {"Neustrelitzer Straße", "Neustrelitzer Str.",
                                          "NEUSTRELITZER STRASSE", "Neustrelitzerstr"};
    (void)state;
    for (size_t i = 0; i < sizeof streets / sizeof *streets; i++) {
        char folded[FOLD_WORD_BYTES];
        fold_street(streets[i], folded);
        assert_string_equal(folded, "neustrelitzerstr");
    }
}

static void folds_numbers_as_scanners_see_them(void **state)
{
    static const struct {
        const char *number;
        const char *key;
    } rows[] = {
        {"50.21.004711-7",   "50210047117"                   },
        {"5O.2l.OO47ll-7",   "50210047117"                   },
        {"SG 50.2/31415/11", "5650231415"
                             "11"},
        {"S0 21 004711 7",   "50210047117"                   },
        {"II/50.2-Mü-0815", "11502MUE0815"                  },
        {"–—",           ""                              },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char key[FOLD_KEY_BYTES];
        fold_number(rows[i].number, key);
        assert_string_equal(key, rows[i].key);
    }
}

static void cuts_what_is_too_long(void **state)
{
    char word[1000];
    char folded[FOLD_WORD_BYTES];
    char key[FOLD_KEY_BYTES];
    (void)state;
    memset(word, 'x', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    assert_int_equal(fold_word(word, folded), FOLD_WORD_BYTES - 1);
    memset(word, '7', sizeof word - 1);
    assert_int_equal(fold_number(word, key), FOLD_KEY_BYTES - 1);
    assert_int_equal(fold_identifier(word, key), FOLD_KEY_BYTES - 1);
}

static void survives_malformed_text(void **state)
{
    char folded[FOLD_WORD_BYTES];
    (void)state;
    fold_word("M\xc3", folded);
    assert_string_equal(folded, "m");
    fold_word("\xff\xfe"
              "a",
              folded);
    assert_string_equal(folded, "a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folds_names_of_all_sorts),
        cmocka_unit_test(folds_streets_alike),
        cmocka_unit_test(folds_numbers_as_scanners_see_them),
        cmocka_unit_test(cuts_what_is_too_long),
        cmocka_unit_test(survives_malformed_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
