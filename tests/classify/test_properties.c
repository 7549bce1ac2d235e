/* test_properties.c - what holds of every decision, whatever the letter: no single piece of
 * evidence files against another, and the order of the register means nothing. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sheet.h"
#include "classify/known.h"
#include "tests/classify/sample.h"

#define LENGTH(table) (sizeof(table) / sizeof *(table))

enum { SHUFFLES = 6, LETTER_BYTES = 1024 };

/* The person that all letters are about is the first. */
static const struct register_person REGISTER[] = {
    {"50.31.246810-4", "Yıldırım",   "Emre Can", "1987-02-11", "Neustrelitzer Straße", "44", "17033",
     "Neubrandenburg",                                                                                              "SG 50.3", "", "DE75512108001245126199", "SG 50.3/11111/05", false, false},
    {"50.21.100200-9", "Brinkmann",     "Hedwig",   "1951-04-17", "Lindenhof",             "12", "17192",
     "Waren (Müritz)",                                                                                             "SG 50.2", "", "DE89370400440532013000", NULL,               false, false},
    {"50.21.100201-7", "Brinkmann",     "Ottokar",  "1949-11-02", "Lindenhof",             "12", "17192",
     "Waren (Müritz)",                                                                                             "SG 50.2", "", "DE89370400440532013000", NULL,               false, false},
    {"50.22.300400-6", "Brinkmann",     "Ludmilla", "1951-04-17", "Lindenhof",             "12", "17192",
     "Waren (Müritz)",                                                                                             "SG 50.2", "", "",                       NULL,               false, false},
    {"50.22.300400-6", "Brinkmann",     "Alma",     "2010-05-05", "Lindenhof",             "12", "17192",
     "Waren (Müritz)",                                                                                             "SG 50.2", "", "",                       NULL,               false, false},
    {"50.23.555111-8", "Tetzlaff",      "Konrad",   "1938-06-05", "Hafenweg",              "3a", "17109", "Demmin",
     "SG 50.2",                                                                                                                "", "",                       NULL,               false, false},
    {"50.23.555112-6", "Tetzlaff",      "Konrad",   "1966-09-30", "Hafenweg",              "3a", "17109", "Demmin",
     "SG 50.2",                                                                                                                "", "",                       NULL,               false, false},
    {"50.32.135791-8", "von der Heide", "Anselm",   "1959-08-08", "Kirchplatz",            "2",  "17087",
     "Altentreptow",                                                                                                "SG 50.3", "", "",                       NULL,               false, true },
};

static const char *const EVIDENCE[] = {
    "Ihr Zeichen: 50.31.246810-4\n",
    "Aktenzeichen 50.31.246819-4\n",
    "Rechnung für Herrn Emre Can Yıldırım\n",
    "geboren am 11.02.1987\n",
    "wohnhaft Neustrelitzer Straße 44, 17033 Neubrandenburg\n",
    "IBAN DE75 5121 0800 1245 1261 99\n",
    "Ihr altes Zeichen: SG 50.3/11111/05\n",
};

static const char *const CONTRADICTIONS[] = {
    "Hedwig Brinkmann\nLindenhof 12\n17192 Waren\n\n",
    "Waldemar Ungenannt\nRosenweg 5\n17094 Burg Stargard\n\n",
    "Patient/in: Waldemar Ungenannt, geb. am 3.4.2001\n\n",
    "Familienname   Ungenannt\nVorname   Waldemar\n\n",
    "Ihr Zeichen: 50.21.100200-9\n\n",
};

static struct rules *new_rules(const struct sheet_key *key)
{
    struct classify_options options = sample_options();
    struct rules *rules = NULL;
    options.sheet_key = key;
    options.authority = "Landkreis Beispielsee";
    assert_int_equal(rules_new(&options, &rules, NULL), STATUS_OK);
    return rules;
}

