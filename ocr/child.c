/* child.c - see child.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sandbox.h"
#include "ocr/child.h"

enum {
    READ_BYTES = 256 << 10,
    PIPE_BYTES = 1 << 20,         /* asked for; the kernel may give less */
    OWN_MAPPING_BYTES = 32 << 20, /* larger blocks are mapped alone; glibc allows no more */
    MEMORY_KEPT_BYTES = 256 << 20,
};

void child_init(struct child *child)
{
    *child = (struct child){.process_file = -1, .pipe = -1};
}

bool child_is_running(const struct child *child)
{
    return child->process != 0;
}

/* Address space in use, so that the limit counts what the child adds to it; 0 when unknown. */
static uint64_t mapped_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    unsigned long long pages = 0;
    if (file == NULL)
        return 0;
    if (fscanf(file, "%llu", &pages) != 1)
        pages = 0;
    (void)fclose(file);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void write_all(int file, const uint8_t *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(file, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            _exit(EXIT_FOUND);
        bytes += written;
        length -= (size_t)written;
    }
}

static void confine(int pipe, uint64_t mapped, const struct ocr_options *options)
{
    // The sanitizers describe errors on standard error, and map terabytes of shadow.
#ifdef POSTEINGANG_SANITIZED
    const int keep[] = {pipe, STDERR_FILENO};
    uint64_t memory = 0;
    (void)mapped;
#else
    const int keep[] = {pipe};
    uint64_t memory = mapped == 0 ? 0 : mapped + (uint64_t)options->page_memory;
#endif
    const struct sandbox_limits limits = {.memory = memory,
                                          .cpu_s = (uint64_t)options->page_cpu_s,
                                          .keep = keep,
                                          .keep_count = sizeof keep / sizeof keep[0]};
    unsigned layers = 0;
    if (sandbox_confine(&limits, &layers, NULL) != STATUS_OK)
        _exit(EXIT_NOT_PERMITTED);
}

/* Pictures come and go by megabytes: given back to the kernel and asked for again, each page of
 * memory is cleared every time. A child does not live long enough to care. */
static void keep_freed_memory(void)
{
    mallopt(M_MMAP_THRESHOLD, OWN_MAPPING_BYTES);
    mallopt(M_TRIM_THRESHOLD, MEMORY_KEPT_BYTES);
}

_Noreturn static void run(int pipe, pid_t parent, child_work *work, void *context,
                          const struct ocr_options *options)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != parent)
        _exit(EXIT_FOUND); // the parent died before the line above
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_IGN); // a library that writes to a log gets an error, not death
    keep_freed_memory();
    confine(pipe, mapped_bytes(), options);
    struct byte_writer payload = {0}, head = {0};
    struct fault fault = {.status = STATUS_OK};
    enum status status = work(context, &payload, &fault);
    if (payload.failed && status == STATUS_OK)
        status = fault_set(&fault, STATUS_LATER, "out of memory for a result");
    byte_writer_u8(&head, (uint8_t)status);
    byte_writer_string(&head, fault.text);
    if (head.failed)
        _exit(EXIT_FOUND);
    write_all(pipe, head.bytes, head.length);
    if (status == STATUS_OK || status == STATUS_REFUSE)
        write_all(pipe, payload.bytes, payload.length);
    _exit(EXIT_DONE);
}

enum status child_start(struct child *child, child_work *work, void *context,
                        const struct ocr_options *options, uint64_t most, struct fault *fault)
{
    int ends[2];
    child_init(child);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fault_errno(fault, STATUS_LATER, "cannot make a pipe");
    (void)fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES);
    pid_t parent = getpid(), process = fork();
    if (process == 0)
        run(ends[1], parent, work, context, options);
    close(ends[1]);
    if (process < 0) {
        close(ends[0]);
        return fault_errno(fault, STATUS_LATER, "cannot fork");
    }
    child->process = process;
    child->pipe = ends[0];
    child->most = most;
    child->deadline_ms = clock_monotonic_ms(clock_system()) + options->page_wall_ms;
    child->process_file = (int)syscall(SYS_pidfd_open, process, 0);
    (void)fcntl(child->pipe, F_SETFL, O_NONBLOCK);
    if (child->process_file < 0) {
        enum status status = fault_errno(fault, STATUS_LATER, "cannot watch a child");
        child_end(child);
        return status;
    }
    return STATUS_OK;
}

