/* test_takeover.c - promises of the intake's parts that touch the disk: what changes while it is
 * copied is not accepted, and no link in a drop folder leads out of it. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka.h needs the four above
#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "ingest/folder.h"
#include "ingest/giveback.h"
#include "ingest/takeover.h"
#include "tests/ingest/instance.h"

/* ---- copying -------------------------------------------------------------------------------- */

struct change {
    const char *name;
    const char *command; /* what happens to the file `scan` after it was seen */
    bool is_harmless;
};

static struct scan_arrival arrival_now(void)
{
    return (struct scan_arrival){.id = {uuid_new(clock_wall_ms(clock_system()))},
                                 .site = "Demmin",
                                 .source = "scan",
                                 .format = "pdf",
                                 .received_ms = 1,
                                 .actor = "a test"};
}

static void accepts_only_what_did_not_change(void **state)
{
    (void)state;
    static const struct change changes[] = {
        {"nothing",                        "true",                            true },
        {"grown",                          "printf more >> scan",             false},
        {"cut",                            "truncate -s 3 scan",              false},
        {"other bytes of the same length", "sleep 0.02; printf 98765 > scan", false},
        {"touched",                        "touch -d 2020-01-01 scan",        false},
        {"a second name",                  "ln scan second",                  false},
        {"renamed",                        "mv scan elsewhere",               true },
    };
    struct desk desk = {.clock = clock_system(), .actor = "a test"};
    struct fault fault;
    assert_int_equal(spool_open("spool", &desk.spool, &fault), STATUS_OK);
    assert_int_equal(ledger_open("ledger.db", LEDGER_CREATE, desk.clock, &desk.ledger, &fault),
                     STATUS_OK);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        assert_int_equal(system("rm -f scan second elsewhere; printf 12345 > scan"), 0);
        int file = open("scan", O_RDONLY);
        struct stat seen;
        assert_int_equal(fstat(file, &seen), 0);
        assert_int_equal(system(changes[i].command), 0);
        struct scan_arrival arrival = arrival_now();
        enum takeover_outcome outcome = TAKEOVER_UNREADABLE;
        struct scan_acceptance acceptance;
        assert_int_equal(takeover_run(&desk, file, &seen, &arrival, &outcome, &acceptance, &fault),
                         STATUS_OK);
        bool known = false;
        enum scan_state found;
        assert_int_equal(ledger_scan_known(desk.ledger, arrival.id, &known, &found, &fault),
                         STATUS_OK);
        if ((outcome == TAKEOVER_ACCEPTED) != changes[i].is_harmless ||
            known != changes[i].is_harmless)
            fail_msg("%s: outcome %d, known %d", changes[i].name, outcome, known);
        assert_int_equal(close(file), 0);
    }
    ledger_close(&desk.ledger);
    spool_close(&desk.spool);
}

static void says_when_a_file_cannot_be_read(void **state)
{
    (void)state;
    struct desk desk = {.clock = clock_system(), .actor = "a test"};
    struct fault fault;
    assert_int_equal(spool_open("spool", &desk.spool, &fault), STATUS_OK);
    int folder = open(".", O_RDONLY | O_DIRECTORY); // read(2) of a folder fails
    struct stat seen;
    assert_int_equal(fstat(folder, &seen), 0);
    enum takeover_outcome outcome = TAKEOVER_ACCEPTED;
    struct digest digest;
    assert_int_equal(takeover_copy(&desk, folder, &seen, &outcome, &digest, &fault), STATUS_OK);
    assert_int_equal(outcome, TAKEOVER_UNREADABLE);
    assert_int_equal(close(folder), 0);
    spool_close(&desk.spool);
}

/* ---- folders -------------------------------------------------------------------------------- */

static int fresh_drop(void)
{
    assert_int_equal(system("rm -rf drop outside && mkdir -p drop/sub outside/inner && "
                            "printf secret > outside/file && ln -s ../outside drop/way && "
                            "ln -s ../outside drop/_refused && printf a > drop/sub/a"),
                     0);
    int root = open("drop", O_RDONLY | O_DIRECTORY);
    assert_true(root >= 0);
    return root;
}

static void follows_no_link_out_of_a_drop_folder(void **state)
{
    (void)state;
    int root = fresh_drop();
    int folder = -1;
    struct fault fault;
    struct stat found;
    assert_int_equal(folder_open(root, "way", &folder, &fault), STATUS_LATER);
    assert_int_equal(folder_open(root, "way/inner", &folder, &fault), STATUS_LATER);
    assert_int_equal(folder_make(root, "way/new", 0700, &folder, &fault), STATUS_LATER);
    assert_int_equal(folder_look(root, "way/file", &found, &fault), STATUS_LATER);
    struct claim claim;
    struct scan_id id = {uuid_new(1)};
    assert_int_equal(claim_take(root, "way/file", id, &claim, &fault), STATUS_LATER);
    assert_true(file_is_there("outside/file"));
    assert_false(file_is_there("outside/new"));
    assert_int_equal(folder, -1);
    assert_int_equal(close(root), 0);
}

