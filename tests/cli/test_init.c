/* test_init.c - init makes a ready instance, and takes nothing away from one. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/status.h"
#include "tests/cli/command.h"

static mode_t mode_of(const char *path)
{
    struct stat found = {0};
    if (stat(path, &found) != 0)
        fail_msg("%s is not there", path);
    return found.st_mode & 0777;
}

static char *content_of(const char *path)
{
    char *bytes = NULL;
    size_t length = 0;
    assert_int_equal(file_read(path, 1 << 20, &bytes, &length, NULL), STATUS_OK);
    return bytes;
}

static void an_instance_is_complete_and_private(void **state)
{
    (void)state;
    struct said said = {0};
    command(&said, "init new");
    expect_exit(&said, EXIT_DONE);
    static const char *const sites[] = {"Neubrandenburg", "Neustrelitz", "Waren", "Demmin"};
    for (size_t i = 0; i < 4; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "new/drop/%s/_refused", sites[i]);
        (void)mode_of(path);
        expect_out(&said, sites[i]);
    }
    static const char *const private[] = {"new/spool", "new/ledger", "new/run", "new/keys"};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(mode_of(private[i]), 0700);
    assert_int_equal(mode_of("new/cabinet") & 0007, 0);
    expect_out(&said, "register import");
    command(&said, "--config new/posteingang.yaml status");
    expect_exit(&said, EXIT_DONE);
    said_done(&said);
}

static void sites_are_those_that_were_named(void **state)
{
    (void)state;
    struct said said = {0};
    command(&said, "init two --site Malchin --site 'Röbel an der Müritz'");
    expect_exit(&said, EXIT_DONE);
    (void)mode_of("two/drop/Malchin/_refused");
    (void)mode_of("two/drop/Röbel an der Müritz/_refused");
    assert_int_not_equal(access("two/drop/Demmin", F_OK), 0);
    command(&said, "init three --site ../escape");
    expect_exit(&said, EXIT_USAGE);
    expect_error(&said, "../escape");
    assert_int_not_equal(access("three", F_OK), 0);
    said_done(&said);
}

static void again_changes_nothing_and_adds_what_is_missing(void **state)
{
    (void)state;
    struct said said = {0};
    command(&said, "init again --site Malchin");
    expect_exit(&said, EXIT_DONE);
    char *before = content_of("again/posteingang.yaml");
    command(&said, "init again");
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "nothing was missing");
    assert_int_equal(rmdir("again/drop/Malchin/_refused"), 0);
    assert_int_equal(unlink("again/keys/dispatch.key"), 0);
    assert_int_equal(unlink("again/keys/sheets.key"), 0);
    assert_int_equal(unlink("again/keys/second-factor.key"), 0);
    assert_int_equal(rmdir("again/keys"), 0);
    command(&said, "init again");
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "5 missing");
    (void)mode_of("again/drop/Malchin/_refused");
    (void)mode_of("again/keys");
    assert_int_equal(mode_of("again/keys/dispatch.key"), 0600);
    assert_int_equal(mode_of("again/keys/sheets.key"), 0600);
    command(&said, "init again --site Woldegk");
    expect_exit(&said, EXIT_FOUND);
    expect_error(&said, "Woldegk");
    char *after = content_of("again/posteingang.yaml");
    assert_string_equal(before, after);
    free(before);
    free(after);
    said_done(&said);
}

static void a_folder_with_other_things_is_left_alone(void **state)
{
    (void)state;
    struct said said = {0};
    assert_int_equal(mkdir("photos", 0700), 0);
    assert_int_equal(durable_write_file("photos/cat.jpg", "x", 1, 0600, NULL), STATUS_OK);
    command(&said, "init photos");
    expect_exit(&said, EXIT_FOUND);
    expect_error(&said, "not empty");
    assert_int_not_equal(access("photos/posteingang.yaml", F_OK), 0);
    assert_int_equal(mkdir("empty", 0700), 0);
    command(&said, "init empty");
    expect_exit(&said, EXIT_DONE);
    said_done(&said);
}

static void a_lost_ledger_is_named_not_made_anew(void **state)
{
    (void)state;
    struct said said = {0};
    command(&said, "init lost");
    expect_exit(&said, EXIT_DONE);
    assert_int_equal(system("rm -r lost/ledger"), 0);
    static const char *const lines[] = {"--config lost/posteingang.yaml list",
                                        "--config lost/posteingang.yaml run --drain"};
    for (size_t i = 0; i < 2; i++) {
        command(&said, lines[i]);
        expect_exit(&said, EXIT_STORAGE);
        expect_error(&said, "there is no ledger");
        assert_int_not_equal(access("lost/ledger", F_OK), 0);
    }
    said_done(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_instance_is_complete_and_private),
        cmocka_unit_test(sites_are_those_that_were_named),
        cmocka_unit_test(again_changes_nothing_and_adds_what_is_missing),
        cmocka_unit_test(a_folder_with_other_things_is_left_alone),
        cmocka_unit_test(a_lost_ledger_is_named_not_made_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
