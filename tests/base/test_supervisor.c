/* test_supervisor.c - children are started, restarted after growing waits, and ended. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/supervisor.h"

enum { WAITS_MOST = 8, GIVE_UP_MS = 20000 };

/* A loop with a supervisor, what it reported, and a clock that can be put forward. */
struct stage {
    struct loop *loop;
    struct supervisor *supervisor;
    struct clock clock;
    int64_t ahead_ms;
    int64_t waits[WAITS_MOST];
    char how[64];
    size_t deaths;
    size_t deaths_wanted; /* then the loop ends */
    bool has_ended;
    const char *awaited; /* a file; then the children are stopped */
};

static int64_t ahead(void *context)
{
    const struct stage *stage = context;
    return clock_monotonic_ms(clock_system()) + stage->ahead_ms;
}

static void on_signal(void *context, int signal_number)
{
    struct stage *stage = context;
    if (signal_number == SIGCHLD)
        supervisor_reap(stage->supervisor);
}

static void on_death(void *context, size_t index, const char *name, const char *how,
                     int64_t restart_in_ms)
{
    struct stage *stage = context;
    assert_int_equal(index, 0);
    assert_string_equal(name, "child");
    (void)snprintf(stage->how, sizeof stage->how, "%s", how);
    if (stage->deaths < WAITS_MOST)
        stage->waits[stage->deaths] = restart_in_ms;
    if (++stage->deaths == stage->deaths_wanted)
        loop_stop(stage->loop);
}

static void give_up(void *context)
{
    (void)context;
    fail_msg("nothing happened for too long");
}

static void on_ended(void *context)
{
    struct stage *stage = context;
    stage->has_ended = true;
    loop_stop(stage->loop);
}

/* Stops the children once the awaited file is there. */
static void stop_when_there(void *context)
{
    struct stage *stage = context;
    if (access(stage->awaited, F_OK) == 0)
        supervisor_stop(stage->supervisor, on_ended, stage);
}

static void open_stage(struct stage *stage, const struct supervisor_rule *rule)
{
    *stage = (struct stage){0};
    stage->clock = (struct clock){ahead, ahead, stage};
    assert_int_equal(loop_new(clock_system(), &stage->loop, NULL), STATUS_OK);
    assert_int_equal(loop_catch_signals(stage->loop, on_signal, stage, NULL), STATUS_OK);
    assert_int_not_equal(loop_add_timer(stage->loop, GIVE_UP_MS, give_up, NULL), 0);
    assert_int_equal(supervisor_new(stage->loop, &stage->clock, rule, &stage->supervisor, NULL),
                     STATUS_OK);
    supervisor_observe(stage->supervisor, on_death, stage);
}

static void close_stage(struct stage *stage)
{
    supervisor_free(&stage->supervisor);
    assert_null(stage->supervisor);
    loop_free(&stage->loop);
}

/* A shell with `script`. The strings are borrowed, so that the caller keeps argv. */
static void add_script(struct stage *stage, const char *argv[4], const char *script,
                       const char *const *environment)
{
    argv[0] = "/bin/sh";
    argv[1] = "-c";
    argv[2] = script;
    argv[3] = NULL;
    const struct supervisor_child child = {
        .name = "child", .argv = argv, .environment = environment};
    assert_int_equal(supervisor_add(stage->supervisor, &child, NULL), STATUS_OK);
}

static pid_t read_pid(const char *path)
{
    char *bytes = NULL;
    size_t length = 0;
    assert_int_equal(file_read(path, 32, &bytes, &length, NULL), STATUS_OK);
    pid_t pid = (pid_t)strtol(bytes, NULL, 10);
    free(bytes);
    assert_true(pid > 1);
    return pid;
}

static void start_and_run(struct stage *stage)
{
    assert_int_equal(supervisor_start(stage->supervisor, NULL), STATUS_OK);
    assert_int_equal(loop_run(stage->loop, NULL), STATUS_OK);
}

static void waits_double_up_to_the_most(void **state)
{
    (void)state;
    const struct supervisor_rule rule = {.backoff_ms = 5, .backoff_most_ms = 30};
    const char *argv[4];
    struct stage stage;
    open_stage(&stage, &rule);
    add_script(&stage, argv, "exit 3", NULL);
    stage.deaths_wanted = 5;
    start_and_run(&stage);
    const int64_t expected[] = {5, 10, 20, 30, 30};
    assert_memory_equal(stage.waits, expected, sizeof expected);
    assert_string_equal(stage.how, "exit code 3");
    assert_int_equal(supervisor_deaths(stage.supervisor, 0), 5);
    assert_int_equal(supervisor_running(stage.supervisor), 0);
    close_stage(&stage);
}

static void put_forward(void *context)
{
    struct stage *stage = context;
    if (access("good", F_OK) != 0)
        return;
    stage->ahead_ms += 61000;
    assert_int_equal(kill(supervisor_pid(stage->supervisor, 0), SIGUSR1), 0);
    assert_int_equal(unlink("good"), 0);
}