static void gives_back_nothing_through_a_link(void **state)
{
    (void)state;
    int root = fresh_drop();
    struct fault fault;
    struct claim claim;
    struct scan_id id = {uuid_new(1)};
    assert_int_equal(claim_take(root, "sub/a", id, &claim, &fault), STATUS_OK);
    struct refusal_slip slip = {"Demmin", "sub/a", claim.id_text, "Grund.", "Rat.", 1};
    assert_int_equal(giveback_claim(root, &claim, &slip, &fault), STATUS_LATER);
    assert_false(file_is_there("outside/sub"));
    // The link is gone: now it works, and the claim with it.
    assert_int_equal(unlink("drop/_refused"), 0);
    assert_int_equal(giveback_claim(root, &claim, &slip, &fault), STATUS_OK);
    assert_true(file_is_there("drop/_refused/sub/a"));
    assert_true(file_is_there("drop/_refused/sub/a.txt"));
    assert_int_equal(rmdir("drop/.taken"), 0);
    claim_done(&claim);
    assert_int_equal(close(root), 0);
}

static void moves_nothing_over_anything(void **state)
{
    (void)state;
    int root = fresh_drop();
    struct fault fault;
    assert_int_equal(system("printf new > drop/new; printf old > drop/old"), 0);
    assert_int_equal(folder_move(root, "new", root, "old", &fault), STATUS_REFUSE);
    struct text old = {0};
    append_file(&old, "drop/old");
    assert_string_equal(text_string(&old), "old");
    assert_true(file_is_there("drop/new"));
    text_done(&old);
    assert_int_equal(close(root), 0);
}

static void puts_a_claim_back_beside_its_successor(void **state)
{
    (void)state;
    int root = fresh_drop();
    struct fault fault;
    struct claim claim;
    struct scan_id id = {uuid_new(1)};
    assert_int_equal(claim_take(root, "sub/a", id, &claim, &fault), STATUS_OK);
    assert_false(file_is_there("drop/sub/a"));
    assert_int_equal(system("printf b > drop/sub/a"), 0);
    char *source = NULL;
    assert_int_equal(claim_put_back(root, &claim, &source, &fault), STATUS_OK);
    assert_string_equal(source, "sub/a (2)");
    free(source);
    claim_done(&claim);
    // And into folders that were removed meanwhile.
    assert_int_equal(claim_take(root, "sub/a", id, &claim, &fault), STATUS_OK);
    assert_int_equal(system("rm -r drop/sub"), 0);
    assert_int_equal(claim_put_back(root, &claim, &source, &fault), STATUS_OK);
    assert_string_equal(source, "sub/a");
    assert_true(file_is_there("drop/sub/a"));
    free(source);
    claim_done(&claim);
    assert_int_equal(close(root), 0);
}

static void gives_back_only_bytes_that_are_the_scans(void **state)
{
    (void)state;
    int root = fresh_drop();
    assert_int_equal(unlink("drop/_refused"), 0);
    assert_int_equal(system("printf scan > object"), 0);
    int object = open("object", O_RDONLY);
    struct digest right = digest_of("scan", 4);
    struct digest wrong = digest_of("scam", 4);
    struct fault fault;
    struct refusal_slip slip = {"Demmin", "x/b.pdf", "0192-id", "Grund.", "Rat.", 1};
    assert_int_equal(giveback_copy(root, object, &wrong, &slip, &fault), STATUS_REFUSE);
    assert_false(file_is_there("drop/_refused/x"));
    // Twice, as after a crash before the ledger knew: still one copy and one note.
    assert_int_equal(giveback_copy(root, object, &right, &slip, &fault), STATUS_OK);
    assert_int_equal(giveback_copy(root, object, &right, &slip, &fault), STATUS_OK);
    assert_int_equal(system("test \"$(ls drop/_refused/x | tr '\\n' ' ')\" = 'b.pdf b.pdf.txt '"),
                     0);
    assert_int_equal(close(object), 0);
    assert_int_equal(close(root), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_only_what_did_not_change),
        cmocka_unit_test(says_when_a_file_cannot_be_read),
        cmocka_unit_test(follows_no_link_out_of_a_drop_folder),
        cmocka_unit_test(gives_back_nothing_through_a_link),
        cmocka_unit_test(moves_nothing_over_anything),
        cmocka_unit_test(puts_a_claim_back_beside_its_successor),
        cmocka_unit_test(gives_back_only_bytes_that_are_the_scans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
