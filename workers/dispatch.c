/* dispatch.c - the dispatcher's life, and who of its files hears which message. See dispatch.h.
 *
 * Four timers: the beat finds who is gone and what ran out; the pulse says heartbeats, to some workers at
 * a time; the poll asks the ledger for work when no bell rang; the fourth only while stopping. Idle,
 * nothing is written. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/kinds.h"
#include "base/share.h"
#include "base/text.h"
#include "store/database.h"
#include "store/dispatchers.h"
#include "store/guard.h"
#include "store/operations.h"
#include "workers/dispatch_state.h"

enum {
    FOREIGN_LOG_EVERY_MS = 1000,
    MESSAGES_MOST = 64, /* heard before results are taken and jobs given out */
    PULSES = 16,        /* in a heartbeat */
    STOP_LOOK_MS = 100,
    STOP_ANNOUNCE_MS = 1000, /* for workers that are being stopped too to say so */
    STOP_FAREWELL_MS = 5000  /* for those to hear what became of their job, and to say BYE */
};

int64_t dispatch_now(const struct dispatch *dispatch)
{
    return clock_monotonic_ms(dispatch->clock);
}

void dispatch_halt(struct dispatch *dispatch, const struct fault *fault)
{
    if (dispatch->outcome != STATUS_HALT)
        log_error(NULL, "storage failed, stopping: %s", fault->text);
    dispatch->outcome = STATUS_HALT;
    if (dispatch->loop != NULL)
        loop_stop(dispatch->loop);
}

enum status dispatch_storage(struct dispatch *dispatch, enum status status,
                             const struct fault *fault)
{
    if (status == STATUS_HALT)
        dispatch_halt(dispatch, fault);
    if (status == STATUS_LATER && reserve_give_up(dispatch->reserve))
        log_error(NULL, "the ledger's disk is full: its reserve is given up for what is in hand, "
                        "and no jobs are given out until there is room again");
    return status;
}

void dispatch_expect(struct dispatch *dispatch, enum job_kind kind)
{
    dispatch->nothing_due[kind] = false;
}

bool dispatch_say(struct dispatch *dispatch, struct peer *peer, const struct wire_message *message)
{
    struct fault fault = {0};
    bool gone = false;
    bool is_kept = group_keeps(dispatch, message);
    peer->is_kept_for = peer->is_kept_for || is_kept;
    peer->said_ms = dispatch_now(dispatch);
    switch (is_kept ? outbox_keep(&peer->outbox, message, &fault)
                    : outbox_send(&peer->outbox, message, &gone, &fault)) {
    case STATUS_OK:
        return true;
    case STATUS_LATER:
        admission_drop(dispatch, peer, gone ? "disconnected" : fault.text);
        return false;
    case STATUS_REFUSE:
        admission_drop(dispatch, peer, fault.text);
        return false;
    case STATUS_HALT:
        break;
    }
    dispatch_halt(dispatch, &fault);
    return false;
}

/* ---- messages ------------------------------------------------------------------------------- */

static void take_sign_of_life(struct dispatch *dispatch, struct peer *peer,
                              const struct wire_message *message)
{
    if (message->job == 0)
        return;
    struct assignment *assignment =
        assignments_find(&dispatch->assignments, peer, message->job, message->attempt);
    if (assignment == NULL) {
        (void)results_settle(dispatch, peer, message->job, message->attempt, WIRE_STALE,
                             "the lease is another's by now");
        return;
    }
    bool is_progress = message->command == WIRE_PROGRESS;
    uint32_t page = is_progress ? message->as.progress.page : assignment->page;
    uint32_t page_count = is_progress ? message->as.progress.page_count : assignment->page_count;
    leases_renew(dispatch, assignment, page, page_count);
}

static void take_farewell(struct dispatch *dispatch, struct peer *peer)
{
    const struct caller caller = {.port = peer->outbox.port, .id = peer->outbox.peer};
    admission_drop(dispatch, peer, "it said so");
    admission_answer_stranger(&caller, WIRE_BYE, WIRE_LEAVING, "");
    grants_make(dispatch);
}

