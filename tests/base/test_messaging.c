/* test_messaging.c - sockets and bells: nothing is lost without a word, nothing blocks. */
// SPDX-License-Identifier: EUPL-1.2
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

#include "base/bell.h"
#include "base/messaging.h"

enum { PATIENCE_MS = 10000, ADDRESS_BYTES = 256, FLOOD = 1000 };

struct world {
    char address[ADDRESS_BYTES]; /* ipc:// in this test's own folder */
    char path[ADDRESS_BYTES];
    struct messaging *messaging;
    struct messaging_socket *router;
};

static int set_up(void **state)
{
    static int number;
    struct world *world = calloc(1, sizeof *world);
    char folder[100];
    assert_non_null(getcwd(folder, sizeof folder));
    int length = snprintf(world->path, sizeof world->path, "%.80s/run%d/x.sock", folder, ++number);
    assert_true(length > 0 && (size_t)length < sizeof world->path);
    (void)snprintf(world->address, sizeof world->address, "ipc://%.200s", world->path);
    struct fault fault = {0};
    if (messaging_open(&world->messaging, &fault) != STATUS_OK ||
        messaging_router(world->messaging, world->address, &world->router, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    messaging_socket_close(&world->router);
    messaging_close(&world->messaging);
    free(world);
    return 0;
}

static struct messaging_socket *connect_to(struct world *world)
{
    struct messaging_socket *dealer = NULL;
    struct fault fault = {0};
    if (messaging_dealer(world->messaging, world->address, &dealer, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    return dealer;
}

/* Waits for one message; NULL when none came. */
static struct messaging_message *await(struct messaging_socket *socket, int patience_ms)
{
    zmq_pollitem_t item = {.socket = messaging_socket_handle(socket), .events = ZMQ_POLLIN};
    struct messaging_message *message = NULL;
    if (zmq_poll(&item, 1, patience_ms) > 0)
        assert_int_equal(messaging_receive(socket, &message, NULL), STATUS_OK);
    return message;
}

/* Sends as soon as the connection stands. */
static void send_when_connected(struct messaging_socket *dealer, const char *text)
{
    struct messaging_frame frame = {text, strlen(text)};
    for (int waited = 0; waited < PATIENCE_MS; waited += 10) {
        enum status status = messaging_send(dealer, NULL, &frame, 1, NULL, NULL);
        if (status == STATUS_OK)
            return;
        assert_int_equal(status, STATUS_LATER);
        (void)poll(NULL, 0, 10);
    }
    fail_msg("no connection");
}

/* Lets `dealer` say hello and gives its routing id. */
static struct messaging_peer introduce(struct world *world, struct messaging_socket *dealer)
{
    send_when_connected(dealer, "hello");
    struct messaging_message *message = await(world->router, PATIENCE_MS);
    assert_non_null(message);
    struct messaging_peer peer = *messaging_message_peer(message);
    messaging_message_done(&message);
    return peer;
}

static void carries_frames_whole_both_ways(void **state)
{
    struct world *world = *state;
    struct messaging_socket *dealer = connect_to(world);
    struct messaging_peer peer = introduce(world, dealer);
    static const uint8_t zeros[300000];
    const struct messaging_frame frames[] = {
        {"head", 4           },
        {"",     0           },
        {zeros,  sizeof zeros}
    };
    assert_int_equal(messaging_send(world->router, &peer, frames, 3, NULL, NULL), STATUS_OK);
    struct messaging_message *message = await(dealer, PATIENCE_MS);
    assert_non_null(message);
    assert_int_equal(messaging_message_frames(message), 3);
    for (size_t i = 0; i < 3; i++) {
        struct messaging_frame frame = messaging_message_frame(message, i);
        assert_int_equal(frame.length, frames[i].length);
        if (frame.length > 0)
            assert_memory_equal(frame.bytes, frames[i].bytes, frame.length);
    }
    messaging_message_done(&message);
    assert_int_equal(messaging_receive(dealer, &message, NULL), STATUS_OK);
    assert_null(message);
    messaging_socket_close(&dealer);
}

static void tells_that_a_peer_is_gone(void **state)
{
    struct world *world = *state;
    struct messaging_socket *dealer = connect_to(world);
    struct messaging_peer peer = introduce(world, dealer);
    messaging_socket_close(&dealer);
    struct messaging_frame frame = {"?", 1};
    bool gone = false;
    for (int waited = 0; !gone && waited < PATIENCE_MS; waited += 10) {
        enum status status = messaging_send(world->router, &peer, &frame, 1, &gone, NULL);
        assert_true(status == STATUS_OK ? !gone : status == STATUS_LATER);
        (void)poll(NULL, 0, 10);
    }
    assert_true(gone);
}

static void tells_that_a_peer_was_never_there(void **state)
{
    struct world *world = *state;
    struct messaging_peer peer = {
        .bytes = {0, 1, 2, 3, 4},
          .length = 5
    };
    struct messaging_frame frame = {"?", 1};
    bool gone = false;
    assert_int_equal(messaging_send(world->router, &peer, &frame, 1, &gone, NULL), STATUS_LATER);
    assert_true(gone);
}

static void keeps_count_when_a_queue_is_full(void **state)
{
    struct world *world = *state;
    struct messaging_socket *dealer = connect_to(world);
    struct messaging_peer peer = introduce(world, dealer);
    static uint8_t block[65536];
    unsigned sent = 0;
    unsigned full = 0;
    for (unsigned i = 0; i < FLOOD; i++) {
        memcpy(block, &sent, sizeof sent);
        struct messaging_frame frames[] = {
            {"n",   1           },
            {block, sizeof block}
        };
        bool gone = false;
        enum status status = messaging_send(world->router, &peer, frames, 2, &gone, NULL);
        assert_false(gone);
        assert_true(status == STATUS_OK || status == STATUS_LATER);
        *(status == STATUS_OK ? &sent : &full) += 1;
    }
    assert_int_equal(sent + full, FLOOD);
    assert_true(full > 0);
    for (unsigned i = 0; i < sent; i++) {
        struct messaging_message *message = await(dealer, PATIENCE_MS);
        assert_non_null(message);
        unsigned number = 0;
        memcpy(&number, messaging_message_frame(message, 1).bytes, sizeof number);
        assert_int_equal(number, i);
        messaging_message_done(&message);
    }
    messaging_socket_close(&dealer);
}

/* Sends until it is refused, which it has to be. */
static unsigned send_until_full(struct messaging_socket *socket, const struct messaging_peer *peer)
{
    static const uint8_t block[65536];
    const struct messaging_frame frame = {block, sizeof block};
    unsigned sent = 0;
    while (sent < FLOOD && messaging_send(socket, peer, &frame, 1, NULL, NULL) == STATUS_OK) {
        sent++;
        (void)poll(NULL, 0, 1);
    }
    assert_true(sent > 0 && sent < FLOOD);
    return sent;
}

/* Whoever is busy for seconds does not read; when the other one goes meanwhile, nothing is to end
 * but that connection. libzmq 4.3.4 aborts the process at its next ZMTP heartbeat
 * (stream_engine_base.cpp: !_io_error), so these sockets say none. */
static void full_queue_outlives_its_peer(void **state)
{
    enum { STANDSTILL_MS = 2500 };
    struct world *world = *state;
    struct messaging_socket *dealer = connect_to(world);
    struct messaging_peer peer = introduce(world, dealer);
    (void)send_until_full(dealer, NULL);
    messaging_socket_close(&dealer); // the router has not read
    struct messaging_socket *other = connect_to(world);
    send_when_connected(other, "hello");
    (void)poll(NULL, 0, STANDSTILL_MS);
    struct messaging_message *message = NULL;
    do {
        messaging_message_done(&message);
        message = await(world->router, PATIENCE_MS);
        assert_non_null(message);
    } while (messaging_message_frame(message, 0).length != strlen("hello"));
    peer = *messaging_message_peer(message);
    messaging_message_done(&message);
    (void)send_until_full(world->router, &peer);
    messaging_socket_close(&world->router); // the dealer has not read
    (void)poll(NULL, 0, STANDSTILL_MS);
    message = await(other, 0);
    messaging_message_done(&message);
    messaging_socket_close(&other);
}

static void queues_nothing_for_a_listener_that_is_not_there(void **state)
{
    struct world *world = *state;
    struct messaging_socket *dealer = NULL;
    char address[ADDRESS_BYTES + 8];
    (void)snprintf(address, sizeof address, "%s.none", world->address);
    assert_int_equal(messaging_dealer(world->messaging, address, &dealer, NULL), STATUS_OK);
    struct messaging_frame frame = {"?", 1};
    for (int i = 0; i < 100; i++)
        assert_int_equal(messaging_send(dealer, NULL, &frame, 1, NULL, NULL), STATUS_LATER);
    messaging_socket_close(&dealer);
}

/* A raw ZeroMQ peer sends what ours would not. */
static void *raw_dealer(struct world *world, void **ret_context)
{
    *ret_context = zmq_ctx_new();
    void *raw = zmq_socket(*ret_context, ZMQ_DEALER);
    int linger = 2000;
    assert_int_equal(zmq_setsockopt(raw, ZMQ_LINGER, &linger, sizeof linger), 0);
    assert_int_equal(zmq_connect(raw, world->address), 0);
    return raw;
}

static void drops_messages_of_too_many_frames_whole(void **state)
{
    struct world *world = *state;
    void *context = NULL;
    void *raw = raw_dealer(world, &context);
    for (int i = 0; i <= MESSAGING_FRAMES_MOST; i++)
        assert_int_equal(zmq_send(raw, "x", 1, i < MESSAGING_FRAMES_MOST ? ZMQ_SNDMORE : 0), 1);
    assert_int_equal(zmq_send(raw, "after", 5, 0), 5);
    struct messaging_message *message = await(world->router, PATIENCE_MS);
    for (int tries = 0; message == NULL && tries < 10; tries++)
        message = await(world->router, PATIENCE_MS / 10);
    assert_non_null(message);
    assert_int_equal(messaging_message_frames(message), 1);
    assert_memory_equal(messaging_message_frame(message, 0).bytes, "after", 5);
    messaging_message_done(&message);
    (void)zmq_close(raw);
    (void)zmq_ctx_term(context);
}

static void drops_frames_that_are_too_long(void **state)
{
    struct world *world = *state;
    void *context = NULL;
    void *raw = raw_dealer(world, &context);
    size_t length = MESSAGING_FRAME_BYTES_MOST + 1;
    void *bytes = calloc(1, length);
    assert_int_equal(zmq_send(raw, bytes, length, 0), (int)length);
    free(bytes);
    assert_null(await(world->router, 500));
    (void)zmq_close(raw);
    (void)zmq_ctx_term(context);
}

static void socket_file_is_for_its_owner_alone(void **state)
{
    struct world *world = *state;
    struct stat found;
    assert_int_equal(stat(world->path, &found), 0);
    assert_int_equal(found.st_mode & 07777, 0600);
    *strrchr(world->path, '/') = '\0';
    assert_int_equal(stat(world->path, &found), 0);
    assert_int_equal(found.st_mode & 07777, 0700);
}

static void second_listener_is_refused(void **state)
{
    struct world *world = *state;
    struct messaging_socket *second = NULL;
    struct fault fault = {0};
    assert_int_equal(messaging_router(world->messaging, world->address, &second, &fault),
                     STATUS_REFUSE);
    assert_non_null(strstr(fault.text, "another program listens"));
    struct messaging_socket *dealer = connect_to(world);
    (void)introduce(world, dealer);
    messaging_socket_close(&dealer);
}

static void dead_listeners_path_is_taken_over(void **state)
{
    struct world *world = *state;
    messaging_socket_close(&world->router);
    /* What a killed program leaves: a bound path without a listener. */
    struct bell *bell = NULL;
    assert_int_equal(bell_open(world->address, &bell, NULL), STATUS_OK);
    char left[ADDRESS_BYTES + 8];
    (void)snprintf(left, sizeof left, "%s.bell", world->path);
    assert_int_equal(unlink(world->path), 0);
    assert_int_equal(link(left, world->path), 0);
    bell_close(&bell);
    struct fault fault = {0};
    if (messaging_router(world->messaging, world->address, &world->router, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    struct messaging_socket *dealer = connect_to(world);
    (void)introduce(world, dealer);
    messaging_socket_close(&dealer);
}

static void unsafe_addresses_are_refused(void **state)
{
    struct world *world = *state;
    assert_int_equal(mkdir("open", 0700), 0);
    assert_int_equal(chmod("open", 0777), 0);
    FILE *file = fopen("plain", "w");
    assert_non_null(file);
    (void)fclose(file);
    static const struct {
        const char *address, *words;
    } cases[] = {
        {"tcp://127.0.0.1:5555", "without keys"    },
        {"tcp://*:5555",         "without keys"    },
        {"ipc://",               "path"            },
        {"ipc://@abstract",      "path"            },
        {"ipc://open/x.sock",    "others may write"},
        {"ipc://plain",          "not a socket"    },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct messaging_socket *socket = NULL;
        struct fault fault = {0};
        if (messaging_router(world->messaging, cases[i].address, &socket, &fault) !=
                STATUS_REFUSE ||
            strstr(fault.text, cases[i].words) == NULL)
            fail_msg("%s: \"%s\"", cases[i].address, fault.text);
        assert_null(socket);
    }
}

static void sticky_folders_are_safe_though_others_may_write(void **state)
{
    struct world *world = *state;
    assert_int_equal(mkdir("sticky", 0700), 0);
    assert_int_equal(chmod("sticky", 01777), 0);
    struct messaging_socket *socket = NULL;
    struct fault fault = {0};
    if (messaging_router(world->messaging, "ipc://sticky/x.sock", &socket, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    messaging_socket_close(&socket);
}

static void bells_are_heard_once_and_never_wait(void **state)
{
    struct world *world = *state;
    assert_false(bell_ring(world->address));
    struct bell *bell = NULL;
    struct fault fault = {0};
    if (bell_open(world->address, &bell, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    assert_false(bell_take(bell));
    assert_true(bell_ring(world->address));
    for (int i = 0; i < 100000; i++)
        (void)bell_ring(world->address);
    struct pollfd item = {.fd = bell_file(bell), .events = POLLIN};
    assert_int_equal(poll(&item, 1, PATIENCE_MS), 1);
    assert_true(bell_take(bell));
    assert_false(bell_take(bell));
    bell_close(&bell);
    assert_false(bell_ring(world->address));
    assert_false(bell_ring("tcp://127.0.0.1:1"));
}

static void new_bell_replaces_a_dead_one(void **state)
{
    struct world *world = *state;
    struct bell *dead = NULL;
    struct bell *alive = NULL;
    assert_int_equal(bell_open(world->address, &dead, NULL), STATUS_OK);
    assert_int_equal(bell_open(world->address, &alive, NULL), STATUS_OK);
    assert_true(bell_ring(world->address));
    assert_false(bell_take(dead));
    assert_true(bell_take(alive));
    bell_close(&alive);
    bell_close(&dead);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(carries_frames_whole_both_ways, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_that_a_peer_is_gone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_that_a_peer_was_never_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeps_count_when_a_queue_is_full, set_up, tear_down),
        cmocka_unit_test_setup_teardown(full_queue_outlives_its_peer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(queues_nothing_for_a_listener_that_is_not_there, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(drops_messages_of_too_many_frames_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(drops_frames_that_are_too_long, set_up, tear_down),
        cmocka_unit_test_setup_teardown(socket_file_is_for_its_owner_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(second_listener_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(dead_listeners_path_is_taken_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unsafe_addresses_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sticky_folders_are_safe_though_others_may_write, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(bells_are_heard_once_and_never_wait, set_up, tear_down),
        cmocka_unit_test_setup_teardown(new_bell_replaces_a_dead_one, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("messaging", tests, NULL, NULL);
}
