/* test_reception.c - what the centre promises to desks, and what it does not let them do. The desk
 * here is played by the test, message by message. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka.h needs the four above
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "ingest/reception.h"
#include "store/remote_sites.h"
#include "store/worker_keys.h"

enum { SCAN_BYTES_MOST = 2000000, HEARD_MOST = 64, SCAN_BYTES = 900000, PIECE = 100000 };

static char site_name[] = "Demmin", other_name[] = "Waren", here_name[] = "Neustrelitz";
static char host_name[] = "desk-1", version_name[] = "0.1", format_name[] = "pdf";
static char source_name_[] = "Stapel/scan.pdf", odd_name[] = "..\xe2\x80\xae.pdf";

struct scene {
    struct config config;
    struct config_site sites[3];
    struct clock clock;
    int64_t wall_ms, monotonic_ms;
    struct desk desk;
    struct reception *reception;
    char user[24], other_user[24]; /* the two keys' numbers */
    struct messaging_peer peer;
    struct line_message heard[HEARD_MOST]; /* what the centre said, the newest last */
    size_t count;
    uint32_t session;
    uint8_t *bytes; /* of a scan */
    struct digest digest;
    struct uuid id;
    struct fault fault;
};

/* ---- the stage ------------------------------------------------------------------------------ */

static int64_t wall_of(void *context)
{
    const struct scene *scene = context;
    return scene->wall_ms;
}

static int64_t monotonic_of(void *context)
{
    const struct scene *scene = context;
    return scene->monotonic_ms;
}

static enum status catch_message(void *context, const struct messaging_peer *peer,
                                 const struct messaging_frame *frames, size_t count, bool *ret_gone,
                                 struct fault *fault)
{
    struct scene *scene = context;
    (void)peer;
    *ret_gone = false;
    if (scene->count == HEARD_MOST) {
        line_message_done(&scene->heard[0]);
        memmove(scene->heard, scene->heard + 1, sizeof *scene->heard * (HEARD_MOST - 1));
        scene->count--;
    }
    return line_decode(frames, count, &scene->heard[scene->count++], NULL, fault);
}

static void enrol(struct scene *scene, const char *name, const char *site, uint8_t number,
                  char ret_user[24])
{
    struct public_key key;
    struct worker_key found = {0};
    bool is_there = false;
    memset(key.bytes, number, sizeof key.bytes);
    assert_int_equal(
        worker_key_enrol_site(scene->desk.ledger, name, site, &key, "a test", &scene->fault),
        STATUS_OK);
    assert_int_equal(worker_key_find(scene->desk.ledger, &key, &is_there, &found, &scene->fault),
                     STATUS_OK);
    assert_true(is_there);
    assert_string_equal(found.site, site);
    (void)snprintf(ret_user, 24, "%" PRId64, found.id);
}

static void begin_reception(struct scene *scene)
{
    const struct line_port port = {.send = catch_message, .context = scene};
    assert_int_equal(reception_new(&scene->desk, &port, &scene->reception, &scene->fault),
                     STATUS_OK);
}

static void make_scan(struct scene *scene, uint8_t seed)
{
    memset(scene->bytes, seed, SCAN_BYTES);
    memcpy(scene->bytes, "%PDF-1.4\n", 9);
    memcpy(scene->bytes + SCAN_BYTES - 6, "%%EOF\n", 6);
    scene->digest = digest_of(scene->bytes, SCAN_BYTES);
    scene->id = uuid_new(scene->wall_ms);
}

