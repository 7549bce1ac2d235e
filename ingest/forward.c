/* forward.c - see forward.h.
 *
 * The order is strict: the next scan is offered when the centre has said what became of this one. A
 * scan is marked as sent only by TAKEN; a lost TAKEN costs an offer that is answered at once. While
 * nothing can be taken (LATER) everything waits, and the intake goes on taking over: the desk's disk
 * is the buffer.
 *
 * A line is cut when the centre was silent for centre.silence, or does not know the conversation any
 * more (it was started anew, or the connection under ours was). Then a new one is tried, after a
 * wait that doubles, so that a centre that comes back is not met by all desks at once. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "ingest/allowance.h"
#include "ingest/forward.h"
#include "store/remote_sites.h"
#include "store/sent.h"

/* Where the conversation is. */
enum stage {
    STAGE_NONE = 0, /* no line */
    STAGE_HELLO,    /* to be said, or said and not answered */
    STAGE_IDLE,     /* nothing is under way */
    STAGE_OFFERED,  /* OFFER said */
    STAGE_SENDING,  /* pieces go */
    STAGE_SENT      /* all of them went */
};

struct forward {
    const struct desk *desk;
    const struct config_site *site; /* borrowed */
    struct line_port port;
    enum stage stage;
    bool is_cut;
    bool has_said; /* HELLO or OFFER is on its way */
    uint32_t session;
    int64_t since_ms;  /* wall; of the WELCOME, 0: none */
    int64_t heard_ms;  /* monotonic: the centre's last word, or when the line began */
    int64_t seen_ms;   /* wall: its last word ever */
    int64_t skew_ms;   /* its clock less ours */
    int64_t report_ms; /* between reports */
    int64_t report_due_ms, look_due_ms, clear_due_ms, note_due_ms, line_due_ms; /* monotonic */
    int64_t backoff_ms;
    char version[LINE_NAME_BYTES_MOST + 1];
    char host[LINE_NAME_BYTES_MOST + 1];
    char trouble[FAULT_TEXT_BYTES]; /* "" for none */
    struct allowance allowance;
    struct scan_record scan; /* under way; its source NULL: none */
    int file;                /* its bytes; -1: not open */
    uint64_t sent, durable;  /* bytes of it */
    struct uuid damaged;     /* the scan that came damaged last */
    int64_t moved_ms; /* monotonic: when the centre said something of the scan, or a piece went */
};

static int64_t now_of(const struct forward *forward)
{
    return clock_monotonic_ms(forward->desk->clock);
}

static int64_t wall_of(const struct forward *forward)
{
    return clock_wall_ms(forward->desk->clock);
}

/* ---- the state, for people ------------------------------------------------------------------ */

static enum status note_state(struct forward *forward, struct fault *fault)
{
    struct sent_backlog backlog = {0};
    enum status status = sent_backlog(forward->desk->ledger, &backlog, fault);
    if (status != STATUS_OK)
        return status;
    bool is_up = forward->stage > STAGE_HELLO;
    const struct remote_site site = {
        .name = forward->site->name,
        .worker_key = "",
        .host = forward->desk->config->centre.connect,
        .version = "",
        .since_ms = is_up ? forward->since_ms : 0,
        .seen_ms = forward->seen_ms,
        .skew_ms = forward->skew_ms,
        .waiting = backlog.scans,
        .waiting_bytes = backlog.bytes,
        .oldest_ms = backlog.oldest_ms,
        .rate = allowance_rate(&forward->allowance, wall_of(forward)),
        .source = forward->scan.source == NULL ? "" : forward->scan.source,
        .size = forward->scan.size,
        .done = forward->durable,
        .trouble = forward->trouble,
    };
    forward->note_due_ms = now_of(forward) + FORWARD_NOTE_MS;
    return remote_site_keep(forward->desk->ledger, &site, fault);
}

/* Only STATUS_HALT of it matters. */
static enum status note(struct forward *forward, struct fault *fault)
{
    enum status status = note_state(forward, fault);
    if (status == STATUS_OK || status == STATUS_HALT)
        return status;
    log_warning(NULL, "cannot note how the line is: %s", fault->text);
    return STATUS_OK;
}

