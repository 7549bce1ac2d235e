/* test_standstill.c - time in which the dispatcher itself stood still is not held against its
 * workers; silence while it listened is. The clock is the test's, so that no wait is real. */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/workers/one_reader.h"

enum { STOOD_MS = 3 * LEASE_MS };

/* The job's one small part is sent, and received. */
static void take_parts(struct scene *scene)
{
    struct wire_message credit = {
        .command = WIRE_CREDIT, .job = scene->job, .attempt = scene->attempt};
    credit.as.credit.chunks = 1;
    scene_say(scene, &credit);
}

/* The reader has the scan's one job in hand. */
static int set_up(void **state)
{
    int failed = one_reader_set_up(state);
    struct scene *scene = *state;
    scene_say_ready(scene);
    assert_int_equal(scene->attempt, 1);
    take_parts(scene);
    return failed;
}

static void beat(struct scene *scene, int64_t later_ms)
{
    scene->now_ms += later_ms;
    dispatch_beat(scene->dispatch);
}

static bool is_known(const struct scene *scene)
{
    return scene->dispatch->peers.count == 1;
}

static bool is_in_hand(const struct scene *scene)
{
    return scene_state(scene) == SCAN_READING && scene->attempt == 1;
}

static void its_own_standstill_costs_no_worker_its_job(void **state)
{
    struct scene *scene = *state;
    beat(scene, STOOD_MS);
    assert_true(is_known(scene));
    assert_true(is_in_hand(scene));
    scene_say_heartbeat(scene); // it lay in the socket all the time
    for (int i = 0; i < 2 * LEASE_MS / BEAT_MS; i++) {
        beat(scene, BEAT_MS);
        scene_say_heartbeat(scene);
    }
    assert_true(is_known(scene));
    assert_true(is_in_hand(scene));
}

static void silence_after_a_standstill_still_counts(void **state)
{
    struct scene *scene = *state;
    beat(scene, STOOD_MS);
    assert_true(is_known(scene));
    for (int i = 0; i <= VANISHED_MS / BEAT_MS; i++)
        beat(scene, BEAT_MS);
    assert_false(is_known(scene));
    assert_false(is_in_hand(scene));
}

static void silence_while_it_listens_costs_the_job(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i <= VANISHED_MS / BEAT_MS; i++)
        beat(scene, BEAT_MS);
    assert_false(is_known(scene));
    assert_false(is_in_hand(scene));
    scene_say_ready(scene);
    beat(scene, BEAT_MS);
    assert_int_equal(scene->attempt, 2);
}

int main(void)
{
#define PROMISE(name) cmocka_unit_test_setup_teardown(name, set_up, one_reader_tear_down)
    const struct CMUnitTest tests[] = {
        PROMISE(its_own_standstill_costs_no_worker_its_job),
        PROMISE(silence_after_a_standstill_still_counts),
        PROMISE(silence_while_it_listens_costs_the_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
