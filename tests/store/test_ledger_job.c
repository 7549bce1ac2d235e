/* test_ledger_job.c - leases, fencing, turns, failing, and what a restart does. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "tests/store/scene.h"

enum { LEASE_MS = 60000 }; /* scene_lease()'s */

/* Ends the attempt as failed; true when it was still held. */
static bool fails(struct scene *scene, const struct job_record *job, enum job_failure failure)
{
    bool held = false;
    assert_ok(scene, ledger_job_fail(scene->ledger, job->id, job->attempt, failure, "Kaputt.",
                                     &scene_rule, &held, &scene->fault));
    return held;
}

static uint32_t expires(struct scene *scene)
{
    uint32_t count = 99;
    assert_ok(scene, ledger_leases_expire(scene->ledger, &scene_rule, &count, &scene->fault));
    return count;
}

/* ---- leasing -------------------------------------------------------------------------------- */

static void a_lease_moves_the_scan_to_reading_and_is_given_once(void **state)
{
    struct scene *scene = *state;
    struct scan_id scan = scene_accept(scene, "Waren");
    scene_assert_idle(scene, JOB_MATCH);
    struct job_record job = scene_lease(scene, JOB_READ);
    assert_int_equal(job.kind, JOB_READ);
    assert_true(uuid_is_nil(&job.document.uuid));
    assert_int_equal(scene_scan_state(scene, scan), SCAN_READING);
    scene_assert_idle(scene, JOB_READ);
    scene_assert_sound(scene);
    job_record_done(&job);
}

static void jobs_of_one_site_go_oldest_first(void **state)
{
    struct scene *scene = *state;
    struct scan_id scans[5];
    for (int i = 0; i < 5; i++)
        scans[i] = scene_accept(scene, "Waren");
    for (int i = 0; i < 5; i++) {
        struct job_record job = scene_lease(scene, JOB_READ);
        assert_true(uuid_equal(&job.scan.uuid, &scans[i].uuid));
        job_record_done(&job);
    }
}

static void sites_take_turns_however_many_wait_at_one(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < 20; i++)
        (void)scene_accept(scene, "Waren");
    for (int i = 0; i < 3; i++)
        (void)scene_accept(scene, "Demmin");
    for (int i = 0; i < 3; i++)
        (void)scene_accept(scene, "Neustrelitz");
    int of_waren = 0;
    for (int i = 0; i < 9; i++) {
        struct job_record job = scene_lease(scene, JOB_READ);
        of_waren += strcmp(job.site, "Waren") == 0;
        job_record_done(&job);
    }
    assert_int_equal(of_waren, 3);
    for (int i = 0; i < 17; i++) { // and nothing is forgotten
        struct job_record job = scene_lease(scene, JOB_READ);
        assert_string_equal(job.site, "Waren");
        job_record_done(&job);
    }
    scene_assert_idle(scene, JOB_READ);
}

static void asking_in_vain_writes_nothing(void **state)
{
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene);
    uint32_t count = 9;
    int64_t rows = scene_sql_number(scene, "SELECT count(*) FROM audit");
    // Through an observer: the version of the file as another connection sees it.
    sqlite3 *observer = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open(scene->path, &observer), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(observer, "PRAGMA data_version", -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int before = sqlite3_column_int(statement, 0);
    sqlite3_reset(statement);
    scene_assert_idle(scene, JOB_READ);
    scene_assert_idle(scene, JOB_FILE);
    assert_int_equal(expires(scene), 0);
    assert_ok(scene,
              ledger_leases_lose(scene->ledger, "nobody", &scene_rule, &count, &scene->fault));
    assert_ok(scene, ledger_leases_restart(scene->ledger, 1000, &scene->fault));
    assert_ok(scene, ledger_workers_forget(scene->ledger, &scene->fault));
    assert_ok(scene, ledger_worker_left(scene->ledger, "nobody", &scene->fault));
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(statement, 0), before);
    sqlite3_finalize(statement);
    sqlite3_close(observer);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM audit"), rows);
}

/* ---- fencing -------------------------------------------------------------------------------- */

