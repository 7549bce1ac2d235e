/* test_classify.c - what holds for every decision: order does not matter, no single piece of
 * evidence files, permissions are kept, the explanation is complete, schemes are exchangeable. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <string.h>

#include "tests/classify/sample.h"

#define LETTER                                                                                     \
    "Hedwig Brinkmann\nLindenhof 12\n17192 Waren\ngeb. 17.04.1951\n\nSozialamt\n\n"                \
    "Ihr Zeichen: 50.21.100200-9\n\nWiderspruch\n\nIBAN DE89 3704 0044 0532 0130 00\n"

static const struct register_person PERSONS[] = {
    {"50.21.100200-9",   "Brinkmann", "Hedwig",    "1951-04-17", "Lindenhof", "12",  "17192", "Waren",
     "SG 50.2",                                                                                                            "", "DE89370400440532013000;65170839J003", NULL, false, false},
    {"50.21.100201-7",   "Brinkmann", "Ottokar",   "1949-11-02", "Lindenhof", "12",  "17192", "Waren",
     "SG 50.2",                                                                                                            "", "",                                    NULL, false, false},
    {"SG 50.2/31415/09", "Quast",     "Ferdinand", "1972-12-24", "Feldrain",  "101", "17153",
     "Stavenhagen",                                                                                             "SG 50.2", "", "",                                    NULL, false, false},
    {"50.31.246810-4",   "Brinkmann", "Hedwig",    "1987-02-11", "Ring",      "44",  "17033", "Neubrandenburg",
     "SG 50.3",                                                                                                            "", "",                                    NULL, false, false},
};

enum { PERSON_COUNT = sizeof PERSONS / sizeof *PERSONS };

/* Classifies a text with the persons added from the `first` one on, around. The caller frees. */
static struct classification classify_text(const struct classify_options *options,
                                           const struct register_person *persons, size_t count,
                                           size_t first, const char *text, struct text *json)
{
    struct register_person turned[PERSON_COUNT];
    struct rules *rules = NULL;
    struct classification result = {0};
    for (size_t i = 0; i < count; i++)
        turned[i] = persons[(first + i) % count];
    assert_int_equal(rules_new(options, &rules, NULL), STATUS_OK);
    struct register_index *index = sample_index(rules, turned, count);
    struct reading reading = sample_reading(text);
    assert_int_equal(classify(rules, index, &reading, &result, NULL), STATUS_OK);
    classification_append_json(&result, rules, 42, json);
    reading_done(&reading);
    register_index_free(&index);
    rules_free(&rules);
    return result;
}

static void the_order_of_the_register_does_not_matter(void **state)
{
    static const char *const texts[] = {LETTER, "Hedwig Brinkmann\n",
                                        "Ottokar Brinkmann\nLindenhof 12\n17192 Waren\n", ""};
    const struct classify_options options = sample_options();
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct text first = {0};
        struct classification one =
            classify_text(&options, PERSONS, PERSON_COUNT, 0, texts[i], &first);
        for (size_t turn = 1; turn < PERSON_COUNT; turn++) {
            struct text other = {0};
            struct classification two =
                classify_text(&options, PERSONS, PERSON_COUNT, turn, texts[i], &other);
            assert_string_equal(text_string(&first), text_string(&other));
            classification_done(&two);
            text_done(&other);
        }
        classification_done(&one);
        text_done(&first);
    }
}

static void no_single_piece_of_evidence_files(void **state)
{
    static const char *const pieces[] = {
        "Ihr Zeichen: 50.21.100200-9\n",
        "Hedwig Brinkmann\n",
        "geb. 17.04.1951\n",
        "Lindenhof 12\n17192 Waren\n",
        "IBAN DE89370400440532013000\n",
        "SG 50.2/31415/09\n",
        "Herr Quast\n",
    };
    const struct classify_options options = sample_options();
    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct text json = {0};
        struct classification result =
            classify_text(&options, PERSONS, PERSON_COUNT, 0, pieces[i], &json);
        if (result.to_file)
            fail_msg("\"%s\" was filed: %s", pieces[i], result.reason);
        assert_true(strlen(result.reason) > 0);
        classification_done(&result);
        text_done(&json);
    }
}

