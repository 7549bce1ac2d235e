/* test_ledger_group.c - several changes with one commit: each whole or nothing, and all or none. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "tests/store/scene.h"

static uint64_t received(struct scene *scene, struct ledger *ledger)
{
    struct ledger_summary summary = {0};
    assert_ok(scene, ledger_summarise(ledger, &summary, &scene->fault));
    return summary.scans[SCAN_RECEIVED];
}

static void others_see_all_or_nothing_of_it(void **state)
{
    struct scene *scene = *state;
    struct ledger *other = NULL;
    assert_ok(scene, ledger_open(scene->path, LEDGER_READ, &scene->clock, &other, &scene->fault));
    ledger_group_begin(scene->ledger);
    assert_false(ledger_group_has_changes(scene->ledger));
    for (int i = 0; i < 5; i++)
        (void)scene_accept(scene, "Demmin");
    assert_true(ledger_group_has_changes(scene->ledger));
    assert_int_equal(received(scene, other), 0);
    assert_ok(scene, ledger_group_end(scene->ledger, &scene->fault));
    assert_int_equal(received(scene, other), 5);
    ledger_close(&other);
    scene_assert_sound(scene);
}

static void later_changes_see_earlier_ones(void **state)
{
    struct scene *scene = *state;
    ledger_group_begin(scene->ledger);
    (void)scene_accept(scene, "Demmin");
    struct job_record job = scene_lease(scene, JOB_READ);
    scene_assert_idle(scene, JOB_READ);
    assert_ok(scene, ledger_group_end(scene->ledger, &scene->fault));
    assert_int_equal(job.attempt, 1);
    job_record_done(&job);
    scene_assert_sound(scene);
}

/* A change in the middle is refused: the others count, as if it had never been tried. */
static void a_refused_change_leaves_no_trace(void **state)
{
    struct scene *scene = *state;
    struct scan_acceptance acceptance;
    ledger_group_begin(scene->ledger);
    (void)scene_accept(scene, "Demmin");
    struct scan_arrival arrival = scene_arrival(scene, "Demmin");
    assert_ok(scene, ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault));
    arrival.digest = digest_of("other bytes", 11);
    assert_status(scene, ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault),
                  STATUS_REFUSE);
    fault_clear(&scene->fault);
    arrival = scene_arrival(scene, NULL);
    assert_status(scene, ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault),
                  STATUS_REFUSE); // a site without a name, after its audit row
    fault_clear(&scene->fault);
    (void)scene_accept(scene, "Waren");
    assert_ok(scene, ledger_group_end(scene->ledger, &scene->fault));
    assert_int_equal(received(scene, scene->ledger), 3);
    scene_assert_sound(scene);
}

/* The same in a group that has no way back for one of its changes. */
static void a_refused_change_may_take_a_frail_group_with_it(void **state)
{
    struct scene *scene = *state;
    struct scan_acceptance acceptance;
    ledger_group_begin_frail(scene->ledger);
    struct scan_arrival arrival = scene_arrival(scene, "Demmin");
    assert_ok(scene, ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault));
    arrival.digest = digest_of("other bytes", 11);
    assert_status(scene, ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault),
                  STATUS_REFUSE); // it had changed nothing
    fault_clear(&scene->fault);
    assert_ok(scene, ledger_group_end(scene->ledger, &scene->fault));
    assert_int_equal(received(scene, scene->ledger), 1);
    ledger_group_begin_frail(scene->ledger);
    (void)scene_accept(scene, "Waren");
    arrival = scene_arrival(scene, NULL);
    assert_status(scene, ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault),
                  STATUS_REFUSE); // a site without a name, after its audit row
    fault_clear(&scene->fault);
    arrival = scene_arrival(scene, "Demmin");
    assert_status(scene, ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault),
                  STATUS_LATER);
    fault_clear(&scene->fault);
    assert_status(scene, ledger_group_end(scene->ledger, &scene->fault), STATUS_LATER);
    fault_clear(&scene->fault);
    assert_int_equal(received(scene, scene->ledger), 1);
    (void)scene_accept(scene, "Waren"); // and it goes on
    assert_int_equal(received(scene, scene->ledger), 2);
    scene_assert_sound(scene);
}

static enum status say_no(void *context, struct fault *fault)
{
    (void)context;
    return fault_set(fault, STATUS_LATER, "no");
}

static enum status say_yes(void *context, struct fault *fault)
{
    (void)context;
    (void)fault;
    return STATUS_OK;
}

static void a_group_that_is_not_committed_never_was(void **state)
{
    struct scene *scene = *state;
    const struct commit_watch watch = {.before = say_no, .after = say_yes};
    (void)scene_accept(scene, "Demmin");
    ledger_watch(scene->ledger, &watch);
    ledger_group_begin(scene->ledger);
    (void)scene_accept(scene, "Demmin");
    (void)scene_accept(scene, "Demmin");
    assert_status(scene, ledger_group_end(scene->ledger, &scene->fault), STATUS_LATER);
    ledger_watch(scene->ledger, NULL);
    assert_int_equal(received(scene, scene->ledger), 1);
    (void)scene_accept(scene, "Waren");
    assert_int_equal(received(scene, scene->ledger), 2);
    scene_assert_sound(scene);
}

static void an_empty_group_is_no_transaction(void **state)
{
    struct scene *scene = *state;
    struct ledger *other = NULL;
    assert_ok(scene, ledger_open(scene->path, LEDGER_WRITE, &scene->clock, &other, &scene->fault));
    ledger_group_begin(scene->ledger);
    scene_assert_idle(scene, JOB_READ);
    assert_int_equal(received(scene, other), 0);
    assert_ok(scene, audit_note(other, "test", "document.view", "nothing", &scene->fault));
    assert_false(ledger_group_has_changes(scene->ledger));
    assert_ok(scene, ledger_group_end(scene->ledger, &scene->fault));
    ledger_close(&other);
}

/* More names than are kept in memory at once, and the same ones again and again. */
static void counts_are_right_after_many_changes(void **state)
{
    struct scene *scene = *state;
    for (int round = 0; round < 3; round++) {
        ledger_group_begin(scene->ledger);
        for (int i = 0; i < 10; i++) {
            (void)scene_accept(scene, "Demmin");
            struct job_record job = scene_lease(scene, JOB_READ);
            job_record_done(&job);
        }
        assert_ok(scene, ledger_group_end(scene->ledger, &scene->fault));
    }
    struct ledger_summary summary = {0};
    assert_ok(scene, ledger_summarise(scene->ledger, &summary, &scene->fault));
    assert_int_equal(summary.scans[SCAN_READING], 30);
    assert_int_equal(summary.jobs_leased, 30);
    assert_int_equal(summary.jobs_ready, 0);
    scene_assert_sound(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(others_see_all_or_nothing_of_it),
        SCENE_TEST(later_changes_see_earlier_ones),
        SCENE_TEST(a_refused_change_leaves_no_trace),
        SCENE_TEST(a_refused_change_may_take_a_frail_group_with_it),
        SCENE_TEST(a_group_that_is_not_committed_never_was),
        SCENE_TEST(an_empty_group_is_no_transaction),
        SCENE_TEST(counts_are_right_after_many_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
