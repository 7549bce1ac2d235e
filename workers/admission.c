/* admission.c - which workers are there: who comes, who comes back, who is gone.
 *
 * A worker is known by its name. The same incarnation under another routing id is the same
 * process on a new connection; another incarnation takes the name over only when the old one can
 * no longer be reached. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/dispatchers.h"
#include "workers/dispatch_state.h"

enum { NAME_BYTES = WIRE_NAME_BYTES_MOST }; /* cut after that: a job row keeps no more */

void admission_answer_stranger(const struct caller *caller, enum wire_command command,
                               enum wire_parting parting, const char *reason)
{
    struct outbox outbox = {
        .port = caller->port, .has_peer = true, .peer = caller->id, .version = caller->version};
    struct wire_message message = {.command = command};
    if (command == WIRE_BYE)
        message.as.bye =
            (struct wire_bye){.parting = (uint8_t)parting, .reason = wire_text(reason)};
    bool gone = false;
    (void)outbox_send(&outbox, &message, &gone, NULL);
    wire_message_done(&message);
    outbox_done(&outbox);
}

void admission_drop(struct dispatch *dispatch, struct peer *peer, const char *why)
{
    struct fault fault = {0};
    uint32_t lost = 0;
    bool held = peer->jobs_held > 0;
    for (struct assignment *assignment = assignments_of(&dispatch->assignments, peer);
         assignment != NULL; assignment = assignments_of(&dispatch->assignments, peer))
        assignments_remove(&dispatch->assignments, assignment);
    if (held && dispatch_storage(dispatch,
                                 ledger_leases_lose(dispatch->ledger, peer->name, &dispatch->retry,
                                                    &lost, &fault),
                                 &fault) != STATUS_OK)
        log_warning(NULL, "leases of %s stay until they run out: %s", peer->name, fault.text);
    if (dispatch_storage(dispatch, ledger_worker_left(dispatch->ledger, peer->name, &fault),
                         &fault) != STATUS_OK)
        log_warning(NULL, "cannot record that %s left: %s", peer->name, fault.text);
    log_info(NULL, "worker %s is gone (%s); %u jobs given back", peer->name, why, lost);
    peers_remove(&dispatch->peers, peer);
    for (int kind = 0; lost > 0 && kind < JOB_KINDS; kind++)
        dispatch_expect(dispatch, (enum job_kind)kind);
}

static bool can_be_reached(struct dispatch *dispatch, struct peer *peer)
{
    struct wire_message heartbeat = {.command = WIRE_HEARTBEAT};
    bool gone = false;
    (void)outbox_send(&peer->outbox, &heartbeat, &gone, NULL);
    (void)dispatch;
    return !gone;
}

static struct peer *join(struct dispatch *dispatch, const struct caller *caller, const char *name,
                         const struct wire_ready *ready)
{
    struct peer *peer = peers_add(&dispatch->peers, caller, name, ready);
    if (peer == NULL) {
        log_error(NULL, "cannot take worker %s: too many workers or no memory", name);
        return NULL;
    }
    struct fault fault = {0};
    const char *kind = peer->kind == WIRE_READER ? "reader" : "filer";
    if (dispatch_storage(dispatch,
                         ledger_worker_joined(dispatch->ledger, peer->name, kind, peer->host,
                                              peer->version, &fault),
                         &fault) != STATUS_OK)
        log_warning(NULL, "cannot record worker %s: %s", peer->name, fault.text);
    (void)dispatch_look_at_drained(dispatch); // it may take the place of one that was
    log_info(NULL, "worker %s is here: %s on %s, version %s", peer->name, kind, peer->host,
             peer->version);
    return peer;
}

