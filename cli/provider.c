/* provider.c - see provider.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/provider.h"

extern char **environ;

/* The words of a command, in `copy`. */
static bool split(char *copy, const char *const more[2], char *argv[PROVIDER_WORDS_MOST + 3])
{
    size_t count = 0;
    char *rest = NULL;
    for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        if (count == PROVIDER_WORDS_MOST)
            return false;
        argv[count++] = word;
    }
    for (int i = 0; i < 2 && more[i] != NULL; i++) {
        const char *word = more[i];
        memcpy(&argv[count++], &word, sizeof word); // posix_spawn() changes nothing
    }
    argv[count] = NULL;
    return count > 0 && argv[0][0] == '/';
}

static bool spawn(char *const argv[], int input, int output, pid_t *ret_child)
{
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return false;
    bool is_done = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) == 0 &&
                   posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO) == 0 &&
                   posix_spawn(ret_child, argv[0], &actions, NULL, argv, environ) == 0;
    (void)posix_spawn_file_actions_destroy(&actions);
    return is_done;
}

/* Its exit code; -1 when it had to be ended or a signal did. */
static int await(pid_t child, int64_t timeout_ms)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    int64_t until_ms = clock_monotonic_ms(clock_system()) + timeout_ms;
    int code = 0;
    while (waitpid(child, &code, WNOHANG) == 0) {
        if (clock_monotonic_ms(clock_system()) > until_ms) {
            (void)kill(child, SIGKILL);
            (void)waitpid(child, &code, 0);
            return -1;
        }
        (void)nanosleep(&pause, NULL);
    }
    return WIFEXITED(code) ? WEXITSTATUS(code) : -1;
}

static bool read_all(int file, struct text *output)
{
    char piece[4096];
    ssize_t length = 0;
    if (lseek(file, 0, SEEK_SET) != 0)
        return false;
    while ((length = read(file, piece, sizeof piece)) > 0 && output->length < PROVIDER_BYTES_MOST)
        text_append_bytes(output, piece, (size_t)length);
    return length == 0 && text_ok(output);
}

static enum status run(char *const argv[], int input, int output, const char *words,
                       int64_t timeout_ms, struct text *ret_output, struct fault *fault)
{
    pid_t child = 0;
    size_t length = strlen(words);
    if (write(input, words, length) != (ssize_t)length || lseek(input, 0, SEEK_SET) != 0)
        return fault_errno(fault, STATUS_LATER, "cannot write for a program");
    if (!spawn(argv, input, output, &child))
        return fault_set(fault, STATUS_LATER, "cannot start \"%s\"", argv[0]);
    int code = await(child, timeout_ms);
    if (code < 0)
        return fault_set(fault, STATUS_LATER, "\"%s\" did not end in time", argv[0]);
    if (code != 0)
        return fault_set(fault, STATUS_LATER, "\"%s\" ended with exit code %d", argv[0], code);
    return read_all(output, ret_output)
               ? STATUS_OK
               : fault_set(fault, STATUS_LATER, "\"%s\" said too much", argv[0]);
}

enum status provider_run(const char *command, const char *const more[2], const char *folder,
                         const char *input, int64_t timeout_ms, struct text *ret_output,
                         struct fault *fault)
{
    char *argv[PROVIDER_WORDS_MOST + 3];
    char *copy = string_copy(command);
    int in = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    int out = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    enum status status = STATUS_OK;
    if (copy == NULL || in < 0 || out < 0)
        status = fault_set(fault, STATUS_LATER, "cannot make a file for a program");
    else if (!split(copy, more, argv))
        status =
            fault_set(fault, STATUS_REFUSE, "\"%s\" does not begin with an absolute path", command);
    if (status == STATUS_OK)
        status = run(argv, in, out, input, timeout_ms, ret_output, fault);
    if (in >= 0)
        (void)close(in);
    if (out >= 0)
        (void)close(out);
    free(copy);
    return status;
}
