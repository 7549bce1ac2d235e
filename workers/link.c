/* link.c - see link.h.
 *
 * A session is one unbroken stretch of the conversation. It begins with a READY that says which
 * job is in hand, and is in force with the WELCOME that answers it; until then everything else
 * that comes is left over from the session before, and ignored. */
// SPDX-License-Identifier: EUPL-1.2
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "workers/link.h"
#include "workers/outbox.h"

enum {
    TICK_MS = 250,
    READY_AGAIN_MS = 1000,    /* between READYs that nobody answered */
    REPEAT_MS = 5000,         /* before a result that could not be stored is sent again */
    PATIENCE_FIRST_MS = 5000, /* with a dispatcher that has not said how often it speaks */
    PATIENCE_MOST_MS = 32000,
    HEARTBEAT_FIRST_MS = 1000,
    STANDSTILLS = 2, /* times the silence that means gone, until a transfer begins anew */
    NAME_BYTES = 128
};

enum hand { HAND_EMPTY, HAND_RECEIVING, HAND_WORKING, HAND_DELIVERING };

struct link {
    struct loop *loop;
    const struct clock *clock;
    struct link_events events;
    char *address;
    struct key_file *key; /* NULL on this host */
    char name[NAME_BYTES], host[NAME_BYTES];
    enum wire_worker_kind kind;
    uint64_t part_bytes_most;

    const struct link_network *network; /* NULL: ZeroMQ */
    struct messaging *messaging;
    struct messaging_socket *socket;
    struct outbox outbox;
    unsigned timer;
    uint64_t incarnation;
    uint32_t session;
    bool welcomed, draining, broken;
    bool offers;      /* a job is taken, when the hand is empty */
    bool is_resting;  /* the dispatcher is not to be spoken to */
    bool goes_down;   /* it has said so */
    uint32_t said;    /* jobs that the last READY offered to take */
    unsigned readies; /* of this session without an answer yet */
    int64_t heartbeat_ms, vanished_ms;
    int64_t patience_ms;                    /* grows while nobody answers */
    int64_t heard_ms, said_ms, ready_at_ms; /* monotonic */

    enum hand hand;
    struct wire_message job; /* command WIRE_JOB unless the hand is empty */
    struct incoming incoming;
    struct memory_parts parts;
    uint32_t page, page_count;
    struct wire_message result; /* RESULT_… or FAIL while delivering */
    struct outgoing outgoing;
    int64_t repeat_at_ms; /* 0: not to be repeated */
    int64_t moved_ms;     /* monotonic: when a transfer last moved, or began */
    uint8_t *buffer;      /* of one chunk */
};

static int64_t now(const struct link *link)
{
    return clock_monotonic_ms(link->clock);
}

static void tell(struct link *link, const char *news)
{
    link->events.news(link->events.context, news);
}

static void give_up(struct link *link, const struct fault *fault)
{
    if (!link->broken)
        link->events.broken(link->events.context, fault);
    link->broken = true;
}

/* ---- saying --------------------------------------------------------------------------------- */

/* A DEALER's peer is never "gone"; a full queue waits in the outbox, and what does not fit there
 * is made good by the silence that follows. */
static void say(struct link *link, struct wire_message *message)
{
    struct fault fault = {0};
    bool gone = false;
    enum status status = outbox_send(&link->outbox, message, &gone, &fault);
    if (status == STATUS_OK)
        link->said_ms = now(link);
    else if (status != STATUS_LATER)
        give_up(link, &fault);
}

static void say_about_job(struct link *link, struct wire_message message)
{
    if (link->hand != HAND_EMPTY) {
        message.job = link->job.job;
        message.attempt = link->job.attempt;
    }
    say(link, &message);
}

/* How many jobs may come. */
static uint32_t jobs_wanted(const struct link *link)
{
    return link->offers && !link->draining ? 1 : 0;
}

