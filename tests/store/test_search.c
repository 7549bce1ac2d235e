/* test_search.c - what is written in a document is found, however it is written in the query. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/search.h"
#include "tests/store/scene.h"

static const struct desk_scope everything = {.person = "quirin", .reach = DESK_SEES_ALL};

/* ---- words ---------------------------------------------------------------------------------- */

static void words_are_folded(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"Müller Mueller MULLER", "muller muller muller "                              },
        {"Straße, Größe!",      "strasse grosse "                                    },
        {"Łódź façade",        "lodz facade "                                       },
        {"50.21.000815-1",         "50 21 000815 1 n50210008151 "                       },
        {"50 21 000815 1",         "50 21 000815 1 n5021000815 n50210008151 n210008151 "},
        {"Az. SO/50/123456 x",     "az so 50 123456 x n50123456 "                       },
        {"12.03.1951",             "12 03 1951 n12031951 "                              },
        {"5 Kinder, 3 Hunde",      "5 kinder 3 hunde "                                  },
        {"",                       ""                                                   },
        {"— „…“",          ""                                                   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text words = {0};
        search_append_words(&words, cases[i].text, strlen(cases[i].text));
        print_message("%s: %s\n", cases[i].text, text_string(&words));
        assert_string_equal(text_string(&words), cases[i].words);
        text_done(&words);
    }
}

/* ---- queries -------------------------------------------------------------------------------- */

struct library {
    struct scene *scene;
    struct search *search;
    struct document_id ids[3];
};

static const char *const texts[] = {
    "Frau Krögermann legt Widerspruch ein. Ihr Zeichen: 50.21.000001-1\nMiete und Kündigung",
    "Kontoauszug 3/2026, IBAN, Miete 412,00. Fristlose Kündigung",
    "Bescheinigung über den Schulbesuch in Neubrandenburg, Herr Müller",
};

/* Three letters of three teams, kinds and months, in this order. */
static void fill(struct library *library, struct scene *scene)
{
    static const char *const facts[] = {
        "team = 'SG 50.2', kind = 'widerspruch', case_number = '50.21.000001-1', urgency = 1,"
        " decider = 'auto'",
        "team = 'SG 50.3', kind = 'kontoauszug', case_number = NULL, decider = 'rita'",
        "team = 'SG 50.2', kind = 'schulbescheinigung', case_number = NULL, decider = 'auto',"
        " caseworker = 'Bernd B.'",
    };
    static const char *const days[] = {"1772442000000", "1769850000000", "1735722000000"};
    char path[64];
    uint32_t taken = 0;
    library->scene = scene;
    for (size_t i = 0; i < 3; i++) {
        struct digest digest;
        char hex[DIGEST_HEX_BYTES];
        char id[2 * UUID_BYTES + 1];
        char sql[512];
        library->ids[i] = scene_filed(scene, "50.21.000001-1");
        assert_ok(scene,
                  spool_put(scene->spool, texts[i], strlen(texts[i]), &digest, &scene->fault));
        digest_to_hex(&digest, hex);
        for (size_t k = 0; k < UUID_BYTES; k++)
            (void)snprintf(id + 2 * k, 3, "%02x", library->ids[i].uuid.bytes[k]);
        (void)snprintf(sql, sizeof sql,
                       "UPDATE document SET %s, text = x'%s',"
                       " received_ms = %s WHERE id = x'%s'",
                       facts[i], hex, days[i], id);
        scene_sql(scene, sql);
    }
    (void)snprintf(path, sizeof path, "%s/search.db", scene->folder);
    assert_ok(scene, search_open(path, &library->search, &scene->fault));
    assert_ok(scene, search_follow(library->search, scene->ledger, scene->spool, 100, &taken,
                                   &scene->fault));
    assert_int_equal(taken, 3);
}

static enum status take(void *context, struct document_id document, int64_t number,
                        struct fault *fault)
{
    (void)number;
    (void)fault;
    struct library **library_p = context;
    char *found = (char *)(library_p + 1);
    for (size_t i = 0; i < 3; i++)
        if (uuid_equal(&document.uuid, &(*library_p)->ids[i].uuid))
            found[strlen(found)] = (char)('0' + i);
    return STATUS_OK;
}

static void assert_found(struct library *library, const struct desk_scope *scope, const char *words,
                         const char *expected)
{
    struct {
        struct library *library;
        char found[16];
    } context = {.library = library};
    struct search_query query = {.match = {0}};
    const char *wrong = search_parse(words, scope, &query);
    print_message("%s -> %s\n", words, wrong == NULL ? text_string(&query.match) : wrong);
    assert_null(wrong);
    assert_ok(library->scene,
              search_find(library->search, &query, 0, 10, take, &context, &library->scene->fault));
    assert_string_equal(context.found, expected);
    search_query_done(&query);
}

