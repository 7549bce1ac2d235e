/* test_meters.c - what is counted from the audit: everything once, over restarts, without names. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/store/scene.h"

#include "store/meters.h"

#define SECOND_MS INT64_C(1000)

static struct meters *follow_from(struct scene *scene, struct meters *meters)
{
    bool more = true;
    while (more)
        assert_ok(scene, meters_follow(scene->ledger, meters, 7, &more, &scene->fault));
    return meters;
}

/* From nothing to the end; free() it. */
static struct meters *follow(struct scene *scene)
{
    struct meters *meters = calloc(1, sizeof *meters);
    assert_non_null(meters);
    return follow_from(scene, meters);
}

static void the_way_of_a_letter_is_counted(void **state)
{
    struct scene *scene = *state;
    scene_register(scene);
    struct document_id cleared = scene_in_clearing(scene, "Demmin");
    (void)scene_filed(scene, "50.31.000002-2");
    assert_ok(scene, ledger_document_assign(scene->ledger, cleared, "50.21.000001-1", "bernd",
                                            &scene->fault));
    const struct {
        enum meter meter;
        uint64_t count;
    } rows[] = {
        {METER_SCANS_ACCEPTED,      2},
        {METER_SCANS_DUPLICATE,     0},
        {METER_SCANS_READ,          2},
        {METER_PAGES_READ,          2},
        {METER_DOCUMENTS_MADE,      2},
        {METER_DECIDED_TO_FILE,     1},
        {METER_DECIDED_TO_CLEARING, 1},
        {METER_DOCUMENTS_FILED,     1},
        {METER_CLEARING_ASSIGNED,   1},
        {METER_ATTEMPTS_READ,       2},
        {METER_ATTEMPTS_MATCH,      2},
        {METER_ATTEMPTS_FILE,       1},
        {METER_REGISTER_IMPORTS,    1},
        {METER_FAILURES_CONTENT,    0},
    };
    struct meters *meters = follow(scene);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_message("%s\n", meter_name(rows[i].meter));
        assert_int_equal(meters->counts[rows[i].meter], rows[i].count);
    }
    free(meters);
}

static uint64_t all_of(const struct meter_histogram *histogram)
{
    uint64_t sum = 0;
    for (size_t i = 0; i <= METER_BOUNDS; i++)
        sum += histogram->counts[i];
    return sum;
}

static void each_stage_takes_the_time_that_it_took(void **state)
{
    struct scene *scene = *state;
    bool held = false;
    scene_register(scene);
    scene_accept(scene, "Demmin");
    scene->wall_ms += 4 * SECOND_MS; // until read: in the bucket up to 5 s
    struct job_record job = scene_lease(scene, JOB_READ);
    scene_complete_reading(scene, &job, 1);
    scene->wall_ms += 20 * SECOND_MS; // until matched: up to 30 s
    job_record_done(&job);
    job = scene_lease(scene, JOB_MATCH);
    const struct decision decision = {.case_number = NULL,
                                      .confidence = 0.4,
                                      .decided_by = "auto",
                                      .reason = "Weil.",
                                      .flags = "",
                                      .rules_version = "1",
                                      .register_version = 1};
    assert_ok(scene, ledger_match_complete(scene->ledger, job.id, job.attempt, &decision, &held,
                                           &scene->fault));
    scene->wall_ms += 3600 * SECOND_MS; // in clearing: up to an hour
    assert_ok(scene, ledger_document_assign(scene->ledger, job.document, "50.21.000001-1", "bernd",
                                            &scene->fault));
    job_record_done(&job);
    struct meters *meters = follow(scene);
    assert_int_equal(meters->stages[METER_STAGE_READ].counts[2], 1);
    assert_int_equal(meters->stages[METER_STAGE_READ].sum_ms, 4000);
    assert_int_equal(meters->stages[METER_STAGE_MATCH].counts[4], 1);
    assert_int_equal(meters->stages[METER_STAGE_CLEARING].counts[10], 1);
    assert_int_equal(meters->stages[METER_STAGE_CLEARING].sum_ms, 3600 * SECOND_MS);
    assert_int_equal(all_of(&meters->stages[METER_STAGE_WHOLE]), 0);
    free(meters);
}

static void what_a_person_decided_is_not_filed_by_itself(void **state)
{
    struct scene *scene = *state;
    scene_register(scene);
    (void)scene_filed(scene, "50.31.000002-2");
    struct document_id id = scene_in_clearing(scene, "Demmin");
    bool held = false;
    assert_ok(scene,
              ledger_document_assign(scene->ledger, id, "50.21.000001-1", "bernd", &scene->fault));
    struct job_record job = scene_lease(scene, JOB_FILE);
    assert_ok(scene, ledger_file_complete(scene->ledger, job.id, job.attempt, "SG 50.2/y", &held,
                                          &scene->fault));
    job_record_done(&job);
    struct meters *meters = follow(scene);
    assert_int_equal(all_of(&meters->stages[METER_STAGE_FILE]), 2);
    assert_int_equal(all_of(&meters->stages[METER_STAGE_WHOLE]), 1);
    free(meters);
}

