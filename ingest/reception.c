/* reception.c - see reception.h.
 *
 * One scan a desk at a time, in the desk's order:
 *     OFFER -> WANT(durable bytes) -> PIECE … PIECE, HAVE(durable) now and then -> TAKEN
 * TAKEN means what a receipt means here: the bytes are in the spool under their digest, and the
 * ledger has the scan, both durable (takeover.c's steps, docs/decisions/0003). Before, nothing is
 * promised. A scan keeps the id and the moment of receipt that the desk gave it, so that a desk
 * which never heard TAKEN offers it again and is told at once.
 *
 * The ledger is asked about the key with every message, as at the dispatcher's door: a revoked key
 * says nothing any more from that commit on. */
// SPDX-License-Identifier: EUPL-1.2
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bell.h"
#include "ingest/arrival.h"
#include "ingest/incoming.h"
#include "ingest/reception.h"
#include "ingest/refusal.h"
#include "ingest/source.h"
#include "ingest/takeover.h"
#include "store/arrivals.h"
#include "store/remote_sites.h"
#include "store/worker_keys.h"

/* A desk that is there. */
struct visitor {
    struct visitor *next;
    struct messaging_peer peer;
    struct worker_key key;
    uint32_t session;
    char *host, *version;
    int64_t since_ms; /* wall */
    int64_t heard_ms; /* monotonic */
    struct line_message report;
    struct line_message offer; /* of the scan that is coming; its source NULL: none is */
    struct incoming incoming;
    int64_t synced_ms; /* monotonic */
    bool told_gap;     /* and nothing that fits came since */
    bool is_changed;   /* since it was noted how it is */
    int64_t kept_ms;   /* monotonic: when that was */
    int64_t return_due_ms;
    unsigned returns; /* that may be said in this round */
    char trouble[FAULT_TEXT_BYTES];
};

struct reception {
    const struct desk *desk;
    struct line_port port;
    struct visitor *first;
    size_t count;
};

/* ---- answers -------------------------------------------------------------------------------- */

static int64_t now_of(const struct reception *reception)
{
    return clock_monotonic_ms(reception->desk->clock);
}

/* An answer that cannot be sent is as lost as one on the way: the desk asks again. */
static void say(const struct reception *reception, const struct messaging_peer *peer,
                struct line_message *message)
{
    bool gone = false;
    struct fault fault = {0};
    if (line_send(&reception->port, peer, message, &gone, &fault) != STATUS_OK)
        log_debug(NULL, "%s not sent: %s", line_command_name(message->command), fault.text);
}

static void answer(const struct reception *reception, const struct visitor *visitor,
                   enum line_command command, const struct uuid *scan, uint64_t offset,
                   const char *reason)
{
    char words[LINE_REASON_BYTES_MOST + 1];
    (void)snprintf(words, sizeof words, "%s", reason);
    struct line_message message = {
        .command = command,
        .session = visitor->session,
        .scan = *scan,
        .offset = offset,
        .wait_ms = RECEPTION_LATER_MS,
        .reason = words,
    };
    say(reception, &visitor->peer, &message);
}

static void say_bye(const struct reception *reception, const struct messaging_peer *peer,
                    uint32_t session, enum line_parting parting, const char *reason)
{
    char words[LINE_REASON_BYTES_MOST + 1];
    (void)snprintf(words, sizeof words, "%s", reason);
    struct line_message message = {
        .command = LINE_BYE, .session = session, .parting = (uint8_t)parting, .reason = words};
    say(reception, peer, &message);
}

/* ---- desks that are there ------------------------------------------------------------------- */

static struct visitor *find_by_key(const struct reception *reception, int64_t key)
{
    struct visitor *visitor = reception->first;
    while (visitor != NULL && visitor->key.id != key)
        visitor = visitor->next;
    return visitor;
}