/* The worker that says READY; NULL when it has to wait or cannot be taken. */
static struct peer *identify(struct dispatch *dispatch, const struct caller *caller,
                             const char *name, const struct wire_ready *ready)
{
    struct peer *peer = peers_find(&dispatch->peers, caller);
    if (peer != NULL && !string_equal(peer->name, name)) {
        admission_drop(dispatch, peer, "it changed its name");
        peer = NULL;
    }
    if (peer == NULL)
        peer = peers_find_name(&dispatch->peers, name);
    if (peer == NULL)
        return join(dispatch, caller, name, ready);
    if (peer->incarnation == ready->incarnation && peer->kind == ready->kind) {
        outbox_done(&peer->outbox);
        peer->outbox.port = caller->port;
        peer->outbox.peer = caller->id;
        peer->key = caller->key == NULL ? 0 : caller->key->id;
        return peer;
    }
    if (can_be_reached(dispatch, peer)) {
        admission_answer_stranger(caller, WIRE_BYE, WIRE_NAME_TAKEN,
                                  "another worker of this name is there");
        return NULL;
    }
    admission_drop(dispatch, peer, "it was started anew");
    return join(dispatch, caller, name, ready);
}

/* A worker came back with a job that this dispatcher does not know to be with it: after a restart,
 * or because the dispatcher that gave it is gone. The ledger says whether the lease still is the
 * worker's. */
static bool adopt(struct dispatch *dispatch, struct peer *peer, int64_t job, uint32_t attempt)
{
    struct fault fault = {0};
    enum job_kind kind = JOB_READ;
    bool held = false;
    enum status status =
        ledger_job_adopt(dispatch->ledger, (struct job_id){job}, attempt, peer->name,
                         dispatch->rule->lease_ms, &held, &kind, &fault);
    if (dispatch_storage(dispatch, status, &fault) != STATUS_OK)
        log_warning(NULL, "job %lld: cannot look up its lease: %s", (long long)job, fault.text);
    if (!held)
        return false;
    struct assignment *assignment =
        assignments_add(&dispatch->assignments, peer, (struct job_id){job}, attempt, kind);
    if (assignment == NULL)
        return false;
    assignment->renewed_ms = assignment->moved_ms = dispatch_now(dispatch);
    log_info(NULL, "job %lld attempt %u is still with %s", (long long)job, attempt, peer->name);
    return true;
}

/* Gives back what the worker does not hold any more; starts what it does hold from a known
 * point. Returns whether the job in its hand is its own. */
static bool reconcile(struct dispatch *dispatch, struct peer *peer, int64_t job, uint32_t attempt)
{
    struct assignment *next = NULL;
    for (struct assignment *one = dispatch->assignments.first; one != NULL; one = next) {
        next = one->next;
        if (one->peer != peer)
            continue;
        if (one->job.number == job && one->attempt == attempt) {
            outgoing_done(&one->outgoing);
            assignment_abandon_result(one);
        } else {
            bool held = false;
            (void)leases_fail(dispatch, one, JOB_FAILURE_LOST, "the worker came back without it",
                              &held);
            assignments_remove(&dispatch->assignments, one);
        }
    }
    if (job == 0 || assignments_find(&dispatch->assignments, peer, job, attempt) != NULL)
        return true;
    return adopt(dispatch, peer, job, attempt);
}

static bool welcome(struct dispatch *dispatch, struct peer *peer)
{
    struct wire_message message = {.command = WIRE_WELCOME};
    message.as.welcome =
        (struct wire_welcome){.session = peer->session,
                              .heartbeat_ms = (uint32_t)dispatch->rule->heartbeat_ms,
                              .vanished_ms = (uint32_t)dispatch->rule->vanished_ms};
    return dispatch_say(dispatch, peer, &message);
}

/* What the worker is called here. One of another host is called after its key, so that no lease
 * can be anybody's but that key's; '/' is in no name of this host's workers. false: it is told why
 * it is not taken. */