static void set_trouble(struct forward *forward, const char *words)
{
    if (words[0] != '\0' && strcmp(forward->trouble, words) != 0)
        log_warning(NULL, "%s", words);
    (void)snprintf(forward->trouble, sizeof forward->trouble, "%s", words);
}

/* ---- saying --------------------------------------------------------------------------------- */

/* False: not now; the line is cut when it can never be said. */
static bool say(struct forward *forward, struct line_message *message)
{
    bool gone = false;
    struct fault fault = {0};
    message->session = forward->session;
    enum status status = line_send(&forward->port, NULL, message, &gone, &fault);
    if (status != STATUS_OK && status != STATUS_LATER) {
        log_error(NULL, "%s", fault.text);
        forward->is_cut = true;
    }
    return status == STATUS_OK;
}

static bool say_hello(struct forward *forward)
{
    struct line_message hello = {
        .command = LINE_HELLO,
        .clock_ms = wall_of(forward),
        .site = forward->site->name,
        .host = forward->host,
        .version = forward->version,
    };
    return say(forward, &hello);
}

static bool say_report(struct forward *forward, struct fault *fault)
{
    struct sent_backlog backlog = {0};
    if (sent_backlog(forward->desk->ledger, &backlog, fault) != STATUS_OK)
        return false;
    struct line_message report = {
        .command = LINE_REPORT,
        .clock_ms = wall_of(forward),
        .waiting = backlog.scans,
        .waiting_bytes = backlog.bytes,
        .oldest_ms = backlog.oldest_ms,
        .rate = allowance_rate(&forward->allowance, wall_of(forward)),
    };
    return say(forward, &report);
}

static bool say_offer(struct forward *forward)
{
    struct scan_record *scan = &forward->scan;
    struct line_message offer = {
        .command = LINE_OFFER,
        .scan = scan->id.uuid,
        .digest = scan->digest,
        .size = scan->size,
        .received_ms = scan->received_ms,
        .source = scan->source,
        .format = scan->format,
    };
    return say(forward, &offer);
}

/* ---- the scan under way --------------------------------------------------------------------- */

static void put_down(struct forward *forward)
{
    if (forward->file >= 0)
        (void)close(forward->file);
    forward->file = -1;
    scan_record_done(&forward->scan);
    forward->sent = forward->durable = 0;
    forward->has_said = false;
    if (forward->stage > STAGE_IDLE)
        forward->stage = STAGE_IDLE;
}

/* Its bytes are not what they were: a person has to look, and the others go on. */
static enum status set_aside(struct forward *forward, struct fault *fault)
{
    bool changed = false;
    desk_report(LOG_LEVEL_ERROR, NULL, forward->site->name, forward->scan.source,
                "cannot be sent, its copy here is damaged: %s", fault->text);
    enum status status = ledger_set_aside(
        forward->desk->ledger, &forward->scan.id.uuid,
        "Die Kopie an der Annahmestelle ist beschädigt; sie wurde nicht übertragen.",
        forward->desk->actor, &changed, fault);
    put_down(forward);
    return status;
}

static enum status take_up_next(struct forward *forward, struct fault *fault)
{
    bool found = false;
    uint64_t size = 0;
    enum status status = sent_next(forward->desk->ledger, &found, &forward->scan, fault);
    forward->look_due_ms = now_of(forward) + FORWARD_LOOK_MS;
    if (status != STATUS_OK || !found)
        return status;
    status = spool_open_object(forward->desk->spool, &forward->scan.digest, &forward->file, &size,
                               fault);
    if (status == STATUS_OK && size != forward->scan.size)
        status = fault_set(fault, STATUS_REFUSE, "it has %" PRIu64 " bytes and not %" PRIu64, size,
                           forward->scan.size);
    if (status == STATUS_REFUSE)
        return set_aside(forward, fault);
    if (status != STATUS_OK) {
        put_down(forward);
        return status;
    }
    forward->stage = STAGE_OFFERED;
    forward->moved_ms = now_of(forward);
    forward->has_said = say_offer(forward);
    return STATUS_OK;
}

