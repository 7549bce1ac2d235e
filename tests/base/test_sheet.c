/* test_sheet.c - codes of sheets come back as they were written; what is not ours is not taken for
 * ours, and nobody makes a seal without the key. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sheet.h"

static const struct sheet samples[] = {
    {.kind = SHEET_SEPARATOR         },
    {                   .kind = SHEET_SEPARATOR,                                         .number = 7,            .of = 20, .batch = "B-1"},
    {                                    .kind = SHEET_COVER,
     .batch = "0192F3",
     .site = "Röbel/Müritz: Rathaus",
     .operator_name = "Änne O'Neill",
     .prepared = 120,
     .received = "2026-03-02"},
    {                                      .kind = SHEET_COVER,                                                                                              .batch = "1",                                                                                                                    .site = "", .operator_name = ""},
    {         .kind = SHEET_RETURN,.case_number = "50.21.004711-7",.seal = "0123ABCD"},
    { .kind = SHEET_RETURN,                                                                                      .case_number = "SG 50.2/12345/26"                                                                                                                                                                                                          },
    {                               .kind = SHEET_RETURN, .case_number = "50.21.004711-7",.seal = "0123ABCD", .request = 4711},
};

static void codes_come_back_as_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        char code[SHEET_CODE_BYTES];
        struct sheet read = {0};
        assert_true(sheet_write(&samples[i], code));
        print_message("%s\n", code);
        assert_int_equal(sheet_read(code, &read), SHEET_GOOD);
        assert_int_equal(read.kind, samples[i].kind);
        assert_int_equal(read.number, samples[i].number);
        assert_int_equal(read.of, samples[i].of);
        assert_int_equal(read.prepared, samples[i].prepared);
        assert_string_equal(read.batch, samples[i].batch);
        assert_string_equal(read.site, samples[i].site);
        assert_string_equal(read.operator_name, samples[i].operator_name);
        assert_string_equal(read.received, samples[i].received);
        assert_string_equal(read.case_number, samples[i].case_number);
        assert_string_equal(read.seal, samples[i].seal);
        assert_int_equal(read.request, samples[i].request);
    }
}

static void every_changed_character_is_noticed(void **state)
{
    (void)state;
    char code[SHEET_CODE_BYTES];
    struct sheet read;
    assert_true(sheet_write(&samples[4], code));
    for (size_t i = 4; code[i] != '\0'; i++) {
        char kept = code[i];
        code[i] = kept == '7' ? '1' : '7';
        assert_int_equal(sheet_read(code, &read), SHEET_MALFORMED);
        code[i] = kept;
    }
}

static void what_is_not_ours_is_foreign_or_malformed(void **state)
{
    (void)state;
    const struct {
        const char *code;
        enum sheet_verdict verdict;
    } cases[] = {
        {"",                         SHEET_FOREIGN  },
        {"PATCHT",                   SHEET_FOREIGN  },
        {"http://example.org/PE1:T", SHEET_FOREIGN  },
        {"PE1:",                     SHEET_MALFORMED},
        {"PE1:T:1:2::0000",          SHEET_MALFORMED},
        {"PE1:::::::::::::::::",     SHEET_MALFORMED},
    };
    struct sheet read;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (sheet_read(cases[i].code, &read) != cases[i].verdict)
            fail_msg("\"%s\" is taken for something else", cases[i].code);
}

static void parts_that_do_not_fit_are_not_written(void **state)
{
    (void)state;
    char code[SHEET_CODE_BYTES];
    struct sheet sheet = {.kind = SHEET_SEPARATOR, .number = SHEET_NUMBER_MOST + 1};
    assert_false(sheet_write(&sheet, code));
    sheet = (struct sheet){.kind = SHEET_RETURN};
    assert_false(sheet_write(&sheet, code));
    sheet = (struct sheet){.kind = SHEET_COVER, .batch = "1", .received = "2.3.2026"};
    assert_false(sheet_write(&sheet, code));
    sheet = (struct sheet){.kind = SHEET_COVER, .batch = "1"};
    memset(sheet.site, '\xFC', sizeof sheet.site - 1); // not UTF-8, and too long when encoded
    assert_false(sheet_write(&sheet, code));
}

static void a_seal_is_of_one_case_and_one_key(void **state)
{
    (void)state;
    struct sheet_key key, other;
    assert_int_equal(sheet_key_make("sheets.key", &key, NULL), STATUS_OK);
    assert_int_equal(sheet_key_make("other.key", &other, NULL), STATUS_OK);
    struct sheet sheet = {.kind = SHEET_RETURN, .case_number = "50.21.004711-7"};
    assert_false(sheet_seal_is_valid(&key, &sheet));
    sheet_seal(&key, &sheet, sheet.seal);
    assert_true(sheet_seal_is_valid(&key, &sheet));
    assert_false(sheet_seal_is_valid(&other, &sheet));
    sheet.request = 12;
    assert_false(sheet_seal_is_valid(&key, &sheet));
    sheet_seal(&key, &sheet, sheet.seal);
    assert_true(sheet_seal_is_valid(&key, &sheet));
    sheet.request = 1;
    assert_false(sheet_seal_is_valid(&key, &sheet));
    sheet.request = 12;
    sheet.case_number[3] = '3';
    assert_false(sheet_seal_is_valid(&key, &sheet));
}

static void the_key_stays_the_same_and_is_nobody_elses(void **state)
{
    (void)state;
    struct sheet_key key, again;
    struct stat facts;
    assert_int_equal(sheet_key_load("absent.key", &key, NULL), STATUS_REFUSE);
    assert_int_equal(sheet_key_make("kept.key", &key, NULL), STATUS_OK);
    assert_int_equal(sheet_key_make("kept.key", &again, NULL), STATUS_OK);
    assert_memory_equal(key.bytes, again.bytes, sizeof key.bytes);
    assert_int_equal(sheet_key_load("kept.key", &again, NULL), STATUS_OK);
    assert_memory_equal(key.bytes, again.bytes, sizeof key.bytes);
    assert_int_equal(stat("kept.key", &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_int_equal(truncate("kept.key", 20), 0);
    assert_int_equal(sheet_key_load("kept.key", &again, NULL), STATUS_REFUSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_come_back_as_written),
        cmocka_unit_test(every_changed_character_is_noticed),
        cmocka_unit_test(what_is_not_ours_is_foreign_or_malformed),
        cmocka_unit_test(parts_that_do_not_fit_are_not_written),
        cmocka_unit_test(a_seal_is_of_one_case_and_one_key),
        cmocka_unit_test(the_key_stays_the_same_and_is_nobody_elses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
