/* test_groups.c - nobody hears of a job before its lease was committed; and what could not be
 * committed has not happened, for the dispatcher and for its workers.
 *
 * fsync() is the test's own: it says that the disk is full, or broken, when that is wanted. */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/workers/one_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int failures;             /* of commits that are still to come */
static enum status failing_with; /* of those */
static bool server_goes;         /* before the next commit */
static int fsyncs_well = 0;      /* until one fails */
static int fsync_error;          /* with this errno; 0: none does */
static char synced[32];          /* "f" for a file, "d" for a folder, in order */

static void note_sync(int file)
{
    struct stat found;
    size_t length = strlen(synced);
    if (fstat(file, &found) == 0 && length + 1 < sizeof synced)
        synced[length] = S_ISDIR(found.st_mode) ? 'd' : 'f';
}

int fsync(int file)
{
    note_sync(file);
    if (fsync_error == 0 || fsyncs_well-- > 0)
        return (int)syscall(SYS_fsync, file);
    errno = fsync_error;
    fsync_error = 0;
    return -1;
}

static void end_connections(void)
{
    char command[SCENE_PLACE_BYTES];
    (void)snprintf(command, sizeof command,
                   "psql -qXo /dev/null '%s' -c \"SELECT pg_terminate_backend(pid) FROM"
                   " pg_stat_activity WHERE application_name = 'posteingang'\"",
                   getenv("LEDGER_SERVER"));
    assert_int_equal(system(command), 0);
}

static enum status before_commit(void *context, struct fault *fault)
{
    (void)context;
    if (server_goes)
        end_connections();
    server_goes = false;
    if (failures == 0)
        return STATUS_OK;
    failures--;
    return fault_set(fault, failing_with, "the disk is full");
}

static enum status after_commit(void *context, struct fault *fault)
{
    (void)context;
    (void)fault;
    return STATUS_OK;
}

static const struct commit_watch watch = {.before = before_commit, .after = after_commit};

static int set_up(void **state)
{
    int failed = one_reader_set_up(state);
    struct scene *scene = *state;
    failures = fsync_error = 0;
    failing_with = STATUS_LATER;
    server_goes = false;
    ledger_watch(scene->ledger, &watch);
    return failed;
}

static void say_failed(struct scene *scene)
{
    static char reason[] = "it does not look like a letter";
    struct wire_message failure = {
        .command = WIRE_FAIL, .job = scene->job, .attempt = scene->attempt};
    failure.as.fail = (struct wire_fail){.failure = WIRE_FAILURE_REFUSED, .reason = reason};
    scene_say(scene, &failure);
}

static void a_job_is_said_after_its_lease_was_committed(void **state)
{
    struct scene *scene = *state;
    scene_say_ready(scene);
    assert_int_equal(scene->attempt, 1);
    assert_int_equal(scene_state(scene), SCAN_READING);
}

static void a_lease_that_was_not_committed_is_nobodys(void **state)
{
    struct scene *scene = *state;
    scene_say_ready(scene);
    say_failed(scene); // it has no job any more, and the scan is refused
    scene_accept(scene);
    scene->job = 0;
    failures = 1;
    dispatch_look_for_work(scene->dispatch);
    assert_int_equal(failures, 0);
    assert_int_equal(scene->job, 0);
    assert_int_equal(scene_state(scene), SCAN_RECEIVED);
    assert_null(scene->dispatch->assignments.first);
    dispatch_look_for_work(scene->dispatch); // the worker is known, and has room
    assert_true(scene->job != 0);
    assert_int_equal(scene->attempt, 1);
    assert_int_equal(scene_state(scene), SCAN_READING);
}

static uint64_t documents(const struct scene *scene)
{
    struct ledger_summary summary = {0};
    struct fault fault = {0};
    assert_int_equal(ledger_summarise(scene->ledger, &summary, &fault), STATUS_OK);
    return summary.documents[DOCUMENT_MATCHING];
}

/* The result of one job and the lease of the next were one commit, and it did not happen. */
static void assert_nothing_happened(struct scene *scene, struct scan_id read, int64_t job)
{
    assert_int_equal(scene->settled, WIRE_REPEAT);
    assert_int_equal(scene->job, job); // no other came
    assert_int_equal(documents(scene), 0);
    assert_int_equal(scene_state(scene), SCAN_RECEIVED); // the next one's
    struct scan_id next = scene->scan;
    scene->scan = read;
    assert_int_equal(scene_state(scene), SCAN_READING);
    scene->scan = next;
    const struct assignment *held = scene->dispatch->assignments.first;
    assert_non_null(held);
    assert_null(held->next);
    assert_int_equal(held->job.number, job);
    assert_false(held->is_whole);
}