static void a_stale_attempt_changes_nothing(void **state)
{
    struct scene *scene = *state;
    struct scan_id scan = scene_accept(scene, "Waren");
    struct job_record old = scene_lease(scene, JOB_READ);
    scene->monotonic_ms += LEASE_MS + 1;
    assert_int_equal(expires(scene), 1);
    struct job_record new = scene_lease(scene, JOB_READ);
    assert_int_equal(new.id.number, old.id.number);
    assert_int_equal(new.attempt, old.attempt + 1);
    const struct page_facts page = {.number = 1, .outcome = PAGE_IN_DOCUMENT, .document = 1};
    const struct read_document document = {.reading = digest_of("r", 1)};
    const struct read_result result = {
        .pages = &page, .page_count = 1, .documents = &document, .document_count = 1};
    int64_t rows = scene_sql_number(scene, "SELECT count(*) FROM audit");
    bool held = true;
    assert_ok(scene, ledger_read_complete(scene->ledger, old.id, old.attempt, &result, &held,
                                          &scene->fault));
    assert_false(held);
    held = true;
    assert_ok(scene,
              ledger_job_renew(scene->ledger, old.id, old.attempt, 1, 1, 1, &held, &scene->fault));
    assert_false(held);
    assert_false(fails(scene, &old, JOB_FAILURE_CONTENT));
    held = true;
    assert_ok(scene,
              ledger_job_corrupt(scene->ledger, old.id, old.attempt, "x", &held, &scene->fault));
    assert_false(held);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM audit"), rows);
    assert_int_equal(scene_scan_state(scene, scan), SCAN_READING);
    scene_complete_reading(scene, &new, 1);
    assert_int_equal(scene_scan_state(scene, scan), SCAN_READ);
    job_record_done(&old);
    job_record_done(&new);
    scene_assert_sound(scene);
}

static void a_result_counts_once(void **state)
{
    struct scene *scene = *state;
    (void)scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    scene_complete_reading(scene, &job, 2);
    const struct page_facts page = {.number = 1, .outcome = PAGE_BLANK_SET_ASIDE, .document = 0};
    const struct read_result result = {
        .pages = &page, .page_count = 1, .documents = NULL, .document_count = 0};
    bool held = true;
    assert_ok(scene, ledger_read_complete(scene->ledger, job.id, job.attempt, &result, &held,
                                          &scene->fault));
    assert_false(held);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM document"), 1);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM page"), 2);
    job_record_done(&job);
}

static void an_attempt_that_is_late_but_still_leased_counts(void **state)
{
    struct scene *scene = *state;
    struct scan_id scan = scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    scene->monotonic_ms += 10 * LEASE_MS; // nobody took it away yet
    scene_complete_reading(scene, &job, 1);
    assert_int_equal(scene_scan_state(scene, scan), SCAN_READ);
    job_record_done(&job);
}

static void a_result_of_another_kind_is_refused(void **state)
{
    struct scene *scene = *state;
    (void)scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    bool held = false;
    assert_status(
        scene, ledger_file_complete(scene->ledger, job.id, job.attempt, "x", &held, &scene->fault),
        STATUS_REFUSE);
    assert_int_equal(scene_scan_state(scene, job.scan), SCAN_READING);
    job_record_done(&job);
}

static void a_renewed_lease_lasts_from_then_on(void **state)
{
    struct scene *scene = *state;
    (void)scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    bool held = false;
    scene->monotonic_ms += LEASE_MS - 1;
    assert_ok(scene, ledger_job_renew(scene->ledger, job.id, job.attempt, LEASE_MS, 3, 7, &held,
                                      &scene->fault));
    assert_true(held);
    scene->monotonic_ms += LEASE_MS - 1;
    assert_int_equal(expires(scene), 0);
    scene->monotonic_ms += 1;
    assert_int_equal(expires(scene), 1);
    job_record_done(&job);
}

/* ---- failing -------------------------------------------------------------------------------- */

static void a_failed_attempt_waits_twice_as_long_each_time(void **state)
{
    struct scene *scene = *state;
    const int64_t waits_ms[] = {1000, 2000, 4000, 8000, 10000, 10000}; // of scene_rule
    (void)scene_accept(scene, "Waren");
    for (size_t i = 0; i < sizeof waits_ms / sizeof *waits_ms; i++) {
        struct job_record job = scene_lease(scene, JOB_READ);
        assert_int_equal(job.attempt, i + 1);
        assert_true(fails(scene, &job, JOB_FAILURE_SYSTEM));
        job_record_done(&job);
        scene->monotonic_ms += waits_ms[i] * 8 / 10 - 1;
        scene_assert_idle(scene, JOB_READ);
        scene->monotonic_ms += waits_ms[i] * 4 / 10 + 1; // 120 % of it have passed
    }
    struct job_record job = scene_lease(scene, JOB_READ); // system failures never end it
    job_record_done(&job);
}

