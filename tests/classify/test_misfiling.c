/* test_misfiling.c - letters that must reach the right case, and letters that must not be filed.
 *
 * The register is full of traps: a couple with a joint account, twins under their address, father
 * and son of one name under one roof, consecutive numbers, a closed case. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tests/classify/sample.h"

#define OFFICE   "Landkreis Beispielsee\nSozialamt\nAmtsweg 1\n17033 Neubrandenburg\n\n"
#define GREETING "\nMit freundlichen Grüßen\n\n"
#define DEAR     "\nSehr geehrte Damen und Herren,\n\nanbei die Unterlagen, um die Sie gebeten haben.\n"
#define HEDWIG   "Hedwig Brinkmann\nLindenhof 12\n17192 Waren\n"
#define KONRAD   "Konrad Tetzlaff\nHafenweg 3a\n17109 Demmin\n"

static const struct register_person REGISTER[] = {
    {"50.21.100200-9",   "Brinkmann",     "Hedwig",        "1951-04-17", "Lindenhof",             "12",  "17192",
     "Waren (Müritz)",                                                                                                      "SG 50.2", "laufend", "DE89370400440532013000;12345//0012345", NULL, false,
     false                                                                                                                                                                                                    },
    {"50.21.100201-7",   "Brinkmann",     "Ottokar",       "1949-11-02", "Lindenhof",             "12",  "17192",
     "Waren (Müritz)",                                                                                                      "SG 50.2", "laufend", "DE89370400440532013000",                NULL, false, false},
    {"50.22.300400-6",   "Brinkmann",     "Ludmilla",      "1951-04-17", "Lindenhof",             "12",  "17192",
     "Waren (Müritz)",                                                                                                      "SG 50.2", "",        "",                                      NULL, false, false},
    {"50.23.555111-8",   "Tetzlaff",      "Konrad",        "1938-06-05", "Hafenweg",              "3a",  "17109", "Demmin",
     "SG 50.2",                                                                                                                         "",        "",                                      NULL, false, false},
    {"50.23.555112-6",   "Tetzlaff",      "Konrad",        "1966-09-30", "Hafenweg",              "3a",  "17109", "Demmin",
     "SG 50.2",                                                                                                                         "",        "",                                      NULL, false, false},
    {"50.24.777000-6",   "Öhlschläger", "Mathilde Rosa", "1944-01-09", "Am Anger",              "7",   "17235",
     "Neustrelitz",                                                                                                          "SG 50.2", "",        "65170839J003",                          NULL, false, false},
    {"50.31.246810-4",   "Yıldırım",   "Emre",          "1987-02-11", "Neustrelitzer Straße", "44",  "17033",
     "Neubrandenburg",                                                                                                       "SG 50.3", "",        "DE75512108001245126199",                NULL, false, false},
    {"SG 50.2/31415/09", "Quast",         "Ferdinand",     "1972-12-24", "Feldrain",              "101", "17153",
     "Stavenhagen",                                                                                                          "SG 50.2", "",        "",                                      NULL, false, false},
    {"SG 50.2/27182/11", "Wendisch",      "Otto",          "1941-02-02", "Mühlweg",              "6",   "17139", "Malchin",
     "SG 50.2",                                                                                                                         "",        "",                                      NULL, false, false},
    {"SG 50.2/27192/11", "Wendisch",      "Otto",          "1969-07-07", "Mühlweg",              "6",   "17139", "Malchin",
     "SG 50.2",                                                                                                                         "",        "",                                      NULL, false, false},
    {"50.32.135791-8",   "von der Heide", "Anselm",        "1959-08-08", "Kirchplatz",            "2",   "17087",
     "Altentreptow",                                                                                                         "SG 50.3", "",        "",                                      NULL, false, false},
    {"50.41.909090-2",   "Rohwedder",     "Thea",          "1990-10-03", "Seestraße",            "9",   "17213", "Malchow",
     "SG 50.4",                                                                                                                         "beendet", "",                                      NULL, false, false},
};

struct scenario {
    const char *name;
    const char *filed; /* NULL: a person decides */
    const char *code;  /* NULL: none */
    const char *text;
};

