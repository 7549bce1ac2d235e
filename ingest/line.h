/* line.h - what a desk far away and the centre say to each other, as bytes. docs/wire.md has every
 * field.
 *
 * A pure codec: no sockets, no files. A message is one frame of fixed little-endian fields; PIECE
 * has a second frame with the bytes. line_decode() trusts nothing: lengths are checked against
 * limits and against the bytes that are there before anything is allocated, strings for what may
 * stand in them, numbers for what can be stored, and a message must end where its fields end.
 *
 * Every message of a conversation carries the session that the desk's HELLO began: what comes from
 * an older one is no answer. To change anything: raise LINE_VERSION; BYE keeps its layout for ever. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_LINE_H
#define INGEST_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/fault.h"
#include "base/messaging.h"
#include "base/uuid.h"

enum {
    LINE_VERSION = 1,
    LINE_PIECE_BYTES = 32 * 1024,       /* in a PIECE that is sent, at most */
    LINE_PIECE_BYTES_MOST = 256 * 1024, /* in one that is taken */
    LINE_WINDOW_BYTES = 512 * 1024,     /* sent and not yet acknowledged, at most */
    LINE_NAME_BYTES_MOST = 128,         /* site, host, program version, format */
    LINE_SOURCE_BYTES_MOST = 4096,      /* path below the drop folder */
    LINE_REASON_BYTES_MOST = 2048,
    LINE_FRAMES_MOST = 2
};

/* The arrows say who may send it: desk -> centre, or back. */
enum line_command {
    LINE_HELLO = 1, /* ->  here I am, for this site */
    LINE_WELCOME,   /* <-  I know you now */
    LINE_REPORT,    /* ->  I live, and so much waits here */
    LINE_HEARD,     /* <-  I live, too */
    LINE_OFFER,     /* ->  this scan is next */
    LINE_WANT,      /* <-  I have so many bytes of it, durably: go on from there */
    LINE_PIECE,     /* ->  a piece of it; bytes in the second frame */
    LINE_HAVE,      /* <-  so many bytes are durable by now */
    LINE_TAKEN,     /* <-  it is taken over, for good: the desk may forget it */
    LINE_REFUSED,   /* <-  it can never be taken, and why (German) */
    LINE_LATER,     /* <-  nothing can be taken now, and why: offer it again in a while */
    LINE_DAMAGED,   /* <-  its bytes do not have its digest; all of them are wanted again */
    LINE_RETURN,    /* <-  this one could not be read, and why (German): give it back */
    LINE_RETURNED,  /* ->  that is kept here now */
    LINE_BYE,       /* <-> I leave; or go away, and why */
    LINE_COMMANDS
};

enum line_parting {
    LINE_LEAVING = 0,   /* an orderly end */
    LINE_OTHER_VERSION, /* of the protocol */
    LINE_STRANGER,      /* I do not know you (any more): say HELLO */
    LINE_REPLACED,      /* another program came with this key */
    LINE_NOT_ENROLLED,  /* the key is revoked, or not for this site */
    LINE_MALFORMED,     /* a message could not be understood */
    LINE_PARTINGS
};

/* One message; which fields count is the command's matter (line.c). Strings are owned by the message
 * only when line_decode() made it; the piece's bytes are always borrowed. */
struct line_message {
    enum line_command command;
    uint32_t session; /* random, of the desk's HELLO; 0 only in a BYE to a stranger */
    struct uuid scan;
    struct digest digest;
    uint64_t size;   /* of the scan, bytes */
    uint64_t offset; /* PIECE: where it begins; WANT, HAVE: bytes that are durable */
    int64_t received_ms;
    int64_t clock_ms; /* the sender's wall clock */
    uint64_t waiting, waiting_bytes;
    int64_t oldest_ms; /* 0: none waits */
    int64_t rate;      /* bytes a second, -1: as fast as it goes */
    uint32_t wait_ms;  /* LATER: before it is offered again; WELCOME: between reports */
    uint8_t parting;   /* enum line_parting */
    char *site, *host, *version;
    char *source, *format;
    char *reason; /* one sentence; "" for none */
    const void *piece;
    size_t piece_length; /* 1 to LINE_PIECE_BYTES_MOST */
};

/* "HELLO" and so on; "?" for a number that is none. Static. */
const char *line_command_name(enum line_command command);

/* Appends the first frame to `writer`; the second of a PIECE is its bytes. writer->failed when memory
 * ran out or a field is beyond its limits. NULL strings are written as "". */
void line_encode(const struct line_message *message, struct byte_writer *writer);

/* On STATUS_OK the caller frees what is below with line_message_done(). STATUS_REFUSE: not a message
 * of this version. *ret_version (may be NULL): the version it was written in, 0 when even that is
 * not known. LATER on no memory. */
enum status line_decode(const struct messaging_frame *frames, size_t count,
                        struct line_message *ret_message, unsigned *ret_version,
                        struct fault *fault);
void line_message_done(struct line_message *message);

/* Where messages go out: a socket, or a test. As messaging_send() has it. */
struct line_port {
    enum status (*send)(void *context, const struct messaging_peer *peer,
                        const struct messaging_frame *frames, size_t count, bool *ret_gone,
                        struct fault *fault);
    void *context;
};
struct line_port line_port_of(struct messaging_socket *socket);
/* Takes what came to the socket, message by message, until `hear` does not give STATUS_OK. `user` and
 * `peer` are those of a ROUTER's message; "" and an empty one for a DEALER's. */
typedef enum status line_hear(void *context, const char *user, const struct messaging_peer *peer,
                              const struct messaging_frame *frames, size_t count,
                              struct fault *fault);
enum status line_take(struct messaging_socket *socket, line_hear *hear, void *context,
                      struct fault *fault);
/* Encodes and sends. STATUS_LATER: not now (full queue), or the peer is gone (*ret_gone). */
enum status line_send(const struct line_port *port, const struct messaging_peer *peer,
                      const struct line_message *message, bool *ret_gone, struct fault *fault);

#endif
