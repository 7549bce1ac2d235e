/* messaging.c - see messaging.h.
 *
 * The options and what each one prevents were measured (docs/decisions/0004). Promises: a send
 * that gives STATUS_OK left this socket's queue untruncated or its peer is gone; nothing blocks;
 * without keys (messaging_keys.c) only ipc:// addresses are served, because any program could
 * pose as a worker on a TCP port. What is lost with a peer is the business of the ledger's
 * leases. */
// SPDX-License-Identifier: EUPL-1.2
#include <assert.h>
#include <errno.h>
#include <libgen.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "base/durable.h"
#include "base/messaging.h"
#include "base/messaging_private.h"
#include "base/share.h"
#include "base/text.h"

enum { LINGER_ROUTER_MS = 1000, END_PATIENCE_MS = LINGER_ROUTER_MS + 1000 };

struct messaging_message {
    struct messaging_peer peer;      /* empty for a DEALER */
    char user[MESSAGING_USER_BYTES]; /* "" without a gate */
    zmq_msg_t frames[MESSAGING_FRAMES_MOST];
    struct messaging_frame views[MESSAGING_FRAMES_MOST]; /* of the same frames */
    size_t count;
};

struct option {
    int name;
    int value;
};

/* No ZMTP heartbeats: libzmq 4.3.4 aborts the process when one is due on a connection that has
 * broken while its queue was full (zeromq/libzmq#4364), or runs out there (#3937). The wire has its
 * own on both sides; connections of hosts that are gone are ended by TCP itself. */
static const struct option router_options[] = {
    {ZMQ_ROUTER_MANDATORY,    1               }, // unknown peer: EHOSTUNREACH instead of silence
    {ZMQ_ROUTER_HANDOVER,     0               },
    {ZMQ_SNDHWM,              64              },
    {ZMQ_RCVHWM,              64              },
    {ZMQ_LINGER,              LINGER_ROUTER_MS},
    {ZMQ_TCP_KEEPALIVE,       1               },
    {ZMQ_TCP_KEEPALIVE_IDLE,  15              }, // seconds
    {ZMQ_TCP_KEEPALIVE_INTVL, 5               },
    {ZMQ_TCP_KEEPALIVE_CNT,   3               },
    {ZMQ_TCP_MAXRT,           30000           }, // unanswered for so long, whatever was sent
    {ZMQ_HANDSHAKE_IVL,       5000            },
    {ZMQ_BACKLOG,             128             },
};

static const struct option dealer_options[] = {
    {ZMQ_IMMEDIATE,         1   }, // no queue for a connection that is not there
    {ZMQ_SNDHWM,            8   }, // a result, its first chunks, heartbeats
    {ZMQ_RCVHWM,            4   },
    {ZMQ_LINGER,            0   },
    {ZMQ_HANDSHAKE_IVL,     5000},
    {ZMQ_RECONNECT_IVL,     250 },
    {ZMQ_RECONNECT_IVL_MAX, 5000},
    {ZMQ_CONNECT_TIMEOUT,   3000},
};

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* ---- context -------------------------------------------------------------------------------- */