static int set_up(void **state)
{
    static char spool[4096], ledger[] = "ledger.db", address[] = "ipc://none.sock";
    static char incoming[] = "incoming";
    struct scene *scene = calloc(1, sizeof *scene);
    assert_int_equal(system("rm -rf spool ledger.db* incoming"), 0);
    assert_non_null(getcwd(spool, sizeof spool - sizeof "/spool"));
    (void)strcat(spool, "/spool");
    scene->wall_ms = 1700000000000;
    scene->sites[0] = (struct config_site){.name = site_name, .is_remote = true};
    scene->sites[1] = (struct config_site){.name = other_name, .is_remote = true};
    scene->sites[2] = (struct config_site){.name = here_name};
    scene->config = (struct config){
        .sites = scene->sites,
        .site_count = 3,
        .store = {.spool = spool,     .ledger = ledger},
        .workers = {.address = address},
        .reception = {.folder = incoming                 },
        .limits = {.scan_bytes_most = SCAN_BYTES_MOST,                  .free_bytes_least = 0                },
    };
    scene->clock = (struct clock){wall_of, monotonic_of, scene};
    scene->desk =
        (struct desk){.config = &scene->config, .clock = &scene->clock, .actor = "reception"};
    assert_int_equal(spool_open("spool", &scene->desk.spool, &scene->fault), STATUS_OK);
    assert_int_equal(
        ledger_open("ledger.db", LEDGER_CREATE, &scene->clock, &scene->desk.ledger, &scene->fault),
        STATUS_OK);
    enrol(scene, "demmin", site_name, 1, scene->user);
    enrol(scene, "waren", other_name, 2, scene->other_user);
    scene->peer = (struct messaging_peer){.bytes = {1}, .length = 5};
    scene->session = 7;
    scene->bytes = malloc(SCAN_BYTES);
    make_scan(scene, 1);
    begin_reception(scene);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    reception_free(&scene->reception);
    for (size_t i = 0; i < scene->count; i++)
        line_message_done(&scene->heard[i]);
    ledger_close(&scene->desk.ledger);
    spool_close(&scene->desk.spool);
    free(scene->bytes);
    free(scene);
    return 0;
}

/* ---- what a desk says ----------------------------------------------------------------------- */

static void say_as(struct scene *scene, const char *user, struct line_message *message)
{
    struct byte_writer writer = {0};
    message->session = scene->session;
    line_encode(message, &writer);
    assert_false(writer.failed);
    const struct messaging_frame frames[] = {
        {writer.bytes,   writer.length        },
        {message->piece, message->piece_length}
    };
    assert_int_equal(reception_hear(scene->reception, user, &scene->peer, frames,
                                    message->command == LINE_PIECE ? 2 : 1, &scene->fault),
                     STATUS_OK);
    byte_writer_done(&writer);
}

static void say(struct scene *scene, struct line_message *message)
{
    say_as(scene, scene->user, message);
}

static const struct line_message *last(const struct scene *scene)
{
    assert_true(scene->count > 0);
    return &scene->heard[scene->count - 1];
}

static void assert_said(const struct scene *scene, enum line_command command)
{
    if (scene->count == 0 || last(scene)->command != command)
        fail_msg("the centre said %s and not %s",
                 scene->count == 0 ? "nothing" : line_command_name(last(scene)->command),
                 line_command_name(command));
}

static void hello_as(struct scene *scene, const char *user, char *site)
{
    struct line_message hello = {.command = LINE_HELLO,
                                 .clock_ms = scene->wall_ms,
                                 .site = site,
                                 .host = host_name,
                                 .version = version_name};
    say_as(scene, user, &hello);
}

static void hello(struct scene *scene)
{
    hello_as(scene, scene->user, site_name);
    assert_said(scene, LINE_WELCOME);
}

static struct line_message offer_of(const struct scene *scene)
{
    return (struct line_message){.command = LINE_OFFER,
                                 .scan = scene->id,
                                 .digest = scene->digest,
                                 .size = SCAN_BYTES,
                                 .received_ms = scene->wall_ms - 3600000,
                                 .source = source_name_,
                                 .format = format_name};
}

static void offer(struct scene *scene)
{
    struct line_message message = offer_of(scene);
    say(scene, &message);
}

static void piece_at(struct scene *scene, uint64_t offset, size_t length)
{
    struct line_message piece = {.command = LINE_PIECE,
                                 .scan = scene->id,
                                 .offset = offset,
                                 .piece = scene->bytes + offset,
                                 .piece_length = length};
    say(scene, &piece);
}

static void send_all(struct scene *scene)
{
    assert_said(scene, LINE_WANT);
    for (uint64_t offset = last(scene)->offset; offset < SCAN_BYTES; offset += PIECE)
        piece_at(scene, offset, SCAN_BYTES - offset < PIECE ? SCAN_BYTES - offset : PIECE);
}

static bool is_known(struct scene *scene)
{
    bool known = false;
    enum scan_state found = SCAN_CORRUPT;
    const struct scan_id id = {scene->id};
    assert_int_equal(ledger_scan_known(scene->desk.ledger, id, &known, &found, &scene->fault),
                     STATUS_OK);
    return known;
}

static uint64_t scans(struct scene *scene)
{
    struct ledger_summary summary = {0};
    uint64_t count = 0;
    assert_int_equal(ledger_summarise(scene->desk.ledger, &summary, &scene->fault), STATUS_OK);
    for (size_t i = 0; i < SCAN_STATES; i++)
        count += summary.scans[i];
    return count;
}

