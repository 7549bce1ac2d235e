/* test_groups.c - nobody hears of a job before its lease was committed; and what could not be
 * committed has not happened, for the dispatcher and for its workers. */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/workers/one_reader.h"

static int failures; /* of commits that are still to come */

static enum status before_commit(void *context, struct fault *fault)
{
    (void)context;
    if (failures == 0)
        return STATUS_OK;
    failures--;
    return fault_set(fault, STATUS_LATER, "the disk is full");
}

static enum status after_commit(void *context, struct fault *fault)
{
    (void)context;
    (void)fault;
    return STATUS_OK;
}

static const struct commit_watch watch = {.before = before_commit, .after = after_commit};

static int set_up(void **state)
{
    int failed = one_reader_set_up(state);
    struct scene *scene = *state;
    failures = 0;
    ledger_watch(scene->ledger, &watch);
    return failed;
}

static void say_failed(struct scene *scene)
{
    static char reason[] = "it does not look like a letter";
    struct wire_message failure = {
        .command = WIRE_FAIL, .job = scene->job, .attempt = scene->attempt};
    failure.as.fail = (struct wire_fail){.failure = WIRE_FAILURE_REFUSED, .reason = reason};
    scene_say(scene, &failure);
}

static void a_job_is_said_after_its_lease_was_committed(void **state)
{
    struct scene *scene = *state;
    scene_say_ready(scene);
    assert_int_equal(scene->attempt, 1);
    assert_int_equal(scene_state(scene), SCAN_READING);
}

static void a_lease_that_was_not_committed_is_nobodys(void **state)
{
    struct scene *scene = *state;
    scene_say_ready(scene);
    say_failed(scene); // it has no job any more, and the scan is refused
    scene_accept(scene);
    scene->job = 0;
    failures = 1;
    dispatch_look_for_work(scene->dispatch);
    assert_int_equal(failures, 0);
    assert_int_equal(scene->job, 0);
    assert_int_equal(scene_state(scene), SCAN_RECEIVED);
    assert_null(scene->dispatch->assignments.first);
    dispatch_look_for_work(scene->dispatch); // the worker is known, and has room
    assert_true(scene->job != 0);
    assert_int_equal(scene->attempt, 1);
    assert_int_equal(scene_state(scene), SCAN_READING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_job_is_said_after_its_lease_was_committed, set_up,
                                        one_reader_tear_down),
        cmocka_unit_test_setup_teardown(a_lease_that_was_not_committed_is_nobodys, set_up,
                                        one_reader_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
