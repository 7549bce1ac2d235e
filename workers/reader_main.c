/* reader_main.c - posteingang-reader: reads scans, and has nothing but bytes.
 *
 * The order matters: the limit on OpenMP's threads must stand in the environment before the
 * program starts (libgomp reads it when it is loaded, and a second thread in a confined child is
 * killed); ocr forks its zygote while there is one thread; then ZeroMQ makes its own. */
// SPDX-License-Identifier: EUPL-1.2
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/privileges.h"
#include "base/sandbox.h"
#include "workers/reader.h"

struct program {
    struct loop *loop;
    struct reader *reader;
};

static void signalled(void *context, int signal_number)
{
    struct program *program = context;
    if ((signal_number == SIGTERM || signal_number == SIGINT) && program->reader != NULL)
        reader_stop(program->reader);
}

/* Comes back only when there is nothing to do, or when it cannot be done. */
static void start_anew_with_one_thread(char **argv)
{
    static const char variable[] = "OMP_THREAD_LIMIT";
    const char *limit = getenv(variable);
    if (limit != NULL && limit[0] == '1' && limit[1] == '\0')
        return;
    if (setenv(variable, "1", 1) == 0)
        (void)execv("/proc/self/exe", argv);
    log_warning(NULL, "cannot set %s=1 for this program; set it in its unit file", variable);
}

/* Looked at after the zygote was forked: no confined process has a copy of them. */
static int check_keys(const struct reader_options *options)
{
    for (size_t i = 0; i < options->keys.count; i++) {
        struct fault fault = {0};
        struct key_file key = {0};
        enum status status = key_file_read(options->keys.values[i], &key, &fault);
        key_file_wipe(&key);
        if (status == STATUS_OK)
            continue;
        log_error(NULL, "%s", fault.text);
        return EXIT_CONFIGURATION;
    }
    return EXIT_DONE;
}

static int serve(struct program *program, const struct reader_options *options, struct ocr *ocr)
{
    struct fault fault = {0};
    int code = check_keys(options);
    if (code != EXIT_DONE)
        return code;
    enum status status = loop_new(clock_system(), &program->loop, &fault);
    if (status == STATUS_OK)
        status = loop_catch_signals(program->loop, signalled, program, &fault);
    if (status == STATUS_OK)
        status = reader_new(program->loop, clock_system(), options, ocr, &program->reader, &fault);
    if (status == STATUS_OK)
        status = loop_run(program->loop, &fault);
    if (status != STATUS_OK) {
        log_error(NULL, "%s", fault.text);
        return EXIT_UNREACHABLE;
    }
    return reader_outcome(program->reader);
}

/* A kernel that lacks a layer is no secret, also where reading goes on without. */
static void tell_missing_layers(void)
{
    unsigned layers = 0;
    char missing[128];
    if (sandbox_probe(&layers, NULL) != STATUS_OK || layers == SANDBOX_ALL)
        return;
    sandbox_layer_names(SANDBOX_ALL & ~layers, missing, sizeof missing);
    log_warning(NULL,
                "THE SANDBOX IS NOT WHOLE: this kernel lacks %s. Scans are read all the same "
                "(sandbox: preferred); a document with malicious content meets fewer walls",
                missing);
}

static int run(const struct reader_options *options)
{
    const struct privileges_kept kept = {.writes_files = false};
    struct ocr *ocr = NULL;
    struct fault fault = {0};
    if (privileges_drop(&kept, &fault) != STATUS_OK) {
        log_error(NULL, "%s", fault.text);
        return EXIT_NOT_PERMITTED;
    }
    if (!options->ocr.sandbox_required)
        tell_missing_layers();
    if (ocr_start(&options->ocr, &ocr, &fault) != STATUS_OK) {
        log_error(NULL, "cannot read: %s", fault.text);
        return EXIT_UNREACHABLE;
    }
    log_info(NULL, "lines of text are computed by %s", ocr_network(ocr));
    struct program program = {0};
    int code = serve(&program, options, ocr);
    reader_free(&program.reader);
    loop_free(&program.loop);
    ocr_stop(&ocr);
    log_info(NULL, "ended");
    return code;
}

int main(int argc, char **argv)
{
    log_open("posteingang-reader", LOG_LEVEL_INFO);
    struct reader_options options = {0};
    struct fault fault = {0};
    bool help = false;
    if (reader_options_read(argc, argv, &options, &help, &fault) != STATUS_OK) {
        log_error(NULL, "%s", fault.text);
        return EXIT_USAGE;
    }
    if (help)
        return EXIT_DONE;
    start_anew_with_one_thread(argv);
    log_open("posteingang-reader", options.log_level);
    log_write_as(options.log_format, LOG_JOURNAL_SOCKET);
    int code = run(&options);
    reader_options_done(&options);
    return code;
}
