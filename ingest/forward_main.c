/* forward_main.c - posteingang-forward: sends a desk's scans to the centre.
 *
 * Listens for the intake's bell where in a centre the dispatcher does: at a desk there is none. */
// SPDX-License-Identifier: EUPL-1.2
#include <signal.h>
#include <stdlib.h>

#include "base/arguments.h"
#include "base/bell.h"
#include "base/exit_code.h"
#include "base/lifesign.h"
#include "base/loop.h"
#include "base/privileges.h"
#include "base/text.h"
#include "config/reload.h"
#include "ingest/forward.h"

enum { LIFESIGN_MS = 2000 };

struct program {
    struct desk desk;
    struct key_file key;
    struct loop *loop;
    struct messaging *messaging;
    struct messaging_socket *socket; /* NULL: no line */
    struct bell *bell;
    struct forward *forward;
    unsigned timer;
    bool is_busy; /* the timer is the quick one */
    int exit_code;
};

static void signalled(void *context, int signal_number)
{
    struct program *program = context;
    if (signal_number == SIGTERM || signal_number == SIGINT || reload_is_asked(signal_number))
        loop_stop(program->loop);
}

/* True: go on. What cannot be had now is tried again by itself. */
static bool heed(struct program *program, enum status status, const struct fault *fault)
{
    if (status == STATUS_HALT) {
        log_error(NULL, "the storage can no longer be trusted: %s", fault->text);
        program->exit_code = EXIT_STORAGE;
        loop_stop(program->loop);
    } else if (status != STATUS_OK) {
        log_warning(NULL, "has to wait: %s", fault->text);
    }
    return status != STATUS_HALT;
}

/* ---- the line ------------------------------------------------------------------------------- */

static void close_line(struct program *program)
{
    if (program->socket != NULL)
        loop_remove_socket(program->loop, messaging_socket_handle(program->socket));
    messaging_socket_close(&program->socket);
}

static enum status hear(void *context, const char *user, const struct messaging_peer *peer,
                        const struct messaging_frame *frames, size_t count, struct fault *fault)
{
    const struct program *program = context;
    (void)user; // the socket trusts one server's key alone
    (void)peer;
    return forward_hear(program->forward, frames, count, fault);
}

static void socket_is_readable(void *context)
{
    struct program *program = context;
    struct fault fault = {0};
    (void)heed(program, line_take(program->socket, hear, program, &fault), &fault);
}

static enum status open_line(struct program *program, struct fault *fault)
{
    enum status status =
        messaging_dealer_guarded(program->messaging, program->desk.config->centre.connect,
                                 &program->key, &program->socket, fault);
    if (status == STATUS_OK)
        status = loop_add_socket(program->loop, messaging_socket_handle(program->socket),
                                 socket_is_readable, program, fault);
    if (status != STATUS_OK)
        return status;
    const struct line_port port = line_port_of(program->socket);
    forward_begin(program->forward, &port);
    return STATUS_OK;
}

/* ---- time ----------------------------------------------------------------------------------- */

static void beat(void *context);

static void set_pace(struct program *program)
{
    bool is_busy = forward_is_busy(program->forward);
    if (program->timer != 0 && is_busy == program->is_busy)
        return;
    unsigned timer = loop_add_timer(program->loop, is_busy ? FORWARD_BEAT_MS : FORWARD_IDLE_BEAT_MS,
                                    beat, program);
    if (timer == 0)
        return; // no memory: at the old pace
    if (program->timer != 0)
        loop_remove_timer(program->loop, program->timer);
    program->timer = timer;
    program->is_busy = is_busy;
}

static void beat(void *context)
{
    struct program *program = context;
    struct fault fault = {0};
    enum status status = forward_beat(program->forward, &fault);
    if (!heed(program, status, &fault))
        return;
    bool is_refused = program->socket != NULL && messaging_was_refused(program->socket);
    if (is_refused || forward_is_cut(program->forward)) {
        close_line(program);
        status = forward_cut(program->forward,
                             is_refused ? "the centre does not let this key in: is it enrolled?"
                                        : "the centre is not heard",
                             &fault);
    } else if (forward_wants_line(program->forward)) {
        status = open_line(program, &fault);
    }
    if (heed(program, status, &fault))
        set_pace(program);
}

static void bell_rang(void *context)
{
    struct program *program = context;
    struct fault fault = {0};
    if (!bell_take(program->bell))
        return;
    forward_bell(program->forward);
    (void)heed(program, forward_beat(program->forward, &fault), &fault);
    set_pace(program);
}

static void give_lifesign(void *context)
{
    const struct program *program = context;
    lifesign_give(program->desk.config->store.runtime, "forward", NULL);
}

/* ---- life ----------------------------------------------------------------------------------- */