static void run(const struct scenario *scenarios, size_t count)
{
    const struct classify_options options = sample_options();
    struct rules *rules = NULL;
    struct fault fault = {0};
    assert_int_equal(rules_new(&options, &rules, &fault), STATUS_OK);
    struct register_index *index =
        sample_index(rules, REGISTER, sizeof REGISTER / sizeof *REGISTER);
    for (size_t i = 0; i < count; i++) {
        struct reading reading = sample_reading(scenarios[i].text);
        struct classification result = {0};
        if (scenarios[i].code != NULL)
            sample_add_code(&reading, scenarios[i].code);
        assert_int_equal(classify(rules, index, &reading, &result, &fault), STATUS_OK);
        const char *filed = result.to_file ? result.candidates[0].case_number : NULL;
        if (!string_equal(filed == NULL ? "-" : filed,
                          scenarios[i].filed == NULL ? "-" : scenarios[i].filed))
            fail_msg("%s: %s (%s)", scenarios[i].name, filed == NULL ? "not filed" : filed,
                     result.reason);
        classification_done(&result);
        reading_done(&reading);
    }
    register_index_free(&index);
    rules_free(&rules);
}

#define RUN(scenarios) run(scenarios, sizeof(scenarios) / sizeof *(scenarios))

static void files_what_two_kinds_of_evidence_say(void **state)
{
    static const struct scenario scenarios[] = {
        {"number and name",                                   "50.21.100200-9",   NULL,
         HEDWIG "\n" OFFICE "Ihr Zeichen: 50.21.100200-9\n" DEAR GREETING "Hedwig Brinkmann\n"    },
        {"number and surname",                                "50.24.777000-6",   NULL,
         "Pflegedienst Abendrot GmbH\n\n" OFFICE
         "Ihr Zeichen 50.24.777000-6\n\nRechnung für Frau Öhlschläger\n"                       },
        {"number without separators",                         "50.31.246810-4",   NULL,
         "Emre Yıldırım\nNeustrelitzer Straße 44\n17033 Neubrandenburg\n\n" OFFICE
         "Az. 50312468104\n" DEAR                                                                 },
        {"number in a narrow cell",                           "50.24.777000-6",   NULL,
         OFFICE "                    Ihr        50.24.777000-\n"
                "                    Zeichen    6\n"
                "                    Unser\n"
                "                               KD-4711/24\n"
                "                    Zeichen\n\n"
                "Patient/in: Mathilde Rosa Öhlschläger, wohnhaft Am Anger 7, 17235 "
                "Neustrelitz\n"                                                                   },
        {"old scheme, broken after its prefix",               "SG 50.2/31415/09", NULL,
         OFFICE "                 Ihr Zeichen    SG\n"
                "                                50.2/31415/09\n\n"
                "Mieter/in: Ferdinand Quast, wohnhaft Feldrain 101, 17153 Stavenhagen\n"          },
        {"name, birth date, address",                         "50.32.135791-8",   NULL,
         "Anselm von der Heide\nKirchplatz 2\n17087 Altentreptow\ngeb. 8. August 1959\n\n" OFFICE
             DEAR                                                                                 },
        {"name and address",                                  "50.31.246810-4",   NULL,
         "Emre Yıldırım\nNeustrelitzer Straße 44\n17033 Neubrandenburg\n\n" OFFICE DEAR       },
        {"a digit of the birth date lost",                    "50.31.246810-4",   NULL,
         "Emre Yıldırım\nNeustrelitzer Straße 44\n17033 Neubrandenburg\ngeb. 1.2.1987\n\n" OFFICE
             DEAR                                                                                 },
        {"the house number misread, the birth date is right", "50.31.246810-4",   NULL,
         "Emre Yıldırım\nNeustrelitzer Straße 4A\n17033 Neubrandenburg\ngeb. 11.2.1987\n\n" OFFICE
             DEAR                                                                                 },
        {"number and address, the name unreadable",           "50.31.246810-4",   NULL,
         "Familienname\nVorname\nAnschrift   Neustrelitzer Straße 44, 17033 Neubrandenburg\n" OFFICE
         "Ihr Zeichen 50.31.246810-4\n"                                                           },
        {"umlauts and ß written out",                        "50.24.777000-6",   NULL,
         "Mathilde Oehlschlaeger\nAm Anger 7\n17235 Neustrelitz\ngeb. am 09.01.44\n\n" OFFICE DEAR},
        {"wrong digit, the rest is right",                    "50.24.777000-6",   NULL,
         "Mathilde Rosa Öhlschläger\nAm Anger 7\n17235 Neustrelitz\ngeb. 9.1.1944\n\n" OFFICE
         "Ihr Zeichen 50.24.777900-6\n" DEAR                                                      },
        {"swapped digits, the name is right",                 "SG 50.2/31415/09", NULL,
         "Ferdinand Quast\nFeldrain 101\n17153 Stavenhagen\n\n" OFFICE
         "Aktenzeichen SG 50.2/34115/09\n" DEAR                                                   },
        {"account and name",                                  "50.31.246810-4",   NULL,
         "Rechnung für Emre Yıldırım\n\nIBAN: DE75 5121 0800 1245 1261 99\n"                  },
        {"a twin by her own first name",                      "50.22.300400-6",   NULL,
         "Ludmilla Brinkmann\nLindenhof 12\n17192 Waren\ngeb. 17.04.1951\n\n" OFFICE DEAR GREETING
         "Ludmilla Brinkmann\n"                                                                   },
        {"the son by number and birth date",                  "SG 50.2/27192/11", NULL,
         "Otto Wendisch\nMühlweg 6\n17139 Malchin\ngeb. 7.7.1969\n\n" OFFICE
         "Ihr Zeichen SG 50.2/27192/11\n" DEAR                                                    },
        {"the son by his birth date",                         "50.23.555112-6",   NULL,
         KONRAD "geb. 30.09.1966\n\n" OFFICE DEAR GREETING "Konrad Tetzlaff\n"                    },
        {"a form's rows",                                     "50.32.135791-8",   NULL,
         "Antrag auf Leistungen der Hilfe zur Pflege\n"
         "                              Aktenzeichen (falls bekannt)\n"
         "                              50.32.135791-8\n"
         "Familienname        von der Heide\n"
         "Vorname(n)          Anselm\n"
         "Geburtsdatum        08.08.1959\n"
         "Anschrift           Kirchplatz 2, 17087 Altentreptow\n"                                 },
        {"a code, and nothing else",                          "SG 50.2/31415/09", "AZ:SG 50.2/31415/09",
         "Rückantwort\nBitte legen Sie dieses Blatt obenauf.\n"                                  },
        {"a code and the person",                             "50.21.100200-9",   "AZ:50.21.100200-9",
         "Rückantwort\n\f" HEDWIG "\n" OFFICE DEAR GREETING "Hedwig Brinkmann\n"                 },
    };
    (void)state;
    RUN(scenarios);
}