/* One piece. *ret_went false: not now. */
static enum status send_piece(struct forward *forward, bool *ret_went, struct fault *fault)
{
    uint8_t bytes[LINE_PIECE_BYTES];
    uint64_t left = forward->scan.size - forward->sent;
    size_t most = allowance_piece(&forward->allowance, wall_of(forward), sizeof bytes);
    size_t length = left < most ? (size_t)left : most;
    if (allowance_take(&forward->allowance, wall_of(forward), now_of(forward), length) == 0)
        return STATUS_OK;
    ssize_t count = pread(forward->file, bytes, length, (off_t)forward->sent);
    if (count < 0 || (size_t)count != length) {
        (void)fault_set(fault, STATUS_REFUSE, "it cannot be read at byte %" PRIu64, forward->sent);
        return set_aside(forward, fault);
    }
    struct line_message piece = {
        .command = LINE_PIECE,
        .scan = forward->scan.id.uuid,
        .offset = forward->sent,
        .piece = bytes,
        .piece_length = length,
    };
    if (!say(forward, &piece)) {
        // It did not go: what was taken for it is given back.
        forward->allowance.stock += (int64_t)length * 1000;
        return STATUS_OK;
    }
    *ret_went = true;
    forward->moved_ms = now_of(forward);
    forward->sent += length;
    if (forward->sent == forward->scan.size)
        forward->stage = STAGE_SENT;
    return STATUS_OK;
}

static enum status send_pieces(struct forward *forward, struct fault *fault)
{
    enum status status = STATUS_OK;
    bool went = true;
    while (status == STATUS_OK && went && forward->stage == STAGE_SENDING && !forward->is_cut &&
           forward->sent - forward->durable < LINE_WINDOW_BYTES) {
        went = false;
        status = send_piece(forward, &went, fault);
    }
    return status;
}

/* ---- what the centre says ------------------------------------------------------------------- */

static bool is_under_way(const struct forward *forward, const struct line_message *message)
{
    return forward->scan.source != NULL && uuid_equal(&forward->scan.id.uuid, &message->scan);
}

static enum status hear_welcome(struct forward *forward, const struct line_message *message,
                                struct fault *fault)
{
    if (forward->stage != STAGE_HELLO)
        return STATUS_OK;
    forward->stage = STAGE_IDLE;
    forward->since_ms = wall_of(forward);
    forward->skew_ms = message->clock_ms - wall_of(forward);
    forward->report_ms =
        message->wait_ms < FORWARD_REPORT_LEAST_MS ? FORWARD_REPORT_LEAST_MS : message->wait_ms;
    forward->report_due_ms = forward->look_due_ms = now_of(forward);
    forward->backoff_ms = 0;
    set_trouble(forward, "");
    log_info(NULL, "the line to the centre stands");
    return note(forward, fault);
}

static enum status hear_want(struct forward *forward, const struct line_message *message,
                             struct fault *fault)
{
    if (!is_under_way(forward, message) || message->offset > forward->scan.size ||
        forward->stage < STAGE_OFFERED)
        return STATUS_OK;
    if (message->offset > 0 && forward->stage == STAGE_OFFERED)
        desk_report(LOG_LEVEL_INFO, NULL, forward->site->name, forward->scan.source,
                    "goes on at %" PRIu64 " of %" PRIu64 " bytes", message->offset,
                    forward->scan.size);
    forward->sent = forward->durable = message->offset;
    forward->stage = message->offset == forward->scan.size ? STAGE_SENT : STAGE_SENDING;
    forward->report_due_ms = now_of(forward); // the centre sees what is coming
    set_trouble(forward, "");
    return send_pieces(forward, fault);
}

static enum status hear_have(struct forward *forward, const struct line_message *message,
                             struct fault *fault)
{
    if (!is_under_way(forward, message) || message->offset > forward->sent ||
        message->offset < forward->durable)
        return STATUS_OK;
    forward->durable = message->offset;
    return send_pieces(forward, fault);
}