static bool is_same_peer(const struct messaging_peer *left, const struct messaging_peer *right)
{
    return left->length == right->length && memcmp(left->bytes, right->bytes, left->length) == 0;
}

static void end_offer(struct visitor *visitor)
{
    incoming_close(&visitor->incoming);
    line_message_done(&visitor->offer);
    visitor->told_gap = false;
}

static void visitor_free(struct visitor *visitor)
{
    end_offer(visitor);
    line_message_done(&visitor->report);
    free(visitor->host);
    free(visitor->version);
    free(visitor);
}

static enum status keep(const struct reception *reception, const struct visitor *visitor,
                        bool is_there, struct fault *fault)
{
    const struct line_message *report = &visitor->report;
    const struct remote_site site = {
        .name = visitor->key.site,
        .worker_key = visitor->key.name,
        .host = visitor->host,
        .version = visitor->version,
        .since_ms = is_there ? visitor->since_ms : 0,
        .seen_ms = clock_wall_ms(reception->desk->clock) - (now_of(reception) - visitor->heard_ms),
        .skew_ms = report->clock_ms,
        .waiting = report->waiting,
        .waiting_bytes = report->waiting_bytes,
        .oldest_ms = report->oldest_ms,
        .rate = report->rate,
        .source = visitor->offer.source == NULL ? "" : visitor->offer.source,
        .size = visitor->offer.size,
        .done = visitor->incoming.durable,
        .trouble = visitor->trouble,
    };
    return remote_site_keep(reception->desk->ledger, &site, fault);
}

/* Not more often than a commit is worth. Only STATUS_HALT matters to the caller: what is kept is for
 * people to look at. */
static enum status keep_or_say(const struct reception *reception, struct visitor *visitor,
                               bool is_there, struct fault *fault)
{
    int64_t now = now_of(reception);
    visitor->is_changed = true;
    if (is_there && now - visitor->kept_ms < RECEPTION_KEEP_MS)
        return STATUS_OK;
    visitor->is_changed = false;
    visitor->kept_ms = now;
    enum status status = keep(reception, visitor, is_there, fault);
    if (status == STATUS_OK || status == STATUS_HALT)
        return status;
    log_warning(NULL, "cannot note how %s is: %s", visitor->key.name, fault->text);
    return STATUS_OK;
}

static void forget(struct reception *reception, struct visitor *visitor, const char *why)
{
    struct visitor **place = &reception->first;
    while (*place != visitor)
        place = &(*place)->next;
    *place = visitor->next;
    reception->count--;
    log_info(NULL, "the desk %s is gone: %s", visitor->key.name, why);
}

static enum status drop(struct reception *reception, struct visitor *visitor, const char *why,
                        struct fault *fault)
{
    forget(reception, visitor, why);
    enum status status = keep_or_say(reception, visitor, false, fault);
    visitor_free(visitor);
    return status;
}

/* ---- HELLO ---------------------------------------------------------------------------------- */

/* What a desk's key is good for: NULL, or why it is not for this HELLO. */
static const char *fault_of_hello(const struct reception *reception, const struct worker_key *key,
                                  const struct line_message *hello)
{
    const struct config_site *site = config_site(reception->desk->config, key->site);
    if (strcmp(hello->site, key->site) != 0)
        return "the key is enrolled for another site";
    if (site == NULL)
        return "the centre's configuration does not have this site";
    if (!site->is_remote)
        return "the centre's configuration does not say that this site is remote";
    return NULL;
}

static struct visitor *visitor_new(const struct reception *reception, const struct worker_key *key,
                                   const struct messaging_peer *peer, struct line_message *hello)
{
    struct visitor *visitor = calloc(1, sizeof *visitor);
    if (visitor == NULL)
        return NULL;
    int64_t now = clock_wall_ms(reception->desk->clock);
    *visitor = (struct visitor){
        .peer = *peer,
        .key = *key,
        .session = hello->session,
        .host = hello->host,
        .version = hello->version,
        .since_ms = now,
        .heard_ms = now_of(reception),
        .report = {.clock_ms = hello->clock_ms - now, .rate = CONFIG_RATE_UNLIMITED},
        .incoming = {.file = -1                                },
    };
    hello->host = NULL;
    hello->version = NULL;
    return visitor;
}