static bool files_within(const struct rules *rules, const struct register_index *index,
                         const struct classify_context *context, const char *text, const char *code,
                         const char *case_number)
{
    struct reading reading = sample_reading(text);
    struct classification result = {0};
    if (code != NULL)
        sample_add_code(&reading, code);
    assert_int_equal(classify_within(rules, index, &reading, context, &result, NULL), STATUS_OK);
    bool is_filed = result.to_file && (case_number == NULL ||
                                       strcmp(result.candidates[0].case_number, case_number) == 0);
    classification_done(&result);
    reading_done(&reading);
    return is_filed;
}

static bool files(const struct rules *rules, const struct register_index *index, const char *text,
                  const char *code, const char *case_number)
{
    return files_within(rules, index, NULL, text, code, case_number);
}

static void no_single_piece_of_evidence_files(void **state)
{
    struct rules *rules = new_rules(NULL);
    struct register_index *index = sample_index(rules, REGISTER, LENGTH(REGISTER));
    (void)state;
    for (size_t i = 0; i < LENGTH(EVIDENCE); i++) {
        if (files(rules, index, EVIDENCE[i], NULL, NULL))
            fail_msg("%s", EVIDENCE[i]);
    }
    register_index_free(&index);
    rules_free(&rules);
}

static void no_single_piece_of_evidence_files_against_another(void **state)
{
    struct rules *rules = new_rules(NULL);
    struct register_index *index = sample_index(rules, REGISTER, LENGTH(REGISTER));
    char text[LETTER_BYTES];
    (void)state;
    for (size_t i = 0; i < LENGTH(EVIDENCE); i++) {
        for (size_t k = 0; k < LENGTH(CONTRADICTIONS); k++) {
            for (size_t order = 0; order < 2; order++) {
                (void)snprintf(text, sizeof text, "%s\n%s",
                               order == 0 ? CONTRADICTIONS[k] : EVIDENCE[i],
                               order == 0 ? EVIDENCE[i] : CONTRADICTIONS[k]);
                if (files(rules, index, text, NULL, "50.31.246810-4"))
                    fail_msg("%s", text);
            }
        }
    }
    register_index_free(&index);
    rules_free(&rules);
}

static void only_a_sealed_return_sheet_files_alone(void **state)
{
    static const struct sheet_key key = {
        {1, 2, 3}
    };
    static const struct sheet_key other_key = {
        {9, 9, 9}
    };
    struct rules *rules = new_rules(&key);
    struct register_index *index = sample_index(rules, REGISTER, LENGTH(REGISTER));
    struct sheet sheet = {.kind = SHEET_RETURN, .case_number = "50.31.246810-4"};
    char code[SHEET_CODE_BYTES];
    (void)state;
    sheet_seal(&key, &sheet, sheet.seal);
    assert_true(sheet_write(&sheet, code));
    assert_true(files(rules, index, "Rückantwort\n", code, "50.31.246810-4"));
    for (size_t i = 0; i < LENGTH(CONTRADICTIONS); i++) {
        if (files(rules, index, CONTRADICTIONS[i], code, NULL))
            fail_msg("%s", CONTRADICTIONS[i]);
    }
    sheet_seal(&other_key, &sheet, sheet.seal);
    assert_true(sheet_write(&sheet, code));
    assert_false(files(rules, index, "Rückantwort\n", code, NULL));
    assert_true(files(rules, index, "Emre Can Yıldırım\n\nRückantwort\n", code, "50.31.246810-4"));
    register_index_free(&index);
    rules_free(&rules);
}

static void old_numbers_lead_to_the_case_and_blocked_cases_to_a_person(void **state)
{
    struct rules *rules = new_rules(NULL);
    struct register_index *index = sample_index(rules, REGISTER, LENGTH(REGISTER));
    (void)state;
    assert_true(files(rules, index,
                      "Emre Can Yıldırım\nNeustrelitzer Straße 44\n17033 Neubrandenburg\n\n"
                      "Ihr Zeichen SG 50.3/11111/05\n",
                      NULL, "50.31.246810-4"));
    assert_false(files(rules, index,
                       "Anselm von der Heide\nKirchplatz 2\n17087 Altentreptow\ngeb. "
                       "8.8.1959\n\nIhr Zeichen 50.32.135791-8\n",
                       NULL, NULL));
    register_index_free(&index);
    rules_free(&rules);
}

