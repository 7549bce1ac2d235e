/* test_check_digit.c - published and worked examples of every check digit. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "classify/check_digit.h"

static void computes_the_published_digits(void **state)
{
    static const struct {
        int (*algorithm)(const char *);
        const char *digits;
        int expected;
    } rows[] = {
        {check_mod11_10, "79462",                3 },
        {check_mod11_10, "0794",                 5 },
        {check_mod11_10, "50210112345",          6 },
        {check_mod97_10, "99991234567890121414", 90},
        {check_mod97_10, "794",                  44},
        {check_mod97_10, "50210112345",          47},
        {check_luhn,     "50210112345",          8 },
        {check_damm,     "572",                  4 },
        {check_damm,     "50210112345",          9 },
        {check_luhn,     "",                     -1},
        {check_damm,     "12a",                  -1},
        {check_mod11_10, " 1",                   -1},
        {check_mod97_10, "1-2",                  -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].algorithm(rows[i].digits) != rows[i].expected)
            fail_msg("row %zu, \"%s\": %d", i, rows[i].digits, rows[i].algorithm(rows[i].digits));
    }
}

static void agrees_only_with_the_right_digits(void **state)
{
    (void)state;
    assert_true(check_agrees(CHECK_MOD11_10, "0794", "5"));
    assert_false(check_agrees(CHECK_MOD11_10, "0794", "6"));
    assert_false(check_agrees(CHECK_MOD11_10, "0794", "05"));
    assert_false(check_agrees(CHECK_MOD11_10, "0794", ""));
    assert_true(check_agrees(CHECK_MOD97_10, "794", "44"));
    assert_false(check_agrees(CHECK_MOD97_10, "794", "4"));
    assert_true(check_agrees(CHECK_DAMM, "572", "4"));
    assert_false(check_agrees(CHECK_LUHN, "50210112345", "x"));
    assert_true(check_agrees(CHECK_NONE, "anything", ""));
}

struct sample {
    const char *number;
    bool expected;
};

static void expect(bool (*check)(const char *), const struct sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (check(samples[i].number) != samples[i].expected)
            fail_msg("\"%s\" must be %s", samples[i].number,
                     samples[i].expected ? "right" : "wrong");
    }
}

#define EXPECT(check, samples) expect(check, samples, sizeof(samples) / sizeof *(samples))

static void knows_ibans(void **state)
{
    static const struct sample samples[] = {
        {"DE89370400440532013000",  true },
        {"DE75512108001245126199",  true },
        {"DE12500105170648489890",  true },
        {"DE02120300000000202051",  true },
        {"DE89370400440532013001",  false},
        {"DE8937040044053201300",   false},
        {"AT611904300234573201",    true },
        {"de89370400440532013000",  false},
        {"DE89 370400440532013000", false},
        {"",                        false},
    };
    (void)state;
    EXPECT(check_iban, samples);
}

static void knows_insurance_numbers(void **state)
{
    static const struct sample samples[] = {
        {"15070649C103", true },
        {"65170839J003", true },
        {"65170839J008", false},
        {"15070649C104", false},
        {"15070649C10",  false},
        {"150706490103", false},
        {"1507064Cc103", false},
    };
    (void)state;
    EXPECT(check_insurance_number, samples);
}

static void knows_health_numbers(void **state)
{
    static const struct sample samples[] = {
        {"A123456780", true },
        {"X110411675", true },
        {"X110411674", false},
        {"1110411675", false},
        {"X11041167",  false},
    };
    (void)state;
    EXPECT(check_health_number, samples);
}

static void knows_tax_ids(void **state)
{
    static const struct sample samples[] = {
        {"86095742719", true },
        {"47036892816", true },
        {"65929970489", true },
        {"57549285017", true },
        {"25768131411", true },
        {"36574261809", true },
        {"36574261890", false},
        {"36554266806", false},
        {"12345678903", false},
        {"06095742719", false},
        {"8609574271",  false},
    };
    (void)state;
    EXPECT(check_tax_id, samples);
}

static void knows_identity_cards(void **state)
{
    static const struct sample samples[] = {
        {"T220001293", true },
        {"L01X00T471", true },
        {"LZ6311T475", true },
        {"C01X00T478", true },
        {"D231458907", true },
        {"L01X00T472", false},
        {"L01X00T47",  false},
    };
    (void)state;
    EXPECT(check_id_card, samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(computes_the_published_digits),
        cmocka_unit_test(agrees_only_with_the_right_digits),
        cmocka_unit_test(knows_ibans),
        cmocka_unit_test(knows_insurance_numbers),
        cmocka_unit_test(knows_health_numbers),
        cmocka_unit_test(knows_tax_ids),
        cmocka_unit_test(knows_identity_cards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
