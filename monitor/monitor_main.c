/* monitor_main.c - posteingang-monitor: metrics, warnings, notices and clearing away, until SIGTERM. */
// SPDX-License-Identifier: EUPL-1.2
#include <signal.h>

#include "base/arguments.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "base/privileges.h"
#include "config/reload.h"
#include "monitor/monitor.h"

static void signalled(void *context, int signal_number)
{
    if (signal_number == SIGTERM || signal_number == SIGINT || reload_is_asked(signal_number))
        loop_stop(context);
}

static int serve(const struct config *config)
{
    struct fault fault = {0};
    struct loop *loop = NULL;
    struct monitor *monitor = NULL;
    enum status status = loop_new(clock_system(), &loop, &fault);
    // Signals are blocked before libcurl's threads start, which inherit that.
    if (status == STATUS_OK)
        status = loop_catch_signals(loop, signalled, loop, &fault);
    if (status == STATUS_OK)
        status = monitor_new(loop, clock_system(), config, &monitor, &fault);
    if (status == STATUS_OK)
        status = loop_run(loop, &fault);
    if (status != STATUS_OK)
        log_error(NULL, "%s", fault.text);
    else
        status = monitor_outcome(monitor);
    monitor_free(&monitor);
    loop_free(&loop);
    return status == STATUS_OK ? EXIT_DONE : (int)exit_code_of(&fault);
}

static int run(const char *config_path)
{
    struct config *config = config_load_or_explain(config_path);
    if (config == NULL)
        return EXIT_CONFIGURATION;
    log_open("posteingang-monitor", config->log_level);
    if (privileges_forbid_core(NULL) != STATUS_OK)
        log_warning(NULL, "cannot forbid core files");
    int code = serve(config);
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
        .program = "posteingang-monitor",
        .usage = "posteingang-monitor [--config FILE]",
        .about = "Serves metrics and health, warns by mail and webhook, sends notices, "
                 "and clears away what only served the machine, until SIGTERM.",
        .table = table,
        .count = sizeof table / sizeof table[0],
    };
    int code = EXIT_DONE;
    if (!program_line_read(&line, argc, argv, &code))
        return code;
    return run(config_path);
}
