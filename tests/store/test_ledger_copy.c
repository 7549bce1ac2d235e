/* test_ledger_copy.c - a letter to several cases becomes a document for each of them. */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/store/scene.h"

#include <string.h>

static const struct decision_copy COPIES[] = {
    {"50.31.000002-2", "SG 50.3", 0.997}
};

static struct decision decision_with(const struct decision_copy *copies, uint32_t count)
{
    return (struct decision){.to_file = true,
                             .case_number = "50.21.000001-1",
                             .team = "SG 50.2",
                             .confidence = 0.999,
                             .decided_by = "auto",
                             .reason = "Zwei Fälle.",
                             .flags = "",
                             .rules_version = "2-x",
                             .copies = copies,
                             .copy_count = count};
}

static struct document_id decide(struct scene *scene, const struct decision *decision)
{
    struct document_id id = scene_document(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_MATCH);
    bool held = false;
    assert_ok(scene, ledger_match_complete(scene->ledger, job.id, job.attempt, decision, &held,
                                           &scene->fault));
    assert_true(held);
    job_record_done(&job);
    return id;
}

static void file_next(struct scene *scene, const char *place)
{
    struct job_record job = scene_lease(scene, JOB_FILE);
    bool held = false;
    assert_ok(scene, ledger_file_complete(scene->ledger, job.id, job.attempt, place, &held,
                                          &scene->fault));
    assert_true(held);
    job_record_done(&job);
}

static void every_case_gets_a_document_of_its_own(void **state)
{
    struct scene *scene = *state;
    const struct decision decision = decision_with(COPIES, 1);
    (void)decide(scene, &decision);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM document"), 2);
    scene_assert_sound(scene);
    file_next(scene, "SG 50.2/a");
    file_next(scene, "SG 50.3/b");
    scene_assert_idle(scene, JOB_FILE);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM document WHERE state = 'filed'"),
                     2);
    assert_int_equal(
        scene_sql_number(scene, "SELECT count(*) FROM document d JOIN decision c ON c.id ="
                                " d.decision WHERE d.copy_of IS NOT NULL AND d.ordinal = 2 AND"
                                " c.case_number = '50.31.000002-2' AND c.team = 'SG 50.3'"),
        1);
    scene_assert_sound(scene);
}

static void a_copy_has_the_pages_of_its_letter(void **state)
{
    struct scene *scene = *state;
    const struct decision decision = decision_with(COPIES, 1);
    (void)decide(scene, &decision);
    struct job_record first = scene_lease(scene, JOB_FILE);
    struct job_record second = scene_lease(scene, JOB_FILE);
    const struct document_id ids[] = {first.document, second.document};
    for (size_t i = 0; i < 2; i++) {
        struct document_record record = {0};
        assert_ok(scene, ledger_document_get(scene->ledger, ids[i], &record, &scene->fault));
        assert_int_equal(record.page_count, 1);
        assert_int_equal(record.pages[0], 1);
        assert_true(record.is_copy == (i == 1));
        if (i == 1)
            assert_memory_equal(&record.copy_of, &first.document, sizeof record.copy_of);
        document_record_done(&record);
    }
    job_record_done(&first);
    job_record_done(&second);
}

static void no_case_gets_a_second_copy(void **state)
{
    struct scene *scene = *state;
    static const struct decision_copy twice[] = {
        {"50.31.000002-2", "SG 50.3", 0.997},
        {"50.31.000002-2", "SG 50.3", 0.997}
    };
    const struct decision decision = decision_with(twice, 2);
    (void)decide(scene, &decision);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM document"), 2);
    scene_assert_sound(scene);
}

static void what_is_not_filed_is_not_copied(void **state)
{
    struct scene *scene = *state;
    struct decision decision = decision_with(COPIES, 1);
    struct document_id id = scene_document(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_MATCH);
    bool held = false;
    decision.to_file = false;
    assert_status(
        scene,
        ledger_match_complete(scene->ledger, job.id, job.attempt, &decision, &held, &scene->fault),
        STATUS_REFUSE);
    decision.to_file = true;
    const struct decision_copy nameless = {"", NULL, 0.9};
    decision.copies = &nameless;
    assert_status(
        scene,
        ledger_match_complete(scene->ledger, job.id, job.attempt, &decision, &held, &scene->fault),
        STATUS_REFUSE);
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_MATCHING);
    job_record_done(&job);
}

/* The matcher would file it to the letter's first case, where the letter lies already. */
static void a_copy_is_never_filed_by_the_matcher_again(void **state)
{
    struct scene *scene = *state;
    const struct decision decision = decision_with(COPIES, 1);
    (void)decide(scene, &decision);
    scene_sql(scene, "UPDATE job SET kind = 'match' WHERE document IN"
                     " (SELECT id FROM document WHERE copy_of IS NOT NULL)");
    struct job_record job = scene_lease(scene, JOB_MATCH);
    bool held = false;
    assert_ok(scene, ledger_match_complete(scene->ledger, job.id, job.attempt, &decision, &held,
                                           &scene->fault));
    assert_true(held);
    assert_int_equal(scene_document_state(scene, job.document), DOCUMENT_CLEARING);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM document"), 2);
    job_record_done(&job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(every_case_gets_a_document_of_its_own),
        SCENE_TEST(a_copy_has_the_pages_of_its_letter),
        SCENE_TEST(no_case_gets_a_second_copy),
        SCENE_TEST(what_is_not_filed_is_not_copied),
        SCENE_TEST(a_copy_is_never_filed_by_the_matcher_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