/* Tried directly, never queued: without a connection it would only be stale later. */
static void say_ready(struct link *link)
{
    static char version[] = POSTEINGANG_VERSION;
    link->ready_at_ms = now(link) + READY_AGAIN_MS;
    if (!outbox_is_empty(&link->outbox))
        return;
    struct wire_message ready = {.command = WIRE_READY};
    ready.as.ready = (struct wire_ready){.worker = link->name,
                                         .host = link->host,
                                         .version = version,
                                         .kind = (uint8_t)link->kind,
                                         .incarnation = link->incarnation,
                                         .session = link->session,
                                         .jobs = jobs_wanted(link)};
    if (link->hand == HAND_WORKING || link->hand == HAND_DELIVERING) {
        ready.job = link->job.job;
        ready.attempt = link->job.attempt;
    }
    say(link, &ready);
    if (!outbox_is_empty(&link->outbox)) {
        outbox_done(&link->outbox);
        link->ready_at_ms = now(link) + TICK_MS;
        return;
    }
    link->said = ready.as.ready.jobs;
    link->readies++;
}

/* ---- the job in hand ------------------------------------------------------------------------ */

static void empty_hand(struct link *link)
{
    link->hand = HAND_EMPTY;
    wire_message_done(&link->job);
    incoming_done(&link->incoming);
    memory_parts_done(&link->parts);
    wire_message_done(&link->result);
    outgoing_done(&link->outgoing);
    link->page = link->page_count = 0;
    link->repeat_at_ms = 0;
}

static void pump(struct link *link)
{
    while (link->hand == HAND_DELIVERING && outbox_is_empty(&link->outbox)) {
        struct wire_message chunk = {.command = WIRE_CHUNK};
        bool some = false;
        struct fault fault = {0};
        if (outgoing_next(&link->outgoing, link->buffer, &some, &chunk.as.chunk, &fault) !=
            STATUS_OK) {
            give_up(link, &fault);
            return;
        }
        if (!some)
            return;
        link->moved_ms = now(link);
        say_about_job(link, chunk);
    }
}

/* The RESULT or FAIL, from its beginning. Its directory is the parcel's. */
static void deliver(struct link *link)
{
    link->repeat_at_ms = 0;
    link->moved_ms = now(link);
    outgoing_rewind(&link->outgoing);
    if (!link->welcomed)
        return;
    struct wire_message result = link->result;
    struct wire_directory *directory = wire_message_directory(&result);
    if (directory != NULL)
        *directory = link->outgoing.directory;
    say(link, &result);
    outgoing_credit(&link->outgoing, PARCEL_CREDITS);
    pump(link);
}

void link_finish(struct link *link, struct wire_message *result, struct outgoing *parts)
{
    link->result = *result;
    link->outgoing = *parts;
    *result = (struct wire_message){0};
    *parts = (struct outgoing){0};
    if (!wire_fits(&link->result)) {
        wire_message_done(&link->result);
        outgoing_done(&link->outgoing);
        link_fail(link, WIRE_FAILURE_CONTENT, "the result is beyond the limits of the protocol");
        return;
    }
    link->result.job = link->job.job;
    link->result.attempt = link->job.attempt;
    link->hand = HAND_DELIVERING;
    deliver(link);
}

void link_fail(struct link *link, enum wire_failure failure, const char *reason)
{
    struct wire_message fail = {.command = WIRE_FAIL};
    fail.as.fail = (struct wire_fail){.failure = (uint8_t)failure, .reason = wire_text(reason)};
    struct outgoing none = {0};
    link_finish(link, &fail, &none);
}

void link_progress(struct link *link, uint32_t page, uint32_t page_count)
{
    link->page = page;
    link->page_count = page_count;
    if (!link->welcomed || link->hand != HAND_WORKING)
        return;
    struct wire_message progress = {.command = WIRE_PROGRESS};
    progress.as.progress = (struct wire_progress){page, page_count};
    say_about_job(link, progress);
}

/* Gives a job back that is not taken into the hand. */
static void decline(struct link *link, const struct wire_message *job, enum wire_failure failure,
                    const char *reason)
{
    struct wire_message fail = {.command = WIRE_FAIL, .job = job->job, .attempt = job->attempt};
    fail.as.fail = (struct wire_fail){.failure = (uint8_t)failure, .reason = wire_text(reason)};
    say(link, &fail);
    wire_message_done(&fail);
}

static void give_credit(struct link *link, uint32_t chunks)
{
    struct wire_message credit = {.command = WIRE_CREDIT};
    credit.as.credit.chunks = chunks;
    say_about_job(link, credit);
}

