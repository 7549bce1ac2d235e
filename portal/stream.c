/* stream.c - see stream.h. The reader is called by libmicrohttpd in the portal's one thread, which
 * owns service and sessions; a stream without news is suspended and woken by the pulse. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portal/exchange.h"
#include "portal/stream.h"

enum { STREAM_BLOCK_BYTES = 512 };

struct stream {
    struct service *service;
    struct MHD_Connection *connection;
    struct pulse_listener listener;
    struct pulse_state seen;
    bool is_greeted;
    bool has_session;    /* false: a machine's token, which has none */
    struct digest token; /* of the session */
    char user[USER_NAME_BYTES_MOST + 1];
    int64_t epoch;
};

static void wake(void *context)
{
    struct stream *stream = context;
    MHD_resume_connection(stream->connection);
}

static void suspend(void *context)
{
    struct stream *stream = context;
    MHD_suspend_connection(stream->connection);
}

static bool is_open(const struct stream *stream)
{
    return !stream->has_session || sessions_has(&stream->service->sessions, &stream->token,
                                                clock_wall_ms(stream->service->clock));
}

/* Some account changed: is this person's as it was when they were let in? A machine must show its
 * token again. */
static bool is_same_account(const struct stream *stream)
{
    struct user_record user = {0};
    bool is_found = false;
    bool is_same =
        stream->has_session &&
        user_get(stream->service->ledger, stream->user, &is_found, &user, NULL) == STATUS_OK &&
        is_found && !user.is_disabled && user.epoch == stream->epoch;
    user_record_done(&user);
    return is_same;
}

static bool may_go_on(const struct stream *stream, const struct pulse_state *state)
{
    bool is_changed =
        stream->is_greeted && state->topics[PULSE_ACCOUNTS] != stream->seen.topics[PULSE_ACCOUNTS];
    return !state->is_over && is_open(stream) && (!is_changed || is_same_account(stream));
}

static ssize_t write_event(const struct stream *stream, const struct pulse_state *state,
                           char *buffer, size_t room)
{
    const char *const *names = pulse_topic_names();
    bool is_news = !stream->is_greeted ||
                   memcmp(state->topics, stream->seen.topics, sizeof state->topics) != 0;
    if (!is_news)
        return snprintf(buffer, room, ": still here\n\n");
    int length = snprintf(buffer, room, "%sevent: change\ndata: {",
                          stream->is_greeted ? "" : "retry: 2000\n\n");
    for (size_t i = 0; names[i] != NULL; i++)
        length += snprintf(buffer + length, room - (size_t)length, "%s\"%s\":%" PRIu64,
                           i == 0 ? "" : ",", names[i], state->topics[i]);
    length += snprintf(buffer + length, room - (size_t)length, "}\n\n");
    return length;
}

static ssize_t read_stream(void *context, uint64_t position, char *buffer, size_t room)
{
    (void)position;
    struct stream *stream = context;
    struct pulse_state state;
    if (room < STREAM_BLOCK_BYTES / 2)
        return 0;
    if (!pulse_look(stream->service->pulse, &stream->listener, &stream->seen, suspend, &state))
        return 0; // suspended
    if (!may_go_on(stream, &state))
        return MHD_CONTENT_READER_END_OF_STREAM;
    ssize_t length = write_event(stream, &state, buffer, room);
    stream->seen = state;
    stream->is_greeted = true;
    return length;
}

static void end_stream(void *context)
{
    struct stream *stream = context;
    pulse_leave(stream->service->pulse, &stream->listener);
    free(stream);
}

static void begin_session(struct stream *stream, const struct session *session)
{
    stream->token = session->token;
    stream->epoch = session->epoch;
    (void)snprintf(stream->user, sizeof stream->user, "%s", session->user);
}

struct MHD_Response *stream_response(struct service *service, struct MHD_Connection *connection,
                                     const struct exchange *exchange)
{
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        return NULL;
    stream->service = service;
    stream->connection = connection;
    stream->listener.wake = wake;
    stream->listener.context = stream;
    stream->has_session = exchange->session != NULL;
    if (stream->has_session)
        begin_session(stream, exchange->session);
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, STREAM_BLOCK_BYTES, read_stream, stream, end_stream);
    if (response == NULL)
        free(stream);
    else
        pulse_join(service->pulse, &stream->listener);
    return response;
}
