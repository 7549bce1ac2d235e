/* test_leadership.c - one leads, a paused leader changes nothing any more, and epochs rise. */
// SPDX-License-Identifier: EUPL-1.2
#include <time.h>

#include "store/leadership.h"
#include "tests/store/scene.h"

static struct leadership *candidate(struct scene *scene, const char *holder)
{
    struct leadership *made = NULL;
    assert_ok(scene,
              leadership_new(scene->path, "dispatch", holder, &scene->clock, &made, &scene->fault));
    return made;
}

static bool leads(struct scene *scene, struct leadership *leadership)
{
    bool is_leader = false;
    scene->monotonic_ms += LEADER_LOOK_MS;
    assert_ok(scene, leadership_look(leadership, scene->ledger, &is_leader, &scene->fault));
    return is_leader;
}

/* A server takes its time until it lets go of what an ended session held. */
static bool leads_soon(struct scene *scene, struct leadership *leadership)
{
    const struct timespec pause = {.tv_nsec = 50000000};
    bool is_leader = leads(scene, leadership);
    for (int tries = 0; !is_leader && scene->is_server && tries < 600; tries++) {
        (void)nanosleep(&pause, NULL);
        is_leader = leads(scene, leadership);
    }
    return is_leader;
}

/* What the server does to a leader that says nothing, or whose host is gone; on one host, what
 * its end does. */
static void end_session(struct scene *scene, struct leadership **leadership_p)
{
    if (scene->is_server)
        scene_sql(scene, "SELECT pg_terminate_backend(l.pid) FROM pg_locks l WHERE l.locktype ="
                         " 'advisory' AND l.mode = 'ExclusiveLock' AND l.pid <> pg_backend_pid()");
    else
        leadership_free(leadership_p);
}

static void one_leads_and_the_next_one_when_it_ends(void **state)
{
    struct scene *scene = *state;
    struct leadership *first = candidate(scene, "a");
    struct leadership *second = candidate(scene, "b");
    assert_true(leads(scene, first));
    assert_false(leads(scene, second));
    assert_true(leads(scene, first));
    assert_int_equal(leadership_epoch(first), 1);
    leadership_free(&first);
    assert_true(leads_soon(scene, second));
    assert_int_equal(leadership_epoch(second), 2);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM audit WHERE action ="
                                             " 'leader.begin'"),
                     2);
    leadership_free(&second);
    scene_assert_sound(scene);
}

static void another_duty_is_anothers(void **state)
{
    struct scene *scene = *state;
    struct leadership *other = NULL;
    struct leadership *first = candidate(scene, "a");
    assert_ok(scene,
              leadership_new(scene->path, "monitor", "b", &scene->clock, &other, &scene->fault));
    assert_true(leads(scene, first));
    assert_true(leads(scene, other));
    leadership_free(&first);
    leadership_free(&other);
}

static void a_leader_that_does_not_know_its_end_changes_nothing(void **state)
{
    struct scene *scene = *state;
    struct leadership *paused = candidate(scene, "a");
    assert_true(leads(scene, paused));
    ledger_lead(scene->ledger, paused);
    (void)scene_accept(scene, "Waren"); // it leads
    ledger_follow(scene->ledger);
    // Another one led meanwhile: the epoch is over.
    scene_sql(scene, "UPDATE leadership SET epoch = epoch + 1, holder = 'b'");
    ledger_lead(scene->ledger, paused);
    struct scan_arrival arrival = scene_arrival(scene, "Waren");
    struct scan_acceptance acceptance = {0};
    assert_status(scene, ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault),
                  STATUS_LATER);
    ledger_follow(scene->ledger);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM scan"), 1);
    assert_false(leads(scene, paused)); // it finds out and lets go
    assert_true(leads(scene, paused));  // there is nobody else
    assert_int_equal(leadership_epoch(paused), 3);
    leadership_free(&paused);
}

static void a_session_that_the_server_ended_lets_another_one_lead(void **state)
{
    struct scene *scene = *state;
    struct leadership *paused = candidate(scene, "a");
    struct leadership *next = candidate(scene, "b");
    assert_true(leads(scene, paused));
    assert_false(leads(scene, next));
    end_session(scene, &paused);
    assert_true(leads_soon(scene, next));
    assert_int_equal(leadership_epoch(next), 2);
    if (paused != NULL) {
        bool is_leader = true;
        scene->monotonic_ms += LEADER_LOOK_MS;
        assert_status(scene, leadership_look(paused, scene->ledger, &is_leader, &scene->fault),
                      STATUS_LATER);
        assert_false(is_leader);
        assert_false(leads(scene, paused));
    }
    assert_true(leads(scene, next));
    leadership_free(&paused);
    leadership_free(&next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(one_leads_and_the_next_one_when_it_ends),
        SCENE_TEST(another_duty_is_anothers),
        SCENE_TEST(a_leader_that_does_not_know_its_end_changes_nothing),
        SCENE_TEST(a_session_that_the_server_ended_lets_another_one_lead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