static void our_own_paper_turns_the_references_round(void **state)
{
    static const char letter[] = "%s\n\nUnser Zeichen  50.31.246810-4\n\nHerrn\nEmre Can "
                                 "Yıldırım\n";
    struct rules *rules = new_rules(NULL);
    struct register_index *index = sample_index(rules, REGISTER, LENGTH(REGISTER));
    char text[LETTER_BYTES];
    (void)state;
    (void)snprintf(text, sizeof text, letter, "Landkreis Beispielsee\nSozialamt");
    assert_true(files(rules, index, text, NULL, "50.31.246810-4"));
    (void)snprintf(text, sizeof text, letter, "Landkreis Anderswo\nSozialamt");
    assert_false(files(rules, index, text, NULL, NULL));
    register_index_free(&index);
    rules_free(&rules);
}

/* A scheme that nothing in the code knows: letters, a year, Damm's check digit. */
static void another_scheme_of_numbers_needs_only_its_grammar(void **state)
{
    static const struct case_grammar grammar = {
        .name = "team",
        .pattern = "(?<![0-9A-Za-z])(?<team>HL|EG)[ ./-]*(?<year>[0-9]{2})[ ./-]*"
                   "(?<number>[0-9]{5})[ ./-]*(?<check>[0-9])(?![0-9])",
        .canonical = "{team}-{year}-{number}-{check}",
        .check = CHECK_DAMM,
        .check_over = "{year}{number}",
        .check_group = "check",
    };
    static const struct register_person persons[] = {
        {"HL-19-04711-3", "Yıldırım", "Emre",      "1987-02-11", "Ringweg",  "4",  "17033",
         "Neubrandenburg", "T1", "", "", NULL, false, false},
        {"EG-20-00815-0", "Quast",       "Ferdinand", "1972-12-24", "Feldrain", "10", "17153",
         "Stavenhagen",    "T1", "", "", NULL, false, false},
    };
    static const struct {
        const char *text;
        const char *filed;
    } letters[] = {
        {"Emre Yıldırım\n\nIhr Zeichen HL-19-04711-3\n",                 "HL-19-04711-3"},
        {"Emre Yıldırım\n\nAz. HL 19 04711 3\n",                         "HL-19-04711-3"},
        {"Ferdinand Quast\n\nAktenzeichen: EG/20/0O8l5/0\n",                "EG-20-00815-0"},
        {"Emre Yıldırım\n\nIhr Zeichen  HL-19-04711-\n             3\n", "HL-19-04711-3"},
        {"Emre Yıldırım\n\nIhr Zeichen EG-20-00815-0\n",                 NULL           },
        {"Ihr Zeichen HL-19-04711-3\n",                                     NULL           },
    };
    struct classify_options options = sample_options();
    struct rules *rules = NULL;
    (void)state;
    options.grammars = &grammar;
    options.grammar_count = 1;
    assert_int_equal(rules_new(&options, &rules, NULL), STATUS_OK);
    struct register_index *index = sample_index(rules, persons, LENGTH(persons));
    for (size_t i = 0; i < LENGTH(letters); i++) {
        if (files(rules, index, letters[i].text, NULL, letters[i].filed) !=
            (letters[i].filed != NULL))
            fail_msg("%s", letters[i].text);
    }
    register_index_free(&index);
    rules_free(&rules);
}

/* The explanation in a form that can be compared. */
static void explain(const struct rules *rules, const struct register_index *index,
                    const char *letter, struct text *json)
{
    struct reading reading = sample_reading(letter);
    struct classification result = {0};
    assert_int_equal(classify(rules, index, &reading, &result, NULL), STATUS_OK);
    classification_append_json(&result, rules, 1, json);
    assert_true(text_ok(json));
    classification_done(&result);
    reading_done(&reading);
}

