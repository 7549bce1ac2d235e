/* test_addresses.c - streets, house numbers and postcodes as letters have them. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "classify/addresses.h"
#include "tests/classify/sample.h"

static const struct register_person PERSONS[] = {
    {"1", "A", "B", "", "Neustrelitzer Straße", "12a", "17192", "Waren (Müritz)", "", "", "", NULL,
     false,                                                                                                  false},
    {"2", "C", "D", "", "Am Anger",              "7",   "17235", "Neustrelitz",     "", "", "", NULL, false, false},
};

static const struct row {
    const char *text;
    uint32_t person;
    enum address_agreement agreement;
} ROWS[] = {
    {"Neustrelitzer Straße 12a\n17192 Waren\n",                                                  0, ADDRESS_FULL       },
    {"Neustrelitzer Str. 12 a, 17192 Waren\n",                                                    0, ADDRESS_FULL       },
    {"NEUSTRELITZER STRASSE 12A, 17192 WAREN\n",                                                  0, ADDRESS_FULL       },
    {"Neustrelitzerstr. 12a, 17192 Waren\n",                                                      0, ADDRESS_FULL       },
    {"wohnhaft Neustrelitzer\nStraße 12a, 17192 Waren\n",                                        0, ADDRESS_FULL       },
    {"Neustre1itzer Straße 12a, 17192 Waren\n",                                                  0, ADDRESS_FULL       },
    {"Neustrelitzer Straße 12a\n",                                                               0, ADDRESS_STREET_ONLY},
    {"Neustrelitzer Straße 12a, 17193 Waren\n",                                                  0, ADDRESS_STREET_ONLY},
    {"Neustrelitzer Straße 12a, 17033 Neubrandenburg\n",                                         0, ADDRESS_ABSENT     },
    {"Neustrelitzer Straße 12, 17192 Waren\n",                                                   0, ADDRESS_HOUSE_NEAR },
    {"Neustrelitzer Straße 12b, 17192 Waren\n",                                                  0, ADDRESS_HOUSE_NEAR },
    {"Am Anger 7\n17235 Neustrelitz\n",                                                           1, ADDRESS_FULL       },
    {"Sozialamt\nAm Anger 7\n17235 Neustrelitz\n",                                                1, ADDRESS_ABSENT     },
    {"Pflegeheim Abendrot gGmbH\nAm Anger 7 · 17235 Neustrelitz\n",                              1, ADDRESS_ABSENT     },
    {"Bescheinigung für das Sozialamt\nMieter: C. D., wohnhaft Am Anger 7, 17235 Neustrelitz\n", 1,
     ADDRESS_FULL                                                                                                       },
    {"Neustrelitzer Straße 31b, 17192 Waren\n",                                                  0, ADDRESS_ABSENT     },
    {"Neustrelitzer Straße 12b\n",                                                               0, ADDRESS_ABSENT     },
    {"Am Anger 17\n17235 Neustrelitz\n",                                                          1, ADDRESS_HOUSE_NEAR },
};

static void expect_row(const struct register_index *index, const struct row *row)
{
    struct reading reading = sample_reading(row->text);
    struct letter letter;
    struct addresses addresses;
    enum address_agreement best = ADDRESS_ABSENT;
    assert_true(letter_init(&letter, &reading));
    assert_true(addresses_find(&addresses, &letter, index));
    for (size_t i = 0; i < addresses.count; i++) {
        enum address_agreement one = address_agrees(&addresses.mentions[i], index, row->person);
        best = one > best ? one : best;
    }
    if (best != row->agreement)
        fail_msg("\"%s\": agreement %d", row->text, (int)best);
    addresses_done(&addresses);
    letter_done(&letter);
    reading_done(&reading);
}

static void compares_addresses_as_people_write_them(void **state)
{
    const struct classify_options options = sample_options();
    struct rules *rules = NULL;
    (void)state;
    assert_int_equal(rules_new(&options, &rules, NULL), STATUS_OK);
    struct register_index *index = sample_index(rules, PERSONS, sizeof PERSONS / sizeof *PERSONS);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        expect_row(index, &ROWS[i]);
    register_index_free(&index);
    rules_free(&rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(compares_addresses_as_people_write_them)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
