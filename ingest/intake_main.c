/* intake_main.c - posteingang-intake: takes scans out of drop folders, for good.
 *
 * Runs until SIGTERM; with --submit it takes the named files over instead, and ends. */
// SPDX-License-Identifier: EUPL-1.2
#include <signal.h>
#include <stdio.h>

#include "base/exit_code.h"
#include "base/privileges.h"
#include "base/text.h"
#include "config/reload.h"
#include "ingest/intake.h"
#include "ingest/site.h"
#include "ingest/submit.h"

static const char usage[] = "posteingang-intake [--config FILE] [--site NAME]...\n"
                            "       posteingang-intake [--config FILE] --submit SITE FILE...";
static const char about[] =
    "Takes scans over from the sites' drop folders into the spool and the ledger. With --submit,\n"
    "takes the given files over as if they had been dropped at SITE, prints one scan id a line\n"
    "once they are durable, and leaves the files where they are.";

struct options {
    const char *config;
    const char *submit;
    const char *id;    /* of the one file that is submitted; NULL: made here */
    const char *name;  /* what that file is called; NULL: as it lies there */
    const char *actor; /* who submits; NULL: "submit" */
    struct argument_list sites;
    bool sweep_only;
    long sweep_ms;
    struct argument_list files;
};

static int fail(const char *message)
{
    (void)fprintf(stderr, "posteingang-intake: %s\n", message);
    return EXIT_USAGE;
}

/* A name that the configuration does not have. */
static int fail_site(const char *name)
{
    struct text message = {0};
    text_append(&message, "there is no site ");
    text_append_quoted(&message, name);
    text_append(&message, " in the configuration");
    int code = fail(text_string(&message));
    text_done(&message);
    return code;
}

static int exit_code(enum status status, const struct fault *fault)
{
    if (status == STATUS_OK)
        return EXIT_DONE;
    log_error(NULL, "%s", fault->text);
    return status == STATUS_REFUSE ? EXIT_UNREACHABLE : EXIT_STORAGE;
}

static int submit(const struct desk *desk, const struct options *options)
{
    const struct config_site *site = config_site(desk->config, options->submit);
    bool any_refused = false;
    struct scan_id id = {0};
    if (options->id != NULL && !uuid_from_text(options->id, &id.uuid))
        return fail("--id takes a UUID");
    for (size_t i = 0; i < options->files.count; i++) {
        struct fault fault;
        bool refused = false;
        enum status status =
            options->id == NULL
                ? submit_file(desk, site, options->files.values[i], &refused, &fault)
                : submit_file_as(desk, site, options->files.values[i], options->name, id, &refused,
                                 &fault);
        if (status != STATUS_OK)
            return exit_code(status, &fault);
        any_refused = any_refused || refused;
    }
    return any_refused ? EXIT_FOUND : EXIT_DONE;
}

static int work(const struct desk *desk, const struct options *options)
{
    if (options->submit != NULL)
        return submit(desk, options);
    struct intake_options intake = {
        .sites = &options->sites, .sweep_only = options->sweep_only, .sweep_ms = options->sweep_ms};
    struct fault fault;
    enum status status = intake_run(desk, &intake, &fault);
    if (status == STATUS_OK)
        log_info(NULL, "ended");
    return exit_code(status, &fault);
}

static int work_with_storage(const struct config *config, const struct options *options)
{
    struct desk desk = {.config = config,
                        .clock = clock_system(),
                        .actor = options->submit == NULL  ? "intake"
                                 : options->actor == NULL ? "submit"
                                                          : options->actor};
    struct fault fault = {0};
    enum status status = spool_open_at(config_spool_place(config), &desk.spool, &fault);
    if (status == STATUS_OK)
        status = ledger_open(config->store.ledger, LEDGER_WRITE, desk.clock, &desk.ledger, &fault);
    int code = (int)exit_code_of(&fault);
    if (status == STATUS_OK)
        code = work(&desk, options);
    else
        log_error(NULL, "%s", fault.text);
    ledger_close(&desk.ledger);
    spool_close(&desk.spool);
    return code;
}

static int check_names(const struct config *config, const struct options *options)
{
    for (size_t i = 0; i < options->sites.count; i++)
        if (config_site(config, options->sites.values[i]) == NULL)
            return fail_site(options->sites.values[i]);
    if (options->submit != NULL && config_site(config, options->submit) == NULL)
        return fail_site(options->submit);
    return EXIT_DONE;
}

static int run(const struct options *options)
{
    if (options->submit == NULL && options->files.count > 0)
        return fail("files are only taken with --submit SITE");
    if (options->submit != NULL && options->files.count == 0)
        return fail("--submit needs files to take over");
    if (options->id != NULL && options->files.count != 1)
        return fail("--id is for one file that is submitted");
    if (options->name != NULL && options->id == NULL)
        return fail("--name goes with --id");
    if (options->sweep_ms < 1)
        return fail("--sweep-ms has to be at least 1");
    struct config *config = config_load_or_explain(options->config);
    if (config == NULL)
        return EXIT_CONFIGURATION;
    log_open("posteingang-intake", config->log_level);
    if (privileges_forbid_core(NULL) != STATUS_OK)
        log_warning(NULL, "cannot forbid core files");
    int code = check_names(config, options);
    if (code == EXIT_DONE)
        code = work_with_storage(config, options);
    config_free(&config);
    return reload_exit_code(code);
}

int main(int argc, char **argv)
{
    struct options options = {.sweep_ms = SITE_SWEEP_MS};
    const struct argument table[] = {
        {"config",     "FILE",   "the configuration, posteingang.yaml",                       ARGUMENT_STRING, &options.config    },
        {"site",       "NAME",   "serve only this site; may be given several times",          ARGUMENT_LIST,
         &options.sites                                                                                                           },
        {"submit",     "SITE",   "take over the given files for this site, and end",          ARGUMENT_STRING,
         &options.submit                                                                                                          },
        {"id",         "UUID",   "the scan's id, for one file that may be submitted again",   ARGUMENT_STRING,
         &options.id                                                                                                              },
        {"name",       "NAME",   "what that file is called where it comes from",              ARGUMENT_STRING,
         &options.name                                                                                                            },
        {"actor",      "NAME",   "who submits, for the audit",                                ARGUMENT_STRING, &options.actor     },
        {"sweep-only", NULL,     "do not ask the kernel for notices, only sweep the folders",
         ARGUMENT_FLAG,                                                                                        &options.sweep_only},
        {"sweep-ms",   "NUMBER", "milliseconds between sweeps, 3000 unless given",            ARGUMENT_COUNT,
         &options.sweep_ms                                                                                                        },
    };
    size_t rows = sizeof table / sizeof table[0];
    log_open("posteingang-intake", LOG_LEVEL_INFO);
    if (arguments_ask_for_help(argc, argv)) {
        arguments_print_help(usage, about, table, rows);
        return EXIT_DONE;
    }
    // A lease on a file (see arrival.c) that another opens meanwhile is announced by SIGIO.
    (void)signal(SIGIO, SIG_IGN);
    (void)signal(SIGPIPE, SIG_IGN);
    struct fault fault;
    int code = EXIT_USAGE;
    if (arguments_read(table, rows, argc, argv, &options.files, &fault) == STATUS_OK)
        code = run(&options);
    else
        code = fail(fault.text);
    argument_list_done(&options.sites);
    argument_list_done(&options.files);
    return code;
}
