/* test_ledger_scan.c - scans come in exactly once, and what is refused goes back. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "tests/store/scene.h"

static void an_accepted_scan_is_received_with_a_read_job(void **state)
{
    struct scene *scene = *state;
    struct scan_arrival arrival = scene_arrival(scene, "Waren");
    struct scan_acceptance acceptance = {0};
    struct scan_record record = {0};
    assert_ok(scene, ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault));
    scene_reopen(scene);
    assert_ok(scene, ledger_scan_get(scene->ledger, arrival.id, &record, &scene->fault));
    assert_string_equal(record.site, "Waren");
    assert_string_equal(record.source, "scan.tif");
    assert_string_equal(record.format, "tiff");
    assert_int_equal(record.state, SCAN_RECEIVED);
    assert_int_equal(record.size, arrival.size);
    assert_int_equal(record.received_ms, arrival.received_ms);
    assert_true(record.has_bytes);
    assert_true(digest_equal(&record.digest, &arrival.digest));
    assert_true(uuid_is_nil(&record.duplicate_of.uuid));
    assert_null(record.error);
    scan_record_done(&record);
    struct job_record job = scene_lease(scene, JOB_READ);
    assert_true(uuid_equal(&job.scan.uuid, &arrival.id.uuid));
    assert_int_equal(job.attempt, 1);
    assert_string_equal(job.site, "Waren");
    assert_string_equal(job.source, "scan.tif");
    job_record_done(&job);
    scene_assert_sound(scene);
}

static void the_same_arrival_again_is_a_repeat_and_changes_nothing(void **state)
{
    struct scene *scene = *state;
    struct scan_arrival arrival = scene_arrival(scene, "Waren");
    struct scan_acceptance acceptance = {0};
    assert_ok(scene, ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault));
    int64_t rows = scene_sql_number(scene, "SELECT count(*) FROM audit");
    for (int i = 0; i < 3; i++) {
        assert_ok(scene, ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault));
        assert_true(acceptance.is_repeat);
        assert_false(acceptance.is_duplicate);
    }
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM audit"), rows);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM job"), 1);
}

static void the_same_arrival_with_other_bytes_is_refused(void **state)
{
    struct scene *scene = *state;
    struct scan_arrival arrival = scene_arrival(scene, "Waren");
    struct scan_acceptance acceptance = {0};
    assert_ok(scene, ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault));
    arrival.digest = digest_of("changed", 7);
    assert_status(scene, ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault),
                  STATUS_REFUSE);
    assert_non_null(strstr(scene->fault.text, "other bytes"));
}

static void the_same_bytes_are_a_duplicate_linked_to_the_first(void **state)
{
    struct scene *scene = *state;
    struct scan_arrival first = scene_arrival(scene, "Waren");
    struct scan_arrival second = first;
    struct scan_acceptance acceptance = {0};
    struct scan_record record = {0};
    assert_ok(scene, ledger_scan_accept(scene->ledger, &first, &acceptance, &scene->fault));
    second.id.uuid = uuid_new(scene->wall_ms);
    second.site = "Demmin";
    for (int i = 0; i < 2; i++) { // and when it is repeated
        assert_ok(scene, ledger_scan_accept(scene->ledger, &second, &acceptance, &scene->fault));
        assert_int_equal(acceptance.is_repeat, i == 1);
        assert_true(acceptance.is_duplicate);
        assert_true(uuid_equal(&acceptance.first.uuid, &first.id.uuid));
    }
    assert_ok(scene, ledger_scan_get(scene->ledger, second.id, &record, &scene->fault));
    assert_int_equal(record.state, SCAN_DUPLICATE);
    assert_true(uuid_equal(&record.duplicate_of.uuid, &first.id.uuid));
    scan_record_done(&record);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM job"), 1);
    scene_assert_sound(scene);
}

static void a_third_copy_is_linked_to_the_first_too(void **state)
{
    struct scene *scene = *state;
    struct scan_arrival arrival = scene_arrival(scene, "Waren");
    struct scan_id first = arrival.id;
    struct scan_acceptance acceptance = {0};
    for (int i = 0; i < 3; i++) {
        assert_ok(scene, ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault));
        arrival.id.uuid = uuid_new(scene->wall_ms);
        scene->wall_ms += 1000;
        arrival.received_ms = scene->wall_ms;
    }
    assert_true(uuid_equal(&acceptance.first.uuid, &first.uuid));
}

/* Ends the only read job with `failure` until nothing is tried again. */
static void fail_reading(struct scene *scene, enum job_failure failure, int times)
{
    for (int i = 0; i < times; i++) {
        bool held = false;
        struct job_record job = scene_lease(scene, JOB_READ);
        assert_ok(scene, ledger_job_fail(scene->ledger, job.id, job.attempt, failure, "Kaputt.",
                                         &scene_rule, &held, &scene->fault));
        assert_true(held);
        job_record_done(&job);
        scene->monotonic_ms += 2 * scene_rule.backoff_most_ms;
    }
}

