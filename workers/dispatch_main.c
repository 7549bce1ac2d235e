/* dispatch_main.c - posteingang-dispatch: hands out jobs and takes results. */
// SPDX-License-Identifier: EUPL-1.2
#include <signal.h>

#include "base/arguments.h"
#include "base/exit_code.h"
#include "base/lifesign.h"
#include "base/privileges.h"
#include "config/reload.h"
#include "workers/dispatch.h"

enum { LIFESIGN_MS = 2000 };

struct program {
    struct loop *loop;
    struct dispatch *dispatch;
    const char *runtime;
};

static void give_lifesign(void *context)
{
    const struct program *program = context;
    lifesign_give(program->runtime, "dispatch", NULL);
}

static void signalled(void *context, int signal_number)
{
    struct program *program = context;
    bool is_end =
        signal_number == SIGTERM || signal_number == SIGINT || reload_is_asked(signal_number);
    if (is_end && program->dispatch != NULL)
        dispatch_stop(program->dispatch);
}

static int serve(struct program *program, const struct config *config)
{
    struct fault fault = {0};
    bool occupied = false;
    enum status status = loop_new(clock_system(), &program->loop, &fault);
    if (status == STATUS_OK)
        status = loop_catch_signals(program->loop, signalled, program, &fault);
    if (status == STATUS_OK)
        status = dispatch_new(program->loop, clock_system(), config, &program->dispatch, &occupied,
                              &fault);
    if (status != STATUS_OK) {
        log_error(NULL, "cannot start: %s", fault.text);
        return occupied ? EXIT_NOT_PERMITTED : (int)exit_code_of(&fault);
    }
    program->runtime = config->store.runtime;
    give_lifesign(program);
    if (loop_add_timer(program->loop, LIFESIGN_MS, give_lifesign, program) == 0)
        log_warning(NULL, "no memory for the sign of life");
    log_info(NULL, "ready at %s", config->workers.address);
    status = loop_run(program->loop, &fault);
    if (status != STATUS_OK)
        log_error(NULL, "%s", fault.text);
    if (status == STATUS_OK)
        status = dispatch_outcome(program->dispatch);
    return status == STATUS_OK ? EXIT_DONE : EXIT_STORAGE;
}

static int run(const char *config_path)
{
    struct config *config = config_load_or_explain(config_path);
    if (config == NULL)
        return EXIT_CONFIGURATION;
    log_open("posteingang-dispatch", config->log_level);
    const struct privileges_kept kept = {.writes_files = true};
    struct fault fault = {0};
    struct program program = {0};
    if (privileges_raise_files(&fault) != STATUS_OK)
        log_warning(NULL, "%s", fault.text);
    if (privileges_drop(&kept, &fault) != STATUS_OK) {
        log_error(NULL, "%s", fault.text);
        config_free(&config);
        return EXIT_NOT_PERMITTED;
    }
    int code = serve(&program, config);
    dispatch_free(&program.dispatch);
    loop_free(&program.loop);
    config_free(&config);
    log_info(NULL, "ended");
    return reload_exit_code(code);
}

int main(int argc, char **argv)
{
    const char *config_path = NULL;
    const struct argument table[] = {
        {"config", "FILE", "The configuration (default: see posteingang --help)", ARGUMENT_STRING,
         &config_path},
    };
    const struct program_line line = {
        .program = "posteingang-dispatch",
        .usage = "posteingang-dispatch [--config FILE]",
        .about = "Hands jobs from the ledger to workers and takes their results.",
        .table = table,
        .count = sizeof table / sizeof table[0],
    };
    int code = EXIT_DONE;
    if (!program_line_read(&line, argc, argv, &code))
        return code;
    return run(config_path);
}
