/* test_forward.c - a desk's side of the line. The centre here is played by the test: it says what
 * centres say, wrong things too, and cuts the line when it likes. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka.h needs the four above
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ingest/forward.h"
#include "store/remote_sites.h"
#include "store/sent.h"

enum { SAID_MOST = 512, SCAN_BYTES = 900000 };

static char site_name[] = "Demmin", rates[64], connect_to[] = "tcp://127.0.0.1:1";

struct scene {
    struct config config;
    struct config_site site;
    struct clock clock;
    int64_t wall_ms, monotonic_ms;
    struct desk desk;
    struct forward *forward;
    struct line_message said[SAID_MOST]; /* what the desk said; pieces without their bytes */
    size_t count;
    bool is_full; /* the line takes nothing now */
    uint8_t *bytes;
    struct scan_id ids[3];
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
    assert_null(peer);
    *ret_gone = false;
    if (scene->is_full)
        return fault_set(fault, STATUS_LATER, "the peer's queue is full");
    assert_true(scene->count < SAID_MOST);
    struct line_message *message = &scene->said[scene->count++];
    enum status status = line_decode(frames, count, message, NULL, fault);
    if (message->command == LINE_PIECE)
        assert_memory_equal(message->piece, scene->bytes + message->offset, message->piece_length);
    message->piece = NULL;
    return status;
}

static const struct line_message *last(const struct scene *scene)
{
    assert_true(scene->count > 0);
    return &scene->said[scene->count - 1];
}

static void assert_said(const struct scene *scene, enum line_command command)
{
    if (scene->count == 0 || last(scene)->command != command)
        fail_msg("the desk said %s and not %s",
                 scene->count == 0 ? "nothing" : line_command_name(last(scene)->command),
                 line_command_name(command));
}

static size_t count_said(const struct scene *scene, enum line_command command)
{
    size_t count = 0;
    for (size_t i = 0; i < scene->count; i++)
        count += scene->said[i].command == command;
    return count;
}

static void accept(struct scene *scene, size_t index)
{
    struct scan_acceptance acceptance;
    struct scan_arrival arrival = {.id = {uuid_new(scene->wall_ms)},
                                   .site = site_name,
                                   .source = "scan.pdf",
                                   .format = "pdf",
                                   .size = SCAN_BYTES,
                                   .received_ms = scene->wall_ms,
                                   .actor = "intake"};
    scene->bytes[1000] = (uint8_t)index;
    assert_int_equal(
        spool_put(scene->desk.spool, scene->bytes, SCAN_BYTES, &arrival.digest, &scene->fault),
        STATUS_OK);
    assert_int_equal(ledger_scan_accept(scene->desk.ledger, &arrival, &acceptance, &scene->fault),
                     STATUS_OK);
    scene->ids[index] = arrival.id;
    scene->wall_ms += 1000;
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_int_equal(system("rm -rf spool ledger.db*"), 0);
    scene->wall_ms = 1700000000000;
    scene->site = (struct config_site){.name = site_name};
    rates[0] = '\0';
    scene->config = (struct config){
        .sites = &scene->site,
        .site_count = 1,
        .centre = {.connect = connect_to, .rates = rates, .keep_days = 30, .silence_ms = 60000}
    };
    scene->clock = (struct clock){wall_of, monotonic_of, scene};
    scene->desk =
        (struct desk){.config = &scene->config, .clock = &scene->clock, .actor = "forward"};
    assert_int_equal(spool_open("spool", &scene->desk.spool, &scene->fault), STATUS_OK);
    assert_int_equal(
        ledger_open("ledger.db", LEDGER_CREATE, &scene->clock, &scene->desk.ledger, &scene->fault),
        STATUS_OK);
    scene->bytes = malloc(SCAN_BYTES);
    memset(scene->bytes, 'p', SCAN_BYTES);
    accept(scene, 0);
    assert_int_equal(forward_new(&scene->desk, &scene->forward, &scene->fault), STATUS_OK);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    scene->is_full = true;
    forward_free(&scene->forward);
    for (size_t i = 0; i < scene->count; i++)
        line_message_done(&scene->said[i]);
    ledger_close(&scene->desk.ledger);
    spool_close(&scene->desk.spool);
    free(scene->bytes);
    free(scene);
    return 0;
}

/* ---- what a centre says --------------------------------------------------------------------- */

static uint32_t session_of(const struct scene *scene)
{
    for (size_t i = scene->count; i > 0; i--)
        if (scene->said[i - 1].command == LINE_HELLO)
            return scene->said[i - 1].session;
    fail_msg("no HELLO was said");
    return 0;
}

