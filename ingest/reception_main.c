/* reception_main.c - posteingang-reception: takes scans over from desks far from the centre.
 *
 * The door is the dispatcher's in small: CURVE, a gate that asks the ledger about every key, and
 * only keys that are enrolled for a site. Whoever is turned away stands in the log (a line a second
 * at most) and in the audit (a row a minute, with the count). */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "base/arguments.h"
#include "base/exit_code.h"
#include "base/lifesign.h"
#include "base/loop.h"
#include "base/privileges.h"
#include "config/reload.h"
#include "ingest/reception.h"
#include "store/worker_keys.h"

enum { AUDIT_EVERY_MS = 60000 };

struct program {
    struct desk desk;
    struct loop *loop;
    struct messaging *messaging;
    struct messaging_gate *gate;
    struct messaging_socket *socket;
    struct reception *reception;
    uint64_t refused; /* hand-shakes that are not in the audit yet */
    int64_t audited_ms;
    int exit_code;
};

static void signalled(void *context, int signal_number)
{
    struct program *program = context;
    if (signal_number == SIGTERM || signal_number == SIGINT || reload_is_asked(signal_number))
        loop_stop(program->loop);
}

static void halt(struct program *program, const struct fault *fault)
{
    log_error(NULL, "the storage can no longer be trusted: %s", fault->text);
    program->exit_code = EXIT_STORAGE;
    loop_stop(program->loop);
}

/* ---- the door ------------------------------------------------------------------------------- */

static bool admit(void *context, const struct public_key *public_key,
                  char ret_user[MESSAGING_USER_BYTES])
{
    struct program *program = context;
    struct worker_key key = {0};
    struct fault fault = {0};
    bool found = false;
    enum status status = worker_key_find(program->desk.ledger, public_key, &found, &key, &fault);
    if (status == STATUS_HALT)
        halt(program, &fault);
    else if (status != STATUS_OK)
        log_warning(NULL, "cannot look up a desk's key: %s", fault.text);
    if (status != STATUS_OK || !found || key.role != WORKER_ROLE_SITE)
        return false;
    (void)snprintf(ret_user, MESSAGING_USER_BYTES, "%" PRId64, key.id);
    return true;
}

static void gate_is_readable(void *context)
{
    struct program *program = context;
    messaging_gate_answer(program->gate);
}

static enum status hear(void *context, const char *user, const struct messaging_peer *peer,
                        const struct messaging_frame *frames, size_t count, struct fault *fault)
{
    const struct program *program = context;
    return reception_hear(program->reception, user, peer, frames, count, fault);
}

static void socket_is_readable(void *context)
{
    struct program *program = context;
    struct fault fault = {0};
    if (line_take(program->socket, hear, program, &fault) == STATUS_HALT)
        halt(program, &fault);
}

static void count_refusals(struct program *program)
{
    const struct messaging_refusals taken = messaging_refusals_take(program->socket);
    struct fault fault = {0};
    uint64_t count = taken.unknown_key + taken.no_handshake;
    int64_t now = clock_monotonic_ms(program->desk.clock);
    if (count > 0)
        log_warning(NULL,
                    "refused at the desks' door: %" PRIu64
                    " keys that are not enrolled for a site, "
                    "%" PRIu64 " connections that did not come to a hand-shake",
                    taken.unknown_key, taken.no_handshake);
    program->refused += count;
    if (program->refused == 0 || now - program->audited_ms < AUDIT_EVERY_MS)
        return;
    enum status status =
        worker_key_note_refusals(program->desk.ledger, "reception", "", program->refused, &fault);
    if (status == STATUS_HALT)
        halt(program, &fault);
    program->refused = 0;
    program->audited_ms = now;
}

static void beat(void *context)
{
    struct program *program = context;
    struct fault fault = {0};
    count_refusals(program);
    if (reception_beat(program->reception, &fault) == STATUS_HALT)
        halt(program, &fault);
    lifesign_give(program->desk.config->store.runtime, "reception", NULL);
}

/* ---- life ----------------------------------------------------------------------------------- */