static void take_from_peer(struct dispatch *dispatch, struct peer *peer,
                           struct wire_message *message)
{
    peer->heard_ms = dispatch_now(dispatch);
    switch ((int)message->command) {
    case WIRE_HEARTBEAT:
    case WIRE_PROGRESS:
        take_sign_of_life(dispatch, peer, message);
        break;
    case WIRE_CREDIT:
        grants_credit(dispatch, peer, message);
        break;
    case WIRE_CHUNK:
        results_chunk(dispatch, peer, message);
        break;
    case WIRE_RESULT_READ:
    case WIRE_RESULT_MATCH:
    case WIRE_RESULT_FILE:
    case WIRE_RESULT_COMPOSE:
        results_begin(dispatch, peer, message);
        break;
    case WIRE_FAIL:
        results_failed(dispatch, peer, message);
        break;
    case WIRE_DRAIN:
        peer->draining = true;
        break;
    case WIRE_BYE:
        take_farewell(dispatch, peer);
        break;
    default:
        log_warning(NULL, "worker %s said %s, which is not for workers to say", peer->name,
                    wire_command_name(message->command));
        break;
    }
}

/* Strangers may send what they like as often as they like: one line a second is enough. */
static void log_foreign(struct dispatch *dispatch, const struct peer *peer, const char *reason)
{
    int64_t now = dispatch_now(dispatch);
    if (peer == NULL && now - dispatch->foreign_logged_ms < FOREIGN_LOG_EVERY_MS)
        return;
    dispatch->foreign_logged_ms = now;
    log_warning(NULL, "%s sent what cannot be understood: %s",
                peer == NULL ? "a stranger" : peer->name, reason);
}

static void take_malformed(struct dispatch *dispatch, const struct caller *caller, unsigned version,
                           const char *reason)
{
    struct peer *peer = peers_find(&dispatch->peers, caller);
    log_foreign(dispatch, peer, reason);
    bool is_other_version = version != 0 && !wire_speaks(version);
    if (peer != NULL)
        admission_drop(dispatch, peer, "it cannot be understood");
    if (peer != NULL || is_other_version)
        admission_answer_stranger(caller, WIRE_BYE,
                                  is_other_version ? WIRE_OTHER_VERSION : WIRE_MALFORMED, reason);
}

static void hear(struct dispatch *dispatch, const struct caller *from,
                 const struct messaging_frame *frames, size_t count)
{
    struct wire_message message = {0};
    struct fault fault = {0};
    struct caller caller = *from;
    unsigned version = 0;
    if (wire_decode(frames, count, &message, &version, &fault) != STATUS_OK) {
        take_malformed(dispatch, &caller, version, fault.text);
        return;
    }
    caller.version = wire_speaks(version) ? version : 0; // a BYE is understood in any
    struct peer *peer = peers_find(&dispatch->peers, &caller);
    if (message.command == WIRE_READY)
        admission_ready(dispatch, &caller, &message);
    else if (peer != NULL)
        take_from_peer(dispatch, peer, &message);
    else if (message.command != WIRE_BYE)
        admission_answer_stranger(&caller, WIRE_UNKNOWN, WIRE_LEAVING, "");
    wire_message_done(&message);
}

static bool has_to_write(const struct dispatch *dispatch)
{
    return dispatch->wants_grants || dispatch->has_results || dispatch->has_renewals;
}

void dispatch_hear(struct dispatch *dispatch, const struct caller *caller,
                   const struct messaging_frame *frames, size_t count)
{
    if (dispatch->is_grouping) {
        hear(dispatch, caller, frames, count);
        return;
    }
    dispatch->is_grouping = true;
    hear(dispatch, caller, frames, count);
    dispatch->is_grouping = false;
    if (has_to_write(dispatch))
        grants_make(dispatch);
}

