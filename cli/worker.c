/* worker.c - `posteingang worker`: reading programs for a dispatcher on another host, or for the one
 * on this host when they run as a user of their own.
 *
 * For another host no configuration is needed: the readers are started with the words of this
 * command line, after a look at the key file, so that a wrong path is said once and not by every
 * reader in turn. */
// SPDX-License-Identifier: EUPL-1.2
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/keypair.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/status.h"
#include "base/text.h"
#include "cli/outcome.h"
#include "cli/roles.h"
#include "cli/verbs.h"
#include "config/reload.h"

enum { PATIENCE_MS = 25000, READERS_MOST = 256 };

/* What goes on to each reader as it is. */
enum given { CONNECT, KEY, LANGUAGES, TESSDATA, SANDBOX, LOG_LEVEL, GIVEN };

static const struct {
    const char *name, *value, *help;
} options[GIVEN] = {
    [CONNECT] = {"connect",   "ADDRESS", "the dispatcher's dispatch.listen, tcp://HOST:PORT" },
    [KEY] = {"key",       "FILE",    "this host's key file, made by: posteingang key new"},
    [LANGUAGES] = {"languages", "LIST",    "Tesseract's models, e.g. deu+eng (default: deu)"   },
    [TESSDATA] = {"tessdata",  "FOLDER",  "folder of the models (default: Tesseract's own)"   },
    [SANDBOX] = {"sandbox",   "WORD",    "required or preferred (default: required)"         },
    [LOG_LEVEL] = {"log-level", "LEVEL",   "error, warning, info or debug (default: info)"     },
};

struct work {
    struct loop *loop;
    struct supervisor *supervisor;
    struct roles roles;
    bool is_stopping;
};

static void all_ended(void *context)
{
    struct work *work = context;
    loop_stop(work->loop);
}

static void signalled(void *context, int signal_number)
{
    struct work *work = context;
    if (signal_number == SIGCHLD) {
        supervisor_reap(work->supervisor);
    } else if (signal_number == SIGHUP && !reload_is_asked(signal_number)) {
        return; // the configuration cannot be used: on with the old one
    } else if (!work->is_stopping) {
        work->is_stopping = true;
        log_info(NULL, "ending");
        supervisor_stop(work->supervisor, all_ended, work);
    } else if (signal_number == SIGINT) {
        loop_stop(work->loop); // asked twice: what still runs is killed
    }
}

static enum status start(struct work *work, struct fault *fault)
{
    const struct supervisor_rule rule = {.patience_ms = PATIENCE_MS};
    const struct clock *clock = clock_system();
    enum status status = loop_new(clock, &work->loop, fault);
    if (status == STATUS_OK)
        status = loop_catch_signals(work->loop, signalled, work, fault);
    if (status == STATUS_OK)
        status = supervisor_new(work->loop, clock, &rule, &work->supervisor, fault);
    if (status == STATUS_OK)
        status = roles_supervise(&work->roles, 0, work->supervisor, fault);
    if (status != STATUS_OK)
        return status;
    supervisor_observe(work->supervisor, roles_report_death, work);
    return supervisor_start(work->supervisor, fault);
}

static int serve(struct work *work)
{
    struct fault fault = {0};
    enum status status = start(work, &fault);
    if (status == STATUS_OK) {
        log_info(NULL, "%zu readers are running", work->roles.count);
        status = loop_run(work->loop, &fault);
    }
    supervisor_free(&work->supervisor);
    loop_free(&work->loop);
    if (status == STATUS_OK)
        return EXIT_DONE;
    complain("%s", fault.text);
    return status == STATUS_REFUSE ? EXIT_CONFIGURATION : EXIT_STORAGE;
}

static int check(const char *const given[GIVEN], long readers)
{
    struct fault fault = {0};
    struct key_file key = {0};
    if (given[CONNECT] == NULL || given[KEY] == NULL ||
        !string_starts_with(given[CONNECT], "tcp://")) {
        complain("worker: where to, and with which key? --connect tcp://HOST:PORT --key FILE");
        return EXIT_USAGE;
    }
    if (readers > READERS_MOST) {
        complain("worker: at most %d readers", READERS_MOST);
        return EXIT_USAGE;
    }
    enum status status = key_file_read(given[KEY], &key, &fault);
    if (status == STATUS_OK && !key.has_server)
        status = fault_set(&fault, STATUS_REFUSE,
                           "%s is a dispatcher's key, not a worker's; make one with: posteingang "
                           "key new",
                           given[KEY]);
    key_file_wipe(&key);
    if (status == STATUS_OK)
        return EXIT_DONE;
    complain("%s", fault.text);
    return EXIT_CONFIGURATION;
}

static int work_with(const char *const given[GIVEN], long readers)
{
    struct fault fault = {0};
    struct work work = {0};
    const char *words[2 * GIVEN];
    char names[GIVEN][32];
    size_t count = 0;
    for (size_t i = 0; i < GIVEN; i++) {
        if (given[i] == NULL)
            continue;
        (void)snprintf(names[i], sizeof names[i], "--%s", options[i].name);
        words[count++] = names[i];
        words[count++] = given[i];
    }
    char *folder = roles_folder();
    enum status status =
        folder == NULL ? fault_set(&fault, STATUS_LATER, "cannot find the folder of this program")
                       : roles_make_readers(folder, readers, words, count, &work.roles, &fault);
    int exit_code = status == STATUS_OK ? serve(&work) : outcome_of(&fault);
    roles_done(&work.roles);
    free(folder);
    return exit_code;
}

/* For the dispatcher of this host, as the configuration says. */
static int work_here(const char *config_path)
{
    struct fault fault = {0};
    struct work work = {0};
    struct config *config = config_load_or_explain(config_path);
    if (config == NULL)
        return EXIT_CONFIGURATION;
    char *folder = roles_folder();
    enum status status =
        folder == NULL ? fault_set(&fault, STATUS_LATER, "cannot find the folder of this program")
                       : roles_make_local_readers(config, folder, &work.roles, &fault);
    int exit_code = status == STATUS_OK ? serve(&work) : outcome_of(&fault);
    roles_done(&work.roles);
    free(folder);
    config_free(&config);
    return reload_exit_code(exit_code);
}

int verb_worker(struct call *call)
{
    const char *given[GIVEN] = {[SANDBOX] = "required", [LOG_LEVEL] = "info"};
    long readers = 0;
    struct argument table[GIVEN + 1];
    for (size_t i = 0; i < GIVEN; i++)
        table[i] = (struct argument){options[i].name, options[i].value, options[i].help,
                                     ARGUMENT_STRING, &given[i]};
    table[GIVEN] = (struct argument){"readers", "COUNT", "reading programs; 0: one for each core",
                                     ARGUMENT_COUNT, &readers};
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, table, GIVEN + 1, &exit_code))
        return exit_code;
    log_open("posteingang", LOG_LEVEL_INFO);
    if (given[CONNECT] == NULL && given[KEY] == NULL)
        return work_here(call->config);
    exit_code = check(given, readers);
    if (readers == 0)
        readers = sysconf(_SC_NPROCESSORS_ONLN);
    return exit_code == EXIT_DONE ? work_with(given, readers < 1 ? 1 : readers) : exit_code;
}