static void hear_in(struct scene *scene, uint32_t session, struct line_message message)
{
    struct byte_writer writer = {0};
    message.session = session;
    line_encode(&message, &writer);
    const struct messaging_frame frame = {writer.bytes, writer.length};
    assert_int_equal(forward_hear(scene->forward, &frame, 1, &scene->fault), STATUS_OK);
    byte_writer_done(&writer);
}

static void hear(struct scene *scene, struct line_message message)
{
    hear_in(scene, session_of(scene), message);
}

static void about(struct scene *scene, enum line_command command, size_t index, uint64_t offset)
{
    static char reason[] = "Zu groß.";
    hear(scene, (struct line_message){.command = command,
                                      .scan = scene->ids[index].uuid,
                                      .offset = offset,
                                      .wait_ms = 30000,
                                      .reason = reason});
}

static void beat(struct scene *scene, int64_t ms)
{
    scene->monotonic_ms += ms;
    scene->wall_ms += ms;
    assert_int_equal(forward_beat(scene->forward, &scene->fault), STATUS_OK);
}

static void begin_line(struct scene *scene)
{
    const struct line_port port = {.send = catch_message, .context = scene};
    assert_true(forward_wants_line(scene->forward));
    forward_begin(scene->forward, &port);
    assert_said(scene, LINE_HELLO);
    assert_string_equal(last(scene)->site, site_name);
}

static void welcome(struct scene *scene)
{
    begin_line(scene);
    hear(scene, (struct line_message){
                    .command = LINE_WELCOME, .clock_ms = scene->wall_ms, .wait_ms = 15000});
}

static void until_offered(struct scene *scene, size_t index)
{
    beat(scene, 0);
    assert_said(scene, LINE_OFFER);
    assert_true(uuid_equal(&last(scene)->scan, &scene->ids[index].uuid));
}

static enum scan_state state_of(struct scene *scene, size_t index)
{
    bool known = false;
    enum scan_state state = SCAN_CORRUPT;
    assert_int_equal(
        ledger_scan_known(scene->desk.ledger, scene->ids[index], &known, &state, &scene->fault),
        STATUS_OK);
    return state;
}

/* ---- promises ------------------------------------------------------------------------------- */

static void a_scan_is_sent_only_when_the_centre_has_it(void **state)
{
    struct scene *scene = *state;
    welcome(scene);
    until_offered(scene, 0);
    assert_int_equal(last(scene)->received_ms, 1700000000000);
    assert_int_equal(last(scene)->size, SCAN_BYTES);
    about(scene, LINE_WANT, 0, 0);
    uint64_t sent = last(scene)->offset + last(scene)->piece_length;
    assert_true(sent >= LINE_WINDOW_BYTES && sent < LINE_WINDOW_BYTES + LINE_PIECE_BYTES);
    about(scene, LINE_HAVE, 0, 500000);
    assert_int_equal(last(scene)->offset + last(scene)->piece_length, SCAN_BYTES);
    assert_int_equal(state_of(scene, 0), SCAN_RECEIVED);
    about(scene, LINE_TAKEN, 0, 0);
    assert_int_equal(state_of(scene, 0), SCAN_SENT);
}

static void it_goes_on_from_what_the_centre_has(void **state)
{
    struct scene *scene = *state;
    welcome(scene);
    until_offered(scene, 0);
    size_t before = scene->count;
    about(scene, LINE_WANT, 0, 800000);
    assert_int_equal(scene->said[before].command, LINE_PIECE);
    assert_int_equal(scene->said[before].offset, 800000);
    assert_int_equal(last(scene)->offset + last(scene)->piece_length, SCAN_BYTES);
}

static void the_order_of_receipt_is_kept(void **state)
{
    struct scene *scene = *state;
    accept(scene, 1);
    accept(scene, 2);
    welcome(scene);
    until_offered(scene, 0);
    for (size_t i = 0; i < 3; i++) {
        if (!uuid_equal(&last(scene)->scan, &scene->ids[i].uuid))
            fail_msg("number %zu was not offered in its turn", i);
        assert_int_equal(count_said(scene, LINE_OFFER), i + 1);
        about(scene, LINE_TAKEN, i, 0); // it was there already
    }
    assert_int_equal(count_said(scene, LINE_PIECE), 0);
    assert_int_equal(state_of(scene, 2), SCAN_SENT);
}

static void what_is_refused_goes_back_and_the_next_one_is_offered(void **state)
{
    struct scene *scene = *state;
    struct scan_record record = {0};
    accept(scene, 1);
    welcome(scene);
    until_offered(scene, 0);
    about(scene, LINE_REFUSED, 0, 0);
    assert_int_equal(ledger_scan_get(scene->desk.ledger, scene->ids[0], &record, &scene->fault),
                     STATUS_OK);
    assert_int_equal(record.state, SCAN_REFUSED);
    assert_string_equal(record.error, "Zu groß.");
    scan_record_done(&record);
    beat(scene, FORWARD_LOOK_MS);
    assert_said(scene, LINE_OFFER);
    assert_true(uuid_equal(&last(scene)->scan, &scene->ids[1].uuid));
}

