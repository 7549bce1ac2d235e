/* portal_main.c - posteingang-portal: serves the portal until a signal ends it.
 *
 * Reads posteingang.yaml, opens ledger and spool, listens. SIGTERM and SIGINT end it; so does a
 * ledger that can no longer be trusted (exit code 6), and whoever supervises starts it anew. */
// SPDX-License-Identifier: EUPL-1.2
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/arguments.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/privileges.h"
#include "base/status.h"
#include "config/config.h"
#include "config/reload.h"
#include "portal/certificate.h"
#include "portal/directory.h"
#include "portal/portal.h"

struct program {
    struct loop *loop;
    int exit_code;
};

static void end_on_signal(void *context, int signal_number)
{
    struct program *program = context;
    if (signal_number == SIGTERM || signal_number == SIGINT || reload_is_asked(signal_number))
        loop_stop(program->loop);
}

static void end_on_halt(void *context)
{
    struct program *program = context;
    log_error(NULL, "the ledger cannot be trusted any more; stopping");
    program->exit_code = EXIT_STORAGE;
    loop_stop(program->loop);
}

static enum status serve(struct program *program, const struct config *config, struct fault *fault)
{
    struct portal *portal = NULL;
    // Signals are blocked before the portal's threads start, which inherit that.
    enum status status = loop_new(clock_system(), &program->loop, fault);
    if (status == STATUS_OK)
        status = loop_catch_signals(program->loop, end_on_signal, program, fault);
    if (status == STATUS_OK)
        status = portal_start(config, clock_system(), &portal, fault);
    if (status == STATUS_OK)
        status =
            loop_add_file(program->loop, portal_halt_file(portal), end_on_halt, program, fault);
    if (status == STATUS_OK) {
        log_info(NULL, "listening on %s://%s:%u",
                 config->portal.certificate == NULL ? "http" : "https", config->portal.address,
                 (unsigned)portal_port(portal));
        status = loop_run(program->loop, fault);
    }
    portal_stop(&portal);
    loop_free(&program->loop);
    return status;
}

static int exit_code_of(enum status status)
{
    switch (status) {
    case STATUS_OK:
        return EXIT_DONE;
    case STATUS_LATER:
        return EXIT_UNREACHABLE;
    case STATUS_REFUSE:
        return EXIT_CONFIGURATION;
    case STATUS_HALT:
        return EXIT_STORAGE;
    }
    return EXIT_STORAGE;
}

/* ---- checks for `posteingang doctor` ---------------------------------------------------------- */

enum { DAY_S = 24 * 3600 };

/* "Valid for 40 days more." or what is wrong, and how many days are left. */
static enum status tell_certificate(const struct config *config, struct fault *fault)
{
    struct certificate certificate = {0};
    enum status status = certificate_load(config, &certificate, fault);
    int64_t left_ms = certificate.end_ms - clock_wall_ms(clock_system());
    if (status == STATUS_OK && certificate.chain == NULL)
        puts("none is configured");
    else if (status == STATUS_OK && left_ms > 0)
        printf("valid for %lld days more\n", (long long)(left_ms / 1000 / DAY_S));
    else if (status == STATUS_OK)
        status = fault_set(fault, STATUS_REFUSE, "%s has run out", config->portal.certificate);
    certificate_done(&certificate);
    return status;
}

static enum status tell_directory(const struct config *config, struct fault *fault)
{
    enum status status = STATUS_OK;
    if (config->directory.uri == NULL) {
        puts("none is configured");
        return STATUS_OK;
    }
    status = directory_try(config, fault);
    if (status == STATUS_OK)
        puts("it answers");
    return status;
}

/* One line on standard output, and 0 when all is well. */
static int check(const char *config_path, const char *what)
{
    static const struct {
        const char *name;
        enum status (*tell)(const struct config *config, struct fault *fault);
    } checks[] = {
        {"certificate", tell_certificate},
        {"directory",   tell_directory  },
    };
    struct fault fault = {0};
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (strcmp(checks[i].name, what) != 0)
            continue;
        struct config *config = config_load_or_explain(config_path);
        if (config == NULL)
            return EXIT_CONFIGURATION;
        enum status status = checks[i].tell(config, &fault);
        if (status != STATUS_OK)
            puts(fault.text);
        config_free(&config);
        return status == STATUS_OK ? EXIT_DONE : EXIT_FOUND;
    }
    (void)fprintf(stderr, "posteingang-portal: there is no check \"%s\"\n", what);
    return EXIT_USAGE;
}

static int run(const char *config_path)
{
    struct program program = {.exit_code = EXIT_DONE};
    struct fault fault = {0};
    struct config *config = config_load_or_explain(config_path);
    if (config == NULL)
        return EXIT_CONFIGURATION;
    log_open("portal", config->log_level);
    if (privileges_forbid_core(NULL) != STATUS_OK)
        log_warning(NULL, "cannot forbid core files");
    enum status status = serve(&program, config, &fault);
    if (status != STATUS_OK) {
        log_error(NULL, "%s", fault.text);
        program.exit_code = exit_code_of(status);
    }
    config_free(&config);
    return reload_exit_code(program.exit_code);
}

int main(int argc, char **argv)
{
    const char *config_path = NULL;
    const char *what = NULL;
    const struct argument table[] = {
        {"config", "FILE", "the configuration; default: as for `posteingang`",                    ARGUMENT_STRING,
         &config_path                                                                                                   },
        {"check",  "WHAT", "says whether \"certificate\" or \"directory\" is in order, and ends",
         ARGUMENT_STRING,                                                                                          &what},
    };
    const struct program_line line = {
        .program = "portal",
        .usage = "posteingang-portal [--config FILE]",
        .about = "Serves the web portal until SIGTERM.",
        .table = table,
        .count = sizeof table / sizeof table[0],
    };
    int code = EXIT_DONE;
    if (!program_line_read(&line, argc, argv, &code))
        return code;
    return what == NULL ? run(config_path) : check(config_path, what);
}
