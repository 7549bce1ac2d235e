/* test_totp.c - codes of the second factor: the values of the standards, and what is taken. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "portal/totp.h"

/* The secret of both standards' examples. */
static const uint8_t secret[] = "12345678901234567890";

/* RFC 4226, appendix D. */
static void makes_the_codes_of_rfc_4226(void **state)
{
    (void)state;
    static const uint32_t codes[] = {755224, 287082, 359152, 969429, 338314,
                                     254676, 287922, 162583, 399871, 520489};
    for (uint64_t count = 0; count < 10; count++) {
        uint32_t code = 0;
        assert_true(totp_code(secret, 20, count, 6, &code));
        assert_int_equal(code, codes[count]);
    }
}

/* RFC 6238, appendix B, the rows of SHA-1. */
static void makes_the_codes_of_rfc_6238(void **state)
{
    (void)state;
    static const struct {
        int64_t second;
        uint32_t code;
    } rows[] = {
        {59,          94287082},
        {1111111109,  7081804 },
        {1111111111,  14050471},
        {1234567890,  89005924},
        {2000000000,  69279037},
        {20000000000, 65353130},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t code = 0;
        assert_true(
            totp_code(secret, 20, (uint64_t)(rows[i].second * 1000 / TOTP_STEP_MS), 8, &code));
        assert_int_equal(code, rows[i].code);
    }
    uint32_t none = 7;
    assert_false(totp_code(secret, 20, 1, 5, &none));
    assert_false(totp_code(secret, 20, 1, 9, &none));
    assert_int_equal(none, 7);
}

static void takes_codes_near_the_moment(void **state)
{
    (void)state;
    static const int64_t now_ms = INT64_C(1111111111000);
    static const int64_t now = now_ms / TOTP_STEP_MS;
    for (int64_t aside = -3; aside <= 3; aside++) {
        uint32_t code = 0;
        char typed[16];
        assert_true(totp_code(secret, 20, (uint64_t)(now + aside), 6, &code));
        (void)snprintf(typed, sizeof typed, " %03u %03u", code / 1000, code % 1000);
        int64_t step = totp_find_step(secret, typed, now_ms);
        assert_int_equal(step, aside >= -1 && aside <= 1 ? now + aside : 0);
    }
    static const char *const none[] = {"",        "12345",  "1234567",     "050 47a",
                                       "-50471",  "+50471", "0x50471",     "٠٥٠٤٧١",
                                       "050471;", "      ", "050471050471"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_int_equal(totp_find_step(secret, none[i], now_ms), 0);
        assert_false(totp_is_code(none[i]));
    }
    assert_true(totp_is_code("050471"));
}

static void writes_the_secret_as_apps_read_it(void **state)
{
    (void)state;
    char text[TOTP_SECRET_TEXT_BYTES];
    totp_secret_text(secret, text);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

static void the_seal_holds_for_one_account_and_key(void **state)
{
    (void)state;
    uint8_t key[SECRET_BYTES] = {1};
    uint8_t other[SECRET_BYTES] = {2};
    uint8_t made[SECOND_FACTOR_SECRET_BYTES];
    uint8_t opened[SECOND_FACTOR_SECRET_BYTES];
    struct second_factor factor;
    totp_new(key, "anna", made, &factor);
    assert_true(totp_open(key, "anna", &factor, opened));
    assert_memory_equal(made, opened, sizeof made);
    assert_false(totp_open(other, "anna", &factor, opened));
    assert_false(totp_open(key, "bernd", &factor, opened));
    for (size_t i = 0; i < sizeof factor.sealed; i++) {
        factor.sealed[i] ^= 1;
        assert_false(totp_open(key, "anna", &factor, opened));
        factor.sealed[i] ^= 1;
    }
    for (size_t at = 0; at + sizeof made <= sizeof factor.sealed; at++)
        assert_memory_not_equal(factor.sealed + at, made, sizeof made);
}

static void paper_is_read_however_it_is_typed(void **state)
{
    (void)state;
    char folded[RECOVERY_CODE_BYTES];
    static const char *const same[] = {"k7fd-2m9q-x0p1", "K7FD2M9QX0P1", " k7fd 2m9q xOpl ",
                                       "k7-fd2m9q-xop-i"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        assert_true(recovery_code_fold(same[i], folded));
        assert_string_equal(folded, "k7fd-2m9q-x0p1");
    }
    static const char *const none[] = {"", "k7fd-2m9q-x0p", "k7fd-2m9q-x0p12", "k7fd-2m9q-x0pü",
                                       "k7fd-2m9q-x0pu"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_false(recovery_code_fold(none[i], folded));
    char one[RECOVERY_CODE_BYTES], two[RECOVERY_CODE_BYTES];
    recovery_code_new(one);
    recovery_code_new(two);
    assert_string_not_equal(one, two);
    assert_true(recovery_code_fold(one, folded));
    assert_string_equal(one, folded);
}

static void paper_is_hashed_with_its_salt(void **state)
{
    (void)state;
    struct digest first, again, other;
    const uint8_t salt[SECOND_FACTOR_SALT_BYTES] = {1};
    const uint8_t another[SECOND_FACTOR_SALT_BYTES] = {2};
    assert_true(recovery_code_hash("k7fd-2m9q-x0p1", salt, &first));
    assert_true(recovery_code_hash("k7fd-2m9q-x0p1", salt, &again));
    assert_true(recovery_code_hash("k7fd-2m9q-x0p1", another, &other));
    assert_true(digest_equal(&first, &again));
    assert_false(digest_equal(&first, &other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_the_codes_of_rfc_4226),
        cmocka_unit_test(makes_the_codes_of_rfc_6238),
        cmocka_unit_test(takes_codes_near_the_moment),
        cmocka_unit_test(writes_the_secret_as_apps_read_it),
        cmocka_unit_test(the_seal_holds_for_one_account_and_key),
        cmocka_unit_test(paper_is_read_however_it_is_typed),
        cmocka_unit_test(paper_is_hashed_with_its_salt),
    };
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