/* The reader delivers once more, and everything is as if nothing had been wrong. */
static void assert_comes_again(struct scene *scene, struct scan_id read, int64_t job)
{
    scene_say_reading(scene);
    assert_int_equal(scene->settled, WIRE_ACCEPTED);
    assert_int_equal(documents(scene), 1);
    assert_true(scene->job != job);
    assert_int_equal(scene_state(scene), SCAN_READING);
    scene->scan = read;
    assert_int_equal(scene_state(scene), SCAN_READ);
}

/* A job in hand, and another one waits. */
static struct scan_id begin_two(struct scene *scene)
{
    scene_say_ready(scene);
    struct scan_id first = scene->scan;
    scene_accept(scene);
    assert_true(scene->job != 0);
    return first;
}

static void a_reading_whose_commit_failed_comes_again(void **state)
{
    struct scene *scene = *state;
    struct scan_id read = begin_two(scene);
    int64_t job = scene->job;
    failures = 1;
    scene_say_reading(scene);
    assert_int_equal(failures, 0);
    assert_nothing_happened(scene, read, job);
    assert_comes_again(scene, read, job);
}

/* Behind a group that failed each change has a commit of its own: what is refused then is to blame. */
static void a_reading_that_no_commit_takes_is_found_and_rejected(void **state)
{
    struct scene *scene = *state;
    struct scan_id read = begin_two(scene);
    int64_t job = scene->job;
    failures = 2;
    failing_with = STATUS_REFUSE;
    scene_say_reading(scene);
    assert_int_equal(failures, 1);
    assert_nothing_happened(scene, read, job);
    scene_say_reading(scene);
    assert_int_equal(failures, 0);
    assert_int_equal(scene->settled, WIRE_REJECTED);
    assert_int_equal(documents(scene), 0);
    assert_true(scene->job != job); // it works on
    scene_say_reading(scene);
    assert_int_equal(scene->settled, WIRE_ACCEPTED);
    assert_int_equal(documents(scene), 1);
}

static void a_reading_whose_server_went_comes_again(void **state)
{
    struct scene *scene = *state;
    if (getenv("LEDGER_SERVER") == NULL)
        skip();
    struct scan_id read = begin_two(scene);
    int64_t job = scene->job;
    server_goes = true;
    scene_say_reading(scene);
    assert_false(server_goes);
    assert_nothing_happened(scene, read, job);
    assert_comes_again(scene, read, job);
}

/* At each of the fsyncs that make its parts durable. */
static void a_reading_for_which_there_is_no_room_comes_again(void **state)
{
    struct scene *scene = *state;
    struct scan_id read = begin_two(scene);
    int64_t job = scene->job;
    for (int i = 0; i < 6; i++) {
        fsyncs_well = i;
        fsync_error = ENOSPC;
        scene_say_reading(scene);
        assert_int_equal(fsync_error, 0);
        assert_nothing_happened(scene, read, job);
    }
    assert_comes_again(scene, read, job);
}

static void a_reading_on_a_broken_disk_is_not_taken(void **state)
{
    struct scene *scene = *state;
    struct scan_id read = begin_two(scene);
    fsyncs_well = 2;
    fsync_error = EIO;
    scene_say_reading(scene);
    assert_int_equal(fsync_error, 0);
    assert_int_equal(dispatch_outcome(scene->dispatch), STATUS_HALT);
    assert_int_equal(scene->settled, -1);
    assert_int_equal(documents(scene), 0);
    scene->scan = read;
    assert_int_equal(scene_state(scene), SCAN_READING);
}

/* First all files, then all folders: the disk is waited for twice, and not eight times. */
static void parts_are_stored_together(void **state)
{
    struct scene *scene = *state;
    scene_say_ready(scene);
    scene_say_reading(scene); // makes the folders
    scene_accept(scene);
    dispatch_look_for_work(scene->dispatch);
    memset(synced, 0, sizeof synced);
    scene->settled = -1;
    scene_say_reading(scene);
    assert_int_equal(scene->settled, WIRE_ACCEPTED);
    assert_string_equal(synced, "ffffdddd");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_job_is_said_after_its_lease_was_committed, set_up,
                                        one_reader_tear_down),
        cmocka_unit_test_setup_teardown(a_lease_that_was_not_committed_is_nobodys, set_up,
                                        one_reader_tear_down),
        cmocka_unit_test_setup_teardown(a_reading_whose_commit_failed_comes_again, set_up,
                                        one_reader_tear_down),
        cmocka_unit_test_setup_teardown(a_reading_that_no_commit_takes_is_found_and_rejected,
                                        set_up, one_reader_tear_down),
        cmocka_unit_test_setup_teardown(a_reading_whose_server_went_comes_again, set_up,
                                        one_reader_tear_down),
        cmocka_unit_test_setup_teardown(a_reading_for_which_there_is_no_room_comes_again, set_up,
                                        one_reader_tear_down),
        cmocka_unit_test_setup_teardown(a_reading_on_a_broken_disk_is_not_taken, set_up,
                                        one_reader_tear_down),
        cmocka_unit_test_setup_teardown(parts_are_stored_together, set_up, one_reader_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