static void everything_is_found_the_newest_first(void **state)
{
    struct library library;
    fill(&library, *state);
    static const struct {
        const char *words, *found;
    } cases[] = {
        {"miete",                                "10" },
        {"MIETE kündigung",                     "10" },
        {"kuendigung",                           "10" },
        {"\"miete und kündigung\"",             "0"  },
        {"\"fristlose kündigung\"",             "1"  },
        {"kündi*",                              "10" },
        {"kündi",                               ""   },
        {"miete -fristlose",                     "0"  },
        {"mueller",                              "2"  },
        {"müller",                              "2"  },
        {"50.21.000001-1",                       "0"  },
        {"50 21 000001 1",                       "0"  },
        {"50210000011",                          "0"  },
        {"50/21/000001",                         "0"  }, // without its check digit
        {"50.21.000002-1",                       ""   },
        {"typ:widerspruch",                      "0"  },
        {"typ:kontoauszug miete",                "1"  },
        {"typ:konto",                            "1"  },
        {"eingang:2026",                         "10" },
        {"eingang:2026-03",                      "0"  },
        {"eingang:2026-03-02",                   "0"  },
        {"eingang:2026-01-01..2026-02-28",       "1"  },
        {"miete eingang:2026-03-01..2026-04-30", "0"  },
        {"standort:waren",                       "210"},
        {"team:\"SG 50.3\"",                     "1"  },
        {"az:50.21.000001-1",                    "0"  },
        {"ist:frist",                            "210"},
        {"miete OR \"drop table\" *",            ""   },
        {"\"\"\" NEAR(miete)",                   ""   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_found(&library, &everything, cases[i].words, cases[i].found);
    search_close(&library.search);
}

static void nobody_finds_what_is_not_for_them(void **state)
{
    struct library library;
    fill(&library, *state);
    static const struct {
        struct desk_scope scope;
        const char *found;
    } cases[] = {
        {{.person = "a", .reach = DESK_SEES_ALL},                                          "210"},
        {{.person = "a", .reach = DESK_SEES_TEAMS, .teams = {"SG 50.2"}, .team_count = 1}, "20" },
        {{.person = "a", .reach = DESK_SEES_TEAMS, .teams = {"SG 50.3"}, .team_count = 1}, "1"  },
        {{.person = "a", .reach = DESK_SEES_TEAMS},                                        ""   },
        {{.person = "a", .reach = DESK_SEES_TEAMS, .caseworker = "Bernd B."},              "2"  },
        {{.person = "rita", .reach = DESK_SEES_UNSETTLED},                                 "1"  },
        {{.person = "a", .reach = DESK_SEES_NOTHING},                                      ""   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_found(&library, &cases[i].scope, "standort:waren", cases[i].found);
    search_close(&library.search);
}

static void what_cannot_be_understood_is_said_in_words(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "", "   ", "-miete", "farbe:rot", "typ:", "eingang:gestern", "…", "eingang:2026-13-"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct search_query query = {.match = {0}};
        print_message("%s\n", cases[i]);
        assert_non_null(search_parse(cases[i], &everything, &query));
    }
}

static void what_changes_is_found_as_it_is_now(void **state)
{
    struct scene *scene = *state;
    struct library library;
    enum desk_verdict verdict = DESK_TOO_LATE;
    uint32_t taken = 0;
    fill(&library, scene);
    const struct desk_act act = {.id = library.ids[0], .actor = "bernd"};
    assert_ok(scene, desk_set_kind(scene->ledger, &act, "klage", &verdict, &scene->fault));
    for (int i = 0; i < 3; i++) // again and again is harmless
        assert_ok(scene, search_follow(library.search, scene->ledger, scene->spool, 1, &taken,
                                       &scene->fault));
    assert_found(&library, &everything, "typ:widerspruch", "");
    assert_found(&library, &everything, "typ:klage", "0");
    assert_found(&library, &everything, "typ:klage miete", "0");
    assert_found(&library, &everything, "miete", "10");
    search_close(&library.search);
}

/* ---- persons -------------------------------------------------------------------------------- */

static enum status take_person(void *context, const struct search_person *person,
                               struct fault *fault)
{
    (void)fault;
    char *found = context;
    (void)snprintf(found + strlen(found), 64, "%s ", person->surname);
    return STATUS_OK;
}

static void persons_are_found_by_beginnings(void **state)
{
    struct scene *scene = *state;
    struct library library;
    scene_register(scene);
    fill(&library, scene);
    static const struct {
        const char *words, *found;
    } cases[] = {
        {"bei",            "Beispiel "       },
        {"be",             ""                }, // too short
        {"b e",            ""                },
        {"max must",       "Muster "         },
        {"28.02.1961",     "Muster "         },
        {"1950-02-28",     "Beispiel "       },
        {"neubrandenburg", "Beispiel Muster "},
        {"50.31",          "Muster "         },
        {"50310000022",    "Muster "         },
        {"xyz",            ""                },
        {"\" OR *",        ""                },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char found[256] = "";
        assert_ok(scene, search_persons(library.search, cases[i].words, take_person, found,
                                        &scene->fault));
        print_message("%s: %s\n", cases[i].words, found);
        assert_string_equal(found, cases[i].found);
    }
    search_close(&library.search);
}

static void a_file_that_is_no_index_is_made_anew(void **state)
{
    struct scene *scene = *state;
    struct search *search = NULL;
    char path[64];
    (void)snprintf(path, sizeof path, "%s/junk.db", scene->folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        (void)fputs("this is no database ", file);
    (void)fclose(file);
    assert_ok(scene, search_open(path, &search, &scene->fault));
    search_close(&search);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_folded),
        SCENE_TEST(everything_is_found_the_newest_first),
        SCENE_TEST(nobody_finds_what_is_not_for_them),
        SCENE_TEST(what_cannot_be_understood_is_said_in_words),
        SCENE_TEST(what_changes_is_found_as_it_is_now),
        SCENE_TEST(persons_are_found_by_beginnings),
        SCENE_TEST(a_file_that_is_no_index_is_made_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