static enum status hear_taken(struct forward *forward, const struct line_message *message,
                              struct fault *fault)
{
    if (!is_under_way(forward, message))
        return STATUS_OK;
    char id[UUID_TEXT_BYTES];
    uuid_to_text(&message->scan, id);
    enum status status = sent_mark(forward->desk->ledger, forward->scan.id, fault);
    if (status == STATUS_OK)
        desk_report(LOG_LEVEL_INFO, id, forward->site->name, forward->scan.source,
                    "is at the centre");
    set_trouble(forward, "");
    put_down(forward);
    return status == STATUS_OK ? take_up_next(forward, fault) : status;
}

static enum status hear_refused(struct forward *forward, const struct line_message *message,
                                struct fault *fault)
{
    if (!is_under_way(forward, message))
        return STATUS_OK;
    char id[UUID_TEXT_BYTES];
    uuid_to_text(&message->scan, id);
    desk_report(LOG_LEVEL_WARNING, id, forward->site->name, forward->scan.source,
                "the centre does not take it: %s", message->reason);
    enum status status = sent_refuse(
        forward->desk->ledger, forward->scan.id,
        message->reason[0] == '\0' ? "Die Zentrale nimmt diesen Scan nicht an." : message->reason,
        fault);
    put_down(forward);
    return status;
}

static enum status hear_later(struct forward *forward, const struct line_message *message,
                              struct fault *fault)
{
    char words[FAULT_TEXT_BYTES];
    if (!is_under_way(forward, message))
        return STATUS_OK;
    (void)snprintf(words, sizeof words, "the centre takes nothing now: %.400s", message->reason);
    set_trouble(forward, words);
    put_down(forward);
    int64_t wait_ms = message->wait_ms > FORWARD_LATER_MOST_MS ? FORWARD_LATER_MOST_MS
                                                               : (int64_t)message->wait_ms;
    forward->look_due_ms = now_of(forward) + wait_ms;
    return note(forward, fault);
}

/* What arrived was not what the ledger says: whose fault is it? */
static enum status hear_damaged(struct forward *forward, const struct line_message *message,
                                struct fault *fault)
{
    if (!is_under_way(forward, message))
        return STATUS_OK;
    enum status status = spool_check(forward->desk->spool, &forward->scan.digest, fault);
    if (status == STATUS_REFUSE)
        return set_aside(forward, fault);
    bool is_again = uuid_equal(&forward->damaged, &message->scan);
    forward->damaged = message->scan;
    desk_report(LOG_LEVEL_ERROR, NULL, forward->site->name, forward->scan.source,
                "came to the centre damaged%s; it is sent anew", is_again ? ", again" : "");
    put_down(forward);
    if (is_again)
        forward->look_due_ms = now_of(forward) + FORWARD_DAMAGED_MS;
    return status == STATUS_HALT ? status : STATUS_OK;
}

/* A reader at the centre could do nothing with it: the mailroom here gets it back. */
static enum status hear_return(struct forward *forward, const struct line_message *message,
                               struct fault *fault)
{
    const struct scan_id id = {message->scan};
    enum status status = sent_refuse(
        forward->desk->ledger, id,
        message->reason[0] == '\0' ? "Der Scan ist nicht lesbar." : message->reason, fault);
    if (status == STATUS_REFUSE)
        log_warning(NULL, "a scan that the centre gives back is none of ours: %s", fault->text);
    if (status != STATUS_OK && status != STATUS_REFUSE)
        return status;
    struct line_message returned = {.command = LINE_RETURNED, .scan = message->scan};
    (void)say(forward, &returned);
    return STATUS_OK;
}

static enum status hear_bye(struct forward *forward, const struct line_message *message)
{
    char words[FAULT_TEXT_BYTES];
    forward->is_cut = true;
    if (message->parting == LINE_STRANGER || message->parting == LINE_LEAVING)
        return STATUS_OK;
    (void)snprintf(words, sizeof words, "the centre turns this desk away: %.400s", message->reason);
    set_trouble(forward, words);
    forward->backoff_ms = FORWARD_BACKOFF_MOST_MS;
    return STATUS_OK;
}

