/* test_register_index.c - the register, asked backwards. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "classify/edit_distance.h"
#include "classify/register_index.h"
#include "tests/classify/sample.h"

static const struct register_person PERSONS[] = {
    {"50.21.100200-9",   "Brinkmann", "Hedwig",          "1951-04-17", "Lindenhof", "12",  "17192", "Waren",
     "SG 50.2",                                                                                                         "laufend", "DE89370400440532013000; 12345//0012345;65170839J003", NULL, false,
     false                                                                                                                                                                                                  },
    {"SG 50.2/31415/09", "Quast",     "Ferdinand",       "1972-12-24", "Feldrain",  "101", "17153",
     "Stavenhagen",                                                                                          "SG 50.2", "Beendet", "",                                                    NULL, false, false},
    {"50.21.100200-9",   "Brinkmann", "Hans-Peter Emil", "1980-01-01", "Lindenhof", "12",  "17192",
     "Waren",                                                                                                "SG 50.2", "laufend", "",                                                    NULL, false, false},
};

struct fixture {
    struct rules *rules;
    struct register_index *index;
};

static void set_up(struct fixture *fixture)
{
    const struct classify_options options = sample_options();
    assert_int_equal(rules_new(&options, &fixture->rules, NULL), STATUS_OK);
    fixture->index = sample_index(fixture->rules, PERSONS, sizeof PERSONS / sizeof *PERSONS);
}

static void tear_down(struct fixture *fixture)
{
    register_index_free(&fixture->index);
    rules_free(&fixture->rules);
}

static void a_case_can_have_several_persons(void **state)
{
    struct fixture fixture;
    (void)state;
    set_up(&fixture);
    const struct register_index *index = fixture.index;
    uint32_t case_id = register_index_case(index, "50.21.100200-9");
    assert_int_equal(register_index_persons(index), 3);
    assert_int_equal(index->case_count, 2);
    assert_int_equal(index->cases[case_id].person_count, 2);
    assert_string_equal(register_index_team(index, case_id), "SG 50.2");
    assert_int_equal(register_index_case(index, "50.21.100200-8"), CASE_NONE);
    for (uint32_t i = 0; i < 2; i++)
        assert_int_equal(index->persons[index->cases[case_id].first_person + i].case_id, case_id);
    assert_true(index->cases[register_index_case(index, "SG 50.2/31415/09")].is_closed);
    assert_false(index->cases[case_id].is_closed);
    tear_down(&fixture);
}

static void finds_the_numbers_that_marks_could_have_been(void **state)
{
    static const struct {
        const char *name;
        const char *marks;
        const char *number; /* NULL: none */
        unsigned cost;
    } rows[] = {
        {"as registered",           "50211002009",  "50.21.100200-9",   0  },
        {"a wrong digit",           "50211402009",  "50.21.100200-9",   100},
        {"check digit lost",        "5021100200",   "50.21.100200-9",   100},
        {"swapped",                 "50210102009",  "50.21.100200-9",   100},
        {"8 for 0",                 "50211802009",  "50.21.100200-9",   40 },
        {"wrong digit and 8 for 0", "50231802009",  "50.21.100200-9",   140},
        {"old scheme",              "565023141509", "SG 50.2/31415/09", 0  },
        {"three wrong",             "50219992009",  NULL,               0  },
        {"nothing",                 "",             NULL,               0  },
    };
    struct fixture fixture;
    (void)state;
    set_up(&fixture);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct number_hit hits[4];
        size_t count = register_index_by_number(fixture.index, rows[i].marks, 140, hits, 4);
        if (count != (rows[i].number == NULL ? 0U : 1U))
            fail_msg("%s: %zu hits", rows[i].name, count);
        if (count == 0)
            continue;
        assert_string_equal(register_index_number(fixture.index, hits[0].case_id), rows[i].number);
        if (hits[0].cost != rows[i].cost)
            fail_msg("%s: cost %u", rows[i].name, hits[0].cost);
    }
    tear_down(&fixture);
}

static uint32_t word(const struct dictionary *dictionary, const char *folded)
{
    uint32_t number = dictionary_find(dictionary, folded);
    assert_int_not_equal(number, DICTIONARY_NONE);
    return number;
}

