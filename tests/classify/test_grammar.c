/* test_grammar.c - schemes of case numbers are what the options say, whatever they say. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "classify/grammar.h"
#include "tests/classify/sample.h"

struct row {
    size_t grammar;
    const char *text;
    const char *canonical; /* NULL: nothing is found */
    bool is_checked;
    bool is_wrong;
};

static void expect_row(const struct row *row)
{
    const struct classify_options options = sample_options();
    struct grammar grammar;
    struct grammar_match match = {0};
    assert_int_equal(grammar_init(&grammar, &options.grammars[row->grammar], NULL), STATUS_OK);
    bool found = grammar_find(&grammar, row->text, strlen(row->text), 0, &match);
    if (found != (row->canonical != NULL))
        fail_msg("\"%s\": found %d", row->text, found);
    if (found) {
        assert_string_equal(match.canonical, row->canonical);
        if (match.is_checked != row->is_checked || match.is_wrong != row->is_wrong)
            fail_msg("\"%s\": check digit", row->text);
    }
    grammar_done(&grammar);
}

static void writes_numbers_as_the_register_does(void **state)
{
    static const struct row rows[] = {
        {0, "Az. 50.21.100200-9, bitte", "50.21.100200-9",   true,  false},
        {0, "50211002009",               "50.21.100200-9",   true,  false},
        {0, "50 21 100200 - 9",          "50.21.100200-9",   true,  false},
        {0, "50.21.100200-5",            "50.21.100200-5",   false, true },
        {0, "150.21.100200-9",           NULL,               false, false},
        {0, "17033 Neubrandenburg",      NULL,               false, false},
        {1, "SG 50.2/31415/11",          "SG 50.2/31415/11", false, false},
        {1, "50.2 / 31415 / 11",         "SG 50.2/31415/11", false, false},
        {1, "50.2/5638/11",              NULL,               false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_row(&rows[i]);
}

static void knows_a_scheme_that_somebody_made_up(void **state)
{
    static const struct case_grammar made_up = {
        .name = "made up",
        .pattern = "(?<office>[A-ZÄÖÜ]{2})-(?<year>20[0-9]{2})/(?<serial>[0-9]{4})(?<two>[0-9]{2})",
        .canonical = "{office}/{serial}/{year}-{two}",
        .check = CHECK_MOD97_10,
        .check_over = "{year}{serial}",
        .check_group = "two"};
    struct grammar grammar;
    struct grammar_match match;
    (void)state;
    assert_int_equal(grammar_init(&grammar, &made_up, NULL), STATUS_OK);
    const char *text = "zu ÄM-2024/081536 und ÄM-2024/081537";
    assert_true(grammar_find(&grammar, text, strlen(text), 0, &match));
    assert_string_equal(match.canonical, "ÄM/0815/2024-36");
    bool first_checked = match.is_checked;
    assert_true(grammar_find(&grammar, text, strlen(text), match.end, &match));
    assert_string_equal(match.canonical, "ÄM/0815/2024-37");
    assert_false(first_checked && match.is_checked);
    grammar_done(&grammar);
}

/* The building blocks that German counties use: office, area, position, serial number, year. */
static void reads_the_usual_building_blocks(void **state)
{
    static const struct case_grammar usual = {
        .name = "usual",
        .pattern = "(?<amt>5[0-9])(?:[.-](?<sg>[0-9]{1,2}))?(?:[.](?<ap>[0-9]{2}))?\\s*(?:-|–|/| )"
                   "\\s*(?<lfd>[0-9]{3,6})(?:\\s*/\\s*(?<jahr>[0-9]{4}|[0-9]{2})(?![0-9]))?",
        .canonical = "{amt}|{sg}|{ap}|{lfd}|{jahr}"};
    static const struct {
        const char *text;
        const char *canonical;
    } rows[] = {
        {"Az. 50.2-4711/26",   "50|2||4711|26"  },
        {"50.2-4711/2026,",    "50|2||4711|2026"},
        {"50.21.01-12345",     "50|21|01|12345|"},
        {"50.21.01 – 12345", "50|21|01|12345|"},
        {"50 / 4711 / 26",     "50|||4711|26"   },
        {"II/50.2-Mü-0815",   NULL             },
        {"50.2-47",            NULL             },
    };
    struct grammar grammar;
    struct grammar_match match;
    (void)state;
    assert_int_equal(grammar_init(&grammar, &usual, NULL), STATUS_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool found = grammar_find(&grammar, rows[i].text, strlen(rows[i].text), 0, &match);
        if (found != (rows[i].canonical != NULL) ||
            (found && strcmp(match.canonical, rows[i].canonical) != 0))
            fail_msg("\"%s\": %s", rows[i].text, found ? match.canonical : "nothing");
    }
    grammar_done(&grammar);
}

static void a_check_character_may_be_a_letter(void **state)
{
    static const struct case_grammar lettered = {
        .name = "lettered",
        .pattern = "(?<number>[A-Z0-9]{4,20})-(?<check>[A-Z0-9*])",
        .canonical = "{number}-{check}",
        .check = CHECK_MOD37_36,
        .check_over = "{number}",
        .check_group = "check"};
    struct grammar grammar;
    struct grammar_match match;
    (void)state;
    assert_int_equal(grammar_init(&grammar, &lettered, NULL), STATUS_OK);
    const char *right = "Nr. A12425GABC1234002-M", *wrong = "Nr. A12425GABC1234002-N";
    assert_true(grammar_find(&grammar, right, strlen(right), 0, &match));
    assert_true(match.is_checked);
    assert_true(grammar_find(&grammar, wrong, strlen(wrong), 0, &match));
    assert_true(match.is_wrong);
    grammar_done(&grammar);
}

static void refuses_what_cannot_work(void **state)
{
    static const struct case_grammar bad[] = {
        {"does not compile",            "(?<a>[0-9]",             "{a}", CHECK_NONE, NULL,  NULL},
        {"unknown group",               "(?<a>[0-9])",            "{b}", CHECK_NONE, NULL,  NULL},
        {"check without group",         "(?<a>[0-9])",            "{a}", CHECK_DAMM, "{a}", NULL},
        {"check over an unknown group", "(?<a>[0-9])(?<c>[0-9])", "{a}", CHECK_DAMM, "{x}", "c" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct grammar grammar;
        struct fault fault = {0};
        if (grammar_init(&grammar, &bad[i], &fault) != STATUS_REFUSE)
            fail_msg("%s was not refused", bad[i].name);
        assert_non_null(strstr(fault.text, bad[i].name));
    }
}

static void gives_up_on_a_pattern_without_end(void **state)
{
    static const struct case_grammar endless = {
        .name = "endless", .pattern = "(?<a>(?:[0-9]+)+)x", .canonical = "{a}"};
    struct grammar grammar;
    struct grammar_match match;
    (void)state;
    assert_int_equal(grammar_init(&grammar, &endless, NULL), STATUS_OK);
    const char *text = "000000000000000000000000000000000000000000000000000000000000000000";
    assert_false(grammar_find(&grammar, text, strlen(text), 0, &match));
    grammar_done(&grammar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_numbers_as_the_register_does),
        cmocka_unit_test(knows_a_scheme_that_somebody_made_up),
        cmocka_unit_test(reads_the_usual_building_blocks),
        cmocka_unit_test(a_check_character_may_be_a_letter),
        cmocka_unit_test(refuses_what_cannot_work),
        cmocka_unit_test(gives_up_on_a_pattern_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
