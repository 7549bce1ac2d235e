/* test_ledger_result.c - what workers bring back becomes documents, decisions and places. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/store/scene.h"

static void a_reading_becomes_documents_with_match_jobs(void **state)
{
    struct scene *scene = *state;
    struct scan_id scan = scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    const struct page_facts pages[] = {
        {.number = 1, .outcome = PAGE_SEPARATOR,       .document = 0},
        {.number = 2, .outcome = PAGE_IN_DOCUMENT,     .document = 1},
        {.number = 3, .outcome = PAGE_BLANK_SET_ASIDE, .document = 0},
        {.number = 4, .outcome = PAGE_IN_DOCUMENT,     .document = 1},
        {.number = 5, .outcome = PAGE_SEPARATOR,       .document = 0},
        {.number = 6, .outcome = PAGE_IN_DOCUMENT,     .document = 2},
        {.number = 7, .outcome = PAGE_REFUSED,         .document = 0},
    };
    struct read_document documents[2] = {0};
    assert_ok(scene, spool_put(scene->spool, "a", 1, &documents[0].reading, &scene->fault));
    documents[0].text = documents[0].pdf = documents[1].reading = documents[0].reading;
    documents[1].text = documents[1].pdf = documents[0].reading;
    const struct read_result result = {
        .pages = pages, .page_count = 7, .documents = documents, .document_count = 2};
    bool held = false;
    assert_ok(scene, ledger_read_complete(scene->ledger, job.id, job.attempt, &result, &held,
                                          &scene->fault));
    assert_true(held);
    job_record_done(&job);

    struct scan_record record = {0};
    assert_ok(scene, ledger_scan_get(scene->ledger, scan, &record, &scene->fault));
    assert_int_equal(record.state, SCAN_READ);
    assert_int_equal(record.page_count, 7);
    scan_record_done(&record);

    struct document_record document = {0};
    assert_ok(scene, ledger_document_get(scene->ledger, scene_document_of(scene, scan), &document,
                                         &scene->fault));
    assert_int_equal(document.state, DOCUMENT_MATCHING);
    assert_int_equal(document.ordinal, 1);
    assert_int_equal(document.page_count, 2);
    assert_int_equal(document.pages[0], 2);
    assert_int_equal(document.pages[1], 4);
    assert_string_equal(document.site, "Waren");
    assert_string_equal(document.flags, "");
    assert_null(document.case_number);
    assert_null(document.decided_by);
    assert_null(document.place);
    document_record_done(&document);

    for (int i = 0; i < 2; i++) {
        job = scene_lease(scene, JOB_MATCH);
        assert_true(uuid_equal(&job.scan.uuid, &scan.uuid));
        assert_false(uuid_is_nil(&job.document.uuid));
        job_record_done(&job);
    }
    scene_assert_idle(scene, JOB_MATCH);
    scene_assert_sound(scene);
}

static void a_scan_of_blank_pages_only_is_read_and_stays_listed(void **state)
{
    struct scene *scene = *state;
    struct scan_id scan = scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    const struct page_facts page = {.number = 1, .outcome = PAGE_BLANK_SET_ASIDE, .document = 0};
    const struct read_result result = {
        .pages = &page, .page_count = 1, .documents = NULL, .document_count = 0};
    bool held = false;
    assert_ok(scene, ledger_read_complete(scene->ledger, job.id, job.attempt, &result, &held,
                                          &scene->fault));
    assert_int_equal(scene_scan_state(scene, scan), SCAN_READ);
    job_record_done(&job);
    scene_assert_sound(scene);
}

static void a_result_that_does_not_account_for_every_page_is_refused(void **state)
{
    struct scene *scene = *state;
    const struct read_document one[2] = {{.reading = {{1}}}, {.reading = {{2}}}};
    // clang-format off
    const struct {
        const char *name;
        struct page_facts pages[3];
        uint32_t page_count, document_count;
    } cases[] = {
        {"no pages", {{.number = 0}}, 0, 0},
        {"too many pages", {{.number = 0}}, 501, 0},
        {"a page twice", {{.number = 1, .outcome = PAGE_IN_DOCUMENT, .document = 1}, {.number = 1, .outcome = PAGE_IN_DOCUMENT, .document = 1}}, 2, 1},
        {"a page missing", {{.number = 1, .outcome = PAGE_IN_DOCUMENT, .document = 1}, {.number = 3, .outcome = PAGE_IN_DOCUMENT, .document = 1}}, 2, 1},
        {"a page in no document", {{.number = 1, .outcome = PAGE_IN_DOCUMENT, .document = 0}}, 1, 0},
        {"a page in a strange document", {{.number = 1, .outcome = PAGE_IN_DOCUMENT, .document = 2}}, 1, 1},
        {"a separator in a document", {{.number = 1, .outcome = PAGE_IN_DOCUMENT, .document = 1}, {.number = 2, .outcome = PAGE_SEPARATOR, .document = 1}}, 2, 1},
        {"an outcome that there is not", {{.number = 1, .outcome = 9}}, 1, 0},
        {"a document without a page", {{.number = 1, .outcome = PAGE_IN_DOCUMENT, .document = 1}, {.number = 2, .outcome = PAGE_SEPARATOR, .document = 0}}, 2, 2},
        {"more documents than pages", {{.number = 1, .outcome = PAGE_IN_DOCUMENT, .document = 1}}, 1, 2},
    };
    // clang-format on
    struct scan_id scan = scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct read_result result = {.pages = cases[i].pages,
                                           .page_count = cases[i].page_count,
                                           .documents = one,
                                           .document_count = cases[i].document_count};
        bool held = false;
        if (ledger_read_complete(scene->ledger, job.id, job.attempt, &result, &held, NULL) !=
            STATUS_REFUSE)
            fail_msg("taken: %s", cases[i].name);
    }
    assert_int_equal(scene_scan_state(scene, scan), SCAN_READING);
    scene_complete_reading(scene, &job, 1);
    job_record_done(&job);
}

static void a_decision_to_file_leads_to_a_file_job_and_then_to_a_place(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_filed(scene, "50.21.000001-1");
    struct document_record document = {0};
    assert_ok(scene, ledger_document_get(scene->ledger, id, &document, &scene->fault));
    assert_int_equal(document.state, DOCUMENT_FILED);
    assert_string_equal(document.case_number, "50.21.000001-1");
    assert_string_equal(document.team, "SG 50.2");
    assert_string_equal(document.decided_by, "auto");
    assert_string_equal(document.reason, "Weil.");
    assert_string_equal(document.kind, "widerspruch");
    assert_string_equal(document.flags, "deadline");
    assert_string_equal(document.place, "SG 50.2/x");
    assert_string_equal(document.rules_version, "1");
    assert_true(document.confidence > 0.99 && document.runner_up > 0.09);
    assert_null(document.error);
    document_record_done(&document);
    scene_assert_idle(scene, JOB_FILE);
    scene_assert_sound(scene);
}

static void a_doubtful_decision_leads_to_a_person(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_in_clearing(scene, "Waren");
    struct document_record document = {0};
    assert_ok(scene, ledger_document_get(scene->ledger, id, &document, &scene->fault));
    assert_int_equal(document.state, DOCUMENT_CLEARING);
    assert_null(document.case_number);
    assert_string_equal(document.reason, "Weil.");
    document_record_done(&document);
    scene_assert_idle(scene, JOB_FILE);
    scene_assert_sound(scene);
}

static void an_unusable_decision_is_refused(void **state)
{
    struct scene *scene = *state;
    const struct decision good = {.decided_by = "auto", .reason = "Weil.", .flags = ""};
    struct decision bad[5] = {good, good, good, good, good};
    bad[0].confidence = 1.1;
    bad[1].runner_up = -0.1;
    bad[2].kind_confidence = (double)NAN;
    bad[3].to_file = true;
    bad[4].decided_by = NULL;
    (void)scene_document(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_MATCH);
    for (size_t i = 0; i < 5; i++) {
        bool held = false;
        assert_status(scene,
                      ledger_match_complete(scene->ledger, job.id, job.attempt, &bad[i], &held,
                                            &scene->fault),
                      STATUS_REFUSE);
    }
    bool held = false;
    assert_ok(scene, ledger_match_complete(scene->ledger, job.id, job.attempt, &good, &held,
                                           &scene->fault));
    assert_true(held);
    job_record_done(&job);
}

static void a_document_without_a_place_is_not_filed(void **state)
{
    struct scene *scene = *state;
    (void)scene_document(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_MATCH);
    bool held = false;
    assert_status(
        scene, ledger_file_complete(scene->ledger, job.id, job.attempt, "", &held, &scene->fault),
        STATUS_REFUSE);
    job_record_done(&job);
}

/* Fails the next job of this kind until it is given up. */
static void give_up(struct scene *scene, enum job_kind kind, enum job_failure failure, int times)
{
    for (int i = 0; i < times; i++) {
        bool held = false;
        struct job_record job = scene_lease(scene, kind);
        assert_ok(scene, ledger_job_fail(scene->ledger, job.id, job.attempt, failure,
                                         "does not work", &scene_rule, &held, &scene->fault));
        assert_true(held);
        job_record_done(&job);
        scene->monotonic_ms += 20000;
    }
}