static void take_frames(struct dispatch *dispatch, struct messaging_socket *socket,
                        const struct messaging_message *raw)
{
    struct messaging_frame frames[WIRE_FRAMES_MOST];
    size_t count = messaging_message_frames(raw);
    for (size_t i = 0; i < count && i < WIRE_FRAMES_MOST; i++)
        frames[i] = messaging_message_frame(raw, i);
    struct caller caller = {.port = port_of_socket(socket), .id = *messaging_message_peer(raw)};
    struct worker_key key = {0};
    bool is_local = socket == dispatch->socket;
    if (is_local || door_admits(dispatch, &caller, messaging_message_user(raw), &key))
        dispatch_hear(dispatch, &caller, frames, count);
}

static void flush_all(struct dispatch *dispatch)
{
    struct peer *next = NULL;
    for (struct peer *peer = dispatch->peers.first; peer != NULL; peer = next) {
        next = peer->next;
        bool gone = false;
        if (!outbox_is_empty(&peer->outbox) &&
            outbox_flush(&peer->outbox, &gone, NULL) != STATUS_OK && gone)
            admission_drop(dispatch, peer, "disconnected");
    }
    grants_pump_all(dispatch);
}

/* One message. false: there is none. */
static bool take_message(struct dispatch *dispatch, struct messaging_socket *socket)
{
    struct messaging_message *raw = NULL;
    struct fault fault = {0};
    enum status status = messaging_receive(socket, &raw, &fault);
    if (status == STATUS_HALT)
        dispatch_halt(dispatch, &fault);
    if (raw == NULL)
        return false;
    take_frames(dispatch, socket, raw);
    messaging_message_done(&raw);
    return true;
}

/* Some of what is there, and then, with one commit, the results among it and the jobs that they made
 * room for. false: that was all. */
static bool take_some(struct dispatch *dispatch, struct messaging_socket *socket)
{
    bool is_more = true;
    dispatch->is_grouping = true;
    for (int i = 0; i < MESSAGES_MOST && is_more && dispatch->outcome == STATUS_OK; i++)
        is_more = take_message(dispatch, socket);
    dispatch->is_grouping = false;
    if (has_to_write(dispatch))
        (void)grants_make_some(dispatch);
    return is_more || has_to_write(dispatch);
}

void dispatch_take_messages(struct dispatch *dispatch, struct messaging_socket *socket)
{
    while (dispatch->outcome == STATUS_OK && take_some(dispatch, socket))
        continue;
    flush_all(dispatch);
}

static void socket_is_readable(void *context)
{
    struct dispatch *dispatch = context;
    dispatch_take_messages(dispatch, dispatch->socket);
}

/* ---- timers and bells ----------------------------------------------------------------------- */

static enum status hold_back(void *context, const char *name, struct fault *fault)
{
    (void)fault;
    struct dispatch *dispatch = context;
    for (struct peer *peer = dispatch->peers.first; peer != NULL; peer = peer->next)
        peer->held_back = peer->held_back || strcmp(peer->name, name) == 0;
    return STATUS_OK;
}

bool dispatch_look_at_drained(struct dispatch *dispatch)
{
    struct fault fault = {0};
    for (struct peer *peer = dispatch->peers.first; peer != NULL; peer = peer->next)
        peer->held_back = false;
    enum status status = workers_drained(dispatch->ledger, hold_back, dispatch, &fault);
    if (dispatch_storage(dispatch, status, &fault) != STATUS_OK)
        log_warning(NULL, "cannot see which workers are drained: %s", fault.text);
    return status == STATUS_OK;
}

static void expect_everything(struct dispatch *dispatch)
{
    for (int kind = 0; kind < JOB_KINDS; kind++)
        dispatch_expect(dispatch, (enum job_kind)kind);
    grants_make(dispatch);
}

void dispatch_look_for_work(struct dispatch *dispatch)
{
    (void)dispatch_look_at_drained(dispatch);
    expect_everything(dispatch);
}