static void three_content_failures_make_a_scan_fail(void **state)
{
    struct scene *scene = *state;
    struct scan_id scan = scene_accept(scene, "Waren");
    struct scan_record record = {0};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(scene_scan_state(scene, scan), SCAN_RECEIVED);
        struct job_record job = scene_lease(scene, JOB_READ);
        assert_true(fails(scene, &job, JOB_FAILURE_CONTENT));
        job_record_done(&job);
        scene->monotonic_ms += 20000;
    }
    assert_ok(scene, ledger_scan_get(scene->ledger, scan, &record, &scene->fault));
    assert_int_equal(record.state, SCAN_FAILED);
    assert_string_equal(record.error,
                        "Mehrmals vergeblich versucht, bitte ansehen. Ursache: Kaputt.");
    scan_record_done(&record);
    scene_assert_idle(scene, JOB_READ);
    scene_assert_sound(scene);
}

static void system_failures_do_not_count_against_a_document(void **state)
{
    struct scene *scene = *state;
    struct scan_id scan = scene_accept(scene, "Waren");
    for (int i = 0; i < 20; i++) {
        struct job_record job = scene_lease(scene, JOB_READ);
        assert_true(fails(scene, &job, i % 10 == 9 ? JOB_FAILURE_CONTENT : JOB_FAILURE_SYSTEM));
        job_record_done(&job);
        scene->monotonic_ms += 20000;
    }
    assert_int_equal(scene_scan_state(scene, scan), SCAN_RECEIVED);
}

static void a_lost_lease_is_made_good_at_once_and_counts_apart(void **state)
{
    struct scene *scene = *state;
    struct scan_id scan = scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    uint32_t count = 0;
    assert_ok(scene,
              ledger_leases_lose(scene->ledger, "worker-1", &scene_rule, &count, &scene->fault));
    assert_int_equal(count, 1);
    job_record_done(&job);
    job = scene_lease(scene, JOB_READ); // without any wait
    job_record_done(&job);
    for (uint32_t i = 1; i < scene_rule.lost_most; i++) {
        assert_int_equal(scene_scan_state(scene, scan), SCAN_READING);
        scene->monotonic_ms += LEASE_MS + 1;
        assert_int_equal(expires(scene), 1);
        scene->monotonic_ms += 20000;
        if (i + 1 < scene_rule.lost_most) {
            job = scene_lease(scene, JOB_READ);
            job_record_done(&job);
        }
    }
    assert_int_equal(scene_scan_state(scene, scan), SCAN_FAILED);
    scene_assert_sound(scene);
}

static void only_the_leases_of_the_lost_worker_are_lost(void **state)
{
    struct scene *scene = *state;
    struct job_record mine = {0};
    bool found = false;
    bool held = false;
    uint32_t count = 0;
    (void)scene_accept(scene, "Waren");
    (void)scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    assert_ok(scene, ledger_job_lease(scene->ledger, JOB_READ, "worker-2", LEASE_MS, &found, &mine,
                                      &scene->fault));
    assert_true(found);
    assert_ok(scene,
              ledger_leases_lose(scene->ledger, "worker-1", &scene_rule, &count, &scene->fault));
    assert_int_equal(count, 1);
    assert_ok(scene, ledger_job_renew(scene->ledger, mine.id, mine.attempt, LEASE_MS, 0, 0, &held,
                                      &scene->fault));
    assert_true(held);
    assert_false(fails(scene, &job, JOB_FAILURE_SYSTEM));
    job_record_done(&job);
    job_record_done(&mine);
}

static void more_leases_than_a_commit_takes_expire_in_one_call(void **state)
{
    struct scene *scene = *state;
    enum { LEASES = 150 };
    for (int i = 0; i < LEASES; i++)
        (void)scene_accept(scene, "Waren");
    for (int i = 0; i < LEASES; i++) {
        struct job_record job = scene_lease(scene, JOB_READ);
        job_record_done(&job);
    }
    scene->monotonic_ms += LEASE_MS;
    assert_int_equal(expires(scene), LEASES);
    assert_int_equal(expires(scene), 0);
    scene_assert_sound(scene);
}