static void asks_when_there_is_too_little(void **state)
{
    static const struct scenario scenarios[] = {
        {"nothing",                                                 NULL, NULL, ""                                                     },
        {"advertising",                                             NULL, NULL, "Jetzt sparen!\n\nBüromöbel zum halben Preis\n"      },
        {"a name alone",                                            NULL, NULL, "Emre Yıldırım\n\n" OFFICE DEAR "Emre Yıldırım\n"},
        {"name and another house of the street",                    NULL, NULL,
         "Emre Yıldırım\nNeustrelitzer Straße 41\n17033 Neubrandenburg\n\n" OFFICE DEAR                                            },
        {"name and an address later in the letter",                 NULL, NULL,
         "Emre Yıldırım\n\n" OFFICE DEAR GREETING "Kai Ungenannt\nNeustrelitzer Straße 44\n17033 "
         "Neubrandenburg\n"                                                                                                            },
        {"a number alone",                                          NULL, NULL, OFFICE "Ihr Zeichen 50.31.246810-4\n" DEAR             },
        {"number and address, nobody named",                        NULL, NULL,
         "Lindenhof 12\n17192 Waren\n\n" OFFICE "Ihr Zeichen 50.21.100200-9\n"                                                         },
        {"number and a birth date that twins share",                NULL, NULL,
         OFFICE "Ihr Zeichen 50.21.100200-9\n\ngeb. 17.04.1951\n"                                                                      },
        {"number and a surname that a family shares",               NULL, NULL,
         OFFICE "Ihr Zeichen 50.21.100200-9\n\nFrau Brinkmann war bei uns.\n"                                                          },
        {"an account that two hold, and their surname",             NULL, NULL,
         "Frau Brinkmann\n\nIBAN DE89370400440532013000\n"                                                                             },
        {"a name and a day that only happens to be the birth date", NULL, NULL,
         "Emre Yıldırım\n\n" OFFICE "Rechnung vom 11.02.1987\n"                                                                     },
        {"an insurance number that must not be used",               NULL, NULL,
         "Mathilde Öhlschläger\n\nVersicherungsnummer 65 170839 J 003\n"                                                             },
        {"a closed case by name, birth date and address",           NULL, NULL,
         "Thea Rohwedder\nSeestraße 9\n17213 Malchow\ngeb. 3.10.1990\n\n" OFFICE DEAR                                                 },
    };
    (void)state;
    RUN(scenarios);
}