/* What only one dispatcher of the ledger does. One that was paused may think that it still is the
 * leader: the ledger knows better. */
static void look_as_leader(struct dispatch *dispatch)
{
    others_look_who_leads(dispatch);
    if (!dispatch->leads)
        return;
    if (dispatch->leadership != NULL)
        ledger_lead(dispatch->ledger, dispatch->leadership);
    rematches_look(dispatch);
    escalations_look(dispatch);
    ledger_follow(dispatch->ledger);
}

void dispatch_poll(struct dispatch *dispatch)
{
    look_as_leader(dispatch);
    if (dispatch_look_at_drained(dispatch))
        notices_open(dispatch);
    expect_everything(dispatch);
}

static void poll_is_due(void *context)
{
    dispatch_poll(context);
}

static void bell_rang(void *context)
{
    struct dispatch *dispatch = context;
    if (bell_take(dispatch->bell))
        dispatch_look_for_work(dispatch);
}

static int64_t earlier(int64_t left, int64_t right)
{
    return left < right ? left : right;
}

/* Time in which the dispatcher itself stood still, e.g. in an fsync or stopped, is nobody's
 * silence: what was said meanwhile lies in its socket still. Leases that ran out meanwhile have
 * until the next look to be renewed by it. */
static void forgive_own_silence(struct dispatch *dispatch)
{
    int64_t now = dispatch_now(dispatch);
    int64_t stood_ms = dispatch->beat_ms == 0 ? 0 : now - dispatch->beat_ms;
    dispatch->beat_ms = now;
    if (stood_ms <= dispatch->rule->vanished_ms / 2)
        return;
    for (struct peer *peer = dispatch->peers.first; peer != NULL; peer = peer->next)
        peer->heard_ms = earlier(peer->heard_ms + stood_ms, now);
    for (struct assignment *one = dispatch->assignments.first; one != NULL; one = one->next)
        one->moved_ms = earlier(one->moved_ms + stood_ms, now);
    dispatch->expired_ms = now;
}

static void take_reserve_back(struct dispatch *dispatch)
{
    if (!reserve_is_whole(dispatch->reserve) && reserve_take_back(dispatch->reserve))
        log_warning(NULL, "there is room on the ledger's disk: its reserve is whole, and jobs are "
                          "given out again");
}

void dispatch_beat(struct dispatch *dispatch)
{
    forgive_own_silence(dispatch);
    take_reserve_back(dispatch);
    flush_all(dispatch);
    others_look(dispatch);
    door_beat(dispatch);
    admission_beat(dispatch);
    leases_look(dispatch);
    grants_make(dispatch);
}

static void beat_is_due(void *context)
{
    dispatch_beat(context);
}

static void pulse_is_due(void *context)
{
    struct dispatch *dispatch = context;
    admission_pulse(dispatch, dispatch->peers.count / PULSES + 1);
}

/* ---- stopping ------------------------------------------------------------------------------- */

/* Transfers under way may end; so may the jobs of workers that leave too. All others keep what
 * they have in hand until a dispatcher is there again. */
static bool has_jobs_to_end(const struct dispatch *dispatch, int64_t since_ms)
{
    for (const struct assignment *one = dispatch->assignments.first; one != NULL; one = one->next)
        if (assignment_is_receiving(one) || assignment_is_sending(one) || one->peer->draining ||
            since_ms < STOP_ANNOUNCE_MS)
            return true;
    return false;
}

static bool has_leaving_worker(const struct dispatch *dispatch)
{
    for (const struct peer *peer = dispatch->peers.first; peer != NULL; peer = peer->next)
        if (peer->draining)
            return true;
    return false;
}

/* What was said last is lost when the connection ends before it was heard: a worker that leaves,
 * too, is given the time to say goodbye. */
