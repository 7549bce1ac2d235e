/* test_privileges.c - what a program gave up it does not get back, and the rest still works. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/privileges.h"

enum { WORKS = 0, DOES_NOT = 65, NOT_DROPPED = 67 };

static bool has_landlock(void)
{
    return syscall(444, NULL, 0, 1) >= 1;
}

static bool makes_a_file(void)
{
    int file = open("made", O_WRONLY | O_CREAT, 0600);
    return file >= 0 && write(file, "x", 1) == 1;
}

static bool changes_a_file(void)
{
    return open("there", O_WRONLY) >= 0;
}

static bool removes_a_file(void)
{
    return unlink("there") == 0;
}

static bool reads_a_file(void)
{
    char byte = 0;
    int file = open("/etc/passwd", O_RDONLY);
    return file >= 0 && read(file, &byte, 1) == 1;
}

static bool throws_words_away(void)
{
    int file = open("/dev/null", O_WRONLY);
    return file >= 0 && write(file, "x", 1) == 1;
}

static bool forks(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child > 0 && waitpid(child, NULL, 0) == child;
}

static bool opens_a_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool starts_a_program(void)
{
    char *const arguments[] = {(char *)(uintptr_t) "/bin/true", NULL};
    pid_t child = fork();
    int status = 0;
    if (child == 0) {
        (void)execv(arguments[0], arguments);
        _exit(1);
    }
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool leaves_its_namespace(void)
{
    return unshare(CLONE_NEWNS) == 0;
}

static bool changes_its_root(void)
{
    return chroot("/") == 0;
}

static bool makes_a_device(void)
{
    return mknod("device", S_IFCHR | 0600, 0x103) == 0;
}

static bool gives_a_file_away(void)
{
    return chown("there", 12345, 12345) == 0;
}

static bool has_a_capability(void)
{
    FILE *stream = fopen("/proc/self/status", "r");
    char line[256];
    bool has = false;
    unsigned long long bits = 0;
    while (stream != NULL && fgets(line, sizeof line, stream) != NULL)
        if (sscanf(line, "CapEff: %llx", &bits) == 1 || sscanf(line, "CapPrm: %llx", &bits) == 1 ||
            sscanf(line, "CapBnd: %llx", &bits) == 1)
            has = has || bits != 0;
    return has;
}

static const struct row {
    const char *name;
    bool (*run)(void);
    bool writer, reader; /* whether it works for a program that may write files, or may not */
} rows[] = {
    {"make a file",        makes_a_file,         true,  false},
    {"change a file",      changes_a_file,       true,  false},
    {"remove a file",      removes_a_file,       true,  false},
    {"read a file",        reads_a_file,         true,  true },
    {"write to /dev/null", throws_words_away,    true,  true },
    {"fork",               forks,                true,  true },
    {"socket",             opens_a_socket,       true,  true },
    {"execve",             starts_a_program,     false, false},
    {"unshare",            leaves_its_namespace, false, false},
    {"chroot",             changes_its_root,     false, false},
    {"mknod",              makes_a_device,       false, false},
    {"chown",              gives_a_file_away,    false, false},
    {"capabilities",       has_a_capability,     false, false},
};

static int run_dropped(const struct row *row, bool writes_files)
{
    fflush(NULL);
    int status = 0;
    int file = open("there", O_WRONLY | O_CREAT, 0600);
    assert_true(file >= 0);
    (void)close(file);
    pid_t child = fork();
    if (child == 0) {
        const struct privileges_kept kept = {.writes_files = writes_files};
        if (privileges_drop(&kept, NULL) != STATUS_OK)
            _exit(NOT_DROPPED);
        _exit(row->run() ? WORKS : DOES_NOT);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void what_was_given_up_is_gone_and_the_rest_works(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int writes_files = 0; writes_files < 2; writes_files++) {
            bool expected = writes_files != 0 || !has_landlock() ? rows[i].writer : rows[i].reader;
            int ended = run_dropped(&rows[i], writes_files != 0);
            if (ended != (expected ? WORKS : DOES_NOT))
                fail_msg("%s (%s): exit %d", rows[i].name,
                         writes_files != 0 ? "may write" : "may not write", ended);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_given_up_is_gone_and_the_rest_works),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
