/* test_ledger_processes.c - several processes on one ledger, and processes that die in it. */
// SPDX-License-Identifier: EUPL-1.2
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/store/scene.h"

enum { PROCESSES = 3, JOBS = 60 };

/* What a leasing process writes into the pipe: one lease. */
struct claim {
    int64_t job;
    uint32_t attempt;
};

/* In a child: leases until nothing is due, fails each fifth, completes the rest; no asserts. */
static int compete(const char *path, const struct clock *clock, int pipe_end)
{
    const struct page_facts page = {.number = 1, .outcome = PAGE_BLANK_SET_ASIDE, .document = 0};
    const struct read_result result = {
        .pages = &page, .page_count = 1, .documents = NULL, .document_count = 0};
    const struct retry_rule at_once = {.content_most = 100, .lost_most = 100};
    struct ledger *ledger = NULL;
    char name[32];
    (void)snprintf(name, sizeof name, "worker-%d", (int)getpid());
    if (ledger_open(path, LEDGER_WRITE, clock, &ledger, NULL) != STATUS_OK)
        return 1;
    for (;;) {
        bool found = false;
        bool held = false;
        struct job_record job = {0};
        if (ledger_job_lease(ledger, JOB_READ, name, 60000, &found, &job, NULL) != STATUS_OK)
            return 2;
        if (!found)
            break;
        const struct claim claim = {job.id.number, job.attempt};
        if (write(pipe_end, &claim, sizeof claim) != sizeof claim)
            return 3;
        enum status status =
            job.id.number % 5 == 0 && job.attempt < 3
                ? ledger_job_fail(ledger, job.id, job.attempt, JOB_FAILURE_SYSTEM, "x", &at_once,
                                  &held, NULL)
                : ledger_read_complete(ledger, job.id, job.attempt, &result, &held, NULL);
        job_record_done(&job);
        if (status != STATUS_OK || !held)
            return 4;
    }
    ledger_close(&ledger);
    return 0;
}

static void no_two_processes_hold_the_same_attempt(void **state)
{
    struct scene *scene = *state;
    int ends[2];
    pid_t children[PROCESSES];
    for (int i = 0; i < JOBS; i++)
        (void)scene_accept(scene, i % 2 == 0 ? "Waren" : "Demmin");
    assert_int_equal(pipe(ends), 0);
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0)
            _exit(compete(scene->path, clock_system(), ends[1]));
    }
    close(ends[1]);
    bool taken[JOBS + 1][4] = {{false}};
    int claims = 0;
    struct claim claim;
    while (read(ends[0], &claim, sizeof claim) == sizeof claim) {
        assert_in_range(claim.job, 1, JOBS);
        assert_in_range(claim.attempt, 1, 3);
        assert_false(taken[claim.job][claim.attempt]);
        taken[claim.job][claim.attempt] = true;
        claims++;
    }
    close(ends[0]);
    for (int i = 0; i < PROCESSES; i++) {
        int result = -1;
        assert_int_equal(waitpid(children[i], &result, 0), children[i]);
        assert_int_equal(result, 0);
    }
    assert_int_equal(claims, JOBS + 2 * JOBS / 5);
    struct ledger_summary summary = {0};
    assert_ok(scene, ledger_summarise(scene->ledger, &summary, &scene->fault));
    assert_int_equal(summary.scans[SCAN_READ], JOBS);
    scene_assert_sound(scene);
}

/* In a child: accepts scans and tells of each one after it was accepted, until it is killed. */
static int accept_for_ever(const char *path, int pipe_end)
{
    struct ledger *ledger = NULL;
    if (ledger_open(path, LEDGER_WRITE, clock_system(), &ledger, NULL) != STATUS_OK)
        return 1;
    for (;;) {
        struct scan_acceptance acceptance;
        struct scan_id id = {uuid_new(clock_wall_ms(clock_system()))};
        const struct scan_arrival arrival = {.id = id,
                                             .site = "Waren",
                                             .source = "x",
                                             .format = "tiff",
                                             .digest = digest_of(&id, sizeof id),
                                             .size = 1,
                                             .received_ms = clock_wall_ms(clock_system()),
                                             .actor = "intake"};
        if (ledger_scan_accept(ledger, &arrival, &acceptance, NULL) != STATUS_OK ||
            write(pipe_end, &id, sizeof id) != sizeof id)
            return 2;
    }
}

static void what_was_accepted_is_there_after_the_process_was_killed(void **state)
{
    struct scene *scene = *state;
    enum { ROUNDS = 3, ACCEPTED = 40 };
    for (int round = 0; round < ROUNDS; round++) {
        int ends[2];
        struct scan_id id;
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            _exit(accept_for_ever(scene->path, ends[1]));
        close(ends[1]);
        for (int i = 0; i < ACCEPTED && read(ends[0], &id, sizeof id) == sizeof id; i++)
            if (i == ACCEPTED - 1)
                kill(child, SIGKILL);
        do {
            bool known = false;
            enum scan_state known_state = SCAN_CORRUPT;
            assert_ok(scene,
                      ledger_scan_known(scene->ledger, id, &known, &known_state, &scene->fault));
            assert_true(known);
        } while (read(ends[0], &id, sizeof id) == sizeof id);
        int result = 0;
        assert_int_equal(waitpid(child, &result, 0), child);
        assert_true(WIFSIGNALED(result));
        close(ends[0]);
    }
    struct verify_result result = {0};
    assert_ok(scene,
              ledger_verify(scene->ledger, scene->spool, NULL, NULL, &result, &scene->fault));
    assert_non_null(strstr(result.first_fault, "is missing")); // only the spool has no bytes
}

/* Programs that start at once all find or make the same ledger. */
static void a_new_ledger_may_be_made_by_several_at_once(void **state)
{
    struct scene *scene = *state;
    enum { TOGETHER = 6 };
    char path[SCENE_PATH_BYTES];
    pid_t children[TOGETHER];
    int ends[2];
    if (scene->is_server)
        scene_place(scene, "new", path);
    else
        (void)snprintf(path, sizeof path, "%s/new/folder/ledger.sqlite", scene->folder);
    assert_int_equal(pipe(ends), 0);
    for (int i = 0; i < TOGETHER; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            char byte;
            struct ledger *ledger = NULL;
            close(ends[1]);
            (void)!read(ends[0], &byte, 1); // until all are there
            int bad = ledger_open(path, LEDGER_CREATE, clock_system(), &ledger, NULL) != STATUS_OK;
            ledger_close(&ledger);
            _exit(bad);
        }
    }
    close(ends[0]);
    close(ends[1]);
    for (int i = 0; i < TOGETHER; i++) {
        int result = -1;
        assert_int_equal(waitpid(children[i], &result, 0), children[i]);
        assert_int_equal(result, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(no_two_processes_hold_the_same_attempt),
        SCENE_TEST(what_was_accepted_is_there_after_the_process_was_killed),
        SCENE_TEST(a_new_ledger_may_be_made_by_several_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