/* After each step of the way in: hands a whole job to the program, or fails it. */
static void received(struct link *link, enum status status, uint32_t credit,
                     const struct fault *fault)
{
    link->moved_ms = now(link);
    if (status == STATUS_REFUSE) {
        link->hand = HAND_WORKING;
        link_fail(link, WIRE_FAILURE_CONTENT, fault->text);
    } else if (status != STATUS_OK) {
        link->hand = HAND_WORKING;
        link_fail(link, WIRE_FAILURE_SYSTEM, fault->text);
    } else if (incoming_is_complete(&link->incoming)) {
        link->hand = HAND_WORKING;
        link->events.job(link->events.context, &link->job.as.job, &link->parts);
    } else if (credit > 0) {
        give_credit(link, credit);
    }
}

static bool parts_are_too_long(const struct link *link, const struct wire_directory *directory)
{
    for (uint32_t i = 0; i < directory->count; i++)
        if (directory->parts[i].size > link->part_bytes_most)
            return true;
    return false;
}

static bool is_about_job_in_hand(const struct link *link, const struct wire_message *message)
{
    return link->hand != HAND_EMPTY && message->job == link->job.job &&
           message->attempt == link->job.attempt;
}

static void take_job(struct link *link, struct wire_message *message)
{
    if (is_about_job_in_hand(link, message))
        return; // said twice
    bool is_free = link->events.is_free == NULL || link->events.is_free(link->events.context);
    if (link->hand != HAND_EMPTY || link->draining || !is_free) {
        decline(link, message, WIRE_FAILURE_SYSTEM, "the worker takes no further job now");
        return;
    }
    if (parts_are_too_long(link, &message->as.job.directory)) {
        decline(link, message, WIRE_FAILURE_CONTENT, "a part is longer than this worker takes");
        return;
    }
    link->job = *message;
    *message = (struct wire_message){0};
    link->hand = HAND_RECEIVING;
    struct parcel_sink sink = memory_parts_sink(&link->parts);
    struct fault fault = {0};
    enum status status =
        incoming_begin(&link->incoming, &link->job.as.job.directory, &sink, &fault);
    received(link, status, 0, &fault);
}

static void take_chunk(struct link *link, const struct wire_message *message)
{
    if (link->hand != HAND_RECEIVING || !is_about_job_in_hand(link, message))
        return;
    struct fault fault = {0};
    enum status status = incoming_take(&link->incoming, &message->as.chunk, &fault);
    received(link, status, 1, &fault);
}

static void take_credit(struct link *link, const struct wire_message *message)
{
    if (link->hand != HAND_DELIVERING || !is_about_job_in_hand(link, message))
        return;
    outgoing_credit(&link->outgoing, message->as.credit.chunks);
    pump(link);
}

static void take_settlement(struct link *link, const struct wire_message *message)
{
    if (!is_about_job_in_hand(link, message))
        return;
    enum wire_settlement settlement = (enum wire_settlement)message->as.settled.settlement;
    if (settlement == WIRE_REPEAT) {
        link->repeat_at_ms = now(link) + REPEAT_MS;
        outgoing_rewind(&link->outgoing);
        return;
    }
    bool working = link->hand == HAND_WORKING;
    if (working)
        link->events.dropped(link->events.context);
    empty_hand(link);
    link->events.settled(link->events.context, settlement, message->as.settled.reason);
}

/* ---- the conversation ----------------------------------------------------------------------- */

static void start_session(struct link *link)
{
    link->session++;
    link->welcomed = link->goes_down = false;
    link->readies = 0;
    outbox_done(&link->outbox);
    if (link->hand == HAND_RECEIVING)
        empty_hand(link);
    say_ready(link);
}

static void tell_of_answer(struct link *link)
{
    if (link->events.welcomed != NULL)
        link->events.welcomed(link->events.context);
}

static void take_welcome(struct link *link, const struct wire_message *message)
{
    if (message->as.welcome.session != link->session)
        return;
    if (link->readies > 0)
        link->readies--;
    if (link->welcomed) {
        tell_of_answer(link);
        return;
    }
    link->welcomed = true;
    link->heartbeat_ms = message->as.welcome.heartbeat_ms;
    link->vanished_ms = message->as.welcome.vanished_ms;
    link->patience_ms = PATIENCE_FIRST_MS;
    tell(link, "connected to the dispatcher");
    if (link->hand == HAND_DELIVERING)
        deliver(link);
    else if (link->hand == HAND_WORKING && link->page_count > 0)
        link_progress(link, link->page, link->page_count);
    if (link->draining)
        say(link, &(struct wire_message){.command = WIRE_DRAIN});
    if (link->said != jobs_wanted(link))
        say_ready(link);
    tell_of_answer(link);
}