static void a_minute_of_good_running_forgets_the_wait(void **state)
{
    (void)state;
    const struct supervisor_rule rule = {.backoff_ms = 5, .backoff_most_ms = 100};
    const char *argv[4];
    struct stage stage;
    open_stage(&stage, &rule);
    add_script(&stage, argv,
               "test -e third && { touch good; exec sleep 60; };"
               " test -e second && touch third; touch second; exit 1",
               NULL);
    assert_int_not_equal(loop_add_timer(stage.loop, 5, put_forward, &stage), 0);
    stage.deaths_wanted = 3;
    start_and_run(&stage);
    const int64_t expected[] = {5, 10, 5};
    assert_memory_equal(stage.waits, expected, sizeof expected);
    assert_string_equal(stage.how, "signal 10 (User defined signal 1)");
    close_stage(&stage);
}

static void a_stop_ends_all_and_restarts_none(void **state)
{
    (void)state;
    const char *first[4];
    const char *second[4];
    struct stage stage;
    open_stage(&stage, NULL);
    add_script(&stage, first, "exec sleep 60", NULL);
    add_script(&stage, second, "exec sleep 60", NULL);
    assert_int_equal(supervisor_start(stage.supervisor, NULL), STATUS_OK);
    assert_int_equal(supervisor_running(stage.supervisor), 2);
    supervisor_stop(stage.supervisor, on_ended, &stage);
    assert_int_equal(loop_run(stage.loop, NULL), STATUS_OK);
    assert_true(stage.has_ended);
    assert_int_equal(stage.deaths, 0);
    assert_int_equal(supervisor_running(stage.supervisor), 0);
    assert_int_equal(supervisor_pid(stage.supervisor, 0), 0);
    close_stage(&stage);
}

static void who_does_not_listen_is_killed_with_its_children(void **state)
{
    (void)state;
    const struct supervisor_rule rule = {.patience_ms = 50};
    const char *argv[4];
    struct stage stage;
    open_stage(&stage, &rule);
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0); // the grandchild comes to us
    add_script(&stage, argv,
               "trap '' TERM; (trap - TERM; exec sleep 60) & echo $! >deaf.new;"
               " mv deaf.new deaf; while :; do wait; done",
               NULL);
    stage.awaited = "deaf";
    assert_int_not_equal(loop_add_timer(stage.loop, 5, stop_when_there, &stage), 0);
    start_and_run(&stage);
    assert_true(stage.has_ended);
    int wait_status = 0;
    assert_int_equal(waitpid(read_pid("deaf"), &wait_status, 0), read_pid("deaf"));
    assert_true(WIFSIGNALED(wait_status));
    close_stage(&stage);
}

/* The first one writes down whether the second was still there when it was asked to end. */
static void who_ends_last_is_asked_when_the_others_are_gone(void **state)
{
    (void)state;
    static const char *const last_argv[] = {
        "/bin/sh", "-c",
        "trap 'test -e second_is_gone && touch in_order; exit 0' TERM; touch last_is_there;"
        " while :; do sleep 0.01; done",
        NULL};
    const struct supervisor_child last = {.name = "child", .argv = last_argv, .ends_last = true};
    const char *argv[4];
    struct stage stage;
    open_stage(&stage, NULL);
    assert_int_equal(supervisor_add(stage.supervisor, &last, NULL), STATUS_OK);
    add_script(&stage, argv,
               "trap 'sleep 0.1; touch second_is_gone; exit 0' TERM;"
               " while ! test -e last_is_there; do sleep 0.01; done; touch both;"
               " while :; do sleep 0.01; done",
               NULL);
    stage.awaited = "both";
    assert_int_not_equal(loop_add_timer(stage.loop, 5, stop_when_there, &stage), 0);
    start_and_run(&stage);
    assert_true(stage.has_ended);
    assert_int_equal(access("in_order", F_OK), 0);
    close_stage(&stage);
}

static void who_ends_last_is_killed_in_the_end(void **state)
{
    (void)state;
    const struct supervisor_rule rule = {.patience_ms = 50};
    static const char *const deaf_argv[] = {
        "/bin/sh", "-c", "trap '' TERM; touch deaf_last; while :; do sleep 0.01; done", NULL};
    const struct supervisor_child deaf = {.name = "child", .argv = deaf_argv, .ends_last = true};
    const char *argv[4];
    struct stage stage;
    open_stage(&stage, &rule);
    assert_int_equal(supervisor_add(stage.supervisor, &deaf, NULL), STATUS_OK);
    add_script(&stage, argv, "trap '' TERM; while :; do sleep 0.01; done", NULL);
    stage.awaited = "deaf_last";
    assert_int_not_equal(loop_add_timer(stage.loop, 5, stop_when_there, &stage), 0);
    start_and_run(&stage);
    assert_true(stage.has_ended);
    close_stage(&stage);
}

