/* register_main.c - posteingang-register: imports what is put into the register's folder.
 *
 * A program of its own, so that a large import holds up no letter. Runs until SIGTERM; one import
 * under way is ended first, or left staged for the next to clear away when it takes too long. */
// SPDX-License-Identifier: EUPL-1.2
#include <signal.h>

#include "base/arguments.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/privileges.h"
#include "config/reload.h"
#include "ingest/register_folder.h"

enum { LOOK_MS = 1000, QUIET_SHARE = 2 };

struct program {
    struct loop *loop;
    struct ledger *ledger;
    struct register_folder *folder;
    bool is_in_trouble; /* said once, not every second */
    int exit_code;
};

static void signalled(void *context, int signal_number)
{
    struct program *program = context;
    if (signal_number == SIGTERM || signal_number == SIGINT || reload_is_asked(signal_number))
        loop_stop(program->loop);
}

static void look(void *context)
{
    struct program *program = context;
    struct fault fault = {0};
    bool taken = true;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && taken && !loop_is_stopping(program->loop))
        status = register_folder_look(program->folder, &taken, &fault);
    if (status != STATUS_OK && !program->is_in_trouble)
        log_warning(NULL, "the register's folder has to wait: %s", fault.text);
    program->is_in_trouble = status != STATUS_OK;
    if (status == STATUS_HALT) {
        program->exit_code = EXIT_STORAGE;
        loop_stop(program->loop);
    }
}

static enum status start(struct program *program, const struct config *config, struct fault *fault)
{
    const struct clock *clock = clock_system();
    enum status status =
        ledger_open(config->store.ledger, LEDGER_WRITE, clock, &program->ledger, fault);
    if (status == STATUS_OK)
        status = register_folder_new(config, program->ledger, clock, &program->folder, fault);
    if (status == STATUS_OK)
        status = loop_new(clock, &program->loop, fault);
    if (status == STATUS_OK)
        status = loop_catch_signals(program->loop, signalled, program, fault);
    int64_t every_ms = config->register_quiet_ms / QUIET_SHARE;
    every_ms = every_ms < LOOK_MS ? every_ms : LOOK_MS;
    if (status == STATUS_OK && loop_add_timer(program->loop, every_ms, look, program) == 0)
        status = fault_set(fault, STATUS_LATER, "no timer left");
    return status;
}

static int serve(const struct config *config)
{
    struct program program = {.exit_code = EXIT_DONE};
    struct fault fault = {0};
    enum status status = start(&program, config, &fault);
    if (status == STATUS_OK) {
        log_info(NULL, "watching %s", config->register_folder);
        status = loop_run(program.loop, &fault);
    }
    if (status != STATUS_OK) {
        log_error(NULL, "%s", fault.text);
        program.exit_code = (int)exit_code_of(&fault);
    }
    loop_free(&program.loop);
    register_folder_free(&program.folder);
    ledger_close(&program.ledger);
    return program.exit_code;
}

static int run(const char *config_path)
{
    struct config *config = config_load_or_explain(config_path);
    if (config == NULL)
        return EXIT_CONFIGURATION;
    log_open("posteingang-register", config->log_level);
    if (privileges_forbid_core(NULL) != STATUS_OK)
        log_warning(NULL, "cannot forbid core files");
    int code = EXIT_CONFIGURATION;
    if (config->register_folder == NULL)
        log_error(NULL, "the setting register.folder names no folder");
    else
        code = serve(config);
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
        .program = "posteingang-register",
        .usage = "posteingang-register [--config FILE]",
        .about = "Imports the exports of the case register that are put into the "
                 "folder register.folder.",
        .table = table,
        .count = sizeof table / sizeof table[0],
    };
    int code = EXIT_DONE;
    if (!program_line_read(&line, argc, argv, &code))
        return code;
    return run(config_path);
}
