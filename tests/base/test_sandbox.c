/* test_sandbox.c - a confined process can compute, and nothing else.
 *
 * Every row of attacks.c runs in a child of its own that is confined and then tries one thing.
 * It ends either killed by SIGSYS or told no by an error; getting through is a failed test. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sandbox.h"
#include "tests/base/attacks.h"

/* Exit codes of a child; everything else is a signal. */
enum { TOLD_NO = 0, GOT_THROUGH = 66, NOT_CONFINED = 67 };

typedef bool attack_function(void);

/* Runs `run` confined; what waitpid() said of it. */
static int run_confined(attack_function *run, const struct sandbox_limits *limits)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        unsigned layers = 0;
        // cmocka catches SIGSYS and friends; a confined process must die of them.
        for (int number = 1; number < 32; number++)
            signal(number, SIG_DFL);
        if (sandbox_confine(limits, &layers, NULL) != STATUS_OK)
            _exit(NOT_CONFINED);
        _exit(run() ? GOT_THROUGH : TOLD_NO);
    }
    int state = 0;
    assert_int_equal(waitpid(child, &state, 0), child);
    return state;
}

static void every_attack_is_killed_or_told_no(void **state)
{
    (void)state;
    int foreign_file = open("foreign", O_RDWR | O_CREAT, 0600); // not in the keep list
    assert_true(foreign_file >= 0);
    const struct sandbox_limits limits = {.cpu_s = 5};
    for (size_t i = 0; i < attack_count; i++) {
        int ended = run_confined(attacks[i].run, &limits);
        bool killed = WIFSIGNALED(ended) && WTERMSIG(ended) == SIGSYS;
        bool told_no = WIFEXITED(ended) && WEXITSTATUS(ended) == TOLD_NO;
        if (!(killed || (told_no && !attacks[i].must_be_killed)))
            fail_msg("%s: ended with wait status 0x%x", attacks[i].name, (unsigned)ended);
    }
    close(foreign_file);
}

static bool computes(void)
{
    size_t size = 4U << 20;
    unsigned char *memory = malloc(size);
    if (memory == NULL)
        return true;
    memset(memory, 7, size);
    volatile unsigned sum = 0;
    for (size_t i = 0; i < size; i += 4096)
        sum += memory[i];
    free(memory);
    return sum != 7 * (unsigned)(size / 4096);
}

static void computing_is_allowed(void **state)
{
    (void)state;
    const struct sandbox_limits limits = {.cpu_s = 5};
    int ended = run_confined(computes, &limits);
    assert_true(WIFEXITED(ended));
    assert_int_equal(WEXITSTATUS(ended), TOLD_NO);
}

static int kept_pipe = -1;

static bool writes_to_the_kept_pipe(void)
{
    return write(kept_pipe, "result", 6) == 6;
}

static void a_kept_descriptor_still_works(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    kept_pipe = ends[1];
    const struct sandbox_limits limits = {.cpu_s = 5, .keep = &kept_pipe, .keep_count = 1};
    int ended = run_confined(writes_to_the_kept_pipe, &limits);
    close(ends[1]);
    char text[8] = "";
    assert_int_equal(read(ends[0], text, sizeof text), 6);
    assert_string_equal(text, "result");
    close(ends[0]);
    assert_true(WIFEXITED(ended));
    assert_int_equal(WEXITSTATUS(ended), GOT_THROUGH);
}

static bool spins(void)
{
    volatile bool goes_on = true;
    while (goes_on)
        ;
    return false;
}

static void a_spinning_process_is_ended_by_its_cpu_limit(void **state)
{
    (void)state;
    const struct sandbox_limits limits = {.cpu_s = 1};
    int ended = run_confined(spins, &limits);
    assert_true(WIFSIGNALED(ended));
    assert_true(WTERMSIG(ended) == SIGXCPU || WTERMSIG(ended) == SIGKILL);
}

#ifndef POSTEINGANG_SANITIZED
static bool allocates_much(void)
{
    return mmap(NULL, 1U << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
           MAP_FAILED;
}

static void memory_beyond_the_limit_is_not_given(void **state)
{
    (void)state;
    const struct sandbox_limits limits = {.cpu_s = 5, .memory = 512U << 20};
    int ended = run_confined(allocates_much, &limits);
    assert_true(WIFEXITED(ended));
    assert_int_equal(WEXITSTATUS(ended), TOLD_NO);
}
#endif

static bool aborts(void)
{
    abort();
}

static void abort_ends_as_abort(void **state)
{
    (void)state;
    const struct sandbox_limits limits = {.cpu_s = 5};
    int ended = run_confined(aborts, &limits);
    assert_true(WIFSIGNALED(ended));
    assert_int_equal(WTERMSIG(ended), SIGABRT);
}

/* The middle process starts a confined one and is killed; the confined one must go too. */
static void dies_with_its_parent(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    fflush(NULL);
    pid_t middle = fork();
    assert_true(middle >= 0);
    if (middle == 0) {
        if (fork() == 0) {
            unsigned layers = 0;
            const struct sandbox_limits limits = {.cpu_s = 30, .keep = &ends[1], .keep_count = 1};
            if (sandbox_confine(&limits, &layers, NULL) == STATUS_OK && write(ends[1], "r", 1) == 1)
                spins();
            _exit(NOT_CONFINED);
        }
        for (;;)
            pause();
    }
    close(ends[1]);
    char byte = 0;
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(kill(middle, SIGKILL), 0);
    assert_int_equal(waitpid(middle, NULL, 0), middle);
    // The pipe's last writer is gone only when the confined process is.
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
}

static void the_probe_names_what_is_in_force(void **state)
{
    (void)state;
    unsigned layers = 0;
    struct fault fault;
    assert_int_equal(sandbox_probe(&layers, &fault), STATUS_OK);
    const unsigned least = SANDBOX_RLIMITS | SANDBOX_NO_NEW_PRIVILEGES | SANDBOX_SECCOMP;
    assert_int_equal(layers & least, least);
    char names[128];
    sandbox_layer_names(layers, names, sizeof names);
    assert_non_null(strstr(names, "seccomp"));
    sandbox_layer_names(0, names, sizeof names);
    assert_string_equal(names, "");
    sandbox_layer_names(SANDBOX_ALL, names, 12);
    assert_true(strlen(names) < 12);
}

static void too_many_kept_descriptors_are_refused(void **state)
{
    (void)state;
    int many[64] = {0};
    const struct sandbox_limits limits = {.keep = many, .keep_count = 64};
    unsigned layers = 0;
    struct fault fault;
    assert_int_equal(sandbox_confine(&limits, &layers, &fault), STATUS_HALT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_attack_is_killed_or_told_no),
        cmocka_unit_test(computing_is_allowed),
        cmocka_unit_test(a_kept_descriptor_still_works),
        cmocka_unit_test(a_spinning_process_is_ended_by_its_cpu_limit),
#ifndef POSTEINGANG_SANITIZED
        cmocka_unit_test(memory_beyond_the_limit_is_not_given),
#endif
        cmocka_unit_test(abort_ends_as_abort),
        cmocka_unit_test(dies_with_its_parent),
        cmocka_unit_test(the_probe_names_what_is_in_force),
        cmocka_unit_test(too_many_kept_descriptors_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
