/* filer_main.c - posteingang-filer: matches documents and puts them into the cabinet. */
// SPDX-License-Identifier: EUPL-1.2
#include <signal.h>

#include "base/arguments.h"
#include "base/exit_code.h"
#include "base/privileges.h"
#include "config/reload.h"
#include "workers/filer.h"
#include "workers/links.h"

struct program {
    struct loop *loop;
    struct filer *filer;
};

static void signalled(void *context, int signal_number)
{
    struct program *program = context;
    bool is_end =
        signal_number == SIGTERM || signal_number == SIGINT || reload_is_asked(signal_number);
    if (is_end && program->filer != NULL)
        filer_stop(program->filer);
}

static int serve(struct program *program, const struct config *config, const char *name,
                 const struct filer_dispatchers *dispatchers)
{
    struct fault fault = {0};
    enum status status = loop_new(clock_system(), &program->loop, &fault);
    if (status == STATUS_OK)
        status = loop_catch_signals(program->loop, signalled, program, &fault);
    if (status == STATUS_OK)
        status = filer_new(program->loop, clock_system(), config, name, dispatchers,
                           &program->filer, &fault);
    if (status == STATUS_OK)
        status = loop_run(program->loop, &fault);
    if (status != STATUS_OK) {
        log_error(NULL, "%s", fault.text);
        return (int)exit_code_of(&fault);
    }
    return filer_outcome(program->filer);
}

static enum status check(const struct filer_dispatchers *dispatchers, struct fault *fault)
{
    const struct links_options options = {.addresses = dispatchers->connect.values,
                                          .count = dispatchers->connect.count,
                                          .keys = dispatchers->keys.values,
                                          .key_count = dispatchers->keys.count};
    bool is_given = options.count > 0 || options.key_count > 0;
    return is_given ? links_check(&options, fault) : STATUS_OK;
}

static int run(const char *config_path, const char *name,
               const struct filer_dispatchers *dispatchers)
{
    struct fault fault = {0};
    if (check(dispatchers, &fault) != STATUS_OK) {
        log_error(NULL, "%s", fault.text);
        return EXIT_USAGE;
    }
    struct config *config = config_load_or_explain(config_path);
    if (config == NULL)
        return EXIT_CONFIGURATION;
    log_open("posteingang-filer", config->log_level);
    const struct privileges_kept kept = {.writes_files = true};
    struct program program = {0};
    if (privileges_drop(&kept, &fault) != STATUS_OK) {
        log_error(NULL, "%s", fault.text);
        config_free(&config);
        return EXIT_NOT_PERMITTED;
    }
    int code = serve(&program, config, name, dispatchers);
    filer_free(&program.filer);
    loop_free(&program.loop);
    config_free(&config);
    log_info(NULL, "ended");
    return reload_exit_code(code);
}

int main(int argc, char **argv)
{
    const char *config_path = NULL;
    const char *name = NULL;
    struct filer_dispatchers dispatchers = {0};
    const struct argument table[] = {
        {"config",  "FILE",    "The configuration (default: see posteingang --help)",              ARGUMENT_STRING,
         &config_path                                                                                                                   },
        {"name",    "NAME",    "Unique among workers (default: filer-HOST-PROCESS)",               ARGUMENT_STRING,
         &name                                                                                                                          },
        {"connect", "ADDRESS", "Another dispatcher than the configuration's; given once for each",
         ARGUMENT_LIST,                                                                                             &dispatchers.connect},
        {"key",     "FILE",    "Key file of this filer, for tcp://HOST:PORT",                      ARGUMENT_LIST,
         &dispatchers.keys                                                                                                              },
    };
    const struct program_line line = {
        .program = "posteingang-filer",
        .usage = "posteingang-filer [--config FILE] [OPTION]…",
        .about = "Matches readings against the case register, and puts decided "
                 "documents into the cabinet.",
        .table = table,
        .count = sizeof table / sizeof table[0],
    };
    int code = EXIT_DONE;
    if (program_line_read(&line, argc, argv, &code))
        code = run(config_path, name, &dispatchers);
    argument_list_done(&dispatchers.connect);
    argument_list_done(&dispatchers.keys);
    return code;
}
