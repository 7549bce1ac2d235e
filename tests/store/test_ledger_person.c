/* test_ledger_person.c - people assign and try again; everything else is refused with words. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "tests/store/scene.h"

static void a_person_assigns_a_document_in_clearing(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_in_clearing(scene, "Waren");
    struct document_record document = {0};
    scene_register(scene);
    assert_ok(scene,
              ledger_document_assign(scene->ledger, id, "50.31.000002-2", "sb33", &scene->fault));
    assert_ok(scene, ledger_document_get(scene->ledger, id, &document, &scene->fault));
    assert_int_equal(document.state, DOCUMENT_MATCHING);
    assert_string_equal(document.case_number, "50.31.000002-2");
    assert_string_equal(document.team, "SG 50.3"); // of the register
    assert_string_equal(document.decided_by, "sb33");
    assert_string_equal(document.kind, "widerspruch"); // what was found out stays
    assert_string_equal(document.flags, "deadline");
    assert_int_equal(document.register_version, 1);
    struct digest zero = {0};
    assert_false(digest_equal(&document.explanation, &zero)); // the machine's, still
    document_record_done(&document);
    struct job_record job = scene_lease(scene, JOB_FILE);
    assert_true(uuid_equal(&job.document.uuid, &id.uuid));
    job_record_done(&job);
    scene_assert_sound(scene);
}

static void the_decision_before_is_kept(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_in_clearing(scene, "Waren");
    scene_register(scene);
    assert_ok(scene,
              ledger_document_assign(scene->ledger, id, "50.31.000002-2", "sb33", &scene->fault));
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM decision"), 2);
    assert_int_equal(
        scene_sql_number(scene, "SELECT count(*) FROM decision WHERE decided_by = 'auto'"), 1);
}

static void an_unknown_case_is_refused(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_in_clearing(scene, "Waren");
    assert_status(
        scene, ledger_document_assign(scene->ledger, id, "50.31.000002-2", "sb33", &scene->fault),
        STATUS_REFUSE); // there is no register at all
    scene_register(scene);
    assert_status(
        scene, ledger_document_assign(scene->ledger, id, "50.31.000002-3", "sb33", &scene->fault),
        STATUS_REFUSE);
    assert_non_null(strstr(scene->fault.text, "does not know case"));
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_CLEARING);
    scene_assert_idle(scene, JOB_FILE);
    scene_assert_sound(scene);
}

static void only_documents_in_clearing_can_be_assigned(void **state)
{
    struct scene *scene = *state;
    scene_register(scene);
    struct document_id ids[] = {
        scene_filed(scene, "50.21.000001-1"), scene_document(scene, "Waren"), {uuid_new(1)}};
    for (size_t i = 0; i < 3; i++)
        assert_status(
            scene,
            ledger_document_assign(scene->ledger, ids[i], "50.31.000002-2", "sb33", &scene->fault),
            STATUS_REFUSE);
    scene_assert_sound(scene);
}

/* Fails the next job of this kind for good. */
static void give_up(struct scene *scene, enum job_kind kind)
{
    for (int i = 0; i < 3; i++) {
        bool held = false;
        struct job_record job = scene_lease(scene, kind);
        assert_ok(scene, ledger_job_fail(scene->ledger, job.id, job.attempt, JOB_FAILURE_CONTENT,
                                         "does not work", &scene_rule, &held, &scene->fault));
        job_record_done(&job);
        scene->monotonic_ms += 20000;
    }
}