static void bytes_of_failed_and_refused_scans_may_come_again(void **state)
{
    struct scene *scene = *state;
    const struct {
        enum job_failure failure;
        int times;
        enum scan_state end;
    } cases[] = {
        {JOB_FAILURE_CONTENT, 3, SCAN_FAILED },
        {JOB_FAILURE_REFUSED, 1, SCAN_REFUSED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scan_arrival arrival = scene_arrival(scene, "Waren");
        struct scan_id first = arrival.id;
        struct scan_acceptance acceptance = {0};
        assert_ok(scene, ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault));
        fail_reading(scene, cases[i].failure, cases[i].times);
        assert_int_equal(scene_scan_state(scene, first), cases[i].end);
        arrival.id.uuid = uuid_new(scene->wall_ms);
        assert_ok(scene, ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault));
        assert_false(acceptance.is_duplicate);
        assert_int_equal(scene_scan_state(scene, arrival.id), SCAN_RECEIVED);
        struct job_record job = scene_lease(scene, JOB_READ); // out of the way
        scene_complete_reading(scene, &job, 1);
        job_record_done(&job);
    }
    scene_assert_sound(scene);
}

static void a_refused_arrival_is_known_and_never_accepted(void **state)
{
    struct scene *scene = *state;
    struct scan_arrival arrival = scene_arrival(scene, "Waren");
    struct scan_acceptance acceptance = {.is_repeat = true};
    struct scan_record record = {0};
    bool known = false;
    enum scan_state known_state = SCAN_CORRUPT;
    arrival.format = "";
    for (int i = 0; i < 2; i++) // harmless to repeat
        assert_ok(scene, ledger_scan_refuse(scene->ledger, &arrival, "Kein Bild.", &scene->fault));
    assert_ok(scene,
              ledger_scan_known(scene->ledger, arrival.id, &known, &known_state, &scene->fault));
    assert_true(known);
    assert_int_equal(known_state, SCAN_REFUSED);
    assert_ok(scene, ledger_scan_get(scene->ledger, arrival.id, &record, &scene->fault));
    assert_false(record.has_bytes);
    assert_string_equal(record.error, "Kein Bild.");
    scan_record_done(&record);
    // Accepting it now would let the intake remove a file whose bytes nobody has.
    assert_status(scene, ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault),
                  STATUS_REFUSE);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM job"), 0);
    scene_assert_sound(scene);
}

static void an_accepted_arrival_cannot_be_refused_at_the_door(void **state)
{
    struct scene *scene = *state;
    struct scan_arrival arrival = scene_arrival(scene, "Waren");
    struct scan_acceptance acceptance = {0};
    assert_ok(scene, ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault));
    assert_status(scene, ledger_scan_refuse(scene->ledger, &arrival, "Nein.", &scene->fault),
                  STATUS_REFUSE);
    assert_int_equal(scene_scan_state(scene, arrival.id), SCAN_RECEIVED);
}