static enum status open_storage(struct program *program, struct fault *fault)
{
    const struct config *config = program->desk.config;
    enum status status = key_file_read(config->centre.key, &program->key, fault);
    if (status == STATUS_OK)
        status = spool_open_at(config_spool_place(config), &program->desk.spool, fault);
    if (status == STATUS_OK)
        status = ledger_open(config->store.ledger, LEDGER_WRITE, program->desk.clock,
                             &program->desk.ledger, fault);
    if (status == STATUS_OK)
        status = forward_new(&program->desk, &program->forward, fault);
    return status;
}

static enum status start(struct program *program, struct fault *fault)
{
    enum status status = open_storage(program, fault);
    if (status == STATUS_OK)
        status = loop_new(program->desk.clock, &program->loop, fault);
    if (status == STATUS_OK)
        status = loop_catch_signals(program->loop, signalled, program, fault);
    if (status == STATUS_OK)
        status = bell_open(program->desk.config->workers.address, &program->bell, fault);
    if (status == STATUS_OK)
        status = loop_add_file(program->loop, bell_file(program->bell), bell_rang, program, fault);
    if (status == STATUS_OK)
        status = messaging_open(&program->messaging, fault);
    if (status == STATUS_OK &&
        loop_add_timer(program->loop, LIFESIGN_MS, give_lifesign, program) == 0)
        status = fault_set(fault, STATUS_LATER, "out of memory");
    if (status == STATUS_OK)
        set_pace(program);
    if (status == STATUS_OK && program->timer == 0)
        status = fault_set(fault, STATUS_LATER, "out of memory");
    return status;
}

static void stop(struct program *program)
{
    forward_free(&program->forward);
    if (program->loop != NULL)
        close_line(program);
    messaging_close(&program->messaging);
    if (program->bell != NULL)
        loop_remove_file(program->loop, bell_file(program->bell));
    bell_close(&program->bell);
    loop_free(&program->loop);
    ledger_close(&program->desk.ledger);
    spool_close(&program->desk.spool);
    key_file_wipe(&program->key);
}

static int serve(const struct config *config)
{
    struct program program = {
        .desk = {.config = config, .clock = clock_system(), .actor = "forward"},
        .exit_code = EXIT_DONE,
    };
    struct fault fault = {0};
    enum status status = start(&program, &fault);
    if (status == STATUS_OK) {
        log_info(NULL, "sends what is taken over at \"%s\" to %s", config->sites[0].name,
                 config->centre.connect);
        give_lifesign(&program);
        status = loop_run(program.loop, &fault);
    }
    if (status != STATUS_OK) {
        log_error(NULL, "%s", fault.text);
        program.exit_code = (int)exit_code_of(&fault);
    }
    stop(&program);
    return program.exit_code;
}

/* What the command line says counts. False: out of memory. */
static bool overrule(char **setting, const char *given)
{
    if (given == NULL)
        return true;
    free(*setting);
    *setting = string_copy(given);
    return *setting != NULL;
}

static int run(const char *config_path, const char *connect, const char *key)
{
    struct config *config = config_load_or_explain(config_path);
    if (config == NULL)
        return EXIT_CONFIGURATION;
    log_open("posteingang-forward", config->log_level);
    const struct privileges_kept kept = {.writes_files = true};
    struct fault fault = {0};
    int code = EXIT_CONFIGURATION;
    if (privileges_drop(&kept, &fault) != STATUS_OK) {
        log_error(NULL, "%s", fault.text);
        code = EXIT_NOT_PERMITTED;
    } else if (!overrule(&config->centre.connect, connect) || !overrule(&config->centre.key, key)) {
        log_error(NULL, "out of memory");
        code = EXIT_STORAGE;
    } else if (config->centre.connect == NULL) {
        log_error(NULL, "centre.connect is not set in %s: there is no centre", config->path);
    } else if (config->site_count != 1) {
        log_error(NULL, "a desk that sends to a centre has exactly one site in %s", config->path);
    } else {
        code = serve(config);
    }
    config_free(&config);
    log_info(NULL, "ended");
    return reload_exit_code(code);
}

int main(int argc, char **argv)
{
    const char *config = NULL;
    const char *connect = NULL;
    const char *key = NULL;
    const struct argument table[] = {
        {"config",  "FILE",    "The configuration (default: see posteingang --help)", ARGUMENT_STRING,
         &config                                                                                               },
        {"connect", "ADDRESS",
         "the centre's reception.listen, tcp://HOST:PORT (default: centre.connect)",  ARGUMENT_STRING, &connect},
        {"key",     "FILE",    "this desk's key file (default: centre.key)",          ARGUMENT_STRING, &key    },
    };
    const struct program_line line = {
        .program = "posteingang-forward",
        .usage = "posteingang-forward [--config FILE]",
        .about = "Sends what the intake of this desk took over to the centre.",
        .table = table,
        .count = sizeof table / sizeof table[0],
    };
    int code = EXIT_DONE;
    if (!program_line_read(&line, argc, argv, &code))
        return code;
    return run(config, connect, key);
}
