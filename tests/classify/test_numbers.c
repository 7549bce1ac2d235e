/* test_numbers.c - case numbers in letters: found however they are written, and whose they are. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "classify/numbers.h"
#include "tests/classify/sample.h"

static const struct register_person PERSONS[] = {
    {"50.21.100200-9",   "A", "B", "", "", "", "", "", "", "", "", NULL, false, false},
    {"SG 50.2/31415/09", "C", "D", "", "", "", "", "", "", "", "", NULL, false, false},
};

struct row {
    const char *name;
    const char *text;
    const char *number; /* the best hit; NULL: no sighting with a hit */
    unsigned cost;
    enum number_role role;
    const char *alternative_of, *alternative; /* another reading of a word; NULL: none */
};

static const struct row ROWS[] = {
    {"ours",                          "Ihr Zeichen: 50.21.100200-9\n",                                      "50.21.100200-9",   0,   NUMBER_OURS,       NULL,             NULL            },
    {"theirs",                        "Unser Zeichen 50.21.100200-9\n",                                     "50.21.100200-9",   0,   NUMBER_THEIRS,     NULL,             NULL            },
    {"both",                          "Unser Zeichen / Ihr Zeichen 50.21.100200-9\n",                       "50.21.100200-9",   0,   NUMBER_OURS,       NULL,
     NULL                                                                                                                                                                                 },
    {"with you",                      "Mein Aktenzeichen bei Ihnen: 50.21.100200-9\n",                      "50.21.100200-9",   0,   NUMBER_OURS,
     NULL,                                                                                                                                                                NULL            },
    {"labelled",                      "Az.: 50.21.100200-9\n",                                              "50.21.100200-9",   0,   NUMBER_LABELLED,   NULL,             NULL            },
    {"bare",                          "50.21.100200-9\n",                                                   "50.21.100200-9",   0,   NUMBER_UNLABELLED, NULL,             NULL            },
    {"inside a word",                 "Sozialamt/50.21.100200-9,\n",                                        "50.21.100200-9",   0,   NUMBER_UNLABELLED, NULL,
     NULL                                                                                                                                                                                 },
    {"letters for digits",            "Ihr Zeichen 5O.2l.1OO2OO-9\n",                                       "50.21.100200-9",   0,   NUMBER_OURS,       NULL,
     NULL                                                                                                                                                                                 },
    {"blanks everywhere",             "Ihr Zeichen 50 . 21 . 100 200 - 9\n",                                "50.21.100200-9",   0,   NUMBER_OURS,
     NULL,                                                                                                                                                                NULL            },
    {"over a line's end",             "wegen des Bescheides zu 50.21.\n100200-9 vom Mai\n",                 "50.21.100200-9",   0,
     NUMBER_UNLABELLED,                                                                                                                                 NULL,             NULL            },
    {"in a cell",                     "    Ihr        50.21.100200-\n    Zeichen    9\n",                   "50.21.100200-9",   0,
     NUMBER_OURS,                                                                                                                                       NULL,             NULL            },
    {"labels above",                  "Ihr Zeichen          Unser Zeichen\n50.21.100200-9       KD-4711\n",
     "50.21.100200-9",                                                                                                          0,   NUMBER_OURS,       NULL,             NULL            },
    {"below the other label",
     "Ihr Zeichen          Unser Zeichen\nKD-4711              "
     "50.21.100200-9\n",                                                                                    "50.21.100200-9",   0,   NUMBER_THEIRS,     NULL,             NULL            },
    {"old scheme without its prefix", "Ihr Zeichen 50.2/31415/09\n",                                        "SG 50.2/31415/09", 0,
     NUMBER_OURS,                                                                                                                                       NULL,             NULL            },
    {"a wrong digit",                 "Ihr Zeichen 50.21.100700-9\n",                                       "50.21.100200-9",   100, NUMBER_OURS,       NULL,
     NULL                                                                                                                                                                                 },
    {"another reading of the word",   "Ihr Zeichen 50.21.177200-9\n",                                       "50.21.100200-9",   20,
     NUMBER_OURS,                                                                                                                                       "50.21.177200-9", "50.21.100200-9"},
    {"a telephone number",            "Telefon 0395 570870\n",                                              NULL,               0,   NUMBER_UNLABELLED, NULL,             NULL            },
    {"an amount and a day",           "12.03.2026   1.234,56 EUR\n",                                        NULL,               0,   NUMBER_UNLABELLED, NULL,             NULL            },
    {"an account",                    "DE89 3704 0044 0532 0130 00\n",                                      NULL,               0,   NUMBER_UNLABELLED, NULL,             NULL            },
};

static void expect_row(const struct register_index *index, const struct row *row)
{
    struct reading reading = sample_reading(row->text);
    struct letter letter;
    struct numbers numbers;
    const struct number_sighting *best = NULL;
    if (row->alternative_of != NULL)
        sample_add_alternative(&reading, row->alternative_of, row->alternative);
    assert_true(letter_init(&letter, &reading));
    assert_true(numbers_find(&numbers, &letter, index));
    for (size_t i = 0; i < numbers.count; i++) {
        if (numbers.sightings[i].hit_count > 0)
            best = &numbers.sightings[i];
    }
    if ((best != NULL) != (row->number != NULL))
        fail_msg("%s: %s", row->name, best == NULL ? "not found" : "found");
    if (best != NULL) {
        assert_string_equal(register_index_number(index, best->hits[0].case_id), row->number);
        if (best->hits[0].cost != row->cost || best->role != row->role)
            fail_msg("%s: cost %u, role %d", row->name, best->hits[0].cost, (int)best->role);
    }
    numbers_done(&numbers);
    letter_done(&letter);
    reading_done(&reading);
}

static void reads_numbers_and_whose_they_are(void **state)
{
    const struct classify_options options = sample_options();
    struct rules *rules = NULL;
    (void)state;
    assert_int_equal(rules_new(&options, &rules, NULL), STATUS_OK);
    struct register_index *index = sample_index(rules, PERSONS, 2);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        expect_row(index, &ROWS[i]);
    register_index_free(&index);
    rules_free(&rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_numbers_and_whose_they_are)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
