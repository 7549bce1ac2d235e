/* test_messaging_keys.c - between hosts: whom the gate knows comes in, nobody else, whatever he
 * tries. The other side is ZeroMQ's own sockets and plain TCP, not the functions under test. */
// SPDX-License-Identifier: EUPL-1.2
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

#include "base/messaging.h"

enum { PATIENCE_MS = 10000, STEP_MS = 10, SILENCE_MS = 700, JUNK_CONNECTIONS = 1000 };

struct world {
    char address[64];
    uint16_t port;
    struct messaging *messaging;
    struct messaging_gate *gate;
    struct messaging_socket *router;
    struct key_pair server;
    struct key_file worker; /* of the one who is enrolled */
    unsigned asked;         /* how often the gate was */
    struct messaging_refusals refusals;
};

static bool admit(void *context, const struct public_key *key, char ret_user[MESSAGING_USER_BYTES])
{
    struct world *world = context;
    world->asked++;
    if (!public_key_equal(key, &world->worker.pair.public_key))
        return false;
    (void)snprintf(ret_user, MESSAGING_USER_BYTES, "%s", "17");
    return true;
}

/* A port that was free a moment ago. */
static uint16_t free_port(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof name;
    int file = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(file >= 0);
    assert_int_equal(bind(file, (struct sockaddr *)&name, sizeof name), 0);
    assert_int_equal(getsockname(file, (struct sockaddr *)&name, &length), 0);
    (void)close(file);
    return ntohs(name.sin_port);
}