nfds_t child_poll(const struct child *child, struct pollfd *entries, int64_t *ret_wait_ms)
{
    int64_t left = child->deadline_ms - clock_monotonic_ms(clock_system());
    *ret_wait_ms = left < 0 ? 0 : left;
    entries[0] = (struct pollfd){.fd = child->pipe, .events = POLLIN};
    entries[1] =
        (struct pollfd){.fd = child->has_ended ? -1 : child->process_file, .events = POLLIN};
    return 2;
}

static void close_file(int *file)
{
    if (*file >= 0)
        close(*file);
    *file = -1;
}

/* Everything that is in the pipe now. */
static void take(struct child *child)
{
    static uint8_t room[READ_BYTES]; // the zygote has one thread
    while (child->pipe >= 0) {
        ssize_t got = read(child->pipe, room, sizeof room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return;
        if (got <= 0) {
            close_file(&child->pipe);
            return;
        }
        if (child->received.length + (size_t)got > child->most) {
            child->is_too_long = true;
            kill(child->process, SIGKILL);
            close_file(&child->pipe);
            return;
        }
        byte_writer_raw(&child->received, room, (size_t)got);
    }
}

bool child_step(struct child *child)
{
    take(child);
    if (!child->has_ended && waitpid(child->process, &child->wait_status, WNOHANG) > 0) {
        child->has_ended = true;
        take(child); // what it wrote last
        close_file(&child->pipe);
    }
    if (!child->has_ended && !child->is_late &&
        clock_monotonic_ms(clock_system()) >= child->deadline_ms) {
        child->is_late = true;
        kill(child->process, SIGKILL);
    }
    return child->has_ended;
}

static bool has_used_processor(const struct child *child)
{
    return WIFSIGNALED(child->wait_status) && WTERMSIG(child->wait_status) == SIGXCPU;
}

/* Why a child ended without a result. */
static void describe_end(const struct child *child, struct fault *fault)
{
    int state = child->wait_status;
    if (child->is_late)
        fault_set(fault, STATUS_LATER, "took too long and was stopped");
    else if (child->is_too_long)
        fault_set(fault, STATUS_LATER, "gave more than %llu bytes and was stopped",
                  (unsigned long long)child->most);
    else if (WIFSIGNALED(state) && WTERMSIG(state) == SIGSYS)
        fault_set(fault, STATUS_LATER, "tried a forbidden system call");
    else if (has_used_processor(child))
        fault_set(fault, STATUS_LATER, "used up its processor time");
    else if (WIFSIGNALED(state))
        fault_set(fault, STATUS_LATER, "crashed (signal %d)", WTERMSIG(state));
    else
        fault_set(fault, STATUS_LATER, "ended early (exit code %d)", WEXITSTATUS(state));
}

void child_outcome(const struct child *child, struct child_outcome *ret_outcome)
{
    struct child_outcome outcome = {0};
    struct byte_reader reader = byte_reader_over(child->received.bytes, child->received.length);
    uint8_t status = byte_reader_u8(&reader);
    char *text = byte_reader_string(&reader, FAULT_TEXT_BYTES);
    bool is_whole = WIFEXITED(child->wait_status) && WEXITSTATUS(child->wait_status) == 0 &&
                    !child->is_too_long && !reader.failed && !child->received.failed;
    outcome.is_out_of_time = !is_whole && (child->is_late || has_used_processor(child));
    if (!is_whole)
        describe_end(child, &outcome.fault);
    else if (status == STATUS_OK || status == STATUS_REFUSE)
        fault_set(&outcome.fault, (enum status)status, "%s", text);
    else
        fault_set(&outcome.fault, STATUS_LATER, "%s", text);
    if (outcome.fault.status != STATUS_LATER) {
        outcome.payload = reader.bytes + reader.position;
        outcome.length = reader.length - reader.position;
    }
    free(text);
    *ret_outcome = outcome;
}

void child_end(struct child *child)
{
    if (child->process != 0 && !child->has_ended) {
        kill(child->process, SIGKILL);
        while (waitpid(child->process, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    close_file(&child->pipe);
    close_file(&child->process_file);
    byte_writer_done(&child->received);
    child_init(child);
}
