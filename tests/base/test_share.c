/* test_share.c - the group gets what the owner has, and only when told so. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/stat.h>

#include "base/share.h"

static void alone_nobody_else_gets_anything(void **state)
{
    (void)state;
    assert_false(share_is_with_group());
    assert_int_equal(share_mode(0600), 0600);
    assert_int_equal(share_mode(0750), 0750);
}

static void the_group_gets_what_the_owner_has(void **state)
{
    (void)state;
    share_with_group(true);
    assert_true(share_is_with_group());
    assert_int_equal(share_mode(0600), 0660);
    assert_int_equal(share_mode(0700), 0770);
    assert_int_equal(share_mode(0440), 0440);
    assert_int_equal(umask(S_IRWXO), S_IRWXO);
    share_with_group(false);
    assert_int_equal(share_mode(0600), 0600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alone_nobody_else_gets_anything),
        cmocka_unit_test(the_group_gets_what_the_owner_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