static struct key_file new_key(const struct world *world)
{
    struct key_file file = {.has_server = true, .server = world->server.public_key};
    assert_int_equal(key_pair_new(&file.pair, NULL), STATUS_OK);
    return file;
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    struct fault fault = {0};
    assert_non_null(world);
    world->port = free_port();
    (void)snprintf(world->address, sizeof world->address, "tcp://127.0.0.1:%u", world->port);
    assert_int_equal(key_pair_new(&world->server, NULL), STATUS_OK);
    world->worker = new_key(world);
    if (messaging_open(&world->messaging, &fault) != STATUS_OK ||
        messaging_gate_open(world->messaging, admit, world, &world->gate, &fault) != STATUS_OK ||
        messaging_router_guarded(world->messaging, world->address, world->gate, &world->server,
                                 &world->router, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    messaging_socket_close(&world->router);
    messaging_gate_close(&world->gate);
    messaging_close(&world->messaging);
    free(world);
    return 0;
}

/* What a dispatcher's loop does, once; a message that came is freed by the caller. */
static struct messaging_message *serve_once(struct world *world)
{
    struct messaging_message *message = NULL;
    messaging_gate_answer(world->gate);
    struct messaging_refusals refusals = messaging_refusals_take(world->router);
    world->refusals.unknown_key += refusals.unknown_key;
    world->refusals.no_handshake += refusals.no_handshake;
    assert_int_equal(messaging_receive(world->router, &message, NULL), STATUS_OK);
    return message;
}

/* Sends until it can, serving meanwhile; returns what the router heard, or NULL. */
static struct messaging_message *hear_from(struct world *world, struct messaging_socket *dealer,
                                           int patience_ms)
{
    static const struct messaging_frame hello = {"hello", 5};
    bool sent = false;
    for (int waited = 0; waited < patience_ms; waited += STEP_MS) {
        sent = sent || messaging_send(dealer, NULL, &hello, 1, NULL, NULL) == STATUS_OK;
        struct messaging_message *message = serve_once(world);
        if (message != NULL)
            return message;
        (void)poll(NULL, 0, STEP_MS);
    }
    return NULL;
}

static struct messaging_socket *connect_with(struct world *world, const struct key_file *file)
{
    struct messaging_socket *dealer = NULL;
    struct fault fault = {0};
    if (messaging_dealer_guarded(world->messaging, world->address, file, &dealer, &fault) !=
        STATUS_OK)
        fail_msg("%s", fault.text);
    return dealer;
}

static void assert_enrolled_worker_is_served(struct world *world)
{
    struct messaging_socket *dealer = connect_with(world, &world->worker);
    struct messaging_message *message = hear_from(world, dealer, PATIENCE_MS);
    if (message == NULL)
        fail_msg("the enrolled worker is not heard");
    assert_string_equal(messaging_message_user(message), "17");
    assert_int_equal(messaging_message_frame(message, 0).length, 5);
    messaging_message_done(&message);
    messaging_socket_close(&dealer);
}

static void an_enrolled_key_is_heard_under_its_name(void **state)
{
    struct world *world = *state;
    assert_enrolled_worker_is_served(world);
    assert_int_equal(world->asked, 1);
}

static void an_unknown_key_is_turned_away_and_counted(void **state)
{
    struct world *world = *state;
    struct key_file stranger = new_key(world);
    struct messaging_socket *dealer = connect_with(world, &stranger);
    bool refused = false;
    for (int waited = 0; !refused && waited < PATIENCE_MS; waited += STEP_MS) {
        assert_null(hear_from(world, dealer, STEP_MS));
        refused = messaging_was_refused(dealer);
    }
    assert_true(refused);
    assert_null(hear_from(world, dealer, SILENCE_MS));
    assert_true(world->refusals.unknown_key > 0);
    messaging_socket_close(&dealer);
    assert_enrolled_worker_is_served(world);
}

/* A worker that trusts another dispatcher says nothing to this one, and the other way round. */
static void a_wrong_server_key_ends_in_the_handshake(void **state)
{
    struct world *world = *state;
    struct key_pair other;
    assert_int_equal(key_pair_new(&other, NULL), STATUS_OK);
    struct key_file misled = world->worker;
    misled.server = other.public_key;
    struct messaging_socket *dealer = connect_with(world, &misled);
    assert_null(hear_from(world, dealer, SILENCE_MS));
    assert_int_equal(world->asked, 0);
    messaging_socket_close(&dealer);
    assert_enrolled_worker_is_served(world);
}

/* A secret that does not belong to the enrolled public key. */
static void a_stolen_public_key_is_no_use(void **state)
{
    struct world *world = *state;
    struct key_file thief = new_key(world);
    thief.pair.public_key = world->worker.pair.public_key;
    struct messaging_socket *dealer = connect_with(world, &thief);
    assert_null(hear_from(world, dealer, SILENCE_MS));
    messaging_socket_close(&dealer);
    assert_enrolled_worker_is_served(world);
}

enum mechanism { MECHANISM_NULL, MECHANISM_PLAIN };

/* A DEALER of ZeroMQ's own, without CURVE. */
static void *plain_dealer(struct world *world, void *context, enum mechanism mechanism)
{
    static const int no_linger = 0;
    void *dealer = zmq_socket(context, ZMQ_DEALER);
    assert_non_null(dealer);
    (void)zmq_setsockopt(dealer, ZMQ_LINGER, &no_linger, sizeof no_linger);
    if (mechanism == MECHANISM_PLAIN) {
        assert_int_equal(zmq_setsockopt(dealer, ZMQ_PLAIN_USERNAME, "17", 2), 0);
        assert_int_equal(zmq_setsockopt(dealer, ZMQ_PLAIN_PASSWORD, "17", 2), 0);
    }
    assert_int_equal(zmq_connect(dealer, world->address), 0);
    assert_int_equal(zmq_send(dealer, "hello", 5, ZMQ_DONTWAIT), 5);
    return dealer;
}

static void no_connection_without_curve_gets_through(void **state)
{
    struct world *world = *state;
    void *context = zmq_ctx_new();
    for (int mechanism = MECHANISM_NULL; mechanism <= MECHANISM_PLAIN; mechanism++) {
        void *dealer = plain_dealer(world, context, (enum mechanism)mechanism);
        for (int waited = 0; waited < SILENCE_MS; waited += STEP_MS) {
            assert_null(serve_once(world));
            (void)poll(NULL, 0, STEP_MS);
        }
        (void)zmq_close(dealer);
    }
    (void)zmq_ctx_term(context);
    assert_int_equal(world->asked, 0);
    assert_true(world->refusals.no_handshake > 0);
    assert_enrolled_worker_is_served(world);
}

static int connect_tcp(uint16_t port)
{
    struct sockaddr_in name = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(file >= 0);
    if (connect(file, (struct sockaddr *)&name, sizeof name) != 0)
        fail_msg("no connection");
    return file;
}

/* Bytes that begin like ZMTP, like HTTP, and like nothing at all. */
static void junk_changes_nothing_for_the_enrolled(void **state)
{
    struct world *world = *state;
    static const char *const openings[] = {"\xff\0\0\0\0\0\0\0\1\x7f\3\1CURVE",
                                           "GET / HTTP/1.1\r\n", "",
                                           "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"};
    uint32_t seed = 12345;
    for (int i = 0; i < JUNK_CONNECTIONS; i++) {
        uint8_t junk[200];
        for (size_t j = 0; j < sizeof junk; j++)
            junk[j] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
        const char *opening = openings[i % 4];
        memcpy(junk, opening, i % 4 == 0 ? 17 : strlen(opening));
        int file = connect_tcp(world->port);
        (void)!send(file, junk, sizeof junk, MSG_NOSIGNAL);
        (void)close(file);
        assert_null(serve_once(world));
    }
    assert_int_equal(world->asked, 0);
    assert_enrolled_worker_is_served(world);
}

/* What a worker sent, byte for byte, sent once more by somebody who listened on the line. */
static void a_recorded_conversation_cannot_be_played_again(void **state)
{
    struct world *world = *state;
    static uint8_t record[65536];
    size_t recorded = 0;
    // A line in between: the worker connects here, and all it says goes on to the router.
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof name;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&name, sizeof name), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&name, &length), 0);
    char line[64];
    (void)snprintf(line, sizeof line, "tcp://127.0.0.1:%u", ntohs(name.sin_port));
    struct messaging_socket *dealer = NULL;
    assert_int_equal(
        messaging_dealer_guarded(world->messaging, line, &world->worker, &dealer, NULL), STATUS_OK);
    int near = accept(listener, NULL, NULL);
    int far = connect_tcp(world->port);
    struct messaging_message *message = NULL;
    for (int waited = 0; message == NULL && waited < PATIENCE_MS; waited++) {
        uint8_t bytes[4096];
        static const struct messaging_frame hello = {"hello", 5};
        ssize_t out = recv(near, bytes, sizeof bytes, MSG_DONTWAIT);
        if (out > 0 && recorded + (size_t)out <= sizeof record) {
            memcpy(record + recorded, bytes, (size_t)out);
            recorded += (size_t)out;
            (void)!send(far, bytes, (size_t)out, MSG_NOSIGNAL);
        }
        ssize_t back = recv(far, bytes, sizeof bytes, MSG_DONTWAIT);
        if (back > 0)
            (void)!send(near, bytes, (size_t)back, MSG_NOSIGNAL);
        (void)messaging_send(dealer, NULL, &hello, 1, NULL, NULL);
        message = serve_once(world);
        (void)poll(NULL, 0, 1);
    }
    if (message == NULL)
        fail_msg("the worker was not heard over the line");
    messaging_message_done(&message);
    messaging_socket_close(&dealer);
    (void)close(near);
    (void)close(far);
    (void)close(listener);
    for (int i = 0; i < 50; i++) { // what was still under way
        message = serve_once(world);
        messaging_message_done(&message);
        (void)poll(NULL, 0, STEP_MS);
    }
    unsigned asked = world->asked;
    int again = connect_tcp(world->port);
    (void)!send(again, record, recorded, MSG_NOSIGNAL);
    for (int waited = 0; waited < SILENCE_MS; waited += STEP_MS) {
        assert_null(serve_once(world));
        (void)poll(NULL, 0, STEP_MS);
    }
    assert_int_equal(world->asked, asked);
    (void)close(again);
}

