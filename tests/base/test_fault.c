/* test_fault.c - a fault says in one sentence why something did not work. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/fault.h"

static void set_fills_words_and_returns_the_status(void **state)
{
    (void)state;
    struct fault fault = {.os_error = 5};
    assert_int_equal(fault_set(&fault, STATUS_REFUSE, "page %d of %s", 3, "a.tif"), STATUS_REFUSE);
    assert_int_equal(fault.status, STATUS_REFUSE);
    assert_int_equal(fault.os_error, 0);
    assert_string_equal(fault.text, "page 3 of a.tif");
}

static void errno_is_kept_and_put_into_words(void **state)
{
    (void)state;
    struct fault fault = {0};
    errno = ENOSPC;
    assert_int_equal(fault_errno(&fault, STATUS_LATER, "cannot write"), STATUS_LATER);
    assert_int_equal(fault.os_error, ENOSPC);
    assert_string_equal(fault.text, "cannot write: No space left on device");
}

static void context_goes_before_what_was_said(void **state)
{
    (void)state;
    struct fault fault = {0};
    (void)fault_set(&fault, STATUS_HALT, "it broke");
    assert_int_equal(fault_within(&fault, "scan %d", 7), STATUS_HALT);
    assert_string_equal(fault.text, "scan 7: it broke");
}

static void long_sentences_are_cut_and_stay_strings(void **state)
{
    (void)state;
    struct fault fault = {0};
    char flood[2 * FAULT_TEXT_BYTES];
    memset(flood, 'x', sizeof flood - 1);
    flood[sizeof flood - 1] = '\0';
    errno = EIO;
    (void)fault_errno(&fault, STATUS_HALT, "%s", flood);
    assert_int_equal(strlen(fault.text), FAULT_TEXT_BYTES - 1);
    (void)fault_within(&fault, "%s", flood);
    assert_int_equal(strlen(fault.text), FAULT_TEXT_BYTES - 1);
}

static void null_means_that_nobody_wants_the_words(void **state)
{
    (void)state;
    assert_int_equal(fault_set(NULL, STATUS_LATER, "unheard"), STATUS_LATER);
    assert_int_equal(fault_errno(NULL, STATUS_HALT, "unheard"), STATUS_HALT);
    (void)fault_within(NULL, "unheard");
    fault_clear(NULL);
}

static void clear_makes_it_say_nothing(void **state)
{
    (void)state;
    struct fault fault = {0};
    (void)fault_set(&fault, STATUS_HALT, "it broke");
    fault_clear(&fault);
    assert_int_equal(fault.status, STATUS_OK);
    assert_string_equal(fault.text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_fills_words_and_returns_the_status),
        cmocka_unit_test(errno_is_kept_and_put_into_words),
        cmocka_unit_test(context_goes_before_what_was_said),
        cmocka_unit_test(long_sentences_are_cut_and_stay_strings),
        cmocka_unit_test(null_means_that_nobody_wants_the_words),
        cmocka_unit_test(clear_makes_it_say_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
