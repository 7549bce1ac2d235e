/* test_letter_days.c - the days in a letter on which periods hang, and those that are none. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "classify/letter_days.h"
#include "tests/classify/sample.h"

static const struct {
    const char *letter;
    const char *days;
} rows[] = {
  // receipt stamps stand by themselves
    {"EINGEGANGEN\n02.03.2026\nSozialamt",                                              "stamp:2026-03-02:1"  },
    {"Posteingang 02.03.26",                                                            "stamp:2026-03-02:1"  },
 // read as the ends of the lines of the address that they stand beside; a dot that was lost
    {"17034 Neubrandenburg                    EINGEGANGEN\n"
     "Telefon 0395 0014872                      26.02.2026",                       "stamp:2026-02-26:1"  },
    {"17034 Neubrandenburg                    EINGEGANGEN\n"
     "Telefon 0395 0014872                      26.02, 2026",                      "stamp:2026-02-26:1"  },
    {"EINGEGANGEN\n25.02, 2026",                                                        "stamp:2026-02-25:1"  },
 // words that stand among others are none, nor is a date that does
    {"wir haben gehört, dass er eingegangen ist und\n"
     "auch 0395 so am 26.02.2026 kam, sagt er",                                    ""                    },
    {"17034 Neubrandenburg                    EINGEGANGEN\n"
     "er ist geboren 0395 0014872 und kam am 26.02.2026 zu uns",                   ""                    },
    {"Ihr Schreiben ist bei uns am 02.03.2026 eingegangen und wird bearbeitet",         ""                    },
    {"Mein Antrag ist laut Ihrem Brief bei Ihnen eingegangen am 02.03.2026 wie gesagt", ""                    },
 // the decision that the letter is about
    {"Widerspruch gegen den Bescheid vom 12.02.2026",                                   "posted:2026-02-12:1" },
    {"gegen Ihren Ablehnungsbescheid vom 12. Februar 2026 lege ich",                    "posted:2026-02-12:1" },
    {"Bescheid 12.02.2026",                                                             ""                    },
 // formal service
    {"zugestellt am 05.02.2026",                                                        "served:2026-02-05:1" },
    {"zugestellt hat es der Bote nie 05.02.2026",                                       ""                    },
 // a day that the letter names itself
    {"Ich bitte um Antwort bis zum 31.03.2026",                                         "written:2026-03-31:1"},
 // a date at most one of them, the first of each, several together
    {"Bescheid vom 12.02.2026, Bescheid vom 13.02.2026",                                "posted:2026-02-12:1" },
    {"Bescheid vom 12.02.2026\nAntwort bis zum 31.03.2026",
     "posted:2026-02-12:1 written:2026-03-31:1"                                                               },
 // none
    {"Neubrandenburg, den 01.03.2026",                                                  ""                    },
    {"geboren am 07.02.1969",                                                           ""                    },
    {"",                                                                                ""                    },
};

static void days_are_found_by_the_word_before_them(void **state)
{
    (void)state;
    struct classify_options options = sample_options();
    struct rules *rules = NULL;
    assert_int_equal(rules_new(&options, &rules, NULL), STATUS_OK);
    struct register_index *index = sample_index(rules, NULL, 0);
    bool all = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct reading reading = sample_reading(rows[i].letter);
        struct facts *facts = NULL;
        struct text days = {0};
        assert_int_equal(facts_new(&reading, index, &facts, NULL), STATUS_OK);
        letter_days_append(facts, &days);
        if (strcmp(text_string(&days), rows[i].days) != 0) {
            print_error("%s\n  found \"%s\", not \"%s\"\n", rows[i].letter, text_string(&days),
                        rows[i].days);
            all = false;
        }
        text_done(&days);
        facts_free(&facts);
        reading_done(&reading);
    }
    assert_true(all);
    register_index_free(&index);
    rules_free(&rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(days_are_found_by_the_word_before_them)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