static void a_message_beyond_the_limit_is_dropped_with_its_connection(void **state)
{
    struct world *world = *state;
    static const int no_linger = 0;
    static uint8_t large[2 << 20];
    void *context = zmq_ctx_new();
    void *dealer = zmq_socket(context, ZMQ_DEALER);
    (void)zmq_setsockopt(dealer, ZMQ_LINGER, &no_linger, sizeof no_linger);
    (void)zmq_setsockopt(dealer, ZMQ_CURVE_SERVERKEY, world->server.public_key.bytes, KEY_BYTES);
    (void)zmq_setsockopt(dealer, ZMQ_CURVE_PUBLICKEY, world->worker.pair.public_key.bytes,
                         KEY_BYTES);
    (void)zmq_setsockopt(dealer, ZMQ_CURVE_SECRETKEY, world->worker.pair.secret, KEY_BYTES);
    assert_int_equal(zmq_connect(dealer, world->address), 0);
    assert_int_equal(zmq_send(dealer, large, sizeof large, ZMQ_DONTWAIT), (int)sizeof large);
    for (int waited = 0; waited < SILENCE_MS; waited += STEP_MS) {
        assert_null(serve_once(world));
        (void)poll(NULL, 0, STEP_MS);
    }
    (void)zmq_close(dealer);
    (void)zmq_ctx_term(context);
    assert_enrolled_worker_is_served(world);
}