static void what_could_not_be_read_there_comes_back(void **state)
{
    struct scene *scene = *state;
    welcome(scene);
    until_offered(scene, 0);
    about(scene, LINE_TAKEN, 0, 0);
    about(scene, LINE_RETURN, 0, 0);
    assert_said(scene, LINE_RETURNED);
    assert_int_equal(state_of(scene, 0), SCAN_REFUSED);
    about(scene, LINE_RETURN, 0, 0); // RETURNED was lost
    assert_said(scene, LINE_RETURNED);
}

static void while_nothing_can_be_taken_everything_waits(void **state)
{
    struct scene *scene = *state;
    accept(scene, 1);
    welcome(scene);
    until_offered(scene, 0);
    about(scene, LINE_LATER, 0, 0);
    forward_bell(scene->forward);
    beat(scene, 29000);
    assert_int_equal(count_said(scene, LINE_OFFER), 1);
    beat(scene, 1000);
    assert_int_equal(count_said(scene, LINE_OFFER), 2);
    assert_true(uuid_equal(&last(scene)->scan, &scene->ids[0].uuid)); // the same one
}

static void own_damage_is_set_aside_and_the_others_go_on(void **state)
{
    struct scene *scene = *state;
    struct scan_record record = {0};
    accept(scene, 1);
    welcome(scene);
    until_offered(scene, 0);
    about(scene, LINE_DAMAGED, 0, 0); // what is here is right: it is sent anew
    assert_int_equal(state_of(scene, 0), SCAN_RECEIVED);
    beat(scene, FORWARD_LOOK_MS);
    assert_true(uuid_equal(&last(scene)->scan, &scene->ids[0].uuid));
    assert_int_equal(ledger_scan_get(scene->desk.ledger, scene->ids[0], &record, &scene->fault),
                     STATUS_OK);
    char *path = spool_path(scene->desk.spool, &record.digest);
    struct text command = {0};
    text_append_format(&command,
                       "chmod u+w '%s' && printf x | dd of='%s' bs=1 conv=notrunc 2>/dev/null",
                       path, path);
    assert_int_equal(system(text_string(&command)), 0);
    text_done(&command);
    free(path);
    scan_record_done(&record);
    about(scene, LINE_DAMAGED, 0, 0);
    assert_int_equal(state_of(scene, 0), SCAN_CORRUPT);
    beat(scene, FORWARD_LOOK_MS);
    assert_true(uuid_equal(&last(scene)->scan, &scene->ids[1].uuid));
}

static void a_silent_centre_is_tried_anew_after_growing_waits(void **state)
{
    struct scene *scene = *state;
    int64_t waited_ms = 0;
    welcome(scene);
    beat(scene, 59999);
    assert_false(forward_is_cut(scene->forward));
    beat(scene, 1);
    for (int i = 0; i < 10; i++) {
        assert_true(forward_is_cut(scene->forward));
        assert_int_equal(forward_cut(scene->forward, "silence", &scene->fault), STATUS_OK);
        assert_false(forward_wants_line(scene->forward));
        waited_ms = 0;
        while (!forward_wants_line(scene->forward)) {
            beat(scene, 100);
            waited_ms += 100;
        }
        assert_true(waited_ms <= FORWARD_BACKOFF_MOST_MS + 100);
        begin_line(scene);
        beat(scene, 60000);
    }
    assert_true(waited_ms >= FORWARD_BACKOFF_MOST_MS / 2); // no storm
}

static void a_stranger_says_hello_again_soon(void **state)
{
    struct scene *scene = *state;
    static char no_reason[] = "";
    welcome(scene);
    until_offered(scene, 0);
    hear(scene,
         (struct line_message){.command = LINE_BYE, .parting = LINE_STRANGER, .reason = no_reason});
    assert_true(forward_is_cut(scene->forward));
    assert_int_equal(forward_cut(scene->forward, "a stranger", &scene->fault), STATUS_OK);
    scene->monotonic_ms += FORWARD_BACKOFF_MS;
    uint32_t old = session_of(scene);
    welcome(scene);
    assert_true(session_of(scene) != old);
    until_offered(scene, 0);
    hear_in(scene, old, (struct line_message){.command = LINE_TAKEN, .scan = scene->ids[0].uuid});
    assert_int_equal(state_of(scene, 0), SCAN_RECEIVED); // an answer of the older conversation
}