static enum status greet(struct reception *reception, const struct worker_key *key,
                         const struct messaging_peer *peer, struct line_message *hello,
                         struct fault *fault)
{
    const char *wrong = fault_of_hello(reception, key, hello);
    struct visitor *old = find_by_key(reception, key->id);
    if (wrong != NULL) {
        log_warning(NULL, "the desk %s is not let in: %s", key->name, wrong);
        say_bye(reception, peer, hello->session, LINE_NOT_ENROLLED, wrong);
        return STATUS_OK;
    }
    if (old != NULL && !is_same_peer(&old->peer, peer))
        say_bye(reception, &old->peer, old->session, LINE_REPLACED, "it came by another line");
    int64_t kept_ms = old == NULL ? now_of(reception) - RECEPTION_KEEP_MS : old->kept_ms;
    if (old != NULL) {
        forget(reception, old, "it begins anew");
        visitor_free(old);
    }
    if (reception->count == RECEPTION_VISITORS_MOST)
        return STATUS_OK; // it is not answered, and tries again
    struct visitor *visitor = visitor_new(reception, key, peer, hello);
    if (visitor == NULL)
        return STATUS_OK; // it says HELLO again
    visitor->kept_ms = kept_ms;
    visitor->next = reception->first;
    reception->first = visitor;
    reception->count++;
    log_info(NULL, "the desk %s is there: site \"%s\", host %s, version %s", key->name, key->site,
             visitor->host, visitor->version);
    struct line_message welcome = {.command = LINE_WELCOME,
                                   .session = visitor->session,
                                   .clock_ms = clock_wall_ms(reception->desk->clock),
                                   .wait_ms = RECEPTION_REPORT_MS};
    say(reception, peer, &welcome);
    return keep_or_say(reception, visitor, true, fault);
}

/* ---- the end of a scan ---------------------------------------------------------------------- */

/* Nothing can be taken now: the desk waits, with everything behind it. */
static enum status put_off(struct reception *reception, struct visitor *visitor,
                           const struct fault *why, struct fault *fault)
{
    char words[FAULT_TEXT_BYTES];
    (void)snprintf(words, sizeof words, "%s", why->text);
    if (strcmp(visitor->trouble, words) != 0)
        log_error(NULL, "nothing is taken from the desk %s now: %s", visitor->key.name, words);
    (void)snprintf(visitor->trouble, sizeof visitor->trouble, "%s", words);
    answer(reception, visitor, LINE_LATER, &visitor->offer.scan, 0, words);
    end_offer(visitor);
    return keep_or_say(reception, visitor, true, fault);
}

/* A status of the storage: HALT goes up, anything else puts the scan off. */
static enum status settle(struct reception *reception, struct visitor *visitor, enum status status,
                          struct fault *fault)
{
    if (status == STATUS_OK || status == STATUS_HALT)
        return status;
    const struct fault why = *fault;
    return put_off(reception, visitor, &why, fault);
}

static struct scan_arrival arrival_of(const struct reception *reception,
                                      const struct visitor *visitor, const char *format)
{
    int64_t now = clock_wall_ms(reception->desk->clock);
    const struct line_message *offer = &visitor->offer;
    return (struct scan_arrival){
        .id = {offer->scan},
        .site = visitor->key.site,
        .source = offer->source,
        .format = format,
        .digest = offer->digest,
        .size = offer->size,
        .received_ms = offer->received_ms < now ? offer->received_ms : now,
        .actor = reception->desk->actor,
    };
}