static void the_order_of_the_register_means_nothing(void **state)
{
    static const char *const letters[] = {
        "Konrad Tetzlaff\nHafenweg 3a\n17109 Demmin\n\nAz. 50.23.555113-8\n",
        "Hedwig Brinkmann\nLindenhof 12\n17192 Waren\ngeb. 17.04.1951\n",
        "Familie Brinkmann\nLindenhof 12\n17192 Waren\n\nIhr Zeichen 50.22.300400-6\n",
        "Frau Brinkmann\n\nIBAN DE89370400440532013000\n",
        "Emre Can Yıldırım\n\nAz. 50 31 246810 4 und 50.21.100201-7 Ottokar Brinkmann\n",
    };
    struct rules *rules = new_rules(NULL);
    struct register_index *first = sample_index(rules, REGISTER, LENGTH(REGISTER));
    struct register_person shuffled[LENGTH(REGISTER)];
    (void)state;
    memcpy(shuffled, REGISTER, sizeof REGISTER);
    uint32_t chance = 12345;
    for (size_t round = 0; round < SHUFFLES; round++) {
        for (size_t i = LENGTH(REGISTER) - 1; i > 0; i--) {
            chance = chance * 1664525U + 1013904223U;
            size_t other = (chance >> 16) % (i + 1);
            struct register_person kept = shuffled[i];
            shuffled[i] = shuffled[other];
            shuffled[other] = kept;
        }
        struct register_index *index = sample_index(rules, shuffled, LENGTH(REGISTER));
        for (size_t i = 0; i < LENGTH(letters); i++) {
            struct text expected = {0};
            struct text found = {0};
            explain(rules, first, letters[i], &expected);
            explain(rules, index, letters[i], &found);
            assert_string_equal(text_string(&found), text_string(&expected));
            text_done(&expected);
            text_done(&found);
        }
        register_index_free(&index);
    }
    register_index_free(&first);
    rules_free(&rules);
}

/* ---- what was known before ------------------------------------------------------------------ */

/* Everything that can be known in favour of the first person's case. */
static const struct known_fact IN_FAVOUR[] = {
    {KNOWN_BATCH,      "50.31.246810-4", "", "a"},
    {KNOWN_ENVELOPE,   "50.31.246810-4", "", "b"},
    {KNOWN_SUBMISSION, "50.31.246810-4", "", "c"},
    {KNOWN_SUBMISSION, "50.31.246810-4", "", "d"},
    {KNOWN_EXPECTED,   "50.31.246810-4", "", "7"},
};
static const struct classify_context FAVOUR = {IN_FAVOUR, LENGTH(IN_FAVOUR)};

static void what_was_known_before_is_no_second_kind_of_evidence(void **state)
{
    struct rules *rules = new_rules(NULL);
    struct register_index *index = sample_index(rules, REGISTER, LENGTH(REGISTER));
    char text[LETTER_BYTES];
    (void)state;
    assert_false(files_within(rules, index, &FAVOUR, "Guten Tag\n", NULL, NULL));
    for (size_t i = 0; i < LENGTH(EVIDENCE); i++) {
        if (files_within(rules, index, &FAVOUR, EVIDENCE[i], NULL, NULL))
            fail_msg("%s", EVIDENCE[i]);
        for (size_t k = 0; k < LENGTH(CONTRADICTIONS); k++) {
            (void)snprintf(text, sizeof text, "%s\n%s", EVIDENCE[i], CONTRADICTIONS[k]);
            if (files_within(rules, index, &FAVOUR, text, NULL, "50.31.246810-4"))
                fail_msg("%s", text);
        }
    }
    register_index_free(&index);
    rules_free(&rules);
}