/* ---- promises ------------------------------------------------------------------------------- */

static void a_scan_keeps_its_id_its_moment_and_its_bytes(void **state)
{
    struct scene *scene = *state;
    struct scan_record record = {0};
    const struct scan_id id = {scene->id};
    hello(scene);
    offer(scene);
    assert_int_equal(last(scene)->offset, 0);
    send_all(scene);
    assert_said(scene, LINE_TAKEN);
    assert_int_equal(ledger_scan_get(scene->desk.ledger, id, &record, &scene->fault), STATUS_OK);
    assert_string_equal(record.site, site_name);
    assert_string_equal(record.source, source_name_);
    assert_string_equal(record.format, "pdf");
    assert_int_equal(record.received_ms, scene->wall_ms - 3600000);
    assert_int_equal(record.state, SCAN_RECEIVED);
    assert_int_equal(spool_check(scene->desk.spool, &scene->digest, &scene->fault), STATUS_OK);
    scan_record_done(&record);
    assert_int_equal(system("test -z \"$(ls incoming/Demmin)\""), 0);
}

static void what_was_taken_is_taken_once(void **state)
{
    struct scene *scene = *state;
    hello(scene);
    offer(scene);
    send_all(scene);
    assert_said(scene, LINE_TAKEN);
    offer(scene); // TAKEN did not arrive
    assert_said(scene, LINE_TAKEN);
    reception_free(&scene->reception); // … and both sides began anew
    begin_reception(scene);
    hello(scene);
    offer(scene);
    assert_said(scene, LINE_TAKEN);
    assert_int_equal(scans(scene), 1);
}

static void it_goes_on_where_it_was_cut(void **state)
{
    struct scene *scene = *state;
    hello(scene);
    offer(scene);
    for (uint64_t offset = 0; offset < 400000; offset += PIECE)
        piece_at(scene, offset, PIECE);
    assert_said(scene, LINE_HAVE);
    assert_true(last(scene)->offset >= RECEPTION_STEP_BYTES);
    reception_free(&scene->reception); // killed: what was written is there, durable or not
    begin_reception(scene);
    scene->session++;
    hello(scene);
    offer(scene);
    assert_said(scene, LINE_WANT);
    assert_int_equal(last(scene)->offset, 400000);
    send_all(scene);
    assert_said(scene, LINE_TAKEN);
    assert_int_equal(spool_check(scene->desk.spool, &scene->digest, &scene->fault), STATUS_OK);
}

static void little_becomes_durable_by_time(void **state)
{
    struct scene *scene = *state;
    hello(scene);
    offer(scene);
    piece_at(scene, 0, 1000);
    assert_said(scene, LINE_WANT);
    scene->monotonic_ms += RECEPTION_SYNC_MS;
    assert_int_equal(reception_beat(scene->reception, &scene->fault), STATUS_OK);
    assert_said(scene, LINE_HAVE);
    assert_int_equal(last(scene)->offset, 1000);
}

static void a_gap_is_asked_for_once(void **state)
{
    struct scene *scene = *state;
    hello(scene);
    offer(scene);
    piece_at(scene, 0, PIECE);
    size_t before = scene->count;
    piece_at(scene, 2 * PIECE, PIECE);
    piece_at(scene, 3 * PIECE, PIECE);
    assert_int_equal(scene->count, before + 1);
    assert_said(scene, LINE_WANT);
    assert_int_equal(last(scene)->offset, PIECE);
    piece_at(scene, 0, PIECE); // again what is there already
    assert_int_equal(scene->count, before + 1);
    for (uint64_t offset = PIECE; offset < SCAN_BYTES; offset += PIECE)
        piece_at(scene, offset, SCAN_BYTES - offset < PIECE ? SCAN_BYTES - offset : PIECE);
    assert_said(scene, LINE_TAKEN);
}

static void other_bytes_than_said_are_not_taken(void **state)
{
    struct scene *scene = *state;
    hello(scene);
    offer(scene);
    scene->bytes[500000] ^= 1;
    send_all(scene);
    assert_said(scene, LINE_DAMAGED);
    assert_false(is_known(scene));
    assert_int_equal(system("test -z \"$(ls incoming/Demmin)\""), 0);
    scene->bytes[500000] ^= 1;
    offer(scene);
    assert_int_equal(last(scene)->offset, 0); // all of it is wanted again
    send_all(scene);
    assert_said(scene, LINE_TAKEN);
}