/* It can never be taken; both ends keep that. */
static enum status refuse(struct reception *reception, struct visitor *visitor, const char *reason,
                          struct fault *fault)
{
    const struct scan_arrival arrival = arrival_of(reception, visitor, "");
    struct ledger *ledger = reception->desk->ledger;
    enum status status = ledger_scan_refuse(ledger, &arrival, reason, fault);
    if (status == STATUS_OK)
        status = ledger_scan_returned(ledger, arrival.id, fault);
    if (status == STATUS_LATER || status == STATUS_HALT)
        return settle(reception, visitor, status, fault);
    desk_report(LOG_LEVEL_WARNING, NULL, arrival.site, arrival.source, "refused: %s", reason);
    answer(reception, visitor, LINE_REFUSED, &arrival.id.uuid, 0, reason);
    status = incoming_discard(&visitor->incoming, fault);
    end_offer(visitor);
    return status == STATUS_HALT ? status : keep_or_say(reception, visitor, true, fault);
}

/* It is here for good. */
static enum status say_taken(struct reception *reception, struct visitor *visitor,
                             struct fault *fault)
{
    answer(reception, visitor, LINE_TAKEN, &visitor->offer.scan, 0, "");
    enum status status = incoming_discard(&visitor->incoming, fault);
    if (status != STATUS_OK && status != STATUS_HALT)
        log_warning(NULL, "what came of a scan stays until the next one: %s", fault->text);
    visitor->trouble[0] = '\0';
    end_offer(visitor);
    return status == STATUS_HALT ? status : STATUS_OK;
}

/* The bytes, which are in the spool, into the ledger. */
static enum status accept(struct reception *reception, struct visitor *visitor, const char *format,
                          struct fault *fault)
{
    const struct desk *desk = reception->desk;
    const struct scan_arrival arrival = arrival_of(reception, visitor, format);
    struct scan_acceptance acceptance = {0};
    char id[UUID_TEXT_BYTES];
    uuid_to_text(&arrival.id.uuid, id);
    enum status status = arrivals_note(desk->spool, &arrival, fault);
    if (status == STATUS_OK)
        status = ledger_scan_accept(desk->ledger, &arrival, &acceptance, fault);
    if (status == STATUS_REFUSE) {
        status = arrivals_withdraw(desk->spool, arrival.id, clock_wall_ms(desk->clock), fault);
        return status == STATUS_OK
                   ? refuse(reception, visitor, "Diese Kennung hat schon ein anderer Scan.", fault)
                   : settle(reception, visitor, status, fault);
    }
    if (status == STATUS_OK)
        status = remote_site_took(desk->ledger, arrival.site, fault);
    if (status != STATUS_OK)
        return settle(reception, visitor, status, fault);
    desk_report(LOG_LEVEL_INFO, id, arrival.site, arrival.source, "taken over from the desk%s",
                acceptance.is_duplicate ? ", a duplicate" : "");
    (void)bell_ring(desk->config->workers.address);
    return say_taken(reception, visitor, fault);
}

/* All bytes are here. */
static enum status finish(struct reception *reception, struct visitor *visitor, struct fault *fault)
{
    struct stat seen;
    struct digest digest = {0};
    enum takeover_outcome outcome = TAKEOVER_UNREADABLE;
    enum status status = incoming_sync(&visitor->incoming, fault);
    if (status == STATUS_OK && fstat(visitor->incoming.file, &seen) != 0)
        status = fault_errno(fault, STATUS_LATER, "cannot look at what came");
    enum file_format format = FILE_FORMAT_UNKNOWN;
    enum whole whole = WHOLE_ODD;
    if (status == STATUS_OK)
        arrival_look_inside(&visitor->incoming.file, visitor->offer.size, &format, &whole);
    if (status == STATUS_OK)
        status =
            takeover_copy(reception->desk, visitor->incoming.file, &seen, &outcome, &digest, fault);
    if (status == STATUS_OK && outcome != TAKEOVER_ACCEPTED)
        status = fault_set(fault, STATUS_LATER, "what came cannot be read again");
    if (status != STATUS_OK)
        return settle(reception, visitor, status, fault);
    if (digest_equal(&digest, &visitor->offer.digest)) {
        if (file_format_name(format)[0] == '\0')
            return refuse(reception, visitor, refusal_reason(REFUSAL_FORMAT), fault);
        return accept(reception, visitor, file_format_name(format), fault);
    }
    desk_report(LOG_LEVEL_ERROR, NULL, visitor->key.site, visitor->offer.source,
                "came with other bytes than the desk said; all of it is wanted again");
    answer(reception, visitor, LINE_DAMAGED, &visitor->offer.scan, 0, "");
    status = incoming_discard(&visitor->incoming, fault);
    end_offer(visitor);
    return status == STATUS_HALT ? status : STATUS_OK;
}