static void keeps_the_permission_of_each_kind_of_number(void **state)
{
    static const char text[] = "Hedwig Brinkmann\n\nVersicherungsnummer 65 170839 J 003\n";
    struct classify_options options = sample_options();
    static const struct {
        enum identifier_use use;
        bool is_shown;
        bool is_filed;
    } rows[] = {
        {IDENTIFIER_NEVER, false, false},
        {IDENTIFIER_HINT,  true,  false},
        {IDENTIFIER_MATCH, true,  true },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text json = {0};
        options.identifiers[IDENTIFIER_INSURANCE_NUMBER] = rows[i].use;
        struct classification result =
            classify_text(&options, PERSONS, PERSON_COUNT, 0, text, &json);
        bool is_shown = strstr(text_string(&json), "insurance_number") != NULL;
        if (is_shown != rows[i].is_shown || result.to_file != rows[i].is_filed)
            fail_msg("use %d: shown %d, filed %d", (int)rows[i].use, is_shown, result.to_file);
        classification_done(&result);
        text_done(&json);
    }
}

static void explains_with_words_place_and_weight(void **state)
{
    const struct classify_options options = sample_options();
    struct text text = {0};
    (void)state;
    struct classification result = classify_text(&options, PERSONS, PERSON_COUNT, 0, LETTER, &text);
    json_t *json = json_loads(text_string(&text), 0, NULL);
    assert_non_null(json);
    assert_true(json_is_true(json_object_get(json, "to_file")));
    assert_string_equal(json_string_value(json_object_get(json, "kind")), "widerspruch");
    assert_string_equal(json_string_value(json_array_get(json_object_get(json, "flags"), 0)),
                        "deadline");
    assert_int_equal(json_integer_value(json_object_get(json, "register_version")), 42);
    assert_true(strlen(json_string_value(json_object_get(json, "rules_version"))) > 8);
    assert_int_equal(json_array_size(json_object_get(json, "missing")), 0);
    json_t *best = json_array_get(json_object_get(json, "candidates"), 0);
    assert_string_equal(json_string_value(json_object_get(best, "case_number")), "50.21.100200-9");
    assert_true(json_real_value(json_object_get(best, "probability")) > 0.99);
    json_t *evidence = NULL;
    size_t i = 0;
    size_t found = 0;
    json_array_foreach(json_object_get(best, "evidence"), i, evidence)
    {
        const char *kind = json_string_value(json_object_get(evidence, "kind"));
        assert_non_null(json_object_get(evidence, "weight"));
        if (strcmp(kind, "case_number") != 0)
            continue;
        found++;
        json_t *box = json_object_get(evidence, "box");
        assert_string_equal(json_string_value(json_object_get(evidence, "read")), "50.21.100200-9");
        assert_int_equal(json_integer_value(json_object_get(evidence, "page")), 1);
        assert_int_equal(json_integer_value(json_array_get(box, 0)), 100 + 13 * SAMPLE_ADVANCE);
        assert_int_equal(json_integer_value(json_array_get(box, 3)), SAMPLE_HEIGHT);
    }
    assert_int_equal(found, 1);
    json_decref(json);
    classification_done(&result);
    text_done(&text);
}

static void probabilities_leave_room_for_nobody(void **state)
{
    const struct classify_options options = sample_options();
    struct text json = {0};
    double sum = 0;
    (void)state;
    struct classification result =
        classify_text(&options, PERSONS, PERSON_COUNT, 0, "Hedwig Brinkmann\n", &json);
    assert_true(result.candidate_count >= 2);
    for (uint32_t i = 0; i < result.candidate_count; i++) {
        sum += result.candidates[i].probability;
        if (i > 0)
            assert_true(result.candidates[i].probability <= result.candidates[i - 1].probability);
    }
    assert_true(sum < 1);
    classification_done(&result);
    text_done(&json);
}