static void what_is_no_document_is_refused_for_good(void **state)
{
    struct scene *scene = *state;
    memset(scene->bytes, 'x', SCAN_BYTES);
    scene->digest = digest_of(scene->bytes, SCAN_BYTES);
    hello(scene);
    offer(scene);
    send_all(scene);
    assert_said(scene, LINE_REFUSED);
    assert_true(last(scene)->reason[0] != '\0');
    offer(scene);
    assert_said(scene, LINE_REFUSED);
}

static void limits_hold_before_a_byte_is_sent(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *name;
        uint64_t size;
    } cases[] = {
        {"empty",     0                  },
        {"too large", SCAN_BYTES_MOST + 1}
    };
    hello(scene);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct line_message message = offer_of(scene);
        message.size = cases[i].size;
        message.scan = uuid_new(scene->wall_ms);
        say(scene, &message);
        if (last(scene)->command != LINE_REFUSED)
            fail_msg("%s: %s", cases[i].name, line_command_name(last(scene)->command));
    }
}

static void more_bytes_than_offered_end_the_conversation(void **state)
{
    struct scene *scene = *state;
    hello(scene);
    struct line_message message = offer_of(scene);
    message.size = 1000;
    say(scene, &message);
    piece_at(scene, 0, 1001);
    assert_said(scene, LINE_BYE);
    assert_int_equal(last(scene)->parting, LINE_MALFORMED);
    assert_false(is_known(scene));
}

static void a_full_disk_is_said_and_the_desk_waits(void **state)
{
    struct scene *scene = *state;
    hello(scene);
    scene->config.limits.free_bytes_least = INT64_MAX / 2;
    offer(scene);
    assert_said(scene, LINE_LATER);
    assert_int_equal(last(scene)->wait_ms, RECEPTION_LATER_MS);
    assert_false(is_known(scene));
    piece_at(scene, 0, PIECE); // was on its way
    assert_said(scene, LINE_LATER);
    scene->config.limits.free_bytes_least = 0;
    offer(scene);
    send_all(scene);
    assert_said(scene, LINE_TAKEN);
}

static void a_key_is_good_for_its_own_site_alone(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *name;
        char *site;
    } cases[] = {
        {"another's",                other_name},
        {"one of the centre itself", here_name }
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hello_as(scene, scene->user, cases[i].site);
        assert_said(scene, LINE_BYE);
        if (last(scene)->parting != LINE_NOT_ENROLLED)
            fail_msg("%s: parting %u", cases[i].name, last(scene)->parting);
    }
    scene->sites[0].is_remote = false; // the centre takes scans of that site itself
    hello_as(scene, scene->user, site_name);
    assert_said(scene, LINE_BYE);
}

static void nobody_takes_anothers_scan_or_learns_of_it(void **state)
{
    struct scene *scene = *state;
    struct scan_record record = {0};
    hello(scene);
    offer(scene);
    send_all(scene);
    assert_said(scene, LINE_TAKEN);
    scene->peer.bytes[0] = 2;
    scene->session++;
    hello_as(scene, scene->other_user, other_name);
    struct line_message message = offer_of(scene);
    say_as(scene, scene->other_user, &message); // the id and digest of the other's scan
    assert_said(scene, LINE_REFUSED);
    message.digest.bytes[0] ^= 1; // only its id
    say_as(scene, scene->other_user, &message);
    assert_said(scene, LINE_REFUSED);
    const struct scan_id id = {scene->id};
    assert_int_equal(ledger_scan_get(scene->desk.ledger, id, &record, &scene->fault), STATUS_OK);
    assert_string_equal(record.site, site_name);
    scan_record_done(&record);
}

static void who_did_not_say_hello_is_a_stranger(void **state)
{
    struct scene *scene = *state;
    offer(scene);
    assert_said(scene, LINE_BYE);
    assert_int_equal(last(scene)->parting, LINE_STRANGER);
    hello(scene);
    scene->peer.bytes[0] = 9; // the connection under it was another one
    offer(scene);
    assert_int_equal(last(scene)->parting, LINE_STRANGER);
    scene->peer.bytes[0] = 1;
    scene->session++; // an older or newer conversation
    offer(scene);
    assert_int_equal(last(scene)->parting, LINE_STRANGER);
}