static void refuse(struct scene *scene, const char *reason)
{
    struct scan_arrival arrival = scene_arrival(scene, "Demmin");
    assert_ok(scene, ledger_scan_refuse(scene->ledger, &arrival, reason, &scene->fault));
}

static void refusals_are_counted_by_reason_without_what_is_of_one_file(void **state)
{
    struct scene *scene = *state;
    refuse(scene, "Die Datei ist leer.");
    refuse(scene, "Mehr als 500 Seiten (711).");
    refuse(scene, "Mehr als 500 Seiten (1.204).");
    refuse(scene, "Die Datei \"Brief an Herrn Muster.pdf\" ist gesperrt.");
    struct meters *meters = follow(scene);
    assert_int_equal(meters->counts[METER_SCANS_REFUSED], 4);
    assert_int_equal(meters->reason_count, 3);
    assert_string_equal(meters->reasons[1].words, "Mehr als # Seiten (#).");
    assert_int_equal(meters->reasons[1].count, 2);
    assert_string_equal(meters->reasons[2].words, "Die Datei # ist gesperrt.");
    free(meters);
}

static void reasons_beyond_their_number_are_others(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < METER_REASONS_MOST + 5; i++) {
        char reason[] = "Grund xx";
        reason[6] = (char)('a' + i / 8);
        reason[7] = (char)('a' + i % 8);
        refuse(scene, reason);
    }
    struct meters *meters = follow(scene);
    assert_int_equal(meters->reason_count, METER_REASONS_MOST);
    assert_int_equal(meters->other_reasons, 5);
    free(meters);
}

static void a_worker_that_fails_is_known_until_it_succeeds(void **state)
{
    struct scene *scene = *state;
    bool held = false;
    scene_accept(scene, "Demmin");
    for (int i = 0; i < 2; i++) {
        struct job_record job = scene_lease(scene, JOB_READ);
        assert_ok(scene, ledger_job_fail(scene->ledger, job.id, job.attempt, JOB_FAILURE_SYSTEM,
                                         "no memory", &scene_rule, &held, &scene->fault));
        job_record_done(&job);
        scene->monotonic_ms += 60 * SECOND_MS;
    }
    struct meters *meters = follow(scene);
    assert_int_equal(meters->counts[METER_FAILURES_SYSTEM], 2);
    assert_int_equal(meters->worker_count, 1);
    assert_string_equal(meters->workers[0].name, "worker-1");
    assert_int_equal(meters->workers[0].failures, 2);
    struct job_record job = scene_lease(scene, JOB_READ);
    scene_complete_reading(scene, &job, 1);
    job_record_done(&job);
    follow_from(scene, meters);
    assert_int_equal(meters->workers[0].failures, 0);
    free(meters);
}

static void what_is_kept_goes_on_where_it_was(void **state)
{
    struct scene *scene = *state;
    scene_register(scene);
    (void)scene_filed(scene, "50.31.000002-2");
    refuse(scene, "Die Datei ist leer.");
    struct meters *before = follow(scene);
    struct meters *kept = calloc(1, sizeof *kept);
    assert_non_null(kept);
    assert_ok(scene, meters_keep(scene->ledger, before, &scene->fault));
    scene_reopen(scene);
    assert_ok(scene, meters_load(scene->ledger, kept, &scene->fault));
    assert_int_equal(kept->cursor, before->cursor);
    assert_memory_equal(kept->counts, before->counts, sizeof kept->counts);
    assert_memory_equal(kept->stages, before->stages, sizeof kept->stages);
    assert_int_equal(kept->reason_count, 1);
    (void)scene_filed(scene, "50.21.000001-1");
    follow_from(scene, kept);
    struct meters *anew = follow(scene);
    assert_memory_equal(kept->counts, anew->counts, sizeof kept->counts);
    assert_int_equal(kept->counts[METER_DOCUMENTS_FILED], 2);
    scene_assert_sound(scene);
    free(before);
    free(kept);
    free(anew);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(the_way_of_a_letter_is_counted),
        SCENE_TEST(each_stage_takes_the_time_that_it_took),
        SCENE_TEST(what_a_person_decided_is_not_filed_by_itself),
        SCENE_TEST(refusals_are_counted_by_reason_without_what_is_of_one_file),
        SCENE_TEST(reasons_beyond_their_number_are_others),
        SCENE_TEST(a_worker_that_fails_is_known_until_it_succeeds),
        SCENE_TEST(what_is_kept_goes_on_where_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