static enum status open_door(struct program *program, struct fault *fault)
{
    const struct config *config = program->desk.config;
    struct key_file file = {0};
    enum status status = key_file_read(config->dispatch.key, &file, fault);
    if (status == STATUS_OK)
        status = messaging_open(&program->messaging, fault);
    if (status == STATUS_OK)
        status = messaging_gate_open(program->messaging, admit, program, &program->gate, fault);
    if (status == STATUS_OK)
        status = messaging_router_guarded(program->messaging, config->reception.listen,
                                          program->gate, &file.pair, &program->socket, fault);
    key_file_wipe(&file);
    if (status == STATUS_OK)
        status = loop_add_socket(program->loop, messaging_gate_handle(program->gate),
                                 gate_is_readable, program, fault);
    if (status == STATUS_OK)
        status = loop_add_socket(program->loop, messaging_socket_handle(program->socket),
                                 socket_is_readable, program, fault);
    return status;
}

static enum status start(struct program *program, struct fault *fault)
{
    const struct config *config = program->desk.config;
    enum status status = spool_open_at(config_spool_place(config), &program->desk.spool, fault);
    if (status == STATUS_OK)
        status = ledger_open(config->store.ledger, LEDGER_WRITE, program->desk.clock,
                             &program->desk.ledger, fault);
    if (status == STATUS_OK)
        status = loop_new(program->desk.clock, &program->loop, fault);
    if (status == STATUS_OK)
        status = loop_catch_signals(program->loop, signalled, program, fault);
    if (status == STATUS_OK)
        status = open_door(program, fault);
    if (status != STATUS_OK)
        return status;
    const struct line_port port = line_port_of(program->socket);
    status = reception_new(&program->desk, &port, &program->reception, fault);
    if (status == STATUS_OK && loop_add_timer(program->loop, RECEPTION_BEAT_MS, beat, program) == 0)
        status = fault_set(fault, STATUS_LATER, "out of memory");
    return status;
}

static void stop(struct program *program)
{
    reception_free(&program->reception);
    if (program->socket != NULL)
        loop_remove_socket(program->loop, messaging_socket_handle(program->socket));
    if (program->gate != NULL)
        loop_remove_socket(program->loop, messaging_gate_handle(program->gate));
    messaging_socket_close(&program->socket);
    messaging_gate_close(&program->gate);
    messaging_close(&program->messaging);
    loop_free(&program->loop);
    ledger_close(&program->desk.ledger);
    spool_close(&program->desk.spool);
}

static int serve(const struct config *config)
{
    struct program program = {
        .desk = {.config = config, .clock = clock_system(), .actor = "reception"},
        .audited_ms = INT64_MIN / 2,
        .exit_code = EXIT_DONE,
    };
    struct fault fault = {0};
    enum status status = start(&program, &fault);
    if (status == STATUS_OK) {
        log_info(NULL, "desks may come to %s", config->reception.listen);
        lifesign_give(config->store.runtime, "reception", NULL);
        status = loop_run(program.loop, &fault);
    }
    if (status != STATUS_OK) {
        log_error(NULL, "%s", fault.text);
        program.exit_code = (int)exit_code_of(&fault);
    }
    stop(&program);
    return program.exit_code;
}

static int run(const char *config_path)
{
    struct config *config = config_load_or_explain(config_path);
    if (config == NULL)
        return EXIT_CONFIGURATION;
    log_open("posteingang-reception", config->log_level);
    const struct privileges_kept kept = {.writes_files = true};
    struct fault fault = {0};
    int code = EXIT_CONFIGURATION;
    if (privileges_raise_files(&fault) != STATUS_OK)
        log_warning(NULL, "%s", fault.text);
    if (privileges_drop(&kept, &fault) != STATUS_OK) {
        log_error(NULL, "%s", fault.text);
        code = EXIT_NOT_PERMITTED;
    } else if (config->reception.listen == NULL) {
        log_error(NULL, "reception.listen is not set in %s: no desk can come", config->path);
    } else {
        code = serve(config);
    }
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
        .program = "posteingang-reception",
        .usage = "posteingang-reception [--config FILE]",
        .about = "Takes scans over from desks far away (posteingang site), for good.",
        .table = table,
        .count = sizeof table / sizeof table[0],
    };
    int code = EXIT_DONE;
    if (!program_line_read(&line, argc, argv, &code))
        return code;
    return run(config_path);
}
