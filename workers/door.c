/* door.c - the way in for workers of other hosts: enrolled keys, and nobody else.
 *
 * The gate asks the ledger about every key at its hand-shake, and what came in by a key is asked
 * for again with every message, because a hand-shake may be days old: a revoked key opens nothing
 * from the commit of its revocation on. libzmq cannot cut one connection of a socket; that of a
 * revoked key stays until its owner closes it, and is deaf and dumb.
 *
 * Whoever is turned away stands in the log (one line a second) and in the audit (one row a minute
 * for each reason, with the count), so that an attack writes neither disk full. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workers/dispatch_state.h"

enum { AUDIT_EVERY_MS = 60000, LOG_EVERY_MS = 1000 };

enum refusal { REFUSAL_UNKNOWN_KEY = 0, REFUSAL_NO_HANDSHAKE, REFUSALS };

static const struct {
    const char *why, *words;
} refusals[REFUSALS] = {
    [REFUSAL_UNKNOWN_KEY] = {"unknown-key",  "keys that are not enrolled"                   },
    [REFUSAL_NO_HANDSHAKE] = {"no-handshake", "connections that did not come to a hand-shake"},
};

struct door {
    struct messaging_gate *gate;
    struct messaging_socket *socket;
    uint64_t counts[REFUSALS];    /* not in the audit yet */
    int64_t audited_ms[REFUSALS]; /* monotonic */
    int64_t logged_ms;            /* monotonic */
};

/* ---- hand-shakes ---------------------------------------------------------------------------- */

static bool admit(void *context, const struct public_key *public_key,
                  char ret_user[MESSAGING_USER_BYTES])
{
    struct dispatch *dispatch = context;
    struct worker_key key = {0};
    struct fault fault = {0};
    bool found = false;
    enum status status = worker_key_find(dispatch->ledger, public_key, &found, &key, &fault);
    if (dispatch_storage(dispatch, status, &fault) != STATUS_OK) {
        log_warning(NULL, "cannot look up a worker's key: %s", fault.text);
        return false;
    }
    found = found && key.role != WORKER_ROLE_SITE; // desks have a door of their own
    if (found)
        (void)snprintf(ret_user, MESSAGING_USER_BYTES, "%" PRId64, key.id);
    return found;
}

static void gate_is_readable(void *context)
{
    struct dispatch *dispatch = context;
    messaging_gate_answer(dispatch->door->gate);
}

static void socket_is_readable(void *context)
{
    struct dispatch *dispatch = context;
    dispatch_take_messages(dispatch, dispatch->door->socket);
}

/* ---- messages ------------------------------------------------------------------------------- */

/* *ret_stands false: revoked. */
static enum status look_up(struct dispatch *dispatch, int64_t id, bool *ret_stands,
                           struct worker_key *ret_key)
{
    struct fault fault = {0};
    enum status status = worker_key_get(dispatch->ledger, id, ret_stands, ret_key, &fault);
    if (dispatch_storage(dispatch, status, &fault) != STATUS_OK)
        log_warning(NULL, "cannot look up a worker's key: %s", fault.text);
    return status;
}

static void note(struct dispatch *dispatch, const char *why, const char *who, uint64_t count)
{
    struct fault fault = {0};
    enum status status = worker_key_note_refusals(dispatch->ledger, why, who, count, &fault);
    if (dispatch_storage(dispatch, status, &fault) != STATUS_OK)
        log_warning(NULL, "cannot note who was refused: %s", fault.text);
}

/* The enrolled name stands before the first '/'. */
static void drop_revoked(struct dispatch *dispatch, struct peer *peer)
{
    char who[WORKER_KEY_NAME_BYTES_MOST + 1];
    const struct caller caller = {.port = peer->outbox.port, .id = peer->outbox.peer};
    (void)snprintf(who, sizeof who, "%.*s", (int)strcspn(peer->name, "/"), peer->name);
    admission_drop(dispatch, peer, "its key was revoked");
    admission_answer_stranger(&caller, WIRE_BYE, WIRE_NOT_ENROLLED, "the key was revoked");
    note(dispatch, "revoked", who, 1);
}

bool door_admits(struct dispatch *dispatch, struct caller *caller, const char *user,
                 struct worker_key *ret_key)
{
    bool stands = false;
    enum status status = look_up(dispatch, strtoll(user, NULL, 10), &stands, ret_key);
    struct peer *peer = peers_find(&dispatch->peers, caller);
    if (status == STATUS_OK && stands && (peer == NULL || peer->key == ret_key->id)) {
        caller->key = ret_key;
        return true;
    }
    if (status != STATUS_OK)
        admission_answer_stranger(caller, WIRE_UNKNOWN, WIRE_LEAVING, "");
    else if (peer == NULL)
        admission_answer_stranger(caller, WIRE_BYE, WIRE_NOT_ENROLLED, "the key was revoked");
    if (status != STATUS_OK && peer != NULL)
        admission_drop(dispatch, peer, "its key cannot be looked up");
    else if (peer != NULL)
        drop_revoked(dispatch, peer);
    return false;
}