/* ---- OFFER and PIECE ------------------------------------------------------------------------ */

/* What we know of that id already. *ret_is_settled: there is nothing to be sent. */
static enum status look_up(struct reception *reception, struct visitor *visitor,
                           bool *ret_is_settled, struct fault *fault)
{
    struct scan_record record = {0};
    struct ledger *ledger = reception->desk->ledger;
    const struct scan_id id = {visitor->offer.scan};
    bool is_known = false;
    enum scan_state state = SCAN_CORRUPT;
    enum status status = ledger_scan_known(ledger, id, &is_known, &state, fault);
    if (status != STATUS_OK || !is_known)
        return status;
    *ret_is_settled = true;
    status = ledger_scan_get(ledger, id, &record, fault);
    bool is_ours = status == STATUS_OK && string_equal(record.site, visitor->key.site) &&
                   digest_equal(&record.digest, &visitor->offer.digest);
    bool was_refused = is_ours && !record.has_bytes && record.state == SCAN_REFUSED;
    if (status == STATUS_OK && is_ours && !was_refused)
        status = say_taken(reception, visitor, fault);
    else if (status == STATUS_OK) {
        answer(reception, visitor, LINE_REFUSED, &id.uuid, 0,
               was_refused && record.error != NULL ? record.error
                                                   : "Diese Kennung hat schon ein anderer Scan.");
        end_offer(visitor);
    }
    scan_record_done(&record);
    return status;
}

/* NULL, or why it is refused at the door. */
static const char *fault_of_offer(const struct reception *reception,
                                  const struct line_message *offer)
{
    if (offer->size == 0)
        return refusal_reason(REFUSAL_EMPTY);
    if (offer->size > (uint64_t)reception->desk->config->limits.scan_bytes_most)
        return refusal_reason(REFUSAL_TOO_LARGE);
    return NULL;
}

static enum status begin(struct reception *reception, struct visitor *visitor, struct fault *fault)
{
    const struct line_message *offer = &visitor->offer;
    struct incoming *incoming = &visitor->incoming;
    // In the part's place and, while it is copied, in the spool.
    enum status status = desk_check_room(reception->desk, 2 * offer->size, fault);
    if (status == STATUS_OK)
        status = incoming_open(reception->desk->config->reception.folder, visitor->key.site,
                               &offer->scan, &offer->digest, offer->size, incoming, fault);
    if (status != STATUS_OK)
        return settle(reception, visitor, status, fault);
    visitor->synced_ms = now_of(reception);
    visitor->trouble[0] = '\0';
    if (incoming->durable > 0)
        desk_report(LOG_LEVEL_INFO, NULL, visitor->key.site, offer->source,
                    "goes on at %" PRIu64 " of %" PRIu64 " bytes", incoming->durable, offer->size);
    if (incoming->written == incoming->size)
        return finish(reception, visitor, fault);
    answer(reception, visitor, LINE_WANT, &offer->scan, incoming->durable, "");
    return STATUS_OK;
}

