/* test_run.c - run starts the programs beside it, guards its instance and ends by itself.
 *
 * The programs beside it are stand-ins: shell scripts that write down how they were started. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/status.h"
#include "base/text.h"
#include "tests/cli/command.h"
#include "tests/cli/seed.h"

#define RUN "--config instance/posteingang.yaml run "

enum { GIVE_UP_MS = 20000 };

static const char *const programs[] = {"posteingang-dispatch", "posteingang-reader",
                                       "posteingang-filer", "posteingang-intake"};

/* Writes down its words and waits for the end. */
static const char waits[] = "#!/bin/sh\n"
                            "echo \"$0 threads=$OMP_THREAD_LIMIT $*\" >>started\n"
                            "trap 'exit 0' TERM\n"
                            "while :; do sleep 0.05; done\n";

static void stand_in(const char *program, const char *script)
{
    char path[64];
    (void)snprintf(path, sizeof path, "bin/%s", program);
    (void)unlink(path);
    assert_int_equal(durable_write_file(path, script, strlen(script), 0700, NULL), STATUS_OK);
}

/* A copy of the command with stand-ins beside it, and a fresh instance with one reader. */
static int make_stage(void **state)
{
    (void)state;
    struct said said = {0};
    assert_int_equal(system("rm -rf bin instance started && mkdir bin &&"
                            " cp \"$BIN_DIR/posteingang\" bin/"),
                     0);
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        stand_in(programs[i], waits);
    command(&said, "init instance --site Demmin");
    expect_exit(&said, EXIT_DONE);
    said_done(&said);
    return unsetenv("OMP_THREAD_LIMIT"); // what readers get must come from run
}

static char *content_of(const char *path)
{
    char *bytes = NULL;
    size_t length = 0;
    assert_int_equal(file_read(path, 1 << 20, &bytes, &length, NULL), STATUS_OK);
    return bytes;
}

static void a_drain_with_nothing_to_do_ends_with_0(void **state)
{
    (void)state;
    struct said said = {0};
    command_at(&said, "bin/posteingang", RUN "--drain");
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "0  filed");
    said_done(&said);
}

/* Starts `bin/posteingang run` and waits until its programs have written themselves down. */
static pid_t start_run(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); // a test that fails leaves nothing running
        (void)execl("bin/posteingang", "posteingang", "--config", "instance/posteingang.yaml",
                    "run", (char *)NULL);
        _exit(127);
    }
    assert_true(pid > 0);
    for (int i = 0; i < GIVE_UP_MS; i += 10) {
        char *started = access("started", F_OK) == 0 ? content_of("started") : NULL;
        bool is_complete = started != NULL;
        for (size_t k = 0; k < 4 && is_complete; k++)
            is_complete = strstr(started, programs[k]) != NULL;
        free(started);
        if (is_complete)
            return pid;
        (void)usleep(10000);
    }
    fail_msg("not all programs were started");
    return pid;
}

static int end_of(pid_t pid)
{
    int wait_status = 0;
    assert_int_equal(waitpid(pid, &wait_status, 0), pid);
    assert_true(WIFEXITED(wait_status));
    return WEXITSTATUS(wait_status);
}

static void every_role_is_started_with_what_it_needs(void **state)
{
    (void)state;
    pid_t pid = start_run();
    char *started = content_of("started");
    static const char *const parts[] = {"posteingang-intake threads= --config /",
                                        "posteingang-dispatch threads= --config /",
                                        "posteingang-filer threads= --config /",
                                        "posteingang-reader threads=1 --log-level info",
                                        " --connect ipc://",
                                        " --languages deu",
                                        " --page-memory 1073741824",
                                        " --sandbox preferred"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strstr(started, parts[i]) == NULL)
            fail_msg("%s is not in %s", parts[i], started);
    free(started);
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(end_of(pid), EXIT_DONE);
}

static void an_instance_runs_once(void **state)
{
    (void)state;
    struct said said = {0};
    char holder[64];
    pid_t pid = start_run();
    command_at(&said, "bin/posteingang", RUN "--drain");
    expect_exit(&said, EXIT_FOUND);
    (void)snprintf(holder, sizeof holder, "process %d", (int)pid);
    expect_error(&said, holder);
    assert_int_equal(kill(pid, SIGINT), 0);
    assert_int_equal(end_of(pid), EXIT_DONE);
    command_at(&said, "bin/posteingang", RUN "--drain");
    expect_exit(&said, EXIT_DONE);
    said_done(&said);
}

