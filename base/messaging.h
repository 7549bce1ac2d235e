/* messaging.h - ZeroMQ sockets with the options that were measured to be safe.
 *
 * Context, ROUTER and DEALER as docs/decisions/0004 says: mandatory routing, no handover, small
 * high-water marks, bounded message size, linger, no sends that block. That the other side is
 * silent is for the wire to notice. A message is an array of frames.
 *
 * Within a host (ipc://) the socket's file says who may come. Between hosts (tcp://) both sides
 * have keys (CURVE): the DEALER trusts one server key, and the ROUTER has a gate that is asked
 * about every client's key. A ROUTER on tcp:// without a gate does not exist. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_MESSAGING_H
#define BASE_MESSAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/keypair.h"

enum { MESSAGING_FRAME_BYTES_MOST = 1 << 20, MESSAGING_FRAMES_MOST = 8, MESSAGING_PEER_BYTES = 8 };
enum { MESSAGING_USER_BYTES = 32 /* a user id and its NUL */ };

struct messaging;        /* the context */
struct messaging_socket; /* one ROUTER or DEALER */
struct messaging_gate;   /* who is let in between hosts */

/* Routing id that a ROUTER gave a peer; valid until the peer is gone. */
struct messaging_peer {
    uint8_t bytes[MESSAGING_PEER_BYTES];
    uint8_t length;
};

struct messaging_frame {
    const void *bytes; /* borrowed */
    size_t length;
};

/* What came in; frames live until messaging_message_done(). */
struct messaging_message;

enum status messaging_open(struct messaging **ret_messaging, struct fault *fault);
/* Ends the context; gives up after the linger time. Accepts NULL; sets the pointer to NULL. */
void messaging_close(struct messaging **messaging_p);

enum status messaging_router(struct messaging *messaging, const char *address,
                             struct messaging_socket **ret_socket, struct fault *fault);
enum status messaging_dealer(struct messaging *messaging, const char *address,
                             struct messaging_socket **ret_socket, struct fault *fault);

/* ---- between hosts -------------------------------------------------------------------------- */

/* Is the client with this key let in, and as whom? Called from messaging_gate_answer(). Writes
 * the user id, 1 to MESSAGING_USER_BYTES - 1 visible ASCII characters; false: not let in. */
typedef bool messaging_admit(void *context, const struct public_key *key,
                             char ret_user[MESSAGING_USER_BYTES]);

/* Opens the context's gate (ZAP, RFC 27); one in each context, before its tcp:// ROUTERs. */
enum status messaging_gate_open(struct messaging *messaging, messaging_admit *admit, void *context,
                                struct messaging_gate **ret_gate, struct fault *fault);
/* After the ROUTERs it guards. Accepts NULL; sets the pointer to NULL. */
void messaging_gate_close(struct messaging_gate **gate_p);
/* For loop_add_socket(): readable when clients wait for an answer. */
void *messaging_gate_handle(struct messaging_gate *gate);
/* Answers every client that waits. */
void messaging_gate_answer(struct messaging_gate *gate);

/* A ROUTER at tcp:// `address` that speaks CURVE with this pair and lets nobody in but through the
 * gate. The pair is not kept here. */
enum status messaging_router_guarded(struct messaging *messaging, const char *address,
                                     const struct messaging_gate *gate, const struct key_pair *pair,
                                     struct messaging_socket **ret_socket, struct fault *fault);
/* A DEALER to tcp:// `address` that talks to nobody but the server with `file`'s server key. */
enum status messaging_dealer_guarded(struct messaging *messaging, const char *address,
                                     const struct key_file *file,
                                     struct messaging_socket **ret_socket, struct fault *fault);

/* Hand-shakes that failed since the last call. */
struct messaging_refusals {
    uint64_t unknown_key;  /* the gate said no */
    uint64_t no_handshake; /* another mechanism, another server's key, junk, or silence */
};
/* Only for guarded ROUTERs. */
struct messaging_refusals messaging_refusals_take(struct messaging_socket *socket);
/* On a guarded DEALER: whether the server turned us away since the last call. */
bool messaging_was_refused(struct messaging_socket *socket);

void messaging_socket_close(struct messaging_socket **socket_p);
/* For loop_add_socket(). */
void *messaging_socket_handle(struct messaging_socket *socket);

/* Never blocks. `peer` is for ROUTERs, NULL for DEALERs. STATUS_LATER: the peer's queue is full
 * (try again) or, with *ret_gone set, the peer is gone. */
enum status messaging_send(struct messaging_socket *socket, const struct messaging_peer *peer,
                           const struct messaging_frame *frames, size_t count, bool *ret_gone,
                           struct fault *fault);
/* Takes one message; *ret_message NULL when none is there. Messages of too many frames are
 * dropped whole. The caller frees with messaging_message_done(). */
enum status messaging_receive(struct messaging_socket *socket,
                              struct messaging_message **ret_message, struct fault *fault);
/* Only for what came to a ROUTER. */
const struct messaging_peer *messaging_message_peer(const struct messaging_message *message);
/* Whom the gate let in as: "" for what did not come through a gate. */
const char *messaging_message_user(const struct messaging_message *message);
size_t messaging_message_frames(const struct messaging_message *message);
struct messaging_frame messaging_message_frame(const struct messaging_message *message,
                                               size_t index);
void messaging_message_done(struct messaging_message **message_p);

#endif
