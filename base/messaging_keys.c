/* messaging_keys.c - sockets between hosts: CURVE, and the gate that knows whom to let in.
 *
 * CURVE alone encrypts and lets in anybody who knows the server's public key; and with a domain
 * but no handler behind it, libzmq still lets everybody in unless ZMQ_ZAP_ENFORCE_DOMAIN is set
 * (measured; docs/decisions/0004). So a guarded ROUTER has all three: server key, domain, and
 * enforcement, and is made only when the gate is open. The options are set before the address is
 * bound and hold for every connection.
 *
 * What the gate answers is written by libzmq into every message of that connection; nothing a
 * client says can change it. The gate is asked once in a connection's life: whoever needs to know
 * whether a client may still be there asks for himself. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "base/messaging_private.h"
#include "base/text.h"

enum {
    REQUEST_FRAMES = 7,
    FRAME_BYTES_MOST = 256,
    ZAP_ENFORCE_DOMAIN = 93 // in every 4.3 library, but only in the header of draft builds
};

static const char domain[] = "posteingang";

struct messaging_gate {
    void *handle;
    messaging_admit *admit;
    void *context;
};

/* ---- the gate ------------------------------------------------------------------------------- */

enum status messaging_gate_open(struct messaging *messaging, messaging_admit *admit, void *context,
                                struct messaging_gate **ret_gate, struct fault *fault)
{
    static const int no_linger = 0;
    struct messaging_gate *gate = malloc(sizeof *gate);
    if (gate == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    *gate = (struct messaging_gate){zmq_socket(messaging->context, ZMQ_REP), admit, context};
    if (gate->handle == NULL ||
        zmq_setsockopt(gate->handle, ZMQ_LINGER, &no_linger, sizeof no_linger) != 0 ||
        zmq_bind(gate->handle, "inproc://zeromq.zap.01") != 0) {
        enum status status = fault_set(fault, STATUS_HALT, "cannot open the gate for workers: %s",
                                       zmq_strerror(zmq_errno()));
        messaging_gate_close(&gate);
        return status;
    }
    *ret_gate = gate;
    return STATUS_OK;
}

void messaging_gate_close(struct messaging_gate **gate_p)
{
    struct messaging_gate *gate = *gate_p;
    if (gate == NULL)
        return;
    if (gate->handle != NULL)
        (void)zmq_close(gate->handle);
    free(gate);
    *gate_p = NULL;
}

void *messaging_gate_handle(struct messaging_gate *gate)
{
    return gate->handle;
}

/* A request of RFC 27: version, request, domain, address, routing id, mechanism, credentials. */
struct request {
    uint8_t bytes[REQUEST_FRAMES][FRAME_BYTES_MOST];
    size_t lengths[REQUEST_FRAMES];
    size_t count;
};

enum { REQUEST_VERSION, REQUEST_ID, REQUEST_DOMAIN, REQUEST_MECHANISM = 5, REQUEST_KEY };

/* false: there is none. A request of another shape comes back with another count. */
static bool take_request(struct messaging_gate *gate, struct request *ret_request)
{
    int more = 1;
    size_t size = sizeof more;
    *ret_request = (struct request){0};
    while (more != 0) {
        uint8_t frame[FRAME_BYTES_MOST];
        int length = zmq_recv(gate->handle, frame, sizeof frame, ZMQ_DONTWAIT);
        if (length < 0)
            return false;
        size_t kept = (size_t)length < sizeof frame ? (size_t)length : sizeof frame;
        if (ret_request->count < REQUEST_FRAMES) {
            memcpy(ret_request->bytes[ret_request->count], frame, kept);
            ret_request->lengths[ret_request->count] = (size_t)length;
        }
        ret_request->count++;
        if (zmq_getsockopt(gate->handle, ZMQ_RCVMORE, &more, &size) != 0)
            return false;
    }
    return true;
}

static bool frame_is(const struct request *request, size_t index, const char *word)
{
    return request->lengths[index] == strlen(word) &&
           memcmp(request->bytes[index], word, strlen(word)) == 0;
}

static bool is_admitted(struct messaging_gate *gate, const struct request *request,
                        char ret_user[MESSAGING_USER_BYTES])
{
    struct public_key key;
    if (request->count != REQUEST_FRAMES || !frame_is(request, REQUEST_VERSION, "1.0") ||
        !frame_is(request, REQUEST_DOMAIN, domain) ||
        !frame_is(request, REQUEST_MECHANISM, "CURVE") ||
        request->lengths[REQUEST_KEY] != sizeof key.bytes)
        return false;
    memcpy(key.bytes, request->bytes[REQUEST_KEY], sizeof key.bytes);
    return gate->admit(gate->context, &key, ret_user) && ret_user[0] != '\0';
}

static void answer(struct messaging_gate *gate, const struct request *request, const char *user)
{
    bool is_in = user[0] != '\0';
    const char *words = is_in ? "OK" : "not enrolled";
    size_t id_length = request->lengths[REQUEST_ID];
    if (id_length > FRAME_BYTES_MOST)
        id_length = 0;
    (void)zmq_send(gate->handle, "1.0", 3, ZMQ_SNDMORE);
    (void)zmq_send(gate->handle, request->bytes[REQUEST_ID], id_length, ZMQ_SNDMORE);
    (void)zmq_send(gate->handle, is_in ? "200" : "400", 3, ZMQ_SNDMORE);
    (void)zmq_send(gate->handle, words, strlen(words), ZMQ_SNDMORE);
    (void)zmq_send(gate->handle, user, strlen(user), ZMQ_SNDMORE);
    (void)zmq_send(gate->handle, "", 0, 0);
}

void messaging_gate_answer(struct messaging_gate *gate)
{
    struct request request;
    while (take_request(gate, &request)) {
        char user[MESSAGING_USER_BYTES] = "";
        if (!is_admitted(gate, &request, user))
            user[0] = '\0';
        answer(gate, &request, user);
    }
}

/* ---- sockets -------------------------------------------------------------------------------- */

static enum status check_address(const char *address, struct fault *fault)
{
    return string_starts_with(address, "tcp://")
               ? STATUS_OK
               : fault_set(fault, STATUS_REFUSE,
                           "\"%s\" is no address between hosts: it must be "
                           "tcp://HOST:PORT",
                           address);
}

/* One row for each option that makes a socket a guarded one. */
struct option {
    int name;
    const void *value;
    size_t size;
};

static enum status set_options(void *handle, const struct option *options, size_t count,
                               struct fault *fault)
{
    for (size_t i = 0; i < count; i++)
        if (zmq_setsockopt(handle, options[i].name, options[i].value, options[i].size) != 0)
            return fault_set(fault, STATUS_HALT, "ZeroMQ refused option %d: %s", options[i].name,
                             zmq_strerror(zmq_errno()));
    return STATUS_OK;
}

/* Tells of hand-shakes through a socket of our own. Its queue has no bound: libzmq's I/O thread
 * would wait for room in it. It is emptied in every round of the loop. */
static enum status watch(struct messaging *messaging, struct messaging_socket *socket,
                         struct fault *fault)
{
    static atomic_uint number;
    static const int unbounded = 0;
    char address[64];
    (void)snprintf(address, sizeof address, "inproc://watch-%u", atomic_fetch_add(&number, 1));
    socket->monitor = zmq_socket(messaging->context, ZMQ_PAIR);
    if (socket->monitor == NULL ||
        zmq_socket_monitor(socket->handle, address,
                           ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                               ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                               ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) != 0 ||
        zmq_setsockopt(socket->monitor, ZMQ_RCVHWM, &unbounded, sizeof unbounded) != 0 ||
        zmq_setsockopt(socket->monitor, ZMQ_LINGER, &unbounded, sizeof unbounded) != 0 ||
        zmq_connect(socket->monitor, address) != 0)
        return fault_set(fault, STATUS_HALT, "cannot watch a socket: %s",
                         zmq_strerror(zmq_errno()));
    return STATUS_OK;
}

enum status messaging_router_guarded(struct messaging *messaging, const char *address,
                                     const struct messaging_gate *gate, const struct key_pair *pair,
                                     struct messaging_socket **ret_socket, struct fault *fault)
{
    static const int yes = 1;
    const struct option options[] = {
        {ZMQ_CURVE_SERVER,    &yes,         sizeof yes         },
        {ZMQ_CURVE_SECRETKEY, pair->secret, sizeof pair->secret},
        {ZMQ_ZAP_DOMAIN,      domain,       sizeof domain - 1  },
        {ZAP_ENFORCE_DOMAIN,  &yes,         sizeof yes         },
        {ZMQ_IPV6,            &yes,         sizeof yes         },
    };
    if (gate == NULL)
        return fault_set(fault, STATUS_HALT, "a door between hosts needs a gate");
    enum status status = check_address(address, fault);
    struct messaging_socket *socket = NULL;
    if (status == STATUS_OK)
        status = messaging_socket_new(messaging, true, &socket, fault);
    if (status == STATUS_OK)
        status = set_options(socket->handle, options, sizeof options / sizeof *options, fault);
    if (status == STATUS_OK)
        status = watch(messaging, socket, fault);
    if (status == STATUS_OK && zmq_bind(socket->handle, address) != 0)
        status = fault_set(fault, STATUS_REFUSE, "cannot listen on \"%s\": %s", address,
                           zmq_strerror(zmq_errno()));
    if (status == STATUS_OK) {
        socket->is_guarded = true;
        *ret_socket = socket;
    } else {
        messaging_socket_close(&socket);
    }
    return status;
}

enum status messaging_dealer_guarded(struct messaging *messaging, const char *address,
                                     const struct key_file *file,
                                     struct messaging_socket **ret_socket, struct fault *fault)
{
    static const int yes = 1;
    const struct option options[] = {
        {ZMQ_CURVE_SERVERKEY, file->server.bytes,          KEY_BYTES },
        {ZMQ_CURVE_PUBLICKEY, file->pair.public_key.bytes, KEY_BYTES },
        {ZMQ_CURVE_SECRETKEY, file->pair.secret,           KEY_BYTES },
        {ZMQ_IPV6,            &yes,                        sizeof yes},
    };
    if (!file->has_server)
        return fault_set(fault, STATUS_REFUSE,
                         "the key file does not say which dispatcher it trusts");
    enum status status = check_address(address, fault);
    struct messaging_socket *socket = NULL;
    if (status == STATUS_OK)
        status = messaging_socket_new(messaging, false, &socket, fault);
    if (status == STATUS_OK)
        status = set_options(socket->handle, options, sizeof options / sizeof *options, fault);
    if (status == STATUS_OK)
        status = watch(messaging, socket, fault);
    if (status == STATUS_OK && zmq_connect(socket->handle, address) != 0)
        status = fault_set(fault, STATUS_REFUSE, "cannot connect to \"%s\": %s", address,
                           zmq_strerror(zmq_errno()));
    if (status == STATUS_OK)
        *ret_socket = socket;
    else
        messaging_socket_close(&socket);
    return status;
}

/* ---- hand-shakes that failed ---------------------------------------------------------------- */

/* An event is two frames: u16 event and u32 value in the host's order, then an address. */
static bool take_event(void *monitor, uint16_t *ret_event)
{
    uint8_t frame[6];
    int length = zmq_recv(monitor, frame, sizeof frame, ZMQ_DONTWAIT);
    if (length < 0)
        return false;
    *ret_event = 0;
    if (length == (int)sizeof frame)
        memcpy(ret_event, frame, sizeof *ret_event);
    (void)zmq_recv(monitor, frame, sizeof frame, ZMQ_DONTWAIT);
    return true;
}

struct messaging_refusals messaging_refusals_take(struct messaging_socket *socket)
{
    struct messaging_refusals refusals = {0};
    uint16_t event = 0;
    while (socket->monitor != NULL && take_event(socket->monitor, &event)) {
        if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)
            refusals.unknown_key++;
        else
            refusals.no_handshake++;
    }
    return refusals;
}

bool messaging_was_refused(struct messaging_socket *socket)
{
    struct messaging_refusals refusals = messaging_refusals_take(socket);
    return refusals.unknown_key > 0;
}
