/* test_tree.c - copies of folders: whole, repeatable, and nothing that is not asked for. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/tree.h"

static void make_source(void)
{
    assert_int_equal(system("rm -rf from to && mkdir -p from/a/b && echo one >from/one &&"
                            " echo two >from/a/b/two && mkfifo from/fifo && ln -s one from/link"),
                     0);
}

static void copies_files_and_folders_alone(void **state)
{
    (void)state;
    struct tree_copied copied = {0};
    make_source();
    assert_int_equal(tree_copy("from", "to", TREE_RENEW, &copied, NULL), STATUS_OK);
    assert_int_equal(copied.files, 2);
    assert_int_equal(copied.bytes, 8);
    assert_int_equal(system("cmp from/one to/one && cmp from/a/b/two to/a/b/two &&"
                            " test ! -e to/fifo && test ! -e to/link"),
                     0);
}

static void a_second_copy_writes_what_is_new_alone(void **state)
{
    (void)state;
    struct tree_copied first = {0};
    struct tree_copied second = {0};
    make_source();
    assert_int_equal(tree_copy("from", "to", TREE_RENEW, &first, NULL), STATUS_OK);
    assert_int_equal(system("echo three >from/a/three && echo changed >from/one"), 0);
    assert_int_equal(tree_copy("from", "to", TREE_RENEW, &second, NULL), STATUS_OK);
    assert_int_equal(second.files, 2);
    assert_int_equal(second.kept, 1);
    assert_int_equal(system("cmp from/one to/one && cmp from/a/three to/a/three"), 0);
}

static void adding_leaves_what_is_there(void **state)
{
    (void)state;
    struct tree_copied copied = {0};
    make_source();
    assert_int_equal(system("mkdir to && echo mine >to/one"), 0);
    assert_int_equal(tree_copy("from", "to", TREE_ADD, &copied, NULL), STATUS_OK);
    assert_int_equal(copied.files, 1);
    assert_int_equal(system("grep -qx mine to/one && cmp from/a/b/two to/a/b/two"), 0);
}

static void a_folder_that_is_not_there_is_said(void **state)
{
    (void)state;
    struct tree_copied copied = {0};
    struct fault fault = {0};
    assert_int_not_equal(tree_copy("nowhere", "to", TREE_RENEW, &copied, &fault), STATUS_OK);
    assert_true(fault.text[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_files_and_folders_alone),
        cmocka_unit_test(a_second_copy_writes_what_is_new_alone),
        cmocka_unit_test(adding_leaves_what_is_there),
        cmocka_unit_test(a_folder_that_is_not_there_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
