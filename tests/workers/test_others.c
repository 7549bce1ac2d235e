/* test_others.c - a dispatcher among others of its ledger: it takes over, is taken for gone, gives
 * way; and workers that offer themselves to one dispatcher at a time. */
// SPDX-License-Identifier: EUPL-1.2
#include "store/dispatchers.h"
#include "tests/workers/one_reader.h"

enum { SILENCE_MS = 2 * VANISHED_MS };

#define MUST(call)                                                                                 \
    do {                                                                                           \
        struct fault fault = {0};                                                                  \
        if ((call) != STATUS_OK)                                                                   \
            fail_msg("%s: %s", #call, fault.text);                                                 \
    } while (0)

/* Another dispatcher, of which the test plays nothing but its words to the ledger. */
static struct ledger *open_other(struct scene *scene, const char *name)
{
    struct ledger *other = NULL;
    scene->dispatch->is_one_of_several = true;
    MUST(ledger_open("ledger.db", LEDGER_WRITE, &scene->clock, &other, &fault));
    MUST(dispatcher_enter(other, name, &fault));
    return other;
}

/* Time passes as for a dispatcher that works. */
static void pass(struct scene *scene, int64_t milliseconds)
{
    for (int64_t end = scene->now_ms + milliseconds; scene->now_ms < end;) {
        scene->now_ms += BEAT_MS;
        dispatch_beat(scene->dispatch);
    }
}

static void give_to(struct ledger *other, uint32_t *ret_attempt)
{
    struct job_record job = {0};
    bool is_there = false;
    MUST(ledger_job_lease(other, JOB_READ, "reader-9", 600000, &is_there, &job, &fault));
    assert_true(is_there);
    *ret_attempt = job.attempt;
    job_record_done(&job);
}

static void the_work_of_one_that_is_gone_is_given_out_again(void **state)
{
    struct scene *scene = *state;
    struct ledger *other = open_other(scene, "other");
    uint32_t attempt = 0;
    give_to(other, &attempt);
    pass(scene, SILENCE_MS - 2 * (int64_t)BEAT_MS);
    assert_int_equal(scene_state(scene), SCAN_READING);
    pass(scene, SILENCE_MS);
    assert_int_equal(scene_state(scene), SCAN_RECEIVED);
    scene_say_ready(scene);
    assert_true(scene->job != 0);
    assert_int_equal(scene->attempt, attempt + 1);
    ledger_close(&other);
}

static void nobody_is_judged_after_a_pause_of_ones_own(void **state)
{
    struct scene *scene = *state;
    struct ledger *other = open_other(scene, "other");
    bool is_counted = false;
    bool is_replaced = false;
    pass(scene, BEAT_MS);
    scene->now_ms += 3 * SILENCE_MS; // e.g. the server was away: everybody was silent
    dispatch_beat(scene->dispatch);
    pass(scene, SILENCE_MS / 2);
    MUST(dispatcher_sign(other, &is_counted, &is_replaced, &fault));
    assert_true(is_counted);
    ledger_close(&other);
}

static void one_that_was_taken_for_gone_begins_anew(void **state)
{
    struct scene *scene = *state;
    struct ledger *other = open_other(scene, "other");
    uint32_t dispatchers = 0;
    uint32_t leases = 0;
    uint32_t attempt = 0;
    pass(scene, BEAT_MS);
    scene_say_ready(scene);
    assert_int_equal(scene->attempt, 1);
    scene->now_ms += SILENCE_MS + 1; // it is stopped
    MUST(dispatchers_take_back(other, SILENCE_MS, &dispatchers, &leases, &fault));
    assert_int_equal(dispatchers, 1);
    assert_int_equal(leases, 1);
    give_to(other, &attempt);
    assert_int_equal(attempt, 2);
    dispatch_beat(scene->dispatch); // it goes on
    assert_int_equal(scene->dispatch->peers.count, 0);
    scene_say_heartbeat(scene);
    assert_true(scene->is_unknown);
    scene_say_ready(scene); // with the job, which is another's by now
    assert_int_equal(scene->dispatch->peers.count, 1);
    assert_null(scene->dispatch->assignments.first);
    pass(scene, BEAT_MS);
    assert_int_equal(dispatch_outcome(scene->dispatch), STATUS_OK);
    ledger_close(&other);
}

static void in_a_file_another_one_was_this_one_under_another_name(void **state)
{
    struct scene *scene = *state;
    struct ledger *other = open_other(scene, "other");
    uint32_t attempt = 0;
    scene->dispatch->is_one_of_several = false;
    give_to(other, &attempt);
    ledger_close(&other);
    scene->now_ms -= 500000; // and the machine was started anew since: its leases end in days
    MUST(dispatch_take_over(scene->dispatch, &fault));
    assert_int_equal(scene_state(scene), SCAN_RECEIVED);
}

static void the_older_one_of_a_name_ends(void **state)
{
    struct scene *scene = *state;
    pass(scene, BEAT_MS);
    struct ledger *other = open_other(scene, "dispatch"); // its own
    pass(scene, SILENCE_MS);
    assert_int_equal(dispatch_outcome(scene->dispatch), STATUS_HALT);
    ledger_close(&other);
}

static void say_ready_for(struct scene *scene, uint32_t jobs)
{
    static char worker[] = "reader-1", host[] = "here", version[] = "1";
    struct wire_message ready = {.command = WIRE_READY};
    ready.as.ready = (struct wire_ready){.worker = worker,
                                         .host = host,
                                         .version = version,
                                         .kind = WIRE_READER,
                                         .incarnation = 1,
                                         .session = 1,
                                         .jobs = jobs};
    scene_say(scene, &ready);
}

static void a_worker_whose_turn_is_anothers_is_given_nothing(void **state)
{
    struct scene *scene = *state;
    say_ready_for(scene, 0);
    dispatch_look_for_work(scene->dispatch);
    assert_int_equal(scene->job, 0);
    say_ready_for(scene, 1); // the same session
    assert_true(scene->job != 0);
    assert_false(scene->dispatch->peers.first->draining);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_work_of_one_that_is_gone_is_given_out_again,
                                        one_reader_set_up, one_reader_tear_down),
        cmocka_unit_test_setup_teardown(nobody_is_judged_after_a_pause_of_ones_own,
                                        one_reader_set_up, one_reader_tear_down),
        cmocka_unit_test_setup_teardown(one_that_was_taken_for_gone_begins_anew, one_reader_set_up,
                                        one_reader_tear_down),
        cmocka_unit_test_setup_teardown(in_a_file_another_one_was_this_one_under_another_name,
                                        one_reader_set_up, one_reader_tear_down),
        cmocka_unit_test_setup_teardown(the_older_one_of_a_name_ends, one_reader_set_up,
                                        one_reader_tear_down),
        cmocka_unit_test_setup_teardown(a_worker_whose_turn_is_anothers_is_given_nothing,
                                        one_reader_set_up, one_reader_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
