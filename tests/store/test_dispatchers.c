/* test_dispatchers.c - several dispatchers on one ledger: whose lease is whose, who is gone. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "store/dispatchers.h"
#include "tests/store/scene.h"

enum {
    LEASE_MS = 60000,
    SILENCE_MS = 10000,
    LAG_MS = 4000 /* clocks of two connections to a server agree but for this */
};

/* The scene's own ledger is the dispatcher "a"; this one is "b". */
static struct ledger *open_second(struct scene *scene)
{
    struct ledger *second = NULL;
    assert_ok(scene, ledger_open(scene->path, LEDGER_WRITE, &scene->clock, &second, &scene->fault));
    assert_ok(scene, dispatcher_enter(scene->ledger, "a", &scene->fault));
    assert_ok(scene, dispatcher_enter(second, "b", &scene->fault));
    return second;
}

static bool counts(struct scene *scene, struct ledger *ledger)
{
    bool is_counted = false;
    bool is_replaced = false;
    assert_ok(scene, dispatcher_sign(ledger, &is_counted, &is_replaced, &scene->fault));
    return is_counted;
}

/* Leases taken back; whether somebody was found gone. */
static uint32_t take_back(struct scene *scene, struct ledger *ledger, uint32_t dispatchers)
{
    uint32_t gone = 99;
    uint32_t leases = 99;
    assert_ok(scene, dispatchers_take_back(ledger, SILENCE_MS, &gone, &leases, &scene->fault));
    assert_int_equal(gone, dispatchers);
    return leases;
}

static bool renews(struct scene *scene, struct ledger *ledger, const struct job_record *job)
{
    bool held = false;
    assert_ok(scene, ledger_job_renew(ledger, job->id, job->attempt, LEASE_MS, 0, 0, &held,
                                      &scene->fault));
    return held;
}

static bool adopts(struct scene *scene, struct ledger *ledger, const struct job_record *job,
                   const char *worker)
{
    bool held = false;
    enum job_kind kind = JOB_FILE;
    assert_ok(scene, ledger_job_adopt(ledger, job->id, job->attempt, worker, LEASE_MS, &held, &kind,
                                      &scene->fault));
    assert_true(!held || kind == JOB_READ);
    return held;
}

static bool fails(struct scene *scene, struct ledger *ledger, const struct job_record *job)
{
    bool held = false;
    assert_ok(scene, ledger_job_fail(ledger, job->id, job->attempt, JOB_FAILURE_LOST, "Weg.",
                                     &scene_rule, &held, &scene->fault));
    return held;
}

static void the_start_of_one_leaves_the_leases_of_the_others_alone(void **state)
{
    struct scene *scene = *state;
    struct ledger *second = open_second(scene);
    (void)scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    int64_t until = scene_sql_number(scene, "SELECT lease_until FROM job");
    assert_ok(scene, ledger_leases_restart(second, 5000, &scene->fault));
    assert_int_equal(scene_sql_number(scene, "SELECT lease_until FROM job"), until);
    assert_true(renews(scene, scene->ledger, &job));
    assert_ok(scene, ledger_leases_restart(scene->ledger, 5000, &scene->fault)); // its own
    assert_int_equal(scene_sql_number(scene, "SELECT lease_until FROM job"),
                     until - LEASE_MS + 5000);
    job_record_done(&job);
    ledger_close(&second);
}

static void a_lease_of_another_dispatcher_is_neither_renewed_nor_ended(void **state)
{
    struct scene *scene = *state;
    struct ledger *second = open_second(scene);
    uint32_t count = 99;
    (void)scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    int64_t rows = scene_sql_number(scene, "SELECT count(*) FROM audit");
    assert_false(renews(scene, second, &job));
    assert_false(fails(scene, second, &job));
    assert_ok(scene, ledger_leases_lose(second, "worker-1", &scene_rule, &count, &scene->fault));
    assert_int_equal(count, 0);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM audit"), rows);
    scene_complete_reading(scene, &job, 1);
    job_record_done(&job);
    ledger_close(&second);
}

static void a_silent_dispatcher_is_gone_and_its_leases_go_back_at_once(void **state)
{
    struct scene *scene = *state;
    struct ledger *second = open_second(scene);
    (void)scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    scene->monotonic_ms += SILENCE_MS - LAG_MS;
    assert_int_equal(take_back(scene, second, 0), 0);
    assert_true(counts(scene, scene->ledger)); // it lives
    assert_true(counts(scene, second));
    scene->monotonic_ms += SILENCE_MS + LAG_MS;
    assert_int_equal(take_back(scene, second, 1), 1);
    assert_int_equal(take_back(scene, second, 0), 0); // once
    // It was paused and goes on: nothing that it says about its lease counts.
    assert_false(counts(scene, scene->ledger));
    assert_false(renews(scene, scene->ledger, &job));
    assert_false(fails(scene, scene->ledger, &job));
    bool found = false;
    struct job_record again = {0};
    assert_ok(scene, ledger_job_lease(second, JOB_READ, "worker-2", LEASE_MS, &found, &again,
                                      &scene->fault));
    assert_true(found); // without any back-off
    assert_int_equal(again.attempt, job.attempt + 1);
    assert_int_equal(scene_sql_number(scene, "SELECT lost_failures + content_failures FROM job"),
                     0);
    // It enters anew, and is there again.
    assert_ok(scene, dispatcher_enter(scene->ledger, "a", &scene->fault));
    assert_true(counts(scene, scene->ledger));
    assert_true(renews(scene, second, &again));
    job_record_done(&job);
    job_record_done(&again);
    ledger_close(&second);
    scene_assert_sound(scene);
}