static void answers_that_fit_nothing_change_nothing(void **state)
{
    struct scene *scene = *state;
    accept(scene, 1);
    welcome(scene);
    until_offered(scene, 0);
    about(scene, LINE_TAKEN, 1, 0); // was not offered
    assert_int_equal(state_of(scene, 1), SCAN_RECEIVED);
    about(scene, LINE_WANT, 0, SCAN_BYTES + 1);
    about(scene, LINE_HAVE, 0, SCAN_BYTES);
    assert_int_equal(count_said(scene, LINE_PIECE), 0);
    about(scene, LINE_OFFER, 0, 0); // no centre says that
    assert_true(forward_is_cut(scene->forward));
}

static void a_lost_answer_is_asked_for_again(void **state)
{
    struct scene *scene = *state;
    welcome(scene);
    until_offered(scene, 0);
    about(scene, LINE_WANT, 0, 880000);
    assert_said(scene, LINE_PIECE); // all of it is sent, and TAKEN is lost
    for (int i = 0; i < 4; i++) {
        beat(scene, 15000);
        hear(scene, (struct line_message){.command = LINE_HEARD});
    }
    assert_int_equal(count_said(scene, LINE_OFFER), 2);
    assert_false(forward_is_cut(scene->forward));
    about(scene, LINE_TAKEN, 0, 0);
    assert_int_equal(state_of(scene, 0), SCAN_SENT);
}

static void a_full_line_loses_nothing(void **state)
{
    struct scene *scene = *state;
    welcome(scene);
    until_offered(scene, 0);
    scene->is_full = true;
    about(scene, LINE_WANT, 0, 0);
    assert_said(scene, LINE_OFFER);
    scene->is_full = false;
    beat(scene, FORWARD_BEAT_MS);
    uint64_t next = 0;
    for (size_t i = 0; i < scene->count; i++)
        if (scene->said[i].command == LINE_PIECE) {
            assert_int_equal(scene->said[i].offset, next);
            next += scene->said[i].piece_length;
        }
    assert_true(next >= LINE_WINDOW_BYTES);
}

static void hours_without_a_line_send_nothing(void **state)
{
    struct scene *scene = *state;
    forward_free(&scene->forward);
    (void)strcpy(rates, "0-24 0B");
    assert_int_equal(forward_new(&scene->desk, &scene->forward, &scene->fault), STATUS_OK);
    welcome(scene);
    until_offered(scene, 0);
    about(scene, LINE_WANT, 0, 0);
    for (int i = 0; i < 100; i++)
        beat(scene, 100);
    assert_int_equal(count_said(scene, LINE_PIECE), 0);
}

struct seen {
    bool is_up;
    uint64_t waiting;
    char trouble[128];
};

static enum status see(void *context, const struct remote_site *site, struct fault *fault)
{
    struct seen *seen = context;
    (void)fault;
    seen->is_up = site->since_ms != 0;
    seen->waiting = site->waiting;
    (void)snprintf(seen->trouble, sizeof seen->trouble, "%s", site->trouble);
    return STATUS_OK;
}

static void the_desk_knows_how_its_line_is(void **state)
{
    struct scene *scene = *state;
    struct seen seen = {0};
    welcome(scene);
    assert_int_equal(remote_sites_each(scene->desk.ledger, see, &seen, &scene->fault), STATUS_OK);
    assert_true(seen.is_up);
    assert_int_equal(seen.waiting, 1);
    until_offered(scene, 0);
    about(scene, LINE_LATER, 0, 0);
    assert_int_equal(remote_sites_each(scene->desk.ledger, see, &seen, &scene->fault), STATUS_OK);
    assert_true(strstr(seen.trouble, "Zu groß.") != NULL);
    assert_int_equal(forward_cut(scene->forward, "silence", &scene->fault), STATUS_OK);
    assert_int_equal(remote_sites_each(scene->desk.ledger, see, &seen, &scene->fault), STATUS_OK);
    assert_false(seen.is_up);
}

#define FORWARD_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FORWARD_TEST(a_scan_is_sent_only_when_the_centre_has_it),
        FORWARD_TEST(it_goes_on_from_what_the_centre_has),
        FORWARD_TEST(the_order_of_receipt_is_kept),
        FORWARD_TEST(what_is_refused_goes_back_and_the_next_one_is_offered),
        FORWARD_TEST(what_could_not_be_read_there_comes_back),
        FORWARD_TEST(while_nothing_can_be_taken_everything_waits),
        FORWARD_TEST(own_damage_is_set_aside_and_the_others_go_on),
        FORWARD_TEST(a_silent_centre_is_tried_anew_after_growing_waits),
        FORWARD_TEST(a_stranger_says_hello_again_soon),
        FORWARD_TEST(answers_that_fit_nothing_change_nothing),
        FORWARD_TEST(a_lost_answer_is_asked_for_again),
        FORWARD_TEST(a_full_line_loses_nothing),
        FORWARD_TEST(hours_without_a_line_send_nothing),
        FORWARD_TEST(the_desk_knows_how_its_line_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
