/* test_names.c - how a letter names somebody, and whether that can be the registered person. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "classify/names.h"
#include "classify/subjects.h"
#include "tests/classify/sample.h"

/* The person asked for is the first; the others make their given names known. */
static const struct register_person PERSONS[] = {
    {"1", "Öhlschläger-Weiß", "Anna Maria", "", "", "", "", "", "", "", "", NULL, false, false},
    {"2", "von der Heide",       "Bernd",      "", "", "", "", "", "", "", "", NULL, false, false},
    {"3", "Koch",                "Hanna",      "", "", "", "", "", "", "", "", NULL, false, false},
    {"4", "Goch",                "Dieter",     "", "", "", "", "", "", "", "", NULL, false, false},
};

static const struct row {
    const char *text;
    uint32_t person;
    enum name_agreement agreement;
    bool is_near;
} ROWS[] = {
    {"Anna Öhlschläger-Weiß",                           0, NAME_FULL,    false},
    {"Anna Maria Öhlschläger-Weiß",                     0, NAME_FULL,    false},
    {"Maria Oehlschlaeger-Weiss",                          0, NAME_FULL,    false},
    {"ÖHLSCHLÄGER-WEISS, Anna",                          0, NAME_FULL,    false},
    {"Frau Anna Öhlschläger- Weiß",                     0, NAME_FULL,    false},
    {"Anna Ohlschläger-Weiß",                            0, NAME_FULL,    true },
    {"Öhlschläger-Weiß, Bernd",                         0, NAME_OTHER,   false},
    {"Hanna Öhlschläger-Weiß",                          0, NAME_OTHER,   false},
    {"Anna Bernd Öhlschläger-Weiß",                     0, NAME_PARTLY,  false},
    {"Bernd und Anna Öhlschläger-Weiß",                 0, NAME_FULL,    false},
    {"Frau Öhlschläger-Weiß",                           0, NAME_SURNAME, false},
    {"A. Öhlschläger-Weiß",                             0, NAME_SURNAME, false},
    {"B. Öhlschläger-Weiß",                             0, NAME_OTHER,   false},
    {"Anna Koch",                                          0, NAME_ABSENT,  false},
    {"Bernd von der Heide",                                1, NAME_FULL,    false},
    {"Bernd von\nder Heide",                               1, NAME_FULL,    false},
    {"Bernd vonder Heide",                                 1, NAME_FULL,    false},
    {"Familienname   von der Heide\nVorname(n)     Bernd", 1, NAME_FULL,    false},
    {"Familienname   von der Heide\nVorname(n)     Hanna", 1, NAME_OTHER,   false},
    {"Familienname   von der Heide\nVorname(n)     ----",  1, NAME_ABSENT,  false},
    {"Fomilicnnnne   Koch\nVonam(n)       Hanna",          2, NAME_FULL,    false},
    {"Vonam(n)       Hanna\nFomilicnnnne   Koch",          2, NAME_FULL,    false},
    {"Fomilicnnnne   Koch\nVonam(n)       Bernd",          2, NAME_OTHER,   false},
    {"Fomilicnnnne   Koch\nVonam(n)       Hanna Beispiel", 2, NAME_ABSENT,  false},
    {"Der Koch Hanna",                                     2, NAME_FULL,    false},
    {"Der Koch kam spät",                                 2, NAME_ABSENT,  false},
    {"Hanna Koch Straße 5",                               2, NAME_ABSENT,  false},
    {"Herr Xaver Koch",                                    2, NAME_ABSENT,  false},
    {"Koch",                                               2, NAME_SURNAME, false},
    {"Dieter Koch",                                        3, NAME_SOUNDS,  false},
    {"Bernd Koch",                                         3, NAME_ABSENT,  false},
    {"Koch",                                               3, NAME_ABSENT,  false},
    {"Dieter von der Heide",                               3, NAME_ABSENT,  false},
};

static void expect_row(const struct register_index *index, const struct row *row)
{
    struct reading reading = sample_reading(row->text);
    struct letter letter;
    struct names names;
    enum name_agreement best = NAME_ABSENT;
    bool best_near = false;
    assert_true(letter_init(&letter, &reading));
    assert_true(names_find(&names, &letter, index));
    for (size_t i = 0; i < names.count; i++) {
        bool is_near = false;
        enum name_agreement one = name_agrees(&names.mentions[i], index, row->person, &is_near);
        if (one > best) {
            best = one;
            best_near = is_near;
        }
    }
    if (best != row->agreement || best_near != row->is_near)
        fail_msg("\"%s\": agreement %d, near %d", row->text, (int)best, best_near);
    names_done(&names);
    letter_done(&letter);
    reading_done(&reading);
}

static void compares_names_as_people_write_them(void **state)
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

static void recognises_persons_whom_nobody_knows(void **state)
{
    static const struct {
        const char *text;
        size_t count;
    } rows[] = {
        {"Bewohner/in: Xaver Unbekannt, wohnhaft Feldweg 3\n",                  1},
        {"Frau Xenia Unbekannt, geb. am 3.4.1960\n",                            1},
        {"Xaver Unbekannt\nFeldweg 3\n17033 Neubrandenburg\n",                  1},
        {"Mit freundlichen Grüßen\n\nXaver Unbekannt\n",                      1},
        {"Familienname   Unbekannt\nVorname        Xaver\n",                    1},
        {"Für Xaver Unbekannt\n",                                              1},
        {"Landkreis Beispielsee\nSozialamt\nAmtsweg 1\n17033 Neubrandenburg\n", 0},
        {"Mit freundlichen Grüßen\n\nPflegeheim Abendrot gGmbH\n",            0},
        {"Für Rückfragen erreichen Sie mich am Vormittag.\n",                 0},
        {"17258 Feldberger Seenlandschaft, geb. 3.4.1960\n",                    0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reading reading = sample_reading(rows[i].text);
        struct letter letter;
        struct subjects subjects;
        assert_true(letter_init(&letter, &reading));
        subjects_find(&subjects, &letter);
        if (subjects.count != rows[i].count)
            fail_msg("\"%s\": %zu", rows[i].text, subjects.count);
        letter_done(&letter);
        reading_done(&reading);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_names_as_people_write_them),
        cmocka_unit_test(recognises_persons_whom_nobody_knows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