static void a_worker_brings_its_job_to_another_dispatcher(void **state)
{
    struct scene *scene = *state;
    struct ledger *second = open_second(scene);
    (void)scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    struct job_record older = job;
    older.attempt--;
    assert_false(adopts(scene, second, &older, "worker-1"));
    assert_false(adopts(scene, second, &job, "worker-2")); // not its job
    assert_true(adopts(scene, second, &job, "worker-1"));
    assert_true(renews(scene, second, &job));
    // The first one hears of the worker without its job, or that it is gone: that is no loss.
    uint32_t count = 99;
    assert_false(fails(scene, scene->ledger, &job));
    assert_ok(scene,
              ledger_leases_lose(scene->ledger, "worker-1", &scene_rule, &count, &scene->fault));
    assert_int_equal(count, 0);
    scene->monotonic_ms += SILENCE_MS + LAG_MS;
    assert_true(counts(scene, second));
    assert_int_equal(take_back(scene, second, 1), 0); // its dispatcher's end takes nothing away
    assert_true(renews(scene, second, &job));
    job_record_done(&job);
    ledger_close(&second);
}

static void one_that_ended_in_order_keeps_its_leases_for_a_while(void **state)
{
    struct scene *scene = *state;
    struct ledger *second = open_second(scene);
    (void)scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    assert_ok(scene, dispatcher_leave(scene->ledger, &scene->fault));
    scene->monotonic_ms += SILENCE_MS - LAG_MS;
    assert_int_equal(take_back(scene, second, 0), 0);
    scene->monotonic_ms += 2 * LAG_MS;
    assert_int_equal(take_back(scene, second, 1), 1);
    assert_int_equal(take_back(scene, second, 0), 0);
    job_record_done(&job);
    ledger_close(&second);
}

static void the_second_of_one_name_replaces_the_first(void **state)
{
    struct scene *scene = *state;
    struct ledger *second = open_second(scene);
    bool is_counted = true;
    bool is_replaced = false;
    assert_ok(scene, dispatcher_enter(second, "a", &scene->fault));
    assert_ok(scene, dispatcher_sign(scene->ledger, &is_counted, &is_replaced, &scene->fault));
    assert_false(is_counted);
    assert_true(is_replaced);
    assert_true(counts(scene, second));
    ledger_close(&second);
}

static void a_worker_is_there_as_long_as_one_dispatcher_has_it(void **state)
{
    struct scene *scene = *state;
    static const char *const there = "SELECT count(*) FROM worker WHERE gone_ms = 0";
    struct ledger *second = open_second(scene);
    struct ledger *ledgers[] = {scene->ledger, second};
    for (int i = 0; i < 2; i++)
        assert_ok(scene,
                  ledger_worker_joined(ledgers[i], "r", "reader", "h", "0.1", &scene->fault));
    assert_int_equal(scene_sql_number(scene, there), 1);
    assert_ok(scene, ledger_worker_left(scene->ledger, "r", &scene->fault));
    assert_int_equal(scene_sql_number(scene, there), 1);
    assert_ok(scene, ledger_workers_forget(scene->ledger, &scene->fault));
    assert_int_equal(scene_sql_number(scene, there), 1);
    assert_ok(scene, ledger_workers_forget(second, &scene->fault));
    assert_int_equal(scene_sql_number(scene, there), 0);
    ledger_close(&second);
    scene_assert_sound(scene);
}

static void clocks_of_before_the_last_boot_are_no_signs_of_life(void **state)
{
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene); // whose clock goes on
    struct ledger *second = open_second(scene);
    scene->monotonic_ms = 1000;
    assert_int_equal(take_back(scene, second, 1), 0);
    ledger_close(&second);
}

struct seen {
    char words[256];
};

static enum status note(void *context, const struct dispatcher_record *record, struct fault *fault)
{
    (void)fault;
    struct seen *seen = context;
    size_t used = strlen(seen->words);
    (void)snprintf(seen->words + used, sizeof seen->words - used, "%s%s %d/%d; ", record->name,
                   record->gone_ms != 0 ? " gone" : "", (int)record->workers, (int)record->leases);
    return STATUS_OK;
}

static void people_see_who_is_there_and_what_they_hold(void **state)
{
    struct scene *scene = *state;
    struct ledger *second = open_second(scene);
    struct seen seen = {0};
    assert_ok(scene, ledger_worker_joined(scene->ledger, "r", "reader", "h", "0.1", &scene->fault));
    (void)scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    assert_ok(scene, dispatcher_leave(second, &scene->fault));
    assert_ok(scene, dispatchers_each(scene->ledger, note, &seen, &scene->fault));
    assert_string_equal(seen.words, "a 1/1; b gone 0/0; ");
    job_record_done(&job);
    ledger_close(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(the_start_of_one_leaves_the_leases_of_the_others_alone),
        SCENE_TEST(a_lease_of_another_dispatcher_is_neither_renewed_nor_ended),
        SCENE_TEST(a_silent_dispatcher_is_gone_and_its_leases_go_back_at_once),
        SCENE_TEST(a_worker_brings_its_job_to_another_dispatcher),
        SCENE_TEST(one_that_ended_in_order_keeps_its_leases_for_a_while),
        SCENE_TEST(the_second_of_one_name_replaces_the_first),
        SCENE_TEST(a_worker_is_there_as_long_as_one_dispatcher_has_it),
        SCENE_TEST(clocks_of_before_the_last_boot_are_no_signs_of_life),
        SCENE_TEST(people_see_who_is_there_and_what_they_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