static void take_bye(struct link *link, const struct wire_message *message)
{
    enum wire_parting parting = (enum wire_parting)message->as.bye.parting;
    if (parting == WIRE_NAME_TAKEN) {
        tell(link, "another worker of this name is there; trying again");
        link->ready_at_ms = now(link) + READY_AGAIN_MS;
        if (link->readies > 0)
            link->readies--;
        return;
    }
    link->events.parted(link->events.context, parting, message->as.bye.reason);
}

/* What may come outside of a session. */
static bool take_greeting(struct link *link, const struct wire_message *message)
{
    switch ((int)message->command) {
    case WIRE_WELCOME:
        take_welcome(link, message);
        return true;
    case WIRE_UNKNOWN:
        if (link->welcomed) {
            tell(link, "the dispatcher does not know us any more");
            start_session(link);
        }
        return true;
    case WIRE_BYE:
        take_bye(link, message);
        return true;
    default:
        return false;
    }
}

static void take_message(struct link *link, struct wire_message *message)
{
    if (take_greeting(link, message) || !link->welcomed)
        return;
    switch ((int)message->command) {
    case WIRE_JOB:
        take_job(link, message);
        break;
    case WIRE_CHUNK:
        take_chunk(link, message);
        break;
    case WIRE_CREDIT:
        take_credit(link, message);
        break;
    case WIRE_SETTLED:
        take_settlement(link, message);
        break;
    case WIRE_DRAIN:
        link->goes_down = true;
        tell(link, "the dispatcher goes down; what is in hand is kept for it");
        break;
    default: // HEARTBEAT: to have heard it was all
        break;
    }
}

/* A dispatcher whose words cannot be understood is of another version, or broken. */
void link_hear(struct link *link, const struct messaging_frame *frames, size_t count)
{
    struct wire_message message = {0};
    struct fault fault = {0};
    unsigned version = 0;
    link->heard_ms = now(link);
    enum status status = wire_decode(frames, count, &message, &version, &fault);
    bool is_other_version = version != 0 && version != WIRE_VERSION;
    if (status == STATUS_OK && is_other_version && message.command != WIRE_BYE) {
        wire_message_done(&message);
        status = fault_set(&fault, STATUS_REFUSE,
                           "the dispatcher speaks version %u of the protocol, this worker version "
                           "%d",
                           version, WIRE_VERSION);
    }
    if (status != STATUS_OK) {
        enum wire_parting parting = is_other_version ? WIRE_OTHER_VERSION : WIRE_MALFORMED;
        link->events.parted(link->events.context, parting, fault.text);
        return;
    }
    take_message(link, &message);
    wire_message_done(&message);
}

static void take_frames(struct link *link, const struct messaging_message *raw)
{
    struct messaging_frame frames[WIRE_FRAMES_MOST];
    size_t count = messaging_message_frames(raw);
    for (size_t i = 0; i < count && i < WIRE_FRAMES_MOST; i++)
        frames[i] = messaging_message_frame(raw, i);
    link_hear(link, frames, count);
}

static void flush(struct link *link)
{
    struct fault fault = {0};
    bool gone = false;
    if (outbox_flush(&link->outbox, &gone, &fault) != STATUS_OK)
        give_up(link, &fault);
    pump(link);
}

static void socket_is_readable(void *context)
{
    struct link *link = context;
    while (!link->broken && link->socket != NULL) {
        struct messaging_message *raw = NULL;
        struct fault fault = {0};
        if (messaging_receive(link->socket, &raw, &fault) != STATUS_OK) {
            give_up(link, &fault);
            return;
        }
        if (raw == NULL)
            break;
        take_frames(link, raw);
        messaging_message_done(&raw);
    }
    flush(link);
}

/* ---- connection ----------------------------------------------------------------------------- */

static void disconnect(struct link *link)
{
    if (link->socket == NULL)
        return;
    loop_remove_socket(link->loop, messaging_socket_handle(link->socket));
    outbox_done(&link->outbox);
    messaging_socket_close(&link->socket);
}

