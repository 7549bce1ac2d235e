/* loop.c - see loop.h.
 *
 * Sources live in two small arrays that are walked every turn: a program here has a handful of
 * them. A source removed from inside a callback is only marked, and swept at the end of the turn,
 * so that indexes stay good while callbacks run. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <zmq.h>

#include "base/loop.h"

enum { LOOP_SOURCES_MOST = 64, LOOP_TIMERS_MOST = 32, LOOP_WAIT_MOST_MS = 60000 };

struct source {
    int file;     /* -1 for a ZeroMQ socket */
    void *socket; /* NULL for a descriptor */
    loop_callback *callback;
    void *context;
    bool removed;
};

struct timer {
    unsigned number; /* 0: free */
    int64_t interval_ms;
    int64_t due_ms; /* monotonic */
    loop_callback *callback;
    void *context;
};

struct loop {
    const struct clock *clock;
    struct source sources[LOOP_SOURCES_MOST];
    size_t source_count;
    struct timer timers[LOOP_TIMERS_MOST];
    unsigned last_timer;
    bool stopping;
    int signals; /* signalfd, or -1 */
    loop_signal_callback *signal_callback;
    void *signal_context;
};

enum status loop_new(const struct clock *clock, struct loop **ret_loop, struct fault *fault)
{
    struct loop *loop = calloc(1, sizeof *loop);
    if (loop == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    loop->clock = clock;
    loop->signals = -1;
    *ret_loop = loop;
    return STATUS_OK;
}

void loop_free(struct loop **loop_p)
{
    if (*loop_p == NULL)
        return;
    if ((*loop_p)->signals >= 0)
        (void)close((*loop_p)->signals);
    free(*loop_p);
    *loop_p = NULL;
}

static enum status add_source(struct loop *loop, struct source source, struct fault *fault)
{
    if (loop->source_count == LOOP_SOURCES_MOST)
        return fault_set(fault, STATUS_LATER, "more than %d sources in one loop",
                         LOOP_SOURCES_MOST);
    loop->sources[loop->source_count++] = source;
    return STATUS_OK;
}

enum status loop_add_file(struct loop *loop, int file, loop_callback *callback, void *context,
                          struct fault *fault)
{
    struct source source = {.file = file, .callback = callback, .context = context};
    return add_source(loop, source, fault);
}

enum status loop_add_socket(struct loop *loop, void *zmq_socket, loop_callback *callback,
                            void *context, struct fault *fault)
{
    struct source source = {
        .file = -1, .socket = zmq_socket, .callback = callback, .context = context};
    return add_source(loop, source, fault);
}

void loop_remove_file(struct loop *loop, int file)
{
    for (size_t i = 0; i < loop->source_count; i++)
        if (loop->sources[i].socket == NULL && loop->sources[i].file == file)
            loop->sources[i].removed = true;
}

void loop_remove_socket(struct loop *loop, void *zmq_socket)
{
    for (size_t i = 0; i < loop->source_count; i++)
        if (loop->sources[i].socket == zmq_socket)
            loop->sources[i].removed = true;
}

static void sweep_sources(struct loop *loop)
{
    size_t kept = 0;
    for (size_t i = 0; i < loop->source_count; i++)
        if (!loop->sources[i].removed)
            loop->sources[kept++] = loop->sources[i];
    loop->source_count = kept;
}

unsigned loop_add_timer(struct loop *loop, int64_t interval_ms, loop_callback *callback,
                        void *context)
{
    for (size_t i = 0; i < LOOP_TIMERS_MOST; i++) {
        if (loop->timers[i].number != 0)
            continue;
        loop->timers[i] = (struct timer){.number = ++loop->last_timer,
                                         .interval_ms = interval_ms,
                                         .due_ms = clock_monotonic_ms(loop->clock) + interval_ms,
                                         .callback = callback,
                                         .context = context};
        return loop->timers[i].number;
    }
    return 0;
}

void loop_remove_timer(struct loop *loop, unsigned timer)
{
    for (size_t i = 0; i < LOOP_TIMERS_MOST; i++)
        if (loop->timers[i].number == timer)
            loop->timers[i] = (struct timer){0};
}

static void take_signals(void *context)
{
    struct loop *loop = context;
    struct signalfd_siginfo info;
    while (read(loop->signals, &info, sizeof info) == (ssize_t)sizeof info)
        loop->signal_callback(loop->signal_context, (int)info.ssi_signo);
}

enum status loop_catch_signals(struct loop *loop, loop_signal_callback *callback, void *context,
                               struct fault *fault)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return fault_errno(fault, STATUS_HALT, "cannot block signals");
    loop->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (loop->signals < 0)
        return fault_errno(fault, STATUS_HALT, "cannot open a signal descriptor");
    loop->signal_callback = callback;
    loop->signal_context = context;
    return loop_add_file(loop, loop->signals, take_signals, loop, fault);
}

/* Milliseconds until the first timer is due. */
static long next_wait_ms(const struct loop *loop)
{
    int64_t now = clock_monotonic_ms(loop->clock);
    int64_t wait = LOOP_WAIT_MOST_MS;
    for (size_t i = 0; i < LOOP_TIMERS_MOST; i++) {
        if (loop->timers[i].number == 0)
            continue;
        int64_t left = loop->timers[i].due_ms - now;
        if (left < wait)
            wait = left < 0 ? 0 : left;
    }
    return (long)wait;
}

static void serve_timers(struct loop *loop)
{
    int64_t now = clock_monotonic_ms(loop->clock);
    for (size_t i = 0; i < LOOP_TIMERS_MOST && !loop->stopping; i++) {
        struct timer *timer = &loop->timers[i];
        if (timer->number == 0 || timer->due_ms > now)
            continue;
        timer->due_ms = now + timer->interval_ms;
        timer->callback(timer->context);
    }
}

static void serve_sources(struct loop *loop, const zmq_pollitem_t *items, size_t count)
{
    for (size_t i = 0; i < count && !loop->stopping; i++)
        if (items[i].revents != 0 && !loop->sources[i].removed)
            loop->sources[i].callback(loop->sources[i].context);
}

enum status loop_run(struct loop *loop, struct fault *fault)
{
    zmq_pollitem_t items[LOOP_SOURCES_MOST];
    while (!loop->stopping) {
        sweep_sources(loop);
        size_t count = loop->source_count;
        for (size_t i = 0; i < count; i++) {
            items[i] = (zmq_pollitem_t){.socket = loop->sources[i].socket,
                                        .fd = loop->sources[i].file,
                                        .events = ZMQ_POLLIN};
        }
        if (zmq_poll(items, (int)count, next_wait_ms(loop)) < 0) {
            if (zmq_errno() == EINTR)
                continue;
            return fault_set(fault, STATUS_HALT, "cannot wait: %s", zmq_strerror(zmq_errno()));
        }
        serve_sources(loop, items, count);
        serve_timers(loop);
    }
    return STATUS_OK;
}

void loop_stop(struct loop *loop)
{
    loop->stopping = true;
}

bool loop_is_stopping(const struct loop *loop)
{
    return loop->stopping;
}
