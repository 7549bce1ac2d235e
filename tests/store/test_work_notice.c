/* test_work_notice.c - who listens at a ledger on a server hears of new work, and what is lost is no
 * more than a hint. Without LEDGER_SERVER (tests/support/postgresql.sh) only a file is tested. */
// SPDX-License-Identifier: EUPL-1.2
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/work_notice.h"
#include "tests/store/scene.h"

enum { PATIENCE_MS = 30000, SILENCE_MS = 300 };

/* Whether something comes within the time; what comes is taken. */
static bool hears(struct scene *scene, struct work_notice *notice, int wait_ms)
{
    bool some = false;
    struct pollfd waited = {.fd = work_notice_file(notice), .events = POLLIN};
    if (poll(&waited, 1, wait_ms) == 1)
        assert_ok(scene, work_notice_take(notice, &some, &scene->fault));
    return some;
}

static struct work_notice *listen_to(struct scene *scene)
{
    struct work_notice *notice = NULL;
    assert_ok(scene, work_notice_open(scene->path, &notice, &scene->fault));
    return notice;
}

static void a_file_has_nobody_to_listen_to(void **state)
{
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene);
    assert_null(listen_to(scene));
    (void)scene_accept(scene, "Demmin");
}

static void new_work_is_heard_with_its_commit(void **state)
{
    struct scene *scene = *state;
    if (!scene->is_server)
        skip();
    struct work_notice *notice = listen_to(scene);
    assert_false(hears(scene, notice, SILENCE_MS));
    ledger_group_begin(scene->ledger);
    (void)scene_accept(scene, "Demmin");
    assert_false(hears(scene, notice, SILENCE_MS));
    assert_ok(scene, ledger_group_end(scene->ledger, &scene->fault));
    assert_true(hears(scene, notice, PATIENCE_MS));
    work_notice_close(&notice);
}

static void much_work_is_one_notice_a_second(void **state)
{
    struct scene *scene = *state;
    if (!scene->is_server)
        skip();
    scene_reopen(scene);
    struct work_notice *notice = listen_to(scene);
    for (int i = 0; i < 20; i++)
        (void)scene_accept(scene, "Demmin");
    assert_true(hears(scene, notice, PATIENCE_MS));
    assert_false(hears(scene, notice, SILENCE_MS));
    scene->monotonic_ms += WORK_NOTICE_PAUSE_MS;
    (void)scene_accept(scene, "Demmin");
    assert_true(hears(scene, notice, PATIENCE_MS));
    work_notice_close(&notice);
}

static void what_makes_no_job_ready_is_not_said(void **state)
{
    struct scene *scene = *state;
    if (!scene->is_server)
        skip();
    (void)scene_accept(scene, "Demmin");
    scene_reopen(scene);
    struct work_notice *notice = listen_to(scene);
    struct job_record job = scene_lease(scene, JOB_READ);
    job_record_done(&job);
    assert_false(hears(scene, notice, SILENCE_MS));
    work_notice_close(&notice);
}

static void a_lost_line_is_said_so_that_one_looks(void **state)
{
    struct scene *scene = *state;
    bool some = false;
    if (!scene->is_server)
        skip();
    struct work_notice *notice = listen_to(scene);
    scene_sql(scene, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE"
                     " 'LISTEN %'");
    struct pollfd waited = {.fd = work_notice_file(notice), .events = POLLIN};
    enum status status = STATUS_OK;
    while (status == STATUS_OK) { // the server's last words come first
        assert_int_equal(poll(&waited, 1, PATIENCE_MS), 1);
        status = work_notice_take(notice, &some, &scene->fault);
    }
    assert_int_equal(status, STATUS_LATER);
    work_notice_close(&notice);
    notice = listen_to(scene);
    scene->monotonic_ms += WORK_NOTICE_PAUSE_MS;
    (void)scene_accept(scene, "Demmin");
    assert_true(hears(scene, notice, PATIENCE_MS));
    work_notice_close(&notice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_file_has_nobody_to_listen_to),
        SCENE_TEST(new_work_is_heard_with_its_commit),
        SCENE_TEST(much_work_is_one_notice_a_second),
        SCENE_TEST(what_makes_no_job_ready_is_not_said),
        SCENE_TEST(a_lost_line_is_said_so_that_one_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
