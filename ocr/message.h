/* message.h - what the program and its zygote say to each other, one datagram each, over a
 * SOCK_SEQPACKET pair. Descriptors ride along (SCM_RIGHTS): the scan on its way in, a sealed
 * memory file with the outcome on its way out. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_MESSAGE_H
#define OCR_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

enum message_kind {
    MESSAGE_NONE = 0,
    MESSAGE_READY, /* zygote: loaded, `fault` names what computes lines; or it could not be, and says why */
    MESSAGE_SCAN,    /* program: read this (`size` bytes in `file`) */
    MESSAGE_COMPOSE, /* program: put documents together of this (compose.h) */
    MESSAGE_CANCEL,  /* program: give up the scan */
    MESSAGE_PAGE,    /* zygote: page of page_count is done */
    MESSAGE_DONE,    /* zygote: the outcome is `size` bytes in `file` */
    MESSAGE_FAILED,  /* zygote: `fault` */
    MESSAGE_KINDS
};

struct message {
    enum message_kind kind;
    uint64_t scan; /* a running number: answers to a scan given up are known by it */
    uint64_t size;
    uint32_t page, page_count;
    int file; /* -1: none. Sent ones stay the sender's; received ones are the receiver's */
    struct fault fault;
};

/* LATER when the other side's buffer is full and the socket does not block; HALT when the other
 * side is gone. */
enum status message_send(int socket, const struct message *message, struct fault *fault);
/* *ret_message is of kind NONE when nothing is there and the socket does not block. HALT when
 * the other side is gone or says nonsense. */
enum status message_receive(int socket, bool blocks, struct message *ret_message,
                            struct fault *fault);

/* A sealed memory file of the bytes, to be sent along; -1 with errno. */
int message_file(const uint8_t *bytes, size_t length);

#endif
