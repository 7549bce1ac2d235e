/* test_candidates.c - promises of ingest/candidates.h, against a plain list of everything. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka.h needs the four above
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ingest/candidates.h"

static void keeps_what_was_noted_and_only_that(void **state)
{
    (void)state;
    enum { NAMES = 300, ROUNDS = 20000 };
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srandom(seed);
    bool there[NAMES] = {false};
    size_t count = 0;
    struct candidates candidates;
    candidates_init(&candidates);
    for (int round = 0; round < ROUNDS; round++) {
        int number = (int)(random() % NAMES);
        char name[32];
        (void)snprintf(name, sizeof name, "scan%05d.tif", number);
        struct candidate *found = candidates_find(&candidates, name);
        assert_int_equal(found != NULL, there[number]);
        if (random() % 2 == 0) {
            struct candidate *noted = candidates_note(&candidates, name, round);
            assert_non_null(noted);
            assert_string_equal(noted->source, name);
            count += !there[number];
            there[number] = true;
        } else if (found != NULL) {
            candidates_remove(&candidates, found);
            there[number] = false;
            count--;
        }
        assert_int_equal(candidates.count, count);
    }
    candidates_done(&candidates);
}

static void has_room_for_so_many_and_no_more(void **state)
{
    (void)state;
    struct candidates candidates;
    candidates_init(&candidates);
    char name[32];
    for (int i = 0; i < CANDIDATES_MOST; i++) {
        (void)snprintf(name, sizeof name, "%d", i);
        assert_non_null(candidates_note(&candidates, name, 0));
    }
    assert_null(candidates_note(&candidates, "one more", 0));
    assert_non_null(candidates_note(&candidates, "0", 0));
    candidates_remove(&candidates, candidates_find(&candidates, "0"));
    assert_non_null(candidates_note(&candidates, "one more", 0));
    candidates_done(&candidates);
}

static void gives_out_the_new_then_the_oldest_first(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool was_seen;
        long modified_s, modified_ns;
        int64_t due_ms;
    } notes[] = {
        {"b",     true,  100, 0, 50},
        {"a",     true,  100, 0, 50},
        {"c",     true,  99,  5, 50},
        {"d",     true,  99,  4, 50},
        {"later", true,  0,   0, 51},
        {"new",   false, 0,   0, 50},
    };
    struct candidates candidates;
    candidates_init(&candidates);
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        struct candidate *candidate = candidates_note(&candidates, notes[i].name, 0);
        candidate->was_seen = notes[i].was_seen;
        candidate->due_ms = notes[i].due_ms;
        candidate->seen.st_mtim.tv_sec = notes[i].modified_s;
        candidate->seen.st_mtim.tv_nsec = notes[i].modified_ns;
    }
    static const char *const order[] = {"new", "d", "c", "a", "b"};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        struct candidate *candidate = candidates_due(&candidates, 50);
        assert_string_equal(candidate->source, order[i]);
        candidates_remove(&candidates, candidate);
    }
    assert_null(candidates_due(&candidates, 50));
    assert_string_equal(candidates_due(&candidates, 51)->source, "later");
    candidates_done(&candidates);
}

static void notices_every_change(void **state)
{
    (void)state;
    struct stat first = {.st_dev = 1, .st_ino = 2, .st_mode = S_IFREG, .st_nlink = 1, .st_size = 9};
    struct candidate candidate = {.is_renamed_in = true};
    assert_true(candidate_see(&candidate, &first, 100));
    assert_true(candidate.is_renamed_in);
    assert_false(candidate_see(&candidate, &first, 200));
    assert_int_equal(candidate.changed_ms, 100);
    struct stat changes[6];
    for (size_t i = 0; i < 6; i++)
        changes[i] = first;
    changes[0].st_ino++;
    changes[1].st_size++;
    changes[2].st_mtim.tv_nsec++;
    changes[3].st_nlink++;
    changes[4].st_mode = S_IFLNK;
    changes[5].st_dev++;
    for (size_t i = 0; i < 6; i++) {
        candidate = (struct candidate){.is_renamed_in = true};
        candidate_see(&candidate, &first, 100);
        candidate.was_judged = true;
        assert_true(candidate_see(&candidate, &changes[i], 300));
        assert_int_equal(candidate.changed_ms, 300);
        assert_false(candidate.was_judged);
        assert_false(candidate.is_renamed_in);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_was_noted_and_only_that),
        cmocka_unit_test(has_room_for_so_many_and_no_more),
        cmocka_unit_test(gives_out_the_new_then_the_oldest_first),
        cmocka_unit_test(notices_every_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