static void never_files_against_the_person_named(void **state)
{
    static const struct scenario scenarios[] = {
        {"somebody else's number",                                  NULL, NULL,
         HEDWIG "geb. 17.04.1951\n\n" OFFICE "Ihr Zeichen 50.31.246810-4\n" DEAR             },
        {"the husband's number",                                    NULL, NULL,
         HEDWIG "\n" OFFICE "Ihr Zeichen 50.21.100201-7\n" DEAR "Hedwig Brinkmann\n"         },
        {"a stranger with a registered number",                     NULL, NULL,
         "Waldemar Ungenannt\nRosenweg 5\n17094 Burg Stargard\n\n" OFFICE
         "Ihr Zeichen 50.31.246810-4\n" DEAR GREETING "Waldemar Ungenannt\n"                 },
        {"a firm about a stranger with a registered number",        NULL, NULL,
         "Wohnungsgenossenschaft eG\n\n" OFFICE
         "Ihr Zeichen 50.31.246810-4\n\nMieter/in: Waldemar Ungenannt, wohnhaft Rosenweg 5\n"},
        {"a namesake with another birth date",                      NULL, NULL,
         "Emre Yıldırım\ngeb. 3.4.2001\n\n" OFFICE "Ihr Zeichen 50.31.246810-4\n" DEAR    },
        {"the sender's own reference is somebody's number with us", NULL, NULL,
         "Landkreis Anderswo\n\n" OFFICE
         "Unser Zeichen  50.31.246810-4\n\nBetroffene: Mathilde Öhlschläger\n"             },
        {"a code of one, a letter of another",                      NULL, "AZ:50.31.246810-4",
         "Rückantwort\n\f" HEDWIG "\n" OFFICE DEAR "Hedwig Brinkmann\n"                     },
        {"a code of one, a letter of a stranger",                   NULL, "AZ:50.31.246810-4",
         "Rückantwort\n\fWaldemar Ungenannt\nRosenweg 5\n17094 Burg Stargard\n"             },
        {"a code that the register does not know",                  NULL, "AZ:50.99.000000-0",
         HEDWIG "\nIhr Zeichen 50.21.100200-9\n"                                             },
        {"a new tenant",                                            NULL, NULL,
         "Waldemar Ungenannt\nAm Anger 7\n17235 Neustrelitz\ngeb. 9.1.1944\n\n" OFFICE DEAR  },
        {"somebody with the same account",                          NULL, NULL,
         "Waldemar Ungenannt\n\nIBAN DE75512108001245126199\n"                               },
    };
    (void)state;
    RUN(scenarios);
}

static void never_picks_one_of_several(void **state)
{
    static const struct scenario scenarios[] = {
        {"two numbers",                                          NULL, NULL,
         HEDWIG "\nIhr Zeichen 50.21.100200-9\n" DEAR
                "Dies betrifft auch Emre Yıldırım, Aktenzeichen 50.31.246810-4.\n"                                            },
        {"a second number that the register lacks",              NULL, NULL,
         HEDWIG "\nIhr Zeichen 50.21.100200-9\n" DEAR
                "Dies betrifft auch das Aktenzeichen 50.22.400500-2.\n"                                                          },
        {"two persons with address and birth date",              NULL, NULL,
         "Landrat\n\nEmre Yıldırım, geb. 11.2.1987, wohnhaft Neustrelitzer Straße 44, 17033 "
         "Neubrandenburg\nFerdinand Quast, geb. 24.12.1972, wohnhaft Feldrain 101, 17153 "
         "Stavenhagen\n"                                                                                                         },
        {"a couple",                                             NULL, NULL,
         "Hedwig und Ottokar Brinkmann\nLindenhof 12\n17192 Waren\n\n" OFFICE DEAR                                               },
        {"the writer's husband with his birth date, no address", NULL, NULL,
         "Waldemar Ungenannt\n\n" OFFICE
         "Auch Ottokar Brinkmann, geb. 02.11.1949, ist betroffen.\n" GREETING
         "Waldemar Ungenannt\n"                                                                                                  },
        {"father or son, their numbers a slip apart",            NULL, NULL,
         "Otto Wendisch\nMühlweg 6\n17139 Malchin\n\n" OFFICE
         "Ihr Zeichen SG 50.2/27182/11\n" DEAR                                                                                   },
        {"father or son",                                        NULL, NULL, KONRAD "\n" OFFICE DEAR GREETING "Konrad Tetzlaff\n"},
        {"the son's birth date in the father's letter",          NULL, NULL,
         KONRAD "\n" OFFICE DEAR "Auch Konrad Tetzlaff, geb. 30.09.1966, ist betroffen.\n" GREETING
                "Konrad Tetzlaff\n"                                                                                              },
        {"a wrong digit between father's and son's number",      NULL, NULL,
         KONRAD "\n" OFFICE "Ihr Zeichen 50.23.555119-8\n" DEAR GREETING "Konrad Tetzlaff\n"                                     },
        {"the wife's letter, the husband's birth date",          NULL, NULL,
         HEDWIG "\n" OFFICE DEAR "Mein Mann Ottokar Brinkmann, geb. 2.11.1949, ist erkrankt.\n"                                  },
    };
    (void)state;
    RUN(scenarios);
}