static bool give_name(const struct caller *caller, const struct wire_ready *ready,
                      char ret_name[NAME_BYTES])
{
    const struct worker_key *key = caller->key;
    const char *kind = ready->kind == WIRE_READER ? "reader" : "filer";
    if (key == NULL && strchr(ready->worker, '/') != NULL) {
        admission_answer_stranger(caller, WIRE_BYE, WIRE_MALFORMED,
                                  "a name with '/' is for workers of other hosts");
        return false;
    }
    if (key != NULL && !string_equal(kind, worker_role_name(key->role))) {
        log_warning(NULL, "%s came as a %s; its key is enrolled for a %s", key->name, kind,
                    worker_role_name(key->role));
        admission_answer_stranger(caller, WIRE_BYE, WIRE_NOT_ENROLLED,
                                  "the key is enrolled for another kind of worker");
        return false;
    }
    (void)snprintf(ret_name, NAME_BYTES, "%s%s%s", key == NULL ? "" : key->name,
                   key == NULL ? "" : "/", ready->worker);
    return true;
}

/* Readers may be of the version before ours: what they send is checked all the same. A filer
 * decides and files by the rules of its release, which has to be the dispatcher's. */
static bool admits_version(const struct caller *caller, const struct wire_ready *ready,
                           const char *name)
{
    struct text reason = {0};
    bool admits = caller->version == WIRE_VERSION || ready->kind == WIRE_READER;
    if (caller->version == WIRE_VERSION)
        return true;
    text_append_format(&reason, "it speaks version %u of the protocol, the dispatcher version %d",
                       caller->version, WIRE_VERSION);
    log_warning(NULL, "%s %s on %s, program version %s, %s: %s; upgrade that host",
                ready->kind == WIRE_READER ? "reader" : "filer", name, ready->host, ready->version,
                admits ? "is served for now" : "cannot be served", text_string(&reason));
    if (!admits)
        admission_answer_stranger(caller, WIRE_BYE, WIRE_OTHER_VERSION, text_string(&reason));
    text_done(&reason);
    return admits;
}

void admission_ready(struct dispatch *dispatch, const struct caller *caller,
                     const struct wire_message *message)
{
    const struct wire_ready *ready = &message->as.ready;
    char name[NAME_BYTES];
    if (!give_name(caller, ready, name) || !admits_version(caller, ready, name))
        return;
    struct peer *peer = identify(dispatch, caller, name, ready);
    if (peer == NULL)
        return;
    bool is_repeat = peer->session == ready->session;
    peer->session = ready->session;
    peer->heard_ms = dispatch_now(dispatch);
    peer->jobs_most = ready->jobs;
    bool is_its_own = is_repeat || reconcile(dispatch, peer, message->job, message->attempt);
    if (!welcome(dispatch, peer))
        return;
    if (!is_its_own && !results_settle(dispatch, peer, message->job, message->attempt, WIRE_STALE,
                                       "the lease is another's by now"))
        return;
    grants_make(dispatch);
}

/* false: it is gone. */
static bool say_heartbeat(struct dispatch *dispatch, struct peer *peer)
{
    const struct wire_message heartbeat = {.command = WIRE_HEARTBEAT};
    bool gone = false;
    if (outbox_flush(&peer->outbox, &gone, NULL) != STATUS_OK && gone) {
        admission_drop(dispatch, peer, "disconnected");
        return false;
    }
    return !outbox_is_empty(&peer->outbox) || dispatch_say(dispatch, peer, &heartbeat);
}

void admission_pulse(struct dispatch *dispatch, size_t most)
{
    int64_t before_ms = dispatch_now(dispatch) - dispatch->rule->heartbeat_ms * 3 / 4;
    struct peer *next = NULL;
    for (struct peer *peer = dispatch->peers.first; peer != NULL && most > 0; peer = next) {
        next = peer->next;
        if (peer->said_ms > before_ms)
            continue;
        most--;
        (void)say_heartbeat(dispatch, peer);
    }
}

void admission_beat(struct dispatch *dispatch)
{
    int64_t now = dispatch_now(dispatch);
    struct peer *next = NULL;
    for (struct peer *peer = dispatch->peers.first; peer != NULL; peer = next) {
        next = peer->next;
        if (now - peer->heard_ms > dispatch->rule->vanished_ms)
            admission_drop(dispatch, peer, "silent");
        else if (now - peer->said_ms >= dispatch->rule->heartbeat_ms)
            (void)say_heartbeat(dispatch, peer);
    }
}