static void a_document_nobody_can_match_goes_to_a_person(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_document(scene, "Waren");
    struct document_record document = {0};
    give_up(scene, JOB_MATCH, JOB_FAILURE_CONTENT, 3);
    assert_ok(scene, ledger_document_get(scene->ledger, id, &document, &scene->fault));
    assert_int_equal(document.state, DOCUMENT_CLEARING);
    assert_string_equal(document.error, "does not work");
    assert_non_null(strstr(document.reason, "Zuordnung"));
    document_record_done(&document);
    scene_assert_sound(scene);
}

static void a_document_nobody_can_file_goes_to_a_person_with_its_case(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_document(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_MATCH);
    const struct decision decision = {.to_file = true,
                                      .case_number = "50.21.000001-1",
                                      .team = "SG 50.2",
                                      .confidence = 0.99,
                                      .decided_by = "auto",
                                      .reason = "Weil.",
                                      .flags = "deadline"};
    struct document_record document = {0};
    bool held = false;
    assert_ok(scene, ledger_match_complete(scene->ledger, job.id, job.attempt, &decision, &held,
                                           &scene->fault));
    job_record_done(&job);
    give_up(scene, JOB_FILE, JOB_FAILURE_REFUSED, 1);
    assert_ok(scene, ledger_document_get(scene->ledger, id, &document, &scene->fault));
    assert_int_equal(document.state, DOCUMENT_CLEARING);
    assert_string_equal(document.case_number, "50.21.000001-1");
    assert_string_equal(document.flags, "deadline");
    assert_non_null(strstr(document.reason, "Ablage"));
    document_record_done(&document);
    scene_assert_sound(scene);
}

static void an_unknown_document_is_refused(void **state)
{
    struct scene *scene = *state;
    struct document_record document = {0};
    assert_status(scene,
                  ledger_document_get(scene->ledger, (struct document_id){uuid_new(1)}, &document,
                                      &scene->fault),
                  STATUS_REFUSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_reading_becomes_documents_with_match_jobs),
        SCENE_TEST(a_scan_of_blank_pages_only_is_read_and_stays_listed),
        SCENE_TEST(a_result_that_does_not_account_for_every_page_is_refused),
        SCENE_TEST(a_decision_to_file_leads_to_a_file_job_and_then_to_a_place),
        SCENE_TEST(a_doubtful_decision_leads_to_a_person),
        SCENE_TEST(an_unusable_decision_is_refused),
        SCENE_TEST(a_document_without_a_place_is_not_filed),
        SCENE_TEST(a_document_nobody_can_match_goes_to_a_person),
        SCENE_TEST(a_document_nobody_can_file_goes_to_a_person_with_its_case),
        SCENE_TEST(an_unknown_document_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
