/* supervisor.c - see supervisor.h.
 *
 * Each child gets a process group of its own: Ctrl-C in a terminal then reaches the supervisor
 * alone, which ends its children in order, and a SIGKILL at the end of the patience takes the
 * child's own children with it. Only pids that were started here are waited for.
 *
 * There is one loop timer at most: for the next planned start, or for the end of the patience. A
 * supervisor whose children all run costs nothing. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/supervisor.h"

enum {
    SUPERVISOR_GOOD_RUN_MS = 60000, /* after this the back-off starts anew */
    SUPERVISOR_BACKOFF_MS = 250,
    SUPERVISOR_BACKOFF_MOST_MS = 30000,
    SUPERVISOR_PATIENCE_MS = 20000,
    SUPERVISOR_EXEC_FAILED = 127,
    SUPERVISOR_HOW_BYTES = 256
};

struct child {
    struct supervisor_child what;
    char **environment;   /* ours and the child's own; the strings are borrowed */
    pid_t pid;            /* 0 while it is not running */
    int64_t started_ms;   /* monotonic */
    int64_t start_due_ms; /* monotonic; -1 when no start is planned */
    int64_t backoff_ms;   /* before the next restart */
    unsigned deaths;
};

struct supervisor {
    struct loop *loop;
    const struct clock *clock;
    struct supervisor_rule rule;
    struct child *children;
    size_t count;
    unsigned timer; /* 0 when none is set */
    bool stopping;
    bool last_asked; /* those that end last got their SIGTERM */
    supervisor_observer *observer;
    void *observer_context;
    loop_callback *ended;
    void *ended_context;
};