/* The weight of a kind of evidence that the best candidate has, 0 when it has none. */
static double weight_of(const struct rules *rules, const struct register_index *index,
                        const struct classify_context *context, const char *letter,
                        const char *kind)
{
    struct reading reading = sample_reading(letter);
    struct classification result = {0};
    double weight = 0;
    assert_int_equal(classify_within(rules, index, &reading, context, &result, NULL), STATUS_OK);
    for (uint32_t i = 0; result.candidate_count > 0 && i < result.candidates[0].evidence_count; i++)
        if (strcmp(result.candidates[0].evidence[i].kind, kind) == 0)
            weight += result.candidates[0].evidence[i].weight;
    classification_done(&result);
    reading_done(&reading);
    return weight;
}

static void the_nearest_document_counts_and_only_once(void **state)
{
    static const char letter[] = "Emre Can Yıldırım\n\nIhr Zeichen 50.31.246810-4\n\nWiderspruch\n";
    static const struct known_fact asked[] = {
        {KNOWN_EXPECTED, "50.31.246810-4", "kontoauszug", "1"},
        {KNOWN_EXPECTED, "50.21.100200-9", "",            "2"},
    };
    static const struct known_fact envelope = {KNOWN_ENVELOPE, "50.31.246810-4", "", "b"};
    struct rules *rules = new_rules(NULL);
    struct register_index *index = sample_index(rules, REGISTER, LENGTH(REGISTER));
    (void)state;
    const struct classify_context other_paper = {asked, LENGTH(asked)};
    const struct classify_context batch = {IN_FAVOUR, 1}, one_envelope = {&envelope, 1};
    assert_true(weight_of(rules, index, &batch, letter, "same_batch") > 0);
    assert_true(weight_of(rules, index, &one_envelope, letter, "same_envelope") >
                weight_of(rules, index, &batch, letter, "same_batch"));
    assert_true(weight_of(rules, index, &FAVOUR, letter, "same_submission") ==
                weight_of(rules, index, &one_envelope, letter, "same_envelope"));
    assert_true(weight_of(rules, index, &FAVOUR, letter, "same_batch") == 0);
    assert_true(weight_of(rules, index, &FAVOUR, letter, "expected_paper") > 0);
    assert_true(weight_of(rules, index, &other_paper, letter, "expected_paper") == 0);
    // Beside a lone name it is shown, and weighs nothing.
    assert_true(weight_of(rules, index, &FAVOUR, "Emre Can Yıldırım\n", "same_submission") == 0);
    register_index_free(&index);
    rules_free(&rules);
}

/* As explain(), with what was known; ret_known is owned by the caller. */
static void explain_within(const struct rules *rules, const struct register_index *index,
                           const struct classify_context *context, const char *letter,
                           struct text *json, char **ret_known)
{
    struct reading reading = sample_reading(letter);
    struct classification result = {0};
    assert_int_equal(classify_within(rules, index, &reading, context, &result, NULL), STATUS_OK);
    classification_append_json(&result, rules, 1, json);
    assert_true(text_ok(json));
    *ret_known = string_copy(result.known);
    assert_non_null(*ret_known);
    classification_done(&result);
    reading_done(&reading);
}