/* The enrolled worker itself gets no connection to this router, and nothing is heard of it. */
static void assert_shut(struct world *world, struct messaging_socket *router, const char *address)
{
    static const struct messaging_frame hello = {"hello", 5};
    struct messaging_socket *dealer = NULL;
    assert_int_equal(
        messaging_dealer_guarded(world->messaging, address, &world->worker, &dealer, NULL),
        STATUS_OK);
    for (int waited = 0; waited < SILENCE_MS; waited += STEP_MS) {
        struct messaging_message *message = NULL;
        assert_int_equal(messaging_send(dealer, NULL, &hello, 1, NULL, NULL), STATUS_LATER);
        assert_int_equal(messaging_receive(router, &message, NULL), STATUS_OK);
        assert_null(message);
        (void)poll(NULL, 0, STEP_MS);
    }
    messaging_socket_close(&dealer);
}

/* Without anybody at the gate nobody comes in: libzmq alone would let everybody in. */
static void a_door_without_a_gate_is_shut(void **state)
{
    struct world *world = *state;
    struct messaging_socket *router = NULL;
    struct messaging *elsewhere = NULL;
    char address[64];
    (void)snprintf(address, sizeof address, "tcp://127.0.0.1:%u", free_port());
    assert_int_equal(
        messaging_router_guarded(world->messaging, address, NULL, &world->server, &router, NULL),
        STATUS_HALT);
    assert_int_equal(messaging_open(&elsewhere, NULL), STATUS_OK);
    assert_int_equal(
        messaging_router_guarded(elsewhere, address, world->gate, &world->server, &router, NULL),
        STATUS_OK); // the gate is another context's: here is none
    assert_shut(world, router, address);
    messaging_socket_close(&router);
    messaging_close(&elsewhere);
    messaging_gate_close(&world->gate);
    assert_shut(world, world->router, world->address);
}

static void a_context_has_one_gate(void **state)
{
    struct world *world = *state;
    struct messaging_gate *second = NULL;
    assert_int_equal(messaging_gate_open(world->messaging, admit, world, &second, NULL),
                     STATUS_HALT);
}

static void only_tcp_is_between_hosts(void **state)
{
    struct world *world = *state;
    struct messaging_socket *socket = NULL;
    struct key_file homeless = world->worker;
    assert_int_equal(messaging_router_guarded(world->messaging, "ipc://x.sock", world->gate,
                                              &world->server, &socket, NULL),
                     STATUS_REFUSE);
    assert_int_equal(
        messaging_dealer_guarded(world->messaging, "ipc://x.sock", &world->worker, &socket, NULL),
        STATUS_REFUSE);
    homeless.has_server = false;
    assert_int_equal(
        messaging_dealer_guarded(world->messaging, world->address, &homeless, &socket, NULL),
        STATUS_REFUSE);
    assert_int_equal(messaging_router(world->messaging, world->address, &socket, NULL),
                     STATUS_REFUSE);
    assert_int_equal(messaging_dealer(world->messaging, world->address, &socket, NULL),
                     STATUS_REFUSE);
}

#define DOOR_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DOOR_TEST(an_enrolled_key_is_heard_under_its_name),
        DOOR_TEST(an_unknown_key_is_turned_away_and_counted),
        DOOR_TEST(a_wrong_server_key_ends_in_the_handshake),
        DOOR_TEST(a_stolen_public_key_is_no_use),
        DOOR_TEST(no_connection_without_curve_gets_through),
        DOOR_TEST(junk_changes_nothing_for_the_enrolled),
        DOOR_TEST(a_recorded_conversation_cannot_be_played_again),
        DOOR_TEST(a_message_beyond_the_limit_is_dropped_with_its_connection),
        DOOR_TEST(a_door_without_a_gate_is_shut),
        DOOR_TEST(a_context_has_one_gate),
        DOOR_TEST(only_tcp_is_between_hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