static void finds_persons_by_name_birth_and_address(void **state)
{
    struct fixture fixture;
    (void)state;
    set_up(&fixture);
    const struct register_index *index = fixture.index;
    uint32_t surname = word(&index->surnames, "brinkmann");
    assert_int_equal(
        register_index_by_name(index, surname, word(&index->given_names, "hedwig")).count, 1);
    assert_int_equal(
        register_index_by_name(index, surname, word(&index->given_names, "peter")).count, 1);
    assert_int_equal(register_index_by_birth(index, 19510417, surname).count, 1);
    assert_int_equal(register_index_by_birth(index, 19510418, surname).count, 0);
    assert_int_equal(register_index_by_address(index, word(&index->streets, "lindenhof"),
                                               word(&index->house_numbers, "12"))
                         .count,
                     2);
    tear_down(&fixture);
}

static void keeps_no_identifier_that_must_not_be_used(void **state)
{
    struct fixture fixture;
    (void)state;
    set_up(&fixture);
    const struct register_index *index = fixture.index;
    struct identifier account = {.kind = IDENTIFIER_IBAN, .folded = "DE89370400440532013000"};
    struct identifier insurance = {.kind = IDENTIFIER_INSURANCE_NUMBER, .folded = "65170839J003"};
    uint32_t case_id = register_index_case(index, "50.21.100200-9");
    uint32_t hedwig = index->cases[case_id].first_person;
    assert_true(register_index_has_identifier(index, hedwig, &account));
    assert_int_equal(register_index_by_identifier(index, &account).count, 1);
    assert_false(register_index_has_identifier(index, hedwig, &insurance));
    assert_int_equal(register_index_by_identifier(index, &insurance).count, 0);
    assert_null(strstr(register_index_field(index, hedwig, PERSON_IDENTIFIERS), "65170839"));
    tear_down(&fixture);
}

static void refuses_a_person_without_a_number_and_a_late_one(void **state)
{
    struct fixture fixture;
    struct fault fault = {0};
    (void)state;
    set_up(&fixture);
    assert_int_equal(register_index_add(fixture.index, &PERSONS[0], &fault), STATUS_HALT);
    struct register_index *index = NULL;
    struct register_person nobody = PERSONS[0];
    nobody.case_number = "";
    assert_int_equal(register_index_new(fixture.rules, &index, &fault), STATUS_OK);
    assert_int_equal(register_index_add(index, &nobody, &fault), STATUS_REFUSE);
    assert_int_equal(register_index_finish(index, &fault), STATUS_OK);
    assert_int_equal(register_index_persons(index), 0);
    register_index_free(&index);
    tear_down(&fixture);
}

static void holds_many(void **state)
{
    enum { MANY = 20000 };
    const struct classify_options options = sample_options();
    struct rules *rules = NULL;
    struct register_index *index = NULL;
    (void)state;
    assert_int_equal(rules_new(&options, &rules, NULL), STATUS_OK);
    assert_int_equal(register_index_new(rules, &index, NULL), STATUS_OK);
    for (unsigned i = 0; i < MANY; i++) {
        char number[32];
        struct register_person person = PERSONS[i % 2];
        (void)snprintf(number, sizeof number, "50.21.%06u-0", i * 7);
        person.case_number = number;
        assert_int_equal(register_index_add(index, &person, NULL), STATUS_OK);
    }
    assert_int_equal(register_index_finish(index, NULL), STATUS_OK);
    assert_int_equal(register_index_persons(index), MANY);
    struct number_hit hits[4];
    assert_int_equal(register_index_by_number(index, "50210700000", 0, hits, 4), 1);
    assert_string_equal(register_index_number(index, hits[0].case_id), "50.21.070000-0");
    register_index_free(&index);
    rules_free(&rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_can_have_several_persons),
        cmocka_unit_test(finds_the_numbers_that_marks_could_have_been),
        cmocka_unit_test(finds_persons_by_name_birth_and_address),
        cmocka_unit_test(keeps_no_identifier_that_must_not_be_used),
        cmocka_unit_test(refuses_a_person_without_a_number_and_a_late_one),
        cmocka_unit_test(holds_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