static void what_the_decision_kept_of_it_leads_to_the_same_decision(void **state)
{
    static const char *const letters[] = {
        "Emre Can Yıldırım\n\nWiderspruch\n",
        "Frau Brinkmann\n\nIhr Zeichen 50.21.100200-9\n",
        "Konrad Tetzlaff\nHafenweg 3a\n17109 Demmin\n\nAz. 50.23.555113-8\n",
        "Guten Tag\n",
    };
    static const struct known_fact facts[] = {
        {KNOWN_ENVELOPE, "50.23.555112-6", "",            "x"},
        {KNOWN_BATCH,    "50.99.000000-0", "",            "y"},
        {KNOWN_EXPECTED, "50.31.246810-4", "widerspruch", "3"},
        {KNOWN_EXCLUDED, "50.23.555111-8", "",            "" },
        {KNOWN_EXPECTED, "50.31.246810-4", "",            "2"},
        {KNOWN_BATCH,    "50.21.100200-9", "",            "z"},
    };
    struct known_fact turned[LENGTH(facts)];
    struct rules *rules = new_rules(NULL);
    struct register_index *index = sample_index(rules, REGISTER, LENGTH(REGISTER));
    (void)state;
    for (size_t i = 0; i < LENGTH(facts); i++)
        turned[i] = facts[LENGTH(facts) - 1 - i];
    for (size_t i = 0; i < LENGTH(letters); i++) {
        struct text first = {0}, again = {0}, other = {0};
        char *known = NULL, *known_again = NULL, *known_turned = NULL;
        struct known_facts kept = {0};
        explain_within(rules, index, &(struct classify_context){facts, LENGTH(facts)}, letters[i],
                       &first, &known);
        assert_null(strstr(known, "50.99.000000-0"));
        assert_int_equal(known_facts_read(known, strlen(known), &kept, NULL), STATUS_OK);
        explain_within(rules, index, &kept.context, letters[i], &again, &known_again);
        assert_string_equal(text_string(&again), text_string(&first));
        explain_within(rules, index, &(struct classify_context){turned, LENGTH(turned)}, letters[i],
                       &other, &known_turned);
        // All but the order in which it was told.
        char *told = strstr(text_string(&other), "\"known\"");
        assert_non_null(told);
        assert_memory_equal(text_string(&other), text_string(&first),
                            (size_t)(told - text_string(&other)));
        known_facts_done(&kept);
        free(known);
        free(known_again);
        free(known_turned);
        text_done(&first);
        text_done(&again);
        text_done(&other);
    }
    register_index_free(&index);
    rules_free(&rules);
}

static void a_case_that_it_was_taken_out_of_is_no_candidate(void **state)
{
    static const char letter[] = "Emre Can Yıldırım\nNeustrelitzer Straße 44\n17033 "
                                 "Neubrandenburg\n\nIhr Zeichen 50.31.246810-4\n";
    static const struct known_fact out = {KNOWN_EXCLUDED, "50.31.246810-4", "", ""};
    struct rules *rules = new_rules(NULL);
    struct register_index *index = sample_index(rules, REGISTER, LENGTH(REGISTER));
    (void)state;
    assert_true(files(rules, index, letter, NULL, "50.31.246810-4"));
    assert_false(
        files_within(rules, index, &(struct classify_context){&out, 1}, letter, NULL, NULL));
    register_index_free(&index);
    rules_free(&rules);
}

static void lines_of_another_form_are_refused(void **state)
{
    static const char *const lines[] = {
        "batch\t50.31.246810-4\t\n",
        "batch\t50.31.246810-4\t\t\t\n",
        "batch\tx\t\tz",
        "nearby\t50.31.246810-4\t\t\n",
        "\n",
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(lines); i++) {
        struct known_facts facts = {0};
        if (known_facts_read(lines[i], strlen(lines[i]), &facts, NULL) != STATUS_REFUSE)
            fail_msg("%s", lines[i]);
        known_facts_done(&facts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_single_piece_of_evidence_files),
        cmocka_unit_test(no_single_piece_of_evidence_files_against_another),
        cmocka_unit_test(only_a_sealed_return_sheet_files_alone),
        cmocka_unit_test(old_numbers_lead_to_the_case_and_blocked_cases_to_a_person),
        cmocka_unit_test(our_own_paper_turns_the_references_round),
        cmocka_unit_test(another_scheme_of_numbers_needs_only_its_grammar),
        cmocka_unit_test(the_order_of_the_register_means_nothing),
        cmocka_unit_test(what_was_known_before_is_no_second_kind_of_evidence),
        cmocka_unit_test(the_nearest_document_counts_and_only_once),
        cmocka_unit_test(what_the_decision_kept_of_it_leads_to_the_same_decision),
        cmocka_unit_test(a_case_that_it_was_taken_out_of_is_no_candidate),
        cmocka_unit_test(lines_of_another_form_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
