/* messaging.h - ZeroMQ sockets with the options that were measured to be safe.
 *
 * Context, ROUTER and DEALER as docs/decisions/0004 says: mandatory routing, no handover, small
 * high-water marks, bounded message size, heartbeats, linger, no sends that block. A message is
 * an array of frames. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_MESSAGING_H
#define BASE_MESSAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

enum { MESSAGING_FRAME_BYTES_MOST = 1 << 20, MESSAGING_FRAMES_MOST = 8, MESSAGING_PEER_BYTES = 8 };

struct messaging;        /* the context */
struct messaging_socket; /* one ROUTER or DEALER */

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
size_t messaging_message_frames(const struct messaging_message *message);
struct messaging_frame messaging_message_frame(const struct messaging_message *message,
                                               size_t index);
void messaging_message_done(struct messaging_message **message_p);

#endif
