/* test_phonetics.c - names that sound alike have one code, by the published examples. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "classify/fold.h"
#include "classify/phonetics.h"

static void codes_are_those_of_the_rule(void **state)
{
    static const struct {
        const char *word;
        const char *code;
    } rows[] = {
        {"Müller-Lüdenscheidt", "65752682"},
        {"Wikipedia",             "3412"    },
        {"Breschnew",             "17863"   },
        {"Meyer",                 "67"      },
        {"Maier",                 "67"      },
        {"Mayr",                  "67"      },
        {"Philipp",               "351"     },
        {"Christian",             "47826"   },
        {"Xaver",                 "4837"    },
        {"Axel",                  "0485"    },
        {"Scholz",                "858"     },
        {"Cäsar",                "487"     },
        {"Ohm",                   "06"      },
        {"h",                     ""        },
        {"",                      ""        },
        {"12",                    ""        },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char folded[FOLD_WORD_BYTES];
        char code[PHONETIC_CODE_BYTES];
        fold_word(rows[i].word, folded);
        size_t length = phonetic_code(folded, code);
        assert_string_equal(code, rows[i].code);
        assert_int_equal(length, strlen(rows[i].code));
    }
}

static void short_codes_never_agree(void **state)
{
    (void)state;
    assert_true(phonetics_agree("schmidt", "schmitt"));
    assert_true(phonetics_agree("meyer", "maier"));
    assert_false(phonetics_agree("meyer", "mueller"));
    assert_false(phonetics_agree("lau", "loh")); // one consonant
    assert_false(phonetics_agree("", ""));
    assert_false(phonetics_agree("M\xc3\x9cLLER", "M\xc3\x9cLLER")); // not folded: no sounds
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_those_of_the_rule),
        cmocka_unit_test(short_codes_never_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