static void a_refused_scan_is_final_and_waits_to_be_returned(void **state)
{
    struct scene *scene = *state;
    struct scan_id scan = scene_accept(scene, "Waren");
    struct scan_record record = {0};
    struct ledger_summary summary = {0};
    struct job_record job = scene_lease(scene, JOB_READ);
    assert_true(fails(scene, &job, JOB_FAILURE_REFUSED));
    job_record_done(&job);
    assert_ok(scene, ledger_scan_get(scene->ledger, scan, &record, &scene->fault));
    assert_int_equal(record.state, SCAN_REFUSED);
    assert_false(record.returned);
    assert_true(record.has_bytes);
    scan_record_done(&record);
    assert_ok(scene, ledger_summarise(scene->ledger, &summary, &scene->fault));
    assert_int_equal(summary.refused_to_return, 1);
    assert_int_equal(summary.jobs_dead, 0); // an answer, not an alarm
    assert_ok(scene, ledger_scan_returned(scene->ledger, scan, &scene->fault));
    scene_assert_sound(scene);
}

static void a_job_that_waited_out_its_back_off_goes_before_younger_ones(void **state)
{
    struct scene *scene = *state;
    struct scan_id first = scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    assert_true(fails(scene, &job, JOB_FAILURE_SYSTEM));
    job_record_done(&job);
    struct scan_id second = scene_accept(scene, "Waren");
    (void)scene_accept(scene, "Waren");
    job = scene_lease(scene, JOB_READ); // the first still waits
    assert_true(uuid_equal(&job.scan.uuid, &second.uuid));
    job_record_done(&job);
    scene->monotonic_ms += 1200;
    job = scene_lease(scene, JOB_READ);
    assert_true(uuid_equal(&job.scan.uuid, &first.uuid));
    job_record_done(&job);
}

/* ---- clocks and restarts -------------------------------------------------------------------- */

static void a_step_of_the_wall_clock_does_no_harm(void **state)
{
    struct scene *scene = *state;
    (void)scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    scene->wall_ms += 3600 * 1000;
    assert_int_equal(expires(scene), 0);
    scene->wall_ms -= 2 * 3600 * 1000;
    assert_int_equal(expires(scene), 0);
    scene_complete_reading(scene, &job, 1);
    job_record_done(&job);
    scene_assert_sound(scene);
}

static void after_a_boot_leases_and_waits_are_brought_into_reach(void **state)
{
    struct scene *scene = *state;
    (void)scene_accept(scene, "Waren");
    (void)scene_accept(scene, "Waren");
    struct job_record leased = scene_lease(scene, JOB_READ);
    struct job_record waiting = scene_lease(scene, JOB_READ);
    assert_true(fails(scene, &waiting, JOB_FAILURE_SYSTEM));
    scene->monotonic_ms = 1000; // the machine came up a second ago
    assert_int_equal(expires(scene), 0);
    scene_assert_idle(scene, JOB_READ); // both are out of reach
    assert_ok(scene, ledger_leases_restart(scene->ledger, 5000, &scene->fault));
    scene_assert_idle(scene, JOB_READ);
    scene->monotonic_ms += 4999;
    assert_int_equal(expires(scene), 0);
    scene->monotonic_ms += 1;
    assert_int_equal(expires(scene), 1);
    struct job_record again = scene_lease(scene, JOB_READ);
    job_record_done(&again);
    again = scene_lease(scene, JOB_READ);
    job_record_done(&again);
    job_record_done(&leased);
    job_record_done(&waiting);
    scene_assert_sound(scene);
}

static void a_worker_that_comes_back_within_the_grace_keeps_its_lease(void **state)
{
    struct scene *scene = *state;
    (void)scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    bool held = false;
    scene->monotonic_ms += 10 * LEASE_MS; // the dispatcher was away for long
    scene_reopen(scene);
    assert_ok(scene, ledger_leases_restart(scene->ledger, 5000, &scene->fault));
    assert_int_equal(expires(scene), 0);
    scene->monotonic_ms += 3000;
    assert_ok(scene, ledger_job_renew(scene->ledger, job.id, job.attempt, LEASE_MS, 0, 0, &held,
                                      &scene->fault));
    assert_true(held);
    scene->monotonic_ms += 3000;
    assert_int_equal(expires(scene), 0);
    scene_complete_reading(scene, &job, 1);
    job_record_done(&job);
}

