/* test_escalations.c - a deadline that nobody acknowledged in time is escalated once, and an alarm
 * holds until somebody has. */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/store/scene.h"

#include <string.h>

#include "store/alarms.h"
#include "store/deadlines.h"
#include "workers/dispatch_state.h"

enum { HOUR_MS = 3600000 };

static struct document_id flagged(struct scene *scene)
{
    struct document_id id = scene_document(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_MATCH);
    const struct decision decision = {
        .decided_by = "auto", .reason = "Weil.", .kind = "widerspruch", .flags = "deadline"};
    bool held = false;
    assert_ok(scene, ledger_match_complete(scene->ledger, job.id, job.attempt, &decision, &held,
                                           &scene->fault));
    job_record_done(&job);
    return id;
}

static enum status count_deadline_alarms(void *context, const struct alarm_record *record,
                                         struct fault *fault)
{
    (void)fault;
    *(unsigned *)context += strcmp(record->kind, "deadline") == 0 ? 1 : 0;
    return STATUS_OK;
}

static unsigned alarms(struct scene *scene)
{
    unsigned count = 0;
    assert_ok(scene, alarms_standing(scene->ledger, count_deadline_alarms, &count, &scene->fault));
    return count;
}

static int64_t escalations(struct scene *scene)
{
    return scene_sql_number(scene, "SELECT count(*) FROM audit WHERE action = 'document.escalate'");
}

static struct dispatch dispatch_of(struct scene *scene)
{
    return (struct dispatch){
        .ledger = scene->ledger, .clock = &scene->clock, .escalate_ms = 4 * HOUR_MS};
}

static void pass(struct scene *scene, int64_t milliseconds)
{
    scene->wall_ms += milliseconds;
    scene->monotonic_ms += milliseconds;
}

static void what_nobody_acknowledges_is_escalated_once(void **state)
{
    struct scene *scene = *state;
    struct dispatch dispatch = dispatch_of(scene);
    struct document_id id = flagged(scene);
    escalations_look(&dispatch);
    assert_int_equal(escalations(scene), 0);
    pass(scene, 4 * HOUR_MS - 60000);
    escalations_look(&dispatch);
    assert_int_equal(escalations(scene), 0);
    assert_int_equal(alarms(scene), 0);
    pass(scene, 120000);
    escalations_look(&dispatch);
    assert_int_equal(escalations(scene), 1);
    assert_int_equal(alarms(scene), 1);
    pass(scene, HOUR_MS);
    escalations_look(&dispatch);
    assert_int_equal(escalations(scene), 1);
    assert_ok(scene, deadlines_acknowledge(scene->ledger, id, "lena", &scene->fault));
    pass(scene, HOUR_MS);
    escalations_look(&dispatch);
    assert_int_equal(alarms(scene), 0);
    scene_assert_sound(scene);
}

static void what_was_acknowledged_in_time_is_not(void **state)
{
    struct scene *scene = *state;
    struct dispatch dispatch = dispatch_of(scene);
    struct document_id id = flagged(scene);
    assert_ok(scene, deadlines_acknowledge(scene->ledger, id, "bernd", &scene->fault));
    pass(scene, 5 * HOUR_MS);
    escalations_look(&dispatch);
    assert_int_equal(escalations(scene), 0);
    assert_int_equal(alarms(scene), 0);
}

static void it_looks_seldom_and_not_while_it_stops(void **state)
{
    struct scene *scene = *state;
    struct dispatch dispatch = dispatch_of(scene);
    escalations_look(&dispatch);
    (void)flagged(scene);
    scene->wall_ms += 5 * HOUR_MS; // the clock was set; a second has passed
    scene->monotonic_ms += 1000;
    escalations_look(&dispatch);
    assert_int_equal(escalations(scene), 0);
    scene->monotonic_ms += 60000;
    dispatch.stopping_ms = 1;
    escalations_look(&dispatch);
    assert_int_equal(escalations(scene), 0);
    dispatch.stopping_ms = 0;
    escalations_look(&dispatch);
    assert_int_equal(escalations(scene), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(what_nobody_acknowledges_is_escalated_once),
        SCENE_TEST(what_was_acknowledged_in_time_is_not),
        SCENE_TEST(it_looks_seldom_and_not_while_it_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