static enum status take_offer(struct reception *reception, struct visitor *visitor,
                              struct line_message *offer, struct fault *fault)
{
    end_offer(visitor);
    int64_t ahead_ms = offer->received_ms - clock_wall_ms(reception->desk->clock);
    if (offer->source[0] == '\0' || uuid_is_nil(&offer->scan) || !source_is_plain(offer->source)) {
        say_bye(reception, &visitor->peer, visitor->session, LINE_MALFORMED,
                "an offer without an id or a name");
        return drop(reception, visitor, "a malformed offer", fault);
    }
    visitor->offer = *offer;
    *offer = (struct line_message){0};
    if (ahead_ms > RECEPTION_FUTURE_MS)
        log_warning(NULL,
                    "the clock of the desk %s is ahead by %" PRId64 " s: what comes was received "
                    "now at the latest",
                    visitor->key.name, ahead_ms / 1000);
    bool is_settled = false;
    enum status status = look_up(reception, visitor, &is_settled, fault);
    if (status != STATUS_OK)
        return settle(reception, visitor, status, fault);
    if (is_settled)
        return STATUS_OK;
    const char *wrong = fault_of_offer(reception, &visitor->offer);
    return wrong != NULL ? refuse(reception, visitor, wrong, fault)
                         : begin(reception, visitor, fault);
}

static enum status make_durable(struct reception *reception, struct visitor *visitor,
                                struct fault *fault)
{
    struct incoming *incoming = &visitor->incoming;
    enum status status = incoming_sync(incoming, fault);
    if (status != STATUS_OK)
        return settle(reception, visitor, status, fault);
    visitor->synced_ms = now_of(reception);
    answer(reception, visitor, LINE_HAVE, &visitor->offer.scan, incoming->durable, "");
    return STATUS_OK;
}

static enum status take_piece(struct reception *reception, struct visitor *visitor,
                              const struct line_message *piece, struct fault *fault)
{
    struct incoming *incoming = &visitor->incoming;
    // What was on its way when the scan was put off, or of one before.
    if (incoming->file < 0 || !uuid_equal(&piece->scan, &visitor->offer.scan))
        return STATUS_OK;
    if (piece->offset != incoming->written) {
        if (!visitor->told_gap)
            answer(reception, visitor, LINE_WANT, &piece->scan, incoming->written, "");
        visitor->told_gap = true;
        return STATUS_OK;
    }
    visitor->told_gap = false;
    if (piece->piece_length > incoming->size - incoming->written) {
        say_bye(reception, &visitor->peer, visitor->session, LINE_MALFORMED,
                "more bytes than were offered");
        return drop(reception, visitor, "it sent more bytes than it offered", fault);
    }
    enum status status = incoming_add(incoming, piece->piece, piece->piece_length, fault);
    if (status != STATUS_OK)
        return settle(reception, visitor, status, fault);
    if (incoming->written == incoming->size)
        return finish(reception, visitor, fault);
    return incoming->written - incoming->durable >= RECEPTION_STEP_BYTES
               ? make_durable(reception, visitor, fault)
               : STATUS_OK;
}

/* ---- everything else ------------------------------------------------------------------------ */

static enum status take_report(struct reception *reception, struct visitor *visitor,
                               struct line_message *report, struct fault *fault)
{
    line_message_done(&visitor->report);
    visitor->report = *report;
    *report = (struct line_message){0};
    visitor->report.clock_ms -= clock_wall_ms(reception->desk->clock);
    struct line_message heard = {.command = LINE_HEARD, .session = visitor->session};
    say(reception, &visitor->peer, &heard);
    return keep_or_say(reception, visitor, true, fault);
}

