/* test_status.c - the ladder of statuses has words for logs. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/status.h"

static void every_status_has_its_word(void **state)
{
    (void)state;
    static const struct {
        enum status status;
        const char *name;
    } cases[] = {
        {STATUS_OK,     "ok"    },
        {STATUS_LATER,  "later" },
        {STATUS_REFUSE, "refuse"},
        {STATUS_HALT,   "halt"  }
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(status_name(cases[i].status), cases[i].name);
}

static void exit_codes_are_those_of_the_contract(void **state)
{
    (void)state;
    const int codes[] = {EXIT_DONE,        EXIT_FOUND,         EXIT_USAGE,  EXIT_CONFIGURATION,
                         EXIT_UNREACHABLE, EXIT_NOT_PERMITTED, EXIT_STORAGE};
    for (int i = 0; i < 7; i++)
        assert_int_equal(codes[i], i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_its_word),
        cmocka_unit_test(exit_codes_are_those_of_the_contract),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