enum status messaging_open(struct messaging **ret_messaging, struct fault *fault)
{
    struct messaging *messaging = malloc(sizeof *messaging);
    if (messaging == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    messaging->context = zmq_ctx_new();
    if (messaging->context == NULL) {
        free(messaging);
        return fault_set(fault, STATUS_LATER, "cannot start ZeroMQ: %s", zmq_strerror(zmq_errno()));
    }
    *ret_messaging = messaging;
    return STATUS_OK;
}

static void *end_context(void *context)
{
    while (zmq_ctx_term(context) != 0 && zmq_errno() == EINTR) {
    }
    return NULL;
}

/* zmq_ctx_term() has no time limit of its own. When it does not come back, its thread is left
 * behind: the program is about to end anyway. */
void messaging_close(struct messaging **messaging_p)
{
    struct messaging *messaging = *messaging_p;
    if (messaging == NULL)
        return;
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += END_PATIENCE_MS / 1000;
    pthread_t thread;
    if (pthread_create(&thread, NULL, end_context, messaging->context) != 0)
        (void)zmq_ctx_shutdown(messaging->context);
    else if (pthread_timedjoin_np(thread, NULL, &until) != 0)
        (void)pthread_detach(thread);
    free(messaging);
    *messaging_p = NULL;
}

/* ---- addresses ------------------------------------------------------------------------------ */

static enum status ipc_path(const char *address, const char **ret_path, struct fault *fault)
{
    static const char scheme[] = "ipc://";
    if (!string_starts_with(address, scheme))
        return fault_set(fault, STATUS_REFUSE,
                         "cannot use \"%s\": only ipc:// addresses are safe without keys", address);
    const char *path = address + sizeof scheme - 1;
    struct sockaddr_un name;
    if (path[0] == '\0' || path[0] == '@' || strlen(path) >= sizeof name.sun_path)
        return fault_set(fault, STATUS_REFUSE,
                         "cannot use \"%s\": a socket's path has 1 to %zu bytes", address,
                         sizeof name.sun_path - 1);
    *ret_path = path;
    return STATUS_OK;
}

/* Makes the socket's folder when it is missing; refuses one in which others could put a socket of
 * their own in the place of ours. In a sticky one, such as /tmp, they cannot. */
static enum status ready_folder(const char *path, struct fault *fault)
{
    char *copy = string_copy(path);
    if (copy == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    const char *folder = dirname(copy);
    struct stat found;
    enum status status = STATUS_OK;
    if (stat(folder, &found) != 0 && errno == ENOENT)
        status = durable_make_folders(folder, share_mode(0700), fault);
    if (status == STATUS_OK && stat(folder, &found) != 0)
        status = fault_errno(fault, STATUS_REFUSE, "cannot look at \"%s\"", folder);
    const mode_t strangers = share_is_with_group() ? S_IWOTH : S_IWGRP | S_IWOTH;
    bool is_open = (found.st_mode & strangers) != 0 && (found.st_mode & S_ISVTX) == 0;
    if (status == STATUS_OK && is_open)
        status = fault_set(fault, STATUS_REFUSE,
                           "others may write to \"%s\": make it a folder of mode 0700", folder);
    free(copy);
    return status;
}

/* zmq_bind() would take the path from under a living listener: ask first. */
static enum status clear_stale(const char *path, struct fault *fault)
{
    struct stat found;
    if (lstat(path, &found) != 0)
        return errno == ENOENT ? STATUS_OK
                               : fault_errno(fault, STATUS_REFUSE, "cannot look at \"%s\"", path);
    if (!S_ISSOCK(found.st_mode))
        return fault_set(fault, STATUS_REFUSE, "\"%s\" is in the way: it is not a socket", path);
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    memcpy(name.sun_path, path, strlen(path) + 1);
    int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (file < 0)
        return fault_errno(fault, STATUS_LATER, "cannot open a socket");
    int refused = connect(file, (const struct sockaddr *)&name, sizeof name) != 0 ? errno : 0;
    (void)close(file);
    if (refused != ECONNREFUSED)
        return fault_set(fault, STATUS_REFUSE, "another program listens on \"%s\"", path);
    if (unlink(path) != 0 && errno != ENOENT)
        return fault_errno(fault, STATUS_REFUSE, "cannot remove the old socket \"%s\"", path);
    return STATUS_OK;
}

/* ---- sockets -------------------------------------------------------------------------------- */

static enum status set_options(void *handle, const struct option *options, size_t count,
                               struct fault *fault)
{
    int64_t most = MESSAGING_FRAME_BYTES_MOST;
    if (zmq_setsockopt(handle, ZMQ_MAXMSGSIZE, &most, sizeof most) != 0)
        return fault_set(fault, STATUS_HALT, "ZeroMQ refused to bound the size of messages: %s",
                         zmq_strerror(zmq_errno()));
    for (size_t i = 0; i < count; i++)
        if (zmq_setsockopt(handle, options[i].name, &options[i].value, sizeof options[i].value) !=
            0)
            return fault_set(fault, STATUS_HALT, "ZeroMQ refused option %d: %s", options[i].name,
                             zmq_strerror(zmq_errno()));
    return STATUS_OK;
}

enum status messaging_socket_new(struct messaging *messaging, bool is_router,
                                 struct messaging_socket **ret_socket, struct fault *fault)
{
    struct messaging_socket *socket = calloc(1, sizeof *socket);
    if (socket == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    socket->is_router = is_router;
    socket->handle = zmq_socket(messaging->context, is_router ? ZMQ_ROUTER : ZMQ_DEALER);
    enum status status = STATUS_OK;
    if (socket->handle == NULL)
        status =
            fault_set(fault, STATUS_LATER, "cannot open a socket: %s", zmq_strerror(zmq_errno()));
    else if (is_router)
        status = set_options(socket->handle, router_options, COUNT_OF(router_options), fault);
    else
        status = set_options(socket->handle, dealer_options, COUNT_OF(dealer_options), fault);
    if (status == STATUS_OK)
        *ret_socket = socket;
    else
        messaging_socket_close(&socket);
    return status;
}

/* The socket file is made under a mask that leaves it to its owner alone. */
static enum status bind_private(struct messaging_socket *socket, const char *address,
                                const char *path, struct fault *fault)
{
    mode_t before = umask(~share_mode(0600) & 0777);
    int bound = zmq_bind(socket->handle, address);
    (void)umask(before);
    if (bound != 0)
        return fault_set(fault, STATUS_REFUSE, "cannot listen on \"%s\": %s", address,
                         zmq_strerror(zmq_errno()));
    if (chmod(path, share_mode(0600)) != 0)
        return fault_errno(fault, STATUS_REFUSE, "cannot close \"%s\" to others", path);
    return STATUS_OK;
}

enum status messaging_router(struct messaging *messaging, const char *address,
                             struct messaging_socket **ret_socket, struct fault *fault)
{
    const char *path = NULL;
    enum status status = ipc_path(address, &path, fault);
    if (status == STATUS_OK)
        status = ready_folder(path, fault);
    if (status == STATUS_OK)
        status = clear_stale(path, fault);
    struct messaging_socket *socket = NULL;
    if (status == STATUS_OK)
        status = messaging_socket_new(messaging, true, &socket, fault);
    if (status == STATUS_OK)
        status = bind_private(socket, address, path, fault);
    if (status == STATUS_OK)
        *ret_socket = socket;
    else
        messaging_socket_close(&socket);
    return status;
}

enum status messaging_dealer(struct messaging *messaging, const char *address,
                             struct messaging_socket **ret_socket, struct fault *fault)
{
    const char *path = NULL;
    enum status status = ipc_path(address, &path, fault);
    struct messaging_socket *socket = NULL;
    if (status == STATUS_OK)
        status = messaging_socket_new(messaging, false, &socket, fault);
    if (status == STATUS_OK && zmq_connect(socket->handle, address) != 0)
        status = fault_set(fault, STATUS_REFUSE, "cannot connect to \"%s\": %s", address,
                           zmq_strerror(zmq_errno()));
    if (status == STATUS_OK)
        *ret_socket = socket;
    else
        messaging_socket_close(&socket);
    return status;
}

void messaging_socket_close(struct messaging_socket **socket_p)
{
    struct messaging_socket *socket = *socket_p;
    if (socket == NULL)
        return;
    if (socket->monitor != NULL)
        (void)zmq_close(socket->monitor);
    if (socket->handle != NULL)
        (void)zmq_close(socket->handle);
    free(socket);
    *socket_p = NULL;
}

void *messaging_socket_handle(struct messaging_socket *socket)
{
    return socket->handle;
}

/* ---- sending -------------------------------------------------------------------------------- */

/* 0, or the errno. */
static int send_frame(void *handle, const void *bytes, size_t length, bool more)
{
    int flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0);
    for (;;) {
        if (zmq_send(handle, bytes, length, flags) >= 0)
            return 0;
        if (zmq_errno() != EINTR)
            return zmq_errno();
    }
}

/* A pipe that dies between two frames gives EAGAIN, and libzmq then swallows what follows up to
 * the last frame: the message has to be brought to its end, or the next one would be swallowed
 * with it. Returns the first errno, or 0. */
static int send_frames(void *handle, const struct messaging_frame *frames, size_t count)
{
    int failed = 0;
    for (size_t i = 0; i < count; i++) {
        int error = send_frame(handle, frames[i].bytes, frames[i].length, i + 1 < count);
        if (error != 0 && i == 0)
            return error;
        if (failed == 0)
            failed = error;
    }
    return failed;
}

enum status messaging_send(struct messaging_socket *socket, const struct messaging_peer *peer,
                           const struct messaging_frame *frames, size_t count, bool *ret_gone,
                           struct fault *fault)
{
    assert(count >= 1 && count <= MESSAGING_FRAMES_MOST);
    assert(socket->is_router == (peer != NULL));
    for (size_t i = 0; i < count; i++)
        assert(frames[i].length <= MESSAGING_FRAME_BYTES_MOST);
    struct messaging_frame all[MESSAGING_FRAMES_MOST + 1];
    size_t first = 0;
    if (peer != NULL)
        all[first++] = (struct messaging_frame){peer->bytes, peer->length};
    memcpy(all + first, frames, count * sizeof *frames);
    int error = send_frames(socket->handle, all, first + count);
    if (ret_gone != NULL)
        *ret_gone = error == EHOSTUNREACH;
    switch (error) {
    case 0:
        return STATUS_OK;
    case EAGAIN:
        return fault_set(fault, STATUS_LATER, "the peer's queue is full");
    case EHOSTUNREACH:
        return fault_set(fault, STATUS_LATER, "the peer is gone");
    default:
        return fault_set(fault, STATUS_HALT, "cannot send: %s", zmq_strerror(error));
    }
}

/* ---- receiving ------------------------------------------------------------------------------ */

enum received { RECEIVED_FRAME, RECEIVED_NONE, RECEIVED_FAILED };

/* On RECEIVED_FRAME the caller closes *ret_frame. */
static enum received receive_frame(void *handle, zmq_msg_t *ret_frame)
{
    (void)zmq_msg_init(ret_frame);
    while (zmq_msg_recv(ret_frame, handle, ZMQ_DONTWAIT) < 0) {
        int error = zmq_errno();
        if (error == EINTR)
            continue;
        (void)zmq_msg_close(ret_frame);
        return error == EAGAIN ? RECEIVED_NONE : RECEIVED_FAILED;
    }
    return RECEIVED_FRAME;
}

static bool keep_peer(struct messaging_message *message, zmq_msg_t *frame)
{
    size_t length = zmq_msg_size(frame);
    if (length < 1 || length > MESSAGING_PEER_BYTES)
        return false;
    message->peer.length = (uint8_t)length;
    memcpy(message->peer.bytes, zmq_msg_data(frame), length);
    return true;
}

/* The user id is in the metadata of every frame that came over a connection of the gate. */
static bool keep_user(struct messaging_message *message, zmq_msg_t *frame)
{
    const char *user = zmq_msg_gets(frame, "User-Id");
    if (user == NULL)
        return true;
    int length = snprintf(message->user, sizeof message->user, "%s", user);
    return length > 0 && (size_t)length < sizeof message->user;
}

static bool keep_frame(struct messaging_message *message, zmq_msg_t *frame)
{
    if (message->count == MESSAGING_FRAMES_MOST)
        return false;
    zmq_msg_t *kept = &message->frames[message->count];
    (void)zmq_msg_init(kept);
    (void)zmq_msg_move(kept, frame);
    message->views[message->count++] =
        (struct messaging_frame){zmq_msg_data(kept), zmq_msg_size(kept)};
    return true;
}

/* Takes all frames of one message. *ret_usable false: an odd routing id, too many frames, or
 * nobody's name on what must have come through the gate. */
static enum received receive_frames(struct messaging_socket *socket,
                                    struct messaging_message *message, bool *ret_usable)
{
    bool usable = true;
    bool more = true;
    for (size_t i = 0; more; i++) {
        zmq_msg_t frame;
        enum received received = receive_frame(socket->handle, &frame);
        if (received != RECEIVED_FRAME)
            return received;
        more = zmq_msg_more(&frame) != 0;
        bool is_peer = socket->is_router && i == 0;
        bool kept = is_peer ? keep_peer(message, &frame)
                            : keep_user(message, &frame) && keep_frame(message, &frame);
        usable = usable && kept;
        (void)zmq_msg_close(&frame);
    }
    *ret_usable = usable && message->count > 0 && (!socket->is_guarded || message->user[0] != '\0');
    return RECEIVED_FRAME;
}

enum status messaging_receive(struct messaging_socket *socket,
                              struct messaging_message **ret_message, struct fault *fault)
{
    for (;;) {
        struct messaging_message *message = calloc(1, sizeof *message);
        if (message == NULL)
            return fault_set(fault, STATUS_LATER, "out of memory");
        bool usable = false;
        enum received received = receive_frames(socket, message, &usable);
        int error = zmq_errno();
        if (received == RECEIVED_FRAME && usable) {
            *ret_message = message;
            return STATUS_OK;
        }
        messaging_message_done(&message);
        if (received == RECEIVED_FAILED)
            return fault_set(fault, STATUS_HALT, "cannot receive: %s", zmq_strerror(error));
        if (received == RECEIVED_NONE) {
            *ret_message = NULL;
            return STATUS_OK;
        }
    }
}

const struct messaging_peer *messaging_message_peer(const struct messaging_message *message)
{
    return &message->peer;
}

const char *messaging_message_user(const struct messaging_message *message)
{
    return message->user;
}

size_t messaging_message_frames(const struct messaging_message *message)
{
    return message->count;
}

struct messaging_frame messaging_message_frame(const struct messaging_message *message,
                                               size_t index)
{
    assert(index < message->count);
    return message->views[index];
}

void messaging_message_done(struct messaging_message **message_p)
{
    struct messaging_message *message = *message_p;
    if (message == NULL)
        return;
    for (size_t i = 0; i < message->count; i++)
        (void)zmq_msg_close(&message->frames[i]);
    free(message);
    *message_p = NULL;
}
