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

enum {
    PATIENCE_MS = 25000,
    READERS_MOST = 256,
    DISPATCHERS_MOST = 8 /* as many as a reader takes */
};

/* What goes on to each reader as it is. */
enum given { LANGUAGES, TESSDATA, SANDBOX, LOG_LEVEL, GIVEN };

static const struct {
    const char *name, *value, *help;
} options[GIVEN] = {
    [LANGUAGES] = {"languages", "LIST",   "Tesseract's models, e.g. deu+eng (default: deu)"},
    [TESSDATA] = {"tessdata",  "FOLDER", "folder of the models (default: Tesseract's own)"},
    [SANDBOX] = {"sandbox",   "WORD",   "required or preferred (default: required)"      },
    [LOG_LEVEL] = {"log-level", "LEVEL",  "error, warning, info or debug (default: info)"  },
};

/* Where to, and with which keys. */
struct places {
    struct argument_list connect, keys;
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

static bool are_places(const struct places *places)
{
    for (size_t i = 0; i < places->connect.count; i++)
        if (!string_starts_with(places->connect.values[i], "tcp://"))
            return false;
    return places->connect.count > 0 && places->connect.count <= DISPATCHERS_MOST &&
           (places->keys.count == 1 || places->keys.count == places->connect.count);
}

static enum status check_key(const char *path, struct fault *fault)
{
    struct key_file key = {0};
    enum status status = key_file_read(path, &key, fault);
    if (status == STATUS_OK && !key.has_server)
        status = fault_set(fault, STATUS_REFUSE,
                           "%s is a dispatcher's key, not a worker's; make one with: posteingang "
                           "key new",
                           path);
    key_file_wipe(&key);
    return status;
}

static int check(const struct places *places, long readers)
{
    struct fault fault = {0};
    enum status status = STATUS_OK;
    if (!are_places(places)) {
        complain("worker: where to, and with which key? --connect tcp://HOST:PORT --key FILE, the "
                 "first up to %d times, the second once or as often",
                 DISPATCHERS_MOST);
        return EXIT_USAGE;
    }
    if (readers > READERS_MOST) {
        complain("worker: at most %d readers", READERS_MOST);
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < places->keys.count && status == STATUS_OK; i++)
        status = check_key(places->keys.values[i], &fault);
    if (status == STATUS_OK)
        return EXIT_DONE;
    complain("%s", fault.text);
    return EXIT_CONFIGURATION;
}

/* The words that each reader is started with: "--name" and value in turn. */
struct words {
    const char *items[2 * (GIVEN + 2 * DISPATCHERS_MOST)];
    char names[GIVEN][32];
    size_t count;
};

static void add_words(struct words *words, const char *name, const struct argument_list *values)
{
    for (size_t i = 0; i < values->count; i++) {
        words->items[words->count++] = name;
        words->items[words->count++] = values->values[i];
    }
}

static int work_with(const struct places *places, const char *const given[GIVEN], long readers)
{
    struct fault fault = {0};
    struct work work = {0};
    struct words words = {0};
    add_words(&words, "--connect", &places->connect);
    add_words(&words, "--key", &places->keys);
    for (size_t i = 0; i < GIVEN; i++) {
        if (given[i] == NULL)
            continue;
        (void)snprintf(words.names[i], sizeof words.names[i], "--%s", options[i].name);
        words.items[words.count++] = words.names[i];
        words.items[words.count++] = given[i];
    }
    char *folder = roles_folder();
    enum status status =
        folder == NULL
            ? fault_set(&fault, STATUS_LATER, "cannot find the folder of this program")
            : roles_make_readers(folder, readers, words.items, words.count, &work.roles, &fault);
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

static int work_there(const struct places *places, const char *const given[GIVEN], long readers)
{
    int exit_code = check(places, readers);
    if (readers == 0)
        readers = sysconf(_SC_NPROCESSORS_ONLN);
    return exit_code == EXIT_DONE ? work_with(places, given, readers < 1 ? 1 : readers) : exit_code;
}

int verb_worker(struct call *call)
{
    const char *given[GIVEN] = {[SANDBOX] = "required", [LOG_LEVEL] = "info"};
    struct places places = {0};
    long readers = 0;
    struct argument table[GIVEN + 3] = {
        {"connect", "ADDRESS",
         "a dispatcher's dispatch.listen, tcp://HOST:PORT; given once for each",                   ARGUMENT_LIST,
         &places.connect                                                                                                       },
        {"key",     "FILE",    "this host's key file, made by: posteingang key new; once for all",
         ARGUMENT_LIST,                                                                                            &places.keys},
        {"readers", "COUNT",   "reading programs; 0: one for each core",                           ARGUMENT_COUNT, &readers    },
    };
    for (size_t i = 0; i < GIVEN; i++)
        table[3 + i] = (struct argument){options[i].name, options[i].value, options[i].help,
                                         ARGUMENT_STRING, &given[i]};
    int exit_code = EXIT_DONE;
    if (call_read_options(call, table, GIVEN + 3, &exit_code)) {
        log_open("posteingang", LOG_LEVEL_INFO);
        exit_code = places.connect.count == 0 && places.keys.count == 0
                        ? work_here(call->config)
                        : work_there(&places, given, readers);
    }
    argument_list_done(&places.connect);
    argument_list_done(&places.keys);
    return exit_code;
}
