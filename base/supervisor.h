/* supervisor.h - keeps a set of child programs running.
 *
 * Starts each, restarts what dies after a back-off that doubles from `backoff_ms` to
 * `backoff_most_ms` and is forgotten after a minute of good running, and ends them all: SIGTERM,
 * then SIGKILL when the patience is over. Children get PDEATHSIG, so that none outlives a
 * supervisor that was killed. Uses the loop's SIGCHLD. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_SUPERVISOR_H
#define BASE_SUPERVISOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/fault.h"
#include "base/loop.h"

struct supervisor;

struct supervisor_child {
    const char *name;               /* for the log, e.g. "reader 2" */
    const char *const *argv;        /* NULL-terminated; argv[0] is the program's path */
    const char *const *environment; /* "NAME=value" added to ours, NULL-terminated; or NULL */
    bool ends_last;                 /* the others need it: asked to end only when they are gone */
    int standard_error;             /* a descriptor for the child's standard error; 0: ours */
};

struct supervisor_rule {
    int64_t backoff_ms, backoff_most_ms; /* defaults 250 and 30000 */
    int64_t
        patience_ms; /* between SIGTERM and SIGKILL, default 20000; half of it for `ends_last` */
};

/* Told of each unasked death: which child (order of adding), how it ended in words ("exit code 3",
 * "signal 9 (Killed)", "cannot start /usr/bin/x: …"), and when it is started again. */
typedef void supervisor_observer(void *context, size_t index, const char *name, const char *how,
                                 int64_t restart_in_ms);

/* `loop`, `clock` and the children's strings are borrowed until supervisor_free(). */
enum status supervisor_new(struct loop *loop, const struct clock *clock,
                           const struct supervisor_rule *rule, struct supervisor **ret_supervisor,
                           struct fault *fault);
enum status supervisor_add(struct supervisor *supervisor, const struct supervisor_child *child,
                           struct fault *fault);
/* One observer; NULL for none. `context` is borrowed. */
void supervisor_observe(struct supervisor *supervisor, supervisor_observer *observer,
                        void *context);
/* Starts everything that was added, once SIGCHLD is caught by the loop. STATUS_REFUSE when a
 * program cannot be executed at all; what had been started already keeps running. */
enum status supervisor_start(struct supervisor *supervisor, struct fault *fault);
/* Tell it of SIGCHLD: reaps and plans restarts. */
void supervisor_reap(struct supervisor *supervisor);
/* Sends SIGTERM to all, in the reverse order of adding, and no longer restarts; those that end
 * last get theirs when the others are gone or killed. `ended` is called when nobody is left, at
 * once when nobody runs. */
void supervisor_stop(struct supervisor *supervisor, loop_callback *ended, void *context);
/* Process id of child `index`, 0 while it is not running. */
pid_t supervisor_pid(const struct supervisor *supervisor, size_t index);
size_t supervisor_running(const struct supervisor *supervisor);
/* How often child `index` (order of adding) died unasked. */
unsigned supervisor_deaths(const struct supervisor *supervisor, size_t index);
/* Kills and reaps what still runs. Accepts NULL; sets the pointer to NULL. */
void supervisor_free(struct supervisor **supervisor_p);

#endif