static void standard_error_goes_where_it_is_sent(void **state)
{
    (void)state;
    static const char *const argv[] = {"/bin/sh", "-c", "echo words >&2; exit 3", NULL};
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    const struct supervisor_child child = {
        .name = "child", .argv = argv, .standard_error = ends[1]};
    struct stage stage;
    open_stage(&stage, NULL);
    assert_int_equal(supervisor_add(stage.supervisor, &child, NULL), STATUS_OK);
    stage.deaths_wanted = 1;
    start_and_run(&stage);
    char words[16] = {0};
    assert_int_equal(read(ends[0], words, sizeof words - 1), 6);
    assert_string_equal(words, "words\n");
    close_stage(&stage);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void nobody_to_stop_is_ended_at_once(void **state)
{
    (void)state;
    struct stage stage;
    open_stage(&stage, NULL);
    supervisor_stop(stage.supervisor, on_ended, &stage);
    assert_true(stage.has_ended);
    close_stage(&stage);
}

/* How a child with this script and environment ends. */
static void expect_end(const char *script, const char *const *environment, const char *how)
{
    const char *argv[4];
    struct stage stage;
    open_stage(&stage, NULL);
    add_script(&stage, argv, script, environment);
    stage.deaths_wanted = 1;
    start_and_run(&stage);
    assert_string_equal(stage.how, how);
    close_stage(&stage);
}

static void signals_that_we_block_reach_the_child(void **state)
{
    (void)state;
    expect_end("kill -TERM $$; exit 0", NULL, "signal 15 (Terminated)");
}

static void the_environment_is_ours_with_the_childs_own_over_it(void **state)
{
    (void)state;
    static const char *const own[] = {"NUMBER=2", "EMPTY=", NULL};
    assert_int_equal(setenv("NUMBER", "1", 1), 0);
    assert_int_equal(setenv("KEPT", "yes", 1), 0);
    expect_end("test \"$NUMBER$EMPTY$KEPT\" = 2yes && exit 7", own, "exit code 7");
}

static void a_program_that_is_not_there_is_named(void **state)
{
    (void)state;
    static const char *const argv[] = {"/nowhere/posteingang-reader", NULL};
    const struct supervisor_child child = {.name = "child", .argv = argv};
    struct fault fault = {0};
    struct stage stage;
    open_stage(&stage, NULL);
    assert_int_equal(supervisor_add(stage.supervisor, &child, NULL), STATUS_OK);
    assert_int_equal(supervisor_start(stage.supervisor, &fault), STATUS_REFUSE);
    assert_int_equal(fault.os_error, ENOENT);
    assert_non_null(strstr(fault.text, "/nowhere/posteingang-reader"));
    close_stage(&stage);
}

/* A supervisor of one sleeping child, which writes its pid into "orphan". Never returns. */
static _Noreturn void supervise_and_wait(void)
{
    const char *argv[4];
    struct stage stage;
    open_stage(&stage, NULL);
    add_script(&stage, argv, "echo $$ >orphan.new; mv orphan.new orphan; exec sleep 60", NULL);
    start_and_run(&stage);
    _exit(0);
}

static void no_child_outlives_a_killed_supervisor(void **state)
{
    (void)state;
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    pid_t supervisor = fork();
    if (supervisor == 0)
        supervise_and_wait();
    for (int i = 0; i < GIVE_UP_MS && access("orphan", F_OK) != 0; i++)
        (void)usleep(1000);
    assert_int_equal(kill(supervisor, SIGKILL), 0);
    assert_int_equal(waitpid(supervisor, NULL, 0), supervisor);
    int wait_status = 0;
    assert_int_equal(waitpid(read_pid("orphan"), &wait_status, 0), read_pid("orphan"));
    assert_true(WIFSIGNALED(wait_status));
    assert_int_equal(WTERMSIG(wait_status), SIGKILL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_double_up_to_the_most),
        cmocka_unit_test(a_minute_of_good_running_forgets_the_wait),
        cmocka_unit_test(a_stop_ends_all_and_restarts_none),
        cmocka_unit_test(who_does_not_listen_is_killed_with_its_children),
        cmocka_unit_test(who_ends_last_is_asked_when_the_others_are_gone),
        cmocka_unit_test(who_ends_last_is_killed_in_the_end),
        cmocka_unit_test(standard_error_goes_where_it_is_sent),
        cmocka_unit_test(nobody_to_stop_is_ended_at_once),
        cmocka_unit_test(signals_that_we_block_reach_the_child),
        cmocka_unit_test(the_environment_is_ours_with_the_childs_own_over_it),
        cmocka_unit_test(a_program_that_is_not_there_is_named),
        cmocka_unit_test(no_child_outlives_a_killed_supervisor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