static void a_revoked_key_says_nothing_any_more(void **state)
{
    struct scene *scene = *state;
    uint32_t leases = 0;
    hello(scene);
    offer(scene);
    piece_at(scene, 0, PIECE);
    assert_int_equal(
        worker_key_revoke(scene->desk.ledger, "demmin", "a test", &leases, &scene->fault),
        STATUS_OK);
    piece_at(scene, PIECE, PIECE);
    assert_said(scene, LINE_BYE);
    assert_int_equal(last(scene)->parting, LINE_NOT_ENROLLED);
    hello_as(scene, scene->user, site_name);
    assert_int_equal(last(scene)->parting, LINE_NOT_ENROLLED);
    assert_false(is_known(scene));
}

static void a_workers_key_is_no_desks(void **state)
{
    struct scene *scene = *state;
    struct public_key key;
    struct worker_key found = {0};
    bool is_there = false;
    char user[24];
    memset(key.bytes, 3, sizeof key.bytes);
    assert_int_equal(worker_key_enrol(scene->desk.ledger, "reader-1", WORKER_ROLE_READER, &key,
                                      "a test", &scene->fault),
                     STATUS_OK);
    assert_int_equal(worker_key_find(scene->desk.ledger, &key, &is_there, &found, &scene->fault),
                     STATUS_OK);
    (void)snprintf(user, sizeof user, "%" PRId64, found.id);
    hello_as(scene, user, site_name);
    assert_said(scene, LINE_BYE);
    assert_int_equal(worker_key_enrol(scene->desk.ledger, "desk-2", WORKER_ROLE_SITE, &key,
                                      "a test", &scene->fault),
                     STATUS_REFUSE);
}

static void malformed_messages_end_the_conversation(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *name;
        const char *bytes;
        size_t length;
        enum line_parting parting;
    } cases[] = {
        {"nothing",         "",                       0, LINE_OTHER_VERSION},
        {"noise",           "\x01\xff\0\0\0\0",       6, LINE_MALFORMED    },
        {"another version", "\x02\x01\0\0\0\0",       6, LINE_OTHER_VERSION},
        {"cut",             "\x01\x03\x07\0\0\0\x01", 7, LINE_MALFORMED    },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct messaging_frame frame = {cases[i].bytes, cases[i].length};
        hello(scene);
        assert_int_equal(
            reception_hear(scene->reception, scene->user, &scene->peer, &frame, 1, &scene->fault),
            STATUS_OK);
        if (last(scene)->command != LINE_BYE || last(scene)->parting != cases[i].parting)
            fail_msg("%s: %s %u", cases[i].name, line_command_name(last(scene)->command),
                     last(scene)->parting);
        offer(scene);
        assert_int_equal(last(scene)->parting, LINE_STRANGER);
    }
    struct line_message taken = {.command = LINE_TAKEN};
    hello(scene);
    say(scene, &taken); // as if it were a centre
    assert_int_equal(last(scene)->parting, LINE_MALFORMED);
    struct line_message odd = offer_of(scene);
    odd.source = odd_name;
    hello(scene);
    say(scene, &odd);
    assert_int_equal(last(scene)->parting, LINE_MALFORMED);
}

static void a_clock_ahead_does_not_date_receipt_into_the_future(void **state)
{
    struct scene *scene = *state;
    struct scan_record record = {0};
    hello(scene);
    struct line_message message = offer_of(scene);
    message.received_ms = scene->wall_ms + 86400000;
    say(scene, &message);
    send_all(scene);
    assert_said(scene, LINE_TAKEN);
    const struct scan_id id = {scene->id};
    assert_int_equal(ledger_scan_get(scene->desk.ledger, id, &record, &scene->fault), STATUS_OK);
    assert_int_equal(record.received_ms, scene->wall_ms);
    scan_record_done(&record);
}

/* A site's parts are of one scan at most. */
static void the_next_offer_clears_what_the_last_one_left(void **state)
{
    struct scene *scene = *state;
    hello(scene);
    offer(scene);
    piece_at(scene, 0, PIECE);
    make_scan(scene, 2);
    offer(scene);
    piece_at(scene, 0, PIECE);
    assert_int_equal(system("test \"$(ls incoming/Demmin | wc -l)\" = 1"), 0);
    send_all(scene);
}

struct seen {
    size_t count;
    bool is_there;
    uint64_t waiting, taken;
};

static enum status see(void *context, const struct remote_site *site, struct fault *fault)
{
    struct seen *seen = context;
    (void)fault;
    *seen = (struct seen){seen->count + 1, site->since_ms != 0, site->waiting, site->taken};
    return STATUS_OK;
}

