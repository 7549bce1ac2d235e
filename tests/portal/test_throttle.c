/* test_throttle.c - who guesses waits longer and longer; whom they guess at, hardly. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "portal/throttle.h"

static struct throttle throttle;

static int forget_all(void **state)
{
    (void)state;
    memset(&throttle, 0, sizeof throttle);
    return 0;
}

static void guess(const char *name, const char *address, int times, int64_t now_ms)
{
    for (int i = 0; i < times; i++)
        throttle_failed(&throttle, name, address, now_ms);
}

static void waits_twice_as_long_with_each_failure(void **state)
{
    (void)state;
    guess("anna", "10.0.0.1", 4, 1000);
    assert_int_equal(throttle_wait_ms(&throttle, "anna", "10.0.0.1", 1000), 0);
    int64_t wait = 1000;
    for (int i = 0; i < 8; i++) {
        guess("anna", "10.0.0.1", 1, 1000);
        assert_int_equal(throttle_wait_ms(&throttle, "anna", "10.0.0.1", 1000), wait);
        wait *= 2;
    }
    guess("anna", "10.0.0.1", 100, 1000);
    assert_int_equal(throttle_wait_ms(&throttle, "anna", "10.0.0.1", 1000), 300000);
    assert_int_equal(throttle_wait_ms(&throttle, "anna", "10.0.0.1", 1000 + 300000), 0);
}

static void lets_the_same_person_in_elsewhere(void **state)
{
    (void)state;
    guess("anna", "10.0.0.1", 20, 1000);
    assert_true(throttle_wait_ms(&throttle, "anna", "10.0.0.1", 1000) > 0);
    assert_int_equal(throttle_wait_ms(&throttle, "anna", "10.0.0.2", 1000), 0);
    assert_int_equal(throttle_wait_ms(&throttle, "bernd", "10.0.0.1", 1000), 0);
}

static void slows_an_address_that_tries_many_names(void **state)
{
    (void)state;
    for (int i = 0; i < 31; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "name%d", i);
        guess(name, "10.0.0.1", 1, 1000);
    }
    assert_true(throttle_wait_ms(&throttle, "another", "10.0.0.1", 1000) > 0);
    assert_int_equal(throttle_wait_ms(&throttle, "another", "10.0.0.2", 1000), 0);
}

/* Many addresses guess at one name: the person waits for seconds, never for minutes. */
static void never_locks_a_name_out(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++) {
        char address[24];
        (void)snprintf(address, sizeof address, "10.0.%d.%d", i / 100, i % 100);
        guess("anna", address, 1, 1000);
    }
    int64_t wait = throttle_wait_ms(&throttle, "anna", "192.168.1.1", 1000);
    assert_true(wait > 0 && wait <= 10000);
}

static void forgets_after_success_and_after_a_while(void **state)
{
    (void)state;
    guess("anna", "10.0.0.1", 8, 1000);
    throttle_passed(&throttle, "anna", "10.0.0.1");
    assert_int_equal(throttle_wait_ms(&throttle, "anna", "10.0.0.1", 1000), 0);
    guess("bernd", "10.0.0.2", 20, 1000);
    int64_t later = 1000 + THROTTLE_FORGET_MS;
    assert_int_equal(throttle_wait_ms(&throttle, "bernd", "10.0.0.2", later), 0);
    guess("bernd", "10.0.0.2", 1, later);
    assert_int_equal(throttle_wait_ms(&throttle, "bernd", "10.0.0.2", later), 0);
}

static void still_works_when_its_table_is_full(void **state)
{
    (void)state;
    for (int i = 0; i < THROTTLE_KEYS_MOST; i++) {
        char address[24];
        (void)snprintf(address, sizeof address, "10.%d.%d.1", i / 200, i % 200);
        guess("somebody", address, 1, 1000 + i);
    }
    guess("anna", "192.168.0.1", 9, 100000);
    assert_true(throttle_wait_ms(&throttle, "anna", "192.168.0.1", 100000) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(waits_twice_as_long_with_each_failure, forget_all),
        cmocka_unit_test_setup(lets_the_same_person_in_elsewhere, forget_all),
        cmocka_unit_test_setup(slows_an_address_that_tries_many_names, forget_all),
        cmocka_unit_test_setup(never_locks_a_name_out, forget_all),
        cmocka_unit_test_setup(forgets_after_success_and_after_a_while, forget_all),
        cmocka_unit_test_setup(still_works_when_its_table_is_full, forget_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