static bool may_stop(struct dispatch *dispatch)
{
    int64_t now = dispatch_now(dispatch);
    if (now - dispatch->stopping_ms >= DISPATCH_STOP_MS)
        return true;
    if (has_jobs_to_end(dispatch, now - dispatch->stopping_ms)) {
        dispatch->busy_ms = now;
        return false;
    }
    return !has_leaving_worker(dispatch) || now - dispatch->busy_ms >= STOP_FAREWELL_MS;
}

static void stop_when_possible(void *context)
{
    struct dispatch *dispatch = context;
    if (!may_stop(dispatch))
        return;
    struct fault fault = {0};
    enum status status = ledger_workers_forget(dispatch->ledger, &fault);
    if (status == STATUS_OK)
        status = dispatcher_leave(dispatch->ledger, &fault);
    if (status != STATUS_OK)
        log_warning(NULL, "cannot record that the workers are on their own: %s", fault.text);
    loop_stop(dispatch->loop);
}

void dispatch_stop(struct dispatch *dispatch)
{
    if (dispatch->stopping_ms != 0)
        return;
    log_info(NULL, "stopping: no further jobs are given out");
    dispatch->stopping_ms = dispatch->busy_ms = dispatch_now(dispatch);
    const struct wire_message drain = {.command = WIRE_DRAIN};
    struct peer *next = NULL;
    for (struct peer *peer = dispatch->peers.first; peer != NULL; peer = next) {
        next = peer->next;
        (void)dispatch_say(dispatch, peer, &drain);
    }
    dispatch->stop_timer =
        loop_add_timer(dispatch->loop, STOP_LOOK_MS, stop_when_possible, dispatch);
    if (dispatch->stop_timer == 0)
        loop_stop(dispatch->loop);
}

enum status dispatch_outcome(const struct dispatch *dispatch)
{
    return dispatch->outcome;
}

/* ---- life ----------------------------------------------------------------------------------- */