static enum status connect_socket(struct link *link, struct fault *fault)
{
    enum status status =
        link->key == NULL ? messaging_dealer(link->messaging, link->address, &link->socket, fault)
                          : messaging_dealer_guarded(link->messaging, link->address, link->key,
                                                     &link->socket, fault);
    if (status == STATUS_OK)
        status = loop_add_socket(link->loop, messaging_socket_handle(link->socket),
                                 socket_is_readable, link, fault);
    if (status == STATUS_OK)
        link->outbox = (struct outbox){.port = port_of_socket(link->socket)};
    return status;
}

static enum status connect_anew(struct link *link, struct fault *fault)
{
    disconnect(link);
    enum status status = STATUS_OK;
    if (link->network == NULL) {
        status = connect_socket(link, fault);
    } else {
        outbox_done(&link->outbox);
        status = link->network->connect(link->network->context, link, &link->outbox.port, fault);
    }
    if (status != STATUS_OK)
        return status;
    link->heard_ms = link->said_ms = now(link);
    start_session(link);
    return STATUS_OK;
}

/* Nobody spoke for too long: this socket may be dead without knowing it. */
static void seek_dispatcher(struct link *link)
{
    if (link->welcomed)
        tell(link, "the dispatcher is silent; connecting anew");
    else if (link->patience_ms < PATIENCE_MOST_MS)
        link->patience_ms *= 2;
    struct fault fault = {0};
    if (connect_anew(link, &fault) != STATUS_OK)
        give_up(link, &fault);
}

/* Something was lost on a connection that stands: without a word from us both sides would wait for
 * the other one, and heartbeats would keep the lease alive for ever. */
static bool stands_still(const struct link *link)
{
    bool is_moving = link->hand == HAND_RECEIVING || link->hand == HAND_DELIVERING;
    return link->welcomed && is_moving && link->repeat_at_ms == 0 &&
           now(link) - link->moved_ms > STANDSTILLS * link->vanished_ms;
}

void link_tick(struct link *link)
{
    if (link->broken || link->is_resting) {
        disconnect(link);
        return;
    }
    int64_t time = now(link);
    int64_t patience = link->welcomed ? link->vanished_ms : link->patience_ms;
    if (time - link->heard_ms > patience) {
        seek_dispatcher(link);
        return;
    }
    flush(link);
    if (link->key != NULL && link->socket != NULL && messaging_was_refused(link->socket))
        tell(link, "the dispatcher does not let this key in: it is not enrolled, or revoked");
    if (!link->welcomed ? time >= link->ready_at_ms : link->said != jobs_wanted(link))
        say_ready(link);
    if (link->welcomed && outbox_is_empty(&link->outbox) &&
        time - link->said_ms >= link->heartbeat_ms - TICK_MS / 2)
        say_about_job(link, (struct wire_message){.command = WIRE_HEARTBEAT});
    if (link->repeat_at_ms != 0 && time >= link->repeat_at_ms)
        deliver(link);
    if (stands_still(link)) {
        tell(link, "a transfer stands still; beginning anew");
        start_session(link);
    }
}

static void tick(void *context)
{
    link_tick(context);
}

/* ---- one of several -------------------------------------------------------------------------- */

void link_offer(struct link *link, bool offers)
{
    if (link->offers == offers)
        return;
    link->offers = offers;
    if (link->welcomed && link->said != jobs_wanted(link))
        say_ready(link);
}

bool link_has_answered(const struct link *link)
{
    return link->welcomed && link->readies == 0 && link->said == jobs_wanted(link);
}

bool link_is_there(const struct link *link)
{
    return link->welcomed && !link->goes_down && !link->broken;
}

void link_rest(struct link *link)
{
    link->is_resting = true;
    link->welcomed = false;
}

void link_begin_anew(struct link *link)
{
    struct fault fault = {0};
    link->is_resting = false;
    if (connect_anew(link, &fault) != STATUS_OK)
        give_up(link, &fault);
}

enum status link_rekey(struct link *link, const struct key_file *key, struct fault *fault)
{
    memcpy(link->key, key, sizeof *link->key);
    link->is_resting = false;
    return connect_anew(link, fault);
}

bool link_can_part_with_job(const struct link *link)
{
    return link->hand == HAND_WORKING || link->hand == HAND_DELIVERING;
}