static enum status hear(struct forward *forward, const struct line_message *message,
                        struct fault *fault)
{
    switch (message->command) {
    case LINE_WELCOME:
        return hear_welcome(forward, message, fault);
    case LINE_WANT:
        return hear_want(forward, message, fault);
    case LINE_HAVE:
        return hear_have(forward, message, fault);
    case LINE_TAKEN:
        return hear_taken(forward, message, fault);
    case LINE_REFUSED:
        return hear_refused(forward, message, fault);
    case LINE_LATER:
        return hear_later(forward, message, fault);
    case LINE_DAMAGED:
        return hear_damaged(forward, message, fault);
    case LINE_RETURN:
        return hear_return(forward, message, fault);
    case LINE_BYE:
        return hear_bye(forward, message);
    case LINE_HEARD:
        return note(forward, fault);
    case LINE_HELLO:
    case LINE_REPORT:
    case LINE_OFFER:
    case LINE_PIECE:
    case LINE_RETURNED:
    case LINE_COMMANDS:
        break;
    }
    forward->is_cut = true;
    return STATUS_OK;
}

enum status forward_hear(struct forward *forward, const struct messaging_frame *frames,
                         size_t count, struct fault *fault)
{
    struct line_message message = {0};
    enum status status = line_decode(frames, count, &message, NULL, fault);
    if (status == STATUS_REFUSE) {
        set_trouble(forward, "the centre says what this program does not understand");
        forward->is_cut = true;
        return STATUS_OK;
    }
    bool is_ours = message.session == forward->session ||
                   (message.command == LINE_BYE && message.session == 0);
    if (status == STATUS_OK && is_ours && forward->stage != STAGE_NONE) {
        forward->heard_ms = now_of(forward);
        forward->seen_ms = wall_of(forward);
        if (is_under_way(forward, &message))
            forward->moved_ms = now_of(forward);
        status = hear(forward, &message, fault);
    }
    line_message_done(&message);
    return status;
}

/* ---- the line ------------------------------------------------------------------------------- */

bool forward_wants_line(const struct forward *forward)
{
    return forward->stage == STAGE_NONE && now_of(forward) >= forward->line_due_ms;
}

void forward_begin(struct forward *forward, const struct line_port *port)
{
    forward->port = *port;
    forward->stage = STAGE_HELLO;
    forward->is_cut = false;
    forward->session = randombytes_random() | 1U;
    forward->heard_ms = now_of(forward);
    forward->has_said = say_hello(forward);
}

bool forward_is_cut(const struct forward *forward)
{
    return forward->stage != STAGE_NONE && forward->is_cut;
}

enum status forward_cut(struct forward *forward, const char *why, struct fault *fault)
{
    bool was_up = forward->stage > STAGE_HELLO;
    put_down(forward);
    forward->stage = STAGE_NONE;
    forward->is_cut = false;
    int64_t wait_ms = forward->backoff_ms == 0 ? FORWARD_BACKOFF_MS : forward->backoff_ms;
    forward->backoff_ms =
        wait_ms * 2 > FORWARD_BACKOFF_MOST_MS ? FORWARD_BACKOFF_MOST_MS : wait_ms * 2;
    // Between half of it and all of it: desks that were cut off together come back one by one.
    wait_ms = wait_ms / 2 + (int64_t)randombytes_uniform((uint32_t)wait_ms / 2 + 1);
    forward->line_due_ms = now_of(forward) + wait_ms;
    if (was_up)
        log_warning(NULL, "the line to the centre is cut: %s; what comes in is kept here", why);
    if (forward->trouble[0] == '\0')
        (void)snprintf(forward->trouble, sizeof forward->trouble, "%s", why);
    return note(forward, fault);
}

/* ---- time ----------------------------------------------------------------------------------- */

static enum status clear_old(struct forward *forward, struct fault *fault)
{
    const struct config *config = forward->desk->config;
    int64_t keep_ms = config->centre.keep_days * INT64_C(86400000);
    uint32_t count = 0;
    enum status status =
        sent_clear(forward->desk->ledger, forward->desk->spool, wall_of(forward) - keep_ms,
                   config->purge.quiet_ms, &count, fault);
    if (count > 0)
        log_info(NULL, "own copies of %u scans removed, which the centre has", count);
    forward->clear_due_ms =
        now_of(forward) + (count == SENT_CLEAR_AT_ONCE ? FORWARD_IDLE_BEAT_MS : FORWARD_CLEAR_MS);
    return status;
}