static void a_program_that_dies_is_started_again_and_named(void **state)
{
    (void)state;
    struct said said = {0};
    struct seed seed;
    assert_int_equal(system("rm -rf instance"), 0);
    seed_open(&seed);
    (void)seed_scan(&seed, "Demmin", "scan.tif"); // so that the drain has something to wait for
    // dies twice, then stops the run
    stand_in("posteingang-filer", "#!/bin/sh\necho filer >>filer\n"
                                  "test $(wc -l <filer) -gt 2 && kill -TERM $PPID\nexit 5\n");
    command_at(&said, "bin/posteingang", RUN "--drain");
    expect_exit(&said, EXIT_FOUND); // it was cut short
    expect_error(&said, "filer ended: exit code 5; starting it again in 0.2 s");
    expect_error(&said, "filer ended: exit code 5; starting it again in 0.5 s");
    seed_close(&seed);
    said_done(&said);
}

static void a_drain_that_cannot_end_says_so(void **state)
{
    (void)state;
    struct said said = {0};
    struct seed seed;
    assert_int_equal(system("rm -rf instance"), 0);
    seed_open(&seed);
    (void)seed_scan(&seed, "Demmin", "scan.tif");
    stand_in("posteingang-reader", "#!/bin/sh\nexit 4\n"); // dies whenever it is started
    command_at(&said, "bin/posteingang", RUN "--drain");
    expect_exit(&said, EXIT_FOUND);
    expect_error(&said, "nothing moves any more");
    expect_error(&said, "1 waiting to be read");
    seed_close(&seed);
    said_done(&said);
}

/* `script` of util-linux gives the command a terminal. */
static void a_terminal_shows_warnings_and_leaves_the_rest_out(void **state)
{
    (void)state;
    struct said said = {0};
    struct seed seed;
    assert_int_equal(system("rm -rf instance"), 0);
    seed_open(&seed);
    (void)seed_scan(&seed, "Demmin", "scan.tif"); // so that the drain has something to wait for
    stand_in("posteingang-intake",
             "#!/bin/sh\necho '2026-03-02T08:15:00+01:00 info    all calm' >&2\n"
             "echo '2026-03-02T08:15:00+01:00 warning disk is slow' >&2\n"
             "kill -TERM $PPID\nexit 0\n");
    command_at(&said, "script", "-qec 'bin/posteingang " RUN "--drain' /dev/null");
    expect_exit(&said, EXIT_FOUND);
    expect_out(&said, "disk is slow");
    assert_null(strstr(said.out, "all calm"));
    command_at(&said, "bin/posteingang", RUN "--drain");
    expect_error(&said, "disk is slow");
    expect_error(&said, "all calm");
    seed_close(&seed);
    said_done(&said);
}

static void a_drain_that_cannot_look_does_not_wait_for_ever(void **state)
{
    (void)state;
    struct said said = {0};
    if (geteuid() == 0)
        assert_int_equal(system("rm -r instance/drop/Demmin"), 0); // root may read anything
    else
        assert_int_equal(chmod("instance/drop/Demmin", 0), 0);
    command_at(&said, "bin/posteingang", RUN "--drain");
    assert_int_not_equal(said.exit_code, EXIT_DONE);
    expect_error(&said, "drop/Demmin");
    (void)chmod("instance/drop/Demmin", 0700);
    said_done(&said);
}

static void a_program_that_is_missing_is_named(void **state)
{
    (void)state;
    struct said said = {0};
    assert_int_equal(unlink("bin/posteingang-intake"), 0);
    command_at(&said, "bin/posteingang", RUN);
    expect_exit(&said, EXIT_CONFIGURATION);
    expect_error(&said, "posteingang-intake");
    said_done(&said);
}

static void submit_becomes_the_intake(void **state)
{
    (void)state;
    struct said said = {0};
    stand_in("posteingang-intake", "#!/bin/sh\necho \"$*\"\nexit 6\n");
    command_at(&said, "bin/posteingang",
               "--config instance/posteingang.yaml submit --site Demmin a.tif 'b c.pdf'");
    expect_exit(&said, EXIT_STORAGE);
    expect_out(&said, " --submit Demmin -- a.tif b c.pdf");
    command_at(&said, "bin/posteingang",
               "--config instance/posteingang.yaml submit --site Woldegk a.tif");
    expect_exit(&said, EXIT_USAGE);
    said_done(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_drain_with_nothing_to_do_ends_with_0, make_stage),
        cmocka_unit_test_setup(every_role_is_started_with_what_it_needs, make_stage),
        cmocka_unit_test_setup(an_instance_runs_once, make_stage),
        cmocka_unit_test_setup(a_program_that_dies_is_started_again_and_named, make_stage),
        cmocka_unit_test_setup(a_drain_that_cannot_end_says_so, make_stage),
        cmocka_unit_test_setup(a_terminal_shows_warnings_and_leaves_the_rest_out, make_stage),
        cmocka_unit_test_setup(a_drain_that_cannot_look_does_not_wait_for_ever, make_stage),
        cmocka_unit_test_setup(a_program_that_is_missing_is_named, make_stage),
        cmocka_unit_test_setup(submit_becomes_the_intake, make_stage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
