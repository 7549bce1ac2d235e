/* run.c - `posteingang run`: every role on this host, in one place.
 *
 * Starts the programs that lie beside this one, restarts what dies, shows how the work goes on,
 * and ends them in order. Nothing passes through here: a `run` that is killed takes its children
 * with it, and the next one goes on from the ledger. One `run` an instance, kept by a lock on
 * run.lock in the runtime folder, which the kernel lets go of whatever happens. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/durable.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/status.h"
#include "base/supervisor.h"
#include "base/text.h"
#include "cli/childlog.h"
#include "cli/instance.h"
#include "cli/outcome.h"
#include "cli/progress.h"
#include "cli/rest.h"
#include "cli/roles.h"
#include "cli/run.h"
#include "cli/run_lock.h"
#include "cli/terminal.h"
#include "config/reload.h"

enum {
    RUN_DRAIN_LOOK_MS = 250,
    RUN_TERMINAL_LOOK_MS = 1000,
    RUN_QUIET_LOOK_MS = 5000,
    RUN_LOOK_SHARE = 20, /* looking takes at most a 20th of the time, however large the ledger */
    RUN_BLIND_MOST_MS = 15000, /* a drain ends when it cannot look for that long */
    RUN_PATIENCE_MS = 15000,   /* and half of it for the dispatcher: all end within 30 s */
    RUN_WORDS_MOST = 64,       /* of a command line that is used again */
    RUN_WORDS_BYTES = 65536
};

struct run {
    struct instance instance;
    struct loop *loop;
    struct childlog *log; /* on a terminal only */
    struct supervisor *supervisor;
    struct roles roles;
    struct progress progress;
    struct rest_watch rest;
    bool is_draining;
    bool is_stopping;
    int64_t next_look_ms; /* monotonic */
    int64_t looked_ms;    /* monotonic; of the last look that worked, at first of the beginning */
    int exit_code;
};

/* ---- the end -------------------------------------------------------------------------------- */

static void on_all_ended(void *context)
{
    struct run *run = context;
    loop_stop(run->loop);
}

static void stop(struct run *run, int exit_code)
{
    if (run->is_stopping)
        return;
    run->is_stopping = true;
    run->exit_code = exit_code;
    supervisor_stop(run->supervisor, on_all_ended, run);
}

static void on_signal(void *context, int signal_number)
{
    struct run *run = context;
    if (signal_number == SIGCHLD) {
        supervisor_reap(run->supervisor);
        return;
    }
    if (run->is_stopping && signal_number == SIGINT) {
        loop_stop(run->loop); // asked twice: what still runs is killed
        return;
    }
    // Who works at a terminal that is closed ends; without one, this asks for a reload.
    if (signal_number == SIGHUP && !terminal_is(stderr)) {
        if (!run->is_stopping && reload_is_asked(signal_number))
            stop(run, EXIT_AGAIN);
        return;
    }
    progress_end(&run->progress);
    log_info(NULL, "ending");
    stop(run, run->is_draining ? EXIT_FOUND : EXIT_DONE); // a drain that was cut short
}

/* ---- looking -------------------------------------------------------------------------------- */

static unsigned count_deaths(const struct run *run)
{
    unsigned deaths = 0;
    for (size_t i = 0; i < run->roles.count; i++)
        deaths += supervisor_deaths(run->supervisor, i);
    return deaths;
}

static void end_drain(struct run *run, const struct rest_look *look, enum rest rest, int64_t now_ms)
{
    progress_end(&run->progress);
    if (rest == REST_REACHED) {
        progress_print_outcome(&run->progress, &look->summary, now_ms);
        stop(run, EXIT_DONE);
        return;
    }
    struct text unfinished = {0};
    rest_append_unfinished(look, &unfinished);
    complain("nothing moves any more, and not everything is done: %s; see: posteingang status",
             text_string(&unfinished));
    text_done(&unfinished);
    stop(run, EXIT_FOUND);
}

static enum status look(struct run *run, struct rest_look *ret_look, struct fault *fault)
{
    if (run->is_draining)
        return rest_look_at(run->instance.ledger, run->instance.config, count_deaths(run), ret_look,
                            fault);
    return ledger_summarise(run->instance.ledger, &ret_look->summary, fault);
}

/* A busy ledger or folder is looked at again; one that stays so ends a drain, because nobody can
 * say when everything rests. */
static void cannot_look(struct run *run, const struct fault *fault, int64_t now_ms)
{
    bool is_blind = run->is_draining && now_ms - run->looked_ms > RUN_BLIND_MOST_MS;
    if (fault->status != STATUS_HALT && !is_blind)
        return;
    progress_end(&run->progress);
    stop(run, outcome_of(fault));
}

static void on_look(void *context)
{
    struct run *run = context;
    int64_t before_ms = clock_monotonic_ms(clock_system());
    if (run->looked_ms == 0)
        run->looked_ms = before_ms;
    if (run->is_stopping || before_ms < run->next_look_ms)
        return;
    struct rest_look seen = {0};
    struct fault fault = {0};
    enum status status = look(run, &seen, &fault);
    int64_t now_ms = clock_monotonic_ms(clock_system());
    run->next_look_ms = now_ms + (now_ms - before_ms) * RUN_LOOK_SHARE;
    if (status != STATUS_OK) {
        cannot_look(run, &fault, now_ms);
        return;
    }
    run->looked_ms = now_ms;
    progress_show(&run->progress, &seen.summary, now_ms);
    enum rest rest = run->is_draining ? rest_judge(&run->rest, &seen, run->instance.config, now_ms)
                                      : REST_MOVING;
    if (rest != REST_MOVING)
        end_drain(run, &seen, rest, now_ms);
}