static enum status take_lock(struct dispatch *dispatch, const char *runtime, bool *ret_occupied,
                             struct fault *fault)
{
    enum status status = durable_make_folders(runtime, share_mode(0700), fault);
    if (status != STATUS_OK)
        return status;
    char *path = path_join(runtime, "dispatch.lock");
    if (path == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    dispatch->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (dispatch->lock < 0) {
        status = fault_errno(fault, STATUS_REFUSE, "cannot open \"%s\"", path);
    } else if (flock(dispatch->lock, LOCK_EX | LOCK_NB) != 0) {
        *ret_occupied = errno == EWOULDBLOCK;
        status = fault_set(fault, STATUS_REFUSE, "another dispatcher runs: it holds \"%s\"", path);
    }
    free(path);
    return status;
}

/* All programs of a ledger in a file are on one host: another dispatcher was this one, before the
 * host or the folder had another name. */
static enum status be_alone(struct dispatch *dispatch, struct fault *fault)
{
    uint32_t dispatchers = 0;
    uint32_t leases = 0;
    return dispatchers_take_back(dispatch->ledger, 0, &dispatchers, &leases, fault);
}

enum status dispatch_take_over(struct dispatch *dispatch, struct fault *fault)
{
    int64_t lease = dispatch->rule->lease_ms;
    enum status status = dispatcher_enter(
        dispatch->ledger, dispatch->name == NULL ? "dispatch" : dispatch->name, fault);
    if (status == STATUS_OK && !dispatch->is_one_of_several)
        status = be_alone(dispatch, fault);
    if (status == STATUS_OK)
        status = ledger_workers_forget(dispatch->ledger, fault);
    if (status == STATUS_OK)
        status = ledger_leases_restart(
            dispatch->ledger, lease < DISPATCH_GRACE_MS ? lease : DISPATCH_GRACE_MS, fault);
    return status;
}

/* Which kinds of document only some may see, as the configuration has it now. */
static enum status settle_kinds(struct dispatch *dispatch, const struct config *config,
                                struct fault *fault)
{
    const char *list = config->medical_kinds, *name = NULL;
    size_t bytes = list == NULL ? 0 : strlen(list), length = 0, count = 0;
    char *names = string_copy(list == NULL ? "" : list);
    struct guard_kind *kinds = calloc(bytes / 2 + 1, sizeof *kinds); // a name and its semicolon
    enum status status = names == NULL || kinds == NULL
                             ? fault_set(fault, STATUS_LATER, "no memory for kinds of document")
                             : STATUS_OK;
    while (status == STATUS_OK && kind_list_next(&list, &name, &length)) {
        char *own = names + (name - config->medical_kinds);
        own[length] = '\0';
        kinds[count++] = (struct guard_kind){.kind = own, .guard = GUARD_MEDICAL};
    }
    if (status == STATUS_OK)
        status = guard_settle_kinds(dispatch->ledger, kinds, count, "configuration", fault);
    free(kinds);
    free(names);
    return status;
}

/* Taking over writes; on a full disk that needs the reserve. */
static enum status take_over_with_reserve(struct dispatch *dispatch, struct fault *fault)
{
    enum status status = dispatch_take_over(dispatch, fault);
    if (status != STATUS_LATER || !reserve_give_up(dispatch->reserve))
        return status;
    fault_clear(fault);
    return dispatch_take_over(dispatch, fault);
}

static enum status open_storage(struct dispatch *dispatch, const struct config *config,
                                struct fault *fault)
{
    const struct config_store *store = &config->store;
    enum status status =
        ledger_open(store->ledger, LEDGER_WRITE, dispatch->clock, &dispatch->ledger, fault);
    if (status == STATUS_OK)
        status = spool_open_at(config_spool_place(config), &dispatch->spool, fault);
    if (status == STATUS_OK)
        status =
            reserve_open(store->ledger, (uint64_t)store->reserve_bytes, &dispatch->reserve, fault);
    if (status == STATUS_OK)
        status = take_over_with_reserve(dispatch, fault);
    if (status == STATUS_OK)
        status = leadership_new(store->ledger, "dispatch", dispatch->name, dispatch->clock,
                                &dispatch->leadership, fault);
    dispatch->leads = false;
    if (status == STATUS_OK)
        status = settle_kinds(dispatch, config, fault);
    if (status == STATUS_OK && !reserve_is_whole(dispatch->reserve))
        log_error(NULL, "the ledger's disk has no room for its reserve (store.reserve): no jobs "
                        "are given out until it has");
    return status;
}

static enum status open_sockets(struct dispatch *dispatch, const struct config *config,
                                struct fault *fault)
{
    const char *address = dispatch->rule->address;
    enum status status = messaging_open(&dispatch->messaging, fault);
    if (status == STATUS_OK)
        status = messaging_router(dispatch->messaging, address, &dispatch->socket, fault);
    if (status == STATUS_OK)
        status = door_open(dispatch, config, fault);
    if (status == STATUS_OK)
        status = bell_open(address, &dispatch->bell, fault);
    if (status == STATUS_OK)
        status = loop_add_socket(dispatch->loop, messaging_socket_handle(dispatch->socket),
                                 socket_is_readable, dispatch, fault);
    if (status == STATUS_OK)
        status =
            loop_add_file(dispatch->loop, bell_file(dispatch->bell), bell_rang, dispatch, fault);
    return status;
}

/* The same one after every start on this host with this runtime folder, whose lock it holds. */
static enum status name_itself(struct dispatch *dispatch, const struct config *config,
                               struct fault *fault)
{
    dispatch->name = leadership_holder(config->store.runtime);
    dispatch->is_one_of_several = database_is_server(config->store.ledger);
    return dispatch->name == NULL ? fault_set(fault, STATUS_LATER, "out of memory") : STATUS_OK;
}

static enum status start(struct dispatch *dispatch, const struct config *config, bool *ret_occupied,
                         struct fault *fault)
{
    dispatch->config = config;
    dispatch->escalate_ms = config->deadlines.escalate_ms;
    enum status status = take_lock(dispatch, config->store.runtime, ret_occupied, fault);
    if (status == STATUS_OK)
        status = name_itself(dispatch, config, fault);
    if (status == STATUS_OK)
        status = open_storage(dispatch, config, fault);
    if (status == STATUS_OK)
        status = open_sockets(dispatch, config, fault);
    if (status != STATUS_OK)
        return status;
    dispatch->beat_timer =
        loop_add_timer(dispatch->loop, dispatch->rule->heartbeat_ms, beat_is_due, dispatch);
    dispatch->pulse_timer = loop_add_timer(
        dispatch->loop, dispatch->rule->heartbeat_ms / PULSES + 1, pulse_is_due, dispatch);
    dispatch->poll_timer =
        loop_add_timer(dispatch->loop, dispatch->rule->poll_ms, poll_is_due, dispatch);
    if (dispatch->beat_timer == 0 || dispatch->pulse_timer == 0 || dispatch->poll_timer == 0)
        return fault_set(fault, STATUS_LATER, "no timer left");
    notices_open(dispatch);
    look_as_leader(dispatch); // filers that come now know the current register
    return STATUS_OK;
}

struct dispatch *dispatch_make(const struct clock *clock, const struct config_workers *rule)
{
    struct dispatch *dispatch = calloc(1, sizeof *dispatch);
    if (dispatch == NULL)
        return NULL;
    dispatch->clock = clock;
    dispatch->rule = rule;
    dispatch->retry = (struct retry_rule){.content_most = (uint32_t)rule->content_attempts,
                                          .lost_most = (uint32_t)rule->lost_attempts,
                                          .backoff_ms = rule->backoff_ms,
                                          .backoff_most_ms = rule->backoff_most_ms};
    dispatch->lock = -1;
    dispatch->leads = true;
    dispatch->foreign_logged_ms = INT64_MIN / 2;
    dispatch->buffer = malloc(WIRE_CHUNK_BYTES);
    if (dispatch->buffer == NULL)
        dispatch_free(&dispatch);
    return dispatch;
}

enum status dispatch_new(struct loop *loop, const struct clock *clock, const struct config *config,
                         struct dispatch **ret_dispatch, bool *ret_occupied, struct fault *fault)
{
    struct dispatch *dispatch = dispatch_make(clock, &config->workers);
    if (dispatch == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    dispatch->loop = loop;
    *ret_occupied = false;
    enum status status = start(dispatch, config, ret_occupied, fault);
    if (status == STATUS_OK)
        *ret_dispatch = dispatch;
    else
        dispatch_free(&dispatch);
    return status;
}

static void forget_sources(struct dispatch *dispatch)
{
    const unsigned timers[] = {dispatch->beat_timer, dispatch->pulse_timer, dispatch->poll_timer,
                               dispatch->stop_timer};
    for (size_t i = 0; i < sizeof timers / sizeof timers[0]; i++)
        if (timers[i] != 0)
            loop_remove_timer(dispatch->loop, timers[i]);
    if (dispatch->bell != NULL)
        loop_remove_file(dispatch->loop, bell_file(dispatch->bell));
    notices_close(dispatch);
    if (dispatch->socket != NULL)
        loop_remove_socket(dispatch->loop, messaging_socket_handle(dispatch->socket));
}

void dispatch_free(struct dispatch **dispatch_p)
{
    struct dispatch *dispatch = *dispatch_p;
    if (dispatch == NULL)
        return;
    forget_sources(dispatch);
    assignments_done(&dispatch->assignments);
    peers_done(&dispatch->peers);
    bell_close(&dispatch->bell);
    door_close(dispatch);
    messaging_socket_close(&dispatch->socket);
    messaging_close(&dispatch->messaging);
    reserve_close(&dispatch->reserve);
    spool_close(&dispatch->spool);
    leadership_free(&dispatch->leadership);
    ledger_close(&dispatch->ledger);
    if (dispatch->lock >= 0)
        (void)close(dispatch->lock);
    free(dispatch->name);
    free(dispatch->buffer);
    free(dispatch);
    *dispatch_p = NULL;
}