bool door_lets_stay(struct dispatch *dispatch, struct peer *peer)
{
    struct worker_key key = {0};
    bool stands = true;
    if (peer->key == 0)
        return true;
    enum status status = look_up(dispatch, peer->key, &stands, &key);
    if (status == STATUS_OK && stands)
        return true;
    if (status == STATUS_OK)
        drop_revoked(dispatch, peer);
    else
        admission_drop(dispatch, peer, "its key cannot be looked up");
    return false;
}

/* While the ledger cannot be asked nobody is given anything; those who are there may stay. */
static void drop_if_revoked(struct dispatch *dispatch, struct peer *peer)
{
    struct worker_key key = {0};
    bool stands = true;
    if (peer->key != 0 && look_up(dispatch, peer->key, &stands, &key) == STATUS_OK && !stands)
        drop_revoked(dispatch, peer);
}

/* ---- time ----------------------------------------------------------------------------------- */

static void count_refusals(struct dispatch *dispatch)
{
    struct door *door = dispatch->door;
    const struct messaging_refusals taken = messaging_refusals_take(door->socket);
    door->counts[REFUSAL_UNKNOWN_KEY] += taken.unknown_key;
    door->counts[REFUSAL_NO_HANDSHAKE] += taken.no_handshake;
    int64_t now = dispatch_now(dispatch);
    if (taken.unknown_key + taken.no_handshake > 0 && now - door->logged_ms >= LOG_EVERY_MS) {
        log_warning(NULL, "refused at the door: %" PRIu64 " %s, %" PRIu64 " %s", taken.unknown_key,
                    refusals[REFUSAL_UNKNOWN_KEY].words, taken.no_handshake,
                    refusals[REFUSAL_NO_HANDSHAKE].words);
        door->logged_ms = now;
    }
    for (int i = 0; i < REFUSALS; i++) {
        if (door->counts[i] == 0 || now - door->audited_ms[i] < AUDIT_EVERY_MS)
            continue;
        note(dispatch, refusals[i].why, "", door->counts[i]);
        door->counts[i] = 0;
        door->audited_ms[i] = now;
    }
}

void door_beat(struct dispatch *dispatch)
{
    struct peer *next = NULL;
    if (dispatch->door == NULL)
        return;
    count_refusals(dispatch);
    for (struct peer *peer = dispatch->peers.first; peer != NULL; peer = next) {
        next = peer->next;
        drop_if_revoked(dispatch, peer);
    }
}

/* ---- life ----------------------------------------------------------------------------------- */

static enum status listen_guarded(struct dispatch *dispatch, const struct config_dispatch *rule,
                                  struct fault *fault)
{
    struct door *door = dispatch->door;
    struct key_file file = {0};
    enum status status = key_file_read(rule->key, &file, fault);
    if (status == STATUS_OK)
        status = messaging_gate_open(dispatch->messaging, admit, dispatch, &door->gate, fault);
    if (status == STATUS_OK)
        status = messaging_router_guarded(dispatch->messaging, rule->listen, door->gate, &file.pair,
                                          &door->socket, fault);
    key_file_wipe(&file);
    if (status == STATUS_OK)
        status = loop_add_socket(dispatch->loop, messaging_gate_handle(door->gate),
                                 gate_is_readable, dispatch, fault);
    if (status == STATUS_OK)
        status = loop_add_socket(dispatch->loop, messaging_socket_handle(door->socket),
                                 socket_is_readable, dispatch, fault);
    return status;
}

enum status door_open(struct dispatch *dispatch, const struct config *config, struct fault *fault)
{
    if (config->dispatch.listen == NULL)
        return STATUS_OK;
    dispatch->door = calloc(1, sizeof *dispatch->door);
    if (dispatch->door == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    for (int i = 0; i < REFUSALS; i++)
        dispatch->door->audited_ms[i] = INT64_MIN / 2;
    dispatch->door->logged_ms = INT64_MIN / 2;
    enum status status = listen_guarded(dispatch, &config->dispatch, fault);
    if (status == STATUS_OK)
        log_info(NULL, "workers of other hosts may come to %s", config->dispatch.listen);
    return status;
}

void door_close(struct dispatch *dispatch)
{
    struct door *door = dispatch->door;
    if (door == NULL)
        return;
    if (door->socket != NULL)
        loop_remove_socket(dispatch->loop, messaging_socket_handle(door->socket));
    if (door->gate != NULL)
        loop_remove_socket(dispatch->loop, messaging_gate_handle(door->gate));
    messaging_socket_close(&door->socket);
    messaging_gate_close(&door->gate);
    free(door);
    dispatch->door = NULL;
}