static void a_failed_scan_gets_new_attempts(void **state)
{
    struct scene *scene = *state;
    struct scan_id scan = scene_accept(scene, "Waren");
    give_up(scene, JOB_READ);
    assert_int_equal(scene_scan_state(scene, scan), SCAN_FAILED);
    assert_ok(scene, ledger_retry(scene->ledger, &scan.uuid, "admin", &scene->fault));
    assert_int_equal(scene_scan_state(scene, scan), SCAN_RECEIVED);
    struct scan_record record = {0};
    assert_ok(scene, ledger_scan_get(scene->ledger, scan, &record, &scene->fault));
    assert_null(record.error);
    scan_record_done(&record);
    scene_assert_sound(scene);
    give_up(scene, JOB_READ); // three more
    assert_int_equal(scene_scan_state(scene, scan), SCAN_FAILED);
    assert_ok(scene, ledger_retry(scene->ledger, &scan.uuid, "admin", &scene->fault));
    struct job_record job = scene_lease(scene, JOB_READ);
    assert_int_equal(job.attempt, 7); // numbers never come again: that is the fence
    scene_complete_reading(scene, &job, 1);
    job_record_done(&job);
    scene_assert_sound(scene);
}

static void a_document_in_clearing_is_matched_again(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_in_clearing(scene, "Waren");
    assert_ok(scene, ledger_retry(scene->ledger, &id.uuid, "sb33", &scene->fault));
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_MATCHING);
    struct job_record job = scene_lease(scene, JOB_MATCH);
    assert_true(uuid_equal(&job.document.uuid, &id.uuid));
    job_record_done(&job);
    scene_assert_sound(scene);
}

static void a_dead_job_of_a_document_gets_new_attempts(void **state)
{
    struct scene *scene = *state;
    struct ledger_summary summary = {0};
    struct document_id id = scene_document(scene, "Waren");
    give_up(scene, JOB_MATCH);
    assert_ok(scene, ledger_summarise(scene->ledger, &summary, &scene->fault));
    assert_int_equal(summary.jobs_dead, 1);
    assert_ok(scene, ledger_retry(scene->ledger, &id.uuid, "sb33", &scene->fault));
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_MATCHING);
    assert_ok(scene, ledger_summarise(scene->ledger, &summary, &scene->fault));
    assert_int_equal(summary.jobs_dead, 0);
    assert_int_equal(summary.jobs_ready, 1);
    scene_assert_sound(scene);
}

static void assigning_settles_the_job_that_was_given_up(void **state)
{
    struct scene *scene = *state;
    struct ledger_summary summary = {0};
    struct document_id id = scene_document(scene, "Waren");
    scene_register(scene);
    give_up(scene, JOB_MATCH);
    assert_ok(scene,
              ledger_document_assign(scene->ledger, id, "50.21.000001-1", "sb33", &scene->fault));
    assert_ok(scene, ledger_summarise(scene->ledger, &summary, &scene->fault));
    assert_int_equal(summary.jobs_dead, 0);
    struct document_record document = {0};
    assert_ok(scene, ledger_document_get(scene->ledger, id, &document, &scene->fault));
    assert_null(document.error);
    document_record_done(&document);
    scene_assert_sound(scene);
}

static void what_is_fine_cannot_be_tried_again(void **state)
{
    struct scene *scene = *state;
    struct document_id filed = scene_filed(scene, "50.21.000001-1");
    struct document_id matching = scene_document(scene, "Waren");
    struct scan_id received = scene_accept(scene, "Waren");
    const struct uuid *ids[] = {&filed.uuid, &matching.uuid, &received.uuid, &(struct uuid){{7}}};
    for (size_t i = 0; i < 4; i++)
        assert_status(scene, ledger_retry(scene->ledger, ids[i], "admin", &scene->fault),
                      STATUS_REFUSE);
    scene_assert_sound(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_person_assigns_a_document_in_clearing),
        SCENE_TEST(the_decision_before_is_kept),
        SCENE_TEST(an_unknown_case_is_refused),
        SCENE_TEST(only_documents_in_clearing_can_be_assigned),
        SCENE_TEST(a_failed_scan_gets_new_attempts),
        SCENE_TEST(a_document_in_clearing_is_matched_again),
        SCENE_TEST(a_dead_job_of_a_document_gets_new_attempts),
        SCENE_TEST(assigning_settles_the_job_that_was_given_up),
        SCENE_TEST(what_is_fine_cannot_be_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