static void an_unknown_id_is_not_known(void **state)
{
    struct scene *scene = *state;
    struct scan_id id = {uuid_new(1)};
    struct scan_record record = {0};
    bool known = true;
    enum scan_state known_state = SCAN_CORRUPT;
    assert_ok(scene, ledger_scan_known(scene->ledger, id, &known, &known_state, &scene->fault));
    assert_false(known);
    assert_status(scene, ledger_scan_get(scene->ledger, id, &record, &scene->fault), STATUS_REFUSE);
}

struct walk {
    struct scene *scene;
    int seen;
    int64_t last_ms;
    int stop_after; /* 0: never */
};

/* Tells the site, with the ledger, from inside the walk. */
static enum status tell_site(void *context, const struct scan_record *record, struct fault *fault)
{
    struct walk *walk = context;
    walk->seen++;
    assert_true(record->received_ms >= walk->last_ms);
    walk->last_ms = record->received_ms;
    if (walk->seen == walk->stop_after)
        return fault_set(fault, STATUS_LATER, "enough");
    return ledger_scan_returned(walk->scene->ledger, record->id, fault);
}

static void refused_scans_are_returned_once_oldest_first(void **state)
{
    struct scene *scene = *state;
    enum { REFUSED = 150 }; // more than a window
    for (int i = 0; i < REFUSED; i++) {
        scene->wall_ms += i % 3 == 0 ? 0 : 1;
        struct scan_arrival arrival = scene_arrival(scene, "Waren");
        assert_ok(scene, ledger_scan_refuse(scene->ledger, &arrival, "Nein.", &scene->fault));
    }
    (void)scene_accept(scene, "Waren");
    fail_reading(scene, JOB_FAILURE_REFUSED, 1); // one that a reader refused
    struct ledger_summary summary = {0};
    assert_ok(scene, ledger_summarise(scene->ledger, &summary, &scene->fault));
    assert_int_equal(summary.refused_to_return, REFUSED + 1);
    struct walk walk = {.scene = scene};
    assert_ok(scene, ledger_scans_to_return(scene->ledger, tell_site, &walk, &scene->fault));
    assert_int_equal(walk.seen, REFUSED + 1);
    assert_ok(scene, ledger_scans_to_return(scene->ledger, tell_site, &walk, &scene->fault));
    assert_int_equal(walk.seen, REFUSED + 1);
    scene_assert_sound(scene);
}

static void a_walk_ends_with_the_callback_s_status(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < 5; i++) {
        struct scan_arrival arrival = scene_arrival(scene, "Waren");
        assert_ok(scene, ledger_scan_refuse(scene->ledger, &arrival, "Nein.", &scene->fault));
    }
    struct walk walk = {.scene = scene, .stop_after = 3};
    assert_status(scene, ledger_scans_to_return(scene->ledger, tell_site, &walk, &scene->fault),
                  STATUS_LATER);
    assert_int_equal(walk.seen, 3);
    assert_string_equal(scene->fault.text, "enough");
}

static void only_refused_scans_can_be_returned(void **state)
{
    struct scene *scene = *state;
    struct scan_id id = scene_accept(scene, "Waren");
    assert_status(scene, ledger_scan_returned(scene->ledger, id, &scene->fault), STATUS_REFUSE);
    id.uuid = uuid_new(1);
    assert_status(scene, ledger_scan_returned(scene->ledger, id, &scene->fault), STATUS_REFUSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(an_accepted_scan_is_received_with_a_read_job),
        SCENE_TEST(the_same_arrival_again_is_a_repeat_and_changes_nothing),
        SCENE_TEST(the_same_arrival_with_other_bytes_is_refused),
        SCENE_TEST(the_same_bytes_are_a_duplicate_linked_to_the_first),
        SCENE_TEST(a_third_copy_is_linked_to_the_first_too),
        SCENE_TEST(bytes_of_failed_and_refused_scans_may_come_again),
        SCENE_TEST(a_refused_arrival_is_known_and_never_accepted),
        SCENE_TEST(an_accepted_arrival_cannot_be_refused_at_the_door),
        SCENE_TEST(an_unknown_id_is_not_known),
        SCENE_TEST(refused_scans_are_returned_once_oldest_first),
        SCENE_TEST(a_walk_ends_with_the_callback_s_status),
        SCENE_TEST(only_refused_scans_can_be_returned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
