/* client.c - see client.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/text.h"
#include "tests/portal/client.h"

enum { CLIENT_PATIENCE_S = 30 };

void reply_done(struct reply *reply)
{
    free(reply->head);
    free(reply->body);
    *reply = (struct reply){0};
}

static int connect_to(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct timeval patience = {.tv_sec = CLIENT_PATIENCE_S};
    int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(file, (struct sockaddr *)&address, sizeof address) == 0)
        return file;
    (void)close(file);
    return -1;
}

static struct reply take_apart(const struct text *answer)
{
    struct reply reply = {0};
    const char *bytes = text_string(answer);
    const char *end = strstr(bytes, "\r\n\r\n");
    if (end == NULL)
        return reply;
    reply.head = string_copy_bytes(bytes, (size_t)(end + 2 - bytes));
    reply.body_length = answer->length - (size_t)(end + 4 - bytes);
    reply.body = string_copy_bytes(end + 4, reply.body_length);
    if (string_starts_with(bytes, "HTTP/1.1 "))
        reply.status = (int)strtol(bytes + strlen("HTTP/1.1 "), NULL, 10);
    return reply;
}

/* A stream never ends: its head and first event are enough. */
static bool is_begun_stream(const struct text *answer)
{
    return strstr(text_string(answer), "text/event-stream") != NULL &&
           strstr(text_string(answer), "data: ") != NULL;
}

struct reply client_send(uint16_t port, const char *bytes, size_t length)
{
    struct text answer = {0};
    char piece[8192];
    int file = connect_to(port);
    if (file < 0)
        return (struct reply){0};
    (void)send(file, bytes, length, MSG_NOSIGNAL);
    for (ssize_t count = 1; count > 0 && !is_begun_stream(&answer);) {
        count = recv(file, piece, sizeof piece, 0);
        if (count > 0)
            text_append_bytes(&answer, piece, (size_t)count);
    }
    (void)close(file);
    struct reply reply = take_apart(&answer);
    text_done(&answer);
    return reply;
}

int client_listen(uint16_t port, const char *path, const char *headers)
{
    struct text request = {0};
    int file = connect_to(port);
    text_append_format(&request,
                       "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\nAccept: "
                       "text/event-stream\r\n%s\r\n",
                       path, (unsigned)port, headers);
    if (file >= 0)
        (void)send(file, request.bytes, request.length, MSG_NOSIGNAL);
    text_done(&request);
    return file;
}

bool client_hear(int file, char *ret_words, size_t size)
{
    ssize_t count = recv(file, ret_words, size - 1, 0);
    ret_words[count > 0 ? count : 0] = '\0';
    return count > 0;
}

struct reply client_ask(uint16_t port, const char *method, const char *path, const char *headers,
                        const char *body)
{
    struct text request = {0};
    text_append_format(&request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n%s",
                       method, path, (unsigned)port, headers);
    if (body != NULL)
        text_append_format(&request, "Content-Length: %zu\r\n", strlen(body));
    text_append_format(&request, "\r\n%s", body == NULL ? "" : body);
    struct reply reply = client_send(port, request.bytes, request.length);
    text_done(&request);
    return reply;
}

static const char *header_value(const struct reply *reply, const char *name)
{
    size_t length = strlen(name);
    for (const char *line = reply->head; line != NULL && *line != '\0';) {
        if (strncasecmp(line, name, length) == 0 && strncmp(line + length, ": ", 2) == 0)
            return line + length + 2;
        line = strstr(line, "\r\n");
        line = line == NULL ? NULL : line + 2;
    }
    return NULL;
}

bool reply_has_header(const struct reply *reply, const char *name, const char *value)
{
    const char *found = header_value(reply, name);
    return found != NULL && strncmp(found, value, strlen(value)) == 0;
}

const char *reply_token(const struct reply *reply)
{
    static char token[128];
    const char *cookie = header_value(reply, "Set-Cookie");
    const char *value = cookie == NULL ? NULL : strchr(cookie, '=');
    token[0] = '\0';
    if (value != NULL)
        (void)snprintf(token, sizeof token, "%.*s", (int)strcspn(value + 1, ";"), value + 1);
    return token;
}