/* The desk gives it back to the mailroom there. */
static enum status take_returned(struct reception *reception, const struct visitor *visitor,
                                 const struct line_message *message, struct fault *fault)
{
    struct scan_record record = {0};
    const struct scan_id id = {message->scan};
    enum status status = ledger_scan_get(reception->desk->ledger, id, &record, fault);
    if (status == STATUS_OK && string_equal(record.site, visitor->key.site) &&
        record.state == SCAN_REFUSED)
        status = ledger_scan_returned(reception->desk->ledger, id, fault);
    scan_record_done(&record);
    if (status != STATUS_OK && status != STATUS_HALT)
        log_warning(NULL, "what the desk %s gave back is not noted: %s", visitor->key.name,
                    fault->text);
    return status == STATUS_HALT ? status : STATUS_OK;
}

static enum status take(struct reception *reception, struct visitor *visitor,
                        struct line_message *message, struct fault *fault)
{
    visitor->heard_ms = now_of(reception);
    switch (message->command) {
    case LINE_REPORT:
        return take_report(reception, visitor, message, fault);
    case LINE_OFFER:
        return take_offer(reception, visitor, message, fault);
    case LINE_PIECE:
        return take_piece(reception, visitor, message, fault);
    case LINE_RETURNED:
        return take_returned(reception, visitor, message, fault);
    case LINE_BYE:
        return drop(reception, visitor, "it says good-bye", fault);
    case LINE_HELLO:
    case LINE_WELCOME:
    case LINE_HEARD:
    case LINE_WANT:
    case LINE_HAVE:
    case LINE_TAKEN:
    case LINE_REFUSED:
    case LINE_LATER:
    case LINE_DAMAGED:
    case LINE_RETURN:
    case LINE_COMMANDS:
        break;
    }
    say_bye(reception, &visitor->peer, visitor->session, LINE_MALFORMED,
            "only a centre says such a thing");
    return drop(reception, visitor, "it speaks like a centre", fault);
}

/* ---- messages ------------------------------------------------------------------------------- */

/* The key behind `user`, when it stands and is a desk's. */
static enum status admit(const struct reception *reception, const char *user, bool *ret_stands,
                         struct worker_key *ret_key, struct fault *fault)
{
    bool stands = false;
    enum status status =
        worker_key_get(reception->desk->ledger, strtoll(user, NULL, 10), &stands, ret_key, fault);
    if (status == STATUS_OK)
        *ret_stands = stands && ret_key->role == WORKER_ROLE_SITE;
    return status;
}

static enum status hear_admitted(struct reception *reception, const struct worker_key *key,
                                 const struct messaging_peer *peer, struct line_message *message,
                                 struct fault *fault)
{
    if (message->command == LINE_HELLO)
        return greet(reception, key, peer, message, fault);
    struct visitor *visitor = find_by_key(reception, key->id);
    bool is_known = visitor != NULL && is_same_peer(&visitor->peer, peer) &&
                    visitor->session == message->session;
    if (is_known)
        return take(reception, visitor, message, fault);
    if (message->command != LINE_BYE)
        say_bye(reception, peer, message->session, LINE_STRANGER, "say HELLO first");
    return STATUS_OK;
}

static enum status turn_away(struct reception *reception, const char *user,
                             const struct messaging_peer *peer, uint32_t session,
                             struct fault *fault)
{
    struct visitor *visitor = find_by_key(reception, strtoll(user, NULL, 10));
    say_bye(reception, peer, session, LINE_NOT_ENROLLED, "the key was revoked");
    if (visitor == NULL)
        return STATUS_OK;
    enum status status =
        worker_key_note_refusals(reception->desk->ledger, "revoked", visitor->key.name, 1, fault);
    if (status != STATUS_HALT)
        status = drop(reception, visitor, "its key was revoked", fault);
    return status;
}

