/* test_receipt.c - the earliest proven day is the date of receipt, and letterboxes keep to theirs. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "law/day.h"
#include "law/receipt.h"

enum { EVIDENCE_MOST = 4, MONDAY_2_MARCH = 20514 };

static void the_earliest_proof_counts(void **state)
{
    (void)state;
    const int32_t day = MONDAY_2_MARCH;
    const struct {
        const char *name;
        struct receipt_evidence evidence[EVIDENCE_MOST];
        size_t count, expected;
    } cases[] = {
        {"the drop alone",                {{RECEIPT_DROP, day, 1}},                               1, 0},
        {"a stamp three days before",     {{RECEIPT_DROP, day, 1}, {RECEIPT_STAMP, day - 3, 1}},  2, 1},
        {"a stamp two weeks before",      {{RECEIPT_DROP, day, 1}, {RECEIPT_STAMP, day - 14, 1}}, 2, 1},
        {"a stamp too old",               {{RECEIPT_DROP, day, 1}, {RECEIPT_STAMP, day - 15, 1}}, 2, 0},
        {"a stamp of tomorrow",           {{RECEIPT_DROP, day, 1}, {RECEIPT_STAMP, day + 1, 1}},  2, 0},
        {"cover sheet, then letterbox",
         {{RECEIPT_DROP, day, 1},
          {RECEIPT_COVER_SHEET, day - 1, 1},
          {RECEIPT_LETTERBOX, day - 3, 1}},
         3,                                                                                          2},
        {"the same day: the first named",
         {{RECEIPT_DROP, day, 1}, {RECEIPT_OPERATOR, day, 2}},
         2,                                                                                          0},
        {"an old cover sheet is proof",
         {{RECEIPT_DROP, day, 1}, {RECEIPT_COVER_SHEET, day - 40, 1}},
         2,                                                                                          1},
        {"a correction to a later day",
         {{RECEIPT_STAMP, day - 5, 1}, {RECEIPT_CORRECTION, day + 2, 5}, {RECEIPT_DROP, day, 1}},
         3,                                                                                          1},
        {"the last of two corrections",
         {{RECEIPT_CORRECTION, day - 9, 5},
          {RECEIPT_CORRECTION, day - 1, 6},
          {RECEIPT_DROP, day, 1}},
         3,                                                                                          1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t decided = receipt_decide(cases[i].evidence, cases[i].count);
        if (decided != cases[i].expected)
            fail_msg("%s: piece %zu instead of %zu", cases[i].name, decided, cases[i].expected);
    }
}

static void letterboxes_keep_to_their_rule(void **state)
{
    (void)state;
    const int32_t day = MONDAY_2_MARCH;
    assert_int_equal(letterbox_day(LETTERBOX_SAME_DAY, day, day - 3), day);
    assert_int_equal(letterbox_day(LETTERBOX_PREVIOUS_DAY, day, day - 3), day - 1);
    assert_int_equal(letterbox_day(LETTERBOX_LAST_EMPTYING, day, day - 3), day - 3);
    assert_int_equal(letterbox_day(LETTERBOX_LAST_EMPTYING, day, DAY_UNKNOWN), day - 1);
    for (int rule = 0; rule < LETTERBOX_RULES; rule++) // emptied a second time that day
        assert_int_equal(letterbox_day((enum letterbox_rule)rule, day, day), day);
}

static void words_come_back(void **state)
{
    (void)state;
    enum receipt_evidence_kind kind;
    enum letterbox_rule rule;
    for (int i = 0; i < RECEIPT_EVIDENCE_KINDS; i++) {
        assert_true(receipt_evidence_from_name(receipt_evidence_name((enum receipt_evidence_kind)i),
                                               &kind));
        assert_int_equal(kind, i);
        assert_non_null(receipt_evidence_german(kind));
    }
    for (int i = 0; i < LETTERBOX_RULES; i++) {
        assert_true(letterbox_rule_from_name(letterbox_rule_name((enum letterbox_rule)i), &rule));
        assert_int_equal(rule, i);
    }
    assert_false(receipt_evidence_from_name("Stempel", &kind));
    assert_false(letterbox_rule_from_name("", &rule));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_earliest_proof_counts),
        cmocka_unit_test(letterboxes_keep_to_their_rule),
        cmocka_unit_test(words_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