/* ---- contradictions ------------------------------------------------------------------------- */

static void an_impossible_row_is_set_aside_and_stops_nobody(void **state)
{
    struct scene *scene = *state;
    struct verify_result result = {0};
    struct scan_id bad = scene_accept(scene, "Waren");
    scene_sql(scene, "UPDATE scan SET state = 'read'"); // behind the ledger's back
    struct scan_id good = scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    assert_true(uuid_equal(&job.scan.uuid, &good.uuid));
    assert_int_equal(scene_scan_state(scene, bad), SCAN_CORRUPT);
    assert_ok(scene,
              ledger_verify(scene->ledger, scene->spool, NULL, NULL, &result, &scene->fault));
    assert_true(result.faults > 0);
    job_record_done(&job);
}

static void a_lease_whose_scan_was_altered_is_held_by_nobody(void **state)
{
    struct scene *scene = *state;
    struct scan_id scan = scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    scene_sql(scene, "UPDATE scan SET state = 'failed'");
    assert_false(fails(scene, &job, JOB_FAILURE_CONTENT));
    assert_int_equal(scene_scan_state(scene, scan), SCAN_CORRUPT);
    scene->monotonic_ms += 10 * LEASE_MS;
    assert_int_equal(expires(scene), 0);
    job_record_done(&job);
}

static void a_missing_object_sends_its_scan_to_corrupt(void **state)
{
    struct scene *scene = *state;
    struct scan_id scan = scene_accept(scene, "Waren");
    struct scan_record record = {0};
    struct job_record job = scene_lease(scene, JOB_READ);
    bool held = false;
    assert_ok(scene, ledger_job_corrupt(scene->ledger, job.id, job.attempt, "Datei fehlt.", &held,
                                        &scene->fault));
    assert_true(held);
    assert_ok(scene, ledger_scan_get(scene->ledger, scan, &record, &scene->fault));
    assert_int_equal(record.state, SCAN_CORRUPT);
    assert_string_equal(record.error, "Datei fehlt.");
    scan_record_done(&record);
    scene_assert_idle(scene, JOB_READ);
    job_record_done(&job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_lease_moves_the_scan_to_reading_and_is_given_once),
        SCENE_TEST(jobs_of_one_site_go_oldest_first),
        SCENE_TEST(sites_take_turns_however_many_wait_at_one),
        SCENE_TEST(asking_in_vain_writes_nothing),
        SCENE_TEST(a_stale_attempt_changes_nothing),
        SCENE_TEST(a_result_counts_once),
        SCENE_TEST(an_attempt_that_is_late_but_still_leased_counts),
        SCENE_TEST(a_result_of_another_kind_is_refused),
        SCENE_TEST(a_renewed_lease_lasts_from_then_on),
        SCENE_TEST(a_failed_attempt_waits_twice_as_long_each_time),
        SCENE_TEST(three_content_failures_make_a_scan_fail),
        SCENE_TEST(system_failures_do_not_count_against_a_document),
        SCENE_TEST(a_lost_lease_is_made_good_at_once_and_counts_apart),
        SCENE_TEST(only_the_leases_of_the_lost_worker_are_lost),
        SCENE_TEST(more_leases_than_a_commit_takes_expire_in_one_call),
        SCENE_TEST(a_refused_scan_is_final_and_waits_to_be_returned),
        SCENE_TEST(a_job_that_waited_out_its_back_off_goes_before_younger_ones),
        SCENE_TEST(a_step_of_the_wall_clock_does_no_harm),
        SCENE_TEST(after_a_boot_leases_and_waits_are_brought_into_reach),
        SCENE_TEST(a_worker_that_comes_back_within_the_grace_keeps_its_lease),
        SCENE_TEST(an_impossible_row_is_set_aside_and_stops_nobody),
        SCENE_TEST(a_lease_whose_scan_was_altered_is_held_by_nobody),
        SCENE_TEST(a_missing_object_sends_its_scan_to_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