enum status reception_hear(struct reception *reception, const char *user,
                           const struct messaging_peer *peer, const struct messaging_frame *frames,
                           size_t count, struct fault *fault)
{
    struct line_message message = {0};
    struct worker_key key = {0};
    unsigned version = 0;
    bool stands = false;
    enum status status = admit(reception, user, &stands, &key, fault);
    if (status != STATUS_OK)
        return status == STATUS_HALT ? status : STATUS_OK; // the desk says it again
    status = line_decode(frames, count, &message, &version, fault);
    if (status == STATUS_OK && stands)
        status = hear_admitted(reception, &key, peer, &message, fault);
    else if (!stands)
        status = turn_away(reception, user, peer, message.session, fault);
    else if (status == STATUS_REFUSE) {
        log_warning(NULL, "the desk %s: %s", key.name, fault->text);
        say_bye(reception, peer, 0, version == LINE_VERSION ? LINE_MALFORMED : LINE_OTHER_VERSION,
                fault->text);
        struct visitor *visitor = find_by_key(reception, key.id);
        status = visitor == NULL ? STATUS_OK : drop(reception, visitor, "malformed message", fault);
    }
    line_message_done(&message);
    return status == STATUS_HALT ? status : STATUS_OK;
}

/* ---- time ----------------------------------------------------------------------------------- */

/* Scans that a reader refused go back by the desk that sent them. */
static enum status say_return(void *context, const struct scan_record *record, struct fault *fault)
{
    const struct reception *reception = context;
    (void)fault;
    for (struct visitor *visitor = reception->first; visitor != NULL; visitor = visitor->next) {
        if (!record->has_bytes || visitor->returns == 0 ||
            !string_equal(visitor->key.site, record->site))
            continue;
        visitor->returns--;
        visitor->return_due_ms = now_of(reception) + RECEPTION_RETURN_MS;
        answer(reception, visitor, LINE_RETURN, &record->id.uuid, 0,
               record->error == NULL ? "" : record->error);
    }
    return STATUS_OK;
}

static enum status beat_visitor(struct reception *reception, struct visitor *visitor,
                                struct fault *fault)
{
    int64_t now = now_of(reception);
    if (now - visitor->heard_ms >= RECEPTION_SILENT_MS)
        return drop(reception, visitor, "it says nothing any more", fault);
    visitor->returns = now >= visitor->return_due_ms ? RECEPTION_RETURNS_MOST : 0;
    if (visitor->is_changed) {
        enum status status = keep_or_say(reception, visitor, true, fault);
        if (status != STATUS_OK)
            return status;
    }
    bool is_due = visitor->incoming.file >= 0 &&
                  visitor->incoming.written > visitor->incoming.durable &&
                  now - visitor->synced_ms >= RECEPTION_SYNC_MS;
    return is_due ? make_durable(reception, visitor, fault) : STATUS_OK;
}

enum status reception_beat(struct reception *reception, struct fault *fault)
{
    struct visitor *next = NULL;
    enum status status = STATUS_OK;
    for (struct visitor *visitor = reception->first; visitor != NULL && status == STATUS_OK;
         visitor = next) {
        next = visitor->next;
        status = beat_visitor(reception, visitor, fault);
    }
    if (status == STATUS_OK && reception->first != NULL)
        status = ledger_scans_to_return(reception->desk->ledger, say_return, reception, fault);
    return status == STATUS_HALT ? status : STATUS_OK;
}

/* ---- life ----------------------------------------------------------------------------------- */

enum status reception_new(const struct desk *desk, const struct line_port *port,
                          struct reception **ret_reception, struct fault *fault)
{
    struct reception *reception = calloc(1, sizeof *reception);
    if (reception == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    reception->desk = desk;
    reception->port = *port;
    *ret_reception = reception;
    return STATUS_OK;
}

void reception_free(struct reception **reception_p)
{
    struct reception *reception = *reception_p;
    struct fault fault = {0};
    if (reception == NULL)
        return;
    while (reception->first != NULL) {
        struct visitor *visitor = reception->first;
        say_bye(reception, &visitor->peer, visitor->session, LINE_LEAVING, "");
        (void)drop(reception, visitor, "the reception ends", &fault);
    }
    free(reception);
    *reception_p = NULL;
}
