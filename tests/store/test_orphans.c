/* test_orphans.c - what nothing names leaves the spool, and nothing else does. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/arrivals.h"
#include "store/orphans.h"
#include "tests/store/scene.h"

enum { NOW = -5000 /* an age: also what is written this moment, by a storage that rounds up */ };

static struct orphans sweep(struct scene *scene, int64_t age_ms, bool removes)
{
    struct orphans orphans = {0};
    assert_ok(scene, orphans_sweep(scene->ledger, scene->spool, age_ms, removes, "test", &orphans,
                                   &scene->fault));
    return orphans;
}

static void what_no_row_names_is_removed_and_nothing_else(void **state)
{
    struct scene *scene = *state;
    struct digest left = {0};
    struct verify_result result = {0};
    scene_register(scene);
    (void)scene_document(scene, "Demmin");
    (void)scene_in_clearing(scene, "Demmin");
    assert_int_equal(sweep(scene, NOW, false).objects, 0);
    assert_ok(scene, spool_put(scene->spool, "left behind", 11, &left, &scene->fault));
    struct orphans found = sweep(scene, NOW, false);
    assert_int_equal(found.objects, 1);
    assert_int_equal(found.bytes, 11);
    assert_int_equal(found.removed, 0);
    assert_true(spool_has(scene->spool, &left));
    assert_int_equal(sweep(scene, NOW, true).removed, 1);
    assert_false(spool_has(scene->spool, &left));
    assert_ok(scene,
              ledger_verify(scene->ledger, scene->spool, NULL, NULL, &result, &scene->fault));
    assert_int_equal(result.faults, 0);
}

static void what_is_young_stays(void **state)
{
    struct scene *scene = *state;
    struct digest left = {0};
    assert_ok(scene, spool_put(scene->spool, "at work", 7, &left, &scene->fault));
    assert_int_equal(sweep(scene, 3600000, true).objects, 0);
    assert_true(spool_has(scene->spool, &left));
}

static void a_scan_that_only_the_journal_knows_stays(void **state)
{
    struct scene *scene = *state;
    struct scan_arrival arrival = scene_arrival(scene, "Demmin");
    assert_ok(scene, arrivals_note(scene->spool, &arrival, &scene->fault));
    assert_int_equal(sweep(scene, NOW, true).objects, 0);
    assert_true(spool_has(scene->spool, &arrival.digest));
    assert_ok(scene,
              arrivals_withdraw(scene->spool, arrival.id, arrival.received_ms + 1, &scene->fault));
    assert_int_equal(sweep(scene, NOW, true).removed, 1);
    assert_false(spool_has(scene->spool, &arrival.digest));
}

static void many_are_removed_in_portions(void **state)
{
    struct scene *scene = *state;
    enum { OBJECTS = 150 };
    (void)scene_document(scene, "Demmin");
    for (int i = 0; i < OBJECTS; i++) {
        struct digest digest;
        assert_ok(scene, spool_put(scene->spool, &i, sizeof i, &digest, &scene->fault));
    }
    assert_int_equal(sweep(scene, NOW, true).removed, OBJECTS);
    assert_int_equal(sweep(scene, NOW, true).objects, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(what_no_row_names_is_removed_and_nothing_else),
        SCENE_TEST(what_is_young_stays),
        SCENE_TEST(a_scan_that_only_the_journal_knows_stays),
        SCENE_TEST(many_are_removed_in_portions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