/* ---- the run -------------------------------------------------------------------------------- */

static enum status start(struct run *run, struct fault *fault)
{
    const struct clock *clock = clock_system();
    const struct supervisor_rule rule = {.patience_ms = RUN_PATIENCE_MS};
    enum status status = loop_new(clock, &run->loop, fault);
    if (status == STATUS_OK)
        status = loop_catch_signals(run->loop, on_signal, run, fault);
    if (status == STATUS_OK)
        status = supervisor_new(run->loop, clock, &rule, &run->supervisor, fault);
    if (status == STATUS_OK && terminal_is(stderr))
        status = childlog_open(run->loop, &run->log, fault);
    if (status == STATUS_OK)
        status = roles_supervise(&run->roles, run->log == NULL ? 0 : childlog_file(run->log),
                                 run->supervisor, fault);
    if (status != STATUS_OK)
        return status;
    supervisor_observe(run->supervisor, roles_report_death, run);
    status = supervisor_start(run->supervisor, fault);
    int64_t every_ms = run->is_draining      ? RUN_DRAIN_LOOK_MS
                       : terminal_is(stderr) ? RUN_TERMINAL_LOOK_MS
                                             : RUN_QUIET_LOOK_MS;
    if (status == STATUS_OK && loop_add_timer(run->loop, every_ms, on_look, run) == 0)
        status = fault_set(fault, STATUS_LATER, "out of memory");
    return status;
}

static int serve(struct run *run)
{
    struct fault fault = {0};
    char *folder = roles_folder();
    if (folder == NULL) {
        complain("cannot find the folder of this program");
        return EXIT_STORAGE;
    }
    enum status status =
        roles_make(run->instance.config, folder, run->is_draining, &run->roles, &fault);
    if (status == STATUS_OK)
        status = start(run, &fault);
    if (status == STATUS_OK) {
        on_look(run); // the outcomes are counted from here
        log_info(NULL, "%zu programs are running", run->roles.count);
        status = loop_run(run->loop, &fault);
    }
    free(folder);
    if (status == STATUS_REFUSE) {
        complain("%s", fault.text); // a program is missing: the installation is not whole
        return EXIT_CONFIGURATION;
    }
    return status == STATUS_OK ? run->exit_code : outcome_of(&fault);
}

static void run_done(struct run *run)
{
    supervisor_free(&run->supervisor);
    childlog_close(&run->log);
    loop_free(&run->loop);
    roles_done(&run->roles);
    instance_close(&run->instance);
}

/* The words of this process's command line, each ended by NUL. */
static enum status read_words(char **ret_words, size_t *ret_length, struct fault *fault)
{
    char *words = malloc(RUN_WORDS_BYTES);
    FILE *file = words == NULL ? NULL : fopen("/proc/self/cmdline", "re");
    if (file == NULL) {
        free(words);
        return fault_errno(fault, STATUS_LATER, "cannot read this process's command line");
    }
    *ret_length = fread(words, 1, RUN_WORDS_BYTES - 1, file);
    words[*ret_length] = '\0';
    (void)fclose(file);
    *ret_words = words;
    return STATUS_OK;
}

/* The same program with the same words, as the same process: whoever started it notices nothing. */
static int begin_anew(void)
{
    char *words = NULL;
    char *argv[RUN_WORDS_MOST + 1] = {NULL};
    size_t length = 0;
    size_t count = 0;
    struct fault fault = {0};
    if (read_words(&words, &length, &fault) != STATUS_OK)
        return outcome_of(&fault);
    for (size_t at = 0; at < length && count < RUN_WORDS_MOST; at += strlen(words + at) + 1)
        argv[count++] = words + at;
    (void)execv("/proc/self/exe", argv);
    complain("cannot begin anew: %s", strerror(errno));
    free(words);
    return EXIT_STORAGE;
}

/* What the command line says counts. */
static int overrule(char **setting, const char *given)
{
    if (given == NULL)
        return EXIT_DONE;
    free(*setting);
    *setting = string_copy(given);
    if (*setting != NULL)
        return EXIT_DONE;
    complain("out of memory");
    return EXIT_STORAGE;
}

int run_instance(const struct call *call, bool is_draining, const struct run_centre *centre,
                 run_check *check)
{
    struct run run = {.is_draining = is_draining};
    int lock = -1;
    (void)signal(SIGPIPE, SIG_IGN); // whoever watches may go; the work goes on
    int exit_code = instance_open(call, LEDGER_CREATE, &run.instance);
    if (exit_code == EXIT_DONE)
        exit_code = overrule(&run.instance.config->centre.connect, centre->connect);
    if (exit_code == EXIT_DONE)
        exit_code = overrule(&run.instance.config->centre.key, centre->key);
    if (exit_code == EXIT_DONE && check != NULL)
        exit_code = check(run.instance.config);
    if (exit_code == EXIT_DONE)
        exit_code = run_lock_take(run.instance.config, &lock);
    if (exit_code == EXIT_DONE)
        exit_code = serve(&run);
    run_done(&run);
    if (lock >= 0)
        (void)close(lock);
    return exit_code == EXIT_AGAIN ? begin_anew() : exit_code;
}

int verb_run(struct call *call)
{
    bool is_draining = false;
    const struct run_centre as_configured = {NULL, NULL};
    const struct argument table[] = {
        {"drain", NULL, "ends when every dropped scan rests in a final state", ARGUMENT_FLAG,
         &is_draining}
    };
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, table, 1, &exit_code))
        return exit_code;
    return run_instance(call, is_draining, &as_configured, NULL);
}
