/* client.h - a small HTTP client: one request, one connection, one answer. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_PORTAL_CLIENT_H
#define TESTS_PORTAL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reply {
    int status; /* 0: no answer came */
    char *head; /* status line and headers; owned */
    char *body; /* NUL-terminated; owned */
    size_t body_length;
};

void reply_done(struct reply *reply);
/* Sends the bytes as they are and reads to the end of the connection, or to the first event of a
 * stream. */
struct reply client_send(uint16_t port, const char *bytes, size_t length);
/* `headers`: further lines, each ended by "\r\n", or "". `body` NULL: none. */
struct reply client_ask(uint16_t port, const char *method, const char *path, const char *headers,
                        const char *body);
/* Asks for a stream; the socket, which the caller closes, or -1. */
int client_listen(uint16_t port, const char *path, const char *headers);
/* What comes next of it, NUL-terminated; false: it has ended. */
bool client_hear(int file, char *ret_words, size_t size);
/* Whether the head has the line "name: value" (name in any case, value begins so). */
bool reply_has_header(const struct reply *reply, const char *name, const char *value);
/* The value of the session's cookie that the answer sets; "" when it sets none. Static. */
const char *reply_token(const struct reply *reply);

#endif