void link_take_over(struct link *link, struct link *from)
{
    link->hand = from->hand;
    link->job = from->job;
    link->parts = from->parts;
    link->incoming = from->incoming;
    link->page = from->page;
    link->page_count = from->page_count;
    link->result = from->result;
    link->outgoing = from->outgoing;
    link->repeat_at_ms = 0;
    from->job = from->result = (struct wire_message){0};
    from->parts = (struct memory_parts){0};
    from->incoming = (struct incoming){0};
    from->outgoing = (struct outgoing){0};
    empty_hand(from);
    if (from->welcomed)
        start_session(from); // without it
    start_session(link);
}

void link_drain(struct link *link)
{
    if (link->draining)
        return;
    link->draining = true;
    if (link->welcomed)
        say(link, &(struct wire_message){.command = WIRE_DRAIN});
}

void link_leave(struct link *link)
{
    struct wire_message bye = {.command = WIRE_BYE};
    bye.as.bye.parting = WIRE_LEAVING;
    if (link->welcomed)
        say(link, &bye);
}

/* ---- life ----------------------------------------------------------------------------------- */

/* Names go to the ledger and into logs: visible ASCII. */
static void set_names(struct link *link, const char *name)
{
    if (gethostname(link->host, sizeof link->host - 1) != 0 || link->host[0] == '\0')
        (void)snprintf(link->host, sizeof link->host, "unknown-host");
    const char *kind = link->kind == WIRE_READER ? "reader" : "filer";
    if (name != NULL)
        (void)snprintf(link->name, sizeof link->name, "%s", name);
    else
        (void)snprintf(link->name, sizeof link->name, "%s-%.80s-%ld", kind, link->host,
                       (long)getpid());
    for (char *c = link->name; *c != '\0'; c++)
        if (*c <= ' ' || *c > '~')
            *c = '?';
}

/* A copy of the key, in memory that is never swapped out. false: there is no memory for it. */
static bool keep_key(struct link *link, const struct key_file *key)
{
    if (key == NULL)
        return true;
    link->key = sodium_init() < 0 ? NULL : sodium_malloc(sizeof *link->key);
    if (link->key != NULL)
        memcpy(link->key, key, sizeof *link->key);
    return link->key != NULL;
}

static enum status start(struct link *link, struct fault *fault)
{
    if (link->network != NULL)
        return connect_anew(link, fault);
    enum status status = messaging_open(&link->messaging, fault);
    if (status == STATUS_OK)
        status = connect_anew(link, fault);
    if (status != STATUS_OK)
        return status;
    link->timer = loop_add_timer(link->loop, TICK_MS, tick, link);
    return link->timer != 0 ? STATUS_OK : fault_set(fault, STATUS_LATER, "no timer left");
}

enum status link_new(struct loop *loop, const struct clock *clock,
                     const struct link_options *options, const struct link_events *events,
                     struct link **ret_link, struct fault *fault)
{
    struct link *link = calloc(1, sizeof *link);
    if (link == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    link->loop = loop;
    link->clock = clock;
    link->events = *events;
    link->network = options->network;
    link->kind = options->kind;
    link->part_bytes_most = options->part_bytes_most;
    link->offers = !options->offers_nothing;
    link->patience_ms = PATIENCE_FIRST_MS;
    link->heartbeat_ms = HEARTBEAT_FIRST_MS;
    randombytes_buf(&link->incarnation, sizeof link->incarnation);
    set_names(link, options->name);
    link->address = string_copy(options->address);
    link->buffer = malloc(WIRE_CHUNK_BYTES);
    bool has_key = keep_key(link, options->key);
    enum status status = STATUS_OK;
    if (link->address == NULL || link->buffer == NULL || !has_key)
        status = fault_set(fault, STATUS_LATER, "out of memory");
    else
        status = start(link, fault);
    if (status == STATUS_OK)
        *ret_link = link;
    else
        link_free(&link);
    return status;
}

void link_free(struct link **link_p)
{
    struct link *link = *link_p;
    if (link == NULL)
        return;
    if (link->timer != 0)
        loop_remove_timer(link->loop, link->timer);
    disconnect(link);
    outbox_done(&link->outbox);
    messaging_close(&link->messaging);
    empty_hand(link);
    free(link->address);
    sodium_free(link->key); // wipes it
    free(link->buffer);
    free(link);
    *link_p = NULL;
}

const char *link_name(const struct link *link)
{
    return link->name;
}

bool link_is_busy(const struct link *link)
{
    return link->hand != HAND_EMPTY;
}

int64_t link_job_number(const struct link *link)
{
    return link->hand == HAND_EMPTY ? 0 : link->job.job;
}
