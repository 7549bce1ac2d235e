/* test_addressee.c - a letter to another body is seen by its address, and by nothing else. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "classify/addressee.h"
#include "tests/classify/sample.h"

// clang-format off
static const struct addressee_option options[] = {
    {.name = "jobcenter", .title = "Jobcenter", .words = "jobcenter;agentur für arbeit"           },
    {.name = "jugendamt", .title = "Jugendamt", .words = "jugendamt"                              },
    {.name = "rostock",   .title = "Rostock",   .words = "landkreis rostock"                      },
    {.name = "wahl",      .title = "Wahl",      .words = "wahlbrief;wahlamt",   .is_sealed = true},
};

// The field of DIN 5008 begins some lines below the upper edge.
#define DOWN "Petra Muster\nSeestraße 1\n17192 Waren\n\n\n\n\n\n"
#define MANY                                                                                       \
    "eins zwei drei vier fünf sechs sieben acht neun zehn eins zwei drei vier fünf sechs sieben "  \
    "acht neun zehn\neins zwei drei vier fünf sechs sieben acht neun zehn eins zwei drei vier "    \
    "fünf sechs sieben acht neun zehn\neins zwei drei vier fünf sechs sieben acht neun zehn eins " \
    "zwei drei vier fünf sechs sieben acht neun zehn zwanzig"

static const struct {
    const char *letter;
    const char *name; /* NULL: nobody else's */
} rows[] = {
    {"An das\nJobcenter Neubrandenburg\nPonyweg 1\n17034 Neubrandenburg\n\nAntrag",           "jobcenter"},
    {"An die Agentur für Arbeit\nPonyweg 1\n17034 Neubrandenburg",                            "jobcenter"},
    {DOWN "Jobcenter Süd\nPonyweg 1\n17034 Neubrandenburg\n\nAntrag",                         "jobcenter"},
    {DOWN "Landkreis Rostock\nAm Wall 3\n18273 Güstrow",                                      "rostock"  },
    {DOWN "Landkreis Seenplatte\nJugendamt\nPlatanenstraße 43\n17033 Neubrandenburg",         "jugendamt"},
    {DOWN "Landkreis Seenplatte\nSozialamt\nPlatanenstraße 43\n17033 Neubrandenburg",         NULL       },
    // a sender: its letterhead, its return address, and what the letter is about
    {"Jobcenter Seenplatte\nIhr Zeichen\n\nBescheid",                                         NULL       },
    {DOWN "Jobcenter Süd, Ponyweg 1, 17034 Neubrandenburg\nPetra Muster\n17192 Waren",        NULL       },
    {DOWN "Jobcenter Süd\nPonyweg 1 · 17034 Neubrandenburg · Telefon\nPetra Muster\nSeestraße 1\n17192 Waren", NULL},
    {DOWN "Jobcenter Süd\n\n\n\nPetra Muster\nSeestraße 1\n17192 Waren",                     NULL       },
    {DOWN "Jobcenter Süd\nLandkreis Seenplatte\nSozialamt\nPlatanenstraße 43\n17033 Neubrandenburg", NULL },
    {DOWN "Jobcenter Süd\nLandkreis Seenplatte\nPlatanenstraße 43\n17033 Neubrandenburg",   NULL       },
    {"Sehr geehrte Damen und Herren,\nJobcenter und Jugendamt haben geschrieben.",            NULL       },
    {DOWN "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\nAn das\nJobcenter\n17034 Neubrandenburg", NULL       },
    // an envelope, and a letter of many words that speaks of an election
    {"Wahlbrief\nStadt Waren",                                                                "wahl"     },
    {"Stadt Waren hat den Wahlbrief gebracht",                                               NULL       },
    {"Wahlbrief\n" MANY,                                                                      NULL       },
    {"",                                                                                      NULL       },
};
// clang-format on

static void only_an_address_counts(void **state)
{
    (void)state;
    struct addressees addressees = {0};
    assert_true(addressees_init(&addressees, options, sizeof options / sizeof options[0]));
    assert_int_equal(addressees.count, 6);
    bool all = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct reading reading = sample_reading(rows[i].letter);
        struct letter letter = {0};
        assert_true(letter_init(&letter, &reading));
        const struct addressee *found =
            addressee_find(&addressees, &letter, "landkreis seenplatte");
        const char *name = found == NULL ? NULL : found->name;
        bool is_right = name == NULL || rows[i].name == NULL ? name == rows[i].name
                                                             : strcmp(name, rows[i].name) == 0;
        if (!is_right)
            print_error("%s\n  is to %s\n", rows[i].letter, name == NULL ? "nobody else" : name);
        all = all && is_right;
        letter_done(&letter);
        reading_done(&reading);
    }
    addressees_done(&addressees);
    assert_true(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_an_address_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
