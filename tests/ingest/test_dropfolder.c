/* test_dropfolder.c - promises of base/dropfolder.h: what waits in a drop folder. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka.h needs the four above
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dropfolder.h"

static void ignores_names_in_the_making(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool ignored, ignored_at_top;
    } cases[] = {
        {"scan00000.tif",     false, false},
        {"Brief Müller.pdf", false, false},
        {"ohne-endung",       false, false},
        {"tmp",               false, false},
        {"part.tif",          false, false},
        {"scan.tmp.tif",      false, false},
        {".scan.tif",         true,  true },
        {".taken",            true,  true },
        {"scan.tif.tmp",      true,  true },
        {"SCAN.TMP",          true,  true },
        {"scan.part",         true,  true },
        {"scan.tif.filepart", true,  true },
        {"scan.tif~",         true,  true },
        {"~$brief.pdf",       true,  true },
        {"Thumbs.db",         true,  true },
        {"desktop.ini",       true,  true },
        {"_refused",          false, true },
        {"_refused.tif",      false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (drop_name_is_ignored(cases[i].name) != cases[i].ignored ||
            drop_top_name_is_ignored(cases[i].name) != cases[i].ignored_at_top)
            fail_msg("%s", cases[i].name);
    }
}

static void make_file(const char *path)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(file >= 0);
    assert_int_equal(close(file), 0);
}

static uint64_t pending(const char *path)
{
    uint64_t count = 0;
    struct fault fault;
    assert_int_equal(drop_folder_pending(path, &count, &fault), STATUS_OK);
    return count;
}

static void counts_what_the_intake_would_handle(void **state)
{
    (void)state;
    assert_int_equal(mkdir("drop", 0700), 0);
    assert_int_equal(pending("drop"), 0);
    make_file("drop/a.tif");
    make_file("drop/b.tif.part");
    assert_int_equal(mkdir("drop/scanner", 0700), 0);
    make_file("drop/scanner/c.tif");
    make_file("drop/scanner/.hidden");
    assert_int_equal(mkfifo("drop/scanner/fifo", 0600), 0);
    assert_int_equal(symlink("/", "drop/link"), 0);
    assert_int_equal(pending("drop"), 4);
    assert_int_equal(mkdir("drop/_refused", 0700), 0);
    make_file("drop/_refused/d.tif");
    assert_int_equal(mkdir("drop/.snapshot", 0700), 0);
    make_file("drop/.snapshot/e.tif");
    assert_int_equal(pending("drop"), 4);
    // Below the top, a folder may be called as it likes.
    assert_int_equal(mkdir("drop/scanner/_refused", 0700), 0);
    make_file("drop/scanner/_refused/f.tif");
    assert_int_equal(pending("drop"), 5);
}

static void counts_what_is_in_hand(void **state)
{
    (void)state;
    assert_int_equal(mkdir("hand", 0700), 0);
    assert_int_equal(mkdir("hand/.taken", 0700), 0);
    assert_int_equal(pending("hand"), 0);
    assert_int_equal(mkdir("hand/.taken/0192", 0700), 0);
    assert_int_equal(mkdir("hand/.taken/0192/_refused", 0700), 0);
    make_file("hand/.taken/0192/_refused/.x");
    assert_int_equal(pending("hand"), 1);
}

static void does_not_descend_without_end(void **state)
{
    (void)state;
    assert_int_equal(mkdir("deep", 0700), 0);
    int top = open(".", O_RDONLY | O_DIRECTORY);
    assert_int_equal(chdir("deep"), 0);
    for (int i = 1; i <= DROP_DEPTH_MOST + 1; i++) {
        assert_int_equal(mkdir("d", 0700), 0);
        assert_int_equal(chdir("d"), 0);
        make_file("x.tif");
    }
    assert_int_equal(fchdir(top), 0);
    assert_int_equal(close(top), 0);
    assert_int_equal(pending("deep"), DROP_DEPTH_MOST);
}

static void says_when_there_is_no_folder(void **state)
{
    (void)state;
    uint64_t count = 4711;
    struct fault fault;
    assert_int_equal(drop_folder_pending("nowhere", &count, &fault), STATUS_LATER);
    assert_int_equal(count, 4711);
    assert_string_not_equal(fault.text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ignores_names_in_the_making),
        cmocka_unit_test(counts_what_the_intake_would_handle),
        cmocka_unit_test(counts_what_is_in_hand),
        cmocka_unit_test(does_not_descend_without_end),
        cmocka_unit_test(says_when_there_is_no_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
