/* answers_main.c - posteingang-answers: takes the answers of a document management system, and
 * nothing else. `run` starts it when a team hands over packages. */
// SPDX-License-Identifier: EUPL-1.2
#include <signal.h>
#include <stdio.h>

#include "base/arguments.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/privileges.h"
#include "config/config.h"
#include "config/reload.h"
#include "workers/answers.h"

struct program {
    struct loop *loop;
    struct ledger *ledger;
    const char *folder;
    int exit_code;
};

static void look(void *context)
{
    struct program *program = context;
    struct answers_count count = {0};
    struct fault fault = {0};
    enum status status =
        answers_look(program->folder, program->ledger, clock_system(), &count, &fault);
    if (status == STATUS_OK) {
        if (count.kept > 0)
            log_info(NULL, "%u answers of the document management system", count.kept);
        return;
    }
    log_error(NULL, "cannot take answers: %s", fault.text);
    if (status != STATUS_HALT)
        return;
    program->exit_code = EXIT_STORAGE;
    loop_stop(program->loop);
}

static void signalled(void *context, int signal_number)
{
    const struct program *program = context;
    if (signal_number == SIGTERM || signal_number == SIGINT || reload_is_asked(signal_number))
        loop_stop(program->loop);
}

static int serve(struct program *program)
{
    struct fault fault = {0};
    enum status status = loop_new(clock_system(), &program->loop, &fault);
    if (status == STATUS_OK)
        status = loop_catch_signals(program->loop, signalled, program, &fault);
    if (status == STATUS_OK && loop_add_timer(program->loop, ANSWERS_LOOK_MS, look, program) == 0)
        status = fault_set(&fault, STATUS_LATER, "no timer left");
    if (status == STATUS_OK)
        status = loop_run(program->loop, &fault);
    loop_free(&program->loop);
    if (status != STATUS_OK)
        log_error(NULL, "%s", fault.text);
    return status == STATUS_OK ? program->exit_code : EXIT_STORAGE;
}

static int look_once(const struct program *program)
{
    struct answers_count count = {0};
    struct fault fault = {0};
    if (answers_look(program->folder, program->ledger, clock_system(), &count, &fault) !=
        STATUS_OK) {
        log_error(NULL, "cannot take answers: %s", fault.text);
        return EXIT_STORAGE;
    }
    printf("%u answers taken, %u refused, %u still being written.\n", count.kept, count.refused,
           count.waiting);
    return count.refused > 0 ? EXIT_FOUND : EXIT_DONE;
}

static int run(const char *config_path, bool once)
{
    struct config *config = config_load_or_explain(config_path);
    if (config == NULL)
        return EXIT_CONFIGURATION;
    log_open("posteingang-answers", config->log_level);
    const struct privileges_kept kept = {.writes_files = true};
    struct program program = {.folder = config->xdomea.answers};
    struct fault fault = {0};
    int code = EXIT_STORAGE;
    enum status status = privileges_drop(&kept, &fault);
    if (status == STATUS_OK)
        status = ledger_open(config->store.ledger, LEDGER_WRITE, clock_system(), &program.ledger,
                             &fault);
    if (status != STATUS_OK)
        log_error(NULL, "%s", fault.text);
    else
        code = once ? look_once(&program) : serve(&program);
    if (status != STATUS_OK)
        code = (int)exit_code_of(&fault);
    ledger_close(&program.ledger);
    config_free(&config);
    return reload_exit_code(code);
}

int main(int argc, char **argv)
{
    const char *config_path = NULL;
    bool once = false;
    const struct argument table[] = {
        {"config", "FILE", "The configuration (default: see posteingang --help)", ARGUMENT_STRING,
         &config_path                                                                                   },
        {"once",   NULL,   "Looks once and ends",                                 ARGUMENT_FLAG,   &once},
    };
    const struct program_line line = {
        .program = "posteingang-answers",
        .usage = "posteingang-answers [--config FILE] [--once]",
        .about = "Takes the answers that a document management system puts into "
                 "xdomea.answers.",
        .table = table,
        .count = sizeof table / sizeof table[0],
    };
    int code = EXIT_DONE;
    if (!program_line_read(&line, argc, argv, &code))
        return code;
    return run(config_path, once);
}