enum status supervisor_new(struct loop *loop, const struct clock *clock,
                           const struct supervisor_rule *rule, struct supervisor **ret_supervisor,
                           struct fault *fault)
{
    struct supervisor *supervisor = calloc(1, sizeof *supervisor);
    if (supervisor == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    supervisor->loop = loop;
    supervisor->clock = clock;
    if (rule != NULL)
        supervisor->rule = *rule;
    if (supervisor->rule.backoff_ms <= 0)
        supervisor->rule.backoff_ms = SUPERVISOR_BACKOFF_MS;
    if (supervisor->rule.backoff_most_ms <= 0)
        supervisor->rule.backoff_most_ms = SUPERVISOR_BACKOFF_MOST_MS;
    if (supervisor->rule.patience_ms <= 0)
        supervisor->rule.patience_ms = SUPERVISOR_PATIENCE_MS;
    *ret_supervisor = supervisor;
    return STATUS_OK;
}

void supervisor_observe(struct supervisor *supervisor, supervisor_observer *observer, void *context)
{
    supervisor->observer = observer;
    supervisor->observer_context = context;
}

static size_t string_count(char *const *strings)
{
    size_t count = 0;
    while (strings != NULL && strings[count] != NULL)
        count++;
    return count;
}

/* Whether `own` says something about the variable of `entry` ("NAME=value"). */
static bool is_named_in(const char *entry, const char *const *own)
{
    size_t length = strcspn(entry, "=") + 1;
    for (; own != NULL && *own != NULL; own++)
        if (strncmp(*own, entry, length) == 0)
            return true;
    return false;
}

/* Our environment with the child's own put over it; NULL on no memory. */
static char **environment_with(const char *const *own)
{
    size_t room = string_count(environ) + 1;
    for (const char *const *entry = own; entry != NULL && *entry != NULL; entry++)
        room++;
    char **merged = calloc(room, sizeof *merged);
    if (merged == NULL)
        return NULL;
    size_t count = 0;
    for (char **entry = environ; entry != NULL && *entry != NULL; entry++)
        if (!is_named_in(*entry, own))
            merged[count++] = *entry;
    for (; own != NULL && *own != NULL; own++)
        memcpy(&merged[count++], own, sizeof *own); // execve() takes char *, and changes nothing
    return merged;
}

enum status supervisor_add(struct supervisor *supervisor, const struct supervisor_child *child,
                           struct fault *fault)
{
    struct child *children =
        realloc(supervisor->children, (supervisor->count + 1) * sizeof *children);
    if (children == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    supervisor->children = children;
    char **environment = environment_with(child->environment);
    if (environment == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    children[supervisor->count++] = (struct child){.what = *child,
                                                   .environment = environment,
                                                   .start_due_ms = -1,
                                                   .backoff_ms = supervisor->rule.backoff_ms};
    return STATUS_OK;
}

/* In the child: becomes the program, or says through `report` why not. */
static _Noreturn void become(const struct child *child, pid_t parent, int report)
{
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)setpgid(0, 0);
    if (child->what.standard_error > 0)
        (void)dup2(child->what.standard_error, STDERR_FILENO);
    // SIGKILL, not SIGTERM: the next supervisor must not meet this one's children
    int failed = prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ? errno : 0;
    if (getppid() != parent)
        _exit(SUPERVISOR_EXEC_FAILED); // it died before the line above
    if (failed == 0) {
        char **argv = NULL;
        memcpy(&argv, &child->what.argv, sizeof argv); // execve() takes char *const *
        (void)execve(argv[0], argv, child->environment);
        failed = errno;
    }
    ssize_t written = write(report, &failed, sizeof failed);
    (void)written;
    _exit(SUPERVISOR_EXEC_FAILED);
}

/* Reads what become() had to say: nothing once the program runs, because exec closes the pipe. */
static int read_report(int report)
{
    int failed = 0;
    ssize_t count;
    do
        count = read(report, &failed, sizeof failed);
    while (count < 0 && errno == EINTR);
    return count == (ssize_t)sizeof failed ? failed : 0;
}

static enum status start_child(struct supervisor *supervisor, struct child *child,
                               struct fault *fault)
{
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0)
        return fault_errno(fault, STATUS_LATER, "cannot open a pipe");
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        become(child, parent, report[1]);
    int fork_error = errno;
    (void)close(report[1]);
    int failed = pid < 0 ? 0 : read_report(report[0]);
    (void)close(report[0]);
    child->start_due_ms = -1;
    if (pid < 0) {
        errno = fork_error;
        return fault_errno(fault, STATUS_LATER, "cannot start %s", child->what.argv[0]);
    }
    if (failed != 0) {
        (void)waitpid(pid, NULL, 0);
        errno = failed;
        return fault_errno(fault, STATUS_REFUSE, "cannot start %s", child->what.argv[0]);
    }
    child->pid = pid;
    child->started_ms = clock_monotonic_ms(supervisor->clock);
    return STATUS_OK;
}

/* Counts a death (or a start that failed) and plans the next start. */
static void died(struct supervisor *supervisor, size_t index, const char *how)
{
    struct child *child = &supervisor->children[index];
    child->deaths++;
    int64_t wait_ms = child->backoff_ms;
    child->backoff_ms *= 2;
    if (child->backoff_ms > supervisor->rule.backoff_most_ms)
        child->backoff_ms = supervisor->rule.backoff_most_ms;
    child->start_due_ms = clock_monotonic_ms(supervisor->clock) + wait_ms;
    if (supervisor->observer != NULL)
        supervisor->observer(supervisor->observer_context, index, child->what.name, how, wait_ms);
}

static void start_due(struct supervisor *supervisor)
{
    int64_t now = clock_monotonic_ms(supervisor->clock);
    for (size_t i = 0; i < supervisor->count; i++) {
        struct child *child = &supervisor->children[i];
        if (child->start_due_ms < 0 || child->start_due_ms > now)
            continue;
        struct fault fault = {0};
        if (start_child(supervisor, child, &fault) != STATUS_OK)
            died(supervisor, i, fault.text);
    }
}

/* Signals those that run and do, or do not, end last; how many those are. */
static size_t signal_running(const struct supervisor *supervisor, bool last, int signal_number)
{
    size_t count = 0;
    for (size_t i = supervisor->count; i-- > 0;) {
        pid_t pid = supervisor->children[i].pid;
        if (pid == 0 || supervisor->children[i].what.ends_last != last)
            continue;
        count++;
        if (signal_number != SIGKILL || kill(-pid, SIGKILL) != 0)
            (void)kill(pid, signal_number);
    }
    return count;
}

static void on_timer(void *context);

static void set_timer(struct supervisor *supervisor, int64_t wait_ms)
{
    loop_remove_timer(supervisor->loop, supervisor->timer);
    supervisor->timer =
        wait_ms < 0 ? 0 : loop_add_timer(supervisor->loop, wait_ms, on_timer, supervisor);
}

static void ask_last(struct supervisor *supervisor)
{
    supervisor->last_asked = true;
    (void)signal_running(supervisor, true, SIGTERM);
    set_timer(supervisor, supervisor->rule.patience_ms / 2);
}

/* The patience is over: with the others first, then with those that end last. */
static void lose_patience(struct supervisor *supervisor)
{
    (void)signal_running(supervisor, false, SIGKILL);
    if (!supervisor->last_asked)
        ask_last(supervisor);
    else
        (void)signal_running(supervisor, true, SIGKILL);
}

static void plan(struct supervisor *supervisor);

static void on_timer(void *context)
{
    struct supervisor *supervisor = context;
    set_timer(supervisor, -1);
    if (supervisor->stopping) {
        lose_patience(supervisor);
        return;
    }
    start_due(supervisor);
    plan(supervisor);
}

/* Sets the timer for the earliest planned start. */
static void plan(struct supervisor *supervisor)
{
    int64_t now = clock_monotonic_ms(supervisor->clock);
    int64_t wait_ms = -1;
    for (size_t i = 0; i < supervisor->count; i++) {
        int64_t due_ms = supervisor->children[i].start_due_ms;
        int64_t left_ms = due_ms > now ? due_ms - now : 0;
        if (due_ms >= 0 && (wait_ms < 0 || left_ms < wait_ms))
            wait_ms = left_ms;
    }
    set_timer(supervisor, wait_ms);
}

enum status supervisor_start(struct supervisor *supervisor, struct fault *fault)
{
    for (size_t i = 0; i < supervisor->count; i++) {
        enum status status = start_child(supervisor, &supervisor->children[i], fault);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static void describe_end(int wait_status, char how[SUPERVISOR_HOW_BYTES])
{
    if (WIFSIGNALED(wait_status))
        (void)snprintf(how, SUPERVISOR_HOW_BYTES, "signal %d (%s)", WTERMSIG(wait_status),
                       strsignal(WTERMSIG(wait_status)));
    else
        (void)snprintf(how, SUPERVISOR_HOW_BYTES, "exit code %d", WEXITSTATUS(wait_status));
}

/* Goes on with the stop as far as who still runs allows. */
static void go_on_stopping(struct supervisor *supervisor)
{
    if (!supervisor->stopping)
        return;
    if (!supervisor->last_asked && signal_running(supervisor, false, 0) == 0)
        ask_last(supervisor);
    if (supervisor->ended == NULL || supervisor_running(supervisor) > 0)
        return;
    set_timer(supervisor, -1);
    loop_callback *ended = supervisor->ended;
    supervisor->ended = NULL; // once
    ended(supervisor->ended_context);
}

void supervisor_reap(struct supervisor *supervisor)
{
    bool is_planned = false;
    for (size_t i = 0; i < supervisor->count; i++) {
        struct child *child = &supervisor->children[i];
        int wait_status = 0;
        if (child->pid == 0 || waitpid(child->pid, &wait_status, WNOHANG) != child->pid)
            continue;
        child->pid = 0;
        if (supervisor->stopping)
            continue;
        int64_t ran_ms = clock_monotonic_ms(supervisor->clock) - child->started_ms;
        if (ran_ms >= SUPERVISOR_GOOD_RUN_MS)
            child->backoff_ms = supervisor->rule.backoff_ms;
        char how[SUPERVISOR_HOW_BYTES];
        describe_end(wait_status, how);
        died(supervisor, i, how);
        is_planned = true;
    }
    if (is_planned)
        plan(supervisor);
    go_on_stopping(supervisor);
}

void supervisor_stop(struct supervisor *supervisor, loop_callback *ended, void *context)
{
    if (supervisor->stopping)
        return;
    supervisor->stopping = true;
    supervisor->ended = ended;
    supervisor->ended_context = context;
    for (size_t i = 0; i < supervisor->count; i++)
        supervisor->children[i].start_due_ms = -1;
    (void)signal_running(supervisor, false, SIGTERM);
    set_timer(supervisor, supervisor->rule.patience_ms);
    go_on_stopping(supervisor);
}

pid_t supervisor_pid(const struct supervisor *supervisor, size_t index)
{
    return index < supervisor->count ? supervisor->children[index].pid : 0;
}

size_t supervisor_running(const struct supervisor *supervisor)
{
    size_t running = 0;
    for (size_t i = 0; i < supervisor->count; i++)
        running += supervisor->children[i].pid != 0 ? 1 : 0;
    return running;
}

unsigned supervisor_deaths(const struct supervisor *supervisor, size_t index)
{
    return index < supervisor->count ? supervisor->children[index].deaths : 0;
}

void supervisor_free(struct supervisor **supervisor_p)
{
    struct supervisor *supervisor = *supervisor_p;
    if (supervisor == NULL)
        return;
    (void)signal_running(supervisor, false, SIGKILL);
    (void)signal_running(supervisor, true, SIGKILL);
    for (size_t i = 0; i < supervisor->count; i++) {
        if (supervisor->children[i].pid != 0)
            (void)waitpid(supervisor->children[i].pid, NULL, 0);
        free(supervisor->children[i].environment);
    }
    loop_remove_timer(supervisor->loop, supervisor->timer);
    free(supervisor->children);
    free(supervisor);
    *supervisor_p = NULL;
}