static void how_a_desk_is_can_be_seen(void **state)
{
    struct scene *scene = *state;
    struct seen seen = {0};
    hello(scene);
    struct line_message report = {
        .command = LINE_REPORT, .clock_ms = scene->wall_ms, .waiting = 5, .rate = -1};
    say(scene, &report);
    assert_said(scene, LINE_HEARD);
    offer(scene);
    send_all(scene);
    scene->monotonic_ms += RECEPTION_KEEP_MS;
    assert_int_equal(reception_beat(scene->reception, &scene->fault), STATUS_OK);
    assert_int_equal(remote_sites_each(scene->desk.ledger, see, &seen, &scene->fault), STATUS_OK);
    assert_int_equal(seen.count, 1);
    assert_true(seen.is_there);
    assert_int_equal(seen.waiting, 5);
    assert_int_equal(seen.taken, 1);
    scene->monotonic_ms += RECEPTION_SILENT_MS;
    assert_int_equal(reception_beat(scene->reception, &scene->fault), STATUS_OK);
    assert_int_equal(remote_sites_each(scene->desk.ledger, see, &seen, &scene->fault), STATUS_OK);
    assert_false(seen.is_there);
}

static void what_a_reader_refused_goes_back_by_its_desk(void **state)
{
    struct scene *scene = *state;
    static const struct retry_rule rule = {3, 10, 1000, 10000};
    struct job_record job = {0};
    struct scan_record record = {0};
    bool held = false;
    const struct scan_id id = {scene->id};
    hello(scene);
    offer(scene);
    send_all(scene);
    assert_int_equal(
        ledger_job_lease(scene->desk.ledger, JOB_READ, "reader", 60000, &held, &job, &scene->fault),
        STATUS_OK);
    assert_int_equal(ledger_job_fail(scene->desk.ledger, job.id, job.attempt, JOB_FAILURE_REFUSED,
                                     "Das ist kein lesbares Dokument.", &rule, &held,
                                     &scene->fault),
                     STATUS_OK);
    job_record_done(&job);
    assert_int_equal(reception_beat(scene->reception, &scene->fault), STATUS_OK);
    assert_said(scene, LINE_RETURN);
    assert_string_equal(last(scene)->reason, "Das ist kein lesbares Dokument.");
    size_t before = scene->count;
    scene->monotonic_ms += RECEPTION_BEAT_MS;
    assert_int_equal(reception_beat(scene->reception, &scene->fault), STATUS_OK);
    assert_int_equal(scene->count, before); // not again at once
    scene->monotonic_ms += RECEPTION_RETURN_MS;
    assert_int_equal(reception_beat(scene->reception, &scene->fault), STATUS_OK);
    assert_int_equal(scene->count, before + 1);
    struct line_message returned = {.command = LINE_RETURNED, .scan = scene->id};
    say(scene, &returned);
    assert_int_equal(ledger_scan_get(scene->desk.ledger, id, &record, &scene->fault), STATUS_OK);
    assert_true(record.returned);
    scan_record_done(&record);
}

#define RECEPTION_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RECEPTION_TEST(a_scan_keeps_its_id_its_moment_and_its_bytes),
        RECEPTION_TEST(what_was_taken_is_taken_once),
        RECEPTION_TEST(it_goes_on_where_it_was_cut),
        RECEPTION_TEST(little_becomes_durable_by_time),
        RECEPTION_TEST(a_gap_is_asked_for_once),
        RECEPTION_TEST(other_bytes_than_said_are_not_taken),
        RECEPTION_TEST(what_is_no_document_is_refused_for_good),
        RECEPTION_TEST(limits_hold_before_a_byte_is_sent),
        RECEPTION_TEST(more_bytes_than_offered_end_the_conversation),
        RECEPTION_TEST(a_full_disk_is_said_and_the_desk_waits),
        RECEPTION_TEST(a_key_is_good_for_its_own_site_alone),
        RECEPTION_TEST(nobody_takes_anothers_scan_or_learns_of_it),
        RECEPTION_TEST(who_did_not_say_hello_is_a_stranger),
        RECEPTION_TEST(a_revoked_key_says_nothing_any_more),
        RECEPTION_TEST(a_workers_key_is_no_desks),
        RECEPTION_TEST(malformed_messages_end_the_conversation),
        RECEPTION_TEST(a_clock_ahead_does_not_date_receipt_into_the_future),
        RECEPTION_TEST(the_next_offer_clears_what_the_last_one_left),
        RECEPTION_TEST(how_a_desk_is_can_be_seen),
        RECEPTION_TEST(what_a_reader_refused_goes_back_by_its_desk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