static void works_with_a_scheme_that_somebody_made_up(void **state)
{
    static const struct case_grammar made_up = {
        .name = "made up",
        .pattern = "(?<area>[A-Z]{2})/(?<serial>[0-9]{5})(?<check>[0-9])/(?<year>[0-9]{4})",
        .canonical = "{area}/{serial}{check}/{year}",
        .check = CHECK_DAMM,
        .check_over = "{serial}{year}",
        .check_group = "check"};
    static const struct register_person persons[] = {
        {"KX/918273/2019", "Brinkmann", "Hedwig",    "1951-04-17", "Lindenhof", "12",  "17192", "Waren",
         "",                                                                                                 "", "", NULL, false, false},
        {"KY/112233/2021", "Quast",     "Ferdinand", "1972-12-24", "Feldrain",  "101", "17153",
         "Stavenhagen",                                                                                  "", "", "", NULL, false, false},
    };
    static const struct {
        const char *text;
        const char *filed;
    } rows[] = {
        {"Ihr Zeichen KX/918273/2019\n\nFrau Hedwig Brinkmann\n", "KX/918273/2019"},
        {"Ihr Zeichen KX 918273 2019\n\nFrau Hedwig Brinkmann\n", "KX/918273/2019"},
        {"Ihr Zeichen KX/9l8273/2O19\n\nFrau Hedwig Brinkmann\n", "KX/918273/2019"},
        {"Ihr Zeichen KX/918237/2019\n\nFrau Hedwig Brinkmann\n", "KX/918273/2019"},
        {"Ihr Zeichen KY/112233/2021\n\nFrau Hedwig Brinkmann\n", NULL            },
    };
    struct classify_options options = sample_options();
    options.grammars = &made_up;
    options.grammar_count = 1;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text json = {0};
        struct classification result = classify_text(&options, persons, 2, 0, rows[i].text, &json);
        const char *filed = result.to_file ? result.candidates[0].case_number : "-";
        if (!string_equal(filed, rows[i].filed == NULL ? "-" : rows[i].filed))
            fail_msg("\"%s\": %s (%s)", rows[i].text, filed, result.reason);
        classification_done(&result);
        text_done(&json);
    }
}

static void the_version_follows_the_options(void **state)
{
    struct classify_options options = sample_options();
    struct rules *one = NULL;
    struct rules *other = NULL;
    (void)state;
    assert_int_equal(rules_new(&options, &one, NULL), STATUS_OK);
    assert_int_equal(rules_new(&options, &other, NULL), STATUS_OK);
    assert_string_equal(rules_version(one), rules_version(other));
    rules_free(&other);
    options.threshold = 0.995;
    assert_int_equal(rules_new(&options, &other, NULL), STATUS_OK);
    assert_string_not_equal(rules_version(one), rules_version(other));
    rules_free(&other);
    rules_free(&one);
    rules_free(&one);
}

static void a_bad_grammar_is_named(void **state)
{
    static const struct case_grammar bad = {.name = "broken", .pattern = "(", .canonical = "x"};
    struct classify_options options = sample_options();
    struct rules *rules = NULL;
    struct fault fault = {0};
    options.grammars = &bad;
    options.grammar_count = 1;
    (void)state;
    assert_int_equal(rules_new(&options, &rules, &fault), STATUS_REFUSE);
    assert_null(rules);
    assert_non_null(strstr(fault.text, "broken"));
}

static void lists_no_more_candidates_than_wanted(void **state)
{
    struct classify_options options = sample_options();
    struct text json = {0};
    options.candidates_most = 1;
    (void)state;
    struct classification result =
        classify_text(&options, PERSONS, PERSON_COUNT, 0, "Hedwig Brinkmann\n", &json);
    assert_int_equal(result.candidate_count, 1);
    classification_done(&result);
    text_done(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_the_register_does_not_matter),
        cmocka_unit_test(no_single_piece_of_evidence_files),
        cmocka_unit_test(keeps_the_permission_of_each_kind_of_number),
        cmocka_unit_test(explains_with_words_place_and_weight),
        cmocka_unit_test(probabilities_leave_room_for_nobody),
        cmocka_unit_test(works_with_a_scheme_that_somebody_made_up),
        cmocka_unit_test(the_version_follows_the_options),
        cmocka_unit_test(a_bad_grammar_is_named),
        cmocka_unit_test(lists_no_more_candidates_than_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
