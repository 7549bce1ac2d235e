/* test_durable.c - files are written whole or not at all. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"

static void errors_of_the_moment_are_later_all_others_halt(void **state)
{
    (void)state;
    static const int later[] = {ENOSPC, EDQUOT, EROFS, EMFILE, ENFILE, ENOMEM, EINTR, EAGAIN};
    static const int halt[] = {EIO, EBADF, EACCES, ENOENT};
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++)
        assert_int_equal(durable_status(later[i]), STATUS_LATER);
    for (size_t i = 0; i < sizeof halt / sizeof halt[0]; i++)
        assert_int_equal(durable_status(halt[i]), STATUS_HALT);
}

static mode_t mode_of(const char *path)
{
    struct stat found = {0};
    assert_int_equal(stat(path, &found), 0);
    return found.st_mode & 0777;
}

static void folders_are_made_with_those_above(void **state)
{
    (void)state;
    assert_int_equal(durable_make_folders("a/b/c", 0700, NULL), STATUS_OK);
    assert_int_equal(mode_of("a/b/c"), 0700);
    assert_int_equal(durable_make_folders("a/b/c/", 0755, NULL), STATUS_OK);
    assert_int_equal(mode_of("a/b/c"), 0700);
}

static void a_file_in_the_way_is_named(void **state)
{
    (void)state;
    struct fault fault = {0};
    assert_int_equal(durable_write_file("way", "x", 1, 0600, NULL), STATUS_OK);
    assert_int_equal(durable_make_folders("way/below", 0700, &fault), STATUS_HALT);
    assert_non_null(strstr(fault.text, "way"));
}

static void a_file_is_written_whole_over_the_old_one(void **state)
{
    (void)state;
    char *bytes = NULL;
    size_t length = 0;
    assert_int_equal(durable_write_file("whole", "old content", 11, 0640, NULL), STATUS_OK);
    assert_int_equal(durable_write_file("whole", "new", 3, 0600, NULL), STATUS_OK);
    assert_int_equal(file_read("whole", 100, &bytes, &length, NULL), STATUS_OK);
    assert_int_equal(length, 3);
    assert_string_equal(bytes, "new");
    assert_int_equal(mode_of("whole"), 0600);
    free(bytes);
}

static void a_write_that_fails_leaves_nothing_behind(void **state)
{
    (void)state;
    assert_int_equal(mkdir("target", 0700), 0);
    assert_int_equal(mkdir("target/file", 0700), 0); // rename() onto a folder fails
    assert_int_not_equal(durable_write_file("target/file", "x", 1, 0600, NULL), STATUS_OK);
    glob_t found = {0};
    assert_int_equal(glob("target/*", 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, 1);
    globfree(&found);
    assert_int_not_equal(durable_write_file("nowhere/file", "x", 1, 0600, NULL), STATUS_OK);
}

static void a_full_device_is_later(void **state)
{
    (void)state;
    int file = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(file >= 0);
    struct fault fault = {0};
    assert_int_equal(durable_write(file, "x", 1, &fault), STATUS_LATER);
    assert_int_equal(fault.os_error, ENOSPC);
    (void)close(file);
    assert_int_equal(durable_write(-1, "x", 1, NULL), STATUS_HALT);
}

static void names_move_and_vanish(void **state)
{
    (void)state;
    assert_int_equal(durable_make_folders("from", 0700, NULL), STATUS_OK);
    assert_int_equal(durable_make_folders("to", 0700, NULL), STATUS_OK);
    assert_int_equal(durable_write_file("from/x", "x", 1, 0600, NULL), STATUS_OK);
    assert_int_equal(durable_rename("from/x", "to/y", NULL), STATUS_OK);
    assert_int_not_equal(access("from/x", F_OK), 0);
    assert_int_equal(access("to/y", F_OK), 0);
    assert_int_not_equal(durable_rename("from/x", "to/y", NULL), STATUS_OK);
    assert_int_equal(durable_remove("to/y", NULL), STATUS_OK);
    assert_int_equal(durable_remove("to/y", NULL), STATUS_OK);
    assert_int_not_equal(access("to/y", F_OK), 0);
}

static void only_regular_files_of_the_allowed_size_are_read(void **state)
{
    (void)state;
    char *bytes = NULL;
    size_t length = 0;
    assert_int_equal(durable_write_file("five", "12345", 5, 0600, NULL), STATUS_OK);
    assert_int_equal(file_read("five", 4, &bytes, &length, NULL), STATUS_REFUSE);
    assert_int_equal(file_read("missing", 4, &bytes, &length, NULL), STATUS_REFUSE);
    assert_int_equal(file_read(".", 4, &bytes, &length, NULL), STATUS_REFUSE);
    assert_null(bytes);
    assert_int_equal(file_read("five", 5, &bytes, &length, NULL), STATUS_OK);
    assert_int_equal(length, 5);
    free(bytes);
}

static void paths_join_with_one_slash(void **state)
{
    (void)state;
    char *plain = path_join("folder", "name");
    char *slash = path_join("folder/", "name");
    assert_string_equal(plain, "folder/name");
    assert_string_equal(slash, "folder/name");
    free(plain);
    free(slash);
}

static void a_file_that_is_there_is_not_made_again(void **state)
{
    (void)state;
    struct fault fault = {0};
    char *bytes = NULL;
    size_t length = 0;
    assert_int_equal(durable_create_file("once", "first", 5, 0600, &fault), STATUS_OK);
    assert_int_equal(durable_create_file("once", "second", 6, 0600, &fault), STATUS_REFUSE);
    assert_int_equal(file_read("once", 16, &bytes, &length, &fault), STATUS_OK);
    assert_string_equal(bytes, "first");
    free(bytes);
    struct stat found;
    assert_int_equal(stat("once", &found), 0);
    assert_int_equal(found.st_nlink, 1); // nothing is left of the temporary name
    assert_int_equal(found.st_mode & 0777, 0600);
    assert_int_equal(durable_create_file("nowhere/once", "x", 1, 0600, &fault), STATUS_HALT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_of_the_moment_are_later_all_others_halt),
        cmocka_unit_test(folders_are_made_with_those_above),
        cmocka_unit_test(a_file_in_the_way_is_named),
        cmocka_unit_test(a_file_is_written_whole_over_the_old_one),
        cmocka_unit_test(a_write_that_fails_leaves_nothing_behind),
        cmocka_unit_test(a_full_device_is_later),
        cmocka_unit_test(names_move_and_vanish),
        cmocka_unit_test(only_regular_files_of_the_allowed_size_are_read),
        cmocka_unit_test(paths_join_with_one_slash),
        cmocka_unit_test(a_file_that_is_there_is_not_made_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