static void copies_a_letter_to_every_case_where_that_is_wanted(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        const char *first;  /* NULL: a person decides */
        const char *second; /* NULL: no copy */
    } rows[] = {
        {"two persons, each with their number",
         HEDWIG "\nIhr Zeichen 50.21.100200-9\n" DEAR
                "Dies betrifft auch Emre Yıldırım, Aktenzeichen 50.31.246810-4.\n",                "50.21.100200-9", "50.31.246810-4"},
        {"one case",                                  HEDWIG "\nIhr Zeichen 50.21.100200-9\n" DEAR,   "50.21.100200-9", NULL            },
        {"the second number without a name",
         HEDWIG "\nIhr Zeichen 50.21.100200-9\n" DEAR "Dies betrifft auch 50.31.246810-4.\n",         NULL,
         NULL                                                                                                                           },
        {"the second person without a number",
         HEDWIG "\nIhr Zeichen 50.21.100200-9\n" DEAR
                "Auch Emre Yıldırım, geb. 11.2.1987, ist betroffen.\n",                            NULL,             NULL            },
        {"a third number that the register lacks",
         HEDWIG "\nIhr Zeichen 50.21.100200-9\n" DEAR
                "Dies betrifft auch Emre Yıldırım, Aktenzeichen 50.31.246810-4, und das "
                "Aktenzeichen 50.22.400500-2.\n",                                                     NULL,             NULL            },
        {"the second person's birth date is another",
         HEDWIG "\nIhr Zeichen 50.21.100200-9\n" DEAR
                "Dies betrifft auch Emre Yıldırım, geb. 3.4.2001, Aktenzeichen 50.31.246810-4.\n",
         NULL,                                                                                                          NULL            },
        {"father or son, their numbers a slip apart",
         HEDWIG "\nIhr Zeichen 50.21.100200-9\n" DEAR
                "Dies betrifft auch Otto Wendisch, Aktenzeichen SG 50.2/27182/11.\n",                 NULL,             NULL            },
    };
    struct classify_options options = sample_options();
    struct rules *rules = NULL;
    (void)state;
    options.several_cases = SEVERAL_CASES_COPY;
    assert_int_equal(rules_new(&options, &rules, NULL), STATUS_OK);
    struct register_index *index =
        sample_index(rules, REGISTER, sizeof REGISTER / sizeof *REGISTER);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reading reading = sample_reading(rows[i].text);
        struct classification result = {0};
        assert_int_equal(classify(rules, index, &reading, &result, NULL), STATUS_OK);
        if (result.to_file != (rows[i].first != NULL) ||
            result.copy_count != (rows[i].second != NULL ? 1 : 0) ||
            (result.to_file && strcmp(result.candidates[0].case_number, rows[i].first) != 0) ||
            (result.copy_count > 0 && strcmp(result.copies[0].case_number, rows[i].second) != 0))
            fail_msg("%s: %s", rows[i].name, result.reason);
        if (result.copy_count > 0)
            assert_true(result.copies[0].probability >= options.threshold);
        classification_done(&result);
        reading_done(&reading);
    }
    register_index_free(&index);
    rules_free(&rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_what_two_kinds_of_evidence_say),
        cmocka_unit_test(asks_when_there_is_too_little),
        cmocka_unit_test(never_files_against_the_person_named),
        cmocka_unit_test(never_picks_one_of_several),
        cmocka_unit_test(copies_a_letter_to_every_case_where_that_is_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
