/* filer_main.c - posteingang-filer: matches documents and puts them into the cabinet. */
// SPDX-License-Identifier: EUPL-1.2
#include <signal.h>

#include "base/arguments.h"
#include "base/exit_code.h"
#include "base/privileges.h"
#include "config/reload.h"
#include "workers/filer.h"

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

static int serve(struct program *program, const struct config *config, const char *name)
{
    struct fault fault = {0};
    enum status status = loop_new(clock_system(), &program->loop, &fault);
    if (status == STATUS_OK)
        status = loop_catch_signals(program->loop, signalled, program, &fault);
    if (status == STATUS_OK)
        status = filer_new(program->loop, clock_system(), config, name, &program->filer, &fault);
    if (status == STATUS_OK)
        status = loop_run(program->loop, &fault);
    if (status != STATUS_OK) {
        log_error(NULL, "%s", fault.text);
        return (int)exit_code_of(&fault);
    }
    return filer_outcome(program->filer);
}

static int run(const char *config_path, const char *name)
{
    struct config *config = config_load_or_explain(config_path);
    if (config == NULL)
        return EXIT_CONFIGURATION;
    log_open("posteingang-filer", config->log_level);
    const struct privileges_kept kept = {.writes_files = true};
    struct fault fault = {0};
    struct program program = {0};
    if (privileges_drop(&kept, &fault) != STATUS_OK) {
        log_error(NULL, "%s", fault.text);
        config_free(&config);
        return EXIT_NOT_PERMITTED;
    }
    int code = serve(&program, config, name);
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
    const struct argument table[] = {
        {"config", "FILE", "The configuration (default: see posteingang --help)", ARGUMENT_STRING,
         &config_path},
        {"name",   "NAME", "Unique among workers (default: filer-HOST-PROCESS)",  ARGUMENT_STRING,
         &name       },
    };
    const size_t count = sizeof table / sizeof table[0];
    if (arguments_ask_for_help(argc, argv)) {
        arguments_print_help("posteingang-filer [--config FILE] [--name NAME]",
                             "Matches readings against the case register, and puts decided "
                             "documents into the cabinet.",
                             table, count);
        return EXIT_DONE;
    }
    log_open("posteingang-filer", LOG_LEVEL_INFO);
    struct argument_list rest = {0};
    struct fault fault = {0};
    enum status status = arguments_read(table, count, argc, argv, &rest, &fault);
    if (status == STATUS_OK && rest.count != 0)
        status =
            fault_set(&fault, STATUS_REFUSE, "\"%s\" is not an option; see --help", rest.values[0]);
    argument_list_done(&rest);
    if (status != STATUS_OK) {
        log_error(NULL, "%s", fault.text);
        return EXIT_USAGE;
    }
    return run(config_path, name);
}