/* An answer was lost on a line that stands: both ends are there, and neither has anything to say. */
static bool stands_still(const struct forward *forward)
{
    bool waits = forward->stage == STAGE_OFFERED || forward->stage == STAGE_SENT ||
                 (forward->stage == STAGE_SENDING && forward->sent > forward->durable);
    return waits && now_of(forward) - forward->moved_ms >= forward->desk->config->centre.silence_ms;
}

static enum status beat_line(struct forward *forward, struct fault *fault)
{
    int64_t now = now_of(forward);
    if (now - forward->heard_ms >= forward->desk->config->centre.silence_ms) {
        forward->is_cut = true;
        return STATUS_OK;
    }
    if (forward->stage == STAGE_HELLO) {
        forward->has_said = forward->has_said || say_hello(forward);
        return STATUS_OK;
    }
    if (now >= forward->report_due_ms && say_report(forward, fault))
        forward->report_due_ms = now + forward->report_ms;
    if (stands_still(forward)) {
        put_down(forward); // and offers it anew
        forward->look_due_ms = now;
    }
    if (forward->stage == STAGE_OFFERED && !forward->has_said)
        forward->has_said = say_offer(forward);
    if (forward->stage == STAGE_SENDING)
        return send_pieces(forward, fault);
    return forward->stage == STAGE_IDLE && now >= forward->look_due_ms
               ? take_up_next(forward, fault)
               : STATUS_OK;
}

enum status forward_beat(struct forward *forward, struct fault *fault)
{
    enum status status = STATUS_OK;
    if (forward->stage != STAGE_NONE && !forward->is_cut)
        status = beat_line(forward, fault);
    if (status == STATUS_OK && now_of(forward) >= forward->clear_due_ms)
        status = clear_old(forward, fault);
    if (status == STATUS_OK && forward->stage >= STAGE_OFFERED &&
        now_of(forward) >= forward->note_due_ms)
        status = note(forward, fault);
    return status;
}

void forward_bell(struct forward *forward)
{
    // What the centre put off waits all the same.
    if (forward->stage == STAGE_IDLE && forward->trouble[0] == '\0')
        forward->look_due_ms = now_of(forward);
}

bool forward_is_busy(const struct forward *forward)
{
    return forward->stage == STAGE_SENDING || forward->is_cut ||
           (forward->stage == STAGE_HELLO && !forward->has_said);
}

/* ---- life ----------------------------------------------------------------------------------- */

enum status forward_new(const struct desk *desk, struct forward **ret_forward, struct fault *fault)
{
    int64_t rates[CONFIG_HOURS];
    struct text reason = {0};
    struct forward *forward = calloc(1, sizeof *forward);
    bool is_good = config_rates_read(desk->config->centre.rates, rates, &reason);
    text_done(&reason);
    if (forward == NULL || !is_good) {
        free(forward);
        return fault_set(fault, STATUS_LATER, "out of memory");
    }
    *forward = (struct forward){.desk = desk, .site = &desk->config->sites[0], .file = -1};
    (void)snprintf(forward->version, sizeof forward->version, "%s", POSTEINGANG_VERSION);
    if (gethostname(forward->host, sizeof forward->host - 1) != 0)
        (void)snprintf(forward->host, sizeof forward->host, "unknown");
    allowance_init(&forward->allowance, rates, now_of(forward));
    forward->line_due_ms = forward->clear_due_ms = now_of(forward);
    *ret_forward = forward;
    return STATUS_OK;
}

void forward_free(struct forward **forward_p)
{
    struct forward *forward = *forward_p;
    struct fault fault = {0};
    if (forward == NULL)
        return;
    if (forward->stage > STAGE_HELLO && !forward->is_cut) {
        struct line_message bye = {
            .command = LINE_BYE, .parting = LINE_LEAVING, .reason = forward->version};
        (void)say(forward, &bye);
        (void)forward_cut(forward, "this program ended", &fault);
    }
    put_down(forward);
    free(forward);
    *forward_p = NULL;
}
