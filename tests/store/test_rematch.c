/* test_rematch.c - after a change of the register, the matcher's own doubts are tried again, and a
 * person's word stands. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "base/durable.h"
#include "store/rematch.h"
#include "tests/store/scene.h"

/* A second version of the register, five seconds later. */
static void import_again(struct scene *scene)
{
    static const char text[] = "case_number;surname;given_names;birth_date;street;house_number;"
                               "postcode;city;team\n1;A;;;;;;;T\n";
    char path[64];
    struct register_import_result result = {0};
    (void)snprintf(path, sizeof path, "%s/again.csv", scene->folder);
    assert_ok(scene, durable_write_file(path, text, strlen(text), 0600, &scene->fault));
    scene->wall_ms += 5000;
    const struct register_import import = {.csv_path = path, .force = true, .actor = "admin"};
    assert_ok(scene, register_import_csv(scene->ledger, &import, &result, &scene->fault));
}

static uint32_t rematch(struct scene *scene)
{
    uint32_t count = 99;
    assert_ok(scene, ledger_rematch(scene->ledger, 64, &count, &scene->fault));
    return count;
}

/* Decides the match job at hand once more for nobody, with this version of the register. */
static void decide_again(struct scene *scene, int64_t version)
{
    const struct decision decision = {
        .decided_by = "auto", .reason = "Zweifel.", .flags = "", .register_version = version};
    struct job_record job = scene_lease(scene, JOB_MATCH);
    bool held = false;
    assert_ok(scene, ledger_match_complete(scene->ledger, job.id, job.attempt, &decision, &held,
                                           &scene->fault));
    assert_true(held);
    job_record_done(&job);
}

static void doubts_are_tried_again_once_the_register_changed(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_in_clearing(scene, "Waren");
    scene_sql(scene, "UPDATE decision SET register_version = 0");
    assert_int_equal(rematch(scene), 0); // there is no register at all
    scene_register(scene);
    import_again(scene);
    assert_int_equal(rematch(scene), 1);
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_MATCHING);
    assert_int_equal(rematch(scene), 0);
    decide_again(scene, 2);
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_CLEARING);
    assert_int_equal(rematch(scene), 0); // with this register everything was tried
    scene_assert_sound(scene);
}

static void a_filer_that_still_had_the_old_register_is_given_time(void **state)
{
    struct scene *scene = *state;
    (void)scene_in_clearing(scene, "Waren");
    scene_sql(scene, "UPDATE decision SET register_version = 0");
    scene_register(scene);
    import_again(scene);
    assert_int_equal(rematch(scene), 1);
    scene->wall_ms += 1000;
    decide_again(scene, 1); // the version before
    assert_int_equal(rematch(scene), 0);
    scene->wall_ms += REMATCH_PAUSE_MS + 1;
    assert_int_equal(rematch(scene), 1);
    decide_again(scene, 2);
    scene_assert_sound(scene);
}

static void what_a_person_decided_stays(void **state)
{
    struct scene *scene = *state;
    struct document_id filed = scene_filed(scene, "50.21.000001-1");
    struct document_id assigned = scene_in_clearing(scene, "Waren");
    scene_register(scene);
    assert_ok(scene, ledger_document_assign(scene->ledger, assigned, "50.31.000002-2", "sb33",
                                            &scene->fault));
    import_again(scene);
    assert_int_equal(rematch(scene), 0);
    assert_int_equal(scene_document_state(scene, filed), DOCUMENT_FILED);
    assert_int_equal(scene_document_state(scene, assigned), DOCUMENT_MATCHING); // being filed
    scene_assert_sound(scene);
}

static void what_was_given_up_on_waits_for_its_person(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_in_clearing(scene, "Waren");
    assert_ok(scene, ledger_retry(scene->ledger, &id.uuid, "sb33", &scene->fault));
    for (int i = 0; i < 3; i++) {
        bool held = false;
        struct job_record job = scene_lease(scene, JOB_MATCH);
        assert_ok(scene, ledger_job_fail(scene->ledger, job.id, job.attempt, JOB_FAILURE_CONTENT,
                                         "does not work", &scene_rule, &held, &scene->fault));
        job_record_done(&job);
        scene->monotonic_ms += 20000;
    }
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_CLEARING);
    scene_register(scene);
    import_again(scene);
    assert_int_equal(rematch(scene), 0);
    scene_assert_sound(scene);
}

static void portions_end(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < 3; i++)
        (void)scene_in_clearing(scene, "Waren");
    scene_sql(scene, "UPDATE decision SET register_version = 0");
    scene_register(scene);
    import_again(scene);
    uint32_t count = 0;
    assert_ok(scene, ledger_rematch(scene->ledger, 2, &count, &scene->fault));
    assert_int_equal(count, 2);
    assert_int_equal(rematch(scene), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(doubts_are_tried_again_once_the_register_changed),
        SCENE_TEST(a_filer_that_still_had_the_old_register_is_given_time),
        SCENE_TEST(what_a_person_decided_stays),
        SCENE_TEST(what_was_given_up_on_waits_for_its_person),
        SCENE_TEST(portions_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
